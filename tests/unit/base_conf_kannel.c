/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections kannel "name" of the configuration: what is taken, what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kentongan/conf.h"
#include "kentongan/memory.h"

static char path[] = "/tmp/kentongan-conf-kannel.XXXXXX";
static struct conf *conf;
static struct strbuf problems;

static int set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

static int drop(void **state)
{
	(void)state;
	conf_free(&conf);
	strbuf_free(&problems);
	return 0;
}

static int load(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	strbuf_clear(&problems);
	conf_free(&conf);
	return conf_load(&conf, path, &problems);
}

#define NEEDED "user = kentongan\npassword_file = \"/run/pw\"\npath = \"4f1c9a70e2b85d36\"\n"

static void what_is_needed_is_enough(void **state)
{
	const struct conf_kannel *kannel;

	(void)state;
	if (load("http {\nport = 8020\n}\nkannel \"indosat\" {\n" NEEDED "}\n") < 0)
		fail_msg("%s", problems.text);
	assert_int_equal(conf->kannel_count, 1);
	kannel = &conf->kannels[0];
	assert_string_equal(kannel->name, "indosat");
	assert_string_equal(kannel->sendsms, "http://127.0.0.1:13013/cgi-bin/sendsms");
	assert_string_equal(kannel->callback, "http://127.0.0.1:8020");
	assert_string_equal(kannel->allow, "127.0.0.1");
	assert_string_equal(kannel->number, "");
	assert_int_equal(kannel->in_flight, 10);
	assert_int_equal(kannel->timeout_seconds, 30);
	assert_int_equal(kannel->broadcast_pace_ms, 0);
	assert_true(kannel->reports);
}

static void everything_can_be_said(void **state)
{
	const struct conf_kannel *kannel;

	(void)state;
	if (load("kannel \"xl\" {\n" NEEDED "sendsms = \"https://sms.example:8443/send\"\n"
		 "callback = \"http://[::1]:8020\"\nnumber = \"MELATI\"\nsmsc = \"xl.1\"\n"
		 "allow = \"10.0.0.0/8 192.0.2.7\"\nprefixes = \"0817,0818\"\nin_flight = 100\n"
		 "timeout = 5\nreports = no\nbroadcast_pace = 0.5\nbroadcast_jitter = 10\n"
		 "daily_cap = 1000\nprice = 300\n}\n") < 0)
		fail_msg("%s", problems.text);
	kannel = &conf->kannels[0];
	assert_string_equal(kannel->sendsms, "https://sms.example:8443/send");
	assert_string_equal(kannel->number, "MELATI");
	assert_string_equal(kannel->own_prefixes, "0817,0818");
	assert_int_equal(kannel->in_flight, 100);
	assert_int_equal(kannel->broadcast_pace_ms, 500);
	assert_int_equal(kannel->price, 300);
	assert_false(kannel->reports);
}

static void mistakes_are_told(void **state)
{
	static const struct {
		const char *lines, *problem;
	} cases[] = {
	    {"password_file = \"p\"\npath = \"4f1c9a70e2b85d36\"\n", "lacks a user line"},
	    {"user = k\npath = \"4f1c9a70e2b85d36\"\n", "lacks a password_file line"},
	    {"user = k\npassword_file = \"p\"\n", "lacks a path line"},
	    {"user = k\npassword_file = \"p\"\npath = \"short\"\n", "path: is no secret"},
	    {"user = k\npassword_file = \"p\"\npath = \"4f1c9a70e2b85d3/\"\n",
	     "path: is no secret"},
	    {NEEDED "sendsms = \"127.0.0.1:13013\"\n",
	     "sendsms: \"127.0.0.1:13013\" is no address"},
	    {NEEDED "sendsms = \"http:///cgi\"\n", "is no address"},
	    {NEEDED "sendsms = \"http://a/b?c=d\"\n", "is no address"},
	    {NEEDED "callback = \"http://a/%20\"\n", "callback: "},
	    {NEEDED "callback = \"http://a/\"\n", "ends in /"},
	    {NEEDED "number = \"12\\\"\"\n", "is no sender"},
	    {NEEDED "number = \"KOPERASI MELATI\"\n", "is no sender"},
	    {NEEDED "allow = \"kannel\"\n", "neither an address nor a network"},
	    {NEEDED "in_flight = 0\n", "in_flight: 0 is out of range"},
	    {NEEDED "in_flight = 101\n", "in_flight: 101 is out of range"},
	    {NEEDED "smsc = \"a&b\"\n", "smsc: "},
	    {NEEDED "}\nkannel \"b\" {\n" NEEDED, "have the same path"},
	    {NEEDED "}\nhttp {\nport = 0\n", "needs the web server"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = xasprintf("kannel \"indosat\" {\n%s}\n", cases[i].lines);

		if (load(text) != -EINVAL)
			fail_msg("taken:\n%s", text);
		if (!strstr(problems.text, cases[i].problem))
			fail_msg("%s\ndoesn't say: %s", problems.text, cases[i].problem);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(what_is_needed_is_enough, drop),
	    cmocka_unit_test_teardown(everything_can_be_said, drop),
	    cmocka_unit_test_teardown(mistakes_are_told, drop),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
