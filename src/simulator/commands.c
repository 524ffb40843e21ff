/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pcre2.h>

#include "kentongan/clock.h"
#include "kentongan/memory.h"

#include "client.h"
#include "names.h"

#define OPEN_MS 5000 /* how long a simulator that just starts is waited for */

static int failed(const char *command, const struct errbuf *err)
{
	fprintf(stderr, "%s: %s\n", command, err->text);
	return 1;
}

static int misused(const char *command, const char *why)
{
	fprintf(stderr, "%s: %s; see kentongan-simulator --help\n", command, why);
	return 2;
}

/* The words from argv[at] on, joined by spaces; owned by the caller. */
static char *join(int argc, char **argv, int at)
{
	struct strbuf text = {0};

	strbuf_puts(&text, "");
	for (int i = at; i < argc; i++)
		strbuf_printf(&text, "%s%s", i > at ? " " : "", argv[i]);
	return text.text;
}

static json_t *numbers(const char *list)
{
	json_t *array = json_array();
	char *end;

	for (;;) {
		long n = strtol(list, &end, 10);

		if (end == list || (*end != ',' && *end != '\0')) {
			json_decref(array);
			return NULL;
		}
		json_array_append_new(array, json_integer(n));
		if (*end == '\0')
			return array;
		list = end + 1;
	}
}

static json_t *iso_time(const char *text)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end != NULL && *end == '\0' ? json_integer(timegm(&tm)) : NULL;
}

/* --- send ----------------------------------------------------------------- */

enum { SEND_TEXT = 1000, SEND_FLAG, SEND_NUMBER, SEND_LIST, SEND_TIME, SEND_CLASS0, SEND_DIR };

static const struct {
	const char *option;
	const char *member; /* of the request, see send.h */
	int kind;
} send_options[] = {
    {"dir", NULL, SEND_DIR},
    {"from", "from", SEND_TEXT},
    {"to", "to", SEND_TEXT},
    {"alphanumeric", "alphanumeric", SEND_TEXT},
    {"binary", "binary", SEND_TEXT},
    {"pdu", "pdu", SEND_TEXT},
    {"ucs2", "ucs2", SEND_FLAG},
    {"ref16", "ref16", SEND_FLAG},
    {"turkish", "turkish", SEND_FLAG},
    {"duplicate", "duplicate", SEND_FLAG},
    {"ref", "ref", SEND_NUMBER},
    {"age", "age", SEND_NUMBER},
    {"class", "class", SEND_NUMBER},
    {"class0", "class", SEND_CLASS0},
    {"parts-order", "order", SEND_LIST},
    {"only-parts", "only", SEND_LIST},
    {"scts", "scts", SEND_TIME},
};
#define SEND_OPTIONS (sizeof(send_options) / sizeof(send_options[0]))

static json_t *send_value(int kind, const char *argument)
{
	char *end;
	long n;

	switch (kind) {
	case SEND_FLAG:
		return json_true();
	case SEND_CLASS0:
		return json_integer(0);
	case SEND_LIST:
		return numbers(argument);
	case SEND_TIME:
		return iso_time(argument);
	case SEND_NUMBER:
		n = strtol(argument, &end, 10);
		return *argument && *end == '\0' ? json_integer(n) : NULL;
	default:
		return json_string(argument);
	}
}

static int send_options_of(int argc, char **argv, json_t *request, const char **dir)
{
	struct option options[SEND_OPTIONS + 1] = {0};
	int c, which = 0;

	for (size_t i = 0; i < SEND_OPTIONS; i++) {
		bool bare =
		    send_options[i].kind == SEND_FLAG || send_options[i].kind == SEND_CLASS0;

		options[i].name = send_options[i].option;
		options[i].has_arg = bare ? no_argument : required_argument;
	}
	while ((c = getopt_long(argc, argv, "+", options, &which)) != -1) {
		json_t *value;

		if (c != 0)
			return misused("send", "unknown option");
		if (send_options[which].kind == SEND_DIR) {
			*dir = optarg;
			continue;
		}
		value = send_value(send_options[which].kind, optarg);
		if (value == NULL) {
			fprintf(stderr, "send: --%s %s can't be read\n", options[which].name,
				optarg);
			return 2;
		}
		json_object_set_new(request, send_options[which].member, value);
	}
	return 0;
}

