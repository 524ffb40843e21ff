#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several modems and two daemons on one database: which modem an answer leaves
# by, what happens to it when that one is gone, rules by number, daily caps, and
# who does the timed work.

SIM_MODEMS='a,number=+6281100000001,sim=10
	b,number=+6281100000002,sim=10
	c,number=+6281100000003,sim=10
	d,number=+6281100000004,sim=10'
LIMITS='loop_same = 1000
	burst = 1000'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)
OTHER_PORT=$(free_port)

section() { # NAME NUMBER LINE…
	echo "modem \"$1\" {"
	echo "device = \"$KT/sim/$1\""
	echo "number = \"+628110000000$2\""
	echo "sample_seconds = 2"
	echo "broadcast_pace = 0.1"
	shift 2
	printf '%s\n' "$@" "}"
}

QUESTION=10
# question MODEM WHO: asks; the answer says "halaman $QUESTION".
question() {
	QUESTION=$((QUESTION + 1))
	phone send --to "$1" --from "$2" "mutasi $QUESTION" >/dev/null || fail "the simulator didn't take a question"
}

# The number of the modem that brought WHO the text that matches PATTERN.
came_by() {
	phone inbox --on "$1" --json | jq -r --arg p "$2" '[.[] | select(.text | test($p)) | .from] | join(" ")'
}

leads() {
	get /status "$1" 2>/dev/null | jq -r .leader
}

start_other() {
	"$KENTONGAN" -c "$KT/other.conf" serve >>"$KT/other.log" 2>&1 &
	OTHER_PID=$!
	PIDS+=("$OTHER_PID")
}

start_pg
MODEM_SECTIONS="$(section a 1)
$(section b 2 "daily_cap = 3")
$(section c 3 "own_prefixes = \"081200000002, 081200000003\"")"
configure
sed -e "s/port = $HTTP_PORT/port = $OTHER_PORT/" -e '/^modem /,$d' -e '/^\t*modem /,$d' "$KENTONGAN_CONF" >"$KT/other.conf"
section d 4 >>"$KT/other.conf"
init_db
load_demo
start_sim
start_serve
for name in a b c; do wait_ready $name; done

# --- the way back ------------------------------------------------------------------
n=0
for name in a b c; do
	n=$((n + 1))
	question $name "$(member 23)"
	eventually 15 "+628110000000$n" came_by "$(member 23)" "halaman $QUESTION\."
done
ok "an answer leaves by the modem that the question came in on"

phone control fault a cms-error 38 99 >/dev/null
question a "$(member 22)"
waits_at_a() {
	[ "$(sql "select attempts || status from kentongan.outbox order by id desc limit 1")" = 1queued ]
}
wait_for 15 "the first try to fail" waits_at_a
phone control unplug a >/dev/null
phone wait --on "$(member 22)" --match "page $QUESTION\." --timeout 15 >/dev/null 2>&1 ||
	fail "no answer through another modem: $(sql "select id, via, channel, status, attempts, not_before, error from kentongan.outbox order by id desc limit 1")"
says '^\+62811000000(02|03)$' came_by "$(member 22)" "page $QUESTION\." ||
	fail "it came by $(came_by "$(member 22)" "page $QUESTION\.")"
ok "when that one is unplugged, another brings it"
phone control recover a >/dev/null
phone control plug a >/dev/null
eventually 20 ready modem_state a
question a "$(member 23)"
eventually 15 +6281100000001 came_by "$(member 23)" "halaman $QUESTION\."
ok "back again it brings its own"

# --- a rule by number ------------------------------------------------------------------
phone send --to a --from "$(member 6)" setor 50rb >/dev/null
eventually 15 +6281100000001 came_by "$(member 6)" 'Dicatat MENUNGGU'
eventually 15 +6281100000003 came_by "$(member 2)" 'setor sukarela Rp50.000'
ok "the notice to an officer leaves by the modem of her prefix, the answer by its own"
phone control unplug c >/dev/null
eventually 15 down modem_state c
phone send --to a --from "$(member 6)" setor 60rb >/dev/null
eventually 15 +6281100000001 came_by "$(member 2)" 'setor sukarela Rp60.000'
ok "without that modem it leaves by another"
phone control plug c >/dev/null
eventually 20 ready modem_state c

# --- the day's share -----------------------------------------------------------------------
for _ in 1 2 3 4; do
	question b "$(member 7)"
	phone wait --on "$(member 7)" --match "halaman $QUESTION\." --timeout 80 >/dev/null 2>&1 ||
		fail "no answer to question $QUESTION of modem b: $(sql "select via, channel, status, not_before from kentongan.outbox order by id desc limit 1")"
done
is "sent by b today" 3 sql "select kentongan.counted('channel', 'b')"
says '^\+62811000000(01|03)$' came_by "$(member 7)" "halaman $QUESTION\." ||
	fail "the fourth came by $(came_by "$(member 7)" "halaman $QUESTION\.")"
