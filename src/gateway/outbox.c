/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "core.h"

/* Safety net under the notifications. */
#define POLL_MS 60000
/* A name that somebody else holds: at a restart, his connection's last moments. */
#define OWN_MS 500
/* First look after a temporary failure (SQL waits 5 s before the first retry). */
#define RETRY_MS 5500

/* One outcome that waits to be written: the database may be away just now. */
struct record {
	struct record *next;
	int64_t id;
	enum outbox_outcome outcome;
	int parts;
	char *references; /* "{1,2}" */
	char *body;
	char *error;
	bool want_next;
	bool asked; /* on its way */
};

/* One that the transport holds. */
struct flight {
	int64_t id;
	char *kept; /* its text as it will be stored */
};

/* What one channel holds. Its window bounds what is out at the transport
 * (`flights`) together with what came back and isn't stored yet (`records`): so
 * many, one at a modem, a crash may leave `sending`. At most one claim is on its
 * way, and nothing is called lost while anything is out: so nothing is ever sent
 * twice by mistake. */
struct outbox {
	struct gateway *gateway;
	char *channel;
	outbox_claimed_fn *fn;
	void *arg;
	struct flight flights[OUTBOX_WINDOW_MAX];
	int in_flight, window;
	bool claiming; /* a claim is on its way */
	bool woken;    /* asked to claim while that couldn't be: look again after */
	bool unsure;   /* an answer was lost: a row may be ours without our knowing */
	bool recovering;
	bool owned;  /* the channel's name is ours alone, by a session lock */
	bool paused; /* the transport can't send */
	int refusals;
	struct record *records;
	int record_count;
	struct timer *poll, *own;
	int64_t poll_ms, poll_at; /* of the slow poll; poll_at 0 = none planned */
	int64_t pace_at;          /* when a broadcast may go on; 0 = nobody said */
};

static const char *const outcome_names[] = {
    [OUTBOX_SENT] = "sent",           [OUTBOX_TEMPORARY] = "temporary",
    [OUTBOX_PERMANENT] = "permanent", [OUTBOX_UNCERTAIN] = "uncertain",
    [OUTBOX_NOT_TRIED] = "not_tried",
};

static void write_records(struct outbox *outbox);

/* Whether rows may be taken, or called lost, at all. */
static bool may_claim(const struct outbox *outbox)
{
	return outbox->owned && !outbox->paused;
}

/* Whether one more may be claimed, SETTLED records being stored with the claim. */
static bool has_room(const struct outbox *outbox, int settled)
{
	return outbox->in_flight + outbox->record_count - settled < outbox->window;
}

static int find_flight(const struct outbox *outbox, int64_t id)
{
	for (int i = 0; i < outbox->in_flight; i++)
		if (outbox->flights[i].id == id)
			return i;
	return -1;
}

/* Its text, which is the caller's then; NULL where nobody holds ID. */
static char *end_flight(struct outbox *outbox, int64_t id)
{
	int i = find_flight(outbox, id);
	char *kept;

	if (i < 0)
		return NULL;
	kept = outbox->flights[i].kept;
	outbox->flights[i] = outbox->flights[--outbox->in_flight];
	return kept;
}

/* One timer for the slow poll and for a broadcast that may go on sooner. */
static void set_poll(struct outbox *outbox)
{
	int64_t at = outbox->poll_at, now = clock_mono_ms();

	if (outbox->pace_at && (!at || outbox->pace_at < at))
		at = outbox->pace_at;
	timer_set(outbox->poll, at > now ? at - now : 0);
}

/* Never later than was planned before: notifications in between would put a
 * second try off for ever. */
static void poll_later(struct outbox *outbox)
{
	int64_t at = clock_mono_ms() + outbox->poll_ms;

	if (outbox->poll_at && outbox->poll_at <= at)
		return;
	outbox->poll_at = at;
	set_poll(outbox);
}

/* A row without a message says when a broadcast may go on. */
static void heed_pace(struct outbox *outbox, const PGresult *result)
{
	if (!result || !PQntuples(result) || !db_is_null(result, 0, "id") ||
	    db_is_null(result, 0, "wait_ms"))
		return;
	outbox->pace_at = clock_mono_ms() + db_int(result, 0, "wait_ms");
	set_poll(outbox);
}

