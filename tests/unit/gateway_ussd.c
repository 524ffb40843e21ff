/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menus as they are shipped, walked without a database; mistakes in menus;
 * screens that don't overflow. Runs from the top of the source tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kentongan/text.h"
#include "kentongan/ussd.h"
#include "../../src/gateway/ussd_screen.h"
#include "../../src/gateway/ussd_walk.h"

static struct catalogue *catalogue;
static struct grammar *grammar;
static struct ussd_menu *menu;
static json_t *one, *two, *officer;

static json_t *person(int id, int number, const char *name, bool is_officer)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:i, s:s, s:b}", "id", id, "group", "MELATI",
			 "group_name", "UP2K MELATI", "name", name, "number", number, "lang", "id",
			 "officer", (int)is_officer);
}

static int load(void **state)
{
	struct strbuf problems = {0};
	int rc = catalogue_load(&catalogue, "config/lang", "id", &problems);

	(void)state;
	if (rc == 0)
		rc = grammar_load(&grammar, "config/commands.conf", &problems);
	if (rc == 0)
		rc =
		    ussd_menu_load(&menu, "config/menus.conf", catalogue, "id", grammar, &problems);
	if (rc < 0)
		print_error("%s", problems.text);
	strbuf_free(&problems);
	one = json_pack("[o]", person(23, 23, "SITI A", false));
	two =
	    json_pack("[o, o]", person(25, 25, "AMINAH", false), person(26, 26, "FATIMAH", false));
	officer = json_pack("[o]", person(2, 2, "SRI W", true));
	return rc;
}

static int unload(void **state)
{
	(void)state;
	ussd_menu_free(&menu);
	grammar_free(&grammar);
	catalogue_free(&catalogue);
	json_decref(one);
	json_decref(two);
	json_decref(officer);
	return 0;
}

/* --- walking -------------------------------------------------------------------------- */

/* Takes INPUTS, spaces between, each as a step of its own. */
static enum walk_result step(struct walk *walk, const char *inputs)
{
	char copy[256], *save = NULL;
	enum walk_result result = WALK_SHOW;

	snprintf(copy, sizeof(copy), "%s", inputs);
	for (char *at = strtok_r(copy, " ", &save); at; at = strtok_r(NULL, " ", &save))
		result = walk_take(walk, at, true);
	return result;
}

static enum walk_result begin(struct walk *walk, const json_t *members, const char *inputs)
{
	enum walk_result result = walk_start(walk, menu, members, NULL);

	return *inputs ? step(walk, inputs) : result;
}

static void assert_says(const struct walk *walk, const char *expected)
{
	struct strbuf text = {0};

	assert_true(walk_says(walk, &text));
	assert_string_equal(text.text, expected);
	strbuf_free(&text);
}

static void leaves_are_what_one_would_write(void **state)
{
	static const struct {
		const char *inputs, *says;
	} cases[] = {
	    {"1", "SALDO"},
	    {"98 1", "MUTASI"},
	    {"2 50000", "SETOR sukarela 50000"},
	    {"2 1 25000", "SETOR wajib 25000"},
	    {"2 1 0 50000", "SETOR sukarela 50000"}, /* back, and what 1 said is forgotten */
	    {"2 50.000", "SETOR sukarela 50000"},
	    {"2 50rb", "SETOR sukarela 50000"},
	    {"4 100000", "TARIK sukarela 100000"},
	    {"4 2 100000", "TARIK shu 100000"},
	    {"3 2 275000", "BAYAR 275000"},
	    {"3 3 1000000 10", "PINJAM 1000000 10"},
	    {"5 2", "HADIR"},
	    {"6 3 1", "BLOKIR"},
	    {"7 1", "PIN"},
	    {"7 3 4", "BAHASA en"},
	};
	struct walk walk;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (begin(&walk, one, cases[i].inputs) != WALK_RUN)
			fail_msg("%s does nothing", cases[i].inputs);
		assert_says(&walk, cases[i].says);
		walk_free(&walk);
	}
}

static void what_is_wrong_is_asked_again(void **state)
{
	static const char *const cases[] = {"9",     "8",        "x",   "2 50",         "2 1.500rb",
					    "2 abc", "2 -50000", "7 9", "3 3 1000000 x"};
	struct walk walk;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(begin(&walk, one, cases[i]), WALK_SHOW);
		if (!walk.wrong)
			fail_msg("%s is taken", cases[i]);
		walk_free(&walk);
	}
}

