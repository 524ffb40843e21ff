/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_REPORT_H
#define TRANSPORT_GAMMU_REPORT_H

#include <stdbool.h>

#include "kentongan/modem.h"

#include "sample.h"

/* Tells the database, the supervisor and so the operator how the modem is. */
struct reporter;
struct reporter *reporter_new(struct loop *loop, struct db *db, const struct conf_modem *conf,
			      const struct conf *whole, modem_heartbeat_fn *heartbeat, void *arg);
void reporter_free(struct reporter **reporter);
void reporter_reconfigure(struct reporter *reporter, const struct conf_modem *conf,
			  const struct conf *whole);

/* Says it now, with a sample (may be NULL); and again when the database, away
 * now, is back (reporter_repeat). Heartbeats repeat it. */
void reporter_say(struct reporter *reporter, const char *state, const char *words,
		  const struct sampler *sampler);
void reporter_repeat(struct reporter *reporter);
/* From inside a long call of libGammu: only the heartbeat. */
void reporter_alive(struct reporter *reporter);

/* own_prefixes as a PostgreSQL array, in international form by the calling
 * code CC: "0811, +62812" → {+62811,+62812}. malloc'd. */
char *report_prefixes(const char *own_prefixes, const char *cc);

#endif
