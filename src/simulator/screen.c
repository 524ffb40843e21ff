/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "screen.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NAME_WIDTH 14

static bool colours;
static int width = 96;

void screen_open(void)
{
	struct winsize size;

	setvbuf(stdout, NULL, _IOLBF, 0);
	colours = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 && size.ws_col < 110)
		width = size.ws_col;
}

static const char *colour(enum screen_side side)
{
	static const char *const codes[] = {"\033[32m", "\033[36m", "\033[2m", "\033[31m"};

	return colours ? codes[side] : "";
}

static const char *plain(void)
{
	return colours ? "\033[0m" : "";
}

/* Characters of N bytes of UTF-8. */
static int columns(const char *text, size_t n)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static void next_line(void)
{
	printf("\n%*s", NAME_WIDTH + 5, "");
}

/* Word by word, from column NAME_WIDTH + 5 on. Returns the column reached. */
static int print_wrapped(const char *text)
{
	const int left = NAME_WIDTH + 5;
	int at = left;

	while (*text) {
		size_t n = strcspn(text, " \n");
		int word = columns(text, n);

		if (at > left && at + word > width) {
			next_line();
			at = left;
		}
		fwrite(text, 1, n, stdout);
		at += word;
		text += n;
		if (*text == '\n') {
			next_line();
			at = left;
			text++;
		} else if (*text == ' ') {
			putchar(' ');
			at++;
			text++;
		}
	}
	return at;
}

void screen_message(enum screen_side side, const char *who, const char *text, const char *note)
{
	size_t n = strlen(who);
	int used;

	while (columns(who, n) > NAME_WIDTH)
		n--;
	used = columns(who, n);
	printf("%*s%s%.*s%s  %s ", NAME_WIDTH - used, "", colour(side), (int)n, who, plain(),
	       side == SCREEN_SENT ? "→" : "←");
	used = print_wrapped(text);
	if (note != NULL && used + columns(note, strlen(note)) + 1 > width)
		next_line();
	if (note != NULL)
		printf(" %s%s%s", colour(SCREEN_NOTE), note, plain());
	putchar('\n');
}

void screen_line(enum screen_side side, const char *fmt, ...)
{
	va_list args;

	fputs(colour(side), stdout);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("%s\n", plain());
}
