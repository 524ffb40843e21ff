/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GATEWAY_RECEIVE_H
#define GATEWAY_RECEIVE_H

#include "kentongan/gateway.h"
#include "kentongan/memory.h"

#define PEER_MAX 64

/* One message on its way through the database: everything lives in the arena. */
struct delivery {
	struct arena *arena;
	struct gateway *gateway;
	gateway_done_fn *fn;
	void *arg;
	const char *transport, *channel, *peer, *dedupe, *sent_at, *body, *parts, *part_set;
	const char *problem, *command, *args, *heard, *pin_hash, *new_pin_hash, *standing;
	bool incomplete;
	bool claim;
	bool fault; /* the second try: stored, not obeyed */
};

/* What is known of a message that was put together from parts. */
struct whole {
	int64_t part_set;
	int parts;
	bool incomplete;
};

/* A message that needs no other part (WHOLE is NULL for one that never had
 * any). As gateway_receive. */
MUSTCHECK int receive_whole(struct gateway *gateway, const struct inbound *inbound,
			    const struct whole *whole, bool claim, gateway_done_fn *fn, void *arg);

/* A part: kept until the others are there, then handled as a whole. */
MUSTCHECK int receive_part(struct gateway *gateway, const struct inbound *inbound, bool claim,
			   gateway_done_fn *fn, void *arg);

#endif
