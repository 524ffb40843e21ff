/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void numbers(void **state)
{
	static const struct {
		const char *in;
		const char *cc;
		enum msisdn_kind kind;
		const char *out;
	} cases[] = {
	    {"081234567890", "62", MSISDN_OK, "+6281234567890"},
	    {"0812-3456-7890", "62", MSISDN_OK, "+6281234567890"},
	    {"0812 3456 7890", "62", MSISDN_OK, "+6281234567890"},
	    {"(0331) 487.123", "62", MSISDN_OK, "+62331487123"},
	    {"6281234567890", "62", MSISDN_OK, "+6281234567890"},
	    {"+6281234567890", "62", MSISDN_OK, "+6281234567890"},
	    {"+62 812-3456-7890", "62", MSISDN_OK, "+6281234567890"},
	    {"+62 (0) 81234567890", "62", MSISDN_OK, "+6281234567890"},
	    {"62081234567890", "62", MSISDN_OK, "+6281234567890"},
	    {"00 62 812 34567890", "62", MSISDN_OK, "+6281234567890"},
	    {"81234567890", "62", MSISDN_OK, "+6281234567890"},
	    {"0812\u00a034567890", "62", MSISDN_OK, "+6281234567890"},
	    {"+60123456789", "62", MSISDN_OK, "+60123456789"},
	    {"0060123456789", "62", MSISDN_OK, "+60123456789"},
	    {"+4915112345678", "62", MSISDN_OK, "+4915112345678"},
	    {"015112345678", "49", MSISDN_OK, "+4915112345678"},
	    {"888", "62", MSISDN_SHORT_CODE, ""},
	    {"1500", "62", MSISDN_SHORT_CODE, ""},
	    {"99999", "62", MSISDN_SHORT_CODE, ""},
	    {"123456", "62", MSISDN_SHORT_CODE, ""},
	    {"TELKOMSEL", "62", MSISDN_ALPHANUMERIC, ""},
	    {"My IM3", "62", MSISDN_ALPHANUMERIC, ""},
	    {"3Indonesia", "62", MSISDN_ALPHANUMERIC, ""},
	    {"0812A34567", "62", MSISDN_ALPHANUMERIC, ""},
	    {"", "62", MSISDN_INVALID, ""},
	    {"+", "62", MSISDN_INVALID, ""},
	    {"12", "62", MSISDN_INVALID, ""},
	    {"1234567", "62", MSISDN_INVALID, ""},
	    {"123456789", "62", MSISDN_INVALID, ""}, /* whose country? */
	    {"+1234567", "62", MSISDN_INVALID, ""},
	    {"+00812345678", "62", MSISDN_INVALID, ""},
	    {"0812345678901234", "62", MSISDN_INVALID, ""},
	    {"+62812345678901234", "62", MSISDN_INVALID, ""},
	    {"6200622926", "62", MSISDN_INVALID, ""},
	    {"00062812345678", "62", MSISDN_INVALID, ""},
	    {"0812*34567890", "62", MSISDN_INVALID, ""},
	    {"++6281234567890", "62", MSISDN_INVALID, ""},
	    {"0812+34567890", "62", MSISDN_INVALID, ""},
	    {"\xFF\xFE", "62", MSISDN_INVALID, ""},
	    {"000000000000000000000000000000000000000000000000", "62", MSISDN_INVALID, ""},
	};
	char out[MSISDN_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum msisdn_kind kind = msisdn_parse(cases[i].in, cases[i].cc, out);

		if (kind != cases[i].kind || strcmp(out, cases[i].out) != 0)
			fail_msg("\"%s\": wanted %d \"%s\", got %d \"%s\"", cases[i].in,
				 cases[i].kind, cases[i].out, kind, out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(numbers)};

	return cmocka_run_group_tests_name("text_msisdn", tests, NULL, NULL);
}
