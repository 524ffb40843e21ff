#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Events for other systems, at a real receiver: signed, in order, again after every
# kind of failure and with the same id, each client for itself, on two hosts, through
# kills and without the database; given up, sent again, switched off. No PIN, code or
# secret anywhere.

export PG_FSYNC=off # what it forgets in a power cut is not tested here
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)
setup
sql "update kentongan.clock set shift = date_trunc('day', now(), 'Asia/Jakarta') + interval '36 hours' - now()"
HOOK_PORT=$(free_port)
BOX=$KT/box
mkdir "$BOX"
SITI=$(member 23) SRI=$(member 2)
SECRETS=()

receiver() {
	/usr/bin/python3 "$ROOT/tests/system/hook_receiver.py" "$HOOK_PORT" "$BOX" 2>>"$KT/receiver.log" &
	RECEIVER=$!
	PIDS+=("$RECEIVER")
	wait_for 20 "the receiver" eval "(: <>/dev/tcp/127.0.0.1/$HOOK_PORT)"
}

# hook NAME: sets its address, keeps its secret for the receiver.
hook() {
	local secret
	secret=$("$KENTONGAN" client hook "$1" "http://127.0.0.1:$HOOK_PORT/$1" --json | jq -r .secret)
	SECRETS+=("$secret")
	echo "$secret" >"$BOX/$1.secret"
}

mode() { # NAME STATUS|hold
	echo "$2" >"$BOX/$1.new" && mv "$BOX/$1.new" "$BOX/$1.mode"
}

got() { # NAME FILTER: of the events that came, in their order, on one line
	[ ! -e "$BOX/$1.log" ] || jq -r "$2" "$BOX/$1.log" | paste -sd' '
}

count() {
	[ ! -e "$BOX/$1.log" ] && echo 0 || wc -l <"$BOX/$1.log"
}

last() { # NAME FILTER
	tail -n 1 "$BOX/$1.log" | jq -r "$2"
}

forget() {
	rm -f "$BOX/$1.log"
}

later() {
	sql "update kentongan.clock set shift = shift + interval '$1'; notify kentongan_events"
}

states() { # NAME: of its events that aren't delivered
	sql "select coalesce(string_agg(e.status, ' ' order by e.id), '') from kentongan.events e join kentongan.clients c on c.id = e.client_id where c.name = '$1' and e.status <> 'delivered'"
}

# make_events N NAME…: N events for each, as they come from postings and messages.
make_events() {
	local n=$1
	shift
	sql "select kentongan.event(c.id, 'test.made', n, '{}') from generate_series(1, $n) n, kentongan.clients c where c.name = any ('{$(IFS=, && echo "$*")}') and c.removed_at is null" >/dev/null
}

# --- the operator's verbs ---------------------------------------------------------------
receiver
"$KENTONGAN" client add toko --scope send --json | jq -r .token >"$KT/token"
"$KENTONGAN" client add koran --scope inbox,money >/dev/null 2>&1
"$KENTONGAN" client add lain --scope inbox >/dev/null 2>&1
"$KENTONGAN" client hook lain "http://127.0.0.1:$HOOK_PORT/lain" >"$KT/secret" 2>"$KT/hint" || fail "hook: $(cat "$KT/hint")"
grep -qE '^whsec_[A-Za-z0-9_-]{43}$' "$KT/secret" || fail "a secret: $(cat "$KT/secret")"
grep -q 'shown once' "$KT/hint" || fail "the hint: $(cat "$KT/hint")"
SECRETS+=("$(cat "$KT/secret")")
says 'URL, or --off' "$KENTONGAN" client hook lain || fail "neither an address nor --off"
says 'not an address' "$KENTONGAN" client hook lain 'ftp://127.0.0.1/x' || fail "another protocol"
says 'not an address' "$KENTONGAN" client hook lain 'http://a:b@127.0.0.1/x' || fail "a password in the address"
says 'no client nobody' "$KENTONGAN" client hook nobody http://127.0.0.1/ || fail "a hook for nobody"
"$KENTONGAN" client hook lain --off >/dev/null || fail "--off"
is "off" null eval '"$KENTONGAN" client list --json | jq ".[] | select(.name == \"lain\") | .hook"'
hook toko
hook koran
"$KENTONGAN" client list | grep -q "http://127.0.0.1:$HOOK_PORT/toko" || fail "$("$KENTONGAN" client list)"
is "the audit log" 'client.hook client.hook client.hook client.hook' \
	eval '"$KENTONGAN" audit list --action client.hook --limit 100 --json | jq -r "map(.action) | join(\" \")"'
