/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_COMMAND_GRAMMAR_H
#define KENTONGAN_COMMAND_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

#include <pcre2.h>

#include "kentongan/memory.h"
#include "kentongan/parser.h"

/* The compiled form of config/commands.conf. */

enum command_kind { KIND_READ, KIND_MONEY, KIND_OTHER };

/* Arguments of one form. */
#define SLOTS_MAX 16

/* A named group that is an argument: lower case, unlike the building blocks. */
struct slot {
	const char *name; /* inside the compiled pattern */
	uint32_t group;
};

/* One way to write a command's arguments. */
struct form {
	pcre2_code *code;
	struct slot *slots;
	size_t slot_count;
};

struct command {
	char *name;
	enum command_kind kind;
	char **words; /* normalised, as written in the file otherwise */
	size_t word_count;
	struct form *forms; /* behind a keyword, first that fits */
	size_t form_count;
	struct form *bare; /* the whole text, without a keyword */
	size_t bare_count;
	int line;
};

/* One value of an argument ("wajib") and the pattern of its words. */
struct value {
	char *name;
	pcre2_code *code;
};

/* `values product { … }`: the argument "product", the block (?&PRODUCT) and one
 * for each value, (?&PRODUCT_WAJIB). */
struct values {
	char *name;
	struct value *values;
	size_t count;
};

struct grammar {
	struct command *commands;
	size_t count;
	struct values *values;
	size_t values_count;
	char **not_near; /* words that aren't a slip of a keyword */
	size_t not_near_count;
	pcre2_code *keyword;  /* greeting, member, keyword; MARK = index of command */
	pcre2_code *grouped;  /* the same with a group's code in front */
	pcre2_code *stranger; /* greeting, member, a word that is no keyword */
	pcre2_code *polite;   /* a text of nothing but politeness */
	/* Scratch of a match: parsing is single-threaded. */
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_jit_stack *jit_stack;
};

/* Matches CODE on the LENGTH bytes of valid UTF-8 at TEXT, anchored at
 * OFFSET, within the limits. True on a match; the ovector is in grammar->match. */
bool grammar_match(const struct grammar *grammar, const pcre2_code *code, const char *text,
		   size_t length, size_t offset);

/* The command whose word the whole of TEXT is, or NULL. */
const struct command *grammar_find_word(const struct grammar *grammar, const char *text);

/* --- pattern.c ------------------------------------------------------------ */

struct blocks;
/* Adds those that pattern_word uses, and the words about time. */
void pattern_add_blocks(struct blocks *blocks);
/* Appends a pattern for WORD as people type it: letters for digits, several
 * words with or without something between. */
void pattern_word(struct strbuf *out, const char *word);
/* Appends what must follow a keyword: "SETOR50rb" is one, "SETORAN" isn't. */
void pattern_word_end(struct strbuf *out, const char *word);
/* Compiles PATTERN (of LENGTH bytes, whose first PRELUDE bytes aren't the
 * user's) anchored, UTF, caseless, extended. NULL with the reason in ERR. */
pcre2_code *pattern_compile(const char *pattern, size_t prelude, struct errbuf *err);

#endif
