#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PostgreSQL goes away while members write: their messages wait on the SIM and
# then in the network, everybody is told so, no process is restarted, and once it
# is back each message has one effect and one answer.

SIM_MODEMS='desa,number=+6281100000001,sim=5'
LIMITS='loop_same = 1000'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)

messages() {
	sql "select count(*) from kentongan.messages"
}

# Answers on their way or gone out, to those who wrote.
replies() {
	sql "select count(*) from kentongan.outbox where class = 'reply' and status in ('sent', 'delivered')"
}

pids() {
	echo "$SERVE_PID $(get /status | jq -r .pid) $(modem_pid)"
}

backends() {
	sql "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'kentongan%'" >/dev/null
}

waits_for_a_lock() {
	[ "$(sql "select count(*) from pg_stat_activity where application_name = 'kentongan modem desa' and wait_event = 'advisory'")" = 1 ]
}

setup
before=$(pids)
asks "$(member 23)" '^UP2K MELATI, SITI A' 20 saldo
ok "with the database a question is answered"

# --- away ------------------------------------------------------------------------
"$PG" stop "$(pg_dir)"
eventually 20 503 http_code /healthz
eventually 20 database-away modem_state
for n in 2 3 4 5 6 7 8 9 10 13; do
	phone send --from "$(member $n)" saldo >/dev/null
done
phone send --from "$(member 12)" setor 50rb >/dev/null
phone send --age 1500 --from "$(member 11)" saldo >/dev/null
is "the SIM's places in use" 5 stat_of desa sm_used
is "messages that wait in the network" 7 stat_of desa waiting
ok "messages wait on the SIM and in the network"

says '"healthy":false.*database: ' get /healthz || fail "/healthz: $(get /healthz)"
says '"up":false,"trouble":"[A-Z]' get /status || fail "/status: $(get /status)"
says 'messages wait on the SIM and in the network: no database' get /status || fail "/status: $(get /status)"
ok "/healthz and /status tell of it"
"$KENTONGAN" status >"$KT/status.out" 2>&1 && fail "status calls this well: $(cat "$KT/status.out")"
for words in 'database +isn.t reached' 'it has had no database for' 'modem desa.*messages wait on the SIM'; do
	says "$words" cat "$KT/status.out" || fail "status doesn't say \"$words\": $(cat "$KT/status.out")"
done
ok "kentongan status tells of it in plain words"
is "the processes" "$before" pids
ok "daemon and modem process live on"

# --- back -------------------------------------------------------------------------
start_pg
eventually 30 200 http_code /healthz
eventually 30 13 messages
eventually 30 13 replies
ok "when it is back every message is handled and answered"
eventually 10 0 stat_of desa sm_used
is "each once" "13 13" sql "select count(distinct dedupe) || ' ' || count(distinct (peer, body)) from kentongan.messages"
for n in 4 6 7 8 9 10 11 12 13; do
	eventually 10 1 inbox_count "$(member $n)"
done
is "deposits noted" 1 sql "select count(*) from kentongan.requests"
ok "each once"
says '^Sukarela .* \(SMS Ibu [0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}, baru dicatat [0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}\)' \
	inbox "$(member 11)" || fail "the late answer: $(inbox "$(member 11)")"
says 'baru dicatat' inbox "$(member 4)" && fail "an answer on time speaks of lateness: $(inbox "$(member 4)")"
ok "what is more than 15 minutes old says when it was sent and noted"
is "the processes" "$before" pids
ok "no process was restarted"

# --- cut off in the middle ------------------------------------------------------------
# A lock makes handling stand still between its first and its last statement.
mkfifo "$KT/lock"
psql -XqAt -U postgres -d kentongan <"$KT/lock" >"$KT/lock.out" &
PIDS+=($!)
exec 7>"$KT/lock"
echo "select 'held', pg_advisory_lock(4714, hashtext('$(member 14)')), pg_advisory_lock(4714, hashtext('$(member 16)'));" >&7
wait_for 10 "the lock" grep -q held "$KT/lock.out"
phone send --from "$(member 16)" setor 75rb >/dev/null
wait_for 20 "handling to stand still" waits_for_a_lock
backends
eventually 20 0 sql "select count(*) from kentongan.messages where peer = '$(member 16)'"
exec 7>&-
phone wait --on "$(member 16)" --match '^Dicatat MENUNGGU: setor sukarela Rp75.000' --timeout 20 >/dev/null ||
	fail "the deposit that was cut off is not answered: $(inbox "$(member 16)")"
is "deposits noted of it" 1 sql "select count(*) from kentongan.requests where amount = 75000"
ok "a connection that is cut in the middle of handling loses and doubles nothing"

# And at any moment, again and again, while messages come.
for i in $(seq 24); do
	phone send --from "$(member $((17 + i % 6)))" "setor $((i + 1)).000" >/dev/null
	[ $((i % 3)) != 0 ] || backends
done
eventually 40 24 sql "select count(*) from kentongan.messages where body ~ '^setor [0-9]+\.000'"
eventually 40 0 sql "select count(*) from kentongan.outbox where class = 'reply' and status in ('queued', 'sending')"
is "deposits noted" "24 24" sql "select count(*) || ' ' || count(distinct amount) from kentongan.requests where amount % 1000 = 0 and amount <= 25000"
is "messages without an effect" 0 sql "select count(*) from kentongan.messages where outcome in ('error', 'handling')"
for i in $(seq 24); do
	says "Rp$((i + 1))\.000 " inbox "$(member $((17 + i % 6)))" ||
		fail "no answer to the deposit of $((i + 1)).000: $(inbox "$(member $((17 + i % 6)))")"
done
for n in 17 18 19 20 21 22; do
	is "answers to $n" "$(inbox "$(member $n)" | wc -l)" eval "inbox $(member $n) | sort -u | wc -l"
done
ok "nor does one that is cut at any moment"
is "the processes" "$before" pids
eventually 10 0 stat_of desa sm_used
ok "the SIM is empty and no process was restarted"
done_testing
