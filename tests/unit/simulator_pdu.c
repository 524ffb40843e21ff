/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gammu.h>

#include "../../src/simulator/pdu.h"

static int from_hex(const char *hex, uint8_t *out)
{
	int n = hex_decode(hex, strlen(hex), out, PDU_TPDU_MAX);

	assert_true(n > 0);
	return n;
}

static void assert_hex(const uint8_t *octets, int n, const char *hex)
{
	struct strbuf text = {0};

	assert_true(n > 0);
	hex_put(&text, octets, (size_t)n);
	assert_string_equal(text.text, hex);
	strbuf_free(&text);
}

static void assert_text(const struct pdu *pdu, const char *expected)
{
	struct strbuf text = {0};

	pdu_text(pdu, &text);
	assert_string_equal(text.text, expected);
	strbuf_free(&text);
}

/* --- vectors that others have published ------------------------------------ */

static void test_known_deliver(void **state)
{
	uint8_t tpdu[PDU_TPDU_MAX], again[PDU_TPDU_MAX];
	struct errbuf err;
	struct pdu pdu;
	int n = from_hex("040B911346610089F60000208062917314080CC8F71D14969741F977FD07", tpdu);

	(void)state;
	assert_int_equal(pdu_decode(tpdu, (size_t)n, false, &pdu, &err), 0);
	assert_int_equal(pdu.type, PDU_DELIVER);
	assert_string_equal(pdu.peer.text, "+31641600986");
	assert_false(pdu.more);
	assert_int_equal(pdu.sent, 1030390661); /* 2002-08-26 19:37:41 */
	assert_text(&pdu, "How are you?");
	n = pdu_encode(&pdu, again);
	assert_hex(again, n, "040B911346610089F60000208062917314000CC8F71D14969741F977FD07");
}

static void test_known_submit(void **state)
{
	uint8_t tpdu[PDU_TPDU_MAX], again[PDU_TPDU_MAX];
	struct errbuf err;
	struct pdu pdu;
	int n = from_hex("11000B916407281553F80000AA0AE8329BFD4697D9EC37", tpdu);

	(void)state;
	assert_int_equal(pdu_decode(tpdu, (size_t)n, true, &pdu, &err), 0);
	assert_int_equal(pdu.type, PDU_SUBMIT);
	assert_string_equal(pdu.peer.text, "+46708251358");
	assert_int_equal(pdu.validity_minutes, 4 * 24 * 60);
	assert_false(pdu.report_asked);
	assert_text(&pdu, "hellohello");
	n = pdu_encode(&pdu, again);
	assert_hex(again, n, "11000B916407281553F80000AA0AE8329BFD4697D9EC37");
}

static void test_report(void **state)
{
	struct pdu pdu = {.type = PDU_REPORT, .reference = 0x2a, .zone = 28, .status = 0x46}, back;
	uint8_t tpdu[PDU_TPDU_MAX];
	struct errbuf err;
	int n;

	(void)state;
	strcpy(pdu.peer.text, "+6281234567890");
	pdu.sent = 1778577240; /* 2026-05-12T09:14:00Z, 16:14 in Jember */
	pdu.done = pdu.sent + 5;
	n = pdu_encode(&pdu, tpdu);
	assert_hex(tpdu, n, "062A0D91261832547698F0625021614100826250216141508246");
	assert_int_equal(pdu_decode(tpdu, (size_t)n, false, &back, &err), 0);
	assert_int_equal(back.reference, 0x2a);
	assert_int_equal(back.sent, pdu.sent);
	assert_int_equal(back.done, pdu.done);
	assert_int_equal(back.zone, 28);
	assert_int_equal(back.status, 0x46);
}

static void test_service_centre(void **state)
{
	uint8_t out[12];

	(void)state;
	assert_hex(out, (int)pdu_put_smsc("+31624000000", out), "07911326040000F0");
	assert_hex(out, (int)pdu_put_smsc("", out), "00");
}

static void test_alphanumeric(void **state)
{
	struct pdu pdu = {.type = PDU_DELIVER}, back;
	uint8_t tpdu[PDU_TPDU_MAX];
	struct errbuf err;
	int n;

	(void)state;
	strcpy(pdu.peer.text, "TELKOMSEL");
	n = pdu_encode(&pdu, tpdu);
	assert_int_equal(tpdu[1], 16); /* useful semi-octets: 9 × 7 bits (§9.1.2.5) */
	assert_int_equal(tpdu[2], 0xd0);
	assert_int_equal(pdu_decode(tpdu, (size_t)n, false, &back, &err), 0);
	assert_string_equal(back.peer.text, "TELKOMSEL");
	strcpy(pdu.peer.text, "TWELVE CHARS");
	assert_int_equal(pdu_encode(&pdu, tpdu), -EINVAL);
}

