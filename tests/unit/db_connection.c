/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db_cluster.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/loop.h"
#include "kentongan/schema.h"

#include "../../src/db/db_internal.h"
#include "../../src/db/schema_internal.h"

/* Statements and schema of this test's own, in place of the real ones. */
enum { ECHO, DIVIDE, BIG, NAP, INSERT, COUNT_ROWS };

const struct db_prepared db_statements[] = {
    {"ECHO", 1, "select $1::text as value"},
    {"DIVIDE", 1, "select 1 / $1::int as value"},
    {"BIG", 1, "select repeat('x', $1::int) as value"},
    {"NAP", 1, "select pg_sleep($1::float)::text as value"},
    {"INSERT", 1, "insert into kentongan.thing values ($1::int)"},
    {"COUNT_ROWS", 0, "select count(*) as value from kentongan.thing"},
};
const size_t db_statement_count = sizeof db_statements / sizeof *db_statements;

const struct sql_file sql_embedded[] = {
    {"sql/migrations/0001_thing.sql",
     "create schema api;\n"
     "grant usage on schema kentongan, api to kentongan;\n"
     "grant select on all tables in schema kentongan to kentongan;\n"
     "create table kentongan.thing (n int);\n"
     "grant select, insert on kentongan.thing to kentongan;\n"
     "create function kentongan.odd() returns trigger language plpgsql as $$\n"
     "begin if new.n % 2 = 1 then raise exception 'odd'; end if; return null; end $$;\n"
     "create constraint trigger odd after insert on kentongan.thing\n"
     " deferrable initially deferred for each row execute function kentongan.odd();\n"},
    {NULL, NULL},
};

/* --- one fixture for all: a loop, a connection, a notebook of answers --- */

#define ANSWERS_MAX 600

struct fixture {
	struct loop *loop;
	struct conf *conf;
	struct db *db;
	PGconn *admin;
	struct timer *tick;
	int ups, downs;
	int answers; /* how many came */
	struct {
		enum db_outcome outcome;
		char sqlstate[6];
		char value[32];
		size_t length;
		int order; /* as which one it came */
	} answer[ANSWERS_MAX];
	char notified[64];
};
static struct fixture f;

static void on_tick(void *arg)
{
	(void)arg;
	timer_set(f.tick, 5);
}

static void on_state(bool up, void *arg)
{
	(void)arg;
	*(up ? &f.ups : &f.downs) += 1;
	assert_int_equal(db_is_up(f.db), up);
}

/* Turns the loop until the condition holds; fails after 15 s. */
#define WAIT_FOR(condition)                                                                        \
	do {                                                                                       \
		int64_t end_ms = clock_mono_ms() + 15000;                                          \
		while (!(condition)) {                                                             \
			event_base_loop(loop_base(f.loop), EVLOOP_ONCE);                           \
			if (clock_mono_ms() > end_ms)                                              \
				fail_msg("never came true: %s (trouble: %s)", #condition,          \
					 db_trouble(f.db, NULL));                                  \
		}                                                                                  \
	} while (0)

static void make(const char *conninfo)
{
	f = (struct fixture){.loop = loop_new(), .conf = cluster_conf("unit")};
	if (conninfo)
		f.conf->db_conninfo = conninfo;
	f.tick = timer_new(f.loop, on_tick, NULL);
	timer_set(f.tick, 5);
	f.db = db_new(f.loop, f.conf, "kentongan test");
	db_on_state(f.db, on_state, NULL);
}

static int set_up(void **state)
{
	(void)state;
	db_times = (struct db_times){
	    .connect = 3000, .answer = 20000, .retry_min = 20, .retry_max = 100, .refused = 50};
	make(NULL);
	f.admin = cluster_admin("unit");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	db_free(&f.db);
	assert_null(f.db);
	timer_free(&f.tick);
	PQfinish(f.admin);
	conf_free(&f.conf);
	loop_free(&f.loop);
	return 0;
}

