/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts as they are shipped: each fits, each is named by the SQL, none is
 * missing. Runs from the top of the source tree. */
#include "kentongan/catalogue.h"

#include <ctype.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kentongan/parser.h"
#include "kentongan/text.h"

#define LANG_DIR "config/lang"
#define COMMANDS "config/commands.conf"
#define MENUS "config/menus.conf"
#define SQL_FILES "sql/functions/*/*.sql"
#define MIGRATIONS "sql/migrations/*.sql"

#define SMS_UNITS 160
#define LONG_SEGMENTS 3
#define NAMES_MAX 1024
#define NAME_MAX_BYTES 64
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct catalogue *catalogue;
static int failures;

/* --- the widest values ------------------------------------------------------ */

/* AMOUNT where TEXT is NULL. RARE: not on an ordinary receipt, which must fit
 * one SMS; on others it may stand always. */
static const struct {
	const char *name;
	const char *text;
	json_int_t amount;
	bool rare;
} widest[] = {
    {"about", "x", 0, false},
    {"absent", "99", 0, false},
    {"absent_names",
     "997 FATIMATUZ ZA, 998 WAHYUNINGSIH, 999 KHOIRUNNISAK, 101 FATIMATUZ ZA, 102 WAHYUNINGSIH, "
     "103 KHOIRUNNISAK, 104 SIT",
     0, false},
    {"added", "999", 0, false},
    {"again", "x", 0, false},
    {"ahead", "4", 0, false},
    {"all_business", NULL, 99999999, false},
    {"all_savings", NULL, 999999999, false},
    {"amount", NULL, 99999999, false},
    {"apart", NULL, 9999999, true},
    {"applicant", "Nur Khasanatul Fitriyah Rahmawati Dewi S", 0, false},
    {"arisan_part", NULL, 99999999, true},
    {"asker", "KHOIRUNNISAK", 0, false},
    {"at_once", "x", 0, false},
    {"balance", NULL, 99999999, false},
    {"bank", NULL, 99999999, false},
    {"batas_is", "99.999.999", 0, false},
    {"batas_pinjam_is", "99.999.999", 0, false},
    {"before", "FATIMATUZ ZA", 0, false},
    {"besar_is", "99.999.999", 0, false},
    {"borrower", "WAHYUNINGSIH(999)", 0, false},
    {"business", NULL, 9999999, false},
    {"business_share", NULL, 9999999, false},
    {"came", NULL, 9999999, false},
    {"candidates", "99", 0, false},
    {"case", "999", 0, false},
    {"cases", "99", 0, false},
    {"cash", NULL, 99999999, false},
    {"cashier", "KHOIRUNNISAK", 0, false},
    {"change", "x", 0, false},
    {"channel", "abcdefghij-abcdefghij-abcdefghij", 0, false},
    {"code", "K7M4", 0, false},
    {"coming", "99", 0, false},
    {"coming_names",
     "997 FATIMATUZ ZA, 998 WAHYUNINGSIH, 999 KHOIRUNNISAK, 101 FATIMATUZ ZA, 102 WAHYUNINGSIH, "
     "103 KHOIRUNNISAK, 104 SIT",
     0, false},
    {"command", "PINJAMAN", 0, false},
    {"cost", NULL, 9999999, false},
    {"count", "99", 0, false},
    {"counted", NULL, 99999999, false},
    {"day", "12/05", 0, false},
    {"debtor", "WAHYUNINGSIH", 0, false},
    {"delivered", "999", 0, false},
    {"denda_is", "999.999", 0, false},
    {"deposited", NULL, 99999999, false},
    {"deposits", "999", 0, false},
    {"difference", NULL, -9999999, false},
    {"duty", "bendahara, sekretaris", 0, false},
    {"due", "20/05", 0, false},
    {"earned", NULL, 99999999, false},
    {"ended", "x", 0, false},
    {"ending", "x", 0, false},
    {"example", "KALIWATES123", 0, false},
    {"failed", "99", 0, false},
    {"far", "x", 0, false},
    {"fields",
     "nama nomor kelompok saldo_pokok saldo_wajib saldo_sukarela pinjaman angsuran tempo tunggakan",
     0, false},
    {"fine", NULL, 999999, false},
    {"fined", NULL, 9999999, false},
    {"fingerprint", "a1b2 c3d4", 0, false},
    {"first", "FATIMATUZ ZA", 0, false},
    {"first_loan", "995", 0, false},
    {"fresh", "x", 0, false},
    {"from", "12/05", 0, false},
    {"front", "KALIWATES123 999", 0, false},
    {"giving", "x", 0, false},
    {"grade", "pra-koperasi", 0, false},
    {"group", "KALIWATES123", 0, false},
    {"group_members", "KALIWATES123 997 FATIMATUZ ZA, KALIWATES124 997 WAHYUNINGSIH", 0, false},
    {"group_name", "UP2K MELATI KALIWATE", 0, false},
    {"groups", "KALIWATES123, KALIWATES124, KALIWATES125", 0, false},
    {"had", "101 102 103 104 105 106 107 108 109 ..", 0, false},
    {"heard", "limapuluh ribu limaratus rupiah sajaaaaa", 0, false},
    {"high", NULL, 99999999, false},
    {"hold", "20/05", 0, false},
    {"holder", "KHOIRUNNISAK", 0, false},
    {"instalment", NULL, 9999999, false},
    {"interest", NULL, 999999, false},
    {"ingat_angsuran_is", "sebagian", 0, false},
    {"ingat_pengurus_is", "tidak", 0, false},
    {"ingat_pulsa_is", "tidak", 0, false},
    {"ingat_wajib_is", "tidak", 0, false},
    {"jam_is", "720", 0, false},
    {"jasa_is", "1,5%", 0, false},
    {"kecil_is", "999.999", 0, false},
    {"late", "999", 0, false},
    {"late_noted", "12/05 09:14", 0, false},
    {"late_sent", "12/05 09:14", 0, false},
    {"later", "12/05 06:00", 0, false},
    {"left", "3", 0, false},
    {"legal", "AHU-0001234.AH.01.26.TAHUN 2026", 0, false},
    {"lent", NULL, 99999999, false},
    {"list", "usaha, rumah-tangga, koperasi-desa, dll", 0, false},
    {"loan", "999", 0, false},
    {"loan_number", "999", 0, false},
    {"loans", "99", 0, false},
    {"long", "x", 0, false},
    {"low", NULL, 999999, false},
    {"mday", "31", 0, false},
    {"member", "999", 0, false},
    {"members", "997 FATIMATUZ ZA, 998 WAHYUNINGSIH, 999 KHOIRUNNISAK", 0, false},
    {"minus", "+", 0, false},
    {"missing", NULL, 9999999, false},
    {"months", "120", 0, false},
    {"more", "99", 0, false},
    {"most", "9.999", 0, false},
    {"n", "99", 0, false},
    {"name", "WAHYUNINGSIH", 0, false},
    {"names", "x", 0, false},
    {"new", "wajib, sukarela, arisan", 0, false},
    {"next", "999", 0, false},
    {"nophone", "99", 0, false},
    {"noted", NULL, 99999999, true},
    {"now", "12/05 09:14", 0, false},
    {"number", "999", 0, false},
    {"numbers", "997, 998, 999, 1000, 1001, 1002", 0, false},
    {"of", "99", 0, false},
    {"of_amount", NULL, 99999999, false},
    {"of_code", "K7M4", 0, false},
    {"officer", "KHOIRUNNISAK", 0, false},
    {"officers", "x", 0, false},
    {"often", "99", 0, false},
    {"old", NULL, 99999999, false},
    {"one", "999", 0, false},
    {"opened", "x", 0, false},
    {"other", NULL, 9999999, false},
    {"otp", "7391", 0, false},
    {"outcome", "shu_surplus", 0, false},
    {"overdue", "99", 0, false},
    {"owed", NULL, 99999999, false},
    {"own", NULL, 99999999, false},
    {"page", "999", 0, false},
    {"paid", "99", 0, false},
    {"part", NULL, 99999999, false},
    {"paused", "x", 0, false},
    {"payments", "999", 0, false},
    {"payout", NULL, 999999999, false},
    {"pct_business", "20", 0, false},
    {"pct_education", "20", 0, false},
    {"pct_officers", "20", 0, false},
    {"pct_reserve", "20", 0, false},
    {"pct_savings", "20", 0, false},
    {"pct_social", "20", 0, false},
    {"peer", "+6281200004567", 0, false},
    {"pending", NULL, 99999999, false},
    {"pending_code", "K7M4", 0, false},
    {"people", "999", 0, false},
    {"phone", "+6281200004567", 0, false},
    {"phones", "999", 0, false},
    {"pin_lihat_is", "tidak", 0, false},
    {"place", "rumah Bu Sri Wahyuni, RT 03 RW 05 Krajan", 0, false},
    {"produk_is", "wajib, sukarela, arisan", 0, false},
    {"products", "wajib, sukarela, arisan", 0, false},
    {"pokok", NULL, 99999999, false},
    {"pokok_is", "9.999.999", 0, false},
    {"pot", NULL, 99999999, false},
    {"principal", NULL, 9999999, false},
    {"promised", NULL, 9999999, false},
    {"reason", "uangnya belum saya terima, bu.", 0, false},
    {"receipt", "9999", 0, false},
    {"receiver", "WAHYUNINGSIH", 0, false},
    {"remaining", NULL, 99999999, false},
    {"removed", "9", 0, false},
    {"renteng", NULL, 9999999, true},
    {"repaid", NULL, 99999999, false},
    {"reserve", NULL, 99999999, false},
    {"rest", NULL, 9999999, true},
    {"round", "999", 0, false},
    {"same", "999", 0, false},
    {"saved", NULL, 99999999, false},
    {"savings", NULL, 99999999, false},
    {"savings_share", NULL, 99999999, false},
    {"second", "FATIMATUZ ZA", 0, true},
    {"sent", "999", 0, false},
    {"sequence", "99999999", 0, false},
    {"series", "usaha-rumah-tangga-2", 0, false},
    {"share", NULL, 99999999, false},
    {"shu_part", NULL, 99999999, true},
    {"silent", "99", 0, true},
    {"silent_names",
     "997 FATIMATUZ ZA, 998 WAHYUNINGSIH, 999 KHOIRUNNISAK, 101 FATIMATUZ ZA, 102 WAHYUNINGSIH, "
     "103 KHOIRUNNISAK, 104 SIT",
     0, false},
    {"siaran_dua_is", "9.999", 0, false},
    {"siaran_sehari_is", "50", 0, false},
    {"sim_credit", NULL, 99999999, false},
    {"since", "10/12/26", 0, false},
    {"skips", "999", 0, false},
    {"sms", "999", 0, false},
    {"spent", NULL, 99999999, false},
    {"starts", "12/05 09:20", 0, false},
    {"stopped", "99", 0, false},
    {"starting", "x", 0, false},
    {"sukarela", NULL, 99999999, false},
    {"sum", "999", 0, false},
    {"surplus", NULL, 99999999, false},
    {"tenang_is", "20.00-06.00", 0, false},
    {"tenor_is", "120", 0, false},
    {"text", "uang saya 60rb, bukan 50rb, bu", 0, false},
    {"time", "14.00", 0, false},
    {"title", "Harga pokok dan harga jual", 0, false},
    {"to", "+6281200004567", 0, false},
    {"total", NULL, 9999999, false},
    {"total_interest", NULL, 9999999, false},
    {"turns", "101 102 103 104 105 106 107 108 109 ..", 0, false},
    {"unsent", "999", 0, false},
    {"untaken", NULL, 99999999, false},
    {"until", "12/05 09:14", 0, false},
    {"used_by", "WAHYUNINGSIH +2", 0, false},
    {"valid_until", "31/12/2026", 0, false},
    {"waiting", NULL, 9999999, false},
    {"wajib", NULL, 99999999, false},
    {"wajib_is", "9.999.999", 0, false},
    {"was", "17/05 14.00", 0, false},
    {"went", NULL, 9999999, false},
    {"when", "12/05 09:20", 0, false},
    {"which", "P-995, P-996, P-997, P-998, P-999", 0, false},
    {"withdrawals", "999", 0, false},
    {"with_pin", "x", 0, false},
    {"withdrawn", NULL, 99999999, false},
    {"who", "WAHYUNINGSIH(999)", 0, false},
    {"whom", "997 FATIMATUZ ZA, 998 WAHYUNINGSIH, 999 KHOIRUNNISAK +9", 0, false},
    {"year", "2026", 0, false},
};

