/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "receive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"
#include "kentongan/outbox.h"

#include "sms.h"

#define IN_FLIGHT_MAX 16 /* handed over and not answered */
#define NOTICES_MAX 256  /* more than that: the sweep finds them */
#define DIRECT_MAX 32    /* class 0 and +CDS that wait for the database */
#define SWEEP_MAX 2000   /* no storage is larger; ends a modem's loop */
#define RETRY_MAX_MS 60000
#define FULL_QUEUE_MS 200
#define SUSPECTS_MAX 16
#define READ_TRIES 3 /* before a message counts as unreadable */
#define READ_AGAIN_MS 1000

enum entry_state {
	ENTRY_QUEUED,
	ENTRY_HANDED,
	ENTRY_REFUSED, /* by the database; handed over again when due */
	ENTRY_COMMITTED
};

struct entry {
	struct entry *next;
	uint64_t id;
	enum entry_state state;
	bool stored; /* else it came whole and lies nowhere */
	struct place place;
	struct sms_received sms;
	int refusals;
};

/* A place that gave an answer that libGammu couldn't read. */
struct suspect {
	struct place place;
	int tries;
};

struct receiver {
	struct gateway *gateway;
	const struct conf_modem *conf;
	struct trace *trace;
	void (*changed)(void *arg);
	void *changed_arg;
	struct timer *retry;
	struct timer *read_again;
	struct entry *entries, **tail;
	size_t in_flight, direct_count, committed_count, queued_count;
	uint64_t last_id;
	struct place notices[NOTICES_MAX];
	size_t notice_count;
	struct suspect suspects[SUSPECTS_MAX];
	size_t suspect_count;
	bool sweep_wanted;
	int claiming;
	int stored;
	GSM_MultiSMSMessage *multi; /* 266 KB: never on the stack */
};

/* What a gateway's answer comes back with: an id, since the entry may be
 * forgotten by then. */
struct answer {
	struct receiver *receiver;
	uint64_t id;
	bool claimed;
};

static void retry_due(void *arg);
static void read_again_due(void *arg);

struct receiver *receiver_new(struct loop *loop, struct gateway *gateway,
			      const struct conf_modem *conf, struct trace *trace,
			      void (*changed)(void *arg), void *arg)
{
	struct receiver *receiver = xcalloc(1, sizeof *receiver);
	receiver->gateway = gateway;
	receiver->conf = conf;
	receiver->trace = trace;
	receiver->changed = changed;
	receiver->changed_arg = arg;
	receiver->tail = &receiver->entries;
	receiver->multi = xcalloc(1, sizeof *receiver->multi);
	receiver->retry = timer_new(loop, retry_due, receiver);
	receiver->read_again = timer_new(loop, read_again_due, receiver);
	return receiver;
}

void receiver_reconfigure(struct receiver *receiver, const struct conf_modem *conf)
{
	receiver->conf = conf;
}

static bool same_place(struct place a, struct place b)
{
	return a.location == b.location && a.in_sr == b.in_sr;
}

/* --- entries -------------------------------------------------------------- */

static size_t *counter(struct receiver *receiver, enum entry_state state)
{
	switch (state) {
	case ENTRY_QUEUED:
		return &receiver->queued_count;
	case ENTRY_HANDED:
		return &receiver->in_flight;
	case ENTRY_COMMITTED:
		return &receiver->committed_count;
	case ENTRY_REFUSED:
		break;
	}
	return NULL;
}

static void set_state(struct receiver *receiver, struct entry *entry, enum entry_state state)
{
	size_t *old = counter(receiver, entry->state), *new = counter(receiver, state);
	if (old)
		(*old)--;
	if (new)
		(*new)++;
	entry->state = state;
}

static struct entry *add_entry(struct receiver *receiver, bool stored, struct place place)
{
	struct entry *entry = xcalloc(1, sizeof *entry);
	entry->id = ++receiver->last_id;
	entry->stored = stored;
	entry->place = place;
	entry->state = ENTRY_QUEUED;
	receiver->queued_count++;
	if (!stored)
		receiver->direct_count++;
	*receiver->tail = entry;
	receiver->tail = &entry->next;
	return entry;
}

