/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/fetch.h"
#include "kentongan/log.h"
#include "kentongan/outbox.h"
#include "kentongan/text.h"

#include "wire.h"

/* A channel unheard of for 15 minutes is taken for dead. */
#define BEAT_MS 300000
#define PROBE_FIRST_MS 1000
#define PROBE_LAST_MS 60000
#define PROBE_TIMEOUT_MS 10000
/* So many messages in a row without a route are no accident of their numbers. */
#define UNROUTABLE_MAX 3

/* A message that Kannel is asked to take. */
struct sending {
	struct sending *next;
	struct account *account;
	int64_t id;
	int parts;
};

/* What a section says. */
struct settings {
	char *sendsms, *user, *password, *from, *smsc, *callback, *prefixes, *country;
	bool reports;
	int timeout_ms, cap, price, pace_ms, jitter;
};

struct account {
	struct loop *loop;
	struct db *db;
	struct gateway *gateway; /* ours */
	char *name, *channel;
	struct settings settings;
	struct fetch *fetch;
	struct timer *probe, *beat;
	bool wanted;  /* there is a section */
	bool open;    /* may send */
	bool probing; /* a question is on its way */
	bool again;   /* … and its answer will be about old settings */
	int failures; /* in a row */
	int unroutable;
	int64_t opened_at;
	char state[16], words[200];
	struct sending *sendings;
};

const char *account_name(const struct account *account)
{
	return account->name;
}

const char *account_channel(const struct account *account)
{
	return account->channel;
}

struct gateway *account_gateway(const struct account *account)
{
	return account->gateway;
}

bool account_is_open(const struct account *account)
{
	return account->open;
}

const char *account_state(const struct account *account)
{
	return account->state;
}

const char *account_words(const struct account *account)
{
	return account->words;
}

bool account_is_idle(const struct account *account)
{
	return !account->sendings && outbox_is_idle(account->gateway);
}

/* --- how it is ------------------------------------------------------------- */

static void told(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_warn("kannel", "an account's state was not stored: %s", reply->message);
}

void account_tell(struct account *account)
{
	const struct settings *s = &account->settings;
	char cap[16], price[16], pace[16], jitter[16];
	const char *params[] = {account->channel,
				account->state,
				account->words,
				s->prefixes,
				s->country,
				cap,
				price,
				pace,
				jitter};

	if (!s->prefixes || !db_is_up(account->db))
		return;
	snprintf(cap, sizeof(cap), "%d", s->cap);
	snprintf(price, sizeof(price), "%d", s->price);
	snprintf(pace, sizeof(pace), "%d", s->pace_ms);
	snprintf(jitter, sizeof(jitter), "%d", s->jitter);
	if (db_query(account->db, DB_KANNEL_STATE, 9, params, told, NULL) < 0)
		log_debug("kannel", "%s: its state can't be stored now", account->name);
}

static void say(struct account *account, const char *state, const char *words)
{
	if (strcmp(account->state, state) != 0 || strcmp(account->words, words) != 0)
		log_info("kannel", "%s: %s: %s", account->name, state, words);
	snprintf(account->state, sizeof(account->state), "%s", state);
	snprintf(account->words, sizeof(account->words), "%s", words);
	account_tell(account);
}

static void open_up(struct account *account)
{
	account->open = true;
	account->opened_at = clock_mono_ms();
	timer_clear(account->probe);
	say(account, "ready", "Kannel answers");
	/* Then asks for messages by itself. */
	outbox_resume(account->gateway);
}

/* Nothing more is claimed until a probe says that all is well. */
static void close_down(struct account *account, const char *state, const char *words)
{
	int64_t pause = PROBE_FIRST_MS;

	if (account->open && clock_mono_ms() - account->opened_at > PROBE_LAST_MS)
		account->failures = 0;
	if (account->open || !timer_pending(account->probe)) {
		for (int i = 0; i < account->failures && pause < PROBE_LAST_MS; i++)
			pause *= 2;
		account->failures++;
		timer_set(account->probe, pause < PROBE_LAST_MS ? pause : PROBE_LAST_MS);
	}
	account->open = false;
	outbox_pause(account->gateway);
	say(account, state, words);
}

