/* SPDX-License-Identifier: GPL-2.0-or-later */
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

static char dir[] = "/tmp/kentongan-conf.XXXXXX";
static char path[64];
static struct conf *conf;
static struct strbuf problems;

static int set_up_group(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/k.conf", dir);
	return 0;
}

static int tear_down_group(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static int tear_down(void **state)
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
	assert_true(fputs(text, file) >= 0);
	fclose(file);
	return conf_load(&conf, path, &problems);
}

static void load_ok(const char *text)
{
	if (load(text) != 0)
		fail_msg("%s", problems.text);
	assert_non_null(conf);
}

/* The only problem of TEXT is EXPECTED, without the file's name in front. */
static void assert_problem(const char *text, const char *expected)
{
	assert_int_equal(load(text), -EINVAL);
	assert_null(conf);
	char *line = xasprintf("%s:%s\n", path, expected);
	assert_string_equal(problems.text, line);
	free(line);
	strbuf_clear(&problems);
}

static void assert_defaults(void)
{
	assert_string_equal(conf->country, "62");
	assert_string_equal(conf->language, "id");
	assert_string_equal(conf->log_level, "info");
	assert_false(conf->log_numbers);
	assert_string_equal(conf->db_conninfo, "dbname=kentongan user=kentongan");
	assert_string_equal(conf->db_password_file, "");
	assert_string_equal(conf->http_listen, "127.0.0.1");
	assert_int_equal(conf->http_port, 8642);
	assert_string_equal(conf->http_api_allow, "127.0.0.1 ::1");
	assert_string_equal(conf->key_file, KENTONGAN_SYSCONFDIR "/kentongan/key");
	assert_int_equal(conf->heartbeat_seconds, 60);
	assert_int_equal(conf->pending_hours, 72);
	assert_int_equal(conf->late_minutes, 15);
	assert_int_equal(conf->seal_seconds, 60);
	assert_int_equal(conf->limits.burst, 20);
	assert_int_equal(conf->limits.per_minute, 20);
	assert_int_equal(conf->limits.replies_per_sender, 100);
	assert_int_equal(conf->limits.replies_per_unknown, 1);
	assert_int_equal(conf->limits.unknown_total, 50);
	assert_int_equal(conf->limits.replies_per_group, 2000);
	assert_int_equal(conf->limits.replies_per_modem, 3000);
	assert_int_equal(conf->limits.loop_same, 4);
	assert_int_equal(conf->modem_count, 0);
	assert_null(conf_modem(conf, "desa"));
	assert_int_equal(conf->operator_count, 6);
	assert_string_equal(conf->operators[0].name, "telkomsel");
	assert_string_equal(conf->operators[3].prefixes, "0831,0832,0833,0838");
	for (size_t i = 0; i < conf->operator_count; i++)
		assert_int_equal(conf->operators[i].pace_ms, 0);
}

/* --- good files --- */

static void an_empty_file_gives_the_defaults(void **state)
{
	(void)state;
	load_ok("");
	assert_defaults();
}

