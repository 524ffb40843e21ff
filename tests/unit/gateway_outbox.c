/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The outbox against a database that answers as it is told: what is asked when,
 * with one and with several in flight, and that nothing is ever sent twice by
 * mistake. Runs from the top of the source tree. */
#include "fake_db.h"

#include "../../src/gateway/core.h"

static struct catalogue *catalogue;
static struct loop *loop;
static struct db db;
static struct gateway gateway;

/* What the transport holds. */
static struct {
	int64_t ids[OUTBOX_WINDOW_MAX];
	int count, most;
} out;

static void on_claimed(struct outbox_item *item, void *arg)
{
	(void)arg;
	for (int i = 0; i < out.count; i++)
		if (out.ids[i] == item->id)
			fail_msg("message %lld is handed over twice", (long long)item->id);
	out.ids[out.count++] = item->id;
	if (out.count > out.most)
		out.most = out.count;
	outbox_item_free(&item);
}

static int load(void **state)
{
	struct strbuf problems = {0};
	int rc = catalogue_load(&catalogue, "config/lang", "id", &problems);

	(void)state;
	if (rc < 0)
		print_error("%s", problems.text);
	strbuf_free(&problems);
	return rc;
}

static int unload(void **state)
{
	(void)state;
	catalogue_free(&catalogue);
	return 0;
}

/* A channel with its name, that has asked for nothing yet. */
static void begin(int window)
{
	loop = loop_new();
	db = (struct db){0};
	memset(&out, 0, sizeof(out));
	gateway = (struct gateway){.loop = loop, .db = &db, .catalogue = catalogue};
	outbox_on_claimed(&gateway, "desa", window, on_claimed, NULL);
	assert_int_equal(db.count, 0);
	fake_state(&db, true, DB_DONE);
	fake_next(&db, DB_CHANNEL_LOCK);
	fake_answer(&db, DB_DONE, fake_value("pg_try_advisory_lock", "t"), "");
	fake_next(&db, DB_OUTBOX_CLAIM);
}

static int end(void **state)
{
	(void)state;
	outbox_free(&gateway.outbox);
	fake_free(&db);
	loop_free(&loop);
	return 0;
}

static void claim_brings(int64_t id)
{
	fake_next(&db, DB_OUTBOX_CLAIM);
	fake_answer(&db, DB_DONE, fake_claimed(id, 1), "");
}

static void finish(int64_t id, enum outbox_outcome outcome, bool next)
{
	for (int i = 0; i < out.count; i++)
		if (out.ids[i] == id) {
			out.ids[i] = out.ids[--out.count];
			outbox_record(&gateway, id, outcome, 1, NULL, "", next);
			return;
		}
	fail_msg("message %lld isn't with the transport", (long long)id);
}

static void assert_record(int64_t id, const char *outcome, bool next)
{
	struct fake_request *request = fake_next(&db, DB_OUTBOX_RECORD);
	char number[24], text[32];

	snprintf(number, sizeof(number), "%lld", (long long)id);
	snprintf(text, sizeof(text), "pesan %lld", (long long)id);
	assert_string_equal(request->params[1], number);
	assert_string_equal(request->params[2], outcome);
	if (!strstr(request->params[5], text))
		fail_msg("message %lld is kept as \"%s\"", (long long)id, request->params[5]);
	assert_string_equal(request->params[7], next ? "t" : "f");
}

static void a_window_of_one_is_a_modem(void **state)
{
	(void)state;
	begin(1);
	claim_brings(1);
	assert_int_equal(out.count, 1);
	assert_int_equal(db.count, 0);
	fake_notify(&db);
	assert_int_equal(outbox_claim(&gateway), 0);
	assert_false(outbox_reserve(&gateway));
	assert_int_equal(db.count, 0);
	finish(1, OUTBOX_SENT, true);
	assert_record(1, "sent", true);
	fake_notify(&db);
	assert_int_equal(db.count, 1);
	fake_answer(&db, DB_DONE, fake_claimed(2, 1), "");
	assert_int_equal(out.ids[0], 2);
	assert_int_equal(db.count, 0);
	finish(2, OUTBOX_SENT, false);
	assert_record(2, "sent", false);
	assert_false(outbox_is_idle(&gateway));
	fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
	/* The notification that came meanwhile was about something. */
	claim_brings(0);
	assert_int_equal(db.count, 0);
	assert_true(outbox_is_idle(&gateway));
}

static void a_window_is_filled_and_no_more(void **state)
{
	(void)state;
	begin(3);
	claim_brings(1);
	claim_brings(2);
	assert_false(outbox_reserve(&gateway)); /* a claim is on its way */
	claim_brings(3);
	assert_int_equal(out.count, 3);
	assert_int_equal(db.count, 0);
	fake_notify(&db);
	assert_false(outbox_reserve(&gateway));
	assert_int_equal(db.count, 0);
	finish(2, OUTBOX_SENT, true);
	assert_record(2, "sent", true);
	fake_answer(&db, DB_DONE, fake_claimed(4, 1), "");
	assert_int_equal(out.count, 3);
	assert_int_equal(db.count, 0);
	/* Out of order, each with its own text; one at a time. */
	finish(4, OUTBOX_PERMANENT, true);
	finish(1, OUTBOX_SENT, true);
	assert_int_equal(db.count, 1);
	assert_record(4, "permanent", true);
	fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
	assert_record(1, "sent", true);
	fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
	assert_int_equal(db.count, 0);
	fake_notify(&db);
	claim_brings(5);
	assert_int_equal(out.count, 2);
	claim_brings(0);
}

