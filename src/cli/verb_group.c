/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "sql.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct column list_columns[] = {
    {"code", "GROUP", COLUMN_TEXT},        {"name", "NAME", COLUMN_TEXT},
    {"kind", "KIND", COLUMN_TEXT},         {"kecamatan", "KECAMATAN", COLUMN_TEXT},
    {"lang", NULL, COLUMN_TEXT},           {"members", "MEMBERS", COLUMN_INT},
    {"savings", "SAVINGS", COLUMN_AMOUNT}, {"loans", "LOANS", COLUMN_AMOUNT},
    {"cash", "CASH+BANK", COLUMN_AMOUNT},  {"pending", "WAITING", COLUMN_INT},
};

static const struct column show_columns[] = {
    {"code", "Group", COLUMN_TEXT},
    {"name", "Name", COLUMN_TEXT},
    {"kind", "Kind", COLUMN_TEXT},
    {"kecamatan", "Kecamatan", COLUMN_TEXT},
    {"lang", "Language", COLUMN_TEXT},
    {"timezone", "Time zone", COLUMN_TEXT},
    {"currency", "Currency", COLUMN_TEXT},
    {"second_officer_above", "Two officers above", COLUMN_AMOUNT},
    {"smallest_amount", "Smallest amount", COLUMN_AMOUNT},
    {"largest_amount", "Largest amount", COLUMN_AMOUNT},
    {"wajib_amount", "Monthly wajib", COLUMN_AMOUNT},
    {"pokok_amount", "Pokok at joining", COLUMN_AMOUNT},
    {"pending_hours", "Hours a notice waits", COLUMN_INT},
    {"case_days", "Days to answer a complaint", COLUMN_INT},
    {"loan_permille", "Loan interest, permille", COLUMN_INT},
    {"loan_method", "Loan interest is", COLUMN_TEXT},
    {"loan_largest", "Largest loan", COLUMN_AMOUNT},
    {"loan_longest", "Longest loan, instalments", COLUMN_INT},
    {"loan_second_above", "Two officers for loans above", COLUMN_AMOUNT},
    {"fine_amount", "Fine for a late instalment", COLUMN_AMOUNT},
    {"fine_grace_days", "Days late that cost nothing", COLUMN_INT},
    {"look_pin", "Looking needs the PIN", COLUMN_BOOL},
    {"quiet", "Quiet hours", COLUMN_TEXT},
    {"broadcasts_a_day", "Broadcasts a day at most", COLUMN_INT},
    {"broadcast_second_above", "Two officers for broadcasts above", COLUMN_INT},
    {"missed_call", "Missed calls get", COLUMN_TEXT},
    {"products", "Savings taken", COLUMN_TEXT},
    {"duties", "Duties", COLUMN_TEXT},
    {"wajib_day", "Reminded of wajib on day", COLUMN_INT},
    {"reminders_off", "Reminders not sent", COLUMN_TEXT},
    {"reminder_words", "Reminders' own words", COLUMN_TEXT},
    {"lesson_series", "Lessons", COLUMN_TEXT},
    {"legal_number", "Legal number", COLUMN_TEXT},
    {"shu_percent", NULL, COLUMN_JSON},
    {"created_at", "Since", COLUMN_TIME},
    {"members", "Members", COLUMN_INT},
    {"savings", "Savings", COLUMN_AMOUNT},
    {"loans", "Loans", COLUMN_AMOUNT},
    {"cash", "Cash and bank", COLUMN_AMOUNT},
    {"pending", "Notices waiting", COLUMN_INT},
    {"officers", NULL, COLUMN_JSON},
};

int verb_group_list(struct cli *cli)
{
	PGresult *result;
	int status = sql_once(cli, &result, "select * from api.group_list()", 0, NULL);
	if (!status) {
		output_rows(cli, result, list_columns, COUNT(list_columns),
			    "No groups yet: `kentongan group add CODE NAME` makes one.", false);
		PQclear(result);
	}
	return status;
}

