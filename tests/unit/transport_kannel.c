/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An account behind Kannel on one loop: an smsbox that answers as it is told, a
 * database likewise. Runs from the top of the source tree. */
#include "fake_db.h"
#include "until.h"

#include <sys/socket.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/fetch.h"
#include "kentongan/kannel.h"
#include "kentongan/outbox.h"

#define PATH "4f1c9a70e2b85d36"
#define PASSWORD "sandi-rahasia"
#define HELD_MAX 64

static char dir[] = "/tmp/kentongan-kannel.XXXXXX";

static struct loop *loop;
static struct http *http, *smsbox;
static struct db db;
static struct secret *secret;
static struct gateway *gateway;
static struct conf *conf;
static struct kannel_doors *doors;
static struct fetch *client;
static int smsbox_port;

/* What smsbox does. */
static struct {
	int status; /* 0: holds them unanswered */
	const char *body;
	int probes, probe_status;
	struct http_exchange *held[HELD_MAX];
	int held_count, most_held, taken;
	char text[200], to[32], from[32], dlr[300], mask[8], coding[8], smsc[16];
} box;

/* --- smsbox ----------------------------------------------------------------------- */

static void say(struct http_exchange *exchange, int status, const char *body)
{
	http_reply(exchange, status, "text/html", body, strlen(body));
}

static void keep(char *out, size_t size, struct http_exchange *exchange, const char *name)
{
	const char *value = http_query(exchange, name);

	snprintf(out, size, "%s", value ? value : "");
}

static void on_sendsms(struct http_exchange *exchange, void *arg)
{
	const char *password = http_query(exchange, "password");

	(void)arg;
	if (!http_query(exchange, "to")) {
		box.probes++;
		if (box.probe_status)
			say(exchange, box.probe_status, box.body);
		else if (!password || strcmp(password, PASSWORD) != 0)
			say(exchange, 403, "Authorization failed for sendsms");
		else
			say(exchange, 400, "Missing receiver number, rejected");
		return;
	}
	box.taken++;
	keep(box.text, sizeof(box.text), exchange, "text");
	keep(box.to, sizeof(box.to), exchange, "to");
	keep(box.from, sizeof(box.from), exchange, "from");
	keep(box.dlr, sizeof(box.dlr), exchange, "dlr-url");
	keep(box.mask, sizeof(box.mask), exchange, "dlr-mask");
	keep(box.coding, sizeof(box.coding), exchange, "coding");
	keep(box.smsc, sizeof(box.smsc), exchange, "smsc");
	if (box.status) {
		say(exchange, box.status, box.body);
		return;
	}
	assert_true(box.held_count < HELD_MAX);
	box.held[box.held_count++] = exchange;
	if (box.held_count > box.most_held)
		box.most_held = box.held_count;
}

static void release(int status, const char *body)
{
	while (box.held_count)
		say(box.held[--box.held_count], status, body);
}

/* --- the world ---------------------------------------------------------------------- */

static void write_file(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static struct conf *load_conf(const char *sections)
{
	char *path = xasprintf("%s/kentongan.conf", dir);
	char *cwd = getcwd(NULL, 0);
	char *text = xasprintf("commands_file = \"%s/config/commands.conf\"\n"
			       "lang_dir = \"%s/config/lang\"\n%s",
			       cwd, cwd, sections);
	struct strbuf problems = {0};
	struct conf *loaded = NULL;

	write_file("kentongan.conf", text);
	if (conf_load(&loaded, path, &problems) < 0)
		fail_msg("%s", problems.text);
	strbuf_free(&problems);
	free(text);
	free(cwd);
	free(path);
	return loaded;
}

static char *section(const char *name, const char *path, const char *more)
{
	return xasprintf("kannel \"%s\" {\n"
			 " sendsms = \"http://127.0.0.1:%d/cgi-bin/sendsms\"\n"
			 " user = kentongan\n password_file = \"password\"\n path = \"%s\"\n"
			 " callback = \"http://127.0.0.1:8020\"\n number = 1234\n %s\n}\n",
			 name, smsbox_port, path, more);
}

static void configure(const char *more)
{
	char *text = section("indosat", PATH, more);
	struct conf *fresh = load_conf(text);
	struct strbuf problems = {0};

	if (conf)
		assert_int_equal(gateway_reload(gateway, fresh, &problems), 0);
	else
		assert_int_equal(gateway_new(&gateway, loop, &db, fresh, secret, &problems), 0);
	if (!doors)
		doors = kannel_doors_new(loop, http, &db, gateway);
	assert_int_equal(kannel_doors_configure(doors, fresh, &problems), 0);
	conf_free(&conf);
	conf = fresh;
	strbuf_free(&problems);
	free(text);
}

static int make_dir(void **state)
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
	write_file("password", PASSWORD "\n");
	return 0;
}

