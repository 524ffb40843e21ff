#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# USSD over HTTP: each dialect as its provider documents it, wrong callers, repeats,
# two services on one database, a service killed between two steps, the database
# away; and the PINs that were typed are nowhere.

export PG_FSYNC=off # what it forgets in a power cut is not tested here
PG_OPTIONS="-c log_statement=all -c log_min_duration_statement=0 -c log_parameter_max_length=-1 -c log_parameter_max_length_on_error=-1"
LIMITS='burst = 1000
	per_minute = 6000'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)
SETTINGS="menus_file = \"$ROOT/config/menus.conf\""
start_pg
SECRET=/ussd/4f1c9a70e2b85d36
echo "kunci rahasia" >"$KT/password"
MODEM_SECTIONS="modem \"desa\" {
	device = \"$KT/sim/desa\"
	number = \"+6281100000001\"
	pace_ms = 0
}
ussd \"at\" {
	dialect = africastalking
	path = \"$SECRET\"
	service_code = \"*384*12#\"
}
ussd \"hubtel\" {
	dialect = hubtel
	path = \"${SECRET}a\"
}
ussd \"nalo\" {
	dialect = nalo
	path = \"${SECRET}b\"
	service_code = \"*920*55#\"
}
ussd \"guarded\" {
	dialect = africastalking
	user = aggregator
	password_file = \"$KT/password\"
}
ussd \"elsewhere\" {
	dialect = africastalking
	allow = \"192.0.2.0/24 198.51.100.7\"
}"
setup

SITI=$(member 23) SRI=$(member 2) RATNA=$(member 22) LILIK=$(member 7)

# at SESSION NUMBER TEXT [PORT]: a callback of Africa's Talking; prints the answer.
at() {
	curl -sS --max-time 20 -d "sessionId=$1" --data-urlencode "phoneNumber=$2" -d networkCode=99999 \
		--data-urlencode 'serviceCode=*384*12#' --data-urlencode "text=$3" "http://127.0.0.1:${4:-$HTTP_PORT}$SECRET"
}

json() { # PATH JSON
	curl -sS --max-time 20 -H 'Content-Type: application/json; charset=utf-8' -d "$2" "http://127.0.0.1:$HTTP_PORT$1"
}

code() { # OPTION… URL's path last
	local path=${*: -1}
	curl -sS --max-time 10 -o /dev/null -w '%{http_code}' "${@:1:$#-1}" "http://127.0.0.1:$HTTP_PORT$path"
}

requests() {
	sql "select count(*) from kentongan.requests where kind = '${1:-deposit}'"
}

