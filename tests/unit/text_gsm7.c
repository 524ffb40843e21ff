/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kentongan/memory.h"
#include "../../src/text/utf8.h"

#define PARTS "tests/unit/data/sms_parts.txt"

/* N times PIECE, then TAIL. */
static const char *repeat(const char *piece, int n, const char *tail)
{
	static char text[4096];

	text[0] = '\0';
	for (int i = 0; i < n; i++)
		strcat(text, piece);
	return strcat(text, tail);
}

static void expect(const char *text, enum sms_coding coding, int units, int segments)
{
	struct sms_size size = sms_size(text);

	if (size.coding != coding || size.units != units || size.segments != segments)
		fail_msg("%.20s…: wanted %d %d %d, got %d %d %d", text, coding, units, segments,
			 size.coding, size.units, size.segments);
}

static void gsm7_borders(void **state)
{
	(void)state;
	expect("", SMS_GSM7, 0, 1);
	expect("SALDO", SMS_GSM7, 5, 1);
	expect(repeat("a", 160, ""), SMS_GSM7, 160, 1);
	expect(repeat("a", 161, ""), SMS_GSM7, 161, 2);
	expect(repeat("a", 306, ""), SMS_GSM7, 306, 2);
	expect(repeat("a", 307, ""), SMS_GSM7, 307, 3);
	expect(repeat("a", 459, ""), SMS_GSM7, 459, 3);
	expect(repeat("a", 460, ""), SMS_GSM7, 460, 4);
}

static void gsm7_extension(void **state)
{
	(void)state;
	expect("€", SMS_GSM7, 2, 1);
	expect("^{}\\[~]|", SMS_GSM7, 16, 1);
	expect("\f", SMS_GSM7, 2, 1);
	expect(repeat("a", 158, "€"), SMS_GSM7, 160, 1);
	expect(repeat("a", 159, "€"), SMS_GSM7, 161, 2);
	expect(repeat("€", 80, ""), SMS_GSM7, 160, 1);
	/* 153 is odd: each part holds 76 signs of two septets */
	expect(repeat("€", 152, ""), SMS_GSM7, 304, 2);
	expect(repeat("€", 153, ""), SMS_GSM7, 306, 3);
}

static void gsm7_letters(void **state)
{
	/* every character of the basic table but the escape */
	static const char table[] =
	    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
	    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

	(void)state;
	expect(table, SMS_GSM7, 127, 1);
	expect("`", SMS_UCS2, 1, 1);
	expect("\t", SMS_UCS2, 1, 1);
	expect("ç", SMS_UCS2, 1, 1); /* only Ç is in the table */
	expect("â", SMS_UCS2, 1, 1);
	expect("ḍ", SMS_UCS2, 1, 1);
	expect("•", SMS_UCS2, 1, 1);
}

static void ucs2_borders(void **state)
{
	(void)state;
	expect(repeat("ṭ", 70, ""), SMS_UCS2, 70, 1);
	expect(repeat("ṭ", 71, ""), SMS_UCS2, 71, 2);
	expect(repeat("ṭ", 134, ""), SMS_UCS2, 134, 2);
	expect(repeat("ṭ", 135, ""), SMS_UCS2, 135, 3);
	expect("😀", SMS_UCS2, 2, 1);
	expect(repeat("😀", 35, ""), SMS_UCS2, 70, 1);
	expect(repeat("😀", 35, "a"), SMS_UCS2, 71, 2);
	expect(repeat("a", 69, "😀"), SMS_UCS2, 71, 2);
	/* 67 is odd: a part holds 33 pairs, none is split */
	expect(repeat("😀", 66, ""), SMS_UCS2, 132, 2);
	expect(repeat("😀", 67, ""), SMS_UCS2, 134, 3);
}

