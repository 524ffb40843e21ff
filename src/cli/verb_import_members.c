/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kentongan/text.h"
#include "import.h"
#include "output.h"
#include "sql.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct import_column columns[] = {
    {"number", "number|nomor|no|no.|nomor anggota|no anggota", true},
    {"name", "name|nama|nama anggota", true},
    {"phone", "phone|msisdn|hp|no hp|nomor hp|telepon|wa", false},
    {"lang", "lang|language|bahasa", false},
    {"role", "role|office|jabatan", false},
    {"pokok", "pokok|simpanan pokok", false},
    {"wajib", "wajib|simpanan wajib", false},
    {"sukarela", "sukarela|simpanan sukarela", false},
};

/* NULL: an office that isn't known; "": none. */
static const char *find_office(const char *text)
{
	static const char *const offices[][2] = {
	    {"bendahara", "treasurer"}, {"ketua", "chair"}, {"sekretaris", "secretary"},
	    {"pengawas", "supervisor"}, {"", "anggota"},    {"", "member"},
	};
	for (size_t i = 0; i < COUNT(offices); i++)
		if (strcasecmp(text, offices[i][0]) == 0 || strcasecmp(text, offices[i][1]) == 0)
			return offices[i][0];
	return NULL;
}

/* An empty cell stands for nothing: the key stays away, in SQL it is null. */
static void set_text(json_t *object, const char *key, const char *text)
{
	if (*text && json_object_set_new(object, key, json_string(text)))
		fatal("out of memory");
}

static void read_phone(struct import *import, const struct sheet_row *row, json_t *object)
{
	char msisdn[MSISDN_MAX];
	const char *text = import_cell(import, row, "phone");
	if (!*text || strcmp(text, "-") == 0) {
		import_count(import, "without phone", 1);
		return;
	}
	if (cli_cell_msisdn(import->cli, text, msisdn))
		set_text(object, "msisdn", msisdn);
	else
		import_problem(import, row->line, "phone is \"%s\"; write it like 081234567890%s",
			       text, strpbrk(text, "eE") ? " (format the column as text)" : "");
}

static void read_who(struct import *import, const struct sheet_row *row, json_t *object)
{
	static const char *const langs[] = {"id", "en", "jv", "mad"};
	const char *name = import_cell(import, row, "name"),
		   *lang = import_cell(import, row, "lang"),
		   *role = import_cell(import, row, "role"), *office = find_office(role);
	bool known = !*lang;
	for (size_t i = 0; i < COUNT(langs); i++)
		known = known || strcmp(lang, langs[i]) == 0;
	if (!*name)
		import_problem(import, row->line, "name is missing");
	else if (output_width(name) > 40)
		import_problem(import, row->line, "the name has %zu characters; 40 are the most",
			       output_width(name));
	if (!known)
		import_problem(import, row->line, "lang is \"%s\"; it must be id, en, jv or mad",
			       lang);
	if (!office)
		import_problem(import, row->line,
			       "role is \"%s\"; it must be bendahara, ketua, sekretaris, pengawas "
			       "or empty",
			       role);
	set_text(object, "name", name);
	set_text(object, "lang", lang);
	if (office && *office) {
		set_text(object, "role", office);
		import_count(import, "officers", 1);
	}
}

/* As people read them: the order of the paper book. */
static void lay_totals(struct import *import)
{
	static const char *const keys[] = {"members",  "without phone",   "on shared phones",
					   "officers", "pokok",           "wajib",
					   "sukarela", "savings together"};
	for (size_t i = 0; i < COUNT(keys); i++)
		import_count(import, keys[i], 0);
}

/* Shared phones are usual, a number copied into the wrong line too. */
static void count_shared(struct import *import, const json_t *rows)
{
	json_t *users = json_object();
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *msisdn = json_string_value(json_object_get(row, "msisdn"));
		if (!msisdn)
			continue;
		json_int_t before = json_integer_value(json_object_get(users, msisdn));
		json_object_set_new(users, msisdn, json_integer(before + 1));
		if (before)
			import_count(import, "on shared phones", before == 1 ? 2 : 1);
	}
	json_decref(users);
}

static void read_row(struct import *import, const struct sheet_row *row, void *arg)
{
	static const char *const products[] = {"pokok", "wajib", "sukarela"};
	json_t *rows = arg, *object = json_object();
	lay_totals(import);
	json_object_set_new(object, "line", json_integer(row->line));
	json_object_set_new(object, "number",
			    json_integer(import_number(import, row, "number", 1, 9999)));
	import_count(import, "members", 1);
	read_who(import, row, object);
	read_phone(import, row, object);
	for (size_t i = 0; i < COUNT(products); i++) {
		int64_t amount = import_amount(import, row, products[i]);
		json_object_set_new(object, products[i], json_integer(amount));
		import_count(import, products[i], amount);
		import_count(import, "savings together", amount);
	}
	if (json_array_append_new(rows, object))
		fatal("out of memory");
}

static const char sql[] = "select line, problem from api.import_members($1, $2, $3::jsonb, "
			  "$4::boolean) order by line";

static int store(struct import *import, PGconn *conn, void *arg)
{
	count_shared(import, arg);
	char *rows = json_dumps(arg, 0);
	const char *params[] = {cli_actor(), import->cli->argv[0], rows, "true"};
	struct errbuf err = {0};
	PGresult *result;
	int status = sql_query(conn, &result, sql, 4, params);
	if (!status) {
		for (int i = 0; i < PQntuples(result); i++) {
			int line = (int)strtol(PQgetvalue(result, i, 0), NULL, 10);
			/* A number that can't be read has been reported. */
			if (!strstr(PQgetvalue(result, i, 1), "number 0 "))
				import_problem(import, line, "%s", PQgetvalue(result, i, 1));
		}
		PQclear(result);
		params[3] = "false";
		if (!import->problem_count && sql_try(conn, NULL, sql, 4, params, &err))
			import_problem(import, 0, "%s", err.text);
	}
	free(rows);
	return status;
}

int verb_import_members(struct cli *cli)
{
	json_t *rows = json_array();
	int status = import_run(cli, columns, COUNT(columns), read_row, store, rows);
	json_decref(rows);
	return status;
}