/* Storage knows no order: of several waiting, the oldest goes first. */
static struct entry *oldest_queued(struct receiver *receiver)
{
	struct entry *oldest = NULL;
	for (struct entry *e = receiver->entries; e; e = e->next)
		if (e->state == ENTRY_QUEUED && (!oldest || e->sms.at < oldest->sms.at))
			oldest = e;
	return oldest;
}

static void remove_entry(struct receiver *receiver, struct entry *entry)
{
	struct entry **p = &receiver->entries;
	while (*p != entry)
		p = &(*p)->next;
	*p = entry->next;
	if (receiver->tail == &entry->next)
		receiver->tail = p;
	size_t *count = counter(receiver, entry->state);
	if (count)
		(*count)--;
	if (!entry->stored)
		receiver->direct_count--;
	sms_received_clear(&entry->sms);
	free(entry);
}

static struct entry *find_state(struct receiver *receiver, enum entry_state state)
{
	struct entry *entry = receiver->entries;
	while (entry && entry->state != state)
		entry = entry->next;
	return entry;
}

static bool knows_place(const struct receiver *receiver, struct place place)
{
	for (const struct entry *e = receiver->entries; e; e = e->next)
		if (e->stored && same_place(e->place, place))
			return true;
	return false;
}

static void forget(struct receiver *receiver, bool direct_too)
{
	for (struct entry *entry = receiver->entries, *next; entry; entry = next) {
		next = entry->next;
		if (entry->stored || direct_too)
			remove_entry(receiver, entry);
	}
}

void receiver_reset(struct receiver *receiver)
{
	/* What came whole lies nowhere else: kept. */
	forget(receiver, false);
	receiver->notice_count = receiver->suspect_count = 0;
	timer_clear(receiver->read_again);
	receiver->sweep_wanted = true;
}

void receiver_free(struct receiver **receiver)
{
	if (!*receiver)
		return;
	forget(*receiver, true);
	timer_free(&(*receiver)->retry);
	timer_free(&(*receiver)->read_again);
	free((*receiver)->multi);
	free(*receiver);
	*receiver = NULL;
}

/* --- what libGammu tells -------------------------------------------------- */

void receiver_notice(struct receiver *receiver, struct place place)
{
	for (size_t i = 0; i < receiver->notice_count; i++)
		if (same_place(receiver->notices[i], place))
			return;
	if (receiver->notice_count < NOTICES_MAX)
		receiver->notices[receiver->notice_count++] = place;
	else
		receiver->sweep_wanted = true;
	receiver->changed(receiver->changed_arg);
}

void receiver_direct(struct receiver *receiver, const GSM_SMSMessage *sms)
{
	if (receiver->direct_count >= DIRECT_MAX) {
		log_warn("receive", "too many unstored messages wait for the database: one lost");
		return;
	}
	struct entry *entry = add_entry(receiver, false, (struct place){0});
	sms_receive(sms, &entry->sms);
	/* libGammu's +CMT path is only for what the modem won't store. */
	entry->sms.data = entry->sms.data || !entry->sms.report;
	receiver->changed(receiver->changed_arg);
}

void receiver_want_sweep(struct receiver *receiver)
{
	receiver->sweep_wanted = true;
	receiver->changed(receiver->changed_arg);
}

/* --- handing over --------------------------------------------------------- */

static void refuse(struct receiver *receiver, struct entry *entry)
{
	/* The message itself may be what the database stumbles over: it waits
	 * longer and longer, others pass. */
	entry->refusals++;
	int shift = entry->refusals < 7 ? entry->refusals : 7;
	int64_t delay = (int64_t)500 << shift;
	set_state(receiver, entry, ENTRY_REFUSED);
	if (!timer_pending(receiver->retry))
		timer_set(receiver->retry, delay < RETRY_MAX_MS ? delay : RETRY_MAX_MS);
}

