/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kentongan/text.h"

/* The cases are in tests/unit/data/typed.txt; run from the top of the tree. */
#define CASES "tests/unit/data/typed.txt"
#define GRAMMAR "config/commands.conf"

static struct grammar *grammar;

static int load(void **state)
{
	struct strbuf problems = {0};

	(void)state;
	if (grammar_load(&grammar, GRAMMAR, &problems) < 0) {
		fprintf(stderr, "%s", problems.text);
		return -1;
	}
	return 0;
}

static int unload(void **state)
{
	(void)state;
	grammar_free(&grammar);
	return grammar ? -1 : 0;
}

/* The next blank-separated word of *AT, cut off; "" at the end. */
static char *word(char **at)
{
	char *from = *at + strspn(*at, " ");

	*at = from + strcspn(from, " ");
	if (**at)
		*(*at)++ = '\0';
	return from;
}

/* The text behind KEY up to END, or NULL. */
static char *behind(char *text, const char *key, char end)
{
	char *from = strstr(text, key);

	if (!from)
		return NULL;
	from += strlen(key);
	from[strcspn(from, (const char[]){end, '\0'})] = '\0';
	return from;
}

/* What is wrong with PARSED, or NULL. WANTED is 'problem COMMAND {…} …'. */
static const char *compare(const struct parsed *parsed, char *wanted)
{
	const char *problem = word(&wanted);
	const char *command = word(&wanted);
	json_error_t error;
	json_t *args = json_loads(wanted, JSON_DISABLE_EOF_CHECK, &error);
	bool same_args = args && json_equal(args, parsed->args);
	char *rest = wanted + (args ? error.position : 0);
	char *pin, *new_pin, *heard;

	json_decref(args);
	if (strcmp(problem, parse_problem_name(parsed->problem)) != 0)
		return "problem";
	if (strcmp(strcmp(command, "-") == 0 ? "" : command, parsed->command) != 0)
		return "command";
	if (!same_args)
		return "arguments";
	heard = strchr(rest, '"');
	if (heard && strncmp(heard + 1, parsed->heard, strlen(parsed->heard)) != 0)
		return "heard";
	if (heard && strlen(heard + 1) != strlen(parsed->heard) + 1)
		return "heard";
	new_pin = behind(rest, " newpin=", ' ');
	if (strcmp(new_pin ? new_pin : "", parsed->new_pin) != 0)
		return "newpin";
	pin = behind(rest, " pin=", ' ');
	if (strcmp(pin ? pin : "", parsed->pin) != 0)
		return "pin";
	return NULL;
}

static void typed(void **state)
{
	FILE *file = fopen(CASES, "r");
	char line[1000];
	int number = 0, cases = 0, wrong = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		char *arrow = strstr(line, " => ");
		struct arena *arena;
		struct parsed parsed;
		const char *what;

		number++;
		line[strcspn(line, "\n")] = '\0';
		if (!arrow || line[0] == '#')
			continue;
		*arrow = '\0';
		arena = arena_new();
		parser_parse(grammar, line, arena, &parsed);
		what = compare(&parsed, arrow + 4);
		if (what) {
			char *args = json_dumps(parsed.args, JSON_SORT_KEYS);

			print_error(CASES
				    ":%d: \"%s\": wrong %s: got %s %s %s pin=%s newpin=%s \"%s\"\n",
				    number, line, what, parse_problem_name(parsed.problem),
				    parsed.command, args, parsed.pin, parsed.new_pin, parsed.heard);
			free(args);
			wrong++;
		}
		parsed_free(&parsed);
		arena_free(&arena);
		cases++;
	}
	fclose(file);
	assert_int_equal(wrong, 0);
	assert_true(cases >= 1000);
}

static void expect(const char *text, enum parse_problem problem, const char *command,
		   const char *redacted)
{
	struct arena *arena = arena_new();
	struct parsed parsed;

	parser_parse(grammar, text, arena, &parsed);
	if (parsed.problem != problem || strcmp(parsed.command, command) != 0 ||
	    strcmp(parsed.redacted, redacted) != 0)
		fail_msg("\"%s\": got %s %s \"%s\"", text, parse_problem_name(parsed.problem),
			 parsed.command, parsed.redacted);
	assert_true(json_is_object(parsed.args));
	parsed_free(&parsed);
	assert_null(parsed.args);
	arena_free(&arena);
}

