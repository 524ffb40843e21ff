/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/memory.h"

#include "client.h"
#include "commands.h"
#include "names.h"
#include "network.h"
#include "screen.h"

/* The phone prompt: one is a handset, types messages and sees what comes to
 * this one and to the others. */

#define LINE_ROOM 2048
#define WORDS_MAX 32
#define NOBODY "(nobody)"

struct phone {
	struct client *client;
	struct names *names;
	char current[24]; /* whose handset this is */
	char modem[64];   /* that messages go to; "" is the first */
	char line[LINE_ROOM];
	size_t used;
	bool tty;
	bool done;
	struct termios before;
};

/* --- the line at the bottom ----------------------------------------------- */

static const char *me(struct phone *phone)
{
	return phone->current[0] ? names_of(phone->names, phone->current) : NOBODY;
}

static void draw_line(struct phone *phone)
{
	if (!phone->tty)
		return;
	printf("\r\033[K\033[1m%s ›\033[0m %.*s", me(phone), (int)phone->used, phone->line);
	fflush(stdout);
}

static void clear_line(const struct phone *phone)
{
	if (phone->tty)
		fputs("\r\033[K", stdout);
}

/* --- commands ------------------------------------------------------------- */

static void ask(struct phone *phone, json_t *request)
{
	struct errbuf err;
	json_t *answer = client_request(phone->client, request, &err);
	const char *text;

	if (answer == NULL) {
		screen_line(SCREEN_BAD, "%s", err.text);
		return;
	}
	text = json_string_value(json_object_get(answer, "text"));
	if (text != NULL)
		printf("%s", text);
	json_decref(answer);
}

static void send_text(struct phone *phone, const char *text)
{
	struct errbuf err;
	json_t *request;

	if (phone->current[0] == '\0') {
		screen_line(SCREEN_BAD, "whose handset is this? :as 0812… (or :as NAME)");
		return;
	}
	request =
	    json_pack("{s:s, s:s, s:s}", "verb", "send", "from", phone->current, "text", text);
	if (phone->modem[0])
		json_object_set_new(request, "to", json_string(phone->modem));
	screen_message(SCREEN_SENT, me(phone), text, NULL);
	if (client_do(phone->client, request, &err) != 0)
		screen_line(SCREEN_BAD, "%s", err.text);
}

static void switch_to(struct phone *phone, const char *who)
{
	char number[24];

	if (!names_find(phone->names, who, number)) {
		screen_line(SCREEN_BAD, "%s: no number, and no name or several begin so (:who)",
			    who);
		return;
	}
	memcpy(phone->current, number, sizeof(phone->current));
	if (!phone->tty)
		screen_line(SCREEN_NOTE, "this is %s, %s", me(phone), number);
}

static void print_name(const char *number, const char *name, void *arg)
{
	const struct phone *phone = arg;

	printf("%s %-16s %s\n", strcmp(number, phone->current) == 0 ? "→" : " ", number, name);
}

static void show_inbox(struct phone *phone)
{
	struct errbuf err;
	json_t *answer, *message;
	size_t i;

	answer = client_request(
	    phone->client, json_pack("{s:s, s:s}", "verb", "inbox", "on", phone->current), &err);
	if (answer == NULL) {
		screen_line(SCREEN_BAD, "%s", err.text);
		return;
	}
	json_array_foreach(json_object_get(answer, "messages"), i, message)
	{
		screen_message(SCREEN_CAME, me(phone),
			       json_string_value(json_object_get(message, "text")),
			       json_string_value(json_object_get(message, "time")));
	}
	json_decref(answer);
}

/* Passes a verb on that wants a modem first. */
static void modem_verb(struct phone *phone, const char *verb, char **words, int n, const char *last)
{
	json_t *request = client_words(verb, NULL, 0), *args = json_object_get(request, "args");
	struct errbuf err;
	json_t *modems;

	if (phone->modem[0] == '\0') {
		modems = client_request(phone->client, client_words("modems", NULL, 0), &err);
		snprintf(phone->modem, sizeof(phone->modem), "%s",
			 json_string_value(json_object_get(
			     json_array_get(json_object_get(modems, "modems"), 0), "name"))
			     ?: "");
		json_decref(modems);
	}
	json_array_append_new(args, json_string(phone->modem));
	if (last != NULL)
		json_array_append_new(args, json_string(last));
	for (int i = 0; i < n; i++)
		json_array_append_new(args, json_string(words[i]));
	ask(phone, request);
}

