/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kentongan/clock.h"

#include "../../src/simulator/control.h"
#include "../../src/simulator/events.h"
#include "../../src/simulator/serve.h"

/* A modem on its line, talked to as a user program does, and the network
 * behind it, told what to do by its verbs. */

#define ME "+6281100001"
#define SITI "+6281234567890"
#define DEADLINE_MS 5000

struct fixture {
	char dir[64];
	struct loop *loop;
	struct network *network;
	int fd;
	struct strbuf heard;
};

static void open_line(struct fixture *f)
{
	char *path = xasprintf("%s/desa", f->dir);

	f->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(f->fd >= 0);
	free(path);
}

static void plug(struct fixture *f, const char *spec)
{
	struct modem_config config;
	struct modem *modem;
	struct errbuf err;

	assert_int_equal(serve_modem_config(spec, f->network, &config, &err), 0);
	assert_int_equal(network_add_modem(f->network, &config, &modem, &err), 0);
	assert_int_equal(modem_plug(modem, NULL, &err), 0);
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/simulator-modem.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->loop = loop_new();
	f->network = network_new(f->loop, f->dir);
	plug(f, "desa,number=" ME ",sim=3,sr=0");
	open_line(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->fd >= 0)
		close(f->fd);
	network_free(&f->network);
	loop_free(&f->loop);
	strbuf_free(&f->heard);
	assert_int_equal(rmdir(f->dir), 0); /* no link is left */
	free(f);
	return 0;
}

/* --- talking --------------------------------------------------------------- */

static void turn(struct fixture *f)
{
	struct pollfd fd = {f->fd, POLLIN, 0};
	char bytes[4096];
	ssize_t n;

	event_base_loop(loop_base(f->loop), EVLOOP_NONBLOCK);
	if (poll(&fd, 1, 1) == 1 && (n = read(f->fd, bytes, sizeof(bytes))) > 0)
		strbuf_add(&f->heard, bytes, (size_t)n);
}

/* Until TEXT has come; what came up to its end is forgotten. */
static void hear(struct fixture *f, const char *text)
{
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;
	char *found;
	size_t end;

	strbuf_puts(&f->heard, "");
	while ((found = strstr(f->heard.text, text)) == NULL) {
		if (clock_mono_ms() > deadline)
			fail_msg("expected \"%s\", heard \"%s\"", text, f->heard.text);
		turn(f);
	}
	end = (size_t)(found - f->heard.text) + strlen(text);
	f->heard.length -= end;
	memmove(f->heard.text, f->heard.text + end, f->heard.length + 1);
}

static void say(struct fixture *f, const char *text)
{
	assert_int_equal(write(f->fd, text, strlen(text)), strlen(text));
}

/* Says the beginning of a line and waits until the modem has it. */
static void type(struct fixture *f, const char *text)
{
	say(f, text);
	while (network_modem(f->network, NULL)->at.used < strlen(text))
		turn(f);
}

/* COMMAND, and an answer that has ANSWER and then LAST in it. */
static void ask(struct fixture *f, const char *command, const char *answer, const char *last)
{
	say(f, command);
	say(f, "\r");
	hear(f, answer);
	hear(f, last);
}

/* Nothing is on the line but what an AT brings by itself. */
static void hear_only_ok(struct fixture *f)
{
	say(f, "AT\r");
	hear(f, "OK\r\n");
	assert_string_equal(f->heard.text, "");
}

static json_t *verb_json(struct fixture *f, const char *words)
{
	char *copy = xstrdup(words), *save = NULL, *word = strtok_r(copy, " ", &save);
	json_t *args = json_array(), *request, *answer;

	request = json_pack("{s:s, s:o}", "verb", word, "args", args);
	while ((word = strtok_r(NULL, " ", &save)) != NULL)
		json_array_append_new(args, json_string(word));
	answer = verb_run(f->network, request);
	json_decref(request);
	free(copy);
	return answer;
}

static void verb(struct fixture *f, const char *words)
{
	json_t *answer = verb_json(f, words);

	if (!json_is_true(json_object_get(answer, "ok")))
		fail_msg("%s: %s", words, json_string_value(json_object_get(answer, "error")));
	json_decref(answer);
}

