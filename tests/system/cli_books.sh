#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The operator's verbs for loans, years, complaints, offices, reports, exports, meetings.
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

run "loan list" "SITI|Siti" loan list MELATI
json "loan list as JSON: the principal is a number" 'length == 4 and (.[0].principal | type) == "number"' loan list MELATI
run "loan show: terms, then the schedule" "^ N +DUE ON +PRINCIPAL" loan show MELATI P-1
json "loan show as JSON has its parts" '.loan.loan == 1 and (.schedule | length) == 12' loan show MELATI 1
refused "a loan that isn't there" 1 "no loan|P-99" loan show MELATI 99
refused "a loan's number that is none" 2 "number" loan show MELATI abc

run "officer list" "bendahara" officer list MELATI
run "officer set" "pengawas" officer set MELATI 6 pengawas
json "an office begins" 'map(select(.member == 6 and .until == null)) | length == 1' officer list MELATI
run "and ends" "Supar|SUPAR" officer set MELATI 6 pengawas --end
json "which the list keeps" 'map(select(.member == 6 and .until != null)) | length == 1' officer list MELATI

run "group set: the rules of loans" "MELATI" group set MELATI --loan-interest 20 --loan-method declining --fine 1000 --pokok 50000
json "are kept" '.loan_permille == 20 and .loan_method == "declining" and .fine_amount == 1000' group show MELATI
refused "a method that there isn't" 2 "flat and declining" group set MELATI --loan-method weird
run "group history" "VERSION" group history MELATI
json "knows what changed" 'map(select(.changed.loan_permille == [15, 20])) | length == 1' group history MELATI
run "group grade" "pra-koperasi" group grade MELATI pra-koperasi
refused "a koperasi has a legal number" 1 "number|nomor" group grade MELATI koperasi
run "with it the group is one" "koperasi" group grade MELATI koperasi --legal-number "AHU-0001.AH.01"
refused "and never less again" 1 "." group grade MELATI kelompok

run "period list where none is closed" "No period is closed yet" period list MELATI
refused "period show of one that isn't" 1 "." period show MELATI 1999
run "case list without any" "No cases" case list MELATI
refused "case answer of one that isn't" 1 "." case answer MELATI 7 "sudah"

run "report member" "Mutasi" report member MELATI 23
run "report group" "Neraca saldo" report group MELATI
"$KENTONGAN" report group MELATI --html "$KT/report.html" 2>"$KT/err" &&
	grep -q '@page{size:A4' "$KT/report.html" && grep -q '</html>' "$KT/report.html" &&
	[ "$(stat -c %a "$KT/report.html")" = 600 ] ||
	fail "report group --html: a whole page for A4, its owner's only: $(cat "$KT/err")"
ok "report group --html: a whole page for A4, its owner's only"
"$KENTONGAN" report member MELATI 23 --html "$KT/member.html" 2>"$KT/err" && grep -q 'Siti' "$KT/member.html" ||
	fail "report member --html: $(cat "$KT/err")"
ok "report member --html"
refused "a page that can't be written" 1 "/nowhere" report group MELATI --html /nowhere/report.html
refused "a day that isn't one" 2 "2026-02-31.*2026-01-31" report group MELATI --from 2026-02-31
refused "days in the wrong order" 2 "is after the last" report group MELATI --from 2026-05-01 --to 2026-04-01

for what in members balances loans journal trial-balance income balance-sheet; do
	"$KENTONGAN" export $what MELATI --output "$KT/$what.csv" 2>"$KT/err" && [ -s "$KT/$what.csv" ] ||
		fail "export $what: $(cat "$KT/err")"
	ok "export $what"
done
json "export as JSON" 'map(select(.number == 23)) | length == 1' export balances MELATI
grep -q $'\r$' "$KT/journal.csv" && head -n 1 "$KT/journal.csv" | grep -q '"entry","day"' ||
	fail "CSV has a header and the line ends of RFC 4180"
ok "CSV has a header and the line ends of RFC 4180"
sql "update kentongan.members set name = '=HYPERLINK(1)' where number = 22" >/dev/null
"$KENTONGAN" export members MELATI | grep -q "\"'=HYPERLINK(1)\"" ||
	fail "what a spreadsheet would take for a formula is text"
ok "what a spreadsheet would take for a formula is text"
refused "an export that there isn't" 2 "there are members" export secrets MELATI
refused "a group that isn't" 1 "MAWAR" export journal MAWAR
debit=$("$KENTONGAN" export trial-balance MELATI --json | jq 'map(select(.account != "total") | .debit) | add')
credit=$("$KENTONGAN" export trial-balance MELATI --json | jq 'map(select(.account != "total") | .credit) | add')
[ "$debit" = "$credit" ] && [ "$debit" -gt 0 ] ||
	fail "debit and credit of the trial balance are equal: $debit"
ok "debit and credit of the trial balance are equal: $debit"
"$KENTONGAN" db verify >"$KT/out" 2>&1 && grep -q "closed year" "$KT/out" ||
	fail "db verify looks at loans, requests and closed years, too: $(cat "$KT/out")"
ok "db verify looks at loans, requests and closed years, too"

# --- meetings ----------------------------------------------------------------
soon=$(TZ=Asia/Jakarta date -d "+3 days" +%F)
run "meeting list without any" "No meeting ahead" meeting list MELATI
refused "meeting show without any" 1 "no meeting ahead" meeting show MELATI
refused "a day that there isn't" 1 "no day and time" meeting call MELATI "2027-02-31 14:00" "balai desa"
refused "a day that is past" 1 "past" meeting call MELATI "2020-01-31 14:00" "balai desa"
refused "a day that is far away" 1 "92 days" meeting call MELATI "$(date -d '+200 days' +%F) 14:00" "balai desa"
refused "a place without letters" 1 "letters" meeting call MELATI "$soon 14:00" " "
run "meeting call" "Meeting [0-9]+ is called; 21 phones" meeting call MELATI "$soon 14:00" "balai desa"
refused "two at the same time" 1 "at that time already" meeting call MELATI "$soon 14.00" "rumah Bu Sri"
json "meeting list: by the group's clock" ".[0].at == \"$soon 14:00\" and .[0].zone == \"Asia/Jakarta\" and .[0].silent == 22" meeting list MELATI
run "meeting list" "^ *No +At +Place +State|balai desa" meeting list MELATI
json "meeting show has everybody's answer" '.place == "balai desa" and (.answers | length) == 22 and .answers[0].answer == null' meeting show MELATI
refused "a meeting that isn't" 1 "no meeting 99" meeting show MELATI 99
refused "a meeting's number that is none" 2 "number" meeting cancel MELATI abc
number=$("$KENTONGAN" meeting list MELATI --json | jq '.[0].id')
run "meeting cancel" "Cancelled; 21 phones are told" meeting cancel MELATI "$number" "hujan deras"
refused "once" 1 "over or cancelled" meeting cancel MELATI "$number"
json "it is in the list of all" '.[0].status == "cancelled" and .[0].reason == "hujan deras"' meeting list MELATI --all
done_testing
