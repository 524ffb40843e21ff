/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"
#include "kentongan/schema.h"

#include "db_internal.h"

#define HANDLERS_MAX 32
#define CHANNELS_MAX 32

_Static_assert((int)DB_STATEMENT_COUNT + 2 * CHANNELS_MAX + 1 + DB_QUEUE_MAX <= RING_SIZE,
	       "room for our own requests beside the callers'");

struct db_times db_times = {
    .connect = 10000, .answer = 30000, .retry_min = 100, .retry_max = 5000, .refused = 5000};

/* Migrations announce themselves here: then we look at the schema again. */
#define SCHEMA_CHANNEL "kentongan_schema"

/* --- the states --- */

enum state {
	OFF,        /* not started, or told to stop */
	CONNECTING, /* libpq talks to the server; timer: connect */
	CHECKING,   /* asking for the schema's version; timer: connect */
	PREPARING,  /* statements and channels; timer: connect */
	UP,         /* timer: answer, while a request is under way */
	WAITING,    /* lost or unreachable; timer: backoff */
	REFUSED,    /* the database isn't ours; timer: refused */
	STATE_COUNT
};

enum event_kind { CONNECTED, FITS, UNFIT, PREPARED, FAILED, TIMEOUT, CLOSED };

static const char *const state_names[] = {
    [OFF] = "off", [CONNECTING] = "connecting", [CHECKING] = "checking", [PREPARING] = "preparing",
    [UP] = "up",   [WAITING] = "waiting",       [REFUSED] = "refused",
};
static const char *const event_names[] = {
    [CONNECTED] = "connected", [FITS] = "fits",       [UNFIT] = "unfit",   [PREPARED] = "prepared",
    [FAILED] = "failed",       [TIMEOUT] = "timeout", [CLOSED] = "closed",
};

static const struct {
	enum state state;
	enum event_kind event;
	enum state next;
} transitions[] = {
    {OFF, TIMEOUT, CONNECTING},
    {CONNECTING, CONNECTED, CHECKING},
    {CONNECTING, FAILED, WAITING},
    {CONNECTING, TIMEOUT, WAITING},
    {CHECKING, FITS, PREPARING},
    {CHECKING, UNFIT, REFUSED},
    {CHECKING, FAILED, WAITING},
    {CHECKING, TIMEOUT, WAITING},
    {PREPARING, PREPARED, UP},
    {PREPARING, UNFIT, REFUSED},
    {PREPARING, FAILED, WAITING},
    {PREPARING, TIMEOUT, WAITING},
    {UP, FAILED, WAITING},
    {UP, TIMEOUT, WAITING},
    {WAITING, TIMEOUT, CONNECTING},
    {REFUSED, TIMEOUT, CONNECTING},
    {OFF, CLOSED, OFF},
    {CONNECTING, CLOSED, OFF},
    {CHECKING, CLOSED, OFF},
    {PREPARING, CLOSED, OFF},
    {UP, CLOSED, OFF},
    {WAITING, CLOSED, OFF},
    {REFUSED, CLOSED, OFF},
};

struct db {
	struct loop *loop;
	struct conninfo *info;
	enum state state;
	struct timer *timer; /* the current state's */
	PGconn *conn;
	struct event *readable, *writable;
	struct pipeline pipeline;
	size_t host;     /* the next attempt's */
	size_t attempts; /* since the last time that we were up */
	size_t unprepared;
	bool calling;      /* a callback from the loop is under way */
	bool fatal_answer; /* an internal request's answer asks for a change of state */
	enum event_kind answer_event;
	char trouble[400];
	int64_t down_since;
	struct {
		void (*fn)(bool up, void *arg);
		void *arg;
	} handlers[HANDLERS_MAX];
	size_t handler_count;
	struct {
		const char *name;
		char *sql; /* LISTEN "name" */
		void (*fn)(const char *payload, void *arg);
		void *arg;
	} channels[CHANNELS_MAX];
	size_t channel_count;
};

static void go(struct db *db, enum event_kind event);

