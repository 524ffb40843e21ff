#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `make bench`: on a simulator without delays of its own, the time from the notice
# (+CMTI) to the reply's CMGS accepted; a burst through a small SIM; CPU per
# message; handling without a modem against pgbench calling the same function;
# broadcasts: how fast one to a million numbers is enqueued, and leaves by 1, 2
# and 4 processes; USSD over HTTP at a steady rate. Figures, not verdicts: a busy
# machine is slower.
# BENCH_MESSAGES, BENCH_SECONDS, BENCH_PAUSES ("0 stock"), BENCH_NUMBERS, BENCH_HOPS,
# BENCH_ONLY ("broadcasts": nothing else).

HTTP_PORT=$((20000 + RANDOM % 10000))
DOOR=/ussd/4f1c9a70e2b85d36
SETTINGS="menus_file = \"$(cd "$(dirname "$0")/../.." && pwd)/config/menus.conf\"
ussd \"bench\" {
	path = \"$DOOR\"
}"
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

# private_kb PID: the memory of a process that is its own (the buffers are shared).
private_kb() {
	sed -n 's/^RssAnon:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}

# enqueue N: a broadcast to N numbers that are known already, in one statement;
# prints its id, the seconds and the peak of the backend's private memory.
enqueue() {
	local n=$1 id pid peak=0 kb since line="" begun=""
	id=$(sql "insert into kentongan.broadcasts (kind, template, params, wording, audience, created_at, actor, starts_at, status)
	          values ('siaran', 'siaran', '{\"group\": \"BENCH\", \"asker\": \"BENCH\"}', 'bench $n', '{\"numbers\": true}', kentongan.now(), 'bench', kentongan.now(), 'waiting')
	          returning id") || fail "no broadcast"
	sql "insert into kentongan.broadcast_numbers (broadcast_id, peer)
	     select $id, beginning[n % 10 + 1] || lpad((n / 10 * 7919 % 1000000)::text, 6, '0') || $((id % 10))
	       from generate_series(0, $n - 1) n, (select array['+62812', '+62813', '+62821', '+62852', '+62857', '+62858', '+62878', '+62838', '+62896', '+62881'] as beginning) x;
	     analyze kentongan.broadcast_numbers" >/dev/null
	coproc BACKEND { psql -XqAt -U postgres -d kentongan; }
	echo "select pg_backend_pid();" >&"${BACKEND[1]}"
	read -r pid <&"${BACKEND[0]}"
	since=$(date +%s%N)
	echo "select kentongan.broadcast_enqueue($id);" >&"${BACKEND[1]}"
	until read -rt 0.1 line <&"${BACKEND[0]}"; do
		begun+=$line
		kb=$(private_kb "$pid")
		[ "${kb:-0}" -le $peak ] || peak=$kb
	done
	since=$(($(date +%s%N) - since))
	[ "$begun$line" = "$n" ] || fail "$begun$line of $n were enqueued"
	echo '\q' >&"${BACKEND[1]}"
	wait "$BACKEND_PID" 2>/dev/null
	echo "$id $since $peak"
}

# claims N: messages a second that N processes take and record, as N modems do.
claims() {
	local n=$1 i
	sql "insert into kentongan.channels (name, state, pace_ms) select 'bench' || n, 'ready', 0 from generate_series(0, $n - 1) n
	     on conflict (name) do update set state = 'ready', pace_ms = 0, next_at = '-infinity', seen_at = clock_timestamp()" >/dev/null
	"$BUILD/bench/claim" "$KENTONGAN_CONF" "$n" "$SECONDS_EACH" || fail "bench/claim"
}

broadcasts() {
	local few=$((NUMBERS / 10)) id ns kb few_kb one rate processes
	read -r id ns few_kb < <(enqueue $few)
	sql "update kentongan.broadcasts set status = 'cancelled', reported_at = now(); delete from kentongan.outbox where broadcast_id = $id" >/dev/null
	sql "vacuum analyze kentongan.outbox"
	read -r id ns kb < <(enqueue $NUMBERS)
	awk -v n=$NUMBERS -v ns="$ns" -v kb="$kb" -v few=$few -v few_kb="$few_kb" 'BEGIN {
		printf "  %d numbers enqueued in one statement: %.1f s, %.0f/s; the backend'\''s own memory %.1f MB (for %d: %.1f MB)\n", n, ns / 1e9, n / (ns / 1e9), kb / 1024, few, few_kb / 1024}'
	one=
	for processes in 1 2 4; do
		rate=$(claims $processes) || exit 1
		: "${one:=$rate}"
		awk -v n=$processes -v rate="$rate" -v one="$one" -v waiting="$(sql "select count(*) from kentongan.outbox where status = 'queued' and broadcast_id = $id")" \
			'BEGIN {printf "  taken and recorded by %d process%s: %.1f messages/s, %.2f times one; %d wait\n", n, (n > 1 ? "es" : ""), rate, rate / one, waiting}'
	done
	sql "select 'twice: ' || count(*) from kentongan.outbox where broadcast_id = $id and attempts > 1" | sed 's/^/  /'
	sql "update kentongan.broadcasts set status = 'cancelled', reported_at = now(); delete from kentongan.outbox_parts; delete from kentongan.outbox" >/dev/null
}

NUMBERS=${BENCH_NUMBERS:-1000000}
ussd() {
	local rate=$1
	echo "  USSD over HTTP, $rate hops/s, one in four a command: $("$BUILD/bench/ussd" "$HTTP_PORT" "$DOOR" "$rate" "${BENCH_HOPS:-3000}")"
}

start_pg
for pause in ${BENCH_PAUSES:-0 stock}; do
	MODEM_OPTIONS="pace_ms = 0"$'\n'"send_pause = $pause"
	configure
	if [ $pause = 0 ]; then
		init_db
		bench_members
		echo "Broadcasts, without a modem:"
		sql "update kentongan.clock set shift = (date_trunc('day', now() at time zone 'Asia/Jakarta') + interval '34 hours') at time zone 'Asia/Jakarta' - now()" >/dev/null
		broadcasts
		[ "${BENCH_ONLY:-}" != broadcasts ] || exit 0
		sql "update kentongan.clock set shift = '0'" >/dev/null
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
	[ $pause != 0 ] || { idle; ussd 200; }
	n=$MESSAGES
	[ $pause = 0 ] || n=$((MESSAGES / 6))
	latency $pause "$n"
	burst $pause 200
	stop_pid "$SERVE_PID"
done
