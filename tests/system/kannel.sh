#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kannel as Debian ships it, between Kentongan and a message centre that speaks
# SMPP: config/kannel.conf with other ports and passwords. Members' messages and
# answers both ways, reports, and each of the four parties killed or away.

export PG_FSYNC=off # what it forgets in a power cut is not tested here
LIMITS='loop_same = 1000
	burst = 1000
	per_minute = 6000'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
PATH=$PATH:/usr/sbin
HTTP_PORT=$(free_port) ADMIN_PORT=$(free_port) BOX_PORT=$(free_port) SENDSMS_PORT=$(free_port) SMPP_PORT=$(free_port)
SECRET=4f1c9a70e2b85d36a1

start_pg
mkdir -p "$KT/kannel/store" "$KT/kannel/dlr"
sed -e "s/^admin-port = .*/admin-port = $ADMIN_PORT/; s/^smsbox-port = .*/smsbox-port = $BOX_PORT/" \
	-e "s/^sendsms-port = .*/sendsms-port = $SENDSMS_PORT/; s/^port = .*/port = $SMPP_PORT/; s/:8642/:$HTTP_PORT/" \
	-e "s,/var/spool/kannel,$KT/kannel,; s,/var/log/kannel/,$KT/kannel-," \
	-e "s/CHANGE-smpp.operator.example/127.0.0.1/; s/CHANGE-SYSTEM-ID/kentongan/; s/CHANGE-PASSWORD/smpp-pw/" \
	-e "s/CHANGE-SENDSMS-PASSWORD/kunci-rahasia/; s/CHANGE-SECRET-PATH/$SECRET/" \
	-e "s/CHANGE-ADMIN-PASSWORD/admin-pass/; s/CHANGE-STATUS-PASSWORD/status-pass/" \
	-e "s/^http-queue-delay = .*/http-queue-delay = 1/; s/^reconnect-delay = .*/reconnect-delay = 1/" \
	-e "s/^sms-resend-freq = .*/sms-resend-freq = 1/; s/^throughput = .*/throughput = 100/" \
	"$ROOT/config/kannel.conf" >"$KT/kannel.conf"
grep -v '^#' "$KT/kannel.conf" | grep -q CHANGE && fail "left as it was: $(grep -v '^#' "$KT/kannel.conf" | grep CHANGE)"
echo kunci-rahasia >"$KT/password"
MODEM_SECTIONS="kannel \"operator\" {
	sendsms = \"http://127.0.0.1:$SENDSMS_PORT/cgi-bin/sendsms\"
	user = kentongan
	password_file = \"$KT/password\"
	path = $SECRET
	callback = \"http://127.0.0.1:$HTTP_PORT\"
	number = 1234
	prefixes = \"0817\"
	in_flight = 3
	timeout = 120
}"

start_bearerbox() {
	bearerbox -v 4 "$KT/kannel.conf" >>"$KT/bearerbox.out.log" 2>&1 &
	BEARERBOX_PID=$!
	PIDS+=("$BEARERBOX_PID")
	eventually 30 200 kannel_status_code
}

start_smsbox() {
	smsbox -v 4 "$KT/kannel.conf" >>"$KT/smsbox.out.log" 2>&1 &
	disown
}

# Without bearerbox it begins anew, as another process.
smsboxes() {
	pgrep -f "^smsbox .*$KT/kannel.conf"
}

slay_smsbox() {
	local pid
	for pid in $(smsboxes); do
		kill -9 "$pid"
		wait_for 40 "the end of smsbox" gone "$pid"
	done
}
trap 'slay_smsbox; teardown' EXIT

kannel_status_code() {
	http_code "/status.txt?password=status-pass" "$ADMIN_PORT"
}

kannel_status() {
	get "/status.txt?password=status-pass" "$ADMIN_PORT"
}

operator_is_online() {
	kannel_status | grep -q 'operator.*online'
}

account_is() {
	[ "$(sql "select state from kentongan.channels where name = 'kannel:operator'")" = "$1" ]
}

# Ends PID at once.
slay() {
	kill -9 "$1"
	wait "$1" 2>/dev/null
}

# centre ORDER…: see smsc.py.
centre() {
	echo "$*" >"$KT/centre.fifo"
}

# What the message centre was given for NUMBER, of one kind, without the numbers.
came() {
	grep -F "sms 1234 $1 " "$KT/centre.log" | cut -d ' ' -f 4-
}

