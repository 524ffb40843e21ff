#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# HTTP for other systems: config/openapi.json held against the running service,
# answer by answer; one key is one message, through two hosts, a kill and whatever
# else; limits that both hosts share; STOP and the block list; no token anywhere.

export PG_FSYNC=off # what it forgets in a power cut is not tested here
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)
SETTINGS='log_level = debug'
setup
# At the turn of no minute and of no day.
sql "update kentongan.clock set shift = date_trunc('day', now(), 'Asia/Jakarta') + interval '36 hours' - now()"
TOKENS=()

# client NAME OPTION…: prints its token.
client() {
	"$KENTONGAN" client add "$@" --json | jq -r .token
}

# api TOKEN PATH [OPTION…]: the status, a space, the answer.
api() {
	local token=$1 path=$2
	shift 2
	curl -sS --max-time 30 -o "$KT/answer.$BASHPID" -w '%{http_code} ' -H "Authorization: Bearer $token" "$@" \
		"http://127.0.0.1:${PORT:-$HTTP_PORT}/api/v1$path"
	cat "$KT/answer.$BASHPID"
}

# post TOKEN TO TEXT [KEY]
post() {
	api "$1" /messages -H 'Content-Type: application/json' \
		-d "$(jq -cn --arg to "$2" --arg text "$3" --arg key "${4:-}" '{$to, $text} + if $key == "" then {} else {$key} end')"
}

walk() {
	/usr/bin/python3 "$ROOT/tests/system/api_walk.py" "$ROOT/config/openapi.json" "http://127.0.0.1:$HTTP_PORT" "$KT/seen" "$1" \
		>"$KT/walk.log" 2>&1 || fail "$1: $(cat "$KT/walk.log")"
}

mine() { # CLIENT: how many messages it has
	sql "select count(*) from kentongan.outbox o join kentongan.clients c on c.id = o.client_id where c.name = '$1'"
}

# --- the operator's verbs ------------------------------------------------------------
TOKEN=$(client toko --scope send --per-minute 100000 --per-day 10000000)
INBOX=$(client koran --scope inbox,money --per-minute 100000)
SLOW=$(client lambat --scope send --per-minute 1)
REMOVED=$(client lama --scope send)
export TOKEN INBOX SLOW REMOVED
TOKENS+=("$TOKEN" "$INBOX" "$SLOW" "$REMOVED")
for token in "${TOKENS[@]}"; do
	[[ $token =~ ^kt_[A-Za-z0-9_-]{43}$ ]] || fail "a token: $token"
done
[ "$("$KENTONGAN" client add baru --scope send 2>"$KT/hint" | grep -c '^kt_')" = 1 ] || fail "for people there is no token"
grep -q 'shown once' "$KT/hint" || fail "the hint: $(cat "$KT/hint")"
is "list" 'baru koran lama lambat toko' eval '"$KENTONGAN" client list --json | jq -r "[.[].name] | sort | join(\" \")"'
"$KENTONGAN" client list | grep -q '^koran  *inbox,money  *100000 ' || fail "$("$KENTONGAN" client list)"
says 'already' "$KENTONGAN" client add toko --scope send || fail "the same name twice"
says 'of send, inbox and money' "$KENTONGAN" client add x --scope send,all || fail "a wrong scope"
says 'scope' "$KENTONGAN" client add x || fail "without a scope"
says 'no client nobody' "$KENTONGAN" client token nobody --yes || fail "a token for nobody"
says '^200 ' api "$REMOVED" /status || fail "the first token: $(api "$REMOVED" /status)"
new=$("$KENTONGAN" client token lama --yes --json | jq -r .token)
TOKENS+=("$new")
says '^401 ' api "$REMOVED" /status || fail "the old token still works"
says '^200 ' api "$new" /status || fail "the new token doesn't"
is "set" 100 eval '"$KENTONGAN" client set lama --per-day 100 >/dev/null && "$KENTONGAN" client list --json | jq ".[] | select(.name == \"lama\") | .per_day"'
"$KENTONGAN" client remove lama >/dev/null || fail "remove"
says '^401 ' api "$new" /status || fail "a removed client's token works"
is "what the audit log has" 'client.add client.token client.set client.remove' \
	eval '"$KENTONGAN" audit list --action client --limit 100 --json | jq -r "[.[] | select(.subject == \"lama\")] | sort_by(.id) | map(.action) | join(\" \")"'
ok "clients: added, listed, changed, given another token, removed; all of it in the audit log"

