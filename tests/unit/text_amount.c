/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct amount_case {
	const char *in;
	int64_t value; /* 0: ask back; -1: no amount */
};

static void check(const struct amount_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t value;
		/* exactly as long as needed, so that a read beyond the end shows */
		size_t length = strlen(cases[i].in);
		char *exact = memcpy(malloc(length ? length : 1), cases[i].in, length);
		enum amount_result result = amount_parse(exact, length, &value);
		enum amount_result wanted = cases[i].value > 0    ? AMOUNT_OK
					    : cases[i].value == 0 ? AMOUNT_AMBIGUOUS
								  : AMOUNT_INVALID;

		free(exact);
		if (result != wanted || (wanted == AMOUNT_OK && value != cases[i].value))
			fail_msg("\"%s\": wanted %d %lld, got %d %lld", cases[i].in, wanted,
				 (long long)cases[i].value, result, (long long)value);
	}
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void plain(void **state)
{
	static const struct amount_case cases[] = {
	    {"50000", 50000},          {"50.000", 50000},
	    {"50,000", 50000},         {"1000", 1000},
	    {"1.250.000", 1250000},    {"1,250,000", 1250000},
	    {"50.000,00", 50000},      {"50,000.00", 50000},
	    {"1.250.000,00", 1250000}, {"50000,00", 50000},
	    {"Rp50.000,-", 50000},     {"Rp 50.000", 50000},
	    {"rp. 50.000,--", 50000},  {"IDR 50000", 50000},
	    {"50.000,=", 50000},       {"5O.OOO", 50000},
	    {"5o.ooo", 50000},         {"5OOOO", 50000},
	    {"50.000.", 50000},        {"50.000,", 50000},
	    {" 50.000 ", 50000},       {"999.999.999", 999999999},
	};

	(void)state;
	CHECK(cases);
}

static void units(void **state)
{
	static const struct amount_case cases[] = {
	    {"50rb", 50000},         {"50 rb", 50000},      {"50RB", 50000},
	    {"50ribu", 50000},       {"50 ribu", 50000},    {"50k", 50000},
	    {"50K", 50000},          {"50ewu", 50000},      {"50ebu", 50000},
	    {"50rb,-", 50000},       {"Rp50rb", 50000},     {"12.5rb", 12500},
	    {"12,5rb", 12500},       {"12,55rb", 12550},    {"1,5jt", 1500000},
	    {"1.5 juta", 1500000},   {"0,5jt", 500000},     {"2jt", 2000000},
	    {"1jt250", 1250000},     {"1jt250rb", 1250000}, {"1jt 250rb", 1250000},
	    {"1jt250.000", 1250000}, {"1jt50rb", 1050000},  {"50rb500", 50500},
	    {"5Orb", 50000},         {"1,25jt", 1250000},
	};

	(void)state;
	CHECK(cases);
}

static void asked_back(void **state)
{
	static const struct amount_case cases[] = {
	    {"50", 0},
	    {"5", 0},
	    {"0", 0},
	    {"500", 0},
	    {"999", 0},
	    {"50.00", 0},
	    {"50.0", 0},
	    {"5.0000", 0},
	    {"50.000.00", 0},
	    {"50000.00", 0},
	    {"50.000,50", 0},
	    {"1.500rb", 0},
	    {"1,500rb", 0},
	    {"1500rb", 0},
	    {"50000rb", 0},
	    {"-50rb", 0},
	    {"+50rb", 0},
	    {"--5", 0},
	    {"lima puluh ribu", 0},
	    {"seket ewu", 0},
	    {"sejuta", 0},
	    {"5a0rb", 0},
	    {"50x", 0},
	    {"5l.000", 0},
	    {"50 000", 0},
	    {"50 000rb", 0},
	    {"1jt25", 0},
	    {"1jt5", 0},
	    {"1jt 250", 0},
	    {"1,5jt250", 0},
	    {"1jt2jt", 0},
	    {"1jt1250rb", 0},
	    {"0rb", 0},
	    {"000", 0},
	    {"05.000", 0},
	    {"0.500", 0},
	    {"1.250,000", 0},
	    {"1.2.3", 0},
	    {"1m", 0},
	    {"50rb 20rb", 0},
	    {"50-60rb", 0},
	    {"50rb-", 0},
	    {"1.000.000.000.000", 0},
	    {"1000000000000", 0},
	    {"50.000.000.003.003.000.000", 0},
	    {"033.123.123.123.123.123.123", 0},
	    {"999999999999999.000.000.000", 0},
	    {"99999999999999999999999999", 0},
	    {"Rp-50.000", 0},
	    {"50\xEF\xBF\xBD"
	     "000",
	     0},
	    {"1111111111111111111111111111111111111111111111111111111111111111111111", 0},
	};

	(void)state;
	CHECK(cases);
}

static void no_amount(void **state)
{
	static const struct amount_case cases[] = {
	    {"", -1},    {" ", -1},     {".,", -1}, {"rb", -1}, {"Rp", -1},       {"abc", -1},
	    {"OOO", -1}, {"saldo", -1}, {"-", -1},  {"jt", -1}, {"\xFF\xFE", -1},
	};

	(void)state;
	CHECK(cases);
}

static void format(void **state)
{
	static const struct {
		int64_t value;
		const char *out;
	} cases[] = {
	    {0, "0"},
	    {5, "5"},
	    {999, "999"},
	    {1000, "1.000"},
	    {50000, "50.000"},
	    {1250000, "1.250.000"},
	    {-1250, "-1.250"},
	    {12345678901, "12.345.678.901"},
	    {INT64_MAX, "9.223.372.036.854.775.807"},
	    {INT64_MIN, "-9.223.372.036.854.775.808"},
	};
	char buffer[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(amount_format(cases[i].value, buffer), cases[i].out);
}

/* What we write ourselves must be read as the same. */
static void round_trip(void **state)
{
	char buffer[32];
	int64_t back;

	(void)state;
	for (int64_t value = 1000; value < 1000000000000; value = value * 3 + 7) {
		amount_format(value, buffer);
		assert_int_equal(amount_parse(buffer, strlen(buffer), &back), AMOUNT_OK);
		assert_int_equal(back, value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain),     cmocka_unit_test(units),  cmocka_unit_test(asked_back),
	    cmocka_unit_test(no_amount), cmocka_unit_test(format), cmocka_unit_test(round_trip),
	};

	return cmocka_run_group_tests_name("text_amount", tests, NULL, NULL);
}
