/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_API_H
#define TRANSPORT_API_H

#include <stdbool.h>
#include <stddef.h>

#include "kentongan/conf.h"
#include "kentongan/http.h"
#include "kentongan/memory.h"
#include "kentongan/text.h"

/* What the API's two files share. What it promises stands in
 * config/openapi.json and kentongan-api(7). */

#define API_BODY_MAX 8192
#define API_KEY_MAX 64
#define API_SEGMENTS_MAX 10
#define API_MINUTES_MIN 5
#define API_MINUTES_MAX 20160 /* two weeks */
#define API_LIST_MAX 100
#define API_LIST_DEFAULT "50"

/* Why something isn't done (RFC 9457). A plain value. */
struct api_problem {
	int status;        /* 0 = there is none */
	const char *name;  /* of its type; a constant */
	const char *field; /* of the request, "" = none in particular; a constant */
	char detail[256];  /* in plain words; valid UTF-8 */
	int retry;         /* seconds, 0 = not said */
};
/* Fills PROBLEM. */
void api_problem_set(struct api_problem *problem, int status, const char *name, const char *field,
		     const char *fmt, ...) PRINTF_LIKE(5, 6);
/* As JSON, malloc'd. */
char *api_problem_json(const struct api_problem *problem);

/* A message that another system wants sent. */
struct api_message {
	char to[MSISDN_MAX]; /* E.164 */
	const char *text;    /* in the arena, like key */
	int parts;
	const char *key; /* NULL = none */
	int minutes;     /* 0 = not said */
};
/* Reads the body, any LENGTH bytes with a NUL behind them. HEADER_KEY is that of
 * the header Idempotency-Key or NULL. False, and PROBLEM says why, where it can't be
 * sent as it is. */
MUSTCHECK bool api_message_read(struct arena *arena, const struct conf *conf, const char *body,
				size_t length, const char *header_key, struct api_message *out,
				struct api_problem *problem);
/* Names the content, whatever the JSON around it looked like: for a key that
 * comes again. malloc'd. */
char *api_message_content(const struct api_message *message, size_t *length);

/* Whether TEXT can be a client's own key: 1 to 64 printable characters of ASCII. */
bool api_is_key(const char *text);

#endif
