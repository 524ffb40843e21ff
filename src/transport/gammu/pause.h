/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_PAUSE_H
#define TRANSPORT_GAMMU_PAUSE_H

#include <stdbool.h>
#include <sys/types.h>

#include <gammu.h>

/* This module owns the process's usleep(): libGammu finds it through the
 * dynamic linker. Outside a call of libGammu it sleeps as the system's does.
 * Inside one it waits on the modem's descriptor, cuts libGammu's fixed pauses,
 * and lets the process show life. Each call has a deadline, kept by a timer
 * signal, since libGammu's own limits are counts of rough seconds that a modem
 * talking rubbish resets for ever. One modem per process, so one state. */

enum pause_kind {
	PAUSE_PLAIN,   /* no fixed pauses worth cutting */
	PAUSE_CONNECT, /* 1 ms a character and 0.4 s a command until libGammu
			* knows the modem's model */
	PAUSE_SEND     /* 0.1 s after the prompt, 0.5 s before Ctrl-Z, 0.1 s after */
};

/* What the fixed pauses become; -1 leaves libGammu's own ("stock"). */
void pause_set_send(int ms);
/* Called every 200 ms or so from inside long calls, until the deadline. FN
 * must not call libGammu. */
void pause_on_alive(void (*fn)(void *arg), void *arg);

/* How the last call ended. */
enum pause_end {
	PAUSE_FINE,
	PAUSE_LATE, /* deadline passed: GSM_AbortOperation was called, which is
		     * sticky, so the state machine must be thrown away */
	PAUSE_GONE  /* the device was unplugged; aborted too */
};

/* Brackets one call of libGammu. FD is the modem's descriptor or -1; with -1
 * and DEVICE not 0 it is looked for (libGammu opens it inside the call). After
 * the deadline and two seconds more the descriptor is replaced by /dev/null,
 * the only way out of libGammu's endless loop on a port that takes no bytes. */
void pause_begin(enum pause_kind kind, GSM_StateMachine *sm, int fd, dev_t device, int deadline_ms);
enum pause_end pause_end_call(void);

/* Of the last PAUSE_SEND call: the modem had given its prompt, so the text may
 * have been handed over. */
bool pause_had_prompt(void);

/* The descriptor that this process has open on DEVICE (st_rdev), or -1. */
int pause_find_fd(dev_t device);

#endif
