/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

#include "sms.h"

#define PEER_ROOM 32
#define CALLERS_MAX 16
#define WAITING_MAX 32
/* Networks ring every 3 to 6 s. Whoever redials within this time has the answer
 * to the first call under way. */
#define SAME_MS 20000
#define KEPT_MS 600000 /* by then nobody waits for an answer to a call */
#define AGAIN_MS 2000
#define ARM_MS 20000
#define REJECT_MS 15000
#define SILENT_MAX 2 /* how often asking for calls may end without an answer */

struct caller {
	char peer[PEER_ROOM];
	int64_t rang_at; /* last; 0 = free */
};

/* A call on its way to the database. */
struct waiting {
	uint64_t id; /* 0 = free */
	char peer[PEER_ROOM];
	int64_t at;    /* UTC seconds: with the caller what makes it this call */
	int64_t since; /* monotonic */
	bool handed;
};

struct calls {
	struct gateway *gateway;
	const struct conf_modem *conf;
	void (*changed)(void *arg);
	void *changed_arg;
	struct timer *again;
	struct caller callers[CALLERS_MAX];
	struct waiting waiting[WAITING_MAX];
	uint64_t last_id;
	struct link *link; /* that the callback is set for; NULL = none */
	bool arm_due;
	bool listening;
	int silent;        /* how often in a row it didn't answer that */
	bool refused_told; /* that this modem can't */
	bool ringing;      /* and is to be rejected */
	bool hung_up;      /* the modem has done so */
};

/* What a gateway's answer comes back with. */
struct answer {
	struct calls *calls;
	uint64_t id;
};

static void try_again(void *arg)
{
	struct calls *calls = arg;
	calls->changed(calls->changed_arg);
}

struct calls *calls_new(struct loop *loop, struct gateway *gateway, const struct conf_modem *conf,
			void (*changed)(void *arg), void *arg)
{
	struct calls *calls = xcalloc(1, sizeof *calls);
	calls->gateway = gateway;
	calls->conf = conf;
	calls->changed = changed;
	calls->changed_arg = arg;
	calls->again = timer_new(loop, try_again, calls);
	return calls;
}

void calls_free(struct calls **calls)
{
	if (!*calls)
		return;
	timer_free(&(*calls)->again);
	free(*calls);
	*calls = NULL;
}

void calls_reconfigure(struct calls *calls, const struct conf_modem *conf)
{
	bool other = conf->missed_calls != calls->conf->missed_calls;
	calls->conf = conf;
	if (other)
		calls_arm(calls);
}

void calls_arm(struct calls *calls)
{
	calls->arm_due = true;
	calls->changed(calls->changed_arg);
}

void calls_closed(struct calls *calls)
{
	calls->link = NULL;
	calls->arm_due = calls->listening = calls->ringing = false;
}

/* --- who rings ------------------------------------------------------------ */

bool calls_is_new(struct calls *calls, const char *peer, int64_t now)
{
	struct caller *oldest = &calls->callers[0];
	for (size_t i = 0; i < CALLERS_MAX; i++) {
		struct caller *caller = &calls->callers[i];
		if (caller->rang_at && strcmp(caller->peer, peer) == 0) {
			bool same = now - caller->rang_at < SAME_MS;
			caller->rang_at = now;
			return !same;
		}
		if (caller->rang_at < oldest->rang_at)
			oldest = caller;
	}
	snprintf(oldest->peer, sizeof oldest->peer, "%s", peer);
	oldest->rang_at = now;
	return true;
}

static void note_ring(struct calls *calls, const char *peer)
{
	int64_t now = clock_mono_ms();
	calls->ringing = true;
	if (!calls_is_new(calls, peer, now))
		return;
	log_debug("call", "%s rings", peer[0] ? log_msisdn(peer) : "a number that is withheld");
	if (!peer[0])
		return;
	for (size_t i = 0; i < WAITING_MAX; i++) {
		struct waiting *w = &calls->waiting[i];
		if (w->id)
			continue;
		*w = (struct waiting){.id = ++calls->last_id, .at = clock_wall(), .since = now};
		snprintf(w->peer, sizeof w->peer, "%s", peer);
		return;
	}
	log_warn("call", "too many calls wait for the database: one gets no answer");
}