static void officers_have_a_branch(void **state)
{
	struct walk walk;

	(void)state;
	assert_int_equal(begin(&walk, officer, "8"), WALK_SHOW);
	assert_string_equal(walk.node->name, "pengurus");
	assert_int_equal(step(&walk, "1"), WALK_LIST);
	json_object_set_new(walk.state, "items",
			    json_pack("[{s:s, s:s, s:i}, {s:s, s:s, s:i}]", "code", "K7M4", "name",
				      "SITI A", "amount", 50000, "code", "C2JC", "name", "DEWI",
				      "amount", 25000));
	assert_int_equal(step(&walk, "3"), WALK_SHOW);
	assert_true(walk.wrong);
	assert_int_equal(step(&walk, "2"), WALK_SHOW);
	/* What is chosen is marked until the next step. */
	assert_true(json_is_true(json_object_get(walk.state, "chosen")));
	assert_int_equal(step(&walk, "1"), WALK_RUN);
	assert_says(&walk, "TERIMA C2JC");
	assert_null(json_object_get(walk.state, "chosen"));
	walk_free(&walk);
	assert_int_equal(begin(&walk, officer, "8 2 23 1 25000"), WALK_RUN);
	assert_says(&walk, "CATAT 23 wajib 25000");
	walk_free(&walk);
}

static void a_pin_comes_alone_and_leaves_no_trace(void **state)
{
	struct walk walk;
	char *kept;

	(void)state;
	begin(&walk, officer, "8 4");
	json_object_set_new(walk.state, "items", json_pack("[{s:s}]", "code", "K7M4"));
	assert_int_equal(step(&walk, "1 1"), WALK_SHOW);
	assert_string_equal(walk.node->name, "sah_pin");
	assert_int_equal(walk_take(&walk, "739264", false), WALK_SHOW);
	assert_true(walk.wrong);
	assert_string_equal(walk.pin, "");
	assert_int_equal(walk_take(&walk, "739264", true), WALK_RUN);
	assert_says(&walk, "SAH K7M4 739264");
	assert_string_equal(walk_retry(&walk), "sah_pin");
	kept = json_dumps(walk.state, 0);
	assert_null(strstr(kept, "739264"));
	free(kept);
	walk_free(&walk);
	assert_string_equal(walk.pin, "");
}

static struct walk confirm(const char *confirms, const char *kind, bool change)
{
	struct walk walk;
	json_t *state = json_pack("{s:i, s:s, s:{s:s, s:s}}", "who", 23, "confirm", confirms,
				  "said", "code", "K7M4", "kind", kind);

	if (change)
		json_object_set_new(json_object_get(state, "said"), "change", json_true());
	walk_resume(&walk, menu, one, "@sure", state);
	json_decref(state);
	return walk;
}

static void what_is_asked_back_is_confirmed(void **state)
{
	struct walk walk = confirm("code", "loan", false);

	(void)state;
	assert_int_equal(step(&walk, "5"), WALK_SHOW);
	assert_int_equal(step(&walk, "1"), WALK_RUN);
	assert_says(&walk, "YA K7M4");
	walk_free(&walk);
	walk = confirm("pin", "withdrawal", false);
	assert_int_equal(step(&walk, "1"), WALK_SHOW);
	assert_int_equal(step(&walk, "12345"), WALK_SHOW);
	assert_int_equal(walk_take(&walk, "482915", false), WALK_SHOW);
	assert_int_equal(step(&walk, "482915"), WALK_RUN);
	assert_says(&walk, "YA K7M4 482915");
	assert_string_equal(walk_retry(&walk), "@sure");
	assert_int_equal(step(&walk, "2"), WALK_NO);
	assert_int_equal(step(&walk, "0"), WALK_NO);
	walk_free(&walk);
	walk = confirm("code", "pin", true);
	assert_int_equal(step(&walk, "482915"), WALK_SHOW);
	assert_int_equal(walk_take(&walk, "482915 739264", true), WALK_RUN);
	assert_says(&walk, "YA K7M4 482915");
	assert_string_equal(walk.new_pin, "739264");
	assert_int_equal(walk_take(&walk, "482915739264", true), WALK_RUN);
	walk_free(&walk);
}

static void on_a_shared_phone_one_says_who(void **state)
{
	struct walk walk;

	(void)state;
	assert_int_equal(begin(&walk, two, ""), WALK_SHOW);
	assert_string_equal(walk.node->name, "@who");
	assert_int_equal(step(&walk, "3"), WALK_SHOW);
	assert_true(walk.wrong);
	assert_int_equal(step(&walk, "2 1"), WALK_RUN);
	assert_says(&walk, "MELATI 26 SALDO");
	walk_free(&walk);
}

static void ways_back_and_out(void **state)
{
	struct walk walk;

	(void)state;
	begin(&walk, one, "3 3 1000000 0");
	assert_string_equal(walk.node->name, "pinjam");
	step(&walk, "0 0");
	assert_string_equal(walk.node->name, "root");
	assert_int_equal(step(&walk, "0"), WALK_SHOW);
	assert_int_equal(step(&walk, "2 00"), WALK_BYE);
	walk_free(&walk);
}

