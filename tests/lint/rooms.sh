#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The rooms' dependencies go one way: a room may include only its own headers
# and those of rooms left of it. A public header belongs to the room whose
# source includes it first.
set -eu
cd "$(dirname "$0")/../.."

order=(base db text command gateway transport daemon cli)
declare -A place owner
for i in "${!order[@]}"; do
	place[${order[i]}]=$i
done
# Beside them: used by tests and `make run` only.
place[simulator]=99

while read -r file; do
	header=$(sed -n 's/^#include "\(kentongan\/[a-z0-9_]*\.h\)"$/\1/p;T;q' "$file" | head -n 1)
	first=$(grep -m 1 '^#include' "$file" | sed -n 's/^#include "\(kentongan\/.*\)"$/\1/p')
	[ -n "$header" ] && [ "$header" = "$first" ] || continue
	room=${file#src/}
	room=${room%%/*}
	# The leftmost room that claims it: others may include it first too.
	if [ -z "${owner[$header]:-}" ] || [ "${place[$room]}" -lt "${place[${owner[$header]}]}" ]; then
		owner[$header]=$room
	fi
done < <(find src -name '*.c' | sort)
owner[kentongan/statements.h]=db

bad=0
while read -r file; do
	room=${file#src/}
	room=${room%%/*}
	while IFS=: read -r line include; do
		case $include in
		kentongan/*) other=${owner[$include]:-} ;;
		../*) other=${include#../} other=${other%%/*} ;;
		*) continue ;;
		esac
		if [ -z "$other" ]; then
			echo "$file:$line: $include belongs to no room: no source includes it first"
			bad=1
		elif [ "$room" = simulator ] && [ "$other" != base ] && [ "$other" != text ] && [ "$other" != simulator ] ||
			[ "${place[$other]:-100}" -gt "${place[$room]}" ]; then
			echo "$file:$line: room $room must not use room $other ($include)"
			bad=1
		fi
	done < <(grep -nE '^#include "' "$file" | sed -E 's/^([0-9]+):#include "(.*)".*/\1:\2/')
done < <(find src -name '*.[ch]' | sort)
[ $bad = 0 ] && echo "rooms: every arrow goes left"
exit $bad
