/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_EVENTS_H
#define SIMULATOR_EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "kentongan/errors.h"
#include "kentongan/memory.h"

#include "handset.h"

/* What happens on the network: told to watchers as it does, kept as a log of
 * the last lines, and measured from notice to answer. */

#define EVENTS_LOG_MAX 2000
#define EVENTS_TIMES_MAX 20000 /* samples kept for the percentiles */

struct events_watcher {
	void (*event)(void *arg, json_t *event); /* EVENT is borrowed */
	void *arg;
	struct events_watcher *next;
};

struct events;
struct events *events_new(void);
void events_free(struct events **events);

void events_watch(struct events *events, struct events_watcher *watcher);
void events_unwatch(struct events *events, struct events_watcher *watcher);
void events_tell(struct events *events, json_t *event);

/* Takes LINE over. */
void events_log(struct events *events, char *line);
/* The last LINES of it. */
void events_print(const struct events *events, size_t lines, struct strbuf *out);

void events_noticed(struct handset *peer);
/* If a notice of PEER is unanswered: its time, "PEER CMTI_US CMGS_US" to the
 * bench log if there is one. Monotonic microseconds. */
void events_answered(struct events *events, struct handset *peer);
/* Starts (and empties) a bench log; NULL ends it. */
MUSTCHECK int events_bench(struct events *events, const char *path, struct errbuf *err);
struct events_times {
	size_t count;
	int64_t p50_us, p99_us, max_us;
};
struct events_times events_times(const struct events *events);

#endif
