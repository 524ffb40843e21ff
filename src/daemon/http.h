/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_HTTP_H
#define KENTONGAN_DAEMON_HTTP_H

#include <stddef.h>

#include "kentongan/errors.h"
#include "kentongan/loop.h"

/* The daemon's web server: evhttp, a table of routes, limits. */
struct http;

/* What came in, to be answered once: at once or later. Unanswered ones are
 * closed by http_free(); then the pointer is dead. */
struct http_exchange;
typedef void http_route_fn(struct http_exchange *exchange, void *arg);

#define HTTP_HEADERS_MAX 8192
#define HTTP_BODY_MAX 65536
#define HTTP_TIMEOUT_SECONDS 15

struct http *http_new(struct loop *loop);
void http_free(struct http **http);

/* METHOD is "GET" (which allows HEAD) or "POST". PATH is exact; strings are
 * constants. */
void http_route(struct http *http, const char *method, const char *path, http_route_fn *fn,
		void *arg);

/* PORT 0 takes a free one. Says in ERR why not (address in use …). */
MUSTCHECK int http_listen(struct http *http, const char *address, int port, struct errbuf *err);
/* The port that we listen at, 0 = none yet. */
int http_port(const struct http *http);

/* Answers and ends EXCHANGE. Does nothing more where the peer has left. */
void http_reply(struct http_exchange *exchange, int code, const char *type, const char *body,
		size_t length);

#endif
