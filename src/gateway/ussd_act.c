/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ussd_hop.h"

#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/pin.h"

/* The reply is on its way to the handset: nobody waits for this. */
static void record(struct hop *hop, const PGresult *result)
{
	bool is_reply = ussd_is(hop->walk.menu, hop->walk.node, USSD_REPLY);
	const char *params[] = {
	    hop->door,
	    hop->session,
	    db_text(result, 0, "version"),
	    db_is_null(result, 0, "outbox_id") ? NULL : db_text(result, 0, "outbox_id"),
	    is_reply && hop->screen.whole ? hop->screen.whole : hop->screen.text,
	    hop->screen.ends ? "t" : "f",
	    /* Kept with the message; a page of it, or another screen, is kept here. */
	    is_reply && hop->screen.ends && db_bool(result, 0, "shown") ? NULL : hop->screen.text,
	};

	if (db_query(hop->ussd->gateway->db, DB_USSD_DONE, 7, params, hop_ignore, NULL) < 0)
		log_warn("ussd", "the database is away: an answer may come by SMS, too");
}

static void on_acted(const struct db_reply *reply, void *arg)
{
	struct hop *hop = arg;
	const PGresult *result = reply->result;
	struct ussd_said said = {0};
	json_t *state, *params;
	bool made;

	if (!hop_came(hop, reply, "act"))
		return;
	if (!db_bool(result, 0, "won")) {
		hop_again(hop);
		return;
	}
	log_info("ussd", "message %s from %s: %s", db_text(result, 0, "message_id"),
		 log_msisdn(hop->peer), db_text(result, 0, "outcome"));
	state = hop_json_of(result, "state");
	walk_free(&hop->walk);
	walk_resume(&hop->walk, hop->menu, hop->members, db_text(result, 0, "node"), state);
	json_decref(state);
	params = hop_json_of(result, "params");
	if (!db_is_null(result, 0, "template"))
		said = (struct ussd_said){.template = db_text(result, 0, "template"),
					  .params = params,
					  .lang = db_text(result, 0, "lang")};
	made = hop_screen(hop, &said);
	json_decref(params);
	if (!made)
		return;
	/* Told too late, it goes by SMS. */
	if (hop->fn)
		record(hop, result);
	hop_tell(hop, hop->screen.text, hop->screen.ends);
	hop_free(hop);
}

/* What makes it this command and no other, also when the session is forgotten. */
static const char *dedupe(struct hop *hop)
{
	uint8_t print[SECRET_HASH_BYTES];
	char *all = xasprintf("ussd|%s|%s|%s|%d", hop->door, hop->session, hop->peer,
			      hop->accumulated   ? hop->taken + hop->at
			      : hop->number >= 0 ? hop->number * 100 + hop->at
						 : hop->version * 100 + hop->at);

	secret_fingerprint(hop->ussd->gateway->secret, all, strlen(all), print);
	free(all);
	return db_bytea(hop->arena, print, sizeof(print));
}

static const char *pin_hash(struct hop *hop, const char *pin)
{
	uint8_t hash[SECRET_PIN_HASH_BYTES];

	if (!*pin)
		return NULL;
	secret_pin_hash(hop->ussd->gateway->secret, hop->peer, pin, hash);
	return db_bytea(hop->arena, hash, sizeof(hash));
}

/* What any command is held to: the sender's own rate. A hop is never taken for
 * an auto-responder's text. */
static const char *standing(struct hop *hop)
{
	uint64_t unlike;

	memcpy(&unlike, hop->print, sizeof(unlike));
	switch (guard_check(hop->ussd->gateway->guard, hop->peer, unlike, clock_wall() * 1000)) {
	case GUARD_PASS:
		return "ok";
	case GUARD_NOTICE:
		return "too_fast";
	default:
		return NULL;
	}
}

static const char *afters(struct hop *hop)
{
	json_t *nodes = json_object();
	const struct ussd_node *leaf = hop->walk.leaf;
	const char *text;

	for (size_t i = 0; leaf && i < leaf->after_count; i++)
		json_object_set_new(nodes, leaf->afters[i].key,
				    json_string(leaf->afters[i].to->name));
	text = hop_json(hop, nodes);
	json_decref(nodes);
	return text;
}

/* Another PIN is typed behind the old one, for which SMS has no place with this command. */
static void add_new_pin(struct hop *hop, struct parsed *parsed)
{
	const struct walk *walk = &hop->walk;

	if (!*walk->new_pin)
		return;
	memcpy(parsed->new_pin, walk->new_pin, sizeof(parsed->new_pin));
	parsed->redacted = arena_printf(hop->arena, "%s ••••••", parsed->redacted);
}

static void act(struct hop *hop, struct parsed *parsed, const char *stands)
{
	const char *checked;

	add_new_pin(hop, parsed);
	checked = *parsed->new_pin ? parsed->new_pin : parsed->pin;
	if (*checked && pin_is_weak(checked, hop->peer))
		json_object_set_new(parsed->args, "weak", json_true());
	const char *params[] = {
	    hop->door,
	    hop->session,
	    hop->peer,
	    hop_number(hop, hop->version),
	    hop_steps(hop),
	    db_bytea(hop->arena, hop->print, sizeof(hop->print)),
	    afters(hop),
	    walk_retry(&hop->walk),
	    hop_json(hop, hop->walk.state),
	    dedupe(hop),
	    parsed->redacted,
	    parse_problem_name(parsed->problem),
	    parsed->command,
	    hop_json(hop, parsed->args),
	    parsed->heard ? parsed->heard : "",
	    pin_hash(hop, parsed->pin),
	    pin_hash(hop, parsed->new_pin),
	    stands,
	    hop->ussd->gateway->limits,
	};

	hop_ask(hop, DB_USSD_ACT, 19, params, on_acted);
}

void hop_run(struct hop *hop)
{
	struct strbuf text = {0};
	struct parsed parsed;
	const char *stands = standing(hop);

	if (!stands) {
		hop_finish(hop, "ussd_quota");
		return;
	}
	if (!walk_says(&hop->walk, &text)) {
		log_error("ussd", "%s: node %s lacks what its command needs", hop->door,
			  hop->walk.leaf ? hop->walk.leaf->name : hop->walk.node->name);
		hop_end(hop, "ussd_away");
	} else {
		parser_parse(hop->ussd->gateway->grammar, text.text, hop->arena, &parsed);
		act(hop, &parsed, stands);
		parsed_free(&parsed);
	}
	if (text.length)
		explicit_bzero(text.text, text.length);
	strbuf_free(&text);
}