ok "after its day's share others send for a modem"

# --- two daemons -----------------------------------------------------------------------
eventually 15 true leads "$HTTP_PORT"
start_other
wait_ready d
is "the second daemon leads" false leads "$OTHER_PORT"
question d "$(member 23)"
eventually 15 +6281100000004 came_by "$(member 23)" "halaman $QUESTION\."
ok "a second daemon on the same database: its modem answers, the first one leads"

declare -A ASKED
for i in $(seq 40); do
	case $((i % 2)) in
	0) to=a ;;
	1) to=d ;;
	esac
	who=$(member $((8 + i % 5)))
	question $to "$who"
	ASKED[$QUESTION]=$who
	if [ "$i" = 20 ]; then
		kill -9 "$SERVE_PID"
		wait "$SERVE_PID" 2>/dev/null
		killed=$SECONDS
	fi
done
eventually 15 true leads "$OTHER_PORT"
[ $((SECONDS - killed)) -le 15 ] || fail "it took $((SECONDS - killed)) s to take over"
is "leader's locks" 1 sql "select count(*) from pg_locks where locktype = 'advisory' and classid = 4712 and objid = 1 and granted"
ok "when the leader is killed the other takes over within seconds"
READY_AFTER=$(sql "select clock_timestamp()")
start_serve
wait_ready a
for q in "${!ASKED[@]}"; do
	phone wait --on "${ASKED[$q]}" --match "halaman $q\." --timeout 20 >/dev/null 2>&1 ||
		fail "question $q of ${ASKED[$q]} was never answered: $(sql "select o.status, o.via, o.channel, o.error from kentongan.outbox o join kentongan.messages m on m.id = o.message_id where m.body = 'mutasi $q'")"
done
is "messages of these" "40 40" sql "select count(*) || ' ' || count(distinct body) from kentongan.messages where body ~ '^mutasi' and split_part(body, ' ', 2)::int > $((QUESTION - 40))"
is "inner faults" 0 sql "select count(*) from kentongan.messages where outcome in ('error', 'ignored_fault')"
is "the returned daemon leads" false leads "$HTTP_PORT"
for name in a b c d; do
	eventually 10 0 stat_of $name sm_used
done
ok "every message is handled once and answered"

# --- what was to begin when nobody led ---------------------------------------------------
# clock HH:MM: of tomorrow, in the group's zone.
clock() {
	sql "update kentongan.clock set shift = (((now() at time zone 'Asia/Jakarta')::date + 1) + time '$1') at time zone 'Asia/Jakarta' - now()"
}
begun() {
	sql "select count(*) filter (where kind = 'siaran') || ' ' || count(*) filter (where kind = 'meeting') from kentongan.broadcasts where enqueued_at is not null"
}
clock 06:00
sql "insert into kentongan.meetings (group_id, at, place, status, created_at, told_before)
     select id, (((now() at time zone 'Asia/Jakarta')::date + 1) + time '14:00') at time zone 'Asia/Jakarta', 'rumah Bu SRI', 'called',
            kentongan.now() - interval '3 days', kentongan.now() - interval '14 hours' from kentongan.groups where code = 'MELATI'" >/dev/null
b=$(call_out 5 +62812 "(((now() at time zone 'Asia/Jakarta')::date + 1) + time '06:15') at time zone 'Asia/Jakarta'") || fail "no broadcast"
is "begun before their time" "0 0" begun
kill -9 "$OTHER_PID"
wait "$OTHER_PID" 2>/dev/null
clock 06:40
killed=$SECONDS
eventually 15 "1 1" begun
[ $((SECONDS - killed)) -le 15 ] || fail "they began only after $((SECONDS - killed)) s"
eventually 60 "done" sql "select status from kentongan.broadcasts where id = $b"
eventually 60 "done" sql "select status from kentongan.broadcasts where kind = 'meeting'"
ok "a broadcast's start and a meeting's reminder whose time came when the leader was dead: the next one sees to both within seconds"
start_other
wait_ready d
kill -9 "$SERVE_PID"
wait "$SERVE_PID" 2>/dev/null
# Each round throws away samples that are too old.
sql "insert into kentongan.channel_samples (channel, at, details) values ('a', now() - interval '1 year', '{}')" >/dev/null
eventually 15 true leads "$OTHER_PORT"
worked() {
	[ "$(sql "select count(*) from kentongan.channel_samples where at < now() - interval '300 days'")" = 0 ]
}
wait_for 90 "the next leader's first round" worked
is "begun" "1 1" begun
is "who got either twice" 0 sql "select count(*) from (select peer from kentongan.outbox where broadcast_id is not null group by peer, broadcast_id having count(*) > 1) x"
ok "and the one after that doesn't do it again"
done_testing
