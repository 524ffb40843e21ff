/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_TEXT_WHEN_H
#define KENTONGAN_TEXT_WHEN_H

#include <stdbool.h>
#include <stddef.h>

/* The words and figures that a day and an hour are said with, before anybody
 * asks what they mean together. */

#define TOKENS_MAX 24

enum part {
	PART_NONE,
	PART_DAWN,
	PART_MORNING,
	PART_NOON,
	PART_AFTERNOON,
	PART_NIGHT,
	PART_AM,
	PART_PM
};

enum token_kind {
	T_WEEKDAY,
	T_WEEK,  /* minggu: Sunday, or "week" beside another day */
	T_IN,    /* besok: days from today */
	T_LATER, /* nanti: today, where no other day is said */
	T_THIS,  /* ini, behind a day or a part of one: likewise */
	T_TONIGHT,
	T_DAYS, /* hari lagi */
	T_NEXT, /* depan: this week's or the one after? */
	T_NTH,
	T_MARKET, /* legi: one of the five market days */
	T_MONTH,
	T_PART,
	T_PRAYER, /* minutes of the day at which it is over, about */
	T_AFTER,
	T_HALF,
	T_CLOCK,
	T_DATEWORD,
	T_HOURWORD,
	T_PAST,
	T_TO,
	T_UNTIL,
	T_END,
	T_FILL,
	T_NUMBER, /* 17 */
	T_TIME,   /* 14:00, or 14.00 that can't be a date */
	T_DATE,   /* 17/5, 17-5-2026, or 17.5 that can't be a time */
	T_EITHER, /* 12.10 */
};

struct token {
	enum token_kind kind;
	int value;      /* of a word; of a lone number */
	int a, b, year; /* of a pair of figures; year 0 = not said, -1 = no year */
	bool zero;      /* 02.00: by the clock of 24 hours */
};

/* The text from AT on, and what was read. */
struct reader {
	const char *at, *end;
	struct token tokens[TOKENS_MAX];
	size_t count;
};

/* Reads all of the text. -EINVAL at a word that isn't about time, and where
 * there are too many. */
int when_read(struct reader *r);

#endif
