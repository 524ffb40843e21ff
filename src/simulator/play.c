/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kentongan/clock.h"
#include "kentongan/memory.h"

#include "client.h"
#include "commands.h"
#include "expect.h"
#include "names.h"
#include "network.h"
#include "screen.h"

/* Plays a conversation: a transcript's lines one after another (see --help),
 * stopping at the first that doesn't happen. */

#define WORDS_MAX 64
#define QUIET_MAX 64
#define CAME_MAX 10000

struct came {
	char to[24];
	char *text;
	int parts;
	bool used;
};

struct play {
	struct client *client;
	struct names *names;
	struct expect *expect;
	const char *path;
	int line;
	int timeout_ms, grace_ms;
	bool silent;
	char current[24];
	struct came *came; /* in the order that they came in */
	size_t came_count, came_room;
	char quiet[QUIET_MAX][24]; /* "*": nobody */
	size_t quiet_count;
	int sent, received;
	int calls_ended;
	bool rejected;   /* the last of them */
	int64_t sent_ms; /* when the last message was sent */
	time_t second;   /* in which the texts below were sent */
	char **this_second;
	size_t this_second_count;
};

static int fail(struct play *play, const char *fmt, ...) PRINTF_LIKE(2, 3);
static int fail(struct play *play, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		fatal("out of memory");
	va_end(args);
	screen_line(SCREEN_BAD, "%s:%d: %s", play->path, play->line, text);
	free(text);
	return -EIO;
}

/* --- what comes in --------------------------------------------------------- */

static void keep_event(struct play *play, const json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "event"));
	struct came *came;

	if (strcmp(kind, "call_ended") == 0) {
		play->calls_ended++;
		play->rejected =
		    strcmp(json_string_value(json_object_get(event, "by")), "modem") == 0;
	}
	if (strcmp(kind, "message") != 0 || play->came_count == CAME_MAX)
		return;
	if (play->came_count == play->came_room) {
		play->came_room = play->came_room ? play->came_room * 2 : 32;
		play->came = xreallocarray(play->came, play->came_room, sizeof(*play->came));
	}
	came = &play->came[play->came_count++];
	memset(came, 0, sizeof(*came));
	snprintf(came->to, sizeof(came->to), "%s", json_string_value(json_object_get(event, "to")));
	came->text = xstrdup(json_string_value(json_object_get(event, "text")));
	came->parts = (int)json_integer_value(json_object_get(event, "parts"));
}

/* False at the end of the world. */
static bool take_event(struct play *play, int64_t deadline, bool *timed_out)
{
	int64_t left = deadline - clock_mono_ms();
	bool closed;
	json_t *event = client_event(play->client, left > 0 ? (int)left : 0, &closed);

	*timed_out = event == NULL && !closed;
	if (event == NULL)
		return !closed;
	keep_event(play, event);
	json_decref(event);
	return true;
}

static void show(const struct play *play, const struct came *came)
{
	char note[64], parts[32] = "";
	int64_t ms = clock_mono_ms() - play->sent_ms;

	if (play->silent)
		return;
	if (came->parts > 1)
		snprintf(parts, sizeof(parts), "%d SMS, ", came->parts);
	snprintf(note, sizeof(note), "(%s%lld ms)", parts, (long long)ms);
	screen_message(SCREEN_CAME, names_of(play->names, came->to), came->text, note);
}

/* --- lines ---------------------------------------------------------------- */

/* Takes "who: " off TEXT where WHO is a number or begins a name. */
static const char *take_who(struct play *play, const char *text, char number[static 24])
{
	const char *colon = strchr(text, ':');
	char who[64];
	size_t n = colon ? (size_t)(colon - text) : 0;

	memcpy(number, play->current, sizeof(play->current));
	if (n < 3 || n >= sizeof(who))
		return text;
	memcpy(who, text, n);
	who[n] = '\0';
	if (!names_find(play->names, who, number)) {
		memcpy(number, play->current, sizeof(play->current));
		return text;
	}
	colon++;
	return colon + strspn(colon, " ");
}

