/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_PARSER_H
#define KENTONGAN_PARSER_H

#include <jansson.h>

#include "kentongan/errors.h"
#include "kentongan/memory.h"

/* From a cleaned text to a command and its arguments, by the PCRE2 patterns
 * of config/commands.conf. */
struct grammar;

/* Compiles PATH. -EINVAL with every mistake as "file:line: reason" in PROBLEMS. */
MUSTCHECK int grammar_load(struct grammar **out, const char *path, struct strbuf *problems);
void grammar_free(struct grammar **grammar);

enum parse_problem {
	PARSE_OK,
	PARSE_EMPTY,   /* nothing but space */
	PARSE_UNKNOWN, /* no keyword, none near */
	PARSE_NEAR,    /* one edit from a money command: ask, don't do */
	PARSE_USAGE,   /* keyword, but arguments that don't fit */
	PARSE_AMOUNT   /* an amount that must be asked back */
};

/* What a text says. COMMAND is the command's name in commands.conf ("SETOR",
 * "" for UNKNOWN/EMPTY). ARGS is an object, keys by named group:
 *   amount  integer      product "pokok|wajib|sukarela|arisan|shu"
 *   member  integer (a leading or named member number)
 *   speaker integer (the leading number, where another is named behind)
 *   group   string, upper case (a leading or named group's code)
 *   code    string, upper case      text   string (free text)
 *   count, loan, case, year  integer       lang "id|jv|mad|en"
 *   list    string: numbers, a space between
 *   phone   string: digits as typed, perhaps a plus in front
 *   topic   string: the command that the word belongs to, else the word
 *   when    object: exactly one of {"weekday": 0 (Sunday) to 6}, {"in": days from
 *           today}, {"day", "month", "year" where said}, {"day"}; and "hour",
 *           "minute" where an hour was said. What can't be, or may mean two, is
 *           USAGE with HEARD. Group `start` arrives under this name too (an hour
 *           is said; no day: today), and group `rhythm`, with a weekday or a day
 *   week    integer, with a rhythm's weekday: 1 to 4 of each month, 5 its last
 *   series  string, lower case
 *   text    also group `body`: with "\n" where a line ended
 *   pin, newpin  never: they go to PIN and NEW_PIN (with OK and NEAR), not to ARGS
 * A group named like a `values` section arrives as the value (product, lang,
 * role, entry, unit, setting, grade, action, audience, names); a value that is a
 * number or true in JSON as such. A leading group is whatever word stood in
 * front of a keyword: where this phone has no such group, the text meant
 * nothing, whatever else was read.
 * Unknown group names arrive as upper-case strings under their own name.
 * REDACTED is the cleaned text for storage: PINs and lone six-digit runs replaced. */
struct parsed {
	enum parse_problem problem;
	const char *command;
	json_t *args;         /* freed by parsed_free */
	char pin[8];          /* "" or six digits; wiped by parsed_free */
	char new_pin[8];      /* the one that is to replace it; likewise */
	const char *redacted; /* in the arena */
	const char *heard;    /* the word or amount that was not understood */
};

/* TEXT is UTF-8 as received (normalised inside). Strings live in ARENA.
 * Never fails: what can't be matched, or exceeds a match limit, is UNKNOWN. */
void parser_parse(const struct grammar *grammar, const char *text, struct arena *arena,
		  struct parsed *out);
void parsed_free(struct parsed *parsed);

/* "ok", "empty", "unknown", "near", "usage", "amount": as SQL knows them. */
const char *parse_problem_name(enum parse_problem problem);

/* For help, completion and `check`: each command with its words. */
typedef void grammar_each_fn(const char *command, const char *kind, const char *const *words,
			     size_t count, void *arg);
void grammar_each(const struct grammar *grammar, grammar_each_fn *fn, void *arg);

#endif
