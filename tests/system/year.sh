#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A year of one group, by SMS alone, through the modem simulator: 22 members,
# weekly meetings, deposits, withdrawals, 15 loans of both kinds with arrears,
# two complaints, a new treasurer, and the year's surplus. A second book is
# kept here, in this script, by its own arithmetic; after every week both must
# agree to the rupiah, and so must the surplus and everybody's share at the end.

export PG_FSYNC=off # what it forgets in a power cut is not tested here
# shellcheck disable=SC2034 # for lib.sh
LIMITS="burst = 100000
	per_minute = 100000
	replies_per_sender = 100000
	replies_per_group = 1000000
	replies_per_modem = 1000000
	loop_same = 1000"
# shellcheck disable=SC2034
MODEM_OPTIONS="pace_ms = 0
	daily_cap = 0"
. "$(dirname "$0")/lib.sh"

GROUP=TERATAI
ROWS=(
	"1,Sri,bendahara" "2,Nurul,ketua" "3,Endang,sekretaris" "4,Ida,pengawas" "5,Parti," "6,Rukmini," "7,Tutik,"
	"8,Lastri," "9,Wati," "10,Yuni," "11,Ani," "12,Dewi," "13,Eka," "14,Fitri," "15,Gita," "16,Hesti," "17,Indah,"
	"18,Jumiati," "19,Kasih," "20,Lilis," "21,Mulyati," "22,Ningsih,")
declare -A NAME PHONE PIN
for row in "${ROWS[@]}"; do
	IFS=, read -r number name _ <<<"$row"
	NAME[$number]=$name
	PHONE[$number]=$(printf '+6281300000%03d' "$number")
	PIN[$number]=$((740283 + number * 1117))
done

# --- the second book --------------------------------------------------------------

declare -A POKOK WAJIB SUKARELA CASH BUSINESS
for m in "${!NAME[@]}"; do
	POKOK[$m]=0 WAJIB[$m]=0 SUKARELA[$m]=0 CASH[$m]=0 BUSINESS[$m]=0
done
INTEREST=0 FINES=0 SHORT=0 EXPENSES=0
TREASURER=1

# Loans, one after another: L_… by number; schedules by "number.instalment".
declare -A L_MEMBER L_LEFT L_COUNT L_FINE L_INTEREST_PAID L_PRINCIPAL_PAID S_PRINCIPAL S_INTEREST S_DUE S_FINED
LOANS=0

half_up() { # NUMERATOR DENOMINATOR
	echo $(((2 * $1 + $2) / (2 * $2)))
}

add_loan() { # MEMBER PRINCIPAL MONTHS METHOD DAY
	local n=$((++LOANS)) left=$2 k base
	L_MEMBER[$n]=$1 L_LEFT[$n]=$2 L_COUNT[$n]=$3 L_FINE[$n]=0
	L_INTEREST_PAID[$n]=0 L_PRINCIPAL_PAID[$n]=0
	base=$(($2 / $3))
	for ((k = 1; k <= $3; k++)); do
		S_PRINCIPAL[$n.$k]=$((base + (k == 1 ? $2 % $3 : 0)))
		if [ "$4" = flat ]; then
			S_INTEREST[$n.$k]=$(half_up $(($2 * RATE)) 1000)
		else
			S_INTEREST[$n.$k]=$(half_up $((left * RATE)) 1000)
		fi
		left=$((left - S_PRINCIPAL[$n.$k]))
		S_DUE[$n.$k]=$(date -d "$5 +$k month" +%F)
		S_FINED[$n.$k]=no
	done
}

# How much of a loan is demanded on DAY: sets FINE_DUE, INTEREST_DUE,
# PRINCIPAL_DUE; INSTALMENT is the last that has fallen due.
demanded() { # LOAN DAY
	local k interest=0 principal=0
	INSTALMENT=0
	for ((k = 1; k <= L_COUNT[$1]; k++)); do
		[[ ${S_DUE[$1.$k]} > $2 ]] && break
		interest=$((interest + S_INTEREST[$1.$k]))
		principal=$((principal + S_PRINCIPAL[$1.$k]))
		INSTALMENT=$k
		# A fine once an instalment is later than the grace days with something left of it.
		if [ "${S_FINED[$1.$k]}" = no ] && [[ $(date -d "${S_DUE[$1.$k]} +$GRACE day" +%F) < $2 ]] &&
			((principal > L_PRINCIPAL_PAID[$1] || interest > L_INTEREST_PAID[$1])); then
			S_FINED[$1.$k]=yes
			L_FINE[$1]=$((L_FINE[$1] + FINE))
		fi
	done
	FINE_DUE=${L_FINE[$1]}
	INTEREST_DUE=$((interest - L_INTEREST_PAID[$1]))
	PRINCIPAL_DUE=$((principal - L_PRINCIPAL_PAID[$1]))
}

