/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/gateway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/pin.h"
#include "core.h"
#include "receive.h"

/* A network's time-stamp that can be believed. */
#define OLDEST_S (30 * 86400)
#define NEWEST_S (5 * 60)

/* Who may not be answered, or "ok". Fills PEER with E.164 where there is one,
 * else with what was given (cut). */
static const char *standing_of(const struct gateway *gateway, const struct inbound *inbound,
			       char peer[static PEER_MAX])
{
	char e164[MSISDN_MAX];

	snprintf(peer, PEER_MAX, "%s", inbound->peer);
	switch (msisdn_parse(inbound->peer, gateway->conf->country, e164)) {
	case MSISDN_SHORT_CODE:
		return "short_code";
	case MSISDN_ALPHANUMERIC:
		return "alphanumeric";
	case MSISDN_INVALID:
		return "invalid";
	case MSISDN_OK:
		break;
	}
	snprintf(peer, PEER_MAX, "%s", e164);
	for (size_t i = 0; i < gateway->conf->modem_count; i++) {
		char own[MSISDN_MAX];

		if (msisdn_parse(gateway->conf->modems[i].number, gateway->conf->country, own) ==
			MSISDN_OK &&
		    strcmp(own, e164) == 0)
			return "own";
	}
	for (size_t i = 0; i < gateway->conf->kannel_count; i++) {
		char own[MSISDN_MAX];

		if (msisdn_parse(gateway->conf->kannels[i].number, gateway->conf->country, own) ==
			MSISDN_OK &&
		    strcmp(own, e164) == 0)
			return "own";
	}
	return inbound->data ? "data" : "ok";
}

/* What makes it this message and no other: read twice, it is the same. */
static void fingerprint(const struct gateway *gateway, const struct inbound *inbound,
			const char *peer, uint8_t out[static SECRET_HASH_BYTES])
{
	/* Without the network's time or the peer's own number only the hour of
	 * arrival tells two equal texts apart. */
	long long at = inbound->sent_at ? (long long)inbound->sent_at
		       : inbound->id    ? 0
					: clock_wall() / 3600;
	char *all = xasprintf("%s|%s|%lld|%s|%d/%d|%s", inbound->transport, peer, at,
			      inbound->id ? inbound->id : "", inbound->part.reference,
			      inbound->part.total, inbound->text);

	secret_fingerprint(gateway->secret, all, strlen(all), out);
	free(all);
}

static bool passed_before(struct gateway *gateway, const uint8_t print[static SECRET_HASH_BYTES])
{
	for (size_t i = 0; i < PASSED_MAX; i++)
		if (memcmp(gateway->passed[i], print, SECRET_HASH_BYTES) == 0)
			return true;
	return false;
}

static enum guard_verdict ask_guard(struct gateway *gateway, const struct inbound *inbound,
				    const char *peer, const uint8_t print[static SECRET_HASH_BYTES])
{
	int64_t now = clock_wall(), at = inbound->sent_at;
	enum guard_verdict verdict;
	uint8_t text_print[SECRET_HASH_BYTES];
	uint64_t text_hash;

	if (passed_before(gateway, print))
		return GUARD_PASS;
	if (at < now - OLDEST_S || at > now + NEWEST_S)
		at = now;
	secret_fingerprint(gateway->secret, inbound->text, strlen(inbound->text), text_print);
	memcpy(&text_hash, text_print, sizeof(text_hash));
	verdict = guard_check(gateway->guard, peer, text_hash, at * 1000);
	if (verdict == GUARD_PASS || verdict == GUARD_NOTICE) {
		memcpy(gateway->passed[gateway->passed_next], print, SECRET_HASH_BYTES);
		gateway->passed_next = (gateway->passed_next + 1) % PASSED_MAX;
	}
	return verdict;
}

static void delivery_free(struct delivery *delivery)
{
	struct arena *arena = delivery->arena;

	arena_free(&arena);
}

static void finish(struct delivery *delivery, enum gateway_outcome outcome)
{
	gateway_done_fn *fn = delivery->fn;
	void *arg = delivery->arg;

	delivery_free(delivery);
	fn(outcome, arg);
}

