/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_PAGE_H
#define KENTONGAN_CLI_PAGE_H

#include <stdio.h>

#include <libpq-fe.h>

#include "cli.h"

/* A report of titled tables: plain text for a terminal, or one HTML page that
 * prints on A4 and needs nothing besides itself. */
struct page {
	FILE *out;
	const struct cli *cli;
	bool html;
	const char *path; /* of the HTML file */
};

/* Opens PATH for HTML (written anew, readable by its owner only: it holds
 * people's balances), or plain text to standard output where PATH is NULL. */
MUSTCHECK int page_begin(struct page *page, const struct cli *cli, const char *path,
			 const char *title, const char *subtitle);
void page_section(struct page *page, const char *title);
/* All rows and columns (see shape.h); NOTHING is read where there are none. */
void page_table(struct page *page, const PGresult *result, const char *nothing);
/* Row 0 as "heading: value" lines. */
void page_record(struct page *page, const PGresult *result);
/* Closes it; says where writing failed. */
MUSTCHECK int page_end(struct page *page);

#endif
