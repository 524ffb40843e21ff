/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "db_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"

#define OPTIONS_MAX 64

/* Ours, which the conninfo may override: without them a peer that vanished
 * with its network is noticed after hours. Seconds, but the last: ms. */
static const char *const defaults[][2] = {
    {"keepalives", "1"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "20000"},
    {"client_encoding", "UTF8"},
    {"fallback_application_name", "kentongan"},
};
#define DEFAULT_COUNT (sizeof defaults / sizeof *defaults)

struct conninfo {
	PQconninfoOption *options;
	char *application;
	char *password;
	size_t hosts;
};

static const char *option(const struct conninfo *info, const char *keyword)
{
	for (const PQconninfoOption *o = info->options; o->keyword; o++)
		if (strcmp(o->keyword, keyword) == 0)
			return o->val;
	return NULL;
}

static size_t commas(const char *text)
{
	size_t n = 0;
	for (; text && *text; text++)
		n += *text == ',';
	return n;
}

/* Item INDEX of a comma-separated list, malloc'd; the only one stands for all. */
static char *list_item(const char *list, size_t index)
{
	if (commas(list) == 0)
		return xstrdup(list);
	while (index-- && strchr(list, ','))
		list = strchr(list, ',') + 1;
	return xstrndup(list, strcspn(list, ","));
}

void db_first_line(const char *message, char *out, size_t size)
{
	size_t length = strcspn(message, "\n");
	int n = snprintf(out, size, "%.*s", (int)length, message);
	if (n < 0)
		*out = '\0';
}

void db_on_notice(void *arg, const char *message)
{
	char line[300];
	(void)arg;
	db_first_line(message, line, sizeof line);
	log_debug("db", "server: %s", line);
}

int conninfo_parse(struct conninfo **out, const char *text, const char *password_file,
		   const char *application, struct errbuf *err)
{
	char *message = NULL, password[256];
	*out = NULL;
	struct conninfo *info = xcalloc(1, sizeof *info);
	info->options = PQconninfoParse(text, &message);
	if (!info->options) {
		char line[256];
		db_first_line(message ? message : "out of memory", line, sizeof line);
		PQfreemem(message);
		conninfo_free(&info);
		return err_set(err, -EINVAL, "\"%s\": %s", text, line);
	}
	if (password_file && *password_file) {
		int rc = conf_read_secret(password_file, password, sizeof password, err);
		if (rc) {
			conninfo_free(&info);
			return err_prefix(err, rc, "the database's password");
		}
		info->password = xstrdup(password);
		explicit_bzero(password, sizeof password);
	}
	info->application = xstrdup(application);
	const char *hosts = option(info, "hostaddr");
	info->hosts = 1 + commas(hosts ? hosts : option(info, "host"));
	*out = info;
	return 0;
}

void conninfo_free(struct conninfo **info)
{
	if (!*info)
		return;
	PQconninfoFree((*info)->options);
	if ((*info)->password)
		explicit_bzero((*info)->password, strlen((*info)->password));
	free((*info)->password);
	free((*info)->application);
	free(*info);
	*info = NULL;
}

size_t conninfo_hosts(const struct conninfo *info)
{
	return info->hosts;
}

static bool is_listed(const char *keyword)
{
	return strcmp(keyword, "host") == 0 || strcmp(keyword, "hostaddr") == 0 ||
	       strcmp(keyword, "port") == 0;
}

/* Fills libpq's arrays; the strings of FREED are the caller's to free. */
static void fill(const struct conninfo *info, size_t host, const char **keywords,
		 const char **values, char **freed)
{
	size_t n = 0, f = 0;
	for (size_t i = 0; i < DEFAULT_COUNT; i++, n++) {
		keywords[n] = defaults[i][0];
		values[n] = defaults[i][1];
	}
	for (const PQconninfoOption *o = info->options; o->keyword && n < OPTIONS_MAX - 3; o++) {
		if (!o->val)
			continue;
		keywords[n] = o->keyword;
		values[n] = o->val;
		if (is_listed(o->keyword) && f < 3)
			values[n] = freed[f++] = list_item(o->val, host);
		n++;
	}
	keywords[n] = "application_name";
	values[n++] = info->application;
	if (info->password) {
		keywords[n] = "password";
		values[n++] = info->password;
	}
	keywords[n] = values[n] = NULL;
}

PGconn *conninfo_start(const struct conninfo *info, size_t host)
{
	const char *keywords[OPTIONS_MAX + 1], *values[OPTIONS_MAX + 1];
	char *freed[3] = {0};
	/* In front, so that the conninfo may say otherwise. The service writes
	 * with every message: a standby is no database to it. */
	keywords[0] = "target_session_attrs";
	values[0] = "read-write";
	fill(info, host, keywords + 1, values + 1, freed);
	PGconn *conn = PQconnectStartParams(keywords, values, 0);
	for (size_t i = 0; i < 3; i++)
		free(freed[i]);
	return conn;
}

static int connect_host(PGconn **out, const struct conninfo *info, size_t host, struct errbuf *err)
{
	const char *keywords[OPTIONS_MAX + 1], *values[OPTIONS_MAX + 1];
	char *freed[3] = {0}, line[256];
	/* In front, so that the conninfo may say otherwise. */
	keywords[0] = "connect_timeout";
	values[0] = "10";
	fill(info, host, keywords + 1, values + 1, freed);
	PGconn *conn = PQconnectdbParams(keywords, values, 0);
	for (size_t i = 0; i < 3; i++)
		free(freed[i]);
	if (!conn)
		fatal("out of memory");
	if (PQstatus(conn) == CONNECTION_OK) {
		PQsetNoticeProcessor(conn, db_on_notice, NULL);
		*out = conn;
		return 0;
	}
	db_first_line(PQerrorMessage(conn), line, sizeof line);
	PQfinish(conn);
	return err_set(err, -ECONNREFUSED, "%s", line);
}

int db_connect_blocking(PGconn **out, const char *text, const char *password_file,
			const char *application, struct errbuf *err)
{
	struct conninfo *info;
	*out = NULL;
	int rc = conninfo_parse(&info, text, password_file, application, err);
	if (rc)
		return rc;
	for (size_t host = 0; host < info->hosts; host++) {
		rc = connect_host(out, info, host, err);
		if (!rc)
			break;
	}
	conninfo_free(&info);
	return rc;
}

/* --- for schema_init --- */

static void add_quoted(struct strbuf *out, const char *keyword, const char *value)
{
	strbuf_printf(out, "%s='", keyword);
	for (; *value; value++) {
		if (*value == '\'' || *value == '\\')
			strbuf_putc(out, '\\');
		strbuf_putc(out, *value);
	}
	strbuf_puts(out, "' ");
}

char *conninfo_with_dbname(const char *text, const char *dbname)
{
	PQconninfoOption *options = PQconninfoParse(text, NULL);
	if (!options)
		return NULL;
	struct strbuf out = {0};
	for (const PQconninfoOption *o = options; o->keyword; o++)
		if (o->val && strcmp(o->keyword, "dbname") != 0)
			add_quoted(&out, o->keyword, o->val);
	add_quoted(&out, "dbname", dbname);
	PQconninfoFree(options);
	return out.text;
}

char *conninfo_dbname(const char *text)
{
	PQconninfoOption *options = PQconninfoParse(text, NULL);
	char *dbname = NULL;
	for (const PQconninfoOption *o = options; o && o->keyword; o++)
		if (o->val && strcmp(o->keyword, "dbname") == 0)
			dbname = xstrdup(o->val);
	PQconninfoFree(options);
	return dbname;
}
