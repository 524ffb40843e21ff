/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

#include "cms.h"
#include "sms.h"

#define QUEUE_MAX 4
#define SUBMIT_MS 15000 /* libGammu alone would wait 30 s for the prompt */
#define ANSWER_MS 60000 /* from Ctrl-Z to +CMGS: air time and the network */

enum phase {
	PHASE_IDLE,
	PHASE_READY,   /* an item, its next part not yet submitted */
	PHASE_WAITING, /* for the modem's answer */
};

struct sender {
	struct gateway *gateway;
	const struct conf_modem *conf;
	void (*changed)(void *arg);
	void *changed_arg;
	struct timer *answer; /* while PHASE_WAITING */
	struct timer *pace;
	bool open;
	char smsc[64];
	struct outbox_item *queue[QUEUE_MAX]; /* queue[0] is being sent */
	size_t queued;
	enum phase phase;
	bool encoded;
	bool fast; /* CMMS is on */
	bool no_fast;
	bool timed_out;
	int part;
	int references[GSM_MAX_MULTI_SMS];
	/* what the status callback said */
	bool answered;
	int status, reference;
	int64_t submitted_at;
	unsigned parts;             /* sent since the start */
	GSM_MultiSMSMessage *multi; /* 266 KB: never on the stack */
};

static void answer_late(void *arg);
static void pace_over(void *arg);

struct sender *sender_new(struct loop *loop, struct gateway *gateway, const struct conf_modem *conf,
			  void (*changed)(void *arg), void *arg)
{
	struct sender *sender = xcalloc(1, sizeof *sender);
	sender->gateway = gateway;
	sender->conf = conf;
	sender->changed = changed;
	sender->changed_arg = arg;
	sender->multi = xcalloc(1, sizeof *sender->multi);
	sender->answer = timer_new(loop, answer_late, sender);
	sender->pace = timer_new(loop, pace_over, sender);
	/* The first submit needn't wait for the pace. */
	sender->submitted_at = INT64_MIN / 2;
	return sender;
}

void sender_free(struct sender **sender)
{
	if (!*sender)
		return;
	for (size_t i = 0; i < (*sender)->queued; i++)
		outbox_item_free(&(*sender)->queue[i]);
	timer_free(&(*sender)->answer);
	timer_free(&(*sender)->pace);
	free((*sender)->multi);
	free(*sender);
	*sender = NULL;
}

void sender_reconfigure(struct sender *sender, const struct conf_modem *conf)
{
	sender->conf = conf;
	if (conf->smsc[0])
		snprintf(sender->smsc, sizeof sender->smsc, "%s", conf->smsc);
}

bool sender_prepare(struct sender *sender, struct link *link, struct errbuf *err)
{
	sender->fast = false;
	snprintf(sender->smsc, sizeof sender->smsc, "%s", sender->conf->smsc);
	if (sender->smsc[0])
		return true;
	GSM_SMSC *smsc = xcalloc(1, sizeof *smsc);
	smsc->Location = 1;
	if (link_begin(link, PAUSE_PLAIN, 10000, "asking for the message centre")) {
		GSM_Error error = link_end(link, GSM_GetSMSC(link_sm(link), smsc));
		if (error == ERR_NONE) {
			char *number = sms_from_ucs2(smsc->Number, GSM_MAX_NUMBER_LENGTH);
			snprintf(sender->smsc, sizeof sender->smsc, "%s", number);
			free(number);
		}
	}
	free(smsc);
	if (sender->smsc[0])
		return true;
	err_set(err, 0, "the SIM names no message centre: set smsc to the operator's number");
	return false;
}

/* --- what can be done ----------------------------------------------------- */

static int64_t pace_left(const struct sender *sender)
{
	int64_t left = sender->submitted_at + sender->conf->pace_ms - clock_mono_ms();
	return left > 0 ? left : 0;
}

bool sender_is_waiting(const struct sender *sender)
{
	return sender->phase == PHASE_WAITING && !sender->answered && !sender->timed_out;
}

bool sender_must_settle(const struct sender *sender)
{
	return sender->phase == PHASE_WAITING && (sender->answered || sender->timed_out);
}

/* A message that has begun is brought to its end, also while closed. */
static bool may_submit(const struct sender *sender)
{
	return (sender->open || sender->part > 0) && sender->phase == PHASE_READY &&
	       pace_left(sender) == 0;
}