static json_int_t stat_of(struct fixture *f, const char *name)
{
	json_t *answer = verb_json(f, "stats desa");
	json_int_t value = json_integer_value(json_object_get(answer, name));

	json_decref(answer);
	return value;
}

static void handset_sends(struct fixture *f, const char *text)
{
	json_t *request = json_pack("{s:s, s:s, s:s}", "verb", "send", "from", SITI, "text", text);
	json_t *answer = verb_run(f->network, request);

	assert_true(json_is_true(json_object_get(answer, "ok")));
	json_decref(answer);
	json_decref(request);
}

static void assert_inbox(struct fixture *f, const char *number, size_t n, const char *last)
{
	struct handset *handset = network_handset(f->network, number);

	assert_int_equal(handset->count, n);
	if (n > 0)
		assert_string_equal(handset_at(handset, n - 1)->text, last);
}

/* "hellohello" to +46708251358, with and without a report asked for. */
#define HELLO "0011000B916407281553F80000AA0AE8329BFD4697D9EC37"
#define HELLO_REPORT "0031000B916407281553F80000AA0AE8329BFD4697D9EC37"
#define HELLO_TO "+46708251358"

static void submit(struct fixture *f, const char *pdu)
{
	say(f, "AT+CMGS=23\r");
	hear(f, "\r\n> ");
	say(f, pdu);
	say(f, "\x1a");
}

static void quiet_modem(struct fixture *f)
{
	ask(f, "ATE0", "", "OK\r\n");
	ask(f, "AT+CMEE=1", "", "OK\r\n");
	ask(f, "AT+CNMI=2,1,0,2,0", "", "OK\r\n");
}

/* --- the command line ------------------------------------------------------ */

static void test_command_line(void **state)
{
	struct fixture *f = *state;

	ask(f, "AT+CSQ", "AT+CSQ\r\r\n+CSQ: 21,99\r\n", "\r\nOK\r\n");
	ask(f, "at+cmee=1;+cmee?;e0", "+CMEE: 1\r\n", "OK\r\n");
	ask(f, "AT+NOSUCH", "\r\nERROR\r\n", "");
	ask(f, "AT+CMEE=7", "\r\n+CME ERROR: 50\r\n", "");
	ask(f, "AT+CMEE=2;+CMEE=7", "+CME ERROR: incorrect parameters\r\n", "");
	say(f, "hello\r\x1b\r\n\r"); /* no command lines */
	say(f, "ATX\b\bT+CC\x7fGSN\r");
	hear(f, "\r\n350000000000001\r\n\r\nOK\r\n");
	hear_only_ok(f);
}

static void test_long_line(void **state)
{
	struct fixture *f = *state;

	ask(f, "ATE0", "", "OK\r\n");
	say(f, "AT+CSCA=\"");
	for (int i = 0; i < 300; i++)
		say(f, "0123456789");
	say(f, "\"\r");
	hear_only_ok(f);
}

static void test_reboot_forgets(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "fault desa reboot");
	hear(f, "RDY\r\n");
	hear(f, "SMS Ready\r\n");
	ask(f, "AT+CNMI?", "AT+CNMI?\r\r\n+CNMI: 0,0,0,0,0\r\n", "OK\r\n");
	ask(f, "AT+CFUN=1,1", "OK\r\n", "SMS Ready\r\n");
}

/* --- receiving ------------------------------------------------------------- */

static void test_receive(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	handset_sends(f, "SALDO");
	hear(f, "\r\n+CMTI: \"SM\",1\r\n");
	ask(f, "AT+CMGL=0", "\r\n+CMGL: 1,0,,25\r\n07912658050000F004", "OK\r\n");
	ask(f, "AT+CMGR=1", "\r\n+CMGR: 1,,25\r\n", "OK\r\n");
	ask(f, "AT+CMGD=1", "", "OK\r\n");
	ask(f, "AT+CMGR=1", "+CMS ERROR: 321\r\n", "");
	ask(f, "AT+CMGD=4", "+CMS ERROR: 321\r\n", "");
	assert_int_equal(stat_of(f, "delivered"), 1);
	assert_int_equal(stat_of(f, "deleted"), 1);
}