# How many of them match PATTERN.
came_count() {
	came "$1" | grep -cE -- "$2"
}

said() { # TEXT as the centre writes it: Kannel has it
	grep -qFx -- "taken $1" "$KT/centre.log"
}

QUESTION=10
declare -A ASKED=()
# question: another one each time, from another member; its answer isn't waited for.
question() {
	QUESTION=$((QUESTION + 1))
	ASKED[$QUESTION]=$(member $((4 + QUESTION % 9)))
	centre send "${ASKED[$QUESTION]}" 1234 "mutasi $QUESTION"
}

questions() {
	ASKED=()
	for _ in $(seq "$1"); do question; done
}

# Each of ASKED is answered within SECONDS, no one twice.
answered_once() {
	local q
	for q in "${!ASKED[@]}"; do
		eventually "$1" 1 came_count "${ASKED[$q]}" "halaman $q\."
	done
	is "messages of these" "${#ASKED[@]}" sql "select count(*) from kentongan.messages where body ~ '^mutasi' and split_part(body, ' ', 2)::int between $((QUESTION - ${#ASKED[@]} + 1)) and $QUESTION"
	is "inner faults" 0 sql "select count(*) from kentongan.messages where outcome in ('error', 'ignored_fault')"
}

# delivered WHERE: how many messages out have their report.
delivered() {
	sql "select count(*) from kentongan.outbox where status = 'delivered' and $1"
}

in_state() { # STATUS WHERE
	sql "select count(*) from kentongan.outbox where status = '$1' and $2"
}

configure
init_db
load_demo
mkfifo "$KT/centre.fifo"
"$ROOT/tests/system/smsc.py" "$SMPP_PORT" "$KT/centre.fifo" "$KT/centre.log" kentongan smpp-pw 2>"$KT/centre-errors.log" &
PIDS+=($!)
wait_for 20 "the message centre" eval "(: <>/dev/tcp/127.0.0.1/$SMPP_PORT)"
start_bearerbox
start_smsbox
wait_for 30 "the operator's line" operator_is_online
start_serve
wait_for 60 "the account" account_is ready
SITI=$(member 23)

# --- a question, its answer, its report ------------------------------------------------
centre send "$SITI" 1234 SALDO
eventually 30 1 came_count "$SITI" '^GSM 1 UP2K MELATI, SITI A'
eventually 30 1 delivered "peer = '$SITI' and channel = 'kannel:operator'"
is "messages" delivered sh -c "'$KENTONGAN' messages --number '$SITI' --json | jq -r '.[-1].state'"
is "the way it came" kannel:operator sql "select channel from kentongan.messages where peer = '$SITI'"
ok "SALDO through SMPP and Kannel, its answer the same way, and the report of its delivery"
centre receipts UNDELIV
centre send "$SITI" 1234 Saldo
eventually 30 1 in_state undelivered "peer = '$SITI'"
centre receipts DELIVRD
centre answer 0x0B
centre send "$SITI" 1234 sALDO
eventually 30 1 in_state failed "peer = '$SITI' and error ~ 'Invalid Destination'"
centre answer 0
ok "what couldn't be delivered, or what the operator refuses, is known"

# --- signs and lengths, in ----------------------------------------------------------------
in_as() { # ORDER TEXT: arrives unchanged
	centre "$1" "$SITI" 1234 "${2//$'\n'/\\n}"
	eventually 30 "$2" sql "select body from kentongan.messages where peer = '$SITI' order by body = \$body\$$2\$body\$ desc, id desc limit 1"
}
long=$(printf 'kas kelompok €5 {%s} ' $(seq 25))
in_as send "ADUAN @kas €5 [lama] {^} ~ 100% a+b&c=d?"
in_as send "ADUAN ꦲꦤꦕꦫꦏ 😀 半"
in_as send "ADUAN ${long}habis"
in_as reverse "ADUAN 1 ${long}habis"
in_as reverse "ADUAN ꦲ${long//kas/😀}habis"
in_as partly "ADUAN 2 ${long}habis" & partly=$!
in_as send "ADUAN di tengah"
centre rest
wait $partly || exit 1
ok "€ and brackets, Javanese script, emoji, long messages, parts in the wrong order and late: as they were written"

