# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For tests of the operator's verbs: short ways to run one and look at what it
# says. Sourced after tap.sh.

# run NAME PATTERN VERB…: succeeds and prints what matches.
run() {
	local name=$1 pattern=$2
	shift 2
	"$KENTONGAN" "$@" >"$KT/out" 2>"$KT/err" </dev/null && grep -qE "$pattern" "$KT/out" ||
		fail "$name: $(cat "$KT/out" "$KT/err")"
	ok "$name"
}

# json NAME FILTER VERB…: the verb's JSON fits the filter.
json() {
	local name=$1 filter=$2
	shift 2
	"$KENTONGAN" "$@" --json >"$KT/out" 2>"$KT/err" </dev/null && jq -e "$filter" "$KT/out" >/dev/null ||
		fail "$name: $(cat "$KT/out" "$KT/err")"
	ok "$name"
}

# refused NAME STATUS PATTERN VERB…: fails with that status and says why.
refused() {
	local name=$1 status=$2 pattern=$3
	shift 3
	"$KENTONGAN" "$@" >"$KT/out" 2>"$KT/err" </dev/null
	[ $? = "$status" ] && grep -qE "$pattern" "$KT/err" || fail "$name: $(cat "$KT/out" "$KT/err")"
	ok "$name"
}
