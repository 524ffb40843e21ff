/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_IMPORT_H
#define KENTONGAN_CLI_IMPORT_H

/* What the two imports share: headings to columns, cells to values, every
 * mistake with its line, all rows or none. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <libpq-fe.h>

#include "cli.h"
#include "sheet.h"

struct import_column {
	const char *key;   /* ours */
	const char *names; /* what a heading may say: small letters, "|" between */
	bool needed;
};

#define IMPORT_COLUMNS_MAX 12

struct import_problem {
	int line; /* 0: the file as a whole */
	char *text;
};

struct import {
	const struct cli *cli;
	const char *path;
	const struct import_column *columns;
	size_t column_count;
	struct sheet *sheet;
	int place[IMPORT_COLUMNS_MAX]; /* of each column in a row, -1 = not there */
	struct import_problem *problems;
	size_t problem_count;
	json_t *totals; /* what people compare with the paper book */
};

/* One row: reads its cells, adds to totals; problems by import_problem(). */
typedef void import_row_fn(struct import *import, const struct sheet_row *row, void *arg);

void import_problem(struct import *import, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The cell of column KEY in ROW, "" where there is none. */
const char *import_cell(const struct import *import, const struct sheet_row *row, const char *key);
/* Cells as values; where one is wrong that is noted as a problem and 0 or ""
 * comes back. An empty cell is 0. */
int64_t import_number(struct import *import, const struct sheet_row *row, const char *key,
		      int64_t least, int64_t most);
int64_t import_amount(struct import *import, const struct sheet_row *row, const char *key);
/* "1,5" or "1.5 %" → 15 thousandths */
int64_t import_permille(struct import *import, const struct sheet_row *row, const char *key);
/* 2026-05-12, 12/05/2026, 12-5-2026, 12.05.2026 → "2026-05-12" */
void import_date(struct import *import, const struct sheet_row *row, const char *key,
		 char out[static 11]);
/* Adds N to totals.KEY. */
void import_count(struct import *import, const char *key, int64_t n);

/* Runs a whole import: reads cli->argv[1], calls FN for each row, then, where
 * nothing is wrong, STORE within a transaction, which is kept only with
 * --apply and without problems. Reports; returns an enum cli_status. */
MUSTCHECK int import_run(const struct cli *cli, const struct import_column *columns, size_t count,
			 import_row_fn *fn, int (*store)(struct import *, PGconn *, void *),
			 void *arg);

#endif
