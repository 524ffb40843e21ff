/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_SHEET_H
#define KENTONGAN_CLI_SHEET_H

#include <stddef.h>

#include "kentongan/errors.h"

/* A spreadsheet as CSV: UTF-8 with or without byte order mark, separated by
 * semicolons, commas or tabs (whichever the first line has most), lines ended
 * by CRLF or LF, fields quoted or not (RFC 4180). Blank lines don't count. */
struct sheet_row {
	int line; /* of the file, where the row begins */
	size_t count;
	char **fields; /* without the spaces around them */
};

struct sheet {
	struct sheet_row *rows; /* the first holds the headings */
	size_t count;
};

#define SHEET_BYTES_MAX (16 * 1024 * 1024)

/* The file at PATH. What is wrong with the file as a whole goes to ERR, with
 * its line. -EINVAL, or -errno where it can't be read. */
MUSTCHECK int sheet_read(struct sheet **out, const char *path, struct errbuf *err);
/* The same from memory. */
MUSTCHECK int sheet_parse(struct sheet **out, const char *text, size_t length, struct errbuf *err);
void sheet_free(struct sheet **sheet);

/* The separator (one of ;, and tab) that the first line of TEXT has most of,
 * outside quotes. */
char sheet_delimiter(const char *text, size_t length);

#endif
