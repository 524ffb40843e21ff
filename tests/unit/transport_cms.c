/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/transport/gammu/cms.h"

static void check(int code, enum outbox_outcome outcome, const char *words)
{
	const char *said;
	assert_int_equal(cms_classify(code, &said), outcome);
	assert_string_equal(said, words);
}

/* TS 24.011 annex E.2: what trying again can and can't mend. */
static void network_causes(void **state)
{
	(void)state;
	check(1, OUTBOX_PERMANENT, "number not in use");
	check(28, OUTBOX_PERMANENT, "number unknown to the network");
	check(38, OUTBOX_TEMPORARY, "network out of order");
	check(42, OUTBOX_TEMPORARY, "network too busy");
	/* The SIM's own trouble is no message's fault. */
	check(8, OUTBOX_TEMPORARY, "the operator has barred this SIM from sending");
	check(50, OUTBOX_TEMPORARY, "not subscribed: check the SIM's contract or credit");
	check(21, OUTBOX_TEMPORARY, "refused by the network: check the credit (pulsa)");
}

/* TS 27.005 §3.2.5 */
static void modem_causes(void **state)
{
	(void)state;
	check(304, OUTBOX_PERMANENT, "the modem calls the message wrong");
	check(331, OUTBOX_TEMPORARY, "no network");
	/* It may have been taken: never simply sent again. */
	check(332, OUTBOX_UNCERTAIN, "the network gave no answer in time");
	check(500, OUTBOX_TEMPORARY, "the modem or the network failed without saying why");
}

static void unknown_codes_are_tried_again(void **state)
{
	(void)state;
	check(0, OUTBOX_TEMPORARY, "unknown reason");
	check(999, OUTBOX_TEMPORARY, "unknown reason");
}

static void all_codes_have_words(void **state)
{
	(void)state;
	/* Every code of the two specifications that operators see has words. */
	static const int codes[] = {1,   8,   10,  17,  21,  22,  27,  28,  29,  30,  38,  41,
				    42,  47,  50,  69,  81,  95,  96,  97,  98,  99,  111, 127,
				    300, 301, 302, 303, 304, 305, 310, 311, 312, 313, 314, 315,
				    316, 317, 318, 320, 321, 322, 330, 331, 332, 340, 500};
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		const char *words;
		(void)cms_classify(codes[i], &words);
		assert_string_not_equal(words, "unknown reason");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(network_causes),
	    cmocka_unit_test(modem_causes),
	    cmocka_unit_test(unknown_codes_are_tried_again),
	    cmocka_unit_test(all_codes_have_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