static void retry_due(void *arg)
{
	struct receiver *receiver = arg;
	for (struct entry *entry = receiver->entries; entry; entry = entry->next)
		if (entry->state == ENTRY_REFUSED)
			set_state(receiver, entry, ENTRY_QUEUED);
	receiver->changed(receiver->changed_arg);
}

static void on_answer(enum gateway_outcome outcome, void *arg)
{
	struct answer *answer = arg;
	struct receiver *receiver = answer->receiver;
	if (answer->claimed)
		receiver->claiming--;
	struct entry *entry = receiver->entries;
	while (entry && entry->id != answer->id)
		entry = entry->next;
	free(answer);
	if (entry) {
		if (outcome != GATEWAY_COMMITTED)
			refuse(receiver, entry);
		else if (entry->stored)
			set_state(receiver, entry, ENTRY_COMMITTED);
		else
			remove_entry(receiver, entry);
	}
	receiver->changed(receiver->changed_arg);
}

static int hand_to_gateway(struct receiver *receiver, struct entry *entry, bool claim,
			   struct answer *answer)
{
	const struct sms_received *sms = &entry->sms;
	if (sms->report)
		return outbox_delivered(receiver->gateway, receiver->conf->name, sms->peer,
					sms->reference, sms->status, sms->at, on_answer, answer);
	struct inbound inbound = {
	    .transport = "sms",
	    .channel = receiver->conf->name,
	    .peer = sms->peer,
	    .text = sms->text,
	    .sent_at = sms->at,
	    .part = sms->part,
	    .data = sms->data,
	};
	return gateway_receive(receiver->gateway, &inbound, claim, on_answer, answer);
}

/* One waiting entry to the gateway. False when there is none or it can't be. */
static bool hand_over(struct receiver *receiver, bool claim)
{
	if (receiver->queued_count == 0 || receiver->in_flight >= IN_FLIGHT_MAX)
		return false;
	struct entry *entry = oldest_queued(receiver);
	struct answer *answer = xcalloc(1, sizeof *answer);
	claim = claim && !entry->sms.report && receiver->claiming == 0;
	*answer = (struct answer){receiver, entry->id, claim};
	receiver->claiming += claim;
	set_state(receiver, entry, ENTRY_HANDED);
	/* The answer may come before this returns: the entry may be gone. */
	uint64_t id = entry->id;
	if (hand_to_gateway(receiver, entry, claim, answer) == 0)
		return true;
	receiver->claiming -= claim;
	free(answer);
	entry = receiver->entries;
	while (entry && entry->id != id)
		entry = entry->next;
	if (entry)
		set_state(receiver, entry, ENTRY_REFUSED);
	if (!timer_pending(receiver->retry))
		timer_set(receiver->retry, FULL_QUEUE_MS);
	return false;
}

/* --- reading -------------------------------------------------------------- */

/* Drafts and sent messages on the SIM aren't ours. */
static bool is_inbound(const struct receiver *receiver, const GSM_SMSMessage *sms)
{
	/* What Gammu's own command puts into its dummy phone's inbox are submits. */
	bool dummy = strcasecmp(receiver->conf->connection, "none") == 0;
	return sms->PDU == SMS_Status_Report ||
	       ((sms->PDU != SMS_Submit || dummy) && sms->InboxFolder);
}

static void take(struct receiver *receiver, struct place place)
{
	for (int i = 0; i < receiver->multi->Number && i < GSM_MAX_MULTI_SMS; i++) {
		const GSM_SMSMessage *sms = &receiver->multi->SMS[i];
		if (is_inbound(receiver, sms))
			sms_receive(sms, &add_entry(receiver, true, place)->sms);
	}
}

static void read_again_due(void *arg)
{
	struct receiver *receiver = arg;
	for (size_t i = 0; i < receiver->suspect_count; i++)
		receiver_notice(receiver, receiver->suspects[i].place);
}

static void clear_suspect(struct receiver *receiver, struct place place)
{
	for (size_t i = 0; i < receiver->suspect_count; i++)
		if (same_place(receiver->suspects[i].place, place))
			receiver->suspects[i] = receiver->suspects[--receiver->suspect_count];
}

