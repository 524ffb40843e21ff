/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_SCHEMA_H
#define KENTONGAN_SCHEMA_H

#include <stdbool.h>

#include <libpq-fe.h>

#include "kentongan/conf.h"
#include "kentongan/errors.h"

/* Migrations and functions, embedded in the binary at build. Each migration
 * runs whole, in one transaction with its row in kentongan.schema_version,
 * under an advisory lock; then the functions (all of sql/functions) are
 * replaced when their common checksum differs. Blocking. */

/* Newest migration that this binary carries. */
int schema_known_version(void);
/* Checksum of the functions that this binary carries (hex SHA-256). */
const char *schema_functions_checksum(void);

struct schema_state {
	int version;        /* 0 = empty database */
	char functions[65]; /* checksum applied */
	bool current;       /* nothing to do */
};
MUSTCHECK int schema_state(PGconn *conn, struct schema_state *out, struct errbuf *err);

/* Called before each step, for progress ("0002_outbox"). */
typedef void schema_progress_fn(int step, int steps, const char *name, void *arg);

/* CONN is the owner's. Refuses a database that is newer than this binary and
 * a migration whose checksum differs from the one that was applied. */
MUSTCHECK int schema_upgrade(PGconn *conn, schema_progress_fn *fn, void *arg, struct errbuf *err);

/* Creates roles and database where missing (connection with CREATEROLE and
 * CREATEDB, see conf->db_owner_conninfo), then upgrades. */
MUSTCHECK int schema_init(const struct conf *conf, schema_progress_fn *fn, void *arg,
			  struct errbuf *err);

#endif
