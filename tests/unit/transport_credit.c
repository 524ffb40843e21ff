/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What operators answer to the question for the SIM's credit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/transport/gammu/credit_answer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_answer(const char *pattern, const char *text, int64_t amount, const char *until)
{
	struct credit_pattern *p = credit_pattern_new(pattern);
	char *clean = credit_clean(text);
	struct credit_answer answer = credit_understand(p, clean);
	if (answer.known != (amount >= 0) || (answer.known && answer.amount != amount) ||
	    strcmp(answer.until, until) != 0)
		fail_msg("\"%s\": %s %lld until \"%s\", not %lld until \"%s\"", text,
			 answer.known ? "known" : "not known", (long long)answer.amount,
			 answer.until, (long long)amount, until);
	free(clean);
	credit_pattern_free(&p);
}

static void usual_answers_are_understood(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t amount;
		const char *until;
	} cases[] = {
	    /* Telkomsel */
	    {"Sisa pulsa Rp. 12.345 aktif s/d 31-12-2026", 12345, "2026-12-31"},
	    {"Sisa pulsa Anda Rp 27.450, aktif s.d. 30-09-2026.", 27450, "2026-09-30"},
	    {"Pulsa Rp 2.500, Kartu aktif s.d 17/07/2026. Mau paket internet Rp 10.000? Tekan 1",
	     2500, "2026-07-17"},
	    {"Sisa Pulsa Utama Rp.15.075 berlaku s/d 31 Mei 2026", 15075, "2026-05-31"},
	    {"Pulsa: Rp10.500\nMasa aktif s.d.: 21.04.2026\n1. Paket\n2. Info", 10500,
	     "2026-04-21"},
	    {"Sisa kuota 1.5GB. Pulsa Rp 2.000 aktif sampai 01/02/2027", 2000, "2027-02-01"},
	    {"Pulsa Rp0 Aktif s.d 01 Jan 27", 0, "2027-01-01"},
	    /* Indosat */
	    {"Pulsa Anda Rp12.345 berlaku sampai 31/12/2026", 12345, "2026-12-31"},
	    {"Pulsa Utama: Rp 5.430. Aktif s/d 12.08.2026.", 5430, "2026-08-12"},
	    {"PulsaUTAMA Rp.1.234.Aktif 10/02/2026 TK.10/03/2026", 1234, "2026-02-10"},
	    {"Pulsa anda Rp.5870 aktif sd 21/07/26 bonus 100 SMS s.d 01/08/26", 5870, "2026-07-21"},
	    {"Pulsa: Rp.23500,- aktif hingga 05.02.27", 23500, "2027-02-05"},
	    /* XL, Axis */
	    {"Pulsa Rp 10.250 Exp 12/03/2026. Beli paket Rp5.000?", 10250, "2026-03-12"},
	    {"Sisa pulsa Anda Rp12.345,00 Masa Aktif 20-10-2026, masa tenggang 19-11-2026", 12345,
	     "2026-10-20"},
	    {"Pulsa kamu Rp5.230, aktif s.d 03Jan2027", 5230, "2027-01-03"},
	    {"Pulsa 21452 s.d 10/11/2026", 21452, "2026-11-10"},
	    /* Tri */
	    {"Pulsamu: Rp 5000. Masa aktif 31 Des 2026", 5000, "2026-12-31"},
	    {"Pulsa:Rp. 5,500 Masa Berlaku 2027-05-12 23:59:59", 5500, "2027-05-12"},
	    {"Sisa pulsa kamu Rp 7.350 aktif sampai 2026-04-22", 7350, "2026-04-22"},
	    {"Hai! Pulsamu Rp 1.250.000 & masa aktifnya s.d. 9 Agustus 2027 ya", 1250000,
	     "2027-08-09"},
	    /* Smartfren */
	    {"Pulsa Rp 1,234.00 aktif hingga 2027/03/02", 1234, "2027-03-02"},
	    {"Saldo Anda: IDR 98765.00 valid until 20270131", 98765, "2027-01-31"},
	    /* in English, without money's sign, without a day, the day first */
	    {"Your balance is Rp 8,900 valid until 15 October 2026", 8900, "2026-10-15"},
	    {"Your credit: 8900. Expires 10/31/2026", 8900, "2026-10-31"},
	    {"Sisa pulsa Anda Rp 900", 900, ""},
	    {"Aktif s.d. 31/12/2026. Pulsa Rp 5.000", 5000, "2026-12-31"},
	    {"Rp3.000 (31/12/2026)", 3000, "2026-12-31"},
	    {"Pulsa Rp 5.000 aktif s.d. 31/02/2026", 5000, ""},
	    {"Pulsa Rp 5.000, masa aktif 21 hari lagi", 5000, ""},
	    /* offers stand in front */
	    {"Isi pulsa min. Rp 25.000 dapat bonus! Sisa pulsa: Rp 3.450 s/d 1/2/2027", 3450,
	     "2027-02-01"},
	    {"Promo sampai 01-06-2026! Pulsa Rp 2.350 aktif s/d 09-07-2026", 2350, "2026-07-09"},
	};
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_answer("", cases[i].text, cases[i].amount, cases[i].until);
}