/* --- asking whether it is there ---------------------------------------------- */

static void ask(struct account *account);

static void probed(const struct fetch_answer *answer, void *arg)
{
	struct account *account = arg;
	struct kannel_verdict verdict;

	account->probing = false;
	if (!account->wanted)
		return;
	if (account->again) {
		ask(account);
		return;
	}
	kannel_judge_probe(answer->status, answer->body, answer->error, &verdict);
	if (verdict.trouble)
		close_down(account, verdict.state, verdict.words);
	else if (!account->open)
		open_up(account);
	else
		account_tell(account);
}

static struct kannel_account wire_account(const struct account *account)
{
	const struct settings *s = &account->settings;

	return (struct kannel_account){.sendsms = s->sendsms,
				       .user = s->user,
				       .password = s->password,
				       .from = s->from,
				       .smsc = s->smsc,
				       .callback = s->callback,
				       .reports = s->reports};
}

/* URL holds the password: wiped and freed. */
static void get(struct account *account, char *url, int timeout_ms, fetch_done_fn *fn, void *arg)
{
	const struct fetch_request request = {.url = url, .timeout_ms = timeout_ms, .once = true};

	fetch_send(account->fetch, &request, fn, arg);
	explicit_bzero(url, strlen(url));
	free(url);
}

static void ask(struct account *account)
{
	struct kannel_account wire = wire_account(account);
	int timeout_ms = account->settings.timeout_ms;

	if (account->probing) {
		account->again = true;
		return;
	}
	account->probing = true;
	account->again = false;
	get(account, kannel_probe_url(&wire),
	    timeout_ms < PROBE_TIMEOUT_MS ? timeout_ms : PROBE_TIMEOUT_MS, probed, account);
}

static void on_probe(void *arg)
{
	ask(arg);
}

/* Also where nothing is sent somebody may want to know that it is gone. */
static void on_beat(void *arg)
{
	struct account *account = arg;

	timer_set(account->beat, BEAT_MS);
	account_tell(account);
	if (account->wanted && account->open)
		ask(account);
}

/* --- sending ------------------------------------------------------------------ */

static void sending_free(struct sending *sending)
{
	struct sending **link = &sending->account->sendings;

	while (*link != sending)
		link = &(*link)->next;
	*link = sending->next;
	free(sending);
}

/* One number without a route is that number's fault. */
static void heed_routes(struct account *account, int status, struct kannel_verdict *verdict)
{
	if (verdict->outcome == OUTBOX_SENT) {
		account->unroutable = 0;
		if (account->open)
			account->failures = 0;
	}
	if (status != 403 || verdict->trouble || ++account->unroutable <= UNROUTABLE_MAX)
		return;
	verdict->outcome = OUTBOX_NOT_TRIED;
	verdict->trouble = true;
	verdict->state = "refused";
	snprintf(verdict->words, sizeof(verdict->words),
		 "Kannel has no route for any message (403): look at smsc and at its SMSCs");
}

static void sent(const struct fetch_answer *answer, void *arg)
{
	struct sending *sending = arg;
	struct account *account = sending->account;
	int64_t id = sending->id;
	int parts = sending->parts;
	struct kannel_verdict verdict;

	sending_free(sending);
	kannel_judge(answer->status, answer->body, answer->error, answer->maybe_arrived, &verdict);
	heed_routes(account, answer->status, &verdict);
	if (verdict.outcome != OUTBOX_SENT)
		log_info("kannel", "%s: outbox %lld: %s", account->name, (long long)id,
			 verdict.words);
	/* First, so that the record claims nothing. */
	if (verdict.trouble && account->wanted)
		close_down(account, verdict.state, verdict.words);
	outbox_record(account->gateway, id, verdict.outcome, parts, NULL, verdict.words,
		      account->open);
}

