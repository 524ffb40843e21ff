/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_HTTP_ROOM_H
#define BASE_HTTP_ROOM_H

#include <event2/listener.h>

#include "kentongan/loop.h"

/* How many connections a listener may take: libevent knows no limit, and one
 * descriptor too many would keep the database and the modems out, while the
 * listener spins. Whoever comes meanwhile waits in the kernel's queue. */
struct http_room;

struct http_room *http_room_new(struct loop *loop, struct evconnlistener *listener);
/* To be called with every connection that was taken: looks whether there may be more. */
void http_room_look(struct http_room *room);
/* Before the listener is freed; NULL is fine. */
void http_room_free(struct http_room **room);

#endif
