/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of other systems: what is read, what is refused and how it is
 * called, and bodies that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "../../src/transport/api/api.h"

static struct conf_modem modem = {.name = "desa", .number = "081100000001"};
static struct conf_kannel kannel = {.name = "operator", .number = "+6281100000009"};
static struct conf conf = {
    .country = "62", .modems = &modem, .modem_count = 1, .kannels = &kannel, .kannel_count = 1};
static struct arena *arena;
static struct api_message message;
static struct api_problem problem;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	problem = (struct api_problem){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static bool read_with(const char *body, const char *header_key)
{
	return api_message_read(arena, &conf, body, strlen(body), header_key, &message, &problem);
}

static void assert_good(const char *body)
{
	if (!read_with(body, NULL))
		fail_msg("%s: %d %s", body, problem.status, problem.detail);
}

static void assert_refused(const char *body, int status, const char *field)
{
	if (read_with(body, NULL))
		fail_msg("%s was taken", body);
	if (problem.status != status || strcmp(problem.field, field) != 0)
		fail_msg("%s: %d \"%s\" %s", body, problem.status, problem.field, problem.detail);
}

static void a_message(void **state)
{
	(void)state;
	assert_good("{\"to\": \"0812 3456-7890\", \"text\": \"Halo {nama}\\n\"}");
	assert_string_equal(message.to, "+6281234567890");
	assert_string_equal(message.text, "Halo {nama}\n");
	assert_int_equal(message.parts, 1);
	assert_null(message.key);
	assert_int_equal(message.minutes, 0);
	assert_good(
	    "{\"to\": \"+6281234567890\", \"text\": \"x\", \"key\": \"a b\", \"expires\": 5}");
	assert_string_equal(message.key, "a b");
	assert_int_equal(message.minutes, 5);
}

static void keys(void **state)
{
	(void)state;
	static const char plain[] = "{\"to\": \"081234567890\", \"text\": \"x\"}";
	static const char keyed[] = "{\"to\": \"081234567890\", \"text\": \"x\", \"key\": \"k\"}";
	assert_true(read_with(plain, "h"));
	assert_string_equal(message.key, "h");
	assert_true(read_with(plain, "\"quoted\""));
	assert_string_equal(message.key, "quoted");
	assert_true(read_with(plain, "\""));
	assert_string_equal(message.key, "\"");
	assert_true(read_with(keyed, "k"));
	assert_string_equal(message.key, "k");
	assert_false(read_with(keyed, "h"));
	assert_int_equal(problem.status, 422);
	assert_false(read_with(plain, ""));
	assert_int_equal(problem.status, 400);
	assert_false(read_with(plain, "\"\""));
	assert_int_equal(problem.status, 400);
	assert_false(read_with(plain, "\xc3\xa9"));
	assert_int_equal(problem.status, 400);
}

/* Counted as it goes out. */
static void parts(void **state)
{
	(void)state;
	static const struct {
		const char *unit;
		int count, parts;
	} cases[] = {{"x", 160, 1},
		     {"x", 161, 2},
		     {"{", 80, 1},
		     {"{", 81, 2},
		     {"\xe2\x80\x99", 160, 1},
		     {"x", 1530, 10},
		     {"\xe6\xbc\xa2", 70, 1},
		     {"\xe6\xbc\xa2", 71, 2},
		     {"\xe6\xbc\xa2", 670, 10}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct strbuf body = {0};
		strbuf_puts(&body, "{\"to\": \"081234567890\", \"text\": \"");
		for (int n = 0; n < cases[i].count; n++)
			strbuf_puts(&body, cases[i].unit);
		strbuf_puts(&body, "\"}");
		assert_good(body.text);
		if (message.parts != cases[i].parts)
			fail_msg("%d of %s: %d parts", cases[i].count, cases[i].unit,
				 message.parts);
		strbuf_free(&body);
	}
}

static void what_is_wrong_is_named(void **state)
{
	(void)state;
	assert_refused("{\"to\":\"081100000009\",\"text\":\"x\"}", 422, "to");
	assert_refused("", 400, "");
	assert_refused("[]", 400, "");
	assert_refused("{\"to\": \"081234567890\", \"text\": \"x\"} x", 400, "");
	assert_refused("{\"to\": \"081234567890\", \"text\": \"x\", \"text\": \"y\"}", 400, "");
	assert_refused("{\"to\": \"081234567890\", \"text\": \"x\", \"txt\": 1}", 422, "");
	assert_refused("{\"text\": \"x\"}", 422, "to");
	assert_refused("{\"to\": 81234567890, \"text\": \"x\"}", 422, "to");
	assert_refused("{\"to\": \"4444\", \"text\": \"x\"}", 422, "to");
	assert_refused("{\"to\": \"TELKOMSEL\", \"text\": \"x\"}", 422, "to");
	assert_refused("{\"to\": \"+62 811 0000 0001\", \"text\": \"x\"}", 422, "to");
	assert_refused("{\"to\": \"081234567890\"}", 422, "text");
	assert_refused("{\"to\": \"081234567890\", \"text\": \" \\u00a0\\u200b\\n\"}", 422, "text");
	assert_refused("{\"to\": \"081234567890\", \"text\": \"\\u0001\"}", 422, "text");
	assert_refused("{\"to\": \"081234567890\", \"text\": \"x\", \"key\": \"\"}", 422, "key");
	assert_refused("{\"to\": \"081234567890\", \"text\": \"x\", \"expires\": 4}", 422,
		       "expires");
	assert_refused("{\"to\": \"081234567890\", \"text\": \"x\", \"expires\": 5.0}", 422,
		       "expires");
}

static void problems_are_json(void **state)
{
	(void)state;
	api_problem_set(&problem, 422, "field", "to", "to: \"%s\"", "x");
	char *text = api_problem_json(&problem);
	assert_string_equal(text, "{\"type\":\"urn:kentongan:problem:field\",\"title\":"
				  "\"Unprocessable Content\",\"status\":422,"
				  "\"detail\":\"to: \\\"x\\\"\",\"field\":\"to\"}");
	free(text);
}

static void contents_differ(void **state)
{
	(void)state;
	static const char *const bodies[] = {
	    "{\"to\": \"081234567890\", \"text\": \"x\"}",
	    "{\"to\": \"081234567891\", \"text\": \"x\"}",
	    "{\"to\": \"081234567890\", \"text\": \"x \"}",
	    "{\"to\": \"081234567890\", \"text\": \"x\", \"expires\": 60}"};
	char *contents[4];
	size_t lengths[4];
	for (size_t i = 0; i < 4; i++) {
		assert_good(bodies[i]);
		contents[i] = api_message_content(&message, &lengths[i]);
		for (size_t k = 0; k < i; k++)
			assert_true(lengths[i] != lengths[k] ||
				    memcmp(contents[i], contents[k], lengths[i]) != 0);
	}
	/* Written another way, with another key, it is the same. */
	size_t length;
	assert_good("{\"key\":\"k\",\"text\":\"\\u0078\",\"to\":\"+62 812-3456-7890\"}");
	char *same = api_message_content(&message, &length);
	assert_int_equal(length, lengths[0]);
	assert_memory_equal(same, contents[0], length);
	free(same);
	for (size_t i = 0; i < 4; i++)
		free(contents[i]);
}

/* Any bytes: taken or refused, with a problem that is JSON. */
static void foreign_bytes(void **state)
{
	(void)state;
	static const char seed[] =
	    "{\"to\": \"+6281234567890\", \"text\": \"Panen {x} \\ud83d\\ude00 "
	    "\xe6\xbc\xa2\", \"key\": \"k\", \"expires\": 60}";
	static const char *const pieces[] = {"\\u0000",
					     "\\ud800",
					     "\"",
					     "{",
					     "[[[[[",
					     "1e999",
					     "\xff",
					     "\xc0\x80",
					     "}",
					     "\\",
					     "99999999999999999999"};
	int good = 0;
	srand(20261125);
	for (int round = 0; round < 20000; round++) {
		char body[512];
		size_t length = sizeof seed - 1;
		struct arena *one = arena_new();
		memcpy(body, seed, sizeof seed);
		for (int n = rand() % 4; n >= 0; n--) {
			size_t at = (size_t)rand() % (length + 1);
			const char *piece =
			    pieces[(size_t)rand() % (sizeof pieces / sizeof *pieces)];
			size_t size = strlen(piece);
			if (rand() % 2 && length < sizeof body - 32) {
				memmove(body + at + size, body + at, length - at + 1);
				memcpy(body + at, piece, size);
				length += size;
			} else if (at < length) {
				body[at] = (char)(rand() % 256);
			}
		}
		if (api_message_read(one, &conf, body, length, NULL, &message, &problem)) {
			good++;
			assert_in_range(message.parts, 1, API_SEGMENTS_MAX);
			assert_true(strlen(message.to) >= 8 && message.to[0] == '+');
		} else {
			char *text = api_problem_json(&problem);
			json_t *json = json_loads(text, 0, NULL);
			assert_non_null(json);
			assert_true(problem.status == 400 || problem.status == 422);
			json_decref(json);
			free(text);
		}
		arena_free(&one);
	}
	assert_in_range(good, 100, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_message, setup, teardown),
	    cmocka_unit_test_setup_teardown(keys, setup, teardown),
	    cmocka_unit_test_setup_teardown(parts, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_wrong_is_named, setup, teardown),
	    cmocka_unit_test_setup_teardown(problems_are_json, setup, teardown),
	    cmocka_unit_test_setup_teardown(contents_differ, setup, teardown),
	    cmocka_unit_test_setup_teardown(foreign_bytes, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
