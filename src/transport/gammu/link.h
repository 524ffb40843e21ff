/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_LINK_H
#define TRANSPORT_GAMMU_LINK_H

#include <stdbool.h>

#include <gammu.h>

#include "kentongan/conf.h"
#include "kentongan/errors.h"

#include "pause.h"
#include "trace.h"

/* The way to one modem: libGammu's state machine, the descriptor behind it and
 * the health of both. Every call of libGammu that talks to the modem stands
 * between link_begin() and link_end(). */
struct link;

/* Where a message lies. LOCATION counts over all folders as libGammu's folder
 * 0 does. */
struct place {
	int location;
	bool in_sr; /* the storage of status reports */
};

/* From within libGammu's callbacks: they note what happened and issue no
 * command. */
struct link_events {
	void (*notice)(struct place place, void *arg);
	/* Came whole, is stored nowhere (class 0, +CDS). Borrowed. */
	void (*direct)(const GSM_SMSMessage *sms, void *arg);
	/* STATUS 0 and TP-MR (-1 unknown), a CMS/CME code, or -1. */
	void (*sent)(int status, int reference, void *arg);
	/* A text from the network, UTF-8. */
	void (*ussd)(GSM_USSDStatus status, const char *text, void *arg);
	void *arg;
};

struct link *link_new(const struct conf_modem *conf, struct trace *trace,
		      const struct link_events *events);
/* Device and connection count from the next link_open(). */
void link_reconfigure(struct link *link, const struct conf_modem *conf);
void link_free(struct link **link);

/* Opens DEVICE and lets libGammu introduce itself. Blocks for up to 45 s.
 * -ENOENT, -EACCES, -EBUSY, -ETIMEDOUT, -EIO; ERR in plain words. */
MUSTCHECK int link_open(struct link *link, const char *device, struct errbuf *err);
/* Closes and throws the state machine away: after an abort it is of no more
 * use (GSM_AbortOperation is sticky). Watch the descriptor no longer. */
void link_close(struct link *link);
bool link_is_open(const struct link *link);

GSM_StateMachine *link_sm(struct link *link);
/* -1 where the connection has none that we know (dummy): ask by timer. */
int link_fd(const struct link *link);
const char *link_device(const struct link *link);

enum link_health {
	LINK_WELL,
	LINK_SICK, /* no answer in time: what comes next may be a late one */
	LINK_GONE  /* unplugged */
};
enum link_health link_health(const struct link *link);
/* Why it isn't well, in plain words. */
const char *link_trouble(const struct link *link);
void link_mark_sick(struct link *link, const char *why);

/* False when the link isn't well: then call neither libGammu nor link_end().
 * WHAT is for the log: "reading a message". */
MUSTCHECK bool link_begin(struct link *link, enum pause_kind kind, int deadline_ms,
			  const char *what);
GSM_Error link_end(struct link *link, GSM_Error error);

/* Lets libGammu read what the modem said; call when the descriptor is
 * readable. EXPECTED: an answer is due (to CMGS). */
void link_pump(struct link *link, bool expected);

/* The modem said something that libGammu may not know: to be cleared away by
 * link_clean() before it hides an answer (link_begin() does so, too). */
bool link_is_dirty(const struct link *link);
void link_clean(struct link *link);
/* The same after a call in which libGammu may have read such a line. */
void link_flush(struct link *link);
/* From a callback of libGammu's: what is being read now is nothing unknown. */
void link_understood(struct link *link);
/* True once after the modem has talked as when it starts: its settings are gone. */
bool link_has_rebooted(struct link *link);

/* Ends the modem's edit mode after a prompt that failed, which libGammu 1.42
 * leaves on (its issue 975). */
void link_leave_edit_mode(struct link *link);

/* Sends COMMAND ("AT+CMGD=5") past libGammu, for the few that it can't say, and
 * waits for the end of the answer, whatever it is. */
void link_raw(struct link *link, const char *command);

/* Asks the modem to announce what it stores (CNMI), again where it was asked
 * before: a modem that rebooted forgot. False where it can't: then only the
 * sweep finds messages. */
bool link_arm(struct link *link);

#endif