static int drop_dir(void **state)
{
	static const char *const names[] = {"key", "password", "kentongan.conf"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *path = xasprintf("%s/%s", dir, names[i]);

		unlink(path);
		free(path);
	}
	secret_free(&secret);
	return rmdir(dir);
}

static void smsbox_opens(void)
{
	struct errbuf err = {""};

	smsbox = http_new(loop);
	http_route(smsbox, "GET", "/cgi-bin/sendsms", on_sendsms, NULL);
	if (http_listen(smsbox, "127.0.0.1", smsbox_port, &err) < 0)
		fail_msg("%s", err.text);
	smsbox_port = http_port(smsbox);
}

static int open_world(void **state)
{
	struct errbuf err = {""};

	(void)state;
	memset(&box, 0, sizeof(box));
	box.status = 202;
	box.body = "0: Accepted for delivery";
	db = (struct db){0};
	smsbox_port = 0;
	loop = loop_new();
	http = http_new(loop);
	client = fetch_new(loop, 16);
	smsbox_opens();
	return http_listen(http, "127.0.0.1", 0, &err);
}

static int close_world(void **state)
{
	(void)state;
	kannel_doors_forget(doors);
	fetch_free(&client);
	http_free(&http);
	http_free(&smsbox);
	fake_free(&db);
	kannel_doors_free(&doors);
	gateway_free(&gateway);
	conf_free(&conf);
	loop_free(&loop);
	return 0;
}

/* States are answered on the way; their last words are kept. */
static char told_state[32], told_words[200];

static void skip_states(void)
{
	while (db.count && db.requests[0].statement == DB_KANNEL_STATE) {
		snprintf(told_state, sizeof(told_state), "%s", db.requests[0].params[1]);
		snprintf(told_words, sizeof(told_words), "%s", db.requests[0].params[2]);
		fake_answer(&db, DB_DONE, fake_value("kannel_state", ""), "");
	}
}

static bool asked(enum db_statement statement)
{
	skip_states();
	return db.count && db.requests[0].statement == statement;
}

static struct fake_request *expect(enum db_statement statement)
{
	UNTIL(asked(statement));
	return fake_next(&db, statement);
}

static void own_name(void)
{
	assert_string_equal(expect(DB_CHANNEL_LOCK)->params[0], "kannel:indosat");
	fake_answer(&db, DB_DONE, fake_value("pg_try_advisory_lock", "t"), "");
}

static void claim_brings(int64_t id)
{
	expect(DB_OUTBOX_CLAIM);
	fake_answer(&db, DB_DONE, fake_claimed(id, 1), "");
}

/* Up to the first claim. */
static void is_ready(const char *more)
{
	configure(more);
	fake_state(&db, true, DB_DONE);
	kannel_doors_database(doors);
	own_name();
	expect(DB_OUTBOX_RECOVER);
	fake_answer(&db, DB_DONE, fake_value("outbox_recover", "0"), "");
	expect(DB_OUTBOX_CLAIM);
	skip_states();
	assert_string_equal(told_state, "ready");
	assert_string_equal(told_words, "Kannel answers");
}