ok "hooks are set and switched off, with a secret that is shown once, and audited"

# --- from a member's phone and from the books --------------------------------------------
cat >"$KT/play.txt" <<-TEXT
	> Sri: PIN
	< Sri: PIN baru *balas {a=\d{4}}, *
	> Sri: {a} 482915
	< Sri: PIN baru tersimpan *
	> Siti: pin saya 204957 tolong dicek
	< Siti: *
	> Siti: setor 50rb
	< Siti: Dicatat MENUNGGU: *
	< Sri: *TERIMA {otp=\d{4}}. *
	> Sri: terima {otp}
	< Sri: SAH *
	< Siti: SAH *
	> Siti: kode saya {otp} bu
	< Siti: *
TEXT
phone play --timeout 60 "$KT/play.txt" >"$KT/play.out" 2>&1 || fail "the conversation: $(tail -n 5 "$KT/play.out")"
eventually 30 6 eval "got koran '.event.kind' | tr ' ' '\n' | grep -c 'message.received'"
eventually 30 1 eval "got koran '.event.kind' | tr ' ' '\n' | grep -c 'entry.posted'"
is "all of it signed, with its headers" true eval "jq -s 'all(.signed and .headers)' $BOX/koran.log"
is "a notice" "SETOR $SITI 23 MELATI setor 50rb" eval \
	"jq -r '.event.data | select(.command == \"SETOR\") | [.command, .number, .member, .group, .text] | join(\" \")' $BOX/koran.log"
is "an entry" 'deposit MELATI cash 2 50000 sukarela 23 -50000' eval \
	"jq -r '.event | select(.kind == \"entry.posted\").data | [.kind, .group] + (.postings | sort_by(.account) | map(.account, .member, .amount)) | join(\" \")' $BOX/koran.log"
is "nothing for who has no scope or no hook" 0 eval "echo \$((\$(count toko) + \$(count lain)))"
jq -r '.event.data.text // empty' "$BOX/koran.log" >"$KT/texts"
grep -q 'tolong dicek' "$KT/texts" || fail "the texts aren't there: $(cat "$KT/texts")"
grep -E '482915|204957' "$BOX/koran.log" && fail "a PIN in an event"
for number in "$SRI" "$SITI"; do
	inbox "$number" | grep -oE '\b[0-9]{4}\b'
done | sort -u >"$KT/codes"
[ -s "$KT/codes" ] || fail "no codes were sent"
grep -wf "$KT/codes" "$KT/texts" && fail "a one-time code in an event"
ok "what members write and what is posted, without PINs and codes"

curl -sS -o "$KT/sent" -H "Authorization: Bearer $(cat "$KT/token")" -H 'Content-Type: application/json' \
	-d '{"to": "081299990011", "text": "Panen raya", "key": "satu"}' "http://127.0.0.1:$HTTP_PORT/api/v1/messages" || fail "no answer"
