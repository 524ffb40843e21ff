/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_KANNEL_H
#define KENTONGAN_KANNEL_H

#include <jansson.h>

#include "kentongan/gateway.h"
#include "kentongan/http.h"

/* Operators' accounts behind Kannel: what its smsbox calls below /kannel/, and
 * what is sent through its sendsms. Each is a channel "kannel:NAME". */
struct kannel_doors;

/* So many may have been there since the start, a section of another name being
 * another. */
#define KANNELS_MAX 16

/* Takes the route; there are no accounts before kannel_doors_configure. Pointers
 * are borrowed; GATEWAY gets a branch for each account. */
struct kannel_doors *kannel_doors_new(struct loop *loop, struct http *http, struct db *db,
				      struct gateway *gateway);
/* The sections of CONF, at start and at a reload; CONF isn't needed afterwards.
 * Those that are gone claim nothing more and end what they have begun. Where a
 * password can't be read everything stays as it was: -EINVAL, PROBLEMS say why. */
MUSTCHECK int kannel_doors_configure(struct kannel_doors *doors, const struct conf *conf,
				     struct strbuf *problems);
/* The database is up: it learns how the accounts are. */
void kannel_doors_database(struct kannel_doors *doors);
/* An array of {name, state, words, ready}. The caller's reference. */
json_t *kannel_doors_json(const struct kannel_doors *doors);
/* FN once nothing is out any more and all outcomes are stored, or after a while;
 * at once where there is nothing to wait for. */
void kannel_doors_stop(struct kannel_doors *doors, void (*fn)(void *arg), void *arg);
/* Before http_free: nobody is answered any more. */
void kannel_doors_forget(struct kannel_doors *doors);
/* After db_free, before gateway_free. */
void kannel_doors_free(struct kannel_doors **doors);

#endif
