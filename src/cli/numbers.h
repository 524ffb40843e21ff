/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_NUMBERS_H
#define KENTONGAN_CLI_NUMBERS_H

#include <libpq-fe.h>

#include "cli.h"

/* A file of telephone numbers for a broadcast: CSV, one a row. With headings
 * (a column hp, phone, msisdn, nomor …) the other columns fill fields of the
 * text, {kota}; without, the first column is the number. Of any length: read
 * and handed over some at a time. Semicolons, commas or tabs, UTF-8. */

/* Gives the numbers of the file at PATH to the draft ID. *COUNT is how many
 * there were, each once. Says what is wrong, with its line, and returns an enum
 * cli_status. */
MUSTCHECK int numbers_load(struct cli *cli, PGconn *conn, const char *id, const char *path,
			   int64_t *count);

#endif