bool worth_retrying(const char *sqlstate)
{
	return strncmp(sqlstate, "40", 2) == 0 || strncmp(sqlstate, "53", 2) == 0 ||
	       strncmp(sqlstate, "57", 2) == 0 || strncmp(sqlstate, "55", 2) == 0 ||
	       strncmp(sqlstate, "25006", 5) == 0;
}

static int send_query(struct delivery *delivery);

static void handled(const struct db_reply *reply, void *arg)
{
	struct delivery *delivery = arg;
	struct gateway *gateway = delivery->gateway;

	switch (reply->outcome) {
	case DB_DONE:
		log_info("gateway", "message %s from %s: %s%s",
			 db_text(reply->result, 0, "message_id"), log_msisdn(delivery->peer),
			 db_text(reply->result, 0, "outcome"),
			 db_bool(reply->result, 0, "duplicate") ? " (again: no effect)" : "");
		if (delivery->claim)
			outbox_claim_came(gateway, reply->result, false);
		else
			outbox_claim(gateway); /* nobody notifies us of our own replies */
		finish(delivery, GATEWAY_COMMITTED);
		return;
	case DB_FAILED:
		log_error("gateway", "message from %s: %s %s", log_msisdn(delivery->peer),
			  reply->sqlstate, reply->message);
		if (delivery->claim)
			outbox_claim_came(gateway, NULL, false);
		delivery->claim = false;
		/* Kept as a fault, so that it doesn't block those behind it. */
		if (!worth_retrying(reply->sqlstate) && !delivery->fault) {
			delivery->fault = true;
			if (send_query(delivery) == 0)
				return;
		}
		break;
	case DB_UNCERTAIN:
	case DB_NOT_SENT:
		if (delivery->claim)
			outbox_claim_came(gateway, NULL, reply->outcome == DB_UNCERTAIN);
		break;
	}
	finish(delivery, GATEWAY_RETRY);
}

static int send_query(struct delivery *d)
{
	const char *params[19] = {
	    d->transport,
	    d->channel,
	    d->peer,
	    d->dedupe,
	    d->sent_at,
	    d->fault ? "" : d->body,
	    d->parts,
	    d->incomplete ? "t" : "f",
	    d->part_set,
	    d->fault ? "unknown" : d->problem,
	    d->fault ? "" : d->command,
	    d->fault ? "{}" : d->args,
	    d->fault ? "" : d->heard,
	    d->pin_hash,
	    d->new_pin_hash,
	    d->fault ? "fault" : d->standing,
	    d->gateway->limits,
	    d->claim ? "t" : "f",
	    outbox_drives(d->gateway) ? "t" : "f",
	};

	return db_query(d->gateway->db, DB_HANDLE_MESSAGE, 19, params, handled, d);
}

/* The keyed hash of PIN as the database takes it, or NULL where there is none. */
static const char *hash_of(const struct delivery *d, const char *pin)
{
	uint8_t hash[SECRET_PIN_HASH_BYTES];

	if (!pin[0])
		return NULL;
	secret_pin_hash(d->gateway->secret, d->peer, pin, hash);
	return db_bytea(d->arena, hash, sizeof(hash));
}

/* The database sees hashes only: how good a PIN is must be said to it. */
static void note_weakness(const struct delivery *d, struct parsed *parsed)
{
	const char *pin = parsed->new_pin[0] ? parsed->new_pin : parsed->pin;

	if (pin[0] && pin_is_weak(pin, d->peer))
		json_object_set_new(parsed->args, "weak", json_true());
}

/* The number that somebody is to have, as the database knows numbers. False
 * where it is none. */
static bool complete_phone(const struct delivery *d, struct parsed *parsed)
{
	const char *typed = json_string_value(json_object_get(parsed->args, "phone"));
	char e164[MSISDN_MAX];

	if (!typed)
		return true;
	if (msisdn_parse(typed, d->gateway->conf->country, e164) != MSISDN_OK) {
		json_object_del(parsed->args, "phone");
		return false;
	}
	json_object_set_new(parsed->args, "phone", json_string(e164));
	return true;
}