static void odd_texts(void **state)
{
	(void)state;
	expect("", PARSE_EMPTY, "", "");
	expect("   ", PARSE_EMPTY, "", "");
	expect(" . .. \n", PARSE_EMPTY, "", "");
	expect("\u200b\ufeff", PARSE_EMPTY, "", "");
	expect("#saldo#", PARSE_OK, "SALDO", "#saldo#");
	expect("  saldo  ", PARSE_OK, "SALDO", "saldo");
	expect("saldo\r\n", PARSE_OK, "SALDO", "saldo");
	expect("setor\n50rb", PARSE_OK, "SETOR", "setor 50rb");
	expect("setor\u00a050.000", PARSE_OK, "SETOR", "setor 50.000");
	/* a byte that got lost may have been a digit */
	expect("setor 50.000\xFF", PARSE_AMOUNT, "SETOR", "setor 50.000\uFFFD");
	expect("setor 50\xFF"
	       "000",
	       PARSE_AMOUNT, "SETOR", "setor 50\uFFFD000");
	expect("terima 7391\xFF", PARSE_USAGE, "TERIMA", "terima 7391\uFFFD");
	expect("setor 50.000 €", PARSE_AMOUNT, "SETOR", "setor 50.000 €");
}

/* No PIN survives in what is stored or said back. */
static void no_pin_leaks(void **state)
{
	static const char *const texts[] = {
	    "setor 50rb 654321",
	    "SETOR 50.000.654321",
	    "654321",
	    "pin 654321",
	    "7391 654321",
	    "salah k7m4 pin 654321",
	    "tolak 7391 654321",
	    "setro 50rb 654321",
	    "setor lima 654321",
	    "xyz 654321 abc",
	    "saldo 654321",
	    "setor 654321x",
	    "setor 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 5 654321",
	    "terima 7391 654321 1",
	    "setor 50.000 ribu dan juga lima pul 654321",
	    "bantuan 654321",
	    "pin 654321",
	    "pin baru 654321 654321",
	    "ganti pin 654321 482915",
	    "ganti pin 482915 654321",
	    "ganti pin 654321",
	    "ganti pni lama 482915 baru 654321",
	    "4821 654321",
	    "4821 482915 654321",
	    "kode 4821 pin 654321 baru 654321",
	    "sah 4821 654321",
	    "shah 4821 654321",
	    "ya 654321",
	    "ya 4821 654321",
	    "hitung 525rb 654321",
	    "hitung 525 654321",
	    "saldo wajib 654321",
	    "melati 23 saldo 654321",
	    "melati pin 654321",
	    "tarik 100rb 654321",
	    "aduan pin saya 654321 bocor",
	    "daftar melati siti 654321",
	    "biaya 25rb 654321",
	    "atur wajib 654321",
	    "persen 654321",
	    "lunas kecuali 654321",
	    "ganti hp 23 654321",
	    "siaran pin saya 654321",
	    "undang sabtu 14.00 654321",
	    "undang sabtu 654321",
	    "hasil 654321",
	    "gak bisa, 654321",
	    "belajar 654321",
	    "654321 saldo",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena *arena = arena_new();
		struct parsed parsed;
		char *args;

		parser_parse(grammar, texts[i], arena, &parsed);
		args = json_dumps(parsed.args, 0);
		if (strstr(parsed.redacted, "654321") || strstr(parsed.heard, "654321") ||
		    strstr(parsed.heard, "65432") || strstr(args, "654321"))
			fail_msg("\"%s\": \"%s\" \"%s\" %s", texts[i], parsed.redacted,
				 parsed.heard, args);
		free(args);
		parsed_free(&parsed);
		assert_string_equal(parsed.pin, "");
		assert_string_equal(parsed.new_pin, "");
		arena_free(&arena);
	}
}

static void expect_text(const char *message, const char *wanted)
{
	struct arena *arena = arena_new();
	struct parsed parsed;
	const char *text;

	parser_parse(grammar, message, arena, &parsed);
	assert_int_equal(parsed.problem, PARSE_OK);
	text = json_string_value(json_object_get(parsed.args, "text"));
	assert_non_null(text);
	assert_string_equal(text, wanted);
	parsed_free(&parsed);
	arena_free(&arena);
}