static void transliterate(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"", ""},
	    {"SITI A(23)", "SITI A(23)"},
	    {"Bu’ Sri “Melati”", "Bu' Sri \"Melati\""},
	    {"bâdâ ḍ ṭ", "bada d t"},
	    {"è é ù ì ò ä ö ñ ü à Ç", "è é ù ì ò ä ö ñ ü à Ç"}, /* GSM-7 has them */
	    {"ç ê", "c e"},
	    {"+62812•••4567", "+62812***4567"},
	    {"a – b — c …", "a - b - c ..."},
	    {"a\tb\u00a0c\u200b", "a b c"},
	    {"`x`", "'x'"},
	    {"€ 5 {a}", "€ 5 {a}"},
	    {"baris\ndua", "baris\ndua"},
	    {"漢 😀", "漢 😀"},
	    {"o\u0302", "o"},
	};
	char out[100];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(gsm7_transliterate(cases[i].in, out, sizeof(out)),
				 strlen(cases[i].out));
		assert_string_equal(out, cases[i].out);
	}
	assert_int_equal(gsm7_transliterate("ab…", out, 5), 2);
	assert_string_equal(out, "ab");
}

/* SMS of TEXT as it leaves. */
static int parts_sent(const char *text)
{
	char plain[8192];

	gsm7_transliterate(text, plain, sizeof(plain));
	return sms_size(plain).segments;
}

static int64_t parts_of_range(unsigned first, unsigned last)
{
	char piece[8];
	int64_t sum = 0;

	for (uint32_t cp = first; cp <= last; cp++) {
		char *whole = xmalloc(300 * 4 + 1), *at = whole;
		size_t n = utf8_encode(cp, piece);

		for (int i = 0; i < 300; i++, at += n)
			memcpy(at, piece, n);
		*at = '\0';
		sum += (int64_t)cp * parts_sent(whole);
		free(whole);
	}
	return sum;
}

/* The file is read by tests/sql/broadcasts.sql, too: both count alike. */
static void parts_as_in_sql(void **state)
{
	FILE *file = fopen(PARTS, "r");
	char line[1024], piece[256], tail[256];
	unsigned first, last;
	int64_t sum;
	int parts, n, read = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		tail[0] = '\0';
		if (line[0] == '#')
			continue;
		if (sscanf(line, "sum\t%x\t%x\t%" SCNd64, &first, &last, &sum) == 3) {
			if (parts_of_range(first, last) != sum)
				fail_msg("%x to %x: %" PRId64 ", not %" PRId64, first, last,
					 parts_of_range(first, last), sum);
		} else if (sscanf(line, "%d\t%d\t%255[^\t]\t%255[^\t]", &parts, &n, piece, tail) >=
			   3) {
			if (parts_sent(repeat(piece, n, tail)) != parts)
				fail_msg("%s: it takes %d", line,
					 parts_sent(repeat(piece, n, tail)));
		} else {
			fail_msg("can't read: %s", line);
		}
		read++;
	}
	fclose(file);
	assert_true(read > 30);
}

static void one_edit(void **state)
{
	static const struct {
		const char *a, *b;
		bool near;
	} cases[] = {
	    {"saldo", "saldo", false}, {"", "", false},           {"a", "", true},
	    {"", "a", true},           {"saldo", "SALDO", false}, {"sald", "SALDO", true},
	    {"aldo", "SALDO", true},   {"saldoo", "saldo", true}, {"xsaldo", "saldo", true},
	    {"saldi", "saldo", true},  {"zaldo", "saldo", true},  {"sladu", "saldo", false},
	    {"slado", "saldo", true},  {"asldo", "saldo", true},  {"saldoxx", "saldo", false},
	    {"sal", "saldo", false},   {"ab", "ba", true},        {"abc", "cab", false},
	    {"setor", "stor", true},   {"setor", "stop", false},  {"ab", "cd", false},
	    {"a", "b", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (text_one_edit(cases[i].a, cases[i].b) != cases[i].near ||
		    text_one_edit(cases[i].b, cases[i].a) != cases[i].near)
			fail_msg("%s and %s: near should be %d", cases[i].a, cases[i].b,
				 cases[i].near);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gsm7_borders),  cmocka_unit_test(gsm7_extension),
	    cmocka_unit_test(gsm7_letters),  cmocka_unit_test(ucs2_borders),
	    cmocka_unit_test(transliterate), cmocka_unit_test(parts_as_in_sql),
	    cmocka_unit_test(one_edit),
	};

	return cmocka_run_group_tests_name("text_gsm7", tests, NULL, NULL);
}
