/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"

#include "client.h"

/* `kentongan-simulator call`: a handset calls and waits how the call ends. */

#define OPEN_MS 5000
#define END_MS 600000

struct call_options {
	const char *dir, *from, *to;
	int rings;
};

static int usage(const char *why)
{
	fprintf(stderr, "call: %s; see kentongan-simulator --help\n", why);
	return 2;
}

static int call_options(int argc, char **argv, struct call_options *o)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"from", required_argument, NULL, 'f'},
						{"to", required_argument, NULL, 't'},
						{"rings", required_argument, NULL, 'r'},
						{NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			o->dir = optarg;
		else if (c == 'f')
			o->from = optarg;
		else if (c == 't')
			o->to = optarg;
		else if (c == 'r')
			o->rings = atoi(optarg);
		else
			return usage("unknown option");
	}
	if (o->dir == NULL || o->from == NULL || optind < argc)
		return usage("--dir and --from are needed, and no more words");
	return o->rings > 0 ? 0 : usage("--rings needs a number from 1");
}

static bool is_end_of(const json_t *event, const json_t *call)
{
	return strcmp(json_string_value(json_object_get(event, "event")), "call_ended") == 0 &&
	       json_equal(json_object_get(event, "modem"), json_object_get(call, "modem")) &&
	       json_equal(json_object_get(event, "from"), json_object_get(call, "from"));
}

/* Prints how CALL ended. 0 where it was rejected. */
static int wait_end(struct client *client, const json_t *call)
{
	int64_t deadline = clock_mono_ms() + END_MS;
	bool closed = false, ended = false, rejected = false;

	while (!ended && !closed) {
		int64_t left = deadline - clock_mono_ms();
		json_t *event = client_event(client, left > 0 ? (int)left : 0, &closed);

		if (event == NULL)
			break;
		ended = is_end_of(event, call);
		if (ended) {
			rejected =
			    strcmp(json_string_value(json_object_get(event, "by")), "modem") == 0;
			printf("%s: %d rings, %d ms\n", rejected ? "rejected" : "nobody answered",
			       (int)json_integer_value(json_object_get(event, "rings")),
			       (int)json_integer_value(json_object_get(event, "ms")));
		}
		json_decref(event);
	}
	if (!ended)
		fprintf(stderr, "call: %s\n",
			closed ? "the simulator has gone" : "the call doesn't end");
	return rejected ? 0 : 1;
}

int command_call(int argc, char **argv)
{
	struct call_options o = {.rings = 5};
	int status = call_options(argc, argv, &o);
	struct client *client;
	struct errbuf err;
	json_t *request, *call = NULL;

	if (status != 0)
		return status;
	if (client_open(&client, o.dir, OPEN_MS, &err) == 0 &&
	    client_watch(client, -1, &err) == 0) {
		request =
		    json_pack("{s:s, s:s, s:i}", "verb", "call", "from", o.from, "rings", o.rings);
		if (o.to != NULL)
			json_object_set_new(request, "to", json_string(o.to));
		call = client_request(client, request, &err);
	}
	if (call == NULL)
		fprintf(stderr, "call: %s\n", err.text);
	status = call != NULL ? wait_end(client, call) : 1;
	json_decref(call);
	client_close(&client);
	return status;
}
