/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/parser.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grammar.h"
#include "kentongan/pin.h"
#include "kentongan/text.h"
#include "near.h"

#define HEARD_MAX 40 /* bytes of what wasn't understood that are said back */
#define INTEGER_DIGITS 9

struct span {
	size_t start, end;
};

/* One message being read. */
struct reading {
	const struct grammar *grammar;
	struct arena *arena;
	const char *text;
	size_t length;
};

/* A PIN and where it stands. */
struct pin {
	char digits[8];
	struct span span;
};

/* What a try at one command gave. */
struct attempt {
	const struct command *command; /* NULL = no keyword */
	enum parse_problem problem;
	json_t *args;
	struct pin pin, new_pin;
	const char *heard;
	size_t rest;    /* where the arguments begin */
	int64_t member; /* named before the keyword; 0 = none */
};

static void attempt_clear(struct attempt *attempt)
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

/* A piece of the text to say back: short, whole characters, no PIN. */
static const char *heard(const struct reading *r, struct span span)
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

/* --- arguments ------------------------------------------------------------- */

enum extract { EXTRACT_OK, EXTRACT_AMOUNT, EXTRACT_NO };

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
		attempt->heard = heard(r, span);
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
	/* "23 BLOKIR 24" names two members: ask. */
	if (strcmp(name, "member") == 0 && attempt->member && attempt->member != value)
		return EXTRACT_NO;
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

static char *upper_span(const struct reading *r, struct span span)
{
	char *text = copy_span(r, span);

	for (char *c = text; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	return text;
}

/* Finds the command whose word the whole of TEXT is. */
static const struct command *command_of_word(const struct grammar *grammar, const char *text)
{
	size_t length = strlen(text);
	PCRE2_SPTR mark;

	if (!grammar_match(grammar, grammar->keyword, text, length, 0))
		return NULL;
	if (pcre2_get_ovector_pointer(grammar->match)[1] != length)
		return NULL;
	mark = pcre2_get_mark(grammar->match);
	return mark ? &grammar->commands[strtoul((const char *)mark, NULL, 10)] : NULL;
}

static enum extract extract_topic(const struct reading *r, struct span span,
				  struct attempt *attempt)
{
	char *text = upper_span(r, span);
	const struct command *command = command_of_word(r->grammar, text);

	set_string(r, command ? command->name : text, "topic", attempt);
	return EXTRACT_OK;
}

static enum extract extract_value(const struct reading *r, struct span span,
				  const struct values *values, struct attempt *attempt)
{
	const char *text = copy_span(r, span);

	for (size_t i = 0; i < values->count; i++) {
		if (grammar_match(r->grammar, values->values[i].code, text, strlen(text), 0)) {
			set(attempt, values->name, json_string(values->values[i].name));
			return EXTRACT_OK;
		}
	}
	return EXTRACT_NO;
}

static enum extract extract_one(const struct reading *r, const char *name, struct span span,
				struct attempt *attempt)
{
	if (strcmp(name, "amount") == 0)
		return extract_amount(r, span, name, attempt);
	if (strcmp(name, "member") == 0 || strcmp(name, "count") == 0)
		return extract_integer(r, span, name, attempt);
	if (strcmp(name, "pin") == 0)
		return extract_pin(r, span, &attempt->pin);
	if (strcmp(name, "newpin") == 0)
		return extract_pin(r, span, &attempt->new_pin);
	if (strcmp(name, "topic") == 0)
		return extract_topic(r, span, attempt);
	for (size_t i = 0; i < r->grammar->values_count; i++)
		if (strcmp(name, r->grammar->values[i].name) == 0)
			return extract_value(r, span, &r->grammar->values[i], attempt);
	set_string(r, strcmp(name, "text") == 0 ? copy_span(r, span) : upper_span(r, span), name,
		   attempt);
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
		if (one == EXTRACT_NO)
			return EXTRACT_NO;
		if (one == EXTRACT_AMOUNT)
			all = EXTRACT_AMOUNT;
	}
	return all;
}

/* Forgets the arguments, but for a member named before the keyword. */
static void start_arguments(struct attempt *attempt)
{
	json_decref(attempt->args);
	attempt->args = json_object();
	explicit_bzero(&attempt->pin, sizeof(attempt->pin));
	explicit_bzero(&attempt->new_pin, sizeof(attempt->new_pin));
	if (attempt->member)
		set(attempt, "member", json_integer(attempt->member));
}

