/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sheet.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <csv.h>
#include <jansson.h>

#include "kentongan/memory.h"

struct reading {
	struct sheet *sheet;
	struct sheet_row row; /* under way */
	int line;             /* that is being fed */
	bool ended;           /* a row ended on this line */
};

static void end_field(void *bytes, size_t length, void *arg)
{
	struct reading *r = arg;
	const char *text = bytes;
	while (length && isspace((unsigned char)*text))
		text++, length--;
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	r->row.fields = xreallocarray(r->row.fields, r->row.count + 1, sizeof *r->row.fields);
	r->row.fields[r->row.count++] = xstrndup(length ? text : "", length);
}

static bool is_blank(const struct sheet_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (*row->fields[i])
			return false;
	return true;
}

static void drop_row(struct sheet_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		free(row->fields[i]);
	free(row->fields);
	*row = (struct sheet_row){0};
}

static void end_row(int terminator, void *arg)
{
	(void)terminator;
	struct reading *r = arg;
	r->ended = true;
	if (is_blank(&r->row)) { /* a spreadsheet's ";;;;" */
		drop_row(&r->row);
		return;
	}
	r->sheet->rows = xreallocarray(r->sheet->rows, r->sheet->count + 1, sizeof *r->sheet->rows);
	r->sheet->rows[r->sheet->count++] = r->row;
	r->row = (struct sheet_row){0};
}

char sheet_delimiter(const char *text, size_t length)
{
	static const char candidates[] = ";,\t";
	size_t counts[3] = {0}, best = 0;
	bool quoted = false;
	size_t start = 0;
	while (start < length && strchr("\r\n", text[start]))
		start++;
	for (size_t i = start; i < length && (quoted || text[i] != '\n'); i++) {
		const char *at = strchr(candidates, text[i]);
		if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && text[i] && at)
			counts[at - candidates]++;
	}
	for (size_t i = 1; i < 3; i++)
		if (counts[i] > counts[best])
			best = i;
	return candidates[best];
}

static int check_text(const char *text, size_t length, int line, struct errbuf *err)
{
	json_t *json = json_stringn(text, length);
	if (!json || memchr(text, '\0', length)) {
		json_decref(json);
		return err_set(err, -EINVAL,
			       "line %d isn't UTF-8 text; save the spreadsheet as \"CSV UTF-8\"",
			       line);
	}
	json_decref(json);
	return 0;
}

/* Line by line, so that each row knows where it began. */
static int feed(struct csv_parser *parser, struct reading *r, const char *text, size_t length,
		struct errbuf *err)
{
	bool open = false; /* inside a row of several lines */
	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t n = end ? (size_t)(end - (text + at)) + 1 : length - at;
		int rc = check_text(text + at, n, ++r->line, err);
		if (rc)
			return rc;
		if (!open)
			r->row.line = r->line;
		r->ended = false;
		if (csv_parse(parser, text + at, n, end_field, end_row, r) != n)
			return err_set(err, -EINVAL,
				       "line %d: a quote (\") stands where none may stand",
				       r->line);
		open = !r->ended && (open || strspn(text + at, " \t\r\n") < n);
		at += n;
	}
	if (csv_fini(parser, end_field, end_row, r))
		return err_set(err, -EINVAL, "the quote (\") that begins in line %d never ends",
			       r->row.line);
	return 0;
}

int sheet_parse(struct sheet **out, const char *text, size_t length, struct errbuf *err)
{
	struct reading r = {.sheet = xcalloc(1, sizeof *r.sheet)};
	struct csv_parser parser;
	*out = NULL;
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3, length -= 3;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI))
		fatal("csv_init failed");
	csv_set_delim(&parser, (unsigned char)sheet_delimiter(text, length));
	int rc = feed(&parser, &r, text, length, err);
	csv_free(&parser);
	drop_row(&r.row);
	if (!rc && r.sheet->count < 2)
		rc = err_set(err, -EINVAL,
			     "there must be a line of headings and at least one line below it");
	if (rc)
		sheet_free(&r.sheet);
	*out = r.sheet;
	return rc;
}

int sheet_read(struct sheet **out, const char *path, struct errbuf *err)
{
	*out = NULL;
	FILE *file = fopen(path, "re");
	if (!file)
		return err_set(err, -errno, "%s", strerror(errno));
	char *text = xmalloc(SHEET_BYTES_MAX + 1);
	size_t length = fread(text, 1, SHEET_BYTES_MAX + 1, file);
	int rc = 0;
	if (ferror(file))
		rc = err_set(err, -EIO, "%s", strerror(errno));
	else if (length > SHEET_BYTES_MAX)
		rc = err_set(err, -EFBIG, "more than %d MB: is this a spreadsheet as CSV?",
			     SHEET_BYTES_MAX / 1024 / 1024);
	fclose(file);
	if (!rc)
		rc = sheet_parse(out, text, length, err);
	free(text);
	return rc;
}

void sheet_free(struct sheet **sheet)
{
	if (!*sheet)
		return;
	for (size_t i = 0; i < (*sheet)->count; i++)
		drop_row(&(*sheet)->rows[i]);
	free((*sheet)->rows);
	free(*sheet);
	*sheet = NULL;
}
