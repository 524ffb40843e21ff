/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_API_DOOR_H
#define KENTONGAN_API_DOOR_H

#include "kentongan/conf.h"
#include "kentongan/db.h"
#include "kentongan/http.h"
#include "kentongan/secret.h"

/* HTTP for the operator's other systems, below /api/v1/: each comes with a token,
 * sends messages and looks up what became of them (config/openapi.json). One
 * request is one round trip to the database, which knows tokens and limits. */
struct api_door;

/* Takes the routes; nobody is let in before api_door_configure. Pointers are borrowed. */
struct api_door *api_door_new(struct loop *loop, struct http *http, struct db *db,
			      const struct secret *secret);
/* At start and at a reload. CONF is borrowed until the next one. */
void api_door_configure(struct api_door *door, const struct conf *conf);
/* Before http_free: nobody is answered any more. */
void api_door_forget(struct api_door *door);
/* After db_free. */
void api_door_free(struct api_door **door);

#endif
