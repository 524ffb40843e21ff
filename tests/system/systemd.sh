#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The unit files, by systemd's own checks and without a running systemd: units
# verified in a root of their own in which the built program is installed,
# exposure at most 2.5, and the user and folders are made as intended.
# BUILD = where the program was built.
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build}
limit=25 # tenths
units="kentongan.service kentongan-modem@.service"

command -v systemd-analyze >/dev/null || {
	echo "systemd-analyze isn't installed"
	exit 77
}
root=$(mktemp -d /tmp/kentongan-systemd.XXXXXX)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
n=0 failed=0

result() { # status words
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}

show() { # file
	sed 's/^/# /' "$1"
}

# --- a root as `make install PREFIX=/usr` would leave it -----------------------
mkdir -p "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" \
	"$root/usr/lib/tmpfiles.d" "$root/usr/sbin" "$root/etc/kentongan" "$root/var/lib"
ln -s usr/bin "$root/bin"
ln -s usr/lib "$root/lib"
ln -s usr/sbin "$root/sbin"
cp "$BUILD/kentongan" "$root/usr/bin/"
# ExecReload's, of package procps: verify looks whether it is there.
cp /bin/true "$root/usr/bin/kill"
cp -a /lib/systemd/system/. "$root/usr/lib/systemd/system/"
# Of the machine's own units only the targets are needed; others would have
# programs that aren't in this root.
find "$root/usr/lib/systemd/system" -mindepth 1 -maxdepth 1 ! -name '*.target' \
	! -name '*.slice' -exec rm -rf {} +
for unit in $units; do
	cp "systemd/$unit" "$root/usr/lib/systemd/system/"
done
cp systemd/kentongan.sysusers "$root/usr/lib/sysusers.d/kentongan.conf"
cp systemd/kentongan.tmpfiles "$root/usr/lib/tmpfiles.d/kentongan.conf"

# --- verify ----------------------------------------------------------------------
status=0
systemd-analyze verify --root="$root" --man=no kentongan.service kentongan-modem@desa.service \
	>"$root/verify" 2>&1 || status=$?
# Clean means without a warning, too.
[ ! -s "$root/verify" ] || status=1
show "$root/verify"
result $status "systemd-analyze verify finds nothing"

# A check that can't fail shows nothing: an unknown setting must be found.
sed 's/^ProtectHome=/ProtectHoem=/' systemd/kentongan.service \
	>"$root/usr/lib/systemd/system/wrong.service"
systemd-analyze verify --root="$root" --man=no wrong.service >"$root/verify" 2>&1 || :
grep -q ProtectHoem "$root/verify" && status=0 || status=1
rm "$root/usr/lib/systemd/system/wrong.service"
result $status "it would find a misspelt setting"

# --- exposure ---------------------------------------------------------------------
for unit in $units; do
	status=0
	systemd-analyze security --offline=true --no-pager --threshold=$limit "systemd/$unit" \
		>"$root/security" 2>&1 || status=$?
	grep '^✗' "$root/security" | sed 's/^/# /; s/  */ /g' || :
	level=$(sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p' "$root/security")
	echo "$level" | awk '{ exit !($1 != "" && $1 <= 2.5) }' || status=1
	result $status "exposure of $unit is ${level:-unknown}, at most 2.5"
done

# --- what modems and the database need stays possible --------------------------------
for unit in $units; do
	status=0
	for line in 'DeviceAllow=char-ttyUSB rw' 'DeviceAllow=char-ttyACM rw' \
		'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6' 'SupplementaryGroups=dialout'; do
		grep -qx "$line" "systemd/$unit" || {
			echo "# $unit lacks: $line"
			status=1
		}
	done
	! grep -qE '^(PrivateDevices|PrivateNetwork)=(yes|true|1)' "systemd/$unit" || status=1
	result $status "$unit lets modems, loopback and the database through"
done

# --- user and folders --------------------------------------------------------------
if [ "$(id -u)" = 0 ] && command -v systemd-sysusers >/dev/null; then
	status=0
	systemd-sysusers --root="$root" >"$root/sysusers" 2>&1 || status=$?
	grep -q '^kentongan:.*:/var/lib/kentongan:/usr/sbin/nologin$' "$root/etc/passwd" || status=1
	grep -q '^dialout:.*:kentongan$' "$root/etc/group" || status=1
	[ $status = 0 ] || show "$root/sysusers"
	result $status "sysusers makes the user, a member of dialout"

	status=0
	echo secret >"$root/etc/kentongan/key"
	chmod 600 "$root/etc/kentongan/key"
	systemd-tmpfiles --root="$root" --create kentongan.conf >"$root/tmpfiles" 2>&1 || status=$?
	gid=$(sed -n 's/^kentongan:[^:]*:\([0-9]*\):.*/\1/p' "$root/etc/group")
	uid=$(sed -n 's/^kentongan:[^:]*:\([0-9]*\):.*/\1/p' "$root/etc/passwd")
	for want in "750 0 $gid etc/kentongan" "640 0 $gid etc/kentongan/key" \
		"750 $uid $gid var/lib/kentongan"; do
		got=$(stat -c '%a %u %g' "$root/${want##* }" 2>&1) || :
		[ "$got ${want##* }" = "$want" ] || {
			echo "# expected $want, got $got"
			status=1
		}
	done
	[ $status = 0 ] || show "$root/tmpfiles"
	result $status "tmpfiles makes the folders and guards the key"
else
	n=$((n + 1))
	echo "ok $n # SKIP user and folders can be tried by root only"
fi

echo "1..$n"
exit $failed
