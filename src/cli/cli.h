/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_H
#define KENTONGAN_CLI_H

/* The operator's command line. One table of verbs (verbs.c) drives dispatch,
 * --help and completion; a file per verb does the work, blocking, through the
 * functions of schema api. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "kentongan/conf.h"
#include "kentongan/errors.h"

/* What a verb returns is the program's exit status. */
enum cli_status {
	CLI_OK = 0,
	CLI_FAILED = 1, /* it didn't work, or something is wrong */
	CLI_USAGE = 2   /* asked in a way that isn't understood */
};

#define CLI_OPTIONS_MAX 28
#define CLI_AMOUNT_MAX INT64_C(1000000000000000) /* sums of these don't overflow */

struct cli_option {
	const char *name;  /* without the dashes */
	const char *value; /* what its value is called; NULL for a switch */
	const char *help;
};

#define VERB_WITHOUT_CONF 1 /* works where the configuration can't be read */
#define VERB_NOTED 2        /* looks at people's affairs: that is in the audit log */

struct cli;

struct verb {
	const char *name; /* one word, or two: "group add" */
	const char *args; /* "CODE NAME", "" for none; "[ARG]" may be missing */
	const char *help; /* one line */
	int (*run)(struct cli *cli);
	unsigned flags; /* VERB_… */
	struct cli_option options[CLI_OPTIONS_MAX];
};

struct cli {
	const char *conf_path;
	struct conf *conf;
	bool json;
	bool verbose;
	bool numbers; /* telephone numbers in full */
	const struct verb *verb;
	int argc; /* the verb's own arguments */
	char **argv;
	const char *values[CLI_OPTIONS_MAX]; /* of verb->options; "" for a switch that is set */
};

/* --- verbs.c: the table --- */

extern const struct verb cli_verbs[];
extern const size_t cli_verb_count;
/* Understood before and after every verb. */
extern const struct cli_option cli_global_options[];

/* The verb that WORDS (COUNT of them) begin with, and in *USED how many words
 * name it. NULL where there is none. */
const struct verb *verb_find(char *const *words, int count, int *used);
/* Whether WORD begins the names of verbs of two words ("group"). */
bool verb_is_family(const char *word);
/* How many arguments it takes at least and at most. */
void verb_arity(const struct verb *verb, int *least, int *most);

/* --- options.c: from argv to struct cli --- */

/* Reads options and verb. Says what is wrong on standard error. What remains to
 * do when it returns CLI_OK is to run cli->verb; *DONE: nothing remains. */
MUSTCHECK int cli_parse(struct cli *cli, int argc, char **argv, bool *done);

/* Value of an option of this verb: NULL where it wasn't given, "" for a
 * switch. An option that isn't in the verb's table is fatal. */
const char *cli_value(const struct cli *cli, const char *name);
/* The same as a whole number between LEAST and MOST, DEFAULT where not given.
 * Says what is wrong and returns CLI_USAGE. */
MUSTCHECK int cli_value_int(const struct cli *cli, const char *name, int64_t initial, int64_t least,
			    int64_t most, int64_t *out);
/* The same for TEXT, which WHAT names in the message. */
MUSTCHECK int cli_int(const struct cli *cli, const char *what, const char *text, int64_t least,
		      int64_t most, int64_t *out);

/* "kentongan: …" on standard error, and after it the next step where HINT isn't
 * NULL. They return CLI_FAILED and CLI_USAGE. */
