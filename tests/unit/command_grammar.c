/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/parser.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What the format of commands.conf allows beyond the commands of today:
 * PINs, free text, dates, messages without a keyword. */

static char path[] = "/tmp/kentongan-grammar-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void put(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static const char next_issue[] =
    "polite = { 'bu', 'ibu' }\n"
    "values product { value wajib { words = { \"wajib\" } } value pokok { words = { \"pokok\" } } "
    "}\n"
    "define AMOUNT { pattern = '[0-9][0-9.,]*(?:rb)?(?![\\p{L}\\p{N}])' }\n"
    "define PIN { pattern = '[0-9]{6}(?![\\p{L}\\p{N}])' }\n"
    "command TARIK { kind = money words = { tarik, \"ambil uang\", withdraw }\n"
    " arguments = { '(?<amount> (?&AMOUNT)) (?&SEP) (?<pin> (?&PIN))', '(?<amount> (?&AMOUNT))' } "
    "}\n"
    "command CATAT { kind = money words = { catat }\n"
    " arguments = { '(?<member> [0-9]+) (?&SEP) (?: (?<product> (?&PRODUCT)) (?&SEP) )? "
    "(?<amount> (?&AMOUNT))' } }\n"
    "command GANTI { kind = other words = { \"ganti pin\" }\n"
    " arguments = { '(?<pin> (?&PIN)) (?&SEP) (?<newpin> (?&PIN))' } }\n"
    "command KODE { kind = other words = { kode }\n"
    " arguments = { '(?<pin> [0-9]{6}) (?<newpin> [0-9]{6})' } }\n"
    "command SIARAN { kind = other words = { siaran } arguments = { '(?<text> .+ )' } }\n"
    "command UNDANG { kind = other words = { undang }\n"
    " arguments = { '(?<date> [0-9]{1,2}/[0-9]{1,2}) (?&SEP) (?<time> [0-9]{1,2}[.:][0-9]{2}) "
    "(?&SEP) (?<place> .+ )' } }\n"
    "command AMBIL { kind = money words = { ambil } arguments = { '(?<code> "
    "[a-z][0-9][a-z0-9]{2})' } }\n"
    "command SETUJU { kind = money bare = { '(?<code> [0-9]{4}) (?&SEP) (?<pin> (?&PIN))' } }\n";

static struct grammar *load(void)
{
	struct grammar *grammar;
	struct strbuf problems = {0};

	if (grammar_load(&grammar, path, &problems) < 0)
		fail_msg("%s", problems.text);
	return grammar;
}

/* PIN is "", the PIN, or "PIN>NEW PIN". */
static void expect(const struct grammar *grammar, const char *text, enum parse_problem problem,
		   const char *command, const char *args, const char *pin, const char *redacted)
{
	struct arena *arena = arena_new();
	struct parsed parsed;
	json_t *wanted = json_loads(args, 0, NULL);
	char pins[20];

	assert_non_null(wanted);
	parser_parse(grammar, text, arena, &parsed);
	snprintf(pins, sizeof(pins), "%s%s%s", parsed.pin, parsed.new_pin[0] ? ">" : "",
		 parsed.new_pin);
	if (parsed.problem != problem || strcmp(parsed.command, command) != 0 ||
	    !json_equal(parsed.args, wanted) || strcmp(pins, pin) != 0 ||
	    strcmp(parsed.redacted, redacted) != 0) {
		char *got = json_dumps(parsed.args, 0);

		fail_msg("\"%s\": got %s %s %s pin=%s \"%s\"", text,
			 parse_problem_name(parsed.problem), parsed.command, got, pins,
			 parsed.redacted);
	}
	parsed_free(&parsed);
	assert_string_equal(parsed.pin, "");
	assert_string_equal(parsed.new_pin, "");
	json_decref(wanted);
	arena_free(&arena);
}

