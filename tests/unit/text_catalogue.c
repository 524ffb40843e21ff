/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/catalogue.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/kentongan-catalogue-XXXXXX";

static void path_of(const char *name, char path[static 128])
{
	snprintf(path, 128, "%s/%s", dir, name);
}

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	path_of(name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void drop(const char *name)
{
	char path[128];

	path_of(name, path);
	unlink(path);
}

static const char *const folders[] = {"id", "en", "old"};

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	for (size_t i = 0; i < 3; i++) {
		char path[128];

		path_of(folders[i], path);
		if (mkdir(path, 0700) < 0)
			return -1;
	}
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	drop("id/member.conf");
	drop("id/deposit.conf");
	drop("en/member.conf");
	for (size_t i = 0; i < 3; i++) {
		char path[128];

		path_of(folders[i], path);
		if (rmdir(path) < 0)
			return -1;
	}
	return rmdir(dir);
}

static const char good_id[] =
    "text saldo { sms = \"{group}, {name}({number})\\nSukarela {amount|amount}"
    "{pending? Menunggu +{pending|amount} ({code})}\" }\n"
    "text mutasi { sms = \"Mutasi {product|word}: {lines|each:line}.\" long = true }\n"
    "text line { sms = \"{what} {amount|amount};\" }\n"
    "text from { sms = \"dari {peer|masked}\" }\n"
    "text quote { sms = \"“{x}” – â ok\" }\n"
    "text nest { sms = \"[{lines|each:nest}]\" }\n"
    "word sukarela { is = \"sukarela\" }\n"
    "word wajib { is = \"wajib\" }\n";
static const char good_en[] = "text saldo { sms = \"{name}: {amount|amount}\" }\n"
			      "word sukarela { is = \"voluntary\" }\n";

static struct catalogue *load(void)
{
	struct catalogue *catalogue;
	struct strbuf problems = {0};

	if (catalogue_load(&catalogue, dir, "id", &problems) < 0)
		fail_msg("%s", problems.text);
	assert_int_equal(problems.length, 0);
	strbuf_free(&problems);
	return catalogue;
}

static void expect(const struct catalogue *catalogue, const char *lang, const char *name,
		   const char *params, int rc, const char *text)
{
	json_t *object = json_loads(params, 0, NULL);
	struct errbuf err = {""};
	char *out;
	int got;

	assert_non_null(object);
	got = catalogue_render(catalogue, lang, name, object, &out, &err);
	if (got != rc)
		fail_msg("%s %s: wanted %d, got %d: %s", name, params, rc, got, err.text);
	if (rc == 0) {
		assert_string_equal(out, text);
	} else {
		assert_null(out);
		assert_non_null(strstr(err.text, text));
	}
	free(out);
	json_decref(object);
}

static void render(void **state)
{
	struct catalogue *c;
	const char *full = "{\"group\":\"MELATI\",\"name\":\"SITI A\",\"number\":23,"
			   "\"amount\":12345000,\"pending\":50000,\"code\":\"K7M4\"}";

	(void)state;
	put("id/member.conf", good_id);
	put("en/member.conf", good_en);
	c = load();
	expect(c, "id", "saldo", full, 0,
	       "MELATI, SITI A(23)\nSukarela 12.345.000 Menunggu +50.000 (K7M4)");
	expect(c, "en", "saldo", full, 0, "SITI A: 12.345.000");
	expect(c, "xx", "saldo", full, 0,
	       "MELATI, SITI A(23)\nSukarela 12.345.000 Menunggu +50.000 (K7M4)");
	expect(c, "id", "saldo",
	       "{\"group\":\"M\",\"name\":null,\"number\":1,\"amount\":0,\"pending\":0}", 0,
	       "M, (1)\nSukarela 0");
	expect(c, "id", "mutasi",
	       "{\"product\":\"sukarela\",\"lines\":[{\"what\":\"a\",\"amount\":1000},"
	       "{\"what\":\"b\",\"amount\":-2000}]}",
	       0, "Mutasi sukarela: a 1.000;b -2.000;.");
	expect(c, "en", "mutasi", "{\"product\":\"sukarela\",\"lines\":[]}", 0,
	       "Mutasi voluntary: .");
	expect(c, "en", "mutasi", "{\"product\":\"wajib\",\"lines\":null}", 0, "Mutasi wajib: .");
	expect(c, "en", "mutasi", "{\"product\":\"baru\",\"lines\":null}", 0, "Mutasi baru: .");
	expect(c, "id", "from", "{\"peer\":\"+628123454567\"}", 0, "dari *4567");
	expect(c, "id", "from", "{\"peer\":\"888\"}", 0, "dari *");
	expect(c, "id", "quote", "{\"x\":\"Bâlik • {name}\"}", 0, "\"Balik * {name}\" - a ok");
	catalogue_free(&c);
	assert_null(c);
}

