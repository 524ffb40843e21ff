#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What modems do to their owners: hang, reboot, forget, vanish, come back under
# another name, lose answers. After each fault a fresh question is answered, each
# answer came once (twice at most where nobody can know), and `kentongan status`
# told of it in plain words. What takes long on one modem happens while the
# others are tried.

SIM_MODEMS='desa,number=+6281100000001,sim=10
	lama,number=+6281100000002,sim=10
	bisu,number=+6281100000003,sim=10
	mati,number=+6281100000004,sim=10
	pindah,number=+6281100000005,sim=10,imei=357682010123456
	buka,number=+6281100000006,sim=10,pin=1234
	kunci,number=+6281100000007,sim=10,pin=1234
	gema,number=+6281100000008,sim=10'
LIMITS='loop_same = 1000
	burst = 1000'
SETTINGS='heartbeat_seconds = 20'
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
HTTP_PORT=$(free_port)

section() { # NAME NUMBER LINE…
	echo "modem \"$1\" {"
	echo "number = \"+628110000000$2\""
	echo "sweep_seconds = 1"
	echo "sample_seconds = 1"
	shift 2
	printf '%s\n' "$@" "}"
}

all_sections() {
	local n=0 name
	for name in desa lama bisu mati; do
		n=$((n + 1))
		section $name $n "device = \"$KT/sim/$name\""
	done
	section pindah 5 "search = \"$KT/sim/*\"" "imei = \"357682010123456\""
	section buka 6 "device = \"$KT/sim/buka\"" "pin_file = \"$KT/pin-buka\""
	section gema 8 "device = \"$KT/sim/gema\""
	section kunci 7 "device = \"$KT/sim/kunci\"" "pin_file = \"$KT/pin-kunci\""
}

# Each question is one of its own ("mutasi 11", …), so that answers can be counted.
QUESTION=10
declare -A MODEM_OF ALLOWED ASKER

# question MODEM [ALLOWED]: asks without waiting; QUESTION is its number.
question() {
	QUESTION=$((QUESTION + 1))
	MODEM_OF[$QUESTION]=$1 ALLOWED[$QUESTION]=${2:-1}
	ASKER[$QUESTION]=$(member $((4 + QUESTION % 9)))
	phone send --to "$1" --from "${ASKER[$QUESTION]}" "mutasi $QUESTION" >/dev/null ||
		fail "the simulator didn't take a question"
}

answered() { # NUMBER [SECONDS]
	phone wait --on "${ASKER[$1]}" --match "halaman $1\." --timeout "${2:-15}" >/dev/null 2>&1 ||
		fail "no answer within ${2:-15} s to question $1 through ${MODEM_OF[$1]}: $(phone control stats "${MODEM_OF[$1]}")"
}

# well MODEM WHAT [SECONDS]: the fault is over, a fresh question is answered.
well() {
	phone control recover "$1" >/dev/null
	question "$1"
	answered $QUESTION "${3:-15}"
	ok "$2"
}

fault() {
	phone control fault "$@" >/dev/null || fail "no such fault: $*"
}

status_says() { # SECONDS PATTERN
	local deadline=$((SECONDS + $1))
	until "$KENTONGAN" status >"$KT/status.out" 2>&1; grep -qE -- "$2" "$KT/status.out"; do
		[ $SECONDS -lt $deadline ] || fail "status doesn't say /$2/: $(cat "$KT/status.out")"
		sleep 0.1
	done
}

outbox_of() { # QUESTION COLUMNS
	sql "select $2 from kentongan.outbox o join kentongan.messages m on m.id = o.message_id where m.body = 'mutasi $1'"
}

start_pg
echo 1234 >"$KT/pin-buka"
echo 9999 >"$KT/pin-kunci"
MODEM_SECTIONS=$(all_sections)
configure
init_db
load_demo
start_sim
start_serve
for name in desa lama bisu mati pindah buka gema; do
	wait_ready $name
done
well pindah "a modem named by its IMEI"
well buka "a SIM that wants its PIN"
status_says 20 'modem kunci.*refused the PIN in .*pin-kunci: correct it'
is "PINs left to try" 2 stat_of kunci pin_tries

# --- refusals of the network: while no other modem's answers come this way ----------
fault desa cms-error 38 1
question desa
answered $QUESTION 20
is "attempts" "2 sent" outbox_of $QUESTION "attempts || ' ' || o.status"
well desa "a passing error of the network: tried again"
fault desa cms-error 28 1
question desa
unset "ALLOWED[$QUESTION]"
refused=$QUESTION
eventually 15 failed outbox_of $refused o.status
well desa "those behind a refused one go on"
is "its end" "failed 1 CMS 28: number unknown to the network" outbox_of $refused "o.status || ' ' || attempts || ' ' || o.error"
is "its record" 1 sql "select count(*) from kentongan.audit_log where action = 'send.failed'"
status_says 5 'outbox.*1 messages failed today'
ok "a lasting error: no second try, an audit record, a word in status"

# --- what takes long: begun now, looked at later ---------------------------------
fault lama cmgs-lost-answer 1
question lama 2
lost=$QUESTION
fault bisu prompt-lost 1
question bisu
prompt=$QUESTION
fault mati hang
# libGammu knows an answer by its echo.
fault gema echo 1
question gema
mute=$QUESTION

