/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events on one loop: a database that answers as it is told, and a receiver. */
#include "fake_db.h"
#include "until.h"

#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/http.h"

#include "../../src/daemon/hooks.h"

#define SECRET "whsec_test"
#define HELD_MAX 64
#define MOST 32 /* at once */

static char dir[] = "/tmp/kentongan-hooks.XXXXXX";

static struct loop *loop;
static struct http *http;
static struct db db;
static struct secret *secret;
static struct hooks *hooks;
static char url[64];
static int stopped;

/* The receiver: answers STATUS, or holds (0). */
static struct {
	int status, taken, held_count;
	struct http_exchange *held[HELD_MAX];
	char event[64], id[32], signature[128], type[64], body[256];
} box;

static void keep(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
}

static void on_event(struct http_exchange *exchange, void *arg)
{
	size_t length;

	(void)arg;
	box.taken++;
	keep(box.event, sizeof(box.event), http_header(exchange, "Kentongan-Event"));
	keep(box.id, sizeof(box.id), http_header(exchange, "Kentongan-Id"));
	keep(box.signature, sizeof(box.signature), http_header(exchange, "Kentongan-Signature"));
	keep(box.type, sizeof(box.type), http_header(exchange, "Content-Type"));
	keep(box.body, sizeof(box.body), http_body(exchange, &length));
	if (box.status) {
		http_reply(exchange, box.status, "text/plain", "", 0);
		return;
	}
	assert_true(box.held_count < HELD_MAX);
	box.held[box.held_count++] = exchange;
}

static void release(int status)
{
	while (box.held_count)
		http_reply(box.held[--box.held_count], status, "text/plain", "", 0);
}

static int make_key(void **state)
{
	struct errbuf err = {""};
	char *key;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	key = xasprintf("%s/key", dir);
	if (secret_create(key, &err) < 0 || secret_load(&secret, key, &err) < 0)
		return -1;
	free(key);
	return 0;
}

static int drop_key(void **state)
{
	char *key = xasprintf("%s/key", dir);

	(void)state;
	unlink(key);
	free(key);
	secret_free(&secret);
	return rmdir(dir);
}

static int open_world(void **state)
{
	struct errbuf err = {""};

	(void)state;
	memset(&box, 0, sizeof(box));
	box.status = 204;
	stopped = 0;
	db = (struct db){0};
	loop = loop_new();
	http = http_new(loop);
	http_route(http, "POST", "/hook", on_event, NULL);
	if (http_listen(http, "127.0.0.1", 0, &err) < 0)
		return -1;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/hook", http_port(http));
	hooks = hooks_new(loop, &db, secret);
	fake_state(&db, true, DB_NOT_SENT);
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	hooks_forget(hooks);
	http_free(&http);
	fake_free(&db);
	hooks_free(&hooks);
	loop_free(&loop);
	return 0;
}

static bool asks(enum db_statement statement)
{
	return db.count && db.requests[0].statement == statement;
}

/* --- what the database says ----------------------------------------------------- */

static char *sealed(const struct secret *key)
{
	struct arena *arena = arena_new();
	uint8_t *bytes;
	size_t length;
	char *text;

	secret_seal(key, SECRET, strlen(SECRET), &bytes, &length);
	text = xstrdup(db_bytea(arena, bytes, length));
	free(bytes);
	arena_free(&arena);
	return text;
}

static void put(PGresult *result, int row, int column, const char *value)
{
	PQsetvalue(result, row, column, (char *)value, value ? (int)strlen(value) : -1);
}

/* The claim is answered: events FIRST … of so many clients, then the row that
 * says how long to wait (NULL: there is nothing). */
