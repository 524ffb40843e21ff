/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "kentongan/db.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

#include "schema_internal.h"

#define MIGRATIONS "sql/migrations/"
#define FUNCTIONS "sql/functions/"
#define HASH_SIZE (crypto_hash_sha256_BYTES * 2 + 1)

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* "sql/migrations/0002_people.sql" is version 2, named "0002_people". */
static int version_of(const char *path)
{
	return (int)strtol(path + strlen(MIGRATIONS), NULL, 10);
}

static void name_of(const char *path, char *out, size_t size)
{
	const char *base = strrchr(path, '/') + 1;
	int n = snprintf(out, size, "%.*s", (int)strcspn(base, "."), base);
	if (n < 0 || (size_t)n >= size)
		fatal("the name of %s is too long", path);
}

static void hash_hex(const crypto_hash_sha256_state *state, char out[static HASH_SIZE])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state copy = *state;
	crypto_hash_sha256_final(&copy, hash);
	sodium_bin2hex(out, HASH_SIZE, hash, sizeof hash);
}

static void hash_text(const char *text, char out[static HASH_SIZE])
{
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)text, strlen(text));
	hash_hex(&state, out);
}

int schema_known_version(void)
{
	int version = 0;
	for (size_t i = 0; sql_embedded[i].name; i++)
		if (starts_with(sql_embedded[i].name, MIGRATIONS) &&
		    version_of(sql_embedded[i].name) > version)
			version = version_of(sql_embedded[i].name);
	return version;
}

const char *schema_functions_checksum(void)
{
	static char checksum[HASH_SIZE];
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	for (size_t i = 0; sql_embedded[i].name; i++) {
		const char *parts[] = {sql_embedded[i].name, sql_embedded[i].text};
		/* With their NULs, so that no two sets of files hash alike. */
		for (size_t p = 0; p < 2 && starts_with(sql_embedded[i].name, FUNCTIONS); p++)
			crypto_hash_sha256_update(&state, (const unsigned char *)parts[p],
						  strlen(parts[p]) + 1);
	}
	hash_hex(&state, checksum);
	return checksum;
}

/* --- running SQL, blocking --- */

/* The line of an error in SQL: libpq gives its place in characters. */
static int error_line(const PGresult *result, const char *sql)
{
	const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	long left = position ? strtol(position, NULL, 10) : 0;
	int line = 1;
	for (const char *p = sql; *p && left > 1; p++) {
		line += *p == '\n';
		left -= ((unsigned char)*p & 0xC0) != 0x80;
	}
	return line;
}

static int failed(PGresult *result, PGconn *conn, const char *sql, bool file, struct errbuf *err)
{
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	char position[32] = "";
	if (file && PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION))
		snprintf(position, sizeof position, "line %d: ", error_line(result, sql));
	err_set(err, -EIO, "%s%s%s%s%s", position, message ? message : PQerrorMessage(conn),
		detail ? " (" : "", detail ? detail : "", detail ? ")" : "");
	PQclear(result);
	return -EIO;
}

static bool succeeded(const PGresult *result)
{
	return PQresultStatus(result) == PGRES_COMMAND_OK ||
	       PQresultStatus(result) == PGRES_TUPLES_OK;
}

int schema_exec(PGconn *conn, const char *sql, struct errbuf *err)
{
	PGresult *result = PQexec(conn, sql);
	if (!succeeded(result))
		return failed(result, conn, sql, false, err);
	PQclear(result);
	return 0;
}

int schema_ask(PGresult **out, PGconn *conn, const char *sql, int n, const char *const *params,
	       struct errbuf *err)
{
	*out = PQexecParams(conn, sql, n, NULL, params, NULL, NULL, 0);
	if (succeeded(*out))
		return 0;
	PGresult *result = *out;
	*out = NULL;
	return failed(result, conn, sql, false, err);
}

static int run_file(PGconn *conn, const char *text, struct errbuf *err)
{
	PGresult *result = PQexec(conn, text);
	if (!succeeded(result) && PQresultStatus(result) != PGRES_EMPTY_QUERY)
		return failed(result, conn, text, true, err);
	PQclear(result);
	if (PQtransactionStatus(conn) != PQTRANS_INTRANS)
		return err_set(err, -EINVAL, "ends its transaction, which isn't its own");
	return 0;
}

/* Every step is one transaction under this lock, so that two upgrades at once
 * wait for each other. */