static void arguments_to_come(void **state)
{
	struct grammar *g;

	(void)state;
	put(next_issue);
	g = load();
	expect(g, "TARIK 50.000 123456", PARSE_OK, "TARIK", "{\"amount\":50000}", "123456",
	       "TARIK 50.000 ••••••");
	expect(g, "tarik#50rb#123456#", PARSE_OK, "TARIK", "{\"amount\":50000}", "123456",
	       "tarik#50rb#••••••#");
	/* a shape of its own splits what the loose one can't */
	expect(g, "TARIK.50.000.123456", PARSE_OK, "TARIK", "{\"amount\":50000}", "123456",
	       "TARIK.50.000.••••••");
	expect(g, "AMBIL UANG 50rb 123456", PARSE_OK, "TARIK", "{\"amount\":50000}", "123456",
	       "AMBIL UANG 50rb ••••••");
	expect(g, "ambil.uang 50rb", PARSE_OK, "TARIK", "{\"amount\":50000}", "",
	       "ambil.uang 50rb");
	expect(g, "ambl uang 50rb", PARSE_NEAR, "TARIK", "{\"amount\":50000}", "",
	       "ambl uang 50rb");
	expect(g, "AMBIL K7M4", PARSE_OK, "AMBIL", "{\"code\":\"K7M4\"}", "", "AMBIL K7M4");
	expect(g, "tarikk 50rb 123456", PARSE_NEAR, "TARIK", "{\"amount\":50000}", "123456",
	       "tarikk 50rb ••••••");
	expect(g, "tarik 50 123456", PARSE_AMOUNT, "TARIK", "{}", "", "tarik 50 ••••••");
	expect(g, "GANTI PIN 123456 654321", PARSE_OK, "GANTI", "{}", "123456>654321",
	       "GANTI PIN •••••• ••••••");
	/* not a PIN to the redactor, but to this grammar */
	expect(g, "KODE 123456654321", PARSE_OK, "KODE", "{}", "123456>654321",
	       "KODE ••••••••••••");
	expect(g, "KODE 123456", PARSE_USAGE, "KODE", "{}", "", "KODE ••••••");
	expect(g, "ganti pni 123456 654321", PARSE_OK, "GANTI", "{}", "123456>654321",
	       "ganti pni •••••• ••••••");
	expect(g, "4821 123456", PARSE_OK, "SETUJU", "{\"code\":\"4821\"}", "123456",
	       "4821 ••••••");
	expect(g, "4821 123456 bu", PARSE_OK, "SETUJU", "{\"code\":\"4821\"}", "123456",
	       "4821 •••••• bu");
	expect(g, "4821", PARSE_UNKNOWN, "", "{}", "", "4821");
	grammar_free(&g);
}

static void spaces_never_group(void **state)
{
	struct grammar *g;

	(void)state;
	put(next_issue);
	g = load();
	/* member 23 and "500", which is asked back: never 23500 */
	expect(g, "CATAT 23 500", PARSE_AMOUNT, "CATAT", "{\"member\":23}", "", "CATAT 23 500");
	expect(g, "CATAT 23 50000", PARSE_OK, "CATAT", "{\"member\":23,\"amount\":50000}", "",
	       "CATAT 23 50000");
	expect(g, "catat 23 wajib 25rb", PARSE_OK, "CATAT",
	       "{\"member\":23,\"product\":\"wajib\",\"amount\":25000}", "", "catat 23 wajib 25rb");
	expect(g, "7 catat 23 25rb", PARSE_OK, "CATAT",
	       "{\"member\":23,\"speaker\":7,\"amount\":25000}", "", "7 catat 23 25rb");
	expect(g, "catat 99999999999 25rb", PARSE_USAGE, "CATAT", "{}", "",
	       "catat 99999999999 25rb");
	grammar_free(&g);
}

static void free_text(void **state)
{
	struct grammar *g;

	(void)state;
	put(next_issue);
	g = load();
	expect(g, "SIARAN Ibu bu besok jam 9.30, di balai!", PARSE_OK, "SIARAN",
	       "{\"text\":\"Ibu bu besok jam 9.30, di balai!\"}", "",
	       "SIARAN Ibu bu besok jam 9.30, di balai!");
	expect(g, "undang 17/5 14.00 rumah Bu Sri", PARSE_OK, "UNDANG",
	       "{\"date\":\"17/5\",\"time\":\"14.00\",\"place\":\"RUMAH BU SRI\"}", "",
	       "undang 17/5 14.00 rumah Bu Sri");
	grammar_free(&g);
}

