/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <errno.h>
#include <string.h>

#include "when.h"

/* People say day and hour in any order, with and without "jam" and "tanggal". */

#define AFTERNOON_UNTIL 5 /* a bare "jam 5" is one in the afternoon */
#define DAYS_AHEAD 90

/* --- what they say together --------------------------------------------------- */

/* What has been said so far; -1 = not. */
struct said {
	const struct token *tokens;
	size_t count, at;
	int weekday, in;
	int day, month, year; /* 0 = not */
	int week;
	int hour, minute;
	enum part part;
	bool week_word; /* "minggu", which may be no day */
	bool later, unclear, market;
	bool eve;   /* malam Jumat: the night before */
	bool exact; /* by the clock of 24 hours, or of prayer */
	bool until;
	bool time_elsewhere; /* so that "12.10" is a date */
};

static const struct token *peek(const struct said *s, size_t ahead)
{
	static const struct token none = {.kind = T_FILL};

	return s->at + ahead < s->count ? &s->tokens[s->at + ahead] : &none;
}

static int set_date(struct said *s, int day, int month, int year)
{
	if (s->day || day < 1 || day > 31)
		return -EINVAL;
	s->day = day;
	s->month = month;
	s->year = year;
	return 0;
}

/* A year behind "17 mei". */
static int take_year(struct said *s)
{
	if (peek(s, 0)->kind != T_NUMBER || peek(s, 0)->value < 1000)
		return 0;
	return s->tokens[s->at++].value;
}

/* Hour and minute by a clock of twelve, or of 24. */
static int set_time(struct said *s, int hour, int minute, bool zero)
{
	if (s->hour >= 0 || hour > 23 || minute > 59)
		return -EINVAL;
	s->hour = hour;
	s->minute = minute;
	s->exact = zero || hour > 12 || hour == 0;
	return 0;
}

/* "setengah 3" is 2:30, "jam 8 kurang 10" 7:50. */
static int before_hour(struct said *s, int minutes)
{
	if (s->hour < 1 || s->hour > 12 || s->exact || s->minute > 0 || minutes < 1 || minutes > 59)
		return -EINVAL;
	s->hour = s->hour == 1 ? 12 : s->hour - 1;
	s->minute = 60 - minutes;
	return 0;
}

/* Behind "jam" or "setengah". */
static int take_hour(struct said *s)
{
	bool half = peek(s, 0)->kind == T_HALF;
	const struct token *token = peek(s, half);
	int status;

	s->at += half;
	switch (token->kind) {
	case T_NUMBER:
	case T_HOURWORD:
		status = set_time(s, token->value, 0, token->zero);
		break;
	case T_TIME:
	case T_EITHER:
		status = half ? -EINVAL : set_time(s, token->a, token->b, token->zero);
		break;
	default:
		return -EINVAL;
	}
	s->at++;
	return status == 0 && half ? before_hour(s, 30) : status;
}

/* "jam 7 lebih 15", "jam 8 kurang 10". */
static int take_minutes(struct said *s, enum token_kind kind)
{
	const struct token *token = peek(s, 0);

	s->at++;
	if (token->kind != T_NUMBER || s->hour < 0 || s->minute > 0 || token->value > 59)
		return -EINVAL;
	if (kind == T_TO)
		return before_hour(s, token->value);
	s->minute = token->value;
	return 0;
}

/* "tgl 17", "tanggal 17 mei 2026", "tgl 17/5". */
static int take_date(struct said *s)
{
	const struct token *token = peek(s, 0);
	int month = 0;

	s->at++;
	if (token->kind == T_DATE || token->kind == T_EITHER)
		return set_date(s, token->a, token->b, token->year);
	if (token->kind != T_NUMBER)
		return -EINVAL;
	if (peek(s, 0)->kind == T_MONTH)
		month = s->tokens[s->at++].value;
	return set_date(s, token->value, month, month ? take_year(s) : 0);
}

/* A number without "jam" or "tanggal": what stands behind it tells. */
static int take_number(struct said *s, const struct token *token)
{
	const struct token *next = peek(s, 0);

	switch (next->kind) {
	case T_MONTH:
		s->at++;
		return set_date(s, token->value, next->value, take_year(s));
	case T_DAYS:
		s->at++;
		if (s->in >= 0 || token->value > DAYS_AHEAD)
			return -EINVAL;
		s->in = token->value;
		return 0;
	case T_PART:
		return set_time(s, token->value, 0, token->zero);
	default:
		return -EINVAL;
	}
}

