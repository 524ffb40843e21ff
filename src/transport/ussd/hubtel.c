/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hubtel: JSON with Mobile (without plus), SessionId, ServiceCode, Type
 * (Initiation, Response; Release and Timeout tell that it is over), Message
 * (what was dialled, then the latest input only), Operator, Sequence; answered
 * by JSON with Type Response (it goes on) or Release, and Message. */
#include "dialect.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static const char *field(struct arena *arena, const json_t *json, const char *name)
{
	const char *value = json_string_value(json_object_get(json, name));

	return value ? arena_strdup(arena, value) : NULL;
}

static int read_fields(struct arena *arena, const json_t *json, const char *service,
		       struct ussd_call *out)
{
	const char *type = json_string_value(json_object_get(json, "Type"));
	const json_t *counted = json_object_get(json, "Sequence");
	/* From 0 or from 1: where the first had none, the second would be taken for it. */
	json_int_t sequence = json_is_integer(counted) ? json_integer_value(counted) : -1;
	const char *code = field(arena, json, "ServiceCode");

	*out = (struct ussd_call){.number = sequence >= 0 && sequence < 10000 ? (int)sequence : -1};
	out->session = field(arena, json, "SessionId");
	out->peer = field(arena, json, "Mobile");
	out->input = field(arena, json, "Message");
	if (!type || !out->input)
		return -EINVAL;
	out->first = strcasecmp(type, "Initiation") == 0;
	out->left = strcasecmp(type, "Release") == 0 || strcasecmp(type, "Timeout") == 0;
	if (!out->first && !out->left && strcasecmp(type, "Response") != 0)
		return -EINVAL;
	if (out->first)
		ussd_take_dialled(arena, *service ? service : code ? code : "", out);
	return ussd_call_check(out);
}

static int read_json(struct arena *arena, const char *body, size_t length, const char *service,
		     struct ussd_call *out)
{
	return ussd_read_object(arena, body, length, service, out, read_fields);
}

static char *write_json(const struct ussd_call *call, const char *screen, bool ends)
{
	return ussd_write_object(json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "SessionId", call->session, "Type",
	    ends ? "Release" : "Response", "Message", screen, "Label", "Kentongan", "ClientState",
	    "", "DataType", ends ? "display" : "input", "FieldType", "text"));
}

const struct ussd_dialect ussd_hubtel = {"hubtel", "application/json", "application/json",
					 read_json, write_json};
