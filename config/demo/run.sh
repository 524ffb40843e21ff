#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `make run`: the demonstration group, a simulated modem and the gateway in var/;
# a short conversation; then, on a terminal, a phone to try things with.

KT=${KT:-$(cd "$(dirname "$0")/../.." && pwd)/var}
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../../tests/system/lib.sh"

if [ -e "$KT/running" ] && kill -0 "$(cat "$KT/running")" 2>/dev/null; then
	say "It runs already (process $(cat "$KT/running")): stop that one first."
	KT=
	exit 1
fi

started=$(date +%s)
say "Starting PostgreSQL, the modem simulator and Kentongan in $KT …"
mkdir -p "$KT"
echo $$ >"$KT/running"
for log in serve sim; do
	[ ! -e "$KT/$log.log" ] || mv "$KT/$log.log" "$KT/$log.log.1"
done
start_pg
HTTP_PORT=${HTTP_PORT:-8642}
SETTINGS="menus_file = \"$ROOT/config/menus.conf\"
ussd \"demo\" {
	allow = \"127.0.0.1 ::1\"
}"
configure
init_db
load_demo
reminders off
start_sim
READY_AFTER=$(sql "select clock_timestamp()")
start_serve
wait_ready desa 60
say "Ready after $(($(date +%s) - started)) s. A conversation on the simulated network:"
say ""
phone play "$ROOT/config/demo/tour.txt" || fail "the conversation went differently"
say ""

reminders on
if [ -t 0 ] && [ -t 1 ]; then
	say "The logs are in $KT (serve.log); in another terminal, from this folder:"
	say "  KENTONGAN_CONF=$KENTONGAN_CONF $KENTONGAN status"
	say "  KENTONGAN_CONF=$KENTONGAN_CONF $KENTONGAN ussd --phone 081200000023"
	say ""
	phone phone --as "${PHONE_AS:-siti}"
else
	say "No terminal here, so no phone to type on: everything stops, the data stay in $KT."
fi
rm -f "$KT/running"
