/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GATEWAY_USSD_WALK_H
#define GATEWAY_USSD_WALK_H

#include <jansson.h>

#include "ussd_menu.h"

/* One input after another through the menus: no database, no texts. */

/* Where somebody is. STATE is what is kept between two steps: who (a member's
 * id), vars (what was chosen and typed), said (parameters of the last command's
 * answer, or the line chosen from a list), stack (the way back), page, about,
 * items, again, confirm, refused, broken (what was interrupted). Never a PIN. */
struct walk {
	const struct ussd_menu *menu;
	const struct ussd_node *node;
	json_t *state;
	const json_t *members; /* who may speak on this phone */
	bool wrong;            /* the last input didn't fit */
	/* What is to be done (WALK_RUN): LEAF, or the confirmation of what was asked. */
	const struct ussd_node *leaf;
	bool confirms;
	char pin[8], new_pin[8]; /* what was typed just now; wiped by walk_free */
};

enum walk_result {
	WALK_SHOW, /* the node's screen */
	WALK_LIST, /* the same, but its list is needed first (state's items) */
	WALK_RUN,  /* do something */
	WALK_BYE,  /* ended with 00 */
	WALK_NO    /* what was to be confirmed isn't wanted */
};

/* A session's first node: who speaks, what was interrupted, or the root.
 * BROKEN: {node, state} of it, or NULL. */
enum walk_result walk_start(struct walk *walk, const struct ussd_menu *menu, const json_t *members,
			    const json_t *broken);
/* A session that goes on at NODE with STATE (a new reference is taken). */
void walk_resume(struct walk *walk, const struct ussd_menu *menu, const json_t *members,
		 const char *node, json_t *state);
void walk_free(struct walk *walk);

/* Takes one input. ALONE: it is all that came in this step, so that it may be a PIN. */
enum walk_result walk_take(struct walk *walk, const char *input, bool alone);
/* For WALK_RUN: the command as one would write it by SMS; false where something
 * that it needs was never asked. With a PIN: wipe it. */
bool walk_says(const struct walk *walk, struct strbuf *out);
/* Where a refused PIN is asked for again. */
const char *walk_retry(const struct walk *walk);

/* Who speaks, NULL where that isn't known yet. */
const json_t *walk_member(const struct walk *walk);
/* A new object: all that texts may name. */
json_t *walk_params(const struct walk *walk);
/* Digits that may be a PIN. */
bool walk_is_pin(const char *text, size_t length);

#endif
