/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../src/transport/gammu/trace.h"

/* As libGammu 1.42 dumps a frame at level "text" (DumpMessage). */
static void dump(struct trace *trace, const char *mark, const char *bytes)
{
	char line[128];
	size_t length = strlen(bytes);
	snprintf(line, sizeof line, "type 0x00/length 0x%02zX/%zu", length, length);
	trace_libgammu(mark, trace);
	trace_libgammu(line, trace);
	trace_libgammu("\n", trace);
	for (size_t i = 0; i < length; i += 16) {
		char out[81];
		memset(out, ' ', 80);
		out[80] = 0;
		for (size_t j = 0; j < 16 && i + j < length; j++) {
			char hex[3];
			snprintf(hex, sizeof hex, "%02X", (unsigned char)bytes[i + j]);
			memcpy(out + 4 * j, hex, 2);
			out[4 * j + 2] = bytes[i + j] >= ' ' ? bytes[i + j] : ' ';
			if (j != 15 && i + j != length - 1)
				out[4 * j + 3] = '|';
			out[64 + j] = bytes[i + j] >= ' ' ? bytes[i + j] : '.';
		}
		trace_libgammu(out, trace);
		trace_libgammu("\n", trace);
	}
}

static void say(struct trace *trace, const char *line)
{
	trace_libgammu(line, trace);
	trace_libgammu("\n", trace);
}

static char folder[] = "/tmp/trace.XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/trace.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	DIR *dir = opendir(folder);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	return rmdir(folder);
}

static char *read_file(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof text - 1, file)] = 0;
	fclose(file);
	return text;
}

#define PDU "07912618010000F0040C91261832540000000052502190410228085374616C646F21"

static void frames_are_put_together_and_scrubbed(void **state)
{
	(void)state;
	struct trace *trace = trace_new(folder, "desa", 3);
	dump(trace, "SENDING frame ", "AT+CMGR=1\r");
	dump(trace, "RECEIVED frame ", "AT+CMGR=1\r\r\n+CMGR: 0,,33\r\n" PDU "\r\n\r\nOK\r\n");
	dump(trace, "SENDING frame ", "AT+CPIN=\"1234\"\r");
	say(trace, "7 bit SMS, length 5");
	say(trace, "SALDO 123456");
	say(trace, "CMS Error 38: \"Network out of order\"");
	assert_int_equal(trace_frames(trace), 1);
	char *path = trace_dump(trace, "no answer from +6281234567890");
	assert_non_null(path);
	char *text = read_file(path);
	assert_non_null(strstr(text, "> AT+CMGR=1\\r\n"));
	assert_non_null(strstr(text, "+CMGR: 0,,33\\r\\n<68 hex>\\r\\n"));
	assert_non_null(strstr(text, "AT+CPIN=<pin>"));
	assert_non_null(strstr(text, "CMS Error 38"));
	/* never: the text, the PIN, the number */
	assert_null(strstr(text, "SALDO"));
	assert_null(strstr(text, "1234\""));
	assert_null(strstr(text, "81234567890"));
	assert_null(strstr(text, PDU));
	free(path);
	trace_free(&trace);
	assert_null(trace);
}

static void the_last_pdu_can_be_had(void **state)
{
	(void)state;
	struct trace *trace = trace_new(folder, "desa", 3);
	struct strbuf pdu = {0};
	trace_last_pdu(trace, &pdu);
	assert_int_equal(pdu.length, 0);
	dump(trace, "RECEIVED frame ", "AT+CMGR=1\r\r\n+CMGR: 0,,33\r\n" PDU "\r\n\r\nOK\r\n");
	trace_last_pdu(trace, &pdu);
	assert_string_equal(pdu.text, PDU);
	strbuf_clear(&pdu);
	/* an error brings none */
	dump(trace, "RECEIVED frame ", "AT+CMGR=1\r\r\n+CMS ERROR: 320\r\n");
	trace_last_pdu(trace, &pdu);
	assert_int_equal(pdu.length, 0);
	strbuf_free(&pdu);
	trace_free(&trace);
}

static void only_so_many_files_stay(void **state)
{
	(void)state;
	struct trace *trace = trace_new(folder, "desa", 3);
	char *last = NULL;
	for (int i = 0; i < 6; i++) {
		say(trace, "[Connected]");
		free(last);
		last = trace_dump(trace, "test");
		assert_non_null(last);
	}
	int files = 0;
	DIR *dir = opendir(folder);
	for (struct dirent *entry; (entry = readdir(dir));)
		files += strncmp(entry->d_name, "trace-desa-", 11) == 0;
	closedir(dir);
	assert_int_equal(files, 3);
	assert_int_equal(access(last, F_OK), 0);
	free(last);
	trace_free(&trace);
}

static void the_ring_is_bounded(void **state)
{
	(void)state;
	struct trace *trace = trace_new(folder, "desa", 3);
	for (int i = 0; i < 5000; i++)
		dump(trace, "SENDING frame ", "AT+CSQ and some more to fill the ring\r");
	say(trace, "[the last]");
	char *path = trace_dump(trace, "test");
	char *text = read_file(path);
	assert_true(strlen(text) < 40000);
	assert_non_null(strstr(text, "[the last]"));
	free(path);
	trace_free(&trace);
}

static void scrubbing(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"+CSQ: 21,99", "+CSQ: 21,99"},
	    {"from +6281234567890.", "from +628***90."},
	    {"0791261801000", "079***00"},
	    {"07912618010000F004", "<18 hex>"},
	    {"AT+CPIN=\"1234\"\\r", "AT+CPIN=<pin>\\r"},
	    {"at+cpin=\"1234\",\"5678\"", "at+CPIN=<pin>"},
	    {"", ""},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct strbuf out = {0};
		trace_scrub(cases[i].in, &out);
		assert_string_equal(out.text, cases[i].out);
		strbuf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(frames_are_put_together_and_scrubbed, make_folder,
					    remove_folder),
	    cmocka_unit_test_setup_teardown(the_last_pdu_can_be_had, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(only_so_many_files_stay, make_folder, remove_folder),
	    cmocka_unit_test_setup_teardown(the_ring_is_bounded, make_folder, remove_folder),
	    cmocka_unit_test(scrubbing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
