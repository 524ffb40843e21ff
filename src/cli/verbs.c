/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <string.h>

const struct cli_option cli_global_options[] = {
    {"config", "FILE", "read this configuration (-c)"},
    {"json", NULL, "print lists and results as JSON"},
    {"numbers", NULL, "print telephone numbers in full"},
    {"verbose", NULL, "tell more about what happens (-v)"},
    {"help", NULL, "explain the program or the verb (-h)"},
    {"version", NULL, "print the version"},
    {0},
};

#define GROUP_OPTIONS                                                                              \
	{"lang", "LANG", "language of its messages: id, en, jv or mad"},                           \
	    {"kecamatan", "NAME", "its subdistrict"},                                              \
	    {"second-officer-above", "AMOUNT", "larger amounts need two officers"},                \
	    {"wajib", "AMOUNT", "the fixed monthly saving"},                                       \
	    {"pokok", "AMOUNT", "the saving at joining"},                                          \
	    {"loan-second-above", "AMOUNT", "larger loans need two officers"},                     \
	    {"loan-interest", "PERMILLE", "monthly interest of loans in thousandths"},             \
	    {"loan-method", "METHOD", "flat or declining"},                                        \
	    {"fine", "AMOUNT", "fine for a late instalment, 0 for none"},                          \
	    {"fine-grace-days", "DAYS", "so many days late cost nothing"},                         \
	    {"case-days", "DAYS", "how long officers have to answer a complaint"},                 \
	    {"products", "LIST", "savings taken: pokok,wajib,sukarela,arisan or fewer"},           \
	    {"missed-call", "WHAT", "a missed call gets: balance, meeting, nothing"},              \
	    {"quiet", "FROM-UNTIL", "no broadcasts then, like 20:00-06:00, or none"},              \
	    {"broadcasts-a-day", "N", "at most so many broadcasts a member gets in a day"},        \
	    {"broadcast-second-above", "N", "broadcasts to more need two officers"},               \
	    {"duty", "DUTY=OFFICES", "who does what: lend=ketua,sekretaris; lend=all for all"},    \
	{                                                                                          \
		"pending-hours", "HOURS", "how long a notice waits for an officer"                 \
	}

#define DAY_OPTIONS                                                                                \
	{"from", "DAY", "first day, like 2026-01-31 (1 January)"},                                 \
	    {"to", "DAY", "last day (today)"},                                                     \
	{                                                                                          \
		"year", "YEAR", "the whole year instead"                                           \
	}

