/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>

#include "kentongan/text.h"
#include "output.h"
#include "sql.h"

static const struct column columns[] = {
    {"at", "AT", COLUMN_TIME},         {"direction", "", COLUMN_TEXT},
    {"id", "ID", COLUMN_INT},          {"peer", "NUMBER", COLUMN_PLAIN},
    {"channel", "MODEM", COLUMN_TEXT}, {"state", "STATE", COLUMN_TEXT},
    {"detail", "WHAT", COLUMN_TEXT},   {"body", "TEXT", COLUMN_TEXT},
};

int verb_messages(struct cli *cli)
{
	char msisdn[MSISDN_MAX], limit[24];
	const char *number = cli_value(cli, "number");
	int64_t most;
	PGresult *result;
	int status = cli_value_int(cli, "limit", 50, 1, 100000, &most);
	/* Also senders that aren't numbers have messages: TELKOMSEL. */
	if (!status && number && msisdn_parse(number, cli->conf->country, msisdn) == MSISDN_OK)
		number = msisdn;
	if (status)
		return status;
	snprintf(limit, sizeof limit, "%lld", (long long)most);
	status = sql_once(cli, &result, "select * from api.message_list($1, $2, $3::int)", 3,
			  (const char *const[]){number, cli_value(cli, "group"), limit});
	if (!status) {
		output_rows(cli, result, columns, sizeof columns / sizeof *columns, "No messages.",
			    true);
		PQclear(result);
	}
	return status;
}
