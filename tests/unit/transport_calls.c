/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rings are one question: src/transport/gammu/call.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "kentongan/loop.h"
#include "../../src/transport/gammu/call.h"

#define SITI "+6281200000023"
#define SRI "081200000002"

static struct loop *loop;
static struct calls *calls;
static const struct conf_modem conf = {.name = "desa", .missed_calls = true};

static void nothing(void *arg)
{
	(void)arg;
}

static int set_up(void **state)
{
	(void)state;
	loop = loop_new();
	calls = calls_new(loop, NULL, &conf, nothing, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	calls_free(&calls);
	assert_null(calls);
	loop_free(&loop);
	return 0;
}

static void rings_are_one_call(void **state)
{
	(void)state;
	assert_true(calls_is_new(calls, SITI, 1000));
	for (int64_t at = 5000; at < 60000; at += 5000)
		assert_false(calls_is_new(calls, SITI, at));
}

static void a_minute_later_is_another(void **state)
{
	(void)state;
	assert_true(calls_is_new(calls, SITI, 1000));
	assert_false(calls_is_new(calls, SITI, 6000));
	assert_true(calls_is_new(calls, SITI, 66000));
}

static void two_at_a_time_are_told_apart(void **state)
{
	(void)state;
	assert_true(calls_is_new(calls, SITI, 1000));
	assert_true(calls_is_new(calls, SRI, 2000));
	assert_true(calls_is_new(calls, "", 3000));
	assert_false(calls_is_new(calls, SITI, 6000));
	assert_false(calls_is_new(calls, SRI, 7000));
	assert_false(calls_is_new(calls, "", 8000));
}

/* Who rang longest ago is forgotten, never who rings now. */
static void many_callers(void **state)
{
	(void)state;
	char peer[24];
	assert_true(calls_is_new(calls, SITI, 1000));
	for (int i = 0; i < 200; i++) {
		snprintf(peer, sizeof peer, "+62812%d", i);
		assert_true(calls_is_new(calls, peer, 1001 + i));
		assert_false(calls_is_new(calls, peer, 1001 + i));
	}
	assert_true(calls_is_new(calls, SITI, 2000));
}

static void an_overlong_number(void **state)
{
	(void)state;
	char peer[200];
	for (size_t i = 0; i + 1 < sizeof peer; i++)
		peer[i] = '7';
	peer[sizeof peer - 1] = 0;
	assert_true(calls_is_new(calls, peer, 1000));
}

/* Nothing armed, nobody rings: nothing to do with the modem. */
static void idle(void **state)
{
	(void)state;
	assert_false(calls_work(calls, NULL));
	calls_arm(calls);
	calls_closed(calls);
	assert_false(calls_work(calls, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(rings_are_one_call, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(a_minute_later_is_another, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(two_at_a_time_are_told_apart, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(many_callers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(an_overlong_number, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(idle, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
