/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_GUARD_H
#define KENTONGAN_GUARD_H

#include <stdint.h>

#include "kentongan/conf.h"

/* The first of the two layers against floods (DESIGN §7): in memory, per
 * sender, a token bucket in its GCRA form, measured on the network's
 * time-stamp so that a backlog after an outage is no flood. Bounded: the
 * least recently seen sender is forgotten. */
struct guard;
struct guard *guard_new(const struct conf_limits *limits);
void guard_free(struct guard **guard);
void guard_set_limits(struct guard *guard, const struct conf_limits *limits);

enum guard_verdict {
	GUARD_PASS,
	GUARD_NOTICE, /* too fast, say so once */
	GUARD_SILENT, /* too fast, already said */
	GUARD_LOOP    /* the same text again and again: a machine; silent */
};
/* PEER is E.164, TEXT_HASH names the text, AT_MS is the message's time. */
enum guard_verdict guard_check(struct guard *guard, const char *peer, uint64_t text_hash,
			       int64_t at_ms);

/* Refusals counted since the last call, one record a sender and verdict: for
 * the audit log. */
typedef void guard_flood_fn(const char *peer, enum guard_verdict verdict, int64_t count, void *arg);
void guard_drain_floods(struct guard *guard, guard_flood_fn *fn, void *arg);

#endif