/* Hands a claimed row to the transport, or records at once that it can't be
 * worded now; true if there was a row. */
static bool take_row(struct outbox *outbox, const PGresult *result)
{
	struct outbox_item *item;
	struct errbuf err = {""};
	struct flight *flight;
	int64_t id;

	if (!result || PQntuples(result) == 0 || db_is_null(result, 0, "id"))
		return false;
	id = db_int(result, 0, "id");
	if (find_flight(outbox, id) >= 0 || outbox->in_flight == OUTBOX_WINDOW_MAX)
		fatal("outbox: message %lld claimed while %d are being sent", (long long)id,
		      outbox->in_flight);
	flight = &outbox->flights[outbox->in_flight++];
	*flight = (struct flight){.id = id};
	if (render_row(outbox->gateway, result, 0, &item, &flight->kept, &err) < 0) {
		log_error("outbox", "message %lld can't be worded: %s", (long long)id, err.text);
		/* A mistake in the texts, most likely: once it is mended, a
		 * receipt must still go out. */
		outbox_record(outbox->gateway, id, OUTBOX_TEMPORARY, 0, NULL, err.text, true);
		return true;
	}
	outbox->fn(item, outbox->arg);
	return true;
}

/* What a claim that found nothing leaves to be done. A message's own claim
 * looks only at its own replies, and a notification that came meanwhile was
 * about others. */
static void look_again(struct outbox *outbox)
{
	if (outbox->unsure)
		outbox_recover(outbox->gateway);
	else if (outbox->woken)
		outbox_claim(outbox->gateway);
}

/* The window isn't full yet: the next one, too. */
static void claim_further(struct outbox *outbox)
{
	if (outbox->in_flight && has_room(outbox, 0) && !outbox->records)
		outbox_claim(outbox->gateway);
}

bool outbox_drives(const struct gateway *gateway)
{
	return gateway->outbox && may_claim(gateway->outbox);
}

bool outbox_reserve(struct gateway *gateway)
{
	struct outbox *outbox = gateway->outbox;

	if (!outbox || !may_claim(outbox) || !has_room(outbox, 0) || outbox->claiming ||
	    outbox->unsure)
		return false;
	outbox->claiming = true;
	return true;
}

void outbox_claim_came(struct gateway *gateway, const PGresult *result, bool uncertain)
{
	struct outbox *outbox = gateway->outbox;

	outbox->claiming = false;
	if (uncertain) {
		outbox->unsure = true;
	} else if (take_row(outbox, result)) {
		claim_further(outbox);
	} else {
		heed_pace(outbox, result);
		look_again(outbox);
	}
	/* The poll may have come and gone while the claim was on its way. */
	if (outbox->in_flight < outbox->window)
		poll_later(outbox);
}

static void claim_answered(const struct db_reply *reply, void *arg)
{
	struct outbox *outbox = arg;

	if (reply->outcome == DB_FAILED)
		log_error("outbox", "claim: %s", reply->message);
	outbox_claim_came(outbox->gateway, reply->outcome == DB_DONE ? reply->result : NULL,
			  reply->outcome == DB_UNCERTAIN);
}

int outbox_claim(struct gateway *gateway)
{
	struct outbox *outbox = gateway->outbox;
	const char *params[1];
	int result;

	if (!outbox || !may_claim(outbox))
		return 0;
	if (outbox->unsure)
		return outbox_recover(gateway);
	if (!has_room(outbox, 0) || outbox->claiming) {
		outbox->woken = true;
		return 0;
	}
	params[0] = outbox->channel;
	result = db_query(gateway->db, DB_OUTBOX_CLAIM, 1, params, claim_answered, outbox);
	if (result == 0) {
		outbox->claiming = true;
		outbox->woken = false;
	}
	return result;
}

static void poll_fired(void *arg)
{
	struct outbox *outbox = arg;

	if (outbox->poll_at && outbox->poll_at <= clock_mono_ms()) {
		outbox->poll_at = 0;
		outbox->poll_ms = outbox->poll_ms * 2 < POLL_MS ? outbox->poll_ms * 2 : POLL_MS;
	}
	outbox->pace_at = 0;
	if (outbox->records)
		write_records(outbox);
	if (outbox_claim(outbox->gateway) < 0 || !outbox->claiming)
		poll_later(outbox);
	if (outbox->poll_at)
		set_poll(outbox);
}

