/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes and records a broadcast's messages as fast as the database lets it:
 * PROCESSES of them with a connection each, as many modems that send in no time,
 * for SECONDS. Prints messages per second. The channels bench0, bench1 … and a
 * running broadcast must exist (tests/bench/run.sh makes them). */
#include "kentongan/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/outbox.h"

static struct loop *loop;
static struct gateway *gateway;
static int64_t until_us; /* 0 until the first came */
static int seconds;
static struct timer *end;
static long sent;

static void stop(void *arg)
{
	(void)arg;
	loop_stop(loop, 0);
}

static void claimed(struct outbox_item *item, void *arg)
{
	static const int reference = 7;
	int64_t id = item->id, now = clock_mono_us();
	bool more;

	(void)arg;
	outbox_item_free(&item);
	if (until_us == 0) {
		until_us = now + seconds * 1000000LL;
		timer_set(end, seconds * 1000 + 500);
	}
	more = now < until_us;
	outbox_record(gateway, id, OUTBOX_SENT, 1, &reference, "", more);
	sent++;
	if (!more)
		outbox_pause(gateway);
}

/* One modem's process. Its count goes to FD. */
static int process(const struct conf *conf, const struct secret *secret, int number, int fd)
{
	struct strbuf problems = {0};
	char channel[16];
	struct db *db;

	loop = loop_new();
	db = db_new(loop, conf, "kentongan bench");
	if (gateway_new(&gateway, loop, db, conf, secret, &problems) < 0)
		fatal("%s", problems.text);
	snprintf(channel, sizeof(channel), "bench%d", number);
	outbox_on_claimed(gateway, channel, 1, claimed, NULL);
	end = timer_new(loop, stop, NULL);
	timer_set(end, 20000); /* for the first */
	loop_run(loop);
	timer_free(&end);
	return write(fd, &sent, sizeof(sent)) == sizeof(sent) ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct conf *conf;
	struct secret *secret;
	struct strbuf problems = {0};
	struct errbuf err = {""};
	int processes, fds[2];
	long all = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: claim CONFIG PROCESSES SECONDS\n");
		return 2;
	}
	log_open("bench");
	log_set_level(LOG_LEVEL_WARN);
	processes = atoi(argv[2]);
	seconds = atoi(argv[3]);
	if (conf_load(&conf, argv[1], &problems) < 0)
		fatal("%s", problems.text);
	if (secret_load(&secret, conf->key_file, &err) < 0)
		fatal("%s", err.text);
	if (pipe(fds) != 0)
		fatal("no pipe");
	for (int i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fatal("no process");
		if (pid == 0)
			_exit(process(conf, secret, i, fds[1]));
	}
	for (int i = 0; i < processes; i++) {
		long one;

		if (read(fds[0], &one, sizeof(one)) != sizeof(one))
			fatal("a process ended early");
		all += one;
	}
	while (wait(NULL) > 0)
		;
	printf("%.1f\n", (double)all / seconds);
	return all > 0 ? 0 : 1;
}
