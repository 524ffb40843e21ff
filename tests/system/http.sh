#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The small web server: the form of /metrics, the codes of /healthz, JSON of
# /status, and what it answers to those who ask wrongly.

SETTINGS='heartbeat_seconds = 20'
MODEM_OPTIONS='sample_seconds = 1'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)

# code METHOD PATH [OPTION…]: the status.
code() {
	local method=$1 path=$2
	shift 2
	curl -sS --max-time 5 -o /dev/null -w '%{http_code}' -X "$method" "$@" "http://127.0.0.1:$HTTP_PORT$path" 2>/dev/null
}

header() { # METHOD PATH NAME
	curl -sS --max-time 5 -o /dev/null -D - -X "$1" "http://127.0.0.1:$HTTP_PORT$2" | tr -d '\r' | sed -n "s/^$3: //Ip"
}

raw() { # BYTES: the first line of the answer
	local fd line
	exec {fd}<>"/dev/tcp/127.0.0.1/$HTTP_PORT"
	printf '%b' "$1" >&"$fd"
	IFS= read -r -t 5 line <&"$fd"
	exec {fd}>&-
	echo "${line%$'\r'}"
}

setup
asks "$(member 23)" '^UP2K MELATI, SITI A' 15 saldo

# --- health ---------------------------------------------------------------------
eventually 15 200 http_code /healthz
is "the body" '{"healthy":true,"reasons":[]}' get /healthz
ok "/healthz: 200 when all is well"
phone control unplug desa >/dev/null
eventually 15 503 http_code /healthz
says '"healthy":false,"reasons":\["modem desa: [a-z]+: .*' get /healthz || fail "$(get /healthz)"
phone control plug desa >/dev/null
eventually 20 200 http_code /healthz
ok "503 with the reason while a modem is away"

# --- status -----------------------------------------------------------------------
is "its type" application/json header GET /status Content-Type
get /status >"$KT/status.json"
jq -e '.version and .pid and .database.up == true and (.modems | length) == 1 and .modems[0].name == "desa" and .modems[0].ready' \
	"$KT/status.json" >/dev/null || fail "$(cat "$KT/status.json")"
grep -qE '62812|1234' "$KT/status.json" && fail "a number in /status: $(cat "$KT/status.json")"
ok "/status is JSON and tells of nobody"

# --- metrics ----------------------------------------------------------------------
get /metrics >"$KT/metrics"
says '^text/plain; version=0\.0\.4' header GET /metrics Content-Type || fail "type: $(header GET /metrics Content-Type)"
# The text format: comments, and lines "name{label="value",…} number".
name='[a-zA-Z_:][a-zA-Z0-9_:]*'
label='[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*"'
grep -vE "^# (HELP $name .+|TYPE $name (counter|gauge|histogram|summary|untyped))\$|^$name(\{$label(,$label)*,?\})? ([-+]?[0-9.]+([eE][-+]?[0-9]+)?|[-+]?Inf|NaN)\$" \
	"$KT/metrics" >"$KT/odd" && fail "lines that are no metrics: $(cat "$KT/odd")"
[ -z "$(tail -c 1 "$KT/metrics")" ] || fail "the last line has no end"
# Every series has a type, is there once, and a family is in one piece.
awk '/^# TYPE / { if (seen[$3]++) { print "type twice: " $3; bad = 1 } type[$3] = $4; now = $3; next }
	/^#/ { next }
	{ family = $1; sub(/\{.*/, "", family); base = family; sub(/_(bucket|sum|count)$/, "", base)
	  if (!(family in type) && !(base in type)) { print "no type: " family; bad = 1 }
	  if (family != now && base != now) { print "out of its family: " $0; bad = 1 }
	  key = $0; sub(/ [^ ]*$/, "", key)
	  if (line[key]++) { print "twice: " key; bad = 1 }
	  if (type[family] == "counter" && family !~ /_total$/) { print "counter without _total: " family; bad = 1 } }
	END { exit bad }' "$KT/metrics" >"$KT/odd" || fail "$(cat "$KT/odd")"
ok "/metrics is in Prometheus' text format"
for want in 'kentongan_database_up 1' 'kentongan_modem_ready\{modem="desa"\} 1' 'kentongan_leader 1'; do
	says "^$want\$" cat "$KT/metrics" || fail "/metrics lacks $want: $(cat "$KT/metrics")"
done
grep -E '628[0-9]{6}' "$KT/metrics" && fail "a number in /metrics"
ok "it has the figures"

# --- wrong questions ---------------------------------------------------------------
is "an unknown path" 404 code GET /nothing
is "the root" 404 code GET /
is "a longer path" 404 code GET /status/more
is "dots" 404 code GET /../../etc/passwd --path-as-is
ok "404 for what isn't there"
for method in POST PUT DELETE PATCH OPTIONS; do
	is "$method /status" 405 code $method /status
done
is "what is allowed" "GET, HEAD" header POST /status Allow
ok "405 for the wrong method, and it says which is right"
is "HEAD" 200 curl -sS --max-time 5 -o /dev/null -w '%{http_code}' -I "http://127.0.0.1:$HTTP_PORT/status"
is "its body" 0 eval "curl -sS --max-time 5 -I -o /dev/null -w '%{size_download}' http://127.0.0.1:$HTTP_PORT/status"
is "a query" 200 code GET '/healthz?x=1'
ok "HEAD and a query are fine"
says '^HTTP/1\.[01] 400 ' raw 'GARBAGE\r\n\r\n' || says '^$' raw 'GARBAGE\r\n\r\n' || fail "to garbage: $(raw 'GARBAGE\r\n\r\n')"
long=$(printf '%070000d' 0)
says '^(400|413|414|431|000)' code GET "/healthz?$long" || fail "to a long address: $(code GET "/healthz?$long")"
says '^(400|404|405|413|000)' code POST /status --data "$long" || fail "to a long body"
is "afterwards" 200 http_code /healthz
ok "garbage and what is too long are refused and do no harm"

# Connections that say nothing must not keep others out.
quiet=()
for _ in $(seq 50); do
	exec {fd}<>"/dev/tcp/127.0.0.1/$HTTP_PORT"
	quiet+=("$fd")
done
is "beside silent connections" 200 http_code /healthz
for fd in "${quiet[@]}"; do
	exec {fd}>&-
done
asks "$(member 22)" '^UP2K MELATI, RATNA' 15 saldo
ok "silent connections keep nobody out"

# --- without a database, without a port -----------------------------------------------------
"$PG" stop "$(pg_dir)"
eventually 20 503 http_code /healthz
eventually 10 "" eval "get /metrics | grep '^kentongan_database_up' | grep -v ' 0\$'"
says '^kentongan_database_up 0$' get /metrics || fail "$(get /metrics)"
is "/status" 200 http_code /status
ok "without the database they still answer"
done_testing
