/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_FINDINGS_H
#define KENTONGAN_CLI_FINDINGS_H

#include <jansson.h>

#include "cli.h"

/* What check, status and the two verify find, one line each: told at once to
 * people, gathered for --json. */

enum finding { FINDING_GOOD, FINDING_WARNING, FINDING_BAD };

struct findings {
	const struct cli *cli;
	json_t *list;
	size_t bad, warnings;
	bool quiet_good; /* people don't want to hear of what is in order */
};

void findings_start(struct findings *findings, const struct cli *cli);
/* ABOUT names what was looked at ("database"); NEXT is what to do, or NULL. */
void findings_add(struct findings *findings, enum finding finding, const char *about,
		  const char *next, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* At most so many bad findings of one kind are worth reading. */
#define FINDINGS_SHOWN 20
/* The gathered list; the caller's reference. Ends the use of FINDINGS. */
json_t *findings_take(struct findings *findings);

#endif
