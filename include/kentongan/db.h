/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DB_H
#define KENTONGAN_DB_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "kentongan/conf.h"
#include "kentongan/errors.h"
#include "kentongan/loop.h"

/* One asynchronous PostgreSQL connection on the loop: libpq non-blocking in
 * pipeline mode, a FIFO of requests, LISTEN/NOTIFY, reconnect with backoff.
 * Single-threaded: call from the loop's thread only. */
struct db;

/* How a request ended. UNCERTAIN: the connection was lost after the request
 * left, so that it may or may not have committed; the caller asks again with
 * the same idempotency key. NOT_SENT: lost before it left; nothing happened. */
enum db_outcome { DB_DONE, DB_FAILED, DB_UNCERTAIN, DB_NOT_SENT };

/* RESULT is set on DB_DONE only and is freed by db after the call. SQLSTATE
 * and MESSAGE are set on DB_FAILED ("" otherwise), good during the call. */
struct db_reply {
	enum db_outcome outcome;
	const PGresult *result;
	const char *sqlstate;
	const char *message;
};
typedef void db_reply_fn(const struct db_reply *reply, void *arg);

/* Every statement that the service runs is listed once in kentongan/statements.h
 * (X-macro: NAME, number of parameters, SQL) and prepared at connect. */
enum db_statement {
#define STATEMENT(name, params, sql) DB_##name,
#include "kentongan/statements.h"
#undef STATEMENT
	DB_STATEMENT_COUNT
};

/* Does not wait: the connection comes up on the loop. APPLICATION becomes
 * application_name ("kentongan modem desa"). Refuses (stays down, says why in
 * db_trouble) where the schema's version isn't the one that we know. */
struct db *db_new(struct loop *loop, const struct conf *conf, const char *application);
void db_free(struct db **db);

/* Adds a listener, called with up=true once the connection is usable (statements
 * prepared, channels listened to), with up=false as soon as it is lost, before the requests under
 * way are failed. Up to 32 may ask. None of db's callbacks may call db_free. */
void db_on_state(struct db *db, void (*fn)(bool up, void *arg), void *arg);
bool db_is_up(const struct db *db);
/* In plain words why it is down ("" when up), since when (wall seconds). */
const char *db_trouble(const struct db *db, int64_t *since);

/* LISTEN CHANNEL now and after each reconnect; up to 32, also to the same one.
 * CHANNEL is a constant. */
void db_listen(struct db *db, const char *channel, void (*fn)(const char *payload, void *arg),
	       void *arg);

/* Parameter text form, NULL = SQL NULL. The bytes are copied. Requests run in
 * order, each its own transaction; FN is called exactly once for each that
 * was accepted. Returns -EAGAIN when down, -ENOBUFS when the FIFO is full
 * (DB_QUEUE_MAX): then FN is not called. */
#define DB_QUEUE_MAX 256
MUSTCHECK int db_query(struct db *db, enum db_statement statement, int n, const char *const *params,
		       db_reply_fn *fn, void *arg);
/* How many requests wait for their answer. */
size_t db_pending(const struct db *db);

/* A bytea parameter in hex form ("\\x…"), in ARENA. */
char *db_bytea(struct arena *arena, const void *bytes, size_t length);
/* Value of a column by name: "" for NULL. A missing column is fatal: it means
 * that the binary and the schema don't fit. */
const char *db_text(const PGresult *result, int row, const char *column);
bool db_is_null(const PGresult *result, int row, const char *column);
int64_t db_int(const PGresult *result, int row, const char *column);
bool db_bool(const PGresult *result, int row, const char *column);

/* Synchronous connection for command-line verbs and migrations: blocking
 * libpq, never in a loop. CONNINFO as in libpq, password from the file named
 * in conf. */
MUSTCHECK int db_connect_blocking(PGconn **out, const char *conninfo, const char *password_file,
				  const char *application, struct errbuf *err);

#endif
