#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Odd messages through the whole chain: scripts of the world, emoji, very long
# ones, hostile ones, broken PDUs. Each gets a proper answer or is ignored on
# purpose; none moves money, fails inside or stays on the SIM.

SIM_MODEMS='desa,number=+6281100000001,sim=10'
LIMITS='replies_per_group = 100000'
MODEM_OPTIONS='sweep_seconds = 2'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)

# A phone for each message, so that no limit for one sender hides what happens.
members() {
	sql "insert into kentongan.members (group_id, number, name, short_name)
	     select id, 1000 + n, 'ODD ' || n, 'ODD ' || n from kentongan.groups, generate_series(1, 300) n where code = 'MELATI';
	     insert into kentongan.phones (msisdn) select '+62899000' || 1000 + n from generate_series(1, 300) n;
	     insert into kentongan.member_phones (member_id, phone_id)
	     select m.id, p.id from kentongan.members m join kentongan.phones p on p.msisdn = '+62899000' || m.number
	      where m.number > 1000" >/dev/null
}

N=0
sends() { # OPTION… TEXT
	N=$((N + 1))
	phone send --from "+62899000$((1000 + N))" "$@" >/dev/null || fail "the simulator didn't take: $*"
}

setup
members
entries=$(sql "select count(*) from kentongan.journal_entries")

# --- the world's scripts ------------------------------------------------------------
while IFS= read -r line; do
	sends -- "$line"
done < <(grep -v '^ *$' "$ROOT/tests/unit/data/foreign.txt" | awk 'NR % 3 == 1')
foreign=$N
while IFS= read -r line; do
	sends --ucs2 -- "$line"
done <<-'EOS'
	🙏🙏🙏
	saldo 🙏
	setor 50rb 👍🏽
	👩‍👩‍👧‍👦 saldo 👨🏿‍🌾
	ꦱꦭ꧀ꦝꦺꦴ
	ᮞᮜ᮪ᮓᮧ
	الرصيد
	‮odlas‬
	ｓａｌｄｏ
	ѕаldо
	s̶a̶l̶d̶o̶
	SALDO​​​
	余额查询
	یک دو سه ۵۰٬۰۰۰
	setor ५०,०००
	setor ٥٠٠٠٠
	setor ５０ｒｂ
	Ça va? ÀÈÌÒÙ ñ ß
	saldo saldo
EOS

# --- amounts, codes, templates, quotes -----------------------------------------------
while IFS= read -r line; do
	sends -- "$line"
done <<-'EOS'
	setor 99999999999999999999999999
	setor 0
	setor -0
	setor 00000000050000
	setor 1e9
	setor 50rb50rb
	setor 50.000.00
	setor NaN
	setor 0x1000
	setor wajib pokok sukarela 50rb
	setor 9223372036854775807
	TERIMA 9999999999
	TERIMA
	TOLAK 1 2 3 4 5 6 7 8 9
	BATAL ' or 1=1 --
	saldo'; drop table kentongan.members; --
	saldo"}{"a":1}
	{pokok|amount} {now} {lines|each:mutasi_line}
	%s%s%n%n%x
	\x00\n\r\t
	MUTASI 999999999999
	MUTASI -1
	23 SALDO
	0 SALDO
	99999 SETOR 50rb
	BAHASA KLINGON
	BLOKIR 99999999999999999999
	BANTUAN BANTUAN BANTUAN
	LAGI LAGI LAGI
	YA
	TIDAK
	@@@@@@@@
	^{}\[~]|€
	............
	AT+CMGD=1,4
	+CMTI: "SM",1
	OK
	> ERROR
	123456
	ADUAN uang hilang
EOS
sends -- ''
sends -- ' '
sends -- $'\n\n\n'
sends -- $'saldo\r\n'
sends -- $'\001\002\003saldo\177'

# --- length --------------------------------------------------------------------------
sends -- "$(printf 'saldo %.0s' $(seq 250))"
sends -- "$(printf '%01500d' 0)"
sends --ucs2 -- "$(printf '漢字%.0s' $(seq 330))"
sends --ref16 -- "$(printf 'setor 50rb %.0s' $(seq 100))"
sends --ucs2 --parts-order 3,2,1 -- "$(printf '🙏%.0s' $(seq 90))"
answerable=$N

# --- not for us ------------------------------------------------------------------------
sends --class0 -- saldo
sends --class 1 -- saldo
sends --class 2 -- saldo
sends --class 3 -- saldo
sends --binary 0605040b8423f0deadbeef
sends --binary ff
sends --binary 00
sends --turkish -- saldo
phone send --alphanumeric 'PROMO!' 'saldo' >/dev/null
phone send --alphanumeric 'x' 'setor 50rb' >/dev/null
phone send --from 112 'saldo' >/dev/null
phone send --from +6281100000001 'saldo' >/dev/null
# Cut off, odd in coding, length, addresses, headers.
for pdu in 04 0400 040c91261800 \
	040c9126980000100000006211522041008205 \
	040c91269800001000f4fff6211522041008209a0e9e9e9e9 \
	440c91269800001000000462115220410082ff0605040b8423f0 \
	040b91269800001000000062ffffffffff820573309b5d07 \
	0414d0ffffffffffffffffffff0000621152204100820573309b5d07 \
	44029126000062115220410082050003ff0000 \
	06ff0c9126980000100062115220410082621152204100820 ; do
	phone send --from +6289900000100 --pdu "$pdu" >/dev/null 2>&1
done
# A whole one behind all that is broken.
asks "$(member 23)" '^UP2K MELATI, SITI A' 30 saldo
ok "after $N odd messages and broken PDUs a question is answered"
eventually 30 0 stat_of desa stored
is "waiting in the network" 0 stat_of desa waiting
ok "the SIM is empty"

is "inner faults" "" sql "select string_agg(outcome || ': ' || coalesce(error, ''), E'\n') from kentongan.messages where outcome in ('error', 'ignored_fault', 'handling')"
ok "none failed inside"
is "entries in the journal" "$entries" sql "select count(*) from kentongan.journal_entries"
ok "none moved money"

eventually 30 0 sql "select count(*) from kentongan.outbox where status in ('queued', 'sending')"
is "answers that failed" "" sql "select string_agg(template || ': ' || coalesce(error, ''), E'\n') from kentongan.outbox where status not in ('sent', 'delivered')"
ok "every answer left"
silent() {
	sql "select string_agg(peer || ' ' || outcome || ' ' || coalesce(left(body, 40), ''), E'\n') from kentongan.messages m
	      where peer like '+62899000____' and substr(peer, 10)::int <= 1000 + $answerable
	        and not exists (select from kentongan.outbox o where o.message_id = m.id and o.class = 'reply')"
}
is "of $answerable senders those whose message never arrived" "" sql "select string_agg(p.msisdn, ' ') from kentongan.phones p where p.msisdn like '+62899000____'
	and substr(p.msisdn, 10)::int <= 1000 + $answerable and not exists (select from kentongan.messages m where m.peer = p.msisdn)"
is "who got no answer" "" silent
ok "each of $answerable texts has its answer ($foreign of them in scripts of the world)"
is "what was meant for machines" 0 sql "select count(*) from kentongan.outbox o join kentongan.messages m on m.id = o.message_id where m.outcome like 'ignored%'"
sql "select outcome || ' ' || count(*) from kentongan.messages group by outcome order by 1" | sed 's/^/# /'
"$KENTONGAN" db verify >"$KT/verify.out" 2>&1 || fail "db verify: $(cat "$KT/verify.out")"
ok "the books are sound"
done_testing
