#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plays every golden transcript of tests/conversation, each against the gateway,
# libGammu, the simulator and a fresh copy of the demonstration group.
#
#   tests/system/conversation.sh [FILE…]
#
# from before the service starts: what the leader does first is part of it; with a
# line "# reminders" those that are due come, too.
# from before the service starts: what the leader does first is part of it.

export PG_FSYNC=off # what it forgets in a power cut is not tested here
MODEM_OPTIONS=$'pace_ms = 0\nbroadcast_pace = 0'
. "$(dirname "$0")/lib.sh"

template() {
	sql "select pg_terminate_backend(pid) from pg_stat_activity where datname in ('kentongan', 'fresh') and pid <> pg_backend_pid()" >/dev/null
	psql -XqAt -U postgres -d postgres -v ON_ERROR_STOP=1 "$@"
}

start_pg
configure
init_db
load_demo
# Broadcasts are quiet at night; here it may be night. One with a text for each
# of the 22, two of whom share a phone, needs a second officer.
sql "update kentongan.groups set quiet_from = '00:00', quiet_until = '00:00', broadcast_second_above = 21" >/dev/null
"$KENTONGAN" lesson load "$ROOT/config/lessons/usaha.conf" >/dev/null || fail "kentongan lesson load"
template -c 'create database fresh template kentongan'

# play FILE SECONDS
play() {
	phone play --timeout "$2" "$1" >"$KT/$name.out" 2>&1
}

status=0 n=0
[ $# -gt 0 ] || set -- "$ROOT"/tests/conversation/*.txt
for file in "$@"; do
	n=$((n + 1))
	name=$(basename "$file" .txt)
	template -c 'drop database if exists kentongan' -c 'create database kentongan template fresh'
	psql -XqAt -U postgres -d kentongan -c "grant connect on database kentongan to kentongan" >/dev/null
	clock=$(sed -n 's/^# clock //p' "$file")
	start_sim
	if [ -n "$clock" ]; then
		! grep -q '^# reminders' "$file" || reminders on
		sql "update kentongan.clock set shift = timestamp '$clock' at time zone 'Asia/Jakarta' - clock_timestamp()" >/dev/null
		# The leader's next minute may be what is waited for.
		play "$file" 90 &
		player=$!
		start_serve
		wait "$player"
	else
		start_serve
		wait_ready
		play "$file" 30
	fi
	if [ $? = 0 ]; then
		echo "ok $n - $name"
	else
		status=1
		echo "not ok $n - $name"
		sed 's/^/# /' "$KT/$name.out"
		tail -n 5 "$KT/serve.log" | sed 's/^/# serve: /'
	fi
	stop_pid "$SERVE_PID"
	stop_pid "$SIM_PID"
	PIDS=()
	rm -rf "$KT/sim"
	: >"$KT/serve.log"
done
exit $status
