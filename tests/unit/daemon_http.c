/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "kentongan/clock.h"
#include "kentongan/db.h"
#include "kentongan/http.h"
#include "kentongan/loop.h"
#include "kentongan/memory.h"

#include "../../src/daemon/metrics.h"
#include "../../src/daemon/status.h"

#define DEADLINE_MS 10000

/* A server with a few routes, and one raw client beside it on the same loop. */
struct world {
	struct loop *loop;
	struct http *http;
	struct bufferevent *client;
	struct strbuf answer;
	bool closed;
	struct http_exchange *held;
	struct db *db;
	struct metrics *metrics;
	struct supervisor *supervisor;
};

static void on_hello(struct http_exchange *exchange, void *arg)
{
	(void)arg;
	http_reply(exchange, 200, "text/plain", "hello\n", 6);
}

static void on_echo(struct http_exchange *exchange, void *arg)
{
	struct strbuf out = {0};
	const char *a = http_query(exchange, "a"), *b = http_form(exchange, "b");
	(void)arg;
	strbuf_printf(&out, "%s %s %s %s %d", http_path(exchange), a ? a : "-", b ? b : "-",
		      http_peer(exchange),
		      http_is_type(exchange, "application/x-www-form-urlencoded"));
	http_reply(exchange, 200, "text/plain", out.text, out.length);
	strbuf_free(&out);
}

static void on_guarded(struct http_exchange *exchange, void *arg)
{
	if (http_admit(exchange, arg))
		http_reply(exchange, 200, "text/plain", "in", 2);
}

static void on_hold(struct http_exchange *exchange, void *arg)
{
	((struct world *)arg)->held = exchange;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct world *world = arg;
	char bytes[4096];
	size_t n;
	while ((n = bufferevent_read(bev, bytes, sizeof bytes)) > 0)
		strbuf_add(&world->answer, bytes, n);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct world *world = arg;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) {
		on_read(bev, arg);
		world->closed = true;
	}
}

static struct world *world_new(void)
{
	struct world *world = xcalloc(1, sizeof *world);
	struct errbuf err = {0};
	world->loop = loop_new();
	world->http = http_new(world->loop);
	http_route(world->http, "GET", "/hello", on_hello, world);
	http_route(world->http, "POST", "/take", on_hello, world);
	http_route(world->http, "GET", "/hold", on_hold, world);
	if (http_listen(world->http, "127.0.0.1", 0, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(http_port(world->http) > 0);
	return world;
}

static void world_free(struct world *world)
{
	if (world->client)
		bufferevent_free(world->client);
	if (world->metrics)
		metrics_forget_waiters(world->metrics);
	http_free(&world->http);
	db_free(&world->db);
	metrics_free(&world->metrics);
	supervisor_free(&world->supervisor);
	loop_free(&world->loop);
	strbuf_free(&world->answer);
	free(world);
}

static void turn(struct world *world)
{
	struct timeval tick = {.tv_usec = 20000};
	event_base_loopexit(loop_base(world->loop), &tick);
	event_base_loop(loop_base(world->loop), EVLOOP_ONCE);
}

static void send_text(struct world *world, const char *text)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)http_port(world->http)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (world->client)
		bufferevent_free(world->client);
	world->client = bufferevent_socket_new(loop_base(world->loop), -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(world->client, on_read, NULL, on_event, world);
	bufferevent_enable(world->client, EV_READ | EV_WRITE);
	strbuf_clear(&world->answer);
	world->closed = false;
	assert_int_equal(
	    bufferevent_socket_connect(world->client, (struct sockaddr *)&to, sizeof to), 0);
	bufferevent_write(world->client, text, strlen(text));
}

/* The whole answer: requests say "Connection: close". */
static const char *ask(struct world *world, const char *text)
{
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;
	send_text(world, text);
	while (!world->closed && clock_mono_ms() < deadline)
		turn(world);
	assert_true(world->closed);
	return world->answer.length ? world->answer.text : "";
}

static const char *get(struct world *world, const char *method, const char *path)
{
	char text[256];
	int n = snprintf(text, sizeof text,
			 "%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
			 "Connection: close\r\n\r\n",
			 method, path);
	assert_in_range(n, 1, sizeof text - 1);
	return ask(world, text);
}

static void assert_code(const char *answer, int code)
{
	char start[32];
	snprintf(start, sizeof start, "HTTP/1.1 %d ", code);
	if (strncmp(answer, start, strlen(start)) != 0)
		fail_msg("expected %s, got: %s", start, answer);
}

static const char *body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");
	return end ? end + 4 : "";
}

