/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/ussd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/pin.h"
#include "core.h"
#include "ussd_screen.h"
#include "ussd_walk.h"

/* Providers give up after ten seconds or so. */
#define DEADLINE_MS 6000
#define TIMES_MAX 3 /* another call took the step: look what it answered */

struct ussd {
	struct gateway *gateway;
	const char *language; /* conf's */
	struct ussd_menu *menu;
};

/* One step under way: exactly one request to the database at a time, whose
 * answer frees it in the end. */
struct hop {
	struct arena *arena;
	struct ussd *ussd;
	struct ussd_menu *menu; /* held: a reload may bring another */
	ussd_answer_fn *fn;     /* NULL: answered */
	void *arg;
	struct timer *deadline;
	const char *door, *session, *peer;
	char *input; /* wiped: may hold a PIN */
	bool first, accumulated;
	int number;
	uint8_t print[SECRET_HASH_BYTES];
	/* what the database knows of the session */
	json_t *members, *broken;
	int version, steps;
	bool is_new;
	int times;
	/* the walk */
	struct walk walk;
	bool walking;
	char *inputs[USSD_INPUTS_MAX];
	int count, at, taken; /* taken: those before this step */
	struct ussd_screen screen;
};

/* --- the end of a step ------------------------------------------------------------ */

static void hop_free(struct hop *hop)
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

static void tell(struct hop *hop, const char *screen, bool ends)
{
	ussd_answer_fn *fn = hop->fn;

	hop->fn = NULL;
	timer_clear(hop->deadline);
	if (fn)
		fn(screen, ends, hop->arg);
}

/* A polite end that needs no database. */
static void tell_end(struct hop *hop, const char *name)
{
	struct ussd_screen screen;
	struct errbuf err;

	if (!hop->fn)
		return;
	if (ussd_screen_end(hop->ussd->gateway->catalogue, hop->walking ? &hop->walk : NULL,
			    hop->ussd->language, name, &screen, &err) < 0) {
		log_error("ussd", "%s", err.text);
		tell(hop, "?", true);
		return;
	}
	tell(hop, screen.text, true);
	ussd_screen_free(&screen);
}

static void end_with(struct hop *hop, const char *name)
{
	tell_end(hop, name);
	hop_free(hop);
}

static void on_deadline(void *arg)
{
	struct hop *hop = arg;

	log_warn("ussd", "%s: no answer from the database in time", hop->door);
	tell_end(hop, "ussd_away");
}

/* False, and ended, where the database didn't do it. */
static bool came(struct hop *hop, const struct db_reply *reply, const char *what)
{
	if (reply->outcome == DB_DONE)
		return true;
	if (reply->outcome == DB_FAILED)
		log_error("ussd", "%s: %s: %s %s", hop->door, what, reply->sqlstate,
			  reply->message);
	end_with(hop, "ussd_away");
	return false;
}

static void ask(struct hop *hop, enum db_statement statement, int n, const char *const *params,
		db_reply_fn *fn)
{
	if (db_query(hop->ussd->gateway->db, statement, n, params, fn, hop) < 0)
		end_with(hop, "ussd_away");
}

/* --- parameters --------------------------------------------------------------------- */

static const char *number_text(struct hop *hop, int number)
{
	return arena_printf(hop->arena, "%d", number);
}

/* What the provider counts: all inputs, its own number, or nothing. */
static const char *steps_text(struct hop *hop)
{
	if (hop->accumulated)
		return number_text(hop, hop->taken + hop->count);
	return hop->number >= 0 ? number_text(hop, hop->number) : NULL;
}

static const char *json_text(struct hop *hop, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	const char *kept;

	if (!text)
		fatal("out of memory");
	kept = arena_strdup(hop->arena, text);
	free(text);
	return kept;
}

static json_t *json_of(const PGresult *result, const char *column)
{
	return db_is_null(result, 0, column) ? NULL
					     : json_loads(db_text(result, 0, column), 0, NULL);
}

static void hash_input(struct hop *hop)
{
	char *all = xasprintf("ussd|%s|%s|%d|%s", hop->door, hop->session, hop->number, hop->input);

	secret_fingerprint(hop->ussd->gateway->secret, all, strlen(all), hop->print);
	explicit_bzero(all, strlen(all));
	free(all);
}

/* --- storing a step ------------------------------------------------------------------ */

static void enter(struct hop *hop);

static void again(struct hop *hop)
{
	if (++hop->times < TIMES_MAX)
		enter(hop);
	else
		end_with(hop, "ussd_away");
}

static void on_stored(const struct db_reply *reply, void *arg)
{
	struct hop *hop = arg;

	if (!came(hop, reply, "store"))
		return;
	if (!db_bool(reply->result, 0, "won")) {
		again(hop);
		return;
	}
	tell(hop, hop->screen.text, hop->screen.ends);
	hop_free(hop);
}