const struct verb cli_verbs[] = {
    {"serve", "", "run the service", verb_serve, 0, {{0}}},
    {"modem", "NAME", "run one modem (the service does this by itself)", verb_modem, 0, {{0}}},
    {"status",
     "",
     "how service, modems and database are",
     verb_status,
     0,
     {{"timeout", "SECONDS", "wait so long for the service's answer (3)"}}},
    {"check",
     "",
     "examine configuration, database, permissions and modems",
     verb_check,
     VERB_WITHOUT_CONF,
     {{"no-modem", NULL, "don't open the modems"}}},
    {"db init", "", "create roles, database and tables", verb_db_init, 0, {{0}}},
    {"db upgrade", "", "bring the database to this version", verb_db_upgrade, 0, {{0}}},
    {"db status", "", "which version the database has", verb_db_status, 0, {{0}}},
    {"db verify", "", "recompute every balance and entry of the books", verb_db_verify, 0, {{0}}},
    {"group list", "", "groups with their totals", verb_group_list, 0, {{0}}},
    {"group show", "GROUP", "one group with its settings", verb_group_show, 0, {{0}}},
    {"group add",
     "GROUP NAME",
     "a new group: a short code and its name",
     verb_group_add,
     0,
     {{"kind", "KIND", "kelompok, pra-koperasi or koperasi"},
      {"timezone", "ZONE", "Asia/Jakarta, Asia/Makassar or Asia/Jayapura"},
      GROUP_OPTIONS}},
    {"group set",
     "GROUP",
     "change a group's settings",
     verb_group_set,
     0,
     {{"name", "NAME", "its name as members read it"},
      {"smallest", "AMOUNT", "smallest amount that may be noted"},
      {"largest", "AMOUNT", "largest amount that may be noted"},
      {"reminder-off", "KINDS",
       "reminders not to send: due_soon,due_today,due_late,wajib,pending,credit"},
      {"reminder-on", "KINDS", "reminders to send again"},
      {"reminder-words", "KIND=TEXT", "the group's own wording of one; KIND= for ours"},
      {"wajib-day", "DAY", "day of the month to remind of the wajib (25)"},
      GROUP_OPTIONS}},
    {"group grade",
     "GROUP KIND",
     "the group grows up: kelompok, pra-koperasi, koperasi",
     verb_group_grade,
     0,
     {{"legal-number", "NUMBER", "of its registration; a koperasi has one"}}},
    {"group history",
     "GROUP",
     "every version of a group's rules: what changed, when, by whom",
     verb_group_history,
     0,
     {{0}}},
    {"member list",
     "GROUP",
     "a group's members with their balances",
     verb_member_list,
     VERB_NOTED,
     {{0}}},
    {"member show",
     "GROUP NUMBER",
     "one member: balances, loans, phone, office",
     verb_member_show,
     VERB_NOTED,
     {{0}}},
    {"member add",
     "GROUP NAME",
     "a new member",
     verb_member_add,
     0,
     {{"number", "N", "member number (the next free one)"},
      {"phone", "PHONE", "telephone number"},
      {"lang", "LANG", "language: id, en, jv or mad"},
      {"short-name", "NAME", "as it appears in messages, at most 12 characters"}}},
    {"member phone",
     "GROUP NUMBER PHONE",
     "a member's new telephone number; the old one is told",
     verb_member_phone,
     0,
     {{0}}},
    {"member officer",
     "GROUP NUMBER OFFICE",
     "the same as officer set",
     verb_member_officer,
     0,
     {{"end", NULL, "end the office instead"}}},
    {"member unblock",
     "GROUP NUMBER",
     "lift BLOKIR and the lock after wrong codes",
     verb_member_unblock,
     0,
     {{0}}},
    {"officer list",
     "GROUP",
     "who holds and held which office",
     verb_officer_list,
     VERB_NOTED,
     {{0}}},
    {"officer set",
     "GROUP NUMBER OFFICE",
     "give an office: bendahara, ketua, sekretaris, pengawas",
     verb_member_officer,
     0,
     {{"end", NULL, "end the office instead"}}},
    {"loan list", "GROUP", "a group's loans and their arrears", verb_loan_list, VERB_NOTED, {{0}}},
    {"loan show",
     "GROUP LOAN",
     "one loan: terms, schedule, payments",
     verb_loan_show,
     VERB_NOTED,
     {{0}}},
    {"period list", "GROUP", "closed years and cycles", verb_period_list, 0, {{0}}},
    {"period show",
     "GROUP YEAR",
     "one year's surplus and everybody's share in it",
     verb_period_show,
     VERB_NOTED,
     {{0}}},
    {"case list",
     "GROUP",
     "complaints that wait for an answer, the oldest first",
     verb_case_list,
     VERB_NOTED,
     {{"all", NULL, "answered ones, too"}}},
    {"case answer",
     "GROUP CASE TEXT",
     "answer a complaint; the member is told by SMS",
     verb_case_answer,
     0,
     {{0}}},
    {"meeting list",
     "GROUP",
     "meetings ahead, and how many members come",
     verb_meeting_list,
     0,
     {{"all", NULL, "past and cancelled ones, too"}}},
    {"meeting show",
     "GROUP [N]",
     "the next meeting, or number N: who comes, who doesn't",
     verb_meeting_show,
     VERB_NOTED,
     {{0}}},
    {"meeting call",
     "GROUP TIME PLACE",
     "call a meeting; everybody is invited by SMS",
     verb_meeting_call,
     0,
     {{0}}},
    {"meeting cancel",
     "GROUP N [REASON]",
     "cancel a meeting; everybody is told by SMS",
     verb_meeting_cancel,
     0,
     {{0}}},
    {"lesson load",
     "FILE",
     "a series of lessons from a file, in place of an older one",
     verb_lesson_load,
     0,
     {{0}}},
    {"lesson list",
     "",
     "the series of lessons and how many groups take each",
     verb_lesson_list,
     0,
     {{0}}},
    {"lesson show", "SERIES", "the lessons of a series", verb_lesson_show, 0, {{0}}},
    {"report member",
     "GROUP NUMBER",
     "a member's statement",
     verb_report_member,
     VERB_NOTED,
     {{"html", "FILE", "write a page that prints on A4"}, DAY_OPTIONS}},
    {"report group",
     "GROUP",
     "a group's books: balance sheet, income, trial balance, members",
     verb_report_group,
     VERB_NOTED,
     {{"html", "FILE", "write a page that prints on A4"}, DAY_OPTIONS}},
    {"report costs",
     "",
     "what sending has cost, by month and modem",
     verb_report_costs,
     0,
     {{"months", "N", "how many months, this one included (12)"}}},
    {"export",
     "WHAT GROUP",
     "CSV of members, balances, loans, journal or a statement",
     verb_export,
     VERB_NOTED,
     {{"output", "FILE", "write to this file"}, DAY_OPTIONS}},
    {"import members",
     "GROUP FILE.csv",
     "members, phones, offices and balances from a spreadsheet",
     verb_import_members,
     0,
     {{"apply", NULL, "do it; without it only what would be done is shown"}}},
    {"import loans",
     "GROUP FILE.csv",
     "running loans from a spreadsheet",
     verb_import_loans,
     0,
     {{"apply", NULL, "do it; without it only what would be done is shown"}}},
    {"messages",
     "",
     "messages in and out, newest last",
     verb_messages,
     VERB_NOTED,
     {{"number", "PHONE", "only from and to this number"},
      {"group", "GROUP", "only of this group"},
      {"limit", "N", "at most so many (50)"}}},
    {"audit list",
     "",
     "the audit log, newest last",
     verb_audit_list,
     VERB_NOTED,
     {{"group", "GROUP", "only of this group"},
      {"action", "ACTION", "only actions that begin so: request, operator, refused"},
      {"limit", "N", "at most so many (50)"}}},
    {"audit verify",
     "",
     "prove that no audit record was changed, removed or moved",
     verb_audit_verify,
     0,
     {{"public-key", "HEX", "the key that signed, where the key file can't be read here"},
      {"fingerprint", "DIGITS", "look for this fingerprint that a supervisor has noted"}}},
    {"audit fingerprint",
     "",
     "the short sum over the audit log, to compare with supervisors",
     verb_audit_fingerprint,
     0,
     {{0}}},
    {"send",
     "PHONE TEXT",
     "send one message",
     verb_send,
     0,
     {{"wait", NULL, "wait until it has left or failed"},
      {"timeout", "SECONDS", "with --wait: give up waiting after so long (60)"}}},
    {"ussd",
     "",
     "a handset that dials a USSD door of the running service",
     verb_ussd,
     0,
     {{"phone", "NUMBER", "whose handset it is"},
      {"door", "NAME", "which door, where there are several"},
      {"dial", "CODE", "what is dialled (the door's code, or *384#)"},
      {"answers", "LIST", "what is typed, a space between; else it is asked for"}}},
    {"broadcast send",
     "TEXT",
     "one text to many: shown with recipients, SMS and cost, then sent",
     verb_broadcast_send,
     0,
     {{"group", "GROUPS", "to the members of these groups, a comma between"},
      {"kecamatan", "NAME", "to the groups of a subdistrict"},
      {"all", NULL, "to all groups"},
      {"officers", NULL, "of them only the officers"},
      {"role", "OFFICES", "of them only who holds these offices"},
      {"late", NULL, "of them only who is in arrears"},
      {"csv", "FILE", "to the numbers of a file; its columns fill fields of the text"},
      {"start", "TIME", "not before: \"2026-12-24 07:00\", by the groups' clocks"},
      {"end", "TIME", "what hasn't left by then doesn't"},
      {"minutes", NULL, "it tells what a meeting has decided"},
      {"test", "PHONE", "send it to this number only"},
      {"preview", NULL, "show it only"},
      {"yes", NULL, "send it without asking"}}},
    {"broadcast list", "[GROUP]", "the last broadcasts", verb_broadcast_list, 0, {{0}}},
    {"broadcast show", "N", "one broadcast and how far it is", verb_broadcast_show, 0, {{0}}},
    {"broadcast watch", "N", "follow a broadcast until it is over", verb_broadcast_watch, 0, {{0}}},
    {"broadcast failures",
     "N",
     "who didn't get it and why",
     verb_broadcast_failures,
     VERB_NOTED,
     {{0}}},
    {"broadcast pause", "N", "nothing more leaves for now", verb_broadcast_pause, 0, {{0}}},
    {"broadcast resume", "N", "a paused broadcast goes on", verb_broadcast_resume, 0, {{0}}},
    {"broadcast cancel", "N", "nothing more leaves", verb_broadcast_cancel, 0, {{0}}},
    {"client add",
     "NAME",
     "let another system in by HTTP; its token is shown once",
     verb_client_add,
     0,
     {{"scope", "LIST", "what it may: send, inbox, money, commas between"},
      {"per-minute", "N", "at most so many requests a minute (60)"},
      {"per-day", "N", "at most so many SMS a day (5000)"}}},
    {"client list", "", "other systems and what they have sent today", verb_client_list, 0, {{0}}},
    {"client set",
     "NAME",
     "change what another system may",
     verb_client_set,
     0,
     {{"scope", "LIST", "send, inbox, money: these and no others"},
      {"per-minute", "N", "at most so many requests a minute"},
      {"per-day", "N", "at most so many SMS a day"}}},
    {"client token",
     "NAME",
     "a new token for it; the old one ends",
     verb_client_token,
     0,
     {{"yes", NULL, "without asking"}}},
    {"client hook",
     "NAME [URL]",
     "where its events go, signed; the secret is shown once",
     verb_client_hook,
     0,
     {{"off", NULL, "tell it nothing any more"}}},
    {"client events",
     "NAME",
     "what another system was told, or is to be",
     verb_client_events,
     0,
     {{"given-up", NULL, "only what it never took"}, {"limit", "N", "at most so many (50)"}}},
    {"client resend",
     "NAME [ID]",
     "tell an event again, or all that were given up",
     verb_client_resend,
     0,
     {{0}}},
    {"client remove", "NAME", "shut another system out", verb_client_remove, 0, {{0}}},
    {"key create", "", "make the service's secret key", verb_key_create, 0, {{0}}},
    {"key show", "", "the key's name and public half", verb_key_show, 0, {{0}}},
    {"help",
     "[VERB]",
     "explain the program or a verb",
     verb_help,
     VERB_WITHOUT_CONF,
     {{"completion", "SHELL", "print the completion for a shell: bash"}}},
};