static void what_says_nothing_of_money_is_not_understood(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "",
	    "1 Pulsa\n2 Paket\n3 Info",
	    "Maaf, sistem sedang sibuk. Silakan coba beberapa saat lagi.",
	    "Permintaan Anda sedang diproses, tunggu SMS balasan.",
	    "Nomor Anda +6281234567890 terdaftar",
	    "External Application Down",
	    "\xff\xfe Rp 5.000",
	    "Pulsa Rp 99999999999999999999999",
	};
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_answer("", texts[i], -1, "");
}

static void the_operator_s_own_pattern_counts(void **state)
{
	(void)state;
	assert_answer("credit (?<amount>[0-9.]+) ends (?<expiry>\\S+)",
		      "Credit 1.500 ends 31/12/26", 1500, "2026-12-31");
	assert_answer("(?:A (?<amount>\\d+)|B (?<amount>\\d+))", "B 17", 17, "");
	assert_answer("credit (?<amount>[0-9.]+)", "Sisa pulsa Rp 5.000 aktif s/d 31-12-2026", -1,
		      "");
	/* ends of lines are spaces when it is asked */
	assert_answer("Rp (?<amount>\\d+) s/d (?<expiry>.+)$", "Rp\r\n500\n s/d\t3 Mei 2027 ", 500,
		      "2027-05-03");
	/* one that never ends is stopped */
	assert_answer("(?<amount>(?:[0-9]+)+)x$", "Pulsa 1234567890123456789012345678901234567890",
		      -1, "");
}

static void assert_clean(const char *text, const char *expected)
{
	char *clean = credit_clean(text);
	assert_string_equal(clean, expected);
	free(clean);
}

static void hexadecimal_is_decoded(void **state)
{
	(void)state;
	/* UCS-2 and packed septets under DCS 0 */
	assert_clean("00500075006C0073006100200052007000200035003000300030", "Pulsa Rp 5000");
	assert_clean("D03A7B1E0649E1A0986CE6A2D55CB61B", "Pulsa Rp 123.45.67");
	/* an amount is no text, nor is what is odd or too long */
	assert_clean("12345678", "12345678");
	assert_clean("1234567890123456789", "1234567890123456789");
	assert_clean(" a\r\n b\xc2\xa0 c ", "a b c");
	assert_clean("", "");
}

static void codes_are_packed(void **state)
{
	(void)state;
	char out[32];
	assert_true(credit_pack("*888#", out, sizeof out));
	assert_string_equal(out, "2A1C0E3702");
	assert_true(credit_pack("*123*7#", out, sizeof out));
	assert_string_equal(out, "AA986CA6BA8D00");
	assert_true(credit_pack("*111*1#*", out, sizeof out));
	assert_string_equal(out, "AA582CA68A8D54");
	assert_false(credit_pack("*123456789*123456789#", out, sizeof out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(usual_answers_are_understood),
	    cmocka_unit_test(what_says_nothing_of_money_is_not_understood),
	    cmocka_unit_test(the_operator_s_own_pattern_counts),
	    cmocka_unit_test(hexadecimal_is_decoded),
	    cmocka_unit_test(codes_are_packed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
