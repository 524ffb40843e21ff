#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# While 10,000 messages of a broadcast wait, and the modem sends one after the
# other as fast as it can, a question is answered within the time of one message
# more than on an idle gateway, and a receipt comes as soon. All times of one run.
#
# Runs alone: it compares times.

AIR_MS=600
SIM_MODEMS="desa,number=+6281100000001,cmgs-delay=$AIR_MS"
MODEM_OPTIONS="broadcast_pace = 0"
LIMITS='burst = 1000
	per_minute = 60000
	loop_same = 1000'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

WAITING=10000
QUESTIONS=${QUESTIONS:-9}
RECEIPTS=${RECEIPTS:-5}

member() {
	printf '+62812000000%02d' "$1"
}

ms() {
	echo $(($(date +%s%N) / 1000000))
}

median() {
	sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'
}

# People don't ask in step with the modem: at any moment of a message's time, and
# of the pause behind it.
any_moment() {
	read -rt "$(printf '0.%03d' $((RANDOM % 1000)))" <> <(:)
}

PAGE=20
ask_balance() {
	local since
	PAGE=$((PAGE + 1))
	any_moment
	since=$(ms)
	phone send --from "$(member 23)" mutasi $PAGE >/dev/null || { echo "the simulator takes no question"; return 1; }
	phone wait --on "$(member 23)" --match "halaman $PAGE\." --timeout 60 >/dev/null || { echo "question $PAGE was not answered"; return 1; }
	echo $(($(ms) - since))
}

answers() {
	local i
	for ((i = 0; i < QUESTIONS; i++)); do
		ask_balance || return 1
	done >"$KT/times"
	median <"$KT/times"
}

# From the treasurer's word to the member's receipt: two messages leave, hers and
# the member's.
AMOUNT=50000
receipts() {
	local i code since
	for ((i = 0; i < RECEIPTS; i++)); do
		AMOUNT=$((AMOUNT + 1000))
		any_moment
		phone send --from "$(member 20)" "setor $AMOUNT" >/dev/null
		phone wait --on "$TREASURER" --match "sukarela Rp${AMOUNT:0:2}\.${AMOUNT:2}" --timeout 60 >"$KT/notice" || { echo "no notice of $AMOUNT"; return 1; }
		code=$(sed -nE 's/.*TERIMA ([0-9]{4})\. .*/\1/p' "$KT/notice")
		any_moment
		since=$(ms)
		phone send --from "$TREASURER" "TERIMA $code" >/dev/null
		phone wait --on "$(member 20)" --match "^SAH .*Rp${AMOUNT:0:2}\.${AMOUNT:2}" --timeout 60 >/dev/null || { echo "no receipt of $AMOUNT"; return 1; }
		echo $(($(ms) - since))
	done >"$KT/times"
	median <"$KT/times"
}

sent() {
	sql "select count(*) from kentongan.outbox where broadcast_id = $b and status in ('sent', 'delivered')"
}

setup
TREASURER=$(sql "select kentongan.phone_of(member_id) from kentongan.officers where role = 'bendahara' and until is null")
ask_balance >/dev/null
idle=$(answers) || fail "$(tail -n 1 "$KT/times")"
idle_receipt=$(receipts) || fail "$(tail -n 1 "$KT/times")"
AMOUNT=70000
PAGE=50

b=$(call_out $WAITING "+62812 +62857 +62878") || fail "no broadcast"
begun() {
	[ "$(sent)" -ge 2 ]
}
wait_for 30 "the broadcast to begin" begun
before=$(sent)
busy=$(answers) || fail "$(tail -n 1 "$KT/times")"
between=$(($(sent) - before))
[ "$between" -ge "$((QUESTIONS / 2))" ] || fail "only $between messages of the broadcast left during $QUESTIONS questions"
[ "$busy" -le $((idle + AIR_MS)) ] || fail "an answer takes $busy ms, on the idle gateway $idle ms, a message $AIR_MS ms"
echo "# answers: idle $idle ms, with $WAITING waiting $busy ms; a message takes $AIR_MS ms; $between of the broadcast left meanwhile"
ok "with $WAITING messages waiting a question is answered within one message's time of the idle gateway"

before=$(sent)
busy=$(receipts) || fail "$(tail -n 1 "$KT/times")"
[ "$(sent)" -gt "$before" ] || fail "the broadcast stands still"
[ "$busy" -le $((idle_receipt + AIR_MS)) ] || fail "a receipt takes $busy ms, on the idle gateway $idle_receipt ms, a message $AIR_MS ms"
echo "# receipts: idle $idle_receipt ms, with $WAITING waiting $busy ms"
ok "so is a receipt"

left=$(sql "select count(*) from kentongan.outbox where broadcast_id = $b and status = 'queued'")
[ "$left" -ge $((WAITING - 500)) ] || fail "only $left still wait"
is "messages that failed" 0 sql "select count(*) from kentongan.outbox where status in ('failed', 'uncertain', 'expired')"
ok "and the broadcast goes on: $left wait"
done_testing
