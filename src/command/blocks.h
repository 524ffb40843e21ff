/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_COMMAND_BLOCKS_H
#define KENTONGAN_COMMAND_BLOCKS_H

#include <stddef.h>

#include "kentongan/memory.h"

/* Patterns with a name, for use in others as (?&NAME). Each pattern takes along
 * those that it uses and no more: there are two hundred patterns. */
struct block;
struct blocks {
	struct block *block;
	size_t count;
};

/* Adds (or replaces) NAME; it may use those that come later. */
void blocks_add(struct blocks *blocks, const char *name, const char *pattern);
/* Appends the definitions that PATTERN uses, itself or through others, as a
 * group that matches nothing; then PATTERN. Returns the length of the former. */
size_t blocks_prepend(struct blocks *blocks, const char *pattern, struct strbuf *out);
void blocks_clear(struct blocks *blocks);

#endif