least() {
	echo $(($1 < $2 ? $1 : $2))
}

# A payment of no more than what is demanded: fine, interest, principal.
pay_loan() { # LOAN AMOUNT DAY OFFICER
	local part left=$2 m=${L_MEMBER[$1]}
	demanded "$1" "$3"
	part=$(least "$left" "$FINE_DUE")
	FINES=$((FINES + part)) left=$((left - part)) L_FINE[$1]=$((L_FINE[$1] - part))
	part=$(least "$left" "$INTEREST_DUE")
	INTEREST=$((INTEREST + part)) left=$((left - part)) L_INTEREST_PAID[$1]=$((L_INTEREST_PAID[$1] + part))
	BUSINESS[$m]=$((BUSINESS[$m] + part))
	((left <= PRINCIPAL_DUE)) || fail "the test pays loan $1 more than is due"
	L_PRINCIPAL_PAID[$1]=$((L_PRINCIPAL_PAID[$1] + left)) L_LEFT[$1]=$((L_LEFT[$1] - left))
	CASH[$4]=$((CASH[$4] + $2))
}

# --- conversations --------------------------------------------------------------------

T= # the transcript of what is to be said next
line() {
	T+="$*"$'\n'
}

# Where a text asks for a one-time code.
OTP='*{=(?:alas|YA|SAH|TERIMA|AMBIL):?} {otp=\d{4}}{=\D}*'

# Plays what was written; both books must then agree.
play() { # WHAT
	local file=$KT/play.txt
	printf '%s' "$T" >"$file"
	T=
	phone play --timeout 20 --grace 0 "$file" >"$KT/play.out" 2>&1 || {
		sed 's/^/# /' "$KT/play.out" | tail -n 12
		sql "select outcome, error, command from kentongan.messages where error is not null limit 5" | sed 's/^/# /'
		fail "$1: the conversation went differently"
	}
}

new_pin() { # MEMBER
	line "> ${NAME[$1]}: PIN"
	line "< ${NAME[$1]}: *PIN baru*balas {otp=\d{4}}*"
	line "> ${NAME[$1]}: {otp} ${PIN[$1]}"
	line "< ${NAME[$1]}: PIN baru tersimpan*"
}

# Two officers agree on what the first asks for.
two_officers() { # FIRST SECOND TEXT DONE
	line "> ${NAME[$1]}: $3"
	line "< ${NAME[$1]}: $OTP"
	line "> ${NAME[$1]}: {otp} ${PIN[$1]}"
	line "< ${NAME[$1]}: MENUNGGU *"
	line "< ${NAME[$2]}: *SAH {otp=\d{4}}*"
	line "> ${NAME[$2]}: SAH {otp} ${PIN[$2]}"
	line "< ${NAME[$2]}: $4"
}

deposit() { # MEMBER PRODUCT AMOUNT OFFICER
	line "> ${NAME[$1]}: setor $2 $3"
	line "< ${NAME[$1]}: Dicatat MENUNGGU*Kode {code=\w{4}}*"
	line "< ${NAME[$4]}: *{code}*TERIMA {otp=\d{4}}. *"
	line "> ${NAME[$4]}: TERIMA {otp}"
	line "< ${NAME[$4]}: SAH *"
	line "< ${NAME[$1]}: SAH *"
	CASH[$4]=$((CASH[$4] + $3))
	case $2 in
	pokok) POKOK[$1]=$((POKOK[$1] + $3)) ;;
	wajib) WAJIB[$1]=$((WAJIB[$1] + $3)) ;;
	sukarela) SUKARELA[$1]=$((SUKARELA[$1] + $3)) ;;
	esac
}