const size_t cli_verb_count = sizeof cli_verbs / sizeof *cli_verbs;

static bool is_name(const char *name, const char *first, const char *second)
{
	size_t length = strlen(first);
	if (strncmp(name, first, length) != 0)
		return false;
	if (!second)
		return name[length] == '\0';
	return name[length] == ' ' && strcmp(name + length + 1, second) == 0;
}

const struct verb *verb_find(char *const *words, int count, int *used)
{
	for (*used = count > 1 ? 2 : 1; *used >= 1; --*used)
		for (size_t i = 0; count > 0 && i < cli_verb_count; i++)
			if (is_name(cli_verbs[i].name, words[0], *used == 2 ? words[1] : NULL))
				return &cli_verbs[i];
	return NULL;
}

bool verb_is_family(const char *word)
{
	size_t length = strlen(word);
	for (size_t i = 0; i < cli_verb_count; i++)
		if (strncmp(cli_verbs[i].name, word, length) == 0 &&
		    cli_verbs[i].name[length] == ' ')
			return true;
	return false;
}

void verb_arity(const struct verb *verb, int *least, int *most)
{
	*least = *most = 0;
	for (const char *p = verb->args; *p;) {
		++*most;
		if (*p != '[')
			++*least;
		p += strcspn(p, " ");
		p += strspn(p, " ");
	}
	/* "help member add" */
	if (verb->run == verb_help)
		*most = 2;
}