# --- the description, answer by answer ------------------------------------------------
walk document
ok "config/openapi.json is OpenAPI 3.0, its references and examples hold"
walk up
ok "every answer is documented; methods that aren't get 405"
walk fuzz
is "the same process" "$SERVE_PID" eval "get /status | jq .pid"
ok "bodies that are none get 400 or 422, and the service lives"
sed -i "s/^\([[:space:]]*\)port = $HTTP_PORT/\1api_allow = \"192.0.2.0\/24\"\n&/" "$KENTONGAN_CONF"
kill -HUP "$SERVE_PID"
wait_for 15 "the new settings" says '^403 ' api "$TOKEN" /status
walk elsewhere
sed -i '/api_allow/d' "$KENTONGAN_CONF"
kill -HUP "$SERVE_PID"
wait_for 15 "the old settings" says '^200 ' api "$TOKEN" /status
ok "from another address nobody comes in"

# --- to the phone and back -------------------------------------------------------------
SITI=$(member 23) RATNA=$(member 22)
# shellcheck disable=SC1112 # A quotation mark that GSM-7 lacks.
says '^201 .*"state": "queued"' post "$TOKEN" 081299990011 'Halo {nama}, {text} {saldo|amount} %s $1 ’ok’' dua || fail "$(post "$TOKEN" 081299990011 x)"
phone wait --on +6281299990011 --match "^[A-Z-]+: Halo [{]nama}, [{]text} [{]saldo[|]amount} %s [\$]1 'ok'\$" --timeout 180 >/dev/null ||
	fail "what came: $(inbox +6281299990011)"
state() { # KEY
	api "$TOKEN" "/messages?key=$1" | cut -d' ' -f2- | jq -r '.messages[0].state'
}
eventually 30 delivered state dua
says '"channel": "desa"' api "$TOKEN" '/messages?key=dua' || fail "$(api "$TOKEN" '/messages?key=dua')"
says '"parts": 3,' post "$TOKEN" 081299990012 "$(printf 'ñ漢%.0s' $(seq 90))" tiga || fail "three parts in UCS-2"
phone wait --on +6281299990012 --match "^[A-Z-]+: (ñ漢){90}\$" --timeout 180 >/dev/null || fail "what came: $(inbox +6281299990012)"
ok "a text goes out as it is, its sender in front, placeholders and all, and its state comes back"
phone send --from "$SITI" STOP >/dev/null
phone wait --on "$SITI" --match . --timeout 30 >/dev/null
eventually 40 f sql "select reminders from kentongan.members m where number = 23"
says '^409 .*:stopped"' post "$TOKEN" "$SITI" 'Promo' empat || fail "after STOP: $(post "$TOKEN" "$SITI" 'Promo')"
sql "insert into kentongan.block_list (peer, reason) values ('$RATNA', 'test')"
says '^409 .*:blocked"' post "$TOKEN" "$RATNA" 'Promo' || fail "on the block list: $(post "$TOKEN" "$RATNA" 'Promo')"
ok "who has sent STOP, or is blocked, isn't written to"

# --- two hosts ---------------------------------------------------------------------------
PORT2=$(free_port)
sed "s/port = $HTTP_PORT/port = $PORT2/; /^[[:space:]]*modem \"desa\"/,/}/d" "$KENTONGAN_CONF" >"$KT/second.conf"
start_second() {
	KENTONGAN_CONF=$KT/second.conf "$KENTONGAN" serve >>"$KT/second.log" 2>&1 &
	SECOND=$!
	PIDS+=("$SECOND")
	PORT=$PORT2 wait_for 20 "the second service" says '^200 ' api "$TOKEN" /status
}
start_second

# both N COMMAND…: N times at once, in turn at one and the other; {} is the turn.
both() {
	local n=$1 i pids=()
	shift
	for ((i = 0; i < n; i++)); do
		PORT=$([ $((i % 2)) = 0 ] && echo "$HTTP_PORT" || echo "$PORT2") "${@//\{\}/$i}" >"$KT/both.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	for ((i = 0; i < n; i++)); do
		cut -c 1-3 "$KT/both.$i"
	done | sort | uniq -c | awk '{ printf "%s%s x %s", sep, $1, $2; sep = ", " }'
}
DAY=$(client harian --scope send --per-minute 1000 --per-day 10)
TOKENS+=("$DAY")
is "24 SMS at two hosts, ten a day" '10 x 201, 14 x 429' both 24 post "$DAY" 08129999002{} x
is "its messages" 10 mine harian
MINUTE=$(client menitan --scope send --per-minute 12)
TOKENS+=("$MINUTE")
minute() { sql "select date_trunc('minute', kentongan.now())"; }
for _ in 1 2 3; do
	sql "update kentongan.clock set shift = shift + date_trunc('minute', now() + shift + interval '1 minute') - (now() + shift)"
	began=$(minute)
	came=$(both 24 api "$MINUTE" /messages)
	[ "$(minute)" = "$began" ] && break