static void a_reply_is_claimed_with_its_message(void **state)
{
	PGresult *row = fake_claimed(7, 1);

	(void)state;
	begin(2);
	claim_brings(0);
	assert_true(outbox_reserve(&gateway));
	assert_false(outbox_reserve(&gateway));
	assert_int_equal(outbox_claim(&gateway), 0);
	assert_int_equal(db.count, 0);
	outbox_claim_came(&gateway, row, false);
	PQclear(row);
	assert_int_equal(out.ids[0], 7);
	claim_brings(0);
}

static void what_isnt_stored_counts_as_out(void **state)
{
	(void)state;
	begin(2);
	claim_brings(1);
	claim_brings(2);
	fake_state(&db, false, DB_NOT_SENT);
	finish(1, OUTBOX_SENT, true);
	finish(2, OUTBOX_NOT_TRIED, true);
	fake_state(&db, true, DB_DONE);
	fake_next(&db, DB_CHANNEL_LOCK);
	assert_false(outbox_reserve(&gateway));
	fake_answer(&db, DB_DONE, fake_value("pg_try_advisory_lock", "t"), "");
	assert_record(1, "sent", false);
	assert_false(outbox_reserve(&gateway));
	assert_int_equal(db.count, 1);
	fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
	/* What was queued meanwhile, nobody told us. */
	assert_record(2, "not_tried", true);
	fake_answer(&db, DB_DONE, fake_claimed(3, 1), "");
	claim_brings(0);
	assert_int_equal(out.count, 1);
	assert_int_equal(db.count, 0);
}

static void nothing_is_called_lost_while_anything_is_out(void **state)
{
	(void)state;
	begin(3);
	claim_brings(1);
	claim_brings(2);
	/* The answer to the third claim is lost: a row may be ours. */
	fake_answer(&db, DB_UNCERTAIN, NULL, "");
	assert_int_equal(outbox_recover(&gateway), 0);
	fake_notify(&db);
	assert_int_equal(db.count, 0);
	finish(1, OUTBOX_SENT, true);
	assert_record(1, "sent", false);
	fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
	assert_int_equal(db.count, 0);
	finish(2, OUTBOX_SENT, true);
	assert_record(2, "sent", false);
	fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
	fake_next(&db, DB_OUTBOX_RECOVER);
	fake_answer(&db, DB_DONE, fake_value("outbox_recover", "1"), "");
	claim_brings(3);
	claim_brings(0);
}

static void paused_it_claims_nothing(void **state)
{
	(void)state;
	begin(2);
	outbox_pause(&gateway);
	/* What was asked before still comes, and is the transport's to give back. */
	claim_brings(1);
	finish(1, OUTBOX_NOT_TRIED, true);
	assert_record(1, "not_tried", false);
	fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
	fake_notify(&db);
	assert_false(outbox_reserve(&gateway));
	assert_false(outbox_drives(&gateway));
	assert_int_equal(db.count, 0);
	outbox_resume(&gateway);
	fake_next(&db, DB_OUTBOX_RECOVER);
	fake_answer(&db, DB_DONE, fake_value("outbox_recover", "0"), "");
	claim_brings(0);
}

static void a_window_may_change(void **state)
{
	(void)state;
	begin(3);
	claim_brings(1);
	claim_brings(2);
	/* The third is on its way. */
	outbox_on_claimed(&gateway, "desa", 1, on_claimed, NULL);
	claim_brings(3);
	assert_int_equal(out.count, 3);
	for (int64_t id = 1; id <= 2; id++) {
		finish(id, OUTBOX_SENT, true);
		assert_record(id, "sent", false);
		fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
		assert_int_equal(db.count, 0);
	}
	finish(3, OUTBOX_SENT, true);
	assert_record(3, "sent", true);
	fake_answer(&db, DB_DONE, fake_claimed(4, 1), "");
	assert_int_equal(db.count, 0);
	outbox_on_claimed(&gateway, "desa", 2, on_claimed, NULL);
	fake_notify(&db);
	claim_brings(5);
	assert_int_equal(out.count, 2);
}

static void a_second_channel_has_its_own(void **state)
{
	struct gateway other = {.loop = NULL};

	(void)state;
	begin(1);
	claim_brings(1);
	other = (struct gateway){.loop = loop, .db = &db, .catalogue = catalogue};
	/* The database is up already. */
	outbox_on_claimed(&other, "kannel:kota", 2, on_claimed, NULL);
	assert_string_equal(fake_next(&db, DB_CHANNEL_LOCK)->params[0], "kannel:kota");
	fake_answer(&db, DB_DONE, fake_value("pg_try_advisory_lock", "t"), "");
	assert_string_equal(fake_next(&db, DB_OUTBOX_CLAIM)->params[0], "kannel:kota");
	fake_answer(&db, DB_DONE, fake_claimed(0, 1), "");
	fake_notify(&db);
	assert_int_equal(db.count, 1);
	assert_string_equal(db.requests[0].params[0], "kannel:kota");
	outbox_free(&other.outbox);
}

