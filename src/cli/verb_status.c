/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/db.h"
#include "kentongan/memory.h"
#include "kentongan/schema.h"
#include "findings.h"
#include "http_get.h"
#include "output.h"
#include "sql.h"

/* A message that waits for longer is a sign that something is stuck. */
#define OLD_SECONDS 300

static const struct column channel_columns[] = {
    {"name", NULL, COLUMN_TEXT},
    {"state", NULL, COLUMN_TEXT},
    {"works", NULL, COLUMN_BOOL},
    {"words", NULL, COLUMN_TEXT},
    {"since", NULL, COLUMN_TIME},
    {"seen_at", NULL, COLUMN_TIME},
    {"sent_today", NULL, COLUMN_INT},
    {"daily_cap", NULL, COLUMN_INT},
    {"waiting", NULL, COLUMN_INT},
    {"details", NULL, COLUMN_JSON},
    {"price", NULL, COLUMN_INT},
    {"credit", NULL, COLUMN_INT},
    {"credit_until", NULL, COLUMN_TEXT},
    {"credit_at", NULL, COLUMN_TIME},
    {"credit_asked_at", NULL, COLUMN_TIME},
    {"credit_text", NULL, COLUMN_TEXT},
    {"credit_state", NULL, COLUMN_TEXT},
    {"may_broadcast", NULL, COLUMN_BOOL},
    {"month_parts", NULL, COLUMN_INT},
    {"month_cost", NULL, COLUMN_INT},
};

static const struct column overview_columns[] = {
    {"messages_today", NULL, COLUMN_INT}, {"queued", NULL, COLUMN_INT},
    {"oldest_seconds", NULL, COLUMN_INT}, {"failed_today", NULL, COLUMN_INT},
    {"pending", NULL, COLUMN_INT},        {"groups", NULL, COLUMN_INT},
    {"members", NULL, COLUMN_INT},        {"unlinked", NULL, COLUMN_INT},
    {"clock_shift", NULL, COLUMN_TEXT},
};

static const struct column failure_columns[] = {
    {"failing", NULL, COLUMN_TEXT}, {"item", NULL, COLUMN_TEXT},  {"since", NULL, COLUMN_TIME},
    {"tries", NULL, COLUMN_INT},    {"error", NULL, COLUMN_TEXT},
};

