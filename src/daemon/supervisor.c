/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <jansson.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

#include "process.h"

#define LINE_MAX_BYTES 4096
/* SIGKILL can't be refused, but a process inside a driver's call dies late. */
#define UNKILLABLE_MS 10000

const struct supervisor_pace supervisor_default_pace = {
    .first_pause = 100, .longest_pause = 60000, .healthy = 600000, .stop = 20000};

enum state {
	STOPPED,  /* no process, none wanted */
	STARTING, /* timer: the first heartbeat must come */
	RUNNING,  /* timer: the next heartbeat must come */
	WAITING,  /* no process; timer: the pause before the next try */
	KILLED,   /* SIGKILL sent because of silence; timer: say that it won't die */
	STOPPING, /* SIGTERM sent; timer: patience ends */
	ENDING,   /* SIGKILL sent, none wanted; timer as KILLED */
	STATE_COUNT
};

enum event_kind { START, BEAT, TIMEOUT, EXIT, STOP };

static const char *const state_names[] = {"stopped", "starting", "running", "waiting",
					  "killed",  "stopping", "stopping"};
_Static_assert(sizeof state_names / sizeof *state_names == STATE_COUNT, "one name a state");
static const char *const event_names[] = {"start", "beat", "timeout", "exit", "stop"};

static const struct {
	enum state state;
	enum event_kind event;
	enum state next;
} transitions[] = {
    {STOPPED, START, STARTING},  {STOPPED, STOP, STOPPED},    {STARTING, BEAT, RUNNING},
    {STARTING, TIMEOUT, KILLED}, {STARTING, EXIT, WAITING}, /* also: could not be started */
    {STARTING, STOP, STOPPING},  {RUNNING, BEAT, RUNNING},    {RUNNING, TIMEOUT, KILLED},
    {RUNNING, EXIT, WAITING},    {RUNNING, STOP, STOPPING},   {WAITING, TIMEOUT, STARTING},
    {WAITING, STOP, STOPPED},    {KILLED, TIMEOUT, KILLED},   {KILLED, EXIT, WAITING},
    {KILLED, STOP, ENDING},      {STOPPING, TIMEOUT, ENDING}, {STOPPING, EXIT, STOPPED},
    {STOPPING, STOP, STOPPING},  {ENDING, TIMEOUT, ENDING},   {ENDING, EXIT, STOPPED},
    {ENDING, STOP, ENDING},
};

struct child {
	struct child *next;
	struct supervisor *supervisor;
	char *name;
	char *key; /* settings that a running process can't take over */
	enum state state;
	bool wanted; /* to be started again once it has stopped */
	bool reload; /* SIGHUP is due once it can take one */
	struct timer *timer;
	pid_t pid;
	struct bufferevent *heartbeat;
	char *told_state, *words;
	int restarts;
	bool died;
	int64_t since, started_ms, beat_ms, pause;
};

struct supervisor {
	struct loop *loop;
	char *program, *config;
	struct supervisor_pace pace;
	int64_t silence;
	supervisor_view_fn *changed;
	void *arg;
	struct child *children;
	struct event *sigchld;
	struct timer *all_stopped;
	void (*stopped)(void *arg);
	void *stopped_arg;
};

static void go(struct child *child, enum event_kind event);

/* --- what others see --- */

static struct supervisor_view view_of(const struct child *child)
{
	bool running = child->state == RUNNING;
	return (struct supervisor_view){
	    .name = child->name,
	    .state = running ? child->told_state : state_names[child->state],
	    .words = child->words,
	    .pid = child->pid,
	    .restarts = child->restarts,
	    .since = child->since,
	    .heartbeat_age = child->beat_ms < 0 ? -1 : (clock_mono_ms() - child->beat_ms) / 1000,
	    .ready = running && strcmp(child->told_state, "ready") == 0,
	    .died = child->died,
	};
}

static void tell(const struct child *child)
{
	struct supervisor_view view = view_of(child);
	if (child->supervisor->changed)
		child->supervisor->changed(&view, child->supervisor->arg);
}

void supervisor_each(const struct supervisor *supervisor, supervisor_view_fn *fn, void *arg)
{
	for (const struct child *child = supervisor->children; child; child = child->next) {
		if (child->state == STOPPED)
			continue;
		struct supervisor_view view = view_of(child);
		fn(&view, arg);
	}
}

static void set_words(struct child *child, char *words)
{
	free(child->words);
	child->words = words;
}

/* --- heartbeat --- */

