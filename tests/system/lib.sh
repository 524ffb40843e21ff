# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A whole Kentongan in one folder: PostgreSQL, the demonstration group, the modem
# simulator, the gateway. Sourced by tests and by `make run`. Sets KT (the
# folder) and stops everything it started when the script ends.
#
#   BUILD=build            where the programs are
#   KT=DIR                 use (and keep) this folder instead of a temporary one
#   MODEM_OPTIONS          further lines of the modem's section
#   MODEM_SECTIONS         other sections instead of that of modem "desa"
#   SETTINGS               further lines of the configuration's top level
#   SIM_MODEMS             simulator modems, default "desa,number=+6281100000001"

set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(cd "$ROOT" && cd "${BUILD:-build}" && pwd)
KENTONGAN=$BUILD/kentongan
SIMULATOR=$BUILD/kentongan-simulator
PG=$ROOT/tests/system/pg.sh
# Debian's psql is a wrapper that takes longer than most queries.
PSQL_DIR=$(find /usr/lib/postgresql -name psql 2>/dev/null | sort -V | tail -n 1)
PATH=${PSQL_DIR:+${PSQL_DIR%/*}:}$PATH
PIDS=()
KT_KEEP=${KT:+yes}
: "${KT:=}"

say() {
	echo "$*" >&2
}

fail() {
	say "FAILED: $*"
	if [ -n "$KT" ]; then
		for log in "$KT"/*.log; do
			[ -s "$log" ] && { say "--- last lines of $log"; tail -n 12 "$log" >&2; }
		done
	fi
	exit 1
}

# Prints the processes below PID, PID first.
tree() {
	local pid
	echo "$1"
	for pid in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		tree "$pid"
	done
}

# wait_for SECONDS WHAT COMMAND…: until the command succeeds.
wait_for() {
	local deadline=$(($(date +%s%N) + $1 * 1000000000)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s%N)" -lt "$deadline" ] || fail "waited in vain for: $what"
		sleep 0.03
	done
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# Stops what start_* started, by process id.
stop_pid() {
	local pid=$1
	kill "$pid" 2>/dev/null || return 0
	for _ in $(seq 250); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.03
	done
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
}

teardown() {
	local i
	for ((i = ${#PIDS[@]} - 1; i >= 0; i--)); do
		stop_pid "${PIDS[i]}"
	done
	PIDS=()
	[ -z "$KT" ] && return
	if [ -n "$KT_KEEP" ]; then
		"$PG" stop "$(pg_dir)"
	else
		"$PG" destroy "$(pg_dir)"
		rm -rf "$KT"
	fi
}

# The unprivileged user may be unable to reach our folder (a clone in /root):
# then the cluster lives elsewhere and a link says where.
pg_dir() {
	if [ -e "$KT/pg.elsewhere" ]; then
		cat "$KT/pg.elsewhere"
	else
		echo "$KT/pg"
	fi
}

start_pg() {
	local dir user=nobody
	if [ -z "$KT" ]; then
		KT=$(mktemp -d /tmp/kentongan.XXXXXX)
		chmod 755 "$KT"
	fi
	mkdir -p "$KT"
	if [ "$(id -u)" = 0 ] && [ ! -e "$KT/pg.elsewhere" ]; then
		id postgres >/dev/null 2>&1 && user=postgres
		setpriv --reuid=$user --regid="$(id -g $user)" --clear-groups test -x "$KT" ||
			{ mktemp -d /var/tmp/kentongan-pg.XXXXXX >"$KT/pg.elsewhere" &&
				chmod 755 "$(cat "$KT/pg.elsewhere")"; }
	fi
	dir=$(pg_dir)
	PGHOST=$("$PG" start "$dir" ${PG_OPTIONS:-}) || fail "PostgreSQL doesn't start"
	export PGHOST
}

# SQL as the superuser of the private cluster: for looking, and for moving the
# clock.
sql() {
	psql -XqAt -U postgres -d kentongan -v ON_ERROR_STOP=1 -c "$1"
}

configure() {
	local sections=${MODEM_SECTIONS:-}
	[ -n "$sections" ] || sections="modem \"desa\" {
		device = \"$KT/sim/desa\"
		number = \"+6281100000001\"
		${MODEM_OPTIONS:-pace_ms = 0}
	}"
	export KENTONGAN_CONF=$KT/kentongan.conf
	mkdir -p "$KT/state"
	cat >"$KENTONGAN_CONF" <<-EOF
		key_file = "$KT/key"
		commands_file = "$ROOT/config/commands.conf"
		lang_dir = "$ROOT/config/lang"
		state_dir = "$KT/state"
		seal_seconds = 5
		${SETTINGS:-}
		database {
			conninfo = "host=$PGHOST dbname=kentongan user=kentongan"
			owner_conninfo = "host=$PGHOST dbname=kentongan user=postgres"
		}
		http {
			port = ${HTTP_PORT:-0}
		}
		limits {
			${LIMITS:-}
		}
		$sections
	EOF
	[ -e "$KT/key" ] || "$KENTONGAN" key create >/dev/null || fail "no key"
}

init_db() {
	"$KENTONGAN" db init >"$KT/db-init.log" 2>&1 || fail "kentongan db init"
}

# What comes by itself hangs on the day and hour: where it isn't the subject nobody
# is reminded.
reminders() { # on | off
	sql "update kentongan.groups set reminders_off = case '$1' when 'on' then '{}' else array(select kind from kentongan.reminder_kinds where kind <> 'credit') end" >/dev/null
}

load_demo() {
	"$KENTONGAN" group list --json | grep -q '"MELATI"' && return
	"$KENTONGAN" group add MELATI "UP2K MELATI" --kecamatan Kaliwates >/dev/null &&
		"$KENTONGAN" import members MELATI "$ROOT/config/demo/members.csv" --apply >"$KT/import.log" &&
		"$KENTONGAN" import loans MELATI "$ROOT/config/demo/loans.csv" --apply >>"$KT/import.log" ||
		fail "the demonstration group could not be loaded"
	reminders off
}

start_sim() {
	local modem args=()
	mkdir -p "$KT/sim"
	cp "$ROOT/config/demo/names" "$KT/sim/names"
	for modem in ${SIM_MODEMS:-desa,number=+6281100000001}; do
		args+=(--modem "$modem")
	done
	"$SIMULATOR" serve --dir "$KT/sim" "${args[@]}" >>"$KT/sim.log" 2>&1 &
	SIM_PID=$!
	PIDS+=("$SIM_PID")
	wait_for 10 "the simulator" test -S "$KT/sim/control"
}

phone() {
	local verb=$1
	shift
	"$SIMULATOR" "$verb" --dir "$KT/sim" "$@"
}

start_serve() {
	"$KENTONGAN" serve >>"$KT/serve.log" 2>&1 &
	SERVE_PID=$!
	PIDS+=("$SERVE_PID")
}

start_modem() {
	"$KENTONGAN" modem "${1:-desa}" >>"$KT/modem-${1:-desa}.log" 2>&1 &
	MODEM_PID=$!
	PIDS+=("$MODEM_PID")
}

modem_ready() {
	[ "$(sql "select state from kentongan.channels where name = '${1:-desa}' and seen_at > '${READY_AFTER:--infinity}'")" = ready ]
}

wait_ready() {
	wait_for "${2:-30}" "modem ${1:-desa} to be ready" modem_ready "${1:-desa}"
}

# call_out N BEGINNINGS [WHEN]: starts a broadcast to N numbers that begin so, in
# turn, at any hour, to others each time; prints its id. WHEN is SQL.
call_out() {
	local n=$1 beginnings=$2 id
	id=$(sql "insert into kentongan.broadcasts (kind, template, params, wording, audience, created_at, actor, starts_at)
	          values ('siaran', 'siaran', '{\"group\": \"MELATI\", \"asker\": \"SRI\"}', 'Besok kerja bakti', '{\"numbers\": true}', kentongan.now(), 'test', ${3:-kentongan.now()})
	          returning id") || return 1
	sql "insert into kentongan.broadcast_numbers (broadcast_id, peer)
	     select $id, x[n % cardinality(x) + 1] || $((10 + id % 90)) || lpad(n::text, 5, '0')
	       from generate_series(0, $n - 1) n, string_to_array('$beginnings', ' ') x;
	     select 1 from kentongan.broadcast_start($id)" >/dev/null && echo "$id"
}

# Everything up, the group loaded, the modem ready.
setup() {
	start_pg
	configure
	init_db
	load_demo
	start_sim
	start_serve
	wait_ready
}

trap teardown EXIT
trap 'exit 130' INT TERM
