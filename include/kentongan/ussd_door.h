/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_USSD_DOOR_H
#define KENTONGAN_USSD_DOOR_H

#include "kentongan/http.h"
#include "kentongan/ussd.h"

/* The doors for USSD: each provider's callbacks below /ussd/, in its dialect,
 * handed to one session engine. */
struct ussd_doors;

/* Takes the route; there are no doors before ussd_doors_configure. Pointers are
 * borrowed. */
struct ussd_doors *ussd_doors_new(struct loop *loop, struct http *http, struct gateway *gateway);
/* The sections of CONF, at start and at a reload; CONF isn't needed afterwards.
 * Where menus or passwords can't be read everything stays as it was: -EINVAL,
 * PROBLEMS say why. */
MUSTCHECK int ussd_doors_configure(struct ussd_doors *doors, const struct conf *conf,
				   struct strbuf *problems);
/* The database is up: it learns which doors there are. */
void ussd_doors_database(struct ussd_doors *doors);
/* Before http_free: nobody is answered any more. */
void ussd_doors_forget(struct ussd_doors *doors);
/* After db_free. */
void ussd_doors_free(struct ussd_doors **doors);

#endif