static json_t *broken_at(struct walk *walk, const char *node)
{
	return json_pack("{s:s, s:O}", "node", node, "state", walk->state);
}

static void what_broke_off_goes_on_but_never_at_a_pin(void **state)
{
	struct walk before, walk;
	json_t *broken;

	(void)state;
	begin(&before, one, "3 3 1000000");
	broken = broken_at(&before, before.node->name);
	assert_int_equal(walk_start(&walk, menu, one, broken), WALK_SHOW);
	assert_string_equal(walk.node->name, "@resume");
	assert_int_equal(step(&walk, "1"), WALK_SHOW);
	assert_string_equal(walk.node->name, "pinjam_bulan");
	assert_int_equal(step(&walk, "10"), WALK_RUN);
	assert_says(&walk, "PINJAM 1000000 10");
	walk_free(&walk);
	walk_start(&walk, menu, one, broken);
	step(&walk, "2");
	assert_string_equal(walk.node->name, "root");
	walk_free(&walk);
	/* Another person's. */
	walk_start(&walk, menu, officer, broken);
	assert_string_equal(walk.node->name, "root");
	walk_free(&walk);
	walk_free(&before);
	json_decref(broken);

	begin(&before, one, "4 100000");
	broken = broken_at(&before, "@sure");
	walk_start(&walk, menu, one, broken);
	assert_string_equal(walk.node->name, "@resume");
	step(&walk, "1");
	assert_string_equal(walk.node->name, "tarik");
	walk_free(&walk);
	walk_free(&before);
	json_decref(broken);
}

static void menus_may_change_under_a_session(void **state)
{
	struct walk walk;
	json_t *kept = json_pack("{s:i}", "who", 23);

	(void)state;
	walk_resume(&walk, menu, one, "gone", kept);
	assert_ptr_equal(walk.node, menu->root);
	walk_free(&walk);
	json_decref(kept);
}

/* --- mistakes in menus -------------------------------------------------------------------- */

static void mistakes_are_told_with_file_and_line(void **state)
{
	static const struct {
		const char *text, *problem;
	} cases[] = {
	    {"node root { screen = \"ussd_root\" option \"1\" { to = nowhere } }",
	     ":1: node root: an option leads to \"nowhere\""},
	    {"node root { screen = \"ussd_none_such\" option \"1\" { to = root } }",
	     ":1: node root: there is no text ussd_none_such"},
	    {"\nnode a { says = \"SALDO\" }", "there is no node root"},
	    {"node root { screen = \"ussd_root\" option \"1\" { to = a } }\nnode a { says = "
	     "\"FLY\" }",
	     ":2: node a: \"FLY\" isn't understood"},
	    {"node root { screen = \"ussd_root\" option \"1\" { to = a } }\nnode a { says = "
	     "\"SETOR {sum}\" }",
	     ":2: node a: there is no \"{sum}\""},
	    {"node root { screen = \"ussd_root\" input = pin to = root }",
	     ":1: node root: a PIN must lead to a command"},
	    {"node root { screen = \"ussd_root\" input = amount to = root }",
	     ":1: node root: the input has no name"},
	    {"node root { screen = \"ussd_root\" input = magic to = root }",
	     "input \"magic\" is none of"},
	    {"node root { screen = \"ussd_root\" }", "has neither options nor an input"},
	    {"node root { }", "has neither a screen nor a command"},
	    {"node root { screen = \"ussd_root\" color = red }", ":1:"},
	};
	char path[] = "/tmp/kentongan-menus.XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct strbuf problems = {0};
		struct ussd_menu *bad;
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(cases[i].text, file);
		fclose(file);
		assert_true(ussd_menu_load(&bad, path, catalogue, "id", grammar, &problems) < 0);
		if (!strstr(problems.text, cases[i].problem))
			fail_msg("%s: %s", cases[i].text, problems.text);
		assert_memory_equal(problems.text, path, strlen(path));
		strbuf_free(&problems);
	}
	unlink(path);
}

/* --- screens -------------------------------------------------------------------------------- */

static void assert_fits(const struct ussd_screen *screen)
{
	if (!ussd_screen_fits(screen->text))
		fail_msg("too wide: %s", screen->text);
}

