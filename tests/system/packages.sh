#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs the Debian packages named that are missing (as root, or by sudo), and
# nothing more: no service is started, no PostgreSQL cluster is created.
set -eu

missing=()
for package in "$@"; do
	# "a|b": either will do.
	found=
	for one in ${package//|/ }; do
		if dpkg-query -W -f '${Status}' "$one" 2>/dev/null | grep -q 'ok installed'; then
			found=1
		fi
	done
	[ -n "$found" ] || missing+=("${package%%|*}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "These are missing and this is no Debian: ${missing[*]}" >&2
	exit 1
fi
as_root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		printf '%s\n' "Debian packages are missing, and installing them needs root or sudo. As root:" \
			"  apt-get install --no-install-recommends ${missing[*]}" >&2
		exit 1
	}
	as_root=(sudo)
fi
echo "installing: ${missing[*]}"

# Asked for are programs, not running services: a policy for the time of the
# installation, unless the machine has one of its own.
policy=/usr/sbin/policy-rc.d
no_cluster=/etc/postgresql-common/createcluster.d/kentongan-build.conf
made=()
undo() {
	[ ${#made[@]} -eq 0 ] || "${as_root[@]}" rm -f "${made[@]}"
}
trap undo EXIT
if [ ! -e "$policy" ]; then
	made+=("$policy")
	printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
	"${as_root[@]}" chmod 755 "$policy"
fi
if [ ! -e "$no_cluster" ]; then
	made+=("$no_cluster")
	"${as_root[@]}" mkdir -p "${no_cluster%/*}"
	echo 'create_main_cluster = false' | "${as_root[@]}" tee "$no_cluster" >/dev/null
fi

log=$(mktemp)
if ! { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		install "${missing[@]}"; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "The packages could not be installed; the whole output is in $log" >&2
	exit 1
fi
rm -f "$log"
# Nor are those that only tests use to start with the machine.
for package in kannel smstools; do
	[[ " ${missing[*]} " != *" $package "* ]] || "${as_root[@]}" update-rc.d "$package" disable >/dev/null 2>&1 || true
done
