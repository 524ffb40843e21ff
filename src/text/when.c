/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <errno.h>
#include <string.h>

/* Words first, then what they mean together: people say day and hour in any
 * order, with and without "jam" and "tanggal". */

#define TOKENS_MAX 24
#define AFTERNOON_UNTIL 5 /* a bare "jam 5" is one in the afternoon */
#define DAYS_AHEAD 90

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

static const struct word {
	enum token_kind kind;
	int value;
	const char *text; /* blank-separated; _ for a space, ' may be left out */
} words[] = {
    {T_WEEKDAY, 0, "ahad ngahad akad ahat akhad ngakad sunday sun"},
    {T_WEEK, 0, "minggu mgg mggu mingguh minggo mnggu minggon"},
    {T_WEEKDAY, 1, "senin senen sennen snin snen snn sen seneng monday mon"},
    {T_WEEKDAY, 2, "selasa slasa salasa seloso sloso slsa sls sel tuesday tues tue"},
    {T_WEEKDAY, 3, "rabu rebo rebu rebbu rabo rbu rab wednesday wed"},
    {T_WEEKDAY, 4, "kamis kemis kemmes kammes kmis kms kam thursday thurs thur thu"},
    {T_WEEKDAY, 5,
     "jum'at juma'at jumaat jemuah jemuwah jumuah jumuwah jemaat jemat jmat jmt jum friday fri"},
    {T_WEEKDAY, 6, "sabtu setu sattu saptu sabto sebtu sabtuh sbtu sbt sab saturday sat"},
    {T_IN, 0,
     "hari_ini hr_ini dina_iki dino_iki dinten_niki dinten_punika are_mangken are_sateya today "
     "sekarang skrg saiki sateya"},
    {T_IN, 1,
     "besok bsk bsok besuk sesuk suk benjing mbenjing mbenjang lagghu' lagguk laggu' tomorrow "
     "tmrw"},
    {T_IN, 2, "lusa besok_lusa emben day_after_tomorrow"},
    {T_LATER, 0, "nanti nti ntar entar mengko mangke mengke sakmangke samangke later"},
    {T_THIS, 0, "ini iki niki punika paneka reya this"},
    {T_TONIGHT, 0, "tonight"},
    {T_DAYS, 0, "hari_lagi hr_lagi dina_maneh dina_engkas dinten_malih are_pole days"},
    {T_NEXT, 0, "depan dpn ngarep ngajeng next minggu_depan mgg_depan bulan_depan bln_depan"},
    {T_NTH, 1, "pertama kesatu ke_satu ke_1 ke1 kapisan first 1st"},
    {T_NTH, 2, "kedua ke_dua ke_2 ke2 kaping_pindho second 2nd"},
    {T_NTH, 3, "ketiga ke_tiga ke_3 ke3 kaping_telu third 3rd"},
    {T_NTH, 4, "keempat ke_empat ke_4 ke4 kaping_papat fourth 4th"},
    {T_NTH, 5, "terakhir trakhir terahir pungkasan akhir_bulan akhir last"},
    {T_NTH, 0, "kelima ke_lima ke_5 ke5 fifth 5th"},
    {T_MARKET, 0, "legi pahing paing pon wage kliwon"},
    {T_MONTH, 1, "januari january jan"},
    {T_MONTH, 2, "februari pebruari february feb peb"},
    {T_MONTH, 3, "maret march mar mrt"},
    {T_MONTH, 4, "april apr"},
    {T_MONTH, 5, "mei may"},
    {T_MONTH, 6, "juni june jun"},
    {T_MONTH, 7, "juli july jul"},
    {T_MONTH, 8, "agustus august agust agst agt ags agu aug"},
    {T_MONTH, 9, "september sept sep"},
    {T_MONTH, 10, "oktober october okt oct"},
    {T_MONTH, 11, "november nopember nov nop"},
    {T_MONTH, 12, "desember december des dec"},
    {T_PART, PART_DAWN, "dini_hari dinihari subuh shubuh"},
    {T_PART, PART_MORNING, "pagi_hari pagi pgi esuk isuk enjing injing enjang morning"},
    {T_PART, PART_NOON, "siang_hari siang sing siyang awan siyang aban"},
    {T_PART, PART_AFTERNOON, "sore_hari sore sonten afternoon"},
    {T_PART, PART_NIGHT, "malam_hari malam mlm malem bengi dalu petang evening night"},
    {T_PART, PART_AM, "am"},
    {T_PART, PART_PM, "pm"},
    {T_PRAYER, 5 * 60, "subuh shubuh sbh fajar"},
    {T_PRAYER, 13 * 60,
     "dzuhur dhuhur duhur zuhur dzhuhur dzuhr dhuhr dhohor dohor lohor luhur jum'atan jumatan"},
    {T_PRAYER, 16 * 60, "ashar asar ashr asyar asr"},
    {T_PRAYER, 18 * 60 + 30, "maghrib magrib mahrib mgrb mgrib"},
    {T_PRAYER, 19 * 60 + 30, "isya' isyak isya isha' isa'"},
    {T_AFTER, 0,
     "ba'da_sholat ba'da_salat ba'da bakda bakdo ba'do ba'dha sehabis_sholat habis_sholat sehabis "
     "habis abis setelah sesudah sawise bar after"},
    {T_HALF, 0, "setengah stengah stgh stngh tengah"},
    {T_CLOCK, 0, "jam jm pukul pkl pk pokol kol tabuh tabu wanci"},
    {T_DATEWORD, 0, "tanggal tgl tggl tangghal kaping date"},
    {T_HOURWORD, 12, "dua_belas duabelas rolas kalih_welas dubellas twelve"},
    {T_HOURWORD, 1, "satu siji setunggal settong one"},
    {T_HOURWORD, 2, "dua loro kalih dhuwa' two"},
    {T_HOURWORD, 3, "tiga telu tello' three"},
    {T_HOURWORD, 4, "empat papat sekawan empa' four"},
    {T_HOURWORD, 5, "lima limo gangsal lema' five"},
    {T_HOURWORD, 6, "enam enem ennem six"},
    {T_HOURWORD, 7, "tujuh pitu petto' seven"},
    {T_HOURWORD, 8, "delapan wolu ballu' eight"},
    {T_HOURWORD, 9, "sembilan sanga songo sanga' nine"},
    {T_HOURWORD, 10, "sepuluh sedasa sapolo ten"},
    {T_HOURWORD, 11, "sebelas sewelas sabellas eleven"},
    {T_PAST, 0, "lebih lewat luwih langkung"},
    {T_TO, 0, "kurang krg"},
    {T_UNTIL, 0, "s/d s.d sd sampai smp sampe hingga tekan nganti till until"},
    {T_END, 0, "selesai slesai rampung mare"},
    {T_FILL, 0,
     "hari hr dina dino dinten are pada pas mulai wiwit menit mnt wib wita wit at on the of "
     "tiap_bulan setiap_bulan saben_sasi"},
};

