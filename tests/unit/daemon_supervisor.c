/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/wait.h>

#include "kentongan/clock.h"
#include "kentongan/loop.h"
#include "kentongan/memory.h"

#include "../../src/daemon/process.h"
#include "../../src/daemon/supervisor.h"
#include "daemon_fake.h"

#define DEADLINE_MS 15000
#define NEWS_MAX 200

struct news {
	char name[33], state[33], words[200];
	pid_t pid;
	int restarts;
	bool ready, died;
	int64_t at;
};

struct world {
	struct loop *loop;
	struct supervisor *supervisor;
	struct news news[NEWS_MAX];
	size_t count;
	bool stopped;
};

static void on_changed(const struct supervisor_view *view, void *arg)
{
	struct world *world = arg;
	if (world->count == NEWS_MAX)
		return;
	struct news *news = &world->news[world->count++];
	snprintf(news->name, sizeof news->name, "%s", view->name);
	snprintf(news->state, sizeof news->state, "%s", view->state);
	snprintf(news->words, sizeof news->words, "%s", view->words);
	news->pid = view->pid;
	news->restarts = view->restarts;
	news->ready = view->ready;
	news->died = view->died;
	news->at = clock_mono_ms();
}

static struct world *world_new(struct supervisor_pace pace)
{
	struct world *world = xcalloc(1, sizeof *world);
	world->loop = loop_new();
	world->supervisor = supervisor_new(world->loop, "/proc/self/exe", "/nowhere.conf", &pace,
					   on_changed, world);
	return world;
}

