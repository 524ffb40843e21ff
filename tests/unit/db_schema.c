/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db_cluster.h"

#include <pthread.h>

#include "kentongan/log.h"
#include "kentongan/schema.h"

/* Files of this test's own, which it changes as a newer program would. The
 * layout is struct sql_file's. */
struct file {
	const char *name, *text;
};
struct file sql_embedded[8];

static const struct file first[] = {
    {"sql/migrations/0001_thing.sql",
     "create schema api;\n"
     "grant select on all tables in schema kentongan to kentongan;\n"
     "create table kentongan.thing (n int);\n"},
    {"sql/functions/thing/count.sql",
     "create or replace function api.things(p_least int) returns bigint language sql\n"
     "return (select count(*) from kentongan.thing where n >= p_least);\n"},
    {NULL, NULL},
};

static void carry(const struct file *files)
{
	size_t n = 0;
	while (files[n].name)
		n++;
	memset(sql_embedded, 0, sizeof sql_embedded);
	memcpy(sql_embedded, files, (n + 1) * sizeof *files);
}

static char names[256];

static void note_step(int step, int steps, const char *name, void *arg)
{
	(void)arg;
	size_t used = strlen(names);
	snprintf(names + used, sizeof names - used, "%d/%d %s;", step, steps, name);
}

static void init_ok(void)
{
	struct errbuf err = {0};
	struct conf *conf = cluster_conf("schema");
	names[0] = '\0';
	if (schema_init(conf, note_step, NULL, &err) != 0)
		fail_msg("%s", err.text);
	conf_free(&conf);
}

static int fresh(void **state)
{
	(void)state;
	PGconn *admin = cluster_admin("postgres");
	cluster_run(admin, "drop database if exists schema with (force)");
	PQfinish(admin);
	carry(first);
	init_ok();
	return 0;
}

static void assert_upgrade_fails(const char *why)
{
	struct errbuf err = {0};
	PGconn *admin = cluster_admin("schema");
	assert_true(schema_upgrade(admin, NULL, NULL, &err) < 0);
	if (!strstr(err.text, why))
		fail_msg("expected \"%s\" in \"%s\"", why, err.text);
	/* The session is as it was. */
	assert_sql(admin, "select current_user", "postgres");
	assert_int_equal(PQtransactionStatus(admin), PQTRANS_IDLE);
	PQfinish(admin);
}

static void init_makes_everything(void **state)
{
	(void)state;
	assert_string_equal(names, "1/2 0001_thing;2/2 functions;");
	PGconn *admin = cluster_admin("schema");
	assert_sql(admin, "select rolcanlogin from pg_roles where rolname = 'kentongan'", "t");
	assert_sql(admin, "select rolcanlogin from pg_roles where rolname = 'kentongan_owner'",
		   "f");
	assert_sql(admin,
		   "select datdba::regrole || ' ' || pg_encoding_to_char(encoding)"
		   " from pg_database where datname = 'schema'",
		   "kentongan_owner UTF8");
	assert_sql(admin, "select tableowner from pg_tables where tablename = 'thing'",
		   "kentongan_owner");
	assert_sql(admin,
		   "select version || name || length(checksum) || applied_by"
		   " from kentongan.schema_version",
		   "10001_thing64postgres");
	assert_sql(admin, "select api.things(1)", "0");

	struct schema_state now;
	struct errbuf err = {0};
	assert_int_equal(schema_state(admin, &now, &err), 0);
	assert_int_equal(now.version, 1);
	assert_true(now.current);
	PQfinish(admin);
}

static void init_again_changes_nothing(void **state)
{
	(void)state;
	init_ok();
	assert_string_equal(names, "");
	PGconn *admin = cluster_admin("schema");
	assert_sql(admin, "select count(*) from kentongan.schema_functions", "1");
	PQfinish(admin);
}

static void an_empty_database_has_version_0(void **state)
{
	(void)state;
	PGconn *admin = cluster_admin("postgres");
	struct schema_state now;
	struct errbuf err = {0};
	assert_int_equal(schema_state(admin, &now, &err), 0);
	assert_int_equal(now.version, 0);
	assert_false(now.current);
	PQfinish(admin);
}

static void an_upgrade_replaces_functions(void **state)
{
	(void)state;
	sql_embedded[2] = sql_embedded[1];
	sql_embedded[1] =
	    (struct file){"sql/migrations/0002_more.sql", "alter table kentongan.thing add m int;"};
	/* Other arguments: the old one must not stay beside it. */
	sql_embedded[2].text = "create function api.things() returns bigint language sql\n"
			       "return (select count(m) from kentongan.thing);";
	init_ok();
	assert_string_equal(names, "1/2 0002_more;2/2 functions;");
	PGconn *admin = cluster_admin("schema");
	assert_sql(admin,
		   "select string_agg(oid::regprocedure::text, ' ') from pg_proc"
		   " where pronamespace = 'api'::regnamespace",
		   "api.things()");
	assert_sql(admin, "select count(*) from kentongan.schema_functions", "2");
	PQfinish(admin);
}

