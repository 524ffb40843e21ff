/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/loop.h"
#include "kentongan/memory.h"

/* The address sanitizer ends a process that asks for too much, unless told
 * that it shall see NULL as everywhere else. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* --- memory --- */

static void arena_keeps_everything_apart(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	char *texts[500];
	for (size_t i = 0; i < 500; i++) {
		texts[i] = arena_alloc(arena, i * 7 + 1);
		assert_int_equal((uintptr_t)texts[i] % _Alignof(max_align_t), 0);
		for (size_t j = 0; j < i * 7 + 1; j++)
			assert_int_equal(texts[i][j], 0);
		memset(texts[i], (int)(i % 255) + 1, i * 7 + 1);
	}
	for (size_t i = 0; i < 500; i++)
		for (size_t j = 0; j < i * 7 + 1; j++)
			assert_int_equal((unsigned char)texts[i][j], i % 255 + 1);
	char *large = arena_alloc(arena, 1000000);
	large[999999] = 'x';
	assert_string_equal(arena_strndup(arena, "setor", 3), "set");
	assert_string_equal(arena_strndup(arena, "ab", 50), "ab");
	assert_string_equal(arena_printf(arena, "%d-%s", 5, "x"), "5-x");
	arena_free(&arena);
	assert_null(arena);
	arena_free(&arena);
}

static void strbuf_grows(void **state)
{
	(void)state;
	struct strbuf buf = {0};
	for (int i = 0; i < 10000; i++)
		strbuf_printf(&buf, "%d,", i);
	assert_int_equal(buf.length, strlen(buf.text));
	assert_int_equal(strncmp(buf.text, "0,1,2,", 6), 0);
	assert_string_equal(buf.text + buf.length - 5, "9999,");
	strbuf_clear(&buf);
	assert_string_equal(buf.text, "");
	strbuf_add(&buf, "a\0b", 3);
	strbuf_putc(&buf, 'c');
	assert_int_equal(buf.length, 4);
	assert_memory_equal(buf.text, "a\0bc", 5);
	strbuf_free(&buf);
	assert_null(buf.text);
}

static void overflow(void)
{
	/* volatile: the compiler would see it coming. */
	volatile size_t huge = SIZE_MAX / 2;
	free(xreallocarray(NULL, huge, 4));
}

static void calloc_overflow(void)
{
	volatile size_t huge = SIZE_MAX / 2;
	free(xcalloc(huge, 4));
}

static void arena_overflow(void)
{
	volatile size_t huge = SIZE_MAX - 5;
	struct arena *arena = arena_new();
	arena_alloc(arena, huge);
}

