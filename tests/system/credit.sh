#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The SIM's credit: libGammu asks simulated operators, whose modems write USSD each
# in its own way; the answer stands in status and metrics; little credit is told
# to the treasurer once and stops broadcasts; an operator that never answers is
# in nobody's way.

SIM_MODEMS='desa,number=+6281100000001,sim=10
	lama,number=+6281100000002,sim=10,no-ucs2
	hexa,number=+6281100000003,sim=10
	huawei,number=+6281100000004,sim=10,vendor=huawei,model=E173,ussd-packed
	paket,number=+6281100000005,sim=10,ussd-packed
	aneh,number=+6281100000006,sim=10
	bisu,number=+6281100000007,sim=10
	galat,number=+6281100000008,sim=10
	diam,number=+6281100000009,sim=10'
LIMITS='loop_same = 1000
	burst = 1000'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)

section() { # NAME NUMBER LINE…
	echo "modem \"$1\" {"
	echo "device = \"$KT/sim/$1\""
	echo "number = \"+628110000000$2\""
	shift 2
	printf '%s\n' "$@" "}"
}

# Asked after each message: then nothing has to be waited for.
asking() {
	section "$1" "$2" "price = 350" "credit_code = \"$3\"" "credit_every = 1" "${@:4}"
}

QUESTION=10
# question MODEM [SECONDS]: a member asks, the answer comes. Each time another one,
# so that nobody is too fast.
question() {
	local id who
	QUESTION=$((QUESTION + 1))
	who=$(member $((4 + QUESTION % 9)))
	id=$(phone send --to "$1" --from "$who" "mutasi $QUESTION") || fail "the simulator didn't take a question"
	phone wait --on "$who" --after "$id" --match "(halaman|page) $QUESTION\." --timeout "${2:-15}" >/dev/null 2>&1 ||
		fail "no answer through $1 within ${2:-15} s: $(phone control stats "$1")"
}

column() { # MODEM COLUMNS
	sql "select $2 from kentongan.channels where name = '$1'"
}

# How often MODEM was asked for its credit.
times_asked() {
	sql "select count(*) from kentongan.channel_credits where channel = '$1'"
}

# Sets what the SIM has left and makes the gateway ask.
left() { # MODEM AMOUNT PRICE UNTIL
	phone control credit "$@" >/dev/null
	question "$1"
}

warnings() { # WHO MODEM
	inbox "$1" | grep -c "PULSA KARTU SMS $2:"
}

start_pg
MODEM_SECTIONS="$(asking desa 1 "*888#")
$(asking lama 2 "*777#")
$(asking hexa 3 "*886#")
$(asking huawei 4 "*888#")
$(asking paket 5 "*888#")
$(asking aneh 6 "*885#" "credit_low = 0")
$(asking bisu 7 "*888#")
$(asking galat 8 "*888#")
$(section diam 9)"
configure
init_db
load_demo
# Warnings wait for the morning: here it is always day.
sql "update kentongan.groups set quiet_from = '00:00', quiet_until = '00:00'" >/dev/null
start_sim
start_serve
for name in desa lama hexa huawei paket aneh bisu galat diam; do
	wait_ready $name