static void assert_record(int64_t id, const char *outcome, const char *words)
{
	struct fake_request *request = expect(DB_OUTBOX_RECORD);
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)id);
	assert_string_equal(request->params[0], "kannel:indosat");
	assert_string_equal(request->params[1], number);
	assert_string_equal(request->params[2], outcome);
	if (!strstr(request->params[6], words))
		fail_msg("\"%s\" doesn't say \"%s\"", request->params[6], words);
	if (strstr(request->params[6], PASSWORD))
		fail_msg("the password is told: %s", request->params[6]);
}

static void recorded(void)
{
	expect(DB_OUTBOX_RECORD);
	fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
}

/* --- a caller ------------------------------------------------------------------------ */

static int answers, status;
static char body[256];

static void on_done(const struct fetch_answer *answer, void *arg)
{
	(void)arg;
	answers++;
	status = answer->status;
	snprintf(body, sizeof(body), "%s", answer->body);
}

static void call(const char *path, const char *post)
{
	char *url = xasprintf("http://127.0.0.1:%d%s", http_port(http), path);
	struct fetch_request request = {
	    .url = url, .body = post, .length = post ? strlen(post) : 0, .timeout_ms = DEADLINE_MS};

	answers = status = 0;
	fetch_send(client, &request, on_done, NULL);
	free(url);
}

static int status_of(const char *path, const char *post)
{
	call(path, post);
	UNTIL(answers == 1);
	return status;
}

/* --- sending ----------------------------------------------------------------------- */

static void a_message_leaves(void **state)
{
	(void)state;
	is_ready("smsc = indosat");
	claim_brings(7);
	/* The window has room. */
	claim_brings(0);
	assert_record(7, "sent", "");
	assert_string_equal(expect(DB_OUTBOX_RECORD)->params[3], "1");
	assert_string_equal(expect(DB_OUTBOX_RECORD)->params[4], "{}");
	assert_string_equal(box.to, "+6281200000023");
	assert_string_equal(box.from, "1234");
	assert_string_equal(box.coding, "0");
	assert_string_equal(box.smsc, "indosat");
	assert_string_equal(box.mask, "31");
	assert_string_equal(box.dlr, "http://127.0.0.1:8020/kannel/" PATH
				     "/dlr?id=7&attempt=1&type=%d&at=%T&answer=%A");
	if (!strstr(box.text, "pesan 7"))
		fail_msg("\"%s\" left", box.text);
}

static void no_more_in_flight_than_agreed(void **state)
{
	(void)state;
	is_ready("in_flight = 3");
	box.status = 0;
	for (int64_t id = 1; id <= 3; id++)
		claim_brings(id);
	UNTIL(box.held_count == 3);
	fake_notify(&db);
	skip_states();
	assert_int_equal(db.count, 0);
	for (int64_t id = 4; id <= 20; id++) {
		say(box.held[0], 202, "0: Accepted for delivery");
		memmove(box.held, box.held + 1, (size_t)--box.held_count * sizeof(*box.held));
		expect(DB_OUTBOX_RECORD);
		fake_answer(&db, DB_DONE, fake_claimed(id, 1), "");
		UNTIL(box.held_count == 3);
	}
	assert_int_equal(box.most_held, 3);
	assert_int_equal(box.taken, 20);
	release(202, "0: Accepted for delivery");
}

static void refused_connections_give_everything_back(void **state)
{
	(void)state;
	is_ready("");
	http_free(&smsbox);
	claim_brings(1);
	claim_brings(0);
	assert_record(1, "not_tried", "Kannel doesn't answer: connection refused");
	assert_string_equal(expect(DB_OUTBOX_RECORD)->params[7], "f");
	recorded();
	skip_states();
	assert_string_equal(told_state, "unreachable");
	assert_string_equal(told_words, "Kannel doesn't answer: connection refused");
	fake_notify(&db);
	assert_int_equal(db.count, 0);
	smsbox_opens();
	expect(DB_OUTBOX_RECOVER);
	assert_string_equal(told_state, "ready");
	fake_answer(&db, DB_DONE, fake_value("outbox_recover", "0"), "");
	claim_brings(1);
	claim_brings(0);
	assert_record(1, "sent", "");
	assert_int_equal(box.taken, 1);
}

