/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_MEMORY_H
#define KENTONGAN_MEMORY_H

#include <stddef.h>

#include "kentongan/errors.h"

/* Allocation that can't fail in practice: these end the process instead of
 * returning NULL. Sizes are overflow-checked. Free with free(). */
void *xmalloc(size_t size) __attribute__((malloc));
void *xcalloc(size_t count, size_t size) __attribute__((malloc));
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text) __attribute__((malloc));
char *xstrndup(const char *text, size_t length) __attribute__((malloc));
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((malloc));

/* An arena holds everything that lives as long as one message and is freed
 * at once. Not shared between threads. */
struct arena;
struct arena *arena_new(void);
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
void arena_free(struct arena **arena);

/* A growing, always NUL-terminated byte string. Zero-initialise; free with
 * strbuf_free(). `text` is never NULL after the first append. */
struct strbuf {
	char *text;
	size_t length;
	size_t room;
};
void strbuf_add(struct strbuf *buf, const char *bytes, size_t length);
void strbuf_puts(struct strbuf *buf, const char *text);
void strbuf_putc(struct strbuf *buf, char c);
void strbuf_printf(struct strbuf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_clear(struct strbuf *buf);
void strbuf_free(struct strbuf *buf);

#endif
