/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "alphabet.h"

#include <ctype.h>
#include <string.h>

#define ESCAPE 0x1b
#define REPLACEMENT 0xfffd

/* clang-format off */
static const uint16_t basic[128] = {
	'@', 0xa3, '$', 0xa5, 0xe8, 0xe9, 0xf9, 0xec, 0xf2, 0xc7, '\n', 0xd8, 0xf8, '\r', 0xc5, 0xe5,
	0x394, '_', 0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0, 0xc6, 0xe6, 0xdf, 0xc9,
	' ', '!', '"', '#', 0xa4, '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
	0xa1, 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
	'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 0xc4, 0xd6, 0xd1, 0xdc, 0xa7,
	0xbf, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 0xe4, 0xf6, 0xf1, 0xfc, 0xe0,
};

struct pair { uint8_t septet; uint16_t code; };
static const struct pair extension[] = {
	{0x0a, '\f'}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2f, '\\'},
	{0x3c, '['}, {0x3d, '~'}, {0x3e, ']'}, {0x40, '|'}, {0x65, 0x20ac},
};
/* What the Turkish tables have beside (single shift) or in place of (locking)
 * the default ones. */
static const struct pair turkish_single[] = {
	{0x47, 0x11e}, {0x49, 0x130}, {0x53, 0x15e}, {0x63, 0xe7},
	{0x67, 0x11f}, {0x69, 0x131}, {0x73, 0x15f},
};
static const struct pair turkish_locking[] = {
	{0x04, 0x20ac}, {0x07, 0x131}, {0x0b, 0x11e}, {0x0c, 0x11f},
	{0x1c, 0x15e}, {0x1d, 0x15f}, {0x40, 0x130}, {0x60, 0xe7},
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

uint32_t utf8_next(const char **text)
{
	const unsigned char *p = (const unsigned char *)*text;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	int n;
	uint32_t code;

	if (*p < 0x80) {
		*text += *p != 0;
		return *p;
	}
	if (*p >= 0xf5 || *p < 0xc2) {
		*text += 1;
		return REPLACEMENT;
	}
	n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
	code = *p & (0xffU >> (n + 1));
	for (int i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*text += 1;
			return REPLACEMENT;
		}
		code = code << 6 | (p[i] & 0x3fU);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
		*text += 1;
		return REPLACEMENT;
	}
	*text += n;
	return code;
}

void utf8_put(struct strbuf *out, uint32_t code)
{
	if (code < 0x80) {
		strbuf_putc(out, (char)code);
		return;
	}
	if (code < 0x800) {
		strbuf_putc(out, (char)(0xc0 | code >> 6));
	} else {
		if (code < 0x10000) {
			strbuf_putc(out, (char)(0xe0 | code >> 12));
		} else {
			strbuf_putc(out, (char)(0xf0 | code >> 18));
			strbuf_putc(out, (char)(0x80 | (code >> 12 & 0x3f)));
		}
		strbuf_putc(out, (char)(0x80 | (code >> 6 & 0x3f)));
	}
	strbuf_putc(out, (char)(0x80 | (code & 0x3f)));
}

static int find_code(const struct pair *pairs, size_t n, uint32_t code)
{
	for (size_t i = 0; i < n; i++)
		if (pairs[i].code == code)
			return pairs[i].septet;
	return -1;
}

static uint32_t find_septet(const struct pair *pairs, size_t n, uint8_t septet)
{
	for (size_t i = 0; i < n; i++)
		if (pairs[i].septet == septet)
			return pairs[i].code;
	return 0;
}

static uint32_t basic_code(uint8_t septet, enum alphabet_language locking)
{
	uint32_t code = 0;

	if (locking == LANGUAGE_TURKISH)
		code = find_septet(turkish_locking, COUNT(turkish_locking), septet);
	return code ? code : basic[septet];
}

int alphabet_septets(uint32_t code, struct alphabet_tables tables, uint8_t out[static 2])
{
	int found;

	for (int i = 0; i < 128; i++) {
		if (i != ESCAPE && basic_code((uint8_t)i, tables.locking) == code) {
			out[0] = (uint8_t)i;
			return 1;
		}
	}
	found = find_code(extension, COUNT(extension), code);
	if (found < 0 && tables.single == LANGUAGE_TURKISH)
		found = find_code(turkish_single, COUNT(turkish_single), code);
	if (found < 0)
		return 0;
	out[0] = ESCAPE;
	out[1] = (uint8_t)found;
	return 2;
}

