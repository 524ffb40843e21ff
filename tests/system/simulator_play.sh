#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Transcripts, the phone prompt, wait and inbox: what they say when all goes
# well, and that they fail when it doesn't. The gateway here is this script, by
# hand on the modem's line in text mode.
set -u
BUILD=${BUILD:-./build}
simulator=$BUILD/kentongan-simulator

[ -x "$simulator" ] || { echo "skipped: $simulator isn't built"; exit 77; }

dir=$(mktemp -d)
serve_pid='' play_pid=''
cleanup() {
	status=$?
	trap - EXIT
	for pid in $play_pid $serve_pid; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	rm -rf "$dir"
	exit $status
}
trap cleanup EXIT
trap 'exit 1' INT TERM

fail() {
	echo "FAILED: $test: $1"
	echo "--- came:"
	cat "$dir/out"
	exit 1
}
until_true() {
	deadline=$(($(date +%s) + 10))
	until "$@" 2>/dev/null; do
		[ "$(date +%s)" -lt $deadline ] || return 1
		sleep 0.05 # between two looks
	done
}
begin() {
	test=$1
	echo "simulator: $test"
}
control() {
	"$simulator" control --dir "$dir/net" "$@"
}
# gateway TEXT: a message to Siti
gateway() {
	printf 'AT+CMGF=1\rAT+CMGS="+6281234567890"\r%s\032' "$1" >&3
}
# play LINE…: a transcript, in the background, output in $dir/out
play() {
	printf '%s\n' "$@" >"$dir/transcript"
	"$simulator" play --dir "$dir/net" --timeout "${timeout:-10}" --grace 0.2 \
		"$dir/transcript" >"$dir/out" 2>&1 &
	play_pid=$!
}
shows() {
	until_true grep -qF -- "$1" "$dir/out" || fail "expected \"$1\""
}
ends() {
	wait "$play_pid"
	status=$?
	play_pid=''
	[ $status = "$1" ] || fail "expected status $1, not $status"
}

begin "serve says who is there"
"$simulator" serve --dir "$dir/net" --modem desa,number=+6281100001 --modem kota \
	2>"$dir/serve.log" &
serve_pid=$!
control modems >"$dir/out" || fail "no answer"
shows "desa +6281100001 $dir/net/desa"
shows "kota +628110000002 $dir/net/kota"
printf '+6281234567890 SITI A\n+6281234567891 SRI bendahara\n' >"$dir/net/names"
exec 3<>"$dir/net/desa"
"$simulator" serve --dir "$dir/net" 2>"$dir/out" && fail "a second one serves there, too"
shows "serves here already"

begin "a conversation as expected, a code taken over"
play '@ siti' '> SALDO' '< Saldo * Kode {code=\d{4}}' '> sri: TERIMA {code}' '~ sri' '~'
shows "→ SALDO"
gateway 'Saldo Rp 50.000. Kode 7391'
shows "→ TERIMA 7391"
ends 0
shows "2 sent, 1 received as expected"
control storage desa >"$dir/out"
shows "+6281234567891 TERIMA 7391"

begin "another message than expected fails"
play '@ siti' '> SALDO' '< Utang *'
shows "→ SALDO"
gateway 'Saldo Rp 50.000'
ends 1
shows "transcript:3: another message came"
shows "expected at SITI A: Utang *"
shows "came at SITI A: Saldo Rp 50.000"

begin "of several in any order the right one is found"
play '@ siti' '> SALDO' '<? Dua' '< Satu'
shows "→ SALDO"
gateway Satu
gateway Dua
ends 0

begin "nothing in time fails"
timeout=0.3
play '@ siti' '> SALDO' '< Saldo *'
ends 1
shows "transcript:3: nothing like it came in 300 ms"
timeout=10

begin "more than expected fails where there was to be silence"
play '@ siti' '> SALDO' '< Satu' '~ *'
shows "→ SALDO"
gateway Satu
gateway Dua
ends 1
shows "nothing more was to come at SITI A, but: Dua"

begin "mistakes in a transcript are told with their line"
play '@ nobody'
ends 1
shows "transcript:1:"
play '@ siti' '' '> {code}'
ends 1
shows "transcript:3: nothing was captured as {code}"
play 'hello'
ends 1
shows "transcript:1: a line begins with"
play '! fault desa nosuch'
ends 1
shows "no such fault"

begin "the phone prompt from a pipe: switch handsets, see messages, give commands"
mkfifo "$dir/keys"
"$simulator" phone --dir "$dir/net" --as siti --linger 0.2 <"$dir/keys" >"$dir/out" 2>&1 &
play_pid=$!
exec 4>"$dir/keys"
echo 'SALDO' >&4
shows "SITI A  → SALDO"
gateway 'Saldo Rp 50.000'
shows "SITI A  ← Saldo Rp 50.000"
printf ':as sri\n:who\nTERIMA 7391\n' >&4
shows "→ +6281234567891   SRI bendahara"
shows "SRI bendahara  → TERIMA 7391"
gateway 'Sah'
shows "SITI A  ← Sah" # at the other handset
printf ':unplug\n' >&4
shows "desa is unplugged"
printf ':plug\n:fault nosuch\n' >&4
shows "desa is plugged"
shows "no such fault: nosuch"
exec 4>&-
ends 0

begin "wait and inbox"
exec 3<>"$dir/net/desa"
id=$("$simulator" send --dir "$dir/net" --from siti --to kota HALO) || fail "send"
"$simulator" wait --dir "$dir/net" --on siti --match '^Sah$' >"$dir/out" || fail "it has come"
"$simulator" wait --dir "$dir/net" --on siti --after "$id" --timeout 0.2 >"$dir/out" 2>&1 &&
	fail "nothing has come since"
gateway 'Lagi'
"$simulator" wait --dir "$dir/net" --on siti --after "$id" >"$dir/out" || fail "it has come"
shows "Lagi"
"$simulator" inbox --dir "$dir/net" --on siti --json >"$dir/out" || fail "inbox"
shows '"text": "Lagi"'
shows '"from": "+6281100001"'

begin "it leaves nothing behind"
kill "$serve_pid"
wait "$serve_pid" || fail "its status"
serve_pid=''
[ "$(ls "$dir/net")" = names ] || fail "$(ls "$dir/net")"

echo "simulator: all of it works"
