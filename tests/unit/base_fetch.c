/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/fetch.h"
#include "kentongan/http.h"
#include "kentongan/memory.h"

/* The client against our own server, on one loop. */

#define DEADLINE_MS 10000

struct world {
	struct loop *loop;
	struct http *http;
	struct fetch *fetch;
	char url[64];
	struct http_exchange *held[8];
	int held_count, most_held;
	int answers, status;
	bool maybe_arrived;
	char body[256], error[256];
};

static void on_echo(struct http_exchange *exchange, void *arg)
{
	size_t length;
	const char *body = http_body(exchange, &length), *header = http_header(exchange, "X-Test");
	struct strbuf out = {0};
	(void)arg;
	strbuf_printf(&out, "%s|%s", header ? header : "-", body);
	http_reply(exchange, 202, "text/plain", out.text, out.length);
	strbuf_free(&out);
}

static void on_hold(struct http_exchange *exchange, void *arg)
{
	struct world *world = arg;
	world->held[world->held_count++] = exchange;
	if (world->held_count > world->most_held)
		world->most_held = world->held_count;
}

static void on_done(const struct fetch_answer *answer, void *arg)
{
	struct world *world = arg;
	world->answers++;
	world->status = answer->status;
	world->maybe_arrived = answer->maybe_arrived;
	snprintf(world->body, sizeof world->body, "%s", answer->body);
	snprintf(world->error, sizeof world->error, "%s", answer->error);
}

static void world_open(struct world *world, int in_flight)
{
	struct errbuf err = {0};
	memset(world, 0, sizeof *world);
	world->loop = loop_new();
	world->http = http_new(world->loop);
	http_route(world->http, "POST", "/echo", on_echo, NULL);
	http_route(world->http, "GET", "/echo", on_echo, NULL);
	http_route(world->http, "GET", "/hold", on_hold, world);
	assert_int_equal(http_listen(world->http, "127.0.0.1", 0, &err), 0);
	world->fetch = fetch_new(world->loop, in_flight);
	snprintf(world->url, sizeof world->url, "http://127.0.0.1:%d", http_port(world->http));
}

static void world_close(struct world *world)
{
	fetch_free(&world->fetch);
	http_free(&world->http);
	loop_free(&world->loop);
}

static void turn(struct world *world)
{
	struct timeval tick = {.tv_usec = 20000};
	event_base_loopexit(loop_base(world->loop), &tick);
	event_base_loop(loop_base(world->loop), EVLOOP_ONCE);
}

static void until(struct world *world, const int *count, int n)
{
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;
	while (*count < n && clock_mono_ms() < deadline)
		turn(world);
	assert_int_equal(*count, n);
}

static void send_to(struct world *world, const char *path, const char *body, int timeout_ms)
{
	char url[128];
	const char *headers[] = {"X-Test: ya", NULL};
	struct fetch_request request = {.url = url,
					.body = body,
					.length = body ? strlen(body) : 0,
					.headers = headers,
					.timeout_ms = timeout_ms};
	snprintf(url, sizeof url, "%s%s", *path == '/' ? world->url : "", path);
	fetch_send(world->fetch, &request, on_done, world);
	memset(url, 'x', sizeof url); /* copied */
}

static void posts_and_gets(void **state)
{
	struct world world;
	(void)state;
	world_open(&world, 4);
	send_to(&world, "/echo", "isi", DEADLINE_MS);
	until(&world, &world.answers, 1);
	assert_int_equal(world.status, 202);
	assert_string_equal(world.body, "ya|isi");
	assert_string_equal(world.error, "");
	send_to(&world, "/echo", NULL, DEADLINE_MS);
	until(&world, &world.answers, 2);
	assert_string_equal(world.body, "ya|");
	send_to(&world, "/nothing", NULL, DEADLINE_MS);
	until(&world, &world.answers, 3);
	assert_int_equal(world.status, 404);
	world_close(&world);
}

static void no_more_than_agreed_at_once(void **state)
{
	struct world world;
	(void)state;
	world_open(&world, 2);
	for (int i = 0; i < 5; i++)
		send_to(&world, "/hold", NULL, DEADLINE_MS);
	assert_int_equal(fetch_pending(world.fetch), 5);
	for (int answered = 0; answered < 5; answered++) {
		until(&world, &world.held_count, answered < 4 ? 2 : 1);
		turn(&world);
		world.held_count--;
		http_reply(world.held[0], 200, "text/plain", "", 0);
		world.held[0] = world.held[1];
		until(&world, &world.answers, answered + 1);
	}
	assert_int_equal(world.most_held, 2);
	assert_int_equal(fetch_pending(world.fetch), 0);
	world_close(&world);
}

static void failures_say_whether_it_may_have_arrived(void **state)
{
	struct world world;
	char gone[128];
	(void)state;
	world_open(&world, 2);
	send_to(&world, "/hold", NULL, 100);
	until(&world, &world.answers, 1);
	assert_int_equal(world.status, 0);
	assert_true(world.maybe_arrived);
	assert_string_not_equal(world.error, "");
	snprintf(gone, sizeof gone, "%s/", world.url);
	http_free(&world.http);
	send_to(&world, gone, "x", 1000);
	until(&world, &world.answers, 2);
	assert_int_equal(world.status, 0);
	assert_false(world.maybe_arrived);
	send_to(&world, "file:///etc/hostname", NULL, 1000);
	until(&world, &world.answers, 3);
	assert_int_equal(world.status, 0);
	world_close(&world);
}

static void freed_with_work_under_way(void **state)
{
	struct world world;
	(void)state;
	world_open(&world, 1);
	send_to(&world, "/hold", NULL, DEADLINE_MS);
	send_to(&world, "/hold", NULL, DEADLINE_MS);
	until(&world, &world.held_count, 1);
	world_close(&world);
	assert_int_equal(world.answers, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(posts_and_gets),
	    cmocka_unit_test(no_more_than_agreed_at_once),
	    cmocka_unit_test(failures_say_whether_it_may_have_arrived),
	    cmocka_unit_test(freed_with_work_under_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
