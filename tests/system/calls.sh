#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Missed calls: the modem rejects who rings, the member gets one SMS as her group
# has it; nobody else gets any. Modems that can't tell or hang up as libGammu
# expects, a text on the air, the database away, a reload.

SIM_MODEMS='desa,number=+6281100000001,sim=10,ring=300
	lambat,number=+6281100000002,sim=10,ring=300,cmgs-delay=1500,urc-busy
	antri,number=+6281100000005,sim=10,ring=300,cmgs-delay=1500
	buta,number=+6281100000003,sim=10,ring=300,no-clip
	tua,number=+6281100000004,sim=10,ring=300,no-chup
	bisu,number=+6281100000006,sim=10,ring=300,clip-silent'
LIMITS='replies_per_sender = 4'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)

section() { # NAME NUMBER
	echo "modem \"$1\" {
		device = \"$KT/sim/$1\"
		number = \"+628110000000$2\"
		missed_calls = yes
	}"
}

# How a call ends: "rejected: 1 rings, …" or "nobody answered: …".
call() { # MODEM FROM [RINGS]
	phone call --to "$1" --from "$2" --rings "${3:-30}"
}

LAST=0
another_second() {
	[ "$(date +%s)" != "$LAST" ]
}

# Two calls of one number within one second would be one, through whichever modems.
rejected() { # MODEM FROM
	wait_for 5 "another second" another_second
	LAST=$(date +%s)
	call "$@" >"$KT/call.out" || fail "the call of $2 wasn't rejected: $(cat "$KT/call.out")"
}

# answered WHAT PATTERN MODEM FROM: the call is rejected and answered once.
answered() {
	local what=$1 pattern=$2 before
	before=$(inbox_count "$4")
	rejected "$3" "$4"
	eventually 60 $((before + 1)) inbox_count "$4"
	says "$pattern" tail -n 6 <(inbox "$4") || fail "$what: expected /$pattern/, came: $(inbox "$4" | tail -n 6)"
}

handled() { # FROM: what became of the calls, oldest first
	sql "select string_agg(outcome, ' ' order by id) from kentongan.messages where transport = 'call' and peer = '$1'"
}

sent_to() {
	sql "select count(*) from kentongan.outbox where peer = '$1'"
}

calls_handled() {
	sql "select count(*) from kentongan.messages where transport = 'call'"
}

said_to() { # MODEM PATTERN: how often the modem was told that
	phone control log 10000 | grep -cE -- "^[0-9.]+ $1 < $2\$"
}

# From then on PATTERN has been said COUNT times to desa.
told() {
	[ "$(said_to desa "$2")" -ge "$1" ]
}

start_pg
MODEM_SECTIONS="$(section desa 1)
$(section lambat 2)
$(section antri 5)
$(section buta 3)
$(section tua 4)
$(section bisu 6)"
configure
init_db
load_demo
start_sim
start_serve
for name in desa lambat antri buta tua; do
	wait_ready $name
done
wait_for 20 "desa to tell of calls" told 1 'AT\+CLIP=1'

# --- who gets what ------------------------------------------------------------------
answered "the balance" '^UP2K MELATI, SITI A\(23\)' desa "$(member 23)"
[ "$(said_to desa 'AT\+CHUP')" -ge 1 ] || fail "nothing hung up"
is "what became of it" saldo handled "$(member 23)"
ok "a member's call is rejected and answered by the balance"
answered "who" '23 SALDO|14 Romlah|14 ROMLAH' desa "$(member 14)"
is "of two on a phone" which_member handled "$(member 14)"
ok "of several on a phone one SMS says how to ask"
rejected desa +6281299990001
eventually 60 call_unknown handled +6281299990001
is "to an unknown number" 0 sent_to +6281299990001
before=$(calls_handled)
rejected desa withheld
asks "$(member 23)" '^UP2K MELATI, SITI A' 20 --to desa saldo
is "calls that are known" "$before" calls_handled
ok "an unknown number is rejected and gets nothing; a withheld one leaves no trace"

