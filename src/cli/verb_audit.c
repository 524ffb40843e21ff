/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "chain.h"
#include "output.h"
#include "sql.h"

static const struct column columns[] = {
    {"id", "ID", COLUMN_INT},
    {"at", "AT", COLUMN_TIME},
    {"actor", "WHO", COLUMN_PLAIN},
    {"action", "ACTION", COLUMN_TEXT},
    {"subject", "SUBJECT", COLUMN_PLAIN},
    {"group_code", "GROUP", COLUMN_TEXT},
    {"message_id", NULL, COLUMN_INT},
    {"sealed", "LINKED", COLUMN_BOOL},
    {"details", "DETAILS", COLUMN_JSON},
};

int verb_audit_list(struct cli *cli)
{
	char limit[24];
	int64_t most;
	PGresult *result;
	int status = cli_value_int(cli, "limit", 50, 1, 100000, &most);
	if (status)
		return status;
	snprintf(limit, sizeof limit, "%lld", (long long)most);
	status = sql_once(
	    cli, &result, "select * from api.audit_list($1, $2, $3::int)", 3,
	    (const char *const[]){cli_value(cli, "group"), cli_value(cli, "action"), limit});
	if (!status) {
		output_rows(cli, result, columns, sizeof columns / sizeof *columns,
			    "No audit records.", true);
		PQclear(result);
	}
	return status;
}

static int print_head(const struct cli *cli, const PGresult *head)
{
	uint8_t hash[CHAIN_HASH_BYTES];
	char fingerprint[CHAIN_FINGERPRINT_SIZE];
	size_t length = 0;
	const char *sequence = PQgetvalue(head, 0, 0), *hex = PQgetvalue(head, 0, 1),
		   *at = PQgetvalue(head, 0, 2);
	if (sodium_hex2bin(hash, sizeof hash, hex, strlen(hex), NULL, &length, NULL) ||
	    length != sizeof hash)
		return cli_failed("`kentongan audit verify` examines all of it",
				  "the chain's last hash can't be read");
	chain_fingerprint(hash, fingerprint);
	bool sealed = *PQgetvalue(head, 0, 3) == 't';
	if (cli->json)
		output_json(json_pack("{s:s, s:s, s:s, s:s, s:b}", "fingerprint", fingerprint,
				      "sequence", sequence, "hash", hex, "at", at, "sealed",
				      sealed));
	else
		printf("%s\nlink %s of the audit log, %.19s, %s\n", fingerprint, sequence, at,
		       sealed ? "sealed" : "not sealed yet");
	return CLI_OK;
}

int verb_audit_fingerprint(struct cli *cli)
{
	PGconn *conn;
	PGresult *head;
	int status = sql_connect(cli, &conn);
	if (status)
		return status;
	status = sql_query(conn, &head,
			   "select c.sequence, encode(c.hash, 'hex'), a.at, exists (select 1 from "
			   "kentongan.audit_seals s where s.sequence = c.sequence) "
			   "from kentongan.audit_chain c left join kentongan.audit_log a "
			   "on a.id = c.audit_id order by c.sequence desc limit 1",
			   0, NULL);
	if (!status) {
		if (PQntuples(head))
			status = print_head(cli, head);
		else
			status = cli_failed("the service links new records every seal_seconds: is "
					    "it running? (`kentongan status`)",
					    "no audit record has been linked yet");
		PQclear(head);
	}
	PQfinish(conn);
	return status;
}
