/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/text.h"

/* Any bytes through everything that cleans, measures and reads text. The
 * first byte chooses how small the buffers are. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void normalise(const char *in, size_t length, size_t room)
{
	char *out = malloc(room), *again = malloc(room);
	size_t n = text_normalise(in, length, out, room);

	must(n == strlen(out) && n < room);
	must(text_normalise(out, n, again, room) == n && strcmp(out, again) == 0);
	free(out);
	free(again);
}

static void rewrite(const char *text, size_t room)
{
	char *out = malloc(room);
	struct sms_size sms;

	must(text_redact(text, out, room) == strlen(out));
	must(gsm7_transliterate(text, out, room) == strlen(out));
	sms = sms_size(out);
	must(sms.segments >= 1 && sms.units >= 0);
	must(sms.segments == 1 || sms.units > (sms.coding == SMS_GSM7 ? 160 : 70));
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room = size > 0 ? 1u + data[0] * 8u : 1u;
	size_t length = size > 0 ? size - 1 : 0;
	char *text = strndup(size > 0 ? (const char *)data + 1 : "", length);
	char number[MSISDN_MAX], amount[32];
	int64_t value;

	normalise((const char *)data + (size > 0), length, room);
	rewrite(text, room);
	if (amount_parse(text, strlen(text), &value) == AMOUNT_OK) {
		int64_t back;

		must(value > 0);
		amount_format(value, amount);
		must(value < 1000 ||
		     (amount_parse(amount, strlen(amount), &back) == AMOUNT_OK && back == value));
	}
	if (msisdn_parse(text, "62", number) == MSISDN_OK) {
		char again[MSISDN_MAX];

		must(msisdn_parse(number, "62", again) == MSISDN_OK && strcmp(number, again) == 0);
	}
	(void)text_one_edit(text, "setor");
	free(text);
	return 0;
}