static void store(struct hop *hop)
{
	const char *params[] = {
	    hop->door,
	    hop->session,
	    hop->peer,
	    number_text(hop, hop->version),
	    steps_text(hop),
	    db_bytea(hop->arena, hop->print, sizeof(hop->print)),
	    hop->walk.node->name,
	    json_text(hop, hop->walk.state),
	    hop->screen.text,
	    hop->screen.ends ? "t" : "f",
	};

	ask(hop, DB_USSD_STORE, 10, params, on_stored);
}

static void fault(struct hop *hop, const struct errbuf *err)
{
	log_error("ussd", "%s: node %s: %s", hop->door, hop->walk.node->name, err->text);
	end_with(hop, "ussd_away");
}

static bool make_screen(struct hop *hop, const struct ussd_said *said)
{
	struct errbuf err = {""};

	ussd_screen_free(&hop->screen);
	if (ussd_screen_make(hop->ussd->gateway->catalogue, &hop->walk, hop->ussd->language, said,
			     &hop->screen, &err) == 0)
		return true;
	fault(hop, &err);
	return false;
}

static void finish_with(struct hop *hop, const char *name)
{
	struct errbuf err = {""};

	ussd_screen_free(&hop->screen);
	if (ussd_screen_end(hop->ussd->gateway->catalogue, &hop->walk, hop->ussd->language, name,
			    &hop->screen, &err) < 0)
		fault(hop, &err);
	else
		store(hop);
}

/* --- doing something ------------------------------------------------------------------- */

static void ignore(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_error("ussd", "%s %s", reply->sqlstate, reply->message);
}

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

	if (db_query(hop->ussd->gateway->db, DB_USSD_DONE, 7, params, ignore, NULL) < 0)
		log_warn("ussd", "the database is away: an answer may come by SMS, too");
}

static void on_acted(const struct db_reply *reply, void *arg)
{
	struct hop *hop = arg;
	const PGresult *result = reply->result;
	struct ussd_said said = {0};
	json_t *state, *params;
	bool made;

	if (!came(hop, reply, "act"))
		return;
	if (!db_bool(result, 0, "won")) {
		again(hop);
		return;
	}
	log_info("ussd", "message %s from %s: %s", db_text(result, 0, "message_id"),
		 log_msisdn(hop->peer), db_text(result, 0, "outcome"));
	state = json_of(result, "state");
	walk_free(&hop->walk);
	walk_resume(&hop->walk, hop->menu, hop->members, db_text(result, 0, "node"), state);
	json_decref(state);
	params = json_of(result, "params");
	if (!db_is_null(result, 0, "template"))
		said = (struct ussd_said){.template = db_text(result, 0, "template"),
					  .params = params,
					  .lang = db_text(result, 0, "lang")};
	made = make_screen(hop, &said);
	json_decref(params);
	if (!made)
		return;
	/* Told too late, it goes by SMS. */
	if (hop->fn)
		record(hop, result);
	tell(hop, hop->screen.text, hop->screen.ends);
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
	text = json_text(hop, nodes);
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
	    number_text(hop, hop->version),
	    steps_text(hop),
	    db_bytea(hop->arena, hop->print, sizeof(hop->print)),
	    afters(hop),
	    walk_retry(&hop->walk),
	    json_text(hop, hop->walk.state),
	    dedupe(hop),
	    parsed->redacted,
	    parse_problem_name(parsed->problem),
	    parsed->command,
	    json_text(hop, parsed->args),
	    parsed->heard ? parsed->heard : "",
	    pin_hash(hop, parsed->pin),
	    pin_hash(hop, parsed->new_pin),
	    stands,
	    hop->ussd->gateway->limits,
	};

	ask(hop, DB_USSD_ACT, 19, params, on_acted);
}

static void run(struct hop *hop)
{
	struct strbuf text = {0};
	struct parsed parsed;
	const char *stands = standing(hop);

	if (!stands) {
		finish_with(hop, "ussd_quota");
		return;
	}
	if (!walk_says(&hop->walk, &text)) {
		log_error("ussd", "%s: node %s lacks what its command needs", hop->door,
			  hop->walk.leaf ? hop->walk.leaf->name : hop->walk.node->name);
		end_with(hop, "ussd_away");
	} else {
		parser_parse(hop->ussd->gateway->grammar, text.text, hop->arena, &parsed);
		act(hop, &parsed, stands);
		parsed_free(&parsed);
	}
	if (text.length)
		explicit_bzero(text.text, text.length);
	strbuf_free(&text);
}

/* --- walking ------------------------------------------------------------------------------ */

static void walk_on(struct hop *hop, enum walk_result result);

static void on_list(const struct db_reply *reply, void *arg)
{
	struct hop *hop = arg;
	json_t *list;

	if (!came(hop, reply, "list"))
		return;
	list = json_of(reply->result, "list");
	json_object_set_new(hop->walk.state, "items", list ? list : json_array());
	walk_on(hop, WALK_SHOW);
}

