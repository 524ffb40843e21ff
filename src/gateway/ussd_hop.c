/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ussd_hop.h"

#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"

#define TIMES_MAX 3 /* another call took the step: look what it answered */

/* --- the end of a step ------------------------------------------------------------ */

void hop_free(struct hop *hop)
{
	struct arena *arena = hop->arena;

	timer_free(&hop->deadline);
	json_decref(hop->members);
	json_decref(hop->broken);
	if (hop->walking)
		walk_free(&hop->walk);
	ussd_screen_free(&hop->screen);
	ussd_menu_free(&hop->menu);
	explicit_bzero(hop->input, strlen(hop->input));
	for (int i = 0; i < hop->count; i++)
		explicit_bzero(hop->inputs[i], strlen(hop->inputs[i]));
	arena_free(&arena);
}

void hop_tell(struct hop *hop, const char *screen, bool ends)
{
	ussd_answer_fn *fn = hop->fn;

	hop->fn = NULL;
	timer_clear(hop->deadline);
	if (fn)
		fn(screen, ends, hop->arg);
}

void hop_tell_end(struct hop *hop, const char *name)
{
	struct ussd_screen screen;
	struct errbuf err;

	if (!hop->fn)
		return;
	if (ussd_screen_end(hop->ussd->gateway->catalogue, hop->walking ? &hop->walk : NULL,
			    hop->ussd->language, name, &screen, &err) < 0) {
		log_error("ussd", "%s", err.text);
		hop_tell(hop, "?", true);
		return;
	}
	hop_tell(hop, screen.text, true);
	ussd_screen_free(&screen);
}

void hop_end(struct hop *hop, const char *name)
{
	hop_tell_end(hop, name);
	hop_free(hop);
}

bool hop_came(struct hop *hop, const struct db_reply *reply, const char *what)
{
	if (reply->outcome == DB_DONE)
		return true;
	if (reply->outcome == DB_FAILED)
		log_error("ussd", "%s: %s: %s %s", hop->door, what, reply->sqlstate,
			  reply->message);
	hop_end(hop, "ussd_away");
	return false;
}

void hop_ask(struct hop *hop, enum db_statement statement, int n, const char *const *params,
	     db_reply_fn *fn)
{
	if (db_query(hop->ussd->gateway->db, statement, n, params, fn, hop) < 0)
		hop_end(hop, "ussd_away");
}

void hop_ignore(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_error("ussd", "%s %s", reply->sqlstate, reply->message);
}

/* --- parameters --------------------------------------------------------------------- */

const char *hop_number(struct hop *hop, int number)
{
	return arena_printf(hop->arena, "%d", number);
}

const char *hop_steps(struct hop *hop)
{
	if (hop->accumulated)
		return hop_number(hop, hop->taken + hop->count);
	return hop->number >= 0 ? hop_number(hop, hop->number) : NULL;
}

const char *hop_json(struct hop *hop, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	const char *kept;

	if (!text)
		fatal("out of memory");
	kept = arena_strdup(hop->arena, text);
	free(text);
	return kept;
}

json_t *hop_json_of(const PGresult *result, const char *column)
{
	return db_is_null(result, 0, column) ? NULL
					     : json_loads(db_text(result, 0, column), 0, NULL);
}

/* --- storing a step ------------------------------------------------------------------ */

void hop_again(struct hop *hop)
{
	if (++hop->times < TIMES_MAX)
		hop_enter(hop);
	else
		hop_end(hop, "ussd_away");
}

static void on_stored(const struct db_reply *reply, void *arg)
{
	struct hop *hop = arg;

	if (!hop_came(hop, reply, "store"))
		return;
	if (!db_bool(reply->result, 0, "won")) {
		hop_again(hop);
		return;
	}
	hop_tell(hop, hop->screen.text, hop->screen.ends);
	hop_free(hop);
}

void hop_store(struct hop *hop)
{
	const char *params[] = {
	    hop->door,
	    hop->session,
	    hop->peer,
	    hop_number(hop, hop->version),
	    hop_steps(hop),
	    db_bytea(hop->arena, hop->print, sizeof(hop->print)),
	    hop->walk.node->name,
	    hop_json(hop, hop->walk.state),
	    hop->screen.text,
	    hop->screen.ends ? "t" : "f",
	};

	hop_ask(hop, DB_USSD_STORE, 10, params, on_stored);
}

static void fault(struct hop *hop, const struct errbuf *err)
{
	log_error("ussd", "%s: node %s: %s", hop->door, hop->walk.node->name, err->text);
	hop_end(hop, "ussd_away");
}

bool hop_screen(struct hop *hop, const struct ussd_said *said)
{
	struct errbuf err = {""};

	ussd_screen_free(&hop->screen);
	if (ussd_screen_make(hop->ussd->gateway->catalogue, &hop->walk, hop->ussd->language, said,
			     &hop->screen, &err) == 0)
		return true;
	fault(hop, &err);
	return false;
}

void hop_finish(struct hop *hop, const char *name)
{
	struct errbuf err = {""};

	ussd_screen_free(&hop->screen);
	if (ussd_screen_end(hop->ussd->gateway->catalogue, &hop->walk, hop->ussd->language, name,
			    &hop->screen, &err) < 0)
		fault(hop, &err);
	else
		hop_store(hop);
}
