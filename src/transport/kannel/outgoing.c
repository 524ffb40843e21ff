/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kentongan/text.h"

/* --- what is asked ----------------------------------------------------------- */

/* NAME=VALUE, coded; nothing where VALUE is "". */
static void add(struct strbuf *url, const char *name, const char *value)
{
	if (!*value)
		return;
	strbuf_printf(url, "%c%s=", strchr(url->text, '?') ? '&' : '?', name);
	for (const unsigned char *c = (const unsigned char *)value; *c; c++)
		if (*c < 0x80 && (isalnum(*c) || strchr("-._~", *c)))
			strbuf_putc(url, (char)*c);
		else
			strbuf_printf(url, "%%%02X", *c);
}

static void add_number(struct strbuf *url, const char *name, long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", value);
	add(url, name, text);
}

static void begin(const struct kannel_account *account, struct strbuf *url)
{
	strbuf_puts(url, account->sendsms);
	add(url, "username", account->user);
	add(url, "password", account->password);
}

char *kannel_send_url(const struct kannel_account *account, const struct outbox_item *item)
{
	struct strbuf url = {0};

	begin(account, &url);
	add(&url, "from", account->from);
	add(&url, "to", item->peer);
	add(&url, "smsc", account->smsc);
	add_number(&url, "coding", sms_size(item->text).coding == SMS_GSM7 ? 0 : 2);
	add(&url, "charset", "UTF-8");
	add_number(&url, "validity", item->validity_minutes);
	if (account->reports && item->report) {
		/* Kannel fills in the signs with %; they come back as a query. */
		char *dlr = xasprintf("%s/dlr?id=%lld&attempt=%d&type=%%d&at=%%T&answer=%%A",
				      account->callback, (long long)item->id, item->attempt);

		add(&url, "dlr-mask", "31");
		add(&url, "dlr-url", dlr);
		free(dlr);
	}
	/* An empty text is one, too. */
	if (*item->text)
		add(&url, "text", item->text);
	else
		strbuf_puts(&url, "&text=");
	return url.text;
}

char *kannel_probe_url(const struct kannel_account *account)
{
	struct strbuf url = {0};

	begin(account, &url);
	return url.text;
}

/* --- what is answered ---------------------------------------------------------- */

static bool says(const char *body, const char *words)
{
	return strcasestr(body, words) != NULL;
}

/* BODY's first line without what a terminal or the database can't take. */
static void quote(const char *body, char *out, size_t size)
{
	size_t n = 0;

	for (const char *c = body; *c && *c != '\n' && *c != '\r' && n + 1 < size && n < 100; c++)
		out[n++] = *c >= ' ' && *c <= '~' ? *c : '?';
	out[n] = '\0';
}

static void set(struct kannel_verdict *out, enum outbox_outcome outcome, const char *state)
{
	out->outcome = outcome;
	out->trouble = state != NULL;
	out->state = state ? state : "ready";
}

static void no_answer(const char *error, bool maybe_arrived, struct kannel_verdict *out)
{
	char words[120];

	set(out, maybe_arrived ? OUTBOX_UNCERTAIN : OUTBOX_NOT_TRIED, "unreachable");
	quote(error, words, sizeof(words));
	words[0] = (char)tolower((unsigned char)words[0]);
	snprintf(out->words, sizeof(out->words), "Kannel doesn't answer: %s", words);
}

/* Mistakes that every message would share: they are in the two configurations. */
static bool is_setup(const char *body)
{
	return says(body, "Sender missing") || says(body, "DLR-URL") || says(body, "DLR-Mask") ||
	       says(body, "Missing receiver");
}

static void refused(int status, const char *body, struct kannel_verdict *out)
{
	char words[120];

	quote(body, words, sizeof(words));
	snprintf(out->words, sizeof(out->words), "Kannel says %d: %s", status, words);
	if (status == 403 && !says(body, "Authorization")) {
		set(out, OUTBOX_PERMANENT, NULL);
	} else if (status == 401 || status == 403) {
		set(out, OUTBOX_NOT_TRIED, "refused");
		snprintf(out->words, sizeof(out->words),
			 "Kannel refuses user or password, or our address (%d)", status);
	} else if (status == 404) {
		set(out, OUTBOX_NOT_TRIED, "refused");
		snprintf(out->words, sizeof(out->words),
			 "Kannel has nothing at this sendsms address (404)");
	} else if (status == 400 && !is_setup(body)) {
		set(out, OUTBOX_PERMANENT, NULL);
	} else {
		set(out, OUTBOX_NOT_TRIED, "refused");
	}
}

void kannel_judge(int status, const char *body, const char *error, bool maybe_arrived,
		  struct kannel_verdict *out)
{
	char words[120];

	out->words[0] = '\0';
	if (status == 0) {
		no_answer(error, maybe_arrived, out);
		return;
	}
	quote(body, words, sizeof(words));
	if (status == 202 || (status == 200 && (says(body, "0: Accepted") ||
						says(body, "3: Queued") || says(body, "Sent.")))) {
		set(out, OUTBOX_SENT, NULL);
	} else if (status == 503) {
		/* Its queue is full, or it lost its message centres: not this one's fault. */
		set(out, OUTBOX_NOT_TRIED, "busy");
		snprintf(out->words, sizeof(out->words), "Kannel takes nothing now (503): %s",
			 words);
	} else if (status == 500) {
		set(out, OUTBOX_TEMPORARY, NULL);
		snprintf(out->words, sizeof(out->words), "Kannel says 500: %s", words);
	} else if (status >= 400 && status < 500) {
		refused(status, body, out);
	} else {
		/* Something else answers there: whatever it did with the message. */
		set(out, OUTBOX_UNCERTAIN, "refused");
		snprintf(out->words, sizeof(out->words),
			 "what answers at the sendsms address isn't Kannel (%d)", status);
	}
}

void kannel_judge_probe(int status, const char *body, const char *error, struct kannel_verdict *out)
{
	kannel_judge(status, body, error, false, out);
	if (status == 400 && says(body, "receiver"))
		set(out, OUTBOX_SENT, NULL);
	else if (status == 202 || status == 200)
		set(out, OUTBOX_UNCERTAIN, "refused");
	else if (!out->trouble)
		set(out, out->outcome, "refused");
	if (!out->trouble)
		out->words[0] = '\0';
	else if (!out->words[0])
		snprintf(out->words, sizeof(out->words),
			 "what answers at the sendsms address isn't Kannel (%d)", status);
}
