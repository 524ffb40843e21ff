#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The operator's verbs for what the village is called with: reminders, lessons.
# Prints TAP.

export PG_FSYNC=off # what it forgets in a power cut is not tested here
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$ROOT/tests/tap.sh"
# shellcheck source=tests/verbs.sh
. "$ROOT/tests/verbs.sh"

start_pg
configure
init_db
load_demo
reminders on

# --- reminders of a group ------------------------------------------------------
json "every reminder is on, none has words of the group's own" \
	'.reminders_off == "{}" and .reminder_words == "{}" and .wajib_day == 25 and .lesson_series == null' group show MELATI
run "some are switched off" "due_soon,credit" group set MELATI --reminder-off credit,due_soon
run "one is switched on again" "Reminders not sent +.credit." group set MELATI --reminder-on due_soon --wajib-day 5
refused "a reminder that there isn't: these there are" 1 "due_soon, due_today, due_late, wajib, pending, credit" \
	group set MELATI --reminder-off besok
run "words of the group's own" "Bu .nama., .angsuran. hari ini" \
	group set MELATI --reminder-words 'due_today=Bu {nama}, {angsuran} hari ini'
refused "a field that there isn't: these there are" 1 "nomor_pinjaman, denda, hari, nama" \
	group set MELATI --reminder-words 'due_today=Bu {nma}'
refused "words for nothing" 2 "write it like" group set MELATI --reminder-words 'Bu {nama}'
refused "words of a reminder that there isn't" 1 "due_soon, due_today, due_late, wajib, pending$" \
	group set MELATI --reminder-words 'besok=Bu {nama}'
json "none of which changed anything" '.reminder_words | contains("hari ini") and (contains("nma") | not)' group show MELATI
run "no text behind =: ours again" "MELATI" group set MELATI --reminder-words due_today=
json "as before" '.reminder_words == "{}" and .reminders_off == "{credit}" and .wajib_day == 5' group show MELATI
json "every change is a version" 'map(select(.version > 3) | .changed | keys[]) | map(select(startswith("reminder"))) | length == 4' group history MELATI

# --- lessons -------------------------------------------------------------------
run "no lessons yet" "lesson load FILE" lesson list
run "the series that comes with the program" "usaha .*12 lessons.*BELAJAR usaha" lesson load "$ROOT/config/lessons/usaha.conf"
[ ! -s "$KT/err" ] || fail "none of its lessons is too long: $(cat "$KT/err")"
ok "none of its lessons is too long"
json "loaded again it is the same" '.lessons == 12' lesson load "$ROOT/config/lessons/usaha.conf"
json "one series of twelve, which no group takes" '. == [{series: "usaha", title: .[0].title, lessons: 12, groups: 0, loaded_at: .[0].loaded_at}]' lesson list
json "its lessons in order" 'map(.number) == [range(1; 13)] and (.[0].text | length > 100)' lesson show usaha
refused "a series that there isn't" 1 "emas" lesson show emas
sed 's/^lesson 3 /lesson 30 /; s/^series.*/series = "Usaha"/' "$ROOT/config/lessons/usaha.conf" >"$KT/bad.conf"
refused "a file with mistakes" 1 "bad.conf:$(grep -n '^lesson 30 ' "$KT/bad.conf" | cut -d: -f1): lesson 30 stands where lesson 3 should" lesson load "$KT/bad.conf"
grep -q "bad.conf:$(grep -n '^series' "$KT/bad.conf" | cut -d: -f1): series \"Usaha\"" "$KT/err" || fail "every mistake is told: $(cat "$KT/err")"
ok "every mistake is told, with the line where it stands"
refused "a file that isn't there" 1 "nowhere.conf" lesson load "$KT/nowhere.conf"
printf 'series = "panjang"\ntitle = "Panjang"\nlesson 1 {\ntitle = "a"\ntext = "%s"\n}\n' "$(printf 'kata %.0s' {1..70})" >"$KT/long.conf"
run "a long lesson is loaded" "panjang" lesson load "$KT/long.conf"
grep -q "lesson 1 is 3 SMS" "$KT/err" || fail "and what it costs is said: $(cat "$KT/err")"
ok "and what it costs is said"
done_testing
