/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kentongan/text.h"

/* The cases are in tests/unit/data/typed.txt; run from the top of the tree. */
#define CASES "tests/unit/data/typed.txt"
#define GRAMMAR "config/commands.conf"

static struct grammar *grammar;

static int load(void **state)
{
	struct strbuf problems = {0};

	(void)state;
	if (grammar_load(&grammar, GRAMMAR, &problems) < 0) {
		fprintf(stderr, "%s", problems.text);
		return -1;
	}
	return 0;
}

static int unload(void **state)
{
	(void)state;
	grammar_free(&grammar);
	return grammar ? -1 : 0;
}

/* The next blank-separated word of *AT, cut off; "" at the end. */
static char *word(char **at)
{
	char *from = *at + strspn(*at, " ");

	*at = from + strcspn(from, " ");
	if (**at)
		*(*at)++ = '\0';
	return from;
}

/* The text behind KEY up to END, or NULL. */
static char *behind(char *text, const char *key, char end)
{
	char *from = strstr(text, key);

	if (!from)
		return NULL;
	from += strlen(key);
	from[strcspn(from, (const char[]){end, '\0'})] = '\0';
	return from;
}

/* What is wrong with PARSED, or NULL. WANTED is 'problem COMMAND {…} …'. */
static const char *compare(const struct parsed *parsed, char *wanted)
{
	const char *problem = word(&wanted);
	const char *command = word(&wanted);
	json_error_t error;
	json_t *args = json_loads(wanted, JSON_DISABLE_EOF_CHECK, &error);
	bool same_args = args && json_equal(args, parsed->args);
	char *rest = wanted + (args ? error.position : 0);
	char *pin, *heard;

	json_decref(args);
	if (strcmp(problem, parse_problem_name(parsed->problem)) != 0)
		return "problem";
	if (strcmp(strcmp(command, "-") == 0 ? "" : command, parsed->command) != 0)
		return "command";
	if (!same_args)
		return "arguments";
	heard = strchr(rest, '"');
	if (heard && strncmp(heard + 1, parsed->heard, strlen(parsed->heard)) != 0)
		return "heard";
	if (heard && strlen(heard + 1) != strlen(parsed->heard) + 1)
		return "heard";
	pin = behind(rest, "pin=", ' ');
	if (strcmp(pin ? pin : "", parsed->pin) != 0)
		return "pin";
	return NULL;
}

static void typed(void **state)
{
	FILE *file = fopen(CASES, "r");
	char line[1000];
	int number = 0, cases = 0, wrong = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		char *arrow = strstr(line, " => ");
		struct arena *arena;
		struct parsed parsed;
		const char *what;

		number++;
		line[strcspn(line, "\n")] = '\0';
		if (!arrow || line[0] == '#')
			continue;
		*arrow = '\0';
		arena = arena_new();
		parser_parse(grammar, line, arena, &parsed);
		what = compare(&parsed, arrow + 4);
		if (what) {
			char *args = json_dumps(parsed.args, JSON_SORT_KEYS);

			print_error(CASES ":%d: \"%s\": wrong %s: got %s %s %s pin=%s \"%s\"\n",
				    number, line, what, parse_problem_name(parsed.problem),
				    parsed.command, args, parsed.pin, parsed.heard);
			free(args);
			wrong++;
		}
		parsed_free(&parsed);
		arena_free(&arena);
		cases++;
	}
	fclose(file);
	assert_int_equal(wrong, 0);
	assert_true(cases >= 150);
}

static void expect(const char *text, enum parse_problem problem, const char *command,
		   const char *redacted)
{
	struct arena *arena = arena_new();
	struct parsed parsed;

	parser_parse(grammar, text, arena, &parsed);
	if (parsed.problem != problem || strcmp(parsed.command, command) != 0 ||
	    strcmp(parsed.redacted, redacted) != 0)
		fail_msg("\"%s\": got %s %s \"%s\"", text, parse_problem_name(parsed.problem),
			 parsed.command, parsed.redacted);
	assert_true(json_is_object(parsed.args));
	parsed_free(&parsed);
	assert_null(parsed.args);
	arena_free(&arena);
}

static void odd_texts(void **state)
{
	(void)state;
	expect("", PARSE_EMPTY, "", "");
	expect("   ", PARSE_EMPTY, "", "");
	expect(" . .. \n", PARSE_EMPTY, "", "");
	expect("\u200b\ufeff", PARSE_EMPTY, "", "");
	expect("#saldo#", PARSE_OK, "SALDO", "#saldo#");
	expect("  saldo  ", PARSE_OK, "SALDO", "saldo");
	expect("saldo\r\n", PARSE_OK, "SALDO", "saldo");
	expect("setor\n50rb", PARSE_OK, "SETOR", "setor 50rb");
	expect("setor\u00a050.000", PARSE_OK, "SETOR", "setor 50.000");
	/* a byte that got lost may have been a digit */
	expect("setor 50.000\xFF", PARSE_AMOUNT, "SETOR", "setor 50.000\uFFFD");
	expect("setor 50\xFF"
	       "000",
	       PARSE_AMOUNT, "SETOR", "setor 50\uFFFD000");
	expect("terima 7391\xFF", PARSE_USAGE, "TERIMA", "terima 7391\uFFFD");
	expect("setor 50.000 €", PARSE_AMOUNT, "SETOR", "setor 50.000 €");
}

