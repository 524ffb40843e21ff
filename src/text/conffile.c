/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/conffile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libconfuse's callbacks have no argument of ours; one file is read at a
 * time, before or between turns of the loop. */
static struct reading {
	const char *path;
	struct strbuf *problems;
} current;

/* Where the entries of the file stand that was read last. */
static struct place {
	const cfg_opt_t *option;
	unsigned n; /* in a list */
	int line;
} * places;
static size_t place_count, place_room;

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

/* --- where things stand ------------------------------------------------------- */

#define DEPTH_MAX 8
#define OPTIONS_MAX 32
#define WORD_ENDS " \t\r\n\"'{}()=+,"

/* A section that is open: how many of each of its options there were. */
struct frame {
	cfg_t *section;
	unsigned seen[OPTIONS_MAX];
};

struct walk {
	char *at;
	int line;
	struct frame frames[DEPTH_MAX];
	int depth;
};

static void skip_space(struct walk *walk)
{
	for (; *walk->at && strchr(" \t\r\n", *walk->at); walk->at++)
		walk->line += *walk->at == '\n';
}

/* Over a word, quoted or not. */
static void skip_value(struct walk *walk)
{
	char *end = NULL;

	if (*walk->at == '"' || *walk->at == '\'')
		end = skip_quoted(walk->at, &walk->line);
	walk->at = end ? end : walk->at + strcspn(walk->at, WORD_ENDS);
}

static void keep_place(const cfg_opt_t *option, unsigned n, int line)
{
	if (place_count == place_room) {
		place_room = place_room ? place_room * 2 : 64;
		places = xreallocarray(places, place_room, sizeof(*places));
	}
	places[place_count++] = (struct place){option, n, line};
}

/* Behind the "=" of OPTION, whose name stands on LINE. */
static void walk_values(struct walk *walk, const cfg_opt_t *option, int line)
{
	skip_space(walk);
	if (*walk->at != '{') {
		keep_place(option, 0, line);
		skip_value(walk);
		return;
	}
	walk->at++;
	skip_space(walk);
	for (unsigned n = 0; *walk->at && *walk->at != '}'; skip_space(walk)) {
		if (strchr(WORD_ENDS, *walk->at) && !strchr("\"'", *walk->at)) {
			walk->at++; /* a comma */
			continue;
		}
		keep_place(option, n++, walk->line);
		skip_value(walk);
	}
	walk->at += *walk->at == '}';
}

/* At the name of an option or a section; false where it is none of ours. */
static bool walk_statement(struct walk *walk)
{
	struct frame *frame = &walk->frames[walk->depth];
	char name[64];
	int line = walk->line;
	size_t length = strcspn(walk->at, WORD_ENDS);
	cfg_opt_t *option = NULL;
	size_t index;

	if (length > 0 && length < sizeof(name)) {
		snprintf(name, sizeof(name), "%.*s", (int)length, walk->at);
		option = cfg_getopt(frame->section, name);
	}
	if (!option)
		return false;
	walk->at += length;
	skip_space(walk);
	if (*walk->at == '=' || *walk->at == '+') {
		walk->at += strspn(walk->at, "+=");
		walk_values(walk, option, line);
		return true;
	}
	if (*walk->at != '{')
		skip_value(walk); /* the title */
	skip_space(walk);
	index = (size_t)(option - frame->section->opts);
	if (*walk->at != '{' || walk->depth + 1 >= DEPTH_MAX || index >= OPTIONS_MAX ||
	    frame->seen[index] >= cfg_opt_size(option))
		return false;
	walk->at++;
	walk->frames[++walk->depth] =
	    (struct frame){.section = cfg_opt_getnsec(option, frame->seen[index]++)};
	walk->frames[walk->depth].section->line = line;
	return true;
}

/* Finds the line of everything in TEXT, of which libconfuse has made CFG: it
 * knows no more of a section than where it was done with it. */
static void find_places(cfg_t *cfg, char *text)
{
	struct walk walk = {.at = text, .line = 1, .frames = {{.section = cfg}}};

	cfg->line = 0;
	for (skip_space(&walk); *walk.at; skip_space(&walk)) {
		if (*walk.at == '}') {
			walk.at++;
			walk.depth -= walk.depth > 0;
		} else if (!walk_statement(&walk)) {
			return;
		}
	}
}

int conffile_line(cfg_t *section, const char *option, unsigned n)
{
	const cfg_opt_t *wanted = cfg_getopt(section, option);

	for (size_t i = 0; wanted && i < place_count; i++)
		if (places[i].option == wanted && places[i].n == n)
			return places[i].line;
	return section->line;
}

int conffile_parse(cfg_t *cfg, const char *path, struct strbuf *problems)
{
	char *text = read_whole(path);
	size_t before = problems->length;
	int rc = -errno;

	current = (struct reading){path, problems};
	place_count = 0;
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
	if (rc == 0)
		find_places(cfg, text);
	free(text);
	current = (struct reading){0};
	return rc;
}