/* Tries each form from OFFSET on; the first that fits decides. */
static void try_forms(const struct reading *r, const struct form *forms, size_t count,
		      size_t offset, struct attempt *attempt)
{
	attempt->problem = PARSE_USAGE;
	for (size_t i = 0; i < count; i++) {
		enum extract result;

		if (!grammar_match(r->grammar, forms[i].code, r->text, r->length, offset))
			continue;
		start_arguments(attempt);
		result = extract_all(r, &forms[i], attempt);
		if (result == EXTRACT_NO)
			continue;
		attempt->problem = result == EXTRACT_OK ? PARSE_OK : PARSE_AMOUNT;
		return;
	}
	start_arguments(attempt);
}

/* --- keywords -------------------------------------------------------------- */

/* The member's number in front of a keyword: group 'member' of the frame. */
static int64_t leading_member(const struct reading *r, const pcre2_code *code)
{
	const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(r->grammar->match);
	int group = pcre2_substring_number_from_name(code, (PCRE2_SPTR) "member");

	if (group <= 0 || (uint32_t)group >= pcre2_get_ovector_count(r->grammar->match) ||
	    ovector[2 * group] == PCRE2_UNSET)
		return 0;
	return strtol(r->text + ovector[2 * group], NULL, 10);
}

static void try_keyword(const struct reading *r, struct attempt *attempt)
{
	const struct grammar *grammar = r->grammar;
	PCRE2_SPTR mark;

	if (!grammar_match(grammar, grammar->keyword, r->text, r->length, 0))
		return;
	mark = pcre2_get_mark(grammar->match);
	if (!mark)
		return;
	attempt->command = &grammar->commands[strtoul((const char *)mark, NULL, 10)];
	attempt->rest = pcre2_get_ovector_pointer(grammar->match)[1];
	attempt->member = leading_member(r, grammar->keyword);
	try_forms(r, attempt->command->forms, attempt->command->form_count, attempt->rest, attempt);
}

static void try_bare(const struct reading *r, struct attempt *attempt)
{
	for (size_t i = 0; i < r->grammar->count; i++) {
		const struct command *command = &r->grammar->commands[i];

		if (command->bare_count == 0)
			continue;
		attempt->command = command;
		try_forms(r, command->bare, command->bare_count, 0, attempt);
		if (attempt->problem != PARSE_USAGE)
			return;
	}
	attempt_clear(attempt);
}

/* --- near misses ------------------------------------------------------------ */

static bool is_excepted(const struct reading *r, struct span word)
{
	for (size_t i = 0; i < r->grammar->not_near_count; i++) {
		const char *except = r->grammar->not_near[i];

		if (strlen(except) == word.end - word.start &&
		    strncasecmp(except, r->text + word.start, word.end - word.start) == 0)
			return true;
	}
	return false;
}

static bool near_command(const struct candidates *candidates, const struct command *command,
			 size_t *end)
{
	for (size_t i = 0; i < command->word_count; i++)
		if (near_word(candidates, command->words[i], end))
			return true;
	return false;
}

/* True if A is the better reading of a slip: one that fits, and of two that
 * fit the one that asks. */
static bool is_better(const struct attempt *a, const struct attempt *b)
{
	bool a_fits = a->problem != PARSE_USAGE, b_fits = b->problem != PARSE_USAGE;

	if (!b->command)
		return true;
	if (a_fits != b_fits)
		return a_fits;
	return a->command->kind == KIND_MONEY && b->command->kind != KIND_MONEY;
}

/* A word that is a keyword as it stands is no slip of another. */
static bool is_keyword(const struct reading *r, struct span word)
{
	char text[NEAR_WORD_MAX];
	size_t n = word.end - word.start;

	if (n >= sizeof(text))
		return false;
	memcpy(text, r->text + word.start, n);
	text[n] = '\0';
	return command_of_word(r->grammar, text) != NULL;
}

/* Looks for a keyword one edit away from the first word that is none. */
static void try_near(const struct reading *r, struct attempt *best)
{
	const struct grammar *grammar = r->grammar;
	struct candidates candidates;
	struct span word;
	int64_t member;

	if (!grammar_match(grammar, grammar->stranger, r->text, r->length, 0))
		return;
	member = leading_member(r, grammar->stranger);
	word.end = pcre2_get_ovector_pointer(grammar->match)[1];
	word.start = pcre2_get_ovector_pointer(
	    grammar->match)[2 * pcre2_substring_number_from_name(grammar->stranger,
								 (PCRE2_SPTR) "word")];
	if (is_excepted(r, word) || is_keyword(r, word))
		return;
	near_read(r->text, r->length, word.start, &candidates);
	for (size_t i = 0; i < grammar->count; i++) {
		struct attempt attempt = {.command = &grammar->commands[i], .member = member};

		if (!near_command(&candidates, attempt.command, &attempt.rest))
			continue;
		try_forms(r, attempt.command->forms, attempt.command->form_count, attempt.rest,
			  &attempt);
		if (attempt.problem != PARSE_AMOUNT)
			attempt.heard = heard(r, (struct span){word.start, attempt.rest});
		if (is_better(&attempt, best)) {
			attempt_clear(best);
			*best = attempt;
		} else {
			attempt_clear(&attempt);
		}
	}
	if (best->command && best->problem == PARSE_USAGE && best->rest < r->length)
		attempt_clear(best); /* neither the word nor what follows: chance */
	else if (best->command && best->problem == PARSE_OK && best->command->kind == KIND_MONEY)
		best->problem = PARSE_NEAR;
}

