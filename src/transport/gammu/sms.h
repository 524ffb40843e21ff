/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_SMS_H
#define TRANSPORT_GAMMU_SMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gammu.h>

#include "kentongan/errors.h"
#include "kentongan/gateway.h"
#include "kentongan/memory.h"
#include "kentongan/text.h"

/* Between libGammu's structures and ours. Pure functions. */

/* --- text: libGammu keeps UTF-16 big endian with a double NUL -------------- */

/* TEXT (valid UTF-8) as UTF-16BE with its double NUL; malloc'd. UNITS counts
 * UTF-16 units without the end. libGammu's own DecodeUTF8() isn't used: it
 * writes to a buffer whose size it doesn't know. */
unsigned char *sms_to_ucs2(const char *text, size_t *units);
/* The reverse, at most UNITS units or up to the double NUL; malloc'd. Lone
 * surrogates become U+FFFD. */
char *sms_from_ucs2(const unsigned char *text, size_t units);

/* --- what was received ---------------------------------------------------- */

/* Seconds since 1970 UTC, by the time zone of the SCTS (TS 23.040 §9.2.3.11);
 * 0 for an invalid one (libGammu then has year 0). */
int64_t sms_time(const GSM_DateTime *time);

/* Reads the information elements of UDH (its first byte is the length, TS
 * 23.040 §9.2.3.24): concatenation to *PART, and whether the message is
 * addressed to an application (ports) or carries something other than text.
 * libGammu recognises a concatenation only where it stands alone, so that one
 * with a national table beside it would fall apart. */
void sms_read_udh(const unsigned char *udh, size_t size, struct inbound_part *part, bool *data);

/* A received message as plain values; strings malloc'd. */
struct sms_received {
	bool report; /* a status report, else a deliver */
	char *peer;
	char *text; /* "" for a report */
	int64_t at; /* SCTS; for a report the discharge time */
	struct inbound_part part;
	bool data;     /* class 0, binary, ports */
	int reference; /* report: TP-MR */
	int status;    /* report: TP-ST */
};
void sms_receive(const GSM_SMSMessage *sms, struct sms_received *out);
void sms_received_clear(struct sms_received *received);

/* --- what is sent --------------------------------------------------------- */

/* TP-VP in its relative form (TS 23.040 §9.2.3.12.1), rounded down, at least
 * five minutes. */
int sms_validity(int minutes);

struct sms_outgoing {
	const char *peer;
	const char *text;
	const char *smsc; /* "" is refused by libGammu */
	int validity_minutes;
	int reference; /* its low eight bits are used */
	bool report;
};
/* Fills MULTI (266 KB: the caller keeps one on the heap) with the parts of a
 * message. -EMSGSIZE where libGammu would cut it off. */
MUSTCHECK int sms_encode(const struct sms_outgoing *out, GSM_MultiSMSMessage *multi,
			 struct errbuf *err);

#endif
