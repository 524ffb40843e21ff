/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sealer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"

#define BATCH 500
/* A service that never rests must be sealed too, not only linked. */
#define BATCHES_MAX 40

struct sealer {
	struct db *db;
	const struct secret *secret;
	const struct conf *conf;
	struct timer *timer;
	bool leads;
	bool busy;
	int batches;      /* linked in this round */
	int64_t sequence; /* the head so far; 0 = nothing new */
	uint8_t hash[SEALER_HASH_BYTES];
};

static void link_batch(struct sealer *sealer);

void sealer_message(int64_t sequence, const uint8_t hash[static SEALER_HASH_BYTES],
		    uint8_t out[static SEALER_MESSAGE_BYTES])
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)sequence >> (56 - 8 * i));
	memcpy(out + 8, hash, SEALER_HASH_BYTES);
}

/* --- sealing --- */

static void on_sealed(const struct db_reply *reply, void *arg)
{
	struct sealer *sealer = arg;
	sealer->busy = false;
	if (reply->outcome == DB_DONE)
		log_debug("sealer", "audit log sealed up to link %lld",
			  (long long)sealer->sequence);
	else if (reply->outcome == DB_FAILED)
		log_error("sealer", "the audit log's seal was refused: %s", reply->message);
}

static void seal(struct sealer *sealer)
{
	uint8_t message[SEALER_MESSAGE_BYTES], signature[SECRET_SIGNATURE_BYTES];
	uint8_t public_key[SECRET_PUBLIC_BYTES];
	char sequence[32];
	struct arena *arena = arena_new();
	sealer_message(sealer->sequence, sealer->hash, message);
	secret_sign(sealer->secret, message, sizeof message, signature);
	secret_public_key(sealer->secret, public_key);
	int n = snprintf(sequence, sizeof sequence, "%lld", (long long)sealer->sequence);
	if (n < 0 || (size_t)n >= sizeof sequence)
		fatal("sealer: a number that is too long");
	const char *params[] = {sequence, secret_id(sealer->secret),
				db_bytea(arena, public_key, sizeof public_key),
				db_bytea(arena, signature, sizeof signature)};
	sealer->busy = db_query(sealer->db, DB_AUDIT_SEAL, 4, params, on_sealed, sealer) == 0;
	arena_free(&arena);
}

/* --- linking --- */

static bool read_hash(const char *text, uint8_t out[static SEALER_HASH_BYTES])
{
	size_t length;
	const char *end;
	return strncmp(text, "\\x", 2) == 0 &&
	       sodium_hex2bin(out, SEALER_HASH_BYTES, text + 2, strlen(text + 2), NULL, &length,
			      &end) == 0 &&
	       length == SEALER_HASH_BYTES && *end == '\0';
}

/* True where there may be more to link. */
static bool take_batch(struct sealer *sealer, const PGresult *result)
{
	if (PQntuples(result) == 0)
		return false;
	int64_t before = sealer->sequence, sequence = db_int(result, 0, "sequence");
	uint8_t hash[SEALER_HASH_BYTES];
	if (!read_hash(db_text(result, 0, "hash"), hash)) {
		log_error("sealer", "link %lld of the audit log has no proper hash",
			  (long long)sequence);
		return false;
	}
	sealer->sequence = sequence;
	memcpy(sealer->hash, hash, sizeof hash);
	bool full = before == 0 || sequence - before >= BATCH;
	return full && ++sealer->batches < BATCHES_MAX;
}

static void on_linked(const struct db_reply *reply, void *arg)
{
	struct sealer *sealer = arg;
	sealer->busy = false;
	if (reply->outcome == DB_FAILED)
		log_error("sealer", "the audit log can't be linked: %s", reply->message);
	if (reply->outcome != DB_DONE)
		return;
	if (take_batch(sealer, reply->result))
		link_batch(sealer);
	else if (sealer->sequence)
		seal(sealer);
}

static void link_batch(struct sealer *sealer)
{
	char batch[16];
	const char *params[] = {batch};
	int n = snprintf(batch, sizeof batch, "%d", BATCH);
	if (n < 0 || (size_t)n >= sizeof batch)
		fatal("sealer: a number that is too long");
	sealer->busy = db_query(sealer->db, DB_AUDIT_LINK, 1, params, on_linked, sealer) == 0;
	/* No room in the queue: what is linked so far is sealed with the next. */
}

/* --- when --- */

static void on_timer(void *arg)
{
	struct sealer *sealer = arg;
	timer_set(sealer->timer, (int64_t)sealer->conf->seal_seconds * 1000);
	if (sealer->busy)
		return;
	sealer->sequence = 0;
	sealer->batches = 0;
	link_batch(sealer);
}

void sealer_lead(struct sealer *sealer, bool leads)
{
	sealer->leads = leads;
	if (leads)
		timer_set(sealer->timer, 0);
	else
		timer_clear(sealer->timer);
}

void sealer_reconfigure(struct sealer *sealer, const struct conf *conf)
{
	sealer->conf = conf;
	if (sealer->leads)
		timer_set(sealer->timer, (int64_t)conf->seal_seconds * 1000);
}

struct sealer *sealer_new(struct loop *loop, struct db *db, const struct secret *secret,
			  const struct conf *conf)
{
	struct sealer *sealer = xcalloc(1, sizeof *sealer);
	sealer->db = db;
	sealer->secret = secret;
	sealer->conf = conf;
	sealer->timer = timer_new(loop, on_timer, sealer);
	return sealer;
}

void sealer_free(struct sealer **sealer)
{
	if (!*sealer)
		return;
	timer_free(&(*sealer)->timer);
	free(*sealer);
	*sealer = NULL;
}
