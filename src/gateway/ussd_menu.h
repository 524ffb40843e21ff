/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GATEWAY_USSD_MENU_H
#define GATEWAY_USSD_MENU_H

#include <stdbool.h>
#include <stddef.h>

#include "kentongan/catalogue.h"
#include "kentongan/parser.h"

/* config/menus.conf: the nodes that a session walks through. */

enum ussd_input {
	USSD_NOTHING, /* options only */
	USSD_AMOUNT,
	USSD_DIGITS,
	USSD_TEXT,
	USSD_PIN,
	USSD_CHOICE /* a line of a list that the database gives */
};

struct ussd_node;

struct ussd_option {
	char *key; /* "1" */
	char *name;
	const struct ussd_node *to;
	char *set; /* "product=wajib" */
	bool officers;
};

struct ussd_node {
	char *name;
	char *screen; /* a text of the catalogue */
	char *about;  /* a word of the catalogue: what is interrupted here */
	char *says;   /* a leaf: what somebody would write by SMS, "SETOR {product} {amount}" */
	char *set;
	enum ussd_input input;
	char *var;  /* where the input goes */
	char *list; /* of a choice: what api.ussd_list calls it */
	char *to_name;
	const struct ussd_node *to; /* behind the input */
	struct ussd_option *options, *afters;
	size_t option_count, after_count; /* afters: by the command's outcome */
	int line;
};

/* Nodes that every menu has, walked by the program itself. */
enum ussd_fixed {
	USSD_WHO,    /* several persons on this phone */
	USSD_RESUME, /* something was interrupted */
	USSD_SURE,   /* a command wants to be confirmed, by 1 or by the PIN */
	USSD_ASKPIN, /* a command wants the PIN with it */
	USSD_REPLY,  /* a command's answer */
	USSD_FIXED_COUNT
};

struct ussd_menu {
	struct ussd_node *nodes;
	size_t count;
	struct ussd_node fixed[USSD_FIXED_COUNT];
	const struct ussd_node *root;
	int holders;
};

/* -EINVAL with each mistake as "file:line: reason" in PROBLEMS: what leads
 * nowhere, texts that CATALOGUE lacks in its fallback language LANG, commands
 * that GRAMMAR wouldn't understand. */
MUSTCHECK int ussd_menu_load(struct ussd_menu **out, const char *path,
			     const struct catalogue *catalogue, const char *lang,
			     const struct grammar *grammar, struct strbuf *problems);
/* One more who frees it; the last one does. */
struct ussd_menu *ussd_menu_hold(struct ussd_menu *menu);
void ussd_menu_free(struct ussd_menu **menu);
/* NULL where there is none (any more). */
const struct ussd_node *ussd_menu_find(const struct ussd_menu *menu, const char *name);
bool ussd_is(const struct ussd_menu *menu, const struct ussd_node *node, enum ussd_fixed fixed);

#endif
