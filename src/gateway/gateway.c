/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/gateway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kentongan/log.h"
#include "core.h"

static char *limits_json(const struct conf *conf)
{
	const struct conf_limits *l = &conf->limits;

	return xasprintf("{\"sender\":%d,\"unknown\":%d,\"unknown_total\":%d,\"group\":%d,"
			 "\"channel\":%d,\"late\":%d,\"pending\":%d,\"lang\":\"%s\"}",
			 l->replies_per_sender, l->replies_per_unknown, l->unknown_total,
			 l->replies_per_group, l->replies_per_modem, conf->late_minutes,
			 conf->pending_hours, conf->language);
}

static void take_from_trunk(struct gateway *branch)
{
	const struct gateway *trunk = branch->trunk;

	branch->grammar = trunk->grammar;
	branch->catalogue = trunk->catalogue;
	branch->guard = trunk->guard;
	branch->limits = trunk->limits;
	branch->conf = trunk->conf;
}

struct gateway *gateway_branch(struct gateway *gateway)
{
	struct gateway *branch = xcalloc(1, sizeof(*branch));

	branch->loop = gateway->loop;
	branch->db = gateway->db;
	branch->secret = gateway->secret;
	branch->trunk = gateway;
	branch->next = gateway->branches;
	gateway->branches = branch;
	take_from_trunk(branch);
	return branch;
}

int gateway_reload(struct gateway *gateway, const struct conf *conf, struct strbuf *problems)
{
	struct grammar *grammar = NULL;
	struct catalogue *catalogue = NULL;
	int bad = grammar_load(&grammar, conf->commands_file, problems);

	/* Both are read even if the first is bad: every mistake at once. */
	bad |= catalogue_load(&catalogue, conf->lang_dir, conf->language, problems);
	if (bad) {
		grammar_free(&grammar);
		catalogue_free(&catalogue);
		return -EINVAL;
	}
	grammar_free(&gateway->grammar);
	catalogue_free(&gateway->catalogue);
	free(gateway->limits);
	gateway->grammar = grammar;
	gateway->catalogue = catalogue;
	gateway->conf = conf;
	gateway->limits = limits_json(conf);
	guard_set_limits(gateway->guard, &conf->limits);
	for (struct gateway *branch = gateway->branches; branch; branch = branch->next)
		take_from_trunk(branch);
	return 0;
}

int gateway_new(struct gateway **out, struct loop *loop, struct db *db, const struct conf *conf,
		const struct secret *secret, struct strbuf *problems)
{
	struct gateway *gateway = xcalloc(1, sizeof(*gateway));
	int result;

	*out = NULL;
	gateway->loop = loop;
	gateway->db = db;
	gateway->secret = secret;
	gateway->guard = guard_new(&conf->limits);
	result = gateway_reload(gateway, conf, problems);
	if (result < 0) {
		gateway_free(&gateway);
		return result;
	}
	*out = gateway;
	return 0;
}

void gateway_free(struct gateway **gateway)
{
	struct gateway *g = *gateway;

	if (!g)
		return;
	outbox_free(&g->outbox);
	if (g->trunk) {
		struct gateway **link = &g->trunk->branches;

		while (*link != g)
			link = &(*link)->next;
		*link = g->next;
		free(g);
		*gateway = NULL;
		return;
	}
	grammar_free(&g->grammar);
	catalogue_free(&g->catalogue);
	guard_free(&g->guard);
	free(g->limits);
	free(g);
	*gateway = NULL;
}

static void ignore_reply(const struct db_reply *reply, void *arg)
{
	(void)arg;
	if (reply->outcome == DB_FAILED)
		log_error("guard", "the count of refused messages was not stored: %s",
			  reply->message);
}

static void write_flood(const char *peer, enum guard_verdict verdict, int64_t count, void *arg)
{
	struct gateway *gateway = arg;
	char number[24];
	const char *params[] = {peer, verdict == GUARD_LOOP ? "loop" : "too_fast", number,
				gateway->outbox ? "modem" : "service"};

	snprintf(number, sizeof(number), "%lld", (long long)count);
	log_info("guard", "%s: %s messages refused (%s)", log_msisdn(peer), number, params[1]);
	if (db_query(gateway->db, DB_NOTE_FLOOD, 4, params, ignore_reply, NULL) < 0)
		log_warn("guard", "the database is away: this count is only in this log");
}

void gateway_flush_floods(struct gateway *gateway)
{
	guard_drain_floods(gateway->guard, write_flood, gateway);
}
