/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "metrics.h"

#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

#define FRESH_MS 1000
#define PATIENCE_MS 2000
#define WAITERS_MAX 16
#define ROWS_MAX 10000
#define TYPE "text/plain; version=0.0.4; charset=utf-8"

struct metrics {
	struct db *db;
	metrics_status_fn *status;
	void *arg;
	struct timer *patience;
	struct http_exchange *waiters[WAITERS_MAX];
	size_t waiter_count;
	struct strbuf known; /* what the database said last */
	int64_t known_ms;    /* when; -1 = never */
	bool asking;
};

/* --- format --- */

/* PostgreSQL's spelling of what isn't finite is not Prometheus's. */
static const char *number(const char *value)
{
	if (strcmp(value, "Infinity") == 0)
		return "+Inf";
	if (strcmp(value, "-Infinity") == 0)
		return "-Inf";
	return value;
}

static bool seen_before(const PGresult *result, int row, const char *name)
{
	for (int i = 0; i < row; i++)
		if (strcmp(db_text(result, i, "name"), name) == 0)
			return true;
	return false;
}

static void add_family(const PGresult *result, int first, int rows, struct strbuf *out)
{
	const char *name = db_text(result, first, "name");
	strbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, db_text(result, first, "help"),
		      name, db_text(result, first, "kind"));
	for (int i = first; i < rows; i++) {
		if (strcmp(db_text(result, i, "name"), name) != 0 || db_is_null(result, i, "value"))
			continue;
		const char *labels = db_text(result, i, "labels");
		strbuf_printf(out, *labels ? "%s{%s} %s\n" : "%s%s %s\n", name, labels,
			      number(db_text(result, i, "value")));
	}
}

void metrics_format(const PGresult *result, struct strbuf *out)
{
	int rows = PQntuples(result);
	if (rows > ROWS_MAX)
		rows = ROWS_MAX;
	for (int i = 0; i < rows; i++)
		if (!seen_before(result, i, db_text(result, i, "name")))
			add_family(result, i, rows, out);
}

/* --- asking and answering --- */

static void reply(struct metrics *metrics, struct http_exchange *exchange, bool with_known)
{
	struct strbuf body = {0};
	struct status status = metrics->status(metrics->arg);
	status_metrics(&status, &body);
	if (with_known && metrics->known.length)
		strbuf_add(&body, metrics->known.text, metrics->known.length);
	http_reply(exchange, 200, TYPE, body.text, body.length);
	strbuf_free(&body);
}

static void answer_waiters(struct metrics *metrics, bool with_known)
{
	size_t count = metrics->waiter_count;
	metrics->waiter_count = 0;
	timer_clear(metrics->patience);
	for (size_t i = 0; i < count; i++)
		reply(metrics, metrics->waiters[i], with_known);
}

static void on_metrics(const struct db_reply *answer, void *arg)
{
	struct metrics *metrics = arg;
	bool good = answer->outcome == DB_DONE;
	metrics->asking = false;
	if (good) {
		strbuf_clear(&metrics->known);
		metrics_format(answer->result, &metrics->known);
		metrics->known_ms = clock_mono_ms();
	} else if (answer->outcome == DB_FAILED) {
		log_warn("metrics", "the database's figures: %s", answer->message);
	}
	answer_waiters(metrics, good);
}

/* The database is slow: old figures would look like new ones, so none. */
static void on_patience(void *arg)
{
	answer_waiters(arg, false);
}

void metrics_answer(struct http_exchange *exchange, void *arg)
{
	struct metrics *metrics = arg;
	bool fresh = metrics->known_ms >= 0 && clock_mono_ms() - metrics->known_ms < FRESH_MS;
	if (fresh || !db_is_up(metrics->db) || metrics->waiter_count == WAITERS_MAX) {
		reply(metrics, exchange, fresh && db_is_up(metrics->db));
		return;
	}
	if (!metrics->asking) {
		if (db_query(metrics->db, DB_METRICS, 0, NULL, on_metrics, metrics) != 0) {
			reply(metrics, exchange, false);
			return;
		}
		metrics->asking = true;
	}
	metrics->waiters[metrics->waiter_count++] = exchange;
	if (!timer_pending(metrics->patience))
		timer_set(metrics->patience, PATIENCE_MS);
}

struct metrics *metrics_new(struct loop *loop, struct db *db, metrics_status_fn *status, void *arg)
{
	struct metrics *metrics = xcalloc(1, sizeof *metrics);
	metrics->db = db;
	metrics->status = status;
	metrics->arg = arg;
	metrics->known_ms = -1;
	metrics->patience = timer_new(loop, on_patience, metrics);
	return metrics;
}

void metrics_forget_waiters(struct metrics *metrics)
{
	metrics->waiter_count = 0;
	timer_clear(metrics->patience);
}

void metrics_free(struct metrics **metrics)
{
	if (!*metrics)
		return;
	timer_free(&(*metrics)->patience);
	strbuf_free(&(*metrics)->known);
	free(*metrics);
	*metrics = NULL;
}
