/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <stdio.h>

#include "kentongan/schema.h"
#include "output.h"
#include "sql.h"

/* An upgrade under way. */
struct upgrade {
	struct cli *cli;
	int steps; /* done */
	struct errbuf err;
};

static void tell_step(int step, int steps, const char *name, void *arg)
{
	struct upgrade *upgrade = arg;
	upgrade->steps++;
	if (!upgrade->cli->json)
		printf("%d/%d %s\n", step, steps, name);
	fflush(stdout);
}

static int note_upgrade(const struct upgrade *upgrade, PGconn *conn)
{
	char version[32];
	if (!upgrade->steps)
		return CLI_OK;
	snprintf(version, sizeof version, "%d", schema_known_version());
	return sql_query(conn, NULL,
			 "select api.audit_note('operator:' || $1, 'db.upgrade', $2, null, "
			 "jsonb_build_object('functions', $3::text))",
			 3,
			 (const char *const[]){cli_actor(), version, schema_functions_checksum()});
}

static int print_state(const struct cli *cli, const struct schema_state *state)
{
	if (cli->json)
		output_json(json_pack("{s:i, s:i, s:s, s:s, s:b}", "version", state->version,
				      "known", schema_known_version(), "functions",
				      state->functions, "known_functions",
				      schema_functions_checksum(), "current", state->current));
	else
		printf("version %d, this program knows %d\nfunctions %.12s, this program has "
		       "%.12s\n%s\n",
		       state->version, schema_known_version(),
		       *state->functions ? state->functions : "none", schema_functions_checksum(),
		       state->current ? "up to date"
		       : state->version > schema_known_version()
			   ? "newer than this program: install the newer version"
			   : "`kentongan db upgrade` brings it up to date");
	return state->current ? CLI_OK : CLI_FAILED;
}

static int report(const struct cli *cli, PGconn *conn)
{
	struct schema_state state;
	struct errbuf err = {0};
	if (schema_state(conn, &state, &err))
		return cli_failed("`kentongan db init` makes roles, database and tables", "%s",
				  err.text);
	return print_state(cli, &state);
}

/* --- init --- */

static int init_now(void *arg)
{
	struct upgrade *init = arg;
	return schema_init(init->cli->conf, tell_step, init, &init->err);
}

/* A fresh installation needs a key too. */
static void make_key(const struct cli *cli)
{
	struct errbuf err = {0};
	int rc = cli_make_key(cli, &err);
	if (!rc && !cli->json)
		printf("key written to %s: keep a copy elsewhere\n", cli->conf->key_file);
	else if (rc && rc != -EEXIST)
		cli_failed("then, as root: `kentongan key create`", "no key yet: %s", err.text);
}

int verb_db_init(struct cli *cli)
{
	struct upgrade init = {.cli = cli};
	const char *conninfo = cli->conf->db_owner_conninfo;
	PGconn *conn;
	if (sql_as_peer(conninfo, init_now, &init))
		return cli_failed(sql_hint(conninfo, init.err.text), "the database isn't ready: %s",
				  init.err.text);
	int status = sql_connect_owner(cli, &conn);
	if (!status)
		status = note_upgrade(&init, conn);
	if (!status)
		make_key(cli);
	if (!status)
		status = report(cli, conn);
	PQfinish(conn);
	return status;
}

int verb_db_upgrade(struct cli *cli)
{
	struct upgrade upgrade = {.cli = cli};
	PGconn *conn;
	int status = sql_connect_owner(cli, &conn);
	if (status)
		return status;
	if (schema_upgrade(conn, tell_step, &upgrade, &upgrade.err))
		status =
		    cli_failed("nothing of the step that failed was kept", "%s", upgrade.err.text);
	else
		status = note_upgrade(&upgrade, conn);
	if (!status)
		status = report(cli, conn);
	PQfinish(conn);
	return status;
}

int verb_db_status(struct cli *cli)
{
	struct errbuf err;
	PGconn *conn;
	int status = CLI_OK;
	if (sql_open(cli, &conn, &err))
		status = cli_failed(sql_hint(cli->conf->db_conninfo, err.text),
				    "can't reach the database: %s", err.text);
	if (!status)
		status = report(cli, conn);
	PQfinish(conn);
	return status;
}