withdrawal() { # MEMBER AMOUNT OFFICER
	line "> ${NAME[$1]}: tarik $2"
	line "< ${NAME[$1]}: $OTP"
	line "> ${NAME[$1]}: {otp} ${PIN[$1]}"
	line "< ${NAME[$1]}: MENUNGGU *"
	line "< ${NAME[$3]}: *SAH {otp=\d{4}}*"
	line "> ${NAME[$3]}: SAH {otp} ${PIN[$3]}"
	line "< ${NAME[$3]}: DISETUJUI*"
	line "< ${NAME[$1]}: *AMBIL {otp=\d{4}}*"
	line "> ${NAME[$1]}: AMBIL {otp}"
	line "< ${NAME[$1]}: SAH *"
	line "< ${NAME[$3]}: SAH *"
	SUKARELA[$1]=$((SUKARELA[$1] - $2)) CASH[$3]=$((CASH[$3] - $2))
}

# The chair agrees, the treasurer's cash pays (she is the cashier who agreed).
borrow() { # MEMBER AMOUNT MONTHS METHOD OFFICER
	line "> ${NAME[$1]}: pinjam $2 $3 bulan"
	line "< ${NAME[$1]}: $OTP"
	line "> ${NAME[$1]}: {otp}"
	line "< ${NAME[$1]}: MENUNGGU *"
	line "< ${NAME[$5]}: *SAH {otp=\d{4}}*"
	line "> ${NAME[$5]}: SAH {otp} ${PIN[$5]}"
	if (($2 > LOAN_SECOND_ABOVE)); then
		line "< ${NAME[$5]}: MENUNGGU *"
		line "< ${NAME[2]}: *SAH {otp=\d{4}}*"
		line "> ${NAME[2]}: SAH {otp} ${PIN[2]}"
		line "< ${NAME[2]}: DISETUJUI*"
	fi
	line "< ${NAME[$5]}: DISETUJUI*"
	line "< ${NAME[$1]}: *AMBIL {otp=\d{4}}*"
	line "> ${NAME[$1]}: AMBIL {otp}"
	line "< ${NAME[$1]}: SAH *"
	line "< ${NAME[$5]}: SAH *"
	(($2 <= LOAN_SECOND_ABOVE)) || line "< ${NAME[2]}: SAH *"
	CASH[$5]=$((CASH[$5] - $2))
	add_loan "$1" "$2" "$3" "$4" "$TODAY"
}

hand_over() { # FROM AMOUNT ROLE TO
	line "> ${NAME[$1]}: serah $2 $3"
	line "< ${NAME[$1]}: $OTP"
	line "> ${NAME[$1]}: {otp} ${PIN[$1]}"
	line "< ${NAME[$1]}: MENUNGGU *"
	line "< ${NAME[$4]}: *TERIMA {otp=\d{4}}*"
	line "> ${NAME[$4]}: TERIMA {otp}"
	line "< ${NAME[$4]}: SAH *"
	line "< ${NAME[$1]}: SAH *"
	CASH[$1]=$((CASH[$1] - $2)) CASH[$4]=$((CASH[$4] + $2))
}

# --- the meeting ------------------------------------------------------------------------

rupiah() { # 1250000: as people write it
	echo "$1" | sed -E ':a; s/([0-9])([0-9]{3})($|\.)/\1.\2\3/; ta'
}

declare -A NOTED # members who get a receipt of the batch

catat() { # MEMBER ENTRY AMOUNT
	line "> ${NAME[$TREASURER]}: catat $1 $2 $(rupiah "$3")"
	line "< ${NAME[$TREASURER]}: *${NAME[$1]^^}($1)*$(rupiah "$3")*"
	NOTED[$1]=yes TOTAL=$((TOTAL + $3))
	[ "$2" = sukarela ] && SUKARELA[$1]=$((SUKARELA[$1] + $3)) CASH[$TREASURER]=$((CASH[$TREASURER] + $3))
	return 0
}

