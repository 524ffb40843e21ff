#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The operator's verbs against a database of their own: what they answer, what
# they refuse and in which words, whether --json is JSON, and whether the two
# verify find what somebody changed past the service.
set -u
SIM_MODEMS="desa,number=+6281100000001,imei=357682010123456"
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
n=0

ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}

# run STATUS COMMAND…: its output, both streams, in $out.
run() {
	local expected=$1 status=0
	shift
	out=$("$@" 2>&1 </dev/null) || status=$?
	[ $status = "$expected" ] || fail "expected status $expected of: $*
came: $status
$out"
}

# has PATTERN…: each somewhere in $out.
has() {
	local pattern
	for pattern; do
		grep -qE -- "$pattern" <<<"$out" || fail "expected: $pattern
came: $out"
	done
}

hasnt() {
	if grep -qE -- "$1" <<<"$out"; then
		fail "expected no: $1
came: $out"
	fi
}

k() {
	"$KENTONGAN" "$@"
}

# json STATUS FILTER COMMAND…: the answer of COMMAND --json, of which FILTER
# must say true.
json() {
	local expected=$1 filter=$2 status=0
	shift 2
	out=$(k "$@" --json 2>"$KT/stderr") || status=$?
	[ $status = "$expected" ] || fail "expected status $expected of: $* --json
came: $status $out $(cat "$KT/stderr")"
	jq -e "$filter" <<<"$out" >/dev/null || fail "$* --json: not so: $filter
came: $out"
}

# Without rules and triggers, as somebody with the superuser's rights would.
tamper() {
	psql -XqAt -U postgres -d kentongan -v ON_ERROR_STOP=1 \
		-c "set session_replication_role = replica" -c "$1" >/dev/null || fail "tampering: $1"
}

balance() {
	k member show "$1" "$2" --json | jq -r ".$3"
}

# --- asking for help -------------------------------------------------------

export KENTONGAN_CONF=/nonexistent/kentongan.conf
run 0 k --version && has '^kentongan [0-9]'
run 0 k --help && has 'member add' 'audit verify' '--json'
run 0 k help member && has 'member phone' && hasnt 'group add'
run 0 k help member add && has 'usage: kentongan member add GROUP NAME' '--phone PHONE'
run 0 k member add --help && has '--short-name'
run 2 k && has 'kentongan help'
run 2 k grop && has 'did you mean "group"'
run 2 k group && has 'group add'
run 2 k group ad && has 'no verb "group ad"'
run 2 k group add X && has 'group add GROUP NAME'
run 2 k group list too much && has '"too"'
run 2 k group list --nonsense && has '--nonsense'
run 2 k messages --limit && has 'needs a value'
run 2 k -x && has 'no option -x'
run 2 k help nothing && has 'no verb "nothing"'
ok "help, and wrong ways to ask"

run 1 k group list && has '/nonexistent/kentongan.conf' '→'
run 1 k check && has '✗ configuration'
json 1 '.[0].state == "bad"' check
ok "without a configuration it says what to do"

complete_line() {
	bash -c 'source /dev/stdin; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kentongan
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@" <<<"$completion"
}
completion=$(k help --completion bash)
run 2 k help --completion zsh && has 'only for bash'
out=$(complete_line kentongan me) && has '^member$' '^messages$' && hasnt '^group$'
out=$(complete_line kentongan -c /x member '') && has '^officer$' '^unblock$' && hasnt '^verify$'
out=$(complete_line kentongan audit list --) && has '^--action$' '^--json$' && hasnt '^--wait$'
out=$(complete_line kentongan send --json --w) && has '^--wait$'
ok "completion comes from the same table"

# --- the database ----------------------------------------------------------

start_pg
configure
run 1 k status && has '✗ database' 'kentongan db init'
run 1 k group list && has 'kentongan db init'
run 1 k db status && has 'kentongan db init'
run 0 k db init && has 'up to date' && has '0001_foundation'
run 0 k db init && has 'up to date' && hasnt '0001_foundation'
json 0 '.current and .version == .known' db status
run 1 k key create && has 'there is a key file already'
json 0 '.public_key | length == 64' key show
public_key=$(jq -r .public_key <<<"$out")
ok "db init, status, key"

