/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_CREDIT_H
#define TRANSPORT_GAMMU_CREDIT_H

#include <stdbool.h>

#include "kentongan/conf.h"
#include "kentongan/db.h"
#include "kentongan/loop.h"

#include "link.h"

/* Asks the operator by USSD how much credit the SIM has: daily, first a few
 * minutes after the start, and after every so many parts sent. Messages go
 * first. The answer takes seconds and may never come: it isn't waited for
 * inside libGammu, and sending goes on meanwhile. */
struct credit;

/* CHANGED is called on the loop when there is something for credit_work(). */
struct credit *credit_new(struct loop *loop, struct db *db, const struct conf_modem *conf,
			  struct trace *trace, void (*changed)(void *arg), void *arg);
void credit_free(struct credit **credit);
void credit_reconfigure(struct credit *credit, const struct conf_modem *conf);

/* Messages are being sent: the question waits, though not for ever. */
void credit_busy(struct credit *credit);
/* One step, where the modem has nothing else to do: asks when it is time, takes
 * an answer, gives up on one. PARTS: all sent so far. */
void credit_work(struct credit *credit, struct link *link, unsigned parts);
/* From libGammu's callback: only noted. */
void credit_answered(struct credit *credit, GSM_USSDStatus status, const char *text);
/* The link is gone, and with it what was asked. */
void credit_closed(struct credit *credit);

#endif