static void print_officers(const char *text)
{
	json_t *officers = json_loads(text, 0, NULL);
	if (!json_array_size(officers))
		puts("\nNo officers: `kentongan officer set GROUP NUMBER OFFICE` names them.");
	for (size_t i = 0; i < json_array_size(officers); i++) {
		const json_t *officer = json_array_get(officers, i);
		char *name =
		    output_clean(json_string_value(json_object_get(officer, "name")), true);
		printf("%s%-21s %s (%lld)\n", i ? "" : "\n",
		       json_string_value(json_object_get(officer, "role")), name,
		       (long long)json_integer_value(json_object_get(officer, "number")));
		free(name);
	}
	json_decref(officers);
}

int verb_group_show(struct cli *cli)
{
	PGresult *result;
	int status = sql_once(cli, &result, "select * from api.group_show($1)", 1,
			      (const char *const[]){cli->argv[0]});
	if (!status) {
		output_record(cli, result, 0, show_columns, COUNT(show_columns));
		if (!cli->json)
			print_officers(PQgetvalue(result, 0, PQfnumber(result, "officers")));
		PQclear(result);
	}
	return status;
}

/* --- settings --- */

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

int cli_check_lang(const struct cli *cli, const char *text)
{
	static const char *const langs[] = {"id", "en", "jv", "mad"};
	if (!text || is_one_of(text, langs, COUNT(langs)))
		return CLI_OK;
	return cli_usage(cli, "there is no language \"%s\"; there are id, en, jv, mad", text);
}

static void add_text(const struct cli *cli, json_t *settings, const char *option, const char *key)
{
	const char *value = cli_value(cli, option);
	if (value && json_object_set_new(settings, key, json_string(value)))
		fatal("out of memory");
}

static int add_amount(const struct cli *cli, json_t *settings, const char *option, const char *key)
{
	const char *value = cli_value(cli, option);
	int64_t amount;
	if (!value)
		return CLI_OK;
	if (!cli_amount(value, &amount) || amount == 0)
		return cli_usage(cli, "--%s is \"%s\"; write an amount like 25000, 25.000 or 25rb",
				 option, value);
	json_object_set_new(settings, key, json_integer(amount));
	return CLI_OK;
}

static int add_int(const struct cli *cli, json_t *settings, const char *option, const char *key,
		   int64_t most)
{
	int64_t value;
	int status = cli_value_int(cli, option, 0, 0, most, &value);
	if (!status && cli_value(cli, option))
		json_object_set_new(settings, key, json_integer(value));
	return status;
}

static int add_loans(const struct cli *cli, json_t *settings)
{
	static const char *const methods[] = {"flat", "declining"};
	const char *method = cli_value(cli, "loan-method");
	if (method && !is_one_of(method, methods, COUNT(methods)))
		return cli_usage(cli, "there is no method \"%s\"; there are flat and declining",
				 method);
	add_text(cli, settings, "loan-method", "loan_method");
	int status = add_amount(cli, settings, "pokok", "pokok_amount");
	if (!status)
		status = add_amount(cli, settings, "loan-second-above", "loan_second_above");
	if (!status)
		status = add_int(cli, settings, "loan-interest", "loan_permille", 100);
	if (!status)
		status = add_int(cli, settings, "fine", "fine_amount", 10000000);
	if (!status)
		status = add_int(cli, settings, "fine-grace-days", "fine_grace_days", 60);
	if (!status)
		status = add_int(cli, settings, "case-days", "case_days", 60);
	return status;
}

/* --duty lend=ketua,sekretaris; --duty lend=all takes it back. */
static int add_duty(const struct cli *cli, json_t *settings)
{
	const char *value = cli_value(cli, "duty"), *is = value ? strchr(value, '=') : NULL;
	if (!value)
		return CLI_OK;
	if (!is || is == value || !is[1])
		return cli_usage(
		    cli, "--duty is \"%s\"; write it like lend=ketua,sekretaris or lend=all",
		    value);
	json_t *roles = strcmp(is + 1, "all") == 0 ? json_array() : cli_words(is + 1);
	json_t *duties = json_object();
	json_object_setn_new(duties, value, is - value, roles);
	json_object_set_new(settings, "duties", duties);
	return CLI_OK;
}

