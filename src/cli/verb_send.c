/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/text.h"
#include "output.h"
#include "sql.h"

#define SEGMENTS_MAX 10
#define POLL_MS 250

/* Whether nothing more will happen to a message in this state, or it has left. */
static bool is_settled(const char *state)
{
	return strcmp(state, "queued") != 0 && strcmp(state, "sending") != 0;
}

static int wait_for(PGconn *conn, const char *id, int64_t seconds, PGresult **out)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
	int64_t deadline = clock_mono_ms() + seconds * 1000;
	for (;;) {
		int status =
		    sql_query(conn, out, "select * from api.outbox_state($1::bigint)", 1, &id);
		if (status)
			return status;
		if (!PQntuples(*out)) {
			PQclear(*out);
			return cli_failed(NULL, "message %s is gone", id);
		}
		if (is_settled(PQgetvalue(*out, 0, PQfnumber(*out, "status"))) ||
		    clock_mono_ms() >= deadline)
			return CLI_OK;
		PQclear(*out);
		nanosleep(&pause, NULL);
	}
}

static int tell(const struct cli *cli, const char *id, const char *msisdn, int segments,
		const PGresult *state)
{
	const char *words = state ? PQgetvalue(state, 0, PQfnumber(state, "status")) : "queued";
	const char *channel = state ? PQgetvalue(state, 0, PQfnumber(state, "channel")) : "";
	const char *error = state ? PQgetvalue(state, 0, PQfnumber(state, "error")) : "";
	bool left = strcmp(words, "sent") == 0 || strcmp(words, "delivered") == 0;
	if (cli->json)
		output_json(json_pack("{s:I, s:s, s:i, s:s, s:s, s:s}", "id",
				      (json_int_t)strtoll(id, NULL, 10), "number",
				      log_msisdn(msisdn), "parts", segments, "state", words,
				      "modem", channel, "error", error));
	else
		printf("Message %s to %s (%d SMS): %s%s%s%s%s\n", id, log_msisdn(msisdn), segments,
		       words, *channel ? " through " : "", channel, *error ? ": " : "", error);
	if (!state || left)
		return CLI_OK;
	if (!is_settled(words) && !cli->json)
		cli_failed("it stays in the queue; `kentongan status` says how the modems are",
			   "it hasn't left yet");
	return CLI_FAILED;
}

static int send_now(const struct cli *cli, PGconn *conn, const char *msisdn, const char *text,
		    int segments, int64_t seconds)
{
	PGresult *queued, *state = NULL;
	int status = sql_query(conn, &queued, "select api.operator_send($1, $2, $3)", 3,
			       (const char *const[]){cli_actor(), msisdn, text});
	if (status)
		return status;
	const char *id = PQgetvalue(queued, 0, 0);
	if (cli_value(cli, "wait"))
		status = wait_for(conn, id, seconds, &state);
	if (!status)
		status = tell(cli, id, msisdn, segments, state);
	PQclear(state);
	PQclear(queued);
	return status;
}

int verb_send(struct cli *cli)
{
	char msisdn[MSISDN_MAX];
	const char *text = cli->argv[1];
	int64_t seconds;
	PGconn *conn;
	int status = cli_msisdn(cli, cli->argv[0], msisdn, sizeof msisdn);
	if (!status)
		status = cli_value_int(cli, "timeout", 60, 1, 86400, &seconds);
	if (status)
		return status;
	if (!text[strspn(text, " \t\n")])
		return cli_usage(cli, "the text is empty");
	struct sms_size size = sms_size(text);
	if (size.segments > SEGMENTS_MAX)
		return cli_usage(cli, "the text needs %d SMS; at most %d go out as one message",
				 size.segments, SEGMENTS_MAX);
	status = sql_connect(cli, &conn);
	if (status)
		return status;
	status = send_now(cli, conn, msisdn, text, size.segments, seconds);
	PQfinish(conn);
	return status;
}
