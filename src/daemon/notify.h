/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_NOTIFY_H
#define KENTONGAN_DAEMON_NOTIFY_H

#include "kentongan/loop.h"

/* What systemd is told (sd_notify(3)); nothing where it didn't start us. */
struct notify;

/* Answers the watchdog from now on, from the loop: one that is stuck is
 * noticed. */
struct notify *notify_new(struct loop *loop);
void notify_free(struct notify **notify);

/* Once, when there is something to use; WORDS as in notify_status. */
void notify_ready(struct notify *notify);
/* How we are, in plain words; sent where it differs from the last. */
void notify_status(struct notify *notify, const char *words);
void notify_reloading(struct notify *notify);
void notify_reloaded(struct notify *notify);
void notify_stopping(struct notify *notify);

#endif
