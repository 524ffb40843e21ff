/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pdu.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TON_INTERNATIONAL 0x91
#define TON_UNKNOWN 0x81
#define TON_ALPHANUMERIC 0xd0

static const char semi_octets[] = "0123456789*#abc";

/* --- reading -------------------------------------------------------------- */

struct reader {
	const uint8_t *at;
	size_t left;
	bool short_read;
};

static uint8_t get(struct reader *r)
{
	if (r->left == 0) {
		r->short_read = true;
		return 0;
	}
	r->left--;
	return *r->at++;
}

static void get_address(struct reader *r, struct pdu_address *address)
{
	uint8_t digits = get(r), type = get(r);
	size_t octets = (digits + 1U) / 2, used = 0;
	char *out = address->text;

	if (octets > 10 || octets > r->left) {
		r->short_read = true;
		return;
	}
	if ((type & 0x70) == 0x50) {
		uint8_t septets[12];
		size_t n = digits * 4U / 7;
		struct strbuf text = {0};

		alphabet_unpack(r->at, n, 0, septets);
		alphabet_decode(septets, n, (struct alphabet_tables){0}, &text);
		used =
		    text.length < sizeof(address->text) ? text.length : sizeof(address->text) - 1;
		if (used > 0)
			memcpy(out, text.text, used);
		strbuf_free(&text);
	} else {
		if ((type & 0x70) == 0x10)
			out[used++] = '+';
		for (size_t i = 0; i < digits; i++) {
			unsigned nibble = i % 2 ? r->at[i / 2] >> 4 : r->at[i / 2] & 15U;

			if (nibble < 15)
				out[used++] = semi_octets[nibble];
		}
	}
	out[used] = '\0';
	r->at += octets;
	r->left -= octets;
}

static int get_swapped(struct reader *r)
{
	uint8_t octet = get(r);

	return (octet & 15) * 10 + (octet >> 4);
}

static int64_t get_time(struct reader *r, int *zone)
{
	struct tm tm = {0};
	uint8_t octet;

	tm.tm_year = 100 + get_swapped(r);
	tm.tm_mon = get_swapped(r) - 1;
	tm.tm_mday = get_swapped(r);
	tm.tm_hour = get_swapped(r);
	tm.tm_min = get_swapped(r);
	tm.tm_sec = get_swapped(r);
	octet = get(r);
	*zone = (octet & 7) * 10 + (octet >> 4);
	if (octet & 8)
		*zone = -*zone;
	return timegm(&tm) - *zone * 900LL;
}

/* TP-VP, relative format (§9.2.3.12.1). */
static int relative_minutes(uint8_t vp)
{
	if (vp <= 143)
		return (vp + 1) * 5;
	if (vp <= 167)
		return 12 * 60 + (vp - 143) * 30;
	if (vp <= 196)
		return (vp - 166) * 24 * 60;
	return (vp - 192) * 7 * 24 * 60;
}

static uint8_t relative_octet(int minutes)
{
	for (int vp = 0; vp < 255; vp++)
		if (relative_minutes((uint8_t)vp) >= minutes)
			return (uint8_t)vp;
	return 255;
}

static void get_user_data(struct reader *r, struct pdu *pdu)
{
	size_t octets;

	pdu->udl = get(r);
	octets = pdu_ud_octets(pdu);
	if (octets > PDU_UD_MAX || octets > r->left) {
		r->short_read = true;
		return;
	}
	memcpy(pdu->ud, r->at, octets);
	r->at += octets;
	r->left -= octets;
	if (pdu->has_header && (octets == 0 || pdu->ud[0] + 1U > octets))
		r->short_read = true;
}

static void get_deliver(struct reader *r, uint8_t first, struct pdu *pdu)
{
	pdu->type = PDU_DELIVER;
	pdu->more = !(first & 0x04);
	get_address(r, &pdu->peer);
	pdu->pid = get(r);
	pdu->dcs = get(r);
	pdu->sent = get_time(r, &pdu->zone);
	get_user_data(r, pdu);
}

static void get_submit(struct reader *r, uint8_t first, struct pdu *pdu)
{
	int zone;

	pdu->type = PDU_SUBMIT;
	pdu->report_asked = first & 0x20;
	pdu->reference = get(r);
	get_address(r, &pdu->peer);
	pdu->pid = get(r);
	pdu->dcs = get(r);
	switch (first & 0x18) {
	case 0x10:
		pdu->validity_minutes = relative_minutes(get(r));
		break;
	case 0x18:
		pdu->validity_minutes = (int)((get_time(r, &zone) - time(NULL)) / 60);
		if (pdu->validity_minutes < 0)
			pdu->validity_minutes = 0;
		break;
	case 0x08: /* enhanced (§9.2.3.12.3): only its first form is in use */
		if ((get(r) & 7) == 1)
			pdu->validity_minutes = relative_minutes(get(r));
		else
			get(r);
		for (int i = 0; i < 5; i++)
			get(r);
		break;
	default:
		break;
	}
	get_user_data(r, pdu);
}

