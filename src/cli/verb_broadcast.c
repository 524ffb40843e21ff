/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "numbers.h"
#include "output.h"
#include "sql.h"

/* `broadcast send`: drafted, given its numbers, shown, tried, sent; and the
 * verbs that look at or stop what is under way (watch: verb_broadcast_watch.c). */

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct column list_columns[] = {
    {"id", "No", COLUMN_INT},           {"code", "Code", COLUMN_TEXT},
    {"at", "At", COLUMN_TIME},          {"group_code", "Group", COLUMN_TEXT},
    {"kind", "Kind", COLUMN_TEXT},      {"actor", NULL, COLUMN_PLAIN},
    {"status", "State", COLUMN_TEXT},   {"starts_at", NULL, COLUMN_TIME},
    {"total", "To", COLUMN_INT},        {"skipped", "Skipped", COLUMN_INT},
    {"waiting", "Waiting", COLUMN_INT}, {"sent", "Sent", COLUMN_INT},
    {"delivered", NULL, COLUMN_INT},    {"failed", "Failed", COLUMN_INT},
    {"body", "Text", COLUMN_PLAIN},
};

static const struct column show_columns[] = {
    {"id", "Broadcast", COLUMN_INT},
    {"code", "Code", COLUMN_TEXT},
    {"group_code", "Group", COLUMN_TEXT},
    {"kind", "Kind", COLUMN_TEXT},
    {"actor", "By", COLUMN_PLAIN},
    {"status", "State", COLUMN_TEXT},
    {"body", "Text", COLUMN_PLAIN},
    {"audience", NULL, COLUMN_JSON},
    {"created_at", "Prepared", COLUMN_TIME},
    {"starts_at", "Starts", COLUMN_TIME},
    {"ends_at", "Ends", COLUMN_TIME},
    {"enqueued_at", "Enqueued", COLUMN_TIME},
    {"finished_at", "Finished", COLUMN_TIME},
    {"resumes_at", "Goes on at", COLUMN_TIME},
    {"held", "Held back", COLUMN_TEXT},
    {"total", "To", COLUMN_INT},
    {"waiting", "Waiting", COLUMN_INT},
    {"sent", "Sent", COLUMN_INT},
    {"delivered", "Delivered", COLUMN_INT},
    {"undelivered", "Not delivered", COLUMN_INT},
    {"failed", "Failed", COLUMN_INT},
    {"expired", "Too late", COLUMN_INT},
    {"uncertain", "Nobody knows", COLUMN_INT},
    {"cancelled", "Cancelled", COLUMN_INT},
    {"skipped", NULL, COLUMN_JSON},
    {"per_minute", NULL, COLUMN_TEXT},
    {"seconds_left", "Seconds left", COLUMN_INT},
};

static const struct column failure_columns[] = {
    {"peer", "Number", COLUMN_PLAIN}, {"group_code", "Group", COLUMN_TEXT},
    {"number", "Member", COLUMN_INT}, {"name", "Name", COLUMN_TEXT},
    {"why", "Why", COLUMN_TEXT},      {"error", "Error", COLUMN_PLAIN},
};

static const struct column preview_columns[] = {
    {"recipients", "To", COLUMN_INT},  {"skipped", NULL, COLUMN_JSON},
    {"parts", "SMS", COLUMN_INT},      {"longest", NULL, COLUMN_INT},
    {"at_most", NULL, COLUMN_BOOL},    {"cost", "Cost", COLUMN_AMOUNT},
    {"begins", "Starts", COLUMN_TIME}, {"second_above", NULL, COLUMN_BOOL},
    {"peer", NULL, COLUMN_PLAIN},      {"name", NULL, COLUMN_TEXT},
    {"number", NULL, COLUMN_INT},      {"body", NULL, COLUMN_PLAIN},
};

int broadcast_check_id(const struct cli *cli)
{
	int64_t id;
	return cli_int(cli, "the broadcast's number", cli->argv[0], 1, INT64_C(1000000000), &id);
}

/* --- what is to be sent --- */

