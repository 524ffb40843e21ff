/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_SEALER_H
#define KENTONGAN_DAEMON_SEALER_H

#include <stdbool.h>
#include <stdint.h>

#include "kentongan/conf.h"
#include "kentongan/db.h"
#include "kentongan/loop.h"
#include "kentongan/secret.h"

/* Links the new audit records into the hash chain in batches and signs the
 * chain's head with the service's key (DESIGN §7), away from the path of
 * messages. */
struct sealer;

struct sealer *sealer_new(struct loop *loop, struct db *db, const struct secret *secret,
			  const struct conf *conf);
void sealer_free(struct sealer **sealer);
/* CONF replaces the one that was borrowed before. */
void sealer_reconfigure(struct sealer *sealer, const struct conf *conf);
/* Seals at once and then every conf->seal_seconds while we lead. */
void sealer_lead(struct sealer *sealer, bool leads);

#define SEALER_HASH_BYTES 32
#define SEALER_MESSAGE_BYTES (8 + SEALER_HASH_BYTES)
/* What is signed: SEQUENCE in 8 bytes, big-endian, then HASH. `audit verify`
 * builds the same. */
void sealer_message(int64_t sequence, const uint8_t hash[static SEALER_HASH_BYTES],
		    uint8_t out[static SEALER_MESSAGE_BYTES]);

#endif