static void notified(const char *payload, void *arg)
{
	struct outbox *outbox = arg;

	(void)payload;
	/* When down, the connection's return asks again. */
	outbox_claim(outbox->gateway);
}

static void own_answered(const struct db_reply *reply, void *arg)
{
	struct outbox *outbox = arg;

	if (reply->outcome == DB_UNCERTAIN || reply->outcome == DB_NOT_SENT)
		return;
	if (reply->outcome == DB_DONE && db_bool(reply->result, 0, "pg_try_advisory_lock")) {
		outbox->owned = true;
		outbox->refusals = 0;
		/* Nobody told us what was queued while we were away. */
		outbox->woken = true;
		if (outbox->records)
			write_records(outbox);
		else
			outbox_claim(outbox->gateway);
		return;
	}
	/* Said at the second try: at the first it may be our own life before. */
	if (++outbox->refusals == 2)
		log_warn("outbox", "another process sends as \"%s\": two machines with one name?",
			 outbox->channel);
	timer_set(outbox->own, outbox->refusals < 10 ? OWN_MS : POLL_MS / 10);
}

/* Two gateways under one name would take each other's messages for lost. */
static void own_channel(void *arg)
{
	struct outbox *outbox = arg;
	const char *params[] = {outbox->channel};

	if (db_query(outbox->gateway->db, DB_CHANNEL_LOCK, 1, params, own_answered, outbox) < 0)
		log_debug("outbox", "the connection's return asks again");
}

static void database_state(bool up, void *arg)
{
	struct outbox *outbox = arg;

	outbox->owned = false;
	timer_clear(outbox->own);
	if (up)
		own_channel(outbox);
}

void outbox_on_claimed(struct gateway *gateway, const char *channel, int window,
		       outbox_claimed_fn *fn, void *arg)
{
	struct outbox *outbox = gateway->outbox;

	if (!outbox) {
		outbox = gateway->outbox = xcalloc(1, sizeof(*outbox));
		outbox->gateway = gateway;
		outbox->channel = xstrdup(channel);
		outbox->poll = timer_new(gateway->loop, poll_fired, outbox);
		outbox->own = timer_new(gateway->loop, own_channel, outbox);
		outbox->poll_ms = POLL_MS;
		db_listen(gateway->db, "kentongan_outbox", notified, outbox);
		db_on_state(gateway->db, database_state, outbox);
		poll_later(outbox);
		if (db_is_up(gateway->db))
			own_channel(outbox);
	}
	if (window < 1 || window > OUTBOX_WINDOW_MAX)
		fatal("outbox: a window of %d", window);
	outbox->window = window;
	outbox->fn = fn;
	outbox->arg = arg;
}

static void record_free(struct record *record)
{
	free(record->references);
	free(record->body);
	free(record->error);
	free(record);
}

void outbox_free(struct outbox **outbox)
{
	struct outbox *o = *outbox;

	if (!o)
		return;
	while (o->records) {
		struct record *next = o->records->next;

		record_free(o->records);
		o->records = next;
	}
	timer_free(&o->poll);
	timer_free(&o->own);
	while (o->in_flight)
		free(o->flights[--o->in_flight].kept);
	free(o->channel);
	free(o);
	*outbox = NULL;
}

static void record_answered(const struct db_reply *reply, void *arg)
{
	struct outbox *outbox = arg;
	struct record *record = outbox->records;
	bool wanted = record->want_next, taken = false;

	if (wanted)
		outbox->claiming = false;
	if (reply->outcome == DB_UNCERTAIN || reply->outcome == DB_NOT_SENT) {
		/* Written again after the reconnect; the second time does nothing
		 * if the first had arrived. A next row may have been claimed. */
		record->asked = false;
		if (wanted && reply->outcome == DB_UNCERTAIN)
			outbox->unsure = true;
		return;
	}
	if (reply->outcome == DB_FAILED)
		log_error("outbox", "the outcome of message %lld was not stored: %s",
			  (long long)record->id, reply->message);
	if (reply->outcome == DB_FAILED && worth_retrying(reply->sqlstate)) {
		/* Full disk, conflict: forgotten, the row would stay `sending`. */
		record->asked = false;
		outbox->poll_ms = RETRY_MS;
		poll_later(outbox);
		return;
	}
	outbox->records = record->next;
	outbox->record_count--;
	record_free(record);
	if (wanted && reply->outcome == DB_DONE) {
		taken = take_row(outbox, reply->result);
		if (!taken)
			heed_pace(outbox, reply->result);
	}
	if (outbox->records)
		write_records(outbox);
	else if (taken)
		claim_further(outbox);
	else
		look_again(outbox);
	if (outbox->in_flight < outbox->window && !taken)
		poll_later(outbox);
}