/* Takes one line over. -EINVAL where it isn't a heartbeat, else 1 where it says
 * something new and 0 where it doesn't. */
static int take_beat(struct child *child, const char *line, size_t length)
{
	const char *state, *words;
	json_t *beat = json_loadb(line, length, 0, NULL);
	if (json_unpack(beat, "{s:s, s:s}", "state", &state, "words", &words) != 0) {
		log_warn("supervisor", "modem %s: not a heartbeat: %zu bytes", child->name, length);
		json_decref(beat);
		return -EINVAL;
	}
	bool new_state = strcmp(state, child->told_state) != 0;
	bool news = new_state || strcmp(words, child->words) != 0;
	if (new_state) {
		free(child->told_state);
		child->told_state = xstrdup(state);
		child->since = clock_wall();
	}
	if (news)
		set_words(child, xstrdup(words));
	json_decref(beat);
	return news;
}

static void on_heartbeat(struct bufferevent *bev, void *arg)
{
	struct child *child = arg;
	struct evbuffer *input = bufferevent_get_input(bev);
	size_t length;
	bool beat = false, news = false;
	char *line;
	/* What it says once it has been given up changes nothing. */
	bool listening = child->state == STARTING || child->state == RUNNING;
	while ((line = evbuffer_readln(input, &length, EVBUFFER_EOL_LF))) {
		int rc = listening ? take_beat(child, line, length) : -EINVAL;
		beat |= rc >= 0;
		news |= rc > 0;
		free(line);
	}
	if (evbuffer_get_length(input) >= LINE_MAX_BYTES) {
		log_warn("supervisor", "modem %s: a heartbeat without an end", child->name);
		evbuffer_drain(input, evbuffer_get_length(input));
	}
	if (!beat)
		return;
	bool was_running = child->state == RUNNING;
	child->beat_ms = clock_mono_ms();
	go(child, BEAT);
	if (news && was_running)
		tell(child);
}

/* Its end of the socket is closed: it has ended, or will be found silent. */
static void on_heartbeat_end(struct bufferevent *bev, short what, void *arg)
{
	(void)what;
	(void)arg;
	bufferevent_disable(bev, EV_READ);
}

static void watch_heartbeat(struct child *child, int fd)
{
	child->heartbeat =
	    bufferevent_socket_new(loop_base(child->supervisor->loop), fd, BEV_OPT_CLOSE_ON_FREE);
	if (!child->heartbeat)
		fatal("out of memory");
	bufferevent_setcb(child->heartbeat, on_heartbeat, NULL, on_heartbeat_end, child);
	bufferevent_setwatermark(child->heartbeat, EV_READ, 0, LINE_MAX_BYTES);
	if (bufferevent_enable(child->heartbeat, EV_READ) != 0)
		fatal("can't watch a heartbeat");
}

/* --- states --- */

static void start_process(struct child *child)
{
	struct supervisor *supervisor = child->supervisor;
	char *argv[] = {(char[]){"kentongan"}, (char[]){"-c"}, supervisor->config,
			(char[]){"modem"},     child->name,    NULL};
	struct errbuf err;
	int fd;
	child->started_ms = clock_mono_ms();
	child->died = false;
	child->reload = false;
	child->told_state[0] = '\0';
	set_words(child, xstrdup("its process starts"));
	if (process_start(supervisor->program, argv, &child->pid, &fd, &err)) {
		child->pid = 0;
		log_error("supervisor", "modem %s: %s", child->name, err.text);
		set_words(child, xasprintf("could not be started (%s)", err.text));
		go(child, EXIT);
		return;
	}
	watch_heartbeat(child, fd);
	log_info("supervisor", "modem %s: started as process %d", child->name, (int)child->pid);
	timer_set(child->timer, supervisor->silence);
}

static void end_process(struct child *child, int signal_number)
{
	/* SIGKILL to the whole group: nothing may keep the port open. */
	pid_t whom = signal_number == SIGKILL ? -child->pid : child->pid;
	if (child->pid > 0 && kill(whom, signal_number) != 0 && errno != ESRCH)
		log_error("supervisor", "modem %s: kill: %s", child->name, strerror(errno));
}

