/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arguments.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/pin.h"
#include "kentongan/text.h"

#define HEARD_MAX 40 /* bytes of what wasn't understood that are said back */
#define INTEGER_DIGITS 9
#define PHONE_DIGITS 8 /* at least */

void attempt_clear(struct attempt *attempt)
{
	json_decref(attempt->args);
	explicit_bzero(&attempt->pin, sizeof(attempt->pin));
	explicit_bzero(&attempt->new_pin, sizeof(attempt->new_pin));
	*attempt = (struct attempt){0};
}

static char *copy_span(const struct reading *r, struct span span)
{
	return arena_strndup(r->arena, r->text + span.start, span.end - span.start);
}

/* TEXT without anything that may be a PIN. */
static char *without_pin(const struct reading *r, const char *text)
{
	size_t size = strlen(text) * 3 + 1;
	char *safe = arena_alloc(r->arena, size);

	text_redact(text, safe, size);
	return safe;
}

const char *arguments_heard(const struct reading *r, struct span span)
{
	size_t n = HEARD_MAX;
	char *piece;

	while (span.start < span.end && r->text[span.start] == ' ')
		span.start++;
	/* masked before it is cut: five digits of a PIN would stay */
	piece = without_pin(r, copy_span(r, span));
	if (strlen(piece) > n) {
		while (n > 0 && ((unsigned char)piece[n] & 0xC0) == 0x80)
			n--;
		piece[n] = '\0';
	}
	return piece;
}

enum extract {
	EXTRACT_OK,
	EXTRACT_AMOUNT, /* to be asked back */
	EXTRACT_WHEN,   /* likewise, a day or an hour */
	EXTRACT_NO      /* not this form */
};

static void set(struct attempt *attempt, const char *name, json_t *value)
{
	json_object_set_new(attempt->args, name, value);
}

static enum extract extract_amount(const struct reading *r, struct span span, const char *name,
				   struct attempt *attempt)
{
	int64_t value;

	switch (amount_parse(r->text + span.start, span.end - span.start, &value)) {
	case AMOUNT_OK:
		set(attempt, name, json_integer(value));
		return EXTRACT_OK;
	case AMOUNT_AMBIGUOUS:
		attempt->heard = arguments_heard(r, span);
		return EXTRACT_AMOUNT;
	default:
		return EXTRACT_NO;
	}
}

static enum extract extract_integer(const struct reading *r, struct span span, const char *name,
				    struct attempt *attempt)
{
	int64_t value = 0;

	if (span.end - span.start > INTEGER_DIGITS || span.end == span.start)
		return EXTRACT_NO;
	for (size_t i = span.start; i < span.end; i++) {
		if (r->text[i] < '0' || r->text[i] > '9')
			return EXTRACT_NO;
		value = value * 10 + (r->text[i] - '0');
	}
	/* "7 GANTIHP 23 ...": who speaks, and whom it is about. */
	if (strcmp(name, "member") == 0 && attempt->member)
		set(attempt, "speaker", json_integer(attempt->member));
	set(attempt, name, json_integer(value));
	return EXTRACT_OK;
}

static enum extract extract_pin(const struct reading *r, struct span span, struct pin *pin)
{
	if (span.end - span.start != PIN_LENGTH)
		return EXTRACT_NO;
	for (size_t i = span.start; i < span.end; i++)
		if (r->text[i] < '0' || r->text[i] > '9')
			return EXTRACT_NO;
	memcpy(pin->digits, r->text + span.start, PIN_LENGTH);
	pin->digits[PIN_LENGTH] = '\0';
	pin->span = span;
	return EXTRACT_OK;
}

static void set_string(const struct reading *r, const char *text, const char *name,
		       struct attempt *attempt)
{
	set(attempt, name, json_string(without_pin(r, text)));
}