static void forget_second(struct play *play)
{
	for (size_t i = 0; i < play->this_second_count; i++)
		free(play->this_second[i]);
	free(play->this_second);
	play->this_second = NULL;
	play->this_second_count = 0;
}

/* The network stamps to the second: no handset sends the same text twice in one,
 * and the gateway takes it for the same message. */
static int wait_for_another_second(struct play *play, const char *from, const char *text)
{
	bool timed_out, equal = false;
	char *line;

	if (asprintf(&line, "%s %s", from, text) < 0)
		fatal("out of memory");
	for (size_t i = 0; i < play->this_second_count; i++)
		equal = equal || strcmp(play->this_second[i], line) == 0;
	while (equal && time(NULL) == play->second)
		if (!take_event(play, clock_mono_ms() + 50, &timed_out)) {
			free(line);
			return fail(play, "the simulator has gone");
		}
	if (time(NULL) != play->second) {
		forget_second(play);
		play->second = time(NULL);
	}
	play->this_second = xreallocarray(play->this_second, play->this_second_count + 1,
					  sizeof(*play->this_second));
	play->this_second[play->this_second_count++] = line;
	return 0;
}

static int send_line(struct play *play, const char *rest)
{
	char from[24], *filled;
	const char *text = take_who(play, rest, from);
	struct errbuf err;
	int code;

	if (from[0] == '\0')
		return fail(play, "no handset yet: @ NUMBER or > NUMBER: TEXT");
	filled = expect_fill(play->expect, text, &err);
	if (filled == NULL)
		return fail(play, "%s", err.text);
	if (wait_for_another_second(play, from, filled)) {
		free(filled);
		return -EIO;
	}
	if (!play->silent)
		screen_message(SCREEN_SENT, names_of(play->names, from), filled, NULL);
	play->sent++;
	play->sent_ms = clock_mono_ms();
	code = client_do(play->client,
			 json_pack("{s:s, s:s, s:s}", "verb", "send", "from", from, "text", filled),
			 &err);
	free(filled);
	return code ? fail(play, "%s", err.text) : 0;
}

static void explain(struct play *play, const char *number, const char *pattern)
{
	size_t shown = 0;

	screen_line(SCREEN_NOTE, "  expected at %s: %s", names_of(play->names, number), pattern);
	for (size_t i = 0; i < play->came_count && shown < 10; i++) {
		if (play->came[i].used)
			continue;
		screen_line(SCREEN_NOTE, "  came at %s: %s",
			    names_of(play->names, play->came[i].to), play->came[i].text);
		shown++;
	}
	if (shown == 0)
		screen_line(SCREEN_NOTE, "  nothing came");
}

/* 1: found and used; 0: not yet; negative: can't be any more. ANY: it need not
 * be the first that waits. */
static int look(struct play *play, const char *number, const char *pattern, bool any)
{
	struct errbuf err;

	for (size_t i = 0; i < play->came_count; i++) {
		struct came *came = &play->came[i];
		int match;

		if (came->used || strcmp(came->to, number) != 0)
			continue;
		match = expect_match(play->expect, pattern, came->text, &err);
		if (match < 0)
			return fail(play, "%s", err.text);
		if (match > 0) {
			came->used = true;
			play->received++;
			show(play, came);
			return 1;
		}
		if (!any) {
			fail(play, "another message came");
			explain(play, number, pattern);
			return -EIO;
		}
	}
	return 0;
}

static int expect_line(struct play *play, const char *rest)
{
	int64_t deadline = clock_mono_ms() + play->timeout_ms;
	bool any = *rest == '?', timed_out = false;
	char number[24];
	const char *pattern;
	int found;

	if (any)
		rest++;
	pattern = take_who(play, rest + strspn(rest, " "), number);
	if (number[0] == '\0')
		return fail(play, "no handset yet: @ NUMBER or < NUMBER: TEXT");
	while ((found = look(play, number, pattern, any)) == 0) {
		if (timed_out) {
			fail(play, "nothing like it came in %d ms", play->timeout_ms);
			explain(play, number, pattern);
			return -EIO;
		}
		if (!take_event(play, deadline, &timed_out))
			return fail(play, "the simulator has gone");
	}
	return found > 0 ? 0 : found;
}