/* Runs FN in a child; returns its status and what it wrote to stderr. */
static int in_child(void (*fn)(void), char *out, size_t size)
{
	int pipes[2], status = 0;
	assert_int_equal(pipe(pipes), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		fn();
		_exit(0);
	}
	close(pipes[1]);
	size_t used = 0;
	ssize_t n;
	while (used < size - 1 && (n = read(pipes[0], out + used, size - 1 - used)) > 0)
		used += (size_t)n;
	out[used] = '\0';
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void sizes_that_overflow_end_the_process(void **state)
{
	(void)state;
	void (*const fns[])(void) = {overflow, calloc_overflow, arena_overflow};
	char out[4096];
	for (size_t i = 0; i < 3; i++) {
		int status = in_child(fns[i], out, sizeof out);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
		assert_non_null(strstr(out, "error: fatal: "));
	}
}

/* --- errors --- */

static void errors_read_well(void **state)
{
	(void)state;
	struct errbuf err;
	assert_int_equal(err_set(&err, -ENOENT, "%s is missing", "it"), -ENOENT);
	assert_string_equal(err.text, "it is missing");
	assert_int_equal(err_prefix(&err, -EIO, "modem %s", "desa"), -EIO);
	assert_string_equal(err.text, "modem desa: it is missing");
	assert_int_equal(err_set(NULL, -1, "x"), -1);
	assert_int_equal(err_prefix(NULL, -1, "x"), -1);

	char big[2000];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	err_set(&err, 0, "%s", big);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_string_equal(err.text + sizeof err.text - 4, "...");
	err_prefix(&err, 0, "%s", "p");
	assert_int_equal(strncmp(err.text, "p: xx", 5), 0);
	assert_string_equal(err.text + sizeof err.text - 4, "...");
}

/* --- log --- */

static void numbers_are_masked(void **state)
{
	(void)state;
	assert_string_equal(log_msisdn("+628123454567"), "+62812•••4567");
	assert_string_equal(log_msisdn("081234567890"), "081234•••7890");
	assert_string_equal(log_msisdn("0812345678"), "08•••78");
	assert_string_equal(log_msisdn("TELKOMSEL"), "TE•••EL");
	assert_string_equal(log_msisdn("8878"), "8878");
	assert_string_equal(log_msisdn(""), "");
	/* Two in one record. */
	const char *a = log_msisdn("+628111111111"), *b = log_msisdn("+628222222222");
	assert_string_equal(a, "+62811•••1111");
	assert_string_equal(b, "+62822•••2222");
	log_show_numbers(true);
	assert_string_equal(log_msisdn("+628123454567"), "+628123454567");
	log_show_numbers(false);
}

static void write_records(void)
{
	clock_set_for_test(1778552042);
	setenv("TZ", "UTC", 1);
	log_open("modem[desa]");
	log_warn("db", "one\nline\x1b[31m %d\n", 7);
	log_debug("db", "not this");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("db", "but this");
	log_set_level(LOG_LEVEL_ERROR);
	log_warn("db", "nor this");
	char big[5000];
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	log_error("db", "%s", big);
}

static void a_record_is_one_line(void **state)
{
	(void)state;
	char out[8192];
	assert_int_equal(in_child(write_records, out, sizeof out), 0);
	const char *expected = "2026-05-12 02:14:02 modem[desa] warn: db: one line [31m 7\n"
			       "2026-05-12 02:14:02 modem[desa] debug: db: but this\n"
			       "2026-05-12 02:14:02 modem[desa] error: db: xxx";
	assert_int_equal(strncmp(out, expected, strlen(expected)), 0);
	assert_string_equal(out + strlen(out) - 5, "x...\n");
}

/* --- clock --- */

static void clock_can_be_held(void **state)
{
	(void)state;
	char iso[21];
	int64_t real = clock_mono_ms();
	assert_true(real > 0);
	clock_set_for_test(1778552042);
	assert_int_equal(clock_wall(), 1778552042);
	assert_int_equal(clock_mono_ms(), INT64_C(1778552042000));
	clock_set_for_test(-1);
	assert_true(clock_mono_ms() >= real);
	clock_iso(1778552042, iso);
	assert_string_equal(iso, "2026-05-12T02:14:02Z");
	clock_iso(INT64_MAX, iso);
	assert_string_equal(iso, "0000-00-00T00:00:00Z");
}

/* --- loop --- */

static struct {
	struct loop *loop;
	struct timer *a, *b;
	int fired;
	int reloads, terminations;
} l;

static void on_a(void *arg)
{
	(void)arg;
	l.fired++;
	assert_false(timer_pending(l.a));
	loop_stop(l.loop, 7);
}

static void on_b(void *arg)
{
	(void)arg;
	fail_msg("a cleared timer fired");
}

static void timers_fire_once(void **state)
{
	(void)state;
	l.loop = loop_new();
	l.a = timer_new(l.loop, on_a, NULL);
	l.b = timer_new(l.loop, on_b, NULL);
	timer_set(l.b, 0);
	timer_set(l.a, 5);
	timer_set(l.a, 1);
	assert_true(timer_pending(l.b));
	timer_clear(l.b);
	assert_false(timer_pending(l.b));
	assert_int_equal(loop_run(l.loop), 7);
	assert_int_equal(l.fired, 1);
	timer_free(&l.a);
	timer_free(&l.b);
	timer_free(&l.b);
	loop_free(&l.loop);
	assert_null(l.loop);
}

static void stop_before_run(void **state)
{
	(void)state;
	struct loop *loop = loop_new();
	loop_stop(loop, 3);
	assert_int_equal(loop_run(loop), 3);
	loop_free(&loop);
}

static void on_terminate(void *arg)
{
	(void)arg;
	l.terminations++;
	kill(getpid(), SIGTERM); /* the second one doesn't wait */
}

static void on_reload(void *arg)
{
	(void)arg;
	l.reloads++;
	kill(getpid(), SIGTERM);
}

static void signals_reach_their_functions(void **state)
{
	(void)state;
	l.loop = loop_new();
	loop_on_reload(l.loop, on_reload, NULL);
	loop_on_terminate(l.loop, on_terminate, NULL);
	kill(getpid(), SIGHUP);
	assert_int_equal(loop_run(l.loop), 0);
	assert_int_equal(l.reloads, 1);
	assert_int_equal(l.terminations, 1);
	loop_free(&l.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arena_keeps_everything_apart),
	    cmocka_unit_test(strbuf_grows),
	    cmocka_unit_test(sizes_that_overflow_end_the_process),
	    cmocka_unit_test(errors_read_well),
	    cmocka_unit_test(numbers_are_masked),
	    cmocka_unit_test(a_record_is_one_line),
	    cmocka_unit_test(clock_can_be_held),
	    cmocka_unit_test(timers_fire_once),
	    cmocka_unit_test(stop_before_run),
	    cmocka_unit_test(signals_reach_their_functions),
	};
	return cmocka_run_group_tests_name("base_foundation", tests, NULL, NULL);
}