/* --- trouble, in plain words --- */

static void set_trouble(struct db *db, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void set_trouble(struct db *db, const char *fmt, ...)
{
	char text[sizeof db->trouble];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	/* The same trouble at each attempt isn't news. */
	if (strcmp(text, db->trouble) != 0)
		log_warn("db", "%s", text);
	else
		log_debug("db", "%s", text);
	memcpy(db->trouble, text, sizeof text);
}

static void set_trouble_from(struct db *db, const char *what)
{
	char line[300];
	db_first_line(db->conn ? PQerrorMessage(db->conn) : "out of memory", line, sizeof line);
	set_trouble(db, "%s: %s", what, *line ? line : "the connection is gone");
}

/* --- requests of our own --- */

static void add_own(struct db *db, enum request_kind kind, int statement, const char *sql,
		    db_reply_fn *fn)
{
	struct request request = {
	    .kind = kind, .statement = statement, .sql = sql, .fn = fn, .arg = db};
	pipeline_add(&db->pipeline, request, 0, NULL);
}

/* State changes wait until the answers that came with this one are handled. */
static void ask_for(struct db *db, enum event_kind event)
{
	if (db->fatal_answer)
		return;
	db->fatal_answer = true;
	db->answer_event = event;
}

static void compare_schema(struct db *db, const PGresult *result)
{
	int known = schema_known_version(), version = (int)db_int(result, 0, "version");
	enum event_kind event = UNFIT;
	if (version < known)
		set_trouble(db,
			    "the database's schema is version %d, this program needs %d: "
			    "run \"kentongan db upgrade\"",
			    version, known);
	else if (version > known)
		set_trouble(db,
			    "the database's schema is version %d, this program knows only %d: "
			    "install the newer program",
			    version, known);
	else if (strcmp(db_text(result, 0, "functions"), schema_functions_checksum()) != 0)
		set_trouble(db, "the database's functions are not this program's: "
				"run \"kentongan db upgrade\"");
	else
		event = FITS;
	ask_for(db, event);
}

static void on_schema(const struct db_reply *reply, void *arg)
{
	struct db *db = arg;
	if (reply->outcome == DB_DONE) {
		compare_schema(db, reply->result);
	} else if (reply->outcome == DB_FAILED) {
		/* 3F000 no such schema, 42P01 no such table */
		if (strcmp(reply->sqlstate, "3F000") == 0 || strcmp(reply->sqlstate, "42P01") == 0)
			set_trouble(db, "the database is empty: run \"kentongan db init\"");
		else
			set_trouble(db, "the database's schema can't be read: %s", reply->message);
		ask_for(db, UNFIT);
	}
}

static void on_prepared(const struct db_reply *reply, void *arg)
{
	struct db *db = arg;
	if (reply->outcome == DB_FAILED) {
		set_trouble(db, "the database doesn't fit this program: %s", reply->message);
		ask_for(db, UNFIT);
	} else if (reply->outcome == DB_DONE && --db->unprepared == 0) {
		ask_for(db, PREPARED);
	}
}

static void on_listening(const struct db_reply *reply, void *arg)
{
	struct db *db = arg;
	/* One that fails while we are up would leave us deaf. */
	if (reply->outcome == DB_FAILED)
		db->pipeline.broken = true;
}

static void check_schema(struct db *db)
{
	add_own(db, REQUEST_SQL, 0,
		"select (select max(version) from kentongan.schema_version) as version, "
		"(select checksum from kentongan.schema_functions "
		"order by id desc limit 1) as functions",
		on_schema);
}

static void prepare_all(struct db *db)
{
	db->unprepared = db_statement_count + db->channel_count;
	for (size_t i = 0; i < db_statement_count; i++)
		add_own(db, REQUEST_PREPARE, (int)i, NULL, on_prepared);
	for (size_t i = 0; i < db->channel_count; i++)
		add_own(db, REQUEST_SQL, 0, db->channels[i].sql, on_prepared);
}

/* --- the socket --- */

static void watch_nothing(struct db *db)
{
	if (db->readable)
		event_free(db->readable);
	if (db->writable)
		event_free(db->writable);
	db->readable = db->writable = NULL;
}

static void watch(struct db *db, struct event **slot, short what, event_callback_fn fn)
{
	*slot = event_new(loop_base(db->loop), PQsocket(db->conn), what, fn, db);
	if (!*slot || event_add(*slot, NULL) != 0)
		fatal("db: can't watch a socket");
}

static void deliver_notifications(struct db *db)
{
	PGnotify *notify;
	while ((notify = PQnotifies(db->conn))) {
		for (size_t i = 0; i < db->channel_count; i++)
			if (db->channels[i].fn &&
			    strcmp(db->channels[i].name, notify->relname) == 0)
				db->channels[i].fn(notify->extra, db->channels[i].arg);
		if (strcmp(notify->relname, SCHEMA_CHANNEL) == 0 && db->state == UP) {
			set_trouble(db, "the schema was changed; looking at it again");
			db->pipeline.broken = true;
		}
		PQfreemem(notify);
	}
}

/* After anything that used the pipeline: settles what it left behind. */
static void settle(struct db *db)
{
	if (db->pipeline.broken) {
		if (db->state != UP || !*db->trouble)
			set_trouble_from(db, "the connection to PostgreSQL was lost");
		go(db, FAILED);
		return;
	}
	if (db->fatal_answer) {
		db->fatal_answer = false;
		go(db, db->answer_event);
		return;
	}
	if (db->pipeline.want_write && !event_pending(db->writable, EV_WRITE, NULL))
		event_add(db->writable, NULL);
}

static void mind_the_answer(struct db *db, bool progress)
{
	if (db->state != UP)
		return;
	if (!db->pipeline.count)
		timer_clear(db->timer);
	else if (progress || !timer_pending(db->timer))
		timer_set(db->timer, db_times.answer);
}

/* Readable, writable, or woken to settle a send that failed: libpq reads when
 * it can't write and the other way round, so both are looked at each time. */
static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct db *db = arg;
	(void)fd;
	(void)what;
	db->calling = true;
	bool alive = PQconsumeInput(db->conn);
	/* Answers that came before the end still count. */
	size_t answered = pipeline_drain(&db->pipeline);
	if (!alive || PQstatus(db->conn) == CONNECTION_BAD)
		db->pipeline.broken = true;
	pipeline_flush(&db->pipeline);
	answered += pipeline_drain(&db->pipeline);
	deliver_notifications(db);
	mind_the_answer(db, answered > 0);
	settle(db);
	db->calling = false;
}