eventually 60 'message.sent message.delivered' got toko .event.kind
is "whose" "$(jq .id "$KT/sent") satu delivered" last toko '.event.data | [.id, .key, .state] | join(" ")'
is "signed" true eval "jq -s 'all(.signed and .headers)' $BOX/toko.log"
/usr/bin/python3 - "$ROOT/config/openapi.json" "$BOX"/*.log >"$KT/documented" 2>&1 <<-'EOF' || fail "not as documented: $(cat "$KT/documented")"
	import json, sys
	import jsonschema
	document = json.load(open(sys.argv[1], encoding="utf-8"))
	schema = {"$ref": "#/components/schemas/Event", "components": document["components"]}
	kinds = set()
	for line in [line for name in sys.argv[2:] for line in open(name, encoding="utf-8")]:
	    event = json.loads(line)["event"]
	    jsonschema.Draft4Validator(schema).validate(event)
	    fields = document["components"]["schemas"][{"message.received": "Received", "entry.posted": "Entry"}.get(event["kind"], "Message")]
	    assert set(event["data"]) <= set(fields["properties"]), event
	    kinds.add(event["kind"])
	assert kinds == {"message.received", "entry.posted", "message.sent", "message.delivered"}, kinds
EOF
ok "a client's own message: sent, delivered"

# --- failures -------------------------------------------------------------------------------
forget toko
mode toko 500
make_events 3 toko
eventually 30 1 count toko
eventually 30 'queued queued queued' states toko
says 'HTTP 500' "$KENTONGAN" client events toko || fail "$("$KENTONGAN" client events toko)"
later '15 seconds'
eventually 30 2 count toko
is "the first one again, and no other" 1 eval "jq .event.id $BOX/toko.log | sort -u | wc -l"
mode toko 302
later '1 minute'
eventually 30 3 count toko
eventually 30 'queued queued queued' states toko
mode toko 200
later '2 minutes'
eventually 30 '' states toko
is "each, in order" true eval "jq -s '[.[].event.id] | . == sort and length == 6 and (unique | length) == 3' $BOX/toko.log"
is "what was answered" '500 500 302 200 200 200' got toko .mode
ok "what isn't answered 2xx comes again, with the same id; nothing overtakes it"

stop_pid "$RECEIVER"
forget toko
make_events 2 toko
eventually 30 1 eval '"$KENTONGAN" client events toko --json | jq "[.[] | select(.error == \"Connection refused\")] | length"'
receiver
later '1 minute'
eventually 30 '' states toko
is "both came" 2 count toko
ok "nobody there: again when somebody is"

forget toko
forget koran
mode koran hold
make_events 1 koran
eventually 30 1 count koran
make_events 5 toko
eventually 30 5 count toko
is "who waits" 'sending' states koran
# Its patience ends.
eventually 60 queued states koran
mode koran 200
later '1 minute'
eventually 30 '' states koran
is "the same one" 1 eval "jq .event.id $BOX/koran.log | sort -u | wc -l"
ok "one that doesn't answer keeps nobody else waiting, and is asked again"

# --- killed ---------------------------------------------------------------------------------
forget koran
mode koran hold
make_events 2 koran
eventually 30 1 count koran
kill -9 "$SERVE_PID"
{ wait "$SERVE_PID"; } 2>/dev/null
mode koran 200
start_serve
wait_for 30 "the service" get /status
is "the lease holds" 'sending queued' states koran
later '61 seconds'
eventually 30 '' states koran
is "the first one twice, then the next" true eval "jq -s '[.[].event.id] | length == 3 and .[0] == .[1] and .[1] < .[2]' $BOX/koran.log"
ok "killed before it was answered: again with the same id once the lease is over"

forget koran
make_held() {
	psql -XqAt -U postgres -d kentongan -c "select 1 from kentongan.events where status = 'sending' for update; select pg_sleep(300)" >/dev/null 2>&1 &
	PIDS+=("$!")
	eventually 20 1 sql "select count(*) from pg_stat_activity where query like '%pg_sleep(300)%' and wait_event = 'PgSleep'"
}
mode koran hold
make_events 1 koran
eventually 30 1 count koran
make_held
mode koran 200
eventually 20 1 sql "select count(*) from pg_stat_activity where application_name = 'kentongan serve' and wait_event_type = 'Lock' and query like '%event_done%'"
kill -9 "$SERVE_PID"
{ wait "$SERVE_PID"; } 2>/dev/null
sql "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kentongan serve' or query like '%pg_sleep(300)%' and wait_event = 'PgSleep'" >/dev/null
start_serve
wait_for 30 "the service" get /status
later '61 seconds'
eventually 30 '' states koran
is "the same one twice" true eval "jq -s '[.[].event.id] | length == 2 and .[0] == .[1]' $BOX/koran.log"
ok "killed between the answer and its record: again, with the same id"

# --- the database away -------------------------------------------------------------------------
forget koran
mode koran hold
make_events 2 koran
eventually 30 1 count koran
"$PG" stop "$(pg_dir)" fast
mode koran 200
"$PG" start "$(pg_dir)" >/dev/null || fail "PostgreSQL doesn't start again"
eventually 60 true eval "get /status | jq .database.up"
later '61 seconds'
eventually 60 '' states koran
is "both, the first perhaps twice" true eval "jq -s '[.[].event.id] | . == sort and (unique | length) == 2' $BOX/koran.log"
ok "the database away meanwhile: nothing is lost"

# --- two hosts -----------------------------------------------------------------------------------
PORT2=$(free_port)
sed "s/port = $HTTP_PORT/port = $PORT2/; /^[[:space:]]*modem \"desa\"/,/}/d" "$KENTONGAN_CONF" >"$KT/second.conf"
KENTONGAN_CONF=$KT/second.conf "$KENTONGAN" serve >>"$KT/second.log" 2>&1 &
SECOND=$!
PIDS+=("$SECOND")
wait_for 30 "the second service" get /status "$PORT2"
forget koran
forget toko
for _ in $(seq 10); do
	make_events 10 koran toko
done
eventually 90 100 count koran
eventually 90 100 count toko
for name in koran toko; do
	is "$name: once each, in order" true eval "jq -s '[.[].event.id] | . == unique and length == 100' $BOX/$name.log"
done
ok "two hosts share the work: each event once, in order"
forget koran
mode koran hold
make_events 1 koran
eventually 30 1 count koran
kill -9 "$SECOND" "$SERVE_PID"
{ wait "$SECOND" "$SERVE_PID"; } 2>/dev/null
mode koran 200
KENTONGAN_CONF=$KT/second.conf "$KENTONGAN" serve >>"$KT/second.log" 2>&1 &
SECOND=$!
PIDS+=("$SECOND")
wait_for 30 "the second service" get /status "$PORT2"
later '61 seconds'
eventually 30 '' states koran
ok "what a dead host had claimed another takes over"
stop_pid "$SECOND"
start_serve
wait_for 30 "the service" get /status

# --- given up, and again ------------------------------------------------------------------------
forget koran
mode koran 503
make_events 3 koran
eventually 30 1 count koran
eventually 30 'queued queued queued' states koran
later '3 days 1 hour'
eventually 30 'given_up given_up given_up' states koran
is "tries" 2 count koran
is "given up" 3 eval '"$KENTONGAN" client events koran --given-up --json | jq length'
is "in the list" 3 eval '"$KENTONGAN" client list --json | jq ".[] | select(.name == \"koran\") | .given_up"'
says '! client koran.*3 events' "$KENTONGAN" status || fail "$("$KENTONGAN" status)"
is "audited" event.given_up eval '"$KENTONGAN" audit list --action event --json | jq -r ".[0].action"'
mode koran 200
"$KENTONGAN" client resend koran >/dev/null || fail "resend"
eventually 30 '' states koran
is "the same ids" 3 eval "jq .event.id $BOX/koran.log | sort -u | wc -l"
says 'client koran' "$KENTONGAN" status && fail "status still tells of it: $("$KENTONGAN" status)"
one=$(last koran .event.id)
"$KENTONGAN" client resend koran "$one" >/dev/null || fail "resend one"
eventually 30 "$one" last koran .event.id
eventually 30 6 count koran
says 'no event' "$KENTONGAN" client resend koran 99999999 || fail "one that isn't there"
ok "after three days given up, told to the operator, sent again when he says so"

# --- the end --------------------------------------------------------------------------------------
mode koran 410
make_events 2 koran
eventually 30 null eval '"$KENTONGAN" client list --json | jq ".[] | select(.name == \"koran\") | .hook"'
is "what waited" 'given_up given_up' states koran
is "audited" client.hook_gone eval '"$KENTONGAN" audit list --action client.hook_gone --json | jq -r ".[0].action"'
forget koran
says 'no address' "$KENTONGAN" client resend koran || fail "resend without a hook"
hook koran
mode koran 200
make_events 1 koran
eventually 30 1 count koran
is "signed with the new secret" true last koran .signed
ok "410 switches it off; a new hook goes on with what comes then"

forget koran
mode koran 500
make_events 2 koran
eventually 30 1 count koran
eventually 30 2 sql "select count(*) from kentongan.events where status = 'queued'"
"$KENTONGAN" client remove koran >/dev/null || fail "remove"
asks "$SITI" '^UP2K MELATI' 60 saldo
mode koran 200
later '1 hour'
make_events 1 toko
eventually 30 1 eval "jq -s '[.[] | select(.event.kind == \"test.made\")] | length - 100' $BOX/toko.log"
is "events that wait" 0 sql "select count(*) from kentongan.events where status in ('queued', 'sending')"
is "what it got" 1 count koran
ok "a client that is removed is told nothing more"

# --- nothing secret -----------------------------------------------------------------------------
pg_dump -U postgres -d kentongan >"$KT/dump" || fail "no dump"
for secret in "${SECRETS[@]}"; do
	grep -qF -- "${secret#whsec_}" "$KT/dump" "$KT/serve.log" "$KT/second.log" && fail "a secret in the database or a log"
done
grep -q 'test.made' "$KT/dump" || fail "the search finds nothing"
ok "no secret in the database or a log"
done_testing
