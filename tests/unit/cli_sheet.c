/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/cli/sheet.h"

static struct sheet *read_good(const char *text)
{
	struct sheet *sheet;
	struct errbuf err = {0};
	if (sheet_parse(&sheet, text, strlen(text), &err))
		fail_msg("refused: %s", err.text);
	return sheet;
}

static void refuse(const char *text, size_t length, const char *why)
{
	struct sheet *sheet;
	struct errbuf err = {0};
	assert_int_not_equal(sheet_parse(&sheet, text, length, &err), 0);
	assert_null(sheet);
	if (!strstr(err.text, why))
		fail_msg("expected \"%s\", came \"%s\"", why, err.text);
}

static void separators_and_line_ends(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "a,b\n1,2\n",
	    "a;b\r\n1;2\r\n",
	    "a\tb\n1\t2",
	    "\xef\xbb\xbf"
	    "a;b\n 1 ; 2 \n",
	    "\"a\";\"b\"\n\"1\";\"2\"\n",
	    "a;b\n\n\r\n  \n1;2\n;\n;;\n",
	    "\"a\",\"b\"\n\" 1 \",2",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct sheet *sheet = read_good(texts[i]);
		assert_int_equal(sheet->count, 2);
		assert_int_equal(sheet->rows[1].count, 2);
		assert_string_equal(sheet->rows[0].fields[0], "a");
		assert_string_equal(sheet->rows[1].fields[0], "1");
		assert_string_equal(sheet->rows[1].fields[1], "2");
		sheet_free(&sheet);
		assert_null(sheet);
	}
}

/* The heading decides, whatever stands in quotes there. */
static void separator_in_quotes(void **state)
{
	(void)state;
	struct sheet *sheet = read_good("\"a,b,c,d\";x\n\"Ani; dan \"\"Ina\"\"\";2,5\n");
	assert_string_equal(sheet->rows[0].fields[0], "a,b,c,d");
	assert_string_equal(sheet->rows[1].fields[0], "Ani; dan \"Ina\"");
	assert_string_equal(sheet->rows[1].fields[1], "2,5");
	sheet_free(&sheet);
}

static void rows_know_their_lines(void **state)
{
	(void)state;
	struct sheet *sheet = read_good("\n\na,b\n1,x\n\n2,\"several\n\nlines\"\n3,y\n,\n4,z");
	static const int lines[] = {3, 4, 6, 9, 11};
	assert_int_equal(sheet->count, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(sheet->rows[i].line, lines[i]);
	assert_string_equal(sheet->rows[2].fields[1], "several\n\nlines");
	sheet_free(&sheet);
}

static void what_is_no_spreadsheet(void **state)
{
	(void)state;
	refuse("", 0, "line of headings");
	refuse("a,b\n", 4, "line of headings");
	refuse("a,b\n1,\"x\n2,y\n", 12, "begins in line 2 never ends");
	refuse("a,b\n1,x\"y\n", 10, "line 2");
	refuse("a,b\n1,\xe9\n", 8, "line 2 isn't UTF-8");
	refuse("a\0,b\n1,2\n", 9, "line 1 isn't UTF-8");
	refuse("\xff\xfe"
	       "a\0,\0b\0\n\0",
	       10, "CSV UTF-8");
}

static void files(void **state)
{
	(void)state;
	struct sheet *sheet;
	struct errbuf err = {0};
	assert_int_not_equal(sheet_read(&sheet, "/nonexistent", &err), 0);
	assert_non_null(strstr(err.text, "No such file"));
	assert_int_not_equal(sheet_read(&sheet, "/tmp", &err), 0);
	assert_null(sheet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(separators_and_line_ends),
	    cmocka_unit_test(separator_in_quotes),
	    cmocka_unit_test(rows_know_their_lines),
	    cmocka_unit_test(what_is_no_spreadsheet),
	    cmocka_unit_test(files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
