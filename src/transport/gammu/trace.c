/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"

#define RING_LINES 256
#define RING_BYTES (32 * 1024)
#define FRAME_MAX 4096

struct line {
	int64_t at;
	char *text;
	size_t length;
};

struct trace {
	char *dir;
	char *name;
	int keep;
	struct line ring[RING_LINES];
	size_t first, count, bytes;
	struct strbuf current; /* the line that libGammu is printing */
	struct strbuf frame;   /* bytes of the frame that it is dumping */
	size_t frame_left;
	char frame_mark;        /* '>' to the modem, '<' from it */
	struct strbuf received; /* the last received frame */
	unsigned frames;
	unsigned dumps;
};

struct trace *trace_new(const char *dir, const char *name, int keep)
{
	struct trace *trace = xcalloc(1, sizeof *trace);
	trace->dir = xstrdup(dir);
	trace->name = xstrdup(name);
	trace->keep = keep;
	return trace;
}

static void drop_first(struct trace *trace)
{
	struct line *line = &trace->ring[trace->first];
	trace->bytes -= line->length;
	free(line->text);
	memset(line, 0, sizeof *line);
	trace->first = (trace->first + 1) % RING_LINES;
	trace->count--;
}

void trace_free(struct trace **trace)
{
	if (!*trace)
		return;
	while ((*trace)->count)
		drop_first(*trace);
	free((*trace)->dir);
	free((*trace)->name);
	strbuf_free(&(*trace)->current);
	strbuf_free(&(*trace)->frame);
	strbuf_free(&(*trace)->received);
	free(*trace);
	*trace = NULL;
}

static void keep_line(struct trace *trace, const char *text, size_t length)
{
	while (trace->count == RING_LINES || (trace->count && trace->bytes + length > RING_BYTES))
		drop_first(trace);
	struct line *line = &trace->ring[(trace->first + trace->count) % RING_LINES];
	line->at = clock_mono_ms();
	line->text = xstrndup(text, length);
	line->length = length;
	trace->count++;
	trace->bytes += length;
}

