/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <errno.h>
#include <string.h>

#include "when.h"

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

int when_read(struct reader *r)
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
