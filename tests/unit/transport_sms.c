/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/transport/gammu/sms.h"

static void ucs2_there_and_back(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "saldo", "Rp50.000 ✓ â ḍ ṭ", "😀 a 😀", "ÿ�"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		size_t units;
		unsigned char *wide = sms_to_ucs2(texts[i], &units);
		assert_int_equal(wide[2 * units], 0);
		assert_int_equal(wide[2 * units + 1], 0);
		char *text = sms_from_ucs2(wide, units);
		assert_string_equal(text, texts[i]);
		free(text);
		free(wide);
	}
}

static void a_surrogate_pair_is_two_units(void **state)
{
	(void)state;
	static const unsigned char expected[] = {0xd8, 0x3d, 0xde, 0x00};
	size_t units;
	unsigned char *wide = sms_to_ucs2("😀", &units);
	assert_int_equal(units, 2);
	assert_memory_equal(wide, expected, sizeof expected);
	free(wide);
}

static void lone_surrogates_and_broken_utf8(void **state)
{
	(void)state;
	static const unsigned char lone[] = {0xd8, 0x3d, 0x00, 'a', 0xde, 0x00, 0, 0};
	char *text = sms_from_ucs2(lone, 3);
	assert_string_equal(text, "\xef\xbf\xbd"
				  "a\xef\xbf\xbd");
	free(text);
	size_t units;
	unsigned char *wide = sms_to_ucs2("\xff\xc3", &units);
	text = sms_from_ucs2(wide, units);
	assert_string_equal(text, "\xef\xbf\xbd\xef\xbf\xbd");
	free(text);
	free(wide);
}

/* TS 23.040 §9.2.3.11: the zone is part of the time-stamp. */
static void time_stamps_are_utc(void **state)
{
	(void)state;
	GSM_DateTime time = {.Year = 2026,
			     .Month = 5,
			     .Day = 12,
			     .Hour = 9,
			     .Minute = 14,
			     .Second = 2,
			     .Timezone = 7 * 3600};
	assert_int_equal(sms_time(&time), 1778552042);
	time.Timezone = -(3 * 3600 + 1800);
	assert_int_equal(sms_time(&time), 1778552042 + 7 * 3600 + 3 * 3600 + 1800);
	time.Year = 0;
	assert_int_equal(sms_time(&time), 0);
}

struct udh_case {
	const char *bytes;
	size_t size;
	struct inbound_part part;
	bool data;
};