/* --- the whole -------------------------------------------------------------- */

static void read_message(const struct reading *r, struct attempt *attempt)
{
	struct attempt other = {0};

	try_keyword(r, attempt);
	if (attempt->command && attempt->problem != PARSE_USAGE)
		return;
	try_bare(r, &other);
	/* "terima kasih" is a keyword and politeness: nothing is asked. */
	if (!other.command &&
	    grammar_match(r->grammar, r->grammar->polite, r->text, r->length, 0)) {
		attempt_clear(attempt);
		return;
	}
	if (!other.command)
		try_near(r, &other);
	if (other.command && (!attempt->command || other.problem != PARSE_USAGE)) {
		attempt_clear(attempt);
		*attempt = other;
		return;
	}
	attempt_clear(&other);
	if (attempt->command)
		attempt->heard = heard(r, (struct span){attempt->rest, r->length});
}

static bool within(const struct pin *pin, size_t at)
{
	return at >= pin->span.start && at < pin->span.end;
}

static const char *redact(const struct reading *r, const struct attempt *attempt)
{
	size_t size = r->length * 3 + 32;
	char *safe = arena_alloc(r->arena, size);
	struct strbuf text = {0};

	strbuf_puts(&text, "");
	for (size_t i = 0; i < r->length; i++) {
		if (within(&attempt->pin, i) || within(&attempt->new_pin, i))
			strbuf_puts(&text, "•");
		else
			strbuf_putc(&text, r->text[i]);
	}
	text_redact(text.text, safe, size);
	explicit_bzero(text.text, text.length);
	strbuf_free(&text);
	return safe;
}

static void hand_over(const struct reading *r, struct attempt *attempt, struct parsed *out)
{
	size_t word = strcspn(r->text, " ");

	out->redacted = redact(r, attempt);
	out->args = attempt->args ? attempt->args : json_object();
	attempt->args = NULL;
	if (attempt->command) {
		out->problem = attempt->problem;
		out->command = arena_strdup(r->arena, attempt->command->name);
		out->heard = attempt->heard ? attempt->heard : "";
	} else {
		out->problem = PARSE_UNKNOWN;
		out->heard = heard(r, (struct span){0, word});
	}
	if (out->problem == PARSE_OK || out->problem == PARSE_NEAR) {
		memcpy(out->pin, attempt->pin.digits, sizeof(out->pin));
		memcpy(out->new_pin, attempt->new_pin.digits, sizeof(out->new_pin));
	}
	attempt_clear(attempt);
}

void parser_parse(const struct grammar *grammar, const char *text, struct arena *arena,
		  struct parsed *out)
{
	char clean[TEXT_MAX + 1];
	struct attempt attempt = {0};
	struct reading reading = {.grammar = grammar, .arena = arena, .text = clean};

	*out = (struct parsed){.command = "", .redacted = "", .heard = ""};
	reading.length = text_normalise(text, strlen(text), clean, sizeof(clean));
	if (reading.length == 0) {
		out->problem = PARSE_EMPTY;
		out->args = json_object();
		return;
	}
	read_message(&reading, &attempt);
	hand_over(&reading, &attempt, out);
	explicit_bzero(clean, reading.length);
}

void parsed_free(struct parsed *parsed)
{
	json_decref(parsed->args);
	parsed->args = NULL;
	explicit_bzero(parsed->pin, sizeof(parsed->pin));
	explicit_bzero(parsed->new_pin, sizeof(parsed->new_pin));
}

const char *parse_problem_name(enum parse_problem problem)
{
	static const char *const names[] = {
	    [PARSE_OK] = "ok",     [PARSE_EMPTY] = "empty", [PARSE_UNKNOWN] = "unknown",
	    [PARSE_NEAR] = "near", [PARSE_USAGE] = "usage", [PARSE_AMOUNT] = "amount"};

	return names[problem];
}