static void everything_can_be_set(void **state)
{
	(void)state;
	load_ok("country = ID # remark\n"
		"language = \"en\"\n"
		"key_file = secrets/key\n"
		"commands_file = '/usr/commands'\n"
		"log_level = debug log_numbers = yes\n"
		"/* a longer\n   remark { */\n"
		"database { conninfo = \"host=a,b dbname=x\" }\n"
		"http { port = 0 }\n"
		"limits {\n burst = 5 // remark\n }\n"
		"modem desa { device = /dev/ttyUSB0 send_pause = stock pin_file = pin }\n"
		"modem \"kota-2\" {\n imei = 357682010123456\n send_pause = 0\n reports = no\n"
		" number = \"+628123456789\"\n own_prefixes = \"0811, 0812\"\n pace_ms = 6000\n"
		" price = 350\n credit_code = \"*888#\"\n credit_pattern = '(?<amount>\\d+)'\n}\n");
	assert_string_equal(conf->country, "62");
	assert_string_equal(conf->language, "en");
	char *key = xasprintf("%s/secrets/key", dir);
	assert_string_equal(conf->key_file, key);
	free(key);
	assert_string_equal(conf->commands_file, "/usr/commands");
	assert_true(conf->log_numbers);
	assert_string_equal(conf->db_conninfo, "host=a,b dbname=x");
	assert_int_equal(conf->http_port, 0);
	assert_int_equal(conf->limits.burst, 5);
	assert_int_equal(conf->limits.per_minute, 20);

	assert_int_equal(conf->modem_count, 2);
	const struct conf_modem *desa = conf_modem(conf, "desa"),
				*kota = conf_modem(conf, "kota-2");
	assert_non_null(desa);
	assert_non_null(kota);
	assert_string_equal(desa->device, "/dev/ttyUSB0");
	assert_string_equal(desa->connection, "at115200");
	assert_int_equal(desa->send_pause_ms, -1);
	assert_true(desa->reports);
	assert_int_equal(desa->sweep_seconds, 300);
	assert_int_equal(desa->sample_seconds, 300);
	assert_int_equal(desa->part_wait_seconds, 600);
	assert_string_equal(desa->credit_code, "");
	assert_string_equal(desa->credit_pattern, "");
	assert_int_equal(desa->credit_every, 100);
	assert_int_equal(desa->credit_low, 10000);
	assert_int_equal(desa->credit_days, 7);
	assert_int_equal(desa->price, 0);
	assert_int_equal(desa->line, 13);
	assert_string_equal(kota->device, "");
	assert_string_equal(kota->imei, "357682010123456");
	assert_string_equal(kota->number, "+628123456789");
	assert_int_equal(kota->send_pause_ms, 0);
	assert_int_equal(kota->pace_ms, 6000);
	assert_false(kota->reports);
	assert_int_equal(kota->price, 350);
	assert_string_equal(kota->credit_code, "*888#");
	assert_string_equal(kota->credit_pattern, "(?<amount>\\d+)");
	assert_int_equal(kota->line, 14);
}

static void credentials_are_found(void **state)
{
	(void)state;
	char *key = xasprintf("%s/key-credential", dir);
	FILE *file = fopen(key, "w");
	assert_non_null(file);
	fclose(file);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	load_ok("key_file = key-credential\ndatabase { password_file = absent }");
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_string_equal(conf->key_file, key);
	char *absent = xasprintf("%s/absent", dir);
	assert_string_equal(conf->db_password_file, absent);
	free(absent);
	unlink(key);
	free(key);
}

static const struct conf_operator *operator_named(const char *name)
{
	for (size_t i = 0; i < conf->operator_count; i++)
		if (strcmp(conf->operators[i].name, name) == 0)
			return &conf->operators[i];
	return NULL;
}

static void broadcasts_have_a_pace(void **state)
{
	(void)state;
	load_ok("modem desa { device = /dev/x }\n"
		"modem kota { device = /dev/y broadcast_pace = 0.25 broadcast_jitter = 0 }\n"
		"modem laut { device = /dev/z broadcast_pace = 12.5 }\n"
		"operator telkomsel { pace = 2 }\n"
		"operator byu { prefixes = \"08515, +628517\" pace = 0.001 }\n"
		"operator tri { prefixes = \"0895\" }\n");
	assert_int_equal(conf_modem(conf, "desa")->broadcast_pace_ms, 4000);
	assert_int_equal(conf_modem(conf, "desa")->broadcast_jitter, 25);
	assert_int_equal(conf_modem(conf, "kota")->broadcast_pace_ms, 250);
	assert_int_equal(conf_modem(conf, "kota")->broadcast_jitter, 0);
	assert_int_equal(conf_modem(conf, "laut")->broadcast_pace_ms, 12500);
	/* A section changes what it names, and leaves the rest. */
	assert_int_equal(conf->operator_count, 7);
	assert_int_equal(operator_named("telkomsel")->pace_ms, 2000);
	assert_non_null(strstr(operator_named("telkomsel")->prefixes, "0813"));
	assert_string_equal(operator_named("tri")->prefixes, "0895");
	assert_int_equal(operator_named("byu")->pace_ms, 1);
	/* Those of the file come first: what they have the others lose. */
	assert_string_equal(conf->operators[1].name, "byu");
	assert_int_equal(operator_named("xl")->line, 0);
}