run 1 k -c <(sed "s|$PGHOST|/nonexistent|" "$KENTONGAN_CONF") group list
has "can't reach the database" 'systemctl start postgresql'
psql -Xq -U postgres -d kentongan -c "update kentongan.schema_functions set checksum = md5('old')"
run 1 k group list && has 'kentongan db upgrade'
run 1 k db status && has 'kentongan db upgrade'
run 0 k db upgrade && has 'up to date'
run 1 k modem nothing && has '^  desa$'
ok "a database that is away or older"

# As on a Debian machine: the owner's role is for the system's user of its name.
if [ "$(id -u)" = 0 ] && id postgres >/dev/null 2>&1; then
	hba=$(pg_dir)/data/pg_hba.conf
	cp "$hba" "$KT/hba"
	{
		echo "local all postgres peer"
		cat "$KT/hba"
	} >"$hba"
	psql -Xq -U kentongan -d kentongan -c '' || fail "the service's role can't connect"
	setpriv --reuid=postgres --regid=postgres --clear-groups \
		psql -Xq -h "$PGHOST" -U postgres -d kentongan -c 'select pg_reload_conf()' >/dev/null
	peer_only() {
		! psql -Xq -U postgres -d kentongan -c '' 2>/dev/null
	}
	wait_for 10 "peer authentication" peer_only
	run 0 k db upgrade && has 'up to date'
	run 0 k db init && has 'up to date'
	nobody=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups)
	# Not where the programs are out of everybody's reach, such as in /root.
	if "${nobody[@]}" test -x "$KENTONGAN" -a -r "$KENTONGAN_CONF"; then
		run 1 "${nobody[@]}" "$KENTONGAN" db upgrade
		has 'eer authentication failed' 'only the system.s user postgres'
	fi
	cat "$KT/hba" >"$hba"
	setpriv --reuid=postgres --regid=postgres --clear-groups \
		psql -Xq -h "$PGHOST" -U postgres -d kentongan -c 'select pg_reload_conf()' >/dev/null
	wait_for 10 "the end of peer authentication" psql -Xq -U postgres -d kentongan -c ''
	ok "as root it becomes the user that peer authentication wants"
else
	ok "peer authentication # SKIP needs root and a user postgres"
fi

# --- groups and members ----------------------------------------------------

run 0 k group list && has 'No groups yet'
run 0 k group add tani "UP2K TANI" --kecamatan Ajung --wajib 25rb --lang en && has 'Monthly wajib +25\.000'
run 1 k group add TANI "UP2K TANI" && has 'exists already'
run 2 k group add 'X Y' "UP2K" && has 'no code for a group'
run 2 k group add LONG "A name that is far too long" && has '2 to 20'
run 2 k group add BAD "UP2K BAD" --kind bank && has 'pra-koperasi'
run 2 k group add BAD "UP2K BAD" --lang xx && has 'no language "xx"'
run 1 k group add BAD "UP2K BAD" --timezone Asia/Jember && has 'Asia/Makassar'
run 2 k group set TANI && has 'nothing to set'
run 2 k group set TANI --wajib sepuluh && has '25rb'
run 2 k group set TANI --pending-hours 0 && has 'from 1 to 720'
run 0 k group set TANI --second-officer-above 2jt --name "UP2K TANI MAJU" && has '2\.000\.000' 'TANI MAJU'
json 0 '.second_officer_above == 2000000 and .wajib_amount == 25000 and .kecamatan == "Ajung"' group show tani
run 2 k group set TANI --quiet 8-20 && has 'like 20:00-06:00, or none'
run 2 k group set TANI --quiet 20:00-20:00 && has 'like 20:00-06:00, or none'
run 1 k group set TANI --quiet 06:00-05:00 && has 'less than four hours' 'At most 20 hours'
run 2 k group set TANI --broadcasts-a-day 51 && has 'from 1 to 50'
run 2 k group set TANI --broadcast-second-above 0 && has 'from 1 to'
run 0 k group set TANI --quiet 21:00-05:30 --broadcasts-a-day 6 --broadcast-second-above 50 && has 'Quiet hours +21:00-05:30' 'above +50'
json 0 '.quiet == "21:00-05:30" and .broadcasts_a_day == 6 and .broadcast_second_above == 50' group show tani
run 0 k group set TANI --quiet none && has 'Quiet hours +none'
json 0 'length == 1 and .[0].code == "TANI"' group list
run 1 k group show NOPE && has 'no group has the code NOPE' 'kentongan group list'
ok "groups"