static const char when_and_values[] =
    "values week { value 1 { words = { pertama } } value true { words = { semua } } }\n"
    "values kind { value big-one { words = { besar } } value small { words = { kecil } } }\n"
    "define WHEN { pattern = '(?&WHEN_DAYS) (?: [ ] [0-9]{1,2} [.] [0-9]{2} )?' }\n"
    "command ONCE { kind = other words = { once } arguments = { '(?<when> (?&WHEN))' } }\n"
    "command AGAIN { kind = other words = { again } arguments = { '(?<rhythm> (?&WHEN) (?: [ ] "
    "pertama )? )' } }\n"
    "command SAY { kind = other words = { say } arguments = { '(?<start> [a-z]* [ ]? [0-9.]* ) : "
    "(?<body> .+ )', '(?<text> .+ )' } }\n"
    "command PICK { kind = other words = { pick } arguments = { '(?<week> (?&WEEK))', '(?<kind> "
    "(?&KIND_BIG_ONE)) ' } }\n"
    "command SERIES { kind = other words = { series } arguments = { '(?<series> \\w+ )' } }\n";

static void day_and_hour(void **state)
{
	struct grammar *g;

	(void)state;
	put(when_and_values);
	g = load();
	expect(g, "once sabtu 14.00", PARSE_OK, "ONCE",
	       "{\"when\":{\"weekday\":6,\"hour\":14,\"minute\":0}}", "", "once sabtu 14.00");
	expect(g, "once besok", PARSE_OK, "ONCE", "{\"when\":{\"in\":1}}", "", "once besok");
	expect(g, "once sabtu 25.00", PARSE_USAGE, "ONCE", "{}", "", "once sabtu 25.00");
	expect(g, "again sabtu pertama", PARSE_OK, "AGAIN", "{\"when\":{\"weekday\":6},\"week\":1}",
	       "", "again sabtu pertama");
	expect(g, "again besok", PARSE_USAGE, "AGAIN", "{}", "", "again besok");
	/* an hour alone is one of today's, a day alone no start at all */
	expect(g, "say 14.00:x", PARSE_OK, "SAY",
	       "{\"when\":{\"in\":0,\"hour\":14,\"minute\":0},\"text\":\"x\"}", "", "say 14.00:x");
	expect(g, "say besok:x", PARSE_OK, "SAY", "{\"text\":\"besok:x\"}", "", "say besok:x");
	/* but one that can't be is asked back, not said */
	expect(g, "say besok 25.00:x", PARSE_USAGE, "SAY", "{}", "", "say besok 25.00:x");
	grammar_free(&g);
}

static void values_and_their_blocks(void **state)
{
	struct grammar *g;

	(void)state;
	put(when_and_values);
	g = load();
	expect(g, "pick pertama", PARSE_OK, "PICK", "{\"week\":1}", "", "pick pertama");
	expect(g, "pick semua", PARSE_OK, "PICK", "{\"week\":true}", "", "pick semua");
	expect(g, "pick besar", PARSE_OK, "PICK", "{\"kind\":\"big-one\"}", "", "pick besar");
	expect(g, "pick kecil", PARSE_USAGE, "PICK", "{}", "", "pick kecil");
	expect(g, "series Tani", PARSE_OK, "SERIES", "{\"series\":\"tani\"}", "", "series Tani");
	grammar_free(&g);
}

static void expect_problem(const char *text, const char *where, const char *reason)
{
	struct grammar *grammar;
	struct strbuf problems = {0};
	char file_line[64];

	put(text);
	snprintf(file_line, sizeof(file_line), "%s:%s", path, where);
	assert_int_equal(grammar_load(&grammar, path, &problems), -EINVAL);
	assert_null(grammar);
	if (!strstr(problems.text, file_line) || !strstr(problems.text, reason))
		fail_msg("wanted \"%s … %s\", got: %s", file_line, reason, problems.text);
	strbuf_free(&problems);
}

#define OK_COMMAND "command A { kind = read words = { aaa } arguments = { '' } }\n"

