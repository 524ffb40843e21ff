/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_COMMAND_ARGUMENTS_H
#define KENTONGAN_COMMAND_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "grammar.h"

/* What stands behind a keyword: the form that fits, and its groups as values. */

struct span {
	size_t start, end;
};

/* One message being read. */
struct reading {
	const struct grammar *grammar;
	struct arena *arena;
	const char *text;
	const char *lines; /* the same with the ends of lines in it */
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
	size_t rest;       /* where the arguments begin */
	const char *group; /* named before the keyword; NULL = none */
	int64_t member;    /* likewise; 0 = none */
};

void attempt_clear(struct attempt *attempt);

/* Tries each of the FORMS from OFFSET on; the first that fits decides what
 * PROBLEM, ARGS and PINs are. Command, group and member stay. */
void arguments_try(const struct reading *r, const struct form *forms, size_t count, size_t offset,
		   struct attempt *attempt);

/* SPAN of the text in capitals. In the arena. */
char *arguments_upper(const struct reading *r, struct span span);

/* A piece of the text to say back: short, whole characters, no PIN. */
const char *arguments_heard(const struct reading *r, struct span span);

#endif
