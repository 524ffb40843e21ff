/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "kentongan/clock.h"
#include "kentongan/db.h"
#include "kentongan/gateway.h"
#include "kentongan/log.h"
#include "kentongan/loop.h"
#include "kentongan/memory.h"
#include "kentongan/secret.h"

#include "kentongan/api_door.h"
#include "kentongan/http.h"
#include "kentongan/kannel.h"
#include "kentongan/ussd_door.h"
#include "hooks.h"
#include "leader.h"
#include "metrics.h"
#include "notify.h"
#include "sealer.h"
#include "status.h"
#include "supervisor.h"

/* The running program, even where its file has been replaced since. */
#define PROGRAM "/proc/self/exe"
#define READY_MS 10000
#define HTTP_RETRY_MS 30000
#define FLUSH_MS 60000
#define LAST_WRITES_MS 2000
#define JSON_TYPE "application/json"

struct serve {
	const struct conf *conf; /* in force */
	struct conf *reloaded;   /* the same where it is ours to free */
	char *path;              /* absolute: children get it */
	int64_t since, database_up_since;
	struct loop *loop;
	struct secret *secret;
	struct db *db;
	struct gateway *gateway;
	struct supervisor *supervisor;
	struct leader *leader;
	struct sealer *sealer;
	struct http *http;
	struct ussd_doors *ussd;
	struct api_door *api;
	struct kannel_doors *kannel;
	struct hooks *hooks;
	struct metrics *metrics;
	struct notify *notify;
	struct timer *ready, *http_retry, *flush, *last_writes;
	struct errbuf http_trouble;
	bool stopping;
	int parts_running; /* of those that take their time to stop */
};

static void log_lines(const struct strbuf *problems)
{
	for (const char *line = problems->length ? problems->text : ""; *line;) {
		size_t length = strcspn(line, "\n");
		log_error("serve", "%.*s", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

/* --- how we are --- */

static struct status status_now(void *arg)
{
	const struct serve *serve = arg;
	int64_t down_since = 0;
	const char *trouble = db_trouble(serve->db, &down_since);
	bool up = db_is_up(serve->db);
	return (struct status){
	    .since = serve->since,
	    .database_up = up,
	    .database_trouble = up ? "" : trouble,
	    .database_since = up ? serve->database_up_since : down_since,
	    .leader = leader_leads(serve->leader),
	    .http_trouble = serve->http_trouble.text,
	    .supervisor = serve->supervisor,
	    .kannel = serve->kannel,
	};
}

static void tell_systemd(struct serve *serve)
{
	struct strbuf words = {0};
	if (serve->stopping)
		return;
	struct status status = status_now(serve);
	status_words(&status, &words);
	notify_status(serve->notify, words.text);
	strbuf_free(&words);
}

static void on_ready(void *arg)
{
	struct serve *serve = arg;
	timer_clear(serve->ready);
	tell_systemd(serve);
	notify_ready(serve->notify);
}

/* --- HTTP --- */

static void reply_json(struct http_exchange *exchange, int code, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER);
	if (!text)
		fatal("out of memory");
	http_reply(exchange, code, JSON_TYPE, text, strlen(text));
	free(text);
	json_decref(json);
}

static void on_status(struct http_exchange *exchange, void *arg)
{
	struct status status = status_now(arg);
	reply_json(exchange, 200, status_json(&status));
}

static void on_healthz(struct http_exchange *exchange, void *arg)
{
	struct status status = status_now(arg);
	json_t *reasons = status_reasons(&status);
	bool healthy = json_array_size(reasons) == 0;
	json_t *json = json_pack("{s:b, s:o}", "healthy", (int)healthy, "reasons", reasons);
	if (!json)
		fatal("out of memory");
	reply_json(exchange, healthy ? 200 : 503, json);
}

/* An address that is taken is no reason to leave members without answers. */
static void on_listen(void *arg)
{
	struct serve *serve = arg;
	struct errbuf err = {0};
	const struct conf *conf = serve->conf;
	if (http_listen(serve->http, conf->http_listen, conf->http_port, &err) != 0) {
		if (strcmp(err.text, serve->http_trouble.text) != 0)
			log_error("http", "%s", err.text);
		timer_set(serve->http_retry, HTTP_RETRY_MS);
	}
	serve->http_trouble = err;
	tell_systemd(serve);
}

static void start_http(struct serve *serve)
{
	http_route(serve->http, "GET", "/metrics", metrics_answer, serve->metrics);
	http_route(serve->http, "GET", "/status", on_status, serve);
	http_route(serve->http, "GET", "/healthz", on_healthz, serve);
	if (serve->conf->http_port)
		on_listen(serve);
}

/* --- operators, for the pace of broadcasts --- */

static void on_operators(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_warn("serve", "the operators: %s", reply->message);
}

static void store_operators(struct serve *serve)
{
	const struct conf *conf = serve->conf;
	json_t *list = json_array();
	for (size_t i = 0; i < conf->operator_count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:i}", "name", conf->operators[i].name,
						"prefixes", conf->operators[i].prefixes, "pace",
						conf->operators[i].pace_ms));
	char *text = json_dumps(list, JSON_COMPACT);
	if (!text)
		fatal("out of memory");
	const char *params[] = {text, conf->country};
	if (db_query(serve->db, DB_OPERATORS, 2, params, on_operators, NULL) != 0)
		log_debug("serve", "the operators are stored when the database is back");
	free(text);
	json_decref(list);
}