static void on_answer(const struct db_reply *reply, void *arg)
{
	size_t i = (size_t)(uintptr_t)arg;
	assert_true(i < ANSWERS_MAX);
	assert_int_equal(f.answer[i].order, 0); /* called once */
	f.answer[i].order = ++f.answers;
	f.answer[i].outcome = reply->outcome;
	snprintf(f.answer[i].sqlstate, sizeof f.answer[i].sqlstate, "%s", reply->sqlstate);
	assert_int_equal(reply->outcome == DB_DONE, reply->result != NULL);
	if (!reply->result || PQntuples(reply->result) == 0)
		return;
	const char *value = db_text(reply->result, 0, "value");
	snprintf(f.answer[i].value, sizeof f.answer[i].value, "%.31s", value);
	f.answer[i].length = strlen(value);
}

static int ask_n(int statement, const char *param, size_t slot)
{
	const char *params[] = {param};
	return db_query(f.db, (enum db_statement)statement, param ? 1 : 0, params, on_answer,
			(void *)(uintptr_t)slot);
}

static void ask(int statement, const char *param, size_t slot)
{
	assert_int_equal(ask_n(statement, param, slot), 0);
}

static void kill_backends(void)
{
	cluster_run(f.admin, "select pg_terminate_backend(pid) from pg_stat_activity "
			     "where application_name = 'kentongan test'");
}

static bool backend_is_napping(void)
{
	char *n = cluster_sql(f.admin, "select count(*) from pg_stat_activity where "
				       "application_name = 'kentongan test' and "
				       "wait_event = 'PgSleep'");
	bool napping = strcmp(n, "1") == 0;
	free(n);
	return napping;
}

/* --- answers --- */

static void answers_come_in_order(void **state)
{
	(void)state;
	char text[16];
	WAIT_FOR(db_is_up(f.db));
	assert_string_equal(db_trouble(f.db, NULL), "");
	for (size_t i = 0; i < 200; i++) {
		snprintf(text, sizeof text, "%zu", i);
		ask(ECHO, text, i);
	}
	assert_int_equal(db_pending(f.db), 200);
	WAIT_FOR(f.answers == 200);
	for (size_t i = 0; i < 200; i++) {
		snprintf(text, sizeof text, "%zu", i);
		assert_int_equal(f.answer[i].order, (int)i + 1);
		assert_int_equal(f.answer[i].outcome, DB_DONE);
		assert_string_equal(f.answer[i].value, text);
	}
	assert_int_equal(db_pending(f.db), 0);
}

static void big_things_pass(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	char *big = xmalloc(3000001);
	memset(big, 'y', 3000000);
	big[3000000] = '\0';
	ask(BIG, "5000000", 0);
	ask(ECHO, big, 1);
	ask(ECHO, "after", 2);
	free(big); /* it was copied */
	WAIT_FOR(f.answers == 3);
	assert_int_equal(f.answer[0].length, 5000000);
	assert_int_equal(f.answer[1].length, 3000000);
	assert_string_equal(f.answer[2].value, "after");
}

static void null_goes_and_comes(void **state)
{
	(void)state;
	const char *params[] = {NULL};
	WAIT_FOR(db_is_up(f.db));
	assert_int_equal(db_query(f.db, (enum db_statement)ECHO, 1, params, on_answer, NULL), 0);
	WAIT_FOR(f.answers == 1);
	assert_int_equal(f.answer[0].outcome, DB_DONE);
	assert_string_equal(f.answer[0].value, "");
}

static void an_error_is_that_request_s_alone(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	ask(ECHO, "before", 0);
	ask(DIVIDE, "0", 1);
	ask(ECHO, "after", 2);
	WAIT_FOR(f.answers == 3);
	assert_int_equal(f.answer[0].outcome, DB_DONE);
	assert_int_equal(f.answer[1].outcome, DB_FAILED);
	assert_string_equal(f.answer[1].sqlstate, "22012");
	assert_int_equal(f.answer[2].outcome, DB_DONE);
	assert_string_equal(f.answer[2].value, "after");
	assert_true(db_is_up(f.db));
}

