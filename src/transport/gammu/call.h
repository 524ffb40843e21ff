/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_CALL_H
#define TRANSPORT_GAMMU_CALL_H

#include <stdbool.h>

#include "kentongan/conf.h"
#include "kentongan/gateway.h"
#include "kentongan/loop.h"

#include "link.h"

/* Missed calls: who rings is rejected, which costs the caller nothing, and the
 * core hears of it as of a message without a text. A call lies nowhere, unlike
 * a message: what isn't in the database when the power fails is lost. */
struct calls;

/* CHANGED: there is something for calls_work(). */
struct calls *calls_new(struct loop *loop, struct gateway *gateway, const struct conf_modem *conf,
			void (*changed)(void *arg), void *arg);
void calls_free(struct calls **calls);
void calls_reconfigure(struct calls *calls, const struct conf_modem *conf);

/* The modem is open, or has started again: it is to be told that we want to
 * know of calls. */
void calls_arm(struct calls *calls);
/* The link went down: whoever rings can't be rejected any more. */
void calls_closed(struct calls *calls);

/* One step with the modem, or one call to the gateway. False when there was
 * nothing to do. */
bool calls_work(struct calls *calls, struct link *link);

/* One ring of a call by PEER ("": withheld), at the time NOW (monotonic, ms).
 * True for the first of a question: the later rings of a call, and who redials
 * at once, ask nothing new. For tests, too. */
bool calls_is_new(struct calls *calls, const char *peer, int64_t now);

#endif