/* --- round trips ----------------------------------------------------------- */

static char *repeat(const char *text, int times)
{
	struct strbuf out = {0};

	for (int i = 0; i < times; i++)
		strbuf_puts(&out, text);
	return out.text;
}

/* Splits TEXT, passes each part through the octets and joins it again; returns
 * the number of parts. */
static int round_trip(const char *text, const struct pdu_split *how)
{
	struct pdu model = {.type = PDU_DELIVER, .zone = 28, .sent = 1778577240};
	struct pdu *parts = calloc(PDU_PARTS_MAX, sizeof(*parts));
	struct strbuf joined = {0};
	int n;

	strcpy(model.peer.text, "+6281234567890");
	n = pdu_split_text(text, how, &model, parts, PDU_PARTS_MAX);
	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		uint8_t tpdu[PDU_TPDU_MAX];
		struct pdu_concat concat;
		struct errbuf err;
		struct pdu back;
		int octets = pdu_encode(&parts[i], tpdu);

		assert_true(octets > 0);
		assert_int_equal(pdu_decode(tpdu, (size_t)octets, false, &back, &err), 0);
		assert_int_equal(pdu_get_concat(&back, &concat), n > 1);
		if (n > 1) {
			assert_int_equal(concat.reference, how->reference);
			assert_int_equal(concat.total, n);
			assert_int_equal(concat.sequence, i + 1);
			assert_int_equal(concat.wide, how->wide);
		}
		assert_int_equal(pdu_class(back.dcs), how->message_class);
		pdu_text(&back, &joined);
	}
	assert_string_equal(joined.text, text);
	strbuf_free(&joined);
	free(parts);
	return n;
}