/* No PIN survives in what is stored or said back. */
static void no_pin_leaks(void **state)
{
	static const char *const texts[] = {
	    "setor 50rb 654321",
	    "SETOR 50.000.654321",
	    "654321",
	    "pin 654321",
	    "7391 654321",
	    "salah k7m4 pin 654321",
	    "tolak 7391 654321",
	    "setro 50rb 654321",
	    "setor lima 654321",
	    "xyz 654321 abc",
	    "saldo 654321",
	    "setor 654321x",
	    "setor 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 654321",
	    "terima 7391 654321 1",
	    "setor 50.000 ribu dan juga lima pul 654321",
	    "bantuan 654321",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena *arena = arena_new();
		struct parsed parsed;
		char *args;

		parser_parse(grammar, texts[i], arena, &parsed);
		args = json_dumps(parsed.args, 0);
		if (strstr(parsed.redacted, "654321") || strstr(parsed.heard, "654321") ||
		    strstr(parsed.heard, "65432") || strstr(args, "654321"))
			fail_msg("\"%s\": \"%s\" \"%s\" %s", texts[i], parsed.redacted,
				 parsed.heard, args);
		free(args);
		parsed_free(&parsed);
		assert_string_equal(parsed.pin, "");
		arena_free(&arena);
	}
}

static void longest_message(void **state)
{
	char text[TEXT_MAX * 3];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	struct arena *arena = arena_new();
	struct parsed parsed;

	parser_parse(grammar, text, arena, &parsed);
	assert_int_equal(parsed.problem, PARSE_UNKNOWN);
	assert_true(strlen(parsed.heard) <= 40);
	assert_true(strlen(parsed.redacted) <= TEXT_MAX);
	parsed_free(&parsed);
	arena_free(&arena);
}

static void collect(const char *command, const char *kind, const char *const *words, size_t count,
		    void *arg)
{
	struct strbuf *all = arg;

	strbuf_printf(all, "%s:%s ", command, kind);
	assert_true(count > 0);
	assert_non_null(words[0]);
}

static void commands_of_the_file(void **state)
{
	struct strbuf all = {0};

	(void)state;
	grammar_each(grammar, collect, &all);
	assert_string_equal(all.text,
			    "SALDO:read MUTASI:read SETOR:money BATAL:money LAGI:money ULANG:read "
			    "PINJAMAN:read BANTUAN:read BAHASA:other STOP:other MULAI:other "
			    "SALAH:other BLOKIR:other TERIMA:money TOLAK:money YA:money "
			    "TIDAK:money ");
	strbuf_free(&all);
}

/* Each word alone must mean its own command, whatever politeness it is too. */
static void expect_own(const char *command, const char *kind, const char *const *words,
		       size_t count, void *arg)
{
	(void)kind;
	(void)arg;
	for (size_t i = 0; i < count; i++) {
		struct arena *arena = arena_new();
		struct parsed parsed;

		parser_parse(grammar, words[i], arena, &parsed);
		if (strcmp(parsed.command, command) != 0 ||
		    (parsed.problem != PARSE_OK && parsed.problem != PARSE_USAGE))
			fail_msg("%s is %s, not %s", words[i], parsed.command, command);
		parsed_free(&parsed);
		arena_free(&arena);
	}
}

static void each_word_is_its_own(void **state)
{
	(void)state;
	grammar_each(grammar, expect_own, NULL);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(parse_problem_name(PARSE_OK), "ok");
	assert_string_equal(parse_problem_name(PARSE_EMPTY), "empty");
	assert_string_equal(parse_problem_name(PARSE_UNKNOWN), "unknown");
	assert_string_equal(parse_problem_name(PARSE_NEAR), "near");
	assert_string_equal(parse_problem_name(PARSE_USAGE), "usage");
	assert_string_equal(parse_problem_name(PARSE_AMOUNT), "amount");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(typed),
	    cmocka_unit_test(odd_texts),
	    cmocka_unit_test(no_pin_leaks),
	    cmocka_unit_test(longest_message),
	    cmocka_unit_test(commands_of_the_file),
	    cmocka_unit_test(each_word_is_its_own),
	    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("command_parser", tests, load, unload);
}
