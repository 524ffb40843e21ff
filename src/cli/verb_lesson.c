/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/memory.h"
#include "lesson_file.h"
#include "output.h"
#include "sql.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PARTS_WELCOME 2

static const struct column list_columns[] = {
    {"series", "SERIES", COLUMN_TEXT},    {"title", "TITLE", COLUMN_TEXT},
    {"lessons", "LESSONS", COLUMN_INT},   {"groups", "GROUPS", COLUMN_INT},
    {"loaded_at", "LOADED", COLUMN_TIME},
};

static const struct column show_columns[] = {
    {"number", "N", COLUMN_INT},
    {"title", "TITLE", COLUMN_TEXT},
    {"text", "TEXT", COLUMN_PLAIN},
};

/* Each member pays attention, and the SIM pays, for every part. */
static void warn_of_long_ones(const struct cli *cli, const struct lesson_file *file)
{
	struct strbuf problems = {0};
	struct catalogue *catalogue;

	if (catalogue_load(&catalogue, cli->conf->lang_dir, cli->conf->language, &problems) == 0) {
		for (size_t i = 0; i < file->count; i++) {
			int parts = lesson_file_parts(file, i, catalogue);
			if (parts > PARTS_WELCOME)
				fprintf(stderr, "kentongan: lesson %zu is %d SMS to each member\n",
					i + 1, parts);
		}
		catalogue_free(&catalogue);
	}
	strbuf_free(&problems);
}

static char *lessons_json(const struct lesson_file *file)
{
	json_t *lessons = json_array();
	char *text;
	for (size_t i = 0; i < file->count; i++)
		json_array_append_new(
		    lessons, json_pack("{s:I, s:s, s:s}", "number", (json_int_t)i + 1, "title",
				       file->lessons[i].title, "text", file->lessons[i].text));
	text = json_dumps(lessons, 0);
	json_decref(lessons);
	return text;
}

static int load(struct cli *cli, const struct lesson_file *file)
{
	char *lessons = lessons_json(file);
	const char *const params[] = {cli_actor(), file->series, file->title, lessons};
	int status =
	    sql_once(cli, NULL, "select api.lessons_load($1, $2, $3, $4::jsonb)", 4, params);
	free(lessons);
	if (status)
		return status;
	if (cli->json)
		output_json(json_pack("{s:s, s:s, s:I}", "series", file->series, "title",
				      file->title, "lessons", (json_int_t)file->count));
	else
		printf("%s (%s): %zu lessons. A group takes them by SMS: BELAJAR %s\n",
		       file->series, file->title, file->count, file->series);
	warn_of_long_ones(cli, file);
	return CLI_OK;
}

int verb_lesson_load(struct cli *cli)
{
	struct strbuf problems = {0};
	struct lesson_file file = {0};
	int status;
	if (lesson_file_read(&file, cli->argv[0], &problems) < 0) {
		fputs(problems.text, stderr);
		status = cli_failed("the form of such a file is explained in "
				    "lessons/usaha.conf, which comes with the program",
				    "nothing was loaded");
	} else {
		status = load(cli, &file);
		lesson_file_clear(&file);
	}
	strbuf_free(&problems);
	return status;
}

static int show(struct cli *cli, const char *sql, int n, const struct column *columns, size_t count,
		const char *empty)
{
	PGresult *result;
	int status = sql_once(cli, &result, sql, n, (const char *const[]){cli->argv[0]});
	if (!status) {
		output_rows(cli, result, columns, count, empty, false);
		PQclear(result);
	}
	return status;
}

int verb_lesson_list(struct cli *cli)
{
	return show(cli, "select * from api.lesson_list()", 0, list_columns, COUNT(list_columns),
		    "No lessons yet: `kentongan lesson load FILE` loads a series.");
}

int verb_lesson_show(struct cli *cli)
{
	return show(cli, "select * from api.lesson_show($1)", 1, show_columns, COUNT(show_columns),
		    "No lessons.");
}
