/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "../../src/cli/chain.h"

#define LINKS 5

struct link {
	int64_t sequence;
	uint8_t hash[CHAIN_HASH_BYTES];
	const char *text;
};

/* A good chain, made by the definition and not by the module under test. */
static void make(struct link links[static LINKS])
{
	static const char *const texts[LINKS] = {"one", "two", "", "four", "five"};
	uint8_t input[CHAIN_HASH_BYTES + 16];
	crypto_hash_sha256(input, (const uint8_t *)"kentongan audit chain", 21);
	for (int i = 0; i < LINKS; i++) {
		size_t length = strlen(texts[i]);
		memcpy(input + CHAIN_HASH_BYTES, texts[i], length);
		links[i].sequence = i + 1;
		links[i].text = texts[i];
		crypto_hash_sha256(links[i].hash, input, CHAIN_HASH_BYTES + length);
		memcpy(input, links[i].hash, CHAIN_HASH_BYTES);
	}
}

static void expect(const struct link *links, int count, const char *verdicts, int64_t gaps)
{
	struct chain chain;
	int64_t gap, sum = 0;
	char came[LINKS + 1] = "";
	chain_start(&chain);
	for (int i = 0; i < count; i++) {
		enum chain_verdict verdict =
		    chain_next(&chain, links[i].sequence, links[i].hash, links[i].text,
			       links[i].text ? strlen(links[i].text) : 0, &gap);
		came[i] = "gcmu"[verdict];
		sum += gap;
	}
	assert_string_equal(came, verdicts);
	assert_int_equal(sum, gaps);
}

static void a_good_chain(void **state)
{
	(void)state;
	struct link links[LINKS];
	make(links);
	expect(links, LINKS, "ggggg", 0);
}

/* Only what was changed is named, not what follows. */
static void a_changed_record(void **state)
{
	(void)state;
	struct link links[LINKS];
	make(links);
	links[1].text = "twO";
	expect(links, LINKS, "gcggg", 0);
}

static void a_changed_hash(void **state)
{
	(void)state;
	struct link links[LINKS];
	make(links);
	links[1].hash[31] ^= 1;
	expect(links, LINKS, "gccgg", 0);
}

static void a_removed_record(void **state)
{
	(void)state;
	struct link links[LINKS];
	make(links);
	links[3].text = NULL;
	expect(links, LINKS, "gggmg", 0);
}

static void removed_links(void **state)
{
	(void)state;
	struct link links[LINKS];
	make(links);
	memmove(&links[1], &links[3], 2 * sizeof *links);
	expect(links, 3, "gug", 2);
}

/* Numbered anew after the removal: no gap, yet no match. */
static void renumbered_links(void **state)
{
	(void)state;
	struct link links[LINKS];
	make(links);
	memmove(&links[1], &links[2], 3 * sizeof *links);
	for (int i = 0; i < 4; i++)
		links[i].sequence = i + 1;
	expect(links, 4, "gcgg", 0);
}

static void records_that_changed_places(void **state)
{
	(void)state;
	struct link links[LINKS];
	make(links);
	links[1].text = "four";
	links[3].text = "two";
	expect(links, LINKS, "gcgcg", 0);
}

static void what_a_seal_signs(void **state)
{
	(void)state;
	uint8_t hash[CHAIN_HASH_BYTES], text[CHAIN_SEAL_BYTES];
	memset(hash, 0xab, sizeof hash);
	chain_seal_text(INT64_C(0x0102030405060708), hash, text);
	for (int i = 0; i < 8; i++)
		assert_int_equal(text[i], i + 1);
	assert_memory_equal(text + 8, hash, sizeof hash);
}

static void fingerprints(void **state)
{
	(void)state;
	uint8_t hash[CHAIN_HASH_BYTES] = {0x3f, 0x2a, 0x91, 0xbc, 0xff};
	char text[CHAIN_FINGERPRINT_SIZE];
	chain_fingerprint(hash, text);
	assert_string_equal(text, "3f2a 91bc");
	static const char *const same[] = {"3f2a 91bc", "3F2A91BC", " 3f2a-91bc ", "3f 2a 91 bc"};
	static const char *const other[] = {"", "3f2a", "3f2a 91b", "3f2a 91bcf", "3f2a 91bd"};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		assert_true(chain_fingerprint_is(hash, same[i]));
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		assert_false(chain_fingerprint_is(hash, other[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_good_chain),
	    cmocka_unit_test(a_changed_record),
	    cmocka_unit_test(a_changed_hash),
	    cmocka_unit_test(a_removed_record),
	    cmocka_unit_test(removed_links),
	    cmocka_unit_test(renumbered_links),
	    cmocka_unit_test(records_that_changed_places),
	    cmocka_unit_test(what_a_seal_signs),
	    cmocka_unit_test(fingerprints),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
