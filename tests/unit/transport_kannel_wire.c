/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Kannel's smsbox says and is told, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kentongan/utf8.h"
#include "../../src/transport/kannel/wire.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* --- incoming ------------------------------------------------------------------------ */

static void a_message_as_smsbox_sends_it(void **state)
{
	struct kannel_sms sms;

	(void)state;
	assert_int_equal(kannel_read_sms(arena,
					 "from=%2B6281200000023&to=1234&text=SETOR+50.000%2C-&"
					 "time=1764102000&id=3f6b0cde-9a49-4a7e-8a24-1c1f0f5d9a11&"
					 "coding=0&charset=UTF-8&smsc=indosat",
					 &sms),
			 0);
	assert_string_equal(sms.from, "+6281200000023");
	assert_string_equal(sms.text, "SETOR 50.000,-");
	assert_string_equal(sms.id, "3f6b0cde-9a49-4a7e-8a24-1c1f0f5d9a11");
	assert_int_equal(sms.sent_at, 1764102000);
	assert_false(sms.data);
	/* %t is UTC, and its space is coded as the form says. */
	assert_int_equal(
	    kannel_read_sms(arena, "from=62812&text=&time=2025-11-25+20:20:00&id=a", &sms), 0);
	assert_int_equal(sms.sent_at, 1764102000);
	assert_string_equal(sms.text, "");
	assert_int_equal(kannel_read_sms(arena, "from=62812&text=x&time=gestern&id=a", &sms), 0);
	assert_int_equal(sms.sent_at, 0);
}

static void characters_of_every_coding(void **state)
{
	static const struct {
		const char *query, *text;
		bool data;
	} cases[] = {
	    {"text=Sal%C3%A1m&charset=UTF-8", "Sal\xC3\xA1m", false},
	    {"text=Sal%C3%A1m", "Sal\xC3\xA1m", false},
	    {"text=%EF%BF%BD&charset=utf-8", "\xEF\xBF\xBD", false}, /* sent so, and right */
	    {"text=%00S%00a%20%AC&coding=2&charset=UTF-16BE", "Sa\xE2\x82\xAC", false},
	    {"text=%D8%3D%DE%00&coding=2&charset=UTF-16BE", "\xF0\x9F\x98\x80", false},
	    {"text=Sal%E1m&charset=ISO-8859-1", "Sal\xC3\xA1m", false},
	    {"text=Sal%E1m&charset=UTF-8", "Sal\xEF\xBF\xBDm", true},
	    {"text=SALDO%00&charset=UTF-8", "SALDO\xEF\xBF\xBD", true},
	    {"text=%ED%A0%80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", true},
	    {"text=%00S%00&charset=UTF-16BE", "S", true},
	    {"text=%DE%00%00S&charset=UTF-16BE", "\xEF\xBF\xBDS", true},
	    {"text=%00%00&charset=UTF-16BE", "\xEF\xBF\xBD", true},
	    {"text=SALDO&coding=1&charset=8-BIT", "SALDO", true},
	    {"text=SALDO&coding=1", "SALDO", true},
	    {"text=SALDO&charset=KOI8-R", "SALDO", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *query = xasprintf("from=62812&id=a&%s", cases[i].query);
		struct kannel_sms sms;

		if (kannel_read_sms(arena, query, &sms) < 0)
			fail_msg("refused: %s", query);
		if (strcmp(sms.text, cases[i].text) != 0 || sms.data != cases[i].data)
			fail_msg("%s: \"%s\", data %d", query, sms.text, sms.data);
		free(query);
	}
}

static void what_is_no_message_is_refused(void **state)
{
	static const char *const queries[] = {
	    "",
	    "text=SALDO&id=a",
	    "from=62812&id=a",
	    "from=62812&text=SALDO",
	    "from=&text=SALDO&id=a",
	    "from=62812&text=SALDO&id=",
	    "from=62812&text=%4&id=a",
	    "from=62812&text=%&id=a",
	    "from=62812&text=%zz&id=a",
	    "from=62%00812&text=SALDO&id=a",
	    "from=62812%0A&text=SALDO&id=a",
	    "from=62812&text=SALDO&id=a%C3%A1",
	    "xfrom=62812&text=SALDO&id=a",
	    "from=62812&text&id=a",
	};
	struct kannel_sms sms;
	char *longer;

	(void)state;
	assert_true(kannel_read_sms(arena, NULL, &sms) < 0);
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++)
		if (kannel_read_sms(arena, queries[i], &sms) == 0)
			fail_msg("taken: %s", queries[i]);
	longer = xasprintf("from=%065d&text=SALDO&id=a", 1);
	assert_true(kannel_read_sms(arena, longer, &sms) < 0);
	free(longer);
	longer = xasprintf("from=1&text=SALDO&id=%0129d", 1);
	assert_true(kannel_read_sms(arena, longer, &sms) < 0);
	free(longer);
}