done
treasurer=$(sql "select msisdn from kentongan.phones p join kentongan.member_phones mp on mp.phone_id = p.id and mp.until is null
	join kentongan.officers o on o.member_id = mp.member_id and o.until is null and o.role = 'bendahara'")

# --- modems as they are ------------------------------------------------------------
left desa 27450 350 31-12-2027
eventually 20 "27100 2027-12-31" column desa "credit || ' ' || credit_until"
ok "the operator is asked by libGammu, the answer is understood"
phone control ussd --more '*777#' $'Pulsamu: Rp {credit}.\nMasa aktif 31 Des 2027\n1. Paket\n2. Info' >/dev/null
left lama 15000 0
eventually 20 "15000 2027-12-31" column lama "credit || ' ' || credit_until"
phone control ussd --more '*777#' $'Pulsamu: Rp {credit}.\r\nMasa aktif 30 Des 2027\r\n1. Paket' >/dev/null
left lama 14000
eventually 20 "14000 2027-12-30" column lama "credit || ' ' || credit_until"
ok "without UCS-2 and in several lines; the menu is closed behind it"
phone control ussd --hex '*886#' 'Sisa pulsa Rp {credit} s/d {until}' >/dev/null
left hexa 16000 0
eventually 20 "16000 2027-12-31" column hexa "credit || ' ' || credit_until"
ok "UCS-2 in hexadecimal that calls itself plain text"
left huawei 17000 0
eventually 20 "17000 2027-12-31" column huawei "credit || ' ' || credit_until"
left paket 18000 0
eventually 20 "18000 2027-12-31" column paket "credit || ' ' || credit_until"
left paket 17500
eventually 20 17500 column paket credit
ok "in packed septets: a modem that libGammu knows for it, and one that it doesn't"
phone control ussd '*885#' 'Terima kasih, permintaan Anda kami proses' >/dev/null
question aneh
eventually 20 "Terima kasih, permintaan Anda kami proses" column aneh credit_text
is "its credit" "" column aneh credit
says 'credit aneh.*isn.t understood: "Terima kasih, permintaan' "$KENTONGAN" status
ok "an answer that isn't understood is kept and shown"
phone control fault galat cusd-error -1 >/dev/null
question galat
eventually 20 "silent" sql "select kentongan.credit_state(c) from kentongan.channels c where name = 'galat'"
is "the modem" ready modem_state galat
question galat
ok "a modem that can't do it goes on as before"

# --- what is shown -----------------------------------------------------------------
"$KENTONGAN" status --json >"$KT/status.json"
is "status" '27100 2027-12-31 enough true 350' jq -r \
	'.channels[] | select(.name == "desa") | "\(.credit) \(.credit_until) \(.credit_state) \(.may_broadcast) \(.price)"' "$KT/status.json"
is "a modem whose credit nobody asks for" 'null null true' jq -r \
	'.channels[] | select(.name == "diam") | "\(.credit) \(.credit_state) \(.may_broadcast)"' "$KT/status.json"
get /metrics >"$KT/metrics"
is "metrics" 'kentongan_channel_credit{channel="desa"} 27100' grep '^kentongan_channel_credit{channel="desa"}' "$KT/metrics"
is "its expiry" "$(date -d '2028-01-01 00:00 +0700' +%s)" \
	sed -n 's/^kentongan_channel_credit_expiry_seconds{channel="desa"} //p' "$KT/metrics"
is "its cost" 350 sed -n 's/^kentongan_channel_cost_total{channel="desa"} //p' "$KT/metrics"
is "the month's costs" "desa 1 1 350" sh -c "'$KENTONGAN' report costs --months 1 --json |
	jq -r '.[] | select(.channel == \"desa\") | \"\(.channel) \(.messages) \(.parts) \(.cost)\"'"
says 'desa +1 +1 +350' "$KENTONGAN" report costs || fail "report costs: $("$KENTONGAN" report costs)"
ok "credit and costs stand in status, metrics and report"

# --- too little ----------------------------------------------------------------------
left desa 9000
eventually 20 8650 column desa credit
eventually 20 1 warnings "$treasurer" desa
is "may broadcast" f sql "select kentongan.channel_may_broadcast(c) from kentongan.channels c where name = 'desa'"
says 'credit desa.*8\.[0-9]+ left, valid until 2027-12-31.*broadcasts wait' "$KENTONGAN" status ||
	fail "status: $("$KENTONGAN" status)"
is "its record" 1 sql "select count(*) from kentongan.audit_log where action = 'channel.credit_low' and subject = 'desa'"
before=$(times_asked desa)
question desa
question desa
more() {
	[ "$(times_asked desa)" -gt "$before" ]
}
wait_for 20 "the next question for credit" more
is "warnings to the treasurer" 1 warnings "$treasurer" desa
says 'Rp8\.650, aktif s\.d\. 31/12/2027\..*Siaran ditahan' inbox "$treasurer" || fail "she read: $(inbox "$treasurer" | tail -n 3)"
ok "too little credit is told to the treasurer once; broadcasts wait"
left desa 60000
eventually 20 t sql "select kentongan.channel_may_broadcast(c) from kentongan.channels c where name = 'desa'"
is "warned" t column desa "credit_warned_at is null"
is "warnings to the treasurer" 1 warnings "$treasurer" desa
left desa 60000 350 "$(date -d '+3 days' +%d-%m-%Y)"
eventually 20 2 warnings "$treasurer" desa
is "may broadcast" t sql "select kentongan.channel_may_broadcast(c) from kentongan.channels c where name = 'desa'"
left desa 60000 350 31-12-2027
eventually 20 t column desa "credit_warned_at is null"
left desa 5000
eventually 20 3 warnings "$treasurer" desa
ok "topped up, it is told again when it is low or about to expire again"

# --- messages go first ---------------------------------------------------------------------
# What the modem of hexa did since its question number N was asked: "s" for a
# message sent, "c" for a question of credit, up to the next question.
deeds() {
	phone control log 4000 | sed -n 's/.* hexa < AT+CUSD=1,".*/c/p; s/.* hexa: submit .*/s/p' | tr -d '\n' | cut -d c -f $(($1 + 1))
}
asked_since() {
	[ "$(times_asked hexa)" -gt "$before" ]
}
before=$(times_asked hexa)
questions=$(phone control log 4000 | grep -c 'hexa < AT+CUSD=1,"')
for i in 1 2 3 4 5 6 7 8 9; do
	QUESTION=$((QUESTION + 1))
	phone send --to hexa --from "$(member $((4 + QUESTION % 9)))" "mutasi $QUESTION" >/dev/null
done
wait_for 30 "the next question for credit" asked_since
# (A treasurer's warning may have left through it, too.)
says '^s{9,}$' deeds "$questions" || fail "between two questions: $(deeds "$questions")"
ok "the question waits while messages are sent"

# --- an operator that never answers --------------------------------------------------------
phone control fault bisu ussd-lost -1 >/dev/null
question bisu
asked() {
	phone control log 400 | grep -q 'bisu < AT+CUSD=1,"'
}
wait_for 20 "the question for credit" asked
for _ in 1 2 3 4 5; do
	question bisu 10
done
eventually 50 silent sql "select kentongan.credit_state(c) from kentongan.channels c where name = 'bisu'"
says "credit bisu.*the operator doesn't answer" "$KENTONGAN" status || fail "status: $("$KENTONGAN" status)"
question bisu 10
is "questions for credit" 1 sh -c "'$SIMULATOR' control --dir '$KT/sim' log 2000 | grep -c 'bisu < AT+CUSD=1,\"'"
is "the modem" ready modem_state bisu
ok "an operator that never answers hinders no answer of ours, and isn't asked again at once"
is "traces" 0 sh -c "ls '$KT/state' | grep -c trace-"
ok "no modem fell ill of it"

# --- settings ----------------------------------------------------------------------------------
sed -i '/credit_code/d' "$KENTONGAN_CONF"
kill -HUP "$SERVE_PID"
eventually 20 "" column desa credit
is "may broadcast" t sql "select kentongan.channel_may_broadcast(c) from kentongan.channels c where name = 'desa'"
ok "without credit_code nothing is known, and nothing stops broadcasts"
done_testing
