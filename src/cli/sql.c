/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sql.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kentongan/db.h"
#include "kentongan/schema.h"

/* --- connecting --- */

/* Value of KEYWORD in a conninfo, "" where it isn't there. */
static const char *conninfo_value(const char *conninfo, const char *keyword, char *out, size_t size)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
	*out = '\0';
	for (const PQconninfoOption *o = options; o && o->keyword; o++)
		if (strcmp(o->keyword, keyword) == 0 && o->val)
			snprintf(out, size, "%s", o->val);
	PQconninfoFree(options);
	return out;
}

const char *sql_hint(const char *conninfo, const char *message)
{
	static char text[256];
	char user[64];
	if (strstr(message, "does not exist"))
		return "`kentongan db init` creates roles and database";
	if (strstr(message, "eer authentication")) {
		snprintf(text, sizeof text,
			 "PostgreSQL lets in only the system's user %s: try `sudo kentongan …` or "
			 "`sudo -u %s kentongan …`",
			 conninfo_value(conninfo, "user", user, sizeof user), user);
		return text;
	}
	if (strstr(message, "password"))
		return "put the password into a file and name it as password_file in section "
		       "database";
	if (strstr(message, "too many") || strstr(message, "remaining connection"))
		return "PostgreSQL has no connection left: raise max_connections or stop what "
		       "else uses it";
	return "start PostgreSQL (`systemctl start postgresql`; where `pg_lsclusters` lists none, "
	       "first `pg_createcluster 15 main`), or mend conninfo in section database of the "
	       "configuration";
}

int sql_as_peer(const char *conninfo, int (*fn)(void *arg), void *arg)
{
	char name[64];
	int rc = fn(arg);
	if (!rc || geteuid() != 0)
		return rc;
	const struct passwd *user = getpwnam(conninfo_value(conninfo, "user", name, sizeof name));
	if (!user || user->pw_uid == 0 || seteuid(user->pw_uid))
		return rc;
	rc = fn(arg);
	if (seteuid(0))
		fatal("can't be root again: %s", strerror(errno));
	return rc;
}

struct connecting {
	PGconn *conn;
	const char *conninfo, *password_file;
	struct errbuf err;
};

static int connect_now(void *arg)
{
	struct connecting *c = arg;
	return db_connect_blocking(&c->conn, c->conninfo, c->password_file, "kentongan cli",
				   &c->err);
}

static int connect_as(PGconn **out, const char *conninfo, const char *password_file,
		      struct errbuf *err)
{
	struct connecting c = {.conninfo = conninfo, .password_file = password_file};
	int rc = sql_as_peer(conninfo, connect_now, &c);
	*out = c.conn;
	*err = c.err;
	return rc ? CLI_FAILED : CLI_OK;
}

static int cant_reach(const char *conninfo, const struct errbuf *err)
{
	return cli_failed(sql_hint(conninfo, err->text), "can't reach the database: %s", err->text);
}

int sql_open(const struct cli *cli, PGconn **out, struct errbuf *err)
{
	return connect_as(out, cli->conf->db_conninfo, cli->conf->db_password_file, err);
}

int sql_connect_owner(const struct cli *cli, PGconn **out)
{
	struct errbuf err;
	/* The password file is the service's. */
	if (connect_as(out, cli->conf->db_owner_conninfo, "", &err))
		return cant_reach(cli->conf->db_owner_conninfo, &err);
	return CLI_OK;
}

static int check_version(PGconn *conn)
{
	struct schema_state state;
	struct errbuf err = {0};
	if (schema_state(conn, &state, &err))
		return cli_failed("`kentongan db init` makes the tables", "%s", err.text);
	if (state.current)
		return CLI_OK;
	if (state.version > schema_known_version())
		return cli_failed("install the newer version of this program",
				  "the database has version %d, this program knows only %d",
				  state.version, schema_known_version());
	return cli_failed("`kentongan db upgrade` brings it up to date",
			  "the database has version %d%s, this program needs %d", state.version,
			  state.version == schema_known_version() ? " with other functions" : "",
			  schema_known_version());
}

