/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_CHAIN_H
#define KENTONGAN_CLI_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The audit log's hash chain, computed again: pure functions, so that whoever
 * doubts the database needs to trust only these and the supervisors' notes.
 * hash = SHA-256(hash of the link before || canonical text of the record);
 * before the first link stands SHA-256("kentongan audit chain"). */

#define CHAIN_HASH_BYTES 32
#define CHAIN_FINGERPRINT_SIZE 10 /* "3f2a 91bc" */
#define CHAIN_SEAL_BYTES (8 + CHAIN_HASH_BYTES)

struct chain {
	uint8_t hash[CHAIN_HASH_BYTES];
	int64_t sequence; /* of the last link; 0 = none yet */
};

enum chain_verdict {
	CHAIN_GOOD,
	CHAIN_CHANGED, /* the record isn't what was linked, or links were moved */
	CHAIN_MISSING, /* the record of this link is gone */
	CHAIN_UNPROVEN /* follows a gap: can't be told */
};

void chain_start(struct chain *chain);
/* Takes the next link: SEQUENCE > chain->sequence, its STORED hash and the text
 * of its record (NULL: gone). Goes on from the stored hash, so that each change
 * is found by itself. *GAP: how many links lack before this one. */
enum chain_verdict chain_next(struct chain *chain, int64_t sequence,
			      const uint8_t stored[static CHAIN_HASH_BYTES], const char *text,
			      size_t length, int64_t *gap);

/* What a seal signs: the sequence, 8 bytes big-endian, and the hash. */
void chain_seal_text(int64_t sequence, const uint8_t hash[static CHAIN_HASH_BYTES],
		     uint8_t out[static CHAIN_SEAL_BYTES]);

/* First eight hex digits, as people compare them by telephone. */
void chain_fingerprint(const uint8_t hash[static CHAIN_HASH_BYTES],
		       char out[static CHAIN_FINGERPRINT_SIZE]);
/* Whether TEXT, with any spaces and capitals, is the fingerprint of HASH. */
bool chain_fingerprint_is(const uint8_t hash[static CHAIN_HASH_BYTES], const char *text);

#endif