static void get_report(struct reader *r, uint8_t first, struct pdu *pdu)
{
	pdu->type = PDU_REPORT;
	pdu->more = !(first & 0x04);
	pdu->has_header = false;
	pdu->reference = get(r);
	get_address(r, &pdu->peer);
	pdu->sent = get_time(r, &pdu->zone);
	pdu->done = get_time(r, &pdu->zone);
	pdu->status = get(r);
}

int pdu_decode(const uint8_t *in, size_t length, bool to_network, struct pdu *pdu,
	       struct errbuf *err)
{
	struct reader r = {in, length, false};
	uint8_t first = get(&r);

	memset(pdu, 0, sizeof(*pdu));
	pdu->validity_minutes = -1;
	pdu->has_header = first & 0x40;
	switch (first & 3) {
	case 0:
		if (to_network)
			return err_set(err, -EBADMSG, "a DELIVER can't be sent");
		get_deliver(&r, first, pdu);
		break;
	case 1:
		get_submit(&r, first, pdu);
		break;
	case 2:
		if (to_network)
			return err_set(err, -EBADMSG, "SMS-COMMAND is not offered here");
		get_report(&r, first, pdu);
		break;
	default:
		return err_set(err, -EBADMSG, "reserved message type");
	}
	if (r.short_read)
		return err_set(err, -EBADMSG, "TPDU ends early or its lengths don't fit");
	if (pdu->peer.text[0] == '\0')
		return err_set(err, -EBADMSG, "no address");
	return 0;
}

/* --- writing -------------------------------------------------------------- */

static bool is_number(const char *text)
{
	return *text == '+' ? text[1] && strspn(text + 1, "0123456789") == strlen(text + 1)
			    : *text && strspn(text, "0123456789*#") == strlen(text);
}

