#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Long messages: parts in any order, twice, of several senders at once, through
# two modems, across a restart, and parts that never come.

SIM_MODEMS='desa,number=+6281100000001,sim=10 kota,number=+6281100000002,sim=10'
LIMITS='loop_same = 1000'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)
modem_section() {
	cat <<-EOS
		modem "$1" {
			device = "$KT/sim/$1"
			number = "$2"
			part_wait_seconds = $3
		}
	EOS
}

STARS=$(printf '%0100d' 0 | tr 0 '*')
# Three parts in GSM-7 (153 characters each).
long() {
	printf 'Assalamualaikum warahmatullahi wabarakatuh\n%s\nmohon maaf bu bendahara\n%s\nsaya mau setor sukarela %s ya bu\n%s\nterima kasih bu' \
		"$STARS" "$STARS" "$1" "$STARS"
}

# Three parts in UCS-2 (67 characters each).
long_ucs2() {
	printf 'Assalamualaikum wr wb bu\n%s\nsaya mau setor sukarela %s ya bu, terima kasih bu' "$STARS" "$1"
}

noted() { # NUMBER AMOUNT
	phone wait --on "$1" --match "^Dicatat MENUNGGU: setor sukarela Rp$2 " --timeout 20 >/dev/null 2>&1 ||
		fail "$1: expected the deposit of Rp$2 to be noted, came: $(inbox "$1")"
}

parts_kept() {
	sql "select count(*) from kentongan.message_parts where sealed is not null"
}

messages_of() {
	sql "select count(*) from kentongan.messages where peer = '$1'"
}

# Needs the folder.
sections() {
	MODEM_SECTIONS="$(modem_section desa +6281100000001 "$1")
$(modem_section kota +6281100000002 "$1")"
}

start_pg
sections 600
configure
init_db
load_demo
start_sim
start_serve
wait_ready
wait_ready kota

phone send --from "$(member 23)" --ucs2 --ref 9 "$(long_ucs2 51rb)" >/dev/null
noted "$(member 23)" 51.000
is "parts of the message" "3 false" sql "select parts || ' ' || incomplete from kentongan.messages where peer = '$(member 23)'"
ok "three parts in UCS-2"

phone send --from "$(member 6)" --ref 9 --parts-order 3,1,2 "$(long 52rb)" >/dev/null
noted "$(member 6)" 52.000
ok "in the wrong order"

phone send --from "$(member 7)" --ref16 --ref 4711 --parts-order 2,3,1 "$(long 53rb)" >/dev/null
noted "$(member 7)" 53.000
ok "with a reference of 16 bits"

# The same number as reference of 8 and of 16 bits, at once.
phone send --from "$(member 8)" --ref 77 --only-parts 1,3 "$(long 54rb)" >/dev/null
phone send --from "$(member 8)" --ref16 --ref 77 --only-parts 1,2 "$(long 55rb)" >/dev/null
eventually 20 4 parts_kept
is "messages before they are whole" 0 messages_of "$(member 8)"
phone send --from "$(member 8)" --ref 77 --only-parts 2 "$(long 54rb)" >/dev/null
noted "$(member 8)" 54.000
phone send --from "$(member 8)" --ref16 --ref 77 --only-parts 3 "$(long 55rb)" >/dev/null
noted "$(member 8)" 55.000
ok "8 and 16 bits of one number are two messages"

id=$(phone send --from "$(member 9)" --ref 5 --duplicate --parts-order 2,1,3 "$(long 56rb)")
noted "$(member 9)" 56.000
# Once more, as networks do when an acknowledgement got lost.
phone send --from "$(member 9)" --ref 5 --only-parts 2 --scts "$(date -u -d "@$(sql "select sent_at from kentongan.message_parts p join kentongan.part_sets s on s.id = p.set_id where s.peer = '$(member 9)' and sequence = 2")" +%FT%TZ)" "$(long 56rb)" >/dev/null
asks "$(member 9)" '^UP2K MELATI, WIWIK' 20 saldo
eventually 10 0 stat_of desa sm_used
is "messages" 2 messages_of "$(member 9)"
is "parts that wait" 0 parts_kept
is "deposits" 1 sql "select count(*) from kentongan.requests where amount = 56000"
ok "parts that come twice count once"

# Two senders, the same reference, their parts in turns.
for part in 1 2 3; do
	phone send --from "$(member 10)" --age 120 --ref 42 --only-parts $part "$(long 57rb)" >/dev/null
	phone send --from "$(member 11)" --ref 42 --only-parts $part "$(long 58rb)" >/dev/null
done
noted "$(member 10)" 57.000
noted "$(member 11)" 58.000
is "messages of each" "1 1" eval "echo \$(messages_of $(member 10)) \$(messages_of $(member 11))"
ok "two senders with one reference are not mixed"

# One phone uses a reference again.
phone send --from "$(member 10)" --ref 42 --parts-order 3,2,1 "$(long 59rb)" >/dev/null
noted "$(member 10)" 59.000
ok "a reference is used again"

phone send --from "$(member 12)" --ref 60 --to desa --only-parts 3 "$(long 60rb)" >/dev/null
phone send --from "$(member 12)" --ref 60 --to kota --only-parts 1,2 "$(long 60rb)" >/dev/null
noted "$(member 12)" 60.000
is "messages" 1 messages_of "$(member 12)"
ok "parts through two modems"

phone send --from "$(member 18)" --ref 61 --only-parts 1,2 "$(long 61rb)" >/dev/null
eventually 20 2 parts_kept
eventually 20 0 stat_of desa sm_used
victims=$(tree "$SERVE_PID")
# shellcheck disable=SC2086
kill -9 $victims
wait "$SERVE_PID" 2>/dev/null
READY_AFTER=$(sql "select clock_timestamp()")
start_serve
wait_ready
phone send --from "$(member 18)" --ref 61 --only-parts 3 "$(long 61rb)" >/dev/null
noted "$(member 18)" 61.000
ok "parts before and after a restart"
sql "select string_agg(encode(sealed, 'escape'), ' ') from kentongan.message_parts" | grep -qi assalam &&
	fail "parts are kept in clear"
ok "no part is kept in clear"

# --- parts that never come -------------------------------------------------------
stop_pid "$SERVE_PID"
sections 1
configure
READY_AFTER=$(sql "select clock_timestamp()")
start_serve
wait_ready
requests=$(sql "select count(*) from kentongan.requests")
phone send --from "$(member 16)" --ref 70 --only-parts 1,3 "$(long 62rb)" >/dev/null
phone wait --on "$(member 16)" --timeout 40 >/dev/null || fail "no answer to an incomplete message"
is "the message" "true incomplete 2" sql "select incomplete || ' ' || outcome || ' ' || parts from kentongan.messages where peer = '$(member 16)'"
is "deposits" "$requests" sql "select count(*) from kentongan.requests"
ok "what stays incomplete is answered and moves nothing"

phone send --from "$(member 16)" --ref 70 --only-parts 2 "$(long 62rb)" >/dev/null
eventually 10 0 stat_of desa sm_used
asks "$(member 17)" '^UP2K MELATI, PONIRAH' 20 saldo
eventually 20 0 sql "select count(*) from kentongan.part_sets where message_id is null"
is "answers" 1 inbox_count "$(member 16)"
is "deposits" "$requests" sql "select count(*) from kentongan.requests"
ok "its last part, too late, isn't a message of its own"
is "inner faults" 0 sql "select count(*) from kentongan.messages where outcome in ('error', 'ignored_fault')"
ok "nothing failed inside"
done_testing