static const char phone_help[] =
    "A line is a message to the gateway. Commands:\n"
    "  :as 0812… | NAME   be another handset (the beginning of a name will do)\n"
    "  :who               who there is\n"
    "  :inbox             what this handset has received\n"
    "  :ring              call the gateway (a missed call)\n"
    "  :to MODEM          send to another modem or number\n"
    "  :unplug  :plug     pull the modem out, put it back\n"
    "  :fault NAME […]    let it misbehave (:faults lists how), :recover ends it\n"
    "  :stats  :log [N]   what the modem has done\n"
    "  :quit              (Ctrl-D)\n";

static int split(char *line, char **words)
{
	int n = 0;
	char *save = NULL;

	for (char *w = strtok_r(line, " \t", &save); w != NULL && n < WORDS_MAX;
	     w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	return n;
}

static void run_command(struct phone *phone, char *line)
{
	static const char *const of_modem[] = {"unplug", "plug",    "fault",  "recover",
					       "stats",  "storage", "hang-up"};
	char *words[WORDS_MAX] = {NULL}, *who = line + strcspn(line, " \t");
	const char *verb;
	int n;

	who += strspn(who, " \t");
	if (strncmp(line, "as ", 3) == 0) {
		switch_to(phone, who);
		return;
	}
	n = split(line, words);
	verb = n > 0 ? words[0] : "help";
	if (strcmp(verb, "help") == 0) {
		fputs(phone_help, stdout);
	} else if (strcmp(verb, "quit") == 0 || strcmp(verb, "q") == 0) {
		phone->done = true;
	} else if (strcmp(verb, "who") == 0) {
		screen_line(SCREEN_NOTE, "this is %s, %s", me(phone), phone->current);
		names_each(phone->names, print_name, phone);
	} else if (strcmp(verb, "to") == 0 && n == 2) {
		snprintf(phone->modem, sizeof(phone->modem), "%s", words[1]);
	} else if (strcmp(verb, "inbox") == 0) {
		show_inbox(phone);
	} else if (strcmp(verb, "ring") == 0) {
		modem_verb(phone, verb, words + 1, n - 1, phone->current);
	} else {
		for (size_t i = 0; i < sizeof(of_modem) / sizeof(of_modem[0]); i++) {
			if (strcmp(verb, of_modem[i]) == 0) {
				modem_verb(phone, verb, words + 1, n - 1, NULL);
				return;
			}
		}
		ask(phone, client_words(verb, words + 1, n - 1));
	}
}

static void take_line(struct phone *phone, char *line)
{
	line += strspn(line, " \t");
	line[strcspn(line, "\r\n")] = '\0';
	clear_line(phone);
	if (line[0] == ':')
		run_command(phone, line + 1);
	else if (line[0] != '\0')
		send_text(phone, line);
}

/* --- typing --------------------------------------------------------------- */

static void rub_out(struct phone *phone)
{
	while (phone->used > 0 && ((unsigned char)phone->line[phone->used - 1] & 0xc0) == 0x80)
		phone->used--;
	phone->used -= phone->used > 0;
}

static void type(struct phone *phone, char c)
{
	if (c == '\r' || c == '\n') {
		phone->line[phone->used] = '\0';
		phone->used = 0;
		take_line(phone, phone->line);
	} else if (phone->tty && (c == 3 || (c == 4 && phone->used == 0))) {
		phone->done = true;
	} else if (phone->tty && (c == 0x7f || c == '\b')) {
		rub_out(phone);
	} else if (phone->tty && c == 0x15) { /* Ctrl-U */
		phone->used = 0;
	} else if (((unsigned char)c >= ' ' || c == '\t') && phone->used + 1 < LINE_ROOM) {
		phone->line[phone->used++] = c;
	}
}

/* False at the end of input. */
static bool read_keys(struct phone *phone)
{
	char bytes[1024];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	if (phone->tty && bytes[0] == 0x1b) /* an arrow or function key */
		return true;
	for (ssize_t i = 0; i < n && !phone->done; i++)
		type(phone, bytes[i]);
	return true;
}

/* --- what comes ----------------------------------------------------------- */

static void show_event(struct phone *phone, const json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "event"));
	const char *to = json_string_value(json_object_get(event, "to"));
	int parts = (int)json_integer_value(json_object_get(event, "parts"));
	char note[32] = "";

	clear_line(phone);
	if (strcmp(kind, "message") == 0) {
		if (parts > 1)
			snprintf(note, sizeof(note), "(%d SMS)", parts);
		screen_message(SCREEN_CAME, names_of(phone->names, to),
			       json_string_value(json_object_get(event, "text")),
			       parts > 1 ? note : NULL);
	} else if (strcmp(kind, "call_ended") == 0) {
		screen_line(SCREEN_NOTE, "%14s  the call ended (%s hung up)", "",
			    json_string_value(json_object_get(event, "by")));
	} else {
		screen_line(SCREEN_NOTE, "%14s  %s is %s", "",
			    json_string_value(json_object_get(event, "modem")), kind);
	}
}

