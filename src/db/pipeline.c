/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db_internal.h"

#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"

/* Each request is followed by a sync of its own, so it is a transaction of its
 * own, and it is answered when that sync is: a deferred constraint fails at
 * the commit, after the statement's own result has come. */

void pipeline_start(struct pipeline *pipeline, PGconn *conn)
{
	if (pipeline->count)
		fatal("db: a pipeline starts with %zu requests", pipeline->count);
	pipeline->conn = conn;
	pipeline->head = pipeline->handed = 0;
	pipeline->want_write = pipeline->broken = false;
}

static struct request *at(struct pipeline *pipeline, size_t index)
{
	return &pipeline->ring[(pipeline->head + index) % RING_SIZE];
}

/* --- out --- */

/* One block: N + 1 pointers, then the texts. */
static char **hold(int n, const char *const *params)
{
	size_t size = 0;
	for (int i = 0; i < n; i++)
		size += params[i] ? strlen(params[i]) + 1 : 0;
	char **held = xmalloc(sizeof *held * ((size_t)n + 1) + size);
	char *text = (char *)(held + n + 1);
	for (int i = 0; i < n; i++) {
		held[i] = params[i] ? text : NULL;
		if (params[i])
			text = stpcpy(text, params[i]) + 1;
	}
	held[n] = NULL;
	return held;
}

static bool send_request(PGconn *conn, const struct request *request, const char *const *params)
{
	const struct db_prepared *prepared = &db_statements[request->statement];
	switch (request->kind) {
	case REQUEST_RUN:
		return PQsendQueryPrepared(conn, prepared->name, prepared->params, params, NULL,
					   NULL, 0);
	case REQUEST_PREPARE:
		return PQsendPrepare(conn, prepared->name, prepared->sql, prepared->params, NULL);
	case REQUEST_SQL:
		return PQsendQueryParams(conn, request->sql, 0, NULL, NULL, NULL, NULL, 0);
	}
	return false;
}

static void hand_over(struct pipeline *pipeline, struct request *request, const char *const *params)
{
	/* From here on its bytes may be on their way. */
	pipeline->handed++;
	if (!send_request(pipeline->conn, request, params) || !PQpipelineSync(pipeline->conn)) {
		pipeline->broken = true;
		return;
	}
	int rc = PQflush(pipeline->conn);
	pipeline->want_write = rc == 1;
	pipeline->broken |= rc < 0;
}

void pipeline_add(struct pipeline *pipeline, struct request request, int n,
		  const char *const *params)
{
	if (pipeline->count == RING_SIZE)
		fatal("db: more than %d requests", RING_SIZE);
	struct request *slot = at(pipeline, pipeline->count++);
	*slot = request;
	/* libpq doesn't tell how far it got with what it holds. So it gets no
	 * more while it holds something: what we hold has surely not left. */
	if (pipeline->want_write || pipeline->broken || pipeline->handed < pipeline->count - 1)
		slot->held = hold(n, params);
	else
		hand_over(pipeline, slot, params);
}

void pipeline_flush(struct pipeline *pipeline)
{
	if (pipeline->broken)
		return;
	int rc = PQflush(pipeline->conn);
	pipeline->want_write = rc == 1;
	pipeline->broken = rc < 0;
	/* libpq calls a failed write a success until the reason has been read:
	 * so read, before what we hold goes the same way. */
	if (!pipeline->want_write && pipeline->handed < pipeline->count &&
	    !PQconsumeInput(pipeline->conn))
		pipeline->broken = true;
	while (!pipeline->want_write && !pipeline->broken && pipeline->handed < pipeline->count) {
		struct request *request = at(pipeline, pipeline->handed);
		char **held = request->held;
		request->held = NULL;
		hand_over(pipeline, request, (const char *const *)held);
		free(held);
	}
}

/* --- in --- */

static struct request take_head(struct pipeline *pipeline)
{
	struct request request = *at(pipeline, 0);
	*at(pipeline, 0) = (struct request){0};
	pipeline->head = (pipeline->head + 1) % RING_SIZE;
	pipeline->count--;
	if (pipeline->handed)
		pipeline->handed--;
	return request;
}

static void finish(struct request request)
{
	ExecStatusType status = PQresultStatus(request.result);
	struct db_reply reply = {.outcome = DB_DONE, .sqlstate = "", .message = ""};
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
		reply.result = request.result;
	} else {
		const char *state = PQresultErrorField(request.result, PG_DIAG_SQLSTATE);
		const char *message = PQresultErrorField(request.result, PG_DIAG_MESSAGE_PRIMARY);
		reply.outcome = DB_FAILED;
		reply.sqlstate = state ? state : "XX000";
		reply.message = message ? message : PQresultErrorMessage(request.result);
		/* Class 22 quotes the datum, which may be what a member wrote. */
		log_warn("db", "%s: %s: %s",
			 request.kind == REQUEST_SQL ? "sql"
						     : db_statements[request.statement].name,
			 reply.sqlstate,
			 strncmp(reply.sqlstate, "22", 2) == 0 ? "bad datum" : reply.message);
	}
	if (request.fn)
		request.fn(&reply, request.arg);
	PQclear(request.result);
}

/* Returns true when RESULT ended the request at the head. */
static bool take_result(struct pipeline *pipeline, PGresult *result)
{
	struct request *head = at(pipeline, 0);
	if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
		PQclear(result);
		finish(take_head(pipeline));
		return true;
	}
	/* A later one is the commit's error and counts more. */
	PQclear(head->result);
	head->result = result;
	return false;
}

size_t pipeline_drain(struct pipeline *pipeline)
{
	if (pipeline->draining)
		fatal("db: a reply's callback runs the loop");
	pipeline->draining = true;
	size_t answered = 0;
	int nulls = 0;
	/* Between a request's result and its sync libpq gives one NULL; more of
	 * them mean that it has nothing to give. */
	while (pipeline->handed && nulls < 2 && !PQisBusy(pipeline->conn)) {
		PGresult *result = PQgetResult(pipeline->conn);
		nulls = result ? 0 : nulls + 1;
		if (result && take_result(pipeline, result))
			answered++;
	}
	pipeline->draining = false;
	return answered;
}

void pipeline_fail(struct pipeline *pipeline)
{
	/* A callback may look at the FIFO, and finds it without itself. */
	size_t sent = pipeline->handed;
	pipeline->conn = NULL;
	while (pipeline->count) {
		struct request request = take_head(pipeline);
		struct db_reply reply = {
		    .outcome = sent ? DB_UNCERTAIN : DB_NOT_SENT,
		    .sqlstate = "",
		    .message = "",
		};
		sent -= sent ? 1 : 0;
		PQclear(request.result);
		free(request.held);
		if (request.fn)
			request.fn(&reply, request.arg);
	}
}