static size_t put_digits(const char *digits, uint8_t *out)
{
	size_t n = strlen(digits);

	for (size_t i = 0; i < n; i += 2) {
		unsigned low = (unsigned)(strchr(semi_octets, digits[i]) - semi_octets);
		unsigned high = 15;

		if (i + 1 < n)
			high = (unsigned)(strchr(semi_octets, digits[i + 1]) - semi_octets);
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return (n + 1) / 2;
}

/* Octets written, at most 12, or 0 if it is no address (§9.1.2.5). */
static size_t put_address(const char *text, uint8_t *out)
{
	uint8_t septets[22];
	size_t n = 0;

	if (is_number(text)) {
		out[1] = *text == '+' ? TON_INTERNATIONAL : TON_UNKNOWN;
		text += *text == '+';
		if (strlen(text) > 20)
			return 0;
		out[0] = (uint8_t)strlen(text);
		return 2 + put_digits(text, out + 2);
	}
	while (*text) {
		int added = n + 2 > 12 ? 0
				       : alphabet_septets(utf8_next(&text),
							  (struct alphabet_tables){0}, septets + n);

		if (added == 0)
			return 0;
		n += (size_t)added;
	}
	if (n == 0 || n > 11)
		return 0;
	out[0] = (uint8_t)((n * 7 + 3) / 4);
	out[1] = TON_ALPHANUMERIC;
	return 2 + alphabet_pack(septets, n, 0, out + 2);
}

static uint8_t swapped(int value)
{
	return (uint8_t)((value % 10) << 4 | value / 10);
}

static size_t put_time(int64_t utc, int zone, uint8_t *out)
{
	time_t local = utc + zone * 900LL;
	struct tm tm;

	gmtime_r(&local, &tm);
	out[0] = swapped(tm.tm_year % 100);
	out[1] = swapped(tm.tm_mon + 1);
	out[2] = swapped(tm.tm_mday);
	out[3] = swapped(tm.tm_hour);
	out[4] = swapped(tm.tm_min);
	out[5] = swapped(tm.tm_sec);
	out[6] = (uint8_t)(swapped(abs(zone)) | (zone < 0 ? 8 : 0));
	return 7;
}

int pdu_encode(const struct pdu *pdu, uint8_t out[static PDU_TPDU_MAX])
{
	size_t n = 1, added, octets = pdu_ud_octets(pdu);

	if (octets > PDU_UD_MAX || abs(pdu->zone) > 79)
		return -EINVAL;
	out[0] = pdu->has_header ? 0x40 : 0;
	if (pdu->type == PDU_SUBMIT) {
		out[0] |= (uint8_t)(0x01 | (pdu->report_asked ? 0x20 : 0) |
				    (pdu->validity_minutes >= 0 ? 0x10 : 0));
	} else {
		out[0] |= (uint8_t)((pdu->type == PDU_REPORT ? 0x02 : 0) | (pdu->more ? 0 : 0x04));
	}
	if (pdu->type != PDU_DELIVER)
		out[n++] = pdu->reference;
	added = put_address(pdu->peer.text, out + n);
	if (added == 0)
		return -EINVAL;
	n += added;
	if (pdu->type == PDU_REPORT) {
		n += put_time(pdu->sent, pdu->zone, out + n);
		n += put_time(pdu->done, pdu->zone, out + n);
		out[n++] = pdu->status;
		return (int)n;
	}
	out[n++] = pdu->pid;
	out[n++] = pdu->dcs;
	if (pdu->type == PDU_DELIVER)
		n += put_time(pdu->sent, pdu->zone, out + n);
	else if (pdu->validity_minutes >= 0)
		out[n++] = relative_octet(pdu->validity_minutes);
	out[n++] = pdu->udl;
	memcpy(out + n, pdu->ud, octets);
	return (int)(n + octets);
}

size_t pdu_put_smsc(const char *number, uint8_t *out)
{
	size_t n;

	if (!is_number(number) || strlen(number) > 21) {
		out[0] = 0;
		return 1;
	}
	out[1] = *number == '+' ? TON_INTERNATIONAL : TON_UNKNOWN;
	n = put_digits(number + (*number == '+'), out + 2);
	out[0] = (uint8_t)(n + 1);
	return n + 2;
}

/* --- user data ------------------------------------------------------------ */

enum pdu_coding pdu_coding(uint8_t dcs)
{
	unsigned group = dcs >> 4;

	if (group < 4 || (group >= 4 && group < 8)) /* general, automatic deletion */
		return (dcs >> 2 & 3) == 1 ? PDU_8BIT : (dcs >> 2 & 3) == 2 ? PDU_UCS2 : PDU_GSM7;
	if (group == 14)
		return PDU_UCS2;
	if (group == 15)
		return dcs & 4 ? PDU_8BIT : PDU_GSM7;
	return PDU_GSM7;
}

int pdu_class(uint8_t dcs)
{
	unsigned group = dcs >> 4;

	if ((group < 8 && dcs & 0x10) || group == 15)
		return dcs & 3;
	return -1;
}

size_t pdu_ud_octets(const struct pdu *pdu)
{
	if (pdu->type == PDU_REPORT)
		return 0;
	return pdu_coding(pdu->dcs) == PDU_GSM7 ? (pdu->udl * 7U + 7) / 8 : pdu->udl;
}

/* Calls for each information element of the header until FN is true. */
static const uint8_t *find_element(const struct pdu *pdu, uint8_t id, size_t length)
{
	size_t at = 1, end;

	if (!pdu->has_header)
		return NULL;
	end = pdu->ud[0] + 1U;
	while (at + 2 <= end && at + 2U + pdu->ud[at + 1] <= end) {
		if (pdu->ud[at] == id && pdu->ud[at + 1] == length)
			return pdu->ud + at + 2;
		at += 2U + pdu->ud[at + 1];
	}
	return NULL;
}

bool pdu_get_concat(const struct pdu *pdu, struct pdu_concat *concat)
{
	const uint8_t *e;

	memset(concat, 0, sizeof(*concat));
	if ((e = find_element(pdu, 0x00, 3)) != NULL) {
		*concat = (struct pdu_concat){e[0], e[1], e[2], false};
	} else if ((e = find_element(pdu, 0x08, 4)) != NULL) {
		*concat = (struct pdu_concat){(unsigned)e[0] << 8 | e[1], e[2], e[3], true};
	}
	if (concat->sequence == 0 || concat->sequence > concat->total)
		memset(concat, 0, sizeof(*concat));
	return concat->total != 0;
}

void pdu_text(const struct pdu *pdu, struct strbuf *out)
{
	size_t header = pdu->has_header ? pdu->ud[0] + 1U : 0;
	size_t octets = pdu_ud_octets(pdu);

	strbuf_puts(out, "");
	if (header > octets)
		return;
	if (pdu_coding(pdu->dcs) == PDU_GSM7) {
		size_t skip = (header * 8 + 6) / 7;
		unsigned fill = (unsigned)(skip * 7 - header * 8);
		uint8_t septets[PDU_UD_MAX * 8 / 7];
		struct alphabet_tables tables = {0};
		const uint8_t *e;

		if ((e = find_element(pdu, 0x24, 1)) != NULL && *e == LANGUAGE_TURKISH)
			tables.single = LANGUAGE_TURKISH;
		if ((e = find_element(pdu, 0x25, 1)) != NULL && *e == LANGUAGE_TURKISH)
			tables.locking = LANGUAGE_TURKISH;
		if (skip >= pdu->udl)
			return;
		alphabet_unpack(pdu->ud + header, pdu->udl - skip, fill, septets);
		alphabet_decode(septets, pdu->udl - skip, tables, out);
	} else if (pdu_coding(pdu->dcs) == PDU_UCS2) {
		ucs2_decode(pdu->ud + header, octets - header, out);
	} else {
		hex_put(out, pdu->ud + header, octets - header);
	}
}

/* --- splitting ------------------------------------------------------------ */

static uint8_t dcs_of(enum pdu_coding coding, int message_class)
{
	unsigned bits = coding == PDU_UCS2 ? 0x08 : coding == PDU_8BIT ? 0x04 : 0;

	return (uint8_t)(bits | (message_class >= 0 ? 0x10U | (unsigned)message_class : 0));
}

/* Units (septets or octets) of the next character, written to OUT. */
static int next_units(const char **text, bool ucs2, struct alphabet_tables tables, uint8_t *out)
{
	uint32_t code = utf8_next(text);

	return ucs2 ? ucs2_put(code, out) : alphabet_septets(code, tables, out);
}

static size_t put_header(const struct pdu_split *how, bool turkish, int total, int sequence,
			 uint8_t *ud)
{
	size_t n = 1;

	if (total > 1 && how->wide) {
		ud[n++] = 0x08;
		ud[n++] = 4;
		ud[n++] = (uint8_t)(how->reference >> 8);
		ud[n++] = (uint8_t)how->reference;
	} else if (total > 1) {
		ud[n++] = 0x00;
		ud[n++] = 3;
		ud[n++] = (uint8_t)how->reference;
	}
	if (total > 1) {
		ud[n++] = (uint8_t)total;
		ud[n++] = (uint8_t)sequence;
	}
	if (turkish) {
		ud[n++] = 0x24;
		ud[n++] = 1;
		ud[n++] = LANGUAGE_TURKISH;
	}
	ud[0] = (uint8_t)(n - 1);
	return n > 1 ? n : 0;
}

/* One pass over TEXT with so many units a part; fills PARTS when not NULL. */
static int cut(const char *text, const struct pdu_split *how, bool ucs2, bool turkish, int total,
	       const struct pdu *model, struct pdu *parts, size_t room)
{
	struct alphabet_tables tables = {turkish ? LANGUAGE_TURKISH : LANGUAGE_DEFAULT, 0};
	uint8_t header[16] = {0}, units[160], character[4];
	size_t hn = put_header(how, turkish, total, 1, header);
	size_t skip = ucs2 ? hn : (hn * 8 + 6) / 7;
	size_t limit = ucs2 ? PDU_UD_MAX - hn : 160 - skip;
	int sequence = 0;

	do {
		size_t n = 0;

		while (*text) {
			const char *before = text;
			int added = next_units(&text, ucs2, tables, character);

			if (n + (size_t)added > limit) {
				text = before;
				break;
			}
			memcpy(units + n, character, (size_t)added);
			n += (size_t)added;
		}
		if (++sequence > PDU_PARTS_MAX || (parts != NULL && (size_t)sequence > room))
			return -E2BIG;
		if (parts != NULL) {
			struct pdu *part = &parts[sequence - 1];

			*part = *model;
			part->dcs = dcs_of(ucs2 ? PDU_UCS2 : PDU_GSM7, how->message_class);
			part->has_header = hn > 0;
			part->udl = (uint8_t)(skip + n);
			put_header(how, turkish, total, sequence, header);
			memcpy(part->ud, header, hn);
			if (ucs2)
				memcpy(part->ud + hn, units, n);
			else
				alphabet_pack(units, n, (unsigned)(skip * 7 - hn * 8),
					      part->ud + hn);
		}
	} while (*text);
	return sequence;
}

int pdu_split_text(const char *text, const struct pdu_split *how, const struct pdu *model,
		   struct pdu *parts, size_t room)
{
	bool turkish = false, ucs2 = how->ucs2;
	int total;

	if (!ucs2 && !alphabet_fits(text, (struct alphabet_tables){0})) {
		turkish = how->turkish &&
			  alphabet_fits(text, (struct alphabet_tables){LANGUAGE_TURKISH, 0});
		ucs2 = !turkish;
	}
	total = cut(text, how, ucs2, turkish, 1, model, NULL, 0);
	if (total > 1)
		total = cut(text, how, ucs2, turkish, 2, model, NULL, 0);
	if (total < 0)
		return total;
	return cut(text, how, ucs2, turkish, total, model, parts, room);
}

int pdu_set_binary(struct pdu *pdu, const uint8_t *data, size_t n, int message_class)
{
	if (n > PDU_UD_MAX)
		return -E2BIG;
	pdu->dcs = dcs_of(PDU_8BIT, message_class);
	pdu->has_header = false;
	memcpy(pdu->ud, data, n);
	pdu->udl = (uint8_t)n;
	return 0;
}