/* Which words make the shape of which block of the grammar. */
static const struct {
	enum when_words set;
	enum token_kind kind;
} sets[] = {
    {WHEN_DAYS, T_WEEKDAY},   {WHEN_DAYS, T_WEEK},      {WHEN_DAYS, T_IN},
    {WHEN_DAYS, T_LATER},     {WHEN_DAYS, T_TONIGHT},   {WHEN_NTH, T_NEXT},
    {WHEN_NTH, T_NTH},        {WHEN_NTH, T_MARKET},     {WHEN_MONTHS, T_MONTH},
    {WHEN_PARTS, T_PART},     {WHEN_PRAYERS, T_PRAYER}, {WHEN_AFTER, T_AFTER},
    {WHEN_HALF, T_HALF},      {WHEN_CLOCK, T_CLOCK},    {WHEN_DATE, T_DATEWORD},
    {WHEN_HOURS, T_HOURWORD}, {WHEN_PAST, T_PAST},      {WHEN_PAST, T_TO},
    {WHEN_UNTIL, T_UNTIL},    {WHEN_END, T_END},        {WHEN_FILL, T_FILL},
    {WHEN_AHEAD, T_DAYS},     {WHEN_THIS, T_THIS},
};

struct token {
	enum token_kind kind;
	int value;
	int a, b, year;
	bool zero; /* 02.00: by the clock of 24 hours */
};

