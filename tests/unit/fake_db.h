/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A database that answers what a test tells it to, in order: stands in for
 * src/db/db.c in programs that link with this. */
#ifndef TESTS_UNIT_FAKE_DB_H
#define TESTS_UNIT_FAKE_DB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/db.h"
#include "kentongan/memory.h"

struct fake_request {
	enum db_statement statement;
	int n;
	char *params[24]; /* NULL = NULL */
	db_reply_fn *fn;
	void *arg;
};

struct db {
	bool up;
	struct fake_request requests[DB_QUEUE_MAX];
	size_t count;
	struct {
		void (*fn)(bool up, void *arg);
		void *arg;
	} states[32];
	size_t state_count;
	struct {
		void (*fn)(const char *payload, void *arg);
		void *arg;
	} listeners[32];
	size_t listener_count;
};

static const struct {
	const char *name;
	int params;
} fake_statements[] = {
#define STATEMENT(name, params, sql) {#name, params},
#include "kentongan/statements.h"
#undef STATEMENT
};

void db_on_state(struct db *db, void (*fn)(bool up, void *arg), void *arg)
{
	assert_true(db->state_count < 32);
	db->states[db->state_count].fn = fn;
	db->states[db->state_count++].arg = arg;
}

bool db_is_up(const struct db *db)
{
	return db->up;
}

void db_listen(struct db *db, const char *channel, void (*fn)(const char *payload, void *arg),
	       void *arg)
{
	assert_true(strcmp(channel, "kentongan_outbox") == 0 ||
		    strcmp(channel, "kentongan_events") == 0);
	assert_true(db->listener_count < 32);
	db->listeners[db->listener_count].fn = fn;
	db->listeners[db->listener_count++].arg = arg;
}

int db_query(struct db *db, enum db_statement statement, int n, const char *const *params,
	     db_reply_fn *fn, void *arg)
{
	struct fake_request *request = &db->requests[db->count];

	assert_int_equal(n, fake_statements[statement].params);
	if (!db->up)
		return -EAGAIN;
	if (db->count == DB_QUEUE_MAX)
		return -ENOBUFS;
	*request = (struct fake_request){.statement = statement, .n = n, .fn = fn, .arg = arg};
	for (int i = 0; i < n; i++)
		request->params[i] = params[i] ? xstrdup(params[i]) : NULL;
	db->count++;
	return 0;
}

size_t db_pending(const struct db *db)
{
	return db->count;
}

static void fake_notify(struct db *db)
{
	for (size_t i = 0; i < db->listener_count; i++)
		db->listeners[i].fn("", db->listeners[i].arg);
}

/* Ends the oldest request. RESULT is freed; only for DB_DONE. */
static void fake_answer(struct db *db, enum db_outcome outcome, PGresult *result,
			const char *sqlstate)
{
	struct fake_request request = db->requests[0];
	struct db_reply reply = {outcome, result, sqlstate, outcome == DB_FAILED ? "no" : ""};

	assert_true(db->count > 0);
	memmove(db->requests, db->requests + 1, --db->count * sizeof(request));
	request.fn(&reply, request.arg);
	for (int i = 0; i < request.n; i++)
		free(request.params[i]);
	if (result)
		PQclear(result);
}

/* Connected, or lost: then what was under way is lost with it. */
static void fake_state(struct db *db, bool up, enum db_outcome outcome)
{
	db->up = up;
	for (size_t i = 0; i < db->state_count; i++)
		db->states[i].fn(up, db->states[i].arg);
	while (!up && db->count)
		fake_answer(db, outcome, NULL, "");
}

/* One row; VALUES may hold NULL. */
static PGresult *fake_row(int columns, const char *const *names, const char *const *values)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc *attributes = xcalloc((size_t)columns, sizeof(*attributes));

	for (int i = 0; i < columns; i++)
		attributes[i].name = (char *)names[i];
	PQsetResultAttrs(result, columns, attributes);
	free(attributes);
	for (int i = 0; i < columns; i++)
		PQsetvalue(result, 0, i, (char *)values[i],
			   values[i] ? (int)strlen(values[i]) : -1);
	return result;
}

static PGresult *fake_value(const char *name, const char *value)
{
	return fake_row(1, &name, &value);
}

/* A claimed message, or (ID 0) none. */
static inline PGresult *fake_claimed(int64_t id, int attempt)
{
	static const char *const names[] = {"id",     "peer",   "template", "params",
					    "lang",   "class",  "attempt",  "validity_minutes",
					    "report", "wait_ms"};
	char number[24], try[16], params[64];
	const char *values[] = {
	    number, "+6281200000023", "operator", params, "id", "receipt", try, "60", "t", NULL};
	PGresult *result;

	snprintf(number, sizeof(number), "%lld", (long long)id);
	snprintf(try, sizeof(try), "%d", attempt);
	snprintf(params, sizeof(params), "{\"text\":\"pesan %lld\"}", (long long)id);
	if (id)
		return fake_row(10, names, values);
	result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	return result;
}

/* The oldest request, which must be of STATEMENT. */
static struct fake_request *fake_next(struct db *db, enum db_statement statement)
{
	if (!db->count)
		fail_msg("nothing was asked; expected %s", fake_statements[statement].name);
	if (db->requests[0].statement != statement)
		fail_msg("asked: %s; expected %s", fake_statements[db->requests[0].statement].name,
			 fake_statements[statement].name);
	return &db->requests[0];
}

static void fake_free(struct db *db)
{
	for (size_t i = 0; i < db->count; i++)
		for (int p = 0; p < db->requests[i].n; p++)
			free(db->requests[i].params[p]);
}

#endif
