/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/parser.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "arguments.h"
#include "grammar.h"
#include "kentongan/text.h"
#include "near.h"

/* --- keywords -------------------------------------------------------------- */

/* Group NAME of the frame CODE that has just matched; empty where it is unset. */
static struct span frame_span(const struct reading *r, const pcre2_code *code, const char *name)
{
	const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(r->grammar->match);
	int group = pcre2_substring_number_from_name(code, (PCRE2_SPTR)name);

	if (group <= 0 || (uint32_t)group >= pcre2_get_ovector_count(r->grammar->match) ||
	    ovector[2 * group] == PCRE2_UNSET)
		return (struct span){0, 0};
	return (struct span){ovector[2 * group], ovector[2 * group + 1]};
}

/* The member's number in front of a keyword; 0 = none. */
static int64_t leading_member(const struct reading *r, const pcre2_code *code)
{
	struct span span = frame_span(r, code, "member");

	return span.end > span.start ? strtol(r->text + span.start, NULL, 10) : 0;
}

/* Reads what stands in front of the arguments, if CODE matches. */
static bool read_frame(const struct reading *r, const pcre2_code *code, struct attempt *attempt)
{
	const struct grammar *grammar = r->grammar;
	struct span group;
	PCRE2_SPTR mark;

	if (!grammar_match(grammar, code, r->text, r->length, 0))
		return false;
	mark = pcre2_get_mark(grammar->match);
	if (!mark)
		return false;
	attempt->command = &grammar->commands[strtoul((const char *)mark, NULL, 10)];
	attempt->rest = pcre2_get_ovector_pointer(grammar->match)[1];
	attempt->member = leading_member(r, code);
	group = frame_span(r, code, "group");
	if (group.end > group.start)
		attempt->group = arguments_upper(r, group);
	return true;
}

/* A keyword where one may begin is never a group's code. */
static void try_keyword(const struct reading *r, struct attempt *attempt)
{
	if (read_frame(r, r->grammar->keyword, attempt) ||
	    read_frame(r, r->grammar->grouped, attempt))
		arguments_try(r, attempt->command->forms, attempt->command->form_count,
			      attempt->rest, attempt);
}

static void try_bare(const struct reading *r, struct attempt *attempt)
{
	for (size_t i = 0; i < r->grammar->count; i++) {
		const struct command *command = &r->grammar->commands[i];

		if (command->bare_count == 0)
			continue;
		attempt->command = command;
		arguments_try(r, command->bare, command->bare_count, 0, attempt);
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
	return grammar_find_word(r->grammar, text) != NULL;
}

/* Looks for a keyword one edit away from the first word that is none, and that
 * doesn't lie in front of BEHIND, in a keyword. */
static void try_near(const struct reading *r, size_t behind, struct attempt *best)
{
	const struct grammar *grammar = r->grammar;
	struct candidates candidates;
	struct span word;
	int64_t member;

	if (!grammar_match(grammar, grammar->stranger, r->text, r->length, 0))
		return;
	member = leading_member(r, grammar->stranger);
	word = frame_span(r, grammar->stranger, "word");
	if (word.start < behind || is_excepted(r, word) || is_keyword(r, word))
		return;
	near_read(r->text, r->length, word.start, &candidates);
	for (size_t i = 0; i < grammar->count; i++) {
		struct attempt attempt = {.command = &grammar->commands[i], .member = member};

		if (!near_command(&candidates, attempt.command, &attempt.rest))
			continue;
		arguments_try(r, attempt.command->forms, attempt.command->form_count, attempt.rest,
			      &attempt);
		if (!attempt.heard)
			attempt.heard = arguments_heard(r, (struct span){word.start, attempt.rest});
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

static void replace(struct attempt *attempt, struct attempt *other)
{
	attempt_clear(attempt);
	*attempt = *other;
}

static void read_message(const struct reading *r, struct attempt *attempt)
{
	struct attempt other = {0};
	bool fits;

	try_keyword(r, attempt);
	fits = attempt->command && attempt->problem != PARSE_USAGE;
	if (fits && !attempt->member)
		return;
	/* "4821 PIN 123456" has a code in front, not a member. */
	try_bare(r, &other);
	if (other.command) {
		replace(attempt, &other);
		return;
	}
	if (fits)
		return;
	/* "terima kasih" is a keyword and politeness: nothing is asked. */
	if (grammar_match(r->grammar, r->grammar->polite, r->text, r->length, 0)) {
		attempt_clear(attempt);
		return;
	}
	/* The code of a group may be a slip after all. */
	try_near(r, attempt->group ? 0 : attempt->rest, &other);
	if (other.command && (!attempt->command || other.problem != PARSE_USAGE)) {
		replace(attempt, &other);
		return;
	}
	attempt_clear(&other);
	if (attempt->command && !attempt->heard)
		attempt->heard = arguments_heard(r, (struct span){attempt->rest, r->length});
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
		out->heard = arguments_heard(r, (struct span){0, word});
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
	char clean[TEXT_MAX + 1], lines[TEXT_MAX + 1];
	struct attempt attempt = {0};
	struct reading reading = {
	    .grammar = grammar, .arena = arena, .text = clean, .lines = lines};

	*out = (struct parsed){.command = "", .redacted = "", .heard = ""};
	reading.length = text_normalise(text, strlen(text), clean, sizeof(clean));
	if (reading.length == 0) {
		out->problem = PARSE_EMPTY;
		out->args = json_object();
		return;
	}
	(void)text_normalise_lines(text, strlen(text), lines, sizeof(lines));
	read_message(&reading, &attempt);
	hand_over(&reading, &attempt, out);
	explicit_bzero(clean, reading.length);
	explicit_bzero(lines, reading.length);
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