struct reader {
	const char *at, *end;
	struct token tokens[TOKENS_MAX];
	size_t count;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_apostrophe(char c)
{
	return c == '\'' || c == '`';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* --- words ------------------------------------------------------------------ */

/* The bytes of AT that are WORD (up to a blank); 0 where it is another. */
static size_t match_word(const struct reader *r, const char *word)
{
	const char *at = r->at;

	for (; *word && *word != ' '; word++) {
		if (*word == '\'') {
			at += at < r->end && is_apostrophe(*at);
		} else if (*word == '_') {
			const char *from = at;

			while (at < r->end && (*at == ' ' || *at == '.' || *at == '-'))
				at++;
			if (at == from)
				return 0;
		} else if (at < r->end && lower(*at) == *word) {
			at++;
		} else {
			return 0;
		}
	}
	/* "jam2", but not "jamu", and "ke-1" but not "ke-10" */
	if (at < r->end && (is_letter(*at) || (is_digit(at[-1]) && is_digit(*at))))
		return 0;
	return (size_t)(at - r->at);
}

static const char *next_word(const char *word)
{
	word += strcspn(word, " ");
	return *word ? word + 1 : NULL;
}

static bool read_word(struct reader *r, struct token *token)
{
	size_t longest = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (const char *word = words[i].text; word; word = next_word(word)) {
			size_t n = match_word(r, word);

			if (n <= longest)
				continue;
			longest = n;
			*token = (struct token){.kind = words[i].kind, .value = words[i].value};
		}
	}
	r->at += longest;
	return longest > 0;
}

const char *when_word(enum when_words set, size_t index, size_t *length)
{
	for (size_t s = 0; s < sizeof(sets) / sizeof(sets[0]); s++) {
		if (sets[s].set != set)
			continue;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			const char *word = words[i].kind == sets[s].kind ? words[i].text : NULL;

			for (; word; word = next_word(word)) {
				*length = strcspn(word, " ");
				if (index-- == 0)
					return word;
			}
		}
	}
	return NULL;
}

/* --- figures ---------------------------------------------------------------- */

/* Digits at AT; among minutes the letter O is a zero. */
static size_t run(const struct reader *r, const char *at, bool minutes, int *value)
{
	size_t n = 0;

	*value = 0;
	for (; at + n < r->end && n < 5; n++) {
		char c = minutes && lower(at[n]) == 'o' ? '0' : at[n];

		if (!is_digit(c))
			break;
		*value = *value * 10 + (c - '0');
	}
	return n;
}

static const char *skip_spaces(const struct reader *r, const char *at)
{
	while (at < r->end && *at == ' ')
		at++;
	return at;
}

static bool digit_behind(const struct reader *r, const char *at)
{
	return at + 1 < r->end && is_digit(at[1]);
}

/* "/2026", "-26" or (behind full stops only in full) ".2026" at AT. */
static const char *read_year(const struct reader *r, const char *at, char mark, int *year)
{
	int value;
	size_t n;

	*year = 0;
	if (at >= r->end || *at != mark || !digit_behind(r, at))
		return at;
	n = run(r, at + 1, false, &value);
	if (n == 4)
		*year = value;
	else if (n == 2 && mark != '.')
		*year = 2000 + value;
	else if (mark != '.')
		*year = -1; /* 17/5/2 */
	return *year ? at + 1 + n : at;
}

