/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "leader.h"

#include <stdio.h>
#include <stdlib.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"

#define ASK_MS 5000
#define WORK_MS 60000
#define STALE_MS 5000

struct leader {
	struct db *db;
	struct gateway *gateway;
	const struct conf *conf;
	void (*told)(bool leads, void *arg);
	void *arg;
	bool leads;
	bool asking, working; /* a statement is under way */
	struct timer *ask, *work, *stale;
};

static void set_leads(struct leader *leader, bool leads)
{
	if (leader->leads == leads)
		return;
	leader->leads = leads;
	log_info("leader", "%s",
		 leads ? "this process does the timed work now"
		       : "this process no longer does the timed work");
	if (leads) {
		timer_clear(leader->ask);
		timer_set(leader->work, 0);
		timer_set(leader->stale, 0);
	} else {
		timer_clear(leader->work);
		timer_clear(leader->stale);
	}
	leader->told(leads, leader->arg);
}

/* --- the lock --- */

static void on_lock(const struct db_reply *reply, void *arg)
{
	struct leader *leader = arg;
	leader->asking = false;
	if (reply->outcome == DB_FAILED)
		log_warn("leader", "the leader's lock: %s", reply->message);
	if (reply->outcome == DB_DONE && db_bool(reply->result, 0, "pg_try_advisory_lock"))
		set_leads(leader, true);
	else if (db_is_up(leader->db))
		timer_set(leader->ask, ASK_MS);
}

static void on_ask(void *arg)
{
	struct leader *leader = arg;
	/* Asking again while we hold it would count it twice. */
	if (leader->leads || leader->asking)
		return;
	if (db_query(leader->db, DB_LEADER_LOCK, 0, NULL, on_lock, leader) == 0)
		leader->asking = true;
	else if (db_is_up(leader->db))
		timer_set(leader->ask, ASK_MS);
}

void leader_database(struct leader *leader, bool up)
{
	if (!up) {
		timer_clear(leader->ask);
		set_leads(leader, false);
		return;
	}
	timer_set(leader->ask, 0);
}

/* --- the work --- */

static void on_worked(const struct db_reply *reply, void *arg)
{
	struct leader *leader = arg;
	leader->working = false;
	if (reply->outcome == DB_FAILED) {
		log_error("leader", "timed work failed: %s", reply->message);
		return;
	}
	if (reply->outcome != DB_DONE || PQntuples(reply->result) == 0)
		return;
	long long requests = db_int(reply->result, 0, "expired_requests"),
		  messages = db_int(reply->result, 0, "expired_messages"),
		  forgotten = db_int(reply->result, 0, "forgotten");
	if (requests || messages || forgotten)
		log_info("leader",
			 "%lld notices expired unconfirmed, %lld messages too old to send, "
			 "%lld old texts forgotten",
			 requests, messages, forgotten);
}

static void on_work(void *arg)
{
	struct leader *leader = arg;
	char settings[64];
	const char *params[] = {settings};
	timer_set(leader->work, WORK_MS);
	/* The last round takes longer than a minute: no second one behind it. */
	if (leader->working)
		return;
	int n = snprintf(settings, sizeof settings, "{\"retention_days\": %d}",
			 leader->conf->retention_days);
	if (n < 0 || (size_t)n >= sizeof settings)
		fatal("leader: settings that are too long");
	if (db_query(leader->db, DB_TIMED_WORK, 1, params, on_worked, leader) == 0)
		leader->working = true;
	else
		log_warn("leader", "timed work has to wait: the database is busy");
}

static void on_stale(void *arg)
{
	struct leader *leader = arg;
	timer_set(leader->stale, STALE_MS);
	gateway_handle_stale_parts(leader->gateway);
}

/* --- the whole --- */

struct leader *leader_new(struct loop *loop, struct db *db, struct gateway *gateway,
			  const struct conf *conf, void (*leads)(bool leads, void *arg), void *arg)
{
	struct leader *leader = xcalloc(1, sizeof *leader);
	leader->db = db;
	leader->gateway = gateway;
	leader->conf = conf;
	leader->told = leads;
	leader->arg = arg;
	leader->ask = timer_new(loop, on_ask, leader);
	leader->work = timer_new(loop, on_work, leader);
	leader->stale = timer_new(loop, on_stale, leader);
	return leader;
}

void leader_free(struct leader **leader)
{
	if (!*leader)
		return;
	timer_free(&(*leader)->ask);
	timer_free(&(*leader)->work);
	timer_free(&(*leader)->stale);
	free(*leader);
	*leader = NULL;
}

void leader_reconfigure(struct leader *leader, const struct conf *conf)
{
	leader->conf = conf;
}

bool leader_leads(const struct leader *leader)
{
	return leader->leads;
}