/* --- database, leader, modems --- */

static void on_database(bool up, void *arg)
{
	struct serve *serve = arg;
	if (up)
		serve->database_up_since = clock_wall();
	leader_database(serve->leader, up);
	if (up) {
		store_operators(serve);
		ussd_doors_database(serve->ussd);
		kannel_doors_database(serve->kannel);
		on_ready(serve);
	}
	tell_systemd(serve);
}

static void on_leads(bool leads, void *arg)
{
	struct serve *serve = arg;
	sealer_lead(serve->sealer, leads);
}

static void on_recorded(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_warn("serve", "a modem's state: %s", reply->message);
}

/* The dead tell nothing: others must learn from us that they may take over
 * what this modem would have sent. It corrects us once it lives again. */
static void record_death(struct serve *serve, const struct supervisor_view *view)
{
	const char *params[9] = {view->name, "stopped", view->words};
	if (db_query(serve->db, DB_MODEM_STATE, 9, params, on_recorded, NULL) != 0)
		log_debug("serve", "the database doesn't learn of modem %s now", view->name);
}

static void on_modem(const struct supervisor_view *view, void *arg)
{
	struct serve *serve = arg;
	if (view->died)
		record_death(serve, view);
	tell_systemd(serve);
}

static void on_flush(void *arg)
{
	struct serve *serve = arg;
	timer_set(serve->flush, FLUSH_MS);
	gateway_flush_floods(serve->gateway);
	tell_systemd(serve);
}

/* --- reload --- */

/* All or nothing: with a bad file the old settings stay, here and in the
 * modems' processes. */
static void on_reload(void *arg)
{
	struct serve *serve = arg;
	struct strbuf problems = {0};
	struct conf *conf = NULL;
	notify_reloading(serve->notify);
	if (conf_load(&conf, serve->path, &problems) != 0 ||
	    gateway_reload(serve->gateway, conf, &problems) != 0) {
		log_lines(&problems);
		log_error("serve", "the new settings have mistakes: the old ones stay in force");
		conf_free(&conf);
		goto out;
	}
	leader_reconfigure(serve->leader, conf);
	sealer_reconfigure(serve->sealer, conf);
	conf_apply_log(conf);
	serve->conf = conf;
	api_door_configure(serve->api, conf);
	conf_free(&serve->reloaded);
	serve->reloaded = conf;
	supervisor_configure(serve->supervisor, conf);
	store_operators(serve);
	if (ussd_doors_configure(serve->ussd, conf, &problems) != 0) {
		log_lines(&problems);
		log_error("serve", "USSD: mistakes; doors and menus stay as they were");
		strbuf_clear(&problems);
	}
	if (kannel_doors_configure(serve->kannel, conf, &problems) != 0) {
		log_lines(&problems);
		log_error("serve", "Kannel: mistakes; its accounts stay as they were");
	}
	log_info("serve", "settings read again");
out:
	strbuf_free(&problems);
	notify_reloaded(serve->notify);
}

/* --- the end --- */

static void on_last_writes(void *arg)
{
	struct serve *serve = arg;
	loop_stop(serve->loop, 0);
}

static void on_written(const struct db_reply *reply, void *arg)
{
	(void)reply;
	on_last_writes(arg);
}

/* Requests are answered in order: the answer to one more says that nothing
 * of ours is under way. */
static void on_part_stopped(void *arg)
{
	struct serve *serve = arg;
	if (--serve->parts_running > 0)
		return;
	timer_set(serve->last_writes, LAST_WRITES_MS);
	if (db_query(serve->db, DB_PING, 0, NULL, on_written, serve) != 0)
		loop_stop(serve->loop, 0);
}

