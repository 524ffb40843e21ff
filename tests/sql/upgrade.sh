#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An upgraded schema equals a fresh one. Every file in released/ is the dump of
# a database that a released version had made (pg_dump, with the rows of
# schema_version and schema_functions); each is upgraded and compared.
# Prints TAP. Run by run.sh.
set -u -o pipefail
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/sql/database.sh
. ./database.sh
work=${KENTONGAN_WORK:?run by run.sh}
unset PGDATABASE PGOPTIONS
tests=0

result() {
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		[ -z "${3:-}" ] || sed 's/^/# /' "$3"
	fi
}

# The schema in words; which one was made first doesn't matter.
dump() {
	# (pg_dump puts a random word around what it writes.)
	pg_dump -s -d "$1" | grep -v '^\\\(un\)\?restrict ' >"$work/$1.dump" && psql -XAtq -d "$1" -v ON_ERROR_STOP=1 >>"$work/$1.dump" <<-'SQL'
		select version, name, checksum from kentongan.schema_version order by 1;
		select checksum from kentongan.schema_functions order by applied_at desc limit 1;
		select kind, normal, class, holder, floor_zero from kentongan.account_kinds order by 1;
		select count(*) from kentongan.clock;
	SQL
}

same() {
	diff "$work/fresh.dump" "$work/$1.dump" >"$work/diff"
	result $? "$2" "$work/diff"
}

if [ ! -x "$build/kentongan" ]; then
	echo "1..1"
	echo "ok 1 - skipped: the program isn't built # SKIP"
	exit 0
fi

create_database fresh && dump fresh
result $? "a fresh database"

create_database again && dump again
same again "two fresh databases are equal"
program_with again db upgrade >"$work/log" 2>&1
result $? "an upgrade where nothing is to be done" "$work/log"
program_with again db upgrade >"$work/log" 2>&1 && dump again
result $? "and again" "$work/log"
same again "change nothing"
program_with again db init >"$work/log" 2>&1 && dump again
result $? "init where all is there" "$work/log"
same again "changes nothing either"
[ "$(psql -XAtq -d again -c 'select count(*) from kentongan.schema_functions')" = 1 ]
result $? "the functions were applied once"

# Functions of another version: changed, with other arguments, gone since.
psql -Xq -d again -v ON_ERROR_STOP=1 >/dev/null <<-'SQL'
	set role kentongan_owner;
	create or replace function kentongan.masked(p_params jsonb) returns jsonb language sql as 'select p_params';
	create function api.outbox_claim(p_channel text, p_more int) returns int language sql as 'select 1';
	create function api.gone() returns int language sql as 'select 1';
	create function kentongan.gone_too(int) returns int language sql as 'select 1';
	insert into kentongan.schema_functions (checksum) values ('another');
SQL
! program_with again db status >"$work/log" 2>&1 || grep -qi upgrade "$work/log"
result $? "db status says that an upgrade is due" "$work/log"
program_with again db upgrade >"$work/log" 2>&1 && dump again
result $? "an upgrade from other functions" "$work/log"
same again "leaves none of them"

# Two at the same time.
psql -Xq -d again -c "insert into kentongan.schema_functions (checksum) values ('another')" >/dev/null
program_with again db upgrade >"$work/log" 2>&1 &
first=$!
program_with again db upgrade >"$work/log2" 2>&1
second=$?
wait "$first" && [ $second = 0 ]
result $? "two upgrades at the same time" "$work/log2"
dump again
same again "end as one"

# What must be refused.
psql -Xq -d again -c "insert into kentongan.schema_version (version, name, checksum) values (9999, 'future', 'x')" >/dev/null
! program_with again db upgrade >"$work/log" 2>&1 && grep -q 9999 "$work/log"
result $? "a newer database is refused" "$work/log"
psql -Xq -d again -c "delete from kentongan.schema_version where version = 9999" \
	-c "update kentongan.schema_version set checksum = 'x' where version = 3" >/dev/null
! program_with again db upgrade >"$work/log" 2>&1 && grep -q 0003 "$work/log"
result $? "a migration that was changed is refused" "$work/log"

for old in released/*.sql; do
	[ -e "$old" ] || continue
	name=$(basename "$old" .sql)
	psql -Xq -d postgres -c "create database \"$name\" owner kentongan_owner" &&
		psql -Xq -d "$name" -v ON_ERROR_STOP=1 -f "$old" >/dev/null
	result $? "a database of version $name"
	program_with "$name" db upgrade >"$work/log" 2>&1 && dump "$name"
	result $? "is upgraded" "$work/log"
	same "$name" "and equals a fresh one"
done
echo "1..$tests"
