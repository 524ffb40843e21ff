/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <csv.h>

#include "days.h"
#include "shape.h"
#include "sql.h"

/* What can be exported, and the rows that it consists of: group, first and
 * last day. */
static const struct {
	const char *name;
	const char *sql;
} exports[] = {
    {"members", "select * from api.export_members($1) where $2::date <= $3::date"},
    {"balances", "select * from api.export_balances($1) where $2::date <= $3::date"},
    {"loans", "select * from api.export_loans($1) where $2::date <= $3::date"},
    {"journal", "select * from api.journal($1, $2::date, $3::date)"},
    {"trial-balance", "select * from api.trial_balance($1, $2::date, $3::date)"},
    {"income", "select * from api.income_statement($1, $2::date, $3::date)"},
    {"balance-sheet", "select * from api.balance_sheet($1, $3::date) where $2::date <= $3::date"},
};

/* A spreadsheet takes what begins so for a formula, and somebody else may have
 * written it: an apostrophe makes it text. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

static void write_cell(FILE *out, const char *text, enum column_kind kind)
{
	char *safe = NULL;
	if ((kind == COLUMN_TEXT || kind == COLUMN_PLAIN) && is_formula(text))
		text = safe = xasprintf("'%s", text);
	csv_fwrite(out, text, strlen(text));
	free(safe);
}

static void write_rows(FILE *out, const PGresult *result)
{
	struct shape shape;
	shape_of(result, &shape);
	for (int row = -1; row < PQntuples(result); row++) {
		for (size_t i = 0; i < shape.count; i++) {
			if (i)
				putc(',', out);
			write_cell(out,
				   row < 0 ? shape.columns[i].key : PQgetvalue(result, row, (int)i),
				   row < 0 ? COLUMN_INT : shape.columns[i].kind);
		}
		fputs("\r\n", out);
	}
	shape_free(&shape);
}

static int write_csv(const char *path, const PGresult *result)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		return cli_failed(NULL, "%s: %s", path, strerror(errno));
	write_rows(out, result);
	bool bad = ferror(out) != 0;
	bad |= fclose(out) != 0;
	if (bad)
		return cli_failed(NULL, "%s: %s", path, strerror(errno));
	fprintf(stderr, "Written to %s: %d rows\n", path, PQntuples(result));
	return CLI_OK;
}

static int print_csv(const char *path, const PGresult *result)
{
	if (path)
		return write_csv(path, result);
	write_rows(stdout, result);
	if (fflush(stdout) != 0)
		return cli_failed(NULL, "standard output: %s", strerror(errno));
	return CLI_OK;
}

static const char *find_sql(const char *name)
{
	for (size_t i = 0; i < sizeof exports / sizeof *exports; i++)
		if (strcmp(exports[i].name, name) == 0)
			return exports[i].sql;
	return NULL;
}

int verb_export(struct cli *cli)
{
	const char *sql = find_sql(cli->argv[0]);
	struct days days;
	PGconn *conn;
	PGresult *result;
	if (!sql)
		return cli_usage(cli,
				 "there is no export \"%s\"; there are members, balances, loans, "
				 "journal, trial-balance, income, balance-sheet",
				 cli->argv[0]);
	int status = sql_connect(cli, &conn);
	if (status)
		return status;
	status = days_read(cli, conn, cli->argv[1], &days);
	if (!status)
		status = sql_query(conn, &result, sql, 3,
				   (const char *const[]){cli->argv[1], days.first, days.last});
	if (!status) {
		if (cli->json) {
			struct shape shape;
			shape_of(result, &shape);
			output_rows(cli, result, shape.columns, shape.count, "", false);
			shape_free(&shape);
		} else {
			status = print_csv(cli_value(cli, "output"), result);
		}
		PQclear(result);
	}
	PQfinish(conn);
	return status;
}