/* What else a text may be given. */
static const struct {
	const char *text;
	const char *name;
	const char *value;
	json_int_t amount;
} special[] = {
    {"grade_confirm", "from", "pra-koperasi", 0},
    {"grade_officer", "from", "pra-koperasi", 0},
    {"naik_step", "from", "pra-koperasi", 0},
    {"aduan_officer", "text",
     "Setoran saya hari Sabtu dua kali lima puluh ribu, tapi di SALDO baru ada satu. Uangnya saya "
     "serahkan di rumah Bu Sri, ada saksinya Bu Lilik dan Bu Romlah, bu.",
     0},
    {"jawab_member", "text",
     "Setoran saya hari Sabtu dua kali lima puluh ribu, tapi di SALDO baru ada satu. Uangnya saya "
     "serahkan di rumah Bu Sri, ada saksinya Bu Lilik dan Bu Romlah, bu.",
     0},
    {"case_operator", "text",
     "Setoran saya hari Sabtu dua kali lima puluh ribu, tapi di SALDO baru ada satu. Uangnya saya "
     "serahkan di rumah Bu Sri, ada saksinya Bu Lilik dan Bu Romlah, bu.",
     0},
    {"saldo", "loan", NULL, 99999999},                  /* an amount here, its number elsewhere */
    {"atur_same", "old", "wajib, sukarela, arisan", 0}, /* amounts and lists, as text */
    {"setting_confirm", "old", "wajib, sukarela, arisan", 0},
    {"setting_officer", "old", "wajib, sukarela, arisan", 0},
    {"setting_done", "old", "wajib, sukarela, arisan", 0},
    {"siaran", "text",
     "Siaran dari pengurus: mulai Januari simpanan wajib menjadi 10rb sebulan, arisan tetap 20rb. "
     "Yang belum lunas bulan ini mohon membawa uangnya ke pertemuan hari Minggu 18/05 jam 14.00 di "
     "rumah Bu Sri. Bawa buku anggota dan kartu arisan. Yang berhalangan mohon memberi kabar lewat "
     "HADIR atau TIDAK, supaya konsumsi cukup. Terima kasih atas kerja samanya, semoga sehat "
     "semua.",
     0},
    {"minutes", "text",
     "Siaran dari pengurus: mulai Januari simpanan wajib menjadi 10rb sebulan, arisan tetap 20rb. "
     "Yang belum lunas bulan ini mohon membawa uangnya ke pertemuan hari Minggu 18/05 jam 14.00 di "
     "rumah Bu Sri. Bawa buku anggota dan kartu arisan. Yang berhalangan mohon memberi kabar lewat "
     "HADIR atau TIDAK, supaya konsumsi cukup. Terima kasih atas kerja samanya, semoga sehat "
     "semua.",
     0},
    {"siaran_try", "text",
     "Siaran dari pengurus: mulai Januari simpanan wajib menjadi 10rb sebulan, arisan tetap 20rb. "
     "Yang belum lunas bulan ini mohon membawa uangnya ke pertemuan hari Minggu 18/05 jam 14.00 di "
     "rumah Bu Sri. Bawa buku anggota dan kartu arisan. Yang berhalangan mohon memberi kabar lewat "
     "HADIR atau TIDAK, supaya konsumsi cukup. Terima kasih atas kerja samanya, semoga sehat "
     "semua.",
     0},
    {"broadcast_large_officer", "text",
     "MELATI: Pertemuan kelompok pindah ke hari Minggu 18/05 jam 14.00 di rumah Bu Sri, karena "
     "Sabtu ada hajatan. Mohon datang dan bawa buku anggota. Terima kasih, pengurus. (SRI W)",
     0},
    {"lesson", "text",
     "Sebelum tidur tulis di buku: uang masuk, uang keluar, sisa. Contoh: jual gorengan 150.000, "
     "beli bahan 90.000, sisa 60.000. Besok pagi hitung uang di dompet usaha: harus sama dengan "
     "yang di buku. Lima menit saja, tiap hari.",
     0},
    {"lesson_last", "text",
     "Sebelum tidur tulis di buku: uang masuk, uang keluar, sisa. Contoh: jual gorengan 150.000, "
     "beli bahan 90.000, sisa 60.000. Besok pagi hitung uang di dompet usaha: harus sama dengan "
     "yang di buku. Lima menit saja, tiap hari.",
     0},
    {"belajar_free", "example", "USAHA-RUMAH-TANGGA-2", 0},
    {"belajar_unknown", "example", "USAHA-RUMAH-TANGGA-2", 0},
    {"belajar_unknown", "heard", "usaha-rumah-tangga-3", 0},
    {"remind_pending", "count", "999", 0},
    {"remind_pending", "total", NULL, 99999999},
    {"remind_due_soon", "which", "P-998, P-999 ..", 0}, /* at most two */
    {"remind_due_today", "which", "P-998, P-999 ..", 0},
    {"remind_due_late", "which", "P-998, P-999 ..", 0},
    {"siaran_field", "heard", "saldo_wajib_bulan_in", 0},
    {"siaran_example", "text",
     "MELATI: Bu SRI W, angsuran 9.999.999 tempo 20/05, mohon disiapkan ya bu (SRI W)", 0},
    {"operator", "text",
     "Pertemuan kelompok pindah ke hari Minggu 18/05 jam 14.00 di rumah Bu Sri, karena Sabtu ada "
     "hajatan. Mohon datang dan bawa buku anggota. Terima kasih, pengurus UP2K MELATI.",
     0},
};

