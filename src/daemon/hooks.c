/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

#define IN_FLIGHT 32
#define TIMEOUT_MS 15000
/* Longer than any try takes, the database's answers included. */
#define LEASE_SECONDS 60
/* The safety net below NOTIFY, and what waits for its time. */
#define POLL_MS 10000
#define POLL_LEAST_MS 200
#define SWEEP_FIRST_MS 60000
#define SWEEP_MS 3600000
#define STOP_MS 3000
#define ERROR_MAX 300

struct delivery {
	struct delivery *next;
	struct hooks *hooks;
	int64_t id;
	int tries;
	char *client, *url;
};

struct hooks {
	struct db *db;
	const struct secret *secret;
	struct fetch *fetch;
	struct timer *poll, *sweep, *patience;
	struct delivery *deliveries;
	int under_way;
	bool claiming, again; /* again: something came while we claimed */
	void (*stopped)(void *arg);
	void *stopped_arg;
	bool stopping;
};

static void claim(struct hooks *hooks);

/* --- signing --------------------------------------------------------------------- */

char *hooks_signature(const void *key, size_t length, int64_t unix_time, const char *body)
{
	crypto_auth_hmacsha256_state state;
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	char hex[2 * sizeof mac + 1], stamp[32];
	int n = snprintf(stamp, sizeof stamp, "%" PRId64 ".", unix_time);

	crypto_auth_hmacsha256_init(&state, key, length);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)stamp, (size_t)n);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)body, strlen(body));
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof state);
	sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
	return xasprintf("t=%" PRId64 ",v1=%s", unix_time, hex);
}

/* With the client's secret as the database has it (bytea); NULL where the
 * service's key doesn't open it. */
static char *sign(const struct hooks *hooks, const char *sealed, const char *body)
{
	size_t size = strlen(sealed) / 2 + 1, length = 0, key_length;
	uint8_t *bytes = xmalloc(size), *key;
	char *signature = NULL;

	if (strncmp(sealed, "\\x", 2) == 0 &&
	    sodium_hex2bin(bytes, size, sealed + 2, strlen(sealed + 2), NULL, &length, NULL) == 0 &&
	    secret_open(hooks->secret, bytes, length, &key, &key_length) == 0) {
		signature = hooks_signature(key, key_length, clock_wall(), body);
		sodium_memzero(key, key_length);
		free(key);
	}
	free(bytes);
	return signature;
}

/* --- what became of one -------------------------------------------------------------- */

static void tell_stopped(struct hooks *hooks)
{
	void (*fn)(void *arg) = hooks->stopped;

	hooks->stopped = NULL;
	timer_clear(hooks->patience);
	if (fn)
		fn(hooks->stopped_arg);
}

static void on_patience(void *arg)
{
	tell_stopped(arg);
}

static void delivery_free(struct delivery *delivery)
{
	struct delivery **link = &delivery->hooks->deliveries;

	while (*link != delivery)
		link = &(*link)->next;
	*link = delivery->next;
	delivery->hooks->under_way--;
	free(delivery->client);
	free(delivery->url);
	free(delivery);
}

/* Whatever happened, this one isn't ours any more. */
static void delivery_end(struct delivery *delivery)
{
	struct hooks *hooks = delivery->hooks;

	delivery_free(delivery);
	if (hooks->stopping && !hooks->under_way)
		tell_stopped(hooks);
	else
		claim(hooks);
}

static void on_recorded(const struct db_reply *reply, void *arg)
{
	struct delivery *delivery = arg;
	long long id = (long long)delivery->id;

	if (reply->outcome == DB_FAILED) {
		log_error("hooks", "event %lld: %s", id, reply->message);
	} else if (reply->outcome == DB_DONE) {
		const char *outcome = db_text(reply->result, 0, "outcome");
		if (strcmp(outcome, "given_up") == 0)
			log_error("hooks", "client %s: event %lld is given up", delivery->client,
				  id);
		else if (strcmp(outcome, "off") == 0)
			log_error("hooks", "client %s wants no events any more (410)",
				  delivery->client);
	}
	/* Not recorded: the lease runs out, and it is told again. */
	delivery_end(delivery);
}

static void record(struct delivery *delivery, int answer, const char *error)
{
	char id[32], tries[16], status[16], cut[ERROR_MAX];
	const char *params[] = {id, tries, delivery->url, status, cut};

	snprintf(id, sizeof id, "%" PRId64, delivery->id);
	snprintf(tries, sizeof tries, "%d", delivery->tries);
	snprintf(status, sizeof status, "%d", answer);
	snprintf(cut, sizeof cut, "%s", error);
	if (db_query(delivery->hooks->db, DB_EVENT_DONE, 5, params, on_recorded, delivery) != 0)
		delivery_end(delivery);
}

static void on_answer(const struct fetch_answer *answer, void *arg)
{
	struct delivery *delivery = arg;
	char words[64];
	const char *error = answer->error;

	if (answer->status) {
		snprintf(words, sizeof words, "HTTP %d", answer->status);
		error = words;
	}
	if (answer->status < 200 || answer->status > 299)
		log_info("hooks", "client %s: event %" PRId64 ", try %d: %s", delivery->client,
			 delivery->id, delivery->tries, error);
	record(delivery, answer->status, error);
}

/* --- sending ------------------------------------------------------------------------- */

