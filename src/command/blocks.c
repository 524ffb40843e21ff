/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "blocks.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct block {
	char *name;
	char *pattern;
	bool used;
};

static struct block *find(struct blocks *blocks, const char *name, size_t length)
{
	for (size_t i = 0; i < blocks->count; i++)
		if (strncmp(blocks->block[i].name, name, length) == 0 &&
		    blocks->block[i].name[length] == '\0')
			return &blocks->block[i];
	return NULL;
}

void blocks_add(struct blocks *blocks, const char *name, const char *pattern)
{
	struct block *block = find(blocks, name, strlen(name));

	if (block) {
		free(block->pattern);
		block->pattern = xstrdup(pattern);
		return;
	}
	blocks->block = xreallocarray(blocks->block, blocks->count + 1, sizeof(*blocks->block));
	blocks->block[blocks->count++] =
	    (struct block){.name = xstrdup(name), .pattern = xstrdup(pattern)};
}

/* Marks what PATTERN uses; a name that is no block's is for PCRE2 to refuse. */
static void mark(struct blocks *blocks, const char *pattern)
{
	for (const char *at = pattern; (at = strstr(at, "(?&"));) {
		struct block *block;

		at += 3;
		block = find(blocks, at, strcspn(at, ")"));
		if (!block || block->used)
			continue;
		block->used = true;
		mark(blocks, block->pattern);
	}
}

size_t blocks_prepend(struct blocks *blocks, const char *pattern, struct strbuf *out)
{
	size_t start = out->length, length;

	for (size_t i = 0; i < blocks->count; i++)
		blocks->block[i].used = false;
	mark(blocks, pattern);
	strbuf_puts(out, "(?(DEFINE)");
	for (size_t i = 0; i < blocks->count; i++)
		if (blocks->block[i].used)
			strbuf_printf(out, "(?<%s>%s)", blocks->block[i].name,
				      blocks->block[i].pattern);
	strbuf_putc(out, ')');
	length = out->length - start;
	strbuf_puts(out, pattern);
	return length;
}

void blocks_clear(struct blocks *blocks)
{
	for (size_t i = 0; i < blocks->count; i++) {
		free(blocks->block[i].name);
		free(blocks->block[i].pattern);
	}
	free(blocks->block);
	*blocks = (struct blocks){0};
}