/* --- the server --- */

static void a_route_answers(void **state)
{
	(void)state;
	struct world *world = world_new();
	const char *answer = get(world, "GET", "/hello?x=1");
	assert_code(answer, 200);
	assert_string_equal(body_of(answer), "hello\n");
	assert_non_null(strstr(answer, "X-Content-Type-Options: nosniff"));
	assert_code(get(world, "POST", "/take"), 200);
	world_free(world);
}

static void head_has_no_body(void **state)
{
	(void)state;
	struct world *world = world_new();
	const char *answer = get(world, "HEAD", "/hello");
	assert_code(answer, 200);
	assert_string_equal(body_of(answer), "");
	world_free(world);
}

static void wrong_ways_are_refused(void **state)
{
	(void)state;
	struct world *world = world_new();
	assert_code(get(world, "GET", "/"), 404);
	assert_code(get(world, "GET", "/hello/"), 404);
	const char *answer = get(world, "POST", "/hello");
	assert_code(answer, 405);
	assert_non_null(strstr(answer, "Allow: GET, HEAD\r\n"));
	answer = get(world, "GET", "/take");
	assert_code(answer, 405);
	assert_non_null(strstr(answer, "Allow: POST\r\n"));
	assert_code(get(world, "DELETE", "/hello"), 405);
	world_free(world);
}

static void garbage_and_floods_are_refused(void **state)
{
	(void)state;
	struct world *world = world_new();
	/* libevent closes without a word where it can't tell HTTP's version. */
	const char *answer = ask(world, "complete nonsense\r\n\r\n");
	assert_null(strstr(answer, " 200 "));
	assert_code(ask(world, "GET http://[bad/hello HTTP/1.1\r\nConnection: close\r\n\r\n"), 400);
	char text[128];
	snprintf(text, sizeof text, "POST /take HTTP/1.1\r\nContent-Length: %d\r\n\r\n",
		 HTTP_BODY_MAX + 1);
	assert_code(ask(world, text), 413);

	struct strbuf big = {0};
	strbuf_puts(&big, "GET /hello HTTP/1.1\r\nConnection: close\r\nX: ");
	for (int i = 0; i < HTTP_HEADERS_MAX; i++)
		strbuf_putc(&big, 'a');
	strbuf_puts(&big, "\r\n\r\n");
	assert_null(strstr(ask(world, big.text), " 200 "));
	strbuf_free(&big);
	assert_code(get(world, "GET", "/hello"), 200);
	world_free(world);
}

static void wait_for_held(struct world *world)
{
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;
	send_text(world, "GET /hold HTTP/1.1\r\nConnection: close\r\n\r\n");
	while (!world->held && clock_mono_ms() < deadline)
		turn(world);
	assert_non_null(world->held);
}

static void an_answer_may_come_late(void **state)
{
	(void)state;
	struct world *world = world_new();
	wait_for_held(world);
	http_reply(world->held, 200, "text/plain", "late\n", 5);
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;
	while (!world->closed && clock_mono_ms() < deadline)
		turn(world);
	assert_string_equal(body_of(world->answer.text), "late\n");
	world_free(world);
}

static void an_answer_to_nobody_harms_nobody(void **state)
{
	(void)state;
	struct world *world = world_new();
	wait_for_held(world);
	bufferevent_free(world->client);
	world->client = NULL;
	for (int i = 0; i < 3; i++)
		turn(world);
	http_reply(world->held, 200, "text/plain", "late\n", 5);
	assert_code(get(world, "GET", "/hello"), 200);
	world->held = NULL;
	wait_for_held(world);
	world_free(world);
}