static void deliver(struct hooks *hooks, const PGresult *result, int row)
{
	struct delivery *delivery = xcalloc(1, sizeof *delivery);
	const char *body = db_text(result, row, "body");
	char *signature = sign(hooks, db_text(result, row, "secret"), body);

	delivery->hooks = hooks;
	delivery->id = db_int(result, row, "id");
	delivery->tries = (int)db_int(result, row, "tries");
	delivery->client = xstrdup(db_text(result, row, "client"));
	delivery->url = xstrdup(db_text(result, row, "url"));
	delivery->next = hooks->deliveries;
	hooks->deliveries = delivery;
	hooks->under_way++;
	if (!signature) {
		log_error("hooks", "client %s: its secret was sealed with another key",
			  delivery->client);
		record(delivery, 0, "its secret was sealed with another key");
		return;
	}
	char *kind = xasprintf("Kentongan-Event: %s", db_text(result, row, "kind"));
	char *id = xasprintf("Kentongan-Id: %" PRId64, delivery->id);
	char *signed_by = xasprintf("Kentongan-Signature: %s", signature);
	const char *headers[] = {"Content-Type: application/json", kind, id, signed_by, NULL};
	fetch_send(hooks->fetch,
		   &(struct fetch_request){.url = delivery->url,
					   .body = body,
					   .length = strlen(body),
					   .headers = headers,
					   .timeout_ms = TIMEOUT_MS},
		   on_answer, delivery);
	free(kind);
	free(id);
	free(signed_by);
	free(signature);
}

/* --- claiming ------------------------------------------------------------------------ */

/* When to look again, if nobody wakes us: at the time of the next one. */
static void set_poll(struct hooks *hooks, const PGresult *result, int row)
{
	int64_t ms = POLL_MS;

	if (!db_is_null(result, row, "wait_ms") && db_int(result, row, "wait_ms") < ms)
		ms = db_int(result, row, "wait_ms");
	timer_set(hooks->poll, ms < POLL_LEAST_MS ? POLL_LEAST_MS : ms);
}

static void on_claimed(const struct db_reply *reply, void *arg)
{
	struct hooks *hooks = arg;
	bool again = hooks->again;

	hooks->claiming = hooks->again = false;
	if (reply->outcome == DB_FAILED)
		log_error("hooks", "events can't be claimed: %s", reply->message);
	if (reply->outcome != DB_DONE) {
		timer_set(hooks->poll, POLL_MS);
		return;
	}
	int rows = PQntuples(reply->result);
	for (int row = 0; row < rows; row++) {
		if (db_is_null(reply->result, row, "id"))
			set_poll(hooks, reply->result, row);
		else if (!hooks->stopping)
			deliver(hooks, reply->result, row);
	}
	if (again)
		claim(hooks);
}

static void claim(struct hooks *hooks)
{
	char limit[16], lease[16];
	const char *params[] = {limit, lease};

	if (hooks->claiming) {
		hooks->again = true;
		return;
	}
	if (hooks->stopping || !db_is_up(hooks->db) || hooks->under_way >= IN_FLIGHT)
		return;
	snprintf(limit, sizeof limit, "%d", IN_FLIGHT - hooks->under_way);
	snprintf(lease, sizeof lease, "%d", LEASE_SECONDS);
	if (db_query(hooks->db, DB_EVENTS_CLAIM, 2, params, on_claimed, hooks) == 0)
		hooks->claiming = true;
	else
		timer_set(hooks->poll, POLL_MS);
}

static void on_poll(void *arg)
{
	struct hooks *hooks = arg;

	timer_set(hooks->poll, POLL_MS);
	claim(hooks);
}

static void on_notified(const char *payload, void *arg)
{
	(void)payload;
	claim(arg);
}

static void on_database(bool up, void *arg)
{
	if (up)
		on_poll(arg);
}

/* --- what is old ----------------------------------------------------------------------- */

static void on_swept(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_error("hooks", "old events can't be deleted: %s", reply->message);
}

static void on_sweep(void *arg)
{
	struct hooks *hooks = arg;

	timer_set(hooks->sweep, SWEEP_MS);
	if (db_query(hooks->db, DB_EVENTS_SWEEP, 0, NULL, on_swept, NULL) != 0)
		log_debug("hooks", "old events are deleted another time");
}

/* --- beginning and end -------------------------------------------------------------------- */

struct hooks *hooks_new(struct loop *loop, struct db *db, const struct secret *secret)
{
	struct hooks *hooks = xcalloc(1, sizeof *hooks);

	hooks->db = db;
	hooks->secret = secret;
	hooks->fetch = fetch_new(loop, IN_FLIGHT);
	hooks->poll = timer_new(loop, on_poll, hooks);
	hooks->sweep = timer_new(loop, on_sweep, hooks);
	hooks->patience = timer_new(loop, on_patience, hooks);
	db_on_state(db, on_database, hooks);
	db_listen(db, "kentongan_events", on_notified, hooks);
	timer_set(hooks->sweep, SWEEP_FIRST_MS);
	return hooks;
}

void hooks_stop(struct hooks *hooks, void (*fn)(void *arg), void *arg)
{
	hooks->stopping = true;
	hooks->stopped = fn;
	hooks->stopped_arg = arg;
	timer_clear(hooks->poll);
	timer_clear(hooks->sweep);
	timer_set(hooks->patience, hooks->under_way ? STOP_MS : 0);
}

void hooks_forget(struct hooks *hooks)
{
	if (!hooks)
		return;
	hooks->stopping = true;
	hooks->stopped = NULL;
	fetch_free(&hooks->fetch);
}

void hooks_free(struct hooks **hooks)
{
	if (!*hooks)
		return;
	timer_free(&(*hooks)->poll);
	timer_free(&(*hooks)->sweep);
	timer_free(&(*hooks)->patience);
	while ((*hooks)->deliveries)
		delivery_free((*hooks)->deliveries);
	free(*hooks);
	*hooks = NULL;
}
