/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/text.h"

#define GAP 2

/* --- text --- */

/* Length of the telephone number that stands at TEXT, 0 for none. */
static size_t number_at(const char *text)
{
	size_t digits;
	if (*text != '+')
		return 0;
	digits = strspn(text + 1, "0123456789");
	return digits >= 7 && digits <= 15 ? digits + 1 : 0;
}

char *output_clean(const char *text, bool numbers)
{
	struct strbuf out = {0};
	strbuf_puts(&out, "");
	while (*text) {
		size_t length = numbers ? 0 : number_at(text);
		char number[20];
		if (length) {
			snprintf(number, sizeof number, "%.*s", (int)length, text);
			strbuf_puts(&out, log_msisdn(number));
			text += length;
			continue;
		}
		/* C0 and DEL, and C1 as UTF-8 (U+0080 to U+009F): orders to a terminal. */
		if ((unsigned char)*text == 0xc2 && (unsigned char)text[1] >= 0x80 &&
		    (unsigned char)text[1] <= 0x9f) {
			strbuf_putc(&out, ' ');
			text += 2;
			continue;
		}
		strbuf_putc(&out, (unsigned char)*text < ' ' || *text == 127 ? ' ' : *text);
		text++;
	}
	return out.text;
}

size_t output_width(const char *text)
{
	mbstate_t state = {0};
	size_t width = 0, left = strlen(text);
	while (left > 0) {
		wchar_t c;
		size_t n = mbrtowc(&c, text, left, &state);
		if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
			memset(&state, 0, sizeof state);
			n = 1;
			width++;
		} else {
			int w = wcwidth(c);
			width += w > 0 ? (size_t)w : 0;
		}
		text += n;
		left -= n;
	}
	return width;
}

/* "2026-05-12 09:14:02.123456+07" → "2026-05-12T09:14:02.123456+07:00" */
static char *iso_time(const char *text)
{
	struct strbuf out = {0};
	size_t length = strlen(text);
	for (const char *p = text; *p; p++)
		strbuf_putc(&out, *p == ' ' ? 'T' : *p);
	if (length > 3 && (text[length - 3] == '+' || text[length - 3] == '-'))
		strbuf_puts(&out, ":00");
	return out.text ? out.text : xstrdup("");
}

char *output_cell(const struct cli *cli, const char *value, enum column_kind kind)
{
	char amount[32];
	switch (kind) {
	case COLUMN_AMOUNT:
		return xstrdup(amount_format(strtoll(value, NULL, 10), amount));
	case COLUMN_BOOL:
		return xstrdup(*value == 't' ? "yes" : "no");
	case COLUMN_TIME:
		return xstrndup(value, 19);
	case COLUMN_TEXT:
		return output_clean(value, true);
	case COLUMN_PLAIN:
	case COLUMN_JSON:
	case COLUMN_INT:
		break;
	}
	return output_clean(value, cli->numbers);
}

static int column_index(const PGresult *result, const char *key)
{
	int index = PQfnumber(result, key);
	if (index < 0)
		fatal("the database's answer has no column %s", key);
	return index;
}

static char *human_cell(const struct cli *cli, const PGresult *result, int row,
			const struct column *column)
{
	int index = column_index(result, column->key);
	if (PQgetisnull(result, row, index))
		return xstrdup("-");
	return output_cell(cli, PQgetvalue(result, row, index), column->kind);
}

/* --- JSON --- */

static json_t *json_text(const char *text)
{
	json_t *json = json_string(text);
	return json ? json : json_string("(not UTF-8)");
}

static json_t *json_masked(const struct cli *cli, const char *value, bool parse)
{
	char *clean = output_clean(value, cli->numbers);
	json_t *json = parse ? json_loads(clean, JSON_DECODE_ANY, NULL) : NULL;
	if (!json)
		json = json_text(clean);
	free(clean);
	return json;
}

static json_t *json_cell(const struct cli *cli, const PGresult *result, int row,
			 const struct column *column)
{
	int index = column_index(result, column->key);
	const char *value = PQgetvalue(result, row, index);
	if (PQgetisnull(result, row, index))
		return json_null();
	switch (column->kind) {
	case COLUMN_INT:
	case COLUMN_AMOUNT:
		return json_integer(strtoll(value, NULL, 10));
	case COLUMN_BOOL:
		return json_boolean(*value == 't');
	case COLUMN_TIME: {
		char *iso = iso_time(value);
		json_t *json = json_text(iso);
		free(iso);
		return json;
	}
	case COLUMN_JSON:
		return json_masked(cli, value, true);
	case COLUMN_PLAIN:
		return json_masked(cli, value, false);
	case COLUMN_TEXT:
		break;
	}
	return json_text(value);
}

