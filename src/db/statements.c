/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db_internal.h"

const struct db_prepared db_statements[] = {
#define STATEMENT(name, params, sql) {#name, params, sql},
#include "kentongan/statements.h"
#undef STATEMENT
};
const size_t db_statement_count = DB_STATEMENT_COUNT;
