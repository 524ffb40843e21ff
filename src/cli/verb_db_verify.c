/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>

#include "kentongan/memory.h"
#include "kentongan/text.h"
#include "findings.h"
#include "output.h"
#include "sql.h"

/* One look at the books: SQL returns a row for each thing that is wrong. */
struct look {
	const char *about;
	const char *sql;
	void (*tell)(struct findings *findings, const char *about, const PGresult *result, int row);
	const char *good;
};

static const char *cell(const PGresult *result, int row, const char *column)
{
	return PQgetvalue(result, row, PQfnumber(result, column));
}

static int64_t number(const PGresult *result, int row, const char *column)
{
	return strtoll(cell(result, row, column), NULL, 10);
}

static void tell_account(struct findings *findings, const char *about, const PGresult *result,
			 int row)
{
	char balance[32], sum[32];
	const char *member = cell(result, row, "member_number");
	findings_add(findings, FINDING_BAD, about, NULL,
		     "account %s (%s, %s%s%s): balance %s, but its postings sum to %s",
		     cell(result, row, "account_id"), cell(result, row, "group_code"),
		     cell(result, row, "kind"), *member ? " of member " : "", member,
		     amount_format(number(result, row, "balance"), balance),
		     amount_format(number(result, row, "postings"), sum));
}

static void tell_entry(struct findings *findings, const char *about, const PGresult *result,
		       int row)
{
	findings_add(findings, FINDING_BAD, about, NULL,
		     "entry %s doesn't balance: %s postings that sum to %s",
		     cell(result, row, "entry_id"), cell(result, row, "postings"),
		     cell(result, row, "total"));
}

static void tell_posting(struct findings *findings, const char *about, const PGresult *result,
			 int row)
{
	char noted[32], recomputed[32];
	findings_add(findings, FINDING_BAD, about, NULL,
		     "entry %s, line %s: noted balance %s of account %s, recomputed %s",
		     cell(result, row, "entry_id"), cell(result, row, "line"),
		     amount_format(number(result, row, "balance_after"), noted),
		     cell(result, row, "account_id"),
		     amount_format(number(result, row, "recomputed"), recomputed));
}

static void tell_receipts(struct findings *findings, const char *about, const PGresult *result,
			  int row)
{
	findings_add(findings, FINDING_BAD, about, NULL,
		     "member %s of %s: the last receipt is number %s, but %s are kept",
		     cell(result, row, "member_number"), cell(result, row, "group_code"),
		     cell(result, row, "last_number"), cell(result, row, "kept"));
}

static void tell_rule(struct findings *findings, const char *about, const PGresult *result, int row)
{
	const char *found = cell(result, row, "found"), *expected = cell(result, row, "expected");
	findings_add(findings, FINDING_BAD, about, NULL, "%s %s: %s%s%s%s%s",
		     cell(result, row, "group_code"), cell(result, row, "subject"),
		     cell(result, row, "problem"), *found ? ": " : "", found,
		     *expected ? ", should be " : "", expected);
}

static const struct look looks[] = {
    {"accounts", "select * from api.verify_accounts()", tell_account,
     "every balance is the sum of its postings"},
    {"entries", "select * from api.verify_entries()", tell_entry, "every entry balances"},
    {"postings", "select * from api.verify_balances_after()", tell_posting,
     "every noted balance is right"},
    {"receipts", "select * from api.verify_receipts()", tell_receipts,
     "no member's receipts have a gap"},
    {"floors", "select * from api.verify_floors()", tell_rule, "no savings below zero"},
    {"loans", "select * from api.verify_loans()", tell_rule,
     "every loan is what was lent less what was repaid"},
    {"requests", "select * from api.verify_requests()", tell_rule,
     "what was agreed is posted, once, and by others than who gains"},
    {"periods", "select * from api.verify_periods()", tell_rule,
     "every closed year's shares sum to its surplus"},
};
#define LOOKS (sizeof looks / sizeof *looks)

static int look_at(PGconn *conn, struct findings *findings, const struct look *look)
{
	PGresult *result;
	int status = sql_query(conn, &result, look->sql, 0, NULL);
	if (status)
		return status;
	int rows = PQntuples(result);
	for (int row = 0; row < rows && (findings->cli->json || row < FINDINGS_SHOWN); row++)
		look->tell(findings, look->about, result, row);
	if (rows > FINDINGS_SHOWN && !findings->cli->json)
		findings_add(findings, FINDING_BAD, look->about, "--json lists all", "and %d more",
			     rows - FINDINGS_SHOWN);
	if (!rows)
		findings_add(findings, FINDING_GOOD, look->about, NULL, "%s", look->good);
	PQclear(result);
	return CLI_OK;
}

static int look_at_all(PGconn *conn, struct findings *findings, PGresult **size)
{
	/* One picture of it all, while the service goes on working. */
	int status = sql_query(
	    conn, NULL, "begin transaction isolation level repeatable read read only", 0, NULL);
	if (!status)
		status = sql_query(conn, size, "select * from api.ledger_size()", 0, NULL);
	for (size_t i = 0; !status && i < LOOKS; i++) {
		char what[64];
		snprintf(what, sizeof what, "%s among %s postings", looks[i].about,
			 cell(*size, 0, "postings"));
		output_progress(what, (int64_t)i, LOOKS);
		status = look_at(conn, findings, &looks[i]);
	}
	output_progress_end();
	return status;
}

static int report(struct findings *findings, const PGresult *size)
{
	static const struct column columns[] = {{"groups", NULL, COLUMN_INT},
						{"accounts", NULL, COLUMN_INT},
						{"entries", NULL, COLUMN_INT},
						{"postings", NULL, COLUMN_INT}};
	json_t *list = findings_take(findings);
	if (findings->cli->json)
		output_json(json_pack("{s:b, s:o, s:o}", "good", findings->bad == 0, "looked_at",
				      output_object(findings->cli, size, 0, columns, 4), "findings",
				      list));
	else
		json_decref(list);
	if (!findings->cli->json)
		printf("groups %s, accounts %s, entries %s, postings %s: %s\n",
		       cell(size, 0, "groups"), cell(size, 0, "accounts"), cell(size, 0, "entries"),
		       cell(size, 0, "postings"),
		       findings->bad ? "the books are NOT right" : "the books are right");
	if (findings->bad)
		cli_failed("stop the service, keep a copy of the database, and find out who "
			   "changed it: `kentongan audit verify`",
			   "the database was changed past the service");
	return findings->bad ? CLI_FAILED : CLI_OK;
}

int verb_db_verify(struct cli *cli)
{
	struct findings findings;
	PGconn *conn;
	PGresult *size = NULL;
	int status = sql_connect(cli, &conn);
	if (status)
		return status;
	findings_start(&findings, cli);
	status = look_at_all(conn, &findings, &size);
	if (!status)
		status = report(&findings, size);
	json_decref(findings.list);
	PQclear(size);
	PQfinish(conn);
	return status;
}
