#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How fast a broadcast leaves, and through which modem: the pace of a modem and
# of an operator, who sends to its own network, who takes over from a modem that
# is gone, and the end.

SIM_MODEMS='a,number=+6281100000001
	b,number=+6281100000002'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

section() { # NAME NUMBER LINE…
	echo "modem \"$1\" {"
	echo "device = \"$KT/sim/$1\""
	echo "number = \"+628110000000$2\""
	echo "sample_seconds = 2"
	shift 2
	printf '%s\n' "$@" "}"
}

sent() {
	sql "select count(*) from kentongan.outbox where broadcast_id = $1 and status in ('sent', 'delivered')"
}

broadcast_state() {
	sql "select status from kentongan.broadcasts where id = $1"
}

# closest BROADCAST COLUMN: the shortest time (in ms) between two messages with
# the same value there.
closest() {
	sql "select min(gap)::int from (select extract(epoch from claimed_at - lag(claimed_at) over (partition by $2 order by claimed_at)) * 1000 as gap
	       from kentongan.outbox where broadcast_id = $1) x"
}

at_least() { # WHAT LEAST GOT
	[ "$3" -ge "$2" ] || fail "$1: expected at least $2, came $3"
}

start_pg
MODEM_SECTIONS="$(section a 1 "broadcast_pace = 0.2" "broadcast_jitter = 25")
$(section b 2 "broadcast_pace = 0.2" "broadcast_jitter = 25" "own_prefixes = \"0895\"")
operator \"indosat\" {
pace = 0.4
}"
configure
init_db
load_demo
start_sim
start_serve
for name in a b; do wait_ready $name; done
eventually 10 "indosat 400" sql "select name || ' ' || pace_ms from kentongan.operators where pace_ms > 0"
is "the modems' pace" "200 25, 200 25" sql "select string_agg(pace_ms || ' ' || jitter, ', ') from kentongan.channels"
ok "operators and paces are stored at the start"

# --- pace ---------------------------------------------------------------------------
b=$(call_out 30 "+62812 +62857") || fail "no broadcast"
eventually 40 30 sent "$b"
eventually 10 "done" broadcast_state "$b"
at_least "ms between two of one modem" 150 "$(closest "$b" channel)"
at_least "ms between two to one operator" 300 "$(closest "$b" "case when lane = 'indosat' then 0 else id end")"
is "the modems that sent it" "a b" sql "select string_agg(distinct channel, ' ' order by channel) from kentongan.outbox where broadcast_id = $b"
ok "two messages are never closer than the pace less jitter, through one modem and to one operator"

# As the network sees it: the submits of modem a, first to last.
span=$(phone control log 2000 | awk '/ a: submit / {if (!n++) first = $1; last = $1} END {if (n < 2) n = 2; print int((last - first) * 1000 / (n - 1))}')
at_least "ms from submit to submit, on the average" 150 "$span"
ok "nor does the network see more"
is "everyone has it once" "30 30" sql "select count(*) || ' ' || count(distinct peer) from kentongan.outbox where broadcast_id = $b and status in ('sent', 'delivered')"
first=$(sql "select min(peer) from kentongan.outbox where broadcast_id = $b")
is "messages on the first number's handset" 1 jq length < <(phone inbox --on "$first" --json)
ok "everyone gets it, once"

# --- whose it is ---------------------------------------------------------------------
b=$(call_out 6 "+62895 +62812")
eventually 20 "done" broadcast_state "$b"
is "who sent to b's own network" b sql "select string_agg(distinct channel, ' ') from kentongan.outbox where broadcast_id = $b and lane = 'tri'"
ok "a modem's own network gets it from there"

b=$(call_out 40 +62895)
some() {
	[ "$(sent "$b")" -ge 5 ]
}
wait_for 20 "the first messages" some
phone control unplug b >/dev/null
eventually 15 down sql "select state from kentongan.channels where name = 'b'"
eventually 60 "done" broadcast_state "$b"
says '^a b$' sql "select string_agg(distinct channel, ' ' order by channel) from kentongan.outbox where broadcast_id = $b" || fail "modem a took nothing over"
is "sent, uncertain, and no others" 40 sql "select count(*) from kentongan.outbox where broadcast_id = $b and status in ('sent', 'delivered', 'uncertain')"
at_least "sent" 39 "$(sent "$b")"
ok "when a modem is unplugged the other sends its share"
phone control plug b >/dev/null
eventually 20 ready sql "select state from kentongan.channels where name = 'b'"

# --- reload ---------------------------------------------------------------------------
sed -i 's/pace = 0.4/pace = 0.1/; s/broadcast_pace = 0.2/broadcast_pace = 0.1/' "$KENTONGAN_CONF"
kill -HUP "$SERVE_PID"
eventually 10 "indosat 100" sql "select name || ' ' || pace_ms from kentongan.operators where pace_ms > 0"
eventually 10 "100, 100" sql "select string_agg(pace_ms::text, ', ') from kentongan.channels"
ok "a reload changes them"

# --- pause and cancel -----------------------------------------------------------------
b=$(call_out 300 +62812)
wait_for 20 "the first messages" some
sql "select kentongan.broadcast_set($b, 'paused', 'test')" >/dev/null
since=$(sql "select clock_timestamp()")
phone send --to a --from +6281200000023 mutasi 9 >/dev/null
phone wait --on +6281200000023 --match 'halaman 9\.' --timeout 15 >/dev/null || fail "no answer while a broadcast is paused"
is "taken after the pause" 0 sql "select count(*) from kentongan.outbox where broadcast_id = $b and claimed_at > '$since'"
sql "select kentongan.broadcast_set($b, 'running', 'test')" >/dev/null
goes_on() {
	[ "$(sql "select count(*) from kentongan.outbox where broadcast_id = $b and claimed_at > '$since'")" -ge 3 ]
}
wait_for 20 "it to go on" goes_on
sql "select kentongan.broadcast_set($b, 'cancelled', 'test')" >/dev/null
since=$(sql "select clock_timestamp()")
phone send --to a --from +6281200000023 mutasi 10 >/dev/null
phone wait --on +6281200000023 --match 'halaman 10\.' --timeout 15 >/dev/null || fail "no answer after a broadcast was cancelled"
is "taken after the end" 0 sql "select count(*) from kentongan.outbox where broadcast_id = $b and claimed_at > '$since'"
ok "paused, nothing leaves; resumed, it goes on; cancelled, it ends at once"
done_testing
