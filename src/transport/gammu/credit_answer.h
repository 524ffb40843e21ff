/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_CREDIT_ANSWER_H
#define TRANSPORT_GAMMU_CREDIT_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an operator answers to a USSD code: from modem's text to figures. */

/* TEXT as libGammu gave it, to what people would read: some operators send
 * UCS-2 or packed septets in hexadecimal and call it plain text (its issue 513);
 * spaces and ends of lines become single spaces. UTF-8, malloc'd. */
char *credit_clean(const char *text);

/* CODE ("*888#") as packed septets in hexadecimal, as some modems want it
 * instead of text. OUT has SIZE bytes; false where it doesn't fit. */
bool credit_pack(const char *code, char *out, size_t size);

struct credit_pattern;
/* PATTERN as the configuration has it, checked there; "" = one that knows the
 * usual answers of Indonesia's operators. */
struct credit_pattern *credit_pattern_new(const char *pattern);
void credit_pattern_free(struct credit_pattern **pattern);

struct credit_answer {
	bool known; /* the amount was found */
	int64_t amount;
	char until[11]; /* "2026-12-31", "" where the answer names no such day */
};
/* TEXT is a clean one. */
struct credit_answer credit_understand(const struct credit_pattern *pattern, const char *text);

#endif