static void on_terminate(void *arg)
{
	struct serve *serve = arg;
	notify_stopping(serve->notify);
	serve->stopping = true;
	timer_clear(serve->ready);
	timer_clear(serve->http_retry);
	gateway_flush_floods(serve->gateway);
	serve->parts_running = 3;
	kannel_doors_stop(serve->kannel, on_part_stopped, serve);
	hooks_stop(serve->hooks, on_part_stopped, serve);
	supervisor_stop(serve->supervisor, on_part_stopped, serve);
}

/* --- wiring --- */

static int start(struct serve *serve)
{
	const struct conf *conf = serve->conf;
	struct errbuf err = {0};
	struct strbuf problems = {0};
	serve->path = realpath(conf->path, NULL);
	if (!serve->path)
		serve->path = xstrdup(conf->path);
	if (secret_load(&serve->secret, conf->key_file, &err)) {
		log_error("serve", "%s", err.text);
		return -1;
	}
	serve->loop = loop_new();
	serve->db = db_new(serve->loop, conf, "kentongan serve");
	if (gateway_new(&serve->gateway, serve->loop, serve->db, conf, serve->secret, &problems)) {
		log_lines(&problems);
		strbuf_free(&problems);
		return -1;
	}
	strbuf_free(&problems);
	serve->notify = notify_new(serve->loop);
	serve->leader = leader_new(serve->loop, serve->db, serve->gateway, conf, on_leads, serve);
	serve->sealer = sealer_new(serve->loop, serve->db, serve->secret, conf);
	serve->supervisor = supervisor_new(serve->loop, PROGRAM, serve->path,
					   &supervisor_default_pace, on_modem, serve);
	serve->http = http_new(serve->loop);
	serve->ussd = ussd_doors_new(serve->loop, serve->http, serve->gateway);
	if (ussd_doors_configure(serve->ussd, conf, &problems)) {
		log_lines(&problems);
		strbuf_free(&problems);
		return -1;
	}
	serve->api = api_door_new(serve->loop, serve->http, serve->db, serve->secret);
	api_door_configure(serve->api, conf);
	serve->hooks = hooks_new(serve->loop, serve->db, serve->secret);
	serve->kannel = kannel_doors_new(serve->loop, serve->http, serve->db, serve->gateway);
	if (kannel_doors_configure(serve->kannel, conf, &problems)) {
		log_lines(&problems);
		strbuf_free(&problems);
		return -1;
	}
	serve->metrics = metrics_new(serve->loop, serve->db, status_now, serve);
	serve->ready = timer_new(serve->loop, on_ready, serve);
	serve->http_retry = timer_new(serve->loop, on_listen, serve);
	serve->flush = timer_new(serve->loop, on_flush, serve);
	serve->last_writes = timer_new(serve->loop, on_last_writes, serve);
	loop_on_reload(serve->loop, on_reload, serve);
	loop_on_terminate(serve->loop, on_terminate, serve);
	db_on_state(serve->db, on_database, serve);
	timer_set(serve->ready, READY_MS);
	timer_set(serve->flush, FLUSH_MS);
	start_http(serve);
	supervisor_configure(serve->supervisor, conf);
	return 0;
}

/* The database goes before those whose answers it owes: it still calls them. */
static void finish(struct serve *serve)
{
	timer_free(&serve->ready);
	timer_free(&serve->http_retry);
	timer_free(&serve->flush);
	timer_free(&serve->last_writes);
	supervisor_free(&serve->supervisor);
	if (serve->metrics)
		metrics_forget_waiters(serve->metrics);
	ussd_doors_forget(serve->ussd);
	api_door_forget(serve->api);
	hooks_forget(serve->hooks);
	kannel_doors_forget(serve->kannel);
	http_free(&serve->http);
	db_free(&serve->db);
	ussd_doors_free(&serve->ussd);
	api_door_free(&serve->api);
	hooks_free(&serve->hooks);
	kannel_doors_free(&serve->kannel);
	gateway_free(&serve->gateway);
	metrics_free(&serve->metrics);
	sealer_free(&serve->sealer);
	leader_free(&serve->leader);
	notify_free(&serve->notify);
	if (serve->loop)
		loop_free(&serve->loop);
	secret_free(&serve->secret);
	conf_free(&serve->reloaded);
	free(serve->path);
}

int serve_main(const struct conf *conf)
{
	struct serve serve = {.conf = conf, .since = clock_wall()};
	int status = 1;
	log_open("serve");
	conf_apply_log(conf);
	log_info("serve", "kentongan %s starts with %s", KENTONGAN_VERSION, conf->path);
	if (start(&serve) == 0)
		status = loop_run(serve.loop);
	finish(&serve);
	log_info("serve", "ended");
	return status;
}