/* The deferred trigger raises at the commit, when the INSERT's own result has
 * been sent already. */
static void an_error_at_the_commit_counts(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	cluster_run(f.admin, "truncate kentongan.thing");
	ask(INSERT, "2", 0);
	ask(INSERT, "3", 1);
	ask(INSERT, "4", 2);
	ask(COUNT_ROWS, NULL, 3);
	WAIT_FOR(f.answers == 4);
	assert_int_equal(f.answer[0].outcome, DB_DONE);
	assert_int_equal(f.answer[1].outcome, DB_FAILED);
	assert_string_equal(f.answer[1].sqlstate, "P0001");
	assert_int_equal(f.answer[2].outcome, DB_DONE);
	assert_string_equal(f.answer[3].value, "2");
}

static void the_queue_has_a_bound(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	ask(NAP, "0.2", 0);
	for (size_t i = 1; i < DB_QUEUE_MAX; i++)
		ask(ECHO, "x", i);
	assert_int_equal(ask_n(ECHO, "x", DB_QUEUE_MAX), -ENOBUFS);
	WAIT_FOR(f.answers == DB_QUEUE_MAX);
	assert_int_equal(f.answer[DB_QUEUE_MAX].order, 0);
	ask(ECHO, "again", DB_QUEUE_MAX + 1);
	WAIT_FOR(f.answers == DB_QUEUE_MAX + 1);
}

static void ask_again(const struct db_reply *reply, void *arg)
{
	(void)arg;
	assert_int_equal(reply->outcome, DB_DONE);
	ask(ECHO, "second", 1);
}

static void a_callback_may_ask(void **state)
{
	(void)state;
	const char *params[] = {"first"};
	WAIT_FOR(db_is_up(f.db));
	assert_int_equal(db_query(f.db, (enum db_statement)ECHO, 1, params, ask_again, NULL), 0);
	WAIT_FOR(f.answers == 1);
	assert_string_equal(f.answer[1].value, "second");
}

/* --- loss --- */

static void what_was_sent_is_uncertain(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	ask(NAP, "30", 0);
	ask(ECHO, "behind", 1);
	WAIT_FOR(backend_is_napping());
	kill_backends();
	WAIT_FOR(f.answers == 2);
	assert_int_equal(f.answer[0].outcome, DB_UNCERTAIN);
	assert_int_equal(f.answer[1].outcome, DB_UNCERTAIN);
	assert_int_equal(f.downs, 1);
	assert_int_equal(ask_n(ECHO, "down", 2), -EAGAIN);
	assert_string_not_equal(db_trouble(f.db, NULL), "");

	WAIT_FOR(f.ups == 2);
	ask(ECHO, "back", 3);
	WAIT_FOR(f.answers == 3);
	assert_string_equal(f.answer[3].value, "back");
}

static void what_never_left_is_not_sent(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	ask(NAP, "30", 0);
	WAIT_FOR(backend_is_napping());
	/* The sleeper doesn't read, so this one fills the socket … */
	char *big = xmalloc(8000001);
	memset(big, 'z', 8000000);
	big[8000000] = '\0';
	ask(ECHO, big, 1);
	free(big);
	/* … and these two stay with us. */
	ask(ECHO, "kept", 2);
	ask(ECHO, "kept", 3);
	kill_backends();
	WAIT_FOR(f.answers == 4);
	assert_int_equal(f.answer[0].outcome, DB_UNCERTAIN);
	assert_int_equal(f.answer[1].outcome, DB_UNCERTAIN);
	assert_int_equal(f.answer[2].outcome, DB_NOT_SENT);
	assert_int_equal(f.answer[3].outcome, DB_NOT_SENT);
	WAIT_FOR(db_is_up(f.db));
}