char *arguments_upper(const struct reading *r, struct span span)
{
	char *text = copy_span(r, span);

	for (char *c = text; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return text;
}

static char *lower(const struct reading *r, struct span span)
{
	char *text = copy_span(r, span);

	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return text;
}

static enum extract extract_topic(const struct reading *r, struct span span,
				  struct attempt *attempt)
{
	char *text = arguments_upper(r, span);
	const struct command *command = grammar_find_word(r->grammar, text);

	set_string(r, command ? command->name : text, "topic", attempt);
	return EXTRACT_OK;
}

static enum extract extract_value(const struct reading *r, struct span span,
				  const struct values *values, struct attempt *attempt)
{
	const char *text = copy_span(r, span);

	for (size_t i = 0; i < values->count; i++) {
		if (grammar_match(r->grammar, values->values[i].code, text, strlen(text), 0)) {
			/* "true" and "2" as what they are in JSON */
			json_t *value = json_loads(values->values[i].name, JSON_DECODE_ANY, NULL);

			set(attempt, values->name,
			    value ? value : json_string(values->values[i].name));
			return EXTRACT_OK;
		}
	}
	return EXTRACT_NO;
}

/* A group named twice, in front and behind, must be the same one. */
static enum extract extract_group(const struct reading *r, struct span span,
				  struct attempt *attempt)
{
	char *group = arguments_upper(r, span);

	if (attempt->group && strcmp(attempt->group, group) != 0)
		return EXTRACT_NO;
	set_string(r, group, "group", attempt);
	return EXTRACT_OK;
}

/* "7, 12 dan 15" becomes "7 12 15". */
static enum extract extract_list(const struct reading *r, struct span span, struct attempt *attempt)
{
	char *list = arena_alloc(r->arena, span.end - span.start + 1);
	size_t n = 0;

	for (size_t i = span.start; i < span.end; i++) {
		if (isdigit((unsigned char)r->text[i]))
			list[n++] = r->text[i];
		else if (n > 0 && list[n - 1] != ' ')
			list[n++] = ' ';
	}
	while (n > 0 && list[n - 1] == ' ')
		n--;
	list[n] = '\0';
	set(attempt, "list", json_string(list));
	return n > 0 ? EXTRACT_OK : EXTRACT_NO;
}

/* Digits, and a plus in front: whose number it is, the country's code tells.
 * Nothing that could be a PIN is that long. */
static enum extract extract_phone(const struct reading *r, struct span span,
				  struct attempt *attempt)
{
	char *phone = arena_alloc(r->arena, span.end - span.start + 1);
	size_t n = 0;

	for (size_t i = span.start; i < span.end; i++)
		if (isdigit((unsigned char)r->text[i]) || (r->text[i] == '+' && n == 0))
			phone[n++] = r->text[i];
	phone[n] = '\0';
	if (n < PHONE_DIGITS)
		return EXTRACT_NO;
	set(attempt, "phone", json_string(phone));
	return EXTRACT_OK;
}

static json_t *when_object(const struct when *when)
{
	json_t *object = json_object();

	if (when->kind == WHEN_IS_WEEKDAY)
		json_object_set_new(object, "weekday", json_integer(when->weekday));
	if (when->kind == WHEN_IS_IN)
		json_object_set_new(object, "in", json_integer(when->in));
	if (when->kind == WHEN_IS_DATE || when->kind == WHEN_IS_DAY)
		json_object_set_new(object, "day", json_integer(when->day));
	if (when->kind == WHEN_IS_DATE)
		json_object_set_new(object, "month", json_integer(when->month));
	if (when->kind == WHEN_IS_DATE && when->year)
		json_object_set_new(object, "year", json_integer(when->year));
	if (when->has_time) {
		json_object_set_new(object, "hour", json_integer(when->hour));
		json_object_set_new(object, "minute", json_integer(when->minute));
	}
	return object;
}

/* Once; `rhythm` is again and again, and so may say which of a month's; `start`
 * may be an hour of today's, and without an hour it is none. */
static enum extract extract_when(const struct reading *r, struct span span, const char *name,
				 struct attempt *attempt)
{
	bool rhythm = strcmp(name, "rhythm") == 0, start = strcmp(name, "start") == 0;
	struct when when;
	int status = when_parse(r->text + span.start, span.end - span.start, &when);

	if (status == 0 && start && !when.has_time)
		return EXTRACT_NO;
	if (status == 0 && start && when.kind == WHEN_NO_DAY)
		when.kind = WHEN_IS_IN;
	if (status == 0 && rhythm && when.kind != WHEN_IS_WEEKDAY && when.kind != WHEN_IS_DAY)
		status = -EINVAL;
	if (status < 0 || when.kind == WHEN_NO_DAY || (when.week && !rhythm)) {
		attempt->heard = arguments_heard(r, span);
		return EXTRACT_WHEN;
	}
	set(attempt, "when", when_object(&when));
	if (when.week)
		set(attempt, "week", json_integer(when.week));
	return EXTRACT_OK;
}

/* Appends the LENGTH bytes at TEXT without anything that may be a PIN. */
static void add_without_pin(const struct reading *r, const char *text, size_t length,
			    struct strbuf *out)
{
	strbuf_puts(out, without_pin(r, arena_strndup(r->arena, text, length)));
}

/* The free text whose lines matter: it goes on to others. 150000 may stay in it:
 * no PIN ends in three noughts. */
static enum extract extract_body(const struct reading *r, struct span span, struct attempt *attempt)
{
	const char *from = arena_strndup(r->arena, r->lines + span.start, span.end - span.start);
	struct strbuf text = {0};

	for (const char *at = from; *at;) {
		size_t digits = strspn(at, "0123456789");

		if (digits == PIN_LENGTH && strncmp(at + 3, "000", 3) == 0) {
			add_without_pin(r, from, (size_t)(at - from), &text);
			strbuf_printf(&text, "%.6s", at);
			from = at + digits;
		}
		at += digits > 0 ? digits : 1;
	}
	add_without_pin(r, from, strlen(from), &text);
	set(attempt, "text", json_string(text.text));
	strbuf_free(&text);
	return EXTRACT_OK;
}

static bool is_when(const char *name)
{
	return strcmp(name, "when") == 0 || strcmp(name, "rhythm") == 0 ||
	       strcmp(name, "start") == 0;
}

static bool is_integer(const char *name)
{
	static const char *const names[] = {"member", "count", "loan", "case", "year"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static enum extract extract_one(const struct reading *r, const char *name, struct span span,
				struct attempt *attempt)
{
	if (strcmp(name, "amount") == 0)
		return extract_amount(r, span, name, attempt);
	if (is_integer(name))
		return extract_integer(r, span, name, attempt);
	if (strcmp(name, "pin") == 0)
		return extract_pin(r, span, &attempt->pin);
	if (strcmp(name, "newpin") == 0)
		return extract_pin(r, span, &attempt->new_pin);
	if (strcmp(name, "group") == 0)
		return extract_group(r, span, attempt);
	if (strcmp(name, "list") == 0)
		return extract_list(r, span, attempt);
	if (strcmp(name, "phone") == 0)
		return extract_phone(r, span, attempt);
	if (strcmp(name, "topic") == 0)
		return extract_topic(r, span, attempt);
	if (strcmp(name, "body") == 0)
		return extract_body(r, span, attempt);
	if (is_when(name))
		return extract_when(r, span, name, attempt);
	for (size_t i = 0; i < r->grammar->values_count; i++)
		if (strcmp(name, r->grammar->values[i].name) == 0)
			return extract_value(r, span, &r->grammar->values[i], attempt);
	if (strcmp(name, "series") == 0) {
		set_string(r, lower(r, span), name, attempt);
		return EXTRACT_OK;
	}
	set_string(r, strcmp(name, "text") == 0 ? copy_span(r, span) : arguments_upper(r, span),
		   name, attempt);
	return EXTRACT_OK;
}

/* Reads the groups of FORM, which has just matched. An amount that must be
 * asked back doesn't hide the other arguments. */
static enum extract extract_all(const struct reading *r, const struct form *form,
				struct attempt *attempt)
{
	const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(r->grammar->match);
	uint32_t room = pcre2_get_ovector_count(r->grammar->match);
	struct span spans[SLOTS_MAX];
	size_t n = form->slot_count;
	enum extract all = EXTRACT_OK;

	/* Copied first: reading a value matches again. */
	for (size_t i = 0; i < n; i++) {
		uint32_t group = form->slots[i].group;

		spans[i] = (struct span){0, 0};
		if (group < room && ovector[2 * group] != PCRE2_UNSET)
			spans[i] = (struct span){ovector[2 * group], ovector[2 * group + 1]};
	}
	for (size_t i = 0; i < n; i++) {
		enum extract one;

		if (spans[i].start >= spans[i].end)
			continue;
		one = extract_one(r, form->slots[i].name, spans[i], attempt);
		if (one == EXTRACT_NO || one == EXTRACT_WHEN)
			return one;
		if (one == EXTRACT_AMOUNT)
			all = EXTRACT_AMOUNT;
	}
	return all;
}

/* Forgets the arguments, but for those named before the keyword. */
static void start_arguments(struct attempt *attempt)
{
	json_decref(attempt->args);
	attempt->args = json_object();
	attempt->heard = NULL;
	explicit_bzero(&attempt->pin, sizeof(attempt->pin));
	explicit_bzero(&attempt->new_pin, sizeof(attempt->new_pin));
	if (attempt->group)
		set(attempt, "group", json_string(attempt->group));
	if (attempt->member)
		set(attempt, "member", json_integer(attempt->member));
}

void arguments_try(const struct reading *r, const struct form *forms, size_t count, size_t offset,
		   struct attempt *attempt)
{
	const char *heard = NULL;

	attempt->problem = PARSE_USAGE;
	for (size_t i = 0; i < count; i++) {
		enum extract result;

		if (!grammar_match(r->grammar, forms[i].code, r->text, r->length, offset))
			continue;
		start_arguments(attempt);
		result = extract_all(r, &forms[i], attempt);
		if (result == EXTRACT_WHEN) {
			heard = attempt->heard;
			break;
		}
		if (result == EXTRACT_NO)
			continue;
		attempt->problem = result == EXTRACT_OK ? PARSE_OK : PARSE_AMOUNT;
		return;
	}
	start_arguments(attempt);
	attempt->heard = heard;
}
