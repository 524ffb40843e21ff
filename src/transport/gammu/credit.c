/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "credit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

#include "credit_answer.h"

#define FIRST_MS 120000  /* after the start … */
#define SPREAD_MS 180000 /* … and up to so much more, so that not all ask at once */
#define DAY_MS 86400000
#define AGAIN_MS 3600000   /* after silence, then twice as long each time */
#define QUIET_MS 1500      /* nothing to send for so long: a good moment */
#define PATIENCE_MS 600000 /* then it is asked between two messages */
#define ANSWER_MS 30000
#define SWITCH_MS 10000
#define DIAL_MS 10000 /* for the modem's OK; the answer comes later */
#define CODE_MAX 64

enum phase {
	IDLE,
	ASKED,
	ANSWERED,
	SILENT /* no answer in time */
};

struct credit {
	struct db *db;
	const struct conf_modem *conf;
	struct trace *trace;
	void (*changed)(void *arg);
	void *changed_arg;
	struct credit_pattern *pattern;
	enum phase phase;
	bool due;
	int64_t due_since, busy_at;
	bool packed;  /* this modem wants septets in hexadecimal */
	bool retried; /* the other form is being tried */
	unsigned parts, parts_asked;
	int failures;        /* in a row */
	bool forget;         /* what the database knows is no longer asked for */
	char code[CODE_MAX]; /* the one that was asked */
	GSM_USSDStatus status;
	char *text;
	struct timer *next;   /* question */
	struct timer *look;   /* whether it is quiet now */
	struct timer *answer; /* limit */
};

static void notify(void *arg)
{
	struct credit *credit = arg;
	credit->changed(credit->changed_arg);
}

static void set_due(struct credit *credit)
{
	if (credit->due)
		return;
	credit->due = true;
	credit->due_since = clock_mono_ms();
}

static void on_next(void *arg)
{
	struct credit *credit = arg;
	set_due(credit);
	notify(credit);
}

static void on_late(void *arg)
{
	struct credit *credit = arg;
	if (credit->phase == ASKED)
		credit->phase = SILENT;
	notify(credit);
}

/* --- settings -------------------------------------------------------------------- */

static int64_t first_ms(const char *name)
{
	unsigned hash = 5381;
	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return FIRST_MS + hash % SPREAD_MS;
}

static void configure(struct credit *credit, const struct conf_modem *conf)
{
	credit->conf = conf;
	credit_pattern_free(&credit->pattern);
	credit->pattern = credit_pattern_new(conf->credit_pattern);
	if (strcmp(credit->code, conf->credit_code) == 0)
		return;
	snprintf(credit->code, sizeof credit->code, "%s", conf->credit_code);
	credit->failures = 0;
	credit->due = false;
	if (credit->code[0])
		timer_set(credit->next, first_ms(conf->name));
	else
		timer_clear(credit->next);
}

struct credit *credit_new(struct loop *loop, struct db *db, const struct conf_modem *conf,
			  struct trace *trace, void (*changed)(void *arg), void *arg)
{
	struct credit *credit = xcalloc(1, sizeof *credit);
	credit->db = db;
	credit->trace = trace;
	credit->changed = changed;
	credit->changed_arg = arg;
	credit->next = timer_new(loop, on_next, credit);
	credit->look = timer_new(loop, notify, credit);
	credit->answer = timer_new(loop, on_late, credit);
	configure(credit, conf);
	credit->forget = !credit->code[0];
	return credit;
}

void credit_free(struct credit **credit)
{
	if (!*credit)
		return;
	timer_free(&(*credit)->next);
	timer_free(&(*credit)->look);
	timer_free(&(*credit)->answer);
	credit_pattern_free(&(*credit)->pattern);
	free((*credit)->text);
	free(*credit);
	*credit = NULL;
}

void credit_reconfigure(struct credit *credit, const struct conf_modem *conf)
{
	configure(credit, conf);
	credit->forget = !credit->code[0];
	notify(credit);
}

/* --- telling the database ------------------------------------------------------------ */

static void on_stored(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_warn("credit", "it was not stored: %s", reply->message);
	else if (reply->outcome == DB_DONE && db_bool(reply->result, 0, "low"))
		log_warn("credit", "the SIM needs topping up: `kentongan status` shows what is "
				   "left, and whether broadcasts wait");
}

static void on_forgotten(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_warn("credit", "what was known of it stays: %s", reply->message);
}

static void store(struct credit *credit, const struct credit_answer *answer, const char *text)
{
	char amount[24], low[16], days[16];
	snprintf(amount, sizeof amount, "%lld", (long long)answer->amount);
	snprintf(low, sizeof low, "%d", credit->conf->credit_low);
	snprintf(days, sizeof days, "%d", credit->conf->credit_days);
	const char *params[] = {credit->conf->name,
				answer->known ? amount : NULL,
				answer->known && answer->until[0] ? answer->until : NULL,
				text,
				low,
				days};
	if (db_query(credit->db, DB_CHANNEL_CREDIT, 6, params, on_stored, NULL) != 0)
		log_debug("credit", "it can't be stored now");
}

static void forget(struct credit *credit)
{
	const char *params[] = {credit->conf->name};
	if (db_query(credit->db, DB_CHANNEL_CREDIT_UNKNOWN, 1, params, on_forgotten, NULL) == 0)
		credit->forget = false;
}

/* --- outcomes -------------------------------------------------------------------------- */

/* Nobody knows more than before: again later, and later each time. REASON is for
 * the log. */
