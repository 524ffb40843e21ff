/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>

#include "days.h"
#include "output.h"
#include "page.h"
#include "sql.h"

/* `kentongan report`: a member's statement, a group's books: to read on the
 * terminal, or as a page to print, sign and put into the paper book. */

struct section {
	const char *title;
	const char *sql; /* group, first day, last day, member number */
	const char *nothing;
	bool record;
};

static const struct section member_sections[] = {
    {"Anggota",
     "select number, name, status, joined_on, pokok, wajib, sukarela, loan from "
     "api.member_show($1, $4::int) where $2::date <= $3::date",
     "", true},
    {"Mutasi", "select * from api.member_statement($1, $4::int, $2::date, $3::date)",
     "Tidak ada mutasi.", false},
    {"Pinjaman", "select * from api.member_loans($1, $4::int) where $2::date <= $3::date",
     "Tidak ada pinjaman.", false},
};

static const struct section group_sections[] = {
    {"Neraca", "select * from api.balance_sheet($1, $3::date) where $2::date <= $3::date",
     "Belum ada catatan.", false},
    {"Perhitungan hasil usaha", "select * from api.income_statement($1, $2::date, $3::date)",
     "Belum ada pendapatan.", false},
    {"Neraca saldo", "select * from api.trial_balance($1, $2::date, $3::date)",
     "Belum ada catatan.", false},
    {"Simpanan dan pinjaman anggota",
     "select * from api.export_balances($1) where $2::date <= $3::date", "Belum ada anggota.",
     false},
};

static int print_section(PGconn *conn, struct page *page, const struct section *section,
			 const char *const *params)
{
	PGresult *result;
	/* The number is there for member sections only. */
	int status = sql_query(conn, &result, section->sql, params[3] ? 4 : 3, params);
	if (status)
		return status;
	page_section(page, section->title);
	if (section->record)
		page_record(page, result);
	else
		page_table(page, result, section->nothing);
	PQclear(result);
	return CLI_OK;
}

static int print_report(const struct cli *cli, PGconn *conn, const char *title,
			const struct section *sections, size_t count, const char *const *params)
{
	struct page page;
	char *days = xasprintf("%s s.d. %s", params[1], params[2]);
	int status = page_begin(&page, cli, cli_value(cli, "html"), title, days);
	free(days);
	if (status)
		return status;
	for (size_t i = 0; !status && i < count; i++)
		status = print_section(conn, &page, &sections[i], params);
	int end = page_end(&page);
	return status ? status : end;
}

static int report(struct cli *cli, const char *number, const struct section *sections, size_t count)
{
	PGconn *conn;
	PGresult *group;
	struct days days;
	int status = sql_connect(cli, &conn);
	if (status)
		return status;
	status = days_read(cli, conn, cli->argv[0], &days);
	if (!status)
		status = sql_query(conn, &group, "select name, kind, code from api.group_show($1)",
				   1, (const char *const[]){cli->argv[0]});
	if (!status) {
		char *title =
		    number ? xasprintf("Buku anggota %s, %s", number, PQgetvalue(group, 0, 0))
			   : xasprintf("Laporan %s %s", PQgetvalue(group, 0, 1),
				       PQgetvalue(group, 0, 0));
		const char *const params[] = {cli->argv[0], days.first, days.last, number};
		status = print_report(cli, conn, title, sections, count, params);
		free(title);
		PQclear(group);
	}
	PQfinish(conn);
	return status;
}

int verb_report_member(struct cli *cli)
{
	int64_t number;
	int status = cli_int(cli, "the member number", cli->argv[1], 1, 9999, &number);
	if (status)
		return status;
	return report(cli, cli->argv[1], member_sections,
		      sizeof member_sections / sizeof *member_sections);
}

int verb_report_group(struct cli *cli)
{
	return report(cli, NULL, group_sections, sizeof group_sections / sizeof *group_sections);
}

static const struct column cost_columns[] = {
    {"month", "Month", COLUMN_TEXT},      {"channel", "Modem", COLUMN_TEXT},
    {"messages", "Messages", COLUMN_INT}, {"parts", "Parts", COLUMN_INT},
    {"cost", "Cost", COLUMN_AMOUNT},
};

int verb_report_costs(struct cli *cli)
{
	PGresult *result;
	int64_t months;
	char count[24];
	const char *const params[] = {count};
	int status = cli_value_int(cli, "months", 12, 1, 1200, &months);
	if (status)
		return status;
	snprintf(count, sizeof count, "%lld", (long long)months);
	status = sql_once(cli, &result, "select * from api.costs($1::int)", 1, params);
	if (!status) {
		output_rows(cli, result, cost_columns, sizeof cost_columns / sizeof *cost_columns,
			    "Nothing has been sent yet.", false);
		PQclear(result);
	}
	return status;
}