static void render_refuses(void **state)
{
	struct catalogue *c;

	(void)state;
	put("id/member.conf", good_id);
	put("en/member.conf", good_en);
	c = load();
	expect(c, "id", "nothing", "{}", -ENOENT, "nothing");
	expect(c, "id", "from", "{}", -EINVAL, "from: parameter peer is missing");
	expect(c, "id", "from", "{\"peer\":5}", -EINVAL, "peer");
	expect(c, "id", "line", "{\"what\":\"x\",\"amount\":\"12\"}", -EINVAL, "amount");
	expect(c, "id", "line", "{\"what\":[],\"amount\":12}", -EINVAL, "what");
	expect(c, "id", "mutasi", "{\"product\":\"wajib\",\"lines\":\"x\"}", -EINVAL, "lines");
	expect(c, "id", "mutasi", "{\"product\":\"wajib\",\"lines\":[{\"what\":\"x\"}]}", -EINVAL,
	       "line: parameter amount is missing");
	expect(c, "id", "mutasi", "{\"product\":\"wajib\",\"lines\":[7]}", -EINVAL, "line");
	expect(
	    c, "id", "nest",
	    "{\"lines\":[{\"lines\":[{\"lines\":[{\"lines\":[{\"lines\":[{\"lines\":[]}]}]}]}]}]}",
	    -EINVAL, "lists within lists");
	catalogue_free(&c);
}

static void count_text(const char *lang, const char *name, const char *text, bool is_long,
		       const char *file, int line, void *arg)
{
	int *count = arg;

	assert_true(strcmp(lang, "id") == 0 || strcmp(lang, "en") == 0);
	assert_int_equal(is_long, strcmp(name, "mutasi") == 0);
	assert_non_null(strstr(file, lang));
	assert_true(*text != '\0');
	if (strcmp(name, "line") == 0)
		assert_int_equal(line, 3);
	++*count;
}

static void each_and_has(void **state)
{
	struct catalogue *c;
	int count = 0;

	(void)state;
	put("id/member.conf", good_id);
	put("en/member.conf", good_en);
	c = load();
	catalogue_each(c, count_text, &count);
	assert_int_equal(count, 7);
	assert_true(catalogue_has(c, "id", "mutasi"));
	assert_false(catalogue_has(c, "en", "mutasi"));
	assert_false(catalogue_has(c, "jv", "saldo"));
	catalogue_free(&c);
}

struct where {
	const char *name;
	char file[128];
	int line, count;
};

static void note_where(const char *lang, const char *name, const char *text, bool is_long,
		       const char *file, int line, void *arg)
{
	struct where *where = arg;

	(void)lang;
	(void)text;
	(void)is_long;
	if (strcmp(name, where->name) != 0)
		return;
	snprintf(where->file, sizeof(where->file), "%s", file);
	where->line = line;
	where->count++;
}

/* The files of a folder are one language: each uses the others' texts and
 * words, and a text is told of with the file where it stands. */
static void files_of_a_folder_are_one_language(void **state)
{
	struct where line = {.name = "line"}, saldo = {.name = "saldo"};
	struct catalogue *c;
	char path[128];

	(void)state;
	put("id/deposit.conf", "# one\ntext line { sms = \"{what} {product|word};\" }\n"
			       "word wajib { is = \"wajib!\" }\n");
	put("id/member.conf", "text saldo { sms = \"{lines|each:line}\" }\n"
			      "word sukarela { is = \"bebas\" }\n");
	put("en/member.conf", "text saldo { sms = \"Lines {lines|each:line}\" }\n");
	c = load();
	expect(c, "id", "saldo",
	       "{\"lines\":[{\"what\":\"a\",\"product\":\"wajib\"},"
	       "{\"what\":\"b\",\"product\":\"sukarela\"}]}",
	       0, "a wajib!;b bebas;");
	expect(c, "en", "saldo", "{\"lines\":[{\"what\":\"a\",\"product\":\"wajib\"}]}", 0,
	       "Lines a wajib!;");
	assert_false(catalogue_has(c, "old", "saldo"));
	catalogue_each(c, note_where, &line);
	catalogue_each(c, note_where, &saldo);
	catalogue_free(&c);
	drop("id/deposit.conf");
	path_of("id/deposit.conf", path);
	assert_string_equal(line.file, path);
	assert_int_equal(line.line, 2);
	assert_int_equal(line.count, 1);
	assert_int_equal(saldo.count, 2);
}

/* Loads ID (and EN where given), which must be refused for REASON at LINE. */
static void expect_problem(const char *id, const char *en, const char *file_line,
			   const char *reason)
{
	struct catalogue *c;
	struct strbuf problems = {0};

	put("id/member.conf", id);
	if (en)
		put("en/member.conf", en);
	else
		drop("en/member.conf");
	assert_int_equal(catalogue_load(&c, dir, "id", &problems), -EINVAL);
	assert_null(c);
	if (!strstr(problems.text, file_line) || !strstr(problems.text, reason))
		fail_msg("wanted \"%s … %s\", got: %s", file_line, reason, problems.text);
	strbuf_free(&problems);
}