json_t *command_send_request(int argc, char **argv, const char **dir)
{
	json_t *request = json_pack("{s:s}", "verb", "send");

	optind = 0;
	if (send_options_of(argc, argv, request, dir) != 0) {
		json_decref(request);
		return NULL;
	}
	if (optind < argc) {
		char *text = join(argc, argv, optind);

		json_object_set_new(request, "text", json_string(text));
		free(text);
	}
	return request;
}

int command_send(int argc, char **argv)
{
	const char *dir = NULL;
	json_t *request = command_send_request(argc, argv, &dir), *answer;
	struct client *client;
	struct errbuf err;

	if (request == NULL)
		return 2;
	if (dir == NULL) {
		json_decref(request);
		return misused("send", "--dir is missing");
	}
	if (client_open(&client, dir, OPEN_MS, &err) != 0) {
		json_decref(request);
		return failed("send", &err);
	}
	answer = client_request(client, request, &err);
	if (answer != NULL)
		printf("%lld\n", (long long)json_integer_value(json_object_get(answer, "id")));
	json_decref(answer);
	client_close(&client);
	return answer != NULL ? 0 : failed("send", &err);
}

/* --- wait ----------------------------------------------------------------- */

static pcre2_code *compile(const char *pattern)
{
	int code;
	size_t where;
	unsigned char text[256];
	pcre2_code *regex = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
					  PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &where, NULL);

	if (regex == NULL) {
		pcre2_get_error_message(code, text, sizeof(text));
		fprintf(stderr, "wait: %s: %s at %zu\n", pattern, (char *)text, where);
	}
	return regex;
}

static bool matches(const pcre2_code *regex, const char *text)
{
	pcre2_match_data *data;
	int code;

	if (regex == NULL)
		return true;
	data = pcre2_match_data_create_from_pattern(regex, NULL);
	code = pcre2_match(regex, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, 0, data, NULL);
	pcre2_match_data_free(data);
	return code >= 0;
}

static int wait_for(struct client *client, const char *on, const pcre2_code *regex,
		    int64_t deadline)
{
	bool closed = false;

	do {
		int64_t left = deadline - clock_mono_ms();
		json_t *event = client_event(client, left > 0 ? (int)left : 0, &closed);
		const char *kind, *to, *text;
		bool found;

		if (event == NULL)
			break;
		kind = json_string_value(json_object_get(event, "event"));
		to = json_string_value(json_object_get(event, "to"));
		text = json_string_value(json_object_get(event, "text"));
		found = strcmp(kind, "message") == 0 && strcmp(to, on) == 0 && matches(regex, text);
		if (found)
			printf("%s\n", text);
		json_decref(event);
		if (found)
			return 0;
	} while (!closed);
	fprintf(stderr, "wait: %s\n", closed ? "the simulator has gone" : "nothing came in time");
	return 1;
}

struct wait_options {
	const char *dir, *on, *match;
	int64_t after;
	double timeout;
};

static int wait_options(int argc, char **argv, struct wait_options *o)
{
	static const struct option options[] = {
	    {"dir", required_argument, NULL, 'd'},     {"on", required_argument, NULL, 'o'},
	    {"match", required_argument, NULL, 'm'},   {"after", required_argument, NULL, 'a'},
	    {"timeout", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			o->dir = optarg;
			break;
		case 'o':
			o->on = optarg;
			break;
		case 'm':
			o->match = optarg;
			break;
		case 'a':
			o->after = atoll(optarg);
			break;
		case 't':
			o->timeout = atof(optarg);
			break;
		default:
			return misused("wait", "unknown option");
		}
	}
	return o->dir && o->on ? 0 : misused("wait", "--dir and --on are needed");
}

