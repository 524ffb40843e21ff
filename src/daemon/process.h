/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_PROCESS_H
#define KENTONGAN_DAEMON_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#include "kentongan/errors.h"

/* Starting a child process and saying in words how one ended. */

/* The child finds the number of its end of the heartbeat's socket here. */
#define PROCESS_HEARTBEAT_ENV "KENTONGAN_HEARTBEAT_FD"

/* Starts PROGRAM (a path) with ARGV in a process group of its own: nothing on
 * its standard input, our standard output and error, default signals, none of
 * our descriptors but one end of a socket pair. *HEARTBEAT is our end,
 * non-blocking, the caller's to close. The child gets SIGTERM when we die.
 * systemd's notification and socket variables are not handed down: they speak
 * of us. */
MUSTCHECK int process_start(const char *program, char *const argv[], pid_t *pid, int *heartbeat,
			    struct errbuf *err);

/* What waitpid's STATUS means ("ended with status 1", "crashed (Segmentation
 * fault)"), for people. Returns OUT. */
const char *process_end_words(int status, char *out, size_t size);

#endif