static void test_no_notice_without_cnmi(void **state)
{
	struct fixture *f = *state;

	ask(f, "ATE0", "", "OK\r\n");
	handset_sends(f, "SALDO");
	hear_only_ok(f);
	ask(f, "AT+CPMS?", "+CPMS: \"SM\",1,3,\"SM\",1,3,\"SM\",1,3\r\n", "OK\r\n");
}

static void test_direct(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	ask(f, "AT+CNMI=2,2", "", "OK\r\n");
	handset_sends(f, "SALDO");
	hear(f, "\r\n+CMT: ,25\r\n07912658050000F004");
	assert_int_equal(stat_of(f, "sm_used"), 0);
}

static void test_notices_wait_for_the_answer(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	say(f, "AT+CMGS=23\r");
	hear(f, "\r\n> ");
	handset_sends(f, "SALDO");
	say(f, HELLO "\x1a");
	hear(f, "\r\n+CMGS: 1\r\n\r\nOK\r\n\r\n+CMTI: \"SM\",1\r\n");
	type(f, "AT+C");
	handset_sends(f, "SALDO");
	say(f, "SQ\r");
	hear(f, "+CSQ: 21,99\r\n\r\nOK\r\n\r\n+CMTI: \"SM\",2\r\n");
	type(f, "AT+C"); /* a half-typed line can't hold them back for ever */
	handset_sends(f, "SALDO");
	hear(f, "\r\n+CMTI: \"SM\",3\r\n");
}

static void test_full_memory(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "fault desa full");
	handset_sends(f, "satu");
	handset_sends(f, "dua");
	hear_only_ok(f);
	assert_int_equal(stat_of(f, "waiting"), 2);
	ask(f, "AT+CMGD=2", "\r\nOK\r\n", "\r\n+CMTI: \"SM\",2\r\n");
	assert_int_equal(stat_of(f, "waiting"), 1);
	ask(f, "AT+CMGD=1,1", "\r\nOK\r\n", "+CMTI: \"SM\",1\r\n");
	assert_int_equal(stat_of(f, "waiting"), 0);
}

static void test_text_mode(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	ask(f, "AT+CMGF=1", "", "OK\r\n");
	handset_sends(f, "SALDO");
	hear(f, "+CMTI");
	ask(f, "AT+CMGL=\"ALL\"", "+CMGL: 1,\"REC UNREAD\",\"" SITI "\",,\"", "+28\"\r\nSALDO\r\n");
	say(f, "AT+CMGS=\"" SITI "\"\r");
	hear(f, "> ");
	say(f, "Saldo 50.000\x1a");
	hear(f, "+CMGS: 1\r\n");
	assert_inbox(f, SITI, 1, "Saldo 50.000");
}

/* --- sending --------------------------------------------------------------- */

static void test_submit(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	submit(f, HELLO);
	hear(f, "\r\n+CMGS: 1\r\n\r\nOK\r\n");
	assert_inbox(f, HELLO_TO, 1, "hellohello");
	submit(f, HELLO);
	hear(f, "\r\n+CMGS: 2\r\n\r\nOK\r\n");
	for (int i = 3; i <= 256; i++) {
		submit(f, HELLO);
		hear(f, "OK\r\n");
	}
	submit(f, HELLO);
	hear(f, "\r\n+CMGS: 1\r\n"); /* eight bits */
	assert_inbox(f, HELLO_TO, 257, "hellohello");
}

static void test_bad_submits(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	ask(f, "AT+CMGS=2", "+CMS ERROR: 304\r\n", "");
	submit(f, "0011");
	hear(f, "+CMS ERROR: 304\r\n");
	submit(f, "no hex at all");
	hear(f, "+CMS ERROR: 304\r\n");
	say(f, "AT+CMGS=23\r");
	hear(f, "> ");
	say(f, HELLO "\x1b"); /* thought better of it */
	hear(f, "OK\r\n");
	assert_inbox(f, HELLO_TO, 0, "");
	assert_int_equal(stat_of(f, "submitted"), 0);
}

