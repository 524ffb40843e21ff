/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kentongan/text.h"
#include "ussd_client.h"

#define COLUMNS 32 /* of the handset */
#define LINE_MAX_BYTES 512

/* --- the handset ---------------------------------------------------------------------- */

static size_t columns(const char *text, size_t length)
{
	size_t n = 0;

	for (size_t i = 0; i < length; i++)
		if (((unsigned char)text[i] & 0xC0) != 0x80)
			n++;
	return n;
}

static void print_line(const char *text, size_t length)
{
	printf("│ %.*s%*s │\n", (int)length, text, (int)(COLUMNS - columns(text, length)), "");
}

/* As much of TEXT as one line holds, up to a space where there is one. */
static size_t line_length(const char *text, size_t length)
{
	size_t at = 0, space = 0, n = 0;

	while (at < length && n < COLUMNS) {
		if (text[at] == ' ')
			space = at;
		for (at++; at < length && ((unsigned char)text[at] & 0xC0) == 0x80;)
			at++;
		n++;
	}
	if (at >= length || text[at] == ' ' || !space)
		return at;
	return space;
}

static void print_border(const char *left, const char *right)
{
	fputs(left, stdout);
	for (int i = 0; i < COLUMNS + 2; i++)
		fputs("─", stdout);
	puts(right);
}

static void print_screen(const char *text)
{
	print_border("┌", "┐");
	while (*text) {
		size_t whole = strcspn(text, "\n");

		do {
			size_t length = line_length(text, whole);

			print_line(text, length);
			text += length;
			whole -= length;
			if (whole && *text == ' ')
				text++, whole--;
		} while (whole);
		text += *text == '\n';
	}
	print_border("└", "┘");
	fflush(stdout);
}

/* --- what is typed ----------------------------------------------------------------------- */

/* The next answer: of --answers while there are any, else from standard input.
 * False at their end. */
static bool next_answer(const char **answers, char line[static LINE_MAX_BYTES])
{
	bool prompt = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	size_t length;

	if (*answers) {
		*answers += strspn(*answers, " ");
		length = strcspn(*answers, " ");
		if (length == 0 || length >= LINE_MAX_BYTES)
			return false;
		snprintf(line, LINE_MAX_BYTES, "%.*s", (int)length, *answers);
		*answers += length;
		printf("> %s\n", line);
		return true;
	}
	if (prompt) {
		fputs("> ", stdout);
		fflush(stdout);
	}
	if (!fgets(line, LINE_MAX_BYTES, stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static int talk(struct ussd_client *client, const char *answers)
{
	struct strbuf screen = {0};
	struct errbuf err = {""};
	char line[LINE_MAX_BYTES];
	const char *input = NULL;
	bool ends = false;
	int status = CLI_OK;

	do {
		if (ussd_client_step(client, input, &screen, &ends, &err) < 0) {
			status = cli_failed("`kentongan status` says whether the service runs",
					    "%s", err.text);
			break;
		}
		print_screen(screen.text ? screen.text : "");
		input = line;
	} while (!ends && next_answer(&answers, line));
	explicit_bzero(line, sizeof(line));
	strbuf_free(&screen);
	return status;
}

/* --- which door ------------------------------------------------------------------------------ */

static const struct conf_ussd *find_door(const struct conf *conf, const char *name)
{
	for (size_t i = 0; name && i < conf->ussd_count; i++)
		if (strcmp(conf->ussds[i].name, name) == 0)
			return &conf->ussds[i];
	return !name && conf->ussd_count == 1 ? &conf->ussds[0] : NULL;
}

static bool is_code(const char *dialled)
{
	size_t length = strlen(dialled);

	return length > 2 && *dialled == '*' && dialled[length - 1] == '#' &&
	       strspn(dialled, "0123456789*#") == length;
}

int verb_ussd(struct cli *cli)
{
	const char *name = cli_value(cli, "door"), *dial = cli_value(cli, "dial");
	const struct conf_ussd *door = find_door(cli->conf, name);
	struct ussd_client client;
	char phone[MSISDN_MAX];
	int status;

	if (!cli->conf->ussd_count)
		return cli_failed("kentongan.conf(5) describes the section ussd",
				  "%s has no door for USSD", cli->conf->path);
	if (!door)
		return name ? cli_usage(cli, "there is no door \"%s\"", name)
			    : cli_usage(cli, "there are several doors: name one with --door");
	if (!cli->conf->http_port)
		return cli_failed("give http a port", "the web server is switched off");
	if (!cli_value(cli, "phone"))
		return cli_usage(cli, "whose phone is it? --phone NUMBER");
	status = cli_msisdn(cli, cli_value(cli, "phone"), phone, sizeof(phone));
	if (status)
		return status;
	if (!dial)
		dial = *door->service_code ? door->service_code : "*384#";
	if (!is_code(dial))
		return cli_usage(cli, "\"%s\" is no code to dial, such as *384#", dial);
	ussd_client_begin(&client, cli->conf, door, phone, dial);
	status = talk(&client, cli_value(cli, "answers"));
	ussd_client_end(&client);
	return status;
}
