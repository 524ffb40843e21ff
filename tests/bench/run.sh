#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `make bench`: on a simulator without delays of its own, the time from the notice
# (+CMTI) to the reply's CMGS accepted; a burst through a small SIM; CPU per
# message; handling without a modem against pgbench calling the same function.
# Figures, not verdicts: a busy machine is slower. BENCH_MESSAGES, BENCH_SECONDS,
# BENCH_PAUSES ("0 stock").

HTTP_PORT=0
LIMITS='burst = 1000 per_minute = 60000 replies_per_sender = 1000000 replies_per_group = 1000000 replies_per_modem = 1000000 loop_same = 1000'
LIMITS=${LIMITS// replies/$'\n'replies}
LIMITS=${LIMITS// per_minute/$'\n'per_minute}
LIMITS=${LIMITS// loop_same/$'\n'loop_same}
SIM_MODEMS='desa,number=+6281100000001,sim=20'
. "$(dirname "$0")/../system/lib.sh"
MESSAGES=${BENCH_MESSAGES:-300}
SECONDS_EACH=${BENCH_SECONDS:-8}

# CPU time of the daemon and its modems so far, in microseconds.
cpu_us() {
	local pid total=0
	for pid in $(tree "$SERVE_PID"); do
		total=$((total + $(cut -d' ' -f1 "/proc/$pid/schedstat") / 1000))
	done
	echo $total
}

idle() {
	local cpu
	cpu=$(cpu_us)
	sleep 20
	cpu=$(($(cpu_us) - cpu))
	awk -v cpu=$cpu 'BEGIN {printf "  idle for 20 s: %.1f ms CPU in all our processes, %.3f %% of one core\n", cpu / 1000, cpu / 200000}'
}

bench_members() {
	sql "insert into kentongan.groups (code, name) values ('BENCH', 'BENCH') on conflict do nothing;
	     insert into kentongan.members (group_id, number, name, short_name)
	     select g.id, n, 'BENCH ' || n, 'BENCH ' || n from kentongan.groups g, generate_series(1, 1000) n
	      where g.code = 'BENCH' on conflict do nothing;
	     insert into kentongan.phones (msisdn) select '+6289900000' || lpad(n::text, 3, '0') from generate_series(0, 999) n
	      on conflict do nothing;
	     insert into kentongan.member_phones (member_id, phone_id)
	     select m.id, p.id from kentongan.members m join kentongan.groups g on g.id = m.group_id and g.code = 'BENCH'
	       join kentongan.phones p on p.msisdn = '+6289900000' || lpad((m.number - 1)::text, 3, '0')
	      where not exists (select 1 from kentongan.member_phones x where x.member_id = m.id)" >/dev/null
}

# quantiles FILE: of (cmgs_us - cmti_us), in ms
quantiles() {
	awk '{print ($3 - $2) / 1000}' "$1" | sort -n | awk '{v[NR] = $1}
		END {if (!NR) {print "nothing measured"; exit 1}
		     printf "p50 %.2f ms   p99 %.2f ms   max %.2f ms   (%d replies)", v[int((NR + 1) / 2)], v[int(NR * 0.99 + 0.999)], v[NR], NR}'
}

reply_count() {
	[ "$(wc -l <"$KT/bench.tsv")" -ge "$1" ]
}

latency() {
	local pause=$1 n=$2 i
	: >"$KT/bench.tsv"
	phone control bench-log "$KT/bench.tsv" >/dev/null
	# One process asks and waits, one member after another: starting programs
	# beside what is measured would be measured, too.
	for ((i = 0; i < n; i++)); do
		printf '> +6289900000%03d: saldo\n< +6289900000%03d: *\n' $((i % 1000)) $((i % 1000))
	done >"$KT/ask.txt"
	phone play --quiet "$KT/ask.txt" >/dev/null || fail "not every question was answered"
	echo "  notice to reply accepted, send_pause = $pause: $(quantiles "$KT/bench.tsv")"
}

burst() {
	local pause=$1 n=$2 i cpu
	: >"$KT/bench.tsv"
	phone control bench-log "$KT/bench.tsv" >/dev/null
	cpu=$(cpu_us)
	# One process that switches handsets: it sends faster than any modem drains.
	for ((i = 0; i < n; i++)); do
		printf ':as +6289900000%03d\nsaldo\n' $((500 + i))
	done | phone phone --linger 0 >/dev/null || fail "the burst was not taken"
	wait_for 300 "$n replies" reply_count "$n"
	cpu=$(($(cpu_us) - cpu))
	awk -v cpu=$cpu -v pause="$pause" 'NR == 1 || $2 < a {a = $2} $3 > b {b = $3}
		END {printf "  burst of %d through a SIM of 20, send_pause = %s: %.2f replies/s, none lost; %.2f ms CPU a message\n", NR, pause, NR / ((b - a) / 1e6), cpu / 1000 / NR}' "$KT/bench.tsv"
}

throughput() {
	local clients=$1 ours theirs ratio
	cat >"$KT/handle.sql" <<-'EOF'
		\set n random(0, 999)
		select * from api.handle_message('sms', 'bench', '+6289900000' || lpad((:n)::text, 3, '0'), uuid_send(gen_random_uuid()), extract(epoch from clock_timestamp())::bigint, 'saldo', 1, false, null, 'ok', 'SALDO', '{}', '', null, null, 'ok', '{"sender":1000000000,"unknown":1,"unknown_total":50,"group":1000000000,"channel":1000000000,"late":15,"pending":72,"lang":"id"}', false);
	EOF
	ours=$("$BUILD/bench/handle" "$KENTONGAN_CONF" "$clients" "$SECONDS_EACH") || fail "bench/handle"
	theirs=$(PGUSER=kentongan "$(dirname "$(find /usr/lib/postgresql -name pgbench | sort -V | tail -1)")/pgbench" -n -M prepared -c "$clients" -j 1 \
		-T "$SECONDS_EACH" -f "$KT/handle.sql" kentongan 2>/dev/null | sed -n 's/^tps = \([0-9.]*\) .*/\1/p')
	ratio=$(awk -v a="${ours%% *}" -v b="$theirs" 'BEGIN {printf "%.2f", a / b}')
	echo "  without a modem, $clients connections: ${ours%% *} messages/s, pgbench ${theirs%%.*}/s: ratio $ratio; $(cut -d' ' -f2 <<<"$ours") ms CPU of ours a message"
}

start_pg
for pause in ${BENCH_PAUSES:-0 stock}; do
	MODEM_OPTIONS="pace_ms = 0"$'\n'"send_pause = $pause"
	configure
	if [ $pause = 0 ]; then
		init_db
		bench_members
		start_sim
		echo "Without a modem (the same SQL function, the same number of connections, one run):"
		for clients in 1 4; do throughput $clients; done
		# Their replies were for no modem.
		sql "update kentongan.outbox set status = 'expired' where status = 'queued'"
		echo "With the modem simulator (no delays of its own) and libGammu:"
	fi
	READY_AFTER=$(sql "select clock_timestamp()")
	start_serve
	wait_ready
	[ $pause != 0 ] || idle
	n=$MESSAGES
	[ $pause = 0 ] || n=$((MESSAGES / 6))
	latency $pause "$n"
	burst $pause 200
	stop_pid "$SERVE_PID"
done
