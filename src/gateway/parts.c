/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"
#include "core.h"
#include "receive.h"

/* Parts wait in the database, sealed with the service's key since they may
 * hold a PIN, whichever modem or process they came in by. */

struct part_wait {
	struct gateway *gateway;
	gateway_done_fn *fn;
	void *arg;
	bool claim;
	char *transport, *channel, *peer;
	struct inbound_part part;
};

static void wait_free(struct part_wait *wait)
{
	free(wait->transport);
	free(wait->channel);
	free(wait->peer);
	free(wait);
}

/* Opens the sealed text of rows FROM..TO-1 and puts them one after another.
 * False where one can't be opened: it leaves a gap. */
static bool join(const struct gateway *gateway, const PGresult *result, int from, int to,
		 struct strbuf *text, int64_t *sent_at)
{
	bool opened = true;

	*sent_at = 0;
	strbuf_puts(text, "");
	for (int row = from; row < to; row++) {
		size_t length, plain_length;
		uint8_t *plain = NULL;
		unsigned char *sealed =
		    PQunescapeBytea((const unsigned char *)db_text(result, row, "sealed"), &length);
		int64_t at = db_int(result, row, "sent_at");

		if (!*sent_at || (at && at < *sent_at))
			*sent_at = at;
		if (sealed &&
		    secret_open(gateway->secret, sealed, length, &plain, &plain_length) == 0) {
			strbuf_add(text, (char *)plain, plain_length);
		} else {
			opened = false;
			log_error("parts", "part %s of set %s can't be opened: another key?",
				  db_text(result, row, "sequence"),
				  db_text(result, row, "part_set"));
		}
		free(plain);
		PQfreemem(sealed);
	}
	return opened;
}

static void part_stored(const struct db_reply *reply, void *arg)
{
	struct part_wait *wait = arg;
	struct strbuf text = {0};
	struct inbound inbound = {
	    .transport = wait->transport,
	    .channel = wait->channel,
	    .peer = wait->peer,
	    .part = {.reference = wait->part.reference, .total = wait->part.total}};
	struct whole whole = {.parts = wait->part.total};
	enum gateway_outcome outcome = GATEWAY_RETRY;
	int rows = reply->outcome == DB_DONE ? PQntuples(reply->result) : 0;

	if (reply->outcome == DB_FAILED)
		log_error("parts", "part %d/%d from %s: %s", wait->part.sequence, wait->part.total,
			  log_msisdn(wait->peer), reply->message);
	/* No row: it belongs to a message that was handled before. */
	if (reply->outcome == DB_DONE && (rows == 0 || !db_bool(reply->result, 0, "complete"))) {
		outcome = GATEWAY_COMMITTED;
	} else if (rows > 0) {
		whole.incomplete =
		    !join(wait->gateway, reply->result, 0, rows, &text, &inbound.sent_at);
		inbound.text = text.text;
		whole.part_set = db_int(reply->result, 0, "part_set");
		if (receive_whole(wait->gateway, &inbound, &whole, wait->claim, wait->fn,
				  wait->arg) == 0)
			wait->fn = NULL; /* the answer comes from there */
	}
	strbuf_free(&text);
	if (wait->fn)
		wait->fn(outcome, wait->arg);
	wait_free(wait);
}

int receive_part(struct gateway *gateway, const struct inbound *inbound, bool claim,
		 gateway_done_fn *fn, void *arg)
{
	const struct inbound_part *part = &inbound->part;
	struct arena *arena = arena_new();
	struct part_wait *wait = xcalloc(1, sizeof(*wait));
	char peer[PEER_MAX], e164[MSISDN_MAX];
	const struct conf_modem *modem = conf_modem(gateway->conf, inbound->channel);
	uint8_t *sealed;
	size_t length;
	int result;

	snprintf(peer, sizeof(peer), "%s", inbound->peer);
	if (msisdn_parse(inbound->peer, gateway->conf->country, e164) == MSISDN_OK)
		snprintf(peer, sizeof(peer), "%s", e164);
	secret_seal(gateway->secret, inbound->text, strlen(inbound->text), &sealed, &length);
	const char *params[] = {
	    inbound->transport,
	    inbound->channel,
	    peer,
	    arena_printf(arena, "%d", part->reference),
	    arena_printf(arena, "%d", part->reference_bits),
	    arena_printf(arena, "%d", part->total),
	    arena_printf(arena, "%d", part->sequence),
	    arena_printf(arena, "%lld", (long long)inbound->sent_at),
	    db_bytea(arena, sealed, length),
	    arena_printf(arena, "%d", modem ? modem->part_wait_seconds : 600),
	};
	wait->gateway = gateway;
	wait->fn = fn;
	wait->arg = arg;
	wait->claim = claim;
	wait->transport = xstrdup(inbound->transport);
	wait->channel = xstrdup(inbound->channel);
	wait->peer = xstrdup(peer);
	wait->part = *part;
	result = db_query(gateway->db, DB_STORE_PART, 10, params, part_stored, wait);
	if (result < 0)
		wait_free(wait);
	free(sealed);
	arena_free(&arena);
	return result;
}

static void stale_done(enum gateway_outcome outcome, void *arg)
{
	(void)outcome; /* on RETRY the leader's timer finds the set again */
	(void)arg;
}

static void handle_stale_set(struct gateway *gateway, const PGresult *result, int from, int to)
{
	struct strbuf text = {0};
	int total = (int)db_int(result, from, "total");
	struct inbound inbound = {.transport = db_text(result, from, "transport"),
				  .channel = db_text(result, from, "channel"),
				  .peer = db_text(result, from, "peer"),
				  .part = {.total = total}};
	struct whole whole = {.part_set = db_int(result, from, "part_set"), .parts = to - from};

	whole.incomplete =
	    !join(gateway, result, from, to, &text, &inbound.sent_at) || to - from < total;
	inbound.text = text.text;
	log_info("parts", "message from %s: %d of %d parts came, handled as it is",
		 log_msisdn(inbound.peer), to - from, total);
	if (receive_whole(gateway, &inbound, &whole, false, stale_done, NULL) < 0)
		log_debug("parts", "the database is busy: set %s waits",
			  db_text(result, from, "part_set"));
	strbuf_free(&text);
}

static void stale_answered(const struct db_reply *reply, void *arg)
{
	struct gateway *gateway = arg;
	int rows = reply->outcome == DB_DONE ? PQntuples(reply->result) : 0;

	if (reply->outcome == DB_FAILED)
		log_error("parts", "stale parts: %s", reply->message);
	for (int from = 0, to; from < rows; from = to) {
		int64_t set = db_int(reply->result, from, "part_set");

		for (to = from + 1; to < rows && db_int(reply->result, to, "part_set") == set; to++)
			;
		handle_stale_set(gateway, reply->result, from, to);
	}
}

void gateway_handle_stale_parts(struct gateway *gateway)
{
	if (db_query(gateway->db, DB_STALE_PARTS, 0, NULL, stale_answered, gateway) < 0)
		log_debug("parts", "the database is away: stale parts wait");
}
