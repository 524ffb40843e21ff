/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "numbers.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <csv.h>
#include <jansson.h>

#include "kentongan/text.h"
#include "output.h"
#include "sheet.h"
#include "sql.h"

#define CHUNK 1000
#define COLUMNS_MAX 32

struct loading {
	struct cli *cli;
	PGconn *conn;
	const char *id, *path;
	int line;
	int columns, phone; /* how many headings; which is the number */
	char *headings[COLUMNS_MAX];
	int cell; /* of the row under way */
	char *cells[COLUMNS_MAX];
	json_t *chunk;
	int64_t count, bytes, size;
	int status;
};

static const char *const phone_headings[] = {"hp",     "phone", "msisdn",    "telepon",
					     "wa",     "no hp", "nohp",      "nomor hp",
					     "number", "nomor", "no telepon"};

/* --- rows to the database --- */

static int flush(struct loading *l)
{
	static const char sql[] =
	    "select api.broadcast_numbers($1::bigint, array(select x ->> 0 from "
	    "jsonb_array_elements($2::jsonb) with ordinality e (x, n) order by n), "
	    "array(select x -> 1 from jsonb_array_elements($2::jsonb) with ordinality e (x, n) "
	    "order by n))";
	PGresult *result;
	if (json_array_size(l->chunk) == 0)
		return CLI_OK;
	char *text = json_dumps(l->chunk, JSON_COMPACT);
	if (!text)
		fatal("out of memory");
	int status = sql_query(l->conn, &result, sql, 2, (const char *const[]){l->id, text});
	free(text);
	json_array_clear(l->chunk);
	if (status)
		return status;
	l->count += strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	output_progress("of the file read", l->bytes, l->size);
	return CLI_OK;
}

static void take_row(struct loading *l)
{
	char msisdn[MSISDN_MAX];
	const char *phone = l->phone < l->cell ? l->cells[l->phone] : "";
	if (!cli_cell_msisdn(l->cli, phone, msisdn)) {
		l->status =
		    cli_failed("write it like 081234567890; nothing was sent",
			       "%s:%d: \"%s\" is no telephone number", l->path, l->line, phone);
		return;
	}
	json_t *fields = json_object();
	for (int i = 0; i < l->cell && i < l->columns; i++)
		if (i != l->phone && l->headings[i])
			json_object_set_new(fields, l->headings[i], json_string(l->cells[i]));
	json_array_append_new(l->chunk, json_pack("[s, o]", msisdn, fields));
	if (json_array_size(l->chunk) >= CHUNK)
		l->status = flush(l);
}

/* --- headings --- */

/* A field's name: small letters and underscores; NULL for what can't be one. */
static char *field_name(const char *heading)
{
	char *name = xstrdup(heading);
	for (char *p = name; *p; p++) {
		*p = (char)tolower((unsigned char)*p);
		if (*p == ' ' || *p == '.' || *p == '-')
			*p = '_';
		if (!strchr("abcdefghijklmnopqrstuvwxyz_", *p)) {
			free(name);
			return NULL;
		}
	}
	return name;
}

static void take_headings(struct loading *l)
{
	char msisdn[MSISDN_MAX];
	const size_t names = sizeof phone_headings / sizeof *phone_headings;
	l->phone = -1;
	for (size_t n = 0; n < names && l->phone < 0; n++)
		for (int i = 0; i < l->cell && l->phone < 0; i++)
			if (strcasecmp(l->cells[i], phone_headings[n]) == 0)
				l->phone = i;
	if (l->phone < 0 && cli_cell_msisdn(l->cli, l->cells[0], msisdn)) {
		l->phone = 0;
		take_row(l);
		return;
	}
	if (l->phone < 0) {
		l->status = cli_failed("name the column of numbers hp or phone",
				       "%s:%d: no column of telephone numbers", l->path, l->line);
		return;
	}
	for (int i = 0; i < l->cell; i++)
		l->headings[i] = field_name(l->cells[i]);
	l->columns = l->cell;
}

/* --- libcsv --- */

static void on_cell(void *bytes, size_t length, void *arg)
{
	struct loading *l = arg;
	const char *text = bytes;
	while (length && isspace((unsigned char)*text))
		text++, length--;
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	if (l->cell < COLUMNS_MAX)
		l->cells[l->cell++] = xstrndup(length ? text : "", length);
}

static void on_row(int terminator, void *arg)
{
	struct loading *l = arg;
	bool blank = true;
	(void)terminator;
	for (int i = 0; i < l->cell; i++)
		blank = blank && !*l->cells[i];
	if (!blank && l->status == CLI_OK) {
		if (l->phone < 0 && l->columns == 0)
			take_headings(l);
		else
			take_row(l);
	}
	for (int i = 0; i < l->cell; i++)
		free(l->cells[i]);
	l->cell = 0;
}

static int read_lines(struct loading *l, FILE *file, struct csv_parser *parser)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	while (l->status == CLI_OK && (length = getline(&line, &room, file)) >= 0) {
		char *text = line;
		l->line++;
		l->bytes += length;
		if (l->line == 1 && strncmp(line, "\xEF\xBB\xBF", 3) == 0)
			text += 3, length -= 3;
		if (l->line == 1)
			csv_set_delim(parser, (unsigned char)sheet_delimiter(text, (size_t)length));
		json_t *utf8 = json_stringn(text, (size_t)length);
		if (!utf8 || memchr(text, '\0', (size_t)length) ||
		    csv_parse(parser, text, (size_t)length, on_cell, on_row, l) != (size_t)length)
			l->status = cli_failed("save the spreadsheet as \"CSV UTF-8\"",
					       "%s:%d: that is no CSV in UTF-8", l->path, l->line);
		json_decref(utf8);
	}
	free(line);
	if (l->status == CLI_OK)
		csv_fini(parser, on_cell, on_row, l);
	return l->status ? l->status : flush(l);
}

int numbers_load(struct cli *cli, PGconn *conn, const char *id, const char *path, int64_t *count)
{
	struct loading l = {
	    .cli = cli, .conn = conn, .id = id, .path = path, .phone = -1, .chunk = json_array()};
	struct csv_parser parser;
	FILE *file = fopen(path, "re");
	if (!file) {
		json_decref(l.chunk);
		return cli_failed(NULL, "%s: %s", path, strerror(errno));
	}
	if (fseek(file, 0, SEEK_END) == 0)
		l.size = ftell(file);
	rewind(file);
	if (csv_init(&parser, CSV_STRICT) != 0)
		fatal("out of memory");
	int status = read_lines(&l, file, &parser);
	output_progress_end();
	for (int i = 0; i < l.cell; i++)
		free(l.cells[i]);
	for (int i = 0; i < l.columns; i++)
		free(l.headings[i]);
	csv_free(&parser);
	json_decref(l.chunk);
	fclose(file);
	*count = l.count;
	if (!status && l.count == 0)
		return cli_failed(NULL, "%s holds no telephone numbers", path);
	return status;
}
