/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "output.h"
#include "sql.h"

/* Meetings: days and times are those of the group's own clock. */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MEETING_MAX INT64_C(1000000000)

static const struct column list_columns[] = {
    {"id", "No", COLUMN_INT},         {"at", "At", COLUMN_TEXT},
    {"zone", NULL, COLUMN_TEXT},      {"place", "Place", COLUMN_PLAIN},
    {"status", "State", COLUMN_TEXT}, {"called_by", "Called by", COLUMN_TEXT},
    {"coming", "Come", COLUMN_INT},   {"absent", "Don't", COLUMN_INT},
    {"silent", "Silent", COLUMN_INT}, {"reason", "Reason", COLUMN_PLAIN},
};

static const struct column show_columns[] = {
    {"id", "Meeting", COLUMN_INT},
    {"at", "At", COLUMN_TEXT},
    {"zone", "Clock", COLUMN_TEXT},
    {"place", "Place", COLUMN_PLAIN},
    {"status", "State", COLUMN_TEXT},
    {"called_by", "Called by", COLUMN_TEXT},
    {"called_at", "Called", COLUMN_TIME},
    {"reason", "Reason", COLUMN_PLAIN},
    {"coming", "Come", COLUMN_INT},
    {"absent", "Don't come", COLUMN_INT},
    {"silent", "Haven't said", COLUMN_INT},
    {"told_before", "Day before", COLUMN_TIME},
    {"told_morning", "Same day", COLUMN_TIME},
    {"sent", "Messages sent", COLUMN_INT},
    {"waiting", "Waiting", COLUMN_INT},
    {"failed", "Failed", COLUMN_INT},
};

static const struct column answer_columns[] = {
    {"member", "Member", COLUMN_INT},  {"name", "Name", COLUMN_TEXT},
    {"answer", "Answer", COLUMN_TEXT}, {"reason", "Reason", COLUMN_PLAIN},
    {"at", "At", COLUMN_TIME},
};

static int check_meeting(const struct cli *cli, const char *text)
{
	int64_t number;

	return text ? cli_int(cli, "the meeting's number", text, 1, MEETING_MAX, &number) : CLI_OK;
}

int verb_meeting_list(struct cli *cli)
{
	PGresult *result;
	int status =
	    sql_once(cli, &result, "select * from api.meeting_list($1, $2::boolean)", 2,
		     (const char *const[]){cli->argv[0], cli_value(cli, "all") ? "t" : "f"});

	if (status)
		return status;
	output_rows(cli, result, list_columns, COUNT(list_columns),
		    "No meeting ahead: an officer texts UNDANG, or `kentongan meeting call`.",
		    false);
	PQclear(result);
	return CLI_OK;
}

static void show(const struct cli *cli, const PGresult *meeting, const PGresult *answers)
{
	if (cli->json) {
		json_t *all = output_object(cli, meeting, 0, show_columns, COUNT(show_columns));

		json_object_set_new(
		    all, "answers",
		    output_array(cli, answers, answer_columns, COUNT(answer_columns)));
		output_json(all);
		return;
	}
	output_record(cli, meeting, 0, show_columns, COUNT(show_columns));
	putchar('\n');
	output_rows(cli, answers, answer_columns, COUNT(answer_columns), "No members.", false);
}

int verb_meeting_show(struct cli *cli)
{
	const char *params[] = {cli->argv[0], cli->argc > 1 ? cli->argv[1] : NULL};
	PGconn *conn;
	PGresult *meeting, *answers;
	int status = check_meeting(cli, params[1]);

	if (!status)
		status = sql_connect(cli, &conn);
	if (status)
		return status;
	status =
	    sql_query(conn, &meeting, "select * from api.meeting_show($1, $2::bigint)", 2, params);
	if (!status) {
		status = sql_query(conn, &answers,
				   "select * from api.meeting_answers($1, $2::bigint)", 2, params);
		if (!status) {
			show(cli, meeting, answers);
			PQclear(answers);
		}
		PQclear(meeting);
	}
	PQfinish(conn);
	return status;
}

int verb_meeting_call(struct cli *cli)
{
	PGresult *result;
	int status =
	    sql_once(cli, &result, "select * from api.meeting_call($1, $2, $3, $4)", 4,
		     (const char *const[]){cli_actor(), cli->argv[0], cli->argv[1], cli->argv[2]});

	if (status)
		return status;
	printf("Meeting %s is called; %s phones are invited", PQgetvalue(result, 0, 0),
	       PQgetvalue(result, 0, 1));
	if (!PQgetisnull(result, 0, 2))
		printf(" from %s on, when the quiet hours are over", PQgetvalue(result, 0, 2));
	puts(".");
	PQclear(result);
	return CLI_OK;
}

int verb_meeting_cancel(struct cli *cli)
{
	const char *params[] = {cli_actor(), cli->argv[0], cli->argv[1],
				cli->argc > 2 ? cli->argv[2] : ""};
	PGresult *result;
	int status = check_meeting(cli, params[2]);

	if (!status)
		status = sql_once(cli, &result, "select api.meeting_cancel($1, $2, $3::bigint, $4)",
				  4, params);
	if (status)
		return status;
	printf("Cancelled; %s phones are told.\n", PQgetvalue(result, 0, 0));
	PQclear(result);
	return CLI_OK;
}