static void claim_gives(const char *secret_text, int first, int count, const char *wait_ms)
{
	static const char *const names[] = {"id",     "tries", "client", "url",
					    "secret", "kind",  "body",   "wait_ms"};
	const char *const none[8] = {[7] = wait_ms};
	PGresult *result = fake_row(8, names, none);

	fake_next(&db, DB_EVENTS_CLAIM);
	for (int i = 0; i < count; i++) {
		char id[16], body[32];

		snprintf(id, sizeof(id), "%d", first + i);
		snprintf(body, sizeof(body), "{\"id\": %d}", first + i);
		const char *const row[] = {id,          "1",         "toko", url,
					   secret_text, "test.made", body,   NULL};
		for (int column = 0; column < 8; column++)
			put(result, i, column, row[column]);
	}
	for (int column = 0; column < 8; column++)
		put(result, count, column, none[column]);
	fake_answer(&db, DB_DONE, result, "");
}

static void recorded(const char *outcome)
{
	fake_next(&db, DB_EVENT_DONE);
	fake_answer(&db, DB_DONE, fake_value("outcome", outcome), "");
}

static void assert_record(const char *id, const char *answer, const char *error)
{
	UNTIL(asks(DB_EVENT_DONE));
	assert_string_equal(db.requests[0].params[0], id);
	assert_string_equal(db.requests[0].params[1], "1");
	assert_string_equal(db.requests[0].params[2], url);
	assert_string_equal(db.requests[0].params[3], answer);
	if (error)
		assert_string_equal(db.requests[0].params[4], error);
}

/* --- tests ------------------------------------------------------------------------ */

/* The other side: python3 -c 'import hmac; hmac.new(key, b"1778552049.{…", "sha256")'. */
static void signature(void **state)
{
	char *text = hooks_signature(SECRET, strlen(SECRET), 1778552049, "{\"id\":1}");

	(void)state;
	assert_string_equal(text,
			    "t=1778552049,v1="
			    "9c7390907be152e4e8c0ee982f42a5d2f5c358e9a9c524af60fcb71feb3aa675");
	free(text);
}

static void told_and_recorded(void **state)
{
	char *key = sealed(secret), *expected;
	long long t;

	(void)state;
	claim_gives(key, 7, 1, "5000");
	assert_record("7", "204", NULL);
	assert_string_equal(box.event, "test.made");
	assert_string_equal(box.id, "7");
	assert_string_equal(box.type, "application/json");
	assert_string_equal(box.body, "{\"id\": 7}");
	assert_int_equal(sscanf(box.signature, "t=%lld,", &t), 1);
	assert_true(llabs(t - clock_wall()) < 60);
	expected = hooks_signature(SECRET, strlen(SECRET), t, box.body);
	assert_string_equal(box.signature, expected);
	recorded("delivered");
	fake_next(&db, DB_EVENTS_CLAIM); /* for the next one */
	claim_gives(key, 0, 0, NULL);
	fake_notify(&db);
	fake_next(&db, DB_EVENTS_CLAIM);
	fake_notify(&db); /* while we claim: once more afterwards */
	assert_int_equal(db.count, 1);
	claim_gives(key, 0, 0, NULL);
	fake_next(&db, DB_EVENTS_CLAIM);
	claim_gives(key, 0, 0, NULL);
	assert_int_equal(db.count, 0);
	free(expected);
	free(key);
}

static void refused(void **state)
{
	char *key = sealed(secret);

	(void)state;
	box.status = 500;
	claim_gives(key, 7, 1, NULL);
	assert_record("7", "500", "HTTP 500");
	recorded("again");
	snprintf(url, sizeof(url), "http://127.0.0.1:1/hook");
	claim_gives(key, 7, 1, NULL);
	assert_record("7", "0", "Connection refused");
	recorded("given_up");
	claim_gives(key, 0, 0, "1");
	UNTIL(asks(DB_EVENTS_CLAIM)); /* by the time that it was told */
	free(key);
}

