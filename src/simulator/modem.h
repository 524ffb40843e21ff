/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_MODEM_H
#define SIMULATOR_MODEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kentongan/loop.h"
#include "kentongan/memory.h"

#include "faults.h"
#include "pdu.h"
#include "pty.h"
#include "storage.h"

/* A GSM modem: what is soldered and on the SIM (config, memories), what a
 * power cycle resets (settings), the line to its user (at.c), and the faults
 * it is told to have. The network (network.h) is on its other side. */

#define MODEM_NAME_MAX 32
#define AT_LINE_MAX 1024
#define URC_MAX 256 /* unsolicited lines held back; the oldest goes first */

struct network;

struct modem_config {
	char name[MODEM_NAME_MAX + 1];
	char imei[20];
	char imsi[20];
	char number[20]; /* the SIM's own, "+62…" */
	char smsc[20];
	char vendor[32];
	char model[32];
	char pin[9]; /* "": the SIM asks for none */
	int sim;     /* slots */
	int me;
	int sr;           /* a memory of its own for status reports */
	int delay_ms;     /* before every final result */
	int cmgs_ms;      /* air time of one submit */
	bool no_cbm;      /* offers no cell broadcast in +CNMI=? */
	bool no_ucs2;     /* nor UCS2 in +CSCS=? */
	bool packed;      /* +CUSD wants and gives packed septets, as Huawei's do */
	bool no_clip;     /* can't tell who calls */
	bool clip_silent; /* and doesn\'t even answer when asked to */
	bool no_chup;     /* hangs up by ATH only */
	bool urc_busy;    /* unsolicited lines don't wait for the answer to a command */
	int ring_ms;      /* between two rings; 0 = 3 s */
};

enum charset { CHARSET_GSM, CHARSET_IRA, CHARSET_UCS2 };

/* What the SIM holds to pay with. */
struct modem_credit {
	int64_t amount;
	int64_t price; /* of a SUBMIT */
	char until[16];
};

/* Lost at a reboot or power cycle. */
struct modem_settings {
	bool echo;
	int cmee;
	bool text_mode; /* +CMGF=1 */
	int csmp[4];    /* text mode: first octet, TP-VP, TP-PID, TP-DCS */
	int cnmi[5];
	int creg, cgreg;
	int cops_format;
	int clip, crc, ccwa, cusd, cmms;
	enum charset charset;
	struct storage *read, *write, *receive; /* <mem1>, <mem2>, <mem3> */
	char smsc[20];
};

/* An unsolicited line, and for +CMTI whose message it announces. */
struct urc {
	char *text;
	char *peer;
};

enum at_mode {
	AT_COMMAND, /* collecting a line */
	AT_PROMPT,  /* collecting a PDU or text after "> " */
	AT_BUSY     /* an answer is still to come */
};

struct at {
	enum at_mode mode;
	char line[AT_LINE_MAX];
	size_t used;
	bool overflow;
	char held[4096]; /* typed ahead while busy */
	size_t held_n;
	struct strbuf out; /* echo and answer until they are written together */
	struct timer *later;
	struct timer *idle; /* lets URCs pass a half-typed line */
	void (*prompt_done)(struct modem *modem, const char *text, size_t n);
	void (*resume)(struct modem *modem);
	int prompt_length; /* <length> of +CMGS, +CMGW */
	char prompt_to[24];
	int prompt_state;
	int result; /* the final result that a delay holds back */
};

struct modem_counts {
	uint64_t commands, delivered, notices, submitted, accepted, failed, reports, deleted;
	uint64_t opened;
};

struct modem_call {
	bool ringing;
	char from[24]; /* "": withheld */
	int rings_left, rings;
	int64_t since;
	struct timer *timer;
};

struct modem {
	struct network *network;
	struct loop *loop;
	struct modem_config config;
	struct modem_settings set;
	struct storage sm, me, sr;
	struct pty *pty; /* NULL while unplugged */
	struct at at;
	struct urc urcs[URC_MAX];
	size_t urc_first, urc_count;
	struct faults faults;
	struct modem_call call;
	struct modem_counts counts;
	struct modem_credit credit;
	bool ussd_open; /* a menu waits for a choice */
	bool pin_entered;
	int pin_tries;
	uint8_t reference;   /* the last TP-MR */
	struct pdu outgoing; /* on the air */
};

struct modem *modem_new(struct network *network, struct loop *loop,
			const struct modem_config *config);
void modem_free(struct modem **modem);

/* The line appears as DIR/NAME (or DIR/AS); power comes with it. */
MUSTCHECK int modem_plug(struct modem *modem, const char *as, struct errbuf *err);
void modem_unplug(struct modem *modem);
/* Back to power-on defaults. LINES: says so on the line. */
void modem_reboot(struct modem *modem, bool lines);

/* Powered, SIM open, registered. */
bool modem_on_air(const struct modem *modem);
bool modem_sim_ready(const struct modem *modem);

/* The network delivers a TPDU from PEER. False where the memory is full: the
 * network keeps it. */
bool modem_deliver(struct modem *modem, const uint8_t *tpdu, size_t n, const char *peer);

/* Somebody calls (FROM "": without showing who); RINGS times unless rejected. */
void modem_ring(struct modem *modem, const char *from, int rings);
/* The call ends: by the caller (NO CARRIER) or by the modem's user. */
void modem_hang_up(struct modem *modem, bool by_user);

/* Sends an unsolicited line as soon as no command is under way (TS 27.005
 * §3.4.1 <mode> 2). PEER: whose +CMTI it is, or NULL. */
void modem_urc(struct modem *modem, const char *peer, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
