#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Gammu's own dummy phone, a folder of files (connection "none"), as a modem: what
# Gammu's command puts into its inbox is answered, the rest is left alone.

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)

phone_file() {
	gammu -c "$KT/gammurc" "$@" >>"$KT/gammu.log" 2>&1 || fail "gammu $*"
}

arrives() { # NUMBER TEXT 
	phone_file savesms TEXT -folder 1 -unread -sender "$1" -len 400 -text "$2"
}

files() {
	find "$KT/dummy/sms/1" -type f | wc -l
}

reply() { # NUMBER: what was sent to it last
	sql "select status || ' ' || split_part(body, E'\n', 1) from kentongan.outbox where peer = '$1' order by id desc limit 1"
}

start_pg
mkdir "$KT/dummy"
printf '[gammu]\nconnection = none\ndevice = %s\n' "$KT/dummy" >"$KT/gammurc"
MODEM_SECTIONS="modem \"desa\" {
	device = \"$KT/dummy\"
	connection = none
}"
configure
init_db
load_demo
phone_file identify
# A message that arrived before we run, a draft and a sent one that aren't ours.
arrives +6281200000023 saldo
phone_file savesms TEXT -folder 2 -sent -sender +6281200000022 -text "saldo"
phone_file savesms TEXT -folder 2 -unsent -sender +6281200000022 -text "saldo"
start_serve
wait_ready
eventually 20 1 sql "select count(*) from kentongan.outbox where status = 'sent'"
says '^sent UP2K MELATI, SITI A\(23\)' reply +6281200000023 || fail "the answer: $(reply +6281200000023)"
eventually 10 0 files
ok "a message in the dummy's inbox is answered and deleted"

arrives +6281200000006 "setor 50rb"
eventually 20 1 sql "select count(*) from kentongan.requests where amount = 50000"
eventually 20 "sent" sql "select status from kentongan.outbox where peer = '+6281200000006'"
eventually 20 "sent" sql "select status from kentongan.outbox where peer = '+6281200000002'"
eventually 10 0 files
ok "one that arrives later is found though the dummy announces nothing"

for n in 07 08 09 10 11 12; do
	arrives +62812000000$n saldo
done
eventually 20 6 sql "select count(*) from kentongan.outbox where status = 'sent' and peer between '+6281200000007' and '+6281200000012'"
eventually 10 0 files
ok "many at once"

stars=$(printf '%0150d' 0 | tr 0 '*')
arrives +6281200000020 "Assalamualaikum bu, saya mau $stars setor sukarela 55rb ya bu, terima kasih"
eventually 20 1 sql "select count(*) from kentongan.requests where amount = 55000"
eventually 10 0 files
ok "one in several parts"

is "messages of drafts and sent ones" 0 sql "select count(*) from kentongan.messages where peer like '%22'"
is "messages" 9 sql "select count(*) from kentongan.messages"
is "drafts and sent ones still there" 2 eval "find '$KT/dummy/sms' -type f -path '*/sms/[2-5]/*' | wc -l"
ok "drafts and sent messages are left alone"
done_testing