/* What {x|word} may stand for; LIST ends with NULL. The kinds are read from the
 * migrations. */
#define KINDS_MAX 64
static char *kinds[KINDS_MAX];

static const struct {
	const char *name;
	const char *const *list;
} choices[] = {
    {"product", (const char *const[]){"pokok", "wajib", "sukarela", "arisan", "instalment", NULL}},
    {"role", (const char *const[]){"bendahara", "ketua", "sekretaris", NULL}},
    {"status",
     (const char *const[]){"confirming", "pending", "approved", "posted", "rejected", "cancelled",
			   "expired", "settled", "written_off", "reversed", NULL}},
    {"unit", (const char *const[]){"month", "week", NULL}},
    {"gap", (const char *const[]){"short", "over", NULL}},
    {"drawn", (const char *const[]){"lot", "agreed", NULL}},
    {"soon", (const char *const[]){"today", "tomorrow", NULL}},
    {"state", (const char *const[]){"state_draft", "state_waiting", "state_running", "state_paused",
				    "state_done", "state_cancelled", NULL}},
    {"why",
     (const char *const[]){"why_failed", "why_undelivered", "why_uncertain", "why_expired", NULL}},
    {"week", (const char *const[]){"first", "second", "third", "fourth", "last", NULL}},
    {"weekday", (const char *const[]){"sunday", "monday", "tuesday", "wednesday", "thursday",
				      "friday", "saturday", NULL}},
    {"what", (const char *const[]){"meeting_call", "meeting_move", "meeting_cancel",
				   "meeting_regular", "meeting_stop", NULL}},
    {"kind", (const char *const *)kinds},
    {"about",
     (const char *const[]){"deposit", "payment", "loan", "withdrawal", "batch", "instalment",
			   "ussd_aduan", "ussd_terima", "ussd_tolak", "ussd_sah", NULL}},
    {"outcome", (const char *const[]){"shu_surplus", "shu_loss", NULL}},
    {"of_kind", (const char *const *)kinds},
    {"setting",
     (const char *const[]){
	 "wajib",          "pokok",        "batas",          "batas_pinjam",  "jasa",
	 "denda",          "tenor",        "kecil",          "besar",         "jam",
	 "pin_lihat",      "miscall",      "persen",         "produk",        "tugas_terima",
	 "tugas_tarik",    "tugas_pinjam", "tugas_daftar",   "tugas_catat",   "tugas_biaya",
	 "tugas_bank",     "tugas_undang", "tenang",         "siaran_sehari", "siaran_dua",
	 "ingat_angsuran", "ingat_wajib",  "ingat_pengurus", "ingat_pulsa",   NULL}},
};