static void a_row_that_comes_too_late_goes_back(void **state)
{
	(void)state;
	is_ready("");
	http_free(&smsbox);
	claim_brings(1);
	/* Another claim is on its way while the first is refused. */
	UNTIL(db.count == 3 || (db.count > 1 && db.requests[1].statement == DB_KANNEL_STATE));
	claim_brings(2);
	assert_record(1, "not_tried", "");
	recorded();
	assert_record(2, "not_tried", "");
	smsbox_opens();
}

static void a_wrong_password_stops_the_account(void **state)
{
	(void)state;
	write_file("password", "falsch\n");
	configure("");
	fake_state(&db, true, DB_DONE);
	own_name();
	UNTIL(box.probes > 0 && (skip_states(), strcmp(told_state, "refused") == 0));
	assert_string_equal(told_words, "Kannel refuses user or password, or our address (403)");
	assert_int_equal(db.count, 0);
	write_file("password", PASSWORD "\n");
	configure("");
	expect(DB_OUTBOX_RECOVER);
	assert_string_equal(told_state, "ready");
	assert_int_equal(box.taken, 0);
}

static void what_kannel_says_is_heeded(void **state)
{
	static const struct {
		int status;
		const char *body, *outcome, *state;
	} cases[] = {
	    {400, "Number(s) has/have been denied by white- and/or black-lists.", "permanent",
	     "ready"},
	    {403, "Not routable. Do not try again.", "permanent", "ready"},
	    {500, "Sending failed.", "temporary", "ready"},
	    {503, "Temporal failure, try again later.", "not_tried", "busy"},
	};

	(void)state;
	is_ready("in_flight = 1");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		box.status = cases[i].status;
		box.body = cases[i].body;
		claim_brings((int64_t)i + 1);
		assert_record((int64_t)i + 1, cases[i].outcome, "");
		skip_states();
		assert_string_equal(told_state, cases[i].state);
		recorded();
		fake_notify(&db);
	}
	/* Busy: it asks again after a while, and goes on. */
	box.status = 202;
	expect(DB_OUTBOX_RECOVER);
	assert_string_equal(told_state, "ready");
}

static void nowhere_a_route_is_no_fault_of_the_numbers(void **state)
{
	(void)state;
	is_ready("in_flight = 1");
	box.status = 403;
	box.body = "Not routable. Do not try again.";
	for (int64_t id = 1; id <= 4; id++) {
		claim_brings(id);
		assert_record(id, id < 4 ? "permanent" : "not_tried", "");
		recorded();
		fake_notify(&db);
	}
	skip_states();
	assert_string_equal(told_state, "refused");
}

static void no_answer_is_uncertain(void **state)
{
	(void)state;
	is_ready("timeout = 1");
	box.status = 0;
	claim_brings(1);
	claim_brings(0);
	assert_record(1, "uncertain", "Kannel doesn't answer");
	assert_int_equal(box.taken, 1);
	recorded();
	skip_states();
	/* It may be back already. */
	UNTIL(asked(DB_OUTBOX_RECOVER));
	release(202, "");
}

/* A peer that hangs up in the middle may have taken the message: it isn't asked
 * a second time. */
static void a_broken_connection_is_uncertain_and_not_repeated(void **state)
{
	(void)state;
	is_ready("");
	box.status = 0;
	claim_brings(1);
	claim_brings(0);
	UNTIL(box.held_count == 1);
	box.held_count = 0;
	http_free(&smsbox);
	assert_record(1, "uncertain", "");
	assert_int_equal(box.taken, 1);
	smsbox_opens();
}

