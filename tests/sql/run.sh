#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tests of the schema, on a temporary cluster: run.sh [FILE…]
# BUILD = where `kentongan` was built; without it the SQL files are loaded as they stand.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/sql/database.sh
. ./database.sh

passed=0 failed=0

# Counts the TAP in FILE; a test that ended early has failed.
count() {
	local name=$1 file=$2 status=$3 good bad plan
	good=$(grep -c '^ok ' "$file")
	bad=$(grep -c '^not ok ' "$file")
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$file" | tail -n 1)
	if [ "$status" != 0 ] || [ "${plan:-0}" = 0 ] || [ "$plan" != $((good + bad)) ]; then
		bad=$((bad + 1))
		echo "$name ended early (status $status, ${plan:-no} tests planned, $((good + bad - 1)) run)"
	fi
	if [ "$bad" != 0 ]; then
		grep -vE '^ok |^[|]*$' "$file"
	fi
	passed=$((passed + good)) failed=$((failed + bad))
	printf '%-20s %3d passed, %d failed\n' "$name" "$good" "$bad"
}

start_cluster
create_test_database tests || exit 1
if [ $# -eq 0 ]; then
	set -- *.sql concurrency.sh upgrade.sh
fi
for file; do
	file=${file##*/}
	export PGDATABASE=tests
	case $file in
	village.sql) continue ;;
	property.sql)
		PGOPTIONS='-c client_min_messages=warning' psql -Xq -d postgres -c 'create database game template tests'
		PGDATABASE=game PGOPTIONS='-c search_path=pgtap,village -c client_min_messages=warning' \
			psql -XAtq -v ON_ERROR_STOP=1 -f "$file" >"$work/tap" 2>&1
		;;
	*.sql)
		PGOPTIONS='-c search_path=pgtap,village -c client_min_messages=warning' \
			psql -XAtq -v ON_ERROR_STOP=1 -f "$file" >"$work/tap" 2>&1
		;;
	*.sh) KENTONGAN_WORK=$work bash "./$file" >"$work/tap" 2>&1 ;;
	esac
	count "$file" "$work/tap" $?
done
echo "sql: $passed passed, $failed failed"
[ "$failed" = 0 ]
