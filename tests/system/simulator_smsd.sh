#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# smstools' smsd, which we didn't write, receives and sends through the
# simulator's modem. It runs in a folder of its own; the system's service is
# neither used nor touched.
set -u
BUILD=${BUILD:-./build}
simulator=$BUILD/kentongan-simulator
smsd=$(command -v smsd || echo /usr/sbin/smsd)

[ -x "$smsd" ] || { echo "skipped: smstools' smsd isn't installed"; exit 77; }
[ -x "$simulator" ] || { echo "skipped: $simulator isn't built"; exit 77; }

dir=$(mktemp -d)
serve_pid='' smsd_pid=''
cleanup() {
	status=$?
	trap - EXIT
	for pid in $smsd_pid $serve_pid; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	rm -rf "$dir"
	exit $status
}
trap cleanup EXIT
trap 'exit 1' INT TERM

fail() {
	echo "FAILED: $1"
	echo "--- smsd's log:"
	tail -n 40 "$dir/smsd.log"
	echo "--- the modem saw:"
	"$simulator" control --dir "$dir/net" log 40
	exit 1
}
# until COMMAND holds, thirty seconds at most: smsd polls
until_true() {
	deadline=$(($(date +%s) + 30))
	until "$@" 2>/dev/null; do
		[ "$(date +%s)" -lt $deadline ] || return 1
		sleep 0.05 # between two looks
	done
}
send() {
	"$simulator" send --dir "$dir/net" "$@" >/dev/null || fail "send $*"
}
# A file of smsd's that has come into FOLDER with LINE in it
came() {
	until_true grep -rqFx -- "$2" "$dir/$1" || fail "$test: no \"$2\" in $1"
}

for folder in outgoing checked incoming sent failed report; do
	mkdir "$dir/$folder"
done
cat >"$dir/smsd.conf" <<END
devices = desa
outgoing = $dir/outgoing
checked = $dir/checked
incoming = $dir/incoming
sent = $dir/sent
failed = $dir/failed
report = $dir/report
logfile = $dir/smsd.log
loglevel = 7
infofile = $dir/smsd.working
pidfile = $dir/smsd.pid
delaytime = 1
errorsleeptime = 1
autosplit = 3
internal_combine = yes
internal_combine_binary = no

[desa]
device = $dir/net/desa
init = AT+CPMS="SM","SM","SM"
init2 = AT+CNMI=2,1,0,2,0
incoming = high
report = yes
baudrate = 115200
pin = 4321
send_delay = -1
END

"$simulator" serve --dir "$dir/net" --modem "desa,number=+6281100001,sim=20,pin=4321" \
	2>"$dir/serve.log" &
serve_pid=$!
"$simulator" control --dir "$dir/net" modems >/dev/null || exit 1
"$smsd" -c "$dir/smsd.conf" -t >"$dir/smsd.out" 2>&1 &
smsd_pid=$!

test="it starts, enters the PIN, finds the network"
echo "smsd: $test"
until_true grep -q "Modem is registered to the network" "$dir/smsd.log" || fail "$test"

test="receives a message"
echo "smsd: $test"
send --from 081234567890 'SETOR 50rb'
came incoming "SETOR 50rb"
came incoming "From: 6281234567890"

test="receives three parts in wrong order as one message"
echo "smsd: $test"
long="satu $(printf 'abcdefghij%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20) dua \
$(printf 'klmnopqrst%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20) tiga"
send --from 081234567891 --parts-order 2,3,1 "$long"
came incoming "$long"

test="receives UCS-2"
echo "smsd: $test"
send --from 081234567892 'Madurâ ḍ'
came incoming "Alphabet: UCS2"

test="sends a message and gets its delivery report"
echo "smsd: $test"
cat >"$dir/message" <<'END'
To: 6281234567890
Report: yes

Saldo Rp 50.000 sah
END
mv "$dir/message" "$dir/outgoing/one"
"$simulator" wait --dir "$dir/net" --on 081234567890 --timeout 30 \
	--match '^Saldo Rp 50\.000 sah\s*$' >/dev/null || fail "$test"
came report "SMS STATUS REPORT"
until_true grep -q '^Status: 0,' "$dir"/report/* || fail "$test: not delivered"
until_true test -e "$dir/sent/one" || fail "$test: not among the sent"

test="sends a long message in parts"
echo "smsd: $test"
printf 'To: 6281234567893\n\n%s\n' "$long" >"$dir/message"
mv "$dir/message" "$dir/outgoing/long"
"$simulator" wait --dir "$dir/net" --on 081234567893 --timeout 30 --match "^$long\\s*\$" \
	>/dev/null || fail "$test"

test="the memory is empty again"
echo "smsd: $test"
empty() {
	[ -z "$("$simulator" control --dir "$dir/net" storage desa)" ]
}
until_true empty || fail "$test"

test="a message that the network refuses ends among the failed"
echo "smsd: $test"
"$simulator" control --dir "$dir/net" fault desa cms-error 38 -1 || fail "$test"
printf 'To: 6281234567890\n\ngagal\n' >"$dir/message"
mv "$dir/message" "$dir/outgoing/refused"
until_true test -e "$dir/failed/refused" || fail "$test"

echo "smsd: all of it works"
