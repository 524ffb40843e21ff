#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# PINs are nowhere: they are chosen, changed, mistyped and tried while PostgreSQL
# logs every statement with its parameters; then the database, its logs, ours and
# the state folder are searched for each of them.

export PG_FSYNC=off # what it forgets in a power cut is not tested here
PG_OPTIONS="-c log_statement=all -c log_min_duration_statement=0 -c log_parameter_max_length=-1 -c log_parameter_max_length_on_error=-1"
for library in /usr/lib/postgresql/*/lib/pg_stat_statements.so; do
	[ -e "$library" ] && statements=yes PG_OPTIONS="$PG_OPTIONS -c shared_preload_libraries=pg_stat_statements"
done
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# What was typed as a PIN, right, wrong or badly. A digit before or behind it in a
# dump is a hash; so is a letter up to f.
PINS=(482915 739264 615283 847362 204957 591738 123456 930517 718294 260485)
found=0

# hits PIN FILE…: the lines where it stands. The fractions of seconds are figures, too.
hits() {
	local pin=$1
	shift
	cat "$@" | sed -E 's/[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+//g' |
		grep -aE "(^|[^0-9a-f])$pin([^0-9a-f]|\$)"
}

# clean NAME FILE…: none of the PINs is there.
clean() {
	local name=$1 pin here=0
	shift
	for pin in "${PINS[@]}"; do
		if hits "$pin" "$@" >"$KT/hits"; then
			found=1 here=1
			echo "not ok - the PIN $pin stands in $name"
			head -n 3 "$KT/hits" | cut -c 1-300 | sed 's/^/# /'
		fi
	done
	[ "$here" = 1 ] || echo "ok - no PIN stands in $name"
}

setup
[ -z "${statements:-}" ] || sql "create extension pg_stat_statements"

# The PIN of the last message lies across the border of two parts: 153 each.
filler=$(printf 'x%.0s' $(seq 145))
cat >"$KT/pins.txt" <<EOF
> Siti: PIN 482915
< Siti: *balas {a=\d{4}}, *
> Siti: {a} 123456
< Siti: Belum tersimpan, mudah ditebak. *
> Siti: {a}  PIN:482915
< Siti: PIN baru tersimpan *
> Siti: GANTI PIN 482915 739264
< Siti: *balas {b=\d{4}}, *
> Siti: {b} 615283 739264
< Siti: PIN SITI A(23) tidak cocok, *
> Siti: {b} 482915 739264
< Siti: PIN baru tersimpan *
# Mistyped, or not a command at all.
> Siti: gnti pni 739264 847362
< Siti: *
> Siti: pin saya 204957 tolong dicek
< Siti: *
> Siti: SALDO 591738
< Siti: *
> Siti: SETOR 50.000 930517
< Siti: *
> Siti: $filler 718294 selesai dan terima kasih banyak Bu, mohon dicek lagi
< Siti: *
> Siti: TARIK 50rb
< Siti: *{c=\d{4}}*
> Siti: {c} 260485
< Siti: PIN SITI A(23) tidak cocok, *
> Siti: {c} 739264
< Siti: *
EOF
phone play --timeout 15 "$KT/pins.txt" >"$KT/play.out" 2>&1 || {
	sed 's/^/# /' "$KT/play.out"
	fail "the conversation didn't go as it should"
}
saved=$(sql "select count(*) from kentongan.audit_log where action in ('pin.set', 'pin.changed')")
[ "$saved" = 2 ] || fail "two PINs should have been saved, not $saved"

pg_dump -U postgres -d kentongan >"$KT/dump" || fail "no dump"
log=$(pg_dir)/log
# The search finds what is there: the words around the PINs, the statements' parameters.
[ "$(sql 'select max(parts) from kentongan.messages')" = 2 ] || fail "no PIN came in two parts"
echo "$KT {\"body\": \"pin ${PINS[0]}\"}" >"$KT/leak"
hits "${PINS[0]}" "$KT/leak" >/dev/null || fail "the search finds no PIN"
grep -q 'tolong dicek' "$KT/dump" || fail "the dump lacks what was said"
grep -qi 'parameters: .*KODE' "$log" || fail "the log lacks the statements' parameters"
clean "the database" "$KT/dump"
clean "PostgreSQL's log" "$log"
clean "the service's log" "$KT/serve.log"
mapfile -t files < <(find "$KT/state" -type f)
clean "the state folder" /dev/null "${files[@]}"
if [ -n "${statements:-}" ]; then
	sql "select query from pg_stat_statements" >"$KT/statements"
	grep -q handle_message "$KT/statements" || fail "no statement was sampled"
	clean "the samples of statements" "$KT/statements"
fi
exit $found
