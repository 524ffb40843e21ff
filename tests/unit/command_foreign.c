/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/text/utf8.h"

/* Text that nobody meant for us, garbled and hostile text: a proper answer
 * each, and never a money command by accident. `make asan` runs this under
 * AddressSanitizer. Deterministic: a line that fails is printed. */

#define CORPUS "tests/unit/data/foreign.txt"
#define GRAMMAR "config/commands.conf"
#define ROUNDS 2000 /* of each generator */
#define LINES_MAX 400

static struct grammar *grammar;
static char *corpus[LINES_MAX];
static size_t corpus_count;
static uint64_t seed = 20260512;

/* Knuth's MMIX generator. */
static uint32_t random_below(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static int load(void **state)
{
	struct strbuf problems = {0};
	FILE *file = fopen(CORPUS, "r");
	char line[2000];

	(void)state;
	if (!file || grammar_load(&grammar, GRAMMAR, &problems) < 0)
		return -1;
	while (fgets(line, sizeof(line), file) && corpus_count < LINES_MAX) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			corpus[corpus_count++] = strdup(line);
	}
	return fclose(file);
}

static int unload(void **state)
{
	(void)state;
	grammar_free(&grammar);
	for (size_t i = 0; i < corpus_count; i++)
		free(corpus[i]);
	return 0;
}

struct kind_search {
	const char *command;
	bool money;
};

static void find_kind(const char *command, const char *kind, const char *const *words, size_t count,
		      void *arg)
{
	struct kind_search *search = arg;

	(void)words;
	(void)count;
	if (strcmp(command, search->command) == 0)
		search->money = strcmp(kind, "money") == 0;
}

static bool has_lone_six_digits(const char *text)
{
	for (const char *c = text; *c; c++) {
		size_t n = strspn(c, "0123456789");

		if (n == 6)
			return true;
		if (n > 0)
			c += n - 1;
	}
	return false;
}

static void show(const char *text)
{
	print_error("text: ");
	for (const char *c = text; *c && c < text + 300; c++)
		print_error((*c >= ' ' && *c < 0x7F) ? "%c" : "\\x%02X", (unsigned char)*c);
	print_error("\n");
}

/* Parses TEXT and checks what holds for any answer. */
static void check(const char *text)
{
	struct arena *arena = arena_new();
	struct parsed parsed;
	struct kind_search search = {0};
	json_t *stored;
	char *args;

	parser_parse(grammar, text, arena, &parsed);
	search.command = parsed.command;
	grammar_each(grammar, find_kind, &search);
	args = json_dumps(parsed.args, 0);
	/* A word in front that is no group's code means nothing: not obeyed. */
	if (parsed.problem == PARSE_OK && search.money && !json_object_get(parsed.args, "group")) {
		show(text);
		fail_msg("became %s %s", parsed.command, args);
	}
	stored = json_string(parsed.redacted); /* NULL where it isn't UTF-8 */
	if (!args || !stored || has_lone_six_digits(parsed.redacted) || strlen(parsed.heard) > 40 ||
	    !parse_problem_name(parsed.problem)) {
		show(text);
		fail_msg("bad answer: \"%s\" \"%s\"", parsed.redacted, parsed.heard);
	}
	if ((parsed.problem == PARSE_UNKNOWN || parsed.problem == PARSE_EMPTY) &&
	    (*parsed.command || json_object_size(parsed.args) > 0)) {
		show(text);
		fail_msg("%s with %s %s", parse_problem_name(parsed.problem), parsed.command, args);
	}
	json_decref(stored);
	free(args);
	parsed_free(&parsed);
	arena_free(&arena);
}

static void foreign_lines(void **state)
{
	(void)state;
	assert_true(corpus_count >= 140);
	for (size_t i = 0; i < corpus_count; i++)
		check(corpus[i]);
}