# Everybody pays the simpanan wajib but the one who is absent; some save more;
# who has a loan pays what is due. SHORTFALL is missing when the cash is counted.
meeting() { # ABSENT SHORTFALL
	local m n t=${NAME[$TREASURER]}
	NOTED=() TOTAL=0
	line "> $t: lunas semua kecuali $1"
	line "< $t: $GROUP: *"
	for m in "${!NAME[@]}"; do
		((m == TREASURER || m == $1)) && continue
		WAJIB[$m]=$((WAJIB[$m] + WEEKLY)) CASH[$TREASURER]=$((CASH[$TREASURER] + WEEKLY))
		NOTED[$m]=yes TOTAL=$((TOTAL + WEEKLY))
	done
	for m in $((5 + WEEK % 14)) $((6 + WEEK * 5 % 14)); do
		[ "$m" = "$1" ] || [ "$m" = "$TREASURER" ] || catat "$m" sukarela $((15000 + WEEK % 4 * 2500))
	done
	for ((n = 1; n <= LOANS; n++)); do
		[ "${L_MEMBER[$n]}" = "$1" ] || instalment "$n"
	done
	line "> $t: selesai"
	line "< $t: *total Rp$(rupiah $TOTAL)*YA {otp=\d{4}} spasi PIN*"
	if (($2 > 0)); then
		line "> $t: hitung $(rupiah $((TOTAL - $2)))"
		line "< $t: *kurang Rp$(rupiah "$2")*YA {otp=\d{4}} spasi PIN*"
		SHORT=$((SHORT + $2)) CASH[$TREASURER]=$((CASH[$TREASURER] - $2))
	fi
	line "> $t: YA {otp} ${PIN[$TREASURER]}"
	if (($2 * 50 > TOTAL)); then
		# So much isn't hers alone to write off.
		line "< $t: MENUNGGU *"
		line "< ${NAME[2]}: *kurang Rp$(rupiah "$2")*SAH {otp=\d{4}} *"
		line "> ${NAME[2]}: SAH {otp} ${PIN[2]}"
		line "< ${NAME[2]}: SAH *Kas $(rupiah "${CASH[$TREASURER]}"). *"
	fi
	line "< $t: SAH *Kas $(rupiah "${CASH[$TREASURER]}"). *"
	for m in "${!NOTED[@]}"; do
		line "< ${NAME[$m]}: SAH *"
	done
	if (($2 > 0)); then
		line "< ${NAME[2]}: PERHATIAN *kurang Rp$(rupiah "$2")*"
	fi
	deposit "$TREASURER" wajib $WEEKLY 2
}

# What is due today is paid at the meeting; loan 3 leaves out two instalments and
# then pays all with the fines, loan 6 once pays a part, loan 15 never pays.
instalment() { # LOAN
	local due
	((L_LEFT[$1] > 0)) || return 0
	demanded "$1" "$TODAY"
	due=$((FINE_DUE + INTEREST_DUE + PRINCIPAL_DUE))
	((due > 0 && $1 != 15)) || return 0
	(($1 == 3 && INSTALMENT >= 2 && INSTALMENT <= 3)) && return 0
	(($1 == 6 && INSTALMENT == 2 && due > 20000)) && due=17500
	catat "${L_MEMBER[$1]}" bayar $due
	pay_loan "$1" $due "$TODAY" "$TREASURER"
}

# --- both books agree -----------------------------------------------------------------

our_book() {
	local m n
	for m in "${!NAME[@]}"; do
		echo "pokok $m ${POKOK[$m]}"
		echo "wajib $m ${WAJIB[$m]}"
		echo "sukarela $m ${SUKARELA[$m]}"
		echo "cash $m ${CASH[$m]}"
	done
	for ((n = 1; n <= LOANS; n++)); do
		echo "loan.$n ${L_MEMBER[$n]} ${L_LEFT[$n]}"
	done
	echo "interest - $INTEREST"
	echo "fines - $FINES"
	echo "over_short - $((-SHORT))"
	echo "expenses - $EXPENSES"
}

its_book() {
	sql "select a.kind || coalesce('.' || l.number, ''), coalesce(m.number::text, '-'), a.balance * k.normal
	       from kentongan.accounts a join kentongan.account_kinds k using (kind)
	       left join kentongan.members m on m.id = a.member_id
	       left join kentongan.loans l on l.id = a.loan_id
	      where a.group_id = (select id from kentongan.groups where code = '$GROUP')" | tr '|' ' '
}

compare() { # WHAT
	our_book | grep -v ' 0$' | sort >"$KT/ours"
	its_book | grep -v ' 0$' | sort >"$KT/its"
	diff "$KT/ours" "$KT/its" >"$KT/difference" || {
		sed 's/^/# /' "$KT/difference"
		fail "$1: the books differ (< here, > Kentongan)"
	}
	"$KENTONGAN" db verify >"$KT/verify.log" 2>&1 || fail "$1: kentongan db verify"
}

# Business time: noon in Jember on TODAY.
set_day() {
	TODAY=$1
	sql "update kentongan.clock set shift = timestamptz '$1 10:00+07' - clock_timestamp()" >/dev/null
}