/* Words of LINE, "…" and '…' kept together; LINE is changed. */
static int split(char *line, char **words)
{
	int n = 0;

	for (char *p = line; n < WORDS_MAX - 1;) {
		char quote = 0, *out;

		p += strspn(p, " \t");
		if (*p == '\0')
			break;
		words[n++] = out = p;
		for (; *p && (quote || (*p != ' ' && *p != '\t')); p++) {
			if (quote ? *p == quote : *p == '"' || *p == '\'')
				quote = quote ? 0 : *p;
			else
				*out++ = *p;
		}
		if (*p)
			p++;
		*out = '\0';
	}
	words[n] = NULL;
	return n;
}

static int control_line(struct play *play, const char *rest)
{
	char *words[WORDS_MAX], *line;
	const char *dir = NULL;
	struct errbuf err;
	json_t *request;
	int n, code;

	line = expect_fill(play->expect, rest, &err);
	if (line == NULL)
		return fail(play, "%s", err.text);
	if (!play->silent)
		screen_line(SCREEN_NOTE, "%14s  ! %s", "", line);
	n = split(line, words);
	if (n == 0) {
		free(line);
		return fail(play, "which verb?");
	}
	if (strcmp(words[0], "send") == 0) {
		request = command_send_request(n, words, &dir);
		play->sent++;
		play->sent_ms = clock_mono_ms();
	} else {
		request = client_words(words[0], words + 1, n - 1);
	}
	code = request ? client_do(play->client, request, &err)
		       : err_set(&err, -EINVAL, "can't be read");
	free(line);
	return code ? fail(play, "%s", err.text) : 0;
}

static int call_line(struct play *play, char number[static 24])
{
	int64_t deadline = clock_mono_ms() + play->timeout_ms;
	int before = play->calls_ended;
	bool timed_out = false;
	struct errbuf err;

	if (number[0] == '\0')
		return fail(play, "no handset yet: @ NUMBER or %% NUMBER");
	if (!play->silent)
		screen_message(SCREEN_SENT, names_of(play->names, number), "(calls)", NULL);
	play->sent_ms = clock_mono_ms();
	if (client_do(play->client, json_pack("{s:s, s:s}", "verb", "call", "from", number), &err))
		return fail(play, "%s", err.text);
	while (play->calls_ended == before && !timed_out)
		if (!take_event(play, deadline, &timed_out))
			return fail(play, "the simulator has gone");
	return play->calls_ended > before && play->rejected ? 0 : fail(play, "it wasn't rejected");
}

static int name_line(struct play *play, const char *who, char number[static 24])
{
	if (!names_find(play->names, who, number))
		return fail(play, "%s: no number, and no name or several begin so", who);
	return 0;
}

static int quiet_line(struct play *play, const char *who)
{
	char *slot;

	if (play->quiet_count == QUIET_MAX)
		return fail(play, "too many");
	slot = play->quiet[play->quiet_count++];
	if (strcmp(who, "*") == 0) {
		strcpy(slot, "*");
		return 0;
	}
	return name_line(play, who, slot);
}

static int play_line(struct play *play, char *line)
{
	char kind = line[0], number[24];
	const char *rest = line + (kind != '\0');

	line[strcspn(line, "\r\n")] = '\0';
	rest += strspn(rest, " ");
	switch (line[0]) {
	case '\0':
		return 0;
	case '#':
		if (line[1] == '#' && !play->silent)
			screen_line(SCREEN_NOTE, "\n%s", line + 2 + strspn(line + 2, " "));
		return 0;
	case '>':
		return send_line(play, rest);
	case '<':
		return expect_line(play, rest);
	case '!':
		return control_line(play, rest);
	case '@':
		return name_line(play, rest, play->current);
	case '%':
		memcpy(number, play->current, sizeof(number));
		return *rest && name_line(play, rest, number) ? -EIO : call_line(play, number);
	case '~':
		return quiet_line(play, *rest ? rest : play->current);
	default:
		return fail(play, "a line begins with > < %% ! @ ~ or #, not with \"%c\"", kind);
	}
}