# Through another modem each: what rings one modem twice within seconds is one question.
"$KENTONGAN" group set MELATI --missed-call meeting >/dev/null || fail "group set"
answered "no meeting" 'Belum ada pertemuan MELATI' desa "$(member 6)"
sql "select kentongan.meeting_new(id, kentongan.now() + interval '2 days', 'balai desa', null, null) from kentongan.groups where code = 'MELATI'" >/dev/null
answered "the meeting" '^MELATI: pertemuan .*, balai desa\. .*SALDO$' lambat "$(member 6)"
"$KENTONGAN" group set MELATI --missed-call balance >/dev/null
sql "update kentongan.groups set look_pin = true where code = 'MELATI'"
answered "without the PIN" '^MELATI: pertemuan .*, balai desa\. .*SALDO spasi PIN' tua "$(member 6)"
sql "update kentongan.groups set look_pin = false where code = 'MELATI'"
"$KENTONGAN" group set MELATI --missed-call nothing >/dev/null
rejected desa "$(member 7)"
eventually 60 call_nothing handled "$(member 7)"
is "to a member of a group that wants no answers" 0 sent_to "$(member 7)"
says 'Missed calls get +nothing' "$KENTONGAN" group show MELATI || fail "group show: $("$KENTONGAN" group show MELATI)"
"$KENTONGAN" group set MELATI --missed-call pulsa >"$KT/out" 2>&1 && fail "a rule that there isn't"
says 'balance, meeting, nothing' cat "$KT/out" || fail "what there is: $(cat "$KT/out")"
"$KENTONGAN" group set MELATI --missed-call balance >/dev/null
ok "as the group has it: the meeting, no figures without the PIN, nothing"

# --- limits ---------------------------------------------------------------------------
asks "$(member 20)" '^UP2K MELATI, SULAST' 20 --to desa saldo
for name in desa lambat tua; do
	answered "the balance" '^UP2K MELATI, SULAST' $name "$(member 20)"
done
asks "$(member 20)" 'besok' 20 --to desa mutasi
phone send --to desa --from "$(member 20)" "mutasi 2" >/dev/null
eventually 60 quota_silent sql "select outcome from kentongan.messages where peer = '$(member 20)' order by id desc limit 1"
is "to her" 5 sent_to "$(member 20)"
ok "calls count as texts do"

# --- modems ---------------------------------------------------------------------------
phone control fault desa hang-up-refused -1 >/dev/null
before=$(said_to desa ATH)
call desa "$(member 8)" 5 >"$KT/call.out" && fail "rejected by a modem that refuses: $(cat "$KT/call.out")"
eventually 60 1 inbox_count "$(member 8)"
[ "$(said_to desa ATH)" -gt "$before" ] || fail "only AT+CHUP was tried"
phone control recover desa >/dev/null
answered "the next one" '^UP2K MELATI, WIWIK' desa "$(member 9)"
is "calls of five rings" saldo handled "$(member 8)"
is "answers to five rings" 1 inbox_count "$(member 8)"
ok "five rings are one call, and a refused hang-up isn't the last that is tried"
says 'buta\] info: call: this modem doesn.t tell who calls' cat "$KT/serve.log" || fail "nothing in the log of the modem that can't"
call buta "$(member 10)" 2 >"$KT/call.out" && fail "rejected without knowing whom: $(cat "$KT/call.out")"
asks "$(member 10)" '^UP2K MELATI, SUMIYATI' 20 --to buta saldo
is "its calls" "" handled "$(member 10)"
ok "a modem that can't tell who calls goes on as before"
answered "the balance" '^UP2K MELATI, DEWI' tua "$(member 11)"
[ "$(said_to tua ATH)" -ge 1 ] || fail "nothing hung up"
ok "one without AT+CHUP hangs up by ATH"

# --- a text on the air ------------------------------------------------------------------
submits() { # MODEM COUNT: more than so many texts were handed to it
	[ "$(said_to "$1" 'AT\+CMGS=.*')" -gt "$2" ]
}

