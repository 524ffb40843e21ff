#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The operator's broadcasts, from the draft to who didn't get it, through the
# gateway and the simulated modem. Prints TAP.

export PG_FSYNC=off # what it forgets in a power cut is not tested here
MODEM_OPTIONS='broadcast_pace = 0'
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
# Broadcasts are quiet at night: here it is ten in the morning, whatever the hour.
sql "update kentongan.clock set shift = ((now() at time zone 'Asia/Jakarta')::date + 1 + time '10:00') at time zone 'Asia/Jakarta' - now()" >/dev/null

run "list: none yet" "No broadcasts" broadcast list
refused "to nobody" 1 "to whom" broadcast send "Halo"
refused "an empty text" 2 "empty" broadcast send " " --group MELATI
refused "a group that isn't there" 1 "no group" broadcast send "Halo" --group MAWAR
refused "a field that doesn't exist" 1 "\{gaji\}|gaji" broadcast send "Gaji {gaji}" --group MELATI
refused "a start that is no time" 1 "no time" broadcast send "Halo" --group MELATI --start besok
run "preview" "Nothing was sent" broadcast send "Halo {nama}, wajib {saldo_wajib}" --group MELATI --preview
grep -q "SITI A" "$KT/out" || grep -q "wajib" "$KT/out" || fail "no example: $(cat "$KT/out")"
ok "shows what the first would read"
refused "nobody to ask: not sent" 1 "add --yes" broadcast send "Halo semua" --group MELATI
json "the preview as JSON" '.status == "draft" and .preview[0].recipients > 3 and (.preview | length) == 3' broadcast send "Halo {nama}" --group MELATI --preview

run "previews and what was refused leave nothing in the list" "No broadcasts" broadcast list
start_sim
start_serve
wait_ready
run "test send" "as a test" broadcast send "Halo {nama}" --group MELATI --test 081299990000
eventually 15 1 inbox_count +6281299990000
ok "came to that number"
json "sent" '.status == "running" or .status == "done"' broadcast send "Besok kerja bakti, {nama}" --group MELATI --yes
id=$(jq .id "$KT/out")
"$KENTONGAN" broadcast watch "$id" >"$KT/out" 2>&1 || fail "$(cat "$KT/out")"
grep -qE '100 %  done: [0-9]+ of [0-9]+ sent' "$KT/out" || fail "$(cat "$KT/out")"
ok "watch follows it to its end"
says 'Besok kerja bakti, SITI A' inbox "$(member 23)" || fail "member 23 read: $(inbox "$(member 23)")"
ok "members got it with their names"
json "show counts" '.status == "done" and .sent == .total and .waiting == 0' broadcast show "$id"
run "nobody failed" "Nobody" broadcast failures "$id"
json "watch as JSON ends with done" '.status == "done"' broadcast watch "$id"
refused "what is over can't be paused" 1 "over" broadcast pause "$id"

printf 'hp;kota\n081298760001;Jember\n"081298760002";"Kalisat; Timur"\n81298760003;Ambulu\n081298760001;Jember\n' >"$KT/numbers.csv"
json "a file of numbers, its columns as fields" '.preview[0].recipients == 3' broadcast send "Salam dari {kota}" --csv "$KT/numbers.csv" --yes
eventually 15 1 inbox_count +6281298760002
says 'Salam dari Kalisat; Timur' inbox +6281298760002 || fail "read: $(inbox +6281298760002)"
ok "came with the file's words"
printf '081298760004\n12\n' >"$KT/bad.csv"
refused "a number that is none" 1 "bad.csv:2: \"12\" is no telephone number" broadcast send "Halo" --csv "$KT/bad.csv" --yes
printf 'nama,kota\nSiti,Jember\n' >"$KT/bad.csv"
refused "a file without numbers" 1 "no column of telephone numbers" broadcast send "Halo" --csv "$KT/bad.csv" --yes

json "one that starts next year waits" '.status == "waiting"' broadcast send "Selamat tahun baru" --group MELATI --start "$(date -d '+40 days' +%Y-%m-%d) 08:00" --yes
id=$(jq .id "$KT/out")
run "pause" "Paused" broadcast pause "$id"
refused "twice" 1 "paused already" broadcast pause "$id"
run "resume" "goes on" broadcast resume "$id"
json "is as before" '.status == "waiting"' broadcast show "$id"
run "cancel" "Cancelled" broadcast cancel "$id"
json "for good" '.status == "cancelled"' broadcast show "$id"
run "list" "cancelled" broadcast list MELATI
done_testing
