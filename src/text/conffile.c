/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/conffile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libconfuse's callbacks have no argument of ours; one file is read at a
 * time, before or between turns of the loop. */
static struct reading {
	const char *path;
	struct strbuf *problems;
} current;

static void note(int line, const char *reason)
{
	strbuf_printf(current.problems, "%s:%d: %s\n", current.path, line, reason);
}

static void PRINTF_LIKE(2, 0) on_error(cfg_t *cfg, const char *fmt, va_list args)
{
	char reason[600];

	vsnprintf(reason, sizeof(reason), fmt, args);
	note(cfg->line, reason);
}

void conffile_note(cfg_t *cfg, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	on_error(cfg, fmt, args);
	va_end(args);
}

/* The whole file, with a NUL; NULL with errno set. */
static char *read_whole(const char *path)
{
	struct strbuf text = {0};
	char buffer[4096];
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file)
		return NULL;
	errno = 0;
	strbuf_puts(&text, "");
	while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		strbuf_add(&text, buffer, n);
	if (ferror(file)) {
		int saved = errno ? errno : EIO;

		fclose(file);
		strbuf_free(&text);
		errno = saved;
		return NULL;
	}
	fclose(file);
	return text.text;
}

/* Replaces a remark by spaces; returns behind it, or NULL where none begins. */
static char *blank_remark(char *at)
{
	char *end;

	if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
		end = at + strcspn(at, "\n");
	} else if (at[0] == '/' && at[1] == '*') {
		end = strstr(at + 2, "*/");
		end = end ? end + 2 : at + strlen(at);
	} else {
		return NULL;
	}
	for (; at < end; at++)
		if (*at != '\n')
			*at = ' ';
	return end;
}

/* AT is a quote: returns behind the one that closes it, or NULL having said
 * why. Counts the lines that it goes over. */
static char *skip_quoted(char *at, int *line)
{
	char quote = *at;
	int start = *line;

	for (at++; *at && *at != quote; at++) {
		if (*at == '\n' && quote == '"')
			break;
		*line += *at == '\n';
		if (*at != '\\' || !at[1])
			continue;
		at++;
		*line += *at == '\n';
		/* an octal escape to libconfuse, which then loses its place */
		if (quote == '"' && *at >= '0' && *at <= '9') {
			note(*line, "a \\ before a digit has no meaning");
			return NULL;
		}
	}
	if (*at == quote)
		return at + 1;
	note(start, quote == '"' ? "the quote \" isn't closed on its line"
				 : "the quote ' is never closed");
	return NULL;
}

/* Blanks remarks and sees that quotes and braces are paired. */
static int check_form(char *text)
{
	int line = 1, depth = 0, opened = 0;

	for (char *at = text; *at;) {
		char *end = blank_remark(at);

		if (end) {
			for (; at < end; at++)
				line += *at == '\n';
			continue;
		}
		if (*at == '"' || *at == '\'') {
			at = skip_quoted(at, &line);
			if (!at)
				return -EINVAL;
			continue;
		}
		if (*at == '{' && depth++ == 0)
			opened = line;
		if (*at == '}' && depth-- == 0) {
			note(line, "'}' closes nothing");
			return -EINVAL;
		}
		line += *at++ == '\n';
	}
	if (depth > 0)
		note(opened, "the '{' of this section is never closed");
	return depth > 0 ? -EINVAL : 0;
}

int conffile_parse(cfg_t *cfg, const char *path, struct strbuf *problems)
{
	char *text = read_whole(path);
	size_t before = problems->length;
	int rc = -errno;

	current = (struct reading){path, problems};
	if (!text) {
		note(0, strerror(-rc));
		return rc;
	}
	cfg_set_error_function(cfg, on_error);
	rc = check_form(text);
	if (rc == 0 && cfg_parse_buf(cfg, text) != CFG_SUCCESS)
		rc = -EINVAL;
	if (rc < 0 && problems->length == before)
		note(0, "can't be read");
	free(text);
	current = (struct reading){0};
	return rc;
}
