/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_PIN_H
#define TRANSPORT_GAMMU_PIN_H

#include "kentongan/conf.h"
#include "kentongan/errors.h"

#include "link.h"

/* Gives the SIM its PIN from conf->pin_file. Three wrong ones lock a SIM, so a
 * PIN is tried once: that it will be is noted in STATE_DIR first and the note
 * removed when the SIM took it. With the note there, no try before the PIN file
 * has changed. 0 = taken; -EACCES = the operator must act, ERR says how. */
MUSTCHECK int pin_enter(struct link *link, const struct conf_modem *conf, const char *state_dir,
			struct errbuf *err);

/* True if PIN_FILE in its present form has been tried without success. */
bool pin_was_refused(const struct conf_modem *conf, const char *state_dir);

#endif
