/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kentongan/clock.h"

#include "../../src/transport/gammu/pause.h"

static GSM_StateMachine *sm;
static int pair[2];

static int set_up(void **state)
{
	(void)state;
	sm = GSM_AllocStateMachine();
	pause_set_send(0);
	pause_on_alive(NULL, NULL);
	return sm ? socketpair(AF_UNIX, SOCK_STREAM, 0, pair) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	GSM_FreeStateMachine(sm);
	close(pair[0]);
	close(pair[1]);
	return 0;
}

/* How long usleep(US) takes within a call, in milliseconds. */
static int64_t timed(useconds_t us)
{
	int64_t start = clock_mono_us();
	assert_int_equal(usleep(us), 0);
	return (clock_mono_us() - start) / 1000;
}

/* Everything here rests on libGammu finding this usleep() and not libc's. */
static void libgammu_gets_our_usleep(void **state)
{
	(void)state;
	char program[PATH_MAX], holder[PATH_MAX];
	Dl_info info;
	void *found = dlsym(RTLD_DEFAULT, "usleep");
	assert_non_null(found);
	assert_int_not_equal(dladdr(found, &info), 0);
	assert_non_null(realpath("/proc/self/exe", program));
	assert_non_null(realpath(info.dli_fname, holder));
	assert_string_equal(holder, program);
}

static void outside_a_call_it_sleeps(void **state)
{
	(void)state;
	assert_in_range(timed(20000), 20, 5000);
}

static void a_byte_from_the_modem_wakes_it(void **state)
{
	(void)state;
	assert_int_equal(write(pair[1], "x", 1), 1);
	pause_begin(PAUSE_PLAIN, sm, pair[0], 0, 20000);
	assert_in_range(timed(10000000), 0, 3000);
	assert_int_equal(pause_end_call(), PAUSE_FINE);
}

static void without_one_it_waits_as_long_as_asked(void **state)
{
	(void)state;
	pause_begin(PAUSE_PLAIN, sm, pair[0], 0, 20000);
	assert_in_range(timed(30000), 30, 5000);
	assert_int_equal(pause_end_call(), PAUSE_FINE);
}

static void the_pauses_of_a_send_are_cut(void **state)
{
	(void)state;
	pause_begin(PAUSE_SEND, sm, pair[0], 0, 20000);
	assert_in_range(timed(100000), 0, 60);
	assert_in_range(timed(500000), 0, 300);
	assert_in_range(timed(100000), 0, 60);
	assert_int_equal(pause_end_call(), PAUSE_FINE);
	pause_set_send(30);
	pause_begin(PAUSE_SEND, sm, pair[0], 0, 20000);
	assert_in_range(timed(100000), 30, 90);
	assert_int_equal(pause_end_call(), PAUSE_FINE);
}

static void stock_leaves_them_even_if_the_modem_talks(void **state)
{
	(void)state;
	pause_set_send(-1);
	assert_int_equal(write(pair[1], "x", 1), 1);
	pause_begin(PAUSE_SEND, sm, pair[0], 0, 20000);
	assert_in_range(timed(100000), 100, 5000);
	assert_in_range(timed(500000), 500, 5000);
	assert_int_equal(pause_end_call(), PAUSE_FINE);
	pause_begin(PAUSE_CONNECT, sm, pair[0], 0, 20000);
	assert_in_range(timed(400000), 400, 5000);
	assert_int_equal(pause_end_call(), PAUSE_FINE);
}

static void the_pauses_of_connecting_are_cut(void **state)
{
	(void)state;
	pause_begin(PAUSE_CONNECT, sm, pair[0], 0, 20000);
	assert_in_range(timed(400000), 0, 200);
	assert_in_range(timed(5000), 5, 3000);
	assert_int_equal(pause_end_call(), PAUSE_FINE);
}

/* LIBGAMMU: every call blocks, some for minutes. */
static void the_deadline_ends_a_call(void **state)
{
	(void)state;
	int64_t start = clock_mono_ms();
	pause_begin(PAUSE_PLAIN, sm, pair[0], 0, 50);
	while (timed(10000) >= 5)
		assert_in_range(clock_mono_ms() - start, 0, 5000);
	assert_int_equal(pause_end_call(), PAUSE_LATE);
}

static bool is_null(int fd)
{
	struct stat null, st;
	assert_int_equal(stat("/dev/null", &null), 0);
	assert_int_equal(fstat(fd, &st), 0);
	return S_ISCHR(st.st_mode) && st.st_rdev == null.st_rdev;
}

/* serial_write() of 1.42 repeats for ever on a port that takes nothing. */
static void a_call_stuck_in_writing_gets_out(void **state)
{
	(void)state;
	int64_t start = clock_mono_ms();
	pause_begin(PAUSE_PLAIN, sm, pair[0], 0, 20);
	while (!is_null(pair[0]))
		assert_in_range(clock_mono_ms() - start, 0, 10000);
	assert_int_equal(pause_end_call(), PAUSE_LATE);
}

static void unplugging_ends_a_call(void **state)
{
	(void)state;
	shutdown(pair[1], SHUT_RDWR);
	int64_t start = clock_mono_ms();
	pause_begin(PAUSE_PLAIN, sm, pair[0], 0, 20000);
	assert_in_range(timed(10000000), 0, 3000);
	assert_in_range(timed(10000000), 0, 3000);
	assert_int_equal(pause_end_call(), PAUSE_GONE);
	assert_in_range(clock_mono_ms() - start, 0, 5000);
}

static void count(void *arg)
{
	(*(int *)arg)++;
}

static void long_calls_show_life(void **state)
{
	(void)state;
	int beats = 0;
	pause_on_alive(count, &beats);
	int64_t start = clock_mono_ms();
	pause_begin(PAUSE_PLAIN, sm, pair[0], 0, 20000);
	while (beats < 2) {
		(void)timed(5000);
		assert_in_range(clock_mono_ms() - start, 0, 5000);
	}
	assert_int_equal(pause_end_call(), PAUSE_FINE);
	pause_on_alive(NULL, NULL);
}

static void the_descriptor_is_found_by_its_device(void **state)
{
	(void)state;
	struct stat st;
	int null = dup(STDIN_FILENO);
	assert_int_not_equal(null, -1);
	assert_non_null(freopen("/dev/full", "w", stdin));
	assert_int_equal(fstat(STDIN_FILENO, &st), 0);
	assert_int_equal(pause_find_fd(st.st_rdev), STDIN_FILENO);
	assert_int_equal(dup2(null, STDIN_FILENO), STDIN_FILENO);
	close(null);
	assert_int_equal(pause_find_fd(st.st_rdev), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(libgammu_gets_our_usleep),
	    TEST(outside_a_call_it_sleeps),
	    TEST(a_byte_from_the_modem_wakes_it),
	    TEST(without_one_it_waits_as_long_as_asked),
	    TEST(the_pauses_of_a_send_are_cut),
	    TEST(stock_leaves_them_even_if_the_modem_talks),
	    TEST(the_pauses_of_connecting_are_cut),
	    TEST(the_deadline_ends_a_call),
	    TEST(a_call_stuck_in_writing_gets_out),
	    TEST(unplugging_ends_a_call),
	    TEST(long_calls_show_life),
	    TEST(the_descriptor_is_found_by_its_device),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
