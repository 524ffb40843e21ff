/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GATEWAY_CORE_H
#define GATEWAY_CORE_H

/* What the gateway's files share; nobody outside the room includes this. */

#include <jansson.h>

#include "kentongan/catalogue.h"
#include "kentongan/gateway.h"
#include "kentongan/guard.h"
#include "kentongan/outbox.h"
#include "kentongan/parser.h"
#include "kentongan/text.h"

/* A message that the guard let pass and that comes again (the database was
 * away) must not be counted as another one. */
#define PASSED_MAX 512

struct outbox;

struct gateway {
	struct loop *loop;
	struct db *db;
	const struct conf *conf;
	const struct secret *secret;
	struct grammar *grammar;
	struct catalogue *catalogue;
	struct guard *guard;
	char *limits; /* JSON, as api.handle_message takes it */
	uint8_t passed[PASSED_MAX][SECRET_HASH_BYTES];
	size_t passed_next;
	struct outbox *outbox; /* NULL until a channel registers */
	struct gateway *trunk; /* of a branch: whose grammar, catalogue, guard, limits these are */
	struct gateway *branches, *next;
};

/* render.c: a claimed row (columns of kentongan.claimed) to an item; the text
 * to keep, without its one-time code, goes to *KEPT (malloc'd). -EINVAL where
 * the catalogue lacks it: ERR says what. */
MUSTCHECK int render_row(const struct gateway *gateway, const PGresult *result, int row,
			 struct outbox_item **out, char **kept, struct errbuf *err);

/* receive.c: failures that pass by themselves; anything else is a fault that
 * would come back with the same request for ever. */
bool worth_retrying(const char *sqlstate);

/* outbox.c, for receive.c: whether a reply could be sent at once; then the
 * claim is under way until outbox_claim_came. */
bool outbox_reserve(struct gateway *gateway);
/* Whether this process looks for its channel's replies by itself; where not,
 * others must be woken for them. */
bool outbox_drives(const struct gateway *gateway);
/* The answer to a reserved claim: RESULT holds the claimed row (column id null
 * or no row: nothing), or is NULL where the answer was lost. */
void outbox_claim_came(struct gateway *gateway, const PGresult *result, bool uncertain);
void outbox_free(struct outbox **outbox);

#endif
