/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_TEXT_UTF8_H
#define KENTONGAN_TEXT_UTF8_H

#include "kentongan/utf8.h"

/* A bounded output that only ever takes whole characters. */
struct utf8_out {
	char *text;
	size_t size; /* of the buffer, NUL included */
	size_t length;
};
/* False, and nothing written, where it doesn't fit any more. */
bool utf8_out_put(struct utf8_out *out, const char *bytes, size_t length);

/* --- fold.c: what a character looks like in ASCII ------------------------ */

/* The nearest plain form of a letter with a mark (â → "a", ß → "ss"), a smart
 * quote, a dash, a full-width sign; NULL where there is none. */
const char *fold_ascii(uint32_t cp);
/* Characters without a width of their own: joiners, marks that combine,
 * direction controls, variation selectors. */
bool fold_is_invisible(uint32_t cp);
/* Spaces of every kind and control characters. */
bool fold_is_space(uint32_t cp);

#endif
