/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "at.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "network.h"

#define CTRL_Z 0x1a
#define ESC 0x1b
#define IDLE_MS 500 /* a half-typed line holds unsolicited ones so long */

static void at_flush(struct modem *modem)
{
	struct at *at = &modem->at;

	if (modem->pty != NULL && at->out.length > 0)
		pty_write(modem->pty, at->out.text, at->out.length);
	strbuf_clear(&at->out);
}

void at_print(struct modem *modem, const char *fmt, ...)
{
	va_list args;
	char *line;

	va_start(args, fmt);
	if (vasprintf(&line, fmt, args) < 0)
		fatal("out of memory");
	va_end(args);
	strbuf_printf(&modem->at.out, "\r\n%s\r\n", line);
	free(line);
}

/* --- final results -------------------------------------------------------- */

static const struct {
	int code;
	const char *text;
} cme_texts[] = {
    {3, "operation not allowed"}, {4, "operation not supported"}, {10, "SIM not inserted"},
    {11, "SIM PIN required"},     {12, "SIM PUK required"},       {16, "incorrect password"},
    {30, "no network service"},   {50, "incorrect parameters"},   {100, "unknown"},
};

static void print_cme(struct modem *modem, int code)
{
	if (modem->set.cmee == 0) {
		at_print(modem, "ERROR");
		return;
	}
	if (modem->set.cmee == 2) {
		for (size_t i = 0; i < sizeof(cme_texts) / sizeof(cme_texts[0]); i++) {
			if (cme_texts[i].code == code) {
				at_print(modem, "+CME ERROR: %s", cme_texts[i].text);
				return;
			}
		}
	}
	at_print(modem, "+CME ERROR: %d", code);
}

static void end_of_answer(struct modem *modem)
{
	struct at *at = &modem->at;
	char held[sizeof(at->held)];
	size_t n = at->held_n;

	if (at->result >= 2000)
		at_print(modem, "+CMS ERROR: %d", at->result - 2000);
	else if (at->result >= 1000)
		print_cme(modem, at->result - 1000);
	else if (at->result == AT_ERROR)
		at_print(modem, "ERROR");
	else if (at->result == AT_OK)
		at_print(modem, "OK");
	at_flush(modem);
	at->mode = AT_COMMAND;
	at_flush_urcs(modem);
	at->held_n = 0;
	if (n > 0) {
		memcpy(held, at->held, n);
		at_receive(modem, held, n);
	}
}

static void add_garbage(struct modem *modem)
{
	static const char *const lines[] = {"^RSSI:17", "+ZDONR: \"INDOSAT\",510,1,\"CS_PS\"",
					    "\x8f\x02q\xff~x", "^NWTIME: 26/05/12,02:14:00+28,00",
					    "*PSUTTZ: 2026,5,12"};

	if (fault_take(&modem->faults.garbage))
		at_print(modem, "%s", lines[modem->counts.commands % 5]);
}

void at_finish(struct modem *modem, int result)
{
	struct at *at = &modem->at;

	at->result = result;
	if (modem->config.delay_ms > 0 && result != AT_SILENCE) {
		at_wait(modem, modem->config.delay_ms, end_of_answer);
		return;
	}
	end_of_answer(modem);
}

static void on_later(void *arg)
{
	struct modem *modem = arg;
	void (*resume)(struct modem *) = modem->at.resume;

	modem->at.resume = NULL;
	if (resume != NULL)
		resume(modem);
}

int at_wait(struct modem *modem, int ms, void (*resume)(struct modem *modem))
{
	at_flush(modem);
	modem->at.mode = AT_BUSY;
	modem->at.resume = resume;
	timer_set(modem->at.later, ms);
	return AT_LATER;
}

int at_prompt(struct modem *modem, void (*done)(struct modem *modem, const char *text, size_t n))
{
	struct at *at = &modem->at;

	at->mode = AT_PROMPT;
	at->prompt_done = done;
	at->used = 0;
	at->overflow = false;
	if (!fault_take(&modem->faults.prompt_lost))
		strbuf_puts(&at->out, "\r\n> ");
	return AT_LATER;
}

/* --- commands ------------------------------------------------------------- */

bool at_text(const char *args, int n, char *out, size_t size)
{
	bool quoted = false;
	size_t used = 0;

	for (; *args && (n > 0 || quoted || *args != ','); args++) {
		if (*args == '"')
			quoted = !quoted;
		else if (*args == ',' && !quoted)
			n--;
		else if (n == 0 && used + 1 < size && (quoted || *args != ' '))
			out[used++] = *args;
	}
	out[used] = '\0';
	return n == 0 && used > 0;
}

