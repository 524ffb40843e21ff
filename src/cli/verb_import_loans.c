/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/memory.h"
#include "import.h"
#include "output.h"
#include "sql.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct import_column columns[] = {
    {"number", "number|nomor|no|no.|nomor anggota|no anggota", true},
    {"principal", "principal|pokok|pinjaman|jumlah", true},
    {"remaining", "remaining|sisa|sisa pokok", true},
    {"instalments", "instalments|angsuran|tenor|bulan|kali", true},
    {"interest", "interest|jasa|bunga|jasa %|bunga %", false},
    {"interest_permille", "interest permille|jasa permil", false},
    {"disbursed", "disbursed|tanggal|cair|tanggal cair", true},
};

struct loan {
	int line;
	int64_t number, principal, remaining, instalments, permille;
	char disbursed[11];
};

struct loans {
	struct loan *rows;
	size_t count;
};

static void check_loan(struct import *import, const struct loan *loan)
{
	char today[21];
	clock_iso(clock_wall() + 86400, today); /* it may be tomorrow there already */
	today[10] = '\0';
	if (!loan->principal)
		import_problem(import, loan->line, "principal is missing");
	if (loan->remaining > loan->principal)
		import_problem(import, loan->line,
			       "remaining (%lld) is more than the principal (%lld)",
			       (long long)loan->remaining, (long long)loan->principal);
	if (strcmp(loan->disbursed, today) > 0)
		import_problem(import, loan->line, "disbursed is %s, a day that is yet to come",
			       loan->disbursed);
}

static void read_row(struct import *import, const struct sheet_row *row, void *arg)
{
	struct loans *loans = arg;
	struct loan loan = {
	    .line = row->line,
	    .number = import_number(import, row, "number", 1, 9999),
	    .principal = import_amount(import, row, "principal"),
	    .remaining = import_amount(import, row, "remaining"),
	    .instalments = import_number(import, row, "instalments", 1, 120),
	    .permille = import_permille(import, row, "interest"),
	};
	if (*import_cell(import, row, "interest_permille"))
		loan.permille = import_number(import, row, "interest_permille", 0, 1000);
	import_date(import, row, "disbursed", loan.disbursed);
	check_loan(import, &loan);
	import_count(import, "loans", 1);
	import_count(import, "principal", loan.principal);
	import_count(import, "remaining", loan.remaining);
	loans->rows = xreallocarray(loans->rows, loans->count + 1, sizeof *loans->rows);
	loans->rows[loans->count++] = loan;
}

static int store_loan(struct import *import, PGconn *conn, const struct loan *loan)
{
	const int64_t values[] = {loan->number, loan->principal, loan->remaining, loan->instalments,
				  loan->permille};
	char numbers[COUNT(values)][24];
	const char *params[8] = {cli_actor(), import->cli->argv[0]};
	struct errbuf err = {0};
	for (size_t i = 0; i < COUNT(values); i++) {
		snprintf(numbers[i], sizeof numbers[i], "%lld", (long long)values[i]);
		params[2 + i] = numbers[i];
	}
	params[7] = loan->disbursed;
	int status = sql_query(conn, NULL, "savepoint one", 0, NULL);
	if (status)
		return status;
	if (sql_try(conn, NULL,
		    "select api.import_loan($1, $2, $3::int, $4::bigint, $5::bigint, $6::int, "
		    "$7::int, $8::date)",
		    8, params, &err)) {
		import_problem(import, loan->line, "%s", err.text);
		return sql_query(conn, NULL, "rollback to one", 0, NULL);
	}
	return sql_query(conn, NULL, "release one", 0, NULL);
}

static bool has_problem(const struct import *import, int line)
{
	for (size_t i = 0; i < import->problem_count; i++)
		if (import->problems[i].line == line)
			return true;
	return false;
}

/* Also where some rows are wrong, the others are tried: all mistakes at once. */
static int store(struct import *import, PGconn *conn, void *arg)
{
	const struct loans *loans = arg;
	int status = CLI_OK;
	for (size_t i = 0; !status && i < loans->count; i++) {
		output_progress("loans", (int64_t)i, (int64_t)loans->count);
		if (!has_problem(import, loans->rows[i].line))
			status = store_loan(import, conn, &loans->rows[i]);
	}
	output_progress_end();
	return status;
}

int verb_import_loans(struct cli *cli)
{
	struct loans loans = {0};
	int status = import_run(cli, columns, COUNT(columns), read_row, store, &loans);
	free(loans.rows);
	return status;
}