static void other_countries_have_other_operators(void **state)
{
	(void)state;
	load_ok("country = 670\noperator tt { prefixes = \"077,078\" pace = 1 }\n");
	assert_int_equal(conf->operator_count, 1);
	assert_string_equal(conf->operators[0].prefixes, "077,078");
}

static void a_bad_pace_is_said(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
	    {"modem a { device = /dev/x broadcast_pace = fast }",
	     "1: broadcast_pace: \"fast\" is not a number of seconds; write one such as 4 or 0.5"},
	    {"modem a { device = /dev/x broadcast_pace = 1.2345 }",
	     "1: broadcast_pace: \"1.2345\" is not a number of seconds; write one such as 4 or "
	     "0.5"},
	    {"modem a { device = /dev/x broadcast_pace = \".5\" }",
	     "1: broadcast_pace: \".5\" is not a number of seconds; write one such as 4 or 0.5"},
	    {"modem a { device = /dev/x broadcast_pace = 3600.001 }",
	     "1: broadcast_pace: 3600.001 is out of range; use 0 to 3600"},
	    {"modem a { device = /dev/x broadcast_jitter = 100 }",
	     "1: broadcast_jitter: 100 is out of range; use 0 to 90"},
	    {"\noperator XL { pace = 0 }", "2: operator: \"XL\" is not a name for an operator; use "
					   "1 to 32 small letters, digits and hyphens"},
	    {"operator xl { pace = -1 }",
	     "1: pace: \"-1\" is not a number of seconds; write one such as 4 or 0.5"},
	    {"\n\noperator mine { pace = 1 }",
	     "3: operator: \"mine\" has a pace but no numbers; add "
	     "a line prefixes = \"0811,0812\""},
	    {"operator mine { prefixes = abc }", "1: prefixes: \"abc\" is not a list of prefixes; "
						 "write it like \"0811,0812\""},
	    {"operator a { prefixes = \"0811,0812\" }\noperator b { prefixes = \"0899, 0812\" }",
	     "2: operator: \"a\" and \"b\" both have 0812; leave it with one"},
	    {"operator a { pace = 0 }\noperator a { pace = 0 }",
	     "2: operator: there are two sections \"a\"; give each operator its own name"},
	    {"operator a {\n pase = 0\n}", "2: pase: there is no such setting; did you mean pace?"},
	    {"pace = 1", "1: pace: has its place inside \"operator { … }\"; move it there"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_problem(bad[i][0], bad[i][1]);
}

/* --- bad files --- */

static void each_mistake_is_said_with_its_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
	    {"\ncountry = Indonesia",
	     "2: country: \"Indonesia\" is not a country; give the calling code, such as 62 "
	     "(Indonesia)"},
	    {"language = Bahasa", "1: language: \"Bahasa\" is not a language; give a folder "
				  "of lang_dir, such as id"},
	    {"log_level = loud",
	     "1: log_level: \"loud\" is not a level; use error, warn, info or debug"},
	    {"log_numbers = 1", "1: log_numbers: \"1\" is neither yes nor no"},
	    {"key_file = \"\"", "1: key_file: is empty; leave the line out to get the default"},
	    {"pending_hours = 0", "1: pending_hours: 0 is out of range; use 1 to 8760"},
	    {"pending_hours = 99999999999999999999",
	     "1: pending_hours: 99999999999999999999 is out of range; use 1 to 8760"},
	    {"pending_hours = 72h",
	     "1: pending_hours: \"72h\" is not a whole number; use 1 to 8760"},
	    {"late_minutes = \"\"", "1: late_minutes: \"\" is not a whole number; use 1 to 1440"},
	    {"database {\n conninfo = \"dbname\"\n}",
	     "2: conninfo: PostgreSQL says: missing \"=\" after \"dbname\" in connection info "
	     "string; write it like \"dbname=kentongan user=kentongan\""},
	    {"http { listen = localhost }", "1: listen: \"localhost\" is not an IP address; use "
					    "127.0.0.1 for this machine only"},
	    {"modem desa {\n device = /dev/a\n send_pause = slow }",
	     "3: send_pause: \"slow\" is not a whole number; use 0 to 2000, or stock"},
	    {"modem desa {\n imei = 12 }", "2: imei: \"12\" is not right; an IMEI has 15 digits "
					   "(the modem shows it for *#06#)"},
	    {"modem desa {\n device = a\n own_prefixes = \"0811;0812\" }",
	     "3: own_prefixes: \"0811;0812\" is not a list of prefixes; write it like "
	     "\"0811,0812\""},
	    {"modem desa {\n device = a\n credit_code = 888 }",
	     "3: credit_code: \"888\" is not a code; write it as it is dialled, such as "
	     "\"*888#\""},
	    {"modem desa {\n device = a\n credit_pattern = \"Rp (?<amount>[0-9]+\" }",
	     "3: credit_pattern: at its character 20: missing closing parenthesis; write it "
	     "like 'Rp *(?<amount>[0-9.,]+).*aktif (?<expiry>[0-9/-]+)'"},
	    {"modem desa {\n device = a\n credit_pattern = \"Rp ([0-9]+)\" }",
	     "3: credit_pattern: names no group \"amount\"; write it like 'Rp "
	     "*(?<amount>[0-9.,]+).*aktif (?<expiry>[0-9/-]+)'"},
	    {"modem desa {\n device = a\n credit_low = few }",
	     "3: credit_low: \"few\" is not a whole number; use 0 to 100000000"},
	    {"ussd a { }",
	     "1: ussd: \"a\" is open to everybody; give it a path with 16 characters or "
	     "more that nobody can guess, a user with password_file, or allow"},
	    {"ussd a { path = \"/ussd/short\" }",
	     "1: ussd: \"a\" is open to everybody; give it a path with 16 characters or more that "
	     "nobody can guess, a user with password_file, or allow"},
	    {"ussd a {\n path = /elsewhere }", "2: path: is no address; write /ussd/ and behind it "
					       "letters, digits, - and _"},
	    {"ussd a {\n allow = \"10.0.0.0/8 here\" }",
	     "2: allow: \"here\" is neither an address nor a network; write them like \"192.0.2.7 "
	     "198.51.100.0/24\""},
	    {"ussd a {\n dialect = smpp\n allow = 10.0.0.1 }",
	     "2: dialect: \"smpp\" is not known; use africastalking, hubtel or nalo"},
	    {"ussd a { user = x allow = 10.0.0.1 }",
	     "1: ussd: \"a\" has a user and no password_file; a password needs both"},
	    {"ussd a { path = /ussd/0123456789abcdef }\nussd b { path = /ussd/0123456789abcdef }",
	     "2: ussd: \"a\" and \"b\" have the same path; each needs its own"},
	    {"\nmodem desa { }", "2: modem: \"desa\" doesn't say which modem it is; add a device, "
				 "imei or imsi line"},
	    {"modem Desa { device = /dev/a }",
	     "1: modem: \"Desa\" is not a name for a modem; use 1 to 32 small letters, digits "
	     "and hyphens"},
	    {"modem a { device = /dev/a }\nmodem b { device = /dev/a }",
	     "2: modem: \"a\" and \"b\" have the same device; each needs its own"},
	    {"modem a { device = /dev/a }\nmodem a {\n device = /dev/b }",
	     "2: modem: there are two sections \"a\"; give each modem its own name"},
	    {"late_minutes = 5\n\nlate_minutes = 6", "3: late_minutes: is set twice; line 1 has it "
						     "already, remove one of them"},
	    {"\n\nlangauge = id", "3: langauge: there is no such setting; did you mean language?"},
	    {"databse {\n conninfo = x\n}",
	     "1: databse: there is no such setting; did you mean database?"},
	    {"zzz = 1", "1: zzz: there is no such setting; kentongan.conf(5) lists them all"},
	    {"http { zzz = 1 }", "1: zzz: there is no such setting in section http; "
				 "kentongan.conf(5) lists them all"},
	    {"port = 5", "1: port: has its place inside \"http { … }\"; move it there"},
	    {"http {\n language = id\n}",
	     "2: language: has its place outside of \"http { … }\"; move it there, or see "
	     "whether a } is missing"},
	    {"language = \"id\ncountry = 62",
	     "1: quote: isn't closed; end the value with \" on the same line"},
	    {"language = \"\\123\"",
	     "1: quote: a \\ before a digit has no meaning; write \\\\ for one \\"},
	    {"http { port = 1 }\n}",
	     "2: }: closes nothing; remove it, or see whether a { is missing above"},
	    {"\nhttp {\n port = 1\n", "2: {: is never closed; put a } where the section ends"},
	    {"country 62", "1: country: missing equal sign after option 'country'; write NAME = "
			   "\"VALUE\", and see whether the line above is whole"},
	    {"modem { device = a }",
	     "1: modem: missing title for section 'modem'; write NAME = \"VALUE\", and see "
	     "whether the line above is whole"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_problem(cases[i].text, cases[i].expected);
	/* No state is left behind by any of them. */
	load_ok("late_minutes = 5");
}

static void all_mistakes_are_said_at_once(void **state)
{
	(void)state;
	assert_int_equal(load("country = Indonesia\n"
			      "langauge = \"id\"\n"
			      "foo { bar { x = 1 } }\n"
			      "/* remark */ late_minutes = \"15\n"
			      "http { port = 99999\n"
			      " lisen = \"::1\" }\n"
			      "limits {\n burst 4\n per_minute = none\n}\n"
			      "modem \"desa\" {\n"
			      "	device = \"/dev/ttyUSB0\"\n"
			      "	pace_ms = 1.5\n"
			      "	log_level = info\n"
			      "}\n"
			      "}\n"
			      "= 5\n"
			      "seal_seconds = 0\n"
			      "modem \"c\" {\n"
			      " reports = maybe\n"),
			 -EINVAL);
	static const char *const expected[] = {
	    "1: country", "2: langauge", "3: foo",           "4: quote",    "5: port",
	    "6: lisen",   "8: burst",    "9: per_minute",    "13: pace_ms", "14: log_level",
	    "16: }",      "17: form",    "18: seal_seconds", "19: {",       "20: reports",
	};
	const char *line = problems.text;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		char *start = xasprintf("%s:%s: ", path, expected[i]);
		if (strncmp(line, start, strlen(start)) != 0)
			fail_msg("expected \"%s\" in\n%s", start, problems.text);
		free(start);
		line = strchr(line, '\n') + 1;
	}
	assert_string_equal(line, "");
}