static void put_off(struct credit *credit, const char *reason)
{
	int64_t pause = AGAIN_MS;
	for (int i = 0; i < credit->failures && pause < DAY_MS; i++)
		pause *= 2;
	log_write(credit->failures ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "credit", "asked by %s: %s",
		  credit->code, reason);
	credit->phase = IDLE;
	credit->failures++;
	if (credit->retried)
		credit->packed = !credit->packed;
	credit->retried = false;
	timer_clear(credit->answer);
	if (credit->code[0])
		timer_set(credit->next, pause < DAY_MS ? pause : DAY_MS);
}

static void fail(struct credit *credit, const char *reason)
{
	static const struct credit_answer nothing;
	put_off(credit, reason);
	store(credit, &nothing, "");
}

/* Ends the session, which a menu leaves open: the next code would be taken for
 * a choice in it. */
static void hang_up(struct link *link)
{
	if (link_begin(link, PAUSE_PLAIN, SWITCH_MS, "ending the USSD session"))
		link_end(link, GSM_SetIncomingUSSD(link_sm(link), FALSE));
}

/* Not every modem takes the code as text: the other form is tried at once. */
static void refused(struct credit *credit, const char *reason)
{
	if (credit->retried) {
		fail(credit, reason);
		return;
	}
	credit->packed = !credit->packed;
	credit->retried = true;
	credit->phase = IDLE;
	timer_clear(credit->answer);
	set_due(credit);
	credit->due_since -= PATIENCE_MS;
	notify(credit);
}

static void understand(struct credit *credit)
{
	char *clean = credit_clean(credit->text);
	struct credit_answer answer = credit_understand(credit->pattern, clean);
	if (answer.known)
		log_info("credit", "%lld left%s%s", (long long)answer.amount,
			 answer.until[0] ? " until " : "", answer.until);
	else
		log_warn("credit", "the answer to %s isn't understood: `kentongan status` shows it",
			 credit->code);
	credit->failures = 0;
	credit->retried = false;
	timer_set(credit->next, DAY_MS);
	store(credit, &answer, clean);
	free(clean);
}

static void take_answer(struct credit *credit, struct link *link)
{
	hang_up(link);
	timer_clear(credit->answer);
	if (!credit->code[0]) {
		credit->phase = IDLE;
		return;
	}
	if (credit->text[0]) {
		credit->phase = IDLE;
		understand(credit);
	} else if (credit->status == USSD_NotSupported || credit->status == USSD_Terminated) {
		refused(credit, "the network refused it");
	} else {
		fail(credit, credit->status == USSD_Timeout ? "the network didn't answer"
							    : "an empty answer");
	}
}

/* --- asking ------------------------------------------------------------------------------ */

static GSM_Error dial(struct credit *credit, struct link *link)
{
	char octets[CODE_MAX], command[CODE_MAX + 24];
	if (credit->packed && credit_pack(credit->code, octets, sizeof octets)) {
		snprintf(command, sizeof command, "AT+CUSD=1,\"%s\",15", octets);
		link_raw(link, command);
		return strstr(trace_last_frame(credit->trace), "ERROR") ? ERR_UNKNOWN : ERR_NONE;
	}
	if (!link_begin(link, PAUSE_PLAIN, DIAL_MS, "asking for the credit"))
		return ERR_TIMEOUT;
	return link_end(link, GSM_DialService(link_sm(link), credit->code));
}

static void ask(struct credit *credit, struct link *link)
{
	GSM_Error error;
	credit->due = false;
	credit->parts_asked = credit->parts;
	free(credit->text);
	credit->text = NULL;
	/* From here on a link that breaks ends it in credit_closed(). */
	credit->phase = ASKED;
	if (!link_begin(link, PAUSE_PLAIN, SWITCH_MS, "switching USSD on"))
		return;
	error = link_end(link, GSM_SetIncomingUSSD(link_sm(link), TRUE));
	if (link_health(link) != LINK_WELL)
		return;
	if (error != ERR_NONE) {
		fail(credit, "the modem can't do USSD");
		return;
	}
	timer_set(credit->answer, ANSWER_MS);
	error = dial(credit, link);
	/* An answer of several lines may have come with the modem's OK. */
	if (error == ERR_NONE && credit->phase == ASKED)
		link_flush(link);
	if (link_health(link) != LINK_WELL || credit->phase == ANSWERED || error == ERR_NONE)
		return;
	hang_up(link);
	refused(credit, "the modem refused it");
}

static bool may_ask(struct credit *credit)
{
	int64_t now = clock_mono_ms(), quiet = now - credit->busy_at;
	if (!credit->due && credit->failures == 0 &&
	    credit->parts - credit->parts_asked >= (unsigned)credit->conf->credit_every)
		set_due(credit);
	if (!credit->due || !credit->code[0] || !db_is_up(credit->db))
		return false;
	if (quiet >= QUIET_MS || now - credit->due_since >= PATIENCE_MS)
		return true;
	timer_set(credit->look, QUIET_MS - quiet);
	return false;
}

void credit_work(struct credit *credit, struct link *link, unsigned parts)
{
	credit->parts = parts;
	if (credit->forget)
		forget(credit);
	switch (credit->phase) {
	case IDLE:
		if (may_ask(credit))
			ask(credit, link);
		break;
	case ASKED:
		break;
	case ANSWERED:
		take_answer(credit, link);
		break;
	case SILENT:
		hang_up(link);
		fail(credit, "no answer");
		break;
	}
}

void credit_busy(struct credit *credit)
{
	credit->busy_at = clock_mono_ms();
}

void credit_answered(struct credit *credit, GSM_USSDStatus status, const char *text)
{
	if (credit->phase != ASKED)
		return;
	credit->phase = ANSWERED;
	credit->status = status;
	credit->text = xstrdup(text);
	notify(credit);
}

void credit_closed(struct credit *credit)
{
	timer_clear(credit->look);
	if (credit->phase != IDLE)
		put_off(credit, "the modem went away");
}
