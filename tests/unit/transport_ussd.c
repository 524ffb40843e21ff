/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The three dialects: bodies as their providers document them, and bodies that
 * are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "../../src/transport/ussd/dialect.h"

static struct arena *arena;
static struct ussd_call call;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static int read_with(const struct ussd_dialect *dialect, const char *service, const char *body)
{
	return dialect->read(arena, body, strlen(body), service, &call);
}

static void assert_writes(const struct ussd_dialect *dialect, const char *screen, bool ends,
			  const char *expected)
{
	char *text = dialect->write(&call, screen, ends);

	if (*expected == '{') {
		json_t *came = json_loads(text, 0, NULL), *wanted = json_loads(expected, 0, NULL);

		if (!json_equal(came, wanted))
			fail_msg("expected %s, came %s", expected, text);
		json_decref(came);
		json_decref(wanted);
	} else {
		assert_string_equal(text, expected);
	}
	free(text);
}

static void africastalking(void **state)
{
	(void)state;
	assert_int_equal(read_with(&ussd_africastalking, "",
				   "sessionId=ATUid_4c1f&phoneNumber=%2B6281200000023&"
				   "networkCode=99999&serviceCode=%2A384%2A12%23&text="),
			 0);
	assert_string_equal(call.session, "ATUid_4c1f");
	assert_string_equal(call.peer, "+6281200000023");
	assert_string_equal(call.input, "");
	assert_true(call.first && call.accumulated && !call.left);
	assert_int_equal(
	    read_with(&ussd_africastalking, "",
		      "sessionId=s&phoneNumber=0812&serviceCode=*384%23&text=2*50.000+"),
	    0);
	assert_string_equal(call.input, "2*50.000 ");
	assert_false(call.first);
	assert_writes(&ussd_africastalking, "1 Saldo\n2 Setor", false, "CON 1 Saldo\n2 Setor");
	assert_writes(&ussd_africastalking, "Terima kasih", true, "END Terima kasih");
}

static void hubtel(void **state)
{
	(void)state;
	assert_int_equal(
	    read_with(&ussd_hubtel, "",
		      "{\"Type\":\"Initiation\",\"Mobile\":\"233200585542\",\"SessionId\":"
		      "\"3c796dac28174f739de4262d08409c51\",\"ServiceCode\":\"713\",\"Message\":"
		      "\"*713#\",\"Operator\":\"vodafone\",\"Sequence\":1,\"ClientState\":\"\"}"),
	    0);
	assert_string_equal(call.session, "3c796dac28174f739de4262d08409c51");
	assert_string_equal(call.peer, "233200585542");
	assert_string_equal(call.input, "");
	assert_true(call.first && !call.accumulated);
	assert_int_equal(call.number, 1);
	assert_writes(&ussd_hubtel, "1 Saldo", false,
		      "{\"SessionId\":\"3c796dac28174f739de4262d08409c51\",\"Type\":\"Response\","
		      "\"Message\":\"1 Saldo\",\"Label\":\"Kentongan\",\"ClientState\":\"\","
		      "\"DataType\":\"input\",\"FieldType\":\"text\"}");
	assert_writes(&ussd_hubtel, "Sampai", true,
		      "{\"SessionId\":\"3c796dac28174f739de4262d08409c51\",\"Type\":\"Release\","
		      "\"Message\":\"Sampai\",\"Label\":\"Kentongan\",\"ClientState\":\"\","
		      "\"DataType\":\"display\",\"FieldType\":\"text\"}");
	assert_int_equal(
	    read_with(&ussd_hubtel, "",
		      "{\"Type\":\"Response\",\"Mobile\":\"233\",\"SessionId\":\"a\","
		      "\"ServiceCode\":\"713\",\"Message\":\"1*2\",\"Operator\":\"x\"}"),
	    0);
	assert_string_equal(call.input, "1*2");
	assert_false(call.first);
	assert_int_equal(call.number, -1);
	assert_int_equal(
	    read_with(&ussd_hubtel, "",
		      "{\"Type\":\"Initiation\",\"Mobile\":\"233\",\"SessionId\":\"a\","
		      "\"Message\":\"*713#\",\"Sequence\":0}"),
	    0);
	assert_int_equal(call.number, 0);
	assert_int_equal(
	    read_with(&ussd_hubtel, "",
		      "{\"Type\":\"Initiation\",\"Mobile\":\"233\",\"SessionId\":\"a\","
		      "\"ServiceCode\":\"*713#\",\"Message\":\"*713*2*50000#\"}"),
	    0);
	assert_string_equal(call.input, "2*50000");
	for (int i = 0; i < 2; i++) {
		char *body = xasprintf("{\"Type\":\"%s\",\"Mobile\":\"233\",\"SessionId\":\"a\","
				       "\"Message\":\"\"}",
				       i ? "Timeout" : "Release");

		assert_int_equal(read_with(&ussd_hubtel, "", body), 0);
		assert_true(call.left);
		free(body);
	}
}

