# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For system tests: TAP lines that say what was expected and what came, and short
# ways to ask a Kentongan that lib.sh has started. Sourced after lib.sh.

TESTS=0

# A test stops at its first failure: what follows would only be its echo.
fail() {
	local log
	TESTS=$((TESTS + 1))
	echo "not ok $TESTS - $*"
	for log in "$KT"/*.log; do
		[ "${log##*/}" != db-init.log ] || continue
		[ -s "$log" ] && { echo "# --- last lines of ${log##*/}"; tail -n "${LOG_LINES:-25}" "$log" | sed 's/^/# /'; }
	done
	exit 1
}

ok() {
	TESTS=$((TESTS + 1))
	echo "ok $TESTS - $*"
}

# is WHAT EXPECTED COMMAND…: the command prints exactly that.
is() {
	local what=$1 expected=$2 came
	shift 2
	came=$("$@" 2>&1)
	[ "$came" = "$expected" ] || fail "$what: expected \"$expected\", came \"$came\""
}

# prints EXPECTED COMMAND…: for wait_for.
prints() {
	local expected=$1
	shift
	[ "$("$@" 2>/dev/null)" = "$expected" ]
}

# says PATTERN COMMAND…: the output matches an extended pattern, whatever the status.
says() {
	local pattern=$1
	shift
	"$@" 2>&1 | grep -qE -- "$pattern"
}

# eventually SECONDS EXPECTED COMMAND…: prints it in the end.
eventually() {
	local seconds=$1 expected=$2 deadline=$((SECONDS + $1)) came
	shift 2
	while came=$("$@" 2>&1); [ "$came" != "$expected" ]; do
		[ $SECONDS -lt $deadline ] || fail "after $seconds s \"$*\": expected \"$expected\", came \"$came\""
		sleep 0.05
	done
}

done_testing() {
	echo "1..$TESTS"
}

free_port() {
	local port
	for _ in $(seq 100); do
		port=$((20000 + RANDOM % 10000))
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

get() {
	curl -sS --max-time 5 "http://127.0.0.1:${2:-$HTTP_PORT}$1"
}

http_code() {
	curl -sS --max-time 5 -o /dev/null -w '%{http_code}' "http://127.0.0.1:${2:-$HTTP_PORT}$1"
}

# The process of modem NAME, empty without one.
modem_pid() {
	get /status 2>/dev/null | jq -r --arg name "${1:-desa}" '.modems[] | select(.name == $name) | .pid | select(. > 0)'
}

# The state of modem NAME as the daemon knows it.
modem_state() {
	get /status 2>/dev/null | jq -r --arg name "${1:-desa}" '.modems[] | select(.name == $name) | .state'
}

# stat NAME FIGURE: of a simulated modem.
stat_of() {
	phone control --json stats "$1" | jq -r ".$2"
}

inbox() {
	phone inbox --on "$1" --json | jq -r '.[].text'
}

inbox_count() {
	phone inbox --on "$1" --json | jq length
}

# asks NUMBER PATTERN SECONDS TEXT…: sends, and the answer must match.
asks() {
	local number=$1 pattern=$2 seconds=$3 id
	shift 3
	id=$(phone send --from "$number" "$@") || fail "the simulator didn't take: $*"
	phone wait --on "$number" --after "$id" --match "$pattern" --timeout "$seconds" >/dev/null 2>&1 ||
		fail "$number sent \"$*\": expected /$pattern/ within $seconds s, came: $(inbox "$number" | tail -n 3)"
}

# member N: her number.
member() {
	printf '+6281200000%03d' "$1"
}