/* True once PLACE has failed often enough: until then it is read again in a
 * while, since a line that got in between garbles an answer as well. */
static bool is_hopeless(struct receiver *receiver, struct place place)
{
	struct suspect *suspect = NULL;
	for (size_t i = 0; i < receiver->suspect_count; i++)
		if (same_place(receiver->suspects[i].place, place))
			suspect = &receiver->suspects[i];
	if (!suspect) {
		if (receiver->suspect_count == SUSPECTS_MAX)
			return false; /* a later sweep comes back to it */
		suspect = &receiver->suspects[receiver->suspect_count++];
		*suspect = (struct suspect){.place = place};
	}
	if (++suspect->tries >= READ_TRIES)
		return true;
	timer_set(receiver->read_again, READ_AGAIN_MS);
	return false;
}

/* A message that libGammu can't decode is stored as it came, so that it may be
 * deleted and never blocks those behind it. */
static void take_unreadable(struct receiver *receiver, struct place place, GSM_Error error)
{
	if (!is_hopeless(receiver, place))
		return;
	struct strbuf pdu = {0};
	trace_last_pdu(receiver->trace, &pdu);
	clear_suspect(receiver, place);
	if (pdu.length == 0) {
		/* The modem gave no message, only an error: it's still there. */
		log_info("receive", "can't read place %d: %s", place.location,
			 GSM_ErrorName(error));
		return;
	}
	log_warn("receive", "message at place %d can't be decoded (%s): stored as data",
		 place.location, GSM_ErrorName(error));
	struct entry *entry = add_entry(receiver, true, place);
	entry->sms.peer = xstrdup("");
	entry->sms.text = xstrdup(pdu.text);
	entry->sms.data = true;
	strbuf_free(&pdu);
}

static void place_to_sms(struct place place, GSM_SMSMessage *sms)
{
	sms->Folder = place.in_sr ? 1 : 0;
	sms->Location = place.location;
	/* With 0 libGammu switches storages only when it must. */
	sms->Memory = place.in_sr ? MEM_SR : 0;
}

static void read_notice(struct receiver *receiver, struct link *link)
{
	struct place place = receiver->notices[0];
	receiver->notice_count--;
	memmove(receiver->notices, receiver->notices + 1,
		receiver->notice_count * sizeof receiver->notices[0]);
	if (knows_place(receiver, place))
		return; /* announced twice, or found by a sweep */
	memset(&receiver->multi->SMS[0], 0, sizeof receiver->multi->SMS[0]);
	receiver->multi->Number = 0;
	place_to_sms(place, &receiver->multi->SMS[0]);
	if (!link_begin(link, PAUSE_PLAIN, 8000, "reading a message"))
		return;
	GSM_Error error = link_end(link, GSM_GetSMS(link_sm(link), receiver->multi));
	if (link_health(link) != LINK_WELL)
		return;
	switch (error) {
	case ERR_NONE:
		clear_suspect(receiver, place);
		take(receiver, place);
		break;
	case ERR_EMPTY:
	case ERR_INVALIDLOCATION:
		clear_suspect(receiver, place);
		/* A notice that names the wrong place: it may lie elsewhere. */
		receiver->sweep_wanted = true;
		break;
	default:
		take_unreadable(receiver, place, error);
		break;
	}
}

/* One message of a sweep. False at its end. */
static bool sweep_step(struct receiver *receiver, struct link *link, bool start, int *found)
{
	GSM_SMSMessage *sms = &receiver->multi->SMS[0];
	int before = start ? 0 : sms->Location;
	if (!link_begin(link, PAUSE_PLAIN, 60000, "reading the whole storage"))
		return false;
	GSM_Error error = link_end(link, GSM_GetNextSMS(link_sm(link), receiver->multi, start));
	if (link_health(link) != LINK_WELL)
		return false;
	struct place place = {.location = sms->Location};
	if (error == ERR_NONE) {
		(*found)++;
		if (!knows_place(receiver, place))
			take(receiver, place);
		return true;
	}
	/* An empty place in the middle ("00") also gives ERR_EMPTY; the end is
	 * where libGammu moved on to no place. */
	if (sms->Location == before || sms->Location <= 0)
		return false;
	if (error != ERR_EMPTY) {
		(*found)++;
		receiver_notice(receiver, place); /* read by itself to see its PDU */
	}
	return true;
}

