/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"

struct reporter {
	struct db *db;
	const struct conf_modem *conf;
	const struct conf *whole;
	modem_heartbeat_fn *heartbeat;
	void *arg;
	struct timer *beat;
	char state[32];
	char words[sizeof(struct errbuf)];
	char *details; /* JSON of the last sample */
};

static int64_t beat_ms(const struct reporter *reporter)
{
	return (int64_t)reporter->whole->heartbeat_seconds * 1000 / 3;
}

static void on_beat(void *arg)
{
	struct reporter *reporter = arg;
	timer_set(reporter->beat, beat_ms(reporter));
	reporter->heartbeat(reporter->state, reporter->words, reporter->arg);
}

struct reporter *reporter_new(struct loop *loop, struct db *db, const struct conf_modem *conf,
			      const struct conf *whole, modem_heartbeat_fn *heartbeat, void *arg)
{
	struct reporter *reporter = xcalloc(1, sizeof *reporter);
	reporter->db = db;
	reporter->conf = conf;
	reporter->whole = whole;
	reporter->heartbeat = heartbeat;
	reporter->arg = arg;
	reporter->beat = timer_new(loop, on_beat, reporter);
	timer_set(reporter->beat, beat_ms(reporter));
	return reporter;
}

void reporter_free(struct reporter **reporter)
{
	if (!*reporter)
		return;
	timer_free(&(*reporter)->beat);
	free((*reporter)->details);
	free(*reporter);
	*reporter = NULL;
}

void reporter_reconfigure(struct reporter *reporter, const struct conf_modem *conf,
			  const struct conf *whole)
{
	reporter->conf = conf;
	reporter->whole = whole;
	/* The supervisor may be less patient from now on. */
	timer_set(reporter->beat, beat_ms(reporter));
	reporter_repeat(reporter);
}

static bool is_cc(const char *cc)
{
	return cc[0] && strspn(cc, "0123456789") == strlen(cc);
}

char *report_prefixes(const char *own_prefixes, const char *cc)
{
	struct strbuf out = {0};
	char *copy = xstrdup(own_prefixes), *save = NULL;
	strbuf_putc(&out, '{');
	for (char *p = strtok_r(copy, ", ", &save); p; p = strtok_r(NULL, ", ", &save)) {
		if (out.length > 1)
			strbuf_putc(&out, ',');
		if (p[0] == '+')
			strbuf_puts(&out, p);
		else if (p[0] == '0' && is_cc(cc))
			strbuf_printf(&out, "+%s%s", cc, p + 1);
		else
			strbuf_printf(&out, "+%s", p);
	}
	strbuf_putc(&out, '}');
	free(copy);
	return out.text;
}

static void stored(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_warn("modem", "its state was not stored: %s", reply->message);
}

static void store(struct reporter *reporter, const char *details)
{
	if (!db_is_up(reporter->db) || !reporter->state[0])
		return;
	char cap[16], price[16], pace[16], jitter[16];
	char *prefixes = report_prefixes(reporter->conf->own_prefixes, reporter->whole->country);
	snprintf(cap, sizeof cap, "%d", reporter->conf->daily_cap);
	snprintf(price, sizeof price, "%d", reporter->conf->price);
	snprintf(pace, sizeof pace, "%d", reporter->conf->broadcast_pace_ms);
	snprintf(jitter, sizeof jitter, "%d", reporter->conf->broadcast_jitter);
	const char *params[] = {reporter->conf->name,
				reporter->state,
				reporter->words,
				details,
				prefixes,
				cap,
				price,
				pace,
				jitter};
	if (db_query(reporter->db, DB_MODEM_STATE, 9, params, stored, NULL) != 0)
		log_debug("modem", "its state can't be stored now");
	free(prefixes);
}

void reporter_say(struct reporter *reporter, const char *state, const char *words,
		  const struct sampler *sampler)
{
	snprintf(reporter->state, sizeof reporter->state, "%s", state);
	snprintf(reporter->words, sizeof reporter->words, "%s", words);
	if (sampler) {
		json_t *details = sampler_details(sampler);
		free(reporter->details);
		reporter->details = json_dumps(details, JSON_COMPACT);
		json_decref(details);
	}
	reporter->heartbeat(reporter->state, reporter->words, reporter->arg);
	timer_set(reporter->beat, beat_ms(reporter));
	store(reporter, reporter->details);
}

void reporter_repeat(struct reporter *reporter)
{
	store(reporter, NULL);
}

void reporter_alive(struct reporter *reporter)
{
	reporter->heartbeat(reporter->state, reporter->words, reporter->arg);
}
