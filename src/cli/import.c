/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "import.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "kentongan/memory.h"
#include "kentongan/text.h"
#include "output.h"
#include "sql.h"

void import_problem(struct import *import, int line, const char *fmt, ...)
{
	char text[512];
	va_list args;
	va_start(args, fmt);
	if (vsnprintf(text, sizeof text, fmt, args) < 0)
		*text = '\0';
	va_end(args);
	import->problems =
	    xreallocarray(import->problems, import->problem_count + 1, sizeof *import->problems);
	import->problems[import->problem_count++] =
	    (struct import_problem){.line = line, .text = output_clean(text, true)};
}

void import_count(struct import *import, const char *key, int64_t n)
{
	json_int_t before = json_integer_value(json_object_get(import->totals, key));
	if (json_object_set_new(import->totals, key, json_integer(before + n)))
		fatal("out of memory");
}

/* --- headings --- */

/* "  Simpanan_Pokok (Rp)" → "simpanan pokok (rp)" */
static void fold_heading(const char *in, char *out, size_t size)
{
	size_t n = 0;
	for (; *in && n + 1 < size; in++) {
		char c = *in == '_' || isspace((unsigned char)*in)
			     ? ' '
			     : (char)tolower((unsigned char)*in);
		if (c != ' ' || (n && out[n - 1] != ' '))
			out[n++] = c;
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

static bool is_named(const char *names, const char *heading)
{
	size_t length = strlen(heading);
	for (const char *p = names; *p;) {
		size_t n = strcspn(p, "|");
		if (n == length && strncmp(p, heading, n) == 0)
			return true;
		p += n + (p[n] == '|');
	}
	return false;
}

static int find_column(const struct import *import, const char *heading)
{
	for (size_t i = 0; i < import->column_count; i++)
		if (is_named(import->columns[i].names, heading))
			return (int)i;
	return -1;
}

static void read_headings(struct import *import)
{
	const struct sheet_row *row = &import->sheet->rows[0];
	char heading[64];
	for (size_t i = 0; i < import->column_count; i++)
		import->place[i] = -1;
	for (size_t i = 0; i < row->count; i++) {
		fold_heading(row->fields[i], heading, sizeof heading);
		int column = find_column(import, heading);
		if (!*heading)
			continue;
		if (column < 0)
			import_problem(import, row->line,
				       "column \"%s\" isn't known; take it out or name it right",
				       row->fields[i]);
		else if (import->place[column] >= 0)
			import_problem(import, row->line, "column \"%s\" is there twice",
				       row->fields[i]);
		else
			import->place[column] = (int)i;
	}
	for (size_t i = 0; i < import->column_count; i++)
		if (import->columns[i].needed && import->place[i] < 0)
			import_problem(import, row->line, "there is no column %s (%s)",
				       import->columns[i].key, import->columns[i].names);
}

/* --- cells --- */

const char *import_cell(const struct import *import, const struct sheet_row *row, const char *key)
{
	for (size_t i = 0; i < import->column_count; i++)
		if (strcmp(import->columns[i].key, key) == 0) {
			int place = import->place[i];
			return place >= 0 && (size_t)place < row->count ? row->fields[place] : "";
		}
	fatal("no column is called %s", key);
}

int64_t import_number(struct import *import, const struct sheet_row *row, const char *key,
		      int64_t least, int64_t most)
{
	const char *text = import_cell(import, row, key);
	size_t digits = strspn(text, "0123456789");
	/* Spreadsheets like to write 23 as 23,0 or 23.00. */
	const char *rest = text + digits;
	if (digits && (*rest == '.' || *rest == ','))
		rest += 1 + strspn(rest + 1, "0");
	long long value = digits && digits < 16 && !*rest ? strtoll(text, NULL, 10) : -1;
	if (value >= least && value <= most)
		return value;
	if (*text)
		import_problem(import, row->line, "%s is \"%s\"; it must be from %lld to %lld", key,
			       text, (long long)least, (long long)most);
	else
		import_problem(import, row->line, "%s is missing", key);
	return 0;
}

int64_t import_amount(struct import *import, const struct sheet_row *row, const char *key)
{
	const char *text = import_cell(import, row, key);
	int64_t value = 0;
	if (strcmp(text, "-") == 0 || cli_amount(text, &value))
		return value;
	import_problem(import, row->line, "%s is \"%s\"; write an amount like 1250000 or 1.250.000",
		       key, text);
	return 0;
}

int64_t import_permille(struct import *import, const struct sheet_row *row, const char *key)
{
	const char *text = import_cell(import, row, key), *p = text;
	int64_t value = 0;
	size_t digits = strspn(p, "0123456789");
	if (!*text)
		return 0;
	if (digits && digits <= 3)
		value = strtoll(p, NULL, 10) * 10;
	p += digits;
	if (digits && (*p == '.' || *p == ',') && isdigit((unsigned char)p[1])) {
		value += p[1] - '0';
		p += 2;
		p += strspn(p, "0");
	}
	p += strspn(p, " %");
	if (digits && digits <= 3 && !*p && value <= 1000)
		return value;
	import_problem(import, row->line,
		       "%s is \"%s\"; write per cent a month with at most one decimal, like 1,5",
		       key, text);
	return 0;
}

static bool read_date(const char *text, int *year, int *month, int *day)
{
	char a, b;
	int end = 0;
	if (sscanf(text, "%4d-%2d-%2d%n", year, month, day, &end) == 3 && *year >= 1900 &&
	    !text[end])
		return true;
	end = 0;
	return sscanf(text, "%2d%c%2d%c%4d%n", day, &a, month, &b, year, &end) == 5 && a == b &&
	       strchr("/-.", a) && !text[end];
}

void import_date(struct import *import, const struct sheet_row *row, const char *key,
		 char out[static 11])
{
	const char *text = import_cell(import, row, key);
	int year, month, day;
	*out = '\0';
	if (read_date(text, &year, &month, &day) && year >= 1950 && year <= 2199) {
		struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
		time_t t = timegm(&tm);
		/* timegm makes the 31st of April the 1st of May. */
		if (t != -1 && tm.tm_mday == day && tm.tm_mon == month - 1) {
			if (strftime(out, 11, "%Y-%m-%d", &tm) == 0)
				*out = '\0';
			return;
		}
	}
	import_problem(import, row->line, "%s is \"%s\"; write a day like 2026-05-12 or 12/05/2026",
		       key, text);
}

/* A cell beyond the headings, or below an empty one, is a value that would be
 * lost without a word. */
static void check_width(struct import *import, const struct sheet_row *row)
{
	const struct sheet_row *head = &import->sheet->rows[0];
	for (size_t i = 0; i < row->count; i++)
		if (*row->fields[i] && (i >= head->count || !*head->fields[i]))
			import_problem(import, row->line,
				       "\"%s\" stands in a column without heading", row->fields[i]);
}

/* --- the report --- */

static int by_line(const void *a, const void *b)
{
	const struct import_problem *x = a, *y = b;
	return (x->line > y->line) - (x->line < y->line);
}

static void print_json(const struct import *import, bool applied)
{
	json_t *problems = json_array();
	for (size_t i = 0; i < import->problem_count; i++)
		json_array_append_new(problems,
				      json_pack("{s:i, s:s}", "line", import->problems[i].line,
						"problem", import->problems[i].text));
	output_json(json_pack("{s:s, s:b, s:o, s:O}", "file", import->path, "applied", applied,
			      "problems", problems, "totals", import->totals));
}

static void print_people(const struct import *import, bool applied)
{
	char amount[32];
	if (import->problem_count) {
		fflush(stdout);
		for (size_t i = 0; i < import->problem_count; i++)
			fprintf(stderr, "%s:%d: %s\n", import->path, import->problems[i].line,
				import->problems[i].text);
		cli_failed("mend these lines in the spreadsheet and import again",
			   "%zu mistake%s; nothing was imported", import->problem_count,
			   import->problem_count == 1 ? "" : "s");
		return;
	}
	puts(applied ? "Imported. Compare with the paper book:"
		     : "This would be imported. Compare with the paper book:");
	for (void *i = json_object_iter(import->totals); i;
	     i = json_object_iter_next(import->totals, i))
		printf("  %-20s%20s\n", json_object_iter_key(i),
		       amount_format(json_integer_value(json_object_iter_value(i)), amount));
	if (!applied)
		puts("Nothing was changed. Once the sums are right: the same with --apply");
}

/* --- the whole --- */

static int sort_and_report(struct import *import, bool applied)
{
	if (import->problem_count)
		qsort(import->problems, import->problem_count, sizeof *import->problems, by_line);
	if (import->cli->json)
		print_json(import, applied);
	else
		print_people(import, applied);
	return import->problem_count ? CLI_FAILED : CLI_OK;
}

/* A dry run does everything too, and takes it back: what the database would
 * refuse shows now. */
static int store_rows(struct import *import, int (*store)(struct import *, PGconn *, void *),
		      void *arg)
{
	bool apply = cli_value(import->cli, "apply") != NULL;
	PGconn *conn;
	int status = sql_connect(import->cli, &conn);
	if (status) {
		/* What is wrong with the file is worth knowing all the same. */
		if (import->problem_count)
			sort_and_report(import, false);
		return status;
	}
	status = sql_query(conn, NULL, "begin", 0, NULL);
	if (!status)
		status = store(import, conn, arg);
	bool keep = !status && apply && !import->problem_count;
	if (!status)
		status = sql_query(conn, NULL, keep ? "commit" : "rollback", 0, NULL);
	PQfinish(conn);
	return status ? status : sort_and_report(import, keep);
}

int import_run(const struct cli *cli, const struct import_column *columns, size_t count,
	       import_row_fn *fn, int (*store)(struct import *, PGconn *, void *), void *arg)
{
	struct import import = {.cli = cli,
				.path = cli->argv[1],
				.columns = columns,
				.column_count = count,
				.totals = json_object()};
	struct errbuf err = {0};
	int status = CLI_OK;
	if (sheet_read(&import.sheet, import.path, &err)) {
		json_decref(import.totals);
		return cli_failed("give it a spreadsheet saved as CSV, with a line of headings",
				  "%s: %s", import.path, err.text);
	}
	read_headings(&import);
	bool headed = !import.problem_count;
	for (size_t i = 1; headed && i < import.sheet->count; i++) {
		check_width(&import, &import.sheet->rows[i]);
		fn(&import, &import.sheet->rows[i], arg);
	}
	if (import.problem_count && !headed)
		status = sort_and_report(&import, false);
	else
		status = store_rows(&import, store, arg);
	for (size_t i = 0; i < import.problem_count; i++)
		free(import.problems[i].text);
	free(import.problems);
	json_decref(import.totals);
	sheet_free(&import.sheet);
	return status;
}
