/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>

#include "shape.h"
#include "sql.h"

/* Verbs that show what one or more functions of schema api return, as they
 * return it. */

#define PARTS_MAX 3

struct part {
	const char *key; /* in JSON */
	const char *sql;
	const char *empty;
	bool record; /* one row: "heading: value" lines */
};

static json_t *part_json(const struct cli *cli, const struct part *part, const PGresult *result,
			 const struct shape *shape)
{
	if (part->record)
		return output_object(cli, result, 0, shape->columns, shape->count);
	return output_array(cli, result, shape->columns, shape->count);
}

static void part_print(const struct cli *cli, const struct part *part, const PGresult *result,
		       const struct shape *shape, bool first)
{
	if (!first && PQntuples(result) == 0)
		return;
	if (!first)
		putchar('\n');
	if (part->record)
		output_record(cli, result, 0, shape->columns, shape->count);
	else
		output_rows(cli, result, shape->columns, shape->count, part->empty, false);
}

/* Shows the parts that there are; JSON of one part is that part itself. */
static int look(struct cli *cli, const struct part *parts, int n, const char *const *params)
{
	PGconn *conn = NULL;
	json_t *all = json_object();
	int status = sql_connect(cli, &conn);
	for (int i = 0; !status && i < PARTS_MAX && parts[i].sql; i++) {
		PGresult *result;
		struct shape shape;
		status = sql_query(conn, &result, parts[i].sql, n, params);
		if (status)
			break;
		shape_of(result, &shape);
		if (cli->json)
			json_object_set_new(all, parts[i].key,
					    part_json(cli, &parts[i], result, &shape));
		else
			part_print(cli, &parts[i], result, &shape, i == 0);
		shape_free(&shape);
		PQclear(result);
	}
	if (!status && cli->json)
		output_json(parts[1].sql ? json_incref(all)
					 : json_incref(json_object_get(all, parts[0].key)));
	json_decref(all);
	if (conn)
		PQfinish(conn);
	return status;
}

static int check_number(const struct cli *cli, const char *what, const char *text)
{
	int64_t number;
	return cli_int(cli, what, *text == 'P' && text[1] == '-' ? text + 2 : text, 1, 99999,
		       &number);
}

int verb_officer_list(struct cli *cli)
{
	static const struct part parts[PARTS_MAX] = {
	    {"officers", "select * from api.officer_list($1)",
	     "No officers yet: `kentongan officer set GROUP NUMBER OFFICE` names them.", false}};
	return look(cli, parts, 1, (const char *const[]){cli->argv[0]});
}

int verb_group_history(struct cli *cli)
{
	static const struct part parts[PARTS_MAX] = {
	    {"versions", "select * from api.group_versions($1)", "No versions.", false}};
	return look(cli, parts, 1, (const char *const[]){cli->argv[0]});
}

int verb_loan_list(struct cli *cli)
{
	static const struct part parts[PARTS_MAX] = {
	    {"loans", "select * from api.loan_list($1)", "No loans.", false}};
	return look(cli, parts, 1, (const char *const[]){cli->argv[0]});
}

int verb_loan_show(struct cli *cli)
{
	static const struct part parts[PARTS_MAX] = {
	    {"loan", "select * from api.loan_show($1, $2::int)", "", true},
	    {"schedule", "select * from api.loan_schedule($1, $2::int)", "", false},
	    {"payments", "select * from api.loan_payments($1, $2::int)", "", false}};
	const char *number = cli->argv[1];
	int status = check_number(cli, "the loan's number", number);
	if (status)
		return status;
	return look(cli, parts, 2,
		    (const char *const[]){cli->argv[0], *number == 'P' ? number + 2 : number});
}

int verb_period_list(struct cli *cli)
{
	static const struct part parts[PARTS_MAX] = {
	    {"periods", "select * from api.period_list($1)",
	     "No period is closed yet: an officer texts TUTUP BUKU and another one agrees.",
	     false}};
	return look(cli, parts, 1, (const char *const[]){cli->argv[0]});
}

int verb_period_show(struct cli *cli)
{
	static const struct part parts[PARTS_MAX] = {
	    {"period", "select * from api.period_show($1, $2)", "", true},
	    {"shares", "select * from api.period_shares($1, $2)", "", false}};
	return look(cli, parts, 2, (const char *const[]){cli->argv[0], cli->argv[1]});
}

int verb_case_list(struct cli *cli)
{
	static const struct part parts[PARTS_MAX] = {
	    {"cases", "select * from api.case_list($1, $2::boolean)", "No cases.", false}};
	return look(cli, parts, 2,
		    (const char *const[]){cli->argv[0], cli_value(cli, "all") ? "f" : "t"});
}

int verb_case_answer(struct cli *cli)
{
	int status = check_number(cli, "the case's number", cli->argv[1]);
	if (status)
		return status;
	status =
	    sql_once(cli, NULL, "select api.case_answer($1, $2, $3::int, $4)", 4,
		     (const char *const[]){cli_actor(), cli->argv[0], cli->argv[1], cli->argv[2]});
	if (!status)
		puts("Answered; the member is told by SMS.");
	return status;
}
