/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_OUTBOX_H
#define KENTONGAN_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "kentongan/gateway.h"

/* What leaves. A row is claimed (status `sending`) before the transport gets it
 * and its outcome recorded after; recording claims the next one in the same
 * round trip. A channel sends as many at once as its window says: a modem one. */

struct outbox_item {
	int64_t id;
	char *peer;           /* E.164 */
	char *text;           /* rendered, UTF-8, GSM-7 where possible */
	int attempt;          /* 1 = first */
	int validity_minutes; /* TP-VP that is left; > 0 */
	bool report;          /* ask for a delivery report */
	int reference;        /* 16-bit concatenation reference, our own counter */
};
void outbox_item_free(struct outbox_item **item);

/* Called with an item that this channel owns now and must answer with
 * outbox_record(). WINDOW: how many may be unanswered or their outcomes not
 * stored at a time; called again (same CHANNEL) it may change. */
#define OUTBOX_WINDOW_MAX 100
typedef void outbox_claimed_fn(struct outbox_item *item, void *arg);
void outbox_on_claimed(struct gateway *gateway, const char *channel, int window,
		       outbox_claimed_fn *fn, void *arg);

/* Asks for the next item; nothing happens where there is none, or the database
 * is down (a notification, its return or the slow poll asks again). */
int outbox_claim(struct gateway *gateway);

enum outbox_outcome {
	OUTBOX_SENT,      /* every part accepted by the network */
	OUTBOX_TEMPORARY, /* try again later, growing pauses */
	OUTBOX_PERMANENT, /* no retry: wrong number, barred … */
	OUTBOX_UNCERTAIN, /* the answer was lost: policy decides by class */
	OUTBOX_NOT_TRIED  /* given back untouched: channel went down, paced */
};
/* REFERENCES are the TP-MRs of the parts, for delivery reports. ERROR is for
 * people ("CMS 38: network out of order"). NEXT: claim another in the same
 * round trip. Kept and tried again while the database is away. */
void outbox_record(struct gateway *gateway, int64_t id, enum outbox_outcome outcome, int parts,
		   const int *references, const char *error, bool next);

/* The channel can't send: nothing is claimed until outbox_resume(), so that
 * others get what it would only hand back. Resuming recovers first. */
void outbox_pause(struct gateway *gateway);
void outbox_resume(struct gateway *gateway);

/* Nothing is out and every outcome stored. */
bool outbox_is_idle(const struct gateway *gateway);

/* Rows that this channel left `sending` in an earlier life: resolved by
 * policy (receipts are sent again, broadcasts are not). Call at start. */
int outbox_recover(struct gateway *gateway);

/* A delivery report (TS 23.040 §9.2.2.3): matched by channel, TP-MR, number
 * and time. STATUS is TP-ST. FN as in gateway_receive. */
MUSTCHECK int outbox_delivered(struct gateway *gateway, const char *channel, const char *peer,
			       int reference, int status, int64_t at, gateway_done_fn *fn,
			       void *arg);

/* A delivery report that names our own message and try. TYPE: 1 delivered, 2
 * not delivered, 4 waits at the message centre, 8 the message centre has it,
 * 16 it refused it. Again or unknown: no effect. AT in Unix time, 0 = now.
 * FN as in gateway_receive. */
MUSTCHECK int outbox_reported(struct gateway *gateway, const char *channel, int64_t id, int attempt,
			      int type, int64_t at, const char *answer, gateway_done_fn *fn,
			      void *arg);

#endif
