/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_LEADER_H
#define KENTONGAN_DAEMON_LEADER_H

#include <stdbool.h>

#include "kentongan/gateway.h"

/* Timed work is done by one process of all that share the database: the one
 * whose connection holds an advisory lock. The lock goes with the connection,
 * so whoever loses the database stops leading before another can begin. */
struct leader;

/* LEADS is called whenever we begin or cease to lead. Pointers are borrowed. */
struct leader *leader_new(struct loop *loop, struct db *db, struct gateway *gateway,
			  const struct conf *conf, void (*leads)(bool leads, void *arg), void *arg);
void leader_free(struct leader **leader);
/* CONF replaces the one that was borrowed before. */
void leader_reconfigure(struct leader *leader, const struct conf *conf);
/* To be told of the database's state (db_on_state). */
void leader_database(struct leader *leader, bool up);
bool leader_leads(const struct leader *leader);

#endif
