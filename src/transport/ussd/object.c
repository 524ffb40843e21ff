/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dialect.h"

#include <errno.h>

#include "kentongan/ussd.h"

/* What the dialects in JSON share. */

#define INPUT_MAX 1024

int ussd_read_object(struct arena *arena, const char *body, size_t length, const char *service,
		     struct ussd_call *out, ussd_fields_fn *fn)
{
	json_t *json = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
	int rc = json_is_object(json) ? fn(arena, json, service, out) : -EINVAL;

	json_decref(json);
	return rc;
}

void ussd_take_dialled(struct arena *arena, const char *service, struct ussd_call *call)
{
	char *dialled = arena_alloc(arena, INPUT_MAX);

	ussd_dialled(call->input, service, dialled, INPUT_MAX);
	call->input = dialled;
}

char *ussd_write_object(json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;

	if (!text)
		fatal("out of memory");
	json_decref(json);
	return text;
}