static void reports(void **state)
{
	static const char *const bad[] = {
	    "",
	    "id=1&attempt=1",
	    "id=1&type=1",
	    "id=x&attempt=1&type=1",
	    "id=-1&attempt=1&type=1",
	    "id=1&attempt=1&type=0",
	    "id=1&attempt=1&type=3",
	    "id=1&attempt=1&type=32",
	    "id=99999999999999999999&attempt=1&type=1",
	    "id=1&attempt=1&type=1&answer=%9",
	};
	struct kannel_report report;

	(void)state;
	assert_int_equal(kannel_read_report(arena,
					    "id=4711&attempt=2&type=16&at=1764102000&"
					    "answer=NACK%2F11%2FInvalid+Destination+Address",
					    &report),
			 0);
	assert_int_equal(report.id, 4711);
	assert_int_equal(report.attempt, 2);
	assert_int_equal(report.type, 16);
	assert_int_equal(report.at, 1764102000);
	assert_string_equal(report.answer, "NACK/11/Invalid Destination Address");
	/* The receipt's own words may hold a one-time code. */
	assert_int_equal(kannel_read_report(arena,
					    "id=1&attempt=1&type=1&at=&answer=id%3A9+stat%"
					    "3ADELIVRD+err%3A000+Text%3ABalas+7391",
					    &report),
			 0);
	assert_string_equal(report.answer, "id:9 stat:DELIVRD err:000");
	assert_int_equal(report.at, 0);
	assert_int_equal(kannel_read_report(arena, "id=1&attempt=1&type=8&answer=%00%FF", &report),
			 0);
	assert_true(utf8_is_valid(report.answer));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (kannel_read_report(arena, bad[i], &report) == 0)
			fail_msg("taken: %s", bad[i]);
}

/* Whatever comes is taken or refused; what is taken is UTF-8 that can be stored. */
static void foreign_bytes_do_no_harm(void **state)
{
	static const char *const pieces[] = {
	    "from=",      "&text=",    "&id=a",   "&charset=UTF-16BE",
	    "&coding=2",  "%00",       "%D8%3D",  "%C3",
	    "%A1",        "%ED%A0%80", "+",       "&",
	    "=",          "%",         "62812",   "SALDO",
	    "&time=1",    "\xFF",      "&type=1", "%0A",
	    "&attempt=1", "&answer=",  "%F0%9F"};
	unsigned long seed = 20;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct strbuf query = {0};
		struct arena *one = arena_new();
		struct kannel_sms sms;
		struct kannel_report report;

		strbuf_puts(&query, round % 3 ? "from=1&id=2&text=" : "");
		for (int i = 0; i < 12; i++) {
			seed = seed * 6364136223846793005ul + 1442695040888963407ul;
			strbuf_puts(&query,
				    pieces[(seed >> 33) % (sizeof(pieces) / sizeof(*pieces))]);
		}
		if (kannel_read_sms(one, query.text, &sms) == 0) {
			assert_true(utf8_is_valid(sms.text));
			assert_true(utf8_is_valid(sms.from));
			assert_true(utf8_is_valid(sms.id));
		}
		if (kannel_read_report(one, query.text, &report) == 0)
			assert_true(utf8_is_valid(report.answer));
		strbuf_free(&query);
		arena_free(&one);
	}
}

/* --- outgoing -------------------------------------------------------------------------- */

static const struct kannel_account account = {
    .sendsms = "http://127.0.0.1:13013/cgi-bin/sendsms",
    .user = "kentongan",
    .password = "ra&ha+si%a",
    .from = "1234",
    .smsc = "",
    .callback = "http://127.0.0.1:8642/kannel/4f1c9a70e2b85d36",
    .reports = true,
};

static void assert_url(const struct outbox_item *item, const char *rest)
{
	char *url = kannel_send_url(&account, item);
	char *expected = xasprintf("http://127.0.0.1:13013/cgi-bin/sendsms?username=kentongan&"
				   "password=ra%%26ha%%2Bsi%%25a&from=1234&to=%%2B6281200000023%s",
				   rest);

	assert_string_equal(url, expected);
	free(expected);
	free(url);
}

static void what_sendsms_is_asked(void **state)
{
	struct outbox_item item = {.id = 4711,
				   .peer = (char *)"+6281200000023",
				   .text = (char *)"Saldo 50.000 & 10% + \xC3\xA9",
				   .attempt = 2,
				   .validity_minutes = 60,
				   .report = true};
	char *probe = kannel_probe_url(&account);

	(void)state;
	assert_url(&item, "&coding=0&charset=UTF-8&validity=60&dlr-mask=31&dlr-url=http%3A%2F%2F"
			  "127.0.0.1%3A8642%2Fkannel%2F4f1c9a70e2b85d36%2Fdlr%3Fid%3D4711%26attempt"
			  "%3D2%26type%3D%25d%26at%3D%25T%26answer%3D%25A&text=Saldo%2050.000%20%26"
			  "%2010%25%20%2B%20%C3%A9");
	item.report = false;
	item.text = (char *)"\xE4\xBD\xA0";
	assert_url(&item, "&coding=2&charset=UTF-8&validity=60&text=%E4%BD%A0");
	item.text = (char *)"";
	assert_url(&item, "&coding=0&charset=UTF-8&validity=60&text=");
	assert_string_equal(probe, "http://127.0.0.1:13013/cgi-bin/"
				   "sendsms?username=kentongan&password=ra%26ha%2Bsi%25a");
	free(probe);
}

