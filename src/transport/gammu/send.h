/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_SEND_H
#define TRANSPORT_GAMMU_SEND_H

#include <stdbool.h>

#include "kentongan/loop.h"
#include "kentongan/outbox.h"

#include "link.h"

/* Messages from the outbox to the modem, one at a time, their parts in order.
 * Air time (seconds) isn't waited for inside libGammu: between the submit and
 * its answer the loop runs, but the modem gets no other command, since a lost
 * answer would then be taken from it. */
struct sender;

/* CHANGED is called on the loop when there is new work. */
struct sender *sender_new(struct loop *loop, struct gateway *gateway, const struct conf_modem *conf,
			  void (*changed)(void *arg), void *arg);
/* Only after the gateway. */
void sender_free(struct sender **sender);
void sender_reconfigure(struct sender *sender, const struct conf_modem *conf);

/* Reads the message centre's number, once for each link. False with plain
 * words where there is none. */
MUSTCHECK bool sender_prepare(struct sender *sender, struct link *link, struct errbuf *err);

/* Takes ITEM over (an outbox_claimed_fn with a sender for ARG). */
void sender_offer(struct outbox_item *item, void *arg);
/* From libGammu's status callback: only noted. */
void sender_answered(struct sender *sender, int status, int reference);

/* No sending for now: what wasn't begun goes back untouched, what waits for an
 * answer becomes uncertain. */
void sender_pause(struct sender *sender, const char *why);
/* No new sending for now, while the link stays: a message that has begun is
 * brought to its end, so that its outcome is known. */
void sender_hold(struct sender *sender, const char *why);
/* Sending is possible: recovers what an earlier life left, asks for more. */
void sender_resume(struct sender *sender);

/* A part is with the modem and its answer is due: leave the modem alone. */
bool sender_is_waiting(const struct sender *sender);
/* An answer came, or will no more: sender_work() first of all. */
bool sender_must_settle(const struct sender *sender);
/* There is something for sender_work(). */
bool sender_has_work(const struct sender *sender);
/* A reply could be sent at once, were there one. */
bool sender_is_free(const struct sender *sender);
/* How many parts the network has taken since the start. */
unsigned sender_parts(const struct sender *sender);
/* Submits a part or records an outcome. */
void sender_work(struct sender *sender, struct link *link);

#endif
