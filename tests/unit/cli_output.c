/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kentongan/log.h"
#include "../../src/cli/output.h"

static void expect(const char *in, bool numbers, const char *expected)
{
	char *came = output_clean(in, numbers);
	assert_string_equal(came, expected);
	free(came);
}

static void numbers_are_masked(void **state)
{
	(void)state;
	expect("+6281234567890", false, "+62812•••7890");
	expect("+6281234567890", true, "+6281234567890");
	expect("operator:siti", false, "operator:siti");
	expect("{\"peer\": \"+6281234567890\", \"n\": 6281234567890}", false,
	       "{\"peer\": \"+62812•••7890\", \"n\": 6281234567890}");
	expect("+50 +123456 1+1", false, "+50 +123456 1+1");
	expect("", false, "");
}

/* What a member typed must not reach the terminal as an order. */
static void controls_are_dropped(void **state)
{
	(void)state;
	expect("a\x1b[2Jb\r\nc\x07\x7f", true, "a [2Jb  c  ");
	expect("a\xc2\x9b"
	       "2Jb \xc2\xa0 \xc3\x9b",
	       true, "a 2Jb \xc2\xa0 \xc3\x9b");
}

static void widths(void **state)
{
	(void)state;
	assert_int_equal(output_width("Siti"), 4);
	assert_int_equal(output_width("Böżena"), 6);
	assert_int_equal(output_width("e\xcc\x81"), 1);
	assert_int_equal(output_width("日本"), 4);
	assert_int_equal(output_width("+62812•••7890"), 13);
	assert_int_equal(output_width("\xff\xfe"), 2);
	assert_int_equal(output_width(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_masked),
	    cmocka_unit_test(controls_are_dropped),
	    cmocka_unit_test(widths),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
