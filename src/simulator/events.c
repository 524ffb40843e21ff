/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "events.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"

#include "network.h"

struct events {
	struct events_watcher *watchers;
	char *lines[EVENTS_LOG_MAX];
	size_t first, count;
	int64_t times[EVENTS_TIMES_MAX]; /* the last so many */
	size_t time_count;
	FILE *bench;
};

struct events *events_new(void)
{
	return xcalloc(1, sizeof(struct events));
}

void events_free(struct events **events)
{
	struct events *e = *events;

	if (e == NULL)
		return;
	for (size_t i = 0; i < e->count; i++)
		free(e->lines[(e->first + i) % EVENTS_LOG_MAX]);
	if (e->bench != NULL)
		fclose(e->bench);
	free(e);
	*events = NULL;
}

void events_watch(struct events *events, struct events_watcher *watcher)
{
	watcher->next = events->watchers;
	events->watchers = watcher;
}

void events_unwatch(struct events *events, struct events_watcher *watcher)
{
	for (struct events_watcher **at = &events->watchers; *at != NULL; at = &(*at)->next) {
		if (*at == watcher) {
			*at = watcher->next;
			return;
		}
	}
}

void events_tell(struct events *events, json_t *event)
{
	for (struct events_watcher *w = events->watchers, *next; w != NULL; w = next) {
		next = w->next;
		w->event(w->arg, event);
	}
	json_decref(event);
}

void events_log(struct events *events, char *line)
{
	if (events->count == EVENTS_LOG_MAX) {
		free(events->lines[events->first]);
		events->first = (events->first + 1) % EVENTS_LOG_MAX;
		events->count--;
	}
	events->lines[(events->first + events->count++) % EVENTS_LOG_MAX] = line;
}

void events_print(const struct events *events, size_t lines, struct strbuf *out)
{
	size_t skip = lines < events->count ? events->count - lines : 0;

	strbuf_puts(out, "");
	for (size_t i = skip; i < events->count; i++)
		strbuf_printf(out, "%s\n", events->lines[(events->first + i) % EVENTS_LOG_MAX]);
}

/* --- measuring ------------------------------------------------------------ */

void events_noticed(struct handset *peer)
{
	if (peer->notice_count == NOTICES_MAX) {
		peer->notice_first = (peer->notice_first + 1) % NOTICES_MAX;
		peer->notice_count--;
	}
	peer->noticed_us[(peer->notice_first + peer->notice_count++) % NOTICES_MAX] =
	    clock_mono_us();
}

void events_answered(struct events *events, struct handset *peer)
{
	int64_t now = clock_mono_us(), noticed;

	if (peer->notice_count == 0)
		return;
	noticed = peer->noticed_us[peer->notice_first];
	peer->notice_first = (peer->notice_first + 1) % NOTICES_MAX;
	peer->notice_count--;
	events->times[events->time_count++ % EVENTS_TIMES_MAX] = now - noticed;
	if (events->bench != NULL)
		fprintf(events->bench, "%s %lld %lld\n", peer->number, (long long)noticed,
			(long long)now);
}

int events_bench(struct events *events, const char *path, struct errbuf *err)
{
	if (events->bench != NULL)
		fclose(events->bench);
	events->bench = NULL;
	events->time_count = 0;
	if (path == NULL)
		return 0;
	events->bench = fopen(path, "we");
	if (events->bench == NULL)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	setvbuf(events->bench, NULL, _IOLBF, 0);
	return 0;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

struct events_times events_times(const struct events *events)
{
	struct events_times times = {0};
	int64_t *sorted;

	times.count = events->time_count < EVENTS_TIMES_MAX ? events->time_count : EVENTS_TIMES_MAX;
	if (times.count == 0)
		return times;
	sorted = xcalloc(times.count, sizeof(*sorted));
	memcpy(sorted, events->times, times.count * sizeof(*sorted));
	qsort(sorted, times.count, sizeof(*sorted), compare);
	times.p50_us = sorted[(times.count - 1) / 2];
	times.p99_us = sorted[(times.count - 1) * 99 / 100];
	times.max_us = sorted[times.count - 1];
	free(sorted);
	return times;
}

/* --- the network's view --------------------------------------------------- */

void network_tell(struct network *network, json_t *event)
{
	events_tell(network_events(network), event);
}

void network_event(struct network *network, const char *fmt, ...)
{
	va_list args;
	char *line, *stamped;

	va_start(args, fmt);
	if (vasprintf(&line, fmt, args) < 0)
		fatal("out of memory");
	va_end(args);
	for (char *p = line; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	stamped = xasprintf("%lld.%06lld %s", (long long)(clock_mono_us() / 1000000),
			    (long long)(clock_mono_us() % 1000000), line);
	free(line);
	events_log(network_events(network), stamped);
}

void network_noticed(struct network *network, const char *peer)
{
	struct handset *handset = network_handset(network, peer);

	if (handset != NULL)
		events_noticed(handset);
}

void network_answered(struct network *network, const struct pdu *submit)
{
	struct pdu_concat concat;
	struct handset *handset;

	if (pdu_get_concat(submit, &concat) && concat.sequence != concat.total)
		return;
	handset = network_handset(network, submit->peer.text);
	if (handset != NULL)
		events_answered(network_events(network), handset);
}