static void any_bytes_are_survived(void **state)
{
	(void)state;
	static const char alphabet[] = "{}=\"'#/*\\\n ab1,+()$modem http port";
	unsigned seed = 4712;
	char text[200];
	for (int round = 0; round < 3000; round++) {
		size_t length = (size_t)rand_r(&seed) % (sizeof text - 1);
		for (size_t i = 0; i < length; i++)
			text[i] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
		text[length] = '\0';
		int rc = load(text);
		assert_true(rc == 0 || rc == -EINVAL);
		assert_int_equal(rc == 0, conf != NULL);
		assert_int_equal(rc == 0, problems.length == 0);
		conf_free(&conf);
		strbuf_clear(&problems);
	}
	load_ok("late_minutes = 5");
}

static void many_mistakes_end(void **state)
{
	(void)state;
	struct strbuf text = {0};
	for (int i = 0; i < 1000; i++)
		strbuf_printf(&text, "nonsense%d = 1\n", i);
	assert_int_equal(load(text.text), -EINVAL);
	assert_non_null(strstr(problems.text, "more mistakes than can be listed"));
	strbuf_free(&text);
}

static void no_file_is_said(void **state)
{
	(void)state;
	assert_int_equal(conf_load(&conf, "/nonexistent/k.conf", &problems), -ENOENT);
	assert_non_null(strstr(problems.text, "/nonexistent/k.conf: No such file"));
	assert_int_equal(conf_load(&conf, "/tmp", &problems), -EINVAL);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fwrite("a\n\0b", 1, 4, file);
	fclose(file);
	strbuf_clear(&problems);
	assert_int_equal(conf_load(&conf, path, &problems), -EINVAL);
	assert_non_null(strstr(problems.text, "k.conf:2: form: there is a zero byte"));
}

