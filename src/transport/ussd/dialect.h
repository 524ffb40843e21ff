/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_USSD_DIALECT_H
#define TRANSPORT_USSD_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "kentongan/memory.h"

/* What a provider's callback says, whatever its dialect; strings live in the
 * arena and may hold a PIN (input). */
struct ussd_call {
	const char *session, *peer, *input;
	bool first;
	bool accumulated; /* input is all that was typed so far */
	bool left;        /* it tells that the session is over; nothing is to be shown */
	int number;       /* of the step; -1 = the provider counts none */
	const char *user; /* nalo: USERID, sent back */
};

struct ussd_dialect {
	const char *name;
	const char *type; /* of the body that comes */
	const char *answer_type;
	/* Reads a body (NUL behind it). SERVICE is the door's service_code or "".
	 * -EINVAL where it isn't one. */
	int (*read)(struct arena *arena, const char *body, size_t length, const char *service,
		    struct ussd_call *out);
	/* The answer, malloc'd. */
	char *(*write)(const struct ussd_call *call, const char *screen, bool ends);
};

extern const struct ussd_dialect ussd_africastalking, ussd_hubtel, ussd_nalo;
/* NULL where there is none of that name. */
const struct ussd_dialect *ussd_dialect(const char *name);

/* For the dialects whose body is an object of JSON: reads one and gives it to
 * FN; -EINVAL where it isn't one. */
typedef int ussd_fields_fn(struct arena *arena, const json_t *json, const char *service,
			   struct ussd_call *out);
int ussd_read_object(struct arena *arena, const char *body, size_t length, const char *service,
		     struct ussd_call *out, ussd_fields_fn *fn);
/* The first input is what was dialled: without SERVICE's code it is what was
 * typed behind it. */
void ussd_take_dialled(struct arena *arena, const char *service, struct ussd_call *call);
/* JSON as text, malloc'd; takes the reference. */
char *ussd_write_object(json_t *json);

/* 0 where CALL has what every step needs, in printable form; else -EINVAL. */
int ussd_call_check(const struct ussd_call *call);

#endif
