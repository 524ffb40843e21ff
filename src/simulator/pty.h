/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_PTY_H
#define SIMULATOR_PTY_H

#include <stdbool.h>
#include <stddef.h>

#include "kentongan/errors.h"
#include "kentongan/loop.h"

/* The serial line: a raw pseudo terminal whose slave is reached by a symbolic
 * link. It outlives any number of openings and closings of the slave; what
 * nobody has read when the last user closes it is thrown away, as a modem does
 * when DTR falls. */
struct pty;

struct pty_callbacks {
	void (*received)(void *arg, const char *bytes, size_t n);
	void (*users)(void *arg, int users); /* how many have it open now */
	void *arg;
};

/* LINK is replaced if it is a symbolic link already. */
MUSTCHECK int pty_open(struct pty **out, struct loop *loop, const char *link,
		       const struct pty_callbacks *callbacks, struct errbuf *err);
/* Hangs up: whoever has the slave open sees POLLHUP. Removes the link. */
void pty_close(struct pty **pty);
const char *pty_link(const struct pty *pty);
const char *pty_slave(const struct pty *pty);

int pty_users(const struct pty *pty);

/* Never blocks; keeps what the line doesn't take at once, up to 256 KiB, and
 * drops the rest, and everything while nobody has the line open. */
void pty_write(struct pty *pty, const char *bytes, size_t n);
/* From now on at most N bytes leave at a time, a millisecond apart; 0: all. */
void pty_set_chunk(struct pty *pty, size_t n);

#endif