done
is "24 requests at two hosts, twelve a minute" '12 x 200, 12 x 429' echo "$came"
ok "two hosts share a client's limits"
is "one key at two hosts at once" '15 x 200, 1 x 201' both 16 post "$TOKEN" 081299990031 'Satu kali' serentak
is "and in the end" 1 sql "select count(*) from kentongan.outbox where peer = '+6281299990031'"
ok "one key at both at the same moment is one message"

# --- killed between the request and its answer ----------------------------------------------
# While it is held no request of toko's can go on.
hold() {
	psql -XqAt -U postgres -d kentongan -c "select 1 from kentongan.clients where name = 'toko' for update; select pg_sleep(300)" >/dev/null 2>&1 &
	PIDS+=("$!")
	eventually 20 1 sql "select count(*) from pg_stat_activity where query like '%pg_sleep(300)%' and wait_event = 'PgSleep'"
}
release() {
	sql "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(300)%' and wait_event = 'PgSleep'" >/dev/null
}
held() {
	eventually 20 1 sql "select count(*) from pg_stat_activity where application_name = 'kentongan serve' and wait_event_type = 'Lock' and query like '%client_send%'"
}
before=$(mine toko)
hold
PORT=$PORT2 post "$TOKEN" 081299990041 'Sekali saja' mati >"$KT/lost" 2>/dev/null &
lost=$!
held
kill -9 "$SECOND"
{ wait "$SECOND"; } 2>/dev/null
wait "$lost"
is "the answer" "000 " cat "$KT/lost"
release
eventually 20 $((before + 1)) mine toko
says '^200 .*"key": "mati"' post "$TOKEN" 081299990041 'Sekali saja' mati || fail "again: $(post "$TOKEN" 081299990041 'Sekali saja' mati)"
is "messages" $((before + 1)) mine toko
start_second
says '^200 ' eval "PORT=$PORT2 post $TOKEN 081299990041 'Sekali saja' mati" || fail "at the one that came back"
is "messages" $((before + 1)) mine toko
ok "killed before it answered: the same key again is the same message"
hold
says '^503 .*same key' eval "PORT=$PORT2 post $TOKEN 081299990042 'Sabar' sabar" || fail "a database that doesn't answer"
release
eventually 20 $((before + 2)) mine toko
says '^200 ' post "$TOKEN" 081299990042 Sabar sabar || fail "again: $(post "$TOKEN" 081299990042 Sabar sabar)"
hold
PORT=$PORT2 post "$TOKEN" 081299990043 'Akhir' akhir >"$KT/lost" 2>/dev/null &
lost=$!
held
kill "$SECOND"
wait "$SECOND" || fail "stopped with a request under way it fails: $?"
wait "$lost"
release
says '^20[01] ' post "$TOKEN" 081299990043 Akhir akhir || fail "again: $(post "$TOKEN" 081299990043 Akhir akhir)"
eventually 20 $((before + 3)) mine toko
ok "a database that doesn't answer, a service that is stopped meanwhile: still one message each"

# --- the database away ----------------------------------------------------------------------------
"$PG" stop "$(pg_dir)" fast
walk away
says '^503 .*same key' post "$TOKEN" 081299990051 'Nanti' nanti || fail "$(post "$TOKEN" 081299990051 'Nanti' nanti)"
"$PG" start "$(pg_dir)" >/dev/null || fail "PostgreSQL doesn't start again"
wait_for 60 "the database" says '^200 ' api "$TOKEN" /status
says '^201 ' post "$TOKEN" 081299990051 'Nanti' nanti || fail "afterwards: $(post "$TOKEN" 081299990051 'Nanti' nanti)"
ok "503 while the database is away, and when to come again"
walk report
ok "nothing that is documented was left out: $(cat "$KT/walk.log")"

# --- nothing secret --------------------------------------------------------------------------------
pg_dump -U postgres -d kentongan >"$KT/dump" || fail "no dump"
for token in "${TOKENS[@]}"; do
	grep -qF -- "${token#kt_}" "$KT/dump" "$KT/serve.log" "$KT/second.log" && fail "a token in the database or a log"
done
grep -q 'Sekali saja' "$KT/dump" || fail "the search finds nothing"
grep -E 'Sekali saja|Panen raya|\+?62812999900' "$KT/serve.log" "$KT/second.log" && fail "a text or a number in the log"
grep -q 'api: client toko: message ' "$KT/serve.log" || fail "the log doesn't say what was taken"
ok "no token, text or number where it doesn't belong"
done_testing