static void wait_before_next(struct child *child)
{
	const struct supervisor_pace *pace = &child->supervisor->pace;
	int64_t lived = clock_mono_ms() - child->started_ms;
	if (lived >= pace->healthy || child->pause == 0)
		child->pause = pace->first_pause;
	else if (child->pause < pace->longest_pause / 2)
		child->pause *= 2;
	else
		child->pause = pace->longest_pause;
	child->restarts++;
	child->died = true;
	char *words = xasprintf("its process %s after %lld s; next try %lld s later", child->words,
				(long long)lived / 1000, (long long)(child->pause + 999) / 1000);
	set_words(child, words);
	log_warn("supervisor", "modem %s: %s", child->name, words);
	timer_set(child->timer, child->pause);
}

static void enter(struct child *child, enum state before)
{
	const struct supervisor *supervisor = child->supervisor;
	switch (child->state) {
	case STARTING:
		start_process(child);
		break;
	case RUNNING:
		timer_set(child->timer, supervisor->silence);
		if (child->reload)
			end_process(child, SIGHUP);
		child->reload = false;
		break;
	case WAITING:
		wait_before_next(child);
		break;
	case KILLED:
	case ENDING:
		if (child->state == before)
			log_error("supervisor",
				  "modem %s: process %d can't be killed: it hangs in a driver; "
				  "unplug the modem, or restart this machine",
				  child->name, (int)child->pid);
		end_process(child, SIGKILL);
		timer_set(child->timer, UNKILLABLE_MS);
		break;
	case STOPPING:
		if (before == STOPPING)
			break;
		end_process(child, SIGTERM);
		timer_set(child->timer, supervisor->pace.stop);
		break;
	case STOPPED:
	case STATE_COUNT:
		timer_clear(child->timer);
		break;
	}
}

static bool all_are_stopped(const struct supervisor *supervisor)
{
	for (const struct child *child = supervisor->children; child; child = child->next)
		if (child->state != STOPPED)
			return false;
	return true;
}

static void say_why(struct child *child, enum state before)
{
	if (child->state == KILLED && before != KILLED) {
		set_words(child, xasprintf("was silent for %lld s and was killed",
					   (long long)child->supervisor->silence / 1000));
		log_error("supervisor", "modem %s: process %d showed no life for %lld s: killed",
			  child->name, (int)child->pid,
			  (long long)child->supervisor->silence / 1000);
	} else if (child->state == ENDING && before == STOPPING) {
		log_warn("supervisor", "modem %s: process %d didn't end when told to: killed",
			 child->name, (int)child->pid);
	} else if (child->state == STOPPED && before != STOPPED) {
		log_info("supervisor", "modem %s: stopped", child->name);
	}
}

/* The one place where a child's state changes. */
static void go(struct child *child, enum event_kind event)
{
	enum state before = child->state, next = STATE_COUNT;
	for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++)
		if (transitions[i].state == before && transitions[i].event == event)
			next = transitions[i].next;
	if (next == STATE_COUNT)
		fatal("supervisor: %s while %s", event_names[event], state_names[before]);
	child->state = next;
	if (next != before)
		child->since = clock_wall();
	say_why(child, before);
	enter(child, before);
	/* enter() may have gone on by itself; then it has told already. */
	if (child->state != next)
		return;
	if (next != before)
		tell(child);
	if (next == STOPPED && child->wanted)
		go(child, START);
	else if (next == STOPPED && child->supervisor->stopped &&
		 all_are_stopped(child->supervisor))
		timer_set(child->supervisor->all_stopped, 0);
}

static void on_timer(void *arg)
{
	go(arg, TIMEOUT);
}

/* --- ends of processes --- */

static void reap(struct child *child)
{
	int status;
	char words[128];
	pid_t pid;
	do
		pid = waitpid(child->pid, &status, WNOHANG);
	while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return;
	bufferevent_free(child->heartbeat);
	child->heartbeat = NULL;
	child->pid = 0;
	child->beat_ms = -1;
	if (child->state != KILLED)
		set_words(child, xstrdup(pid < 0 ? "is gone"
						 : process_end_words(status, words, sizeof words)));
	go(child, EXIT);
}

static void on_sigchld(evutil_socket_t signal_number, short what, void *arg)
{
	(void)signal_number;
	(void)what;
	struct supervisor *supervisor = arg;
	for (struct child *child = supervisor->children; child; child = child->next)
		if (child->pid > 0)
			reap(child);
}

/* --- configuration --- */

static char *key_of(const struct conf_modem *modem)
{
	return xasprintf("%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s", modem->device, modem->imei, modem->imsi,
			 modem->search, modem->connection, modem->pin_file, modem->smsc,
			 modem->number);
}