# Largest remainder: sets SHARES to the parts of TOTAL by weight; ties go to the first.
divide() { # TOTAL WEIGHT…
	local total=$1 all=0 left i best
	shift
	local weights=("$@") rest=()
	for i in "${weights[@]}"; do all=$((all + i)); done
	SHARES=() left=$total
	for i in "${!weights[@]}"; do
		SHARES[i]=$((total * weights[i] / all)) rest[i]=$((total * weights[i] % all))
		left=$((left - SHARES[i]))
	done
	while ((left > 0)); do
		best=0
		for i in "${!rest[@]}"; do ((rest[i] > rest[best])) && best=$i; done
		SHARES[best]=$((SHARES[best] + 1)) rest[best]=-1 left=$((left - 1))
	done
}

# --- the year ----------------------------------------------------------------------------

WEEKLY=10000 RATE=15 GRACE=7 FINE=2000 LOAN_SECOND_ABOVE=400000

begin_year() {
	local row number name role
	"$KENTONGAN" group add $GROUP "UP2K $GROUP" --wajib $WEEKLY --loan-interest $RATE --fine $FINE \
		--fine-grace-days $GRACE --loan-second-above $LOAN_SECOND_ABOVE >/dev/null || fail "group add"
	echo "number,name,phone,role" >"$KT/members.csv"
	for row in "${ROWS[@]}"; do
		IFS=, read -r number name role <<<"$row"
		echo "$number,$name,${PHONE[$number]},$role" >>"$KT/members.csv"
		echo "${PHONE[$number]} $name" >>"$KT/sim/names"
	done
	"$KENTONGAN" import members $GROUP "$KT/members.csv" --apply >"$KT/import.log" || fail "import members"
	reminders off
}

# LOAN: whom, how much, how long; the second kind of interest from loan 9 on.
LOAN_PLAN=("5 200000 6" "6 250000 8" "7 240000 6" "8 300000 10" "9 450000 9" "10 210000 6" "11 330000 7" "12 500000 10"
	"13 350000 8" "14 275000 6" "15 600000 10" "16 300000 6" "17 420000 7" "18 250000 5" "19 310000 8")

this_week() {
	local plan n m
	case $WEEK in
	1) for m in "${!NAME[@]}"; do new_pin "$m"; done ;;
	2) for m in 5 6 7 8 9 10; do deposit $m pokok 50000 1; done ;;
	3) for m in 11 12 13 14; do deposit $m sukarela $((60000 + m * 1000)) 1; done ;;
	21) "$KENTONGAN" group set $GROUP --loan-method declining >/dev/null || fail "group set" ;;
	15 | 40)
		two_officers "$TREASURER" 2 "biaya 30.000 kertas dan pulpen" "SAH *"
		line "< ${NAME[$TREASURER]}: SAH *"
		EXPENSES=$((EXPENSES + 30000)) CASH[$TREASURER]=$((CASH[$TREASURER] - 30000))
		;;
	12) withdrawal 12 45000 "$TREASURER" ;;
	22 | 36 | 48) withdrawal $((5 + WEEK % 9)) 20000 "$TREASURER" ;;
	10) wrong_deposit ;;
	30)
		line "> Fitri: aduan saya belum dapat buku anggota yang baru"
		line "< Fitri: Aduan nomor {case=\\d+} *"
		line "< Nurul: ADUAN {case} *"
		line "< Ida: ADUAN {case} *"
		line "> Nurul: jawab {case} bukunya dibagi Sabtu depan"
		line "< Nurul: Aduan {case} *selesai*"
		line "< Fitri: *{case}*bukunya dibagi Sabtu depan*"
		;;
	27) new_treasurer ;;
	esac
	if ((WEEK >= 6 && WEEK % 2 == 0 && LOANS < 15)); then
		read -r -a plan <<<"${LOAN_PLAN[LOANS]}"
		n=flat
		((LOANS >= 8)) && n=declining
		borrow "${plan[0]}" "${plan[1]}" "${plan[2]}" $n "$TREASURER"
	fi
}

# Noted by mistake, complained about, taken back by two officers, paid in again.
wrong_deposit() {
	deposit 12 sukarela 60000 1
	line "> Dewi: salah {code} uang saya 50rb"
	line "< Dewi: Aduan nomor {case=\\d+} tentang {code} *"
	line "< Nurul: ADUAN {case} *"
	line "< Ida: ADUAN {case} *"
	two_officers 2 1 "koreksi {code} uangnya 50 ribu" "*KOREKSI*"
	line "< Dewi: KOREKSI *"
	line "< Nurul: KOREKSI *"
	line "< Ida: PERHATIAN *membatalkan*"
	SUKARELA[12]=$((SUKARELA[12] - 60000)) CASH[1]=$((CASH[1] - 60000))
	deposit 12 sukarela 50000 1
	line "> Ida: jawab {case} sudah dibetulkan"
	line "< Ida: Aduan {case} *selesai*"
	line "< Dewi: *{case}*sudah dibetulkan*"
}