static void a_bad_migration_leaves_nothing(void **state)
{
	(void)state;
	sql_embedded[2] = sql_embedded[1];
	sql_embedded[1] = (struct file){"sql/migrations/0002_bad.sql",
					"create table kentongan.half (n int);\n"
					"-- dua kata … di sini\n"
					"select nothing from kentongan.nowhere;\n"};
	assert_upgrade_fails("migration 0002_bad: line 3: relation");
	PGconn *admin = cluster_admin("schema");
	assert_sql(admin, "select to_regclass('kentongan.half') is null", "t");
	assert_sql(admin, "select max(version) from kentongan.schema_version", "1");
	PQfinish(admin);
}

static void a_migration_may_not_commit(void **state)
{
	(void)state;
	sql_embedded[1] = (struct file){"sql/migrations/0002_bad.sql", "commit;"};
	assert_upgrade_fails("0002_bad: ends its transaction");
}

static void a_bad_function_keeps_the_old_ones(void **state)
{
	(void)state;
	sql_embedded[1].text = "\ncreate function api.broken() retorns int\n"
			       " language sql return 1;";
	assert_upgrade_fails("sql/functions/thing/count.sql: line 2: syntax error");
	PGconn *admin = cluster_admin("schema");
	assert_sql(admin, "select api.things(1)", "0");
	PQfinish(admin);
}

static void a_changed_migration_is_refused(void **state)
{
	(void)state;
	sql_embedded[0].text = "create schema api; -- changed";
	assert_upgrade_fails("0001_thing: was changed after it had been applied");
}

static void a_newer_database_is_refused(void **state)
{
	(void)state;
	PGconn *admin = cluster_admin("schema");
	cluster_run(admin, "insert into kentongan.schema_version (version, name, checksum)"
			   " values (5, 'future', '')");
	PQfinish(admin);
	assert_upgrade_fails("version 5, this program knows only 1: install the newer program");
}

static void a_foreign_database_is_refused(void **state)
{
	(void)state;
	struct errbuf err = {0};
	PGconn *admin = cluster_admin("postgres");
	cluster_run(admin, "create database foreign_one");
	struct conf *conf = cluster_conf("foreign_one");
	assert_true(schema_init(conf, NULL, NULL, &err) < 0);
	assert_non_null(strstr(err.text, "database foreign_one of another owner"));
	conf_free(&conf);
	cluster_run(admin, "drop database foreign_one");
	PQfinish(admin);
}

/* A role that isn't a superuser, as hosting companies hand out. */
static void a_lesser_role_can_init(void **state)
{
	(void)state;
	struct errbuf err = {0};
	PGconn *admin = cluster_admin("postgres");
	cluster_run(admin, "create role lesser login createrole createdb");
	struct conf *conf = cluster_conf("lesser_db");
	char *conninfo = xasprintf("host=%s user=lesser", cluster);
	conf->db_owner_conninfo = conninfo;
	if (schema_init(conf, NULL, NULL, &err) != 0)
		fail_msg("%s", err.text);
	free(conninfo);
	conf_free(&conf);
	cluster_run(admin, "drop database lesser_db");
	cluster_run(admin, "drop role lesser");
	PQfinish(admin);
}

static void *upgrade_in_thread(void *arg)
{
	struct errbuf *err = arg;
	char *conninfo = xasprintf("host=%s user=postgres dbname=schema", cluster);
	PGconn *conn = NULL;
	int rc = db_connect_blocking(&conn, conninfo, "", "test", err);
	if (!rc)
		rc = schema_upgrade(conn, NULL, NULL, err);
	PQfinish(conn);
	free(conninfo);
	return rc ? err : NULL;
}

static void two_upgrades_at_once_are_one(void **state)
{
	(void)state;
	pthread_t threads[4];
	struct errbuf errs[4] = {0};
	sql_embedded[2] = sql_embedded[1];
	sql_embedded[2].text = "create function api.things() returns int language sql return 1;";
	sql_embedded[1] =
	    (struct file){"sql/migrations/0002_once.sql", "create table kentongan.once (n int);"};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, upgrade_in_thread, &errs[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		void *failed = NULL;
		pthread_join(threads[i], &failed);
		if (failed)
			fail_msg("%s", errs[i].text);
	}
	PGconn *admin = cluster_admin("schema");
	assert_sql(admin, "select count(*) from kentongan.schema_version", "2");
	assert_sql(admin, "select count(*) from kentongan.schema_functions", "2");
	PQfinish(admin);
}

static int group_set_up(void **state)
{
	log_open("test");
	log_set_level(LOG_LEVEL_ERROR);
	return cluster_start(state);
}

#define TEST(fn) cmocka_unit_test_setup(fn, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(init_makes_everything),
	    TEST(init_again_changes_nothing),
	    cmocka_unit_test(an_empty_database_has_version_0),
	    TEST(an_upgrade_replaces_functions),
	    TEST(a_bad_migration_leaves_nothing),
	    TEST(a_migration_may_not_commit),
	    TEST(a_bad_function_keeps_the_old_ones),
	    TEST(a_changed_migration_is_refused),
	    TEST(a_newer_database_is_refused),
	    TEST(a_foreign_database_is_refused),
	    TEST(a_lesser_role_can_init),
	    TEST(two_upgrades_at_once_are_one),
	};
	return cmocka_run_group_tests_name("db_schema", tests, group_set_up, cluster_destroy);
}