run 0 k member list TANI && has 'No members yet'
run 0 k member add TANI "Siti Aminah" --phone 0812-0000-0101 && has 'Number +1' '\+62812•••0101'
run 0 k member add TANI "Böżena Ŵ Jaya Kusuma" --number 7 --lang jv && has 'Language +jv'
run 1 k member add TANI "Again" --number 7 && has 'has a member 7 already'
run 2 k member add TANI "Bad" --phone 12 && has '081234567890'
run 2 k member add TANI "Bad" --phone 888 && has 'short code'
run 2 k member add TANI "" && has '1 to 40'
run 2 k member add TANI $'bad \xff name' && hasnt 'Number'
run 2 k member show TANI x && has 'from 1 to 9999'
run 1 k member show TANI 99 && has 'no member 99' 'member list TANI'
run 0 k member phone TANI 7 081200000107 --numbers && has '\+6281200000107'
run 0 k member officer TANI 1 bendahara && has 'Offices +bendahara'
run 1 k member officer TANI 1 pengawas && has "can't hold another office" '--end'
run 1 k member officer TANI 1 raja && has 'Offices: bendahara'
run 0 k member officer TANI 1 bendahara --end && has 'Offices +-'
run 0 k member unblock TANI 7
json 0 'length == 2 and .[1].msisdn == "+62812•••0107" and .[1].pokok == 0' member list TANI
json 0 '.[1].msisdn == "+6281200000107"' member list TANI --numbers
ok "members, phones, offices"

# Where a column begins, in characters, whatever letters stand before it.
column() {
	local LC_ALL=C.UTF-8 before=${1%%"$2"*}
	echo "${#before}"
}
k member list TANI >"$KT/list"
head=$(head -n 1 "$KT/list")
while IFS= read -r line; do
	[ "$(column "$line" active)" = "$(column "$head" STATUS)" ] || fail "not below each other: $head / $line"
done < <(tail -n +2 "$KT/list")
ok "columns stand below each other"

# --- imports ---------------------------------------------------------------

members() {
	printf '%b' "$1" >"$KT/members.csv"
}
loans() {
	printf '%b' "$1" >"$KT/loans.csv"
}

run 1 k import members TANI /nonexistent.csv && has 'No such file'
members 'number,name\n'
run 1 k import members TANI "$KT/members.csv" && has 'line of headings'
members 'nomor;nama;hp;umur\n1;A;;3\n'
run 1 k import members TANI "$KT/members.csv" && has '"umur" isn.t known'
members 'nama;hp\nA;\n'
run 1 k import members TANI "$KT/members.csv" && has 'no column number'
members 'number,name\n1,"never ends\n2,B\n'
run 1 k import members TANI "$KT/members.csv" && has 'begins in line 2 never ends'
members 'number,name\n20,Jos\351\n'
run 1 k import members TANI "$KT/members.csv" && has 'line 2 isn.t UTF-8'
ok "files that are no spreadsheets"

members '\357\273\277Nomor;Nama;No_HP;Jabatan;Simpanan Pokok;Wajib;Sukarela\r
7;Siapa;;;0;0;0\r
20;Ani;0812000001x;;100.000;25rb;\r
0;Budi;;raja;1,2,3;-5;0\r
21;;081200000121;;;;\r
\r
22;Two lines;;;;;\r
22;Twice;;;;;;;stray\r
'
run 1 k import members TANI "$KT/members.csv" --apply
has 'members.csv:2: group TANI has a member 7 already' \
	'members.csv:3: phone is "0812000001x"' \
	'members.csv:4: number is "0"' 'members.csv:4: role is "raja"' \
	'members.csv:4: pokok is "1,2,3"' 'members.csv:4: wajib is "-5"' \
	'members.csv:5: name is missing' 'members.csv:7: member number 22 stands in this file 2 times' \
	'members.csv:8: "stray" stands in a column without heading' 'nothing was imported'
json 1 '.applied == false and (.problems | length >= 9) and ([.problems[].line] | sort == .)' \
	import members TANI "$KT/members.csv" --apply
json 0 'length == 2' member list TANI
ok "every bad line with its number and reason; nothing imported"

members '\357\273\277Nomor;Nama;No_HP;Jabatan;Simpanan Pokok;Wajib;Sukarela;\r
20;"Ani; dan ""Ina""";81200000120;pengawas;100.000;25rb;;\r
21;Budi;081200000120;;100000;Rp 50.000,-;1.250.000;\r
22;Citra;-;anggota;-;0;;\r
'
run 0 k import members TANI "$KT/members.csv"
has 'would be imported' 'members +3' 'without phone +1' 'on shared phones +2' 'wajib +75\.000' \
	'savings together +1\.525\.000' '--apply'