/* --- the example --- */

static void replace(struct strbuf *text, const char *from, const char *to)
{
	struct strbuf out = {0};
	const char *p = text->text, *hit;
	while ((hit = strstr(p, from))) {
		strbuf_add(&out, p, (size_t)(hit - p));
		strbuf_puts(&out, to);
		p = hit + strlen(from);
	}
	strbuf_puts(&out, p);
	strbuf_free(text);
	*text = out;
}

static struct strbuf example(void)
{
	struct strbuf text = {0};
	char *printed = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&printed, &size);
	assert_non_null(file);
	conf_print_example(file);
	fclose(file);
	strbuf_add(&text, printed, size);
	free(printed);
	return text;
}

static void the_example_is_the_shipped_file(void **state)
{
	(void)state;
	struct strbuf printed = example(), shipped = {0};
	/* It is shipped with the folders of a package. */
	replace(&printed, KENTONGAN_DATADIR, "/usr/share/kentongan");
	replace(&printed, KENTONGAN_SYSCONFDIR "/kentongan", "/etc/kentongan");
	FILE *file = fopen("config/kentongan.conf", "r");
	char chunk[1024];
	assert_non_null(file);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		strbuf_add(&shipped, chunk, n);
	fclose(file);
	assert_string_equal(printed.text, shipped.text);
	strbuf_free(&printed);
	strbuf_free(&shipped);
}

