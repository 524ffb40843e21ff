/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_KANNEL_WIRE_H
#define TRANSPORT_KANNEL_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "kentongan/memory.h"
#include "kentongan/outbox.h"

/* What Kannel's smsbox says and is told: no state, no network. User's guide of
 * Kannel 1.4.5, chapter 6. */

/* A message that came in, as get-url of an sms-service fills it in: from=%p
 * to=%P text=%b time=%T (or %t, UTC) id=%I coding=%c charset=%C. */
struct kannel_sms {
	const char *from, *id; /* never NULL */
	const char *text;      /* UTF-8, without NUL */
	int64_t sent_at;       /* 0 = not said */
	bool data;             /* 8 bits, or not what it claims to be: never obeyed */
};
/* QUERY as in the address. -ENOENT where sender, text or id isn't in it at all: Kannel
 * is set up wrongly. -EINVAL where one can't be: a percent sign that codes nothing,
 * bytes that no number has. Strings are ARENA's. */
MUSTCHECK int kannel_read_sms(struct arena *arena, const char *query, struct kannel_sms *out);

/* A delivery report, by the dlr-url that we gave along. */
struct kannel_report {
	int64_t id, at; /* at 0 = not said */
	int attempt;
	int type; /* 1, 2, 4, 8, 16 */
	const char *answer;
};
/* Errors as above. */
MUSTCHECK int kannel_read_report(struct arena *arena, const char *query, struct kannel_report *out);

/* What a request to sendsms needs besides the message. */
struct kannel_account {
	const char *sendsms, *user, *password;
	const char *from, *smsc; /* "" = left to Kannel */
	const char *callback;    /* "http://127.0.0.1:8642/kannel/SECRET" */
	bool reports;
};
/* The whole address, with the password in it: wipe it. malloc'd. */
char *kannel_send_url(const struct kannel_account *account, const struct outbox_item *item);
/* One without a receiver: smsbox answers it 400 where it lives and knows us. */
char *kannel_probe_url(const struct kannel_account *account);

/* What smsbox answered, or nobody. */
struct kannel_verdict {
	enum outbox_outcome outcome;
	bool trouble; /* with the account or Kannel, not with this message */
	const char *state;
	char words[200];
};
void kannel_judge(int status, const char *body, const char *error, bool maybe_arrived,
		  struct kannel_verdict *out);
/* … to a probe: trouble or none. */
void kannel_judge_probe(int status, const char *body, const char *error,
			struct kannel_verdict *out);

#endif