static void the_database_away_keeps_what_was_sent(void **state)
{
	(void)state;
	is_ready("");
	box.status = 0;
	claim_brings(1);
	claim_brings(0);
	UNTIL(box.held_count == 1);
	fake_state(&db, false, DB_UNCERTAIN);
	release(202, "0: Accepted for delivery");
	/* Its answer is here before this one. */
	assert_int_equal(status_of("/kannel/", NULL), 404);
	fake_state(&db, true, DB_DONE);
	own_name();
	assert_record(1, "sent", "");
	assert_int_equal(box.taken, 1);
}

static void a_section_taken_out_ends_what_it_began(void **state)
{
	struct strbuf problems = {0};
	struct conf *empty;

	(void)state;
	is_ready("");
	box.status = 0;
	claim_brings(1);
	claim_brings(0);
	UNTIL(box.held_count == 1);
	empty = load_conf("");
	assert_int_equal(gateway_reload(gateway, empty, &problems), 0);
	assert_int_equal(kannel_doors_configure(doors, empty, &problems), 0);
	conf_free(&conf);
	conf = empty;
	skip_states();
	assert_string_equal(told_state, "stopped");
	fake_notify(&db);
	assert_int_equal(db.count, 0);
	release(202, "0: Accepted for delivery");
	assert_record(1, "sent", "");
	assert_string_equal(db.requests[0].params[7], "f");
	recorded();
	fake_notify(&db);
	assert_int_equal(db.count, 0);
	/* And again there. */
	box.status = 202;
	configure("");
	expect(DB_OUTBOX_RECOVER);
	assert_string_equal(told_state, "ready");
}

static void a_missing_password_changes_nothing(void **state)
{
	struct strbuf problems = {0};
	char *one = section("indosat", PATH, ""), *two = section("xl", PATH "0", "");
	char *both = xasprintf("%s%s", one, two);
	struct conf *bad;
	char *mine = strstr(both + strlen(one), "\"password\"");

	(void)state;
	is_ready("");
	memcpy(mine, "\"passwort\"", strlen("\"passwort\""));
	bad = load_conf(both);
	assert_true(kannel_doors_configure(doors, bad, &problems) < 0);
	if (!strstr(problems.text, "kannel \"xl\": "))
		fail_msg("%s", problems.text);
	conf_free(&bad);
	claim_brings(1);
	claim_brings(0);
	assert_record(1, "sent", "");
	strbuf_free(&problems);
	free(one);
	free(two);
	free(both);
}

static void on_stopped(void *arg)
{
	*(bool *)arg = true;
}

static void stopping_waits_for_answers(void **state)
{
	bool stopped = false;

	(void)state;
	is_ready("");
	box.status = 0;
	claim_brings(1);
	claim_brings(0);
	UNTIL(box.held_count == 1);
	kannel_doors_stop(doors, on_stopped, &stopped);
	until_turn(loop);
	assert_false(stopped);
	release(202, "0: Accepted for delivery");
	assert_record(1, "sent", "");
	assert_false(stopped);
	recorded();
	UNTIL(stopped);
	assert_string_equal(told_state, "stopped");
}

/* --- receiving --------------------------------------------------------------------------- */

#define SMS "/kannel/" PATH "/sms?from=%2B6281200000023&to=1234&time=1764102000&id=a-1&coding=0&"

static PGresult *handled(int64_t reply)
{
	static const char *const names[] = {
	    "message_id", "duplicate",        "outcome", "id",    "peer",
	    "template",   "params",           "lang",    "class", "attempt",
	    "report",     "validity_minutes", "wait_ms"};
	char number[24];
	const char *values[] = {"1",
				"f",
				"done",
				reply ? number : NULL,
				"+6281200000023",
				"operator",
				"{\"text\":\"ya\"}",
				"id",
				"reply",
				"1",
				"f",
				"60",
				NULL};

	snprintf(number, sizeof(number), "%lld", (long long)reply);
	return fake_row(13, names, values);
}

