/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_KANNEL_ACCOUNT_H
#define TRANSPORT_KANNEL_ACCOUNT_H

#include "kentongan/conf.h"
#include "kentongan/gateway.h"

/* One account: a channel that sends through Kannel, and how it is. */
struct account;

/* Asleep until account_configure. */
struct account *account_new(struct loop *loop, struct db *db, struct gateway *gateway,
			    const char *name);
void account_free(struct account **account);
/* Takes over what CONF says (copied) and asks Kannel whether it answers. */
void account_configure(struct account *account, const struct conf *conf,
		       const struct conf_kannel *kannel, const char *password);
/* Claims nothing more; what is out ends in its own time. WORDS say why. */
void account_retire(struct account *account, const char *words);
bool account_is_idle(const struct account *account);
/* Tells the database how it is. */
void account_tell(struct account *account);

const char *account_name(const struct account *account);
/* "kannel:NAME" */
const char *account_channel(const struct account *account);
struct gateway *account_gateway(const struct account *account);
/* Can send now. */
bool account_is_open(const struct account *account);
const char *account_state(const struct account *account);
const char *account_words(const struct account *account);

#endif
