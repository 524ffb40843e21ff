/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_SCREEN_H
#define SIMULATOR_SCREEN_H

#include "kentongan/errors.h"

/* Conversations on standard output: names in a column, text wrapped beside
 * it; colours on a terminal only (and where NO_COLOR isn't set). */

enum screen_side { SCREEN_SENT, SCREEN_CAME, SCREEN_NOTE, SCREEN_BAD };

void screen_open(void);
/* "Siti A  →  SALDO" or "Siti A  ←  Saldo …", NOTE dimmed behind the text
 * (NULL: none). */
void screen_message(enum screen_side side, const char *who, const char *text, const char *note);
/* A line by itself. */
void screen_line(enum screen_side side, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
