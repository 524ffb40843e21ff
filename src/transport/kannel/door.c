/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/kannel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"
#include "account.h"
#include "wire.h"

#define PREFIX "/kannel/"
#define PASSWORD_MAX 256
#define SECRET_MAX 64
/* At the end: an answer may take its time, but systemd's patience is 40 s. */
#define STOP_MS 10000
#define LOOK_MS 20

/* An account, and the door that Kannel knocks at. */
struct door {
	struct account *account;
	char *secret; /* NULL where its section is gone */
	struct http_networks allow;
};

/* A call that waits for the database. */
struct waiting {
	struct waiting *next;
	struct kannel_doors *doors;
	struct http_exchange *exchange;
};

struct kannel_doors {
	struct loop *loop;
	struct db *db;
	struct gateway *gateway;
	struct door doors[KANNELS_MAX];
	size_t count;
	struct waiting *waiting;
	struct timer *look;
	int looks;
	void (*stopped)(void *arg);
	void *stopped_arg;
};

/* --- answering ----------------------------------------------------------------- */

static void on_stored(enum gateway_outcome outcome, void *arg)
{
	struct waiting *waiting = arg;
	struct waiting **link = &waiting->doors->waiting;
	struct http_exchange *exchange = waiting->exchange;

	while (*link != waiting)
		link = &(*link)->next;
	*link = waiting->next;
	free(waiting);
	if (!exchange)
		return;
	if (outcome == GATEWAY_COMMITTED)
		/* Empty: what smsbox gets to read here it would send as an SMS. */
		http_reply(exchange, 200, "text/plain", "", 0);
	else
		http_refuse(exchange, 503, "not now");
}

static struct waiting *wait_for(struct kannel_doors *doors, struct http_exchange *exchange)
{
	struct waiting *waiting = xcalloc(1, sizeof(*waiting));

	*waiting = (struct waiting){doors->waiting, doors, exchange};
	doors->waiting = waiting;
	return waiting;
}

/* Kannel asks again for ever where the answer isn't 200. That is right for what
 * its own settings garble, until they are mended; what just is as it is it must
 * not bring again. */
static void refuse(struct http_exchange *exchange, const struct door *door, const char *what,
		   int rc)
{
	if (rc == -ENOENT) {
		log_error("kannel",
			  "%s: %s without what belongs to it: compare Kannel's settings with "
			  "our kannel.conf",
			  account_name(door->account), what);
		http_refuse(exchange, 400, "something is missing");
		return;
	}
	log_warn("kannel", "%s: %s that can't be understood was dropped",
		 account_name(door->account), what);
	http_reply(exchange, 200, "text/plain", "", 0);
}

static void on_sms(struct kannel_doors *doors, const struct door *door,
		   struct http_exchange *exchange)
{
	struct arena *arena = arena_new();
	struct kannel_sms sms;
	struct waiting *waiting;
	int rc = kannel_read_sms(arena, http_raw_query(exchange), &sms);

	if (rc < 0) {
		refuse(exchange, door, "a message", rc);
		arena_free(&arena);
		return;
	}
	const struct inbound inbound = {.transport = "kannel",
					.channel = account_channel(door->account),
					.peer = sms.from,
					.text = sms.text,
					.sent_at = sms.sent_at,
					.id = sms.id,
					.data = sms.data};

	waiting = wait_for(doors, exchange);
	if (gateway_receive(account_gateway(door->account), &inbound,
			    account_is_open(door->account), on_stored, waiting) < 0)
		on_stored(GATEWAY_RETRY, waiting);
	arena_free(&arena);
}

static void on_report(struct kannel_doors *doors, const struct door *door,
		      struct http_exchange *exchange)
{
	struct arena *arena = arena_new();
	struct kannel_report report;
	struct waiting *waiting;
	int rc = kannel_read_report(arena, http_raw_query(exchange), &report);

	if (rc < 0) {
		refuse(exchange, door, "a delivery report", rc);
		arena_free(&arena);
		return;
	}
	waiting = wait_for(doors, exchange);
	if (outbox_reported(account_gateway(door->account), account_channel(door->account),
			    report.id, report.attempt, report.type, report.at, report.answer,
			    on_stored, waiting) < 0)
		on_stored(GATEWAY_RETRY, waiting);
	arena_free(&arena);
}

/* PATH behind the prefix is "SECRET/sms". */
static const struct door *find_door(const struct kannel_doors *doors, const char *path)
{
	const struct door *found = NULL;
	size_t length = strcspn(path, "/");

	for (size_t i = 0; i < doors->count; i++) {
		const struct door *door = &doors->doors[i];

		if (door->secret && http_same_secret(path, length, door->secret))
			found = door;
	}
	return found;
}

static void on_call(struct http_exchange *exchange, void *arg)
{
	struct kannel_doors *doors = arg;
	const char *path = http_path(exchange) + strlen(PREFIX);
	const struct door *door = find_door(doors, path);
	const char *what = strchr(path, '/');
	bool is_sms = what && strcmp(what, "/sms") == 0;

	if (!door || (!is_sms && (!what || strcmp(what, "/dlr") != 0))) {
		http_refuse(exchange, 404, "there is nothing here");
		return;
	}
	const struct http_access access = {.allow = door->allow.list,
					   .allow_count = door->allow.count};
	if (!http_admit(exchange, &access))
		return;
	if (strcmp(http_method(exchange), "GET") != 0) {
		http_add_header(exchange, "Allow", "GET");
		http_refuse(exchange, 405, "not this way");
		return;
	}
	if (is_sms)
		on_sms(doors, door, exchange);
	else
		on_report(doors, door, exchange);
}