/* All in one go: libGammu keeps a copy of the listing, and to come back to it
 * after a deletion would find a message that a newer one has replaced. */
static void sweep(struct receiver *receiver, struct link *link)
{
	receiver->sweep_wanted = false;
	memset(&receiver->multi->SMS[0], 0, sizeof receiver->multi->SMS[0]);
	receiver->multi->Number = 0;
	int found = 0;
	for (int i = 0; i < SWEEP_MAX && sweep_step(receiver, link, i == 0, &found); i++)
		;
	receiver->stored = found;
	log_debug("receive", "sweep: %d messages, %zu to hand over", found, receiver->queued_count);
}

/* --- deleting ------------------------------------------------------------- */

static void delete_by_hand(struct link *link, struct place place)
{
	char command[32];
	int location = place.location % GSM_PHONE_MAXSMSINFOLDER;
	if (GSM_IsPhoneFeatureAvailable(GSM_GetModelInfo(link_sm(link)), F_SMS_LOCATION_0))
		location--;
	/* GSM_DeleteSMS() has selected the storage before it gave up. */
	snprintf(command, sizeof command, "AT+CMGD=%d", location);
	link_raw(link, command);
}

static void delete_one(struct receiver *receiver, struct link *link)
{
	struct entry *entry = find_state(receiver, ENTRY_COMMITTED);
	struct place place = entry->place;
	/* Several messages in one place (dummy): only when all are committed. */
	for (struct entry *e = receiver->entries; e; e = e->next)
		if (e != entry && e->stored && same_place(e->place, place)) {
			remove_entry(receiver, entry);
			return;
		}
	GSM_SMSMessage *sms = &receiver->multi->SMS[0];
	memset(sms, 0, sizeof *sms);
	place_to_sms(place, sms);
	if (!link_begin(link, PAUSE_PLAIN, 10000, "deleting a message"))
		return;
	GSM_Error error = link_end(link, GSM_DeleteSMS(link_sm(link), sms));
	if (link_health(link) != LINK_WELL)
		return;
	if (error != ERR_NONE && error != ERR_EMPTY && error != ERR_INVALIDLOCATION) {
		log_info("receive", "deleting place %d: %s; by hand", place.location,
			 GSM_ErrorName(error));
		delete_by_hand(link, place);
	}
	if (receiver->stored > 0)
		receiver->stored--;
	remove_entry(receiver, entry);
}

/* --- order of work -------------------------------------------------------- */

enum receiver_need receiver_need(const struct receiver *receiver)
{
	bool room = receiver->in_flight + receiver->queued_count < IN_FLIGHT_MAX;
	if (receiver->notice_count > 1 && room)
		return RECEIVER_URGENT;
	if (receiver->committed_count > IN_FLIGHT_MAX / 2)
		return RECEIVER_URGENT;
	if (receiver->notice_count > 0 && room)
		return RECEIVER_SOON;
	if (receiver->committed_count > 0 || receiver->sweep_wanted)
		return RECEIVER_LATER;
	return RECEIVER_IDLE;
}

bool receiver_work(struct receiver *receiver, struct link *link, bool claim)
{
	if (hand_over(receiver, claim))
		return true;
	bool room = receiver->in_flight + receiver->queued_count < IN_FLIGHT_MAX;
	if (receiver->notice_count > 0 && room) {
		read_notice(receiver, link);
		hand_over(receiver, claim);
		return true;
	}
	if (receiver->committed_count > 0) {
		delete_one(receiver, link);
		return true;
	}
	if (receiver->sweep_wanted && receiver->queued_count == 0) {
		sweep(receiver, link);
		return true;
	}
	return false;
}

bool receiver_is_claiming(const struct receiver *receiver)
{
	return receiver->claiming > 0;
}

int receiver_stored(const struct receiver *receiver)
{
	return receiver->stored;
}
