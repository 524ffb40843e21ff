# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced: a temporary cluster, databases with our schema, TAP read and counted.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${BUILD:-$root/build}
case $build in
/*) ;;
*) build=${OLDPWD:-$PWD}/$build ;;
esac
export BUILD=$build
export PGUSER=postgres PSQLRC=/dev/null
unset PGDATABASE PGOPTIONS PGPORT PGSERVICE PGHOSTADDR PGPASSWORD

start_cluster() {
	work=$(mktemp -d /tmp/kentongan-sql.XXXXXX)
	trap stop_cluster EXIT
	trap 'exit 130' INT TERM
	chmod 755 "$work"
	PGHOST=$(PG_FSYNC=off "$root/tests/system/pg.sh" start "$work/pg" -c max_connections=60) || exit 1
	export PGHOST
}

stop_cluster() {
	"$root/tests/system/pg.sh" destroy "$work/pg"
	rm -rf "$work"
}

# The files as they stand, for where the program isn't built.
load_files() {
	psql -Xq -d postgres -v ON_ERROR_STOP=1 -v name="$1" <<-'SQL'
		select 'create role kentongan_owner' where to_regrole('kentongan_owner') is null \gexec
		select 'create role kentongan login' where to_regrole('kentongan') is null \gexec
		create database :"name" owner kentongan_owner;
		revoke all on database :"name" from public;
		grant connect on database :"name" to kentongan;
	SQL
	{
		cat <<-'SQL'
			set role kentongan_owner;
			set search_path = pg_catalog;
			create schema kentongan;
			create table kentongan.schema_version (version int primary key, name text, checksum text,
				applied_at timestamptz default clock_timestamp(), applied_by text default session_user);
			create table kentongan.schema_functions (checksum text, applied_at timestamptz default clock_timestamp());
			comment on table kentongan.schema_version is 'Migrations that were applied';
			comment on table kentongan.schema_functions is 'Functions that were applied';
		SQL
		cat "$root"/sql/migrations/*.sql
		echo 'set check_function_bodies = off;'
		cat "$root"/sql/functions/*/*.sql
	} | psql -Xq -d "$1" -v ON_ERROR_STOP=1
}

program_with() {
	cat >"$work/$1.conf" <<-CONF
		database {
			conninfo = "host=$PGHOST dbname=$1 user=kentongan"
			owner_conninfo = "host=$PGHOST dbname=$1 user=postgres"
		}
	CONF
	"$build/kentongan" -c "$work/$1.conf" "${@:2}"
}

# A database with our schema and nothing in it.
create_database() {
	if [ -x "$build/kentongan" ]; then
		program_with "$1" db init >"$work/init.log" 2>&1 || {
			cat "$work/init.log" >&2
			return 1
		}
	else
		load_files "$1"
	fi
}

# … and with pgTAP and the village that the tests play in.
create_test_database() {
	create_database "$1" &&
		psql -Xq -d "$1" -v ON_ERROR_STOP=1 -c 'create schema pgtap' \
			-c 'create extension pgtap schema pgtap' -f "$root/tests/sql/village.sql"
}