static void mistakes(void **state)
{
	(void)state;
	expect_problem("", "0:", "no command at all");
	expect_problem(OK_COMMAND "command B { kind = odd words = { bbb } arguments = { '' } }\n",
		       "2:", "kind must be");
	expect_problem(OK_COMMAND "command B { words = { bbb } arguments = { '' } }\n",
		       "2:", "kind must be");
	expect_problem(OK_COMMAND
		       "\ncommand B { kind = read words = { aaa } arguments = { '' } }\n",
		       "3:", "already a word of A");
	expect_problem("command A { kind = read words = { aaa, AAA } arguments = { '' } }\n",
		       "1:", "already a word of A");
	expect_problem("command A { kind = read words = { \" . \" } arguments = { '' } }\n",
		       "1:", "an empty word");
	expect_problem("command A { kind = read words = { aaa } }\n", "1:", "no arguments");
	expect_problem("command A { kind = read }\n", "1:", "neither words nor a bare");
	expect_problem("command a { kind = read words = { aaa } arguments = { '' } }\n",
		       "1:", "upper case");
	expect_problem(OK_COMMAND OK_COMMAND, "2:", "A");
	expect_problem("command A { kind = read words = { aaa } arguments = { '', '(?<x' } }\n",
		       "1:", "arguments 2:");
	expect_problem("command A { kind = read words = { aaa } arguments = { '(?&NIX)' } }\n",
		       "1:", "non-existent");
	expect_problem("command A { kind = read bare = { '[' } }\n", "1:", "bare 1:");
	/* the line of the entry that is wrong, also in a list over several lines */
	expect_problem("command A {\n\tkind = read\n\twords = { aaa }\n\targuments = {\n\t\t'',\n"
		       "\t\t'(?<x',\n\t\t'y',\n\t}\n}\n",
		       "6:", "arguments 2:");
	expect_problem(OK_COMMAND "command B {\n\tkind = odd\n\twords = { bbb,\n\t\taaa }\n"
				  "\targuments = { '' }\n}\n",
		       "3:", "kind must be");
	expect_problem(OK_COMMAND "command B {\n\tkind = read\n\twords = { bbb,\n\t\taaa }\n"
				  "\targuments = { '' }\n}\n",
		       "5:", "already a word of");
	expect_problem("define X { pattern = '(' }\n" OK_COMMAND, "1:", "define X");
	expect_problem("define x { pattern = 'a' }\n" OK_COMMAND, "1:", "upper-case name");
	expect_problem("define X { }\n" OK_COMMAND, "1:", "a pattern");
	expect_problem("\npolite = { 'bu', '[' }\n" OK_COMMAND, "2:", "[");
	expect_problem("values Product { value x { words = { y } } }\n" OK_COMMAND,
		       "1:", "lower case");
	expect_problem("values product { }\n" OK_COMMAND, "1:", "there are none");
	expect_problem("values product { value x { } }\n" OK_COMMAND, "1:", "no words");
	expect_problem("nonsense = 3\n" OK_COMMAND, "1:", "nonsense");
	expect_problem("command A {\n kind = read\n words = { aaa }\n", "1:", "never closed");
	expect_problem(OK_COMMAND "define X { pattern = 'a\nb }\n", "2:", "never closed");
	expect_problem(OK_COMMAND "define X { pattern = \"a\n\" }\n", "2:", "on its line");
	expect_problem(OK_COMMAND "}\n", "2:", "closes nothing");
	/* all of them at once */
	expect_problem("define X { pattern = '(' }\ndefine Y { pattern = ')' }\n" OK_COMMAND,
		       "2:", "define X");
}

static void missing_file(void **state)
{
	struct grammar *grammar;
	struct strbuf problems = {0};

	(void)state;
	assert_int_equal(grammar_load(&grammar, "/nonexistent/commands.conf", &problems), -EINVAL);
	assert_non_null(strstr(problems.text, "/nonexistent/commands.conf"));
	assert_non_null(strstr(problems.text, "No such file"));
	strbuf_free(&problems);
}

/* A pattern that explodes ends at the match limit as "unknown". */
static void explosion(void **state)
{
	struct grammar *g;
	char text[200] = "boom ";

	(void)state;
	put("# a { remark\ncommand BOOM { kind = money words = { boom } arguments = { '(?: (?:a+)+ "
	    ")+ b' } }\n");
	g = load();
	memset(text + 5, 'a', 150);
	expect(g, text, PARSE_USAGE, "BOOM", "{}", "", text);
	grammar_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arguments_to_come),
	    cmocka_unit_test(spaces_never_group),
	    cmocka_unit_test(free_text),
	    cmocka_unit_test(day_and_hour),
	    cmocka_unit_test(values_and_their_blocks),
	    cmocka_unit_test(mistakes),
	    cmocka_unit_test(missing_file),
	    cmocka_unit_test(explosion),
	};

	return cmocka_run_group_tests_name("command_grammar", tests, make_file, remove_file);
}