static const struct column hook_columns[] = {
    {"client", NULL, COLUMN_TEXT}, {"waiting", NULL, COLUMN_INT}, {"given_up", NULL, COLUMN_INT},
    {"since", NULL, COLUMN_TIME},  {"error", NULL, COLUMN_TEXT},
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

/* "3 d 4 h", "25 min", "12 s" */
static const char *span(int64_t seconds, char *out, size_t size)
{
	long long s = seconds > 0 ? seconds : 0;
	if (s >= 86400)
		snprintf(out, size, "%lld d %lld h", s / 86400, s % 86400 / 3600);
	else if (s >= 3600)
		snprintf(out, size, "%lld h %lld min", s / 3600, s % 3600 / 60);
	else if (s >= 120)
		snprintf(out, size, "%lld min", s / 60);
	else
		snprintf(out, size, "%lld s", s);
	return out;
}

/* --- the service --- */

static const char *modem_hint(const char *state)
{
	if (strcmp(state, "pin") == 0)
		return "put the SIM's PIN into a file and name it as pin_file in its section";
	return "`kentongan check` examines the modem; `journalctl -u kentongan` tells the story";
}

static void look_at_modem(struct findings *f, const json_t *modem)
{
	char age[32], about[64];
	const json_t *beat = json_object_get(modem, "heartbeat_age");
	const char *state = text_of(modem, "state"), *words = text_of(modem, "words");
	const json_t *ready = json_object_get(modem, "ready");
	bool good = ready ? json_is_true(ready) : strcmp(state, "ready") == 0;
	snprintf(about, sizeof about, "modem %s", text_of(modem, "name"));
	if (!good) {
		findings_add(f, FINDING_BAD, about, modem_hint(state),
			     "%s%s%s (%s; restarted %lld times)", state, *words ? ": " : "", words,
			     json_is_integer(beat) ? "its process runs" : "its process is silent",
			     (long long)json_integer_value(json_object_get(modem, "restarts")));
		return;
	}
	findings_add(f, FINDING_GOOD, about, NULL, "%s, last sign of life %s ago",
		     *words ? words : state, span(json_integer_value(beat), age, sizeof age));
}

static void look_at_answer(struct findings *f, const json_t *daemon)
{
	char since[32];
	const json_t *database = json_object_get(daemon, "database"),
		     *modems = json_object_get(daemon, "modems");
	int64_t now = clock_wall();
	findings_add(
	    f, FINDING_GOOD, "service", NULL, "version %s runs for %s%s",
	    text_of(daemon, "version"),
	    span(now - json_integer_value(json_object_get(daemon, "since")), since, sizeof since),
	    json_is_true(json_object_get(daemon, "leader")) ? ", does the timed work" : "");
	if (!json_is_true(json_object_get(database, "up")))
		findings_add(f, FINDING_BAD, "service",
			     "messages wait in the modems until the database is back",
			     "it has had no database for %s: %s",
			     span(now - json_integer_value(json_object_get(database, "since")),
				  since, sizeof since),
			     text_of(database, "trouble"));
	if (!json_array_size(modems) && !f->cli->conf->kannel_count)
		findings_add(f, FINDING_WARNING, "modems",
			     "add a section modem \"NAME\" to the configuration",
			     "none is configured");
	for (size_t i = 0; i < json_array_size(modems); i++)
		look_at_modem(f, json_array_get(modems, i));
}

/* The service's answer, or NULL. */
static json_t *look_at_service(struct findings *f, int seconds)
{
	const struct conf *conf = f->cli->conf;
	struct strbuf body = {0};
	struct errbuf err = {0};
	json_t *daemon = NULL;
	if (!conf->http_port) {
		findings_add(f, FINDING_WARNING, "service", "set port in section http",
			     "can't be asked: its web server is off");
		return NULL;
	}
	int rc = http_get(conf, "/status", seconds, &body, &err);
	if (!rc) {
		daemon = json_loads(body.text ? body.text : "", 0, NULL);
		if (!json_is_object(daemon))
			rc = err_set(&err, -EPROTO, "port %d answers, but not as Kentongan does",
				     conf->http_port);
	}
	if (rc == -EPROTO)
		findings_add(f, FINDING_BAD, "service",
			     "another program may listen there: set another port in section http",
			     "%s", err.text);
	else if (rc)
		findings_add(f, FINDING_BAD, "service",
			     rc == -ETIMEDOUT ? "`systemctl restart kentongan`"
					      : "`systemctl start kentongan`, then `journalctl -u "
						"kentongan` if it doesn't stay",
			     "doesn't run: %s", err.text);
	else
		look_at_answer(f, daemon);
	strbuf_free(&body);
	if (rc) {
		json_decref(daemon);
		return NULL;
	}
	return daemon;
}

/* --- the database --- */

struct seen {
	json_t *overview, *channels, *failures, *hooks;
};

static int64_t figure(const json_t *overview, const char *key)
{
	return json_integer_value(json_object_get(overview, key));
}

static void judge_overview(struct findings *f, const json_t *overview)
{
	char age[32];
	int64_t oldest = figure(overview, "oldest_seconds");
	findings_add(f, FINDING_GOOD, "database", NULL,
		     "groups %lld, members %lld, messages today %lld, notices that wait for an "
		     "officer %lld",
		     (long long)figure(overview, "groups"), (long long)figure(overview, "members"),
		     (long long)figure(overview, "messages_today"),
		     (long long)figure(overview, "pending"));
	if (oldest > OLD_SECONDS)
		findings_add(f, FINDING_BAD, "outbox",
			     "see how the modems are, and their credit; `kentongan messages` shows "
			     "what waits",
			     "%lld messages wait, the oldest for %s",
			     (long long)figure(overview, "queued"), span(oldest, age, sizeof age));
	else
		findings_add(f, FINDING_GOOD, "outbox", NULL, "%lld messages wait",
			     (long long)figure(overview, "queued"));
	if (figure(overview, "failed_today") > 0)
		findings_add(f, FINDING_WARNING, "outbox", "`kentongan messages` tells why",
			     "%lld messages failed today",
			     (long long)figure(overview, "failed_today"));
	if (strcmp(text_of(overview, "clock_shift"), "00:00:00") != 0)
		findings_add(f, FINDING_WARNING, "clock",
			     "as the owner: update kentongan.clock set shift = '0'",
			     "business time is shifted by %s", text_of(overview, "clock_shift"));
}

static bool has_told(const json_t *daemon, const char *name)
{
	const json_t *modems = json_object_get(daemon, "modems");
	for (size_t i = 0; i < json_array_size(modems); i++)
		if (strcmp(text_of(json_array_get(modems, i), "name"), name) == 0)
			return true;
	return false;
}

/* Accounts behind Kannel are the service's own, told through the database. */
static bool is_kannel_here(const struct conf *conf, const char *name)
{
	static const char kind[] = "kannel:";
	for (size_t i = 0; i < conf->kannel_count; i++)
		if (strncmp(name, kind, strlen(kind)) == 0 &&
		    strcmp(name + strlen(kind), conf->kannels[i].name) == 0)
			return true;
	return false;
}

/* Modems that run elsewhere are known only through the database. */
static void judge_channel(struct findings *f, const json_t *channel)
{
	char about[64];
	const char *name = text_of(channel, "name");
	bool kannel = is_kannel_here(f->cli->conf, name);
	bool ours = kannel || conf_modem(f->cli->conf, name) != NULL;
	/* Other ways have a kind in front, "ussd:telkomsel". */
	const char *colon = strchr(name, ':');
	if (colon)
		snprintf(about, sizeof about, "%.*s %s", (int)(colon - name), name, colon + 1);
	else
		snprintf(about, sizeof about, "modem %s", name);
	if (json_is_true(json_object_get(channel, "works")))
		findings_add(f, FINDING_GOOD, about, NULL, "%s", text_of(channel, "words"));
	else
		findings_add(f, ours ? FINDING_BAD : FINDING_WARNING, about,
			     kannel ? "see that Kannel runs (its logs say why not); "
				      "`kentongan check` looks at the section"
			     : ours ? "start the service"
				    : "it isn't configured here: look on the machine that has it",
			     "%s: %s, last heard of %.19s", text_of(channel, "state"),
			     text_of(channel, "words"), text_of(channel, "seen_at"));
}

/* "27.450 until 2027-12-31, asked 2026-11-25 09:14" */
static char *credit_words(const struct cli *cli, const json_t *channel)
{
	struct strbuf words = {0};
	const json_t *credit = json_object_get(channel, "credit");
	const char *until = text_of(channel, "credit_until");
	if (!json_is_integer(credit)) {
		strbuf_puts(&words, "how much is left isn't known");
		return words.text;
	}
	char *digits = xasprintf("%lld", (long long)json_integer_value(credit));
	char *amount = output_cell(cli, digits, COLUMN_AMOUNT);
	strbuf_printf(&words, "%s left%s%s on %.10s", amount, *until ? ", valid until " : "", until,
		      text_of(channel, "credit_at"));
	free(amount);
	free(digits);
	return words.text;
}

static void judge_credit(struct findings *f, const json_t *channel)
{
	char about[64];
	const char *state = text_of(channel, "credit_state");
	const char *wait =
	    json_is_true(json_object_get(channel, "may_broadcast")) ? "" : "; broadcasts wait";
	if (!*state)
		return;
	char *words = credit_words(f->cli, channel);
	snprintf(about, sizeof about, "credit %s", text_of(channel, "name"));
	if (strcmp(state, "silent") == 0)
		findings_add(f, FINDING_WARNING, about,
			     "dial credit_code on a phone with this SIM: is it right?",
			     "the operator doesn't answer; %s%s", words, wait);
	else if (strcmp(state, "strange") == 0)
		findings_add(f, FINDING_WARNING, about,
			     "set credit_pattern to find amount and expiry in it",
			     "the answer isn't understood: \"%s\"; %s%s",
			     text_of(channel, "credit_text"), words, wait);
	else if (strcmp(state, "low") == 0)
		findings_add(f, FINDING_WARNING, about,
			     "top the SIM up; the treasurers have been told", "%s%s", words, wait);
	else
		findings_add(f, FINDING_GOOD, about, NULL, "%s", words);
	free(words);
}

/* Expiry, reminders and what else the leader does by itself. */
static void judge_failure(struct findings *f, const json_t *failure)
{
	const char *item = text_of(failure, "item");
	findings_add(f, FINDING_WARNING, "timed work",
		     "the others go on, and it is tried each minute; report this with the error",
		     "%s%s%s fails since %.16s: %s", text_of(failure, "failing"), *item ? " " : "",
		     item, text_of(failure, "since"), text_of(failure, "error"));
}

/* Other systems that don't take what they should hear. */
static void judge_hook(struct findings *f, const json_t *hook)
{
	char about[64];
	const char *name = text_of(hook, "client");
	snprintf(about, sizeof about, "client %s", name);
	if (figure(hook, "waiting") > 0)
		findings_add(f, FINDING_WARNING, about,
			     "see that it answers; they are tried for three days",
			     "%lld events wait since %.16s: %s", (long long)figure(hook, "waiting"),
			     text_of(hook, "since"), text_of(hook, "error"));
	if (figure(hook, "given_up") > 0)
		findings_add(f, FINDING_WARNING, about,
			     "`kentongan client events NAME --given-up` shows them, `kentongan "
			     "client resend NAME` sends them",
			     "%lld events were given up: %s", (long long)figure(hook, "given_up"),
			     text_of(hook, "error"));
}

static int read_seen(const struct cli *cli, PGconn *conn, struct seen *seen, struct errbuf *err)
{
	PGresult *overview, *channels, *failures, *hooks;
	if (sql_try(conn, &overview, "select * from api.overview()", 0, NULL, err))
		return -EIO;
	seen->overview = output_object(cli, overview, 0, overview_columns,
				       sizeof overview_columns / sizeof *overview_columns);
	PQclear(overview);
	if (sql_try(conn, &channels, "select * from api.channel_list()", 0, NULL, err))
		return -EIO;
	seen->channels = output_array(cli, channels, channel_columns,
				      sizeof channel_columns / sizeof *channel_columns);
	PQclear(channels);
	if (sql_try(conn, &failures, "select * from api.timed_failures()", 0, NULL, err))
		return -EIO;
	seen->failures = output_array(cli, failures, failure_columns,
				      sizeof failure_columns / sizeof *failure_columns);
	PQclear(failures);
	if (sql_try(conn, &hooks, "select * from api.hooks_trouble()", 0, NULL, err))
		return -EIO;
	seen->hooks =
	    output_array(cli, hooks, hook_columns, sizeof hook_columns / sizeof *hook_columns);
	PQclear(hooks);
	return 0;
}

static void look_at_database(struct findings *f, struct seen *seen)
{
	const struct conf *conf = f->cli->conf;
	struct errbuf err = {0};
	struct schema_state state;
	PGconn *conn;
	if (sql_open(f->cli, &conn, &err)) {
		findings_add(f, FINDING_BAD, "database", sql_hint(conf->db_conninfo, err.text),
			     "isn't reached: %s", err.text);
		return;
	}
	if (schema_state(conn, &state, &err))
		findings_add(f, FINDING_BAD, "database", "`kentongan db init` makes the tables",
			     "%s", err.text);
	else if (!state.current)
		findings_add(f, FINDING_BAD, "database",
			     state.version > schema_known_version()
				 ? "install the newer version of this program"
				 : "`kentongan db upgrade` brings it up to date",
			     "has version %d, this program needs %d", state.version,
			     schema_known_version());
	else if (read_seen(f->cli, conn, seen, &err))
		findings_add(f, FINDING_BAD, "database", "`kentongan check` examines it", "%s",
			     err.text);
	PQfinish(conn);
}

/* --- the whole --- */

static json_t *or_null(json_t *json)
{
	return json ? json : json_null();
}

int verb_status(struct cli *cli)
{
	struct findings f;
	struct seen seen = {0};
	int64_t seconds;
	int status = cli_value_int(cli, "timeout", 3, 1, 600, &seconds);
	if (status)
		return status;
	findings_start(&f, cli);
	json_t *daemon = look_at_service(&f, (int)seconds);
	look_at_database(&f, &seen);
	if (seen.overview)
		judge_overview(&f, seen.overview);
	for (size_t i = 0; i < json_array_size(seen.channels); i++) {
		const json_t *channel = json_array_get(seen.channels, i);
		if (!has_told(daemon, text_of(channel, "name")))
			judge_channel(&f, channel);
		judge_credit(&f, channel);
	}
	for (size_t i = 0; i < json_array_size(seen.failures); i++)
		judge_failure(&f, json_array_get(seen.failures, i));
	for (size_t i = 0; i < json_array_size(seen.hooks); i++)
		judge_hook(&f, json_array_get(seen.hooks, i));
	status = f.bad ? CLI_FAILED : CLI_OK;
	json_t *list = findings_take(&f);
	if (cli->json) {
		output_json(json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "good", f.bad == 0,
				      "service", or_null(daemon), "overview",
				      or_null(seen.overview), "channels", or_null(seen.channels),
				      "failures", or_null(seen.failures), "hooks",
				      or_null(seen.hooks), "findings", list));
		return status;
	}
	if (status)
		puts("Something needs you: see ✗ above.");
	else
		printf("All is well%s.\n", f.warnings ? "; see ! above" : "");
	json_decref(daemon);
	json_decref(seen.overview);
	json_decref(seen.channels);
	json_decref(seen.failures);
	json_decref(seen.hooks);
	json_decref(list);
	return status;
}