static void nalo(void **state)
{
	(void)state;
	assert_int_equal(read_with(&ussd_nalo, "*920*55#",
				   "{\"USERID\":\"NALOTest\",\"MSISDN\":\"233241234567\","
				   "\"USERDATA\":\"*920*55#\",\"MSGTYPE\":true,\"NETWORK\":\"MTN\","
				   "\"SESSIONID\":\"16590115252429751\"}"),
			 0);
	assert_true(call.first && !call.accumulated);
	assert_string_equal(call.session, "16590115252429751");
	assert_string_equal(call.input, "");
	assert_int_equal(call.number, -1);
	assert_writes(&ussd_nalo, "1 Saldo", false,
		      "{\"USERID\":\"NALOTest\",\"MSISDN\":\"233241234567\",\"MSG\":\"1 Saldo\","
		      "\"MSGTYPE\":true}");
	assert_int_equal(read_with(&ussd_nalo, "*920*55#",
				   "{\"USERID\":\"NALOTest\",\"MSISDN\":233241234567,"
				   "\"USERDATA\":\"3\",\"MSGTYPE\":false,\"NETWORK\":\"MTN\","
				   "\"SESSIONID\":16590115252429751}"),
			 0);
	assert_false(call.first);
	assert_string_equal(call.peer, "233241234567");
	assert_string_equal(call.session, "16590115252429751");
	assert_string_equal(call.input, "3");
	assert_writes(&ussd_nalo, "Sampai \"lagi\"", true,
		      "{\"USERID\":\"NALOTest\",\"MSISDN\":\"233241234567\",\"MSG\":\"Sampai "
		      "\\\"lagi\\\"\",\"MSGTYPE\":false}");
}

static void what_is_none_is_refused(void **state)
{
	static const char *const forms[] = {"",
					    "text=1",
					    "sessionId=&phoneNumber=1&text=",
					    "sessionId=a%0Ab&phoneNumber=1&text=",
					    "sessionId=a&text=1",
					    "sessionId=%FF&phoneNumber=1"};
	static const char *const jsons[] = {
	    "",
	    "[]",
	    "{",
	    "null",
	    "{\"Type\":\"Initiation\"}",
	    "{\"Type\":\"Fly\",\"Mobile\":\"1\",\"SessionId\":\"a\",\"Message\":\"\"}",
	    "{\"Type\":\"Response\",\"Mobile\":\"1\",\"SessionId\":7,\"Message\":\"\"}",
	    "{\"Type\":\"Response\",\"Mobile\":\"\",\"SessionId\":\"a\",\"Message\":\"\"}",
	    "{\"USERID\":\"a\",\"MSISDN\":\"1\",\"USERDATA\":\"\",\"MSGTYPE\":\"true\","
	    "\"SESSIONID\":\"a\"}",
	    "{\"USERID\":\"a\",\"MSISDN\":\"1\",\"USERDATA\":\"\",\"MSGTYPE\":true}",
	    "{\"MSISDN\":\"1\",\"USERDATA\":\"\",\"MSGTYPE\":true,\"SESSIONID\":\"a\"}"};
	char long_session[200];

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (read_with(&ussd_africastalking, "", forms[i]) == 0)
			fail_msg("taken: %s", forms[i]);
	for (size_t i = 0; i < sizeof(jsons) / sizeof(*jsons); i++) {
		if (read_with(&ussd_hubtel, "", jsons[i]) == 0)
			fail_msg("hubtel takes %s", jsons[i]);
		if (read_with(&ussd_nalo, "", jsons[i]) == 0)
			fail_msg("nalo takes %s", jsons[i]);
	}
	snprintf(long_session, sizeof(long_session), "sessionId=%0150d&phoneNumber=1&text=", 1);
	assert_true(read_with(&ussd_africastalking, "", long_session) < 0);
}

static void dialects_have_names(void **state)
{
	(void)state;
	assert_ptr_equal(ussd_dialect("hubtel"), &ussd_hubtel);
	assert_ptr_equal(ussd_dialect("nalo"), &ussd_nalo);
	assert_ptr_equal(ussd_dialect("africastalking"), &ussd_africastalking);
	assert_null(ussd_dialect("smpp"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(africastalking, setup, teardown),
	    cmocka_unit_test_setup_teardown(hubtel, setup, teardown),
	    cmocka_unit_test_setup_teardown(nalo, setup, teardown),
	    cmocka_unit_test_setup_teardown(what_is_none_is_refused, setup, teardown),
	    cmocka_unit_test(dialects_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
