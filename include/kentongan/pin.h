/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_PIN_H
#define KENTONGAN_PIN_H

#include <stdbool.h>

#define PIN_LENGTH 6

/* True for a PIN that a thief would try first: one digit or one pair or half
 * again and again, runs (123456, 890123, 654321), mirrored halves, the last
 * digits of MSISDN (the owner's number, E.164), the best-known others, and
 * what looks like an amount (482000). Whatever isn't six digits is weak, too. */
bool pin_is_weak(const char *pin, const char *msisdn);

#endif