static void a_message_is_answered_after_its_commit(void **state)
{
	struct fake_request *request;

	(void)state;
	is_ready("");
	claim_brings(0);
	call(SMS "charset=UTF-8&text=Saldo", NULL);
	request = expect(DB_HANDLE_MESSAGE);
	assert_string_equal(request->params[0], "kannel");
	assert_string_equal(request->params[1], "kannel:indosat");
	assert_string_equal(request->params[2], "+6281200000023");
	assert_string_equal(request->params[4], "1764102000");
	assert_string_equal(request->params[10], "SALDO");
	assert_string_equal(request->params[15], "ok");
	assert_string_equal(request->params[17], "t");
	for (int i = 0; i < 5; i++)
		until_turn(loop);
	assert_int_equal(answers, 0);
	/* The reply comes back with it, and leaves. */
	fake_answer(&db, DB_DONE, handled(9), "");
	UNTIL(answers == 1);
	assert_int_equal(status, 200);
	assert_string_equal(body, "");
	claim_brings(0);
	assert_record(9, "sent", "");
	if (!strstr(box.text, "ya"))
		fail_msg("\"%s\" left", box.text);
}

static void the_same_message_has_the_same_print(void **state)
{
	char *print = NULL;

	(void)state;
	is_ready("");
	claim_brings(0);
	for (int i = 0; i < 3; i++) {
		call(i < 2 ? SMS "text=Saldo"
			   : "/kannel/" PATH "/sms?from=%2B6281200000023&"
			     "time=1764102000&id=a-2&text=Saldo",
		     NULL);
		expect(DB_HANDLE_MESSAGE);
		if (i == 0)
			print = xstrdup(db.requests[0].params[3]);
		else if (!print || (strcmp(print, db.requests[0].params[3]) == 0) != (i == 1))
			fail_msg("message %d: another print than it should have", i);
		fake_answer(&db, DB_DONE, handled(0), "");
		UNTIL(answers == 1);
	}
	free(print);
}

static void odd_bytes_are_stored_and_not_obeyed(void **state)
{
	static const char *const texts[] = {"text=SALDO%FF", "text=SALDO%00",
					    "coding=1&text=SALDO"};

	(void)state;
	is_ready("");
	claim_brings(0);
	for (size_t i = 0; i < 3; i++) {
		char *path = xasprintf("/kannel/" PATH "/sms?from=%%2B6281200000023&id=b%zu&%s", i,
				       texts[i]);

		call(path, NULL);
		expect(DB_HANDLE_MESSAGE);
		assert_string_equal(db.requests[0].params[10], "");
		assert_string_equal(db.requests[0].params[15], "data");
		fake_answer(&db, DB_DONE, handled(0), "");
		UNTIL(answers == 1);
		assert_int_equal(status, 200);
		free(path);
	}
}

static void without_the_database_smsbox_must_come_again(void **state)
{
	(void)state;
	is_ready("");
	claim_brings(0);
	call(SMS "text=Saldo", NULL);
	expect(DB_HANDLE_MESSAGE);
	fake_state(&db, false, DB_UNCERTAIN);
	UNTIL(answers == 1);
	assert_int_equal(status, 503);
	assert_int_equal(status_of(SMS "text=Saldo", NULL), 503);
	assert_int_equal(status_of("/kannel/" PATH "/dlr?id=1&attempt=1&type=1", NULL), 503);
}

