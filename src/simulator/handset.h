/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_HANDSET_H
#define SIMULATOR_HANDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "pdu.h"

/* A phone on the network: its number and what it has received, parts joined
 * (TS 23.040 §9.2.3.24.1). The oldest messages go when an inbox is full. */

#define INBOX_MAX 1000
#define PARTIALS_MAX 64
#define NOTICES_MAX 64

struct received {
	int64_t id;
	char from[24];
	char *text; /* UTF-8; hex for 8-bit data */
	int64_t time;
	int parts; /* parts it came in */
	int message_class;
	int validity_minutes;
	enum pdu_coding coding;
};

struct partial;

struct handset {
	char number[24];
	bool off;               /* unreachable: the network keeps its messages */
	int fail_status;        /* TP-ST of reports instead of delivery; -1: delivers */
	struct received *inbox; /* a ring once it has grown to INBOX_MAX */
	size_t room;
	size_t first, count;
	struct partial *partials;
	size_t partial_count;
	int64_t noticed_us[NOTICES_MAX]; /* +CMTI written, unanswered */
	size_t notice_first, notice_count;
	struct handset *next;
};

struct handset *handset_new(const char *number);
void handset_free(struct handset **handset);
/* Takes one SUBMIT from FROM. Returns the message that is complete now, or
 * NULL. ID is what it is called. */
const struct received *handset_receive(struct handset *handset, const char *from,
				       const struct pdu *pdu, int64_t time, int64_t id);
/* The Nth of COUNT messages, oldest first. */
const struct received *handset_at(const struct handset *handset, size_t n);
size_t handset_incomplete(const struct handset *handset);
json_t *handset_message_json(const struct handset *handset, const struct received *message);

#endif