json_t *output_object(const struct cli *cli, const PGresult *result, int row,
		      const struct column *columns, size_t count)
{
	json_t *object = json_object();
	for (size_t i = 0; i < count; i++)
		if (json_object_set_new(object, columns[i].key,
					json_cell(cli, result, row, &columns[i])))
			fatal("out of memory");
	return object;
}

json_t *output_array(const struct cli *cli, const PGresult *result, const struct column *columns,
		     size_t count)
{
	json_t *array = json_array();
	for (int row = 0; row < PQntuples(result); row++)
		if (json_array_append_new(array, output_object(cli, result, row, columns, count)))
			fatal("out of memory");
	return array;
}

void output_json(json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
	json_decref(json);
}

/* --- for people --- */

static bool is_right(enum column_kind kind)
{
	return kind == COLUMN_INT || kind == COLUMN_AMOUNT;
}

static void pad(size_t n)
{
	printf("%*s", (int)n, "");
}

static void print_cell(const char *text, size_t width, bool right, bool last)
{
	size_t own = output_width(text), space = width > own ? width - own : 0;
	if (right)
		pad(space);
	fputs(text, stdout);
	if (!right && !last)
		pad(space);
	if (!last)
		pad(GAP);
}

static void print_table(const struct cli *cli, const PGresult *result, const struct column *columns,
			size_t count, bool backwards)
{
	int rows = PQntuples(result);
	size_t *widths = xcalloc(count, sizeof *widths), last = 0;
	char **cells = xcalloc((size_t)rows * count, sizeof *cells);
	for (size_t i = 0; i < count; i++) {
		if (!columns[i].heading)
			continue;
		last = i;
		widths[i] = output_width(columns[i].heading);
		for (int row = 0; row < rows; row++) {
			char *cell = human_cell(cli, result, row, &columns[i]);
			size_t width = output_width(cell);
			widths[i] = width > widths[i] ? width : widths[i];
			cells[(size_t)row * count + i] = cell;
		}
	}
	for (int line = -1; line < rows; line++) {
		size_t row = (size_t)(backwards ? rows - 1 - line : line);
		for (size_t i = 0; i < count; i++) {
			if (!columns[i].heading)
				continue;
			print_cell(line < 0 ? columns[i].heading : cells[row * count + i],
				   widths[i], is_right(columns[i].kind), i == last);
		}
		putchar('\n');
	}
	for (size_t i = 0; i < (size_t)rows * count; i++)
		free(cells[i]);
	free(cells);
	free(widths);
}

void output_rows(const struct cli *cli, const PGresult *result, const struct column *columns,
		 size_t count, const char *empty, bool backwards)
{
	if (!cli->json && PQntuples(result) == 0) {
		puts(empty);
	} else if (!cli->json) {
		print_table(cli, result, columns, count, backwards);
	} else {
		json_t *array = json_array();
		for (int i = 0, rows = PQntuples(result); i < rows; i++)
			if (json_array_append_new(array, output_object(cli, result,
								       backwards ? rows - 1 - i : i,
								       columns, count)))
				fatal("out of memory");
		output_json(array);
	}
}

void output_record(const struct cli *cli, const PGresult *result, int row,
		   const struct column *columns, size_t count)
{
	size_t widest = 0;
	if (cli->json) {
		output_json(output_object(cli, result, row, columns, count));
		return;
	}
	for (size_t i = 0; i < count; i++) {
		size_t width = columns[i].heading ? output_width(columns[i].heading) : 0;
		widest = width > widest ? width : widest;
	}
	for (size_t i = 0; i < count; i++) {
		if (!columns[i].heading)
			continue;
		char *cell = human_cell(cli, result, row, &columns[i]);
		print_cell(columns[i].heading, widest, false, false);
		puts(cell);
		free(cell);
	}
}

/* --- progress --- */

static int64_t shown_at;

void output_progress(const char *what, int64_t done, int64_t all)
{
	int64_t now = clock_mono_ms();
	if (!isatty(STDERR_FILENO) || (now - shown_at < 100 && done < all))
		return;
	shown_at = now;
	int percent = all > 0 ? (int)(done * 100 / all) : 100;
	fprintf(stderr, "\r\033[K%3d %%  %s (%lld of %lld)", percent, what, (long long)done,
		(long long)all);
	fflush(stderr);
}

void output_progress_end(void)
{
	if (isatty(STDERR_FILENO) && shown_at)
		fputs("\r\033[K", stderr);
	shown_at = 0;
}
