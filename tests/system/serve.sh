#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `kentongan serve` with a simulated modem: what it answers over HTTP, and what it
# does when its modem's process, the database, its settings or itself go wrong.
set -u
export PG_FSYNC=off
SETTINGS='heartbeat_seconds = 8'
SIM_MODEMS="desa,number=+6281100000001 kota,number=+6281100000002"
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

free_port() {
	local port
	for _ in $(seq 100); do
		port=$((20000 + RANDOM % 10000))
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}
HTTP_PORT=$(free_port)
n=0

ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}

# The whole answer to a GET of PATH (from PORT).
get() {
	local fd
	exec {fd}<>"/dev/tcp/127.0.0.1/${2:-$HTTP_PORT}" || return 1
	printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&"$fd"
	cat <&"$fd"
	exec {fd}>&-
}

# answers PATH PATTERN [PORT]: whether the answer matches an extended pattern.
answers() {
	get "$1" "${3:-$HTTP_PORT}" 2>/dev/null | grep -qE -- "$2"
}

healthy() {
	answers /healthz '^HTTP/1.. 200 '
}

# The process of modem NAME as /status tells it.
pid_of() {
	get /status 2>/dev/null | grep -oE "\"name\":\"${1:-desa}\",\"pid\":[0-9]+" | grep -oE '[0-9]+$'
}

another_process() { # than PID
	local now
	now=$(pid_of)
	[ -n "$now" ] && [ "$now" != 0 ] && [ "$now" != "$1" ] && healthy
}

sealed_to_the_head() {
	[ "$(sql "select max(s.sequence) = (select max(sequence) from kentongan.audit_chain)
		and not exists (select from kentongan.audit_log l
			where not exists (select from kentongan.audit_chain c where c.audit_id = l.id))
		from kentongan.audit_seals s")" = t ]
}

one_leads() {
	[ "$(sql "select count(*) from pg_locks where locktype = 'advisory' and classid = 4712
		and objid = 1 and granted")" = 1 ]
}

start_pg
configure
init_db
start_sim

# --- the ordinary day ---------------------------------------------------------------
start_serve
wait_for 20 "health" healthy
ok "healthy once the database is up and the modem ready"
answers /status '"database":\{"up":true' && answers /status '"name":"desa".*"state":"ready"' ||
	fail "/status: $(get /status)"
wait_for 10 "leadership" answers /status '"leader":true'
ok "/status tells of database, leader and modem"
answers /metrics '^kentongan_database_up 1' && answers /metrics '^kentongan_requests_pending 0' ||
	fail "/metrics: $(get /metrics)"
ok "/metrics has the process's figures and the database's"
wait_for 15 "a seal over the audit log's head" sealed_to_the_head
ok "the audit log is linked and sealed"

# --- the modem's process ----------------------------------------------------------------
pid=$(pid_of)
kill -9 "$pid"
wait_for 20 "another process" another_process "$pid"
answers /metrics '^kentongan_modem_restarts_total\{modem="desa"\} 1' || fail "restarts not counted"
ok "a modem's process that was killed is started again"
pid=$(pid_of)
kill -STOP "$pid"
wait_for 60 "another process after silence" another_process "$pid"
grep -q "process $pid showed no life for 8 s: killed" "$KT/serve.log" || fail "the log doesn't say why"
ok "one that hangs is killed and started again"

# --- settings ------------------------------------------------------------------------------
pid=$(pid_of)
cp "$KENTONGAN_CONF" "$KT/good.conf"
echo 'colour = "blue"' >>"$KENTONGAN_CONF"
kill -HUP "$SERVE_PID"
wait_for 10 "the refusal of bad settings" grep -q "the old ones stay in force" "$KT/serve.log"
grep -q "kentongan.conf:[0-9]*: .*colour" "$KT/serve.log" || fail "file and line of the mistake"
[ "$(pid_of)" = "$pid" ] && healthy || fail "bad settings did something"
ok "bad settings are refused with file and line, the old ones stay"
cat "$KT/good.conf" - >"$KENTONGAN_CONF" <<-EOF
	modem "kota" {
		device = "$KT/sim/kota"
		number = "+6281100000002"
	}
EOF
kill -HUP "$SERVE_PID"
wait_for 20 "the second modem" answers /status '"name":"kota","pid":[0-9]+,"state":"ready"'
[ "$(pid_of)" = "$pid" ] || fail "the modem that didn't change was restarted"
ok "a modem that is added is started, the other one isn't touched"
kota=$(pid_of kota)
cp "$KT/good.conf" "$KENTONGAN_CONF"
kill -HUP "$SERVE_PID"
wait_for 20 "the second modem's end" gone "$kota"
answers /status kota && fail "a modem that is gone is still told of"
ok "one that is taken away is stopped"

# --- a second daemon ---------------------------------------------------------------------------
other=$(free_port)
sed "s/port = $HTTP_PORT/port = $other/; /^modem/,/^}/d; /^\t*modem/,/^\t*}/d" "$KT/good.conf" >"$KT/other.conf"
"$KENTONGAN" -c "$KT/other.conf" serve >"$KT/other.log" 2>&1 &
OTHER_PID=$!
PIDS+=("$OTHER_PID")
wait_for 20 "the second daemon" answers /status '"database":\{"up":true' "$other"
answers /status '"leader":false' "$other" && one_leads || fail "two leaders"
ok "of two daemons one leads"

# --- the database ----------------------------------------------------------------------------------
pid=$(pid_of)
"$PG" kill "$(pg_dir)"
wait_for 10 "the loss of the database to be noticed" answers /healthz '^HTTP/1.. 503 '
answers /healthz '"database: ' && answers /metrics '^kentongan_database_up 0' &&
	answers /status '"leader":false' || fail "$(get /status)"
[ "$(pid_of)" = "$pid" ] || fail "the modem's process didn't live on"
ok "without the database it says so and lives on, the modem's process too"
start_pg
wait_for 30 "recovery" healthy
[ "$(pid_of)" = "$pid" ] || fail "the modem's process was restarted"
wait_for 20 "a leader again" one_leads
ok "it recovers by itself when the database is back"

# --- the end -------------------------------------------------------------------------------------------
kill "$OTHER_PID"
wait "$OTHER_PID" || fail "the second daemon ended with $?"
pid=$(pid_of)
kill "$SERVE_PID"
wait "$SERVE_PID" || fail "serve ended with $?"
gone "$pid" || fail "it left its modem's process behind"
ok "SIGTERM ends it and its children, status 0"

"$PG" stop "$(pg_dir)"
start_serve
wait_for 20 "an answer without a database" answers /metrics '^kentongan_database_up 0'
wait_for 20 "the modem's process" pid_of
pid=$(pid_of)
kill -9 "$SERVE_PID"
wait "$SERVE_PID" 2>/dev/null
wait_for 20 "the orphan's end" gone "$pid"
ok "it starts without a database; killed, it leaves no orphan"
start_serve
wait_for 20 "another start" answers /status '"pid"'
start_pg
wait_for 30 "health after both came back" healthy
ok "both come back in any order"
echo "1..$n"
