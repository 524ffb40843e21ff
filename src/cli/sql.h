/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_SQL_H
#define KENTONGAN_CLI_SQL_H

#include <stdbool.h>

#include <libpq-fe.h>

#include "cli.h"

/* Blocking work with the database. Everything here says on standard error
 * what went wrong and what to do next, and returns an enum cli_status. */

/* As the service's role; refuses a database of another version. */
MUSTCHECK int sql_connect(const struct cli *cli, PGconn **out);
/* As the role of db_owner_conninfo, to the database whatever is in it. */
MUSTCHECK int sql_connect_owner(const struct cli *cli, PGconn **out);

/* The same without a word and whatever version the database has. */
MUSTCHECK int sql_open(const struct cli *cli, PGconn **out, struct errbuf *err);

/* The next step for somebody who read MESSAGE when connecting by CONNINFO:
 * static text, or one of a few buffers that are good until the next call. */
const char *sql_hint(const char *conninfo, const char *message);

/* Runs FN; where that fails and we are root, once more as the user of the
 * operating system that CONNINFO names, for PostgreSQL's peer authentication:
 * so `sudo kentongan …` does what the operator means. */
MUSTCHECK int sql_as_peer(const char *conninfo, int (*fn)(void *arg), void *arg);

/* One statement, parameters in text form. *OUT is to be cleared on CLI_OK
 * only. OUT may be NULL. */
MUSTCHECK int sql_query(PGconn *conn, PGresult **out, const char *sql, int n,
			const char *const *params);
/* Connects, asks that one statement and disconnects. */
MUSTCHECK int sql_once(const struct cli *cli, PGresult **out, const char *sql, int n,
		       const char *const *params);
/* sql_query() without a word: for what may fail (rows of an import). The message
 * that a person should read goes to ERR. */
MUSTCHECK int sql_try(PGconn *conn, PGresult **out, const char *sql, int n,
		      const char *const *params, struct errbuf *err);

#endif
