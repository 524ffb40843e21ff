/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
	if (!p)
		fatal("out of memory");
	return p;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *xreallocarray(void *old, size_t count, size_t size)
{
	if (!count || !size)
		count = size = 1;
	return checked(reallocarray(old, count, size));
}

char *xstrdup(const char *text)
{
	return checked(strdup(text));
}

char *xstrndup(const char *text, size_t length)
{
	return checked(strndup(text, length));
}

char *xasprintf(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, fmt);
	int n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		fatal("out of memory");
	return text;
}

/* --- arena --- */

#define CHUNK_SIZE ((size_t)4096)
#define ALIGNMENT _Alignof(max_align_t)

struct chunk {
	struct chunk *next;
	size_t used;
	size_t size;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct chunk *chunks; /* the newest first: the one that has room */
};

static struct chunk *chunk_new(size_t size)
{
	struct chunk *chunk = xcalloc(1, sizeof *chunk + size);
	chunk->size = size;
	return chunk;
}

struct arena *arena_new(void)
{
	struct arena *arena = xcalloc(1, sizeof *arena);
	arena->chunks = chunk_new(CHUNK_SIZE - sizeof(struct chunk));
	return arena;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2)
		fatal("arena_alloc: %zu bytes asked for", size);
	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (!size)
		size = ALIGNMENT;

	struct chunk *chunk = arena->chunks;
	if (chunk->size - chunk->used < size) {
		size_t fresh = CHUNK_SIZE - sizeof *chunk;
		struct chunk *more = chunk_new(size > fresh ? size : fresh);
		more->next = chunk;
		arena->chunks = chunk = more;
	}
	void *p = chunk->bytes + chunk->used;
	chunk->used += size;
	return p;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	length = strnlen(text, length);
	char *copy = arena_alloc(arena, length + 1);
	memcpy(copy, text, length);
	return copy;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		fatal("arena_printf: bad format \"%s\"", fmt);
	char *text = arena_alloc(arena, (size_t)n + 1);
	if (vsnprintf(text, (size_t)n + 1, fmt, again) != n)
		fatal("arena_printf: the length of \"%s\" changed", fmt);
	va_end(again);
	return text;
}

void arena_free(struct arena **arena)
{
	if (!*arena)
		return;
	for (struct chunk *chunk = (*arena)->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(*arena);
	*arena = NULL;
}

/* --- strbuf --- */

/* Makes room for LENGTH more bytes and the NUL. */
static void reserve(struct strbuf *buf, size_t length)
{
	if (length > SIZE_MAX / 4 - buf->length)
		fatal("strbuf: %zu bytes asked for", length);
	size_t need = buf->length + length + 1;
	if (need <= buf->room)
		return;
	size_t room = buf->room ? buf->room : 64;
	while (room < need)
		room *= 2;
	buf->text = xreallocarray(buf->text, room, 1);
	buf->room = room;
}

void strbuf_add(struct strbuf *buf, const char *bytes, size_t length)
{
	reserve(buf, length);
	if (length)
		memcpy(buf->text + buf->length, bytes, length);
	buf->length += length;
	buf->text[buf->length] = '\0';
}

void strbuf_puts(struct strbuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void strbuf_putc(struct strbuf *buf, char c)
{
	strbuf_add(buf, &c, 1);
}

void strbuf_printf(struct strbuf *buf, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		fatal("strbuf_printf: bad format \"%s\"", fmt);
	reserve(buf, (size_t)n);
	if (vsnprintf(buf->text + buf->length, (size_t)n + 1, fmt, again) != n)
		fatal("strbuf_printf: the length of \"%s\" changed", fmt);
	va_end(again);
	buf->length += (size_t)n;
}

void strbuf_clear(struct strbuf *buf)
{
	buf->length = 0;
	if (buf->text)
		buf->text[0] = '\0';
}

void strbuf_free(struct strbuf *buf)
{
	free(buf->text);
	*buf = (struct strbuf){0};
}
