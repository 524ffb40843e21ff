/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_PDU_H
#define SIMULATOR_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kentongan/errors.h"
#include "kentongan/memory.h"

#include "alphabet.h"

/* The transfer layer's messages, 3GPP TS 23.040 §9.2: SMS-DELIVER,
 * SMS-SUBMIT and SMS-STATUS-REPORT between octets and values. */

#define PDU_TPDU_MAX 176 /* octets; the longest is a SUBMIT with 140 of user data */
#define PDU_UD_MAX 140   /* octets of user data, header included */

enum pdu_type { PDU_DELIVER, PDU_SUBMIT, PDU_REPORT };
enum pdu_coding { PDU_GSM7, PDU_8BIT, PDU_UCS2 };

/* "+62812…", "1500" or a word of up to 11 GSM-7 characters. */
struct pdu_address {
	char text[24];
};

/* Concatenation (§9.2.3.24.1 and .8). A TOTAL of 0 means a message alone. */
struct pdu_concat {
	unsigned reference;
	uint8_t total;
	uint8_t sequence; /* from 1 */
	bool wide;        /* 16 bit reference */
};

struct pdu {
	enum pdu_type type;
	struct pdu_address peer;
	uint8_t pid;
	uint8_t dcs;
	uint8_t reference;    /* TP-MR: SUBMIT, REPORT */
	bool report_asked;    /* TP-SRR of a SUBMIT */
	bool more;            /* more messages wait (TP-MMS is its inverse) */
	int validity_minutes; /* TP-VP of a SUBMIT; -1 when it has none */
	int64_t sent;         /* TP-SCTS: seconds UTC */
	int64_t done;         /* TP-DT of a REPORT */
	int zone;             /* quarters of an hour east of UTC in both */
	uint8_t status;       /* TP-ST of a REPORT (§9.2.3.15) */
	bool has_header;      /* user data begins with a header (TP-UDHI) */
	uint8_t ud[PDU_UD_MAX];
	uint8_t udl; /* TP-UDL: septets for GSM-7, else octets */
};

/* Octets of the TPDU in OUT. -EINVAL for values that can't be encoded. */
MUSTCHECK int pdu_encode(const struct pdu *pdu, uint8_t out[static PDU_TPDU_MAX]);
/* TYPE is known from the direction that the TPDU travels in: TO_NETWORK means
 * that it comes from a handset. -EBADMSG with the reason in ERR. */
MUSTCHECK int pdu_decode(const uint8_t *in, size_t length, bool to_network, struct pdu *pdu,
			 struct errbuf *err);

enum pdu_coding pdu_coding(uint8_t dcs);
/* -1, or the message class 0..3 (TS 23.038 §4). */
int pdu_class(uint8_t dcs);
size_t pdu_ud_octets(const struct pdu *pdu);
/* The text (or, for 8-bit data, hex) without the header. */
void pdu_text(const struct pdu *pdu, struct strbuf *out);
bool pdu_get_concat(const struct pdu *pdu, struct pdu_concat *concat);

struct pdu_split {
	bool ucs2;          /* even where GSM-7 would do */
	bool wide;          /* 16 bit references */
	bool turkish;       /* single shift table where it helps */
	unsigned reference; /* for all parts */
	int message_class;  /* -1: none */
};
#define PDU_PARTS_MAX 255
/* Cuts TEXT into as many parts as it needs and fills dcs, ud, udl and
 * has_header of PARTS, copying the rest from MODEL. Returns their number;
 * -E2BIG where more than ROOM (or 255) are needed. */
MUSTCHECK int pdu_split_text(const char *text, const struct pdu_split *how, const struct pdu *model,
			     struct pdu *parts, size_t room);
/* 8-bit data in one part; -E2BIG over 140 octets. */
MUSTCHECK int pdu_set_binary(struct pdu *pdu, const uint8_t *data, size_t n, int message_class);

/* The address of a service centre as it stands before a TPDU (TS 27.005
 * §3.1 <pdu>; TS 24.011 §8.2.5.1). Returns octets written, at most 12. */
size_t pdu_put_smsc(const char *number, uint8_t *out);

#endif
