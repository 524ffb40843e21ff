/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/text.h"
#include "output.h"
#include "sql.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct column list_columns[] = {
    {"number", "NO", COLUMN_INT},
    {"name", "NAME", COLUMN_TEXT},
    {"short_name", NULL, COLUMN_TEXT},
    {"msisdn", "PHONE", COLUMN_PLAIN},
    {"role", "OFFICE", COLUMN_TEXT},
    {"lang", "LANG", COLUMN_TEXT},
    {"status", "STATUS", COLUMN_TEXT},
    {"blocked", "BLOCKED", COLUMN_BOOL},
    {"pokok", "POKOK", COLUMN_AMOUNT},
    {"wajib", "WAJIB", COLUMN_AMOUNT},
    {"sukarela", "SUKARELA", COLUMN_AMOUNT},
    {"loan", "LOAN", COLUMN_AMOUNT},
    {"receipts", "RECEIPTS", COLUMN_INT},
};

static const struct column show_columns[] = {
    {"number", "Number", COLUMN_INT},
    {"name", "Name", COLUMN_TEXT},
    {"short_name", "In messages", COLUMN_TEXT},
    {"msisdn", "Phone", COLUMN_PLAIN},
    {"phone_since", "Phone since", COLUMN_TIME},
    {"shares_with", "Phone shared with", COLUMN_TEXT},
    {"offices", "Offices", COLUMN_TEXT},
    {"lang", "Language", COLUMN_TEXT},
    {"status", "Status", COLUMN_TEXT},
    {"joined_on", "Joined", COLUMN_TEXT},
    {"blocked_at", "Blocked since", COLUMN_TIME},
    {"blocked_by", "Blocked by", COLUMN_PLAIN},
    {"codes_locked_until", "Codes locked until", COLUMN_TIME},
    {"pokok", "Pokok", COLUMN_AMOUNT},
    {"wajib", "Wajib", COLUMN_AMOUNT},
    {"sukarela", "Sukarela", COLUMN_AMOUNT},
    {"loan", "Loans", COLUMN_AMOUNT},
    {"pending", "Notices waiting", COLUMN_INT},
    {"receipts", "Receipts", COLUMN_INT},
};

static const struct column loan_columns[] = {
    {"number", "P-", COLUMN_INT},
    {"principal", "PRINCIPAL", COLUMN_AMOUNT},
    {"remaining", "REMAINING", COLUMN_AMOUNT},
    {"disbursed_on", "PAID OUT", COLUMN_TEXT},
    {"next", "NEXT", COLUMN_INT},
    {"instalments", "OF", COLUMN_INT},
    {"due_on", "DUE", COLUMN_TEXT},
    {"due_principal", "POKOK", COLUMN_AMOUNT},
    {"due_interest", "JASA", COLUMN_AMOUNT},
    {"fine_due", "FINE", COLUMN_AMOUNT},
};

int verb_member_list(struct cli *cli)
{
	PGresult *result;
	int status = sql_once(cli, &result, "select * from api.member_list($1)", 1,
			      (const char *const[]){cli->argv[0]});
	if (!status) {
		output_rows(cli, result, list_columns, COUNT(list_columns),
			    "No members yet: `kentongan member add` or `kentongan import members` "
			    "brings them.",
			    false);
		PQclear(result);
	}
	return status;
}

static int check_number(const struct cli *cli)
{
	int64_t number;
	return cli_int(cli, "the member number", cli->argv[1], 1, 9999, &number);
}

static void print_member(const struct cli *cli, const PGresult *member, const PGresult *loans)
{
	if (cli->json) {
		json_t *object = output_object(cli, member, 0, show_columns, COUNT(show_columns));
		json_object_set_new(object, "loans",
				    output_array(cli, loans, loan_columns, COUNT(loan_columns)));
		output_json(object);
		return;
	}
	output_record(cli, member, 0, show_columns, COUNT(show_columns));
	if (PQntuples(loans)) {
		putchar('\n');
		output_rows(cli, loans, loan_columns, COUNT(loan_columns), "", false);
	}
}

