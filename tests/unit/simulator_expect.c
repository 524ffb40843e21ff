/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/simulator/expect.h"

static int setup(void **state)
{
	*state = expect_new();
	return 0;
}

static int teardown(void **state)
{
	struct expect *expect = *state;

	expect_free(&expect);
	return 0;
}

static void test_patterns(void **state)
{
	static const struct {
		const char *pattern, *text;
		int matches;
	} cases[] = {
	    {"Saldo 1.250.000", "Saldo 1.250.000", 1},
	    {"Saldo 1.250.000", "Saldo 1x250y000", 0},
	    {"Saldo", "Saldo Anda", 0},
	    {"Saldo*", "Saldo Anda", 1},
	    {"*Anda", "Saldo\nAnda", 1},
	    {"Saldo … (23)", "Saldo SITI A (23)", 1},
	    {"2 \\* 3", "2 * 3", 1},
	    {"2 \\* 3", "2 x 3", 0},
	    {"satu\\ndua", "satu\ndua", 1},
	    {"Kode {=[A-Z0-9]{4}}.", "Kode K7M4.", 1},
	    {"Kode {=[A-Z0-9]{4}}.", "Kode K7M.", 0},
	    {"[a] (b) {c d} $ ^ | ? +", "[a] (b) {c d} $ ^ | ? +", 1},
	    {"ç *", "ç é", 1},
	    {" rapi ", "rapi", 0},
	    {"rapi", " rapi\n", 1},
	};
	struct errbuf err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(expect_match(*state, cases[i].pattern, cases[i].text, &err),
				 cases[i].matches);
}

static void test_captures(void **state)
{
	struct errbuf err;
	char *filled;

	assert_int_equal(expect_match(*state, "Balas TERIMA {otp=\\d{4}}. Kode {kode=\\w+}",
				      "Balas TERIMA 7391. Kode K7M4", &err),
			 1);
	filled = expect_fill(*state, "TERIMA {otp} {45rb}\\n", &err);
	assert_string_equal(filled, "TERIMA 7391 {45rb}\n");
	free(filled);
	assert_int_equal(expect_match(*state, "SAH {kode}-91", "SAH K7M4-91", &err), 1);
	assert_int_equal(expect_match(*state, "SAH {kode}-91", "SAH K7M5-91", &err), 0);
	/* a later capture replaces an earlier one, a failed match none */
	assert_int_equal(expect_match(*state, "x{otp=\\d+}", "y1", &err), 0);
	assert_int_equal(expect_match(*state, "{otp=\\d+}", "1", &err), 1);
	filled = expect_fill(*state, "{otp}", &err);
	assert_string_equal(filled, "1");
	free(filled);
}

static void test_mistakes(void **state)
{
	struct errbuf err;

	assert_true(expect_match(*state, "{otp}", "1", &err) < 0);
	assert_non_null(strstr(err.text, "otp"));
	assert_true(expect_match(*state, "{=(}", "1", &err) < 0);
	assert_null(expect_fill(*state, "TERIMA {otp}", &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_patterns, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_captures, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_mistakes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
