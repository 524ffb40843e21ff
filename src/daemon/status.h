/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_STATUS_H
#define KENTONGAN_DAEMON_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "kentongan/kannel.h"
#include "kentongan/memory.h"

#include "supervisor.h"

/* How the daemon is: the facts, and the ways that they are told. A plain
 * value, put together when somebody asks; pointers are borrowed. */
struct status {
	int64_t since; /* wall seconds of our start */
	bool database_up;
	const char *database_trouble; /* "" when up */
	int64_t database_since;       /* up or down since */
	bool leader;
	const char *http_trouble; /* "" when listening or not asked to */
	const struct supervisor *supervisor;
	const struct kannel_doors *kannel; /* NULL = none */
};

/* For /status and `kentongan status`. The caller's reference. */
json_t *status_json(const struct status *status);

/* An array of sentences, empty when all is well: database up, every modem and
 * account ready. The caller's reference. */
json_t *status_reasons(const struct status *status);

/* One line for systemctl and the log ("2 of 2 modems ready, database up"). */
void status_words(const struct status *status, struct strbuf *out);

/* The process's own figures in Prometheus's text format. */
void status_metrics(const struct status *status, struct strbuf *out);

#endif
