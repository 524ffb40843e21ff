/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_FETCH_H
#define KENTONGAN_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "kentongan/errors.h"
#include "kentongan/loop.h"

/* The web client: libcurl on the loop. Never follows redirects, speaks http and
 * https only, checks certificates. */
struct fetch;

/* At most IN_FLIGHT requests at once; further ones wait here. */
struct fetch *fetch_new(struct loop *loop, int in_flight);
/* What is under way ends without its callback. */
void fetch_free(struct fetch **fetch);
/* Those under way and waiting. */
int fetch_pending(const struct fetch *fetch);

struct fetch_request {
	const char *url;
	const char *body; /* NULL = GET, otherwise POST */
	size_t length;
	const char *const *headers; /* "Content-Type: application/json" …; NULL at the end */
	int timeout_ms;             /* for all of it, from when it is sent */
	/* On a connection of its own: where an old one turns out to be dead libcurl
	 * sends the request again, though the first may have arrived. Nor through a
	 * proxy. */
	bool once;
};

struct fetch_answer {
	int status;       /* HTTP's; 0 where there was none */
	const char *body; /* the first FETCH_BODY_MAX bytes, NUL behind them */
	size_t length;
	const char
	    *error; /* where there is no status, in the system's or libcurl's words; else "" */
	/* The request may have arrived: it was sent whole or in part before it
	 * failed. False: surely not (refused, no such host). */
	bool maybe_arrived;
};
#define FETCH_BODY_MAX 65536

/* Strings are copied. FN is called once, on the loop, never before this
 * returns. */
typedef void fetch_done_fn(const struct fetch_answer *answer, void *arg);
void fetch_send(struct fetch *fetch, const struct fetch_request *request, fetch_done_fn *fn,
		void *arg);

#endif
