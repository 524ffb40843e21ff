#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGKILL at random moments, to the modem's process, to the daemon (and so to
# both) and to PostgreSQL, while members report deposits and the treasurer
# confirms them. Afterwards: every deposit posted exactly once, every receipt
# sent, none missing, the books and the audit chain sound. After each kill the
# state that it left is looked at, so that we know which steps were hit.
#
# KILLS (default 60), SEED.

SIM_MODEMS='desa,number=+6281100000001,sim=20,cmgs-delay=3'
LIMITS='burst = 1000
	per_minute = 60000
	replies_per_sender = 1000000
	replies_per_group = 1000000
	replies_per_modem = 1000000
	loop_same = 1000'
. "$(dirname "$0")/../system/lib.sh"

KILLS=${KILLS:-60}
RANDOM=${SEED:=$RANDOM}
MEMBERS=(02 03 04 05 06 07 08 09)
echo "# seed $SEED, $KILLS kills"

number_of() {
	sql "select p.msisdn from kentongan.members m join kentongan.member_phones mp on mp.member_id = m.id and mp.until is null
	      join kentongan.phones p on p.id = mp.phone_id where m.number = $1"
}

# A member reports one deposit after another, each of another amount, and waits
# for each receipt. Stops when the flag is gone.
member() {
	local n=$1 phone=$2 k=0 amount dotted
	while [ -e "$KT/go" ]; do
		k=$((k + 1))
		amount=$((10#$n * 100000 + k * 100 + 1000))
		dotted=$(sed -E ':a; s/([0-9])([0-9]{3})($|\.)/\1.\2\3/; ta' <<<$amount)
		echo "$phone $amount" >>"$KT/sent.$n"
		phone send --from "$phone" "SETOR $dotted" >/dev/null
		if ! phone wait --on "$phone" --match "^SAH .*Rp${dotted}[, ]" --timeout 120 >/dev/null; then
			echo "$phone waits for the receipt of $dotted" >>"$KT/stuck"
			return
		fi
	done
}

# The treasurer answers every question, each once.
treasurer() {
	local code
	declare -A seen
	while [ -e "$KT/go" ] || [ -e "$KT/finish" ]; do
		while read -r code; do
			[ -z "${seen[$code]:-}" ] || continue
			seen[$code]=1
			phone send --from "$TREASURER" "TERIMA $code" >/dev/null
		done < <(phone inbox --on "$TREASURER" --json | jq -r '.[].text' | sed -nE 's/.*TERIMA ([0-9]{4})\. .*/\1/p')
		sleep 0.3
	done
}

stat_of() {
	phone control --json stats desa | jq ".$1"
}

# Which step did the kill fall into? What the SIM holds against what the
# database knows.
classify() {
	local left sending
	left=$(stat_of sm_used)
	sending=$(sql "select count(*) from kentongan.outbox where status = 'sending'" 2>/dev/null || echo '?')
	if [ "$sending" = '?' ]; then
		echo "database"
	elif [ "$sending" != 0 ]; then
		echo "claimed or sent, not recorded"
	elif [ "$left" != 0 ]; then
		echo "received, not deleted"
	else
		echo "between"
	fi
}

restart_serve() {
	stop_pid "$SERVE_PID"
	start_serve
}

serve_child() {
	cat "/proc/$SERVE_PID/task/$SERVE_PID/children" 2>/dev/null | tr -d ' '
}

one_kill() {
	local child what=$((RANDOM % 10))
	sleep "0.0$((RANDOM % 100 + 100))"
	child=$(serve_child)
	if [ $what -lt 5 ] && [ -n "$child" ]; then
		kill -9 "$child"
		echo "modem: $(classify)" >>"$KT/hits"
	elif [ $what -lt 8 ]; then
		kill -9 "$SERVE_PID"
		wait "$SERVE_PID" 2>/dev/null
		[ -z "$child" ] || wait_for 20 "the modem's process to follow its parent" gone "$child"
		echo "daemon: $(classify)" >>"$KT/hits"
		start_serve
	else
		"$PG" kill "$(pg_dir)"
		echo "postgresql: $(classify)" >>"$KT/hits"
		"$PG" start "$(pg_dir)" >/dev/null || fail "PostgreSQL doesn't come back"
	fi
}

report() {
	if [ "$2" = "$3" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1: expected $3, found $2"
		STATUS=1
	fi
}

setup
TREASURER=$(sql "select kentongan.phone_of(member_id) from kentongan.officers where role = 'bendahara' and until is null")
touch "$KT/go" "$KT/finish"
treasurer &
PIDS+=($!)
WORKERS=()
for n in "${MEMBERS[@]}"; do
	phone=$(number_of "$((10#$n))")
	[ "$phone" != "$TREASURER" ] || continue
	member "$n" "$phone" &
	WORKERS+=($!)
done
for ((i = 1; i <= KILLS; i++)); do
	one_kill
	# Give each life a chance to do something before it ends.
	before=$(stat_of submitted)
	for ((w = 0; w < 100; w++)); do
		[ "$(stat_of submitted)" = "$before" ] || break
		sleep 0.05
	done
	# A child that dies often is restarted ever more slowly: a fresh parent starts afresh.
	[ $((i % 3)) != 0 ] || restart_serve
done
rm -f "$KT/go"
wait "${WORKERS[@]}"
[ ! -e "$KT/stuck" ] || fail "$(cat "$KT/stuck")"
wait_for 60 "the outbox to be empty" test "$(sql "select count(*) from kentongan.outbox where status in ('queued', 'sending')")" = 0
rm -f "$KT/finish"

STATUS=0
echo "# steps hit:"
sort "$KT/hits" | uniq -c | sed 's/^/# /'
sent=$(cat "$KT"/sent.* | wc -l)
report "$sent deposits were reported, each is one message" \
	"$(sql "select count(*) from kentongan.messages where command = 'SETOR' and outcome = 'setor'")" "$sent"
report "each is one request" "$(sql "select count(*) from kentongan.requests")" "$sent"
report "each is posted exactly once" "$(sql "select count(*) || ' ' || count(distinct request_id) from kentongan.journal_entries where kind = 'deposit'")" "$sent $sent"
report "the sums agree" "$(sql "select sum(amount) from kentongan.postings p join kentongan.journal_entries e on e.id = p.entry_id where e.kind = 'deposit' and p.amount > 0")" \
	"$(cat "$KT"/sent.* | awk '{s += $2} END {print s}')"
report "no message failed inside" "$(sql "select count(*) from kentongan.messages where outcome in ('error', 'ignored_fault')")" 0
report "every receipt left" "$(sql "select count(*) from kentongan.receipts r join kentongan.outbox o on o.id = r.outbox_id where o.status not in ('sent', 'delivered')")" 0
report "two receipts for each deposit" "$(sql "select count(*) from kentongan.receipts")" $((2 * sent))

missing=0
while read -r phone last; do
	got=$(phone inbox --on "$phone" --json | jq -r '.[].text' | sed -nE 's/.*Bukti [A-Z0-9]{4}-([0-9]+).*/\1/p' | sort -un | wc -l)
	[ "$got" = "$last" ] || { echo "# $phone got $got of $last receipts"; missing=$((missing + 1)); }
done < <(sql "select kentongan.phone_of(id) || ' ' || receipts from kentongan.members where receipts > 0")
report "every receipt number arrived on its handset" $missing 0
"$KENTONGAN" db verify >"$KT/verify.log" 2>&1
report "the books: kentongan db verify" $? 0
audit_linked() {
	[ "$(sql "select count(*) from kentongan.audit_log l where not exists (select 1 from kentongan.audit_chain c where c.audit_id = l.id)")" -lt 20 ]
}
wait_for 30 "the audit log to be sealed" audit_linked
"$KENTONGAN" audit verify >>"$KT/verify.log" 2>&1
report "the chain: kentongan audit verify" $? 0
[ $STATUS = 0 ] || cat "$KT/verify.log"
exit $STATUS