static char *settings_of(const struct cli *cli)
{
	const char *roles = cli_value(cli, "role");
	json_t *json =
	    json_pack("{s:s, s:o, s:s, s:o, s:b, s:b, s:b, s:s, s:s, s:s}", "text", cli->argv[0],
		      "groups", cli_words(cli_value(cli, "group")), "kecamatan",
		      cli_value(cli, "kecamatan") ? cli_value(cli, "kecamatan") : "", "roles",
		      cli_words(cli_value(cli, "officers") ? "bendahara,ketua,sekretaris" : roles),
		      "late", cli_value(cli, "late") != NULL, "all", cli_value(cli, "all") != NULL,
		      "numbers", cli_value(cli, "csv") != NULL, "starts",
		      cli_value(cli, "start") ? cli_value(cli, "start") : "", "ends",
		      cli_value(cli, "end") ? cli_value(cli, "end") : "", "kind",
		      cli_value(cli, "minutes") ? "minutes" : "siaran");
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (!text)
		fatal("out of memory");
	json_decref(json);
	return text;
}

/* The draft's number, to be freed. */
static int draft(struct cli *cli, PGconn *conn, char **id)
{
	PGresult *result;
	const char *file = cli_value(cli, "csv");
	int64_t numbers;
	char *settings = settings_of(cli);
	int status = sql_query(conn, &result, "select api.broadcast_draft($1, $2::jsonb)", 2,
			       (const char *const[]){cli_actor(), settings});
	free(settings);
	if (status)
		return status;
	*id = xstrdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	return file ? numbers_load(cli, conn, *id, file, &numbers) : CLI_OK;
}

/* --- shown before it is sent --- */

static void print_skipped(const char *text)
{
	static const char *const words[][2] = {
	    {"stop", "have sent STOP"},
	    {"often", "had as many today as their group allows"},
	    {"same", "had this text today"},
	    {"phone", "have no telephone"},
	};
	json_t *skipped = json_loads(text, 0, NULL);
	for (size_t i = 0; i < COUNT(words); i++) {
		json_int_t n = json_integer_value(json_object_get(skipped, words[i][0]));
		if (n)
			printf("Not to: %lld who %s\n", (long long)n, words[i][1]);
	}
	json_decref(skipped);
}

static void print_preview(const struct cli *cli, const PGresult *preview)
{
	bool at_most = *PQgetvalue(preview, 0, PQfnumber(preview, "at_most")) == 't';
	output_record(cli, preview, 0, preview_columns, COUNT(preview_columns));
	if (at_most)
		puts("SMS and cost: at most so much, reckoned from a part of the recipients");
	print_skipped(PQgetvalue(preview, 0, PQfnumber(preview, "skipped")));
	for (int i = 0; i < PQntuples(preview); i++) {
		if (PQgetisnull(preview, i, PQfnumber(preview, "peer")))
			continue;
		char *peer =
		    output_clean(PQgetvalue(preview, i, PQfnumber(preview, "peer")), cli->numbers);
		char *body = output_clean(PQgetvalue(preview, i, PQfnumber(preview, "body")), true);
		printf("\n%s %s\n  %s\n", peer, PQgetvalue(preview, i, PQfnumber(preview, "name")),
		       body);
		free(peer);
		free(body);
	}
}

/* CLI_OK: send it. */
static int ask(const struct cli *cli, const char *id)
{
	char *question = xasprintf("\nSend broadcast %s", id);
	int status = cli_ask(cli, question, "sent", "add --yes to send it, --preview to look only");
	free(question);
	return status;
}

static int send_test(const struct cli *cli, PGconn *conn, const char *id, const char *to)
{
	int status = sql_query(conn, NULL, "select api.broadcast_test($1::bigint, $2)", 2,
			       (const char *const[]){id, to});
	if (!status && !cli->json)
		printf("Sent to %s as a test; nobody else gets it.\n", to);
	return status;
}

static int send_it(PGconn *conn, const char *id, json_t *json)
{
	PGresult *sent;
	int status = sql_query(conn, &sent, "select * from api.broadcast_send($1::bigint)", 1,
			       (const char *const[]){id});
	if (status)
		return status;
	const char *state = PQgetvalue(sent, 0, PQfnumber(sent, "status"));
	if (json)
		json_object_set_new(json, "status", json_string(state));
	else if (strcmp(state, "waiting") == 0)
		printf("Broadcast %s will start at its time: `kentongan broadcast watch %s`\n", id,
		       id);
	else
		printf("Broadcast %s is under way to %s: `kentongan broadcast watch %s`\n", id,
		       PQgetvalue(sent, 0, PQfnumber(sent, "total")), id);
	PQclear(sent);
	return CLI_OK;
}

