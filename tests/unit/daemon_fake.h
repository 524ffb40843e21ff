/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_TEST_DAEMON_FAKE_H
#define KENTONGAN_TEST_DAEMON_FAKE_H

/* A test program that is started again as `… -c CONFIG modem NAME` plays a
 * modem's process: its name says how it behaves. */

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAKE_FD 3

static volatile sig_atomic_t fake_hung_up;

static inline void fake_on_hangup(int signal_number)
{
	(void)signal_number;
	fake_hung_up = 1;
}

static inline void fake_beat(const char *state, const char *words)
{
	char line[256];
	int n = snprintf(line, sizeof line, "{\"state\":\"%s\",\"words\":\"%s\"}\n", state, words);
	if (write(FAKE_FD, line, (size_t)n) != n)
		_exit(9);
}

/* Beats every 100 ms until killed or its parent is gone. */
static inline void fake_live(const char *words)
{
	struct pollfd parent = {.fd = FAKE_FD, .events = POLLIN};
	for (;;) {
		fake_beat("ready", fake_hung_up ? "read again" : words);
		if (poll(&parent, 1, 100) > 0)
			_exit(0);
	}
}

static inline void fake_hang(void)
{
	for (;;)
		pause();
}

/* What it was given must be what the supervisor promises. */
static inline void fake_check_surroundings(void)
{
	char byte;
	const char *fd = getenv("KENTONGAN_HEARTBEAT_FD");
	if (!fd || atoi(fd) != FAKE_FD || getenv("NOTIFY_SOCKET") || getpgrp() != getpid() ||
	    read(STDIN_FILENO, &byte, 1) != 0 || poll(NULL, 0, 0) != 0)
		_exit(8);
}

static inline void fake_main(const char *name)
{
	fake_check_surroundings();
	if (strcmp(name, "dies") == 0) {
		fake_beat("ready", "for a moment");
		_exit(3);
	}
	if (strcmp(name, "crashes") == 0) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (strcmp(name, "silent") == 0) {
		fake_beat("ready", "about to hang");
		fake_hang();
	}
	if (strcmp(name, "mute") == 0)
		fake_hang();
	if (strcmp(name, "garbage") == 0) {
		char big[6000];
		memset(big, 'x', sizeof big);
		if (write(FAKE_FD, "not json\n{}\n", 12) != 12 ||
		    write(FAKE_FD, big, sizeof big) != sizeof big)
			_exit(9);
		fake_hang();
	}
	if (strcmp(name, "stubborn") == 0)
		signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, fake_on_hangup);
	fake_live(name);
}

/* First in main(). */
static inline void fake_if_asked(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "-c") == 0 && strcmp(argv[3], "modem") == 0)
		fake_main(argv[4]);
}

#endif
