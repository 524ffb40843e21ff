/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/parser.h"

/* Any bytes through the parser with the real grammar (KENTONGAN_COMMANDS, or
 * config/commands.conf from the top of the tree): no PIN in what is stored,
 * valid UTF-8, an answer that fits together. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct grammar *grammar;

static void load(void)
{
	const char *path = getenv("KENTONGAN_COMMANDS");
	struct strbuf problems = {0};

	if (grammar_load(&grammar, path ? path : "config/commands.conf", &problems) < 0) {
		fprintf(stderr, "%s", problems.text);
		abort();
	}
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool has_lone_six_digits(const char *text)
{
	for (const char *c = text; *c; c++) {
		size_t n = strspn(c, "0123456789");

		if (n == 6)
			return true;
		c += n > 0 ? n - 1 : 0;
	}
	return false;
}

static void must_be_utf8(const char *text)
{
	json_t *string = json_string(text); /* NULL where it isn't */

	must(string != NULL);
	json_decref(string);
}

static void must_be_on_the_clock(const json_t *when)
{
	must(!when || json_object_get(when, "weekday") || json_object_get(when, "in") ||
	     json_object_get(when, "day"));
	must(json_integer_value(json_object_get(when, "hour")) <= 23);
	must(json_integer_value(json_object_get(when, "minute")) <= 59);
	must(json_integer_value(json_object_get(when, "day")) <= 31);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;
	struct parsed parsed;
	char *text = strndup((const char *)data, size);

	if (!grammar)
		load();
	arena = arena_new();
	parser_parse(grammar, text, arena, &parsed);
	must_be_utf8(parsed.redacted);
	must_be_utf8(parsed.heard);
	must(!has_lone_six_digits(parsed.redacted));
	/* the cut at 40 may leave six digits of a longer number */
	must(strlen(parsed.heard) > 36 || !has_lone_six_digits(parsed.heard));
	must(json_is_object(parsed.args));
	must(json_integer_value(json_object_get(parsed.args, "amount")) >= 0);
	must_be_on_the_clock(json_object_get(parsed.args, "when"));
	must(strlen(parsed.pin) == 0 || strlen(parsed.pin) == 6);
	must(strlen(parsed.new_pin) == 0 || strlen(parsed.new_pin) == 6);
	must(*parsed.command || parsed.problem == PARSE_UNKNOWN || parsed.problem == PARSE_EMPTY);
	parsed_free(&parsed);
	arena_free(&arena);
	free(text);
	return 0;
}