static int show(struct cli *cli, PGconn *conn, const char *group, const char *number)
{
	const char *const params[] = {group, number};
	PGresult *member, *loans;
	int status =
	    sql_query(conn, &member, "select * from api.member_show($1, $2::int)", 2, params);
	if (status)
		return status;
	status = sql_query(conn, &loans, "select * from api.member_loans($1, $2::int)", 2, params);
	if (!status) {
		print_member(cli, member, loans);
		PQclear(loans);
	}
	PQclear(member);
	return status;
}

int verb_member_show(struct cli *cli)
{
	PGconn *conn;
	int status = check_number(cli);
	if (!status)
		status = sql_connect(cli, &conn);
	if (status)
		return status;
	status = show(cli, conn, cli->argv[0], cli->argv[1]);
	PQfinish(conn);
	return status;
}

/* Runs SQL, whose parameters are actor, group, number and THIRD, FOURTH where
 * not NULL; then shows the member. */
static int change(struct cli *cli, const char *sql, const char *third, const char *fourth)
{
	PGconn *conn;
	int status = sql_connect(cli, &conn);
	if (status)
		return status;
	const char *const params[] = {cli_actor(), cli->argv[0], cli->argv[1], third, fourth};
	status = sql_query(conn, NULL, sql, 3 + !!third + !!fourth, params);
	if (!status)
		status = show(cli, conn, cli->argv[0], cli->argv[1]);
	PQfinish(conn);
	return status;
}

static int check_member_name(const struct cli *cli, const char *name, const char *short_name)
{
	if (!output_width(name) || output_width(name) > 40)
		return cli_usage(cli, "a name has 1 to 40 characters");
	if (short_name && (!output_width(short_name) || output_width(short_name) > 12))
		return cli_usage(cli, "a short name has 1 to 12 characters");
	return CLI_OK;
}

static int add(struct cli *cli, PGconn *conn, const char *msisdn, json_t *settings)
{
	PGresult *result;
	char *text = json_dumps(settings, 0);
	const char *const params[] = {cli_actor(),  cli->argv[0], cli_value(cli, "number"),
				      cli->argv[1], msisdn,       text};
	int status = sql_query(
	    conn, &result, "select api.member_add($1, $2, $3::int, $4, $5, $6::jsonb)", 6, params);
	free(text);
	if (status)
		return status;
	status = show(cli, conn, cli->argv[0], PQgetvalue(result, 0, 0));
	PQclear(result);
	return status;
}

int verb_member_add(struct cli *cli)
{
	char msisdn[MSISDN_MAX] = "";
	const char *phone = cli_value(cli, "phone"), *lang = cli_value(cli, "lang"),
		   *short_name = cli_value(cli, "short-name");
	int64_t number;
	PGconn *conn;
	int status = check_member_name(cli, cli->argv[1], short_name);
	if (!status)
		status = cli_value_int(cli, "number", 0, 1, 9999, &number);
	if (!status)
		status = cli_check_lang(cli, lang);
	if (!status && phone)
		status = cli_msisdn(cli, phone, msisdn, sizeof msisdn);
	if (!status)
		status = sql_connect(cli, &conn);
	if (status)
		return status;
	json_t *settings = json_pack("{s:s*, s:s*}", "lang", lang, "short_name", short_name);
	status = add(cli, conn, msisdn, settings);
	json_decref(settings);
	PQfinish(conn);
	return status;
}

int verb_member_phone(struct cli *cli)
{
	char msisdn[MSISDN_MAX];
	int status = check_number(cli);
	if (!status)
		status = cli_msisdn(cli, cli->argv[2], msisdn, sizeof msisdn);
	if (status)
		return status;
	return change(cli, "select api.member_phone($1, $2, $3::int, $4)", msisdn, NULL);
}

int verb_member_officer(struct cli *cli)
{
	int status = check_number(cli);
	if (status)
		return status;
	return change(cli, "select api.officer_set($1, $2, $3::int, $4, $5::boolean)", cli->argv[2],
		      cli_value(cli, "end") ? "false" : "true");
}

int verb_member_unblock(struct cli *cli)
{
	int status = check_number(cli);
	if (status)
		return status;
	return change(cli, "select api.member_unblock($1, $2, $3::int)", NULL, NULL);
}
