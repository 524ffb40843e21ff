/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_SUPERVISOR_H
#define KENTONGAN_DAEMON_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kentongan/conf.h"
#include "kentongan/loop.h"

/* Keeps one `kentongan modem NAME` process running for each modem of the
 * configuration. A child tells that it lives by lines {"state":…,"words":…}
 * on its heartbeat socket; one that is silent is killed, one that ends is
 * started again after a pause that grows while it keeps dying young. */
struct supervisor;

/* Milliseconds. */
struct supervisor_pace {
	int64_t first_pause;   /* after the first death */
	int64_t longest_pause; /* what doubling leads to */
	int64_t healthy;       /* a life this long makes the next pause the first again */
	int64_t stop;          /* between SIGTERM and SIGKILL */
};
extern const struct supervisor_pace supervisor_default_pace;

/* One child as others see it. Strings are good during the call. */
struct supervisor_view {
	const char *name;
	const char *state; /* as the child tells it, else starting, waiting, killed, stopping */
	const char *words;
	pid_t pid;             /* 0 = no process */
	int restarts;          /* unplanned ones, since we started */
	int64_t since;         /* wall seconds of the last change of state */
	int64_t heartbeat_age; /* seconds; -1 = none yet from this process */
	bool ready;            /* told us so itself */
	bool died;             /* there was a process, it ended unasked */
};
typedef void supervisor_view_fn(const struct supervisor_view *view, void *arg);

/* PROGRAM is run as `kentongan -c CONFIG modem NAME`. CHANGED is called when a
 * child's state or words change; it must not free the supervisor. Strings are
 * copied, PACE too. */
struct supervisor *supervisor_new(struct loop *loop, const char *program, const char *config,
				  const struct supervisor_pace *pace, supervisor_view_fn *changed,
				  void *arg);
/* At start and at each reload: starts modems that are new, stops those that
 * are gone, restarts those whose device or SIM changed, and passes SIGHUP on
 * to the others. CONF is used during the call only. */
void supervisor_configure(struct supervisor *supervisor, const struct conf *conf);
/* SIGTERM to all, SIGKILL after the pace's deadline; FN on the loop when none
 * is left. Nothing is started any more. */
void supervisor_stop(struct supervisor *supervisor, void (*fn)(void *arg), void *arg);
/* Kills at once what still runs. */
void supervisor_free(struct supervisor **supervisor);

void supervisor_each(const struct supervisor *supervisor, supervisor_view_fn *fn, void *arg);

#endif
