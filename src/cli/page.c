/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kentongan/memory.h"
#include "shape.h"

static const char style[] =
    "@page{size:A4;margin:16mm}"
    "body{font:10pt/1.35 sans-serif;color:#000;margin:0 auto;max-width:180mm}"
    "h1{font-size:15pt;margin:0}h2{font-size:11pt;margin:6mm 0 1.5mm;break-after:avoid}"
    "p{margin:0 0 2mm}table{border-collapse:collapse;width:100%}"
    "thead{display:table-header-group}tr{break-inside:avoid}"
    "th,td{padding:.8mm 1.5mm;border-bottom:.2mm solid #999;text-align:left;vertical-align:top}"
    "th{border-bottom:.4mm solid #000;font-size:8.5pt}"
    ".r{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".sign{margin-top:14mm;display:flex;justify-content:space-between}"
    ".sign span{border-top:.2mm solid #000;width:50mm;text-align:center;padding-top:1mm}";

static void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			putc(*text, out);
		}
	}
}

int page_begin(struct page *page, const struct cli *cli, const char *path, const char *title,
	       const char *subtitle)
{
	*page = (struct page){.out = stdout, .cli = cli, .html = path != NULL, .path = path};
	if (!path) {
		printf("%s\n%s\n", title, subtitle);
		return CLI_OK;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	page->out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!page->out)
		return cli_failed(NULL, "%s: %s", path, strerror(errno));
	fprintf(page->out,
		"<!DOCTYPE html>\n<html lang=\"id\"><head><meta charset=\"utf-8\"><title>");
	html_text(page->out, title);
	fprintf(page->out, "</title><style>%s</style></head><body>\n<h1>", style);
	html_text(page->out, title);
	fputs("</h1>\n<p>", page->out);
	html_text(page->out, subtitle);
	fputs("</p>\n", page->out);
	return CLI_OK;
}

void page_section(struct page *page, const char *title)
{
	if (!page->html) {
		printf("\n%s\n", title);
		return;
	}
	fputs("<h2>", page->out);
	html_text(page->out, title);
	fputs("</h2>\n", page->out);
}

static char *cell_text(const struct page *page, const PGresult *result, int row, int column,
		       enum column_kind kind)
{
	const char *value = PQgetvalue(result, row, column);
	if (PQgetisnull(result, row, column))
		return xstrdup("");
	if (kind == COLUMN_TIME) /* on paper to the minute */
		return xstrndup(value, 16);
	return output_cell(page->cli, value, kind);
}

static const char *class_of(enum column_kind kind)
{
	return kind == COLUMN_AMOUNT || kind == COLUMN_INT ? " class=\"r\"" : "";
}

static void html_cell(struct page *page, const PGresult *result, int row, const struct shape *shape,
		      size_t column)
{
	enum column_kind kind = shape->columns[column].kind;
	char *text = cell_text(page, result, row, (int)column, kind);
	fprintf(page->out, "<td%s>", class_of(kind));
	html_text(page->out, text);
	fputs("</td>", page->out);
	free(text);
}

static void html_table(struct page *page, const PGresult *result, const struct shape *shape)
{
	fputs("<table><thead><tr>", page->out);
	for (size_t i = 0; i < shape->count; i++) {
		if (!shape->columns[i].heading)
			continue;
		fprintf(page->out, "<th%s>", class_of(shape->columns[i].kind));
		html_text(page->out, shape->columns[i].heading);
		fputs("</th>", page->out);
	}
	fputs("</tr></thead><tbody>\n", page->out);
	for (int row = 0; row < PQntuples(result); row++) {
		fputs("<tr>", page->out);
		for (size_t i = 0; i < shape->count; i++)
			if (shape->columns[i].heading)
				html_cell(page, result, row, shape, i);
		fputs("</tr>\n", page->out);
	}
	fputs("</tbody></table>\n", page->out);
}

void page_table(struct page *page, const PGresult *result, const char *nothing)
{
	struct shape shape;
	shape_of(result, &shape);
	if (PQntuples(result) == 0 && page->html)
		fprintf(page->out, "<p>%s</p>\n", nothing);
	else if (page->html)
		html_table(page, result, &shape);
	else
		output_rows(page->cli, result, shape.columns, shape.count, nothing, false);
	shape_free(&shape);
}

void page_record(struct page *page, const PGresult *result)
{
	struct shape shape;
	shape_of(result, &shape);
	if (!page->html) {
		output_record(page->cli, result, 0, shape.columns, shape.count);
		shape_free(&shape);
		return;
	}
	fputs("<table><tbody>\n", page->out);
	for (size_t i = 0; i < shape.count; i++) {
		if (!shape.columns[i].heading)
			continue;
		fputs("<tr><th>", page->out);
		html_text(page->out, shape.columns[i].heading);
		fputs("</th>", page->out);
		html_cell(page, result, 0, &shape, i);
		fputs("</tr>\n", page->out);
	}
	fputs("</tbody></table>\n", page->out);
	shape_free(&shape);
}

int page_end(struct page *page)
{
	if (!page->html)
		return CLI_OK;
	fputs("<div class=\"sign\"><span>Ketua</span><span>Bendahara</span><span>Pengawas</span>"
	      "</div>\n</body></html>\n",
	      page->out);
	bool bad = ferror(page->out) != 0;
	bad |= fclose(page->out) != 0;
	if (bad)
		return cli_failed(NULL, "%s: %s", page->path, strerror(errno));
	fprintf(stderr, "Written to %s\n", page->path);
	return CLI_OK;
}