static void on_connecting(evutil_socket_t fd, short what, void *arg);

/* libpq may open another socket at each step, so it is watched anew. */
static void poll_connection(struct db *db)
{
	watch_nothing(db);
	switch (PQconnectPoll(db->conn)) {
	case PGRES_POLLING_READING:
		watch(db, &db->readable, EV_READ, on_connecting);
		return;
	case PGRES_POLLING_WRITING:
		watch(db, &db->readable, EV_WRITE, on_connecting);
		return;
	case PGRES_POLLING_OK:
		go(db, CONNECTED);
		return;
	case PGRES_POLLING_FAILED:
	case PGRES_POLLING_ACTIVE:
		break;
	}
	set_trouble_from(db, "PostgreSQL can't be reached");
	go(db, FAILED);
}

static void on_connecting(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	poll_connection(arg);
}

/* --- what each state does when it is entered --- */

static void enter_connecting(struct db *db)
{
	timer_set(db->timer, db_times.connect);
	/* Names of hosts are resolved by libpq, blocking: configurations with a
	 * remote database give addresses or names in /etc/hosts. */
	db->conn = conninfo_start(db->info, db->host);
	if (!db->conn)
		fatal("out of memory");
	PQsetNoticeProcessor(db->conn, db_on_notice, NULL);
	if (PQstatus(db->conn) == CONNECTION_BAD) {
		set_trouble_from(db, "PostgreSQL can't be reached");
		go(db, FAILED);
		return;
	}
	/* As if PQconnectPoll had said PGRES_POLLING_WRITING. */
	watch(db, &db->readable, EV_WRITE, on_connecting);
}

