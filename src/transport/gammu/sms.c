/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- text ----------------------------------------------------------------- */

/* One code point of valid UTF-8; a stray byte counts as U+FFFD. */
static uint32_t utf8_next(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;
	int more = s[0] < 0x80 ? 0 : s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : -1;
	if (more < 0) {
		(*p)++;
		return 0xfffd;
	}
	uint32_t code = more == 0 ? s[0] : s[0] & (0x3fu >> more);
	for (int i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			*p += i;
			return 0xfffd;
		}
		code = code << 6 | (s[i] & 0x3f);
	}
	*p += more + 1;
	return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0xfffd : code;
}

static void put_unit(unsigned char *out, size_t *n, uint32_t unit)
{
	out[2 * *n] = (unsigned char)(unit >> 8);
	out[2 * *n + 1] = (unsigned char)unit;
	(*n)++;
}

unsigned char *sms_to_ucs2(const char *text, size_t *units)
{
	/* No UTF-8 byte makes more than one unit. */
	unsigned char *out = xcalloc(strlen(text) + 1, 2);
	size_t n = 0;
	while (*text) {
		uint32_t code = utf8_next(&text);
		if (code < 0x10000) {
			put_unit(out, &n, code);
		} else {
			put_unit(out, &n, 0xd800 + ((code - 0x10000) >> 10));
			put_unit(out, &n, 0xdc00 + ((code - 0x10000) & 0x3ff));
		}
	}
	*units = n;
	return out;
}