static void test_reports(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	submit(f, HELLO_REPORT);
	hear(f, "\r\nOK\r\n\r\n+CDSI: \"SM\",1\r\n");
	ask(f, "AT+CMGR=1", "+CMGR: 0,,25\r\n07912658050000F006010B916407281553F8", "00\r\n");
	ask(f, "AT+CNMI=2,1,0,1", "", "OK\r\n");
	verb(f, "handset " HELLO_TO " fail 70");
	submit(f, HELLO_REPORT);
	hear(f, "\r\n+CDS: 25\r\n07912658050000F006020B916407281553F8");
	hear(f, "46\r\n");
	assert_inbox(f, HELLO_TO, 1, "hellohello");
	verb(f, "handset " HELLO_TO " deliver");
	verb(f, "handset " HELLO_TO " off");
	submit(f, HELLO_REPORT);
	hear(f, "OK\r\n");
	hear_only_ok(f);
	assert_inbox(f, HELLO_TO, 1, "hellohello");
	verb(f, "handset " HELLO_TO " on");
	hear(f, "\r\n+CDS: 25\r\n07912658050000F006030B916407281553F8");
	assert_inbox(f, HELLO_TO, 2, "hellohello");
}

static void test_sim_to_sim(void **state)
{
	struct fixture *f = *state;

	plug(f, "kota,number=" HELLO_TO);
	quiet_modem(f);
	submit(f, HELLO);
	hear(f, "OK\r\n");
	assert_int_equal(network_modem(f->network, "kota")->sm.used, 1);
}

static void test_stored_submit(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	say(f, "AT+CMGW=23\r");
	hear(f, "> ");
	say(f, HELLO "\x1a");
	hear(f, "+CMGW: 1\r\n");
	ask(f, "AT+CMSS=1", "+CMGS: 1\r\n", "OK\r\n");
	assert_inbox(f, HELLO_TO, 1, "hellohello");
	ask(f, "AT+CMGL=3", "+CMGL: 1,3,,23\r\n", "OK\r\n");
}

/* --- faults ---------------------------------------------------------------- */

static void test_cms_error(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "fault desa cms-error 38 2");
	for (int i = 0; i < 2; i++) {
		submit(f, HELLO);
		hear(f, "+CMS ERROR: 38\r\n");
	}
	assert_inbox(f, HELLO_TO, 0, "");
	submit(f, HELLO);
	hear(f, "OK\r\n");
}

static void test_lost_answer(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "fault desa cmgs-lost-answer");
	submit(f, HELLO);
	hear_only_ok(f);
	assert_inbox(f, HELLO_TO, 1, "hellohello");
}

static void test_prompt_lost(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "fault desa prompt-lost");
	say(f, "AT+CMGS=23\r");
	say(f, "AT\r\x1b"); /* it is in edit mode all the same */
	hear(f, "\r\nOK\r\n");
	assert_string_equal(f->heard.text, "");
	submit(f, HELLO);
	hear(f, "OK\r\n");
}

static void test_hang(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "fault desa hang");
	say(f, "AT\rAT\r");
	handset_sends(f, "SALDO");
	for (int i = 0; i < 20; i++)
		turn(f);
	assert_string_equal(f->heard.text, "");
	assert_int_equal(stat_of(f, "waiting"), 1);
	verb(f, "recover desa");
	hear(f, "+CMTI: \"SM\",1\r\n");
	hear_only_ok(f);
}

static void test_notices(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "fault desa lost-notice");
	handset_sends(f, "SALDO");
	hear_only_ok(f);
	verb(f, "fault desa duplicate-notice");
	handset_sends(f, "SALDO");
	hear(f, "\r\n+CMTI: \"SM\",2\r\n\r\n+CMTI: \"SM\",2\r\n");
	handset_sends(f, "SALDO");
	hear(f, "+CMTI: \"SM\",3\r\n");
	hear_only_ok(f);
}

