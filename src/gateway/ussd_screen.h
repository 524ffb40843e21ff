/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GATEWAY_USSD_SCREEN_H
#define GATEWAY_USSD_SCREEN_H

#include "ussd_walk.h"

/* What a handset shows: at most 160 characters of the GSM alphabet. */

/* The answer of the command that was done last, where there is one. */
struct ussd_said {
	const char *body;     /* as it was kept once shown; NULL: render TEMPLATE */
	const char *template; /* NULL: it had none */
	const json_t *params;
	const char *lang;
};

struct ussd_screen {
	char *text;  /* malloc'd */
	char *whole; /* of a reply: all its pages; malloc'd, else NULL */
	bool ends;
};
void ussd_screen_free(struct ussd_screen *screen);

/* The screen of where WALK stands, in LANG where nobody speaks yet. -EINVAL
 * where the catalogue lacks something: ERR says what. */
MUSTCHECK int ussd_screen_make(const struct catalogue *catalogue, const struct walk *walk,
			       const char *lang, const struct ussd_said *said,
			       struct ussd_screen *out, struct errbuf *err);
/* A text without parameters of its own that ends a session. */
MUSTCHECK int ussd_screen_end(const struct catalogue *catalogue, const struct walk *walk,
			      const char *lang, const char *name, struct ussd_screen *out,
			      struct errbuf *err);
bool ussd_screen_fits(const char *text);

#endif
