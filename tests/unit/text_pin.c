/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define NUMBER "+6281234567890"

static void expect(const char *pin, bool weak)
{
	if (pin_is_weak(pin, NUMBER) != weak)
		fail_msg("%s should %sbe weak", pin, weak ? "" : "not ");
}

static void what_is_tried_first_is_weak(void **state)
{
	static const char *const pins[] = {
	    "000000", "777777", "123456", "234567", "890123", "678901", "654321",
	    "210987", "098765", "121212", "909090", "123123", "505505", "123321",
	    "907709", "112233", "998811", "777888", "102030", "123654", "159753",
	    "147258", "170845", "567890", "482000", "100000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++)
		expect(pins[i], true);
}

static void others_are_not(void **state)
{
	static const char *const pins[] = {
	    "482915", "739126", "112234", "122345", "123457", "135246", "121213", "123124",
	    "123322", "197804", "120580", "001234", "482001", "000482", "667891", "467890",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++)
		expect(pins[i], false);
}

/* Of a million few are refused: a rule that went wrong would show here. */
static void most_are_good(void **state)
{
	int weak = 0;

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		char pin[16];

		snprintf(pin, sizeof(pin), "%06d", i);
		weak += pin_is_weak(pin, NUMBER);
	}
	assert_in_range(weak, 3500, 5000);
}

static void the_owners_number_is_weak(void **state)
{
	(void)state;
	assert_true(pin_is_weak("829174", "+62812829174"));
	assert_false(pin_is_weak("829174", "+628128291740"));
	assert_false(pin_is_weak("829174", "29174"));
	assert_false(pin_is_weak("829174", ""));
}

static void no_pin_at_all_is_weak(void **state)
{
	(void)state;
	expect("", true);
	expect("48291", true);
	expect("4829150", true);
	expect("48291x", true);
	expect(" 48291", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_tried_first_is_weak),
	    cmocka_unit_test(others_are_not),
	    cmocka_unit_test(most_are_good),
	    cmocka_unit_test(the_owners_number_is_weak),
	    cmocka_unit_test(no_pin_at_all_is_weak),
	};

	return cmocka_run_group_tests_name("text_pin", tests, NULL, NULL);
}
