/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_METRICS_H
#define KENTONGAN_DAEMON_METRICS_H

#include "kentongan/db.h"
#include "kentongan/loop.h"

#include "kentongan/http.h"
#include "status.h"

/* What the database knows, for Prometheus: asked for when somebody looks, at
 * most once a second whoever looks how often. */
struct metrics;

/* STATUS puts together the facts about this process at the time of the call. */
typedef struct status metrics_status_fn(void *arg);

struct metrics *metrics_new(struct loop *loop, struct db *db, metrics_status_fn *status, void *arg);
void metrics_free(struct metrics **metrics);
/* Before http_free(), which ends the exchanges that wait for us. */
void metrics_forget_waiters(struct metrics *metrics);

/* A route (arg is the struct metrics): answers now or when the database has;
 * without what it knows where it is away or slow. */
http_route_fn metrics_answer;

/* Rows of (name, labels, value, help, kind) as Prometheus's text format, one
 * HELP and TYPE a name however the rows are ordered. */
void metrics_format(const PGresult *result, struct strbuf *out);

#endif
