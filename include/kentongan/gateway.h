/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_GATEWAY_H
#define KENTONGAN_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "kentongan/conf.h"
#include "kentongan/db.h"
#include "kentongan/loop.h"
#include "kentongan/secret.h"

/* The core that every transport hands its messages to: normalise, guard,
 * parse, execute in one transaction (DESIGN §4). One per process, and where
 * several channels send from it, one branch of it for each (gateway_branch). */
struct gateway;

/* Loads grammar and catalogues; PROBLEMS as in conf_load. All pointers are
 * borrowed and must outlive the gateway. */
MUSTCHECK int gateway_new(struct gateway **out, struct loop *loop, struct db *db,
			  const struct conf *conf, const struct secret *secret,
			  struct strbuf *problems);
void gateway_free(struct gateway **gateway);
/* A gateway for one more channel's outbox: words, texts, limits and guard are
 * GATEWAY's, also after a reload. Free it before GATEWAY. */
struct gateway *gateway_branch(struct gateway *gateway);
/* Reads grammar, catalogues and limits again; where one is bad the old ones
 * stay and PROBLEMS says why (-EINVAL). */
MUSTCHECK int gateway_reload(struct gateway *gateway, const struct conf *conf,
			     struct strbuf *problems);

/* One part of a longer message (UDH, TS 23.040 §9.2.3.24.1/.8). */
struct inbound_part {
	int reference;      /* 0..255 or 0..65535 */
	int reference_bits; /* 8 or 16; 0 = the message is whole */
	int total;
	int sequence; /* 1.. */
};

/* What a transport hands over. A plain value; strings are borrowed for the
 * call. */
struct inbound {
	const char *transport; /* "sms", "kannel", "ussd", "call" (no text: a missed call) */
	const char *channel;   /* the modem's name, "kannel:NAME" */
	const char *peer;      /* as the transport gave it */
	const char *text;      /* UTF-8 */
	int64_t sent_at;       /* the network's time-stamp, UTC seconds; 0 = none */
	const char *id;        /* what makes it this message where the peer says so
				* (USSD session and hop, Kannel's id); NULL for SMS */
	struct inbound_part part;
	bool data; /* class 0 / binary / odd: stored, never obeyed */
};

/* COMMITTED: the transport may forget the message (delete it, answer 200).
 * Otherwise it must keep it and hand it over again later. */
enum gateway_outcome { GATEWAY_COMMITTED, GATEWAY_RETRY };
typedef void gateway_done_fn(enum gateway_outcome outcome, void *arg);

/* FN is called once, perhaps before this returns (refused by the guard), or
 * on the loop. -EAGAIN where the database is down or the queue is full: FN is
 * not called. CLAIM: the transport can send at once, so the first reply comes
 * back claimed (through outbox_on_claimed) in the same round trip. */
MUSTCHECK int gateway_receive(struct gateway *gateway, const struct inbound *inbound, bool claim,
			      gateway_done_fn *fn, void *arg);

/* Handles multipart messages whose missing parts never came, as they are. For
 * the leader's timer. */
void gateway_handle_stale_parts(struct gateway *gateway);
/* Writes the guard's counts to the audit log. On a slow timer and at exit. */
void gateway_flush_floods(struct gateway *gateway);

#endif
