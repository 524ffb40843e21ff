/* SPDX-License-Identifier: GPL-2.0-or-later */
/* STATEMENT(name, number of parameters, SQL): everything that the service asks
 * of the database, prepared at connect. Included several times on purpose. */

/* transport, channel, peer, dedupe, sent_at (epoch or NULL), text (redacted),
 * parts, incomplete, part set (or NULL), problem, command, args, heard,
 * pin hash (or NULL), new pin hash (or NULL), standing, limits, claim, drives */
STATEMENT(HANDLE_MESSAGE, 19,
	  "select * from api.handle_message($1, $2, $3, $4::bytea, $5::bigint, $6, $7::int, "
	  "$8::boolean, $9::bigint, $10, $11, $12::jsonb, $13, $14::bytea, $15::bytea, $16, "
	  "$17::jsonb, $18::boolean, $19::boolean)")

/* transport, channel, peer, reference, reference_bits, total, sequence, sent_at, sealed, wait
 * seconds → part_set and, once complete, every part (sequence, sealed) */
STATEMENT(
    STORE_PART, 10,
    "select * from api.store_part($1, $2, $3, $4::int, $5::int, $6::int, $7::int, $8::bigint, "
    "$9::bytea, $10::int)")
/* → the parts of sets that waited too long */
STATEMENT(STALE_PARTS, 0, "select * from api.stale_parts()")

/* channel → the claimed row, if any */
STATEMENT(OUTBOX_CLAIM, 1, "select * from api.outbox_claim($1)")
/* channel, id, outcome, parts, references, text, error, next → the next row, if any */
STATEMENT(OUTBOX_RECORD, 8,
	  "select * from api.outbox_record($1, $2::bigint, $3, $4::int, $5::int[], $6, $7, "
	  "$8::boolean)")
/* channel → whether its name is this connection's alone */
STATEMENT(CHANNEL_LOCK, 1, "select pg_try_advisory_lock(4714, hashtext($1))")
STATEMENT(OUTBOX_RECOVER, 1, "select api.outbox_recover($1)")
/* channel, peer, TP-MR, TP-ST, at */
STATEMENT(OUTBOX_DELIVERED, 5, "select api.outbox_delivered($1, $2, $3::int, $4::int, $5::bigint)")

/* name, state, words, details, prefixes, daily cap, price of a part, ms between two messages of
 * broadcasts, jitter in percent */
STATEMENT(MODEM_STATE, 9,
	  "select api.channel_state($1, $2, $3, $4::jsonb, $5::text[], $6::int, $7::int, $8::int, "
	  "$9::int)")
/* name, state, words, prefixes, calling code, daily cap, price of a part, ms between two messages
 * of broadcasts, jitter in percent */
STATEMENT(KANNEL_STATE, 9,
	  "select api.kannel_state($1, $2, $3, $4, $5, $6::int, $7::int, $8::int, $9::int)")
/* channel, id, attempt, type, at, answer → the message's state, NULL where it isn't ours */
STATEMENT(OUTBOX_REPORTED, 6,
	  "select api.outbox_reported($1, $2::bigint, $3::int, $4::int, $5::bigint, $6) as state")
/* the operators as JSON, calling code */
STATEMENT(OPERATORS, 2, "select api.operators_set($1::jsonb, $2)")

/* name, amount (or NULL), last day (or NULL), text, low, days → whether it is low and nobody
 * was told yet */
STATEMENT(CHANNEL_CREDIT, 6,
	  "select api.channel_credit($1, $2::bigint, $3::date, $4, $5::bigint, $6::int) as low")
STATEMENT(CHANNEL_CREDIT_UNKNOWN, 1, "select api.channel_credit_unknown($1)")

/* door, session, peer, steps (or NULL), print → where the session stands */
STATEMENT(USSD_ENTER, 5, "select * from api.ussd_enter($1, $2, $3, $4::int, $5::bytea)")
/* door, session, peer, version, steps (or NULL), print, node, state, answer (or NULL), ends */
STATEMENT(USSD_STORE, 10,
	  "select api.ussd_store($1, $2, $3, $4::int, $5::int, $6::bytea, $7, $8::jsonb, $9, "
	  "$10::boolean) as won")
/* door, session, peer, version, steps (or NULL), print, nodes by outcome, node for the PIN once
 * more, state; dedupe, text (redacted), problem, command, args, heard, pin hash, new pin hash,
 * standing, limits */
STATEMENT(USSD_ACT, 19,
	  "select * from api.ussd_act($1, $2, $3, $4::int, $5::int, $6::bytea, $7::jsonb, $8, "
	  "$9::jsonb, $10::bytea, $11, $12, $13, $14::jsonb, $15, $16::bytea, $17::bytea, $18, "
	  "$19::jsonb)")
/* door, session, version, outbox id, text, ends, screen (or NULL) */
STATEMENT(USSD_DONE, 7, "select api.ussd_done($1, $2, $3::int, $4::bigint, $5, $6::boolean, $7)")
STATEMENT(USSD_LIST, 2, "select api.ussd_list($1, $2::bigint) as list")
STATEMENT(USSD_LEFT, 2, "select api.ussd_left($1, $2)")
STATEMENT(USSD_DOOR, 1, "select api.ussd_door($1)")

/* Other systems: the token's hash first; each row is verdict, client, retry (seconds), body (JSON).
 * SEND: peer, text, parts, key (or NULL), print, minutes (or NULL); STATUS: a scope that is needed
 * (or NULL); MESSAGES: key (or NULL), after which number, how many */
STATEMENT(CLIENT_SEND, 7,
	  "select * from api.client_send($1::bytea, $2, $3, $4::int, $5, $6::bytea, $7::int)")
STATEMENT(CLIENT_STATUS, 2, "select * from api.client_status($1::bytea, $2)")
STATEMENT(CLIENT_MESSAGE, 2, "select * from api.client_message($1::bytea, $2::bigint)")
STATEMENT(CLIENT_MESSAGES, 4,
	  "select * from api.client_messages($1::bytea, $2, $3::bigint, $4::int)")

/* Events for other systems. CLAIM: how many, lease in seconds; DONE: id, which try, URL, HTTP's
 * status (or 0), error */
STATEMENT(EVENTS_CLAIM, 2, "select * from api.events_claim($1::int, $2::int)")
STATEMENT(EVENT_DONE, 5, "select api.event_done($1::bigint, $2::int, $3, $4::int, $5) as outcome")
STATEMENT(EVENTS_SWEEP, 0, "select api.events_sweep() as deleted")

/* peer, verdict, count, channel */
STATEMENT(NOTE_FLOOD, 4, "select api.note_flood($1, $2, $3::bigint, $4)")

/* One leader for timed work: a session lock, gone with the connection. */
STATEMENT(LEADER_LOCK, 0, "select pg_try_advisory_lock(4712, 1)")
STATEMENT(TIMED_WORK, 1, "select * from api.timed_work($1::jsonb)")
/* batch size → sequence and hash of the new head, if anything was linked */
STATEMENT(AUDIT_LINK, 1, "select * from api.audit_link($1::int)")
/* sequence, key id, public key, signature */
STATEMENT(AUDIT_SEAL, 4, "select api.audit_seal($1::bigint, $2, $3::bytea, $4::bytea)")
STATEMENT(METRICS, 0, "select * from api.metrics()")
STATEMENT(PING, 0, "select 1")