static void test_garbage(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "fault desa garbage 2");
	hear(f, "\r\n^NWTIME");
	hear(f, "\r\n");
	say(f, "AT\r");
	hear(f, "\r\nOK\r\n");
	hear_only_ok(f);
}

static void test_no_network(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	ask(f, "AT+CREG=1", "", "OK\r\n");
	ask(f, "AT+CREG?", "+CREG: 1,1\r\n", "OK\r\n");
	verb(f, "fault desa no-network");
	hear(f, "+CREG: 2\r\n");
	ask(f, "AT+CREG?", "+CREG: 1,2\r\n", "OK\r\n");
	ask(f, "AT+CSQ", "+CSQ: 99,99\r\n", "OK\r\n");
	submit(f, HELLO);
	hear(f, "+CMS ERROR: 331\r\n");
	handset_sends(f, "SALDO");
	hear_only_ok(f);
	verb(f, "recover desa");
	hear(f, "+CREG: 1\r\n");
	hear(f, "+CMTI: \"SM\",1\r\n");
}

static void test_slow(void **state)
{
	struct fixture *f = *state;
	int64_t before;

	quiet_modem(f);
	verb(f, "fault desa slow 200");
	before = clock_mono_ms();
	submit(f, HELLO);
	say(f, "AT+CSQ\r"); /* typed ahead: answered after it */
	hear(f, "+CMGS: 1\r\n\r\nOK\r\n");
	assert_true(clock_mono_ms() - before >= 190); /* the loop's clock is coarse */
	hear(f, "+CSQ: 21,99\r\n");
}

static void test_partial(void **state)
{
	struct fixture *f = *state;
	size_t least = 1000;

	quiet_modem(f);
	verb(f, "fault desa partial 3");
	say(f, "AT+CGMI\r");
	while (strstr(f->heard.text, "OK\r\n") == NULL) {
		size_t before = f->heard.length;

		turn(f);
		if (f->heard.length > before && f->heard.length - before < least)
			least = f->heard.length - before;
	}
	assert_true(least <= 3);
	assert_string_equal(f->heard.text, "\r\nKentongan\r\n\r\nOK\r\n");
}

static void test_pin(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "fault desa pin");
	ask(f, "AT+CPIN?", "+CPIN: SIM PIN\r\n", "OK\r\n");
	ask(f, "AT+CMGL=4", "+CME ERROR: 11\r\n", "");
	handset_sends(f, "SALDO");
	ask(f, "AT+CPIN=\"0000\"", "+CME ERROR: 16\r\n", "");
	ask(f, "AT+CPIN=\"1234\"", "OK\r\n", "+CMTI: \"SM\",1\r\n");
	verb(f, "fault desa pin");
	for (int i = 0; i < 3; i++)
		ask(f, "AT+CPIN=\"0000\"", "+CME ERROR: 16\r\n", "");
	ask(f, "AT+CPIN?", "+CPIN: SIM PUK\r\n", "OK\r\n");
	ask(f, "AT+CPIN=\"1234\"", "+CME ERROR: 12\r\n", "");
}

static void test_echo(void **state)
{
	struct fixture *f = *state;

	verb(f, "fault desa echo 2");
	ask(f, "AT+CSQ", "AT+CSQ\r\nAT+CSQ\r\r\n+CSQ", "OK\r\n");
	verb(f, "fault desa echo 3");
	ask(f, "AT+CSQ", "AT+CSQ\r\n\r\n+CSQ", "OK\r\n");
	verb(f, "fault desa echo 1");
	say(f, "ATE1\r");
	hear(f, "OK\r\n");
	hear_only_ok(f);
}

