/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <string.h>

#include "utf8.h"

#define PIN_DIGITS 6

/* What one character of foreign text becomes; "" where it vanishes. BUFFER is
 * for those that stay themselves. */
static const char *clean(uint32_t cp, char buffer[static 5])
{
	const char *folded;

	if (fold_is_invisible(cp))
		return "";
	if (fold_is_space(cp))
		return " ";
	folded = cp >= 0x80 ? fold_ascii(cp) : NULL;
	if (folded)
		return folded;
	buffer[utf8_encode(cp, buffer)] = '\0';
	return buffer;
}

static bool is_line_end(uint32_t cp)
{
	return cp == '\n' || cp == '\r' || cp == 0x85 || cp == 0x2028 || cp == 0x2029;
}

size_t text_normalise_lines(const char *in, size_t length, char *out, size_t size)
{
	struct utf8_out to = {.text = out, .size = size};

	if (size == 0)
		return 0;
	out[0] = '\0';
	while (length > 0) {
		uint32_t cp;
		char buffer[5];
		const char *piece;
		size_t n = utf8_decode(in, length, &cp);

		in += n;
		length -= n;
		piece = clean(cp, buffer);
		if ((*piece == ' ' || *piece == '.') && to.length == 0)
			continue;
		if (*piece == ' ' && is_line_end(cp))
			piece = "\n";
		if (strchr(" \n", *piece) && *piece && strchr(" \n", out[to.length - 1])) {
			if (*piece == '\n')
				out[to.length - 1] = '\n';
			continue;
		}
		if (!utf8_out_put(&to, piece, strlen(piece)))
			break;
	}
	while (to.length > 0 && strchr(" \n.", out[to.length - 1]))
		to.length--;
	out[to.length] = '\0';
	return to.length;
}

size_t text_normalise(const char *in, size_t length, char *out, size_t size)
{
	size_t n = text_normalise_lines(in, length, out, size);

	for (size_t i = 0; i < n; i++)
		if (out[i] == '\n')
			out[i] = ' ';
	return n;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters that stand for digits on a small keypad: somebody's PIN all the
 * same. */
static bool is_like_digit(char c)
{
	return is_digit(c) || c == 'o' || c == 'O' || c == 'l' || c == 'I' || c == 'i';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

/* True if a PIN begins at AT: six digits not part of a longer number, or six
 * signs of which at least four are digits and the others look like digits, as
 * a word of their own. */
static bool pin_at(const char *in, const char *at)
{
	size_t digits = 0, like = 0;

	while (digits <= PIN_DIGITS && is_digit(at[digits]))
		digits++;
	if (digits == PIN_DIGITS && (at == in || !is_digit(at[-1])))
		return true;
	if (at != in && is_word(at[-1]))
		return false;
	digits = 0;
	while (like <= PIN_DIGITS && is_like_digit(at[like]))
		digits += is_digit(at[like++]);
	return like == PIN_DIGITS && digits >= 4 && !is_word(at[like]);
}

size_t text_redact(const char *in, char *out, size_t size)
{
	static const char bullets[] = "••••••";
	struct utf8_out to = {.text = out, .size = size};
	size_t left = strlen(in);
	const char *at = in;

	if (size == 0)
		return 0;
	out[0] = '\0';
	while (left > 0) {
		uint32_t cp;
		size_t n = utf8_decode(at, left, &cp);
		char buffer[4];
		bool fits;

		if (pin_at(in, at)) {
			n = PIN_DIGITS;
			fits = utf8_out_put(&to, bullets, sizeof(bullets) - 1);
		} else {
			fits = utf8_out_put(&to, buffer, utf8_encode(cp, buffer));
		}
		if (!fits)
			break;
		at += n;
		left -= n;
	}
	return to.length;
}