bool alphabet_fits(const char *text, struct alphabet_tables tables)
{
	uint8_t septets[2];
	uint32_t code;

	while ((code = utf8_next(&text)) != 0)
		if (alphabet_septets(code, tables, septets) == 0)
			return false;
	return true;
}

void alphabet_decode(const uint8_t *septets, size_t n, struct alphabet_tables tables,
		     struct strbuf *out)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t septet = septets[i] & 0x7f;
		uint32_t code = 0;

		if (septet != ESCAPE) {
			utf8_put(out, basic_code(septet, tables.locking));
			continue;
		}
		if (++i == n)
			return;
		septet = septets[i] & 0x7f;
		code = find_septet(extension, COUNT(extension), septet);
		if (code == 0 && tables.single == LANGUAGE_TURKISH)
			code = find_septet(turkish_single, COUNT(turkish_single), septet);
		/* TS 23.038 §6.2.1.1: a receiver without the character shows
		 * the one of the basic table. */
		if (code == 0)
			code = septet == ESCAPE ? ' ' : basic_code(septet, tables.locking);
		utf8_put(out, code);
	}
}

size_t alphabet_pack(const uint8_t *septets, size_t n, unsigned fill, uint8_t *out)
{
	size_t octets = (fill + n * 7 + 7) / 8;

	memset(out, 0, octets);
	for (size_t i = 0; i < n; i++) {
		size_t bit = fill + i * 7;
		unsigned value = (septets[i] & 0x7fU) << (bit % 8);

		out[bit / 8] |= (uint8_t)value;
		if (value > 0xff)
			out[bit / 8 + 1] |= (uint8_t)(value >> 8);
	}
	return octets;
}

void alphabet_unpack(const uint8_t *in, size_t n, unsigned fill, uint8_t *septets)
{
	for (size_t i = 0; i < n; i++) {
		size_t bit = fill + i * 7;
		unsigned value = in[bit / 8];

		if (bit % 8 > 1)
			value |= (unsigned)in[bit / 8 + 1] << 8;
		septets[i] = (uint8_t)(value >> (bit % 8) & 0x7f);
	}
}

int ucs2_put(uint32_t code, uint8_t out[static 4])
{
	if (code < 0x10000) {
		out[0] = (uint8_t)(code >> 8);
		out[1] = (uint8_t)code;
		return 2;
	}
	code -= 0x10000;
	out[0] = (uint8_t)(0xd8 | code >> 18);
	out[1] = (uint8_t)(code >> 10);
	out[2] = (uint8_t)(0xdc | (code >> 8 & 3));
	out[3] = (uint8_t)code;
	return 4;
}

void ucs2_decode(const uint8_t *in, size_t octets, struct strbuf *out)
{
	for (size_t i = 0; i + 1 < octets; i += 2) {
		uint32_t code = (uint32_t)in[i] << 8 | in[i + 1];

		if (code >= 0xd800 && code < 0xdc00 && i + 3 < octets &&
		    (in[i + 2] & 0xfc) == 0xdc) {
			code = 0x10000 + ((code & 0x3ff) << 10 | (in[i + 2] & 3U) << 8 | in[i + 3]);
			i += 2;
		} else if ((code & 0xf800) == 0xd800) {
			code = REPLACEMENT;
		}
		utf8_put(out, code);
	}
}

void hex_put(struct strbuf *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		strbuf_putc(out, digits[bytes[i] >> 4]);
		strbuf_putc(out, digits[bytes[i] & 15]);
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hex_decode(const char *hex, size_t length, uint8_t *out, size_t room)
{
	if (length % 2 != 0 || length / 2 > room)
		return -1;
	for (size_t i = 0; i < length; i += 2) {
		int high = hex_value(hex[i]), low = hex_value(hex[i + 1]);

		if (high < 0 || low < 0)
			return -1;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return (int)(length / 2);
}
