/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of verbs, what is made from it, and the pages that describe it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kentongan/memory.h"
#include "../../src/cli/cli.h"

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	if (!file)
		fail_msg("can't open %s: run the test from the top folder", path);
	struct strbuf text = {0};
	char block[4096];
	for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
		strbuf_add(&text, block, n);
	fclose(file);
	return text.text;
}

static void table_is_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < cli_verb_count; i++) {
		const struct verb *verb = &cli_verbs[i];
		int least, most;
		verb_arity(verb, &least, &most);
		assert_true(least <= most);
		assert_non_null(verb->run);
		assert_true(strlen(verb->help) > 5 && strlen(verb->help) < 70);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(verb->name, cli_verbs[j].name);
		for (int o = 0; o < CLI_OPTIONS_MAX && verb->options[o].name; o++) {
			assert_non_null(verb->options[o].help);
			assert_true(o < CLI_OPTIONS_MAX - 1);
			for (int g = 0; cli_global_options[g].name; g++)
				assert_string_not_equal(verb->options[o].name,
							cli_global_options[g].name);
		}
	}
}

static void verbs_are_found(void **state)
{
	(void)state;
	int used;
	char member[] = "member", add[] = "add", fly[] = "fly", status[] = "status";
	char *two[] = {member, add, fly}, *one[] = {status}, *none[] = {member, fly};
	assert_string_equal(verb_find(two, 3, &used)->name, "member add");
	assert_int_equal(used, 2);
	assert_string_equal(verb_find(one, 1, &used)->name, "status");
	assert_int_equal(used, 1);
	assert_null(verb_find(none, 2, &used));
	assert_null(verb_find(two, 1, &used));
	assert_null(verb_find(two, 0, &used));
	assert_true(verb_is_family("member"));
	assert_false(verb_is_family("mem"));
	assert_false(verb_is_family("status"));
	int least, most;
	verb_arity(verb_find(two, 3, &used), &least, &most);
	assert_int_equal(least, 2);
	assert_int_equal(most, 2);
}

/* "member add" as the page has it: ".It Cm member add". */
static void page_has_every_verb(void **state)
{
	(void)state;
	char *page = read_file("src/cli/man/kentongan.8");
	for (size_t i = 0; i < cli_verb_count; i++) {
		char line[64];
		snprintf(line, sizeof line, "\n.It Cm %s", cli_verbs[i].name);
		const char *at = strstr(page, line);
		if (!at || !strchr(" \n", at[strlen(line)]))
			fail_msg("kentongan.8 doesn't describe \"%s\"", cli_verbs[i].name);
		for (int o = 0; o < CLI_OPTIONS_MAX && cli_verbs[i].options[o].name; o++) {
			snprintf(line, sizeof line, "Fl -%s", cli_verbs[i].options[o].name);
			if (!strstr(page, line))
				fail_msg("kentongan.8 doesn't describe --%s of \"%s\"",
					 cli_verbs[i].options[o].name, cli_verbs[i].name);
		}
	}
	free(page);
}

/* Lines "#name = value" and "name {" of the example. */
static void page_has_every_setting(void **state)
{
	(void)state;
	char *example = read_file("config/kentongan.conf"), *rest = example, *line;
	char *page = read_file("src/cli/man/kentongan.conf.5");
	int settings = 0;
	while ((line = strsep(&rest, "\n"))) {
		char name[64], item[80];
		line += strspn(line, "\t#");
		if (sscanf(line, "%63[a-z_] = ", name) != 1 || !strstr(line, " = "))
			continue;
		if (strncmp(line + strlen(name), " = ", 3) != 0)
			continue;
		snprintf(item, sizeof item, "\n.It Ic %s\n", name);
		if (!strstr(page, item))
			fail_msg("kentongan.conf.5 doesn't describe %s", name);
		settings++;
	}
	assert_true(settings > 30);
	free(example);
	free(page);
}

