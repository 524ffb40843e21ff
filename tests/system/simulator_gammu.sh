#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The simulator's modem is one to Gammu, which we didn't write: identify,
# getallsms, sendsms, monitor, getussd, deletesms and what they need.
set -u
BUILD=${BUILD:-./build}
simulator=$BUILD/kentongan-simulator

command -v gammu >/dev/null || { echo "skipped: gammu isn't installed"; exit 77; }
[ -x "$simulator" ] || { echo "skipped: $simulator isn't built"; exit 77; }

dir=$(mktemp -d)
serve_pid='' monitor_pid=''
cleanup() {
	status=$?
	trap - EXIT
	for pid in $monitor_pid $serve_pid; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	rm -rf "$dir"
	exit $status
}
trap cleanup EXIT
trap 'exit 1' INT TERM

fail() {
	echo "FAILED: $1"
	echo "--- came:"
	cat "$dir/out"
	echo "--- the modem saw:"
	"$simulator" control --dir "$dir/net" log 40
	exit 1
}
# phone ARGUMENT…: gammu on our modem, its output in $dir/out
phone() {
	LC_ALL=C.UTF-8 timeout 60 gammu -c "$dir/gammurc" "$@" >"$dir/out" 2>&1
}
has() {
	grep -qF -- "$1" "$dir/out" || fail "$test: expected \"$1\""
}
begin() {
	test=$1
	echo "gammu: $test"
}
send() {
	"$simulator" send --dir "$dir/net" "$@" >/dev/null || { echo "FAILED: send $*"; exit 1; }
}
# until COMMAND holds, ten seconds at most
until_true() {
	deadline=$(($(date +%s) + 10))
	until "$@"; do
		[ "$(date +%s)" -lt $deadline ] || return 1
		sleep 0.05 # between two looks
	done
}

"$simulator" serve --dir "$dir/net" --modem "desa,number=+6281100001,sim=20,me=5,pin=4321" \
	2>"$dir/serve.log" &
serve_pid=$!
cat >"$dir/gammurc" <<END
[gammu]
device = $dir/net/desa
connection = dku2at
END

begin "the SIM asks for its PIN"
"$simulator" control --dir "$dir/net" modems >/dev/null || exit 1
phone getsecuritystatus || fail "$test"
has "PIN"
phone entersecuritycode PIN 4321 || fail "$test"
phone getsecuritystatus || fail "$test"
has "Nothing to enter"

begin "identify"
phone identify || fail "$test"
has "Manufacturer         : Kentongan"
has "IMEI                 : 350000000000001"
has "SIM IMSI             : 510890000000001"

begin "network, signal, service centre, battery, clock"
phone networkinfo || fail "$test"
has "home network"
has "LAC 1A2B, CID 03C4"
phone getsmsc 1 || fail "$test"
has "+62855000000"
phone monitor 1 || fail "$test"
has "Network level        : 63 percent"
has "SIM SMS status       : 0 used, 0 unread, 20 locations"
has "Phone SMS status     : 0 used, 0 unread, 5 locations"
phone getdatetime || fail "$test"

begin "getallsms: GSM-7 with extension, UCS-2 with a surrogate pair, alphanumeric sender"
send --from 0812-3456-7890 'setor 50rb {ok} €'
send --from 081234567891 'Bu Siti “tanya” 😀'
send --alphanumeric TELKOMSEL 'Promo'
phone getallsms || fail "$test"
has 'setor 50rb {ok} €'
has 'Remote number        : "+6281234567890"'
has 'Bu Siti “tanya” 😀'
has 'Remote number        : "TELKOMSEL"'
has "3 SMS parts in 3 SMS sequences"

begin "three parts in wrong order, 8 and 16 bit references, are joined"
long="satu $(printf 'abcdefghij%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20) dua \
$(printf 'klmnopqrst%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20) tiga"
send --from 081234567892 --parts-order 3,1,2 "$long"
send --from 081234567893 --parts-order 2,3,1 --ref16 --ref 51966 "$long"
phone geteachsms || fail "$test"
[ "$(grep -c "^$long\$" "$dir/out")" = 2 ] || fail "$test: the text twice"
has "Concatenated (linked) message, ID (16 bit) 51966, 3 parts"

begin "class 0 and 8-bit data"
send --from 081234567894 --class0 'kilat'
send --from 081234567895 --binary 00FF10A5
phone getallsms || fail "$test"
has "kilat"
has "Class                : 0"
has "8-bit"

begin "deletesms, deleteallsms"
phone deletesms 1 1 || fail "$test"
phone getallsms || fail "$test"
grep -qF 'setor 50rb' "$dir/out" && fail "$test: location 1 is still there"
phone deleteallsms 1 || fail "$test"
phone getallsms || fail "$test"
has "0 SMS parts in 0 SMS sequences"

