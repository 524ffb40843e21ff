/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "kentongan/memory.h"
#include "kentongan/schema.h"
#include "sql.h"

/* What the service's role must not be able to do, and yet can. */
static const char forbidden_rights[] =
    "select string_agg(t.name || ' (' || p.name || ')', ', ' order by t.name, p.name) "
    "from unnest(array['journal_entries', 'postings', 'accounts', 'receipts', 'audit_log', "
    "'audit_chain', 'audit_seals']) as t(name), "
    "unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) as p(name) "
    "where has_table_privilege('kentongan.' || t.name, p.name)";

static const char is_too_mighty[] =
    "select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls, current_user "
    "from pg_roles where rolname = current_user";

static const char disabled_triggers[] =
    "select string_agg(c.relname || '.' || t.tgname, ', ') "
    "from pg_trigger t join pg_class c on c.oid = t.tgrelid "
    "where c.relnamespace = 'kentongan'::regnamespace and t.tgenabled = 'D'";

static const char shifted_clock[] = "select shift::text from kentongan.clock where shift <> '0'";

/* The first column of the first row, malloc'd; "" where there is nothing. */
static char *ask(PGconn *conn, const char *sql, struct errbuf *err)
{
	PGresult *result;
	if (sql_try(conn, &result, sql, 0, NULL, err))
		return NULL;
	char *answer = xstrdup(PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	return answer;
}

/* Bad where SQL's answer isn't EXPECTED. */
static void expect(struct findings *f, PGconn *conn, const char *sql, const char *expected,
		   enum finding otherwise, const char *about, const char *good, const char *bad,
		   const char *next)
{
	struct errbuf err = {0};
	char *answer = ask(conn, sql, &err);
	if (!answer)
		findings_add(f, FINDING_BAD, about, "`kentongan db upgrade`", "%s", err.text);
	else if (strcmp(answer, expected) == 0)
		findings_add(f, FINDING_GOOD, about, NULL, "%s", good);
	else
		findings_add(f, otherwise, about, next, "%s: %s", bad, answer);
	free(answer);
}

static bool check_version(struct findings *f, PGconn *conn)
{
	struct schema_state state;
	struct errbuf err = {0};
	int server = PQserverVersion(conn);
	if (server < 150000)
		findings_add(f, FINDING_BAD, "database", "install PostgreSQL 15 or newer",
			     "PostgreSQL %d is too old", server / 10000);
	if (schema_state(conn, &state, &err)) {
		findings_add(f, FINDING_BAD, "database", "`kentongan db init`", "%s", err.text);
		return false;
	}
	if (!state.version)
		findings_add(f, FINDING_BAD, "database", "`kentongan db init` makes them",
			     "there are no tables yet");
	else if (!state.current)
		findings_add(f, FINDING_BAD, "database",
			     state.version > schema_known_version()
				 ? "install the newer version of this program"
				 : "`kentongan db upgrade`",
			     "has version %d, this program needs %d%s", state.version,
			     schema_known_version(),
			     state.version == schema_known_version() ? " with other functions"
								     : "");
	else
		findings_add(f, FINDING_GOOD, "database", NULL, "PostgreSQL %d, version %d",
			     server / 10000, state.version);
	return state.version > 0;
}

static void check_rights(struct findings *f, PGconn *conn)
{
	expect(f, conn, is_too_mighty, "f", FINDING_BAD, "rights",
	       "the service's role isn't a superuser", "the service's role is too mighty",
	       "connect as a role without SUPERUSER, CREATEROLE and CREATEDB: see conninfo");
	expect(f, conn, forbidden_rights, "", FINDING_BAD, "rights",
	       "the service can't rewrite ledger and audit log",
	       "the service's role may change what it must not",
	       "revoke these rights, or `kentongan db init` with a role of its own");
	expect(f, conn, disabled_triggers, "", FINDING_BAD, "rights",
	       "the guards of ledger and audit log are on", "guards were switched off",
	       "find out who did it; `kentongan db verify` and `kentongan audit verify`");
	expect(f, conn, shifted_clock, "", FINDING_WARNING, "clock",
	       "business time is the server's", "business time is shifted by",
	       "as the owner: update kentongan.clock set shift = '0'");
}

void check_database(struct findings *f, const struct conf *conf)
{
	struct errbuf err = {0};
	PGconn *conn;
	if (sql_open(f->cli, &conn, &err)) {
		findings_add(f, FINDING_BAD, "database", sql_hint(conf->db_conninfo, err.text),
			     "isn't reached: %s", err.text);
		return;
	}
	if (check_version(f, conn))
		check_rights(f, conn);
	PQfinish(conn);
}
