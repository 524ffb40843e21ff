/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_SCHEMA_INTERNAL_H
#define KENTONGAN_SCHEMA_INTERNAL_H

#include <libpq-fe.h>

#include "kentongan/errors.h"

/* The files under sql/, put into the binary by the Makefile: migrations in
 * order, then functions; a NULL name ends them. */
struct sql_file {
	const char *name, *text;
};
extern const struct sql_file sql_embedded[];

/* Blocking; what the server says goes to ERR. */
MUSTCHECK int schema_exec(PGconn *conn, const char *sql, struct errbuf *err);
/* *OUT is the caller's to clear; NULL on failure. */
MUSTCHECK int schema_ask(PGresult **out, PGconn *conn, const char *sql, int n,
			 const char *const *params, struct errbuf *err);

#endif