static void test_unplug(void **state)
{
	struct fixture *f = *state;
	struct pollfd fd = {f->fd, 0, 0};
	char *path = xasprintf("%s/desa", f->dir), *other = xasprintf("%s/lain", f->dir);

	quiet_modem(f);
	handset_sends(f, "satu");
	hear(f, "+CMTI: \"SM\",1\r\n");
	verb(f, "unplug desa");
	assert_int_equal(poll(&fd, 1, DEADLINE_MS), 1);
	assert_true(fd.revents & POLLHUP);
	assert_int_equal(access(path, F_OK), -1);
	close(f->fd);
	handset_sends(f, "dua");
	assert_int_equal(stat_of(f, "waiting"), 1);
	verb(f, "plug desa lain");
	assert_int_equal(access(other, F_OK), 0);
	verb(f, "unplug desa");
	verb(f, "plug desa");
	open_line(f);
	strbuf_clear(&f->heard);
	/* what was on the SIM still is, and the network had kept the other */
	ask(f, "AT+CPMS?", "+CPMS: \"SM\",2,3,", "OK\r\n");
	ask(f, "AT+CNMI?", "+CNMI: 0,0,0,0,0\r\n", "OK\r\n");
	free(path);
	free(other);
}

static void test_closed_line_hears_nothing_old(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	say(f, "AT+CGMI\r");
	turn(f);
	close(f->fd);
	while (pty_users(network_modem(f->network, NULL)->pty) > 0)
		event_base_loop(loop_base(f->loop), EVLOOP_ONCE);
	handset_sends(f, "SALDO");
	open_line(f);
	strbuf_clear(&f->heard);
	say(f, "AT+CGSN\r");
	hear(f, "OK\r\n");
	assert_string_equal(f->heard.text, "");
	ask(f, "AT+CPMS?", "\"SM\",1,3", "OK\r\n");
}

/* --- calls, USSD ----------------------------------------------------------- */

static void test_call(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	ask(f, "AT+CLIP=1", "", "OK\r\n");
	verb(f, "ring desa 081234567890");
	hear(f, "\r\nRING\r\n\r\n+CLIP: \"" SITI "\",145");
	ask(f, "AT+CLCC", "+CLCC: 1,1,4,0,0,\"" SITI "\",145\r\n", "OK\r\n");
	ask(f, "AT+CHUP", "", "OK\r\n");
	hear_only_ok(f);
	verb(f, "ring desa 081234567890");
	hear(f, "RING");
	verb(f, "hang-up desa");
	hear(f, "NO CARRIER\r\n");
	ask(f, "AT+CRC=1", "", "OK\r\n");
	ask(f, "AT+CCWA=1", "", "OK\r\n");
	verb(f, "ring desa withheld");
	hear(f, "\r\n+CRING: VOICE\r\n\r\n+CLIP: \"\",128,,,,1");
	verb(f, "fault desa hang-up-refused");
	ask(f, "AT+CHUP", "", "ERROR\r\n");
	ask(f, "ATH", "", "OK\r\n");
	hear_only_ok(f);
}

static void test_ussd(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "ussd *999# Rp 5");
	ask(f, "AT+CUSD=1,\"*999#\",15", "\r\nOK\r\n", "\r\n+CUSD: 0,\"Rp 5\",15\r\n");
	ask(f, "AT+CSCS=\"UCS2\"", "", "OK\r\n");
	ask(f, "AT+CUSD=1,\"002A0039003900390023\",15", "OK\r\n",
	    "+CUSD: 0,\"0052007000200035\",15\r\n");
}

static void test_ussd_session(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "ussd --more *999# menu");
	ask(f, "AT+CUSD=1,\"*999#\",15", "OK\r\n", "+CUSD: 1,\"menu\",15\r\n");
	ask(f, "AT+CUSD=1,\"*999#\",15", "OK\r\n", "+CUSD: 0,\"Pilihan tidak dikenal\",15\r\n");
	ask(f, "AT+CUSD=1,\"*999#\",15", "OK\r\n", "+CUSD: 1,\"menu\",15\r\n");
	ask(f, "AT+CUSD=2", "", "OK\r\n");
	ask(f, "AT+CUSD=1,\"*999#\",15", "OK\r\n", "+CUSD: 1,\"menu\",15\r\n");
	ask(f, "AT+CUSD=2", "", "OK\r\n");
	verb(f, "fault desa ussd-refused");
	ask(f, "AT+CUSD=1,\"*999#\",15", "OK\r\n", "+CUSD: 4\r\n");
	verb(f, "fault desa cusd-error");
	ask(f, "AT+CMEE=1", "", "OK\r\n");
	ask(f, "AT+CUSD=1,\"*999#\",15", "", "+CME ERROR: 100\r\n");
	verb(f, "fault desa ussd-lost");
	ask(f, "AT+CUSD=1,\"*999#\",15", "", "OK\r\n");
	hear_only_ok(f);
}