/* --- a model of the table, and chance ---------------------------------------------- */

#define ROWS 40

enum row { QUEUED, SENDING, SENT };
static struct {
	enum row rows[ROWS + 1];
	int handed[ROWS + 1], uncertain;
} model;
static unsigned long chance_state;

static int chance(int n)
{
	chance_state = chance_state * 6364136223846793005ul + 1442695040888963407ul;
	return (int)((chance_state >> 33) % (unsigned)n);
}

static bool is_out(int id)
{
	for (int i = 0; i < out.count; i++)
		if (out.ids[i] == id)
			return true;
	return false;
}

static int model_claim(void)
{
	for (int id = 1; id <= ROWS; id++)
		if (model.rows[id] == QUEUED) {
			model.rows[id] = SENDING;
			return id;
		}
	return 0;
}

/* What the database does with its oldest request, and says. */
static PGresult *model_does(void)
{
	struct fake_request *request = &db.requests[0];
	char text[16];
	int n = 0;

	switch ((int)request->statement) {
	case DB_CHANNEL_LOCK:
		return fake_value("pg_try_advisory_lock", "t");
	case DB_OUTBOX_CLAIM:
		return fake_claimed(model_claim(), 1);
	case DB_OUTBOX_RECORD:
		n = atoi(request->params[1]);
		if (model.rows[n] == SENDING)
			model.rows[n] = strcmp(request->params[2], "sent") == 0 ? SENT : QUEUED;
		return fake_claimed(request->params[7][0] == 't' ? model_claim() : 0, 1);
	case DB_OUTBOX_RECOVER:
		for (int id = 1; id <= ROWS; id++)
			if (model.rows[id] == SENDING) {
				if (is_out(id))
					fail_msg("message %d is called lost while it is sent", id);
				model.rows[id] = QUEUED;
				n++;
			}
		snprintf(text, sizeof(text), "%d", n);
		return fake_value("outbox_recover", text);
	}
	fail_msg("asked: %s", fake_statements[request->statement].name);
	return NULL;
}

static void connection_lost(void)
{
	size_t done = (size_t)chance((int)db.count + 1);

	/* Some of it was done all the same. */
	for (size_t i = 0; i < done; i++) {
		struct fake_request first = db.requests[0];

		PQclear(model_does());
		memmove(db.requests, db.requests + 1, (db.count - 1) * sizeof(first));
		db.requests[db.count - 1] = first;
	}
	fake_state(&db, false, DB_UNCERTAIN);
	fake_state(&db, true, DB_DONE);
}

static void turn(bool faults)
{
	int what = chance(faults ? 12 : 10);

	if (what < 5 && db.count) {
		fake_answer(&db, DB_DONE, model_does(), "");
	} else if (what < 9 && out.count) {
		int64_t id = out.ids[chance(out.count)];

		finish(id, faults && chance(4) == 0 ? OUTBOX_NOT_TRIED : OUTBOX_SENT,
		       chance(4) != 0);
	} else if (what == 9) {
		fake_notify(&db);
	} else if (what == 10) {
		connection_lost();
	} else if (what == 11 && chance(3) == 0) {
		outbox_pause(&gateway);
		outbox_resume(&gateway);
	}
}

static void whatever_happens_nothing_is_sent_twice(void **state)
{
	(void)state;
	for (unsigned long seed = 1; seed <= 300; seed++) {
		int window = 1 + (int)(seed % 7);

		chance_state = seed;
		memset(&model, 0, sizeof(model));
		begin(window);
		for (int i = 0; i < 400; i++) {
			turn(true);
			assert_true(out.count <= window);
		}
		/* Then all goes well, and nothing stays behind. */
		for (int i = 0; i < 20000 && !(outbox_is_idle(&gateway) && !db.count); i++)
			turn(false);
		for (int i = 0; i < 2000; i++)
			turn(false);
		for (int id = 1; id <= ROWS; id++)
			if (model.rows[id] != SENT)
				fail_msg("seed %lu: message %d stays %d", seed, id, model.rows[id]);
		if (seed != 300)
			end(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(a_window_of_one_is_a_modem, end),
	    cmocka_unit_test_teardown(a_window_is_filled_and_no_more, end),
	    cmocka_unit_test_teardown(a_reply_is_claimed_with_its_message, end),
	    cmocka_unit_test_teardown(what_isnt_stored_counts_as_out, end),
	    cmocka_unit_test_teardown(nothing_is_called_lost_while_anything_is_out, end),
	    cmocka_unit_test_teardown(paused_it_claims_nothing, end),
	    cmocka_unit_test_teardown(a_window_may_change, end),
	    cmocka_unit_test_teardown(a_second_channel_has_its_own, end),
	    cmocka_unit_test_teardown(whatever_happens_nothing_is_sent_twice, end),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