static int take_month(struct said *s, const struct token *token)
{
	const struct token *day = peek(s, 0);

	if (day->kind != T_NUMBER)
		return -EINVAL;
	s->at++;
	return set_date(s, day->value, token->value, take_year(s));
}

/* "ba'da isya": an hour that is about right. */
static int take_prayer(struct said *s)
{
	const struct token *token = peek(s, 0);
	int minutes = token->kind == T_PART && token->value == PART_DAWN ? 5 * 60 : token->value;

	s->at++;
	if (s->hour >= 0 || (token->kind != T_PRAYER && minutes != 5 * 60))
		return -EINVAL;
	s->hour = minutes / 60;
	s->minute = minutes % 60;
	s->exact = true;
	return 0;
}

/* When it ends isn't kept, but "jam 7 s/d 9 malam" tells both. */
static int take_until(struct said *s, const struct token *token)
{
	if (s->hour < 0 || token->value)
		return -EINVAL;
	s->until = true;
	s->at += peek(s, 0)->kind == T_CLOCK;
	switch (peek(s, 0)->kind) {
	case T_TIME:
	case T_EITHER:
	case T_NUMBER:
	case T_END:
		s->at++;
		return 0;
	default:
		return -EINVAL;
	}
}

static bool is_weekday(const struct token *token)
{
	return token->kind == T_WEEKDAY || token->kind == T_WEEK;
}

/* "malam Jumat" is Thursday's; "jam 7 malam Jumat" may be either's. */
static int take_part(struct said *s, const struct token *token)
{
	bool night_of = token->value == PART_NIGHT && is_weekday(peek(s, 0));

	if (night_of && s->hour >= 0)
		return -EINVAL;
	s->eve = s->eve || (night_of && s->weekday < 0);
	if (s->part != PART_NONE && (int)s->part != token->value)
		return s->until ? 0 : -EINVAL;
	s->part = (enum part)token->value;
	return 0;
}

/* "Sabtu minggu pertama": there "minggu" is the week. */
static int take_weekday(struct said *s, const struct token *token)
{
	if (token->kind == T_WEEK && s->weekday >= 0)
		return 0;
	if (s->weekday >= 0 && !s->week_word && s->weekday != token->value)
		return -EINVAL;
	s->weekday = token->value;
	s->week_word = token->kind == T_WEEK;
	return 0;
}

static int take_in(struct said *s, const struct token *token)
{
	if (s->in >= 0 && s->in != token->value)
		return -EINVAL;
	s->in = token->value;
	return 0;
}

static int take_nth(struct said *s, const struct token *token)
{
	if (token->value == 0 || s->week || s->weekday < 0)
		return -EINVAL;
	s->week = token->value;
	return 0;
}

static int take_either(struct said *s, const struct token *token)
{
	if (s->time_elsewhere && !s->day)
		return set_date(s, token->a, token->b, 0);
	return set_time(s, token->a, token->b, token->zero);
}

static int take(struct said *s)
{
	const struct token *token = &s->tokens[s->at++];

	switch (token->kind) {
	case T_WEEKDAY:
	case T_WEEK:
		return take_weekday(s, token);
	case T_IN:
		return take_in(s, token);
	case T_TONIGHT:
		s->part = PART_NIGHT;
		s->later = true;
		return 0;
	case T_LATER:
	case T_THIS:
		s->later = true;
		return 0;
	case T_NEXT:
		s->unclear = true;
		return 0;
	case T_MARKET:
		s->market = true;
		return 0;
	case T_NTH:
		return take_nth(s, token);
	case T_MONTH:
		return take_month(s, token);
	case T_PART:
		return take_part(s, token);
	case T_AFTER:
		return take_prayer(s);
	case T_HALF:
		s->at--;
		return take_hour(s);
	case T_CLOCK:
		return take_hour(s);
	case T_DATEWORD:
		return take_date(s);
	case T_PAST:
	case T_TO:
		return take_minutes(s, token->kind);
	case T_UNTIL:
		return take_until(s, token);
	case T_FILL:
		return 0;
	case T_NUMBER:
		return take_number(s, token);
	case T_TIME:
		return set_time(s, token->a, token->b, token->zero);
	case T_DATE:
		return set_date(s, token->a, token->b, token->year);
	case T_EITHER:
		return take_either(s, token);
	default: /* half an expression: "hari lagi", "selesai" */
		return -EINVAL;
	}
}