bool sender_has_work(const struct sender *sender)
{
	return sender_must_settle(sender) || may_submit(sender);
}

bool sender_is_free(const struct sender *sender)
{
	return sender->open && sender->queued == 0 && pace_left(sender) == 0;
}

unsigned sender_parts(const struct sender *sender)
{
	return sender->parts;
}

static void pace_over(void *arg)
{
	struct sender *sender = arg;
	if (sender->open && sender->queued == 0)
		(void)outbox_claim(sender->gateway);
	sender->changed(sender->changed_arg);
}

/* --- outcomes ------------------------------------------------------------- */

static void shift_queue(struct sender *sender)
{
	outbox_item_free(&sender->queue[0]);
	sender->queued--;
	memmove(sender->queue, sender->queue + 1, sender->queued * sizeof sender->queue[0]);
	sender->queue[sender->queued] = NULL;
	sender->phase = sender->queued ? PHASE_READY : PHASE_IDLE;
	sender->encoded = false;
	sender->part = 0;
}

static const char *const outcome_names[] = {"sent", "temporary error", "permanent error",
					    "uncertain", "not tried"};

static void finish(struct sender *sender, enum outbox_outcome outcome, const char *error)
{
	struct outbox_item *item = sender->queue[0];
	timer_clear(sender->answer);
	if (outcome == OUTBOX_SENT)
		log_debug("send", "outbox %lld: sent in %d parts", (long long)item->id,
			  sender->part);
	else
		log_info("send", "outbox %lld to %s: %s: %s", (long long)item->id,
			 log_msisdn(item->peer), outcome_names[outcome], error);
	int64_t id = item->id;
	int parts = sender->part;
	/* With another in hand, or the pace to keep, no more now. */
	bool next = sender->open && sender->queued == 1 && pace_left(sender) == 0;
	shift_queue(sender);
	outbox_record(sender->gateway, id, outcome, parts, sender->references, error, next);
	if (sender->open && sender->queued == 0 && !next)
		timer_set(sender->pace, pace_left(sender));
}

void sender_offer(struct outbox_item *item, void *arg)
{
	struct sender *sender = arg;
	if (!sender->open || sender->queued == QUEUE_MAX) {
		int64_t id = item->id;
		outbox_item_free(&item);
		outbox_record(sender->gateway, id, OUTBOX_NOT_TRIED, 0, NULL,
			      "the modem can't send now", false);
		return;
	}
	sender->queue[sender->queued++] = item;
	if (sender->phase == PHASE_IDLE)
		sender->phase = PHASE_READY;
	int64_t left = pace_left(sender);
	if (left > 0 && !timer_pending(sender->pace))
		timer_set(sender->pace, left);
	sender->changed(sender->changed_arg);
}

void sender_pause(struct sender *sender, const char *why)
{
	sender->open = false;
	outbox_pause(sender->gateway);
	timer_clear(sender->pace);
	while (sender->queued) {
		bool begun = sender->phase == PHASE_WAITING || sender->part > 0;
		finish(sender, begun ? OUTBOX_UNCERTAIN : OUTBOX_NOT_TRIED, why);
	}
	sender->answered = sender->timed_out = false;
}

void sender_hold(struct sender *sender, const char *why)
{
	bool begun = sender->phase == PHASE_WAITING || sender->part > 0;
	/* Behind one that has begun nothing waits: one is claimed at a time. */
	if (begun && sender->queued == 1) {
		sender->open = false;
		outbox_pause(sender->gateway);
	} else {
		sender_pause(sender, why);
	}
}

void sender_resume(struct sender *sender)
{
	sender->open = true;
	/* Then asks for more by itself. */
	outbox_resume(sender->gateway);
}

/* --- submitting ----------------------------------------------------------- */

void sender_answered(struct sender *sender, int status, int reference)
{
	if (sender->phase == PHASE_IDLE)
		return;
	sender->answered = true;
	sender->status = status;
	sender->reference = reference;
	sender->changed(sender->changed_arg);
}

static void answer_late(void *arg)
{
	struct sender *sender = arg;
	sender->timed_out = true;
	sender->changed(sender->changed_arg);
}

/* Keeps the radio link up between parts (CMMS). Not every modem can. */
static void set_fast(struct sender *sender, struct link *link, bool on)
{
	if (sender->no_fast || sender->fast == on)
		return;
	if (!link_begin(link, PAUSE_PLAIN, 10000, "keeping the radio link up"))
		return;
	GSM_Error error = link_end(link, GSM_SetFastSMSSending(link_sm(link), on));
	if (error == ERR_NONE)
		sender->fast = on;
	else
		sender->no_fast = true;
}

