/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_SCHEMA_INTERNAL_H
#define KENTONGAN_SCHEMA_INTERNAL_H

#include <libpq-fe.h>

#include "kentongan/errors.h"

/* Blocking; what the server says goes to ERR. */
MUSTCHECK int schema_exec(PGconn *conn, const char *sql, struct errbuf *err);
/* *OUT is the caller's to clear; NULL on failure. */
MUSTCHECK int schema_ask(PGresult **out, PGconn *conn, const char *sql, int n,
			 const char *const *params, struct errbuf *err);

#endif