static void held_requests_go_out_later(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	ask(NAP, "0.3", 0);
	WAIT_FOR(backend_is_napping());
	char *big = xmalloc(8000001);
	memset(big, 'z', 8000000);
	big[8000000] = '\0';
	ask(ECHO, big, 1);
	ask(ECHO, "kept", 2);
	ask(ECHO, big, 3);
	free(big);
	ask(ECHO, "last", 4);
	WAIT_FOR(f.answers == 5);
	assert_int_equal(f.answer[1].length, 8000000);
	assert_string_equal(f.answer[2].value, "kept");
	assert_int_equal(f.answer[3].length, 8000000);
	assert_string_equal(f.answer[4].value, "last");
	assert_int_equal(f.answer[4].order, 5);
}

static void silence_is_loss(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	db_times.answer = 200;
	ask(NAP, "30", 0);
	WAIT_FOR(f.answers == 1);
	assert_int_equal(f.answer[0].outcome, DB_UNCERTAIN);
	assert_non_null(strstr(db_trouble(f.db, NULL), "didn't answer"));
	kill_backends(); /* the sleeper would sleep on */
	WAIT_FOR(f.ups == 2);
}

static void freeing_ends_every_request(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	ask(NAP, "30", 0);
	ask(ECHO, "x", 1);
	db_free(&f.db);
	assert_int_equal(f.answers, 2);
	assert_int_equal(f.answer[1].outcome, DB_UNCERTAIN);
	kill_backends();
}

static void the_server_goes_and_returns(void **state)
{
	(void)state;
	int64_t since = 0;
	WAIT_FOR(db_is_up(f.db));
	PQfinish(f.admin);
	f.admin = NULL;
	cluster_do("stop");
	WAIT_FOR(!db_is_up(f.db));
	/* Long enough for attempts to fail. */
	WAIT_FOR(strstr(db_trouble(f.db, &since), "can't be reached") != NULL);
	assert_true(since > 0 && since <= clock_wall());
	assert_int_equal(ask_n(ECHO, "x", 0), -EAGAIN);
	cluster_do("start");
	WAIT_FOR(f.ups == 2);
	f.admin = cluster_admin("unit");
	ask(ECHO, "x", 1);
	WAIT_FOR(f.answers == 1);
}

/* --- notifications --- */

static void on_notify(const char *payload, void *arg)
{
	assert_ptr_equal(arg, &f);
	snprintf(f.notified, sizeof f.notified, "%s", payload);
}

static void notifications_arrive(void **state)
{
	(void)state;
	db_listen(f.db, "early", on_notify, &f);
	WAIT_FOR(db_is_up(f.db));
	db_listen(f.db, "late", on_notify, &f);
	cluster_run(f.admin, "notify early, 'one'");
	WAIT_FOR(strcmp(f.notified, "one") == 0);
	WAIT_FOR(db_pending(f.db) == 0);
	cluster_run(f.admin, "notify late, 'two'");
	WAIT_FOR(strcmp(f.notified, "two") == 0);

	kill_backends();
	WAIT_FOR(f.ups == 2);
	cluster_run(f.admin, "notify late, 'three'");
	WAIT_FOR(strcmp(f.notified, "three") == 0);
}

/* --- a database that isn't ours --- */

static void an_older_schema_is_refused(void **state)
{
	(void)state;
	WAIT_FOR(db_is_up(f.db));
	cluster_run(f.admin, "update kentongan.schema_version set version = 0; "
			     "notify kentongan_schema");
	WAIT_FOR(strcmp(db_trouble(f.db, NULL),
			"the database's schema is version 0, this program needs 1: "
			"run \"kentongan db upgrade\"") == 0);
	assert_false(db_is_up(f.db));
	cluster_run(f.admin, "update kentongan.schema_version set version = 1");
	WAIT_FOR(f.ups == 2);
}

