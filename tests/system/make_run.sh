#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What `make run` does without a terminal: the conversation, and status 0 only
# if every reply was right; a second run keeps the data; nothing is left running.
set -u
cd "$(dirname "$0")/../.." || exit 1
KT=$(mktemp -d /tmp/kentongan-run.XXXXXX)
chmod 755 "$KT"
export KT HTTP_PORT=0 BUILD=${BUILD:-build}
trap 'tests/system/pg.sh destroy "$KT/pg"; rm -rf "$KT"' EXIT

entries() {
	PGHOST=$(tests/system/pg.sh start "$KT/pg") || return 1
	PGHOST=$PGHOST psql -XqAt -U postgres -d kentongan -c 'select count(*) from kentongan.messages'
	tests/system/pg.sh stop "$KT/pg"
}

status=0
config/demo/run.sh >"$KT/first.out" 2>&1 </dev/null || { status=1; cat "$KT/first.out"; }
[ $status = 0 ] && echo "ok 1 - the first run plays the conversation" || echo "not ok 1 - the first run"
one=$(entries)
config/demo/run.sh >"$KT/second.out" 2>&1 </dev/null || { status=1; cat "$KT/second.out"; }
[ $status = 0 ] && echo "ok 2 - the second run, too" || echo "not ok 2 - the second run"
two=$(entries)
if [ "$one" -gt 0 ] && [ "$two" -gt "$one" ]; then
	echo "ok 3 - the data were kept ($one, then $two messages)"
else
	echo "not ok 3 - messages: $one, then $two"
	status=1
fi
if pgrep -f "$KT" >/dev/null; then
	echo "not ok 4 - left running: $(pgrep -af "$KT")"
	status=1
else
	echo "ok 4 - nothing is left running"
fi
exit $status