static int begin(PGconn *conn, struct errbuf *err)
{
	return schema_exec(conn, "begin; select pg_advisory_xact_lock(4712, 0)", err);
}

static int end(PGconn *conn, int rc, struct errbuf *err)
{
	if (rc) {
		PQclear(PQexec(conn, "rollback"));
		return rc;
	}
	return schema_exec(conn, "commit", err);
}

/* --- what is there --- */

int schema_state(PGconn *conn, struct schema_state *out, struct errbuf *err)
{
	PGresult *result;
	*out = (struct schema_state){0};
	int rc = schema_ask(&result, conn,
			    "select to_regclass('kentongan.schema_version') is not null as there",
			    0, NULL, err);
	if (rc)
		return rc;
	bool there = db_bool(result, 0, "there");
	PQclear(result);
	if (!there)
		return 0;
	rc = schema_ask(&result, conn,
			"select coalesce((select max(version) from kentongan.schema_version), 0)"
			" as version, (select checksum from kentongan.schema_functions"
			" order by id desc limit 1) as functions",
			0, NULL, err);
	if (rc)
		return rc;
	out->version = (int)db_int(result, 0, "version");
	snprintf(out->functions, sizeof out->functions, "%s", db_text(result, 0, "functions"));
	PQclear(result);
	out->current = out->version == schema_known_version() &&
		       strcmp(out->functions, schema_functions_checksum()) == 0;
	return 0;
}

/* --- the steps of an upgrade --- */

static int bootstrap(PGconn *conn, struct errbuf *err)
{
	int rc = begin(conn, err);
	if (!rc)
		rc = schema_exec(
		    conn,
		    "create schema if not exists kentongan;"
		    "create table if not exists kentongan.schema_version ("
		    " version int primary key, name text not null, checksum text not null,"
		    " applied_at timestamptz not null default clock_timestamp(),"
		    " applied_by text not null default session_user);"
		    "comment on table kentongan.schema_version is"
		    " 'Migrations that were applied, with the checksum of their text';"
		    "create table if not exists kentongan.schema_functions ("
		    " id bigint generated always as identity primary key,"
		    " checksum text not null,"
		    " applied_at timestamptz not null default clock_timestamp(),"
		    " applied_by text not null default session_user);"
		    "comment on table kentongan.schema_functions is"
		    " 'Sets of functions that were applied; the last one holds';",
		    err);
	return end(conn, rc, err);
}

/* *APPLIED where the migration is there already; its text must be the same. */
static int look_up(PGconn *conn, const char *path, const char *checksum, bool *applied,
		   struct errbuf *err)
{
	char version[16];
	snprintf(version, sizeof version, "%d", version_of(path));
	const char *params[] = {version};
	PGresult *result;
	int rc = schema_ask(&result, conn,
			    "select checksum from kentongan.schema_version where version = $1", 1,
			    params, err);
	if (rc)
		return rc;
	*applied = PQntuples(result) == 1;
	if (*applied && strcmp(db_text(result, 0, "checksum"), checksum) != 0)
		rc = err_set(err, -EINVAL,
			     "was changed after it had been applied; install the program whose "
			     "migration it was");
	PQclear(result);
	return rc;
}

static int record(PGconn *conn, const char *path, const char *name, const char *checksum,
		  struct errbuf *err)
{
	char version[16];
	snprintf(version, sizeof version, "%d", version_of(path));
	const char *params[] = {version, name, checksum};
	PGresult *result;
	int rc = schema_ask(&result, conn,
			    "insert into kentongan.schema_version (version, name, checksum) "
			    "values ($1, $2, $3)",
			    3, params, err);
	PQclear(result);
	return rc;
}

struct steps {
	schema_progress_fn *fn;
	void *arg;
	int step, steps;
};

static void announce(struct steps *steps, const char *name)
{
	steps->step++;
	if (steps->fn)
		steps->fn(steps->step, steps->steps, name, steps->arg);
}

static int migrate_one(PGconn *conn, const char *path, const char *text, struct steps *steps,
		       struct errbuf *err)
{
	char name[64], checksum[HASH_SIZE];
	bool applied = false;
	name_of(path, name, sizeof name);
	hash_text(text, checksum);
	int rc = begin(conn, err);
	if (!rc)
		rc = look_up(conn, path, checksum, &applied, err);
	if (!rc && !applied) {
		announce(steps, name);
		rc = run_file(conn, text, err);
		if (!rc)
			rc = record(conn, path, name, checksum, err);
		if (!rc)
			rc = schema_exec(conn, "notify kentongan_schema", err);
	}
	rc = end(conn, rc, err);
	return rc ? err_prefix(err, rc, "migration %s", name) : 0;
}