static void mistakes(void **state)
{
	static const struct {
		const char *sms, *reason;
	} cases[] = {
	    {"{x", "brace isn't closed"},
	    {"x}", "'}' without '{'"},
	    {"{}", "wants a name"},
	    {"{x|foo}", "unknown filter"},
	    {"{x|}", "unknown filter"},
	    {"{x|each}", "unknown filter"},
	    {"{x|each:}", "name of a text"},
	    {"{x|each:nix}", "there is no text nix"},
	    {"{x?{y?z}}", "within a condition"},
	    {"{x?y", "brace isn't closed"},
	    {"{X}", "wants a name"},
	    {"{x |amount}", "odd stands before"},
	    {"{x|amount", "brace isn't closed"},
	    {"{{x}}", "wants a name"},
	    {"", "missing or empty"},
	    {"\xFF", "UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char file[300];

		snprintf(file, sizeof(file),
			 "# eins\ntext a { sms = \"ok\" }\n\ntext b { sms = \"%s\" }\n",
			 cases[i].sms);
		expect_problem(file, NULL, "id/member.conf:4:", cases[i].reason);
	}
}

static void mistakes_of_files(void **state)
{
	struct catalogue *c;
	struct strbuf problems = {0};

	(void)state;
	expect_problem("text a { sms = \"x\" }\n", "text b { sms = \"x\" }\n",
		       "en/member.conf:1:", "fallback language lacks it");
	expect_problem("text a { sms = \"x\" }\ntext a { sms = \"y\" }\n", NULL,
		       "id/member.conf:2:", "a");
	expect_problem("text a { sms = \"x\" }\nnonsense = 3\n", NULL,
		       "id/member.conf:2:", "nonsense");
	expect_problem("text a {\n sms = \"x\n", NULL,
		       "id/member.conf:2:", "isn't closed on its line");
	/* … which must not spoil the next file */
	expect_problem("text a { sms = \"\\1\" }\n", NULL,
		       "id/member.conf:1:", "a \\ before a digit");
	expect_problem("/* x\n\n*/ // y\n# z\ntext a { sms = \"x\" } }\n", NULL,
		       "id/member.conf:5:", "closes nothing");
	expect_problem("text a { sms = \"x\"\n", NULL, "id/member.conf:1:", "never closed");
	expect_problem("word a { }\n", NULL, "id/member.conf:1:", "\"is\" is missing");
	/* the line of what is wrong, not where its section ends */
	expect_problem("\ntext a {\n\n\tlong = true\n}\n", NULL,
		       "id/member.conf:2: text a:", "sms is missing");
	expect_problem("word w {\n\tis = \"\"\n}\n\ntext a {\n\tlong = true\n\tsms = \"{x\"\n}\n",
		       NULL, "id/member.conf:2: word w:", "id/member.conf:7: text a:");
	expect_problem("text a {\n\tsms = \"{x|each:c}\"\n\n}\n", NULL,
		       "id/member.conf:2: text a:", "there is no text c");
	/* one name in two files: the second is named, and where the first is */
	put("id/deposit.conf", "text a { sms = \"x\" }\nword w { is = \"x\" }\n");
	expect_problem("\ntext a { sms = \"y\" }\n", NULL, "id/member.conf:2: text a: already in ",
		       "id/deposit.conf:1\n");
	expect_problem("\n\nword w { is = \"y\" }\n", NULL, "id/member.conf:3: word w: already in ",
		       "id/deposit.conf:2\n");
	put("id/deposit.conf", "\ntext b { sms = \"{\" }\n");
	expect_problem("text a { sms = \"x\" }\n", NULL,
		       "id/deposit.conf:2: text b:", "wants a name");
	put("id/deposit.conf", "\n\ntext b { sms = \"{x|each:c}\" }\n");
	expect_problem("text a { sms = \"x\" }\n", NULL,
		       "id/deposit.conf:3: text b:", "there is no text c");
	drop("id/deposit.conf");
	/* all of them at once */
	expect_problem("text a { sms = \"{\" }\ntext b { sms = \"}\" }\n", NULL,
		       "id/member.conf:1:", "id/member.conf:2:");
	drop("id/member.conf");
	put("en/member.conf", "text a { sms = \"x\" }\n");
	assert_int_equal(catalogue_load(&c, dir, "id", &problems), -EINVAL);
	assert_non_null(strstr(problems.text, "fallback language has no folder"));
	strbuf_free(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(render),       cmocka_unit_test(render_refuses),
	    cmocka_unit_test(each_and_has), cmocka_unit_test(files_of_a_folder_are_one_language),
	    cmocka_unit_test(mistakes),     cmocka_unit_test(mistakes_of_files),
	};

	return cmocka_run_group_tests_name("text_catalogue", tests, make_dir, remove_dir);
}
