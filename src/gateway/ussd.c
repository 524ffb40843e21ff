/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/ussd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"
#include "ussd_hop.h"

/* Providers give up after ten seconds or so. */
#define DEADLINE_MS 6000

/* --- walking ------------------------------------------------------------------------------ */

static void walk_on(struct hop *hop, enum walk_result result);

static void on_list(const struct db_reply *reply, void *arg)
{
	struct hop *hop = arg;
	json_t *list;

	if (!hop_came(hop, reply, "list"))
		return;
	list = hop_json_of(reply->result, "list");
	json_object_set_new(hop->walk.state, "items", list ? list : json_array());
	walk_on(hop, WALK_SHOW);
}

static void load_list(struct hop *hop)
{
	const json_t *id = json_object_get(walk_member(&hop->walk), "id");
	const char *params[] = {
	    hop->walk.node->list,
	    arena_printf(hop->arena, "%lld", (long long)json_integer_value(id))};

	hop_ask(hop, DB_USSD_LIST, 2, params, on_list);
}

static void walk_on(struct hop *hop, enum walk_result result)
{
	const struct ussd_said nothing = {0};

	/* A PIN comes by itself, never with what was dialled or typed ahead. */
	while (result == WALK_SHOW && hop->at < hop->count && !hop->walk.wrong) {
		bool alone = hop->count == 1 && !hop->is_new;

		/* Of a list that nobody has read no line is chosen: it changes. */
		if (hop->walk.node->list && (hop->is_new || hop->at > 0))
			break;
		result = walk_take(&hop->walk, hop->inputs[hop->at], alone);
		hop->at++;
	}
	switch (result) {
	case WALK_LIST:
		load_list(hop);
		return;
	case WALK_RUN:
		hop_run(hop);
		return;
	case WALK_BYE:
		hop_finish(hop, "ussd_bye");
		return;
	case WALK_NO:
		hop_finish(hop, "ussd_not_done");
		return;
	case WALK_SHOW:
		if (hop_screen(hop, &nothing))
			hop_store(hop);
	}
}

/* The answer's further pages: its text is kept in the outbox. */
static void turn_page(struct hop *hop, const PGresult *result)
{
	json_t *params = hop_json_of(result, "params");
	struct ussd_said said = {
	    .body = db_is_null(result, 0, "body") ? NULL : db_text(result, 0, "body"),
	    .template = db_is_null(result, 0, "template") ? NULL : db_text(result, 0, "template"),
	    .params = params,
	    .lang = db_text(result, 0, "lang")};
	bool made;

	(void)walk_take(&hop->walk, "98", false);
	made = hop_screen(hop, &said);
	json_decref(params);
	if (!made)
		return;
	/* The last one ends the session; its text is kept here for who asks again. */
	hop_store(hop);
}

/* --- entering -------------------------------------------------------------------------------- */

/* Inputs behind those that were taken before. */
static void split_inputs(struct hop *hop, int skip)
{
	char *text = arena_strdup(hop->arena, hop->input), *at = text;
	int n = 0;

	hop->count = hop->at = 0;
	hop->taken = skip;
	if (!*text && !(skip == 0 && !hop->first && !hop->accumulated))
		return;
	while (at && hop->count < USSD_INPUTS_MAX) {
		char *star = hop->accumulated || hop->first ? strchr(at, '*') : NULL;

		if (star)
			*star = '\0';
		if (n++ >= skip)
			hop->inputs[hop->count++] = arena_strdup(hop->arena, at);
		at = star ? star + 1 : NULL;
	}
	explicit_bzero(text, strlen(text));
}

static int inputs_in(const struct hop *hop)
{
	int n = *hop->input != '\0';

	for (const char *at = hop->input; *at; at++)
		n += *at == '*';
	return n;
}