static void load_list(struct hop *hop)
{
	const json_t *id = json_object_get(walk_member(&hop->walk), "id");
	const char *params[] = {
	    hop->walk.node->list,
	    arena_printf(hop->arena, "%lld", (long long)json_integer_value(id))};

	ask(hop, DB_USSD_LIST, 2, params, on_list);
}

static void walk_on(struct hop *hop, enum walk_result result)
{
	const struct ussd_said nothing = {0};

	/* A PIN comes by itself, never with what was dialled or typed ahead. */
	while (result == WALK_SHOW && hop->at < hop->count && !hop->walk.wrong) {
		bool alone = hop->count == 1 && !hop->is_new;

		result = walk_take(&hop->walk, hop->inputs[hop->at], alone);
		hop->at++;
	}
	switch (result) {
	case WALK_LIST:
		load_list(hop);
		return;
	case WALK_RUN:
		run(hop);
		return;
	case WALK_BYE:
		finish_with(hop, "ussd_bye");
		return;
	case WALK_NO:
		finish_with(hop, "ussd_not_done");
		return;
	case WALK_SHOW:
		if (make_screen(hop, &nothing))
			store(hop);
	}
}

/* The answer's further pages: its text is kept in the outbox. */
static void turn_page(struct hop *hop, const PGresult *result)
{
	json_t *params = json_of(result, "params");
	struct ussd_said said = {
	    .body = db_is_null(result, 0, "body") ? NULL : db_text(result, 0, "body"),
	    .template = db_is_null(result, 0, "template") ? NULL : db_text(result, 0, "template"),
	    .params = params,
	    .lang = db_text(result, 0, "lang")};
	bool made;

	(void)walk_take(&hop->walk, "98", false);
	made = make_screen(hop, &said);
	json_decref(params);
	if (!made)
		return;
	/* The last one ends the session; its text is kept here for who asks again. */
	store(hop);
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
		tell(hop, db_text(result, 0, "answer"), db_bool(result, 0, "ended"));
		hop_free(hop);
		return;
	}
	params = json_of(result, "params");
	said.body = db_is_null(result, 0, "body") ? NULL : db_text(result, 0, "body");
	if (!db_is_null(result, 0, "template"))
		said.template = db_text(result, 0, "template");
	said.params = params;
	said.lang = db_text(result, 0, "lang");
	state = json_of(result, "state");
	walk_resume(&hop->walk, hop->menu, hop->members,
		    db_bool(result, 0, "ended") ? "@reply" : db_text(result, 0, "node"), state);
	hop->walking = true;
	json_decref(state);
	made = make_screen(hop, &said);
	json_decref(params);
	if (!made)
		return;
	tell(hop, hop->screen.text, hop->screen.ends || db_bool(result, 0, "ended"));
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
	json_t *state = json_of(result, "state");

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

	if (!came(hop, reply, "enter"))
		return;
	if (hop->walking)
		walk_free(&hop->walk);
	hop->walking = false;
	json_decref(hop->members);
	json_decref(hop->broken);
	hop->members = json_of(result, "members");
	hop->broken = json_of(result, "interrupted");
	hop->version = (int)db_int(result, 0, "version");
	hop->steps = (int)db_int(result, 0, "steps");
	status = db_text(result, 0, "status");
	if (strcmp(status, "again") == 0)
		repeat(hop, result);
	else if (strcmp(status, "foreign") == 0)
		end_with(hop, "ussd_away");
	else if (json_array_size(hop->members) == 0)
		end_with(hop, "ussd_unknown");
	else if (strcmp(status, "new") == 0)
		begin(hop);
	else
		go_on(hop, result);
}

static void enter(struct hop *hop)
{
	const char *steps = NULL;

	if (hop->accumulated)
		steps = number_text(hop, inputs_in(hop));
	else if (hop->number >= 0)
		steps = number_text(hop, hop->number);
	const char *params[] = {hop->door, hop->session, hop->peer, steps,
				db_bytea(hop->arena, hop->print, sizeof(hop->print))};

	ask(hop, DB_USSD_ENTER, 5, params, on_entered);
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
		end_with(hop, "ussd_unknown");
		return;
	}
	hop->peer = arena_strdup(arena, peer);
	hash_input(hop);
	timer_set(hop->deadline, DEADLINE_MS);
	enter(hop);
}

/* --- the rest --------------------------------------------------------------------------------- */

void ussd_left(struct ussd *ussd, const char *door, const char *session)
{
	const char *params[] = {door, session};

	if (db_query(ussd->gateway->db, DB_USSD_LEFT, 2, params, ignore, NULL) < 0)
		log_debug("ussd", "the database doesn't learn that a session broke off");
}

void ussd_open(struct ussd *ussd, const char *door)
{
	if (db_query(ussd->gateway->db, DB_USSD_DOOR, 1, &door, ignore, NULL) < 0)
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
