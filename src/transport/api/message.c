/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#define TYPE_PREFIX "urn:kentongan:problem:"

/* --- problems ---------------------------------------------------------------------- */

void api_problem_set(struct api_problem *problem, int status, const char *name, const char *field,
		     const char *fmt, ...)
{
	va_list args;

	*problem = (struct api_problem){.status = status, .name = name, .field = field};
	va_start(args, fmt);
	vsnprintf(problem->detail, sizeof(problem->detail), fmt, args);
	va_end(args);
}

static const char *title(int status)
{
	static const struct {
		int status;
		const char *title;
	} titles[] = {{400, "Bad Request"},
		      {401, "Unauthorized"},
		      {403, "Forbidden"},
		      {404, "Not Found"},
		      {405, "Method Not Allowed"},
		      {409, "Conflict"},
		      {413, "Content Too Large"},
		      {415, "Unsupported Media Type"},
		      {422, "Unprocessable Content"},
		      {429, "Too Many Requests"},
		      {503, "Service Unavailable"}};

	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++)
		if (titles[i].status == status)
			return titles[i].title;
	fatal("api: status %d has no title", status);
}

char *api_problem_json(const struct api_problem *problem)
{
	json_t *json =
	    json_pack("{s:s+, s:s, s:i, s:s}", "type", TYPE_PREFIX, problem->name, "title",
		      title(problem->status), "status", problem->status, "detail", problem->detail);
	char *text;

	if (json && *problem->field)
		json_object_set_new(json, "field", json_string(problem->field));
	text = json ? json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	if (!text)
		fatal("api: a problem that is no JSON");
	json_decref(json);
	return text;
}

/* --- the fields of a message ---------------------------------------------------------- */

bool api_is_key(const char *text)
{
	size_t length = strlen(text);

	for (const char *at = text; *at; at++)
		if (*at < ' ' || *at > '~')
			return false;
	return length >= 1 && length <= API_KEY_MAX;
}

static bool refuse(struct api_problem *problem, const char *field, const char *why)
{
	api_problem_set(problem, 422, "field", field, "%s: %s", field, why);
	return false;
}

static bool is_same_number(const struct conf *conf, const char *number, const char *to)
{
	char own[MSISDN_MAX];

	return msisdn_parse(number, conf->country, own) == MSISDN_OK && strcmp(own, to) == 0;
}

static bool is_own_number(const struct conf *conf, const char *to)
{
	for (size_t i = 0; i < conf->modem_count; i++)
		if (is_same_number(conf, conf->modems[i].number, to))
			return true;
	for (size_t i = 0; i < conf->kannel_count; i++)
		if (is_same_number(conf, conf->kannels[i].number, to))
			return true;
	return false;
}

static bool read_to(const struct conf *conf, const json_t *value, struct api_message *out,
		    struct api_problem *problem)
{
	const char *text = json_string_value(value);

	if (!value)
		return refuse(problem, "to", "is missing; it is a telephone number");
	if (!text)
		return refuse(problem, "to", "is a telephone number as a string");
	switch (msisdn_parse(text, conf->country, out->to)) {
	case MSISDN_OK:
		break;
	case MSISDN_SHORT_CODE:
		return refuse(problem, "to",
			      "is the number of a service; only people are written to");
	default:
		return refuse(problem, "to",
			      "is no telephone number; write 081234567890 or +6281234567890");
	}
	if (is_own_number(conf, out->to))
		return refuse(problem, "to", "is a number of this service itself");
	return true;
}

static bool has_controls(const char *text)
{
	for (const char *at = text; *at; at++)
		if (((unsigned char)*at < ' ' && *at != '\n') || *at == 0x7f)
			return true;
	return false;
}

/* As it will be sent: what GSM-7 lacks goes as what looks like it. */
static const char *as_sent(struct arena *arena, const char *text)
{
	size_t room = 4 * strlen(text) + 1;
	char *plain = arena_alloc(arena, room);

	gsm7_transliterate(text, plain, room);
	return plain;
}

static bool read_text(struct arena *arena, const json_t *value, struct api_message *out,
		      struct api_problem *problem)
{
	const char *text = json_string_value(value), *plain;