static void user_data_headers(void **state)
{
	(void)state;
	static const struct udh_case cases[] = {
	    {"", 0, {0}, false},
	    {"\x05\x00\x03\x2a\x03\x02", 6, {0x2a, 8, 3, 2}, false},
	    {"\x06\x08\x04\x12\x34\x03\x01", 7, {0x1234, 16, 3, 1}, false},
	    /* beside a national table: libGammu itself doesn't see it */
	    {"\x08\x24\x01\x01\x00\x03\x07\x02\x02", 9, {7, 8, 2, 2}, false},
	    {"\x06\x05\x04\x0b\x84\x23\xf0", 7, {0}, true},
	    {"\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x09\x02\x01", 12, {9, 8, 2, 1}, true},
	    /* nonsense: ignored */
	    {"\x05\x00\x03\x2a\x03\x04", 6, {0}, false},
	    {"\x05\x00\x03\x2a\x00\x00", 6, {0}, false},
	    {"\x05\x00\x03\x2a\x03\x00", 6, {0}, false},
	    {"\x05\x00\x09\x2a\x03\x02", 6, {0}, false},
	    {"\xff\x00\x03\x2a\x03\x02", 6, {0x2a, 8, 3, 2}, false},
	    {"\x01\x00", 2, {0}, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct inbound_part part;
		bool data = false;
		sms_read_udh((const unsigned char *)cases[i].bytes, cases[i].size, &part, &data);
		assert_memory_equal(&part, &cases[i].part, sizeof part);
		assert_int_equal(data, cases[i].data);
	}
}

/* TS 23.040 §9.2.3.12.1, never longer than asked. */
static int minutes_of(int vp)
{
	return vp < 144   ? (vp + 1) * 5
	       : vp < 168 ? 720 + (vp - 143) * 30
	       : vp < 197 ? (vp - 166) * 1440
			  : (vp - 192) * 10080;
}

static void validity_periods(void **state)
{
	(void)state;
	assert_int_equal(sms_validity(1), 0);
	assert_int_equal(sms_validity(5), 0);
	assert_int_equal(sms_validity(60), 11);
	assert_int_equal(sms_validity(24 * 60), 167);
	assert_int_equal(sms_validity(3 * 24 * 60), 169);
	assert_int_equal(sms_validity(7 * 24 * 60), 173);
	assert_int_equal(sms_validity(100000000), 255);
	int last = 0;
	for (int minutes = 5; minutes <= 63 * 10080; minutes++) {
		int vp = sms_validity(minutes);
		assert_in_range(vp, last, 255);
		assert_true(minutes_of(vp) <= minutes);
		last = vp;
	}
}

static GSM_MultiSMSMessage *encode(const char *text, int reference, bool report)
{
	GSM_MultiSMSMessage *multi = calloc(1, sizeof *multi);
	struct errbuf err = {0};
	struct sms_outgoing out = {
	    .peer = "+6281234500001",
	    .text = text,
	    .smsc = "+62816124",
	    .validity_minutes = 60,
	    .reference = reference,
	    .report = report,
	};
	assert_non_null(multi);
	assert_int_equal(sms_encode(&out, multi, &err), 0);
	return multi;
}

static void a_short_text_is_one_part(void **state)
{
	(void)state;
	GSM_MultiSMSMessage *multi = encode("SALDO [1] {2} ~ €", 7, false);
	assert_int_equal(multi->Number, 1);
	const GSM_SMSMessage *sms = &multi->SMS[0];
	assert_int_equal(sms->Coding, SMS_Coding_Default_No_Compression);
	assert_int_equal(sms->PDU, SMS_Submit);
	assert_int_equal(sms->UDH.Type, UDH_NoUDH);
	assert_int_equal(sms->Class, -1);
	/* Anything else and libGammu asks the SIM for it before each part. */
	assert_int_equal(sms->SMSC.Location, 0);
	assert_int_equal(sms->SMSC.Validity.Format, SMS_Validity_RelativeFormat);
	assert_int_equal(sms->SMSC.Validity.Relative, 11);
	char *peer = sms_from_ucs2(sms->Number, 40);
	assert_string_equal(peer, "+6281234500001");
	free(peer);
	free(multi);
}

static void our_reference_joins_the_parts(void **state)
{
	(void)state;
	char text[400];
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = 0;
	GSM_MultiSMSMessage *multi = encode(text, 0x1234, true);
	assert_int_equal(multi->Number, sms_size(text).segments);
	for (int i = 0; i < multi->Number; i++) {
		struct inbound_part part;
		bool data = false;
		assert_int_equal(multi->SMS[i].PDU, SMS_Status_Report);
		sms_read_udh(multi->SMS[i].UDH.Text, (size_t)multi->SMS[i].UDH.Length, &part,
			     &data);
		assert_int_equal(part.reference, 0x34);
		assert_int_equal(part.reference_bits, 8);
		assert_int_equal(part.total, 3);
		assert_int_equal(part.sequence, i + 1);
	}
	free(multi);
}

/* libGammu turns what GSM-7 lacks into '?' unless told, and takes '~' for an
 * escape in UCS-2. */
static void other_alphabets_are_ucs2(void **state)
{
	(void)state;
	GSM_MultiSMSMessage *multi = encode("ḍ ~x ✓", 1, false);
	assert_int_equal(multi->Number, 1);
	assert_int_equal(multi->SMS[0].Coding, SMS_Coding_Unicode_No_Compression);
	char *text = sms_from_ucs2(multi->SMS[0].Text, 20);
	assert_string_equal(text, "ḍ -x ✓");
	free(text);
	free(multi);
}

static void what_libgammu_would_cut_off_is_refused(void **state)
{
	(void)state;
	size_t length = 153 * 51;
	char *text = calloc(1, length + 1);
	GSM_MultiSMSMessage *multi = calloc(1, sizeof *multi);
	struct errbuf err = {0};
	assert_non_null(text);
	memset(text, 'a', length);
	struct sms_outgoing out = {.peer = "+62812", .text = text, .smsc = "+62816"};
	assert_int_equal(sms_encode(&out, multi, &err), -EMSGSIZE);
	assert_non_null(strstr(err.text, "51 SMS"));
	free(text);
	free(multi);
}

static GSM_SMSMessage *received(GSM_Coding_Type coding, const char *text)
{
	GSM_SMSMessage *sms = calloc(1, sizeof *sms);
	size_t units;
	assert_non_null(sms);
	GSM_SetDefaultReceivedSMSData(sms);
	sms->PDU = SMS_Deliver;
	sms->Coding = coding;
	sms->Class = -1;
	unsigned char *wide = sms_to_ucs2(text, &units);
	memcpy(sms->Text, wide, 2 * units + 2);
	free(wide);
	wide = sms_to_ucs2("TELKOMSEL", &units);
	memcpy(sms->Number, wide, 2 * units + 2);
	free(wide);
	return sms;
}

static void check_received(GSM_SMSMessage *sms, const char *text, bool data)
{
	struct sms_received out;
	sms_receive(sms, &out);
	assert_string_equal(out.peer, "TELKOMSEL");
	assert_string_equal(out.text, text);
	assert_int_equal(out.data, data);
	assert_false(out.report);
	sms_received_clear(&out);
	free(sms);
}

static void received_messages(void **state)
{
	(void)state;
	check_received(received(SMS_Coding_Default_No_Compression, "SALDO ~~"), "SALDO ~~", false);
	/* Nokia's habit on UCS-2: "~~" stands for '~' */
	check_received(received(SMS_Coding_Unicode_No_Compression, "ḍ ~~ x"), "ḍ ~ x", false);
	GSM_SMSMessage *flash = received(SMS_Coding_Default_No_Compression, "flash");
	flash->Class = 0;
	check_received(flash, "flash", true);
	GSM_SMSMessage *binary = received(SMS_Coding_8bit, "");
	memcpy(binary->Text, "\x01\xfe\x00", 3);
	binary->Length = 3;
	check_received(binary, "01FE00", true);
}

static void status_reports(void **state)
{
	(void)state;
	GSM_SMSMessage *sms = received(SMS_Coding_Unicode_No_Compression, "Delivered");
	struct sms_received out;
	sms->PDU = SMS_Status_Report;
	sms->MessageReference = 200;
	sms->DeliveryStatus = 0x46;
	sms->SMSCTime = (GSM_DateTime){.Year = 2026,
				       .Month = 5,
				       .Day = 12,
				       .Hour = 9,
				       .Minute = 14,
				       .Second = 2,
				       .Timezone = 7 * 3600};
	sms_receive(sms, &out);
	assert_true(out.report);
	assert_int_equal(out.reference, 200);
	assert_int_equal(out.status, 0x46);
	assert_int_equal(out.at, 1778552042);
	sms_received_clear(&out);
	free(sms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ucs2_there_and_back),
	    cmocka_unit_test(a_surrogate_pair_is_two_units),
	    cmocka_unit_test(lone_surrogates_and_broken_utf8),
	    cmocka_unit_test(time_stamps_are_utc),
	    cmocka_unit_test(user_data_headers),
	    cmocka_unit_test(validity_periods),
	    cmocka_unit_test(a_short_text_is_one_part),
	    cmocka_unit_test(our_reference_joins_the_parts),
	    cmocka_unit_test(other_alphabets_are_ucs2),
	    cmocka_unit_test(what_libgammu_would_cut_off_is_refused),
	    cmocka_unit_test(received_messages),
	    cmocka_unit_test(status_reports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