static bool is_receipt(const char *text)
{
	return strncmp(text, "receipt_", 8) == 0;
}

static json_t *widest_params(const char *text, bool with_rare)
{
	json_t *params = json_object(), *lines = json_array();

	for (size_t i = 0; i < COUNT(widest); i++) {
		if (widest[i].rare && !with_rare && is_receipt(text))
			continue;
		json_object_set_new(params, widest[i].name,
				    widest[i].text ? json_string(widest[i].text)
						   : json_integer(widest[i].amount));
	}
	for (size_t i = 0; i < COUNT(special); i++)
		if (strcmp(special[i].text, text) == 0)
			json_object_set_new(params, special[i].name,
					    special[i].value ? json_string(special[i].value)
							     : json_integer(special[i].amount));
	/* An ordinary receipt is for one thing. */
	for (int i = 0; i < (is_receipt(text) && !with_rare ? 1 : 3); i++)
		json_array_append_new(
		    lines,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:s, s:s, s:s, "
			      "s:s, s:s, s:s, "
			      "s:s, s:s}",
			      "day", "12/05", "name", "WAHYUNINGSIH", "number", "999", "product",
			      "sukarela", "minus", "-", "amount", 99999999, "balance", 99999999,
			      "case", "999", "code", "K7M4", "due", "20/05", "late", "99", "role",
			      "sekretaris", "state", "state_waiting", "sent", "999", "people",
			      "999", "who", "WAHYUNINGSIH(999)", "why", "why_failed", "text",
			      "KALIWATES123: Bu WAHYUNINGSIH, angsuran 9.999.999 tempo "
			      "20/05, mohon disiapka.."));
	json_object_set_new(params, "lines", lines);
	return params;
}

