/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_FAULTS_H
#define SIMULATOR_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "kentongan/errors.h"
#include "kentongan/memory.h"

/* What a modem is told to do wrong. Counts say how many times more; a
 * negative one means until `recover`. */

struct modem;

struct faults {
	int cms_error; /* the code that +CMGS answers … */
	int cms_count; /* … so many times */
	int lost_answer;
	int prompt_lost;
	int lost_notice;
	int duplicate_notice;
	int ussd_lost;
	int ussd_refused;
	int cusd_error;
	int hang_up_refused;
	int garbage;     /* lines left to be put before answers */
	bool hang;       /* takes everything, says nothing */
	bool no_network; /* not registered */
	int slow_ms;     /* air time on top of the configured */
	int chunk;       /* bytes of an answer at a time */
	int echo;        /* enum fault_echo */
};

enum fault_echo { ECHO_RIGHT, ECHO_NEVER, ECHO_TWICE, ECHO_CRLF };

/* True once for each time that COUNT still holds. */
bool fault_take(int *count);

/* `fault MODEM NAME [ARGUMENT…]`. -EINVAL with the reason in ERR. */
MUSTCHECK int fault_set(struct modem *modem, char **words, size_t n, struct errbuf *err);
/* Ends every fault. */
void fault_recover(struct modem *modem);
/* One line "name: what it does" per fault. */
void fault_list(struct strbuf *out);

#endif