static void enter_checking(struct db *db)
{
	timer_set(db->timer, db_times.connect);
	if (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn)) {
		set_trouble_from(db, "PostgreSQL can't be reached");
		go(db, FAILED);
		return;
	}
	watch(db, &db->readable, EV_READ | EV_PERSIST, on_socket);
	db->writable = event_new(loop_base(db->loop), PQsocket(db->conn), EV_WRITE, on_socket, db);
	if (!db->writable)
		fatal("out of memory");
	pipeline_start(&db->pipeline, db->conn);
	check_schema(db);
	settle(db);
}

static void enter_preparing(struct db *db)
{
	timer_set(db->timer, db_times.connect);
	prepare_all(db);
	settle(db);
}

static void tell_handlers(struct db *db, bool up)
{
	for (size_t i = 0; i < db->handler_count; i++)
		db->handlers[i].fn(up, db->handlers[i].arg);
}

static void enter_up(struct db *db)
{
	timer_clear(db->timer);
	log_info("db", "connected%s%s", PQhost(db->conn) ? " to " : "",
		 PQhost(db->conn) ? PQhost(db->conn) : "");
	db->attempts = 0;
	db->trouble[0] = '\0';
	tell_handlers(db, true);
}

static void close_connection(struct db *db)
{
	watch_nothing(db);
	db->fatal_answer = false;
	db->pipeline.broken = true;
	if (db->conn)
		PQfinish(db->conn);
	db->conn = NULL;
}

/* Doubles from retry_min to retry_max, a quarter more or less at random so
 * that many processes don't come back at the same moment. */
static int64_t backoff(struct db *db)
{
	size_t round = db->attempts / conninfo_hosts(db->info);
	if (++db->attempts % conninfo_hosts(db->info) != 0)
		return 0; /* the next host at once */
	int64_t ms = db_times.retry_min;
	for (size_t i = 0; i < round && ms < db_times.retry_max; i++)
		ms *= 2;
	if (ms > db_times.retry_max)
		ms = db_times.retry_max;
	return ms * 3 / 4 + arc4random_uniform((uint32_t)(ms / 2) + 1);
}

static void enter_waiting(struct db *db)
{
	db->host = (db->host + 1) % conninfo_hosts(db->info);
	timer_set(db->timer, backoff(db));
}

static void enter_refused(struct db *db)
{
	db->host = (db->host + 1) % conninfo_hosts(db->info);
	timer_set(db->timer, db_times.refused);
}

static void enter(struct db *db, enum state state)
{
	static void (*const enter_fn[STATE_COUNT])(struct db *) = {
	    [CONNECTING] = enter_connecting, [CHECKING] = enter_checking,
	    [PREPARING] = enter_preparing,   [UP] = enter_up,
	    [WAITING] = enter_waiting,       [REFUSED] = enter_refused,
	};
	if (enter_fn[state])
		enter_fn[state](db);
}

static bool has_connection(enum state state)
{
	return state == CONNECTING || state == CHECKING || state == PREPARING || state == UP;
}

/* The one place where the state changes. */
static void go(struct db *db, enum event_kind event)
{
	enum state old = db->state, next = STATE_COUNT;
	for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++)
		if (transitions[i].state == old && transitions[i].event == event)
			next = transitions[i].next;
	if (next == STATE_COUNT)
		fatal("db: %s in state %s", event_names[event], state_names[old]);
	log_debug("db", "%s: %s, now %s", state_names[old], event_names[event], state_names[next]);
	db->state = next;
	timer_clear(db->timer);
	if (has_connection(old) && !has_connection(next)) {
		close_connection(db);
		if (old == UP) {
			db->down_since = clock_wall();
			tell_handlers(db, false);
		}
		pipeline_fail(&db->pipeline);
	}
	enter(db, next);
}

