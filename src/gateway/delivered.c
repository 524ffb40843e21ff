/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/outbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "kentongan/log.h"
#include "core.h"

struct report {
	gateway_done_fn *fn;
	void *arg;
	int64_t id; /* of our own message, 0 = matched otherwise */
	int type;
};

static void report_answered(const struct db_reply *reply, void *arg)
{
	struct report *report = arg;

	if (reply->outcome == DB_DONE && report->id)
		log_info(
		    "outbox", "message %lld: report %d: %s", (long long)report->id, report->type,
		    db_is_null(reply->result, 0, "state") ? "not known"
							  : db_text(reply->result, 0, "state"));
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

int outbox_reported(struct gateway *gateway, const char *channel, int64_t id, int attempt, int type,
		    int64_t at, const char *answer, gateway_done_fn *fn, void *arg)
{
	struct report *report;
	char number[24], try[16], kind[16], when[24];
	const char *params[] = {channel, number, try, kind, when, answer};
	int result;

	snprintf(number, sizeof(number), "%lld", (long long)id);
	snprintf(try, sizeof(try), "%d", attempt);
	snprintf(kind, sizeof(kind), "%d", type);
	snprintf(when, sizeof(when), "%lld", (long long)at);
	report = xcalloc(1, sizeof(*report));
	*report = (struct report){fn, arg, id, type};
	result = db_query(gateway->db, DB_OUTBOX_REPORTED, 6, params, report_answered, report);
	if (result < 0)
		free(report);
	return result;
}