	if (!value)
		return refuse(problem, "text", "is missing");
	if (!text)
		return refuse(problem, "text", "is a string");
	if (has_controls(text))
		return refuse(problem, "text",
			      "has control characters; of these only a line's end (\\n) is sent");
	out->text = arena_strdup(arena, text);
	plain = as_sent(arena, text);
	if (!plain[strspn(plain, " \n")])
		return refuse(problem, "text", "is empty");
	out->parts = sms_size(plain).segments;
	if (out->parts <= API_SEGMENTS_MAX)
		return true;
	api_problem_set(problem, 422, "field", "text",
			"text: needs %d SMS; at most %d go out as one message", out->parts,
			API_SEGMENTS_MAX);
	return false;
}

/* A header's value may stand in quotes, as the draft for Idempotency-Key has it. */
static const char *unquoted(struct arena *arena, const char *header)
{
	size_t length = strlen(header);

	if (length >= 2 && header[0] == '"' && header[length - 1] == '"')
		return arena_strndup(arena, header + 1, length - 2);
	return arena_strdup(arena, header);
}

static bool read_key(struct arena *arena, const json_t *value, const char *header,
		     struct api_message *out, struct api_problem *problem)
{
	const char *key = json_string_value(value);

	out->key = header ? unquoted(arena, header) : NULL;
	if (value && (!key || !api_is_key(key)))
		return refuse(problem, "key",
			      "is a string of 1 to 64 printable characters of ASCII");
	if (out->key && !api_is_key(out->key)) {
		api_problem_set(
		    problem, 400, "key", "Idempotency-Key",
		    "the header Idempotency-Key has 1 to 64 printable characters of ASCII");
		return false;
	}
	if (key && out->key && strcmp(key, out->key) != 0)
		return refuse(problem, "key", "is another one than in the header Idempotency-Key");
	if (key)
		out->key = arena_strdup(arena, key);
	return true;
}

static bool read_expires(const json_t *value, struct api_message *out, struct api_problem *problem)
{
	json_int_t minutes = json_integer_value(value);

	if (!value)
		return true;
	if (!json_is_integer(value) || minutes < API_MINUTES_MIN || minutes > API_MINUTES_MAX)
		return refuse(problem, "expires",
			      "is a whole number of minutes from 5 to 20160 (two weeks)");
	out->minutes = (int)minutes;
	return true;
}

/* A field that we'd drop in silence may be one that matters. */
static bool only_known_fields(json_t *json, struct api_problem *problem)
{
	const char *name;
	json_t *value;

	json_object_foreach(json, name, value)
	{
		if (strcmp(name, "to") == 0 || strcmp(name, "text") == 0 ||
		    strcmp(name, "key") == 0 || strcmp(name, "expires") == 0)
			continue;
		api_problem_set(
		    problem, 422, "field", "",
		    "the body has a field that isn't known; known are to, text, key, expires");
		return false;
	}
	return true;
}

static bool read_fields(struct arena *arena, const struct conf *conf, json_t *json,
			const char *header_key, struct api_message *out,
			struct api_problem *problem)
{
	if (!json_is_object(json)) {
		api_problem_set(problem, 400, "json", "", "the body is JSON, but no object { … }");
		return false;
	}
	return only_known_fields(json, problem) &&
	       read_to(conf, json_object_get(json, "to"), out, problem) &&
	       read_text(arena, json_object_get(json, "text"), out, problem) &&
	       read_key(arena, json_object_get(json, "key"), header_key, out, problem) &&
	       read_expires(json_object_get(json, "expires"), out, problem);
}

bool api_message_read(struct arena *arena, const struct conf *conf, const char *body, size_t length,
		      const char *header_key, struct api_message *out, struct api_problem *problem)
{
	json_error_t error;
	json_t *json = json_loadb(body, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	bool good;

	*out = (struct api_message){0};
	if (!json) {
		/* Not its own words: they quote the body. */
		api_problem_set(problem, 400, "json", "", "the body isn't JSON: line %d, column %d",
				error.line, error.column);
		return false;
	}
	good = read_fields(arena, conf, json, header_key, out, problem);
	json_decref(json);
	return good;
}

/* Fields are separated by their NULs, so that no two contents are alike. */
char *api_message_content(const struct api_message *message, size_t *length)
{
	struct strbuf content = {0};

	strbuf_add(&content, message->to, strlen(message->to) + 1);
	strbuf_add(&content, message->text, strlen(message->text) + 1);
	strbuf_printf(&content, "%d", message->minutes);
	*length = content.length;
	return content.text;
}
