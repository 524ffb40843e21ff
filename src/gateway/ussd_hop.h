/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GATEWAY_USSD_HOP_H
#define GATEWAY_USSD_HOP_H

/* One step of a USSD session: what the session engine's files share. Whatever
 * ends a step frees it: nothing may touch it afterwards. */

#include "kentongan/ussd.h"
#include "core.h"
#include "ussd_screen.h"
#include "ussd_walk.h"

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

/* --- its end --- */

void hop_free(struct hop *hop);
/* The first answer is told, further ones are not. */
void hop_tell(struct hop *hop, const char *screen, bool ends);
/* A polite end that needs no database: tells text NAME. */
void hop_tell_end(struct hop *hop, const char *name);
/* … and ends the step, unstored. */
void hop_end(struct hop *hop, const char *name);

/* --- asking the database --- */

/* FN's argument is HOP. Ended where the database is away. */
void hop_ask(struct hop *hop, enum db_statement statement, int n, const char *const *params,
	     db_reply_fn *fn);
/* False, and ended, where the database didn't do it. */
bool hop_came(struct hop *hop, const struct db_reply *reply, const char *what);
/* For requests that nobody waits for. */
void hop_ignore(const struct db_reply *reply, void *arg);
/* Texts of HOP's arena, for parameters. */
const char *hop_number(struct hop *hop, int number);
const char *hop_json(struct hop *hop, const json_t *json);
/* What the provider counts: all inputs, its own number, or NULL for nothing. */
const char *hop_steps(struct hop *hop);
/* A new reference; NULL for null. */
json_t *hop_json_of(const PGresult *result, const char *column);

/* --- the way of a step --- */

/* ussd.c: asks what is known of the session, and goes on from there. */
void hop_enter(struct hop *hop);
/* Another call took the step: looks what that one answered, some times. */
void hop_again(struct hop *hop);
/* False, and ended, where the screen can't be made. */
bool hop_screen(struct hop *hop, const struct ussd_said *said);
/* Stores the step with its screen, then tells it. */
void hop_store(struct hop *hop);
/* Stores and tells text NAME as the session's end. */
void hop_finish(struct hop *hop, const char *name);
/* ussd_act.c: the leaf's command is done, its answer told. */
void hop_run(struct hop *hop);

#endif
