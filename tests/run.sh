#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs tests one after another, shows each as it goes and its output where it
# failed, ends with "N passed, N failed". A test is a program that prints TAP
# (each line counts) or just exits 0 (passed), 77 (skipped: its last line says
# why) or otherwise (failed).
#
#   tests/run.sh TEST…        with BUILD=build
set -u
logs=$(mktemp -d /tmp/kentongan-tests.XXXXXX)
passed=0 failed=0 skipped=0
failures=()

# The lines that failed with what they said; where the test said none, its end.
what_failed() {
	if grep -qE '^not ok([ \t]|$)' "$1"; then
		awk '/^(ok|not ok|1\.\.)/ { failing = /^not/ } failing' "$1" | head -n "${TEST_LINES:-60}"
	else
		tail -n "${TEST_LINES:-60}" "$1"
	fi
}

run() {
	local test=$1 name log status ok bad skip
	name=${test#"${BUILD:-build}"/}
	log=$logs/$(echo "$name" | tr / _).log
	printf '%-44s' "$name"
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "${TEST_TIMEOUT:-1500}" "$test" >"$log" 2>&1 </dev/null
	status=$?
	skip=$(grep -cE '^ok .*# [Ss][Kk][Ii][Pp]' "$log")
	ok=$(($(grep -cE '^ok([ \t]|$)' "$log") - skip))
	bad=$(grep -cE '^not ok([ \t]|$)' "$log")
	if [ $status = 77 ]; then
		echo "skipped: $(tail -n 1 "$log")"
		skipped=$((skipped + 1))
		return
	fi
	# A runner of its own sums up instead: "sql: 831 passed, 0 failed".
	if [[ $(tail -n 1 "$log") =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		ok=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
	fi
	[ $((ok + bad + skip)) -gt 0 ] || { [ $status = 0 ] && ok=1 || bad=1; }
	[ $status = 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
	if [ "$bad" -gt 0 ]; then
		echo "FAILED ($ok passed, $bad failed, exit $status); its output:"
		what_failed "$log" | sed 's/^/    | /'
		failures+=("$name: $log"$'\n'"$(what_failed "$log" | head -n 12 | sed 's/^/    | /')")
	else
		echo "ok ($ok)"
		rm -f "$log"
	fi
}

for test in "$@"; do
	run "$test"
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