begin "sendsms: short, long, Unicode"
phone sendsms TEXT 081234567890 -text 'Saldo Rp 50.000 [sah] €' || fail "$test"
has "message reference=1"
"$simulator" wait --dir "$dir/net" --on 081234567890 --match '^Saldo Rp 50\.000 \[sah\] €$' \
	>"$dir/out" || fail "$test"
phone sendsms TEXT 081234567890 -len 400 -text "$long" || fail "$test"
"$simulator" wait --dir "$dir/net" --on 081234567890 --match "^$long\$" >"$dir/out" ||
	fail "$test: three parts"
phone sendsms TEXT 081234567890 -unicode -text 'Madurâ ḍ ṭ' || fail "$test"
"$simulator" wait --dir "$dir/net" --on 081234567890 --match '^Madurâ ḍ ṭ$' >"$dir/out" ||
	fail "$test: UCS-2"

begin "a delivery report comes back and is read"
phone sendsms TEXT 081234567890 -report -text 'lapor' || fail "$test"
"$simulator" control --dir "$dir/net" handset 0812000000 fail 70 || exit 1
phone sendsms TEXT 0812000000 -report -text 'lapor' || fail "$test"
"$simulator" control --dir "$dir/net" stats desa >"$dir/out"
has "reports 2"

begin "savesms, sendsavedsms"
phone savesms TEXT -folder 2 -unread -text 'Simpanan' >/dev/null || fail "$test"
phone getallsms || fail "$test"
has "Simpanan"
phone deleteallsms 2 || fail "$test"

begin "USSD: text, and hex under DCS 0 as some operators send it"
# gammu shows the answer at once but ends ten seconds later
ussd() {
	LC_ALL=C.UTF-8 stdbuf -oL gammu -c "$dir/gammurc" getussd "$1" >"$dir/out" 2>&1 </dev/null &
	monitor_pid=$!
	until_true grep -qF "$2" "$dir/out" || fail "$test: expected \"$2\""
	kill $monitor_pid
	wait $monitor_pid 2>/dev/null
	monitor_pid=
}
ussd '*888#' 'Service reply        : "Sisa pulsa Anda Rp 27.450'
"$simulator" control --dir "$dir/net" ussd --hex '*887#' Pulsa 0 || exit 1
ussd '*887#' 'Service reply        : "00500075006C007300610020'

begin "USSD: messages use the SIM's credit up; packed septets, as Huawei's modems write it"
"$simulator" control --dir "$dir/net" credit desa 12345 350 31-12-2027 >/dev/null || exit 1
phone sendsms TEXT 081234567890 -text 'pulsa' || fail "$test"
ussd '*888#' 'Service reply        : "Sisa pulsa Anda Rp 11.995, aktif s.d. 31-12-2027."'
"$simulator" control --dir "$dir/net" add-modem \
	"huawei,number=+6281100002,vendor=huawei,model=E173,ussd-packed" >/dev/null || exit 1
sed "s,net/desa,net/huawei," "$dir/gammurc" >"$dir/gammurc-huawei"
cp "$dir/gammurc" "$dir/gammurc-desa"
cp "$dir/gammurc-huawei" "$dir/gammurc"
ussd '*888#' 'Service reply        : "Sisa pulsa Anda Rp 27.450, aktif s.d. 31-12-2027."'
cp "$dir/gammurc-desa" "$dir/gammurc"

begin "errors: +CMS ERROR, no network"
"$simulator" control --dir "$dir/net" fault desa cms-error 38 || exit 1
phone sendsms TEXT 081234567890 -text 'gagal' && fail "$test: sent in spite of 38"
"$simulator" control --dir "$dir/net" fault desa no-network || exit 1
phone networkinfo
has "requesting network"
phone sendsms TEXT 081234567890 -text 'gagal' && fail "$test: sent without a network"
"$simulator" control --dir "$dir/net" recover desa || exit 1

begin "monitor: a notice for a message, a call with its number"
LC_ALL=C.UTF-8 stdbuf -oL gammu -c "$dir/gammurc" monitor >"$dir/out" 2>&1 </dev/null &
monitor_pid=$!
until_true grep -q "Enabling info about USSD" "$dir/out" || fail "$test: it didn't start"
until_true sh -c "'$simulator' control --dir '$dir/net' log 2000 | grep -q 'AT+CNMI=2,1'" ||
	fail "$test: no +CNMI"
send --from 081234567896 'halo'
until_true grep -q "SMS message received" "$dir/out" || fail "$test: no notice"
"$simulator" control --dir "$dir/net" ring desa 081234567896 1 || exit 1
until_true grep -q '+6281234567896' "$dir/out" || fail "$test: no call"
kill -INT $monitor_pid
wait $monitor_pid 2>/dev/null
monitor_pid=

begin "unplugged and back: as another open would see it"
"$simulator" control --dir "$dir/net" unplug desa || exit 1
phone identify && fail "$test: there is no device"
"$simulator" control --dir "$dir/net" plug desa || exit 1
phone entersecuritycode PIN 4321 || fail "$test"
phone identify || fail "$test"
has "IMEI                 : 350000000000001"

echo "gammu: all of it works"