static void a_port_that_is_taken_is_named(void **state)
{
	(void)state;
	struct world *world = world_new();
	struct http *second = http_new(world->loop);
	struct errbuf err = {0};
	assert_int_equal(http_listen(second, "127.0.0.1", http_port(world->http), &err),
			 -EADDRINUSE);
	assert_non_null(strstr(err.text, "already in use"));
	http_free(&second);
	world_free(world);
}

/* Opens more connections than we have descriptors, says so, holds them until DONE ends. */
static pid_t flood(int port, const int done[2])
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	pid_t pid = fork();
	char byte;
	if (pid != 0)
		return pid;
	close(done[1]);
	for (int i = 0; i < 150; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (fd < 0 ||
		    (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS))
			_exit(1);
	}
	_exit(read(done[0], &byte, 1) != 0);
}

static void a_flood_of_connections_leaves_descriptors_for_the_rest(void **state)
{
	(void)state;
	struct world *world = world_new();
	struct rlimit before, few = {100, 0};
	int done[2], status;
	bool full = false;
	assert_int_equal(pipe2(done, O_CLOEXEC), 0);
	pid_t pid = flood(http_port(world->http), done);
	assert_true(pid > 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	int64_t until = clock_mono_ms() + 20000;
	/* They come; then the last ones wait outside. */
	while (clock_mono_ms() < until) {
		turn(world);
		int fd = fcntl(done[0], F_DUPFD_CLOEXEC, 0);
		if (fd < 0)
			fail_msg("no descriptor is left");
		close(fd);
		if (fd >= 75 && !full) {
			full = true;
			until = clock_mono_ms() + 500;
		}
		assert_true(fd < 80);
	}
	assert_true(full);
	close(done[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_code(get(world, "GET", "/hello"), 200);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	close(done[0]);
	world_free(world);
}

static void forms_and_queries_are_decoded(void **state)
{
	(void)state;
	struct world *world = world_new();
	http_route(world->http, "POST", "/echo/", on_echo, NULL);
	const char *answer =
	    ask(world, "POST /echo/x?a=1%2B1 HTTP/1.1\r\nConnection: close\r\n"
		       "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
		       "Content-Length: 11\r\n\r\nc=&b=%2A5+x");
	assert_code(answer, 200);
	assert_string_equal(body_of(answer), "/echo/x 1+1 *5 x 127.0.0.1 1");
	answer = ask(world, "POST /echo/ HTTP/1.1\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"
			    "%%%");
	assert_string_equal(body_of(answer), "/echo/ - - 127.0.0.1 0");
	world_free(world);
}

static void who_is_not_admitted_stays_out(void **state)
{
	(void)state;
	struct world *world = world_new();
	const char *elsewhere[] = {"10.0.0.0/8", "::1"}, *here[] = {"10.0.0.0/8", "127.0.0.0/9"};
	struct http_access other = {.allow = elsewhere, .allow_count = 2};
	struct http_access both = {
	    .allow = here, .allow_count = 2, .user = "hubtel", .password = "rahasia"};
	http_route(world->http, "GET", "/other", on_guarded, &other);
	http_route(world->http, "GET", "/both", on_guarded, &both);
	assert_code(get(world, "GET", "/other"), 403);
	const char *answer = get(world, "GET", "/both");
	assert_code(answer, 401);
	assert_non_null(strstr(answer, "WWW-Authenticate: Basic"));
	/* hubtel:rahasia, hubtel:rahasiA, hubtel, no base64 at all */
	static const struct {
		const char *given;
		int code;
	} tries[] = {{"Basic aHVidGVsOnJhaGFzaWE=", 200},
		     {"Basic aHVidGVsOnJhaGFzaUE=", 401},
		     {"Basic aHVidGVs", 401},
		     {"Basic ***", 401},
		     {"Bearer aHVidGVsOnJhaGFzaWE=", 401}};
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		char text[256];
		snprintf(text, sizeof text,
			 "GET /both HTTP/1.1\r\nConnection: close\r\nAuthorization: %s\r\n\r\n",
			 tries[i].given);
		assert_code(ask(world, text), tries[i].code);
	}
	world_free(world);
}

static void networks_are_known_by_their_form(void **state)
{
	(void)state;
	static const char *const good[] = {"127.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32",
					   "0.0.0.0/0"};
	static const char *const bad[] = {"",        "10.0.0.0/33", "10.0.0",    "host",
					  "::1/129", "10.0.0.0/",   "1.2.3.4/8x"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(http_is_network(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(http_is_network(bad[i]));
}

/* --- metrics and status --- */

static void add_row(PGresult *result, int row, const char *const *values)
{
	for (int i = 0; i < 5; i++)
		if (!PQsetvalue(result, row, i, (char *)values[i],
				values[i] ? (int)strlen(values[i]) : -1))
			fail_msg("PQsetvalue");
}

static void on_method(struct http_exchange *exchange, void *arg)
{
	const char *method = http_method(exchange);
	(void)arg;
	http_reply(exchange, 200, "text/plain", method, strlen(method));
}

static void a_route_may_take_every_method(void **state)
{
	(void)state;
	static const char *const methods[] = {"GET",     "POST",  "PUT",  "DELETE",
					      "OPTIONS", "PATCH", "TRACE"};
	struct world *world = world_new();
	http_route(world->http, "*", "/any/", on_method, world);
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		const char *answer = get(world, methods[i], "/any/x");
		assert_code(answer, 200);
		assert_string_equal(body_of(answer), methods[i]);
		if (strcmp(methods[i], "GET") != 0)
			assert_code(get(world, methods[i], "/hello"), 405);
	}
	assert_code(get(world, "GET", "/any"), 404);
	world_free(world);
}

static void lists_of_networks(void **state)
{
	(void)state;
	struct http_networks networks = {0};
	http_networks_set(&networks, " 127.0.0.1,10.0.0.0/8  ::1, ");
	assert_int_equal(networks.count, 3);
	assert_string_equal(networks.list[0], "127.0.0.1");
	assert_string_equal(networks.list[1], "10.0.0.0/8");
	assert_string_equal(networks.list[2], "::1");
	http_networks_set(&networks, "192.0.2.7");
	assert_int_equal(networks.count, 1);
	http_networks_set(&networks, "");
	assert_int_equal(networks.count, 0);
	http_networks_clear(&networks);
}

static void metrics_are_grouped_by_name(void **state)
{
	(void)state;
	PGresAttDesc columns[5] = {{.name = (char[]){"name"}},
				   {.name = (char[]){"labels"}},
				   {.name = (char[]){"value"}},
				   {.name = (char[]){"help"}},
				   {.name = (char[]){"kind"}}};
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	assert_int_equal(PQsetResultAttrs(result, 5, columns), 1);
	add_row(result, 0, (const char *[]){"a", "x=\"1\"", "2", "The a", "gauge"});
	add_row(result, 1, (const char *[]){"b", "", "Infinity", "The b", "counter"});
	add_row(result, 2, (const char *[]){"a", "x=\"2\"", "3.5", "The a", "gauge"});
	add_row(result, 3, (const char *[]){"a", "x=\"3\"", NULL, "The a", "gauge"});
	struct strbuf out = {0};
	metrics_format(result, &out);
	assert_string_equal(out.text,
			    "# HELP a The a\n# TYPE a gauge\na{x=\"1\"} 2\na{x=\"2\"} 3.5\n"
			    "# HELP b The b\n# TYPE b counter\nb +Inf\n");
	strbuf_free(&out);
	PQclear(result);
}

static struct status status_of(void *arg)
{
	struct world *world = arg;
	return (struct status){.since = 1000,
			       .database_up = db_is_up(world->db),
			       .database_trouble = "no server there",
			       .database_since = 2000,
			       .http_trouble = "",
			       .supervisor = world->supervisor};
}

static struct world *world_without_database(void)
{
	struct world *world = world_new();
	struct conf conf = {.db_conninfo = "host=/nonexistent dbname=none", .db_password_file = ""};
	world->db = db_new(world->loop, &conf, "unit test");
	world->supervisor = supervisor_new(world->loop, "/nonexistent", "/nowhere.conf",
					   &supervisor_default_pace, NULL, NULL);
	world->metrics = metrics_new(world->loop, world->db, status_of, world);
	http_route(world->http, "GET", "/metrics", metrics_answer, world->metrics);
	return world;
}

static void configure_one(struct world *world)
{
	struct conf_modem modem = {.name = "desa",
				   .device = "/dev/a",
				   .imei = "",
				   .imsi = "",
				   .search = "",
				   .connection = "at",
				   .pin_file = "",
				   .smsc = "",
				   .number = ""};
	struct conf conf = {.heartbeat_seconds = 60, .modems = &modem, .modem_count = 1};
	supervisor_configure(world->supervisor, &conf);
}

static void metrics_answer_without_a_database(void **state)
{
	(void)state;
	struct world *world = world_without_database();
	configure_one(world);
	const char *answer = get(world, "GET", "/metrics");
	assert_code(answer, 200);
	assert_non_null(strstr(answer, "Content-Type: text/plain; version=0.0.4"));
	assert_non_null(strstr(answer, "\nkentongan_database_up 0\n"));
	assert_non_null(strstr(answer, "\nkentongan_modem_ready{modem=\"desa\"} 0\n"));
	assert_non_null(strstr(answer, "# TYPE kentongan_modem_restarts_total counter\n"));
	world_free(world);
}

static void status_tells_what_is_wrong(void **state)
{
	(void)state;
	struct world *world = world_without_database();
	configure_one(world);
	struct status status = status_of(world);
	json_t *json = status_json(&status);
	const char *trouble, *name, *modem_state, *words;
	int up, leader, restarts;
	json_int_t since;
	assert_int_equal(json_unpack(json, "{s:I, s:{s:b, s:s}, s:b, s:[{s:s, s:s, s:s, s:i}]}",
				     "since", &since, "database", "up", &up, "trouble", &trouble,
				     "leader", &leader, "modems", "name", &name, "state",
				     &modem_state, "words", &words, "restarts", &restarts),
			 0);
	assert_int_equal(since, 1000);
	assert_false(up || leader);
	assert_string_equal(trouble, "no server there");
	assert_string_equal(name, "desa");
	assert_string_equal(modem_state, "starting");
	json_decref(json);

	json = status_reasons(&status);
	assert_int_equal(json_array_size(json), 2);
	assert_string_equal(json_string_value(json_array_get(json, 0)),
			    "database: no server there");
	json_decref(json);
	status.database_up = true;
	struct strbuf line = {0};
	status_words(&status, &line);
	assert_string_equal(line.text,
			    "0 of 1 modems ready, database up; desa: its process starts");
	strbuf_free(&line);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_route_answers),
	    cmocka_unit_test(head_has_no_body),
	    cmocka_unit_test(wrong_ways_are_refused),
	    cmocka_unit_test(garbage_and_floods_are_refused),
	    cmocka_unit_test(an_answer_may_come_late),
	    cmocka_unit_test(an_answer_to_nobody_harms_nobody),
	    cmocka_unit_test(a_port_that_is_taken_is_named),
	    cmocka_unit_test(a_flood_of_connections_leaves_descriptors_for_the_rest),
	    cmocka_unit_test(forms_and_queries_are_decoded),
	    cmocka_unit_test(who_is_not_admitted_stays_out),
	    cmocka_unit_test(networks_are_known_by_their_form),
	    cmocka_unit_test(a_route_may_take_every_method),
	    cmocka_unit_test(lists_of_networks),
	    cmocka_unit_test(metrics_are_grouped_by_name),
	    cmocka_unit_test(metrics_answer_without_a_database),
	    cmocka_unit_test(status_tells_what_is_wrong),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