/* Tries each word that parameter C may stand for and leaves the widest in PARAMS. */
static int choose_widest(const char *lang, const char *name, json_t *params, size_t c,
			 struct errbuf *err)
{
	const char *best = choices[c].list[0];
	int units = -1;

	for (const char *const *word = choices[c].list; *word; word++) {
		char *one;

		json_object_set_new(params, choices[c].name, json_string(*word));
		if (catalogue_render(catalogue, lang, name, params, &one, err) < 0)
			return -1;
		if (sms_size(one).units > units) {
			units = sms_size(one).units;
			best = *word;
		}
		free(one);
	}
	json_object_set_new(params, choices[c].name, json_string(best));
	return 0;
}

/* Renders with the widest of the words that may stand in it; NULL with the
 * reason in ERR. */
static char *render_widest(const char *lang, const char *name, bool with_rare, struct errbuf *err)
{
	json_t *params = widest_params(name, with_rare);
	char *whole = NULL;
	size_t c;

	for (c = 0; c < COUNT(choices); c++)
		json_object_set_new(params, choices[c].name, json_string(choices[c].list[0]));
	for (c = 0; c < COUNT(choices); c++)
		if (choose_widest(lang, name, params, c, err) < 0)
			break;
	if (c == COUNT(choices) && catalogue_render(catalogue, lang, name, params, &whole, err) < 0)
		whole = NULL;
	json_decref(params);
	return whole;
}

/* --- the kinds of requests -------------------------------------------------- */

#define STAGES_MAX 192
/* Texts that the engine names after the kind: <kind>_confirm, _officer, _take. */
static char stages[STAGES_MAX][NAME_MAX_BYTES];
static size_t stage_count, kind_count;

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct strbuf text = {0};
	char buffer[4096];
	size_t n;

	assert_non_null(file);
	while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		strbuf_add(&text, buffer, n);
	fclose(file);
	strbuf_puts(&text, "");
	return text.text;
}

static void add_stage(const char *kind, const char *stage)
{
	assert_true(stage_count < STAGES_MAX);
	snprintf(stages[stage_count++], NAME_MAX_BYTES, "%s_%s", kind, stage);
}