# --- Africa's Talking --------------------------------------------------------------
root='CON UP2K MELATI, SITI A(23)
1 Saldo
2 Setor
3 Pinjaman
4 Tarik
5 Pertemuan
6 Aduan/blokir
7 PIN & bahasa
98 Lagi
00 Keluar'
is "the first screen" "$root" at at-1 "$SITI" ""
says '^CON Setor sukarela: ketik' at at-1 "$SITI" 2 || fail "$(at at-1 "$SITI" 2)"
says '^CON Setor wajib: ketik' at at-1 "$SITI" '2*1' || fail "$(at at-1 "$SITI" '2*1')"
first=$(at at-1 "$SITI" '2*1*25000')
[[ $first = 'END Dicatat MENUNGGU: setor wajib Rp25.000 SITI A(23) MELATI.'* ]] || fail "$first"
is "the same callback again" "$first" at at-1 "$SITI" '2*1*25000'
is "an older one" "$first" at at-1 "$SITI" '2*1'
is "requests" 1 requests
[ "$(curl -sS -o /dev/null -w '%{content_type}' -d 'sessionId=at-t' --data-urlencode "phoneNumber=$SITI" -d text= "http://127.0.0.1:$HTTP_PORT$SECRET")" = 'text/plain; charset=utf-8' ] ||
	fail "the type of the answer"
ok "Africa's Talking: CON and END, accumulated input, a repeat gets the same answer and does nothing"
[[ $(at at-2 "$SITI" '2*50000') = 'END Dicatat MENUNGGU: setor sukarela Rp50.000'* ]] || fail "the shortcut: $(at at-2 "$SITI" '2*50000')"
is "requests" 2 requests
is "back" "$root" eval 'at at-3 $SITI "" >/dev/null; at at-3 $SITI 2 >/dev/null; at at-3 $SITI "2*0"'
[[ $(at at-3 "$SITI" '2*0*98') = 'CON 1 Riwayat simpanan'* ]] || fail "more: $(at at-3 "$SITI" '2*0*98')"
is "out" 'END Terima kasih. Sampai jumpa!' at at-3 "$SITI" '2*0*98*00'
is "a number that nobody knows" 'END Nomor ini belum terdaftar. Mau bergabung? Kirim SMS: DAFTAR, kode kelompok, nama, atau temui pengurus kelompok.' \
	at at-4 +6289999999999 ""
ok "shortcuts, back, more, out, and a stranger"

# --- Hubtel ------------------------------------------------------------------------
hubtel() { # SESSION TYPE MESSAGE SEQUENCE
	json "${SECRET}a" "{\"Type\":\"$2\",\"Mobile\":\"${SITI#+}\",\"SessionId\":\"$1\",\"ServiceCode\":\"713\",\"Message\":\"$3\",\"Operator\":\"telkomsel\",\"Sequence\":$4}"
}
hubtel h-1 Initiation '*713#' 1 >"$KT/hubtel.json"
jq -e '.Type == "Response" and .SessionId == "h-1" and (.Message | startswith("UP2K MELATI, SITI A(23)"))' "$KT/hubtel.json" >/dev/null ||
	fail "$(cat "$KT/hubtel.json")"
hubtel h-1 Response 2 2 | jq -e '.Type == "Response" and (.Message | startswith("Setor sukarela"))' >/dev/null || fail "Hubtel's 2"
# The same input twice, meant as two: it counts its steps.
hubtel h-1 Response 2 3 | jq -e '.Message | startswith("Setor pokok")' >/dev/null || fail "Hubtel's second 2"
hubtel h-1 Response 60000 4 >"$KT/hubtel.json"
jq -e '.Type == "Release" and (.Message | startswith("Dicatat MENUNGGU: setor pokok Rp60.000"))' "$KT/hubtel.json" >/dev/null ||
	fail "$(cat "$KT/hubtel.json")"
is "again" "$(cat "$KT/hubtel.json")" hubtel h-1 Response 60000 4
is "requests" 3 requests
hubtel h-2 Initiation '*713*1#' 1 | jq -e '.Type == "Release" and (.Message | test("Sukarela 12.345.000"))' >/dev/null || fail "Hubtel's shortcut"
hubtel h-3 Initiation '*713#' 1 >/dev/null
hubtel h-3 Response 3 2 >/dev/null
hubtel h-3 Response 3 3 >/dev/null
hubtel h-3 Timeout '' 4 | jq -e '.Type == "Release"' >/dev/null || fail "Hubtel's Timeout"
hubtel h-4 Initiation '*713#' 1 | jq -e '.Message | startswith("Tadi terputus: pinjam uang. Belum ada yang disimpan.")' >/dev/null ||
	fail "after a time-out: $(hubtel h-4 Initiation '*713#' 1)"
hubtel h-4 Response 1 2 | jq -e '.Message | startswith("Pinjam berapa?")' >/dev/null || fail "it doesn't go on"
ok "Hubtel: Initiation, Response, Release, Timeout; what was interrupted is told and goes on"

# --- Nalo --------------------------------------------------------------------------------
nalo() { # SESSION FIRST DATA
	json "${SECRET}b" "{\"USERID\":\"NALOTest\",\"MSISDN\":\"${RATNA#+}\",\"USERDATA\":\"$3\",\"MSGTYPE\":$2,\"NETWORK\":\"MTN\",\"SESSIONID\":\"$1\"}"
}
nalo n-1 true '*920*55#' >"$KT/nalo.json"
jq -e '.USERID == "NALOTest" and .MSGTYPE == true and (.MSG | startswith("UP2K MELATI, RATNA A(22)"))' "$KT/nalo.json" >/dev/null ||
	fail "$(cat "$KT/nalo.json")"
[ "$(jq -r .MSISDN "$KT/nalo.json")" = "${RATNA#+}" ] || fail "$(cat "$KT/nalo.json")"
nalo n-1 false 2 | jq -e '.MSGTYPE == true' >/dev/null || fail "Nalo's 2"
nalo n-1 false 55000 >"$KT/nalo.json"
jq -e '.MSGTYPE == false and (.MSG | test("Rp55.000 RATNA A"))' "$KT/nalo.json" >/dev/null || fail "$(cat "$KT/nalo.json")"
is "again" "$(cat "$KT/nalo.json")" nalo n-1 false 55000
is "requests" 4 requests
nalo n-2 true '*920*55*2*56000#' | jq -e '.MSGTYPE == false' >/dev/null || fail "Nalo's shortcut"
is "requests" 5 requests
ok "Nalo: MSGTYPE says whether it goes on; the same step at once is one step"

# --- wrong callers ------------------------------------------------------------------------
good=(-d sessionId=w-1 --data-urlencode "phoneNumber=$SITI" -d text=)
is "GET" 405 code "$SECRET"
is "PUT" 405 code -X PUT "$SECRET"
is "another path" 404 code "${good[@]}" /ussd/4f1c9a70e2b85d37
is "JSON for a form" 415 code -H 'Content-Type: application/json' -d '{}' "$SECRET"
is "a form for JSON" 415 code "${good[@]}" "${SECRET}a"
is "5 KiB" 413 code -d "sessionId=w&phoneNumber=1&text=$(printf '%05120d' 1)" "$SECRET"
is "4 KiB are fine" 200 code -d "sessionId=w-2" --data-urlencode "phoneNumber=$SITI" -d "text=$(printf '%03900d' 9)" "$SECRET"
is "no session" 400 code --data-urlencode "phoneNumber=$SITI" -d text= "$SECRET"
is "no JSON" 400 code -H 'Content-Type: application/json' -d '{' "${SECRET}a"
is "JSON that lacks" 400 code -H 'Content-Type: application/json' -d '{"MSGTYPE":true}' "${SECRET}b"
is "no password" 401 code "${good[@]}" /ussd/guarded
is "a wrong one" 401 code -u aggregator:x "${good[@]}" /ussd/guarded
is "the right one" 200 code -u "aggregator:kunci rahasia" "${good[@]}" /ussd/guarded
is "another address" 403 code "${good[@]}" /ussd/elsewhere
ok "wrong methods, paths, types, sizes, bodies, passwords and addresses get their status"

# --- PINs -----------------------------------------------------------------------------------
PINS=(482915 739264 615283 591738 260485 847362)
at p-1 "$SITI" 7 >/dev/null
says '^CON PIN baru SITI A' at p-1 "$SITI" '7*1' || fail "no question for the PIN"
says '^CON Belum tersimpan, mudah ditebak' at p-1 "$SITI" '7*1*123456' || fail "a weak PIN: $(at p-1 "$SITI" '7*1*123456')"
says '^END PIN baru tersimpan' at p-1 "$SITI" '7*1*123456*482915' || fail "the PIN isn't saved"
says '^CON PIN SITI A.23. MELATI: ketik PIN lama' at p-2 "$SITI" '7*2' || fail "no question for another PIN"
says '^END PIN baru tersimpan' at p-2 "$SITI" '7*2*482915 739264' || fail "the PIN isn't changed"
says '^CON tarik uang sukarela Rp100.000' at p-3 "$SITI" '4*100000' || fail "no withdrawal: $(at p-3 "$SITI" '4*100000')"
says '^CON PIN SITI A.23. tidak cocok' at p-3 "$SITI" '4*100000*615283' || fail "a wrong PIN"
is "tries left" 1 sql "select wrong from kentongan.pins p join kentongan.members m on m.id = p.member_id where m.number = 23"
at p-3 "$SITI" '4*100000*615283' >/dev/null
is "the same callback again is no other try" 1 sql "select wrong from kentongan.pins p join kentongan.members m on m.id = p.member_id where m.number = 23"
says '^END MENUNGGU bendahara SRI W' at p-3 "$SITI" '4*100000*615283*739264' || fail "the right PIN: $(at p-3 "$SITI" '4*100000*615283*739264')"
# Dialled with it, the PIN isn't taken: it asks, and knows nothing of it.
says '^CON tarik uang sukarela Rp60.000' at p-4 "$SITI" '4*60000*739264' || fail "a dialled PIN: $(at p-4 "$SITI" '4*60000*739264')"
is "withdrawals that went on" 1 sql "select count(*) from kentongan.requests where kind = 'withdrawal' and status = 'pending'"
says '^CON .*terputus: tarik uang' at p-5 "$SITI" '' || fail "after a PIN: $(at p-5 "$SITI" '')"
says '^CON Tarik sukarela: ketik' at p-5 "$SITI" 1 || fail "resumed at a PIN: $(at p-5 "$SITI" 1)"
# Typed where none belongs, and by an officer.
at p-6 "$SITI" '6*1' >/dev/null
at p-6 "$SITI" '6*1*PIN saya 591738' >/dev/null
at p-7 "$SRI" '7*1' >/dev/null
at p-7 "$SRI" '7*1*260485' >/dev/null
sql "update kentongan.groups set look_pin = true where code = 'MELATI'"
says '^CON Untuk ini perlu PIN' at p-8 "$SITI" 1 || fail "SALDO without the PIN: $(at p-8 "$SITI" 1)"
says '^CON .*tidak cocok' at p-8 "$SITI" '1*847362' || fail "SALDO with a wrong PIN: $(at p-8 "$SITI" '1*847362')"
says '^END UP2K MELATI, SITI A' at p-8 "$SITI" '1*847362*739264' || fail "SALDO with the PIN: $(at p-8 "$SITI" '1*847362*739264')"
sql "update kentongan.groups set look_pin = false where code = 'MELATI'"
ok "PINs: chosen, changed, wrong, never taken with what was dialled, never gone on at"

# --- officers: from the notice to the cash in the member's hand, without typing a code -----
sql "select kentongan.post(g.id, 'opening', array[kentongan.account(g.id, 'cash', m.id), kentongan.account(g.id, 'opening', null)], array[500000, -500000], m.id, null, null, null)
       from kentongan.groups g join kentongan.members m on m.group_id = g.id and m.number = 2 where g.code = 'MELATI'" >/dev/null || fail "no cash"
says '^CON Uang yang menunggu diterima:' at o-1 "$SRI" '8*1' || fail "the list: $(at o-1 "$SRI" '8*1')"
says '^1 SITI A\(23\) setor 25.000' at o-1 "$SRI" '8*1' || fail "the list: $(at o-1 "$SRI" '8*1')"
says 'Uang diterima\?' at o-1 "$SRI" '8*1*1' || fail "one of it: $(at o-1 "$SRI" '8*1*1')"
says '^END SAH .*setor wajib Rp25.000 SITI A' at o-1 "$SRI" '8*1*1*1' || fail "TERIMA: $(at o-1 "$SRI" '8*1*1*1')"
for _ in 1 2; do at o-1 "$SRI" '8*1*1*1' >/dev/null; done
is "postings of it" 1 sql "select count(*) from kentongan.journal_entries e join kentongan.requests r on r.id = e.request_id where r.kind = 'deposit'"
phone wait --on "$SITI" --match '^SAH .*setor wajib Rp25.000' --timeout 20 >/dev/null || fail "no receipt by SMS: $(inbox "$SITI")"
# Dialled at once, a line of a list that nobody has read isn't chosen.
says '^CON Uang yang menunggu diterima:' at o-2 "$SRI" '8*1*1*1' || fail "a line was chosen unread: $(at o-2 "$SRI" '8*1*1*1')"
is "postings without reading" 1 sql "select count(*) from kentongan.journal_entries e join kentongan.requests r on r.id = e.request_id where r.kind = 'deposit'"
says '^END SAH .*Rp45.000.*lapornya 50.000' at o-2 "$SRI" '8*1*1*1*1*2*45000' || fail "another amount: $(at o-2 "$SRI" '8*1*1*1*1*2*45000')"
at o-3 "$SRI" '8*1' >/dev/null
says '^END DITOLAK SRI W' at o-3 "$SRI" '8*1*1*3*uang belum ada' || fail "TOLAK: $(at o-3 "$SRI" '8*1*1*3*uang belum ada')"
at o-4 "$SRI" '8*4' >/dev/null
says '^CON Setuju ' at o-4 "$SRI" '8*4*1*1' || fail "SAH asks no PIN: $(at o-4 "$SRI" '8*4*1*1')"
says '^END .*tarik uang.* Rp100.000 .*SITI A' at o-4 "$SRI" '8*4*1*1*260485' || fail "SAH: $(at o-4 "$SRI" '8*4*1*1*260485')"
is "the withdrawal" approved sql "select status from kentongan.requests where kind = 'withdrawal' and status <> 'confirming' order by id limit 1"
at o-5 "$SITI" '4*1' >/dev/null
says 'di tangan SITI A' at o-5 "$SITI" '4*1*1' || fail "nothing to take: $(at o-5 "$SITI" '4*1*1')"
says '^END SAH .*tarik' at o-5 "$SITI" '4*1*1*1' || fail "AMBIL: $(at o-5 "$SITI" '4*1*1*1')"
says '^CON Tercatat: RATNA A\(22\) wajib 25.000' at o-6 "$SRI" '8*2*22*1*25000' || fail "CATAT: $(at o-6 "$SRI" '8*2*22*1*25000')"
ok "an officer receives, changes the amount, refuses, agrees and records"

# --- two services, one database; killed between two steps --------------------------------
PORT2=$(free_port)
sed "s/port = $HTTP_PORT/port = $PORT2/; /^[[:space:]]*modem \"desa\"/,/}/d" "$KENTONGAN_CONF" >"$KT/second.conf"
KENTONGAN_CONF=$KT/second.conf "$KENTONGAN" serve >>"$KT/second.log" 2>&1 &
second=$!
PIDS+=("$second")
eventually 20 200 eval "http_code /status $PORT2"
wait_for 40 "the second's database" eval "at x-0 $LILIK '' $PORT2 | grep -q LILIK"
before=$(requests)
at x-1 "$LILIK" '' >/dev/null
says '^CON Setor sukarela' at x-1 "$LILIK" 2 "$PORT2" || fail "the other host's step"
says '^CON Setor pokok' at x-1 "$LILIK" '2*2' || fail "and back"
# The last step at both at the same moment.
for i in 1 2 3 4; do
	at x-1 "$LILIK" '2*2*71000' "$([ $((i % 2)) = 0 ] && echo "$PORT2" || echo "$HTTP_PORT")" >"$KT/answer.$i" &
	racers[i]=$!
done
wait "${racers[@]}"
for i in 2 3 4; do cmp -s "$KT/answer.1" "$KT/answer.$i" || fail "two answers: $(head "$KT"/answer.?)"; done
says '^END ' cat "$KT/answer.1" || fail "$(cat "$KT/answer.1")"
is "requests" $((before + 1)) requests
ok "any host serves the next step; the same step at two at once is done once and answered alike"
at x-2 "$LILIK" '' >/dev/null
at x-2 "$LILIK" 3 >/dev/null
kill -9 "$second" "$(tree "$second" | tail -n 1)" 2>/dev/null
kill -9 "$SERVE_PID"
wait_for 40 "the end of the service" gone "$SERVE_PID"
start_serve
eventually 20 200 http_code /status
wait_for 40 "the database" eval "at x-3 $SITI '' | grep -q '^CON'"
says '^CON Angsuran yang dibayar' at x-2 "$LILIK" '3*2' || fail "after kill -9: $(at x-2 "$LILIK" '3*2')"
ok "killed between two steps, it goes on where it was"

# --- the handset in the terminal ---------------------------------------------------------------
"$KENTONGAN" ussd --door at --phone "$SITI" --dial '*384*12#' --answers '5 1' >"$KT/handset" || fail "kentongan ussd: $(cat "$KT/handset")"
says '^│ UP2K MELATI, SITI A\(23\)' cat "$KT/handset" || fail "$(cat "$KT/handset")"
"$KENTONGAN" ussd --door hubtel --phone "$SITI" --answers '98 1' | grep -q 'SITI A(23) MELATI' || fail "through Hubtel"
"$KENTONGAN" ussd --door nalo --phone "$SITI" --dial '*920*55*1#' | grep -q 'Sukarela' || fail "through Nalo"
printf '3\n1\n' | "$KENTONGAN" ussd --door guarded --phone "$SITI" | grep -q 'Pinjaman P-' || fail "with a password, from standard input"
"$KENTONGAN" ussd --phone "$SITI" >/dev/null 2>&1 && fail "of five doors one was guessed"
"$KENTONGAN" ussd --door elsewhere --phone "$SITI" </dev/null >/dev/null 2>&1 && fail "a refused call is success"
"$KENTONGAN" check --no-modem | grep -q '5 doors for USSD' || fail "check: $("$KENTONGAN" check --no-modem)"
ok "kentongan ussd dials every dialect"

# --- reload ---------------------------------------------------------------------------------------
sed 's/to = saldo/to = nowhere/' "$ROOT/config/menus.conf" >"$KT/menus.conf"
sed -i "s,menus_file = .*,menus_file = \"$KT/menus.conf\"," "$KENTONGAN_CONF"
kill -HUP "$SERVE_PID"
eventually 40 yes eval "grep -q 'menus.conf:[0-9]*: node root: an option leads to' $KT/serve.log && echo yes"
is "the old menus" "$root" eval "at r-1 $SITI '' >/dev/null; at r-1 $SITI 0"
sed 's/to = saldo/to = mutasi/' "$ROOT/config/menus.conf" >"$KT/menus.conf"
kill -HUP "$SERVE_PID"
n=0
shows_mutasi() { n=$((n + 1)); at "r-2-$n" "$SITI" 1 | grep -q 'MELATI:'; }
wait_for 40 "the new menus" shows_mutasi
ok "menus change by reload, mistakes leave the old ones"

# --- no PIN anywhere -----------------------------------------------------------------------------------
pg_dump -U postgres -d kentongan >"$KT/dump" || fail "no dump"
hits() {
	local pin=$1
	shift
	cat "$@" | sed -E 's/[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+//g' | grep -aE "(^|[^0-9a-f])$pin([^0-9a-f]|\$)"
}
grep -qi 'parameters: .*SETOR' "$(pg_dir)/log" || fail "the log lacks the statements' parameters"
mapfile -t files < <(find "$KT/state" -type f)
for pin in "${PINS[@]}"; do
	for place in "$KT/dump" "$(pg_dir)/log" "$KT/serve.log" "$KT/second.log" "${files[@]}"; do
		hits "$pin" "$place" >"$KT/hits" && fail "the PIN $pin stands in $place: $(head -n 2 "$KT/hits" | cut -c 1-300)"
	done
done
hits 60000 "$KT/dump" >/dev/null || fail "the search finds nothing"
ok "no PIN stands in the database, its log, ours, or the state folder"

# --- the database away -----------------------------------------------------------------------------------
"$PG" stop "$(pg_dir)"
began=$(date +%s%N)
is "a step without the database" 'END Maaf, layanan sedang terganggu. Sebelum mengulang, mohon lihat SALDO atau tunggu SMS kami.' at d-1 "$SITI" ""
[ $((($(date +%s%N) - began) / 1000000)) -lt 3000 ] || fail "it took long"
ok "a polite end while the database is away, at once"
done_testing
