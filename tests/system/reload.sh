#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGHUP: changed words, texts and limits are used at once; with a mistake in any
# file all the old ones stay, the log says where and what it is, and the service
# goes on. No process is restarted.

LIMITS='loop_same = 1000'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)

pids() {
	echo "$SERVE_PID $(modem_pid)"
}

lines() { # PATTERN: how often the log has it
	grep -cE -- "$1" "$KT/serve.log"
}

more_than() { # COUNT PATTERN
	[ "$(lines "$2")" -gt "$1" ]
}

# Daemon and modem's process have both taken the settings over.
reload() {
	local daemon modem
	daemon=$(lines ' serve info: serve: settings read again')
	modem=$(lines 'modem\[desa\] info: modem: settings read again')
	kill -HUP "$SERVE_PID"
	wait_for 15 "the daemon to read its settings again" more_than "$daemon" ' serve info: serve: settings read again'
	wait_for 15 "the modem's process, too" more_than "$modem" 'modem\[desa\] info: modem: settings read again'
}

STRANGER=2
# refused WHAT PATTERN: a reload that must fail, naming file, line and reason.
refused() {
	local what=$1 before
	before=$(lines 'the old ones stay in force')
	kill -HUP "$SERVE_PID"
	wait_for 15 "the refusal of $what" more_than "$before" 'the old ones stay in force'
	says "$2" cat "$KT/serve.log" || fail "$what: the log doesn't say /$2/"
	# Each time another phone: the same text twice within a second is one message,
	# and after three such answers there is silence.
	STRANGER=$((STRANGER + 1))
	asks "$(member $STRANGER)" '^UP2K MELATI' 15 duitku
	asks "$(member $STRANGER)" '^Tidak mengerti' 15 kata ajaib
	is "the processes" "$BEFORE" pids
	ok "$what: the old ones stay, the log says /$2/"
}

start_pg
configure
cp -r "$ROOT/config/commands.conf" "$ROOT/config/lang" "$KT"
sed -i -e "s,^\t*commands_file = .*,commands_file = \"$KT/commands.conf\"," \
	-e "s,^\t*lang_dir = .*,lang_dir = \"$KT/lang\"," "$KENTONGAN_CONF"
init_db
load_demo
start_sim
start_serve
wait_ready
BEFORE=$(pids)
asks "$(member 21)" '^Maaf, kami belum paham' 15 duitku

# --- changes ------------------------------------------------------------------------
sed -i 's/words = { "saldo", /words = { "saldo", "duitku", /' "$KT/commands.conf"
reload
asks "$(member 23)" '^UP2K MELATI, SITI A' 15 duitku
ok "a word that is added is understood at once"
sed -i '/^text not_understood {/,/^}/s/sms = "/sms = "Tidak mengerti. /' "$KT/lang/id/member.conf"
reload
asks "$(member 22)" 'Sorry' 15 kata ajaib
asks "$(member 23)" '^Tidak mengerti\. Maaf' 15 kata ajaib
ok "a text that is changed is sent at once"
is "the processes" "$BEFORE" pids
ok "no process was restarted"

# --- mistakes ----------------------------------------------------------------------------
cp "$KT/commands.conf" "$KT/good"
line=$(grep -n 'words = { "saldo"' "$KT/commands.conf" | cut -d: -f1)
sed -i "${line}s/ = / == /" "$KT/commands.conf"
refused "bad commands" "commands.conf:$line: "
cp "$KT/good" "$KT/commands.conf"
printf '\ncommand SALDO2 {\n\targuments = { "((" }\n}\n' >>"$KT/commands.conf"
refused "a bad pattern" 'commands.conf:[0-9]+: command SALDO2: arguments 1: missing closing parenthesis'
cp "$KT/good" "$KT/commands.conf"

cp "$KT/lang/id/member.conf" "$KT/good"
sed -i "/^text saldo {/,/^}/s/{now}/{now|nowhere}/" "$KT/lang/id/member.conf"
refused "a bad text" 'lang/id/member.conf:[0-9]+: text saldo: unknown filter .*nowhere'
cp "$KT/good" "$KT/lang/id/member.conf"

# A placeholder that doesn't exist shows only when the text is sent.
sed -i "/^text saldo {/,/^}/s/{now}/{nowhere}/" "$KT/lang/id/member.conf"
reload
id=$(phone send --from "$(member 9)" saldo)
wait_for 15 "the log to tell of it" grep -q "can't be worded: .*parameter nowhere is missing" "$KT/serve.log"
is "the answer" queued sql "select status from kentongan.outbox where peer = '$(member 9)'"
cp "$KT/good" "$KT/lang/id/member.conf"
reload
phone wait --on "$(member 9)" --after "$id" --match '^UP2K MELATI, WIWIK' --timeout 20 >/dev/null ||
	fail "no answer after the text was mended: $(sql "select status, error from kentongan.outbox where peer = '$(member 9)'")"
ok "an answer whose text is wrong waits until it is mended"

cp "$KENTONGAN_CONF" "$KT/good"
sed -i '/burst\|loop_same/s/loop_same = 1000/loop_same = many/' "$KENTONGAN_CONF"
line=$(grep -n 'loop_same = many' "$KENTONGAN_CONF" | cut -d: -f1)
refused "a bad setting" "kentongan.conf:$line: .*loop_same"
cp "$KT/good" "$KENTONGAN_CONF"

# --- limits -----------------------------------------------------------------------------
asks "$(member 8)" '^UP2K MELATI, FATIMAH' 15 --age 90 saldo
sed -i 's/loop_same = 1000/replies_per_sender = 1/' "$KENTONGAN_CONF"
reload
# Other words each time: the same within one second would be one message.
id=$(phone send --from "$(member 8)" "cek saldo")
phone wait --on "$(member 8)" --after "$id" --timeout 15 >"$KT/quota" || fail "no answer at the limit"
says '^UP2K MELATI' cat "$KT/quota" && fail "the new limit isn't in force: $(cat "$KT/quota")"
is "the outcome" quota sql "select outcome from kentongan.messages where peer = '$(member 8)' order by id desc limit 1"
cp "$KT/good" "$KENTONGAN_CONF"
reload
asks "$(member 8)" '^UP2K MELATI, FATIMAH' 15 "saldo bu"
ok "limits that are changed hold at once"
is "the processes" "$BEFORE" pids
ok "after all this the same processes run"
done_testing