int cli_failed(const char *hint, const char *fmt, ...) PRINTF_LIKE(2, 3);
int cli_usage(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Asks "QUESTION? [y/N]" at a terminal; CLI_OK: yes, or --yes was given. Otherwise
 * says that nothing was DONE ("sent"), and HINT where nobody is there to ask. */
MUSTCHECK int cli_ask(const struct cli *cli, const char *question, const char *done,
		      const char *hint);

/* Any way of writing a telephone number to E.164 by the configured country. */
MUSTCHECK int cli_msisdn(const struct cli *cli, const char *text, char *out, size_t size);

/* One of the languages that there are; NULL is fine. In verb_group.c. */
MUSTCHECK int cli_check_lang(const struct cli *cli, const char *text);

/* The number of a broadcast as first argument. In verb_broadcast.c. */
MUSTCHECK int broadcast_check_id(const struct cli *cli);

/* A telephone number in a cell of a spreadsheet, which takes 0812… for a number
 * and drops the nought. False where it isn't one. */
MUSTCHECK bool cli_cell_msisdn(const struct cli *cli, const char *text, char *out);

/* LIST's words, commas or spaces between, as an array; NULL is an empty list. */
json_t *cli_words(const char *list);

/* An amount as people write it (amount_parse), or plain digits as they are;
 * "0" and "" are 0. False where it isn't one. */
MUSTCHECK bool cli_amount(const char *text, int64_t *value);

/* Who asks: for the audit log. $SUDO_USER, else the name of the real user. */
const char *cli_actor(void);

/* Makes the service's key and lets the service read it; -EEXIST where there is
 * one. In verb_key.c. */
MUSTCHECK int cli_make_key(const struct cli *cli, struct errbuf *err);

/* --- help.c --- */

void help_overview(void);
void help_family(const char *word);
void help_verb(const struct verb *verb);
void help_completion_bash(void);

/* --- the verbs, each in verb_NAME.c --- */

int verb_serve(struct cli *cli);
int verb_modem(struct cli *cli);
int verb_status(struct cli *cli);
int verb_check(struct cli *cli);
int verb_db_init(struct cli *cli);
int verb_db_upgrade(struct cli *cli);
int verb_db_status(struct cli *cli);
int verb_db_verify(struct cli *cli);
int verb_group_list(struct cli *cli);
int verb_group_show(struct cli *cli);
int verb_group_add(struct cli *cli);
int verb_group_set(struct cli *cli);
int verb_member_list(struct cli *cli);
int verb_member_show(struct cli *cli);
int verb_member_add(struct cli *cli);
int verb_member_phone(struct cli *cli);
int verb_member_officer(struct cli *cli);
int verb_member_unblock(struct cli *cli);
int verb_import_members(struct cli *cli);
int verb_import_loans(struct cli *cli);
int verb_group_history(struct cli *cli);
int verb_group_grade(struct cli *cli);
int verb_officer_list(struct cli *cli);
int verb_loan_list(struct cli *cli);
int verb_loan_show(struct cli *cli);
int verb_period_list(struct cli *cli);
int verb_period_show(struct cli *cli);
int verb_case_list(struct cli *cli);
int verb_case_answer(struct cli *cli);
int verb_meeting_list(struct cli *cli);
int verb_meeting_show(struct cli *cli);
int verb_meeting_call(struct cli *cli);
int verb_meeting_cancel(struct cli *cli);
int verb_lesson_load(struct cli *cli);
int verb_lesson_list(struct cli *cli);
int verb_lesson_show(struct cli *cli);
int verb_report_member(struct cli *cli);
int verb_report_group(struct cli *cli);
int verb_report_costs(struct cli *cli);
int verb_export(struct cli *cli);
int verb_messages(struct cli *cli);
int verb_audit_list(struct cli *cli);
int verb_audit_verify(struct cli *cli);
int verb_audit_fingerprint(struct cli *cli);
int verb_send(struct cli *cli);
int verb_ussd(struct cli *cli);
int verb_broadcast_send(struct cli *cli);
int verb_broadcast_list(struct cli *cli);
int verb_broadcast_show(struct cli *cli);
int verb_broadcast_watch(struct cli *cli);
int verb_broadcast_failures(struct cli *cli);
int verb_broadcast_pause(struct cli *cli);
int verb_broadcast_resume(struct cli *cli);
int verb_broadcast_cancel(struct cli *cli);
int verb_client_add(struct cli *cli);
int verb_client_list(struct cli *cli);
int verb_client_hook(struct cli *cli);
int verb_client_events(struct cli *cli);
int verb_client_resend(struct cli *cli);
int verb_client_set(struct cli *cli);
int verb_client_token(struct cli *cli);
int verb_client_remove(struct cli *cli);
int verb_key_create(struct cli *cli);
int verb_key_show(struct cli *cli);
int verb_help(struct cli *cli);

#endif
