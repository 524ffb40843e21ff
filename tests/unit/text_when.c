/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One line each: "wd6 14:00", "in1", "17/5/2026 9:00", "day17", "wd6#1", "-"
 * for an hour without a day; "no" is asked back. */
static void say(const struct when *when, char out[static 64])
{
	int n = 0;

	switch (when->kind) {
	case WHEN_IS_WEEKDAY:
		n = snprintf(out, 64, "wd%d", when->weekday);
		break;
	case WHEN_IS_IN:
		n = snprintf(out, 64, "in%d", when->in);
		break;
	case WHEN_IS_DATE:
		n = snprintf(out, 64, "%d/%d", when->day, when->month);
		break;
	case WHEN_IS_DAY:
		n = snprintf(out, 64, "day%d", when->day);
		break;
	case WHEN_NO_DAY:
		n = snprintf(out, 64, "-");
	}
	if (when->week)
		n += snprintf(out + n, (size_t)(64 - n), "#%d", when->week);
	if (when->year)
		n += snprintf(out + n, (size_t)(64 - n), "/%d", when->year);
	if (when->has_time)
		snprintf(out + n, (size_t)(64 - n), " %d:%02d", when->hour, when->minute);
}

struct when_case {
	const char *in;
	const char *said;
};

static void check(const struct when_case *cases, size_t count)
{
	int wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct when when;
		char said[64] = "no";
		/* exactly as long as needed, so that a read beyond the end shows */
		size_t length = strlen(cases[i].in);
		char *exact = memcpy(malloc(length ? length : 1), cases[i].in, length);
		int status = when_parse(exact, length, &when);

		free(exact);
		if (status == 0)
			say(&when, said);
		else
			assert_int_equal(status, -EINVAL);
		if (strcmp(said, cases[i].said) != 0) {
			print_error("\"%s\": wanted %s, got %s\n", cases[i].in, cases[i].said,
				    said);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof((cases)[0]))

static void weekdays(void **state)
{
	static const struct when_case cases[] = {
	    {"Sabtu 14.00", "wd6 14:00"},
	    {"SABTU 14:00", "wd6 14:00"},
	    {"sabtu.14.00", "wd6 14:00"},
	    {"sabtu,14.00", "wd6 14:00"},
	    {"sabtu#14.00", "wd6 14:00"},
	    {"Sabtu,14,00", "wd6 14:00"},
	    {"sabtu jam 2 siang", "wd6 14:00"},
	    {"jam 2 siang Sabtu", "wd6 14:00"},
	    {"hari Sabtu pukul 14.00 WIB", "wd6 14:00"},
	    {"sbt jam14.00", "wd6 14:00"},
	    {"mgg 08.30", "wd0 8:30"},
	    {"Ahad jam 8 pagi", "wd0 8:00"},
	    {"senin 9 pagi", "wd1 9:00"},
	    {"jum'at ba'da isya", "wd5 19:30"},
	    {"jumat bakda isya'", "wd5 19:30"},
	    {"jumat bada magrib", "wd5 18:30"},
	    {"rabu habis ashar", "wd3 16:00"},
	    {"kamis ba'da dzuhur", "wd4 13:00"},
	    {"minggu ba'da subuh", "wd0 5:00"},
	    {"Sabtu besok jam 2 siang", "wd6 14:00"},
	    {"besok Sabtu jam 2 siang", "wd6 14:00"},
	    {"Sabtu ini 14.00", "wd6 14:00"},
	    {"nanti Sabtu 14.00", "wd6 14:00"},
	    {"Sabtu sore", "wd6"},
	    {"Sabtu sore jam 4", "wd6 16:00"},
	    {"Sabtu malam jam 7", "wd6 19:00"},
	    {"Sabtu", "wd6"},
	    /* the night before, as everybody says it */
	    {"malam Jumat jam 7", "wd4 19:00"},
	    {"malam minggu ba'da isya", "wd6 19:30"},
	    {"malem Setu jam 8 bengi", "wd5 20:00"},
	    /* Javanese */
	    {"Setu jam 2 awan", "wd6 14:00"},
	    {"Ngahad jam 8 esuk", "wd0 8:00"},
	    {"dinten Senen tabuh 9 enjing", "wd1 9:00"},
	    {"Slasa jam 4 sore", "wd2 16:00"},
	    {"Rebo jam pitu bengi", "wd3 19:00"},
	    {"Kemis setengah pitu bengi", "wd4 18:30"},
	    {"Jemuah sawise isya", "wd5 19:30"},
	    {"Jumuwah bar isya", "wd5 19:30"},
	    {"suk Setu jam 2", "wd6 14:00"},
	    /* Madurese, its letters made plain */
	    {"are Sennen kol 8 lagghu", "wd1 8:00"},
	    {"Salasa pokol 2 aban", "wd2 14:00"},
	    {"Rebbu jam 7 malem", "wd3 19:00"},
	    {"Kemmes jam 3 sore", "wd4 15:00"},
	    {"Juma'at jam 8", "wd5 8:00"},
	    {"Sattu 14.00", "wd6 14:00"},
	    /* English */
	    {"saturday 2pm", "wd6 14:00"},
	    {"Saturday at 2.30 pm", "wd6 14:30"},
	    {"sunday 9am", "wd0 9:00"},
	};

	(void)state;
	CHECK(cases);
}

static void from_today(void **state)
{
	static const struct when_case cases[] = {
	    {"besok 14.00", "in1 14:00"},       {"bsk jam 2 siang", "in1 14:00"},
	    {"jam 14.00 besok", "in1 14:00"},   {"besok pagi", "in1"},
	    {"besok pagi jam 8", "in1 8:00"},   {"lusa jam 7 pagi", "in2 7:00"},
	    {"hari ini 16.00", "in0 16:00"},    {"hari ini, Sabtu 16.00", "in0 16:00"},
	    {"nanti malam jam 7", "in0 19:00"}, {"malam ini jam 7", "in0 19:00"},
	    {"ntar sore jam 4", "in0 16:00"},   {"nanti jam 4", "in0 16:00"},
	    {"sesuk jam 4 sore", "in1 16:00"},  {"suk bengi jam 7", "in1 19:00"},
	    {"sakmangke jam 4", "in0 16:00"},   {"dinten niki jam 4 sonten", "in0 16:00"},
	    {"lagghu' jam 8", "in1 8:00"},      {"lagghu` jam 2 aban", "in1 14:00"},
	    {"3 hari lagi jam 9", "in3 9:00"},  {"tomorrow 14:00", "in1 14:00"},
	    {"today 4 pm", "in0 16:00"},        {"tonight 7", "no"},
	    {"tonight at 7 pm", "no"},          {"tonight jam 7", "in0 19:00"},
	};

	(void)state;
	CHECK(cases);
}

static void dates(void **state)
{
	static const struct when_case cases[] = {
	    {"17/5 jam 2 siang", "17/5 14:00"},
	    {"17-5-2026 14:00", "17/5/2026 14:00"},
	    {"17/05/26 14.00", "17/5/2026 14:00"},
	    {"17 / 5 14.00", "17/5 14:00"},
	    {"2026-05-17 14:00", "17/5/2026 14:00"},
	    {"17 mei 14.00", "17/5 14:00"},
	    {"17mei 14.00", "17/5 14:00"},
	    {"17 Mei 2026 pukul 14.00 WIB", "17/5/2026 14:00"},
	    {"Sabtu, 17 Mei 2026, jam 14.00", "17/5/2026 14:00"},
	    {"Sabtu (17/5) 14.00", "17/5 14:00"},
	    {"Sabtu Legi 17 Mei jam 2", "17/5 14:00"},
	    {"Mei 17 jam 9", "17/5 9:00"},
	    {"17 agustus", "17/8"},
	    {"tgl 17 jam 9", "day17 9:00"},
	    {"tanggal 17 mei jam 9", "17/5 9:00"},
	    {"tgl.17.05 jam 9", "17/5 9:00"},
	    {"tgl 17", "day17"},
	    {"jam 9 tgl 17", "day17 9:00"},
	    {"tgl 17, 14.00", "day17 14:00"},
	    {"tgl 17,14.00", "day17 14:00"},
	    {"tanggal 10 tiap bulan jam 14.00", "day10 14:00"},
	    {"tgl 31", "day31"},
	    {"29/2 jam 9", "29/2 9:00"},
	    {"29/2/2028", "29/2/2028"},
	    {"31/12 9.00", "31/12 9:00"},
	    {"may 17 2pm", "17/5 14:00"},
	    /* the full stop: a date, an hour, or either */
	    {"17.5", "17/5"},
	    {"17.5 jam 2", "17/5 14:00"},
	    {"17.5.14.00", "17/5 14:00"},
	    {"17.5.2026 14.00", "17/5/2026 14:00"},
	    {"17.05.2026", "17/5/2026"},
	    {"31.12", "31/12"},
	    {"17.05", "- 17:05"},
	    {"17.05 14.00", "17/5 14:00"},
	    {"14.00 17.05", "17/5 14:00"},
	    {"jam 2 siang 17.05", "17/5 14:00"},
	    {"12.10 11.12", "12/10 11:12"},
	    {"Sabtu 12.10", "wd6 12:10"},
	    {"17/5 12.10", "17/5 12:10"},
	    {"besok 08.10 s/d 10.00", "in1 8:10"},
	};

	(void)state;
	CHECK(cases);
}

static void hours(void **state)
{
	static const struct when_case cases[] = {
	    {"14.00", "- 14:00"},
	    {"besok jam 1", "in1 13:00"},
	    {"besok jam 5", "in1 17:00"},
	    {"besok jam 5.30", "in1 17:30"},
	    {"besok jam 6", "in1 6:00"},
	    {"besok jam 7", "in1 7:00"},
	    {"besok jam 12", "in1 12:00"},
	    {"besok 00.00", "in1 0:00"},
	    {"besok 02.00", "in1 2:00"},
	    {"besok 2.00", "in1 14:00"},
	    {"besok 23.59", "in1 23:59"},
	    {"besok 14.OO", "in1 14:00"},
	    {"besok jam 12 siang", "in1 12:00"},
	    {"besok jam 7 malam", "in1 19:00"},
	    {"besok 19.00 malam", "in1 19:00"},
	    {"besok jam 11 malam", "in1 23:00"},
	    {"besok jam 3 dini hari", "in1 3:00"},
	    {"besok jam 10 siang", "in1 10:00"},
	    {"besok jam 4 pagi", "in1 4:00"},
	    {"besok setengah 3 sore", "in1 14:30"},
	    {"besok stgh 3", "in1 14:30"},
	    {"besok jam setengah 8 malam", "in1 19:30"},
	    {"besok setengah tiga", "in1 14:30"},
	    {"besok setengah 1 siang", "in1 12:30"},
	    {"besok setengah 6", "in1 17:30"},
	    {"besok setengah 7 pagi", "in1 6:30"},
	    {"besok jam 7 lebih 15", "in1 7:15"},
	    {"besok jam 8 kurang 10 menit", "in1 7:50"},
	    {"besok jam dua siang", "in1 14:00"},
	    {"besok jam dua belas siang", "in1 12:00"},
	    {"besok 14.00-16.00", "in1 14:00"},
	    {"besok 14.00 s/d selesai", "in1 14:00"},
	    {"besok jam 7 sampai 9 malam", "in1 19:00"},
	    {"besok jam 9 pagi s/d jam 1 siang", "in1 9:00"},
	    {"besok 12 am", "no"},
	    {"besok 12 pm", "in1 12:00"},
	};

	(void)state;
	CHECK(cases);
}

static void regular(void **state)
{
	static const struct when_case cases[] = {
	    {"Sabtu pertama 14.00", "wd6#1 14:00"},
	    {"Sabtu minggu pertama 14.00", "wd6#1 14:00"},
	    {"minggu kedua jam 9", "wd0#2 9:00"},
	    {"Senin ke-3 jam 9", "wd1#3 9:00"},
	    {"Sabtu ke 4", "wd6#4"},
	    {"Sabtu terakhir 14.00", "wd6#5 14:00"},
	    {"minggu Sabtu 14.00", "wd6 14:00"},
	    {"Sabtu kelima", "no"},
	    {"pertama 14.00", "no"},
	    {"17/5 pertama", "no"},
	};

	(void)state;
	CHECK(cases);
}

static void asked_back(void **state)
{
	static const struct when_case cases[] = {
	    {"", "no"},
	    {" . ", "no"},
	    {"32/5 14.00", "no"},
	    {"31/2", "no"},
	    {"30/2 jam 9", "no"},
	    {"29/2/2027", "no"},
	    {"31/4", "no"},
	    {"17/13", "no"},
	    {"0/5", "no"},
	    {"tgl 32", "no"},
	    {"tgl 0", "no"},
	    {"17/5/1999", "no"},
	    {"17/5/2", "no"},
	    {"besok 25.00", "no"},
	    {"besok 24.00", "no"},
	    {"besok 14.60", "no"},
	    {"besok jam 25", "no"},
	    {"besok 14:5", "no"},
	    {"besok jam 12 malam", "no"},
	    {"besok jam 1 malam", "no"},
	    {"besok setengah 1 malam", "no"},
	    {"besok jam 7 siang", "no"},
	    {"besok jam 14 malam", "no"},
	    {"besok jam 14 pagi", "no"},
	    {"besok pagi sore jam 4", "no"},
	    {"besok setengah 13", "no"},
	    {"besok jam 1400", "no"},
	    {"besok jam 8 kurang 70", "no"},
	    {"jam 7 malam Jumat", "no"},
	    {"malam Jumat 17/5 jam 7", "no"},
	    {"Sabtu depan 14.00", "no"},
	    {"minggu depan jam 9", "no"},
	    {"Sabtu Legi 14.00", "no"},
	    {"Sabtu 14", "no"},
	    {"17", "no"},
	    {"17 5", "no"},
	    {"Sabtu Minggu Senin", "no"},
	    {"Sabtu Senin 14.00", "no"},
	    {"besok lusa hari ini", "no"},
	    {"17/5 18/5", "no"},
	    {"Sabtu 14.00 16.00", "no"},
	    {"12.10-14.00", "no"},
	    {"jam", "no"},
	    {"tgl", "no"},
	    {"ba'da", "no"},
	    {"pagi", "no"},
	    {"hari lagi", "no"},
	    {"100 hari lagi", "no"},
	    {"selesai", "no"},
	    {"Sabtu balai desa", "no"},
	    {"rumah Bu Sri", "no"},
	    {"sabtuu", "no"},
	    {"\xFF\xFE 14.00", "no"},
	    {"1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "no"},
	    {"2026-05-2017", "no"},
	};

	(void)state;
	CHECK(cases);
}

/* Whatever comes, nothing that isn't on a clock or in a calendar goes out. */
static void any_bytes(void **state)
{
	static const char *const pieces[] = {
	    "sabtu",  "besok", "17/5",  "17.05",  "14.00", "jam ",    "setengah", " 2 ",
	    "siang",  "malam", " tgl ", "mei ",   "-",     ".",       "ba'da ",   "isya",
	    "minggu", "s/d",   "ke-",   "kurang", "0",     "9",       "'",        "2026",
	    ":",      " lagi", "hari",  "\xC3",   "depan", "pertama",
	};
	uint64_t seed = 20261125;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[200] = "";
		size_t n = 0;
		struct when when;

		for (int j = 0; j < 1 + i % 7; j++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			n += (size_t)snprintf(
			    text + n, sizeof(text) - n, "%s%s",
			    pieces[(seed >> 33) % (sizeof(pieces) / sizeof(pieces[0]))],
			    seed >> 63 ? " " : "");
		}
		char *exact = memcpy(malloc(n), text, n);
		int status = when_parse(exact, n, &when);

		free(exact);
		if (when.hour < 0 || when.hour > 23 || when.minute < 0 || when.minute > 59 ||
		    when.weekday < 0 || when.weekday > 6 || when.week < 0 || when.week > 5 ||
		    when.day < 0 || when.day > 31 || when.month < 0 || when.month > 12 ||
		    when.in < 0 || when.in > 90 || (status < 0 && when.kind != WHEN_NO_DAY))
			fail_msg("\"%s\"", text);
	}
}

/* Each word of each set is read as one word. */
static void each_word(void **state)
{
	(void)state;
	for (int set = WHEN_DAYS; set <= WHEN_FILL; set++) {
		const char *word;
		size_t length, count = 0;

		for (; (word = when_word((enum when_words)set, count, &length)); count++)
			assert_true(length > 0 && length < 24 && !memchr(word, ' ', length));
		assert_true(count > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(weekdays),  cmocka_unit_test(from_today), cmocka_unit_test(dates),
	    cmocka_unit_test(hours),     cmocka_unit_test(regular),    cmocka_unit_test(asked_back),
	    cmocka_unit_test(any_bytes), cmocka_unit_test(each_word),
	};

	return cmocka_run_group_tests_name("text_when", tests, NULL, NULL);
}