# --- notices ------------------------------------------------------------------------
fault desa lost-notice 2
question desa
answered $QUESTION
well desa "a lost notice: found by the slow sweep"
fault desa duplicate-notice 2
question desa
answered $QUESTION
well desa "a notice that comes twice"

# --- the line ------------------------------------------------------------------------
fault desa garbage 5
question desa
answered $QUESTION
well desa "unknown lines"
fault desa partial 2
question desa
answered $QUESTION 25
well desa "answers that come in pieces"
for kind in 2 3; do
	fault desa echo $kind
	question desa
	answered $QUESTION
done
well desa "odd echoes"

# --- storage, reboot ---------------------------------------------------------------------
fault desa full
question desa
answered $QUESTION
well desa "the storage full of advertising"
fault desa reboot
question desa
answered $QUESTION 25
eventually 20 ready modem_state desa
before=$(stat_of desa notices)
well desa "a reboot"
[ "$(stat_of desa notices)" -gt "$before" ] || fail "after a reboot notices stay off"
ok "after it new messages are announced again"

# --- the network ---------------------------------------------------------------------------
fault desa no-network
eventually 15 registering modem_state desa
status_says 10 'modem desa.*(waiting for the network|no network)'
question desa
waited=$QUESTION
well desa "no network for a while"
answered $waited

fault desa slow 1500
for _ in 1 2 3; do
	question desa
done
answered $((QUESTION - 2)) 25
answered $((QUESTION - 1)) 25
answered $QUESTION 25
well desa "slow air"

# --- odd messages ---------------------------------------------------------------------------
phone send --class0 --from "$(member 20)" setor 50rb >/dev/null
phone send --binary 0605040b8423f0deadbeef --from "$(member 20)" >/dev/null
phone send --alphanumeric TELKOMSEL setor 50rb >/dev/null
phone send --from 888 setor 50rb >/dev/null
well desa "flash, binary, advertising, short codes"
eventually 10 "ignored_alphanumeric ignored_data ignored_data ignored_short_code" \
	sql "select string_agg(outcome, ' ' order by outcome) from kentongan.messages where outcome like 'ignored%' and peer <> 'PROMO'"
is "answers" 0 inbox_count "$(member 20)"
ok "are kept and never answered"

# --- delivery reports ---------------------------------------------------------------------------
phone control handset "$(member 2)" off >/dev/null
asks "$(member 21)" '^Dicatat MENUNGGU' 15 setor 50rb
notice() {
	sql "select status from kentongan.outbox where peer = '$(member 2)' order by id desc limit 1"
}
eventually 15 sent notice
phone control handset "$(member 2)" on >/dev/null
eventually 15 delivered notice
phone control handset "$(member 2)" fail >/dev/null
asks "$(member 21)" '^Dicatat MENUNGGU' 15 setor 60rb
eventually 15 undelivered notice
phone control handset "$(member 2)" deliver >/dev/null
ok "reports: sent, delivered, undelivered"

# --- USB ---------------------------------------------------------------------------
fault desa unplug
eventually 15 down modem_state desa
status_says 10 'modem desa.*(unplugged|is not there: is the modem plugged in)'
question desa
phone control plug desa >/dev/null
eventually 20 ready modem_state desa
well desa "unplugged and back"
answered $((QUESTION - 1))
phone control unplug pindah >/dev/null
status_says 10 'modem pindah.*(unplugged|no modem with IMEI 357682010123456)'
phone control plug pindah ttyUSB9 >/dev/null
eventually 25 ready modem_state pindah
well pindah "unplugged and back under another name"

# --- what took long ---------------------------------------------------------------------
status_says 40 'modem mati.*no answer'
phone control recover mati >/dev/null
eventually 60 ready modem_state mati
well mati "a modem that hung"
phone control recover gema >/dev/null
answered "$mute" 60
well gema "a modem that forgot to echo" 60
answered "$prompt" 60
eventually 30 ready modem_state bisu
well bisu "a lost prompt"
eventually 80 sent outbox_of "$lost" o.status
eventually 30 ready modem_state lama
well lama "a lost answer of the network: a reply goes again"

is "state of the SIM with a wrong PIN" pin modem_state kunci
is "PINs left to try" 2 stat_of kunci pin_tries
ok "a wrong PIN is tried once and explained"

# --- afterwards ----------------------------------------------------------------------
for ((q = 11; q <= QUESTION; q++)); do
	count=$(inbox "${ASKER[$q]}" | grep -c "halaman $q\.")
	if [ -n "${ALLOWED[$q]:-}" ]; then
		[ "$count" -ge 1 ] && [ "$count" -le "${ALLOWED[$q]}" ] || fail "question $q through ${MODEM_OF[$q]}: $count answers"
	else
		[ "$count" = 0 ] || fail "question $q was refused by the network and yet answered"
	fi
done
ok "each question has its answers, none too many"
for name in desa lama bisu mati pindah buka gema; do
	eventually 10 0 stat_of $name sm_used
done
is "inner faults" 0 sql "select count(*) from kentongan.messages where outcome in ('error', 'ignored_fault')"
ok "the SIMs are empty"
done_testing
