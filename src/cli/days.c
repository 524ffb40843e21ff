/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "days.h"

#include <stdio.h>
#include <string.h>

#include "sql.h"

static int check_day(const struct cli *cli, PGconn *conn, const char *option, const char *text,
		     char out[static 11])
{
	struct errbuf err;
	PGresult *result;
	if (!text)
		return CLI_OK;
	/* PostgreSQL knows the calendar. */
	if (strspn(text, "0123456789-") != strlen(text) || strlen(text) != 10 ||
	    sql_try(conn, &result, "select $1::date::text", 1, &text, &err))
		return cli_usage(cli, "--%s is \"%s\"; write a day like 2026-01-31", option, text);
	snprintf(out, 11, "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	return CLI_OK;
}

int days_read(const struct cli *cli, PGconn *conn, const char *group, struct days *days)
{
	PGresult *result;
	int64_t year;
	int status = cli_value_int(cli, "year", 0, 2000, 2999, &year);
	if (!status)
		status = sql_query(conn, &result, "select api.today($1)::text", 1, &group);
	if (status)
		return status;
	snprintf(days->last, sizeof days->last, "%s", PQgetvalue(result, 0, 0));
	snprintf(days->first, sizeof days->first, "%.4s-01-01", days->last);
	PQclear(result);
	if (year) {
		snprintf(days->first, sizeof days->first, "%04d-01-01", (int)year);
		snprintf(days->last, sizeof days->last, "%04d-12-31", (int)year);
	}
	status = check_day(cli, conn, "from", cli_value(cli, "from"), days->first);
	if (!status)
		status = check_day(cli, conn, "to", cli_value(cli, "to"), days->last);
	if (!status && strcmp(days->first, days->last) > 0)
		status = cli_usage(cli, "the first day %s is after the last, %s", days->first,
				   days->last);
	return status;
}