/* What goes on to others keeps its lines, its case and its fields. */
static void lines_of_a_text(void **state)
{
	(void)state;
	expect_text("SIARAN Kerja bakti,\r\n\r\n{nama}!\nJam 7.\n", "Kerja bakti,\n{nama}!\nJam 7");
	expect_text("SIARAN\nKerja  bakti\t\nbesok", "Kerja bakti\nbesok");
	expect_text("SIARAN besok 08.00:\nKerja bakti\nJam 7", "Kerja bakti\nJam 7");
	expect_text("SIARAN TELAT\nAngsuran {angsuran}\n\ntempo {tempo}",
		    "Angsuran {angsuran}\ntempo {tempo}");
	expect_text("hasil rapat:\n1. Iuran naik\n2. Arisan pindah",
		    "1. Iuran naik\n2. Arisan pindah");
	expect_text("SIARAN PIN saya 654321\nbaris dua", "PIN saya ••••••\nbaris dua");
	/* an amount is no PIN, but what may be one is hidden */
	expect_text("SIARAN iuran 150000, arisan 127500", "iuran 150000, arisan ••••••");
	expect_text("SIARAN 150000\n654321", "150000\n••••••");
	/* a complaint is one line as before */
	expect_text("aduan uang saya\nhilang", "uang saya hilang");
}

static void longest_message(void **state)
{
	char text[TEXT_MAX * 3];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	struct arena *arena = arena_new();
	struct parsed parsed;

	parser_parse(grammar, text, arena, &parsed);
	assert_int_equal(parsed.problem, PARSE_UNKNOWN);
	assert_true(strlen(parsed.heard) <= 40);
	assert_true(strlen(parsed.redacted) <= TEXT_MAX);
	parsed_free(&parsed);
	arena_free(&arena);
}

static void collect(const char *command, const char *kind, const char *const *words, size_t count,
		    void *arg)
{
	struct strbuf *all = arg;

	strbuf_printf(all, "%s:%s ", command, kind);
	if (count > 0)
		assert_non_null(words[0]);
}

static void commands_of_the_file(void **state)
{
	struct strbuf all = {0};

	(void)state;
	grammar_each(grammar, collect, &all);
	assert_string_equal(
	    all.text,
	    "SALDO:read MUTASI:read SETOR:money BATAL:money LAGI:money ULANG:read PINJAMAN:read "
	    "TARIK:money AMBIL:money PINJAM:money BAYAR:money SHU:read PIN:other GANTIPIN:other "
	    "KODE:money DAFTAR:other KELUAR:money ADUAN:other BANTUAN:read BAHASA:other STOP:other "
	    "MULAI:other SALAH:other BLOKIR:other TERIMA:money TOLAK:money SAH:money KAS:read "
	    "KASTELAT:read SERAH:money TARIKBANK:money BIAYA:money CATAT:money SELESAI:money "
	    "LUNAS:money "
	    "HITUNG:money KOCOK:money ARISAN:read KOREKSI:money KASUS:read JAWAB:other "
	    "GANTIHP:money RESETPIN:money BUKA:money PENGURUS:money HAPUSPINJAMAN:money ULUR:money "
	    "TANGGUNG:money ATUR:money NAIK:money TUTUPBUKU:money PERSEN:money BAGIHASIL:money "
	    "LABA:read NERACA:read UNDANG:money HADIR:other DAFTARHADIR:read HASIL:money "
	    "SIARAN:money JEDA:money LANJUT:money BELAJAR:money YA:money TIDAK:money ");
	strbuf_free(&all);
}

/* Each word alone must mean its own command, whatever politeness it is too. */
static void expect_own(const char *command, const char *kind, const char *const *words,
		       size_t count, void *arg)
{
	(void)kind;
	(void)arg;
	for (size_t i = 0; i < count; i++) {
		struct arena *arena = arena_new();
		struct parsed parsed;

		parser_parse(grammar, words[i], arena, &parsed);
		if (strcmp(parsed.command, command) != 0 ||
		    (parsed.problem != PARSE_OK && parsed.problem != PARSE_USAGE))
			fail_msg("%s is %s, not %s", words[i], parsed.command, command);
		parsed_free(&parsed);
		arena_free(&arena);
	}
}

static void each_word_is_its_own(void **state)
{
	(void)state;
	grammar_each(grammar, expect_own, NULL);
}

/* --- slips of the thumb in money commands ------------------------------------ */

struct own {
	const char *command;
	const char *typed; /* the words so far as a slip may have left them */
	bool money, is_word;
};

/* i and l are one on small screens, and to us. */
static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? fold((char)(c - 'A' + 'a')) : c == 'i' ? 'l' : c;
}

