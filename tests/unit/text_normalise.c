/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *in, const char *out)
{
	char buffer[TEXT_MAX];
	size_t n = text_normalise(in, strlen(in), buffer, sizeof(buffer));

	assert_string_equal(buffer, out);
	assert_int_equal(n, strlen(out));
}

static void spaces(void **state)
{
	(void)state;
	expect("", "");
	expect("   ", "");
	expect(" . .. ", "");
	expect("  saldo  ", "saldo");
	expect("saldo.", "saldo");
	expect("...saldo . .", "saldo");
	expect("a\tb\r\nc", "a b c");
	expect("a\u00a0\u2003\u3000b", "a b");
	expect("sal\u200b\u200d\ufeff\u00ad"
	       "do",
	       "saldo");
	expect("\u202esaldo\u202c", "saldo");
	expect("a\x01\x1f\x7f\xC2\x85"
	       "b",
	       "a b");
	expect("50.000,-", "50.000,-");
	expect("1.5", "1.5");
}

static void expect_lines(const char *in, const char *out)
{
	char buffer[TEXT_MAX];
	size_t n = text_normalise_lines(in, strlen(in), buffer, sizeof(buffer));

	assert_string_equal(buffer, out);
	assert_int_equal(n, strlen(out));
}

static void lines(void **state)
{
	(void)state;
	expect_lines("", "");
	expect_lines("\n", "");
	expect_lines(" .\nsaldo\n. ", "saldo");
	expect_lines("a\r\nb", "a\nb");
	expect_lines("a \n\n  b\tc", "a\nb c");
	expect_lines("a  \u2028  b", "a\nb");
	expect_lines("a\n“b”\u200b", "a\n\"b\"");
}

static void likenesses(void **state)
{
	(void)state;
	expect("“saldo” ‘x’ „y‟ «z»", "\"saldo\" 'x' \"y\" \"z\"");
	expect("50.000,– —", "50.000,- -");
	expect("bâdâ ḍâ ṭâ bâlik ñ è é", "bada da ta balik n e e");
	expect("MADHURÂ", "MADHURA");
	expect("ba\u0302da\u0302", "bada");
	expect("ｓａｌｄｏ　５０", "saldo 50");
	expect("a…", "a");
	expect("straße", "strasse");
	expect("\u212A7M4", "K7M4");
	expect("\u017Faldo", "saldo");
	expect("漢字 नमस्ते 😀", "漢字 नमस्ते 😀");
}

static void broken_bytes(void **state)
{
	(void)state;
	expect("sal\xFF"
	       "do",
	       "sal\uFFFDdo");
	expect("\xC3", "\uFFFD");
	expect("\xC0\xAF", "\uFFFD\uFFFD");                     /* overlong */
	expect("\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD");           /* surrogate */
	expect("\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"); /* beyond U+10FFFF */
	expect("\xE2\x82", "\uFFFD\uFFFD");
}

static void nul_is_a_space(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(text_normalise("a\0b", 3, out, sizeof(out)), 3);
	assert_string_equal(out, "a b");
}

static void small_buffers(void **state)
{
	char out[8];

	(void)state;
	memset(out, 'x', sizeof(out));
	assert_int_equal(text_normalise("abc", 3, out, 0), 0);
	assert_int_equal(out[0], 'x');
	assert_int_equal(text_normalise("abc", 3, out, 1), 0);
	assert_string_equal(out, "");
	assert_int_equal(text_normalise("abc", 3, out, 3), 2);
	assert_string_equal(out, "ab");
	/* 😀 has four bytes: whole or not at all */
	assert_int_equal(text_normalise("ab😀", 6, out, 6), 2);
	assert_string_equal(out, "ab");
	assert_int_equal(text_normalise("ab😀", 6, out, 7), 6);
}

static void any_bytes(void **state)
{
	uint64_t seed = 42;
	char in[300], out[64], again[64];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t length = round % sizeof(in), n;

		for (size_t i = 0; i < length; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			in[i] = (char)(seed >> 56);
		}
		n = text_normalise(in, length, out, sizeof(out));
		assert_int_equal(n, strlen(out));
		/* what is clean stays as it is */
		assert_int_equal(text_normalise(out, n, again, sizeof(again)), n);
		assert_string_equal(again, out);
	}
}

static void expect_redacted(const char *in, const char *out)
{
	char buffer[200];
	size_t n = text_redact(in, buffer, sizeof(buffer));

	assert_string_equal(buffer, out);
	assert_int_equal(n, strlen(out));
}

static void redact(void **state)
{
	(void)state;
	expect_redacted("", "");
	expect_redacted("saldo", "saldo");
	expect_redacted("123456", "••••••");
	expect_redacted("SETOR 50.000 123456", "SETOR 50.000 ••••••");
	expect_redacted("pin123456", "pin••••••");
	expect_redacted("PIN:123456.", "PIN:••••••.");
	expect_redacted("PIN 123456 baru 654321", "PIN •••••• baru ••••••");
	expect_redacted("123456 654321", "•••••• ••••••");
	expect_redacted("12345", "12345");
	expect_redacted("1234567", "1234567");
	expect_redacted("08123456789", "08123456789");
	expect_redacted("7391 50.000", "7391 50.000");
	expect_redacted("12345O", "••••••");
	expect_redacted("l23456 ya", "•••••• ya");
	expect_redacted("5OOOOO", "5OOOOO");
	expect_redacted("K7M4-123456", "K7M4-••••••");
	expect_redacted("a\xFF"
			"123456",
			"a\uFFFD••••••");
}

static void redact_never_cuts_a_mask(void **state)
{
	char out[24];

	(void)state;
	for (size_t size = 1; size <= sizeof(out); size++) {
		text_redact("x 123456", out, size);
		assert_null(strchr(out, '1'));
		assert_true(strlen(out) < size);
	}
	assert_int_equal(text_redact("x", out, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spaces),
	    cmocka_unit_test(likenesses),
	    cmocka_unit_test(lines),
	    cmocka_unit_test(broken_bytes),
	    cmocka_unit_test(nul_is_a_space),
	    cmocka_unit_test(small_buffers),
	    cmocka_unit_test(any_bytes),
	    cmocka_unit_test(redact),
	    cmocka_unit_test(redact_never_cuts_a_mask),
	};

	return cmocka_run_group_tests_name("text_normalise", tests, NULL, NULL);
}