static void parse_into(struct delivery *d, const char *text)
{
	struct parsed parsed = {0};
	char *args;

	parser_parse(d->gateway->grammar, text, d->arena, &parsed);
	note_weakness(d, &parsed);
	if (!complete_phone(d, &parsed))
		parsed.problem = PARSE_USAGE;
	args = json_dumps(parsed.args, JSON_COMPACT);
	d->args = arena_strdup(d->arena, args ? args : "{}");
	free(args);
	d->body = parsed.redacted;
	d->problem = parse_problem_name(parsed.problem);
	d->command = parsed.command;
	d->heard = parsed.heard ? parsed.heard : "";
	d->pin_hash = hash_of(d, parsed.pin);
	d->new_pin_hash = hash_of(d, parsed.new_pin);
	parsed_free(&parsed);
}

/* A missed call has no words: what it asks is its group's rule. */
static void ring_into(struct delivery *d)
{
	d->body = "";
	d->problem = "ok";
	d->command = "CALL";
	d->heard = "";
	d->args = "{}";
}

/* Advertising and odd data: kept for the operator to read, never obeyed. */
static void keep_only(struct delivery *d, const char *text)
{
	char clean[TEXT_MAX + 1], redacted[TEXT_MAX * 4];

	text_normalise(text, strlen(text), clean, sizeof(clean));
	text_redact(clean, redacted, sizeof(redacted));
	d->body = arena_strdup(d->arena, redacted);
	d->problem = "unknown";
	d->command = "";
	d->heard = "";
	d->args = "{}";
}

static struct delivery *delivery_new(struct gateway *gateway, const struct inbound *inbound,
				     const char *peer, gateway_done_fn *fn, void *arg)
{
	struct arena *arena = arena_new();
	struct delivery *d = arena_alloc(arena, sizeof(*d));

	d->arena = arena;
	d->gateway = gateway;
	d->fn = fn;
	d->arg = arg;
	d->transport = arena_strdup(arena, inbound->transport);
	d->channel = arena_strdup(arena, inbound->channel);
	d->peer = arena_strdup(arena, peer);
	if (inbound->sent_at)
		d->sent_at = arena_printf(arena, "%lld", (long long)inbound->sent_at);
	d->parts = "1";
	return d;
}

int receive_whole(struct gateway *gateway, const struct inbound *inbound, const struct whole *whole,
		  bool claim, gateway_done_fn *fn, void *arg)
{
	char peer[PEER_MAX];
	uint8_t print[SECRET_HASH_BYTES];
	const char *standing = standing_of(gateway, inbound, peer);
	struct delivery *d;
	int result;

	fingerprint(gateway, inbound, peer, print);
	if (strcmp(standing, "ok") == 0) {
		enum guard_verdict verdict = ask_guard(gateway, inbound, peer, print);

		if (verdict == GUARD_NOTICE) {
			standing = "too_fast";
		} else if (verdict != GUARD_PASS && whole) {
			/* Its parts are in the database: unless that hears of it,
			 * they stay open and keep the others from being handled. */
			standing = "flood";
		} else if (verdict != GUARD_PASS) {
			fn(GATEWAY_COMMITTED, arg);
			return 0;
		}
	}
	d = delivery_new(gateway, inbound, peer, fn, arg);
	d->standing = standing;
	d->dedupe = db_bytea(d->arena, print, sizeof(print));
	if (whole) {
		d->incomplete = whole->incomplete;
		d->part_set = arena_printf(d->arena, "%lld", (long long)whole->part_set);
		d->parts = arena_printf(d->arena, "%d", whole->parts);
	}
	if (strcmp(inbound->transport, "call") == 0)
		ring_into(d);
	else if (strcmp(standing, "ok") == 0)
		parse_into(d, inbound->text);
	else
		keep_only(d, inbound->text);
	d->claim = claim && outbox_reserve(gateway);
	result = send_query(d);
	if (result < 0) {
		if (d->claim)
			outbox_claim_came(gateway, NULL, false);
		delivery_free(d);
	}
	return result;
}

int gateway_receive(struct gateway *gateway, const struct inbound *inbound, bool claim,
		    gateway_done_fn *fn, void *arg)
{
	if (inbound->part.reference_bits && inbound->part.total > 1)
		return receive_part(gateway, inbound, claim, fn, arg);
	return receive_whole(gateway, inbound, NULL, claim, fn, arg);
}