/* A row of request_kinds: ('kind', 'confirm', 'officers', 'decide', takes, 'asked_by', 'roles'). */
static void take_kind(const char *row)
{
	char kind[32], confirm[16], takes[8], roles[64];

	if (sscanf(row,
		   "('%31[a-z_]', '%15[a-z]', '%*[a-z]', '%*[A-Z]', %7[a-z], '%*[a-z]', '%63[^']'",
		   kind, confirm, takes, roles) != 4)
		fail_msg("can't read this row of request_kinds: %.80s", row);
	assert_true(kind_count < KINDS_MAX - 1);
	kinds[kind_count++] = xstrdup(kind);
	if (strcmp(confirm, "no") != 0)
		add_stage(kind, "confirm");
	/* A deposit's have names of their own, in ask_officer. */
	if (strcmp(roles, "{}") != 0 && strcmp(kind, "deposit") != 0)
		add_stage(kind, "officer");
	if (strcmp(takes, "true") == 0)
		add_stage(kind, "take");
}

static void take_kinds(const char *sql)
{
	const char *at = sql;

	while ((at = strstr(at, "insert into kentongan.request_kinds"))) {
		at = strstr(at, "values");
		assert_non_null(at);
		at += strlen("values");
		do {
			at += strspn(at, " \n,");
			take_kind(at);
			at = strchr(at, '\n');
			assert_non_null(at);
		} while (at[-1] == ',');
	}
}

/* The texts of rows of reminder_kinds: ('kind', 'template', hour, sort). */
static void take_reminders(const char *sql)
{
	const char *at = strstr(sql, "insert into kentongan.reminder_kinds");

	at = at ? strchr(at, '\n') : NULL;
	while (at && at[-1] != ';') {
		assert_true(stage_count < STAGES_MAX);
		if (sscanf(at, " ('%*[a-z_]', '%63[a-z_]'", stages[stage_count]) == 1)
			stage_count++;
		at = strchr(at + 1, '\n');
	}
}

static void read_kinds(void)
{
	glob_t files = {0};

	assert_int_equal(glob(MIGRATIONS, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *sql = read_file(files.gl_pathv[i]);

		take_kinds(sql);
		take_reminders(sql);
		free(sql);
	}
	globfree(&files);
	assert_true(kind_count >= 20);
}

/* --- fixture ---------------------------------------------------------------- */

static int load(void **state)
{
	struct strbuf problems = {0};
	int rc = catalogue_load(&catalogue, LANG_DIR, "id", &problems);

	(void)state;
	if (rc < 0)
		print_error("%s", problems.text);
	strbuf_free(&problems);
	read_kinds();
	return rc;
}

static int unload(void **state)
{
	(void)state;
	catalogue_free(&catalogue);
	for (size_t i = 0; i < kind_count; i++)
		free(kinds[i]);
	return 0;
}

/* --- width ------------------------------------------------------------------ */

static void check_size(const char *file, int line, const char *name, const char *text,
		       bool may_be_long)
{
	struct sms_size size = sms_size(text);
	bool fits = may_be_long ? size.segments <= LONG_SEGMENTS : size.units <= SMS_UNITS;

	if (size.coding == SMS_GSM7 && fits)
		return;
	failures++;
	print_error("%s:%d: text %s: %s, %d characters in %d SMS: %s\n", file, line, name,
		    size.coding == SMS_GSM7 ? "too wide" : "not in the GSM alphabet", size.units,
		    size.segments, text);
}

static void check_width(const char *lang, const char *name, const char *text, bool is_long,
			const char *file, int line, void *arg)
{
	struct errbuf err;
	char *whole = render_widest(lang, name, true, &err);
	char *ordinary = render_widest(lang, name, false, &err);

	(void)text;
	(void)arg;
	if (!whole || !ordinary) {
		failures++;
		print_error("%s:%d: %s\n", file, line, err.text);
	} else {
		check_size(file, line, name, whole, is_long);
		check_size(file, line, name, ordinary, is_long && !is_receipt(name));
	}
	free(whole);
	free(ordinary);
}

static void every_text_fits_at_full_widths(void **state)
{
	(void)state;
	failures = 0;
	catalogue_each(catalogue, check_width, NULL);
	assert_int_equal(failures, 0);
}

/* --- names: what the SQL asks for ------------------------------------------- */

struct names {
	char name[NAMES_MAX][NAME_MAX_BYTES];
	size_t count;
};

static bool has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0)
			return true;
	return false;
}

static void add_name(struct names *names, const char *prefix, const char *name, size_t length)
{
	char whole[NAME_MAX_BYTES];

	snprintf(whole, sizeof(whole), "%s%.*s", prefix, (int)length, name);
	if (has_name(names, whole))
		return;
	assert_true(names->count < NAMES_MAX);
	strcpy(names->name[names->count++], whole);
}

static void add_usage(const char *command, const char *kind, const char *const *words, size_t count,
		      void *arg)
{
	char lower[NAME_MAX_BYTES];
	size_t n = 0;

	(void)kind;
	(void)words;
	(void)count;
	for (; command[n] && n + 1 < sizeof(lower); n++)
		lower[n] = (char)tolower((unsigned char)command[n]);
	add_name(arg, "usage_", lower, n);
}

static void add_usages(struct names *names)
{
	struct grammar *grammar;
	struct strbuf problems = {0};

	if (grammar_load(&grammar, COMMANDS, &problems) < 0)
		fail_msg("%s", problems.text);
	grammar_each(grammar, add_usage, names);
	grammar_free(&grammar);
	strbuf_free(&problems);
}

