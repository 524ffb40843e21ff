/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <stdio.h>
#include <string.h>

#define E164_DIGITS 15    /* ITU-T E.164 §6.1 */
#define SHORTEST_DIGITS 8 /* of a subscriber's number with its country code */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Collects the digits of IN, over what people put between them. */
static enum msisdn_kind collect(const char *in, char *digits, size_t size, bool *plus)
{
	size_t n = 0;
	bool letters = false, odd = false;

	*plus = false;
	for (const char *c = in; *c; c++) {
		if (is_letter(*c)) {
			letters = true;
		} else if (*c >= '0' && *c <= '9') {
			if (n + 1 < size)
				digits[n++] = *c;
			else
				odd = true;
		} else if (*c == '+' && n == 0 && !*plus) {
			*plus = true;
		} else if (strncmp(c, "\xC2\xA0", 2) == 0) {
			c++; /* a no-break space, from spreadsheets */
		} else if (!strchr(" -.()/\t", *c)) {
			odd = true;
		}
	}
	digits[n] = '\0';
	if (letters)
		return MSISDN_ALPHANUMERIC;
	return odd || n == 0 ? MSISDN_INVALID : MSISDN_OK;
}

/* The national number behind DIGITS, or NULL where they begin with another
 * country's code (then *WHOLE holds the number with that code). */
static const char *national_part(const char *digits, const char *cc, bool plus, const char **whole)
{
	size_t cc_length = strlen(cc);

	*whole = digits;
	if (!plus && strncmp(digits, "00", 2) == 0) {
		plus = true;
		*whole = digits += 2;
	}
	if (!plus && digits[0] == '0')
		return digits + 1;
	if (strncmp(digits, cc, cc_length) == 0 &&
	    (plus || strlen(digits) >= cc_length + SHORTEST_DIGITS))
		return digits[cc_length] == '0' ? digits + cc_length + 1 : digits + cc_length;
	/* A spreadsheet eats the 0 of 0812…: Indonesian mobiles begin with 8. */
	if (!plus && strcmp(cc, "62") == 0 && digits[0] == '8' && strlen(digits) >= 9)
		return digits;
	return NULL;
}

enum msisdn_kind msisdn_parse(const char *in, const char *cc, char out[static MSISDN_MAX])
{
	char digits[32];
	bool plus;
	const char *national, *whole;
	char number[48];
	enum msisdn_kind kind = collect(in, digits, sizeof(digits), &plus);
	size_t length = strlen(digits);

	out[0] = '\0';
	if (kind != MSISDN_OK)
		return kind;
	if (length >= 3 && length <= 6)
		return MSISDN_SHORT_CODE;
	national = national_part(digits, cc, plus, &whole);
	if (!national && !plus && whole == digits)
		return MSISDN_INVALID; /* no country code that we know: don't guess */
	if (national && national[0] == '0')
		return MSISDN_INVALID; /* one trunk prefix, not two */
	if (national)
		length = (size_t)snprintf(number, sizeof(number), "%s%s", cc, national);
	else
		length = (size_t)snprintf(number, sizeof(number), "%s", whole);
	if (length < SHORTEST_DIGITS || length > E164_DIGITS || number[0] == '0')
		return MSISDN_INVALID;
	snprintf(out, MSISDN_MAX, "+%.15s", number);
	return MSISDN_OK;
}