static bool begins_with_word(const char *typed, const char *word)
{
	for (; *word; word++, typed++)
		if (fold(*typed) != fold(*word))
			return false;
	return *typed == '\0' || *typed == ' ';
}

static void find_own(const char *command, const char *kind, const char *const *words, size_t count,
		     void *arg)
{
	struct own *own = arg;

	if (strcmp(command, own->command) != 0)
		return;
	own->money = strcmp(kind, "money") == 0;
	for (size_t i = 0; i < count; i++)
		own->is_word = own->is_word || begins_with_word(own->typed, words[i]);
}

/* Money moves only on a word of its command: a slip asks, or isn't understood. */
static void expect_no_money(const char *text)
{
	struct arena *arena = arena_new();
	struct parsed parsed;
	struct own own = {.typed = text};

	parser_parse(grammar, text, arena, &parsed);
	own.command = parsed.command;
	grammar_each(grammar, find_own, &own);
	if (parsed.problem == PARSE_OK && own.money && !own.is_word)
		fail_msg("\"%s\" became %s", text, parsed.command);
	parsed_free(&parsed);
	arena_free(&arena);
}

static void slip(const char *text, size_t at)
{
	char slipped[64];
	size_t n = strlen(text);

	snprintf(slipped, sizeof(slipped), "%.*s%s", (int)at, text, text + at + 1);
	expect_no_money(slipped);
	snprintf(slipped, sizeof(slipped), "%.*s%c%s", (int)at, text, text[at], text + at);
	expect_no_money(slipped);
	for (char c = 'a'; c <= 'z'; c++) {
		snprintf(slipped, sizeof(slipped), "%s", text);
		slipped[at] = c;
		expect_no_money(slipped);
	}
	snprintf(slipped, sizeof(slipped), "%s", text);
	if (at + 1 < n) {
		slipped[at] = text[at + 1];
		slipped[at + 1] = text[at];
		expect_no_money(slipped);
	}
}

static void slips_of_money_only_ask(void **state)
{
	static const char *const texts[] = {
	    "setor wajib 50rb",
	    "tarik 100rb",
	    "ambil 5512",
	    "pinjam 1jt 10 bulan",
	    "bayar p-14 275rb",
	    "keluar",
	    "sahkan 4821 482915",
	    "terima 7391 45rb",
	    "tolak 7391 belum ada",
	    "serah 500rb bank",
	    "biaya 25rb snack",
	    "catat 23 wajib 25rb",
	    "selesai",
	    "lunas semua kecuali 7 12",
	    "hitung 525rb 482915",
	    "koreksi k7m4 salah orang",
	    "ganti hp 23 081234567890",
	    "reset pin 23",
	    "buka blokir 23",
	    "pengurus 23 ketua",
	    "atur wajib 25rb",
	    "naik koperasi",
	    "hapus pinjaman p-14 pindah",
	    "ulur p-14 6 bulan",
	    "tanggung p-14",
	    "tutup buku 2026",
	    "persen 40 60",
	    "bagi hasil",
	    "kocok 23",
	    "undang sabtu 14.00 rumah bu sri",
	    "rapat batal hujan",
	    "hasil rapat iuran naik",
	    "siaran kerja bakti besok",
	    "umumkan kerja bakti besok",
	    "jeda 4821",
	    "teruskan 4821",
	    "belajar pembukuan",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t at = 0; texts[i][at] && texts[i][at] != ' '; at++)
			slip(texts[i], at);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(parse_problem_name(PARSE_OK), "ok");
	assert_string_equal(parse_problem_name(PARSE_EMPTY), "empty");
	assert_string_equal(parse_problem_name(PARSE_UNKNOWN), "unknown");
	assert_string_equal(parse_problem_name(PARSE_NEAR), "near");
	assert_string_equal(parse_problem_name(PARSE_USAGE), "usage");
	assert_string_equal(parse_problem_name(PARSE_AMOUNT), "amount");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(typed),
	    cmocka_unit_test(odd_texts),
	    cmocka_unit_test(no_pin_leaks),
	    cmocka_unit_test(lines_of_a_text),
	    cmocka_unit_test(longest_message),
	    cmocka_unit_test(commands_of_the_file),
	    cmocka_unit_test(each_word_is_its_own),
	    cmocka_unit_test(slips_of_money_only_ask),
	    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("command_parser", tests, load, unload);
}
