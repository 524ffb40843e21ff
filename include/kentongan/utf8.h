/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_UTF8_H
#define KENTONGAN_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xFFFDu

/* Decodes one character (RFC 3629: no surrogates, no overlong forms). A bad
 * byte counts one and gives UTF8_REPLACEMENT. Returns the bytes consumed,
 * >= 1; LENGTH must be > 0. */
size_t utf8_decode(const char *in, size_t length, uint32_t *cp);
/* Returns the bytes written, 1 to 4. */
size_t utf8_encode(uint32_t cp, char out[static 4]);
bool utf8_is_valid(const char *text);

#endif
