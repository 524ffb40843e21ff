/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/utf8.h"

#include <string.h>

#include "utf8.h"

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

size_t utf8_decode(const char *in, size_t length, uint32_t *cp)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)in[0];
	size_t need;
	uint32_t value;

	*cp = UTF8_REPLACEMENT;
	if (first < 0x80) {
		*cp = first;
		return 1;
	}
	if (first >= 0xC2 && first <= 0xDF) {
		need = 2;
		value = first & 0x1F;
	} else if (first >= 0xE0 && first <= 0xEF) {
		need = 3;
		value = first & 0x0F;
	} else if (first >= 0xF0 && first <= 0xF4) {
		need = 4;
		value = first & 0x07;
	} else {
		return 1;
	}
	if (length < need)
		return 1;
	for (size_t i = 1; i < need; i++) {
		if (!is_continuation(in[i]))
			return 1;
		value = value << 6 | ((unsigned char)in[i] & 0x3F);
	}
	if (value < smallest[need] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
		return 1;
	*cp = value;
	return need;
}

size_t utf8_encode(uint32_t cp, char out[static 4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

bool utf8_is_valid(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t cp;
		size_t n = utf8_decode(text, left, &cp);

		if (cp == UTF8_REPLACEMENT && n == 1)
			return false;
		text += n;
		left -= n;
	}
	return true;
}

bool utf8_out_put(struct utf8_out *out, const char *bytes, size_t length)
{
	if (out->size == 0 || length > out->size - 1 - out->length)
		return false;
	memcpy(out->text + out->length, bytes, length);
	out->length += length;
	out->text[out->length] = '\0';
	return true;
}