static void the_example_gives_the_defaults(void **state)
{
	(void)state;
	struct strbuf text = example();
	load_ok(text.text);
	strbuf_free(&text);
	assert_defaults();
}

/* Removing every # in front of a setting gives a file that is good too. */
static void the_example_s_settings_are_good(void **state)
{
	(void)state;
	struct strbuf text = example(), bare = {0};
	for (char *p = text.text; *p; p++)
		if (*p != '#' || p[1] == ' ' || p[1] == '\n' || p[1] == '"' ||
		    (p > text.text && p[-1] == '*'))
			strbuf_putc(&bare, *p);
	load_ok(bare.text);
	assert_int_equal(conf->modem_count, 1);
	const struct conf_modem *desa = conf_modem(conf, "desa");
	assert_non_null(desa);
	assert_string_equal(desa->own_prefixes, "0811,0812,0813");
	assert_int_equal(desa->send_pause_ms, 20);
	assert_int_equal(desa->validity_minutes, 1440);
	assert_string_equal(desa->credit_code, "*888#");
	strbuf_free(&text);
	strbuf_free(&bare);
}

#define TEST(fn) cmocka_unit_test_teardown(fn, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_empty_file_gives_the_defaults),
	    TEST(everything_can_be_set),
	    TEST(broadcasts_have_a_pace),
	    TEST(other_countries_have_other_operators),
	    TEST(a_bad_pace_is_said),
	    TEST(credentials_are_found),
	    TEST(each_mistake_is_said_with_its_line),
	    TEST(all_mistakes_are_said_at_once),
	    TEST(any_bytes_are_survived),
	    TEST(many_mistakes_end),
	    TEST(no_file_is_said),
	    TEST(the_example_is_the_shipped_file),
	    TEST(the_example_gives_the_defaults),
	    TEST(the_example_s_settings_are_good),
	};
	return cmocka_run_group_tests_name("base_conf", tests, set_up_group, tear_down_group);
}
