#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGKILL at random moments while a broadcast to 300 numbers leaves through two
# modems: to a modem's process, to the daemon (and so to both), to one of
# PostgreSQL's processes (which then restarts them all) and to PostgreSQL as a
# whole. Afterwards: nobody got it twice; who didn't get it, or may not have, is
# listed; the broadcast is over.
#
# KILLS (default 9), SEED.

SIM_MODEMS='a,number=+6281100000001,cmgs-delay=30
	b,number=+6281100000002,cmgs-delay=30'
. "$(dirname "$0")/../system/lib.sh"

KILLS=${KILLS:-9}
NUMBERS=300
RANDOM=${SEED:=$RANDOM}
echo "# seed $SEED, $KILLS kills"

section() {
	echo "modem \"$1\" {"
	echo "device = \"$KT/sim/$1\""
	echo "number = \"+628110000000$2\""
	echo "sample_seconds = 2"
	echo "broadcast_pace = 0.05"
	echo "}"
}

children() {
	cat "/proc/$1/task/$1/children" 2>/dev/null
}

left() {
	sql "select count(*) from kentongan.outbox where broadcast_id = $b and status in ('queued', 'sending')" 2>/dev/null || echo '?'
}

classify() {
	local sending
	sending=$(sql "select count(*) from kentongan.outbox where status = 'sending'" 2>/dev/null) || sending='?'
	case $sending in
	'?') echo "the database is away" ;;
	0) echo "between two messages" ;;
	*) echo "claimed or sent, not recorded" ;;
	esac
}

kill_modem() {
	local modems
	read -ra modems < <(children "$SERVE_PID")
	[ ${#modems[@]} != 0 ] || return
	kill -9 "${modems[RANDOM % ${#modems[@]}]}"
	echo "a modem: $(classify)" >>"$KT/hits"
}

kill_daemon() {
	local modems child
	modems=$(children "$SERVE_PID")
	kill -9 "$SERVE_PID"
	wait "$SERVE_PID" 2>/dev/null
	for child in $modems; do
		wait_for 20 "a modem's process to follow its parent" gone "$child"
	done
	echo "the daemon: $(classify)" >>"$KT/hits"
	start_serve
}

kill_backend() {
	local pid
	pid=$(sql "select pid from pg_stat_activity where application_name ~ '^kentongan modem' order by random() limit 1" 2>/dev/null)
	[ -n "$pid" ] || return
	kill -9 "$pid"
	echo "a backend: $(classify)" >>"$KT/hits"
}

kill_postgresql() {
	"$PG" kill "$(pg_dir)"
	echo "PostgreSQL: $(classify)" >>"$KT/hits"
	"$PG" start "$(pg_dir)" >/dev/null || fail "PostgreSQL doesn't come back"
}

answering() {
	[ "$(sql 'select 1' 2>/dev/null)" = 1 ]
}

progress() {
	local now
	now=$(left)
	[ "$now" != '?' ] && { [ "$now" = 0 ] || [ "$now" -lt "$before" ]; }
}

report() {
	if [ "$2" = "$3" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1: expected $3, found $2"
		STATUS=1
	fi
}

start_pg
MODEM_SECTIONS="$(section a 1)
$(section b 2)"
configure
init_db
load_demo
# Modems listen between two messages: here they needn't, there are no questions.
sql "create or replace function kentongan.listen_first(p_channel text) returns void language sql as 'select'" >/dev/null
start_sim
start_serve
wait_ready a
wait_ready b
b=$(call_out $NUMBERS "+62812 +62857") || fail "no broadcast"
for ((i = 1; i <= KILLS; i++)); do
	sleep "0.0$((RANDOM % 100 + 100))"
	case $((RANDOM % 10)) in
	[0-3]) kill_modem ;;
	[4-6]) kill_daemon ;;
	[7-8]) kill_backend ;;
	*) kill_postgresql ;;
	esac
	wait_for 30 PostgreSQL answering
	# Each life does something before it ends.
	before=$(left)
	wait_for 60 "the broadcast to go on" progress
	[ "$before" != 0 ] || break
	# A child that dies often is restarted ever more slowly: a fresh parent starts afresh.
	[ $((i % 3)) != 0 ] || [ $i = "$KILLS" ] || { stop_pid "$SERVE_PID"; start_serve; }
done
stop_pid "$SERVE_PID"
start_serve

over() {
	[ "$(sql "select status from kentongan.broadcasts where id = $b")" = "done" ]
}
wait_for 120 "the broadcast to be over" over

STATUS=0
echo "# steps hit:"
sort "$KT/hits" | uniq -c | sed 's/^/# /'
sql "select status, count(*) from kentongan.outbox where broadcast_id = $b group by 1 order by 1" | sed 's/|/: /; s/^/# /'

# What each handset holds, as the network delivered it.
sql "select peer, status from kentongan.outbox where broadcast_id = $b" | tr '|' ' ' >"$KT/listed"
while read -r peer status; do
	echo "$peer $status $(phone inbox --on "$peer" | grep -c "Besok kerja bakti")"
done <"$KT/listed" >"$KT/got"
report "everyone is in the list, once" "$(cut -d' ' -f1 "$KT/listed" | sort -u | wc -l)" $NUMBERS
report "nobody got it twice" "$(awk '$3 > 1' "$KT/got" | wc -l)" 0
report "who didn't get it is listed as uncertain or failed" "$(awk '$3 == 0 && $2 != "uncertain" && $2 != "failed"' "$KT/got" | wc -l)" 0
report "who is listed as sent has it" "$(awk '($2 == "sent" || $2 == "delivered") && $3 != 1' "$KT/got" | wc -l)" 0
report "the operator's list names just those" "$(sql "select count(*) from api.broadcast_failures($b)")" "$(awk '$2 == "uncertain" || $2 == "failed"' "$KT/got" | wc -l)"
report "nothing is left over" "$(sql "select count(*) from kentongan.outbox where status in ('queued', 'sending') and broadcast_id = $b")" 0
uncertain=$(awk '$2 == "uncertain"' "$KT/got" | wc -l)
report "no more are uncertain than there were kills, and modems to each ($uncertain)" $((uncertain <= 2 * (KILLS + KILLS / 3 + 1) ? 1 : 0)) 1
if [ $STATUS != 0 ]; then
	twice=$(awk '$3 > 1 {print $1}' "$KT/got" | head -n 3)
	for peer in $twice; do phone inbox --on "$peer" --json; sql "select id, channel, attempts, claimed_at, finished_at, status, error from kentongan.outbox where peer = '$peer'"; done | sed "s/^/# /"
	awk '$3 != 1' "$KT/got" | sed 's/^/# /'
	tail -n 40 "$KT/serve.log" | sed 's/^/# /'
fi
exit $STATUS
