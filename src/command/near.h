/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_COMMAND_NEAR_H
#define KENTONGAN_COMMAND_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* Slips of the thumb: is what was typed one edit from a keyword? */

#define NEAR_WORD_MAX 32
#define NEAR_WORDS 3 /* of a keyword that a slip is looked for in */

/* A typed word that may be a slip: letters again for look-alike digits. */
struct typed {
	char word[NEAR_WORD_MAX];
	size_t length;
	size_t end; /* in the text */
};

/* What was typed, read as one word, two, three (keywords have no more), each
 * with the digits in it and up to the first digit ("SETRO50rb"). */
struct candidates {
	struct typed typed[NEAR_WORDS][2];
	bool there[NEAR_WORDS][2];
};

/* Reads the words of TEXT from START on. */
void near_read(const char *text, size_t length, size_t start, struct candidates *out);
/* True where WORD is one edit away, drawn-out letters aside; *END is where it
 * ends in the text. */
bool near_word(const struct candidates *candidates, const char *word, size_t *end);

#endif