int command_wait(int argc, char **argv)
{
	struct wait_options o = {.timeout = 10};
	int64_t start = clock_mono_ms();
	pcre2_code *regex = NULL;
	struct client *client;
	struct names *names;
	struct errbuf err;
	char number[24];
	bool known;
	int status = wait_options(argc, argv, &o);

	if (status != 0)
		return status;
	names = names_new(o.dir);
	known = names_find(names, o.on, number);
	names_free(&names);
	if (!known)
		return misused("wait", "--on needs a number or a name");
	if (o.match != NULL && (regex = compile(o.match)) == NULL)
		return 2;
	if (client_open(&client, o.dir, OPEN_MS, &err) != 0 ||
	    client_watch(client, o.after, &err) != 0)
		status = failed("wait", &err);
	else
		status = wait_for(client, number, regex, start + (int64_t)(o.timeout * 1000));
	client_close(&client);
	pcre2_code_free(regex);
	return status;
}

/* --- inbox and control ---------------------------------------------------- */

static void print_inbox(const json_t *answer)
{
	const json_t *messages = json_object_get(answer, "messages");
	long long incomplete = (long long)json_integer_value(json_object_get(answer, "incomplete"));
	json_t *m;
	size_t i;

	json_array_foreach(messages, i, m)
	{
		printf("%lld  %s  %s  (%lld)\n    %s\n",
		       (long long)json_integer_value(json_object_get(m, "id")),
		       json_string_value(json_object_get(m, "time")),
		       json_string_value(json_object_get(m, "from")),
		       (long long)json_integer_value(json_object_get(m, "parts")),
		       json_string_value(json_object_get(m, "text")));
	}
	if (incomplete > 0)
		printf("and %lld of which parts are missing\n", incomplete);
}

int command_inbox(int argc, char **argv)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"on", required_argument, NULL, 'o'},
						{"json", no_argument, NULL, 'j'},
						{NULL, 0, NULL, 0}};
	const char *dir = NULL, *on = "";
	struct client *client;
	struct errbuf err;
	bool json = false;
	json_t *answer;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			dir = optarg;
		else if (c == 'o')
			on = optarg;
		else if (c == 'j')
			json = true;
		else
			return misused("inbox", "unknown option");
	}
	if (dir == NULL)
		return misused("inbox", "--dir is missing");
	if (client_open(&client, dir, OPEN_MS, &err) != 0)
		return failed("inbox", &err);
	answer = client_request(client, json_pack("{s:s, s:s}", "verb", "inbox", "on", on), &err);
	if (answer != NULL && json) {
		json_dumpf(json_object_get(answer, "messages"), stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (answer != NULL) {
		print_inbox(answer);
	}
	json_decref(answer);
	client_close(&client);
	return answer != NULL ? 0 : failed("inbox", &err);
}

int command_control(int argc, char **argv)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"json", no_argument, NULL, 'j'},
						{NULL, 0, NULL, 0}};
	struct client *client;
	const char *dir = NULL;
	struct errbuf err;
	bool json = false;
	json_t *answer;
	int c;

	while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (c == 'd')
			dir = optarg;
		else if (c == 'j')
			json = true;
		else
			return misused("control", "unknown option");
	}
	if (dir == NULL || optind == argc)
		return misused("control", dir ? "which verb?" : "--dir is missing");
	if (client_open(&client, dir, OPEN_MS, &err) != 0)
		return failed("control", &err);
	answer = client_request(
	    client, client_words(argv[optind], argv + optind + 1, argc - optind - 1), &err);
	if (answer != NULL && json) {
		json_dumpf(answer, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (answer != NULL && json_object_get(answer, "text") != NULL) {
		fputs(json_string_value(json_object_get(answer, "text")), stdout);
	}
	json_decref(answer);
	client_close(&client);
	return answer != NULL ? 0 : failed("control", &err);
}