static struct child *find(struct supervisor *supervisor, const char *name)
{
	for (struct child *child = supervisor->children; child; child = child->next)
		if (strcmp(child->name, name) == 0)
			return child;
	return NULL;
}

static struct child *child_new(struct supervisor *supervisor, const char *name)
{
	struct child *child = xcalloc(1, sizeof *child);
	child->supervisor = supervisor;
	child->name = xstrdup(name);
	child->told_state = xstrdup("");
	child->words = xstrdup("");
	child->key = xstrdup("");
	child->beat_ms = -1;
	child->timer = timer_new(supervisor->loop, on_timer, child);
	struct child **last = &supervisor->children;
	while (*last)
		last = &(*last)->next;
	*last = child;
	return child;
}

static void child_free(struct child *child)
{
	if (child->pid > 0) {
		end_process(child, SIGKILL);
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (child->heartbeat)
		bufferevent_free(child->heartbeat);
	timer_free(&child->timer);
	free(child->name);
	free(child->key);
	free(child->told_state);
	free(child->words);
	free(child);
}

static void drop_stopped(struct supervisor *supervisor)
{
	struct child **link = &supervisor->children;
	while (*link) {
		struct child *child = *link;
		if (child->state == STOPPED) {
			*link = child->next;
			child_free(child);
		} else {
			link = &child->next;
		}
	}
}

static void configure_child(struct child *child, const struct conf_modem *modem)
{
	char *key = key_of(modem);
	bool same = strcmp(key, child->key) == 0;
	free(child->key);
	child->key = key;
	child->wanted = true;
	if (child->state == STOPPED) {
		go(child, START);
	} else if (!same) {
		log_info("supervisor", "modem %s: its settings changed: restarting it",
			 child->name);
		child->pause = 0;
		go(child, STOP);
	} else if (child->state == RUNNING) {
		end_process(child, SIGHUP);
	} else {
		/* It may have read the old file, and can't take a signal yet. */
		child->reload = true;
	}
}

void supervisor_configure(struct supervisor *supervisor, const struct conf *conf)
{
	if (supervisor->stopped)
		return;
	supervisor->silence = (int64_t)conf->heartbeat_seconds * 1000;
	drop_stopped(supervisor);
	for (struct child *child = supervisor->children; child; child = child->next) {
		if (conf_modem(conf, child->name))
			continue;
		child->wanted = false;
		go(child, STOP);
	}
	for (size_t i = 0; i < conf->modem_count; i++) {
		const struct conf_modem *modem = &conf->modems[i];
		struct child *child = find(supervisor, modem->name);
		if (!child)
			child = child_new(supervisor, modem->name);
		configure_child(child, modem);
	}
}

/* --- the whole --- */

static void on_all_stopped(void *arg)
{
	struct supervisor *supervisor = arg;
	supervisor->stopped(supervisor->stopped_arg);
}

struct supervisor *supervisor_new(struct loop *loop, const char *program, const char *config,
				  const struct supervisor_pace *pace, supervisor_view_fn *changed,
				  void *arg)
{
	struct supervisor *supervisor = xcalloc(1, sizeof *supervisor);
	supervisor->loop = loop;
	supervisor->program = xstrdup(program);
	supervisor->config = xstrdup(config);
	supervisor->pace = *pace;
	supervisor->changed = changed;
	supervisor->arg = arg;
	supervisor->all_stopped = timer_new(loop, on_all_stopped, supervisor);
	supervisor->sigchld = evsignal_new(loop_base(loop), SIGCHLD, on_sigchld, supervisor);
	if (!supervisor->sigchld || event_add(supervisor->sigchld, NULL) != 0)
		fatal("can't watch signals");
	return supervisor;
}

void supervisor_stop(struct supervisor *supervisor, void (*fn)(void *arg), void *arg)
{
	supervisor->stopped = fn;
	supervisor->stopped_arg = arg;
	for (struct child *child = supervisor->children; child; child = child->next) {
		child->wanted = false;
		go(child, STOP);
	}
	if (all_are_stopped(supervisor))
		timer_set(supervisor->all_stopped, 0);
}

void supervisor_free(struct supervisor **supervisor)
{
	if (!*supervisor)
		return;
	while ((*supervisor)->children) {
		struct child *child = (*supervisor)->children;
		(*supervisor)->children = child->next;
		child_free(child);
	}
	event_free((*supervisor)->sigchld);
	timer_free(&(*supervisor)->all_stopped);
	free((*supervisor)->program);
	free((*supervisor)->config);
	free(*supervisor);
	*supervisor = NULL;
}