json 0 'length == 2' member list TANI
json 0 '.applied and .totals.members == 3 and .totals.sukarela == 1250000' import members TANI "$KT/members.csv" --apply
json 0 'length == 5 and (.[2] | .name == "Ani; dan \"Ina\"" and .msisdn == "+6281200000120" and .role == "pengawas")' \
	member list TANI --numbers
[ "$(balance TANI 21 sukarela)" = 1250000 ] || fail "member 21 has $(balance TANI 21 sukarela)"
run 1 k import members TANI "$KT/members.csv" --apply && has 'members.csv:2: .*has a member 20 already'
ok "members: a dry run changes nothing, --apply does it once"

loans 'number,principal,remaining,instalments,interest,disbursed\n20,1000000,1500000,10,"1,5",2026-01-31\n
99,500000,1,10,1,2026-01-31\n21,0,0,0,9999,31/02/2026\n'
run 1 k import loans TANI "$KT/loans.csv" --apply
has 'loans.csv:2: remaining' 'loans.csv:4: group TANI has no member 99' 'loans.csv:5: instalments' \
	'loans.csv:5: interest' 'loans.csv:5: disbursed is "31/02/2026"'
json 0 '.loans == []' member show TANI 20
loans 'nomor;pinjaman;sisa;tenor;jasa;tanggal\n20;1.000.000;750.000;10;1,5 %;31/01/2026\n'
run 0 k import loans TANI "$KT/loans.csv" && has 'remaining +750\.000'
json 0 '.loans == []' member show TANI 20
run 0 k import loans TANI "$KT/loans.csv" --apply
json 0 '.loans[0] | .remaining == 750000 and .due_interest == 15000 and .disbursed_on == "2026-01-31" and .instalments == 10' \
	member show TANI 20
ok "loans: every bad line, all or nothing"

# --- the books -------------------------------------------------------------

run 0 k db verify && has 'the books are right'
json 0 '.good and .looked_at.entries == 3 and (.findings | length == 8)' db verify
entry=$(sql "select entry_id from kentongan.postings where amount = -1250000")
tamper "update kentongan.postings set amount = -9250000 where entry_id = $entry and amount = -1250000"
run 1 k db verify
has '✗ accounts .*TANI, sukarela of member 21\): balance -1\.250\.000, but its postings sum to -9\.250\.000' \
	"✗ entries .*entry $entry doesn't balance" 'NOT right'
tamper "update kentongan.postings set amount = -1250000 where entry_id = $entry and amount = -9250000"
tamper "update kentongan.postings set balance_after = 5 where entry_id = $entry and amount = -1250000"
run 1 k db verify && has '✗ postings .*noted balance 5 of account'
tamper "update kentongan.postings set balance_after = -1250000 where entry_id = $entry and amount = -1250000"
tamper "update kentongan.members set receipts = 3 where number = 21"
json 1 '.good == false and (.findings[] | select(.about == "receipts") | .state == "bad")' db verify
tamper "update kentongan.members set receipts = 0 where number = 21"
run 0 k db verify
ok "db verify finds a changed posting, balance and receipt"

# --- with the service running ----------------------------------------------