/* Shows all that has come; false when the simulator has gone. */
static bool show_events(struct phone *phone)
{
	bool closed = false;
	json_t *event;

	while ((event = client_event(phone->client, 0, &closed)) != NULL) {
		show_event(phone, event);
		json_decref(event);
	}
	return !closed;
}

/* Until :quit, the end of input (and LINGER_MS without a message after it), or
 * the simulator's end. */
static int run(struct phone *phone, int linger_ms)
{
	struct pollfd fds[2] = {{STDIN_FILENO, POLLIN, 0}, {client_fd(phone->client), POLLIN, 0}};

	while (!phone->done) {
		int n;

		draw_line(phone);
		n = poll(fds, 2, fds[0].fd < 0 ? linger_ms : -1);
		if (n == 0)
			return 0;
		if (n < 0)
			continue;
		if (fds[0].revents != 0 && !read_keys(phone)) {
			if (phone->tty)
				return 0;
			if (phone->used > 0)
				type(phone, '\n');
			fds[0].fd = -1;
		}
		if (!show_events(phone)) {
			clear_line(phone);
			screen_line(SCREEN_BAD, "the simulator has gone");
			return 1;
		}
	}
	return 0;
}

static void terminal_raw(struct phone *phone)
{
	struct termios raw;

	phone->tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
		     tcgetattr(STDIN_FILENO, &phone->before) == 0;
	if (!phone->tty)
		return;
	raw = phone->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static int phone_usage(const char *why)
{
	fprintf(stderr,
		"phone: %s\nusage: kentongan-simulator phone --dir DIR [--as NUMBER|NAME] "
		"[--linger S]\n",
		why);
	return 2;
}

int command_phone(int argc, char **argv)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"as", required_argument, NULL, 'a'},
						{"linger", required_argument, NULL, 'l'},
						{NULL, 0, NULL, 0}};
	struct phone phone = {0};
	const char *dir = NULL, *as = NULL;
	int c, status, linger_ms = 2000;
	struct errbuf err;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			dir = optarg;
		else if (c == 'a')
			as = optarg;
		else if (c == 'l')
			linger_ms = (int)(atof(optarg) * 1000);
		else
			return phone_usage("unknown option");
	}
	if (dir == NULL || optind < argc)
		return phone_usage(dir ? "too many words" : "--dir is missing");
	screen_open();
	if (client_open(&phone.client, dir, 5000, &err) != 0 ||
	    client_watch(phone.client, -1, &err) != 0) {
		fprintf(stderr, "phone: %s\n", err.text);
		client_close(&phone.client);
		return 1;
	}
	phone.names = names_new(dir);
	if (as != NULL)
		switch_to(&phone, as);
	terminal_raw(&phone);
	if (phone.tty)
		screen_line(SCREEN_NOTE, "Type a message; :help for more, :quit to leave.");
	status = run(&phone, linger_ms);
	if (phone.tty) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &phone.before);
		putchar('\n');
	}
	names_free(&phone.names);
	client_close(&phone.client);
	return status;
}