static void wrong_callers(void **state)
{
	static const char *const nowhere[] = {
	    "/kannel/",
	    "/kannel/" PATH,
	    "/kannel/" PATH "/",
	    "/kannel/" PATH "/other",
	    "/kannel/" PATH "/sms/more",
	    "/kannel/4f1c9a70e2b85d37/sms?from=1&text=a&id=1",
	    "/kannel//sms?from=1&text=a&id=1",
	    "/kannel/4f1c9a70e2b85d3/sms?from=1&text=a&id=1",
	};
	char *longer = xasprintf("%stext=%040000d", SMS, 1);

	(void)state;
	is_ready("");
	claim_brings(0);
	for (size_t i = 0; i < sizeof(nowhere) / sizeof(*nowhere); i++)
		if (status_of(nowhere[i], NULL) != 404)
			fail_msg("%s: %d", nowhere[i], status);
	assert_int_equal(status_of(SMS "text=a", "x"), 405);
	/* Wrong settings are asked about again, a message that is wrong isn't. */
	assert_int_equal(status_of("/kannel/" PATH "/sms?from=1&text=SALDO", NULL), 400);
	assert_int_equal(status_of("/kannel/" PATH "/sms", NULL), 400);
	assert_int_equal(status_of("/kannel/" PATH "/dlr?id=1&attempt=1", NULL), 400);
	assert_int_equal(status_of("/kannel/" PATH "/sms?from=1&id=a&text=%4", NULL), 200);
	assert_int_equal(status_of("/kannel/" PATH "/sms?from=%01&id=a&text=x", NULL), 200);
	assert_int_equal(status_of("/kannel/" PATH "/dlr?id=1&attempt=1&type=7", NULL), 200);
	call(longer, NULL);
	UNTIL(answers == 1);
	assert_true(status >= 400 || status == 0);
	free(longer);
	skip_states();
	assert_int_equal(db.count, 0);
	configure("allow = \"192.0.2.7\"");
	assert_int_equal(status_of(SMS "text=a", NULL), 403);
	skip_states();
	assert_int_equal(db.count, 0);
}

static void reports_go_to_the_database(void **state)
{
	static const char *const types[] = {"1", "2", "4", "8", "16"};

	(void)state;
	is_ready("");
	claim_brings(0);
	for (size_t i = 0; i < 5; i++) {
		char *path = xasprintf("/kannel/" PATH
				       "/dlr?id=7&attempt=2&type=%s&at=1764102000&answer=ACK%%2F",
				       types[i]);

		call(path, NULL);
		expect(DB_OUTBOX_REPORTED);
		assert_string_equal(db.requests[0].params[0], "kannel:indosat");
		assert_string_equal(db.requests[0].params[1], "7");
		assert_string_equal(db.requests[0].params[2], "2");
		assert_string_equal(db.requests[0].params[3], types[i]);
		assert_string_equal(db.requests[0].params[4], "1764102000");
		assert_string_equal(db.requests[0].params[5], "ACK/");
		/* One that nobody knows is taken as well: it would come again and again. */
		fake_answer(&db, DB_DONE, fake_value("state", i ? "sent" : NULL), "");
		UNTIL(answers == 1);
		assert_int_equal(status, 200);
		assert_string_equal(body, "");
		free(path);
	}
	call("/kannel/" PATH "/dlr?id=7&attempt=1&type=1", NULL);
	expect(DB_OUTBOX_REPORTED);
	fake_answer(&db, DB_FAILED, NULL, "53100");
	UNTIL(answers == 1);
	assert_int_equal(status, 503);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
	const struct CMUnitTest tests[] = {
	    TEST(a_message_leaves),
	    TEST(no_more_in_flight_than_agreed),
	    TEST(refused_connections_give_everything_back),
	    TEST(a_row_that_comes_too_late_goes_back),
	    TEST(a_wrong_password_stops_the_account),
	    TEST(what_kannel_says_is_heeded),
	    TEST(nowhere_a_route_is_no_fault_of_the_numbers),
	    TEST(no_answer_is_uncertain),
	    TEST(a_broken_connection_is_uncertain_and_not_repeated),
	    TEST(the_database_away_keeps_what_was_sent),
	    TEST(a_section_taken_out_ends_what_it_began),
	    TEST(a_missing_password_changes_nothing),
	    TEST(stopping_waits_for_answers),
	    TEST(a_message_is_answered_after_its_commit),
	    TEST(the_same_message_has_the_same_print),
	    TEST(odd_bytes_are_stored_and_not_obeyed),
	    TEST(without_the_database_smsbox_must_come_again),
	    TEST(wrong_callers),
	    TEST(reports_go_to_the_database),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
