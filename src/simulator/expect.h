/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_EXPECT_H
#define SIMULATOR_EXPECT_H

#include <stdbool.h>

#include "kentongan/errors.h"

/* The pattern language of expected messages, and what it has captured:
 *   * or …          anything, newlines too (\* is an asterisk)
 *   {name=REGEX}    must match REGEX and is remembered
 *   {=REGEX}        must match REGEX
 *   {name}          what was remembered under that name
 *   \n              a line break
 * Everything else stands for itself. */

struct expect; /* the captures of one conversation */
struct expect *expect_new(void);
void expect_free(struct expect **expect);

/* 1 if TEXT as a whole matches (captures are remembered then), 0 if not,
 * negative with the reason for a wrong pattern. */
MUSTCHECK int expect_match(struct expect *expect, const char *pattern, const char *text,
			   struct errbuf *err);
/* TEXT with {name} and \n replaced, to be sent; owned by the caller, NULL with
 * the reason for a name that nothing was captured under. */
char *expect_fill(struct expect *expect, const char *text, struct errbuf *err);

#endif
