/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Africa's Talking, and the many who do as it does: a form with sessionId,
 * phoneNumber, networkCode, serviceCode and text, which holds all inputs so far
 * with * between; answered by text that begins with CON (it goes on) or END. */
#include "dialect.h"

#include <errno.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

static const char *field(struct arena *arena, const struct evkeyvalq *form, const char *name)
{
	const char *value = evhttp_find_header(form, name);

	return value ? arena_strdup(arena, value) : NULL;
}

static int read_form(struct arena *arena, const char *body, size_t length, const char *service,
		     struct ussd_call *out)
{
	struct evkeyvalq form;

	(void)service;
	*out = (struct ussd_call){.accumulated = true, .number = -1};
	if (strlen(body) != length || evhttp_parse_query_str(body, &form) != 0)
		return -EINVAL;
	out->session = field(arena, &form, "sessionId");
	out->peer = field(arena, &form, "phoneNumber");
	out->input = field(arena, &form, "text");
	evhttp_clear_headers(&form);
	if (!out->input)
		out->input = "";
	out->first = !*out->input;
	return ussd_call_check(out);
}

static char *write_text(const struct ussd_call *call, const char *screen, bool ends)
{
	(void)call;
	return xasprintf("%s %s", ends ? "END" : "CON", screen);
}

const struct ussd_dialect ussd_africastalking = {
    "africastalking", "application/x-www-form-urlencoded", "text/plain; charset=utf-8", read_form,
    write_text};