/* From within libGammu, perhaps in the middle of another command: only noted. */
static void on_call(GSM_StateMachine *sm, GSM_Call *call, void *arg)
{
	(void)sm;
	struct calls *calls = arg;
	if (!calls->link)
		return;
	/* Of the other two libGammu fills nothing but the status. */
	if (call->Status == GSM_CALL_IncomingCall) {
		char *peer = sms_from_ucs2(call->PhoneNumber, GSM_MAX_NUMBER_LENGTH);
		link_understood(calls->link);
		note_ring(calls, peer);
		free(peer);
	} else if (call->Status == GSM_CALL_CallLocalEnd) {
		calls->hung_up = true;
	} else if (call->Status == GSM_CALL_CallRemoteEnd) {
		link_understood(calls->link);
		calls->ringing = false;
	}
	calls->changed(calls->changed_arg);
}

/* --- with the modem ------------------------------------------------------- */

static void cannot(struct calls *calls, const char *why)
{
	if (!calls->refused_told)
		log_info("call",
			 "this modem doesn't tell who calls (%s): missed calls get no answer", why);
	calls->refused_told = true;
}

static void arm(struct calls *calls, struct link *link)
{
	bool on = calls->conf->missed_calls;
	calls->arm_due = false;
	/* One that falls silent at this question must go on without it. */
	if (on ? calls->silent >= SILENT_MAX : !calls->listening)
		return;
	if (!link_begin(link, PAUSE_PLAIN, ARM_MS, "asking to hear of calls"))
		return;
	calls->link = link;
	calls->ringing = false;
	GSM_SetIncomingCallCallback(link_sm(link), on_call, calls);
	GSM_Error error = link_end(link, GSM_SetIncomingCall(link_sm(link), on));
	calls->listening = on && error == ERR_NONE;
	if (!on || link_health(link) == LINK_GONE)
		return;
	calls->silent = link_health(link) == LINK_SICK ? calls->silent + 1 : 0;
	if (calls->silent ? calls->silent == SILENT_MAX : error != ERR_NONE)
		cannot(calls, GSM_ErrorName(error));
}

static void reject(struct calls *calls, struct link *link)
{
	calls->ringing = calls->hung_up = false;
	if (!link_begin(link, PAUSE_PLAIN, REJECT_MS, "rejecting a call"))
		return;
	(void)link_end(link, GSM_CancelCall(link_sm(link), 0, TRUE));
	/* Where the modem refuses AT+CHUP, libGammu 1.42 believes from then on
	 * that it is hanging up already, and does nothing. */
	if (!calls->hung_up && link_health(link) == LINK_WELL)
		link_raw(link, "ATH");
}

/* --- to the gateway ------------------------------------------------------- */

static void on_answer(enum gateway_outcome outcome, void *arg)
{
	struct answer *answer = arg;
	struct calls *calls = answer->calls;
	for (size_t i = 0; i < WAITING_MAX; i++) {
		struct waiting *w = &calls->waiting[i];
		if (w->id != answer->id)
			continue;
		if (outcome == GATEWAY_COMMITTED)
			w->id = 0;
		w->handed = false;
	}
	free(answer);
	if (outcome != GATEWAY_COMMITTED)
		timer_set(calls->again, AGAIN_MS);
}

static struct waiting *next_waiting(struct calls *calls)
{
	struct waiting *next = NULL;
	for (size_t i = 0; i < WAITING_MAX; i++) {
		struct waiting *w = &calls->waiting[i];
		if (w->id && !w->handed && clock_mono_ms() - w->since > KEPT_MS) {
			log_info("call", "call of %s gets no answer: no database for too long",
				 log_msisdn(w->peer));
			w->id = 0;
		}
		if (w->id && !w->handed && (!next || w->id < next->id))
			next = w;
	}
	return next;
}

static bool hand_over(struct calls *calls)
{
	struct waiting *w = timer_pending(calls->again) ? NULL : next_waiting(calls);
	if (!w)
		return false;
	struct answer *answer = xcalloc(1, sizeof *answer);
	struct inbound inbound = {
	    .transport = "call",
	    .channel = calls->conf->name,
	    .peer = w->peer,
	    .text = "",
	    .sent_at = w->at,
	};
	*answer = (struct answer){calls, w->id};
	w->handed = true;
	if (gateway_receive(calls->gateway, &inbound, false, on_answer, answer) == 0)
		return true;
	w->handed = false;
	free(answer);
	timer_set(calls->again, AGAIN_MS);
	return false;
}

bool calls_work(struct calls *calls, struct link *link)
{
	if (calls->ringing)
		reject(calls, link);
	else if (calls->arm_due)
		arm(calls, link);
	else
		return hand_over(calls);
	return true;
}