/* The very same step: the same answer. */
static void repeat(struct hop *hop, const PGresult *result)
{
	json_t *state, *params;
	struct ussd_said said = {0};
	bool made;

	if (!db_is_null(result, 0, "answer")) {
		hop_tell(hop, db_text(result, 0, "answer"), db_bool(result, 0, "ended"));
		hop_free(hop);
		return;
	}
	params = hop_json_of(result, "params");
	said.body = db_is_null(result, 0, "body") ? NULL : db_text(result, 0, "body");
	if (!db_is_null(result, 0, "template"))
		said.template = db_text(result, 0, "template");
	said.params = params;
	said.lang = db_text(result, 0, "lang");
	state = hop_json_of(result, "state");
	walk_resume(&hop->walk, hop->menu, hop->members,
		    db_bool(result, 0, "ended") ? "@reply" : db_text(result, 0, "node"), state);
	hop->walking = true;
	json_decref(state);
	made = hop_screen(hop, &said);
	json_decref(params);
	if (!made)
		return;
	hop_tell(hop, hop->screen.text, hop->screen.ends || db_bool(result, 0, "ended"));
	hop_free(hop);
}

static void begin(struct hop *hop)
{
	enum walk_result result;

	hop->is_new = true;
	split_inputs(hop, 0);
	/* A session that nobody knows (any more) begins at the beginning. */
	if (!hop->first && !hop->accumulated)
		hop->count = 0;
	result = walk_start(&hop->walk, hop->menu, hop->members, hop->count ? NULL : hop->broken);
	hop->walking = true;
	walk_on(hop, result);
}

static void go_on(struct hop *hop, const PGresult *result)
{
	json_t *state = hop_json_of(result, "state");

	split_inputs(hop, hop->accumulated ? hop->steps : 0);
	walk_resume(&hop->walk, hop->menu, hop->members, db_text(result, 0, "node"), state);
	hop->walking = true;
	json_decref(state);
	if (ussd_is(hop->menu, hop->walk.node, USSD_REPLY) && hop->count == 1 &&
	    strcmp(hop->inputs[0], "98") == 0)
		turn_page(hop, result);
	else
		walk_on(hop, WALK_SHOW);
}

static void on_entered(const struct db_reply *reply, void *arg)
{
	struct hop *hop = arg;
	const PGresult *result = reply->result;
	const char *status;

	if (!hop_came(hop, reply, "enter"))
		return;
	if (hop->walking)
		walk_free(&hop->walk);
	hop->walking = false;
	json_decref(hop->members);
	json_decref(hop->broken);
	hop->members = hop_json_of(result, "members");
	hop->broken = hop_json_of(result, "interrupted");
	hop->version = (int)db_int(result, 0, "version");
	hop->steps = (int)db_int(result, 0, "steps");
	status = db_text(result, 0, "status");
	if (strcmp(status, "again") == 0)
		repeat(hop, result);
	else if (strcmp(status, "foreign") == 0)
		hop_end(hop, "ussd_away");
	else if (json_array_size(hop->members) == 0)
		hop_end(hop, "ussd_unknown");
	else if (strcmp(status, "new") == 0)
		begin(hop);
	else
		go_on(hop, result);
}

void hop_enter(struct hop *hop)
{
	const char *steps = NULL;

	if (hop->accumulated)
		steps = hop_number(hop, inputs_in(hop));
	else if (hop->number >= 0)
		steps = hop_number(hop, hop->number);
	const char *params[] = {hop->door, hop->session, hop->peer, steps,
				db_bytea(hop->arena, hop->print, sizeof(hop->print))};

	hop_ask(hop, DB_USSD_ENTER, 5, params, on_entered);
}

static void hop_hash_input(struct hop *hop)
{
	char *all = xasprintf("ussd|%s|%s|%d|%s", hop->door, hop->session, hop->number, hop->input);

	secret_fingerprint(hop->ussd->gateway->secret, all, strlen(all), hop->print);
	explicit_bzero(all, strlen(all));
	free(all);
}
static void on_deadline(void *arg)
{
	struct hop *hop = arg;

	log_warn("ussd", "%s: no answer from the database in time", hop->door);
	hop_tell_end(hop, "ussd_away");
}