static void world_free(struct world *world)
{
	supervisor_free(&world->supervisor);
	loop_free(&world->loop);
	free(world);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void on_stopped(void *arg)
{
	((struct world *)arg)->stopped = true;
}

/* Runs the loop until the Nth news (from 1) of NAME in STATE; NULL at the deadline. */
static const struct news *await(struct world *world, const char *name, const char *state, int nth)
{
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;
	struct event_base *base = loop_base(world->loop);
	while (clock_mono_ms() < deadline) {
		int seen = 0;
		for (size_t i = 0; i < world->count; i++)
			if (strcmp(world->news[i].name, name) == 0 &&
			    strcmp(world->news[i].state, state) == 0 && ++seen == nth)
				return &world->news[i];
		struct timeval tick = {.tv_usec = 50000};
		event_base_loopexit(base, &tick);
		event_base_loop(base, EVLOOP_ONCE);
	}
	for (size_t i = 0; i < world->count; i++)
		print_message("%s %s: %s\n", world->news[i].name, world->news[i].state,
			      world->news[i].words);
	fail_msg("%s never became %s (%d times)", name, state, nth);
	return NULL;
}

static void await_stopped(struct world *world)
{
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;
	while (!world->stopped && clock_mono_ms() < deadline) {
		struct timeval tick = {.tv_usec = 50000};
		event_base_loopexit(loop_base(world->loop), &tick);
		event_base_loop(loop_base(world->loop), EVLOOP_ONCE);
	}
	assert_true(world->stopped);
}

static struct conf_modem modem(const char *name, const char *device)
{
	return (struct conf_modem){.name = name,
				   .device = device,
				   .imei = "",
				   .imsi = "",
				   .search = "",
				   .connection = "at",
				   .pin_file = "",
				   .smsc = "",
				   .number = ""};
}

static void configure(struct world *world, struct conf_modem *modems, size_t count)
{
	struct conf conf = {.heartbeat_seconds = 1, .modems = modems, .modem_count = count};
	supervisor_configure(world->supervisor, &conf);
}

static void start_one(struct world *world, const char *name)
{
	struct conf_modem modems[] = {modem(name, "/dev/a")};
	configure(world, modems, 1);
}

static const struct supervisor_pace quick = {
    .first_pause = 20, .longest_pause = 100, .healthy = 60000, .stop = 300};

/* --- tests --- */

static void one_that_lives_is_ready_and_stops_when_told(void **state)
{
	(void)state;
	struct world *world = world_new(quick);
	start_one(world, "lives");
	const struct news *ready = await(world, "lives", "ready", 1);
	assert_true(ready->ready);
	assert_true(ready->pid > 0);
	assert_string_equal(ready->words, "lives");
	assert_int_equal(ready->restarts, 0);
	supervisor_stop(world->supervisor, on_stopped, world);
	await_stopped(world);
	const struct news *last = &world->news[world->count - 1];
	assert_string_equal(last->state, "stopped");
	assert_false(last->died);
	assert_int_equal(kill(ready->pid, 0), -1);
	world_free(world);
}

static void pauses_grow_while_it_dies_young(void **state)
{
	(void)state;
	struct world *world = world_new(quick);
	start_one(world, "dies");
	static const int64_t pauses[] = {20, 40, 80, 100, 100};
	for (int i = 0; i < 5; i++) {
		const struct news *waiting = await(world, "dies", "waiting", i + 1);
		assert_int_equal(waiting->restarts, i + 1);
		assert_true(waiting->died);
		assert_int_equal(waiting->pid, 0);
		assert_non_null(strstr(waiting->words, "ended with status 3"));
		const struct news *starting = await(world, "dies", "starting", i + 2);
		int64_t pause = starting->at - waiting->at;
		assert_in_range(pause, pauses[i] - 2, pauses[i] + 5000);
	}
	world_free(world);
}

static void a_healthy_life_makes_the_pause_short_again(void **state)
{
	(void)state;
	struct supervisor_pace pace = quick;
	pace.healthy = 0;
	pace.first_pause = 30;
	pace.longest_pause = 20000;
	struct world *world = world_new(pace);
	start_one(world, "dies");
	/* Doubling would need 30 s for ten. */
	await(world, "dies", "waiting", 10);
	world_free(world);
}

static void silence_is_death(void **state)
{
	(void)state;
	struct world *world = world_new(quick);
	start_one(world, "silent");
	const struct news *ready = await(world, "silent", "ready", 1);
	const struct news *killed = await(world, "silent", "killed", 1);
	assert_in_range(killed->at - ready->at, 990, 10000);
	assert_non_null(strstr(killed->words, "silent for 1 s"));
	const struct news *waiting = await(world, "silent", "waiting", 1);
	assert_non_null(strstr(waiting->words, "was silent for 1 s and was killed"));
	assert_true(waiting->died);
	assert_int_equal(kill(ready->pid, 0), -1);
	const struct news *again = await(world, "silent", "ready", 2);
	assert_true(again->pid != ready->pid);
	world_free(world);
}

static void one_that_never_speaks_is_killed_too(void **state)
{
	(void)state;
	struct world *world = world_new(quick);
	start_one(world, "mute");
	await(world, "mute", "killed", 1);
	await(world, "mute", "starting", 2);
	world_free(world);
}

static void garbage_is_no_sign_of_life(void **state)
{
	(void)state;
	struct world *world = world_new(quick);
	start_one(world, "garbage");
	await(world, "garbage", "killed", 1);
	for (size_t i = 0; i < world->count; i++)
		assert_false(world->news[i].ready);
	world_free(world);
}

static void a_crash_is_named(void **state)
{
	(void)state;
	struct world *world = world_new(quick);
	start_one(world, "crashes");
	const struct news *waiting = await(world, "crashes", "waiting", 1);
	assert_non_null(strstr(waiting->words, "signal 11 (Segmentation fault)"));
	world_free(world);
}

static void one_that_ignores_sigterm_is_killed_at_the_deadline(void **state)
{
	(void)state;
	struct world *world = world_new(quick);
	start_one(world, "stubborn");
	await(world, "stubborn", "ready", 1);
	int64_t before = clock_mono_ms();
	supervisor_stop(world->supervisor, on_stopped, world);
	await_stopped(world);
	assert_in_range(clock_mono_ms() - before, 290, 10000);
	world_free(world);
}

static void a_reload_starts_stops_restarts_and_passes_sighup_on(void **state)
{
	(void)state;
	struct world *world = world_new(quick);
	struct conf_modem before[] = {modem("stays", "/dev/a"), modem("moves", "/dev/b"),
				      modem("goes", "/dev/c")};
	configure(world, before, 3);
	pid_t stays = await(world, "stays", "ready", 1)->pid;
	pid_t moves = await(world, "moves", "ready", 1)->pid;
	pid_t goes = await(world, "goes", "ready", 1)->pid;

	struct conf_modem after[] = {modem("stays", "/dev/a"), modem("moves", "/dev/x"),
				     modem("comes", "/dev/d")};
	configure(world, after, 3);
	await(world, "comes", "ready", 1);
	const struct news *moved = await(world, "moves", "ready", 2);
	assert_true(moved->pid != moves);
	assert_int_equal(moved->restarts, 0);
	await(world, "goes", "stopped", 1);
	assert_int_equal(kill(goes, 0), -1);
	/* The one that stays has the same process, which was told to read again. */
	const struct news *told = await(world, "stays", "ready", 2);
	assert_string_equal(told->words, "read again");
	assert_int_equal(told->pid, stays);
	world_free(world);
}

static void a_program_that_is_missing_is_tried_again(void **state)
{
	(void)state;
	struct world *world = world_new(quick);
	supervisor_free(&world->supervisor);
	world->supervisor = supervisor_new(world->loop, "/nonexistent/kentongan", "/nowhere.conf",
					   &quick, on_changed, world);
	start_one(world, "lives");
	const struct news *waiting = await(world, "lives", "waiting", 2);
	assert_non_null(strstr(waiting->words, "could not be started"));
	world_free(world);
}

static void ends_are_told_in_words(void **state)
{
	(void)state;
	char out[128];
	assert_string_equal(process_end_words(W_EXITCODE(0, 0), out, sizeof out),
			    "ended without an error");
	assert_non_null(strstr(process_end_words(W_EXITCODE(2, 0), out, sizeof out), "status 2"));
	assert_non_null(strstr(process_end_words(SIGKILL, out, sizeof out), "killed (signal 9"));
	assert_non_null(strstr(process_end_words(SIGTERM, out, sizeof out), "Terminated"));
	assert_non_null(strstr(process_end_words(SIGABRT, out, sizeof out), "crashed"));
}

int main(int argc, char **argv)
{
	fake_if_asked(argc, argv);
	setenv("NOTIFY_SOCKET", "/nowhere", 1);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_that_lives_is_ready_and_stops_when_told),
	    cmocka_unit_test(pauses_grow_while_it_dies_young),
	    cmocka_unit_test(a_healthy_life_makes_the_pause_short_again),
	    cmocka_unit_test(silence_is_death),
	    cmocka_unit_test(one_that_never_speaks_is_killed_too),
	    cmocka_unit_test(garbage_is_no_sign_of_life),
	    cmocka_unit_test(a_crash_is_named),
	    cmocka_unit_test(one_that_ignores_sigterm_is_killed_at_the_deadline),
	    cmocka_unit_test(a_reload_starts_stops_restarts_and_passes_sighup_on),
	    cmocka_unit_test(a_program_that_is_missing_is_tried_again),
	    cmocka_unit_test(ends_are_told_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
