/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DB_INTERNAL_H
#define KENTONGAN_DB_INTERNAL_H

/* The connection in three files: conninfo.c knows where to connect to,
 * pipeline.c keeps the FIFO of requests, db.c is the state machine over both. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kentongan/db.h"

/* --- statements.c --- */

struct db_prepared {
	const char *name;
	int params;
	const char *sql;
};
extern const struct db_prepared db_statements[];
extern const size_t db_statement_count;

/* --- conninfo.c: where to connect to --- */

/* A conninfo string taken apart. Of several hosts each connection attempt
 * tries one, so that each has a time limit of its own: libpq's asynchronous
 * connect would wait for a dead first host as long as we let it. */
struct conninfo;
int conninfo_parse(struct conninfo **out, const char *conninfo, const char *password_file,
		   const char *application, struct errbuf *err) MUSTCHECK;
void conninfo_free(struct conninfo **info);
size_t conninfo_hosts(const struct conninfo *info);
/* Starts connecting to host number HOST. NULL: out of memory. */
PGconn *conninfo_start(const struct conninfo *info, size_t host);
/* CONNINFO with its dbname replaced, malloc'd. NULL where it can't be read. */
char *conninfo_with_dbname(const char *conninfo, const char *dbname);
/* The database that CONNINFO names, malloc'd; NULL where it names none. */
char *conninfo_dbname(const char *conninfo);
/* First line of libpq's message, without what a reader can't use. */
void db_first_line(const char *message, char *out, size_t size);

/* libpq's notices, to the log. */
void db_on_notice(void *arg, const char *message);

/* --- pipeline.c: requests under way --- */

enum request_kind { REQUEST_RUN, REQUEST_PREPARE, REQUEST_SQL };

struct request {
	enum request_kind kind;
	int statement;   /* RUN, PREPARE: index in db_statements */
	const char *sql; /* SQL: a constant or as long-lived as the pipeline */
	db_reply_fn *fn;
	void *arg;
	char **held;      /* its parameters while libpq hasn't got them */
	PGresult *result; /* until the sync that ends the transaction */
};

/* Room for our own requests at connect beside the callers'. */
#define RING_SIZE 512

struct pipeline {
	PGconn *conn; /* borrowed; NULL when there is none */
	struct request ring[RING_SIZE];
	size_t head, count;
	size_t handed;   /* of COUNT, those that libpq has got */
	bool want_write; /* libpq has bytes that the socket didn't take */
	bool broken;     /* the connection has failed; its owner must say so */
	bool draining;
};

/* Starts with an empty FIFO on CONN (non-blocking, in pipeline mode). */
void pipeline_start(struct pipeline *pipeline, PGconn *conn);
/* Adds a request. PARAMS (n, NULL entries allowed) are copied or sent. */
void pipeline_add(struct pipeline *pipeline, struct request request, int n,
		  const char *const *params);
/* Sends what the socket takes. */
void pipeline_flush(struct pipeline *pipeline);
/* Takes what has arrived and calls back; returns how many were answered. */
size_t pipeline_drain(struct pipeline *pipeline);
/* Ends all requests as UNCERTAIN or NOT_SENT. */
void pipeline_fail(struct pipeline *pipeline);

/* --- db.c: in milliseconds; a test shortens them --- */

struct db_times {
	int64_t connect; /* one host may take so long to connect, check, prepare */
	int64_t answer;  /* a request unanswered for so long: the connection is dead */
	int64_t retry_min, retry_max;
	int64_t refused; /* between looks at a schema that didn't fit */
};
extern struct db_times db_times;

#endif