/* Is an hour said by anything but "12.10"? Of two such the second is one. */
static bool says_time(const struct token *tokens, size_t count)
{
	size_t either = 0;

	for (size_t i = 0; i < count && tokens[i].kind != T_UNTIL; i++) {
		enum token_kind before = i > 0 ? tokens[i - 1].kind : T_FILL;
		enum token_kind next = i + 1 < count ? tokens[i + 1].kind : T_FILL;

		if (tokens[i].kind == T_TIME || tokens[i].kind == T_CLOCK ||
		    tokens[i].kind == T_HALF || tokens[i].kind == T_AFTER ||
		    (tokens[i].kind == T_NUMBER && next == T_PART))
			return true;
		either += tokens[i].kind == T_EITHER && before != T_DATEWORD;
	}
	return either > 1;
}

/* --- the hour ----------------------------------------------------------------- */

/* Hours that a part of the day has as they are said, and those that are later
 * by twelve. */
static const struct {
	enum part part;
	int first, last, late_first, late_last;
} clocks[] = {
    {PART_NONE, 6, 23, 1, AFTERNOON_UNTIL},
    {PART_DAWN, 0, 5, 0, -1},
    {PART_MORNING, 0, 11, 0, -1},
    {PART_NOON, 9, 17, 1, 5},
    {PART_AFTERNOON, 13, 19, 1, 7},
    {PART_NIGHT, 18, 23, 6, 11},
    {PART_AM, 0, 11, 0, -1},
    {PART_PM, 12, 23, 1, 11},
};

/* -EINVAL where that hour isn't in that part of the day, as "jam 12 malam", of
 * which nobody knows whose night it is. */
static int resolve_hour(const struct said *s, struct when *out)
{
	out->has_time = s->hour >= 0;
	if (!out->has_time)
		return 0;
	out->hour = s->hour;
	out->minute = s->minute;
	if (s->exact && s->part == PART_NONE)
		return 0;
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		if (clocks[i].part != s->part)
			continue;
		if (s->hour >= clocks[i].first && s->hour <= clocks[i].last)
			return 0;
		if (s->hour >= clocks[i].late_first && s->hour <= clocks[i].late_last) {
			out->hour += 12;
			return 0;
		}
	}
	return -EINVAL;
}

/* --- the day ------------------------------------------------------------------ */

static bool day_exists(int day, int month, int year)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month < 1 || month > 12 || day > days[month - 1])
		return false;
	if (year != 0 && (year < 2000 || year > 2099))
		return false;
	return day != 29 || month != 2 || year % 4 == 0; /* 2000 was a leap year too */
}

static int resolve_date(const struct said *s, struct when *out)
{
	if (s->week || s->unclear || s->eve)
		return -EINVAL;
	*out = (struct when){.kind = s->month ? WHEN_IS_DATE : WHEN_IS_DAY,
			     .day = s->day,
			     .month = s->month,
			     .year = s->year};
	return s->month && !day_exists(s->day, s->month, s->year) ? -EINVAL : 0;
}

/* A date says most. "besok Sabtu" and "Sabtu besok" are the coming Saturday:
 * where that is tomorrow, both say the same. */
static int resolve_day(const struct said *s, struct when *out)
{
	*out = (struct when){.kind = WHEN_NO_DAY};
	if (s->day)
		return resolve_date(s, out);
	if (s->unclear || s->market)
		return -EINVAL;
	if (s->weekday >= 0 && (s->in < 0 || s->in == 1 || s->in == 2)) {
		out->kind = WHEN_IS_WEEKDAY;
		out->weekday = s->eve ? (s->weekday + 6) % 7 : s->weekday;
		out->week = s->week;
		return 0;
	}
	if (s->in < 0 && !s->later)
		return s->hour >= 0 ? 0 : -EINVAL;
	out->kind = WHEN_IS_IN;
	out->in = s->in < 0 ? 0 : s->in;
	return 0;
}

int when_parse(const char *in, size_t length, struct when *out)
{
	struct reader reader = {.at = in, .end = in + length};
	struct said said = {.tokens = reader.tokens, .weekday = -1, .in = -1, .hour = -1};
	int status = when_read(&reader);

	*out = (struct when){.kind = WHEN_NO_DAY};
	said.count = reader.count;
	said.time_elsewhere = says_time(reader.tokens, reader.count);
	while (status == 0 && said.at < said.count)
		status = take(&said);
	if (status == 0)
		status = resolve_day(&said, out);
	if (status == 0)
		status = resolve_hour(&said, out);
	if (status < 0)
		*out = (struct when){.kind = WHEN_NO_DAY};
	return status;
}