static void what_its_answers_mean(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum outbox_outcome outcome;
		const char *trouble; /* the state, NULL = none */
	} cases[] = {
	    {202, "0: Accepted for delivery", OUTBOX_SENT, NULL},
	    {202, "3: Queued for later delivery", OUTBOX_SENT, NULL},
	    {202, "Sent. Message splits: 2", OUTBOX_SENT, NULL},
	    {403, "Not routable. Do not try again.", OUTBOX_PERMANENT, NULL},
	    {400, "Number(s) has/have been denied by white- and/or black-lists.", OUTBOX_PERMANENT,
	     NULL},
	    {400, "Charset or body misformed, rejected", OUTBOX_PERMANENT, NULL},
	    {500, "Sending failed.", OUTBOX_TEMPORARY, NULL},
	    {400, "Sender missing and no global set, rejected", OUTBOX_NOT_TRIED, "refused"},
	    {400, "DLR-URL field misformed, rejected", OUTBOX_NOT_TRIED, "refused"},
	    {403, "Authorization failed for sendsms", OUTBOX_NOT_TRIED, "refused"},
	    {401, "", OUTBOX_NOT_TRIED, "refused"},
	    {404, "Unknown request.", OUTBOX_NOT_TRIED, "refused"},
	    {503, "Temporal failure, try again later.", OUTBOX_NOT_TRIED, "busy"},
	    {200, "<html>Welcome", OUTBOX_UNCERTAIN, "refused"},
	    {302, "", OUTBOX_UNCERTAIN, "refused"},
	    {502, "", OUTBOX_UNCERTAIN, "refused"},
	};
	struct kannel_verdict verdict;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		kannel_judge(cases[i].status, cases[i].body, "", true, &verdict);
		if (verdict.outcome != cases[i].outcome ||
		    verdict.trouble != (cases[i].trouble != NULL) ||
		    (cases[i].trouble && strcmp(verdict.state, cases[i].trouble) != 0))
			fail_msg("%d %s: outcome %d, %s", cases[i].status, cases[i].body,
				 (int)verdict.outcome, verdict.state);
		if (verdict.outcome != OUTBOX_SENT && !verdict.words[0])
			fail_msg("%d %s: no words", cases[i].status, cases[i].body);
	}
	kannel_judge(0, "", "Connection refused", false, &verdict);
	assert_int_equal(verdict.outcome, OUTBOX_NOT_TRIED);
	assert_string_equal(verdict.words, "Kannel doesn't answer: connection refused");
	kannel_judge(0, "", "Operation timed out after 30001 ms", true, &verdict);
	assert_int_equal(verdict.outcome, OUTBOX_UNCERTAIN);
	assert_string_equal(verdict.state, "unreachable");
	kannel_judge(503, "\x1B[31m\xFFhello\nsecond", "", true, &verdict);
	assert_string_equal(verdict.words, "Kannel takes nothing now (503): ?[31m?hello");
}

static void what_a_probe_tells(void **state)
{
	struct kannel_verdict verdict;

	(void)state;
	kannel_judge_probe(400, "Missing receiver number, rejected", "", &verdict);
	assert_false(verdict.trouble);
	static const struct {
		int status;
		const char *body;
	} bad[] = {{403, "Authorization failed for sendsms"},
		   {404, "Unknown request."},
		   {202, "0: Accepted for delivery"},
		   {200, "hello"},
		   {400, "Bad Request"},
		   {503, "Temporal failure, try again later."}};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		kannel_judge_probe(bad[i].status, bad[i].body, "", &verdict);
		if (!verdict.trouble || !verdict.words[0])
			fail_msg("%d %s is no trouble", bad[i].status, bad[i].body);
	}
	kannel_judge_probe(0, "", "Connection refused", &verdict);
	assert_true(verdict.trouble);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_message_as_smsbox_sends_it, setup, teardown),
	    cmocka_unit_test_setup_teardown(characters_of_every_coding, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_no_message_is_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(reports, setup, teardown),
	    cmocka_unit_test_setup_teardown(foreign_bytes_do_no_harm, setup, teardown),
	    cmocka_unit_test(what_sendsms_is_asked),
	    cmocka_unit_test(what_its_answers_mean),
	    cmocka_unit_test(what_a_probe_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
