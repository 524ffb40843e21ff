/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of lessons: those that are shipped fit, mistakes are told with their
 * line. Runs from the top of the source tree. */
#include "../../src/cli/lesson_file.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SHIPPED "config/lessons/*.conf"
#define PARTS_MOST 2

static int check_file(const char *path, const struct catalogue *catalogue)
{
	struct lesson_file file;
	struct strbuf problems = {0};
	int failures = 0;

	if (lesson_file_read(&file, path, &problems) < 0) {
		print_error("%s", problems.text);
		strbuf_free(&problems);
		return 1;
	}
	for (size_t i = 0; i < file.count; i++) {
		int parts = lesson_file_parts(&file, i, catalogue);

		/* With an example in rupiah. */
		if (parts >= 1 && parts <= PARTS_MOST &&
		    strpbrk(file.lessons[i].text, "0123456789"))
			continue;
		failures++;
		print_error("%s: lesson %zu: %d SMS: %s\n", path, i + 1, parts,
			    file.lessons[i].text);
	}
	lesson_file_clear(&file);
	return failures;
}

static void every_shipped_lesson_fits_two_sms(void **state)
{
	struct catalogue *catalogue;
	struct strbuf problems = {0};
	glob_t files = {0};
	int failures = 0;

	(void)state;
	if (catalogue_load(&catalogue, "config/lang", "id", &problems) < 0)
		fail_msg("%s", problems.text);
	assert_int_equal(glob(SHIPPED, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		failures += check_file(files.gl_pathv[i], catalogue);
	globfree(&files);
	catalogue_free(&catalogue);
	strbuf_free(&problems);
	assert_int_equal(failures, 0);
}

/* Reads TEXT as a file and returns what is said of it, without the path. */
static char *said_of(const char *text, struct lesson_file *file)
{
	char path[] = "/tmp/kentongan-lesson.XXXXXX", *all;
	int fd = mkstemp(path);
	struct strbuf problems = {0}, plain = {0};

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	if (lesson_file_read(file, path, &problems) == 0)
		assert_int_equal(problems.length, 0);
	unlink(path);
	strbuf_puts(&plain, "");
	for (all = problems.text; all && *all;) {
		char *end = strchr(all, '\n');

		assert_int_equal(strncmp(all, path, strlen(path)), 0);
		strbuf_add(&plain, all + strlen(path), (size_t)(end + 1 - all) - strlen(path));
		all = end + 1;
	}
	strbuf_free(&problems);
	return plain.text;
}

static void a_good_file_is_read(void **state)
{
	struct lesson_file file;
	char *said = said_of("series = \"kas-2\"\ntitle = \"Kas\"\n# remark\n"
			     "lesson 1 {\n\ttitle = \"Satu\"\n\ttext = \"Isi 1\"\n}\n"
			     "lesson 2 {\n\ttitle = \"Dua\"\n\ttext = \"Isi 2\"\n}\n",
			     &file);

	(void)state;
	assert_string_equal(said, "");
	free(said);
	assert_string_equal(file.series, "kas-2");
	assert_string_equal(file.title, "Kas");
	assert_int_equal(file.count, 2);
	assert_string_equal(file.lessons[1].title, "Dua");
	assert_string_equal(file.lessons[1].text, "Isi 2");
	lesson_file_clear(&file);
}

static void mistakes_are_told_with_their_line(void **state)
{
	static const struct {
		const char *file, *said;
	} cases[] = {
	    {"", ":0: the file has no series\n:0: the file has no title\n"
		 ":0: the file has 0 lessons; 1 to 500 make a series\n"},
	    {"series = \"Kas Satu\"\ntitle = \"x\"\nlesson 1 { title = \"a\"\n text = \"b\" }\n",
	     ":1: series \"Kas Satu\" isn't 2 to 20 small letters, digits and dashes\n"},
	    {"series = \"kas\"\ntitle = \"x\"\n\nlesson 2 {\n\ttitle = \"a\"\n\ttext = \"b\"\n}\n",
	     ":4: lesson 2 stands where lesson 1 should\n"},
	    {"series = \"kas\"\ntitle = \"x\"\nlesson 1 {\n\ttext = \"b\"\n}\nlesson 2 {\n\ttitle "
	     "= "
	     "\"0123456789012345678901234567890123456789+\"\n}\n",
	     ":3: lesson 1 has no title\n:7: the title of lesson 2 has 41 characters, at most 40\n"
	     ":6: lesson 2 has no text\n"},
	    {"# a remark\nseries = \"kas\" title = \"x\"\n/* one\n{ more */ lesson 1\n{ text = "
	     "'b\n}\nc'\n\ttitle\n= \"\"\n}\n\nlesson \"3\" {\n\ttitle = \"{\"\n\ttext = \"b\" }\n",
	     ":8: lesson 1 has no title\n:12: lesson 3 stands where lesson 2 should\n"},
	    {"series = \"kas\"\ntitle = \"x\"\nlesson 1 {\n\ttitel = \"a\"\n}\n",
	     ":4: no such option 'titel'\n"},
	    {"series = \"kas\"\ntitle = \"x\"\nlesson 1 {\n\ttitle = \"a\n}\n",
	     ":4: the quote \" isn't closed on its line\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct lesson_file file;
		char *said = said_of(cases[i].file, &file);

		assert_string_equal(said, cases[i].said);
		assert_int_equal(file.count, 0);
		assert_null(file.lessons);
		free(said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_shipped_lesson_fits_two_sms),
	    cmocka_unit_test(a_good_file_is_read),
	    cmocka_unit_test(mistakes_are_told_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
