/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/outbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "kentongan/log.h"
#include "core.h"

struct report {
	gateway_done_fn *fn;
	void *arg;
};

static void report_answered(const struct db_reply *reply, void *arg)
{
	struct report *report = arg;

	if (reply->outcome == DB_FAILED)
		log_error("outbox", "delivery report: %s", reply->message);
	/* One that can't ever be stored must not stay in the SIM for ever. */
	bool over = reply->outcome == DB_DONE ||
		    (reply->outcome == DB_FAILED && !worth_retrying(reply->sqlstate));
	report->fn(over ? GATEWAY_COMMITTED : GATEWAY_RETRY, report->arg);
	free(report);
}

int outbox_delivered(struct gateway *gateway, const char *channel, const char *peer, int reference,
		     int status, int64_t at, gateway_done_fn *fn, void *arg)
{
	struct report *report;
	char e164[MSISDN_MAX], mr[16], st[16], when[24];
	const char *params[] = {channel, e164, mr, st, when};
	int result;

	if (msisdn_parse(peer, gateway->conf->country, e164) != MSISDN_OK)
		snprintf(e164, sizeof(e164), "%.16s", peer);
	snprintf(mr, sizeof(mr), "%d", reference);
	snprintf(st, sizeof(st), "%d", status);
	snprintf(when, sizeof(when), "%lld", (long long)at);
	report = xcalloc(1, sizeof(*report));
	report->fn = fn;
	report->arg = arg;
	result = db_query(gateway->db, DB_OUTBOX_DELIVERED, 5, params, report_answered, report);
	if (result < 0)
		free(report);
	return result;
}