# --- … and out -----------------------------------------------------------------------------
# broadcast WORDING NUMBER…: one message each, whatever its text.
broadcast() {
	local id wording=$1
	shift
	id=$(sql "insert into kentongan.broadcasts (kind, template, params, wording, audience, created_at, actor, starts_at)
	          values ('siaran', 'siaran', '{\"group\": \"MELATI\", \"asker\": \"SRI\"}', \$w\$$wording\$w\$, '{\"numbers\": true}', kentongan.now(), 'test', kentongan.now())
	          returning id") || return 1
	sql "insert into kentongan.broadcast_numbers (broadcast_id, peer) select $id, unnest(string_to_array('$*', ' '));
	     select 1 from kentongan.broadcast_start($id)" >/dev/null && echo "$id"
}
out_as() { # KIND PARTS TEXT
	broadcast "$3" +6281700000001 >/dev/null || fail "no broadcast"
	eventually 30 1 eval "came +6281700000001 | grep -cFx -- \"$1 $2 MELATI: $3 (SRI)\""
}
out_as GSM 1 'Kas €5 [baru] ~ 100% a+b&c=d?'
out_as UCS2 1 'ꦲꦤꦕꦫꦏ 😀'
out_as GSM 3 "${long:0:370}"
out_as UCS2 3 "ꦲ$(printf '😀😀 %.0s' $(seq 30))"
eventually 30 4 delivered "peer = '+6281700000001' and channel = 'kannel:operator'"
ok "€ and brackets, Javanese script, emoji and long messages go out whole, in their parts, each with its report"

# --- so many at once, no more --------------------------------------------------------------
numbers=$(printf '+62817000001%02d ' $(seq 10))
kill -STOP "$BEARERBOX_PID"
b=$(broadcast 'satu per satu' $numbers) || fail "no broadcast"
eventually 30 3 in_state sending "broadcast_id = $b"
eventually 30 7 in_state queued "broadcast_id = $b"
get /status >/dev/null || fail "the service doesn't answer meanwhile"
is "handed over while Kannel hangs" 3 in_state sending "broadcast_id = $b"
kill -CONT "$BEARERBOX_PID"
eventually 60 10 delivered "broadcast_id = $b"
for n in $numbers; do is "came to $n" 1 came_count "$n" 'satu per satu'; done
ok "three at once as in_flight says; while they hang the service goes on, and none goes twice"

# --- smsbox killed ---------------------------------------------------------------------------
kill -STOP "$(smsboxes)"
questions 6
wait_for 30 "bearerbox to have them" said "mutasi $QUESTION"
b=$(broadcast 'smsbox mati' +6281700000201) || fail "no broadcast"
slay_smsbox
eventually 60 unreachable sql "select state from kentongan.channels where name = 'kannel:operator'"
says "kannel.operator.*Kannel doesn't answer" "$KENTONGAN" status || fail "status: $("$KENTONGAN" status)"
start_smsbox
answered_once 60
ok "smsbox killed: what it hadn't handed over comes from bearerbox's store, each is answered once"
state=$(sql "select status from kentongan.outbox where broadcast_id = $b")
is "came, of a broadcast whose fate was $state" "$([ "$state" = uncertain ] && echo 0 || echo 1)" eval \
	"eventually 30 0 in_state queued 'broadcast_id = $b' >/dev/null; came_count +6281700000201 'smsbox mati'"
ok "a broadcast that it may have had isn't sent again"

# --- bearerbox killed ---------------------------------------------------------------------------
centre answer none
questions 6
eventually 60 6 sql "select count(*) from kentongan.outbox o join kentongan.messages m on m.id = o.message_id where o.status = 'sent' and m.body ~ '^mutasi' and split_part(m.body, ' ', 2)::int between $((QUESTION - 5)) and $QUESTION"
slay "$BEARERBOX_PID"
centre send "$SITI" 1234 "mutasi 99"
centre answer 0
start_bearerbox
answered_once 90
ok "bearerbox killed: what it had taken and the operator hadn't goes out from its store, once"
eventually 90 1 came_count "$SITI" 'halaman 99\.'
ok "what the operator held meanwhile is answered"

# --- Kannel away ------------------------------------------------------------------------------------
centre receipts hold
b=$(broadcast 'laporan nanti' +6281700000301) || fail "no broadcast"
eventually 60 1 in_state sent "broadcast_id = $b and exists (select from kentongan.outbox_reports where outbox_id = id and type = 8)"
late=$b
slay_smsbox
slay "$BEARERBOX_PID"
numbers=$(printf '+62817000003%02d ' $(seq 8))
b=$(broadcast 'Kannel pergi' $numbers) || fail "no broadcast"
questions 3
wait_for 90 "the account to be known as away" account_is unreachable
centre receipts DELIVRD
is "in the queue" 8 in_state queued "broadcast_id = $b"
start_bearerbox
start_smsbox
eventually 120 8 delivered "broadcast_id = $b"
for n in $numbers; do is "came to $n" 1 came_count "$n" 'Kannel pergi'; done
answered_once 60
ok "Kannel away: everything waits on both sides, comes later, and once"
eventually 60 1 delivered "broadcast_id = $late"
ok "a report of what was sent before comes, too"
centre drop
questions 2
answered_once 60
ok "the operator's line breaks: it is taken up again"

# --- PostgreSQL away ------------------------------------------------------------------------------------
"$PG" stop "$(pg_dir)"
eventually 30 503 http_code /healthz
questions 4
wait_for 30 "Kannel to have them" said "mutasi $QUESTION"
for q in "${!ASKED[@]}"; do is "answers meanwhile to ${ASKED[$q]}" 0 came_count "${ASKED[$q]}" "halaman $q\."; done
"$PG" start "$(pg_dir)" >/dev/null || fail "PostgreSQL doesn't start"
answered_once 90
ok "the database away: smsbox keeps asking, and each question is answered once"

# --- Kentongan away ---------------------------------------------------------------------------------------
slay "$SERVE_PID"
questions 4
wait_for 30 "Kannel to have them" said "mutasi $QUESTION"
before=$(grep -c '^sms ' "$KT/centre.log")
start_serve
answered_once 90
is "messages that members got, whoever wrote them" 4 eval "echo \$((\$(grep -c '^sms ' '$KT/centre.log') - $before))"
ok "Kentongan killed: smsbox keeps the questions and tells members nothing; each is answered once"

# --- a wrong password ------------------------------------------------------------------------------------------
echo salah >"$KT/password"
kill -HUP "$SERVE_PID"
centre send "$SITI" 1234 'mutasi 97'
eventually 60 refused sql "select state from kentongan.channels where name = 'kannel:operator'"
says 'kannel.operator.*refuses user or password' "$KENTONGAN" status || fail "status: $("$KENTONGAN" status)"
is "the answer" 1 in_state queued "peer = '$SITI'"
echo kunci-rahasia >"$KT/password"
kill -HUP "$SERVE_PID"
eventually 120 1 came_count "$SITI" 'halaman 97\.'
ok "a wrong password is told in status; nothing is lost by it"

# --- by prefix: a modem and Kannel -------------------------------------------------------------------------------
start_sim
MODEM_SECTIONS="$MODEM_SECTIONS
modem \"desa\" {
	device = \"$KT/sim/desa\"
	number = \"+6281100000001\"
	pace_ms = 0
	own_prefixes = \"0812\"
	broadcast_pace = 0
}"
configure
kill -HUP "$SERVE_PID"
wait_ready desa 60
b=$(broadcast 'dua jalan' +6281700000401 +6281200000402 +6281700000403 +6281200000404) || fail "no broadcast"
eventually 60 0 sql "select count(*) from kentongan.outbox where broadcast_id = $b and status not in ('sent', 'delivered')"
is "ways" "+6281200000402 desa
+6281200000404 desa
+6281700000401 kannel:operator
+6281700000403 kannel:operator" sql "select peer || ' ' || channel from kentongan.outbox where broadcast_id = $b order by peer"
for n in 01 03; do eventually 30 1 came_count "+62817000004$n" 'dua jalan'; done
is "by the modem" 1 eval "inbox +6281200000402 | grep -c 'dua jalan'"
ok "numbers go by their prefix through the modem or through Kannel"

# --- what is written down --------------------------------------------------------------------------------------------
for log in "$KT"/kannel-*.log "$KT"/serve.log; do
	says 'mutasi[ +%]|habis|halaman|UP2K' cat "$log" && fail "texts in $log: $(grep -E 'mutasi[ +%]|habis|halaman|UP2K' "$log" | head -n 3)"
	says 'kunci-rahasia|smpp-pw' cat "$log" && fail "passwords in $log"
done
says 'Receive SMS.*from:\+62.*length:' cat "$KT/kannel-access.log" || fail "no access log"
ok "neither Kannel's logs nor ours hold texts or passwords"
done_testing