static void another_key(void **state)
{
	char *path = xasprintf("%s/other", dir), *key;
	struct errbuf err = {""};
	struct secret *other = NULL;

	(void)state;
	assert_int_equal(secret_create(path, &err), 0);
	assert_int_equal(secret_load(&other, path, &err), 0);
	key = sealed(other);
	claim_gives(key, 7, 1, NULL);
	assert_record("7", "0", "its secret was sealed with another key");
	recorded("again");
	claim_gives("", 8, 1, NULL);
	assert_record("8", "0", "its secret was sealed with another key");
	recorded("again");
	assert_int_equal(box.taken, 0);
	unlink(path);
	secret_free(&other);
	free(key);
	free(path);
}

static void bounded(void **state)
{
	char *key = sealed(secret);

	(void)state;
	box.status = 0;
	assert_string_equal(db.requests[0].params[0], "32");
	claim_gives(key, 1, MOST, NULL);
	UNTIL(box.held_count == MOST);
	fake_notify(&db);
	assert_int_equal(db.count, 0); /* no hand is free */
	http_reply(box.held[--box.held_count], 200, "text/plain", "", 0);
	UNTIL(asks(DB_EVENT_DONE));
	recorded("delivered");
	fake_next(&db, DB_EVENTS_CLAIM);
	assert_string_equal(db.requests[0].params[0], "1");
	claim_gives(key, 0, 0, NULL);
	release(200);
	for (int i = 1; i < MOST; i++) {
		UNTIL(asks(DB_EVENT_DONE));
		recorded("delivered");
		while (asks(DB_EVENTS_CLAIM))
			claim_gives(key, 0, 0, NULL);
	}
	free(key);
}

/* Nobody knows whether it was recorded, or it surely was not: its lease brings it back. */
static void database_lost(void **state)
{
	char *key = sealed(secret);

	(void)state;
	claim_gives(key, 7, 1, NULL);
	UNTIL(asks(DB_EVENT_DONE));
	fake_state(&db, false, DB_UNCERTAIN);
	assert_int_equal(db.count, 0);
	fake_state(&db, true, DB_NOT_SENT);
	fake_next(&db, DB_EVENTS_CLAIM);
	box.status = 0;
	claim_gives(key, 7, 1, NULL);
	UNTIL(box.held_count == 1);
	fake_state(&db, false, DB_NOT_SENT);
	release(200);
	for (int i = 0; i < 20; i++)
		until_turn(loop);
	assert_int_equal(db.count, 0);
	fake_state(&db, true, DB_NOT_SENT);
	fake_next(&db, DB_EVENTS_CLAIM);
	fake_answer(&db, DB_FAILED, NULL, "42883");
	assert_int_equal(db.count, 0); /* later */
	free(key);
}

static void on_stopped(void *arg)
{
	(void)arg;
	stopped++;
}

static void stops(void **state)
{
	char *key = sealed(secret);

	(void)state;
	box.status = 0;
	claim_gives(key, 7, 1, NULL);
	UNTIL(box.held_count == 1);
	fake_notify(&db);
	hooks_stop(hooks, on_stopped, NULL);
	claim_gives(key, 8, 1, NULL); /* too late: for somebody else */
	release(200);
	UNTIL(asks(DB_EVENT_DONE));
	assert_int_equal(stopped, 0);
	recorded("delivered");
	assert_int_equal(stopped, 1);
	assert_int_equal(box.taken, 1);
	fake_notify(&db);
	assert_int_equal(db.count, 0);
	free(key);
}

/* One that doesn't answer doesn't hold up the end. */
static void stops_anyway(void **state)
{
	char *key = sealed(secret);

	(void)state;
	box.status = 0;
	claim_gives(key, 7, 1, NULL);
	UNTIL(box.held_count == 1);
	hooks_stop(hooks, on_stopped, NULL);
	UNTIL(stopped == 1);
	free(key);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signature),
	    TEST(told_and_recorded),
	    TEST(refused),
	    TEST(another_key),
	    TEST(bounded),
	    TEST(database_lost),
	    TEST(stops),
	    TEST(stops_anyway),
	};

	return cmocka_run_group_tests_name("hooks", tests, make_key, drop_key);
}
