/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_ALPHABET_H
#define SIMULATOR_ALPHABET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kentongan/memory.h"

/* The alphabets of 3GPP TS 23.038: GSM 7 bit with its extension table
 * (§6.2.1), the Turkish national tables (§A.2.1, §A.3.1), UCS-2. */

enum alphabet_language { LANGUAGE_DEFAULT = 0, LANGUAGE_TURKISH = 1 };

struct alphabet_tables {
	enum alphabet_language single;  /* extension table: UDH IEI 0x24 */
	enum alphabet_language locking; /* basic table: UDH IEI 0x25 */
};

/* Reads one code point of UTF-8 at *TEXT and moves past it; invalid bytes
 * count as U+FFFD one by one. 0 at the end. */
uint32_t utf8_next(const char **text);
void utf8_put(struct strbuf *out, uint32_t code);

/* The septets of one code point (1 or 2) in OUT; 0 if it isn't in the tables. */
int alphabet_septets(uint32_t code, struct alphabet_tables tables, uint8_t out[static 2]);
/* True if every character of TEXT has septets. */
bool alphabet_fits(const char *text, struct alphabet_tables tables);
/* Appends N unpacked septets as UTF-8. */
void alphabet_decode(const uint8_t *septets, size_t n, struct alphabet_tables tables,
		     struct strbuf *out);

/* Packs N septets behind FILL zero bits (0..6; TS 23.040 §9.2.3.24). OUT needs
 * (fill + 7n + 7) / 8 octets; returns how many were written. */
size_t alphabet_pack(const uint8_t *septets, size_t n, unsigned fill, uint8_t *out);
/* The reverse; IN has to hold that many octets. */
void alphabet_unpack(const uint8_t *in, size_t n, unsigned fill, uint8_t *septets);

/* One code point as UTF-16BE: 2 or 4 octets. */
int ucs2_put(uint32_t code, uint8_t out[static 4]);
void ucs2_decode(const uint8_t *in, size_t octets, struct strbuf *out);

/* Upper case hex, as modems write it. */
void hex_put(struct strbuf *out, const uint8_t *bytes, size_t n);
/* The number of octets, or -1 for anything but whole octets that fit ROOM. */
int hex_decode(const char *hex, size_t length, uint8_t *out, size_t room);

#endif
