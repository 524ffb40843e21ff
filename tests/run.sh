#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs tests, JOBS at once, shows each one's outcome and seconds as it ends and its
# output where it failed, ends with "N passed, N failed". A test is a program that
# prints TAP (each line counts) or just exits 0 (passed), 77 (skipped: its last
# line says why) or otherwise (failed). One whose script has a line
# "# Runs alone: why." has the machine for itself, after all others.
#
#   JOBS=2 tests/run.sh TEST…        with BUILD=build
set -u
logs=$(mktemp -d /tmp/kentongan-tests.XXXXXX)
cores=$(nproc)
# Most tests wait most of the time.
jobs=${JOBS:-$((cores < 2 ? 2 : cores > 4 ? 4 : cores))}
passed=0 failed=0 skipped=0
failures=()
declare -A running=() # process -> test

# The lines that failed with what they said; where the test said none, its end.
what_failed() {
	if grep -qE '^not ok([ \t]|$)' "$1"; then
		awk '/^(ok|not ok|1\.\.)/ { failing = /^not/ } failing' "$1" | head -n "${TEST_LINES:-60}"
	else
		tail -n "${TEST_LINES:-60}" "$1"
	fi
}

short_name() {
	echo "${1#"${BUILD:-build}"/}"
}

log_of() {
	echo "$logs/$(short_name "$1" | tr / _).log"
}

begin() {
	local test=$1
	{
		CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "${TEST_TIMEOUT:-1500}" "$test" >"$(log_of "$test")" 2>&1 </dev/null &
		trap 'kill $! 2>/dev/null; wait $!; exit 1' TERM
		SECONDS=0
		wait $!
		echo "$? $SECONDS" >"$(log_of "$test").status"
	} &
	running[$!]=$test
}

conclude() {
	local test=$1 name log status seconds ok bad skip
	name=$(short_name "$test")
	log=$(log_of "$test")
	read -r status seconds <"$log.status"
	printf '%-44s' "$name"
	skip=$(grep -cE '^ok .*# [Ss][Kk][Ii][Pp]' "$log")
	ok=$(($(grep -cE '^ok([ \t]|$)' "$log") - skip))
	bad=$(grep -cE '^not ok([ \t]|$)' "$log")
	if [ "$status" = 77 ]; then
		echo "skipped: $(tail -n 1 "$log")"
		skipped=$((skipped + 1))
		return
	fi
	# A runner of its own sums up instead: "sql: 831 passed, 0 failed".
	if [[ $(tail -n 1 "$log") =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		ok=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
	fi
	[ $((ok + bad + skip)) -gt 0 ] || { [ "$status" = 0 ] && ok=1 || bad=1; }
	[ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
	if [ "$bad" -gt 0 ]; then
		echo "FAILED ($ok passed, $bad failed, exit $status, $seconds s); its output:"
		what_failed "$log" | sed 's/^/    | /'
		failures+=("$name: $log"$'\n'"$(what_failed "$log" | head -n 12 | sed 's/^/    | /')")
	else
		echo "ok ($ok, $seconds s)"
		rm -f "$log"
	fi
}

# Until at most COUNT are under way.
leave() {
	local pid
	while [ ${#running[@]} -gt "$1" ]; do
		wait -n -p pid
		conclude "${running[$pid]}"
		unset "running[$pid]"
	done
}

interrupted() {
	trap '' INT TERM
	kill "${!running[@]}" 2>/dev/null
	wait
	echo "interrupted: $passed passed, $failed failed"
	exit 1
}
trap interrupted INT TERM

alone=()
for test in "$@"; do
	if [[ $test == *.sh ]] && grep -q '^# Runs alone' "$test"; then
		alone+=("$test")
		continue
	fi
	leave $((jobs - 1))
	begin "$test"
done
leave 0
for test in ${alone[@]+"${alone[@]}"}; do
	begin "$test"
	leave 0
done
if [ ${#failures[@]} -gt 0 ]; then
	echo
	printf 'failed: %s\n' "${failures[@]}"
else
	rm -rf "$logs"
fi
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed = 0 ] && [ $passed -gt 0 ]
