/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_HTTP_H
#define KENTONGAN_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "kentongan/errors.h"
#include "kentongan/loop.h"

/* The web server: evhttp, a table of routes, limits. Connections never take the
 * last descriptors (http_room.h). */
struct http;

/* What came in, to be answered once: at once or later. Unanswered ones are
 * closed by http_free(); then the pointer is dead. */
struct http_exchange;
typedef void http_route_fn(struct http_exchange *exchange, void *arg);

#define HTTP_HEADERS_MAX 32768
#define HTTP_BODY_MAX 65536
#define HTTP_TIMEOUT_SECONDS 15

struct http *http_new(struct loop *loop);
void http_free(struct http **http);

/* METHOD is "GET" (which allows HEAD), "POST", or "*" for every one. PATH is exact, or ends in "/"
 * and takes whatever stands below it too; the first route that fits counts.
 * Strings are constants. */
void http_route(struct http *http, const char *method, const char *path, http_route_fn *fn,
		void *arg);

/* PORT 0 takes a free one. Says in ERR why not (address in use …). */
MUSTCHECK int http_listen(struct http *http, const char *address, int port, struct errbuf *err);
/* The port that we listen at, 0 = none yet. */
int http_port(const struct http *http);

/* What was asked; borrowed until the answer. Absent is NULL. Where the peer has
 * left everything is absent, so ask before the first wait. */
const char *http_path(const struct http_exchange *exchange);
/* "GET", "POST" …; "" for one that has no name here. */
const char *http_method(const struct http_exchange *exchange);
const char *http_header(const struct http_exchange *exchange, const char *name);
/* Decoded, of the address's query or of a form in the body; the first of that
 * name. */
const char *http_query(struct http_exchange *exchange, const char *name);
const char *http_form(struct http_exchange *exchange, const char *name);
/* The address's query as it came, for those who must see a coded NUL. */
const char *http_raw_query(const struct http_exchange *exchange);
/* Ends with NUL, which LENGTH doesn't count. */
const char *http_body(struct http_exchange *exchange, size_t *length);
/* The address that it came from, "127.0.0.1". */
const char *http_peer(const struct http_exchange *exchange);
/* Whether the body's type is TYPE ("application/json"), parameters aside. */
bool http_is_type(const struct http_exchange *exchange, const char *type);

/* Who may come in. All that are set must hold. */
struct http_access {
	const char *const *allow; /* addresses and networks, "10.0.0.0/8"; none = all */
	size_t allow_count;
	const char *user, *password; /* HTTP basic authentication; NULL = none */
};
/* False, and answered (403, 401), where ACCESS doesn't admit EXCHANGE. Secrets
 * are compared in constant time. */
bool http_admit(struct http_exchange *exchange, const struct http_access *access);
/* Whether its address is among those that ACCESS allows. */
bool http_is_from(const struct http_exchange *exchange, const struct http_access *access);

/* Whether the LENGTH bytes of A are SECRET; nothing is told by how long it takes. */
bool http_same_secret(const char *a, size_t length, const char *secret);

/* A setting's list of addresses and networks, for `allow`. Zero-initialise. */
struct http_networks {
	char *text; /* what LIST points into */
	const char **list;
	size_t count;
};
/* In place of what it had. TEXT has spaces or commas between. */
void http_networks_set(struct http_networks *networks, const char *text);
void http_networks_clear(struct http_networks *networks);
/* Whether TEXT is an address or network that `allow` may hold. */
bool http_is_network(const char *text);

/* Answers "CODE why" and ends EXCHANGE. */
void http_refuse(struct http_exchange *exchange, int code, const char *why);
/* A header of the answer to come. */
void http_add_header(struct http_exchange *exchange, const char *name, const char *value);

/* Answers and ends EXCHANGE. Does nothing more where the peer has left. */
void http_reply(struct http_exchange *exchange, int code, const char *type, const char *body,
		size_t length);

#endif
