#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A private PostgreSQL cluster: Unix socket only, superuser "postgres", everyone
# on this machine trusted.
#
#   pg.sh start DIR [POSTGRES OPTIONS]	creates it where missing, starts it, waits,
#					prints the socket directory (for host=…)
#   pg.sh stop DIR [fast|immediate]	stops it; the data stay
#   pg.sh kill DIR			SIGKILL to the postmaster and its children
#   pg.sh destroy DIR			stops it and removes DIR
#
# As root it runs as user postgres (or nobody). PG_FSYNC=off trades safety for
# speed. Environment: PG_BIN = the folder of initdb and pg_ctl.
set -eu
umask 022
cd /

die() {
	echo "pg.sh: $*" >&2
	exit 1
}

find_bin() {
	if [ -n "${PG_BIN:-}" ]; then
		echo "$PG_BIN"
		return
	fi
	newest=
	for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5,5n); do
		[ -x "$bin/initdb" ] && newest=$bin
	done
	if [ -z "$newest" ] && command -v initdb >/dev/null; then
		newest=$(dirname "$(command -v initdb)")
	fi
	[ -n "$newest" ] || die "no PostgreSQL server found; install the package postgresql"
	echo "$newest"
}

# PostgreSQL refuses to run as root.
if [ "$(id -u)" = 0 ]; then
	user=nobody
	id postgres >/dev/null 2>&1 && user=postgres
	as() {
		setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"
	}
else
	user=$(id -un)
	as() {
		"$@"
	}
fi

# A socket's path has room for 107 bytes.
socket_dir() {
	if [ -f "$dir/socket" ]; then
		cat "$dir/socket"
	elif [ ${#dir} -le 80 ]; then
		echo "$dir"
	else
		as mktemp -d /tmp/kentongan-pg.XXXXXX
	fi
}

create() {
	mkdir -p "$dir"
	[ "$(id -u)" != 0 ] || chown "$user" "$dir"
	as test -w "$dir" || die "user $user can't reach $dir; use a folder that it can, such as one in /tmp"
	[ ! -s "$dir/data/PG_VERSION" ] || return 0
	nosync=
	[ "${PG_FSYNC:-on}" = on ] || nosync=--no-sync
	as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
		$nosync >"$dir/initdb.log" 2>&1 || {
		cat "$dir/initdb.log" >&2
		die "initdb failed"
	}
}

start() {
	create
	socket=$(socket_dir)
	chmod 755 "$socket"
	echo "$socket" >"$dir/socket"
	options="-c listen_addresses='' -c unix_socket_directories='$socket'"
	[ "${PG_FSYNC:-on}" = on ] ||
		options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
	if ! as "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
		as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" -o "$options $*" start \
			>"$dir/start.log" 2>&1 </dev/null || {
			tail -n 20 "$dir/start.log" "$dir/log" >&2 || true
			die "PostgreSQL doesn't start"
		}
	fi
	echo "$socket"
}

stop() {
	[ -s "$dir/data/postmaster.pid" ] || return 0
	as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -m "${1:-fast}" stop >/dev/null 2>&1 || true
	if as "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
		die "PostgreSQL in $dir doesn't stop"
	fi
}

kill_hard() {
	[ -s "$dir/data/postmaster.pid" ] || die "not running"
	pid=$(head -n 1 "$dir/data/postmaster.pid")
	children=$(cat "/proc/$pid/task/$pid/children")
	# The children inherit sockets and shared memory: all at once.
	# shellcheck disable=SC2086
	kill -9 "$pid" $children 2>/dev/null || true
	for pid in $pid $children; do
		n=0
		while kill -0 "$pid" 2>/dev/null && [ $n -lt 100 ]; do
			n=$((n + 1))
			sleep 0.05
		done
	done
}

[ $# -ge 2 ] || die "usage: pg.sh start|stop|kill|destroy DIR"
verb=$1
case $2 in
/*) dir=$2 ;;
*) dir=$OLDPWD/$2 ;;
esac
shift 2
bin=$(find_bin)
case $verb in
start) start "$@" ;;
stop) stop "$@" ;;
kill) kill_hard ;;
destroy)
	stop immediate
	socket=
	[ ! -f "$dir/socket" ] || socket=$(cat "$dir/socket")
	rm -rf "$dir"
	case $socket in
	/tmp/kentongan-pg.*) rm -rf "$socket" ;;
	esac
	;;
*) die "unknown verb $verb" ;;
esac