void ussd_take(struct ussd *ussd, const struct ussd_step *step, ussd_answer_fn *fn, void *arg)
{
	struct arena *arena = arena_new();
	struct hop *hop = arena_alloc(arena, sizeof(*hop));
	char peer[MSISDN_MAX];

	hop->arena = arena;
	hop->ussd = ussd;
	hop->menu = ussd_menu_hold(ussd->menu);
	hop->fn = fn;
	hop->arg = arg;
	hop->door = arena_strdup(arena, step->door);
	hop->session = arena_strdup(arena, step->session);
	hop->input = arena_strdup(arena, step->input);
	hop->first = step->first;
	hop->accumulated = step->accumulated;
	hop->number = step->accumulated ? -1 : step->number;
	hop->deadline = timer_new(ussd->gateway->loop, on_deadline, hop);
	if (msisdn_parse(step->peer, ussd->gateway->conf->country, peer) != MSISDN_OK) {
		hop_end(hop, "ussd_unknown");
		return;
	}
	hop->peer = arena_strdup(arena, peer);
	hop_hash_input(hop);
	timer_set(hop->deadline, DEADLINE_MS);
	hop_enter(hop);
}

/* --- the rest --------------------------------------------------------------------------------- */

void ussd_left(struct ussd *ussd, const char *door, const char *session)
{
	const char *params[] = {door, session};

	if (db_query(ussd->gateway->db, DB_USSD_LEFT, 2, params, hop_ignore, NULL) < 0)
		log_debug("ussd", "the database doesn't learn that a session broke off");
}

void ussd_open(struct ussd *ussd, const char *door)
{
	if (db_query(ussd->gateway->db, DB_USSD_DOOR, 1, &door, hop_ignore, NULL) < 0)
		log_debug("ussd", "door %s is told of when the database is back", door);
}

int ussd_reload(struct ussd *ussd, const struct conf *conf, struct strbuf *problems)
{
	struct ussd_menu *menu;
	int rc = ussd_menu_load(&menu, conf->menus_file, ussd->gateway->catalogue, conf->language,
				ussd->gateway->grammar, problems);

	if (rc < 0)
		return rc;
	ussd_menu_free(&ussd->menu);
	ussd->menu = menu;
	ussd->language = conf->language;
	return 0;
}

int ussd_check(const struct conf *conf, struct strbuf *problems)
{
	struct grammar *grammar = NULL;
	struct catalogue *catalogue = NULL;
	struct ussd_menu *menu = NULL;
	struct strbuf others = {0};
	int rc = 0;

	if (grammar_load(&grammar, conf->commands_file, &others) == 0 &&
	    catalogue_load(&catalogue, conf->lang_dir, conf->language, &others) == 0)
		rc = ussd_menu_load(&menu, conf->menus_file, catalogue, conf->language, grammar,
				    problems);
	ussd_menu_free(&menu);
	catalogue_free(&catalogue);
	grammar_free(&grammar);
	strbuf_free(&others);
	return rc;
}

int ussd_new(struct ussd **out, struct gateway *gateway, const struct conf *conf,
	     struct strbuf *problems)
{
	struct ussd *ussd = xcalloc(1, sizeof(*ussd));
	int rc;

	*out = NULL;
	ussd->gateway = gateway;
	rc = ussd_reload(ussd, conf, problems);
	if (rc < 0) {
		free(ussd);
		return rc;
	}
	*out = ussd;
	return 0;
}

void ussd_free(struct ussd **ussd)
{
	if (!*ussd)
		return;
	ussd_menu_free(&(*ussd)->menu);
	free(*ussd);
	*ussd = NULL;
}

void ussd_dialled(const char *dialled, const char *service, char *out, size_t size)
{
	size_t length;

	*out = '\0';
	dialled += strspn(dialled, "*");
	service += strspn(service, "*");
	length = strcspn(service, "#");
	while (length && service[length - 1] == '*')
		length--;
	if (strncmp(dialled, service, length) != 0 || dialled[length] != '*')
		return;
	dialled += length + 1;
	length = strcspn(dialled, "#");
	if (length < size)
		snprintf(out, size, "%.*s", (int)length, dialled);
}
