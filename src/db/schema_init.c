/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/db.h"
#include "kentongan/memory.h"

#include "db_internal.h"
#include "schema_internal.h"

static int ask_bool(PGconn *conn, const char *sql, const char *param, bool *out, struct errbuf *err)
{
	PGresult *result;
	int rc = schema_ask(&result, conn, sql, param ? 1 : 0, &param, err);
	if (rc)
		return rc;
	*out = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), "t") == 0;
	PQclear(result);
	return 0;
}

/* Runs SQL unless the question CHECK is answered with yes. */
static int ensure(PGconn *conn, const char *check, const char *param, const char *sql,
		  struct errbuf *err)
{
	bool there;
	int rc = ask_bool(conn, check, param, &there, err);
	return rc || there ? rc : schema_exec(conn, sql, err);
}

/* The password goes over as its SCRAM verifier, so that it is in no log. */
static int set_password(PGconn *conn, const char *file, struct errbuf *err)
{
	char password[256];
	int rc = conf_read_secret(file, password, sizeof password, err);
	if (rc)
		return rc;
	char *verifier = PQencryptPasswordConn(conn, password, "kentongan", "scram-sha-256");
	explicit_bzero(password, sizeof password);
	if (!verifier)
		return err_set(err, -EIO, "%s", PQerrorMessage(conn));
	char *literal = PQescapeLiteral(conn, verifier, strlen(verifier));
	char *sql = xasprintf("alter role kentongan password %s", literal ? literal : "null");
	rc = literal ? schema_exec(conn, sql, err) : err_set(err, -EIO, "%s", PQerrorMessage(conn));
	free(sql);
	PQfreemem(literal);
	PQfreemem(verifier);
	return rc;
}

static int make_roles(PGconn *conn, const struct conf *conf, struct errbuf *err)
{
	static const char role[] = "select to_regrole($1) is not null";
	int rc = ensure(conn, role, "kentongan_owner", "create role kentongan_owner nologin", err);
	if (!rc)
		rc = ensure(conn, role, "kentongan", "create role kentongan login", err);
	/* A superuser may become anybody; others must be let. */
	if (!rc)
		rc = ensure(conn, "select pg_has_role(current_user, 'kentongan_owner', 'member')",
			    NULL, "grant kentongan_owner to current_user", err);
	if (!rc && *conf->db_password_file)
		rc = set_password(conn, conf->db_password_file, err);
	return rc;
}

static int make_database(PGconn *conn, const char *dbname, struct errbuf *err)
{
	char *name = PQescapeIdentifier(conn, dbname, strlen(dbname));
	if (!name)
		return err_set(err, -EINVAL, "%s", PQerrorMessage(conn));
	char *create = xasprintf("create database %s owner kentongan_owner encoding 'UTF8' "
				 "template template0",
				 name);
	char *rights = xasprintf("revoke all on database %s from public;"
				 "grant connect on database %s to kentongan",
				 name, name);
	int rc =
	    ensure(conn, "select true from pg_database where datname = $1", dbname, create, err);
	bool ours = false;
	if (!rc)
		rc = ask_bool(conn,
			      "select datdba = to_regrole('kentongan_owner') from pg_database "
			      "where datname = $1",
			      dbname, &ours, err);
	if (!rc && !ours)
		rc = err_set(err, -EEXIST,
			     "there is a database %s of another owner; choose another dbname, or "
			     "run \"alter database %s owner to kentongan_owner\"",
			     dbname, name);
	if (!rc)
		rc = schema_exec(conn, "set role kentongan_owner", err);
	if (!rc)
		rc = schema_exec(conn, rights, err);
	free(create);
	free(rights);
	PQfreemem(name);
	return rc;
}

static int connect_owner(PGconn **out, const struct conf *conf, const char *dbname,
			 struct errbuf *err)
{
	char *conninfo = conninfo_with_dbname(conf->db_owner_conninfo, dbname);
	if (!conninfo)
		return err_set(err, -EINVAL, "owner_conninfo can't be read");
	/* The password file is the service's, not the owner's. */
	int rc = db_connect_blocking(out, conninfo, "", "kentongan db", err);
	free(conninfo);
	return rc ? err_prefix(err, rc, "as the owner") : 0;
}

int schema_init(const struct conf *conf, schema_progress_fn *fn, void *arg, struct errbuf *err)
{
	PGconn *conn = NULL;
	char *dbname = conninfo_dbname(conf->db_conninfo);
	if (!dbname)
		return err_set(err, -EINVAL,
			       "conninfo doesn't name a database; add dbname=kentongan");
	int rc = connect_owner(&conn, conf, "postgres", err);
	if (!rc)
		rc = make_roles(conn, conf, err);
	if (!rc)
		rc = make_database(conn, dbname, err);
	PQfinish(conn);
	conn = NULL;
	if (!rc)
		rc = connect_owner(&conn, conf, dbname, err);
	if (!rc)
		rc = schema_upgrade(conn, fn, arg, err);
	PQfinish(conn);
	free(dbname);
	return rc;
}