int at_number(const char *args, int n, int fallback)
{
	char text[16];

	if (!at_text(args, n, text, sizeof(text)))
		return fallback;
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 8)
		return -1;
	return atoi(text);
}

void at_time(int64_t utc, int zone, char out[static 32])
{
	time_t local = utc + zone * 900LL;
	struct tm tm;

	gmtime_r(&local, &tm);
	snprintf(out, 32, "%02u/%02u/%02u,%02u:%02u:%02u%+03d", (tm.tm_year % 100) & 0xffU,
		 (tm.tm_mon + 1) & 0xffU, tm.tm_mday & 0xffU, tm.tm_hour & 0xffU, tm.tm_min & 0xffU,
		 tm.tm_sec & 0xffU, zone);
}

static const struct at_command *find_command(const char *name, size_t n)
{
	const struct at_command *tables[] = {at_general, at_sms};

	for (size_t t = 0; t < 2; t++)
		for (const struct at_command *c = tables[t]; c->name != NULL; c++)
			if (strlen(c->name) == n && strncasecmp(c->name, name, n) == 0)
				return c;
	return NULL;
}

static int run_command(struct modem *modem, const char *name, size_t n, enum at_kind kind,
		       const char *args)
{
	const struct at_command *command = find_command(name, n);

	if (command == NULL)
		return AT_ERROR;
	if (command->needs == NEEDS_SIM && !modem_sim_ready(modem))
		return modem->pin_tries > 0 ? AT_CME(11) : AT_CME(12);
	return command->run(modem, kind, args);
}

/* "+CMGF=0" up to ";" outside quotes. */
static int run_extended(struct modem *modem, char **line)
{
	char *name = *line, *p = name + 1, *args;
	enum at_kind kind = AT_EXECUTE;
	bool quoted = false;
	size_t n;

	while (isalnum((unsigned char)*p))
		p++;
	n = (size_t)(p - name);
	args = p;
	if (p[0] == '=' && p[1] == '?' && (p[2] == '\0' || p[2] == ';')) {
		kind = AT_TEST;
		args = p += 2;
	} else if (*p == '?') {
		kind = AT_READ;
		args = ++p;
	} else if (*p == '=') {
		kind = AT_SET;
		args = ++p;
	}
	for (; *p && (quoted || *p != ';'); p++)
		if (*p == '"')
			quoted = !quoted;
	*line = *p ? p + 1 : p;
	*p = '\0';
	return run_command(modem, name, n, kind, args);
}

/* "E1", "&F", "I4", and D which takes the rest of the line. */
static int run_basic(struct modem *modem, char **line)
{
	char name[3] = {0}, digits[8] = {0};
	char *p = *line;
	size_t n = 0;

	name[n++] = (char)toupper((unsigned char)*p++);
	if (name[0] == '&' && *p)
		name[n++] = (char)toupper((unsigned char)*p++);
	if (name[0] == 'D') {
		*line = p + strlen(p);
		return run_command(modem, name, n, AT_SET, p);
	}
	for (size_t d = 0; isdigit((unsigned char)*p) && d + 1 < sizeof(digits); d++)
		digits[d] = *p++;
	*line = p;
	return run_command(modem, name, n, digits[0] ? AT_SET : AT_EXECUTE, digits);
}

static void run_line(struct modem *modem)
{
	struct at *at = &modem->at;
	char line[AT_LINE_MAX], *p = line;
	int result = AT_OK;

	memcpy(line, at->line, at->used);
	line[at->used] = '\0';
	at->used = 0;
	while (*p == ' ')
		p++;
	if (at->overflow || strncasecmp(p, "AT", 2) != 0) {
		at->overflow = false; /* V.250 §5.2.1: what isn't a command line is ignored */
		return;
	}
	modem->counts.commands++;
	network_event(modem->network, "%s < %s", modem->config.name, p);
	add_garbage(modem);
	at->mode = AT_BUSY;
	p += 2;
	while (*p && result == AT_OK) {
		if (*p == ' ' || *p == ';')
			p++;
		else if (strchr("+^*$#%", *p) != NULL)
			result = run_extended(modem, &p);
		else
			result = run_basic(modem, &p);
	}
	if (result != AT_LATER)
		at_finish(modem, result);
}

