/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/simulator/handset.h"

#define FROM "+6281100001"

static struct handset *handset;
static struct pdu parts[4];

static int setup(void **state)
{
	(void)state;
	handset = handset_new("+6281234567890");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	handset_free(&handset);
	return 0;
}

/* LETTER 400 times, in three parts. */
static void split(char letter, unsigned reference)
{
	const struct pdu_split how = {.reference = reference, .message_class = -1};
	struct pdu model = {.type = PDU_SUBMIT, .validity_minutes = 60};
	char text[401];

	memset(text, letter, 400);
	text[400] = '\0';
	assert_int_equal(pdu_split_text(text, &how, &model, parts, 4), 3);
}

static const struct received *take(int part, const char *from)
{
	return handset_receive(handset, from, &parts[part], 1000, 1);
}

static void test_any_order(void **state)
{
	const struct received *message;

	(void)state;
	split('a', 7);
	assert_null(take(2, FROM));
	assert_null(take(0, FROM));
	assert_null(take(0, FROM)); /* twice is once */
	assert_int_equal(handset_incomplete(handset), 1);
	message = take(1, FROM);
	assert_non_null(message);
	assert_int_equal(strlen(message->text), 400);
	assert_int_equal(message->parts, 3);
	assert_int_equal(message->validity_minutes, 60);
	assert_int_equal(handset_incomplete(handset), 0);
	assert_int_equal(handset->count, 1);
}

static void test_messages_between_each_other(void **state)
{
	const struct received *message;

	(void)state;
	split('a', 7);
	assert_null(take(0, FROM));
	assert_null(take(0, "+6281100002")); /* same reference, other sender */
	assert_null(take(1, FROM));
	split('b', 8);
	assert_null(take(0, FROM));
	assert_null(take(1, FROM));
	split('a', 7);
	message = take(2, FROM);
	assert_non_null(message);
	assert_int_equal(message->text[399], 'a');
	split('b', 8);
	message = take(2, FROM);
	assert_non_null(message);
	assert_int_equal(message->text[0], 'b');
	assert_int_equal(handset_incomplete(handset), 1);
}

static void test_bounds(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PARTIALS_MAX + 5; i++) {
		split('a', i);
		assert_null(take(0, FROM));
	}
	assert_int_equal(handset_incomplete(handset), PARTIALS_MAX);
	/* the oldest have gone, the newest are kept */
	split('a', PARTIALS_MAX + 4);
	assert_null(take(1, FROM));
	assert_non_null(take(2, FROM));
	split('a', 0);
	assert_null(take(1, FROM));
	assert_null(take(2, FROM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_any_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_messages_between_each_other, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
