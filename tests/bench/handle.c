/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handles messages as fast as the database lets it, without a modem: CLIENTS
 * gateways with a connection each, one message in flight in each, for SECONDS.
 * Prints messages per second and CPU per message. Members +6289900000 000..999
 * of group BENCH must exist (tests/bench/run.sh makes them). */
#include "kentongan/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"

struct client {
	struct db *db;
	struct gateway *gateway;
	uint64_t sent;
};

static struct loop *loop;
static int64_t until_us, started_us;
static uint64_t handled, failed;
static int ready, clients_wanted;
static int64_t serial;

static void next(struct client *client);

static void done(enum gateway_outcome outcome, void *arg)
{
	struct client *client = arg;

	if (outcome == GATEWAY_COMMITTED)
		handled++;
	else
		failed++;
	next(client);
}

static void next(struct client *client)
{
	char peer[20], id[24];
	struct inbound inbound = {.transport = "sms",
				  .channel = "bench",
				  .peer = peer,
				  .text = "saldo",
				  .sent_at = clock_wall(),
				  .id = id};

	if (clock_mono_us() >= until_us) {
		loop_stop(loop, 0);
		return;
	}
	serial++;
	snprintf(peer, sizeof(peer), "+6289900000%03d", (int)(serial * 7919 % 1000));
	snprintf(id, sizeof(id), "%lld.%lld", (long long)started_us, (long long)serial);
	if (gateway_receive(client->gateway, &inbound, false, done, client) < 0)
		loop_stop(loop, 1);
}

static void state(bool up, void *arg)
{
	(void)arg;
	if (up)
		ready++;
	if (ready == clients_wanted)
		loop_stop(loop, 0);
}

int main(int argc, char **argv)
{
	struct conf *conf;
	struct secret *secret;
	struct strbuf problems = {0};
	struct errbuf err = {""};
	struct client *clients;
	struct rusage before, after;
	int seconds;
	double cpu, took;

	if (argc != 4) {
		fprintf(stderr, "usage: handle CONFIG CLIENTS SECONDS\n");
		return 2;
	}
	log_open("bench");
	log_set_level(LOG_LEVEL_WARN);
	clients_wanted = atoi(argv[2]);
	seconds = atoi(argv[3]);
	if (conf_load(&conf, argv[1], &problems) < 0)
		fatal("%s", problems.text);
	/* Measured is the handling, not the limits. */
	conf->limits = (struct conf_limits){.replies_per_sender = 1000000000,
					    .replies_per_group = 1000000000,
					    .replies_per_modem = 1000000000};
	if (secret_load(&secret, conf->key_file, &err) < 0)
		fatal("%s", err.text);
	loop = loop_new();
	clients = xcalloc((size_t)clients_wanted, sizeof(*clients));
	for (int i = 0; i < clients_wanted; i++) {
		clients[i].db = db_new(loop, conf, "kentongan bench");
		db_on_state(clients[i].db, state, NULL);
		if (gateway_new(&clients[i].gateway, loop, clients[i].db, conf, secret, &problems) <
		    0)
			fatal("%s", problems.text);
	}
	loop_run(loop);
	getrusage(RUSAGE_SELF, &before);
	started_us = clock_mono_us();
	until_us = started_us + seconds * 1000000LL;
	for (int i = 0; i < clients_wanted; i++)
		next(&clients[i]);
	if (loop_run(loop) != 0)
		fatal("the database went away");
	getrusage(RUSAGE_SELF, &after);
	took = (double)(clock_mono_us() - started_us) / 1e6;
	cpu = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
	      (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
	      (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
		       before.ru_stime.tv_usec) /
		  1e6;
	printf("%.1f %.3f %llu\n", (double)handled / took, cpu * 1000 / (double)handled,
	       (unsigned long long)failed);
	return 0;
}