/* --- the end -------------------------------------------------------------- */

static bool must_be_quiet(const struct play *play, const char *number)
{
	for (size_t i = 0; i < play->quiet_count; i++)
		if (strcmp(play->quiet[i], "*") == 0 || strcmp(play->quiet[i], number) == 0)
			return true;
	return false;
}

static int check_quiet(struct play *play)
{
	int64_t deadline = clock_mono_ms() + play->grace_ms;
	bool timed_out = false;
	int code = 0;

	if (play->quiet_count == 0)
		return 0;
	while (!timed_out)
		if (!take_event(play, deadline, &timed_out))
			return fail(play, "the simulator has gone");
	for (size_t i = 0; i < play->came_count; i++) {
		const struct came *came = &play->came[i];

		if (!came->used && must_be_quiet(play, came->to))
			code = fail(play, "nothing more was to come at %s, but: %s",
				    names_of(play->names, came->to), came->text);
	}
	return code;
}

static void forget(struct play *play)
{
	for (size_t i = 0; i < play->came_count; i++)
		free(play->came[i].text);
	free(play->came);
	play->came = NULL;
	forget_second(play);
	play->came_count = play->came_room = play->quiet_count = 0;
	play->sent = play->received = 0;
	play->current[0] = '\0';
	expect_free(&play->expect);
}

static int play_file(struct play *play, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char line[4096];
	int code = 0;

	play->path = path;
	play->line = 0;
	play->expect = expect_new();
	if (file == NULL) {
		fprintf(stderr, "play: %s: %s\n", path, strerror(errno));
		return -ENOENT;
	}
	while (code == 0 && fgets(line, sizeof(line), file) != NULL) {
		play->line++;
		code = play_line(play, line);
	}
	if (code == 0)
		code = check_quiet(play);
	if (file != stdin)
		fclose(file);
	if (code == 0)
		screen_line(SCREEN_NOTE, "%s: %d sent, %d received as expected", path, play->sent,
			    play->received);
	forget(play);
	return code;
}

static int play_usage(void)
{
	fputs(
	    "usage: kentongan-simulator play --dir DIR [--timeout S] [--grace S] [--quiet] FILE…\n",
	    stderr);
	return 2;
}

int command_play(int argc, char **argv)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"timeout", required_argument, NULL, 't'},
						{"grace", required_argument, NULL, 'g'},
						{"quiet", no_argument, NULL, 'q'},
						{NULL, 0, NULL, 0}};
	struct play play = {.timeout_ms = 10000, .grace_ms = 500};
	const char *dir = NULL;
	struct errbuf err;
	int c, code;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			dir = optarg;
		else if (c == 't')
			play.timeout_ms = (int)(atof(optarg) * 1000);
		else if (c == 'g')
			play.grace_ms = (int)(atof(optarg) * 1000);
		else if (c == 'q')
			play.silent = true;
		else
			return play_usage();
	}
	if (dir == NULL || optind == argc)
		return play_usage();
	argv += optind; /* `! send` lines use getopt again */
	screen_open();
	code = client_open(&play.client, dir, 5000, &err);
	if (code == 0)
		code = client_watch(play.client, -1, &err);
	if (code != 0) {
		fprintf(stderr, "play: %s\n", err.text);
		client_close(&play.client);
		return 1;
	}
	play.names = names_new(dir);
	for (; *argv != NULL && code == 0; argv++)
		code = play_file(&play, *argv);
	names_free(&play.names);
	client_close(&play.client);
	return code ? 1 : 0;
}