static void a_newer_schema_is_refused(void **state)
{
	(void)state;
	cluster_run(f.admin, "insert into kentongan.schema_version (version, name, checksum) "
			     "values (7, 'future', '')");
	WAIT_FOR(strstr(db_trouble(f.db, NULL), "version 7, this program knows only 1") != NULL);
	cluster_run(f.admin, "delete from kentongan.schema_version where version = 7");
	WAIT_FOR(db_is_up(f.db));
}

static void other_functions_are_refused(void **state)
{
	(void)state;
	cluster_run(f.admin, "insert into kentongan.schema_functions (checksum) values ('other')");
	WAIT_FOR(strstr(db_trouble(f.db, NULL), "functions are not this program's") != NULL);
	assert_int_equal(f.ups, 0);
	cluster_run(f.admin, "delete from kentongan.schema_functions where checksum = 'other'");
	WAIT_FOR(db_is_up(f.db));
}

static void an_empty_database_is_refused(void **state)
{
	tear_down(state);
	char *conninfo = xasprintf("host=%s dbname=postgres user=kentongan", cluster);
	make(conninfo);
	WAIT_FOR(strstr(db_trouble(f.db, NULL), "\"kentongan db init\"") != NULL);
	assert_int_equal(f.ups, 0);
	/* conf borrows it until tear_down */
	f.conf->db_conninfo = "";
	free(conninfo);
}

/* --- hosts --- */

/* A server that takes the connection and says nothing. */
static int mute_server(const char *dir)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", dir);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 5), 0);
	return fd;
}

static void a_mute_host_doesn_t_hide_the_next(void **state)
{
	tear_down(state);
	char dir[] = "/tmp/kentongan-mute.XXXXXX", path[64];
	assert_non_null(mkdtemp(dir));
	int fd = mute_server(dir);
	char *conninfo = xasprintf("host=%s,%s dbname=unit user=kentongan", dir, cluster);
	db_times.connect = 1000;
	make(conninfo);
	WAIT_FOR(strstr(db_trouble(f.db, NULL), "no answer within 1 seconds") != NULL);
	WAIT_FOR(db_is_up(f.db));
	db_free(&f.db);
	f.conf->db_conninfo = "";
	free(conninfo);
	close(fd);
	snprintf(path, sizeof path, "%s/.s.PGSQL.5432", dir);
	unlink(path);
	rmdir(dir);
}

/* --- values --- */

static void bytes_become_hex(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	assert_string_equal(db_bytea(arena, "\x00\xff\x10z", 4), "\\x00ff107a");
	assert_string_equal(db_bytea(arena, "", 0), "\\x");
	arena_free(&arena);
}

static int group_set_up(void **state)
{
	struct errbuf err = {0};
	if (cluster_start(state) != 0)
		return -1;
	log_open("test");
	log_set_level(LOG_LEVEL_ERROR);
	struct conf *conf = cluster_conf("unit");
	if (schema_init(conf, NULL, NULL, &err) != 0)
		fail_msg("%s", err.text);
	conf_free(&conf);
	return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(answers_come_in_order),
	    TEST(big_things_pass),
	    TEST(null_goes_and_comes),
	    TEST(an_error_is_that_request_s_alone),
	    TEST(an_error_at_the_commit_counts),
	    TEST(the_queue_has_a_bound),
	    TEST(a_callback_may_ask),
	    TEST(what_was_sent_is_uncertain),
	    TEST(what_never_left_is_not_sent),
	    TEST(held_requests_go_out_later),
	    TEST(silence_is_loss),
	    TEST(freeing_ends_every_request),
	    TEST(the_server_goes_and_returns),
	    TEST(notifications_arrive),
	    TEST(an_older_schema_is_refused),
	    TEST(a_newer_schema_is_refused),
	    TEST(other_functions_are_refused),
	    TEST(an_empty_database_is_refused),
	    TEST(a_mute_host_doesn_t_hide_the_next),
	    cmocka_unit_test(bytes_become_hex),
	};
	return cmocka_run_group_tests_name("db_connection", tests, group_set_up, cluster_destroy);
}