/* False when the item is done with. */
static bool encode(struct sender *sender)
{
	struct outbox_item *item = sender->queue[0];
	struct errbuf err = {0};
	struct sms_outgoing out = {
	    .peer = item->peer,
	    .text = item->text,
	    .smsc = sender->smsc,
	    .validity_minutes = item->validity_minutes,
	    .reference = item->reference,
	    .report = item->report && sender->conf->reports,
	};
	if (sms_encode(&out, sender->multi, &err) != 0) {
		finish(sender, OUTBOX_PERMANENT, err.text);
		return false;
	}
	sender->encoded = true;
	sender->part = 0;
	return true;
}

static void part_done(struct sender *sender, struct link *link)
{
	sender->references[sender->part++] = sender->reference;
	sender->parts++;
	sender->phase = PHASE_READY;
	if (sender->part < sender->multi->Number)
		return;
	set_fast(sender, link, false);
	finish(sender, OUTBOX_SENT, "");
}

static void part_failed(struct sender *sender, struct link *link, bool at_prompt)
{
	const char *words;
	char error[160];
	enum outbox_outcome outcome;
	if (sender->status > 0) {
		outcome = cms_classify(sender->status, &words);
		snprintf(error, sizeof error, "CMS %d: %s", sender->status, words);
	} else if (at_prompt) {
		outcome = OUTBOX_TEMPORARY;
		snprintf(error, sizeof error, "the modem refused and didn't say why");
	} else {
		/* A bare ERROR after the text: it may be on its way all the same. */
		outcome = OUTBOX_UNCERTAIN;
		snprintf(error, sizeof error, "the modem answered ERROR after it took the text");
		link_mark_sick(link, error);
	}
	/* A part of the message is out: to try again would repeat it. */
	if (sender->part > 0 && outcome == OUTBOX_PERMANENT)
		outcome = OUTBOX_UNCERTAIN;
	finish(sender, outcome, error);
	if (at_prompt)
		link_leave_edit_mode(link);
}

static void take_answer(struct sender *sender, struct link *link, bool at_prompt)
{
	sender->answered = false;
	timer_clear(sender->answer);
	if (sender->status == 0)
		part_done(sender, link);
	else
		part_failed(sender, link, at_prompt);
}

static void no_answer(struct sender *sender, struct link *link)
{
	sender->timed_out = false;
	/* From here on an OK to another command would pass for this answer. */
	link_mark_sick(link, "no answer from the network after sending");
	finish(sender, OUTBOX_UNCERTAIN, "no answer after the modem took the text");
}

/* The submit itself failed and no answer came with it. */
static void submit_failed(struct sender *sender, struct link *link, GSM_Error error)
{
	char words[160];
	snprintf(words, sizeof words, "submit: %s", GSM_ErrorName(error));
	if (!pause_had_prompt() && (error == ERR_TIMEOUT || error == ERR_ABORTED))
		finish(sender, OUTBOX_TEMPORARY, "the modem gave no prompt for the text");
	else if (pause_had_prompt())
		finish(sender, OUTBOX_UNCERTAIN, words);
	else
		finish(sender, OUTBOX_TEMPORARY, words);
	if (link_health(link) == LINK_WELL)
		link_leave_edit_mode(link);
}

static void submit(struct sender *sender, struct link *link)
{
	if (!sender->encoded && !encode(sender))
		return;
	if (sender->multi->Number > 1)
		set_fast(sender, link, true);
	if (!link_begin(link, PAUSE_SEND, SUBMIT_MS, "handing a text to the modem"))
		return;
	sender->answered = false;
	sender->phase = PHASE_WAITING;
	GSM_Error error =
	    link_end(link, GSM_SendSMS(link_sm(link), &sender->multi->SMS[sender->part]));
	sender->submitted_at = clock_mono_ms();
	if (sender->answered)
		take_answer(sender, link, error != ERR_NONE);
	else if (error != ERR_NONE)
		submit_failed(sender, link, error);
	else
		timer_set(sender->answer, ANSWER_MS);
}

void sender_work(struct sender *sender, struct link *link)
{
	if (sender->answered)
		take_answer(sender, link, false);
	else if (sender->timed_out)
		no_answer(sender, link);
	else if (may_submit(sender))
		submit(sender, link);
}