/* All that nothing depends on (a trigger's function stays): one that changed its
 * arguments, or is no longer wanted, would stay beside its successor otherwise. */
static const char drop_functions[] =
    "do $$ declare routine regprocedure; begin"
    " for routine in select p.oid from pg_catalog.pg_proc p"
    "  where p.pronamespace in (to_regnamespace('api'), to_regnamespace('kentongan'))"
    "   and not exists (select 1 from pg_catalog.pg_depend d"
    "    where d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.refobjid = p.oid) "
    "loop"
    "  execute format('drop routine %s', routine);"
    " end loop; end $$";

static int run_function_files(PGconn *conn, struct errbuf *err)
{
	for (size_t i = 0; sql_embedded[i].name; i++) {
		if (!starts_with(sql_embedded[i].name, FUNCTIONS))
			continue;
		int rc = run_file(conn, sql_embedded[i].text, err);
		if (rc)
			return err_prefix(err, rc, "%s", sql_embedded[i].name);
	}
	return 0;
}

static int replace_functions(PGconn *conn, struct steps *steps, struct errbuf *err)
{
	struct schema_state state = {0};
	const char *params[] = {schema_functions_checksum()};
	PGresult *result = NULL;
	int rc = begin(conn, err);
	if (!rc)
		rc = schema_state(conn, &state, err);
	if (rc || state.current)
		return end(conn, rc, err);

	announce(steps, "functions");
	/* They may call each other in any order. */
	rc = schema_exec(conn, "set local check_function_bodies = off", err);
	if (!rc)
		rc = schema_exec(conn, drop_functions, err);
	if (!rc)
		rc = run_function_files(conn, err);
	if (!rc)
		rc = schema_ask(&result, conn,
				"insert into kentongan.schema_functions (checksum) values ($1)", 1,
				params, err);
	PQclear(result);
	if (!rc)
		rc = schema_exec(conn, "notify kentongan_schema", err);
	return end(conn, rc, err);
}

/* What the migrations create belongs to the owner role, and names without a
 * schema are mistakes. */
static int become_owner(PGconn *conn, struct errbuf *err)
{
	PGresult *result;
	int rc =
	    schema_ask(&result, conn, "select to_regrole('kentongan_owner') is not null as there",
		       0, NULL, err);
	if (rc)
		return rc;
	bool there = db_bool(result, 0, "there");
	PQclear(result);
	if (!there)
		return err_set(err, -ENOENT,
			       "there is no role kentongan_owner: run \"kentongan db init\"");
	return schema_exec(conn,
			   "set role kentongan_owner; set search_path = pg_catalog, pg_temp;"
			   "set client_min_messages = warning; set statement_timeout = 0;"
			   "set lock_timeout = 0",
			   err);
}

static int migrate(PGconn *conn, schema_progress_fn *fn, void *arg, struct errbuf *err)
{
	struct schema_state state;
	int rc = schema_state(conn, &state, err);
	if (rc)
		return rc;
	if (state.version > schema_known_version())
		return err_set(err, -EINVAL,
			       "the database's schema is version %d, this program knows only %d: "
			       "install the newer program",
			       state.version, schema_known_version());
	struct steps steps = {.fn = fn, .arg = arg};
	for (size_t i = 0; sql_embedded[i].name; i++)
		steps.steps += starts_with(sql_embedded[i].name, MIGRATIONS) &&
			       version_of(sql_embedded[i].name) > state.version;
	steps.steps += strcmp(state.functions, schema_functions_checksum()) != 0;

	rc = bootstrap(conn, err);
	for (size_t i = 0; !rc && sql_embedded[i].name; i++)
		if (starts_with(sql_embedded[i].name, MIGRATIONS))
			rc = migrate_one(conn, sql_embedded[i].name, sql_embedded[i].text, &steps,
					 err);
	return rc ? rc : replace_functions(conn, &steps, err);
}

int schema_upgrade(PGconn *conn, schema_progress_fn *fn, void *arg, struct errbuf *err)
{
	int rc = become_owner(conn, err);
	if (!rc)
		rc = migrate(conn, fn, arg, err);
	/* The caller's connection is its own again, whatever happened. */
	PQclear(PQexec(conn, "reset role; reset search_path; reset client_min_messages;"
			     "reset statement_timeout; reset lock_timeout"));
	return rc;
}
