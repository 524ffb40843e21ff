/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_DAYS_H
#define KENTONGAN_CLI_DAYS_H

#include <libpq-fe.h>

#include "cli.h"

/* The days from and to which a verb looks. */
struct days {
	char first[11], last[11]; /* 2026-01-31 */
};

/* From --from, --to or --year; without them the year so far, by the group's
 * calendar. Says what is wrong with them. */
MUSTCHECK int days_read(const struct cli *cli, PGconn *conn, const char *group, struct days *days);

#endif
