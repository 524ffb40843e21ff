/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lesson_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/conffile.h"
#include "kentongan/text.h"

#define SERIES_LEAST 2
#define SERIES_MOST 20
#define TITLE_MOST 40
#define TEXT_MOST 1000
#define LESSONS_MOST 500
#define WIDEST_GROUP "KALIWATES123"

struct reading {
	const char *path;
	struct strbuf *problems;
	struct lesson_file *file;
};

static void PRINTF_LIKE(3, 4) problem(struct reading *reading, int line, const char *fmt, ...)
{
	char reason[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	strbuf_printf(reading->problems, "%s:%d: %s\n", reading->path, line, reason);
}

/* Characters of UTF-8 TEXT. */
static size_t length_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* A copy of what section CFG says as NAME, "" and a problem where it says too
 * little or too much. */
static char *take(struct reading *reading, cfg_t *cfg, const char *of, const char *name,
		  size_t most)
{
	int line = conffile_line(cfg, name, 0);
	const char *text = cfg_getstr(cfg, name);
	size_t length = text ? length_of(text) : 0;

	if (length == 0)
		problem(reading, line, "%s has no %s", of, name);
	else if (length > most)
		problem(reading, line, "the %s of %s has %zu characters, at most %zu", name, of,
			length, most);
	return xstrdup(text ? text : "");
}

static void take_series(struct reading *reading, cfg_t *cfg)
{
	char *series = take(reading, cfg, "the file", "series", SERIES_MOST);
	size_t length = strlen(series);

	if (length > 0 &&
	    (length < SERIES_LEAST ||
	     strspn(series, "abcdefghijklmnopqrstuvwxyz0123456789-") != length || *series == '-'))
		problem(reading, conffile_line(cfg, "series", 0),
			"series \"%s\" isn't %d to %d small letters, digits and dashes", series,
			SERIES_LEAST, SERIES_MOST);
	reading->file->series = series;
	reading->file->title = take(reading, cfg, "the file", "title", TITLE_MOST);
}

static void take_lesson(struct reading *reading, cfg_t *section)
{
	struct lesson_file *file = reading->file;
	const char *number = cfg_title(section);
	char wanted[24], of[32];

	snprintf(wanted, sizeof(wanted), "%zu", file->count + 1);
	if (strcmp(number, wanted) != 0)
		problem(reading, section->line, "lesson %.20s stands where lesson %s should",
			number, wanted);
	snprintf(of, sizeof(of), "lesson %s", wanted);
	file->lessons = xreallocarray(file->lessons, file->count + 1, sizeof(*file->lessons));
	file->lessons[file->count].title = take(reading, section, of, "title", TITLE_MOST);
	file->lessons[file->count].text = take(reading, section, of, "text", TEXT_MOST);
	file->count++;
}

int lesson_file_read(struct lesson_file *out, const char *path, struct strbuf *problems)
{
	cfg_opt_t lesson[] = {CFG_STR("title", NULL, CFGF_NODEFAULT),
			      CFG_STR("text", NULL, CFGF_NODEFAULT), CFG_END()};
	cfg_opt_t options[] = {
	    CFG_STR("series", NULL, CFGF_NODEFAULT), CFG_STR("title", NULL, CFGF_NODEFAULT),
	    CFG_SEC("lesson", lesson, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES), CFG_END()};
	struct reading reading = {path, problems, out};
	size_t before = problems->length;
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	int rc;

	*out = (struct lesson_file){0};
	rc = conffile_parse(cfg, path, problems);
	if (rc == 0) {
		take_series(&reading, cfg);
		for (unsigned i = 0; i < cfg_size(cfg, "lesson"); i++)
			take_lesson(&reading, cfg_getnsec(cfg, "lesson", i));
		if (out->count == 0 || out->count > LESSONS_MOST)
			problem(&reading, 0, "the file has %zu lessons; 1 to %d make a series",
				out->count, LESSONS_MOST);
		if (problems->length > before)
			rc = -EINVAL;
	}
	cfg_free(cfg);
	if (rc < 0)
		lesson_file_clear(out);
	return rc;
}

void lesson_file_clear(struct lesson_file *file)
{
	for (size_t i = 0; i < file->count; i++) {
		free(file->lessons[i].title);
		free(file->lessons[i].text);
	}
	free(file->lessons);
	free(file->series);
	free(file->title);
	*file = (struct lesson_file){0};
}

int lesson_file_parts(const struct lesson_file *file, size_t n, const struct catalogue *catalogue)
{
	static const char *const langs[] = {"id", "en", "jv", "mad"};
	const struct lesson *lesson = &file->lessons[n];
	json_t *params =
	    json_pack("{s:s, s:s, s:s, s:I, s:I}", "group", WIDEST_GROUP, "title", lesson->title,
		      "text", lesson->text, "n", (json_int_t)n + 1, "of", (json_int_t)file->count);
	int most = 0;

	for (size_t i = 0; params && i < sizeof(langs) / sizeof(*langs); i++) {
		struct errbuf err;
		char *whole;
		int parts;

		if (catalogue_render(catalogue, langs[i],
				     n + 1 == file->count ? "lesson_last" : "lesson", params,
				     &whole, &err) < 0) {
			most = 0;
			break;
		}
		parts = sms_size(whole).segments;
		most = parts > most ? parts : most;
		free(whole);
	}
	json_decref(params);
	return most;
}
