/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PostgreSQL cluster of its own for the tests of room db. */
#ifndef TESTS_UNIT_DB_CLUSTER_H
#define TESTS_UNIT_DB_CLUSTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kentongan/conf.h"
#include "kentongan/db.h"
#include "kentongan/memory.h"

static char cluster[64];

static void cluster_do(const char *verb)
{
	char *command =
	    xasprintf("PG_FSYNC=off tests/system/pg.sh %s %s >/dev/null", verb, cluster);
	int rc = system(command);
	if (rc != 0)
		fail_msg("\"%s\" ended with %d", command, rc);
	free(command);
}

static int cluster_start(void **state)
{
	(void)state;
	snprintf(cluster, sizeof cluster, "/tmp/kentongan-unit.XXXXXX");
	if (!mkdtemp(cluster))
		return -1;
	cluster_do("start");
	return 0;
}

static int cluster_destroy(void **state)
{
	(void)state;
	cluster_do("destroy");
	return 0;
}

/* A configuration for that cluster, from a real file. */
static struct conf *cluster_conf(const char *dbname)
{
	char path[] = "/tmp/kentongan-unit-conf.XXXXXX";
	struct conf *conf = NULL;
	struct strbuf problems = {0};
	FILE *file = fdopen(mkstemp(path), "w");
	assert_non_null(file);
	fprintf(file,
		"database {\n conninfo = \"host=%s dbname=%s user=kentongan\"\n"
		" owner_conninfo = \"host=%s dbname=%s user=postgres\"\n}\n",
		cluster, dbname, cluster, dbname);
	fclose(file);
	if (conf_load(&conf, path, &problems) != 0)
		fail_msg("%s", problems.text);
	strbuf_free(&problems);
	unlink(path);
	return conf;
}

/* Another session, as the superuser. */
static PGconn *cluster_admin(const char *dbname)
{
	char *conninfo = xasprintf("host=%s user=postgres", cluster);
	char *whole = xasprintf("%s dbname=%s", conninfo, dbname);
	PGconn *conn = NULL;
	struct errbuf err = {0};
	if (db_connect_blocking(&conn, whole, "", "test", &err) != 0)
		fail_msg("%s", err.text);
	free(whole);
	free(conninfo);
	return conn;
}

/* Runs SQL; returns its first value, malloc'd ("" for none). */
static char *cluster_sql(PGconn *conn, const char *sql)
{
	PGresult *result = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(conn));
	char *value = xstrdup(PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	return value;
}

static void cluster_run(PGconn *conn, const char *sql)
{
	free(cluster_sql(conn, sql));
}

static inline void assert_sql(PGconn *conn, const char *sql, const char *expected)
{
	char *value = cluster_sql(conn, sql);
	assert_string_equal(value, expected);
	free(value);
}

#endif
