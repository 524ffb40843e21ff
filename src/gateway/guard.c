/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/guard.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/memory.h"

/* Senders live in a set-associative table: bounded, no allocation per message;
 * a full set forgets who was silent longest. 1,024 × 8 senders take 0.9 MB. */
#define SETS 1024
#define WAYS 8

/* Within this time the same text over and over is taken for a machine. */
#define LOOP_WINDOW_MS (10 * 60 * 1000)

struct sender {
	char peer[24];
	int64_t seen_ms;    /* newest message; 0 = free */
	int64_t tat_ms;     /* GCRA: theoretical arrival time */
	uint64_t text_hash; /* of the newest message */
	int same;           /* how often that text came in a row */
	bool told;          /* the notice of this episode was given */
	int64_t refused;    /* since the last drain */
	enum guard_verdict last_refusal;
};

struct guard {
	int64_t interval_ms;  /* between messages, sustained */
	int64_t tolerance_ms; /* how far a burst may run ahead */
	int loop_same;
	struct sender senders[SETS][WAYS];
};

struct guard *guard_new(const struct conf_limits *limits)
{
	struct guard *guard = xcalloc(1, sizeof(*guard));

	guard_set_limits(guard, limits);
	return guard;
}

void guard_free(struct guard **guard)
{
	free(*guard);
	*guard = NULL;
}

void guard_set_limits(struct guard *guard, const struct conf_limits *limits)
{
	guard->interval_ms = limits->per_minute > 0 ? 60000 / limits->per_minute : 0;
	guard->tolerance_ms = guard->interval_ms * (limits->burst > 0 ? limits->burst - 1 : 0);
	guard->loop_same = limits->loop_same;
}

static uint64_t hash_peer(const char *peer)
{
	uint64_t h = 14695981039346656037ULL;

	for (; *peer; peer++)
		h = (h ^ (unsigned char)*peer) * 1099511628211ULL;
	return h;
}

static struct sender *sender_find(struct guard *guard, const char *peer)
{
	struct sender *set = guard->senders[hash_peer(peer) % SETS];
	struct sender *oldest = &set[0];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].seen_ms && strcmp(set[i].peer, peer) == 0)
			return &set[i];
		if (set[i].seen_ms < oldest->seen_ms)
			oldest = &set[i];
	}
	*oldest = (struct sender){0};
	strncpy(oldest->peer, peer, sizeof(oldest->peer) - 1);
	return oldest;
}

static enum guard_verdict refuse(struct sender *sender, enum guard_verdict verdict)
{
	sender->refused++;
	sender->last_refusal = verdict;
	return verdict;
}

enum guard_verdict guard_check(struct guard *guard, const char *peer, uint64_t text_hash,
			       int64_t at_ms)
{
	struct sender *sender = sender_find(guard, peer);

	/* A straggler: its notice got lost, or the network held it back. Nobody
	 * can flood the past, and it may be about money. */
	if (at_ms < sender->seen_ms)
		return GUARD_PASS;
	bool again = sender->seen_ms && sender->text_hash == text_hash &&
		     at_ms - sender->seen_ms < LOOP_WINDOW_MS;
	int64_t tat;

	sender->same = again ? sender->same + 1 : 1;
	sender->text_hash = text_hash;
	sender->seen_ms = at_ms;
	if (guard->loop_same > 0 && sender->same > guard->loop_same)
		return refuse(sender, GUARD_LOOP);

	tat = sender->tat_ms > at_ms ? sender->tat_ms : at_ms;
	if (tat - at_ms > guard->tolerance_ms) {
		bool first = !sender->told;

		sender->told = true;
		return refuse(sender, first ? GUARD_NOTICE : GUARD_SILENT);
	}
	if (tat == at_ms)
		sender->told = false;
	sender->tat_ms = tat + guard->interval_ms;
	return GUARD_PASS;
}

void guard_drain_floods(struct guard *guard, guard_flood_fn *fn, void *arg)
{
	for (int s = 0; s < SETS; s++) {
		for (int w = 0; w < WAYS; w++) {
			struct sender *sender = &guard->senders[s][w];

			if (!sender->refused)
				continue;
			fn(sender->peer, sender->last_refusal, sender->refused, arg);
			sender->refused = 0;
		}
	}
}