/* Who looked at whose affairs. A standby can't take notes. */
static int note_look(const struct cli *cli, PGconn *conn)
{
	char subject[128];
	int n = snprintf(subject, sizeof subject, "%s%s%s", cli->verb->name, cli->argc ? " " : "",
			 cli->argc ? cli->argv[0] : "");
	if (!(cli->verb->flags & VERB_NOTED) || n < 0)
		return CLI_OK;
	const char *const params[] = {cli_actor(), subject, cli->numbers ? "true" : "false"};
	return sql_query(conn, NULL,
			 "select case when not pg_is_in_recovery() then api.audit_note('operator:' "
			 "|| $1, 'look', $2, null, jsonb_build_object('numbers', $3::boolean)) end",
			 3, params);
}

int sql_connect(const struct cli *cli, PGconn **out)
{
	struct errbuf err;
	if (sql_open(cli, out, &err))
		return cant_reach(cli->conf->db_conninfo, &err);
	int status = check_version(*out);
	if (!status)
		status = note_look(cli, *out);
	if (status) {
		PQfinish(*out);
		*out = NULL;
	}
	return status;
}

/* --- asking --- */

/* What PostgreSQL says, in words for somebody who doesn't know PostgreSQL. */
static void explain(const PGresult *result, PGconn *conn, struct errbuf *err, const char **hint)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	*hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	if (!message) {
		*hint = "see whether PostgreSQL runs, then ask again";
		err_set(err, 0, "the connection to the database was lost: %.*s",
			(int)strcspn(PQerrorMessage(conn), "\n"), PQerrorMessage(conn));
	} else if (state && strcmp(state, "23514") == 0) {
		*hint = "values must be in their range";
		err_set(err, 0, "a value isn't allowed (%s)", constraint ? constraint : message);
	} else if (state && strcmp(state, "42501") == 0 && !*hint) {
		*hint = "`kentongan check` examines the rights of the service's role";
		err_set(err, 0, "the database forbids it: %s", message);
	} else if (state && (strcmp(state, "42883") == 0 || strcmp(state, "42P01") == 0)) {
		*hint = "`kentongan db upgrade` brings the database up to date";
		err_set(err, 0, "the database doesn't fit this program: %s", message);
	} else {
		err_set(err, 0, "%s", message);
	}
}

static PGresult *ask(PGconn *conn, const char *sql, int n, const char *const *params)
{
	PGresult *result = PQexecParams(conn, sql, n, NULL, params, NULL, NULL, 0);
	if (!result)
		fatal("out of memory");
	return result;
}

static bool succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

int sql_try(PGconn *conn, PGresult **out, const char *sql, int n, const char *const *params,
	    struct errbuf *err)
{
	const char *hint;
	PGresult *result = ask(conn, sql, n, params);
	bool good = succeeded(result);
	if (!good)
		explain(result, conn, err, &hint);
	if (good && out)
		*out = result;
	else
		PQclear(result);
	return good ? CLI_OK : CLI_FAILED;
}

int sql_query(PGconn *conn, PGresult **out, const char *sql, int n, const char *const *params)
{
	struct errbuf err = {0};
	const char *hint;
	PGresult *result = ask(conn, sql, n, params);
	if (!succeeded(result)) {
		explain(result, conn, &err, &hint);
		cli_failed(hint, "%s", err.text);
		PQclear(result);
		return CLI_FAILED;
	}
	if (out)
		*out = result;
	else
		PQclear(result);
	return CLI_OK;
}

int sql_once(const struct cli *cli, PGresult **out, const char *sql, int n,
	     const char *const *params)
{
	PGconn *conn;
	int status = sql_connect(cli, &conn);
	if (status)
		return status;
	status = sql_query(conn, out, sql, n, params);
	PQfinish(conn);
	return status;
}
