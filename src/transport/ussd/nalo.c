/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nalo: JSON with USERID, MSISDN, USERDATA (what was dialled, then the latest
 * input only), MSGTYPE (true = the first), NETWORK, SESSIONID; answered by JSON
 * with USERID, MSISDN, MSG and MSGTYPE (true = it goes on). Counts no steps. */
#include "dialect.h"

#include <errno.h>
#include <string.h>

static const char *field(struct arena *arena, const json_t *json, const char *name)
{
	const json_t *value = json_object_get(json, name);

	if (json_is_integer(value))
		return arena_printf(arena, "%lld", (long long)json_integer_value(value));
	return json_is_string(value) ? arena_strdup(arena, json_string_value(value)) : NULL;
}

static int read_fields(struct arena *arena, const json_t *json, const char *service,
		       struct ussd_call *out)
{
	const json_t *type = json_object_get(json, "MSGTYPE");

	*out = (struct ussd_call){.number = -1};
	out->session = field(arena, json, "SESSIONID");
	out->peer = field(arena, json, "MSISDN");
	out->input = field(arena, json, "USERDATA");
	out->user = field(arena, json, "USERID");
	if (!json_is_boolean(type) || !out->input || !out->user)
		return -EINVAL;
	out->first = json_is_true(type);
	if (out->first)
		ussd_take_dialled(arena, service, out);
	return ussd_call_check(out);
}

static int read_json(struct arena *arena, const char *body, size_t length, const char *service,
		     struct ussd_call *out)
{
	return ussd_read_object(arena, body, length, service, out, read_fields);
}

static char *write_json(const struct ussd_call *call, const char *screen, bool ends)
{
	return ussd_write_object(json_pack("{s:s, s:s, s:s, s:b}", "USERID", call->user, "MSISDN",
					   call->peer, "MSG", screen, "MSGTYPE", (int)!ends));
}

const struct ussd_dialect ussd_nalo = {"nalo", "application/json", "application/json", read_json,
				       write_json};