new_treasurer() {
	local name
	two_officers 2 3 "pengurus 20 bendahara" "LILIS(20) sekarang bendahara *"
	for name in Sri Nurul Ida Lilis; do line "< $name: *bendahara*"; done
	hand_over 1 "${CASH[1]}" 20 20
	two_officers 2 3 "pengurus 1 bendahara berhenti" "SRI(1) *bendahara *"
	for name in Sri Nurul Ida Lilis; do line "< $name: SRI(1) *"; done
	TREASURER=20
}

start_pg
configure
init_db
start_sim
start_serve
wait_ready
set_day 2025-01-04
begin_year
echo "1..4"
for ((WEEK = 1; WEEK <= 52; WEEK++)); do
	set_day "$(date -d "2025-01-04 +$((WEEK - 1)) week" +%F)"
	this_week
	meeting $((8 + WEEK * 3 % 11)) $((WEEK % 13 == 0 ? 5000 : 0))
	play "week $WEEK ($TODAY)"
	compare "week $WEEK ($TODAY)"
	if [ -t 2 ]; then printf '\rweek %d of 52 ' $WEEK >&2; fi
done
echo "ok 1 - 52 weeks, after each of them both books agree and every account is proved"

# --- the year's end -----------------------------------------------------------------------

SURPLUS=$((INTEREST + FINES - SHORT - EXPENSES))
set_day 2026-01-10
two_officers 2 3 "tutup buku 2025" "Buku $GROUP 2025 DITUTUP: *"
line "< Kasih: *2025*"
play "closing the books"
# The meeting's percentages, then two divisions of the members' part.
divide $SURPLUS 40 25 20 5 5 5
RESERVE=${SHARES[0]} OF_SAVINGS=${SHARES[1]} OF_BUSINESS=${SHARES[2]} FUNDS="${SHARES[3]} ${SHARES[4]} ${SHARES[5]}"
weights=()
for ((m = 1; m <= 22; m++)); do weights+=("$((${POKOK[$m]} + ${WAJIB[$m]} + ${SUKARELA[$m]}))"); done
divide "$OF_SAVINGS" "${weights[@]}"
SAVINGS_SHARES=("${SHARES[@]}")
weights=()
for ((m = 1; m <= 22; m++)); do weights+=("${BUSINESS[$m]}"); done
divide "$OF_BUSINESS" "${weights[@]}"
for ((m = 1; m <= 22; m++)); do
	echo "$m ${SAVINGS_SHARES[m - 1]} ${SHARES[m - 1]}"
done >"$KT/ours"
sql "select m.number, s.savings_share, s.business_share from kentongan.period_shares s
       join kentongan.members m on m.id = s.member_id order by 1" | tr '|' ' ' >"$KT/its"
if diff "$KT/ours" "$KT/its" >"$KT/difference"; then
	echo "ok 2 - everybody's share of the surplus of Rp$(rupiah $SURPLUS) is what was reckoned here"
else
	echo "not ok 2 - shares differ (< here, > Kentongan)"
	sed 's/^/# /' "$KT/difference"
fi
funds=$(sql "select string_agg((a.balance * k.normal)::text, ' ' order by array_position('{reserve,officers_fund,education_fund,social_fund}', a.kind))
	from kentongan.accounts a join kentongan.account_kinds k using (kind)
	where kind in ('reserve', 'officers_fund', 'education_fund', 'social_fund')")
if [ "$funds" = "$RESERVE $FUNDS" ]; then
	echo "ok 3 - so are reserve and funds"
else
	echo "not ok 3 - reserve and funds: $funds, reckoned $RESERVE $FUNDS"
fi
line "> Kasih: shu 2025"
line "< Kasih: *$(rupiah $((SAVINGS_SHARES[18] + SHARES[18])))*"
play "a member asks for her share"
"$KENTONGAN" db verify >"$KT/verify.log" 2>&1 || fail "kentongan db verify"
echo "ok 4 - a member reads it, and the books are right"