static void write_records(struct outbox *outbox)
{
	struct record *r = outbox->records;
	char id[24], parts[16];
	bool next;

	if (r->asked)
		return;
	next = r->want_next && may_claim(outbox) && has_room(outbox, 1) && !outbox->claiming &&
	       !outbox->unsure;
	const char *params[] = {
	    outbox->channel, id,       outcome_names[r->outcome], parts, r->references,
	    r->body,         r->error, next ? "t" : "f"};

	snprintf(id, sizeof(id), "%lld", (long long)r->id);
	snprintf(parts, sizeof(parts), "%d", r->parts);
	r->want_next = next;
	if (db_query(outbox->gateway->db, DB_OUTBOX_RECORD, 8, params, record_answered, outbox) < 0)
		return;
	r->asked = true;
	if (next) {
		outbox->claiming = true;
		outbox->woken = false;
	}
}

void outbox_record(struct gateway *gateway, int64_t id, enum outbox_outcome outcome, int parts,
		   const int *references, const char *error, bool next)
{
	struct outbox *outbox = gateway->outbox;
	struct record *record = xcalloc(1, sizeof(*record));
	struct record **end = &outbox->records;
	char *kept = end_flight(outbox, id);
	struct strbuf refs = {0};

	strbuf_putc(&refs, '{');
	for (int i = 0; references && i < parts; i++)
		strbuf_printf(&refs, "%s%d", i ? "," : "", references[i]);
	strbuf_putc(&refs, '}');
	record->id = id;
	record->outcome = outcome;
	record->parts = parts;
	record->references = refs.text;
	record->error = xstrdup(error ? error : "");
	record->want_next = next;
	record->body = kept ? kept : xstrdup("");
	if (outcome == OUTBOX_TEMPORARY || outcome == OUTBOX_UNCERTAIN) {
		outbox->poll_ms = RETRY_MS;
		poll_later(outbox);
	}
	while (*end)
		end = &(*end)->next;
	*end = record;
	outbox->record_count++;
	write_records(outbox);
}

static void recover_answered(const struct db_reply *reply, void *arg)
{
	struct outbox *outbox = arg;

	outbox->recovering = false;
	if (reply->outcome == DB_DONE) {
		int64_t n = db_int(reply->result, 0, "outbox_recover");

		outbox->unsure = false;
		if (n)
			log_warn("outbox", "%lld messages were left half sent: settled",
				 (long long)n);
		outbox_claim(outbox->gateway);
	} else if (reply->outcome == DB_FAILED) {
		log_error("outbox", "recover: %s", reply->message);
		poll_later(outbox);
	}
}

void outbox_pause(struct gateway *gateway)
{
	if (gateway->outbox)
		gateway->outbox->paused = true;
}

void outbox_resume(struct gateway *gateway)
{
	gateway->outbox->paused = false;
	(void)outbox_recover(gateway);
}

bool outbox_is_idle(const struct gateway *gateway)
{
	const struct outbox *outbox = gateway->outbox;

	return !outbox || (!outbox->in_flight && !outbox->claiming && !outbox->records);
}

int outbox_recover(struct gateway *gateway)
{
	struct outbox *outbox = gateway->outbox;
	const char *params[1];
	int result;

	/* Never while a message is at the transport: it would be taken for lost. */
	outbox->unsure = true;
	if (!may_claim(outbox) || outbox->in_flight || outbox->claiming || outbox->records ||
	    outbox->recovering)
		return 0;
	params[0] = outbox->channel;
	result = db_query(gateway->db, DB_OUTBOX_RECOVER, 1, params, recover_answered, outbox);
	if (result == 0)
		outbox->recovering = true;
	return result;
}
