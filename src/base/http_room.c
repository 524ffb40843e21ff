/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http_room.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

#define KEPT 64 /* descriptors for everything else */
#define PAUSE_MS 200
#define TELL_MS 60000

struct http_room {
	struct http_room *next;
	struct evconnlistener *listener;
	struct timer *pause;
	int64_t told; /* 0 = never */
};

/* The listener's argument is evhttp's own: a mistake of it finds its room here. */
static struct http_room *rooms;

static bool is_full(const struct http_room *room)
{
	struct rlimit limit;
	/* The lowest that is free: about as many are taken. */
	int next = fcntl(evconnlistener_get_fd(room->listener), F_DUPFD_CLOEXEC, 0);

	if (next < 0)
		return true;
	close(next);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	return (rlim_t)next + (limit.rlim_cur / 4 < KEPT ? limit.rlim_cur / 4 : KEPT) >=
	       limit.rlim_cur;
}

static void pause_room(struct http_room *room)
{
	int64_t now = clock_mono_ms();

	evconnlistener_disable(room->listener);
	timer_set(room->pause, PAUSE_MS);
	if (room->told && now - room->told < TELL_MS)
		return;
	room->told = now;
	log_warn("http", "too many connections: no more are taken until some have gone");
}

static void on_error(struct evconnlistener *listener, void *arg)
{
	(void)arg;
	for (struct http_room *room = rooms; room; room = room->next)
		if (room->listener == listener)
			pause_room(room);
}

static void on_pause(void *arg)
{
	struct http_room *room = arg;

	if (is_full(room))
		timer_set(room->pause, PAUSE_MS);
	else
		evconnlistener_enable(room->listener);
}

void http_room_look(struct http_room *room)
{
	if (is_full(room))
		pause_room(room);
}

struct http_room *http_room_new(struct loop *loop, struct evconnlistener *listener)
{
	struct http_room *room = xcalloc(1, sizeof(*room));

	room->listener = listener;
	room->pause = timer_new(loop, on_pause, room);
	room->next = rooms;
	rooms = room;
	evconnlistener_set_error_cb(listener, on_error);
	return room;
}

void http_room_free(struct http_room **room)
{
	struct http_room **link = &rooms;

	if (!*room)
		return;
	while (*link != *room)
		link = &(*link)->next;
	*link = (*room)->next;
	evconnlistener_set_error_cb((*room)->listener, NULL);
	timer_free(&(*room)->pause);
	free(*room);
	*room = NULL;
}