static void test_lengths(void **state)
{
	const struct pdu_split narrow = {.reference = 7, .message_class = -1};
	const struct pdu_split wide = {.reference = 0xcafe, .wide = true, .message_class = -1};
	static const struct {
		const char *unit;
		int times, narrow_parts, wide_parts;
	} cases[] = {
	    {"a", 1, 1, 1},   {"a", 160, 1, 1}, {"a", 161, 2, 2}, {"a", 306, 2, 3},
	    {"a", 307, 3, 3}, {"€", 80, 1, 1},  {"€", 81, 2, 2},  {"€", 153, 3, 3},
	    {"ṭ", 70, 1, 1},  {"ṭ", 71, 2, 2},  {"ṭ", 134, 2, 3}, {"ṭ", 135, 3, 3},
	    {"😀", 35, 1, 1},  {"😀", 36, 2, 2},  {"😀", 67, 3, 3},  {"😀", 99, 3, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = repeat(cases[i].unit, cases[i].times);

		assert_int_equal(round_trip(text, &narrow), cases[i].narrow_parts);
		assert_int_equal(round_trip(text, &wide), cases[i].wide_parts);
		free(text);
	}
}

static void test_whole_alphabet(void **state)
{
	const struct pdu_split how = {.message_class = 0};

	(void)state;
	assert_true(alphabet_fits("@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
				  "¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà\f^{}\\[~]|€",
				  (struct alphabet_tables){0}));
	assert_int_equal(
	    round_trip("@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡§¿", &how), 1);
	assert_int_equal(round_trip("ÄÖÑÜ§¿äöñüà^{}\\[~]|€", &how), 1);
	assert_false(alphabet_fits("ç", (struct alphabet_tables){0}));
}

static void test_turkish(void **state)
{
	const struct pdu_split how = {.turkish = true, .message_class = -1};
	struct pdu model = {.type = PDU_DELIVER}, part;

	(void)state;
	assert_int_equal(round_trip("Şişli'de çığ", &how), 1);
	assert_int_equal(pdu_split_text("Şişli", &how, &model, &part, 1), 1);
	assert_int_equal(pdu_coding(part.dcs), PDU_GSM7);
	assert_true(part.has_header);
}

static void test_binary(void **state)
{
	const uint8_t data[] = {0x00, 0xff, 0x10, 0xa5};
	struct pdu pdu = {.type = PDU_DELIVER};
	uint8_t much[PDU_UD_MAX + 1] = {0};

	(void)state;
	assert_int_equal(pdu_set_binary(&pdu, data, sizeof(data), 1), 0);
	assert_int_equal(pdu_coding(pdu.dcs), PDU_8BIT);
	assert_int_equal(pdu_class(pdu.dcs), 1);
	assert_text(&pdu, "00FF10A5");
	assert_int_equal(pdu_set_binary(&pdu, much, sizeof(much), -1), -E2BIG);
}

static void test_too_long(void **state)
{
	const struct pdu_split how = {.message_class = -1};
	struct pdu model = {.type = PDU_DELIVER}, part;
	char *text = repeat("a", 153 * 255 + 1);

	(void)state;
	assert_int_equal(pdu_split_text(text, &how, &model, &part, 1), -E2BIG);
	text[161] = '\0';
	assert_int_equal(pdu_split_text(text, &how, &model, &part, 1), -E2BIG);
	free(text);
}

/* --- what somebody else's decoder makes of it ------------------------------ */

static void test_gammu_reads_it(void **state)
{
	const struct pdu_split how = {.reference = 0x1234, .wide = true, .message_class = -1};
	struct pdu model = {.type = PDU_DELIVER, .zone = 28, .sent = 1778577240}, parts[3];
	char *text = repeat("Siti {23} ", 30), utf8[2000];
	struct strbuf joined = {0};

	(void)state;
	strcpy(model.peer.text, "+6281234567890");
	assert_int_equal(pdu_split_text(text, &how, &model, parts, 3), 3);
	for (int i = 0; i < 3; i++) {
		uint8_t frame[PDU_TPDU_MAX + 12];
		size_t n = pdu_put_smsc("+62855000000", frame);
		GSM_SMSMessage sms;

		n += (size_t)pdu_encode(&parts[i], frame + n);
		assert_int_equal(
		    GSM_DecodePDUFrame(GSM_GetGlobalDebug(), &sms, frame, n, NULL, TRUE), ERR_NONE);
		assert_int_equal(sms.PDU, SMS_Deliver);
		assert_int_equal(sms.UDH.ID16bit, 0x1234);
		assert_int_equal(sms.UDH.PartNumber, i + 1);
		assert_int_equal(sms.UDH.AllParts, 3);
		assert_int_equal(sms.DateTime.Hour, 16);
		assert_int_equal(sms.DateTime.Timezone, 7 * 3600);
		EncodeUTF8(utf8, sms.Text);
		strbuf_puts(&joined, utf8);
	}
	assert_string_equal(joined.text, text);
	strbuf_free(&joined);
	free(text);
}

/* --- foreign octets -------------------------------------------------------- */

static void test_garbage(void **state)
{
	uint8_t whole[PDU_TPDU_MAX];
	struct errbuf err;
	struct pdu pdu;
	int n = from_hex("51000B916407281553F80000AA090500030102018432", whole);

	(void)state;
	/* every beginning of a good one is refused, in memory of just that size */
	for (int cut = 0; cut < n; cut++) {
		uint8_t *copy = malloc((size_t)cut + 1);

		memcpy(copy, whole, (size_t)cut);
		assert_int_equal(pdu_decode(copy, (size_t)cut, true, &pdu, &err), -EBADMSG);
		free(copy);
	}
	/* and any octet may be anything without harm */
	for (int at = 0; at < n; at++) {
		for (int value = 0; value < 256; value++) {
			uint8_t copy[PDU_TPDU_MAX];
			struct pdu_concat concat;
			struct strbuf text = {0};

			memcpy(copy, whole, (size_t)n);
			copy[at] = (uint8_t)value;
			if (pdu_decode(copy, (size_t)n, value % 2, &pdu, &err) == 0) {
				pdu_get_concat(&pdu, &concat);
				pdu_text(&pdu, &text);
			}
			strbuf_free(&text);
		}
	}
	assert_int_equal(pdu_decode(whole, (size_t)n, true, &pdu, &err), 0);
}

static void test_broken_utf8(void **state)
{
	const struct pdu_split how = {.message_class = -1};
	struct pdu model = {.type = PDU_DELIVER}, part;

	(void)state;
	assert_int_equal(pdu_split_text("a\xff\xe2\x82z\xed\xa0\x80", &how, &model, &part, 1), 1);
	assert_text(&part,
		    "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known_deliver),  cmocka_unit_test(test_known_submit),
	    cmocka_unit_test(test_report),         cmocka_unit_test(test_service_centre),
	    cmocka_unit_test(test_alphanumeric),   cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_whole_alphabet), cmocka_unit_test(test_turkish),
	    cmocka_unit_test(test_binary),         cmocka_unit_test(test_too_long),
	    cmocka_unit_test(test_gammu_reads_it), cmocka_unit_test(test_garbage),
	    cmocka_unit_test(test_broken_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
