/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_MODEM_H
#define KENTONGAN_MODEM_H

#include "kentongan/gateway.h"

/* One GSM modem driven by libGammu: the transport behind `kentongan modem`.
 * libGammu blocks, so nothing else lives in this process. */
struct modem;

/* HEARTBEAT is called on the loop whenever the process has shown life, with
 * what the modem is doing in plain words ("ready, signal 71 %, TELKOMSEL"). */
typedef void modem_heartbeat_fn(const char *state, const char *words, void *arg);

struct modem *modem_new(struct loop *loop, struct db *db, struct gateway *gateway,
			const struct conf_modem *conf, const struct conf *whole,
			modem_heartbeat_fn *heartbeat, void *arg);
void modem_start(struct modem *modem);
/* Takes new settings that may change while running (pace, caps, pauses). The
 * old ones may be freed then. */
void modem_reconfigure(struct modem *modem, const struct conf_modem *conf,
		       const struct conf *whole);
/* Finishes the call under way, closes the port. FN when it is done. */
void modem_stop(struct modem *modem, void (*fn)(void *arg), void *arg);
void modem_free(struct modem **modem);

/* For `kentongan check`: opens, identifies, closes. Blocking, deadline inside.
 * WORDS says what was found or what is wrong and what to do. */
MUSTCHECK int modem_probe(const struct conf_modem *conf, struct strbuf *words);

#endif
