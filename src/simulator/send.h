/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_SEND_H
#define SIMULATOR_SEND_H

#include <jansson.h>

#include "kentongan/errors.h"

#include "network.h"

/* A handset sends a message to a SIM. REQUEST's members:
 *  from, to, text      numbers (to: or a modem's name; default: the first)
 *  alphanumeric        a sender that is a word
 *  ucs2, ref16, turkish, duplicate   booleans
 *  class, ref, age     numbers (age: sent so many seconds ago)
 *  scts                when sent, seconds UTC
 *  order, only         lists of part numbers: the sequence, and which at all
 *  binary, pdu         hex: 8-bit data; a whole TPDU instead of all else
 * Returns the message's id (over 0) or an error. */
MUSTCHECK int64_t send_from_handset(struct network *network, const json_t *request, int *parts,
				    struct errbuf *err);

#endif