static void lists_have_pages(void **state)
{
	struct walk walk;
	struct ussd_screen screen;
	struct errbuf err;
	json_t *items = json_array();
	bool seen[21] = {false};

	(void)state;
	for (int i = 0; i < 20; i++)
		json_array_append_new(items, json_pack("{s:s, s:s, s:i, s:s, s:i}", "code", "K7M4",
						       "name", "WAHYUNINGSIH", "number", 9999,
						       "kind", "restructure", "amount", 99999999));
	begin(&walk, officer, "8 1");
	json_object_set_new(walk.state, "items", items);
	for (int page = 0; page < 20; page++) {
		assert_int_equal(ussd_screen_make(catalogue, &walk, "id", NULL, &screen, &err), 0);
		assert_fits(&screen);
		assert_non_null(strstr(screen.text, "98 "));
		for (const char *at = strchr(screen.text, '\n'); at; at = strchr(at + 1, '\n'))
			if (strstr(at, "WAHYU") && atoi(at + 1) <= 20)
				seen[atoi(at + 1)] = true;
		ussd_screen_free(&screen);
		step(&walk, "98");
	}
	for (int i = 1; i <= 20; i++)
		assert_true(seen[i]);
	walk_free(&walk);
}

static void long_answers_have_pages(void **state)
{
	struct walk walk;
	struct ussd_screen screen;
	struct errbuf err;
	struct strbuf body = {0}, joined = {0};
	json_t *kept = json_pack("{s:i}", "who", 23);
	int pages = 0;

	(void)state;
	for (int i = 0; i < 60; i++)
		strbuf_printf(&body, "%skata%d", i ? " " : "", i);
	struct ussd_said said = {.body = body.text};

	walk_resume(&walk, menu, one, "@reply", kept);
	do {
		assert_int_equal(ussd_screen_make(catalogue, &walk, "id", &said, &screen, &err), 0);
		assert_fits(&screen);
		if (joined.length)
			strbuf_putc(&joined, ' ');
		strbuf_add(&joined, screen.text,
			   strlen(screen.text) - (screen.ends ? 0 : strlen("\n98 Lagi")));
		if (screen.ends)
			break;
		assert_non_null(strstr(screen.text, "\n98 Lagi"));
		ussd_screen_free(&screen);
		step(&walk, "98");
	} while (++pages < 10);
	assert_true(screen.ends);
	assert_true(pages >= 2);
	assert_string_equal(joined.text, body.text);
	ussd_screen_free(&screen);
	strbuf_free(&body);
	strbuf_free(&joined);
	walk_free(&walk);
	json_decref(kept);
}

static void what_didnt_fit_is_told_where_there_is_room(void **state)
{
	struct walk walk;
	struct ussd_screen screen;
	struct errbuf err;

	(void)state;
	begin(&walk, one, "2 abc");
	assert_int_equal(ussd_screen_make(catalogue, &walk, "id", NULL, &screen, &err), 0);
	assert_memory_equal(screen.text, "Belum cocok.\nSetor sukarela", 27);
	assert_non_null(strstr(screen.text, "\n0 Kembali"));
	ussd_screen_free(&screen);
	walk_free(&walk);
}

/* --- what was dialled --------------------------------------------------------------------------
 */

static void shortcuts_stand_behind_the_service_code(void **state)
{
	static const struct {
		const char *dialled, *service, *out;
	} cases[] = {
	    {"*384*12#", "*384*12#", ""},
	    {"*384*12*2*50000#", "*384*12#", "2*50000"},
	    {"*713*1#", "713", "1"},
	    {"*713#", "713", ""},
	    {"*713", "*713#", ""},
	    {"*7131*2#", "713", ""},
	    {"*714*2#", "*713#", ""},
	    {"713*2", "*713*", "2"},
	    {"", "", ""},
	    {"#", "*713#", ""},
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ussd_dialled(cases[i].dialled, cases[i].service, out, sizeof(out));
		assert_string_equal(out, cases[i].out);
	}
	ussd_dialled("*384*2*50000#", "*384#", out, 4);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(leaves_are_what_one_would_write),
	    cmocka_unit_test(what_is_wrong_is_asked_again),
	    cmocka_unit_test(officers_have_a_branch),
	    cmocka_unit_test(a_pin_comes_alone_and_leaves_no_trace),
	    cmocka_unit_test(what_is_asked_back_is_confirmed),
	    cmocka_unit_test(on_a_shared_phone_one_says_who),
	    cmocka_unit_test(ways_back_and_out),
	    cmocka_unit_test(what_broke_off_goes_on_but_never_at_a_pin),
	    cmocka_unit_test(menus_may_change_under_a_session),
	    cmocka_unit_test(mistakes_are_told_with_file_and_line),
	    cmocka_unit_test(lists_have_pages),
	    cmocka_unit_test(long_answers_have_pages),
	    cmocka_unit_test(what_didnt_fit_is_told_where_there_is_room),
	    cmocka_unit_test(shortcuts_stand_behind_the_service_code),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
