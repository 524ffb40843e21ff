/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_AT_H
#define SIMULATOR_AT_H

#include <stddef.h>

#include "modem.h"

/* The command line of 3GPP TS 27.007 §4 and ITU-T V.250: characters in, an
 * echo, commands found in tables, one final result out. */

/* Final results. */
#define AT_OK 0
#define AT_ERROR 1
#define AT_LATER 2   /* the handler calls at_finish() itself */
#define AT_SILENCE 3 /* there will be no answer */
#define AT_CME(code) (1000 + (code))
#define AT_CMS(code) (2000 + (code))

enum at_kind { AT_EXECUTE, AT_READ, AT_TEST, AT_SET };

struct at_command {
	const char *name; /* "+CSQ" */
	/* ARGS is what follows "=", "" for the other kinds. */
	int (*run)(struct modem *modem, enum at_kind kind, const char *args);
	enum { NEEDS_NOTHING, NEEDS_SIM } needs;
};
extern const struct at_command at_general[]; /* at_general.c */
extern const struct at_command at_sms[];     /* at_sms.c */

/* at_ussd.c: +CUSD, and a code that is dialled (ATD*888#). */
int at_ussd(struct modem *modem, enum at_kind kind, const char *args);
void at_dial_ussd(struct modem *modem, const char *code);

void at_init(struct modem *modem);
void at_free(struct modem *modem);
/* Forgets a half-typed line and an answer under way. */
void at_reset(struct modem *modem);
void at_receive(struct modem *modem, const char *bytes, size_t n);

/* One information line of the answer. */
void at_print(struct modem *modem, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Asks for a PDU or text: "> ", then DONE with what came before Ctrl-Z. */
int at_prompt(struct modem *modem, void (*done)(struct modem *modem, const char *text, size_t n));
/* Ends the command with RESULT, MS from now at the earliest. */
void at_finish(struct modem *modem, int result);
/* Calls RESUME in MS, during which the modem is busy. Returns AT_LATER. */
int at_wait(struct modem *modem, int ms, void (*resume)(struct modem *modem));
/* Sends held unsolicited lines if the line is free. */
void at_flush_urcs(struct modem *modem);

/* Arguments. The Nth (from 0) comma-separated one into OUT without quotes;
 * false where it is missing or empty. */
bool at_text(const char *args, int n, char *out, size_t size);
/* The Nth as a number, FALLBACK where missing, -1 if it is none. */
int at_number(const char *args, int n, int fallback);

/* "26/05/12,09:14:00+28" (TS 27.007 §8.15): local to ZONE quarters of an hour. */
void at_time(int64_t utc, int zone, char out[static 32]);

#endif