/* --reminder-off wajib,credit; --reminder-on due_late */
static int add_reminders(const struct cli *cli, json_t *settings)
{
	static const char *const options[] = {"reminder-off", "reminder-on"};
	json_t *reminders = json_object();
	for (size_t i = 0; i < COUNT(options); i++) {
		json_t *kinds = cli_words(cli_value(cli, options[i]));
		for (size_t n = 0; n < json_array_size(kinds); n++)
			json_object_set_new(reminders, json_string_value(json_array_get(kinds, n)),
					    json_boolean(i == 1));
		json_decref(kinds);
	}
	if (json_object_size(reminders))
		json_object_set(settings, "reminders", reminders);
	json_decref(reminders);
	const char *words = cli_value(cli, "reminder-words"), *is = words ? strchr(words, '=') : 0;
	if (words && (!is || is == words))
		return cli_usage(cli,
				 "--reminder-words is \"%s\"; write it like \"wajib=Bu "
				 "{nama}, simpanan wajib {wajib} ditunggu ya\"",
				 words);
	if (words) {
		json_t *wording = json_object();
		json_object_setn_new(wording, words, is - words, json_string(is + 1));
		json_object_set_new(settings, "reminder_words", wording);
	}
	return CLI_OK;
}

/* --quiet 20:00-06:00, as two times of the clock; --quiet none: from 00:00 until 00:00. */
static int add_quiet(const struct cli *cli, json_t *settings)
{
	const char *value = cli_value(cli, "quiet");
	unsigned hour[2] = {0}, minute[2] = {0};
	int end = 0;
	if (!value)
		return CLI_OK;
	if (strcmp(value, "none") != 0 &&
	    (strspn(value, "0123456789:-") != strlen(value) ||
	     sscanf(value, "%2u:%2u-%2u:%2u%n", &hour[0], &minute[0], &hour[1], &minute[1], &end) !=
		 4 ||
	     value[end] || hour[0] > 23 || hour[1] > 23 || minute[0] > 59 || minute[1] > 59 ||
	     (hour[0] == hour[1] && minute[0] == minute[1])))
		return cli_usage(cli, "--quiet is \"%s\"; write it like 20:00-06:00, or none",
				 value);
	static const char *const keys[] = {"quiet_from", "quiet_until"};
	for (size_t i = 0; i < COUNT(keys); i++)
		json_object_set_new(settings, keys[i],
				    json_sprintf("%02u:%02u", hour[i], minute[i]));
	return CLI_OK;
}

static int add_broadcasts(const struct cli *cli, json_t *settings)
{
	int64_t a_day = 0, above = 0;
	int status = add_quiet(cli, settings);
	if (!status)
		status = cli_value_int(cli, "broadcasts-a-day", 0, 1, 50, &a_day);
	if (!status)
		status = cli_value_int(cli, "broadcast-second-above", 0, 1, 1000000, &above);
	if (!status && a_day)
		json_object_set_new(settings, "broadcasts_a_day", json_integer(a_day));
	if (!status && above)
		json_object_set_new(settings, "broadcast_second_above", json_integer(above));
	return status;
}

/* What group add and group set share. */
static int add_common(const struct cli *cli, json_t *settings)
{
	int64_t hours;
	int status = cli_check_lang(cli, cli_value(cli, "lang"));
	if (!status)
		status = cli_value_int(cli, "pending-hours", 0, 1, 720, &hours);
	if (!status && hours)
		json_object_set_new(settings, "pending_hours", json_integer(hours));
	add_text(cli, settings, "lang", "lang");
	add_text(cli, settings, "kecamatan", "kecamatan");
	if (!status)
		status = add_amount(cli, settings, "second-officer-above", "second_officer_above");
	if (!status)
		status = add_amount(cli, settings, "wajib", "wajib_amount");
	if (!status)
		status = add_loans(cli, settings);
	if (!status)
		status = add_duty(cli, settings);
	if (!status)
		status = add_broadcasts(cli, settings);
	add_text(cli, settings, "missed-call", "missed_call");
	if (cli_value(cli, "products"))
		json_object_set_new(settings, "products", cli_words(cli_value(cli, "products")));
	return status;
}

