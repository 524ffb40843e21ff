/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <string.h>

#include "utf8.h"

/* SMS of 140 octets (TS 23.040 §9.2.3.24.1): a concatenation header with an
 * 8-bit reference takes 6 of them, 7 septets or 3 UTF-16 units. */
#define GSM7_SINGLE 160
#define GSM7_PART 153
#define UCS2_SINGLE 70
#define UCS2_PART 67

/* TS 23.038 §6.2.1, the characters beyond ASCII, in order of code point. */
static const uint16_t basic[] = {
    0x00A1, 0x00A3, 0x00A4, 0x00A5, 0x00A7, 0x00BF, 0x00C4, 0x00C5, 0x00C6, 0x00C7,
    0x00C9, 0x00D1, 0x00D6, 0x00D8, 0x00DC, 0x00DF, 0x00E0, 0x00E4, 0x00E5, 0x00E6,
    0x00E8, 0x00E9, 0x00EC, 0x00F1, 0x00F2, 0x00F6, 0x00F8, 0x00F9, 0x00FC, 0x0393,
    0x0394, 0x0398, 0x039B, 0x039E, 0x03A0, 0x03A3, 0x03A6, 0x03A8, 0x03A9,
};

/* Septets of one character: 1 in the basic table, 2 in the extension table
 * (§6.2.1.1), 0 in neither. */
static int septets(uint32_t cp)
{
	if (cp == 0x20AC || cp == '\f')
		return 2;
	if (cp < 0x80) {
		if (cp == '\n' || cp == '\r')
			return 1;
		if (cp < 0x20 || cp == 0x7F || cp == '`')
			return 0;
		return strchr("^{}\\[~]|", (int)cp) ? 2 : 1;
	}
	for (size_t i = 0; i < sizeof(basic) / sizeof(basic[0]); i++)
		if (basic[i] == cp)
			return 1;
	return 0;
}

static bool is_gsm7(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t cp;
		size_t n = utf8_decode(text, left, &cp);

		if (septets(cp) == 0)
			return false;
		text += n;
		left -= n;
	}
	return true;
}

/* Counts in one pass what fits; a character of two units is never split
 * between two parts. */
struct sms_size sms_size(const char *text)
{
	struct sms_size size = {.coding = is_gsm7(text) ? SMS_GSM7 : SMS_UCS2, .segments = 1};
	int single = size.coding == SMS_GSM7 ? GSM7_SINGLE : UCS2_SINGLE;
	int part = size.coding == SMS_GSM7 ? GSM7_PART : UCS2_PART;
	size_t left = strlen(text);
	int in_part = 0, parts = 1;

	while (left > 0) {
		uint32_t cp;
		size_t n = utf8_decode(text, left, &cp);
		int units = size.coding == SMS_GSM7 ? septets(cp) : cp > 0xFFFF ? 2 : 1;

		size.units += units;
		if (in_part + units > part) {
			parts++;
			in_part = 0;
		}
		in_part += units;
		text += n;
		left -= n;
	}
	if (size.units > single)
		size.segments = parts;
	return size;
}

size_t gsm7_transliterate(const char *in, char *out, size_t size)
{
	struct utf8_out to = {.text = out, .size = size};
	size_t left = strlen(in);

	if (size == 0)
		return 0;
	out[0] = '\0';
	while (left > 0) {
		uint32_t cp;
		char buffer[4];
		size_t n = utf8_decode(in, left, &cp);
		const char *plain = NULL;

		if (septets(cp) == 0) {
			if (cp == '`')
				plain = "'";
			else if (fold_is_invisible(cp))
				plain = "";
			else if (fold_is_space(cp))
				plain = " ";
			else
				plain = fold_ascii(cp);
		}
		if (plain ? !utf8_out_put(&to, plain, strlen(plain))
			  : !utf8_out_put(&to, buffer, utf8_encode(cp, buffer)))
			break;
		in += n;
		left -= n;
	}
	return to.length;
}