/* "17/5", "17 - 5 - 2026" or "2026-05-17": the first run of digits is read. */
static bool read_date(struct reader *r, size_t digits, const char *at, struct token *token)
{
	const char *mark = skip_spaces(r, at), *from;
	size_t n;

	if (mark >= r->end || (*mark != '/' && *mark != '-'))
		return false;
	from = skip_spaces(r, mark + 1);
	n = run(r, from, false, &token->b);
	if (n == 0 || n > 2)
		return false;
	if (digits == 4) {
		if (*mark != '-' || read_year(r, from + n, '-', &token->year) != from + n + 3 ||
		    token->year < 2000)
			return false;
		*token = (struct token){
		    .kind = T_DATE, .a = token->year - 2000, .b = token->b, .year = token->a};
		r->at = from + n + 3;
		return true;
	}
	token->kind = T_DATE;
	r->at = read_year(r, from + n, *mark, &token->year);
	return true;
}

/* "14.00", "17.5": what it can be. A comma is a full stop of the clock, but
 * "17,14.00" are two. */
static bool read_pair(struct reader *r, const char *at, struct token *token)
{
	char mark = at < r->end ? *at : '\0';
	const char *behind;
	size_t n;
	bool time, date;

	if (mark == '\0' || !strchr(".:,", mark))
		return false;
	n = run(r, at + 1, true, &token->b);
	if (n == 0)
		return false;
	behind = at + 1 + n;
	if (mark == ',' && behind < r->end && strchr(".:", *behind) && digit_behind(r, behind))
		return false;
	r->at = behind;
	if (mark == '.')
		r->at = read_year(r, behind, '.', &token->year);
	time = n == 2 && token->a <= 23 && token->b <= 59 && token->year == 0;
	date = mark == '.' && token->a >= 1 && token->a <= 31 && token->b >= 1 && token->b <= 12;
	if (token->year || (mark == '.' && n == 1))
		token->kind = T_DATE;
	else
		token->kind = time && date ? T_EITHER : date ? T_DATE : T_TIME;
	if (token->kind == T_TIME && n != 2)
		token->a = 24; /* "14:5" is no hour */
	return true;
}

static bool read_figures(struct reader *r, struct token *token)
{
	size_t n;

	*token = (struct token){.kind = T_NUMBER, .zero = *r->at == '0'};
	n = run(r, r->at, false, &token->a);
	if (n == 0 || n == 3 || n > 4)
		return false;
	token->value = token->a;
	token->zero = token->zero && n == 2;
	if (read_date(r, n, r->at + n, token))
		return true;
	if (n < 3 && read_pair(r, r->at + n, token))
		return true;
	r->at += n;
	return true;
}

/* --- tokens ----------------------------------------------------------------- */

/* "14.00-16.00": until. Behind what may be a date it is either: no. */
static bool read_dash(struct reader *r, struct token *token)
{
	enum token_kind last = r->count > 0 ? r->tokens[r->count - 1].kind : T_FILL;
	const char *behind = skip_spaces(r, r->at + 1);

	if (*r->at != '-' || behind >= r->end || !is_digit(*behind))
		return false;
	*token = (struct token){.kind = T_UNTIL, .value = last == T_EITHER};
	if (last != T_TIME && last != T_EITHER)
		return false;
	r->at++;
	return true;
}

static int tokenise(struct reader *r)
{
	while (r->at < r->end) {
		struct token token;

		if (r->count == TOKENS_MAX)
			return -EINVAL;
		if (read_dash(r, &token)) {
			r->tokens[r->count++] = token;
		} else if (!is_digit(*r->at) && !is_letter(*r->at)) {
			r->at++;
		} else if (read_word(r, &token) || (is_digit(*r->at) && read_figures(r, &token))) {
			r->tokens[r->count++] = token;
		} else {
			return -EINVAL;
		}
	}
	return 0;
}

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
	int status = tokenise(&reader);

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