static int check_name(const struct cli *cli, const char *name)
{
	size_t width = output_width(name);
	if (width >= 2 && width <= 20)
		return CLI_OK;
	return cli_usage(cli, "the name \"%s\" has %zu characters; 2 to 20 fit into messages", name,
			 width);
}

static int check_code(const struct cli *cli, const char *code)
{
	size_t length = strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789");
	if (length >= 2 && length <= 12 && !code[length])
		return CLI_OK;
	return cli_usage(cli, "\"%s\" is no code for a group; take 2 to 12 letters and digits",
			 code);
}

static int check_kind(const struct cli *cli, const char *kind)
{
	static const char *const kinds[] = {"kelompok", "pra-koperasi", "koperasi"};
	if (!kind || is_one_of(kind, kinds, COUNT(kinds)))
		return CLI_OK;
	return cli_usage(cli, "there is no kind \"%s\"; there are kelompok, pra-koperasi, koperasi",
			 kind);
}

/* Runs SQL with actor, group, NAME where not NULL, and the settings. */
static int change(struct cli *cli, const char *sql, const char *name, json_t *settings)
{
	PGconn *conn;
	int status = sql_connect(cli, &conn);
	if (status)
		return status;
	char *text = json_dumps(settings, 0);
	const char *params[4] = {cli_actor(), cli->argv[0], name ? name : text, text};
	status = sql_query(conn, NULL, sql, name ? 4 : 3, params);
	free(text);
	PQfinish(conn);
	return status;
}

int verb_group_add(struct cli *cli)
{
	json_t *settings = json_object();
	int status = check_code(cli, cli->argv[0]);
	if (!status)
		status = check_name(cli, cli->argv[1]);
	if (!status)
		status = check_kind(cli, cli_value(cli, "kind"));
	if (!status)
		status = add_common(cli, settings);
	add_text(cli, settings, "kind", "kind");
	add_text(cli, settings, "timezone", "timezone");
	if (!status)
		status = change(cli, "select api.group_add($1, $2, $3, $4::jsonb)", cli->argv[1],
				settings);
	json_decref(settings);
	if (!status)
		status = verb_group_show(cli);
	return status;
}

int verb_group_set(struct cli *cli)
{
	json_t *settings = json_object();
	const char *name = cli_value(cli, "name");
	int status = name ? check_name(cli, name) : CLI_OK;
	if (!status)
		status = add_common(cli, settings);
	add_text(cli, settings, "name", "name");
	if (!status)
		status = add_amount(cli, settings, "smallest", "smallest_amount");
	if (!status)
		status = add_amount(cli, settings, "largest", "largest_amount");
	if (!status)
		status = add_reminders(cli, settings);
	int64_t day = 0;
	if (!status)
		status = cli_value_int(cli, "wajib-day", 0, 1, 28, &day);
	if (day)
		json_object_set_new(settings, "wajib_day", json_integer(day));
	if (!status && !json_object_size(settings))
		status = cli_usage(cli, "nothing to set: name a setting");
	if (!status)
		status = change(cli, "select api.group_set($1, $2, $3::jsonb)", NULL, settings);
	json_decref(settings);
	if (!status)
		status = verb_group_show(cli);
	return status;
}

int verb_group_grade(struct cli *cli)
{
	PGconn *conn;
	int status = check_kind(cli, cli->argv[1]);
	if (!status)
		status = sql_connect(cli, &conn);
	if (status)
		return status;
	status = sql_query(conn, NULL, "select api.group_grade($1, $2, $3, $4)", 4,
			   (const char *const[]){cli_actor(), cli->argv[0], cli->argv[1],
						 cli_value(cli, "legal-number")});
	PQfinish(conn);
	if (!status)
		status = verb_group_show(cli);
	return status;
}
