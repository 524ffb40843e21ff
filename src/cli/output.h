/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_OUTPUT_H
#define KENTONGAN_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <libpq-fe.h>

#include "cli.h"
#include "kentongan/memory.h"

/* The same data for people (aligned columns) and for programs (--json). */

enum column_kind {
	COLUMN_TEXT,
	COLUMN_PLAIN, /* text that may hold telephone numbers: masked */
	COLUMN_INT,
	COLUMN_AMOUNT, /* 1.250.000 for people */
	COLUMN_BOOL,
	COLUMN_TIME, /* timestamptz: to the second for people, ISO 8601 in JSON */
	COLUMN_JSON
};

struct column {
	const char *key;     /* in the result, and in JSON */
	const char *heading; /* for people; NULL: only in JSON */
	enum column_kind kind;
};

/* The rows of RESULT: an array of objects, or a table; EMPTY is what people
 * read where there are none. BACKWARDS: last row first. */
void output_rows(const struct cli *cli, const PGresult *result, const struct column *columns,
		 size_t count, const char *empty, bool backwards);
/* Row ROW alone: an object, or "heading: value" lines. */
void output_record(const struct cli *cli, const PGresult *result, int row,
		   const struct column *columns, size_t count);
/* One row as an object; the caller's reference. */
json_t *output_object(const struct cli *cli, const PGresult *result, int row,
		      const struct column *columns, size_t count);
json_t *output_array(const struct cli *cli, const PGresult *result, const struct column *columns,
		     size_t count);
/* Prints JSON and drops the reference. */
void output_json(json_t *json);

/* A value that isn't NULL as people read it; malloc'd. */
char *output_cell(const struct cli *cli, const char *value, enum column_kind kind);

/* Text as it may go to a terminal: telephone numbers masked unless NUMBERS,
 * control characters (somebody else wrote this) replaced. malloc'd. */
char *output_clean(const char *text, bool numbers);
/* How many columns of a terminal valid UTF-8 TEXT takes. */
size_t output_width(const char *text);

/* How far long work is, on a terminal's standard error; nothing elsewhere. */
void output_progress(const char *what, int64_t done, int64_t all);
void output_progress_end(void);

#endif