/* --- the doors -------------------------------------------------------------------- */

static struct door *find_name(struct kannel_doors *doors, const char *name)
{
	for (size_t i = 0; i < doors->count; i++)
		if (strcmp(account_name(doors->doors[i].account), name) == 0)
			return &doors->doors[i];
	return NULL;
}

static int read_passwords(struct kannel_doors *doors, const struct conf *conf,
			  char (*passwords)[PASSWORD_MAX], struct strbuf *problems)
{
	size_t fresh = 0;
	int rc = 0;

	for (size_t i = 0; i < conf->kannel_count; i++) {
		struct errbuf err = {""};

		fresh += find_name(doors, conf->kannels[i].name) == NULL;
		if (conf_read_secret(conf->kannels[i].password_file, passwords[i], PASSWORD_MAX,
				     &err) < 0) {
			strbuf_printf(problems, "kannel \"%s\": %s\n", conf->kannels[i].name,
				      err.text);
			rc = -EINVAL;
		}
	}
	if (doors->count + fresh > KANNELS_MAX) {
		strbuf_printf(problems,
			      "kannel: more than %d accounts since the start; restart the "
			      "service, or take some out\n",
			      KANNELS_MAX);
		rc = -EINVAL;
	}
	return rc;
}

static void close_door(struct door *door)
{
	if (door->secret)
		explicit_bzero(door->secret, strlen(door->secret));
	free(door->secret);
	door->secret = NULL;
	http_networks_clear(&door->allow);
}

static void take(struct kannel_doors *doors, const struct conf *conf,
		 const struct conf_kannel *kannel, const char *password)
{
	struct door *door = find_name(doors, kannel->name);

	if (!door) {
		door = &doors->doors[doors->count++];
		door->account = account_new(doors->loop, doors->db, doors->gateway, kannel->name);
	}
	close_door(door);
	door->secret = xstrdup(kannel->path);
	http_networks_set(&door->allow, kannel->allow);
	account_configure(door->account, conf, kannel, password);
}

static bool is_configured(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->kannel_count; i++)
		if (strcmp(conf->kannels[i].name, name) == 0)
			return true;
	return false;
}

int kannel_doors_configure(struct kannel_doors *doors, const struct conf *conf,
			   struct strbuf *problems)
{
	size_t size = (conf->kannel_count + 1) * PASSWORD_MAX;
	char(*passwords)[PASSWORD_MAX] = xcalloc(conf->kannel_count + 1, PASSWORD_MAX);
	int rc = read_passwords(doors, conf, passwords, problems);

	for (size_t i = 0; rc == 0 && i < doors->count; i++) {
		struct door *door = &doors->doors[i];

		if (!is_configured(conf, account_name(door->account))) {
			close_door(door);
			account_retire(door->account, "its section was taken out");
		}
	}
	for (size_t i = 0; rc == 0 && i < conf->kannel_count; i++)
		take(doors, conf, &conf->kannels[i], passwords[i]);
	explicit_bzero(passwords, size);
	free(passwords);
	return rc;
}

void kannel_doors_database(struct kannel_doors *doors)
{
	for (size_t i = 0; i < doors->count; i++)
		account_tell(doors->doors[i].account);
}

json_t *kannel_doors_json(const struct kannel_doors *doors)
{
	json_t *list = json_array();

	for (size_t i = 0; i < doors->count; i++) {
		const struct account *account = doors->doors[i].account;

		if (doors->doors[i].secret)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "name",
							      account_name(account), "state",
							      account_state(account), "words",
							      account_words(account), "ready",
							      (int)account_is_open(account)));
	}
	return list;
}

/* --- beginning and end --------------------------------------------------------------- */

static void on_look(void *arg)
{
	struct kannel_doors *doors = arg;
	bool idle = true;

	for (size_t i = 0; i < doors->count; i++)
		idle = idle && account_is_idle(doors->doors[i].account);
	if (idle || ++doors->looks > STOP_MS / LOOK_MS)
		doors->stopped(doors->stopped_arg);
	else
		timer_set(doors->look, LOOK_MS);
}

void kannel_doors_stop(struct kannel_doors *doors, void (*fn)(void *arg), void *arg)
{
	doors->stopped = fn;
	doors->stopped_arg = arg;
	for (size_t i = 0; i < doors->count; i++)
		account_retire(doors->doors[i].account, "the service was stopped");
	on_look(doors);
}

struct kannel_doors *kannel_doors_new(struct loop *loop, struct http *http, struct db *db,
				      struct gateway *gateway)
{
	struct kannel_doors *doors = xcalloc(1, sizeof(*doors));

	doors->loop = loop;
	doors->db = db;
	doors->gateway = gateway;
	doors->look = timer_new(loop, on_look, doors);
	http_route(http, "*", PREFIX, on_call, doors);
	return doors;
}

void kannel_doors_forget(struct kannel_doors *doors)
{
	for (struct waiting *one = doors ? doors->waiting : NULL; one; one = one->next)
		one->exchange = NULL;
}

void kannel_doors_free(struct kannel_doors **doors)
{
	struct kannel_doors *d = *doors;

	if (!d)
		return;
	while (d->waiting) {
		struct waiting *next = d->waiting->next;

		free(d->waiting);
		d->waiting = next;
	}
	for (size_t i = 0; i < d->count; i++) {
		close_door(&d->doors[i]);
		account_free(&d->doors[i].account);
	}
	timer_free(&d->look);
	free(d);
	*doors = NULL;
}