static void utf8_put(struct strbuf *out, uint32_t code)
{
	if (code < 0x80) {
		strbuf_putc(out, (char)code);
	} else if (code < 0x800) {
		strbuf_putc(out, (char)(0xc0 | code >> 6));
		strbuf_putc(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		strbuf_putc(out, (char)(0xe0 | code >> 12));
		strbuf_putc(out, (char)(0x80 | (code >> 6 & 0x3f)));
		strbuf_putc(out, (char)(0x80 | (code & 0x3f)));
	} else {
		strbuf_putc(out, (char)(0xf0 | code >> 18));
		strbuf_putc(out, (char)(0x80 | (code >> 12 & 0x3f)));
		strbuf_putc(out, (char)(0x80 | (code >> 6 & 0x3f)));
		strbuf_putc(out, (char)(0x80 | (code & 0x3f)));
	}
}

char *sms_from_ucs2(const unsigned char *text, size_t units)
{
	struct strbuf out = {0};
	strbuf_puts(&out, "");
	for (size_t i = 0; i < units; i++) {
		uint32_t unit = (uint32_t)text[2 * i] << 8 | text[2 * i + 1];
		if (unit == 0)
			break;
		if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < units) {
			uint32_t low = (uint32_t)text[2 * i + 2] << 8 | text[2 * i + 3];
			if (low >= 0xdc00 && low < 0xe000) {
				unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
				i++;
			}
		}
		utf8_put(&out, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
	}
	return out.text;
}

/* --- what was received ---------------------------------------------------- */

int64_t sms_time(const GSM_DateTime *time)
{
	if (time->Year < 1990 || time->Month < 1 || time->Month > 12 || time->Day < 1)
		return 0;
	struct tm tm = {
	    .tm_year = time->Year - 1900,
	    .tm_mon = time->Month - 1,
	    .tm_mday = time->Day,
	    .tm_hour = time->Hour,
	    .tm_min = time->Minute,
	    .tm_sec = time->Second,
	};
	return (int64_t)timegm(&tm) - time->Timezone;
}

enum {
	IE_CONCATENATED_8 = 0x00,
	IE_PORTS_8 = 0x04,
	IE_PORTS_16 = 0x05,
	IE_CONCATENATED_16 = 0x08,
};

void sms_read_udh(const unsigned char *udh, size_t size, struct inbound_part *part, bool *data)
{
	memset(part, 0, sizeof *part);
	if (size == 0)
		return;
	size_t end = (size_t)udh[0] + 1 < size ? (size_t)udh[0] + 1 : size;
	for (size_t i = 1; i + 2 <= end;) {
		unsigned char type = udh[i];
		size_t length = udh[i + 1];
		const unsigned char *value = udh + i + 2;
		if (i + 2 + length > end)
			break;
		if (type == IE_CONCATENATED_8 && length == 3)
			*part = (struct inbound_part){value[0], 8, value[1], value[2]};
		else if (type == IE_CONCATENATED_16 && length == 4)
			*part =
			    (struct inbound_part){value[0] << 8 | value[1], 16, value[2], value[3]};
		else if (type == IE_PORTS_8 || type == IE_PORTS_16)
			*data = true;
		i += 2 + length;
	}
	/* TS 23.040: with a total of 0, or a number beyond it, the element is to
	 * be ignored. */
	if (part->total < 2 || part->sequence < 1 || part->sequence > part->total)
		memset(part, 0, sizeof *part);
}

/* On UCS-2 libGammu writes '~' as "~~" and U+0001 as '~' (Nokia's habit). */
static void undo_nokia_tilde(char *text)
{
	char *to = text;
	for (const char *from = text; *from; from++) {
		*to++ = *from;
		if (from[0] == '~' && from[1] == '~')
			from++;
	}
	*to = 0;
}

static char *hex_text(const unsigned char *bytes, int length)
{
	struct strbuf out = {0};
	strbuf_puts(&out, "");
	for (int i = 0; i < length && i < 255; i++)
		strbuf_printf(&out, "%02X", bytes[i]);
	return out.text;
}

void sms_receive(const GSM_SMSMessage *sms, struct sms_received *out)
{
	memset(out, 0, sizeof *out);
	out->peer = sms_from_ucs2(sms->Number, GSM_MAX_NUMBER_LENGTH);
	if (sms->PDU == SMS_Status_Report) {
		out->report = true;
		out->text = xstrdup("");
		out->at = sms_time(&sms->SMSCTime);
		out->reference = sms->MessageReference;
		out->status = sms->DeliveryStatus;
		return;
	}
	out->at = sms_time(&sms->DateTime);
	out->data = sms->Class == 0;
	if (sms->UDH.Type != UDH_NoUDH && sms->UDH.Length > 0) {
		size_t size = (size_t)sms->UDH.Length;
		sms_read_udh(sms->UDH.Text,
			     size < sizeof sms->UDH.Text ? size : sizeof sms->UDH.Text, &out->part,
			     &out->data);
	}
	switch (sms->Coding) {
	case SMS_Coding_Default_No_Compression:
		out->text = sms_from_ucs2(sms->Text, GSM_MAX_SMS_LENGTH);
		break;
	case SMS_Coding_Unicode_No_Compression:
		out->text = sms_from_ucs2(sms->Text, GSM_MAX_SMS_LENGTH);
		undo_nokia_tilde(out->text);
		break;
	default:
		out->data = true;
		out->text = hex_text(sms->Text, sms->Length);
		break;
	}
}

void sms_received_clear(struct sms_received *received)
{
	free(received->peer);
	free(received->text);
	memset(received, 0, sizeof *received);
}

/* --- what is sent --------------------------------------------------------- */

int sms_validity(int minutes)
{
	const int day = 24 * 60, week = 7 * day;
	if (minutes < 10)
		return 0;
	if (minutes <= 12 * 60)
		return minutes / 5 - 1;
	if (minutes <= day)
		return 143 + (minutes - 12 * 60) / 30;
	if (minutes < 2 * day)
		return 167;
	if (minutes <= 30 * day)
		return 166 + minutes / day;
	if (minutes < 5 * week)
		return 196;
	if (minutes <= 63 * week)
		return 192 + minutes / week;
	return 255;
}

static void put_number(unsigned char *out, size_t size, const char *number)
{
	size_t units;
	unsigned char *wide = sms_to_ucs2(number, &units);
	size_t bytes = 2 * units + 2 <= size ? 2 * units : size - 2;
	memcpy(out, wide, bytes);
	out[bytes] = out[bytes + 1] = 0;
	free(wide);
}

static void dress_part(const struct sms_outgoing *out, GSM_SMSMessage *sms, bool concatenated)
{
	sms->PDU = out->report ? SMS_Status_Report : SMS_Submit;
	sms->Class = -1;
	put_number(sms->Number, sizeof sms->Number, out->peer);
	put_number(sms->SMSC.Number, sizeof sms->SMSC.Number, out->smsc);
	/* Any other location and libGammu asks the SIM before each part. */
	sms->SMSC.Location = 0;
	sms->SMSC.Validity.Format = SMS_Validity_RelativeFormat;
	sms->SMSC.Validity.Relative = (GSM_ValidityPeriod)sms_validity(out->validity_minutes);
	if (concatenated && sms->UDH.Type == UDH_ConcatenatedMessages) {
		/* libGammu takes the reference from the clock's seconds: two
		 * messages to one phone within them would mix. */
		sms->UDH.ID8bit = out->reference & 0xff;
		sms->UDH.Text[3] = (unsigned char)(out->reference & 0xff);
	}
}

int sms_encode(const struct sms_outgoing *out, GSM_MultiSMSMessage *multi, struct errbuf *err)
{
	/* Without UnicodeCoding libGammu sends '?' for what GSM-7 lacks. */
	struct sms_size size = sms_size(out->text);
	char *text = xstrdup(out->text);
	if (size.coding == SMS_UCS2)
		for (char *p = text; *p; p++)
			if (*p == '~') /* libGammu would take it for Nokia's escape */
				*p = '-';
	size_t units;
	unsigned char *wide = sms_to_ucs2(text, &units);
	free(text);
	GSM_MultiPartSMSInfo *info = xcalloc(1, sizeof *info);
	GSM_ClearMultiPartSMSInfo(info);
	info->Class = -1;
	info->UnicodeCoding = size.coding == SMS_UCS2;
	info->EntriesNum = 1;
	info->Entries[0].ID = SMS_ConcatenatedTextLong;
	info->Entries[0].Buffer = wide;
	int result = 0;
	/* libGammu drops what doesn't fit 50 parts and says nothing. */
	if (size.segments >= GSM_MAX_MULTI_SMS) {
		result = err_set(err, -EMSGSIZE, "the text needs %d SMS", size.segments);
		goto out;
	}
	GSM_Error error = GSM_EncodeMultiPartSMS(NULL, info, multi);
	if (error != ERR_NONE || multi->Number < 1) {
		result = err_set(err, -EINVAL, "libGammu can't encode the text: %s",
				 GSM_ErrorName(error));
		goto out;
	}
	for (int i = 0; i < multi->Number; i++)
		dress_part(out, &multi->SMS[i], multi->Number > 1);
out:
	free(wide);
	free(info);
	return result;
}
