/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_TEXT_H
#define KENTONGAN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kentongan/errors.h"

/* Pure functions over foreign text: no state, any bytes accepted. */

/* --- normalise.c: what people's phones put around a message ------------- */

#define TEXT_MAX 2048 /* bytes of a message that we look at */

/* Cleans UTF-8 text as received: invalid bytes become U+FFFD, odd spaces
 * (NBSP, tabs, newlines) one space, what has no width (joiners, combining
 * marks) nothing, smart quotes and dashes their
 * ASCII form, Madurese letters (â ḍ ṭ è …) their plain letter for matching,
 * leading and trailing space and stray full stops removed. OUT is always
 * terminated; returns its length. Never fails; longer input is cut at a
 * character boundary. */
size_t text_normalise(const char *in, size_t length, char *out, size_t size);
/* The same, byte for byte, but that a space with a line's end in it is "\n". */
size_t text_normalise_lines(const char *in, size_t length, char *out, size_t size);

/* Replaces anything that may be a PIN (a run of exactly six digits that stands
 * alone; also with O for 0, l for 1) by "••••••": for what gets stored. The
 * result may be three times as long; IN and OUT don't overlap. Always valid
 * UTF-8; returns its length. */
size_t text_redact(const char *in, char *out, size_t size);

/* --- msisdn.c ------------------------------------------------------------ */

#define MSISDN_MAX 17 /* '+', 15 digits, NUL (E.164) */

enum msisdn_kind {
	MSISDN_OK,           /* OUT holds "+62812…" */
	MSISDN_SHORT_CODE,   /* 3 to 6 digits: a service */
	MSISDN_ALPHANUMERIC, /* "TELKOMSEL" */
	MSISDN_INVALID       /* empty, too long, odd characters */
};
/* Any way that a number is written (0812…, 62812…, +62 812-…, 00 62 …) to
 * E.164 by the calling code CC ("62"; trunk prefix 0). */
enum msisdn_kind msisdn_parse(const char *in, const char *cc, char out[static MSISDN_MAX]);

/* --- amount.c ------------------------------------------------------------ */

enum amount_result {
	AMOUNT_OK,
	AMOUNT_AMBIGUOUS, /* "50", "50.00", "1.500rb": ask back */
	AMOUNT_INVALID    /* not an amount */
};
/* Rupiah as people write them (DOMAIN.md "How people type"): 50rb 50ribu 50k
 * 50.000 50,000 Rp50.000,- 50.000,00 1,5jt 1jt250 12.5rb 5O.OOO. VALUE is in
 * the currency's smallest unit, > 0. */
enum amount_result amount_parse(const char *in, size_t length, int64_t *value);
/* 1250000 → "1.250.000" (Indonesian grouping). Returns OUT. */
char *amount_format(int64_t value, char out[static 32]);

/* --- when.c, when_tokens.c ------------------------------------------------ */

enum when_kind {
	WHEN_NO_DAY,     /* an hour only */
	WHEN_IS_WEEKDAY, /* the next such day */
	WHEN_IS_IN,      /* days from today */
	WHEN_IS_DATE,
	WHEN_IS_DAY /* of the month */
};
/* A day and an hour as somebody said them: when that is, only who knows today's
 * date in the speaker's time zone can tell. */
struct when {
	enum when_kind kind;
	int weekday; /* 0 = Sunday */
	int week;    /* with a weekday: the 1st to 4th of a month, 5 = its last, 0 = each */
	int in;
	int day, month, year; /* year 0 = not said */
	bool has_time;
	int hour, minute; /* of the day, 0:00 to 23:59 */
};
/* Reads IN, cleaned text (text_normalise) of LENGTH bytes that is nothing but
 * a day and an hour in any order, in Indonesian, Javanese, Madurese or English:
 * "Sabtu 14.00", "jam 2 siang 17/5", "besok setengah 8 malam", "tgl 17",
 * "malam Jumat ba'da isya". An hour of 1 to 5 is one of the afternoon where
 * nothing else is said (02.00, with a nought, isn't); after a prayer is about
 * when it ends; an end ("s/d 16.00") is dropped. 17.5 is a date; 17.05 and 12.10
 * are hours, and dates only where an hour stands beside them.
 * -EINVAL where there is no such day or hour (31/2, 25.00), where it contradicts
 * itself, where it may mean two ("jam 12 malam", "Sabtu depan", "jam 7 malam
 * Jumat", "Sabtu 14"), and for any word that isn't about time. OUT is then
 * empty. */
MUSTCHECK int when_parse(const char *in, size_t length, struct when *out);

/* The words that it knows, for a pattern of its shape. */
enum when_words {
	WHEN_DAYS,    /* sabtu, besok, nanti */
	WHEN_THIS,    /* ini */
	WHEN_NTH,     /* behind a day: pertama, terakhir, depan, legi */
	WHEN_AHEAD,   /* behind a number: hari lagi */
	WHEN_DATE,    /* in front of one: tanggal */
	WHEN_MONTHS,  /* mei */
	WHEN_CLOCK,   /* in front of an hour: jam */
	WHEN_HALF,    /* likewise: setengah */
	WHEN_HOURS,   /* dua */
	WHEN_PAST,    /* in front of minutes: lebih, kurang */
	WHEN_PARTS,   /* siang */
	WHEN_AFTER,   /* in front of a prayer: ba'da */
	WHEN_PRAYERS, /* isya */
	WHEN_UNTIL,   /* s/d */
	WHEN_END,     /* selesai */
	WHEN_FILL,    /* hari, pada, WIB */
};
/* Word INDEX of SET, LENGTH bytes (there is no NUL behind it): ' may be left
 * out, _ stands for one space or more. NULL behind the last. */
const char *when_word(enum when_words set, size_t index, size_t *length);

/* --- gsm7.c: 3GPP TS 23.038 §6.2.1 --------------------------------------- */

enum sms_coding { SMS_GSM7, SMS_UCS2 };
struct sms_size {
	enum sms_coding coding;
	int units;    /* septets (extension characters count two) or UTF-16 units */
	int segments; /* SMS needed: 160/153 or 70/67 (TS 23.040 §9.2.3.24.1) */
};
/* Size of valid UTF-8 TEXT as SMS. */
struct sms_size sms_size(const char *text);
/* Replaces what GSM-7 lacks by its nearest ASCII (’ → ', â → a, • → *), so
 * that a member's name costs no UCS-2. Characters without a likeness stay. */
size_t gsm7_transliterate(const char *in, char *out, size_t size);

/* Keyboard distance: true if A becomes B by one insertion, deletion,
 * substitution or swap of neighbours (ASCII, case-insensitive). */
bool text_one_edit(const char *a, const char *b);

#endif