static void end_frame(struct trace *trace)
{
	struct strbuf line = {0};
	strbuf_printf(&line, "%c ", trace->frame_mark);
	for (size_t i = 0; i < trace->frame.length; i++) {
		unsigned char c = (unsigned char)trace->frame.text[i];
		if (c == '\r')
			strbuf_puts(&line, "\\r");
		else if (c == '\n')
			strbuf_puts(&line, "\\n");
		else if (c < 0x20 || c >= 0x7f)
			strbuf_printf(&line, "\\x%02x", c);
		else
			strbuf_putc(&line, (char)c);
	}
	keep_line(trace, line.text, line.length);
	strbuf_free(&line);
	if (trace->frame_mark == '<') {
		strbuf_clear(&trace->received);
		strbuf_add(&trace->received, trace->frame.text ? trace->frame.text : "",
			   trace->frame.length);
	}
	strbuf_clear(&trace->frame);
	trace->frame_left = 0;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* libGammu dumps sixteen bytes a line, each as "41A|" (two hexadecimal digits,
 * the character, a separator). */
static void take_dump(struct trace *trace, const char *line, size_t length)
{
	for (size_t i = 0; i < 16 && trace->frame_left > 0 && 4 * i + 2 <= length; i++) {
		int high = hex_digit(line[4 * i]), low = hex_digit(line[4 * i + 1]);
		if (high < 0 || low < 0)
			break;
		strbuf_putc(&trace->frame, (char)(high << 4 | low));
		trace->frame_left--;
	}
	if (trace->frame_left == 0)
		end_frame(trace);
}

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static bool start_frame(struct trace *trace, const char *line)
{
	bool sending = starts(line, "SENDING frame ");
	if (!sending && !starts(line, "RECEIVED frame "))
		return false;
	const char *size = strstr(line, "/length ");
	size = size ? strchr(size + 8, '/') : NULL;
	if (!size)
		return false;
	trace->frame_mark = sending ? '>' : '<';
	trace->frame_left = strtoul(size + 1, NULL, 10);
	strbuf_clear(&trace->frame);
	if (!sending)
		trace->frames++;
	if (trace->frame_left > FRAME_MAX)
		trace->frame_left = FRAME_MAX;
	if (trace->frame_left == 0)
		end_frame(trace);
	return true;
}

/* What libGammu says besides frames and may be kept. */
static bool harmless(const char *line)
{
	static const char *const beginnings[] = {
	    "[",
	    "UNKNOWN",
	    "Frame not request",
	    "CMS Error",
	    "CME Error",
	    "Escaping",
	    "WARNING",
	    "ERROR",
	    "Wanted to write",
	    "Sleeping",
	    "Performing device reset",
	    "Serial device:",
	};
	for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
		if (starts(line, beginnings[i]))
			return true;
	return false;
}

static void take_line(struct trace *trace)
{
	const char *line = trace->current.text ? trace->current.text : "";
	if (trace->frame_left > 0 && hex_digit(line[0]) >= 0)
		take_dump(trace, line, trace->current.length);
	else if (!start_frame(trace, line) && harmless(line))
		keep_line(trace, line, trace->current.length);
	strbuf_clear(&trace->current);
}

void trace_libgammu(const char *text, void *data)
{
	struct trace *trace = data;
	if (strcmp(text, "\n") == 0)
		take_line(trace);
	else if (trace->current.length < FRAME_MAX)
		strbuf_puts(&trace->current, text);
}

unsigned trace_frames(const struct trace *trace)
{
	return trace->frames;
}

const char *trace_last_frame(const struct trace *trace)
{
	return trace->received.text ? trace->received.text : "";
}

static size_t hex_run(const char *text)
{
	return strspn(text, "0123456789ABCDEFabcdef");
}

void trace_last_pdu(const struct trace *trace, struct strbuf *out)
{
	const char *p = trace->received.text;
	for (; p && *p; p += hex_run(p) + 1) {
		size_t run = hex_run(p);
		if (run > 16) {
			strbuf_add(out, p, run);
			return;
		}
		if (p[run] == 0)
			return;
	}
}

/* --- writing it out ------------------------------------------------------- */

static size_t digit_run(const char *text)
{
	return strspn(text, "0123456789");
}

void trace_scrub(const char *line, struct strbuf *out)
{
	for (const char *p = line; *p;) {
		if (strncasecmp(p, "CPIN=", 5) == 0) {
			strbuf_puts(out, "CPIN=<pin>");
			p += 5 + strcspn(p + 5, "\\\r\n");
			continue;
		}
		size_t hex = hex_run(p), digits = digit_run(p);
		/* A word in front would hide the start of a run: "\n07…" */
		if (hex > 16) {
			strbuf_printf(out, "<%zu hex>", hex);
			p += hex;
		} else if (digits > 6) {
			strbuf_add(out, p, 3);
			strbuf_puts(out, "***");
			strbuf_add(out, p + digits - 2, 2);
			p += digits;
		} else {
			size_t step = digits ? digits : 1;
			strbuf_add(out, p, step);
			p += step;
		}
	}
	strbuf_puts(out, "");
}

static bool ours(const struct trace *trace, const char *file)
{
	size_t name = strlen(trace->name);
	return starts(file, "trace-") && strncmp(file + 6, trace->name, name) == 0 &&
	       file[6 + name] == '-' && isdigit((unsigned char)file[7 + name]);
}

static int oldest_first(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Removes the oldest files beyond what may stay. */
static void prune(const struct trace *trace)
{
	DIR *dir = opendir(trace->dir);
	if (!dir)
		return;
	char **files = NULL;
	size_t count = 0;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (ours(trace, entry->d_name)) {
			files = xreallocarray(files, count + 1, sizeof *files);
			files[count++] = xstrdup(entry->d_name);
		}
	if (count)
		qsort(files, count, sizeof *files, oldest_first);
	for (size_t i = 0; i < count; i++) {
		if (i + (size_t)trace->keep < count)
			unlinkat(dirfd(dir), files[i], 0);
		free(files[i]);
	}
	free(files);
	closedir(dir);
}

static void print_ring(struct trace *trace, FILE *file, int64_t now)
{
	for (; trace->count; drop_first(trace)) {
		struct line *line = &trace->ring[trace->first];
		struct strbuf clean = {0};
		trace_scrub(line->text, &clean);
		fprintf(file, "%+9.3f %s\n", (double)(line->at - now) / 1000.0, clean.text);
		strbuf_free(&clean);
	}
}

char *trace_dump(struct trace *trace, const char *reason)
{
	char iso[21];
	clock_iso(clock_wall(), iso);
	int64_t now = clock_mono_ms();
	for (char *p = iso; *p; p++)
		if (*p == ':')
			*p = '-';
	char *path = NULL;
	int fd = -1;
	/* An earlier life may have written one in this second. */
	for (int i = 0; fd < 0 && i < 10 && (i == 0 || errno == EEXIST); i++) {
		free(path);
		path = xasprintf("%s/trace-%s-%s-%03u.log", trace->dir, trace->name, iso,
				 trace->dumps++ % 1000);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	}
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file) {
		log_debug("modem", "can't write %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		free(path);
		return NULL;
	}
	struct strbuf clean = {0};
	trace_scrub(reason, &clean);
	fprintf(file, "%s\nseconds before now, > to the modem, < from it\n", clean.text);
	strbuf_free(&clean);
	print_ring(trace, file, now);
	fclose(file);
	prune(trace);
	return path;
}
