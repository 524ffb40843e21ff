/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_HOOKS_H
#define KENTONGAN_DAEMON_HOOKS_H

#include "kentongan/db.h"
#include "kentongan/fetch.h"
#include "kentongan/loop.h"
#include "kentongan/secret.h"

/* Tells other systems of events (kentongan-api(7)): claims them from the database,
 * posts them signed, records the answers. At least once each, in order for each
 * client. Every host does this at the same time; what one has claimed and not
 * recorded comes back to all when its lease is over. */
struct hooks;

struct hooks *hooks_new(struct loop *loop, struct db *db, const struct secret *secret);
/* Claims nothing more; FN once what is under way is recorded, or soon. */
void hooks_stop(struct hooks *hooks, void (*fn)(void *arg), void *arg);
/* Before db_free: nothing is sent any more. NULL is fine, here and below. */
void hooks_forget(struct hooks *hooks);
/* After db_free. */
void hooks_free(struct hooks **hooks);

/* "t=UNIX,v1=HEX": HMAC-SHA256 by KEY over "UNIX.BODY"; malloc'd. */
char *hooks_signature(const void *key, size_t length, int64_t unix_time, const char *body);

#endif
