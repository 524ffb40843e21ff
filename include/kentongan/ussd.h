/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_USSD_H
#define KENTONGAN_USSD_H

#include <stdbool.h>

#include "kentongan/gateway.h"

/* USSD sessions: the menus of config/menus.conf walked step by step, whatever
 * the provider's dialect. Where a session is stands in the database, so that any
 * host may take its next step; a leaf is a command as by SMS. */
struct ussd;

/* Reads the menus of CONF (menus_file). PROBLEMS as in conf_load. GATEWAY is
 * borrowed and must outlive it. */
MUSTCHECK int ussd_new(struct ussd **out, struct gateway *gateway, const struct conf *conf,
		       struct strbuf *problems);
/* Steps under way are dropped without their answer; call it when the database's
 * connection is gone (db_free) and nothing more is answered. */
void ussd_free(struct ussd **ussd);
/* Reads the menus again; where they are bad the old ones stay (-EINVAL). */
MUSTCHECK int ussd_reload(struct ussd *ussd, const struct conf *conf, struct strbuf *problems);

/* Whether the menus of CONF can be read, with its texts and commands; where these
 * can't be read that is somebody else's report. */
MUSTCHECK int ussd_check(const struct conf *conf, struct strbuf *problems);

#define USSD_SESSION_MAX 128
#define USSD_INPUTS_MAX 64

/* A step as a door hands it over; strings are borrowed for the call. */
struct ussd_step {
	const char *door;    /* the name of its section */
	const char *session; /* the provider's, up to USSD_SESSION_MAX bytes */
	const char *peer;    /* the number, as the provider wrote it */
	const char *input;   /* UTF-8: what was typed; with a first step, what was dialled
			      * behind the service's code, * between; accumulated: all
			      * inputs so far, * between */
	bool first;
	bool accumulated;
	int number; /* the provider's number of the step, -1 where it counts none */
};

/* SCREEN fits one USSD message (160 characters of the GSM alphabet). Called
 * once, on the loop, perhaps before ussd_take returns. */
typedef void ussd_answer_fn(const char *screen, bool ends, void *arg);
void ussd_take(struct ussd *ussd, const struct ussd_step *step, ussd_answer_fn *fn, void *arg);
/* The provider says that the session broke off or timed out. */
void ussd_left(struct ussd *ussd, const char *door, const char *session);
/* Tells the database that DOOR is open: when it is up, and each minute. */
void ussd_open(struct ussd *ussd, const char *door);

/* What was dialled behind the service's code: "*384*12*2*50000#" and "*384*12#"
 * are "2*50000"; "" where it is the code alone or another one. OUT of SIZE. */
void ussd_dialled(const char *dialled, const char *service, char *out, size_t size);

#endif