/* Each message costs; the operator says what is left. */
static void test_credit(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "credit desa 12345 350 31-12-2026");
	ask(f, "AT+CMGF=1", "", "OK\r\n");
	say(f, "AT+CMGS=\"" SITI "\"\r");
	hear(f, "> ");
	say(f, "Saldo\x1a");
	hear(f, "OK\r\n");
	ask(f, "AT+CUSD=1,\"*888#\",15", "OK\r\n",
	    "+CUSD: 0,\"Sisa pulsa Anda Rp 11.995, aktif s.d. 31-12-2026.\",15\r\n");
}

/* --- measuring and bounds -------------------------------------------------- */

static void test_bench(void **state)
{
	struct fixture *f = *state;
	char *path = xasprintf("%s/bench", f->dir), *words = xasprintf("bench-log %s", path);
	char line[128], peer[32];
	long long noticed = 0, answered = 0;
	FILE *file;

	quiet_modem(f);
	verb(f, words);
	ask(f, "AT+CMGF=1", "", "OK\r\n");
	handset_sends(f, "SALDO");
	hear(f, "+CMTI");
	say(f, "AT+CMGS=\"" SITI "\"\r");
	hear(f, "> ");
	say(f, "Saldo\x1a");
	hear(f, "OK\r\n");
	assert_int_equal(stat_of(f, "answered"), 1);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	assert_int_equal(sscanf(line, "%31s %lld %lld", peer, &noticed, &answered), 3);
	assert_string_equal(peer, SITI);
	assert_true(noticed > 0 && answered >= noticed);
	fclose(file);
	unlink(path);
	free(path);
	free(words);
}

static void test_bounds(void **state)
{
	struct fixture *f = *state;

	quiet_modem(f);
	verb(f, "handset 0812000001 on");
	for (int i = 0; i < INBOX_MAX + 10; i++) {
		submit(f, HELLO);
		hear(f, "OK\r\n");
	}
	assert_inbox(f, HELLO_TO, INBOX_MAX, "hellohello");
}

static void test_bad_verbs(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {"nosuch",           "fault desa",    "fault kota hang",
					  "fault desa slow",  "fault desa x",  "ring desa",
					  "handset 0812 fly", "stats nothing", "plug desa a/b"};

	verb(f, "unplug desa");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *answer = verb_json(f, bad[i]);

		assert_true(json_is_false(json_object_get(answer, "ok")));
		assert_non_null(json_string_value(json_object_get(answer, "error")));
		json_decref(answer);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_command_line),
	    TEST(test_long_line),
	    TEST(test_reboot_forgets),
	    TEST(test_receive),
	    TEST(test_no_notice_without_cnmi),
	    TEST(test_direct),
	    TEST(test_notices_wait_for_the_answer),
	    TEST(test_full_memory),
	    TEST(test_text_mode),
	    TEST(test_submit),
	    TEST(test_bad_submits),
	    TEST(test_reports),
	    TEST(test_sim_to_sim),
	    TEST(test_stored_submit),
	    TEST(test_cms_error),
	    TEST(test_lost_answer),
	    TEST(test_prompt_lost),
	    TEST(test_hang),
	    TEST(test_notices),
	    TEST(test_garbage),
	    TEST(test_no_network),
	    TEST(test_slow),
	    TEST(test_partial),
	    TEST(test_pin),
	    TEST(test_echo),
	    TEST(test_unplug),
	    TEST(test_closed_line_hears_nothing_old),
	    TEST(test_call),
	    TEST(test_ussd),
	    TEST(test_ussd_session),
	    TEST(test_credit),
	    TEST(test_bench),
	    TEST(test_bounds),
	    TEST(test_bad_verbs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