static void on_claimed(struct outbox_item *item, void *arg)
{
	struct account *account = arg;
	struct kannel_account wire = wire_account(account);
	struct sending *sending;

	if (!account->open) {
		outbox_record(account->gateway, item->id, OUTBOX_NOT_TRIED, 0, NULL, account->words,
			      false);
		outbox_item_free(&item);
		return;
	}
	sending = xcalloc(1, sizeof(*sending));
	*sending = (struct sending){.next = account->sendings,
				    .account = account,
				    .id = item->id,
				    .parts = sms_size(item->text).segments};
	account->sendings = sending;
	get(account, kannel_send_url(&wire, item), account->settings.timeout_ms, sent, sending);
	outbox_item_free(&item);
}

/* --- its life ----------------------------------------------------------------- */

static void settings_clear(struct settings *settings)
{
	free(settings->sendsms);
	free(settings->user);
	if (settings->password)
		explicit_bzero(settings->password, strlen(settings->password));
	free(settings->password);
	free(settings->from);
	free(settings->smsc);
	free(settings->callback);
	free(settings->prefixes);
	free(settings->country);
	*settings = (struct settings){0};
}

struct account *account_new(struct loop *loop, struct db *db, struct gateway *gateway,
			    const char *name)
{
	struct account *account = xcalloc(1, sizeof(*account));

	account->loop = loop;
	account->db = db;
	account->name = xstrdup(name);
	account->channel = xasprintf("kannel:%s", name);
	account->gateway = gateway_branch(gateway);
	/* The window bounds the messages; one more for the probe. */
	account->fetch = fetch_new(loop, OUTBOX_WINDOW_MAX + 1);
	account->probe = timer_new(loop, on_probe, account);
	account->beat = timer_new(loop, on_beat, account);
	return account;
}

void account_free(struct account **account)
{
	struct account *a = *account;

	if (!a)
		return;
	/* Without their answers. */
	fetch_free(&a->fetch);
	while (a->sendings)
		sending_free(a->sendings);
	timer_free(&a->probe);
	timer_free(&a->beat);
	gateway_free(&a->gateway);
	settings_clear(&a->settings);
	free(a->name);
	free(a->channel);
	free(a);
	*account = NULL;
}

void account_configure(struct account *account, const struct conf *conf,
		       const struct conf_kannel *kannel, const char *password)
{
	struct settings *s = &account->settings;

	settings_clear(s);
	s->sendsms = xstrdup(kannel->sendsms);
	s->user = xstrdup(kannel->user);
	s->password = xstrdup(password);
	s->from = xstrdup(kannel->number);
	s->smsc = xstrdup(kannel->smsc);
	s->callback = xasprintf("%s/kannel/%s", kannel->callback, kannel->path);
	s->prefixes = xstrdup(kannel->own_prefixes);
	s->country = xstrdup(conf->country);
	s->reports = kannel->reports;
	s->timeout_ms = kannel->timeout_seconds * 1000;
	s->cap = kannel->daily_cap;
	s->price = kannel->price;
	s->pace_ms = kannel->broadcast_pace_ms;
	s->jitter = kannel->broadcast_jitter;
	if (!account->wanted) {
		account->wanted = true;
		account->failures = account->unroutable = 0;
		outbox_on_claimed(account->gateway, account->channel, kannel->in_flight, on_claimed,
				  account);
		outbox_pause(account->gateway);
		say(account, "starting", "asks whether Kannel answers");
	} else {
		outbox_on_claimed(account->gateway, account->channel, kannel->in_flight, on_claimed,
				  account);
		account_tell(account);
	}
	timer_set(account->beat, BEAT_MS);
	ask(account);
}

void account_retire(struct account *account, const char *words)
{
	if (!account->wanted)
		return;
	account->wanted = account->open = false;
	timer_clear(account->probe);
	timer_clear(account->beat);
	outbox_pause(account->gateway);
	say(account, "stopped", words);
}
