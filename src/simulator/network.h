/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_NETWORK_H
#define SIMULATOR_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "kentongan/errors.h"
#include "kentongan/loop.h"
#include "kentongan/memory.h"

#include "handset.h"
#include "modem.h"
#include "pdu.h"

/* The mobile network: handsets on one side, the SIMs of a few modems on the
 * other, a service centre between them that keeps what can't be delivered. */

#define NETWORK_MODEMS_MAX 16
#define NETWORK_QUEUE_MAX 20000 /* TPDUs waiting for one SIM */
#define NETWORK_COUNTRY "62"
#define NETWORK_ZONE 28 /* +07:00 (WIB) in quarters of an hour */

struct network;

struct network *network_new(struct loop *loop, const char *dir);
void network_free(struct network **network);
struct loop *network_loop(struct network *network);
const char *network_dir(const struct network *network);

/* --- SIMs ----------------------------------------------------------------- */

/* -EEXIST for a name or number that is taken, -ENOSPC. Not yet plugged in. */
MUSTCHECK int network_add_modem(struct network *network, const struct modem_config *config,
				struct modem **out, struct errbuf *err);
/* By name or number in any form; NULL names the first one. */
struct modem *network_modem(struct network *network, const char *name_or_number);
struct modem *network_modem_at(struct network *network, size_t index);

/* Queues a TPDU of FROM for the modem's SIM and delivers it when it can.
 * -ENOSPC when that many wait. */
MUSTCHECK int network_send(struct network *network, struct modem *to, const char *from,
			   const uint8_t *tpdu, size_t n, struct errbuf *err);
/* Something about the modem's reach or memory may have changed. */
void network_pump(struct network *network, struct modem *modem);
size_t network_waiting(struct network *network, const struct modem *modem);
/* A modem has sent a SUBMIT. 0, or the +CMS ERROR code. */
int network_submit(struct network *network, struct modem *from, const struct pdu *pdu);

/* --- handsets ------------------------------------------------------------- */

/* The handset of that number (any form), made when new. NULL if it is no
 * number. */
struct handset *network_handset(struct network *network, const char *number);
void network_each_handset(struct network *network, void (*fn)(struct handset *, void *), void *arg);
/* The next number of the one sequence that sent and received messages share. */
int64_t network_next_id(struct network *network);
/* E.164 of any form; false for what is no number. */
bool network_number(const char *in, char out[static 24]);
/* The number that is meant: itself, or (part of) a name in DIR/names. */
bool network_who(struct network *network, const char *who, char out[static 24]);

/* Out of reach (messages wait) or back (they arrive). */
void network_reach(struct network *network, struct handset *handset, bool on);

/* --- what happens (events.h) ---------------------------------------------- */

struct events;
struct events *network_events(struct network *network);
/* Tells all watchers; takes EVENT over. */
void network_tell(struct network *network, json_t *event);
/* One line of the event log. */
void network_event(struct network *network, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A +CMTI for a message of PEER is being written now / a SUBMIT was answered
 * OK now (the last part counts). Paired in order per peer. */
void network_noticed(struct network *network, const char *peer);
void network_answered(struct network *network, const struct pdu *submit);

/* --- services ------------------------------------------------------------- */

struct ussd_answer {
	char *text; /* {credit} and {until} stand for those of the SIM */
	int status; /* <m> of +CUSD: 0 done, 1 wants more */
	bool hex;   /* the operator sends hex under DCS 0 */
};
void network_set_ussd(struct network *network, const char *code, const char *text, int status,
		      bool hex);
/* NULL for an unknown code. */
const struct ussd_answer *network_ussd(struct network *network, const char *code);

#endif
