/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_FIND_H
#define TRANSPORT_GAMMU_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "kentongan/conf.h"
#include "kentongan/errors.h"

/* Which device the modem is: the path of the configuration, or the one among
 * conf->search whose modem has the IMEI or whose SIM has the IMSI asked for.
 * LAST (may be "") is tried first. Blocks, at most about a second for each
 * candidate; ALIVE (may be NULL) is called in between. DEVICE is written on
 * success; -ENOENT, with plain words. */
typedef void find_alive_fn(void *arg);
MUSTCHECK int find_device(const struct conf_modem *conf, const char *last, char *device,
			  size_t size, find_alive_fn *alive, void *arg, struct errbuf *err);

/* Names the program, other than this one, that has DEVICE open (where we may
 * look), or ModemManager where it runs: it opens every port by itself. */
bool find_holder(const char *device, char *name, size_t size);

/* True if ModemManager runs on this machine. */
bool find_modem_manager(void);

#endif
