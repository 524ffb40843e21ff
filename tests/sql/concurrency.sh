#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several sessions at the same time. A barrier (an advisory lock that the
# conductor holds) lets them all go at once; what is to be waited for is looked
# up in pg_locks. Prints TAP. Run by run.sh, in a database of its own.
set -u
cd "$(dirname "$0")" || exit 1
export PGOPTIONS='-c search_path=pgtap,village -c client_min_messages=warning -c statement_timeout=120s'
out=$(mktemp -d "${TMPDIR:-/tmp}/kentongan-at-once.XXXXXX")
template=$PGDATABASE
conductor=
tests=0
BARRIER=4242

ask() {
	psql -XAtq -v ON_ERROR_STOP=1 -c "$1"
}

# is GOT WANTED NAME
is() {
	tests=$((tests + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $tests - $3"
	else
		echo "not ok $tests - $3"
		echo "#   have: $1"
		echo "#   want: $2"
	fi
}

# wait_until QUERY: until it says t.
wait_until() {
	local deadline=$((SECONDS + 120))
	until [ "$(ask "$1")" = t ]; do
		if [ $SECONDS -ge $deadline ]; then
			echo "not ok $((tests + 1)) - waited in vain for: $1"
			exit 1
		fi
		read -rt 0.02 <> <(:)
	done
}

clean_up() {
	# Sessions end by themselves: they hold nothing but the barrier.
	stop_conductor
	wait
	PGDATABASE=postgres ask "drop database if exists at_once" >/dev/null
	rm -rf "$out"
}

close_barrier() {
	coproc CONDUCTOR { psql -XAtq; }
	conductor=$CONDUCTOR_PID
	echo "select pg_advisory_lock($BARRIER); select 'closed';" >&"${CONDUCTOR[1]}"
	local line
	until [ "${line:-}" = closed ]; do
		read -r line <&"${CONDUCTOR[0]}" || exit 1
	done
}

stop_conductor() {
	[ -z "$conductor" ] && return
	echo "select pg_advisory_unlock($BARRIER);" >&"${CONDUCTOR[1]}"
	echo '\q' >&"${CONDUCTOR[1]}"
	wait "$conductor" 2>/dev/null
	conductor=
}

# at_once SQL…: each in a session of its own, all from the same moment. What
# session N prints is in $out/N.
at_once() {
	local n=0 sql pids=()
	rm -f "$out"/*
	close_barrier
	for sql; do
		n=$((n + 1))
		psql -XAtq -c "select pg_advisory_lock_shared($BARRIER)" -c "select pg_advisory_unlock_shared($BARRIER)" \
			-c "select '>'" -c "$sql" >"$out/$n" 2>&1 &
		pids+=($!)
	done
	wait_until "select count(*) = $n from pg_locks where locktype = 'advisory' and objid = $BARRIER and not granted"
	stop_conductor
	wait "${pids[@]}"
}

# What the sessions said, sorted and counted: "1 terima, 19 code_done".
said() {
	sed -s '1,/^>$/d' "$out"/* | sort | uniq -c | sort -rn | awk '{ n = $1; $1 = ""; printf "%s%d%s", s, n, $0; s = ", " }'
}

repeat() {
	local i
	for ((i = 0; i < $1; i++)); do
		printf '%s\0' "$2"
	done
}

trap clean_up EXIT
PGDATABASE=postgres ask "create database at_once template $template" || exit 1
export PGDATABASE=at_once
ask "select village.build()" >/dev/null || exit 1

# --- one code, twenty times ------------------------------------------------------
ask "select village.says(23, 'SETOR', '{\"amount\": 50000}')" >/dev/null
otp=$(ask "select village.otp(1)")
mapfile -d '' many < <(repeat 20 "select village.says(1, 'TERIMA', '{\"code\": \"$otp\"}')")
at_once "${many[@]}"
is "$(said)" "19 code_done, 1 terima" "twenty TERIMA of one code: one counts, the others hear that it is done"
is "$(ask "select village.saved(23) || '/' || village.cash(1)")" "1050000/50000" "the money has moved once"
is "$(ask "select count(*) from kentongan.journal_entries where kind = 'deposit'")" 1 "there is one entry"
is "$(ask "select count(*) from kentongan.receipts")" 2 "and one receipt for each"

# --- TERIMA against BATAL and TOLAK ------------------------------------------------------
for n in $(seq 4); do
	ask "select village.says(24, 'SETOR', '{\"amount\": 6000$n}')" >/dev/null
	otp=$(ask "select village.otp(1)")
	code=$(ask "select (village.request()).code")
	at_once "select village.says(1, 'TERIMA', '{\"code\": \"$otp\"}')" "select village.says(24, 'BATAL', '{\"code\": \"$code\"}')"
	case $(said) in
	"1 terima, 1 batal_late" | "1 code_done, 1 batal" | "1 batal_late, 1 terima" | "1 batal, 1 code_done") ;;
	*) is "$(said)" "one of two" "TERIMA against BATAL" ;;
	esac
done
is "$(ask "select village.saved(24) = coalesce(sum(amount), 0) from kentongan.requests where member_id = village.member(24) and status = 'posted'")" t \
	"TERIMA against BATAL: money moved for exactly those that stand as posted"

# --- one message, two modems ----------------------------------------------------------------
same="select village.says(23, 'SETOR', '{\"amount\": 71000}', dedupe => decode(md5('same'), 'hex'), channel => "
at_once "$same 'desa')" "$same 'kota')" "$same 'desa')" "$same 'kota')"
is "$(said)" "4 setor" "one message handled by four sessions at once: each hears the same"
is "$(ask "select count(*) from kentongan.requests where amount = 71000")" 1 "it is noted once"
is "$(ask "select count(*) from kentongan.outbox where template = 'setor' and params ->> 'amount' = '71000'")" 1 "and answered once"

# --- one phone, two messages -----------------------------------------------------------------
mapfile -d '' many < <(repeat 6 "select village.says(23, 'SETOR', '{\"amount\": 72000}')")
at_once "${many[@]}"
is "$(said)" "5 setor_repeat, 1 setor" "six different messages with one sum: one is noted, the others are asked about"
mapfile -d '' many < <(repeat 6 "select village.says(23, 'LAGI')")
at_once "${many[@]}"
is "$(said)" "5 lagi_none, 1 setor" "six LAGI: one counts"

# --- guesses at once ---------------------------------------------------------------------------
wrong=$(ask "select village.wrong_otp(1)")
mapfile -d '' many < <(repeat 8 "select village.says(1, 'TERIMA', '{\"code\": \"$wrong\"}')")
at_once "${many[@]}"
is "$(said)" "6 code_wrong, 2 codes_void" "eight guesses at once: three tries for each of two codes, then none is open"

# --- a meeting's list ------------------------------------------------------------------------------
ask "insert into kentongan.pins (member_id, hash, set_at) values (village.member(1), sha256('pin'), now()) on conflict (member_id) do update set hash = excluded.hash" >/dev/null
line() {
	echo "select village.says(1, 'CATAT', '{\"member\": $1, \"amount\": $2}')"
}
before=$(ask "select village.saved(23) + village.saved(24) + village.saved(27)")
at_once "$(line 23 1000)" "$(line 24 1000)" "$(line 27 1000)" "$(line 23 1000)" "$(line 24 1000)" "$(line 27 1000)"
is "$(said)" "3 catat_same, 3 catat" "six CATAT at once, two for each member: none is doubled"
is "$(ask "select count(*) || '/' || count(distinct batch_id) || '/' || sum(amount) from kentongan.batch_lines")" "3/1/3000" "they stand in one list"
for n in $(seq 4); do
	ask "select village.says(1, 'SELESAI')" >/dev/null
	yes="select village.says(1, 'YA', '{\"code\": \"$(ask "select village.otp(1)")\"}', pin => sha256('pin'))"
	at_once "$yes" "$yes" "$(line 23 200$n)" "$yes"
	# Either the line reopened the list before it was confirmed, or it began the next one.
	is "$(ask "select bool_and(b.status <> 'posted' or (select -sum(p.amount) from kentongan.postings p join kentongan.accounts x on x.id = p.account_id
			where p.entry_id = b.entry_id and x.kind <> 'cash') = (select sum(amount) from kentongan.batch_lines where batch_id = b.id)) from kentongan.batches b")" t \
		"confirming three times against one more line: what is posted is what the list says ($n)"
done
is "$(ask "select (village.saved(23) + village.saved(24) + village.saved(27) - $before) = coalesce(sum(l.amount), 0) from kentongan.batch_lines l join kentongan.batches b on b.id = l.batch_id where b.status = 'posted'")" t \
	"each posted list moved its money once"
ask "update kentongan.batches set status = 'dropped' where status in ('open', 'counting')" >/dev/null

# --- claims --------------------------------------------------------------------------------------
ask "update kentongan.outbox set status = 'failed'" >/dev/null
ask "select count(village.queue(23, 'receipt')) from generate_series(1, 200)" >/dev/null
take() {
	cat <<-SQL
		do \$\$
		declare
			v bigint;
		begin
			for i in 1..25 loop
				select id into strict v from api.outbox_claim('$1');
				raise notice '%', v;
				commit;
			end loop;
		end \$\$
	SQL
}
PGOPTIONS="$PGOPTIONS -c client_min_messages=notice" at_once "$(take desa)" "$(take kota)" "$(take desa)" "$(take kota)"
taken=$(grep -h -o 'NOTICE: *[0-9]*' "$out"/* | grep -o '[0-9]*$' | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | xargs)
is "$taken" "100 1" "four sessions claim a hundred rows, none of them twice"
is "$(ask "select count(*) from kentongan.outbox where status = 'sending'")" 100 "each is marked"

# --- broadcasts ------------------------------------------------------------------------------------
ask "create function village.call_out(p_n int) returns bigint language plpgsql as \$\$
	declare
		b kentongan.broadcasts := kentongan.broadcast_new(null, 'siaran', 'broadcast', '{}', 'Halo', '{\"numbers\": true}', null, 'test');
	begin
		update kentongan.broadcasts set quiet = '[]' where id = b.id;
		insert into kentongan.broadcast_numbers (broadcast_id, peer) select b.id, '+62811' || 1000000 * b.id + n from generate_series(1, p_n) n;
		perform kentongan.broadcast_start(b.id);
		return b.id;
	end \$\$;
	create table village.over (at timestamptz);
	create table village.taken (id bigint);
	create procedure village.take_all(p_channel text, p_least int) language plpgsql as \$\$
	declare
		v bigint;
		i int := 0;
	begin
		loop
			select id into v from api.outbox_claim(p_channel);
			if v is not null then
				insert into village.taken values (v);
				i := i + 1;
			end if;
			commit;
			exit when v is null and i >= p_least and exists (select 1 from village.over);
		end loop;
	end \$\$;
	create procedure village.stop_it(p_id bigint, p_how text, p_after int) language plpgsql as \$\$
	begin
		loop
			exit when (select count(*) from village.taken) >= p_after;
			commit;
		end loop;
		perform kentongan.broadcast_set(p_id, p_how, 'test');
		commit;
		insert into village.over values (clock_timestamp());
	end \$\$" >/dev/null
late() {
	ask "select count(*) filter (where claimed_at > at) || ' late, ' || (count(*) >= $1)::text from kentongan.outbox, village.over where broadcast_id = $b and claimed_at is not null"
}
ask "update kentongan.outbox set status = 'failed'" >/dev/null
b=$(ask "select village.call_out(4000)")
for how in paused paused cancelled; do
	ask "truncate village.over, village.taken; select kentongan.broadcast_set($b, 'running', 'test')" >/dev/null
	at_once "call village.take_all('desa', 10)" "call village.take_all('kota', 10)" "call village.take_all('desa', 10)" "call village.take_all('kota', 10)" \
		"call village.stop_it($b, '$how', 150)"
	is "$(late 150) $(ask "select count(*) = count(distinct id) from village.taken")" "0 late, true t" \
		"$how while four sessions take its messages: none is taken after that, none was taken twice"
done
is "$(said)" "" "none of them failed"

# A session that has one in its hands keeps no other waiting.
b=$(ask "select village.call_out(10)")
coproc SLOW { psql -XAtq; }
slow=$SLOW_PID
echo "begin; select peer is not null from api.outbox_claim('desa');" >&"${SLOW[1]}"
line=
until [ "$line" = t ]; do read -r line <&"${SLOW[0]}" || exit 1; done
is "$(ask "set lock_timeout = '1s'; select count(*) from generate_series(1, 9), lateral (select id from api.outbox_claim('kota')) c where c.id is not null")" 9 \
	"while one session holds a message the others take the rest"
is "$(ask "set lock_timeout = '100ms'; select kentongan.broadcast_set($b, 'paused', 'test')" 2>&1 | grep -c 'lock timeout')" 1 "a pause waits for it"
echo "commit;" >&"${SLOW[1]}"
echo '\q' >&"${SLOW[1]}"
wait "$slow" 2>/dev/null
is "$(ask "select kentongan.broadcast_set($b, 'paused', 'test')")" broadcast_paused "and then holds"

# One operator, several channels: its pace is kept together.
ask "insert into kentongan.operators (name, prefixes, pace_ms) values ('merah', '{+62811}', 50); truncate village.over, village.taken" >/dev/null
b=$(ask "select village.call_out(200)")
at_once "call village.take_all('desa', 0)" "call village.take_all('kota', 0)" "call village.take_all('desa', 0)" "call village.take_all('kota', 0)" \
	"call village.stop_it($b, 'cancelled', 40)"
is "$(said)" "" "four sessions send to one operator that has a pace"
is "$(ask "select count(*) >= 40 and extract(epoch from max(claimed_at) - min(claimed_at)) * 1000 >= (count(*) - 1) * 50 * 0.75 - 50 from kentongan.outbox where broadcast_id = $b and claimed_at is not null")" t \
	"together they keep to it"
ask "delete from kentongan.operators; update kentongan.outbox set status = 'failed' where broadcast_id is not null" >/dev/null

# --- postings in opposite order --------------------------------------------------------------------
ask "create function village.transfer(p_from int, p_to int, p_n int) returns void language plpgsql as \$\$
	begin
		perform kentongan.post(village.group_id(), 'test',
			array[kentongan.account(village.group_id(), 'bank'), kentongan.account(village.group_id(), 'sukarela', village.member(p_from)),
			      kentongan.account(village.group_id(), 'sukarela', village.member(p_to))], array[-1, 2, -1]::bigint[], village.member(1));
	end \$\$" >/dev/null
ask "select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'bank'), kentongan.account(village.group_id(), 'sukarela', village.member(25)),
	kentongan.account(village.group_id(), 'sukarela', village.member(26))], array[20000, -10000, -10000], village.member(1))" >/dev/null
before=$(ask "select village.saved(25) + village.saved(26)")
there='do $$ begin for i in 1..100 loop perform village.transfer(25, 26, i); commit; end loop; end $$'
back='do $$ begin for i in 1..100 loop perform village.transfer(26, 25, i); commit; end loop; end $$'
at_once "$there" "$back" "$there" "$back"
is "$(said)" "" "four sessions post in opposite directions without a deadlock"
is "$(ask "select $before - village.saved(25) - village.saved(26)")" 400 "four hundred entries count"

# Officers who confirm each other's deposits.
for n in $(seq 4); do
	ask "select village.says(1, 'SETOR', '{\"amount\": 8000$n}'), village.says(2, 'SETOR', '{\"amount\": 8000$n}')" >/dev/null
	one=$(ask "select village.otp(1)")
	two=$(ask "select village.otp(2)")
	at_once "select village.says(1, 'TERIMA', '{\"code\": \"$one\"}')" "select village.says(2, 'TERIMA', '{\"code\": \"$two\"}')"
	[ "$(said)" = "2 terima" ] || is "$(said)" "2 terima" "treasurer and chair confirm each other's deposits"
done
is "$(ask "select village.cash(2) = village.saved(1)")" t "treasurer and chair confirm each other's deposits, four times, at once"

# --- an overdraft in two halves -----------------------------------------------------------------------
amount=$(ask "select village.saved(23) * 2 / 3")
half="select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'bank'),
	kentongan.account(village.group_id(), 'sukarela', village.member(23))], array[-$amount, $amount], village.member(1)) is not null"
at_once "$half" "$half"
is "$(said | grep -c 'would fall below zero')" 1 "two withdrawals that fit only singly: one is refused"
is "$(ask "select village.saved(23) >= 0")" t "and savings stay above zero"

# --- withdrawals ---------------------------------------------------------------------------------------
pin="sha256('pin')"
ask "insert into kentongan.pins (member_id, hash, set_at) select village.member(n), $pin, now() from unnest(array[1, 2, 24]) n on conflict do nothing" >/dev/null
ask "create function village.saves(p_number int, p_amount bigint) returns void language sql as \$\$
	select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'sukarela', village.member(p_number)),
		kentongan.account(village.group_id(), 'bank')], array[village.saved(p_number) - p_amount, p_amount - village.saved(p_number)], village.member(1))
	  where village.saved(p_number) <> p_amount \$\$" >/dev/null
ask "create function village.holds(p_number int, p_amount bigint) returns void language sql as \$\$
	select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'cash', village.member(p_number)),
		kentongan.account(village.group_id(), 'bank')], array[p_amount, -p_amount], village.member(1)) \$\$" >/dev/null
# asks AMOUNT: member 24 asks for so much and confirms it.
asks() {
	ask "select village.says(24, 'TARIK', '{\"amount\": $1}')" >/dev/null
	ask "select village.says(24, 'KODE', jsonb_build_object('code', village.otp(24)), pin => $pin)" >/dev/null
}
# code NUMBER: what the phone was sent last, as arguments.
code() {
	ask "select jsonb_build_object('code', village.otp($1))"
}
ask "select village.saves(24, 200000), village.holds(1, 1000000), village.holds(2, 1000000)" >/dev/null

mapfile -d '' many < <(repeat 4 "select village.says(24, 'TARIK', '{\"amount\": 200000}')")
at_once "${many[@]}"
is "$(said) $(ask "select count(*) from kentongan.requests where kind = 'withdrawal' and status = 'confirming'")" "4 tarik 1" \
	"four TARIK of all there is, at once: the last replaces the others"
sure=$(code 24)
mapfile -d '' many < <(repeat 4 "select village.says(24, 'KODE', '$sure', pin => $pin)")
at_once "${many[@]}"
is "$(said)" "3 code_done, 1 request_waits" "four confirmations: one counts"
is "$(ask "select village.says(24, 'TARIK', '{\"amount\": 500}')")" withdrawal_short "what waits holds the savings"
ask "update kentongan.requests set status = 'cancelled' where status in ('pending', 'approved', 'confirming')" >/dev/null

# Two in flight, each of which is the whole balance by now, before two officers.
for n in $(seq 4); do
	ask "select village.saves(24, 200000)" >/dev/null
	asks 10000$n
	first=$(code 1)
	asks 9000$n
	ask "select kentongan.ask_officer(null, (village.request()).id, village.member(2)), village.saves(24, 10000$n)" >/dev/null
	second=$(code 2)
	at_once "select village.says(1, 'SAH', '$first', pin => $pin)" "select village.says(2, 'SAH', '$second', pin => $pin)"
	[ "$(said)" = "1 withdrawal_short, 1 request_approved" ] || [ "$(said)" = "1 request_approved, 1 withdrawal_short" ] ||
		is "$(said)" "1 request_approved, 1 withdrawal_short" "two officers, two withdrawals of the whole balance"
	ask "update kentongan.requests set status = 'cancelled' where status in ('pending', 'approved', 'confirming')" >/dev/null
done
is "$(ask "select count(*) from kentongan.messages where command = 'SAH' and outcome = 'request_approved'")" 4 \
	"two officers agree at once to two withdrawals of the whole balance, four times: one goes, one is told why not"

# One officer's cash, two members.
ask "insert into kentongan.pins (member_id, hash, set_at) values (village.member(23), $pin, now()) on conflict do nothing" >/dev/null
ask "select village.saves(23, 500000), village.saves(24, 500000), village.holds(1, 150000 - village.cash(1))" >/dev/null
asks 100000
first=$(code 1)
ask "select village.says(23, 'TARIK', '{\"amount\": 100001}')" >/dev/null
ask "select village.says(23, 'KODE', jsonb_build_object('code', village.otp(23)), pin => $pin)" >/dev/null
second=$(code 1)
at_once "select village.says(1, 'SAH', '$first', pin => $pin)" "select village.says(1, 'SAH', '$second', pin => $pin)"
case $(said) in
"1 request_approved, 1 cash_short" | "1 cash_short, 1 request_approved") said=one ;;
*) said=$(said) ;;
esac
is "$said" one "cash that is there once is promised once"
ask "update kentongan.requests set status = 'cancelled' where status in ('pending', 'approved', 'confirming')" >/dev/null
ask "select village.holds(1, 1000000)" >/dev/null

# AMBIL twice, and against the savings' going elsewhere.
before=$(ask "select village.cash(1) + village.saved(24)")
asks 500000
ask "select village.says(1, 'SAH', '$(code 1)', pin => $pin)" >/dev/null
taken=$(code 24)
mapfile -d '' many < <(repeat 6 "select village.says(24, 'AMBIL', '$taken')")
at_once "${many[@]}"
is "$(said) $(ask "select village.saved(24) || ' ' || ($before - village.cash(1))")" "5 code_done, 1 ambil 0 1000000" "six AMBIL: one counts, the money moves once"
ask "select village.holds(1, 5000000)" >/dev/null
for n in $(seq 4); do
	ask "select village.saves(24, 50000)" >/dev/null
	asks 50000
	ask "select village.says(1, 'SAH', '$(code 1)', pin => $pin)" >/dev/null
	at_once "select village.says(24, 'AMBIL', '$(code 24)')" "select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'bank'),
		kentongan.account(village.group_id(), 'sukarela', village.member(24))], array[-30000, 30000], village.member(1)) is not null"
	case $(said) in
	*"1 ambil"*"would fall below zero"* | *"would fall below zero"*"1 ambil"* | "1 take_impossible, 1 t" | "1 t, 1 take_impossible") ;;
	*) is "$(said)" "one of two" "AMBIL against another posting" ;;
	esac
done
is "$(ask "select village.saved(24) in (0, 20000) and not exists (select 1 from kentongan.messages where command = 'AMBIL' and outcome = 'error')")" t \
	"AMBIL against another posting of the same savings, four times: whoever comes second is refused"

# SAH against BATAL.
for n in $(seq 4); do
	ask "select village.saves(24, 70000)" >/dev/null
	asks 6000$n
	code=$(ask "select (village.request()).code")
	at_once "select village.says(1, 'SAH', '$(code 1)', pin => $pin)" "select village.says(24, 'BATAL', '{\"code\": \"$code\"}')"
	case $(said) in
	"1 request_approved, 1 batal" | "1 batal, 1 request_approved" | "1 code_done, 1 batal" | "1 batal, 1 code_done") ;;
	*) is "$(said)" "one of two" "SAH against BATAL" ;;
	esac
	ask "update kentongan.requests set status = 'cancelled' where status in ('pending', 'approved', 'confirming') and code <> '$code'" >/dev/null
done
is "$(ask "select count(*) from kentongan.requests r where status in ('pending', 'approved') or status = 'cancelled' and exists (select 1 from kentongan.one_time_codes where request_id = r.id and closed_at is null and r.code = '$code')")" 0 \
	"SAH against BATAL, four times: what is taken back stays so, and its codes are closed"

# --- a year is closed while somebody posts into it --------------------------------------------------------------
ask "insert into kentongan.pins (member_id, hash, set_at) select village.member(n), $pin, now() from unnest(array[1, 2]) n
	on conflict (member_id) do update set hash = excluded.hash" >/dev/null
year=$(ask "select extract(year from kentongan.today(village.group_id()))::int - 1")
earns="select kentongan.post(village.group_id(), 'test', array[kentongan.account(village.group_id(), 'bank'),
	kentongan.account(village.group_id(), 'interest')], array[5000, -5000]::bigint[], village.member(1), p_occurred => '$year-12-31') > 0"
proposes() {
	ask "select village.says(1, 'TUTUPBUKU')" >/dev/null
	ask "select village.says(1, 'KODE', jsonb_build_object('code', village.otp(1)), pin => $pin)" >/dev/null
	closes="select village.says(2, 'SAH', '{\"code\": \"$(ask "select village.otp(2)")\"}', pin => $pin)"
}
# One session does FIRST and holds it until SECOND waits; prints what SECOND came to.
while_open() {
	local line
	coproc HOLDER { psql -XAtq; }
	local holder=$HOLDER_PID
	echo "begin; $1; select 'done';" >&"${HOLDER[1]}"
	until [ "${line:-}" = "done" ]; do read -r line <&"${HOLDER[0]}" || return 1; done
	psql -XAtq -c "$2" >"$out/second" 2>&1 &
	local second=$!
	wait_until "select exists (select from pg_locks where not granted)"
	echo "commit;" >&"${HOLDER[1]}"
	echo '\q' >&"${HOLDER[1]}"
	wait "$holder" "$second" 2>/dev/null
	sed -n 's/^ERROR:  //p; /^[a-z_]*$/p' "$out/second" | head -n 1
}
ask "$earns" >/dev/null
proposes
is "$(while_open "$earns" "$closes")" tutup_changed "who closes waits for a posting under way, and finds other figures"
proposes
is "$(while_open "$closes" "$earns")" "the books of $year-12-31 are closed" "who posts waits for the closing under way, and is refused"
is "$(ask "select (select surplus from kentongan.periods where status = 'closed') || ' ' || (select count(*) from api.verify_periods())")" "10000 0" \
	"what was divided is all that the year earned"

# --- parts ---------------------------------------------------------------------------------------------
for n in $(seq 4); do
	part="select case when count(*) filter (where complete) = 2 then 'whole' else 'waits' end from api.store_part('sms', 'desa', village.phone(23), $n, 8, 2,"
	at_once "$part 1, 1000, 'a', 600)" "$part 2, 1001, 'b', 600)"
	[ "$(said)" = "1 whole, 1 waits" ] || [ "$(said)" = "1 waits, 1 whole" ] || is "$(said)" "1 whole, 1 waits" "two parts at the same moment"
done
is "$(ask "select count(*) from kentongan.part_sets")" 4 "two parts at the same moment, four times: one set, completed once"

# --- one leader, one sweep --------------------------------------------------------------------------------
ask "update kentongan.requests set status = 'cancelled' where status = 'pending'" >/dev/null
ask "select village.says(24, 'SETOR', '{\"amount\": 90001}'), village.says(24, 'SETOR', '{\"amount\": 90002}'), village.later('73 hours')" >/dev/null
mapfile -d '' many < <(repeat 4 "select expired_requests from api.timed_work('{}')")
at_once "${many[@]}"
is "$(sed -s '1,/^>$/d' "$out"/* | awk '{ s += $1 } END { print s }')" 2 "four sweeps at once expire each notice once"
is "$(ask "select count(*) from kentongan.outbox where template = 'expired_member'")" 2 "and tell once"

# --- the week's figures -------------------------------------------------------------------------------------
ask "update kentongan.clock set shift = (date_trunc('week', now() at time zone 'Asia/Jakarta') + interval '33 days') at time zone 'Asia/Jakarta' - now()" >/dev/null
ask "select village.says(24, 'SALDO')" >/dev/null
ask "update kentongan.clock set shift = (date_trunc('week', now() at time zone 'Asia/Jakarta') + interval '35 days 8 hours') at time zone 'Asia/Jakarta' - now()" >/dev/null
mapfile -d '' many < <(repeat 4 "select 'swept' from api.timed_work('{}')")
at_once "${many[@]}"
is "$(said) $(ask "select count(*) from kentongan.outbox where template = 'weekly'")" "4 swept 1" "four leaders on a Monday: the supervisor hears once"

# --- meetings ----------------------------------------------------------------------------------------------------
# moment DAYS TIME: that of a Monday to come, by the group's clock.
moment() {
	ask "update kentongan.clock set shift = (date_trunc('week', now() at time zone 'Asia/Jakarta') + interval '42 days' + interval '$1 days $2') at time zone 'Asia/Jakarta' - now()" >/dev/null
}
invited() {
	ask "select (select count(*) from kentongan.meetings where status = 'called') || ' ' || count(*) || ' ' || count(distinct peer) from kentongan.outbox where template = '$1'"
}
ask "update kentongan.groups set meeting_weekday = 6, meeting_time = '14:00', meeting_place = 'balai'" >/dev/null
moment 1 9:00
mapfile -d '' many < <(repeat 4 "select 'swept' from api.timed_work('{}')")
at_once "${many[@]}"
is "$(said) $(invited meeting_invite)" "4 swept 1 7 7" "four leaders make a regular meeting and invite to it once"
moment 4 16:00
at_once "${many[@]}"
is "$(said) $(invited meeting_remind)" "4 swept 1 7 7" "and remind of it once"
call='{"when": {"weekday": 0, "hour": 14}, "text": "balai"}'
ask "select village.says(2, 'UNDANG', '$call'), village.says(3, 'UNDANG', '$call')" >/dev/null
at_once "select village.says(2, 'YA', '$(code 2)')" "select village.says(3, 'YA', '$(code 3)')" "select village.says(2, 'YA', '$(code 2)')"
is "$(said) $(invited meeting_invite)" "1 undang_same, 1 meeting_done, 1 code_done 2 14 7" "two officers call at once for the same time: one does, the other is told"
ask "select village.says(2, 'UNDANG', '{\"action\": \"cancel\"}'), village.says(3, 'UNDANG', '{\"action\": \"move\", \"when\": {\"weekday\": 0, \"hour\": 9}}')" >/dev/null
at_once "select village.says(2, 'YA', '$(code 2)')" "select village.says(3, 'YA', '$(code 3)')" "${many[@]}" "select village.says(23, 'HADIR')"
is "$(said)" "4 swept, 1 undang_gone, 1 meeting_done, 1 hadir" "cancelled and moved at once, while leaders sweep and a member answers: one of both, the other is told"

# --- reminders and lessons ---------------------------------------------------------------------------------
reminded() {
	ask "select count(*) || ' ' || count(distinct peer) || ' ' || count(distinct broadcast_id) from kentongan.outbox where template = '$1'"
}
moment 9 7:30
ask "with l as (insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on)
                select group_id, id, 900 + number, 1000, kentongan.today(group_id) - 30 from kentongan.members where number in (1, 2, 3, 23) and group_id = village.group_id()
                returning id, group_id)
     insert into kentongan.loan_schedule (loan_id, n, due_on, principal, interest) select id, 1, kentongan.today(group_id), 1000, 0 from l" >/dev/null
mapfile -d '' many < <(repeat 4 "select 'swept' from api.timed_work('{}')")
at_once "${many[@]}"
is "$(said) $(reminded remind_due_today)" "4 swept 4 4 1" "four leaders at half past seven: who has an instalment due hears once"
ask "select api.lessons_load('test', 'usaha', 'Usaha', '[{\"number\": 1, \"title\": \"Satu\", \"text\": \"Isi\"}, {\"number\": 2, \"title\": \"Dua\", \"text\": \"Isi\"}]');
     update kentongan.groups set lesson_series = 'usaha' where id = village.group_id()" >/dev/null
moment 9 16:30
at_once "${many[@]}"
is "$(said) $(reminded lesson) $(reminded lesson_last)" "4 swept 7 7 1 0 0 0" "four leaders on Wednesday afternoon: one lesson, once"

# --- the audit chain ------------------------------------------------------------------------------------------
ask "select count(*) from generate_series(1, 50), lateral (select sequence from api.audit_link(100000)) l" >/dev/null
is "$(ask "select count(*) from kentongan.audit_log where not exists (select 1 from kentongan.audit_chain where audit_id = audit_log.id)")" 0 "everything is linked"
coproc SLOW { psql -XAtq; }
slow=$SLOW_PID
echo "begin; select api.audit_note('slow', 'x', '', null, null); select 'written';" >&"${SLOW[1]}"
until [ "${line:-}" = written ]; do read -r line <&"${SLOW[0]}" || exit 1; done
ask "select api.audit_note('fast', 'x', '', null, null)" >/dev/null
ask "select api.audit_link(1000)" >/dev/null
is "$(ask "select count(*) from kentongan.audit_chain join kentongan.audit_log on id = audit_id where actor in ('slow', 'fast')")" 0 "a row behind one that is under way isn't linked"
echo "commit;" >&"${SLOW[1]}"
echo '\q' >&"${SLOW[1]}"
wait "$slow" 2>/dev/null
mapfile -d '' many < <(repeat 4 "select api.audit_link(1)")
at_once "${many[@]}"
is "$(ask "select string_agg(actor, ' ' order by sequence) from kentongan.audit_chain join kentongan.audit_log on id = audit_id where actor in ('slow', 'fast')")" "slow fast" \
	"then both are, in their order, each once, whoever links"

is "$(ask "select (select count(*) from api.verify_accounts()) + (select count(*) from api.verify_entries())
	+ (select count(*) from api.verify_balances_after()) + (select count(*) from api.verify_receipts())")" 0 "after all this the books agree"
is "$(ask "select count(*) from kentongan.messages where outcome in ('error', 'handling')")" 0 "and no message ended in a fault"
echo "1..$tests"
