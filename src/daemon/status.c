/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "status.h"

#include <unistd.h>

/* Foreign words may hold bytes that aren't UTF-8: then they are left out. */
static json_t *text(const char *words)
{
	json_t *value = json_string(words);
	return value ? value : json_string("?");
}

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		fatal("out of memory");
}

/* --- JSON --- */

static void add_modem(const struct supervisor_view *view, void *arg)
{
	json_t *modem = json_pack(
	    "{s:s, s:i, s:o, s:o, s:i, s:I, s:b, s:o}", "name", view->name, "pid", (int)view->pid,
	    "state", text(view->state), "words", text(view->words), "restarts", view->restarts,
	    "since", (json_int_t)view->since, "ready", (int)view->ready, "heartbeat_age",
	    view->heartbeat_age < 0 ? json_null() : json_integer((json_int_t)view->heartbeat_age));
	append(arg, modem);
}

static json_t *accounts_of(const struct status *status)
{
	return status->kannel ? kannel_doors_json(status->kannel) : json_array();
}

static const char *word(const json_t *account, const char *key)
{
	return json_string_value(json_object_get(account, key));
}

json_t *status_json(const struct status *status)
{
	json_t *modems = json_array();
	if (!modems)
		fatal("out of memory");
	supervisor_each(status->supervisor, add_modem, modems);
	json_t *accounts = accounts_of(status);
	json_t *json =
	    json_pack("{s:s, s:i, s:I, s:{s:b, s:o, s:I}, s:b, s:o, s:o}", "version",
		      KENTONGAN_VERSION, "pid", (int)getpid(), "since", (json_int_t)status->since,
		      "database", "up", (int)status->database_up, "trouble",
		      text(status->database_trouble), "since", (json_int_t)status->database_since,
		      "leader", (int)status->leader, "modems", modems, "kannel", accounts);
	if (!json)
		fatal("out of memory");
	return json;
}

static void add_reason(const struct supervisor_view *view, void *arg)
{
	if (!view->ready)
		append(arg, json_sprintf("modem %s: %s: %s", view->name, view->state, view->words));
}

json_t *status_reasons(const struct status *status)
{
	json_t *reasons = json_array();
	if (!reasons)
		fatal("out of memory");
	if (!status->database_up)
		append(reasons, json_sprintf("database: %s", *status->database_trouble
								 ? status->database_trouble
								 : "not reached yet"));
	supervisor_each(status->supervisor, add_reason, reasons);
	json_t *accounts = accounts_of(status), *account;
	size_t i;
	json_array_foreach(accounts, i, account)
	{
		if (!json_is_true(json_object_get(account, "ready")))
			append(reasons,
			       json_sprintf("kannel %s: %s: %s", word(account, "name"),
					    word(account, "state"), word(account, "words")));
	}
	json_decref(accounts);
	return reasons;
}

/* --- one line --- */

struct tally {
	int modems, ready;
	const char *first; /* name of one that isn't ready */
	struct strbuf why;
};

static void count(const struct supervisor_view *view, void *arg)
{
	struct tally *tally = arg;
	tally->modems++;
	tally->ready += view->ready;
	if (!view->ready)
		strbuf_printf(&tally->why, "; %s: %s", view->name, view->words);
}

void status_words(const struct status *status, struct strbuf *out)
{
	struct tally tally = {0};
	supervisor_each(status->supervisor, count, &tally);
	json_t *accounts = accounts_of(status), *account;
	size_t i, ready = 0;
	json_array_foreach(accounts, i, account)
	{
		ready += json_is_true(json_object_get(account, "ready"));
		if (!json_is_true(json_object_get(account, "ready")))
			strbuf_printf(&tally.why, "; %s: %s", word(account, "name"),
				      word(account, "words"));
	}
	if (tally.modems)
		strbuf_printf(out, "%d of %d modems ready", tally.ready, tally.modems);
	else if (!json_array_size(accounts))
		strbuf_puts(out, "no modem is configured");
	if (json_array_size(accounts))
		strbuf_printf(out, "%s%zu of %zu Kannel accounts ready", tally.modems ? ", " : "",
			      ready, json_array_size(accounts));
	json_decref(accounts);
	if (status->database_up)
		strbuf_puts(out, ", database up");
	else
		strbuf_printf(out, ", database not reached: %s",
			      *status->database_trouble ? status->database_trouble
							: "still trying");
	if (*status->http_trouble)
		strbuf_printf(out, "; %s", status->http_trouble);
	if (tally.why.length)
		strbuf_puts(out, tally.why.text);
	strbuf_free(&tally.why);
}

/* --- Prometheus --- */

static void head(struct strbuf *out, const char *name, const char *help, const char *kind)
{
	strbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind);
}

/* Names of modems are [a-z0-9-], so they need no escapes. */
static void add_up(const struct supervisor_view *view, void *arg)
{
	strbuf_printf(arg, "kentongan_modem_ready{modem=\"%s\"} %d\n", view->name, view->ready);
}

static void add_running(const struct supervisor_view *view, void *arg)
{
	strbuf_printf(arg, "kentongan_modem_process_running{modem=\"%s\"} %d\n", view->name,
		      view->pid > 0);
}

static void add_restarts(const struct supervisor_view *view, void *arg)
{
	strbuf_printf(arg, "kentongan_modem_restarts_total{modem=\"%s\"} %d\n", view->name,
		      view->restarts);
}

static void add_heartbeat(const struct supervisor_view *view, void *arg)
{
	if (view->heartbeat_age >= 0)
		strbuf_printf(arg, "kentongan_modem_heartbeat_age_seconds{modem=\"%s\"} %lld\n",
			      view->name, (long long)view->heartbeat_age);
}

void status_metrics(const struct status *status, struct strbuf *out)
{
	head(out, "kentongan_build_info", "Version of the program", "gauge");
	strbuf_printf(out, "kentongan_build_info{version=\"%s\"} 1\n", KENTONGAN_VERSION);
	head(out, "kentongan_start_time_seconds", "When the daemon started", "gauge");
	strbuf_printf(out, "kentongan_start_time_seconds %lld\n", (long long)status->since);
	head(out, "kentongan_database_up", "Whether the database is reached", "gauge");
	strbuf_printf(out, "kentongan_database_up %d\n", status->database_up);
	head(out, "kentongan_leader", "Whether this process does the timed work", "gauge");
	strbuf_printf(out, "kentongan_leader %d\n", status->leader);
	head(out, "kentongan_modem_ready", "Whether a modem can receive and send", "gauge");
	supervisor_each(status->supervisor, add_up, out);
	json_t *accounts = accounts_of(status), *account;
	size_t i;
	if (json_array_size(accounts))
		head(out, "kentongan_kannel_ready", "Whether an account can send", "gauge");
	json_array_foreach(accounts, i, account)
	{
		strbuf_printf(out, "kentongan_kannel_ready{account=\"%s\"} %d\n",
			      word(account, "name"),
			      json_is_true(json_object_get(account, "ready")));
	}
	json_decref(accounts);
	head(out, "kentongan_modem_process_running", "Whether a modem's process runs", "gauge");
	supervisor_each(status->supervisor, add_running, out);
	head(out, "kentongan_modem_restarts_total", "Unplanned ends of a modem's process",
	     "counter");
	supervisor_each(status->supervisor, add_restarts, out);
	head(out, "kentongan_modem_heartbeat_age_seconds", "Age of the last sign of life", "gauge");
	supervisor_each(status->supervisor, add_heartbeat, out);
}
