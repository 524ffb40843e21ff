/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_RECEIVE_H
#define TRANSPORT_GAMMU_RECEIVE_H

#include <stdbool.h>

#include "kentongan/gateway.h"
#include "kentongan/loop.h"

#include "link.h"

/* Messages from the modem's storage to the gateway: read, hand over, delete
 * once committed. A message lies in the storage until then, and its place is
 * remembered here, so that no sweep and no second notice hands it over twice
 * and nothing is deleted that wasn't committed. */
struct receiver;

/* CHANGED is called on the loop when there is new work. */
struct receiver *receiver_new(struct loop *loop, struct gateway *gateway,
			      const struct conf_modem *conf, struct trace *trace,
			      void (*changed)(void *arg), void *arg);
/* Only after the gateway: it may still answer. */
void receiver_free(struct receiver **receiver);

void receiver_reconfigure(struct receiver *receiver, const struct conf_modem *conf);

/* From libGammu's callbacks (struct link_events): only noted. */
void receiver_notice(struct receiver *receiver, struct place place);
void receiver_direct(struct receiver *receiver, const GSM_SMSMessage *sms);

/* The whole storage is to be read. */
void receiver_want_sweep(struct receiver *receiver);
/* Forgets what lies where: the link went down, or the database did. What is
 * in flight is read again by the sweep that must follow; the gateway knows
 * what it has seen. */
void receiver_reset(struct receiver *receiver);

/* How much more is waiting for the modem itself. */
enum receiver_need {
	RECEIVER_IDLE,
	RECEIVER_LATER, /* deletions, a sweep */
	RECEIVER_SOON,  /* a message to read */
	RECEIVER_URGENT /* several: read before sending, storage is small */
};
enum receiver_need receiver_need(const struct receiver *receiver);

/* Does one step with the modem at most. CLAIM: a reply can be sent at once.
 * Returns false when there was nothing to do. */
bool receiver_work(struct receiver *receiver, struct link *link, bool claim);

/* A message was handed over with CLAIM and isn't answered yet. */
bool receiver_is_claiming(const struct receiver *receiver);
/* Messages that the last sweep found. */
int receiver_stored(const struct receiver *receiver);

#endif
