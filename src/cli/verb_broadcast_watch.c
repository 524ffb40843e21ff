/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "output.h"
#include "sql.h"

/* How far a broadcast is, until it is over: a bar on a terminal, a line for
 * each change elsewhere, an object for each change with --json. */

#define BAR 30

struct progress {
	int64_t total, waiting, sent, delivered, failed, uncertain, seconds;
	char state[16];
	char resumes[32];
	char held[64]; /* why nothing leaves; "" = it does */
};

static int64_t number(const PGresult *result, const char *name)
{
	int column = PQfnumber(result, name);
	return PQgetisnull(result, 0, column) ? -1
					      : strtoll(PQgetvalue(result, 0, column), NULL, 10);
}

static int look(PGconn *conn, const char *id, struct progress *p)
{
	PGresult *result;
	int status =
	    sql_query(conn, &result, "select * from api.broadcast_show($1::bigint)", 1, &id);
	if (status)
		return status;
	*p = (struct progress){
	    .total = number(result, "total"),
	    .waiting = number(result, "waiting"),
	    .sent = number(result, "sent"),
	    .delivered = number(result, "delivered"),
	    .failed = number(result, "failed") + number(result, "undelivered") +
		      number(result, "expired"),
	    .uncertain = number(result, "uncertain"),
	    .seconds = number(result, "seconds_left"),
	};
	snprintf(p->state, sizeof p->state, "%s",
		 PQgetvalue(result, 0, PQfnumber(result, "status")));
	snprintf(p->held, sizeof p->held, "%s", PQgetvalue(result, 0, PQfnumber(result, "held")));
	int column = PQfnumber(result, "resumes_at");
	if (!PQgetisnull(result, 0, column)) {
		char *at = output_cell(NULL, PQgetvalue(result, 0, column), COLUMN_TIME);
		snprintf(p->resumes, sizeof p->resumes, "%s", at);
		free(at);
	}
	PQclear(result);
	return CLI_OK;
}

static bool is_over(const struct progress *p)
{
	return strcmp(p->state, "done") == 0 || strcmp(p->state, "cancelled") == 0 ||
	       strcmp(p->state, "draft") == 0;
}

static void print_left(const struct progress *p)
{
	if (*p->held)
		printf(", %s", p->held);
	if (*p->resumes)
		printf(", goes on at %s", p->resumes);
	else if (*p->held)
		return;
	else if (p->seconds >= 5400)
		printf(", about %lld hours left", (long long)(p->seconds + 1800) / 3600);
	else if (p->seconds >= 90)
		printf(", about %lld minutes left", (long long)(p->seconds + 30) / 60);
	else if (p->seconds > 0)
		printf(", %lld seconds left", (long long)p->seconds);
}

static void print_line(const struct progress *p, bool bar)
{
	int64_t over = p->total - p->waiting;
	if (strcmp(p->state, "draft") == 0) {
		puts("draft: it hasn't been started, nothing is sent");
		return;
	}
	int percent = p->total > 0 ? (int)(over * 100 / p->total) : is_over(p) ? 100 : 0;
	if (bar) {
		int full = percent * BAR / 100;
		fputs("\r\033[K[", stdout);
		for (int i = 0; i < BAR; i++)
			putchar(i < full ? '#' : '-');
		fputs("] ", stdout);
	}
	printf("%3d %%  %s: %lld of %lld sent, %lld delivered, %lld failed", percent, p->state,
	       (long long)p->sent, (long long)p->total, (long long)p->delivered,
	       (long long)p->failed);
	if (p->uncertain)
		printf(", %lld uncertain", (long long)p->uncertain);
	if (!is_over(p))
		print_left(p);
	if (!bar || is_over(p))
		putchar('\n');
	fflush(stdout);
}

static void print_object(const char *id, const struct progress *p)
{
	json_t *json =
	    json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:s*}", "id",
		      (json_int_t)strtoll(id, NULL, 10), "status", p->state, "total",
		      (json_int_t)p->total, "waiting", (json_int_t)p->waiting, "sent",
		      (json_int_t)p->sent, "delivered", (json_int_t)p->delivered, "failed",
		      (json_int_t)p->failed, "uncertain", (json_int_t)p->uncertain, "seconds_left",
		      p->seconds < 0 ? json_null() : json_integer(p->seconds), "held",
		      *p->held ? p->held : NULL);
	char *text = json ? json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	if (!text)
		fatal("out of memory");
	puts(text);
	fflush(stdout);
	free(text);
	json_decref(json);
}

static bool is_same(const struct progress *a, const struct progress *b)
{
	return strcmp(a->state, b->state) == 0 && a->waiting == b->waiting && a->sent == b->sent &&
	       a->delivered == b->delivered && a->failed == b->failed &&
	       strcmp(a->held, b->held) == 0;
}

static int watch(const struct cli *cli, PGconn *conn, const char *id)
{
	const struct timespec pause = {.tv_sec = 1};
	bool bar = !cli->json && isatty(STDOUT_FILENO);
	struct progress before = {.total = -1}, now;
	for (;;) {
		int status = look(conn, id, &now);
		if (status)
			return status;
		if (bar || before.total < 0 || !is_same(&before, &now)) {
			if (cli->json)
				print_object(id, &now);
			else
				print_line(&now, bar);
		}
		if (is_over(&now))
			return CLI_OK;
		before = now;
		nanosleep(&pause, NULL);
	}
}

int verb_broadcast_watch(struct cli *cli)
{
	PGconn *conn;
	int status = broadcast_check_id(cli);
	if (!status)
		status = sql_connect(cli, &conn);
	if (status)
		return status;
	status = watch(cli, conn, cli->argv[0]);
	PQfinish(conn);
	return status;
}
