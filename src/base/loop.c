/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/loop.h"

#include <signal.h>
#include <stdlib.h>

#include "kentongan/errors.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

enum { ON_TERM, ON_INT, ON_HUP, SIGNAL_COUNT };

struct loop {
	struct event_base *base;
	struct event *signals[SIGNAL_COUNT];
	void (*reload)(void *arg);
	void *reload_arg;
	void (*terminate)(void *arg);
	void *terminate_arg;
	bool terminating;
	bool stopped;
	int status;
};

static void on_terminate(evutil_socket_t signal, short what, void *arg)
{
	(void)what;
	struct loop *loop = arg;
	/* Who asks twice doesn't want to wait for work under way. */
	if (loop->terminating || !loop->terminate) {
		loop_stop(loop, 0);
		return;
	}
	log_info("loop", "%s: finishing", signal == SIGINT ? "SIGINT" : "SIGTERM");
	loop->terminating = true;
	loop->terminate(loop->terminate_arg);
}

static void on_hangup(evutil_socket_t signal, short what, void *arg)
{
	(void)signal;
	(void)what;
	struct loop *loop = arg;
	if (loop->reload)
		loop->reload(loop->reload_arg);
}

/* Timers count from now, not from when the loop woke up: a callback in the
 * modem process may take seconds inside libGammu. */
static struct event_base *base_new(void)
{
	struct event_config *config = event_config_new();
	if (!config || event_config_set_flag(config, EVENT_BASE_FLAG_NO_CACHE_TIME) != 0)
		fatal("event_config_new failed");
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	if (!base)
		fatal("event_base_new failed");
	return base;
}

struct loop *loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof *loop);
	signal(SIGPIPE, SIG_IGN);
	loop->base = base_new();
	loop->signals[ON_TERM] = evsignal_new(loop->base, SIGTERM, on_terminate, loop);
	loop->signals[ON_INT] = evsignal_new(loop->base, SIGINT, on_terminate, loop);
	loop->signals[ON_HUP] = evsignal_new(loop->base, SIGHUP, on_hangup, loop);
	for (int i = 0; i < SIGNAL_COUNT; i++)
		if (!loop->signals[i] || event_add(loop->signals[i], NULL) != 0)
			fatal("can't watch signals");
	return loop;
}

void loop_free(struct loop **loop)
{
	if (!*loop)
		return;
	for (int i = 0; i < SIGNAL_COUNT; i++)
		event_free((*loop)->signals[i]);
	event_base_free((*loop)->base);
	free(*loop);
	*loop = NULL;
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

void loop_on_reload(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	loop->reload = fn;
	loop->reload_arg = arg;
}

void loop_on_terminate(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	loop->terminate = fn;
	loop->terminate_arg = arg;
}

int loop_run(struct loop *loop)
{
	/* event_base_loop() forgets a loopbreak that came before it. */
	while (!loop->stopped)
		if (event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
			fatal("the event loop failed");
	loop->stopped = false;
	loop->terminating = false;
	return loop->status;
}

void loop_stop(struct loop *loop, int status)
{
	loop->stopped = true;
	loop->status = status;
	event_base_loopbreak(loop->base);
}

/* --- timers --- */

struct timer {
	struct event *event;
	void (*fn)(void *arg);
	void *arg;
};

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	struct timer *timer = arg;
	timer->fn(timer->arg);
}

struct timer *timer_new(struct loop *loop, void (*fn)(void *arg), void *arg)
{
	struct timer *timer = xcalloc(1, sizeof *timer);
	timer->fn = fn;
	timer->arg = arg;
	timer->event = evtimer_new(loop->base, on_timer, timer);
	if (!timer->event)
		fatal("out of memory");
	return timer;
}

void timer_set(struct timer *timer, int64_t ms)
{
	if (ms < 0)
		ms = 0;
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	if (event_add(timer->event, &tv) != 0)
		fatal("can't set a timer");
}

void timer_clear(struct timer *timer)
{
	event_del(timer->event);
}

bool timer_pending(const struct timer *timer)
{
	return event_pending(timer->event, EV_TIMEOUT, NULL);
}

void timer_free(struct timer **timer)
{
	if (!*timer)
		return;
	event_free((*timer)->event);
	free(*timer);
	*timer = NULL;
}