# on_the_air MODEM FROM: her answer is at the modem, which waits for the network.
on_the_air() {
	local before
	before=$(said_to "$1" 'AT\+CMGS=.*')
	phone send --to "$1" --from "$2" saldo >/dev/null
	wait_for 20 "a text on the air" submits "$1" "$before"
}

# One modem tells of a call at once, the other when the text has its answer.
while read -r name writes rings short; do
	on_the_air "$name" "$(member "$writes")"
	answered "the balance" '^UP2K MELATI' "$name" "$(member "$rings")"
	eventually 60 1 inbox_count "$(member "$writes")"
	# Where its end comes in the middle of another command libGammu forgets the call.
	[ -n "$short" ] || continue
	on_the_air "$name" "$(member "$writes")"
	call "$name" "$(member "$short")" 1 >"$KT/call.out"
	eventually 60 1 inbox_count "$(member "$short")"
	eventually 60 2 inbox_count "$(member "$writes")"
	is "the calls" "saldo saldo" sql "select string_agg(outcome, ' ') from kentongan.messages
		where transport = 'call' and peer in ('$(member "$rings")', '$(member "$short")')"
done <<-END
	lambat 12 16 22
	antri 13 17
END
is "the last of the calls" saldo handled "$(member 22)"
is "texts that may be lost" 0 sql "select count(*) from kentongan.outbox where status not in ('sent', 'delivered')"
is "modems that broke down" 0 grep -cE '(lambat|antri)\].* -> sick' "$KT/serve.log"
ok "a call during a text is seen to after it, also one that has ended by then"

# --- without the database ------------------------------------------------------------------
"$PG" stop "$(pg_dir)"
eventually 60 database-away modem_state
rejected desa "$(member 18)"
rejected desa "$(member 18)"
"$PG" start "$(pg_dir)" >/dev/null || fail "PostgreSQL doesn't start again"
eventually 60 1 inbox_count "$(member 18)"
is "calls while the database was away" saldo handled "$(member 18)"
for name in desa lambat antri buta tua; do
	wait_ready $name
done
ok "the database away: answered once it is back, once"

# --- a reload ----------------------------------------------------------------------------------
before=$(said_to desa 'AT\+CCWA=0')
sed -i 's/missed_calls = yes/missed_calls = no/' "$KENTONGAN_CONF"
kill -HUP "$SERVE_PID"
wait_for 20 "calls to be left alone" told $((before + 1)) 'AT\+CCWA=0'
before=$(said_to desa 'AT(H|\+CHUP)')
call desa "$(member 19)" 3 >"$KT/call.out" && fail "rejected with missed_calls = no: $(cat "$KT/call.out")"
asks "$(member 13)" 'UP2K MELATI' 20 --to desa saldo
is "its calls" "" handled "$(member 19)"
is "hung up" "$before" said_to desa 'AT(H|\+CHUP)'
before=$(said_to desa 'AT\+CLIP=1')
sed -i 's/missed_calls = no/missed_calls = yes/' "$KENTONGAN_CONF"
kill -HUP "$SERVE_PID"
wait_for 20 "calls to be answered again" told $((before + 1)) 'AT\+CCWA=1'
answered "the balance" '^UP2K MELATI, HALIMAT' desa "$(member 19)"
ok "missed_calls = no lets it ring, yes rejects again, without a restart"

gives_up() {
	says "bisu\\] info: call: this modem doesn.t tell who calls" cat "$KT/serve.log"
}
wait_for 120 "the modem that answers nothing to be left in peace" gives_up
wait_ready bisu 60
asks "$(member 9)" '^UP2K MELATI, WIWIK' 20 --to bisu saldo
ok "one that falls silent when asked to tell of calls works without"

says "^kentongan_calls_today\{channel=\"desa\"\} [1-9]" get /metrics || fail "/metrics: $(get /metrics | grep calls)"
is "balances" "" sql "select * from api.verify_accounts()"
ok "counted in the metrics"
done_testing
