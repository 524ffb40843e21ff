/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modem_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <jansson.h>
#include <systemd/sd-daemon.h>

#include "kentongan/clock.h"
#include "kentongan/gateway.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"
#include "kentongan/modem.h"

#include "process.h"

#define BEAT_MS 1000    /* the same words no more often than that */
#define FLOODS_MS 60000 /* refused messages are counted, then written */

struct modem_process {
	const char *name;
	const struct conf *conf; /* the caller's */
	struct conf *reloaded;   /* or what SIGHUP brought */
	struct loop *loop;
	struct secret *secret;
	struct db *db;
	struct gateway *gateway;
	struct modem *modem;
	struct timer *floods, *watchdog;
	int64_t watchdog_ms;
	int heartbeat; /* -1 = standalone */
	struct event *parent;
	char told[600];
	int64_t told_at;
};

/* --- showing life --------------------------------------------------------- */

static void tell_supervisor(struct modem_process *process, const char *state, const char *words)
{
	json_t *line = json_pack("{s:s, s:s}", "state", state, "words", words);
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	if (text) {
		char *whole = xasprintf("%s\n", text);
		/* A supervisor too busy to read misses a beat, no more. */
		(void)!send(process->heartbeat, whole, strlen(whole), MSG_DONTWAIT | MSG_NOSIGNAL);
		free(whole);
	}
	free(text);
	json_decref(line);
}

static void on_heartbeat(const char *state, const char *words, void *arg)
{
	struct modem_process *process = arg;
	char now[sizeof process->told];
	snprintf(now, sizeof now, "%s: %.500s", state, words);
	if (strcmp(now, process->told) == 0 && clock_mono_ms() - process->told_at < BEAT_MS)
		return;
	memcpy(process->told, now, sizeof now);
	process->told_at = clock_mono_ms();
	if (process->heartbeat >= 0)
		tell_supervisor(process, state, words);
	else
		sd_notifyf(0, "STATUS=%s\nWATCHDOG=1", now);
}

static void on_watchdog(void *arg)
{
	struct modem_process *process = arg;
	timer_set(process->watchdog, process->watchdog_ms);
	sd_notify(0, "WATCHDOG=1");
}

static void start_watchdog(struct modem_process *process)
{
	uint64_t us = 0;
	if (process->heartbeat >= 0 || sd_watchdog_enabled(0, &us) <= 0)
		return;
	process->watchdog_ms = (int64_t)(us / 3000);
	process->watchdog = timer_new(process->loop, on_watchdog, process);
	timer_set(process->watchdog, process->watchdog_ms);
}

/* --- stopping ------------------------------------------------------------- */

static void on_stopped(void *arg)
{
	struct modem_process *process = arg;
	loop_stop(process->loop, 0);
}

static void stop(void *arg)
{
	struct modem_process *process = arg;
	if (process->heartbeat < 0)
		sd_notify(0, "STOPPING=1");
	gateway_flush_floods(process->gateway);
	modem_stop(process->modem, on_stopped, process);
}

/* The daemon never writes: what comes is its end. */
static void on_parent(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	struct modem_process *process = arg;
	char bytes[64];
	ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	log_info("modem", "the daemon is gone: stopping");
	event_del(process->parent);
	stop(process);
}

static void watch_parent(struct modem_process *process)
{
	const char *text = getenv(PROCESS_HEARTBEAT_ENV);
	process->heartbeat = -1;
	if (!text || !*text)
		return;
	process->heartbeat = atoi(text);
	evutil_make_socket_closeonexec(process->heartbeat);
	process->parent = event_new(loop_base(process->loop), process->heartbeat,
				    EV_READ | EV_PERSIST, on_parent, process);
	if (!process->parent || event_add(process->parent, NULL) != 0)
		fatal("can't watch the daemon");
}

/* --- settings ------------------------------------------------------------- */

static void log_problems(const char *what, const struct strbuf *problems)
{
	char *copy = xstrdup(problems->text ? problems->text : ""), *save = NULL;
	log_error("modem", "%s", what);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		log_error("modem", "  %s", line);
	free(copy);
}

static void reload(void *arg)
{
	struct modem_process *process = arg;
	struct strbuf problems = {0};
	struct conf *conf = NULL;
	const struct conf_modem *modem = NULL;
	int result = conf_load(&conf, process->conf->path, &problems);
	if (result == 0 && !(modem = conf_modem(conf, process->name))) {
		strbuf_printf(&problems, "modem \"%s\" is no longer in it", process->name);
		result = -ENOENT;
	}
	if (result == 0)
		result = gateway_reload(process->gateway, conf, &problems);
	if (result != 0) {
		log_problems("the old settings stay:", &problems);
		conf_free(&conf);
	} else {
		conf_apply_log(conf);
		modem_reconfigure(process->modem, modem, conf);
		conf_free(&process->reloaded);
		process->reloaded = conf;
		log_info("modem", "settings read again");
	}
	strbuf_free(&problems);
}

static void on_floods(void *arg)
{
	struct modem_process *process = arg;
	timer_set(process->floods, FLOODS_MS);
	gateway_flush_floods(process->gateway);
}

/* --- life ----------------------------------------------------------------- */

static int set_up(struct modem_process *process)
{
	const struct conf *conf = process->conf;
	struct errbuf err = {0};
	struct strbuf problems = {0};
	if (secret_load(&process->secret, conf->key_file, &err) != 0) {
		log_error("modem", "%s", err.text);
		return -1;
	}
	char application[64];
	snprintf(application, sizeof application, "kentongan modem %.32s", process->name);
	process->db = db_new(process->loop, conf, application);
	int result = gateway_new(&process->gateway, process->loop, process->db, conf,
				 process->secret, &problems);
	if (result != 0)
		log_problems("commands or texts can't be used:", &problems);
	strbuf_free(&problems);
	if (result != 0)
		return -1;
	process->modem = modem_new(process->loop, process->db, process->gateway,
				   conf_modem(conf, process->name), conf, on_heartbeat, process);
	process->floods = timer_new(process->loop, on_floods, process);
	timer_set(process->floods, FLOODS_MS);
	return 0;
}

/* The database first: it ends what is under way, and the gateway and then the
 * modem still hear of it. */
static void tear_down(struct modem_process *process)
{
	timer_free(&process->floods);
	timer_free(&process->watchdog);
	if (process->parent)
		event_free(process->parent);
	db_free(&process->db);
	gateway_free(&process->gateway);
	modem_free(&process->modem);
	secret_free(&process->secret);
	conf_free(&process->reloaded);
	loop_free(&process->loop);
}

int modem_main(const struct conf *conf, const char *name)
{
	struct modem_process process = {.name = name, .conf = conf};
	char ident[64];
	snprintf(ident, sizeof ident, "modem[%.32s]", name);
	log_open(ident);
	conf_apply_log(conf);
	process.loop = loop_new();
	watch_parent(&process);
	int status = 1;
	if (set_up(&process) == 0) {
		loop_on_reload(process.loop, reload, &process);
		loop_on_terminate(process.loop, stop, &process);
		start_watchdog(&process);
		if (process.heartbeat < 0)
			sd_notify(0, "READY=1");
		modem_start(process.modem);
		status = loop_run(process.loop);
	}
	tear_down(&process);
	return status;
}
