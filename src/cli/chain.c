/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "chain.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

_Static_assert(CHAIN_HASH_BYTES == crypto_hash_sha256_BYTES, "hash size");

void chain_start(struct chain *chain)
{
	static const char beginning[] = "kentongan audit chain";
	*chain = (struct chain){0};
	crypto_hash_sha256(chain->hash, (const uint8_t *)beginning, strlen(beginning));
}

static void link_hash(const struct chain *chain, const char *text, size_t length,
		      uint8_t out[static CHAIN_HASH_BYTES])
{
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, chain->hash, sizeof chain->hash);
	crypto_hash_sha256_update(&state, (const uint8_t *)text, length);
	crypto_hash_sha256_final(&state, out);
}

enum chain_verdict chain_next(struct chain *chain, int64_t sequence,
			      const uint8_t stored[static CHAIN_HASH_BYTES], const char *text,
			      size_t length, int64_t *gap)
{
	uint8_t hash[CHAIN_HASH_BYTES];
	enum chain_verdict verdict = CHAIN_GOOD;
	*gap = sequence - chain->sequence - 1;
	if (!text) {
		verdict = CHAIN_MISSING;
	} else if (*gap > 0) {
		verdict = CHAIN_UNPROVEN;
	} else {
		link_hash(chain, text, length, hash);
		if (memcmp(hash, stored, sizeof hash) != 0)
			verdict = CHAIN_CHANGED;
	}
	memcpy(chain->hash, stored, sizeof chain->hash);
	chain->sequence = sequence;
	return verdict;
}

void chain_seal_text(int64_t sequence, const uint8_t hash[static CHAIN_HASH_BYTES],
		     uint8_t out[static CHAIN_SEAL_BYTES])
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)sequence >> (8 * (7 - i)));
	memcpy(out + 8, hash, CHAIN_HASH_BYTES);
}

void chain_fingerprint(const uint8_t hash[static CHAIN_HASH_BYTES],
		       char out[static CHAIN_FINGERPRINT_SIZE])
{
	snprintf(out, CHAIN_FINGERPRINT_SIZE, "%02x%02x %02x%02x", hash[0], hash[1], hash[2],
		 hash[3]);
}

bool chain_fingerprint_is(const uint8_t hash[static CHAIN_HASH_BYTES], const char *text)
{
	char own[CHAIN_FINGERPRINT_SIZE];
	const char *p = own;
	chain_fingerprint(hash, own);
	for (; *text; text++) {
		if (isspace((unsigned char)*text) || *text == '-')
			continue;
		p += *p == ' ';
		if (!*p || tolower((unsigned char)*text) != *p)
			return false;
		p++;
	}
	return !*p;
}