static const char *skip_quoted(const char *at)
{
	at++;
	while (*at && *at != '\'')
		at++;
	return *at ? at + 1 : at;
}

/* The end of the argument at AT: the comma or parenthesis behind it. */
static const char *end_of_argument(const char *at)
{
	int depth = 0;

	while (*at) {
		if (*at == '\'') {
			at = skip_quoted(at);
			continue;
		}
		if (depth == 0 && (*at == ',' || *at == ')'))
			return at;
		depth += *at == '(' || *at == '[';
		depth -= *at == ')' || *at == ']';
		at++;
	}
	return at;
}

/* Every quoted string in the parentheses at AT, behind PREFIX. */
static void add_list(struct names *names, const char *prefix, const char *at)
{
	while (*at && *at != ')') {
		if (*at == '\'') {
			const char *end = skip_quoted(at);

			add_name(names, prefix, at + 1, (size_t)(end - at) - 2);
			at = end;
		} else {
			at++;
		}
	}
}

static bool follows_word(const char *start, const char *at, const char *word)
{
	size_t n = strlen(word);

	while (at > start && isspace((unsigned char)at[-1]))
		at--;
	return at == start ? *word == '\0'
			   : n > 0 && (size_t)(at - start) >= n && strncmp(at - n, word, n) == 0;
}

/* Whether it is a name like r.kind || '_confirm'. */
static bool kind_follows(const char *start, const char *at)
{
	return at - start >= 8 && follows_word(start, at, "kind ||") && at[1] == '_';
}

/* The names in a template expression: a literal, the branches of a case, a
 * computed 'usage_' or 'bantuan_'. True if there was any. */
static bool add_expression(struct names *names, const char *start, const char *end)
{
	bool any = false;

	for (const char *at = start; at < end;) {
		const char *after, *topics;

		if (*at != '\'') {
			at++;
			continue;
		}
		after = skip_quoted(at);
		if (strncmp(at, "'usage_'", 8) == 0) {
			add_usages(names);
			any = true;
		} else if (strncmp(at, "'bantuan_'", 10) == 0) {
			topics = strstr(start, " in (");
			assert_non_null(topics);
			add_list(names, "bantuan_", topics + 5);
			any = true;
		} else if (kind_follows(start, at)) {
			any = true; /* the texts of the stages, which are known */
		} else if (follows_word(start, at, "") || follows_word(start, at, "then") ||
			   follows_word(start, at, "else")) {
			add_name(names, "", at + 1, (size_t)(after - at) - 2);
			any = true;
		}
		at = after;
	}
	return any;
}

/* Functions that take a template's name, and which argument it is. */
static const struct {
	const char *name;
	int argument;
} senders[] = {
    {"kentongan.reply(", 1},
    {"kentongan.tell(", 1},
    {"kentongan.enqueue(", 1},
    {"kentongan.receipt(", 2},
    {"kentongan.tell_officers(", 3},
    {"kentongan.tell_chair(", 2},
    {"kentongan.request_impossible(", 4},
    {"kentongan.broadcast_new(", 2},
    {"kentongan.meeting_tell(", 1},
};

static bool is_call(const char *sql, const char *at)
{
	return !follows_word(sql, at, "function");
}

static bool is_variable(const char *at, const char *end)
{
	for (; at < end; at++)
		if (!isalnum((unsigned char)*at) && !strchr("_. \n", *at))
			return false;
	return true;
}

/* The names that the variable at START is given in this file. */
static void add_assigned(struct names *names, const char *sql, const char *start, const char *end)
{
	char assignment[NAME_MAX_BYTES];
	const char *at = sql;

	snprintf(assignment, sizeof(assignment), "%.*s := ", (int)(end - start), start);
	while ((at = strstr(at, assignment))) {
		at += strlen(assignment);
		add_expression(names, at, at + strcspn(at, ";"));
	}
}

static void scan_sql(struct names *names, const char *file, const char *sql)
{
	for (size_t i = 0; i < COUNT(senders); i++) {
		const char *at = sql;

		while ((at = strstr(at, senders[i].name))) {
			const char *start = at + strlen(senders[i].name), *end;

			if (!is_call(sql, at)) {
				at = start;
				continue;
			}
			for (int n = 0; n < senders[i].argument; n++)
				start = end_of_argument(start) + 1;
			end = end_of_argument(start);
			while (isspace((unsigned char)*start))
				start++;
			if (is_variable(start, end)) {
				add_assigned(names, sql, start, end);
			} else if (!add_expression(names, start, end)) {
				failures++;
				print_error("%s: can't read the template's name: %.*s\n", file,
					    (int)(end - start), start);
			}
			at = end;
		}
	}
}