/* Lines cut and glued at any byte. */
static void torn_lines(void **state)
{
	char text[4200];

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const char *a = corpus[random_below((uint32_t)corpus_count)];
		const char *b = corpus[random_below((uint32_t)corpus_count)];
		size_t from = random_below((uint32_t)strlen(a));

		snprintf(text, sizeof(text), "%.*s%s", (int)random_below(60), a + from,
			 b + random_below((uint32_t)strlen(b)));
		/* a keyword with an amount can be torn out of a line: spoil it */
		strcat(text, " zzz");
		check(text);
	}
}

static void random_bytes(void **state)
{
	char text[300];

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		size_t n = random_below(sizeof(text) - 1);

		for (size_t j = 0; j < n; j++)
			text[j] = (char)(1 + random_below(255));
		text[n] = '\0';
		check(text);
	}
}

/* Words of one block of Unicode a line, of all blocks in turn; surrogates too. */
static void all_scripts(void **state)
{
	char text[1000];

	(void)state;
	for (uint32_t block = 1; block < 0x1100; block++) {
		size_t n = 0;
		uint32_t length = 1 + random_below(150);

		for (uint32_t j = 0; j < length; j++)
			n += random_below(6)
				 ? utf8_encode(block * 0x100 + random_below(0x100), text + n)
				 : utf8_encode(' ', text + n);
		text[n] = '\0';
		check(text);
	}
}

static void very_long(void **state)
{
	static const char *const pieces[] = {"bu ",     "setor ", "50rb ", "a",    "5",   " ",
					     "....",    "ke ",    "#*,",   "é",    "😀",   "50.000,",
					     "terima ", "7391 ",  "k7m4-", "\xFF", "rp ", "1jt250"};
	static char text[20000];

	(void)state;
	for (int i = 0; i < 300; i++) {
		const char *a = pieces[random_below(sizeof(pieces) / sizeof(pieces[0]))];
		const char *b = pieces[random_below(sizeof(pieces) / sizeof(pieces[0]))];
		size_t n = 0, wanted = 1500 + random_below(15000);

		while (n < wanted) {
			const char *piece = random_below(3) ? a : b;

			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", piece);
		}
		check(text);
	}
}

/* Our own words in any order with one word among them that isn't ours. */
static void spoilt_commands(void **state)
{
	static const char *const words[] = {"setor", "SETOR",  "terima", "batal",  "lagi",  "ya",
					    "tidak", "50rb",   "50.000", "7391",   "K7M4",  "bu",
					    "wajib", "23",     "S",      "1jt",    "250",   ".",
					    "#",     "-",      "rb",     "Rp",     "cek",   "saldo",
					    "0",     "123456", "setro",  "nabung", "simpan"};
	char text[300];

	(void)state;
	for (int i = 0; i < ROUNDS * 2; i++) {
		uint32_t count = 1 + random_below(6), odd = random_below(count);
		size_t n = 0;

		for (uint32_t j = 0; j < count; j++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%s",
					      words[random_below(sizeof(words) / sizeof(words[0]))],
					      j == odd ? " qwx" : "", random_below(5) ? " " : "");
		check(text);
	}
}

/* A byte that got lost on the way may have been a digit or a "no". */
static void lost_bytes(void **state)
{
	static const char *const commands[] = {"setor 50.000",     "SETOR wajib 50rb",
					       "setor 1jt250",     "terima 7391",
					       "terima 7391 45rb", "batal k7m4",
					       "setor Rp50.000,-", "S.50000",
					       "23 setor 50rb",    "lagi",
					       "ya 6614",          "setor 50rb 123456",
					       "nabung 50k",       "tidak k7m4"};
	char text[64];

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const char *command =
		    commands[random_below(sizeof(commands) / sizeof(commands[0]))];
		size_t at = random_below((uint32_t)strlen(command) + 1);

		snprintf(text, sizeof(text), "%.*s%c%s", (int)at, command,
			 (int)(0x80 + random_below(0x80)), command + at);
		check(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(foreign_lines), cmocka_unit_test(torn_lines),
	    cmocka_unit_test(random_bytes),  cmocka_unit_test(all_scripts),
	    cmocka_unit_test(very_long),     cmocka_unit_test(spoilt_commands),
	    cmocka_unit_test(lost_bytes),
	};

	return cmocka_run_group_tests_name("command_foreign", tests, load, unload);
}
