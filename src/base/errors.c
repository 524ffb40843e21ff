/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"

/* Truncation is the contract of an errbuf, so vsnprintf's result is only
 * looked at to mark the cut. */
static void format(char *text, size_t size, const char *fmt, va_list args) PRINTF_LIKE(3, 0);
static void format(char *text, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(text, size, fmt, args);
	if (n < 0)
		text[0] = '\0';
	else if ((size_t)n >= size)
		memcpy(text + size - 4, "...", 4);
}

int err_set(struct errbuf *err, int code, const char *fmt, ...)
{
	if (!err)
		return code;
	va_list args;
	va_start(args, fmt);
	format(err->text, sizeof err->text, fmt, args);
	va_end(args);
	return code;
}

int err_prefix(struct errbuf *err, int code, const char *fmt, ...)
{
	if (!err)
		return code;
	char old[sizeof err->text];
	memcpy(old, err->text, sizeof old);
	va_list args;
	va_start(args, fmt);
	format(err->text, sizeof err->text, fmt, args);
	va_end(args);

	size_t used = strlen(err->text);
	int n = snprintf(err->text + used, sizeof err->text - used, ": %s", old);
	if (n < 0 || (size_t)n >= sizeof err->text - used)
		memcpy(err->text + sizeof err->text - 4, "...", 4);
	return code;
}

void fatal(const char *fmt, ...)
{
	struct errbuf err;
	va_list args;
	va_start(args, fmt);
	format(err.text, sizeof err.text, fmt, args);
	va_end(args);
	log_error("fatal", "%s", err.text);
	/* Not exit(): handlers must not run on a state known to be broken. */
	_Exit(1);
}