/* --- options ------------------------------------------------------------- */

/* getopt changes the order of the pointers, never the words. */
static struct cli parse(int *status, bool *done, const char *const *words)
{
	static char *argv[16];
	struct cli cli = {.conf_path = "default"};
	int argc = 0;
	for (; words[argc]; argc++)
		argv[argc] = (char *)words[argc];
	argv[argc] = NULL;
	*status = cli_parse(&cli, argc, argv, done);
	return cli;
}

static void options_stand_anywhere(void **state)
{
	(void)state;
	int status;
	bool done;
	const char *argv[] = {"kentongan", "-c",   "one", "--json", "member",    "add", "--number",
			      "7",         "TANI", "-v",  "Siti",   "--lang=jv", NULL};
	struct cli cli = parse(&status, &done, argv);
	assert_int_equal(status, CLI_OK);
	assert_false(done);
	assert_string_equal(cli.conf_path, "one");
	assert_true(cli.json);
	assert_true(cli.verbose);
	assert_false(cli.numbers);
	assert_string_equal(cli.verb->name, "member add");
	assert_int_equal(cli.argc, 2);
	assert_string_equal(cli.argv[0], "TANI");
	assert_string_equal(cli.argv[1], "Siti");
	assert_string_equal(cli_value(&cli, "number"), "7");
	assert_string_equal(cli_value(&cli, "lang"), "jv");
	assert_null(cli_value(&cli, "phone"));
	int64_t n;
	assert_int_equal(cli_value_int(&cli, "number", 1, 1, 9999, &n), CLI_OK);
	assert_int_equal(n, 7);
	assert_int_equal(cli_value_int(&cli, "number", 1, 8, 9999, &n), CLI_USAGE);
}

static void text_may_begin_with_a_dash(void **state)
{
	(void)state;
	int status;
	bool done;
	const char *argv[] = {"kentongan", "send", "--wait", "--", "0812", "--json", NULL};
	struct cli cli = parse(&status, &done, argv);
	assert_int_equal(status, CLI_OK);
	assert_false(cli.json);
	assert_string_equal(cli.argv[1], "--json");
	assert_string_equal(cli_value(&cli, "wait"), "");
}

static void numbers_are_whole(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "x", "7x", "-1", "1e3", "99999999999999999999", "0"};
	struct cli cli = {0};
	int64_t n = 0;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(cli_int(&cli, "it", bad[i], 1, 9999, &n), CLI_USAGE);
	assert_int_equal(cli_int(&cli, "it", "9999", 1, 9999, &n), CLI_OK);
	assert_int_equal(n, 9999);
}

static void amounts_as_people_write_them(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value; /* -1: not one */
	} cases[] = {{"", 0},
		     {"0", 0},
		     {"50", 50},
		     {"25000", 25000},
		     {"25.000", 25000},
		     {"25rb", 25000},
		     {"Rp 1.250.000,-", 1250000},
		     {"1,5jt", 1500000},
		     {"-5", -1},
		     {"1.500rb", -1},
		     {"lima", -1},
		     {"1,2,3", -1},
		     {"1000000000000000", INT64_C(1000000000000000)},
		     {"1000000000000001", -1},
		     {"99999999999999999999", -1}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t value = -2;
		bool good = cli_amount(cases[i].text, &value);
		if (good != (cases[i].value >= 0) || (good && value != cases[i].value))
			fail_msg("\"%s\" is taken for %s %lld", cases[i].text,
				 good ? "the amount" : "no amount, not", (long long)value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table_is_sound),
	    cmocka_unit_test(verbs_are_found),
	    cmocka_unit_test(page_has_every_verb),
	    cmocka_unit_test(page_has_every_setting),
	    cmocka_unit_test(options_stand_anywhere),
	    cmocka_unit_test(text_may_begin_with_a_dash),
	    cmocka_unit_test(numbers_are_whole),
	    cmocka_unit_test(amounts_as_people_write_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