free_port() {
	local port
	for _ in $(seq 100); do
		port=$((30000 + RANDOM % 10000))
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

run 1 k audit fingerprint && has 'no audit record has been linked yet'
run 0 k audit verify && has "aren't linked yet"
HTTP_PORT=$(free_port)
configure
start_sim
run 1 k check --no-modem && has '✓ key' '✓ commands' '✓ texts' '✓ rights' "✗ modem desa .*isn't a device|✓ modem desa|✗ modem desa"
start_serve
wait_ready desa
run 0 k status && has '✓ service' '✓ modem desa' '✓ database' 'All is well'
json 0 '.good and .service.modems[0].name == "desa" and .overview.members == 5' status
run 0 k check && has '✓ http' 'the service runs and holds them' 'All is well'
json 0 'all(.state != "bad")' check
ok "status and check while all is well"

run 2 k send 12 hello && has '081234567890'
run 2 k send 081200000101 '  ' && has 'empty'
run 2 k send 081200000101 "$(printf 'x%.0s' $(seq 2000))" && has 'at most 10'
run 0 k send 081200000101 'Pengumuman: rapat jam 9' --wait --timeout 30 && has 'through desa' '(sent|delivered)'
json 0 '.state == "queued" and .parts == 2' send 081200000101 "$(printf 'x%.0s' $(seq 200))"
run 0 k messages --number 0812-0000-0101 && has 'rapat jam 9' 'operator'
json 0 '[.[] | select(.body == "Pengumuman: rapat jam 9")] | length == 1' messages --limit 10
json 0 'all(.peer != null and .direction == "out")' messages --number 081200000101
run 0 k messages --number 081299999999 && has 'No messages'
run 2 k messages --limit 0 && has 'from 1 to'
json 0 'map(.action) | index("send")' audit list --action send
json 0 'length == 3 and all(.id > 0) and (.[0].id < .[2].id)' audit list --limit 3
json 0 'map(.subject) | index("member list TANI")' audit list --action look --limit 200
json 0 'map(.action) | index("db.upgrade")' audit list --action db --limit 200
run 1 k audit list --group NOPE && has 'no group has the code'
ok "send, messages, audit list"

sealed() {
	[ "$(sql "select max(s.sequence) = (select max(sequence) from kentongan.audit_chain)
		and not exists (select from kentongan.audit_log l
			where not exists (select from kentongan.audit_chain c where c.audit_id = l.id))
		from kentongan.audit_seals s")" = t ]
}
wait_for 30 "the audit log to be sealed" sealed
stop_pid "$SERVE_PID"
run 1 k status && has '✗ service .*nothing listens' 'systemctl start kentongan' '✓ database'
"$PG" stop "$(pg_dir)"
run 1 k status && has "✗ database .*isn't reached" 'systemctl start postgresql'
json 1 '.service == null and .overview == null and (.findings | length >= 2)' status
start_pg
ok "status says what is down and what to do"

# --- the audit log ---------------------------------------------------------

run 0 k audit verify && has '✓ chain' '✓ seals' 'fingerprint +[0-9a-f]{4} [0-9a-f]{4}'
json 0 '.good and .differ == 0 and .links > 20' audit verify
links=$(jq .links <<<"$out")
run 0 k audit fingerprint && has '^[0-9a-f]{4} [0-9a-f]{4}$'
fingerprint=$(head -n 1 <<<"$out")
run 0 k audit verify --fingerprint "${fingerprint^^}" && has '✓ fingerprint'
run 1 k audit verify --fingerprint '0000 0000' && has '✗ fingerprint .*never'
run 0 k audit verify --public-key "$public_key" && has '✓ seals'
run 1 k audit verify --public-key "${public_key/[0-7]/8}" && has "✗ seals .*isn't ours"
run 2 k audit verify --public-key abc && has '64 hex'
mv "$KT/key" "$KT/key.away"
run 1 k audit verify && has "✗ seals .*can't be checked" 'public-key'
mv "$KT/key.away" "$KT/key"
ok "audit verify: all is as it was sealed"

id=$(sql "select audit_id from kentongan.audit_chain where sequence = 5")
tamper "update kentongan.audit_log set actor = 'operator:mallory' where id = $id"
run 1 k audit verify && has "✗ chain .*link 5: record $id was changed" && hasnt 'link 6'
tamper "update kentongan.audit_log set actor = 'operator:$(id -un)' where id = $id"
run 0 k audit verify
ok "a changed record is found, and only that"

# The same, and the chain computed anew behind it: the seals tell.
sql "create table public.kept as select * from kentongan.audit_chain" >/dev/null
tamper "update kentongan.audit_log set actor = 'operator:mallory' where id = $id"
tamper "do \$\$
declare r record; h bytea := sha256('kentongan audit chain');
begin
	for r in select c.sequence, v.text from kentongan.audit_chain c join kentongan.audit_canonical v on v.id = c.audit_id order by 1 loop
		h := sha256(h || convert_to(r.text, 'UTF8'));
		update kentongan.audit_chain set hash = h where sequence = r.sequence;
	end loop;
end \$\$"
run 1 k audit verify && has '✓ chain' "✗ seals .*isn't ours"
run 1 k audit verify --fingerprint "$fingerprint" && has '✗ fingerprint'
tamper "update kentongan.audit_log set actor = 'operator:$(id -un)' where id = $id"
tamper "update kentongan.audit_chain c set hash = k.hash from public.kept k where k.sequence = c.sequence"
run 0 k audit verify
ok "a chain that was computed anew is found by its seals"

tamper "create table public.swap as select sequence, audit_id from kentongan.audit_chain where sequence in (7, 8);
	update kentongan.audit_chain set audit_id = -audit_id where sequence in (7, 8);
	update kentongan.audit_chain c set audit_id = s.audit_id from public.swap s where c.sequence + s.sequence = 15"
run 1 k audit verify && has 'link 7: record .*changed or moved' 'link 8: record .*changed or moved' && hasnt 'link 9'
tamper "update kentongan.audit_chain set audit_id = -audit_id where sequence in (7, 8);
	update kentongan.audit_chain c set audit_id = s.audit_id from public.swap s where c.sequence = s.sequence"
run 0 k audit verify
ok "records that changed places are found"

sql "create table public.log as select * from kentongan.audit_log" >/dev/null
tamper "delete from kentongan.audit_log where id = $id"
run 1 k audit verify && has "✗ chain .*link 5: record $id was removed"
tamper "insert into kentongan.audit_log overriding system value select * from public.log where id = $id"
run 0 k audit verify
tamper "delete from kentongan.audit_chain where sequence = 9"
run 1 k audit verify && has '1 link before link 10 is gone'
tamper "insert into kentongan.audit_chain select * from public.kept where sequence = 9"
tamper "delete from kentongan.audit_log where id in (select audit_id from kentongan.audit_chain where sequence > $links - 2)"
tamper "delete from kentongan.audit_chain where sequence > $links - 2"
run 1 k audit verify && has "✗ seals .*link $links was sealed and is gone"
ok "removed records and links are found, also at the end"

# --- check finds what is wrong ---------------------------------------------

# Named by its own number: it is looked for among the ports, and opened.
conf_with() {
	sed -E "$1" "$KENTONGAN_CONF" >"$KT/other.conf"
}
conf_with "s|^[[:space:]]*device = .*|imei = 357682010123456 search = \"$KT/sim/*\"|"
run 0 k -c "$KT/other.conf" check && has '✓ modem desa .*IMEI 357682010123456' 'All is well'
conf_with "s|^[[:space:]]*device = .*|imei = 490154203237518 search = \"$KT/sim/*\"|"
run 1 k -c "$KT/other.conf" check && has '✗ modem desa .*490154203237518'
run 1 k check && has '✗ modem desa .*in use by kentongan-simul'
conf_with 's|device = .*|device = "/dev/null/nothing"|'
run 1 k -c "$KT/other.conf" check && has '✗ modem desa .*/dev/null/nothing: Not a directory' 'by-id'
conf_with 's|port = .*|port = 0|'
run 1 k -c "$KT/other.conf" check && has '! http .*off'
ok "check opens a modem that is free and tells what holds another"

psql -Xq -U postgres -d kentongan -c "grant update on kentongan.postings to kentongan"
run 1 k check --no-modem && has '✗ rights .*postings \(UPDATE\)'
psql -Xq -U postgres -d kentongan -c "revoke update on kentongan.postings from kentongan"
psql -Xq -U postgres -d kentongan -c "alter table kentongan.audit_log disable trigger audit_log_immutable"
run 1 k check --no-modem && has '✗ rights .*audit_log_immutable'
psql -Xq -U postgres -d kentongan -c "alter table kentongan.audit_log enable trigger audit_log_immutable"
psql -Xq -U postgres -d kentongan -c "update kentongan.clock set shift = '3 days'"
chmod 644 "$KT/key"
run 1 k check --no-modem && has '! clock .*3 days' '✗ key .*others may read'
run 1 k status && has '! clock'
chmod 600 "$KT/key"
cp "$ROOT/config/commands.conf" "$KT/bad.conf"
echo "command BAD { words = { 'x' } arguments = { '(?<amount' } }" >>"$KT/bad.conf"
conf_with "s|^commands_file.*|commands_file = \"$KT/bad.conf\"|"
run 1 k -c "$KT/other.conf" check --no-modem
has "✗ commands .*bad.conf:[0-9]+:"
printf 'colour = blue\nhttp { port = 99999 }\n' >"$KT/wrong.conf"
run 1 k -c "$KT/wrong.conf" check && has '✗ configuration .*:1: ' '✗ configuration .*:2: '
run 1 k -c "$KT/wrong.conf" group list && has ':1: .*colour' ':2: .*port'
ok "check names what is wrong, every mistake"

out=$(k group list >/dev/full 2>&1) && fail "a full disk went unnoticed"
ok "an answer that can't be written is a failure"
echo "1..$n"