/* The screens of USSD: those of the menus, and the program's own. */
static void add_screens(struct names *names, const char *pattern)
{
	glob_t files = {0};

	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *text = read_file(files.gl_pathv[i]);

		for (const char *at = text; (at = strstr(at, "\"ussd_")); at++) {
			size_t length = strcspn(at + 1, "\"");
			bool is_about = at - text > 8 && strncmp(at - 8, "about = ", 8) == 0;

			/* Neither a word nor a header. */
			if (!is_about && !memchr(at, '.', length))
				add_name(names, "", at + 1, length);
		}
		free(text);
	}
	globfree(&files);
}

static void names_of_sql(struct names *names)
{
	glob_t files = {0};

	assert_int_equal(glob(SQL_FILES, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *sql = read_file(files.gl_pathv[i]);

		scan_sql(names, files.gl_pathv[i], sql);
		free(sql);
	}
	globfree(&files);
	add_screens(names, MENUS);
	add_screens(names, "src/gateway/ussd*.c");
	/* The gateway's own: joined to an answer that comes late. */
	add_name(names, "", "late", 4);
	for (size_t i = 0; i < stage_count; i++)
		add_name(names, "", stages[i], strlen(stages[i]));
}

static void every_text_that_the_sql_names_exists(void **state)
{
	struct names names = {0};

	(void)state;
	failures = 0;
	names_of_sql(&names);
	/* The scanner found what is known to be there, in each of its ways. */
	assert_true(has_name(&names, "saldo") && has_name(&names, "amount_large") &&
		    has_name(&names, "receipt_deposit") && has_name(&names, "salah_officer") &&
		    has_name(&names, "second_officer") && has_name(&names, "usage_setor") &&
		    has_name(&names, "setor_officer") && has_name(&names, "pin_confirm") &&
		    has_name(&names, "pin_reset_officer") && has_name(&names, "loan_take") &&
		    !has_name(&names, "pin_officer") && !has_name(&names, "deposit_officer") &&
		    has_name(&names, "bantuan_terima") && has_name(&names, "bantuan") &&
		    has_name(&names, "tidak"));
	for (size_t i = 0; i < names.count; i++) {
		static const char *const complete[] = {"id", "en", "jv", "mad"};

		for (size_t l = 0; l < COUNT(complete); l++) {
			if (catalogue_has(catalogue, complete[l], names.name[i]))
				continue;
			failures++;
			print_error("%s/%s: text %s is missing\n", LANG_DIR, complete[l],
				    names.name[i]);
		}
	}
	assert_int_equal(failures, 0);
}

static void add_each(const char *lang, const char *name, const char *text, bool is_long,
		     const char *file, int line, void *arg)
{
	(void)lang;
	(void)name;
	(void)is_long;
	(void)file;
	(void)line;
	for (const char *at = text; (at = strstr(at, "|each:")); at++)
		add_name(arg, "", at + 6, strcspn(at + 6, "}"));
}

static void check_named(const char *lang, const char *name, const char *text, bool is_long,
			const char *file, int line, void *arg)
{
	(void)lang;
	(void)text;
	(void)is_long;
	if (has_name(arg, name))
		return;
	failures++;
	print_error("%s:%d: text %s is used nowhere\n", file, line, name);
}

static void no_text_is_dead(void **state)
{
	struct names names = {0};

	(void)state;
	failures = 0;
	names_of_sql(&names);
	catalogue_each(catalogue, add_each, &names);
	catalogue_each(catalogue, check_named, &names);
	assert_int_equal(failures, 0);
}

/* --- placeholders ------------------------------------------------------------ */

static void placeholders_of(struct names *names, const char *text)
{
	for (const char *at = text; (at = strchr(at, '{')); at++)
		add_name(names, "", at + 1, strcspn(at + 1, "}|?"));
}

struct wanted {
	const char *name;
	const char *text;
};

static void take_text(const char *lang, const char *name, const char *text, bool is_long,
		      const char *file, int line, void *arg)
{
	struct wanted *wanted = arg;

	(void)is_long;
	(void)file;
	(void)line;
	if (strcmp(lang, "id") == 0 && strcmp(name, wanted->name) == 0)
		wanted->text = text;
}

static void check_placeholders(const char *lang, const char *name, const char *text, bool is_long,
			       const char *file, int line, void *arg)
{
	struct wanted wanted = {.name = name};
	struct names ours = {0}, ids = {0};

	(void)lang;
	(void)is_long;
	(void)arg;
	catalogue_each(catalogue, take_text, &wanted);
	assert_non_null(wanted.text);
	placeholders_of(&ours, text);
	placeholders_of(&ids, wanted.text);
	for (size_t i = 0; i < ours.count; i++) {
		if (has_name(&ids, ours.name[i]))
			continue;
		failures++;
		print_error("%s:%d: text %s: the Indonesian one has no {%s}\n", file, line, name,
			    ours.name[i]);
	}
}

static void languages_use_the_placeholders_of_id(void **state)
{
	(void)state;
	failures = 0;
	catalogue_each(catalogue, check_placeholders, NULL);
	assert_int_equal(failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_text_fits_at_full_widths),
	    cmocka_unit_test(every_text_that_the_sql_names_exists),
	    cmocka_unit_test(no_text_is_dead),
	    cmocka_unit_test(languages_use_the_placeholders_of_id),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