static int show_and_send(struct cli *cli, PGconn *conn, const char *id, bool *sent)
{
	PGresult *preview;
	char to[32];
	const char *test = cli_value(cli, "test");
	int status = test ? cli_msisdn(cli, test, to, sizeof to) : CLI_OK;
	if (!status)
		status = sql_query(conn, &preview,
				   "select * from api.broadcast_preview($1::bigint)", 1, &id);
	if (status)
		return status;
	json_t *json = NULL;
	if (cli->json) {
		json =
		    json_pack("{s:I, s:o}", "id", (json_int_t)strtoll(id, NULL, 10), "preview",
			      output_array(cli, preview, preview_columns, COUNT(preview_columns)));
		json_object_set_new(json, "status", json_string("draft"));
	} else {
		print_preview(cli, preview);
	}
	if (test)
		status = send_test(cli, conn, id, to);
	else if (!cli_value(cli, "preview")) {
		status = ask(cli, id);
		if (!status)
			status = send_it(conn, id, json);
		*sent = !status;
	} else if (!cli->json)
		puts("\nNothing was sent.");
	if (json)
		output_json(json);
	PQclear(preview);
	return status;
}

/* What was looked at only, or isn't wanted, leaves nothing in the list. */
static int discard(PGconn *conn, const char *id)
{
	if (PQstatus(conn) != CONNECTION_OK)
		return CLI_OK; /* the service drops it after a day */
	return sql_query(conn, NULL, "select api.broadcast_discard($1::bigint)", 1, &id);
}

int verb_broadcast_send(struct cli *cli)
{
	PGconn *conn;
	char *id = NULL;
	bool sent = false;
	if (!cli->argv[0][strspn(cli->argv[0], " \t\n")])
		return cli_usage(cli, "the text is empty");
	int status = sql_connect(cli, &conn);
	if (status)
		return status;
	status = draft(cli, conn, &id);
	if (!status)
		status = show_and_send(cli, conn, id, &sent);
	if (id && !sent) {
		int gone = discard(conn, id);
		status = status ? status : gone;
	}
	free(id);
	PQfinish(conn);
	return status;
}

/* --- what is under way --- */

int verb_broadcast_list(struct cli *cli)
{
	PGresult *result;
	int status = sql_once(cli, &result, "select * from api.broadcast_list($1)", 1,
			      (const char *const[]){cli->argc ? cli->argv[0] : NULL});
	if (!status) {
		output_rows(cli, result, list_columns, COUNT(list_columns),
			    "No broadcasts yet: `kentongan broadcast send` makes one.", true);
		PQclear(result);
	}
	return status;
}

int verb_broadcast_show(struct cli *cli)
{
	PGresult *result;
	int status = broadcast_check_id(cli);
	if (status)
		return status;
	status = sql_once(cli, &result, "select * from api.broadcast_show($1::bigint)", 1,
			  (const char *const[]){cli->argv[0]});
	if (!status) {
		output_record(cli, result, 0, show_columns, COUNT(show_columns));
		if (!cli->json)
			print_skipped(PQgetvalue(result, 0, PQfnumber(result, "skipped")));
		PQclear(result);
	}
	return status;
}

int verb_broadcast_failures(struct cli *cli)
{
	PGresult *result;
	int status = broadcast_check_id(cli);
	if (status)
		return status;
	status = sql_once(cli, &result, "select * from api.broadcast_failures($1::bigint)", 1,
			  (const char *const[]){cli->argv[0]});
	if (!status) {
		output_rows(cli, result, failure_columns, COUNT(failure_columns),
			    "Nobody: all that has left was taken by the network.", false);
		PQclear(result);
	}
	return status;
}

static int set(struct cli *cli, const char *state, const char *words)
{
	int status = broadcast_check_id(cli);
	if (!status)
		status = sql_once(cli, NULL, "select api.broadcast_set($1, $2::bigint, $3)", 3,
				  (const char *const[]){cli_actor(), cli->argv[0], state});
	if (!status && cli->json)
		output_json(json_pack("{s:I, s:s}", "id",
				      (json_int_t)strtoll(cli->argv[0], NULL, 10), "status",
				      state));
	else if (!status)
		puts(words);
	return status;
}

int verb_broadcast_pause(struct cli *cli)
{
	return set(cli, "paused",
		   "Paused: nothing more leaves but what a modem holds at this moment.");
}

int verb_broadcast_resume(struct cli *cli)
{
	return set(cli, "running", "It goes on.");
}

int verb_broadcast_cancel(struct cli *cli)
{
	return set(cli, "cancelled",
		   "Cancelled: nothing more leaves but what a modem holds at this moment.");
}