/* --- characters ----------------------------------------------------------- */

static void echo(struct modem *modem, char c)
{
	struct at *at = &modem->at;

	if (!modem->set.echo || modem->faults.echo == ECHO_NEVER)
		return;
	strbuf_putc(&at->out, c);
	if (c != '\r' || at->mode != AT_COMMAND)
		return;
	if (modem->faults.echo == ECHO_TWICE) {
		strbuf_puts(&at->out, "\n");
		strbuf_add(&at->out, at->line, at->used);
		strbuf_putc(&at->out, '\r');
	} else if (modem->faults.echo == ECHO_CRLF) {
		strbuf_putc(&at->out, '\n');
	}
}

static void command_character(struct modem *modem, char c)
{
	struct at *at = &modem->at;

	if (c == '\n' || c == ESC || c == CTRL_Z)
		return;
	echo(modem, c);
	if (c == '\r')
		run_line(modem);
	else if (c == '\b' || c == 0x7f)
		at->used -= at->used > 0;
	else if (at->used + 1 < sizeof(at->line))
		at->line[at->used++] = c;
	else
		at->overflow = true;
}

static void prompt_character(struct modem *modem, char c)
{
	struct at *at = &modem->at;

	if (c == ESC) {
		at->mode = AT_BUSY;
		at->used = 0;
		at_finish(modem, AT_OK);
		return;
	}
	if (c == CTRL_Z) {
		char text[AT_LINE_MAX];
		size_t n = at->used;

		memcpy(text, at->line, n);
		text[n] = '\0';
		at->used = 0;
		at->mode = AT_BUSY;
		at->prompt_done(modem, text, at->overflow ? 0 : n);
		return;
	}
	echo(modem, c);
	if (at->used + 1 < sizeof(at->line))
		at->line[at->used++] = c;
	else
		at->overflow = true;
}

void at_receive(struct modem *modem, const char *bytes, size_t n)
{
	struct at *at = &modem->at;

	if (modem->faults.hang)
		return;
	for (size_t i = 0; i < n; i++) {
		if (at->mode == AT_BUSY) {
			if (at->held_n < sizeof(at->held))
				at->held[at->held_n++] = bytes[i];
		} else if (at->mode == AT_PROMPT) {
			prompt_character(modem, bytes[i]);
		} else {
			command_character(modem, bytes[i]);
		}
	}
	if (at->mode != AT_BUSY)
		at_flush(modem);
	if (at->mode == AT_COMMAND && at->used > 0)
		timer_set(at->idle, IDLE_MS);
}

/* --- unsolicited ---------------------------------------------------------- */

void at_flush_urcs(struct modem *modem)
{
	struct at *at = &modem->at;

	bool clear = at->mode == AT_COMMAND || (at->mode == AT_BUSY && modem->config.urc_busy);

	if (modem->pty == NULL || modem->faults.hang || !clear)
		return;
	if (at->used > 0 && timer_pending(at->idle))
		return;
	while (modem->urc_count > 0) {
		struct urc urc = modem->urcs[modem->urc_first];

		modem->urc_first = (modem->urc_first + 1) % URC_MAX;
		modem->urc_count--;
		network_event(modem->network, "%s > %s", modem->config.name, urc.text);
		strbuf_printf(&at->out, "\r\n%s\r\n", urc.text);
		if (urc.peer != NULL && pty_users(modem->pty) > 0)
			network_noticed(modem->network, urc.peer);
		at_flush(modem);
		free(urc.text);
		free(urc.peer);
	}
}

static void on_idle(void *arg)
{
	at_flush_urcs(arg);
}

void at_init(struct modem *modem)
{
	modem->at.later = timer_new(modem->loop, on_later, modem);
	modem->at.idle = timer_new(modem->loop, on_idle, modem);
	strbuf_puts(&modem->at.out, "");
}

void at_reset(struct modem *modem)
{
	struct at *at = &modem->at;

	at->mode = AT_COMMAND;
	at->used = 0;
	at->overflow = false;
	at->held_n = 0;
	at->resume = NULL;
	timer_clear(at->later);
	timer_clear(at->idle);
	strbuf_clear(&at->out);
}

void at_free(struct modem *modem)
{
	timer_free(&modem->at.later);
	timer_free(&modem->at.idle);
	strbuf_free(&modem->at.out);
}