static void on_timer(void *arg)
{
	struct db *db = arg;
	if (db->state == UP)
		set_trouble(db, "PostgreSQL didn't answer for %lld seconds",
			    (long long)(db_times.answer / 1000));
	else if (has_connection(db->state))
		set_trouble(db, "PostgreSQL can't be reached: no answer within %lld seconds",
			    (long long)(db_times.connect / 1000));
	db->calling = true;
	go(db, TIMEOUT);
	db->calling = false;
}

/* --- for callers --- */

struct db *db_new(struct loop *loop, const struct conf *conf, const char *application)
{
	struct errbuf err = {0};
	struct db *db = xcalloc(1, sizeof *db);
	db->loop = loop;
	db->down_since = clock_wall();
	db->timer = timer_new(loop, on_timer, db);
	/* conf_load has looked at it; what remains is a missing password. */
	if (conninfo_parse(&db->info, conf->db_conninfo, conf->db_password_file, application, &err))
		fatal("%s", err.text);
	snprintf(db->trouble, sizeof db->trouble, "connecting to PostgreSQL");
	db_listen(db, SCHEMA_CHANNEL, NULL, NULL);
	/* Callers register themselves before the first thing happens. */
	timer_set(db->timer, 0);
	return db;
}

void db_free(struct db **db)
{
	if (!*db)
		return;
	if ((*db)->calling)
		fatal("db: freed by one of its own callbacks");
	(*db)->handler_count = 0;
	go(*db, CLOSED);
	timer_free(&(*db)->timer);
	for (size_t i = 0; i < (*db)->channel_count; i++)
		free((*db)->channels[i].sql);
	conninfo_free(&(*db)->info);
	free(*db);
	*db = NULL;
}

void db_on_state(struct db *db, void (*fn)(bool up, void *arg), void *arg)
{
	if (db->handler_count == HANDLERS_MAX)
		fatal("db: more than %d want to know the state", HANDLERS_MAX);
	db->handlers[db->handler_count].fn = fn;
	db->handlers[db->handler_count++].arg = arg;
}

bool db_is_up(const struct db *db)
{
	return db->state == UP && !db->pipeline.broken;
}

const char *db_trouble(const struct db *db, int64_t *since)
{
	if (since)
		*since = db->down_since;
	return db->state == UP ? "" : db->trouble;
}

/* Wakes the loop to settle what a call from outside of it has left. */
static void settle_later(struct db *db)
{
	if (db->pipeline.broken)
		event_active(db->writable, EV_TIMEOUT, 0);
	else if (db->pipeline.want_write && !event_pending(db->writable, EV_WRITE, NULL))
		event_add(db->writable, NULL);
}

void db_listen(struct db *db, const char *channel, void (*fn)(const char *payload, void *arg),
	       void *arg)
{
	if (db->channel_count == CHANNELS_MAX)
		fatal("db: more than %d channels", CHANNELS_MAX);
	size_t i = db->channel_count++;
	db->channels[i].name = channel;
	db->channels[i].sql = xasprintf("listen \"%s\"", channel);
	db->channels[i].fn = fn;
	db->channels[i].arg = arg;
	if (db->state == UP) {
		add_own(db, REQUEST_SQL, 0, db->channels[i].sql, on_listening);
		mind_the_answer(db, false);
		settle_later(db);
	}
}

int db_query(struct db *db, enum db_statement statement, int n, const char *const *params,
	     db_reply_fn *fn, void *arg)
{
	if ((size_t)statement >= db_statement_count || n != db_statements[statement].params)
		fatal("db: statement %d with %d parameters", (int)statement, n);
	if (!db_is_up(db))
		return -EAGAIN;
	if (db->pipeline.count >= DB_QUEUE_MAX)
		return -ENOBUFS;
	struct request request = {
	    .kind = REQUEST_RUN, .statement = (int)statement, .fn = fn, .arg = arg};
	pipeline_add(&db->pipeline, request, n, params);
	mind_the_answer(db, false);
	settle_later(db);
	return 0;
}

size_t db_pending(const struct db *db)
{
	return db->pipeline.count;
}
