/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct conf_limits limits = {.burst = 5, .per_minute = 20, .loop_same = 4};

#define T0 1700000000000

static void burst_then_notice_once_then_silence(void **state)
{
	struct guard *guard = guard_new(&limits);

	(void)state;
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(guard_check(guard, "+628120000001", i, T0), GUARD_PASS);
	assert_int_equal(guard_check(guard, "+628120000001", 90, T0), GUARD_NOTICE);
	assert_int_equal(guard_check(guard, "+628120000001", 91, T0), GUARD_SILENT);
	assert_int_equal(guard_check(guard, "+628120000001", 92, T0 + 100), GUARD_SILENT);
	/* Others are not concerned. */
	assert_int_equal(guard_check(guard, "+628120000002", 1, T0), GUARD_PASS);
	/* One message's worth of time later one passes, still without a second notice. */
	assert_int_equal(guard_check(guard, "+628120000001", 93, T0 + 3000), GUARD_PASS);
	assert_int_equal(guard_check(guard, "+628120000001", 94, T0 + 3000), GUARD_SILENT);
	/* After a calm the next flood is told again. */
	for (uint64_t i = 0; i < 5; i++)
		assert_int_equal(guard_check(guard, "+628120000001", i, T0 + 60000), GUARD_PASS);
	assert_int_equal(guard_check(guard, "+628120000001", 95, T0 + 60000), GUARD_NOTICE);
	guard_free(&guard);
}

static void sustained_rate_passes_for_ever(void **state)
{
	struct guard *guard = guard_new(&limits);

	(void)state;
	for (uint64_t i = 0; i < 500; i++)
		assert_int_equal(guard_check(guard, "+628120000001", i, T0 + (int64_t)i * 3000),
				 GUARD_PASS);
	guard_free(&guard);
}

/* After an outage hours of messages arrive within seconds: their own time
 * counts, not ours. */
static void backlog_is_no_flood(void **state)
{
	struct guard *guard = guard_new(&limits);

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(guard_check(guard, "+628120000001", i, T0 + (int64_t)i * 20000),
				 GUARD_PASS);
	guard_free(&guard);
}

static void same_text_is_a_loop_within_minutes_only(void **state)
{
	struct guard *guard = guard_new(&limits);

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(guard_check(guard, "+628120000001", 7, T0 + i * 30000),
				 GUARD_PASS);
	assert_int_equal(guard_check(guard, "+628120000001", 7, T0 + 4 * 30000), GUARD_LOOP);
	assert_int_equal(guard_check(guard, "+628120000001", 8, T0 + 5 * 30000), GUARD_PASS);
	/* SALDO every hour, all day long, is a person. */
	for (int i = 1; i < 20; i++)
		assert_int_equal(guard_check(guard, "+628120000003", 7, T0 + i * 3600000LL),
				 GUARD_PASS);
	guard_free(&guard);
}

/* A sweep finds a message whose notice got lost, long after newer ones. */
static void straggler_passes(void **state)
{
	struct guard *guard = guard_new(&limits);

	(void)state;
	for (uint64_t i = 0; i < 6; i++)
		(void)guard_check(guard, "+628120000001", i, T0);
	assert_int_equal(guard_check(guard, "+628120000001", 77, T0 - 3600000), GUARD_PASS);
	assert_int_equal(guard_check(guard, "+628120000001", 78, T0), GUARD_SILENT);
	guard_free(&guard);
}

static int drained;
static void count(const char *peer, enum guard_verdict verdict, int64_t n, void *arg)
{
	(void)arg;
	assert_string_equal(peer, "+628120000001");
	assert_int_equal(verdict, GUARD_SILENT);
	drained += (int)n;
}

static void refusals_are_counted_once(void **state)
{
	struct guard *guard = guard_new(&limits);

	(void)state;
	drained = 0;
	for (uint64_t i = 0; i < 25; i++)
		(void)guard_check(guard, "+628120000001", i, T0);
	guard_drain_floods(guard, count, NULL);
	assert_int_equal(drained, 20);
	guard_drain_floods(guard, count, NULL);
	assert_int_equal(drained, 20);
	guard_free(&guard);
}

static void memory_is_bounded(void **state)
{
	struct guard *guard = guard_new(&limits);
	char peer[24];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		snprintf(peer, sizeof(peer), "+62812%07d", i);
		assert_int_equal(guard_check(guard, peer, 1, T0 + i), GUARD_PASS);
	}
	guard_free(&guard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(burst_then_notice_once_then_silence),
	    cmocka_unit_test(sustained_rate_passes_for_ever),
	    cmocka_unit_test(backlog_is_no_flood),
	    cmocka_unit_test(straggler_passes),
	    cmocka_unit_test(same_text_is_a_loop_within_minutes_only),
	    cmocka_unit_test(refusals_are_counted_once),
	    cmocka_unit_test(memory_is_bounded),
	};
	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
