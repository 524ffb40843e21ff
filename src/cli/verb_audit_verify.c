/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "kentongan/memory.h"
#include "kentongan/secret.h"
#include "chain.h"
#include "findings.h"
#include "output.h"
#include "sql.h"

#define LINK "chain"
#define SEAL "seals"

struct seal {
	int64_t sequence;
	uint8_t signature[SECRET_SIGNATURE_BYTES];
	bool readable;
};

struct verifying {
	struct findings findings;
	struct chain chain;
	int64_t all, seen;    /* links that there are, for the progress */
	int64_t good, differ; /* records that are as linked, and that aren't */
	bool has_key;
	struct errbuf no_key; /* why not */
	uint8_t key[SECRET_PUBLIC_BYTES];
	struct seal *seals;
	size_t seal_count, next_seal, good_seals;
	int64_t last_seal; /* sequence of the last good one */
	const char *fingerprint;
	int64_t found_at; /* link whose fingerprint it is */
};

/* --- whom to believe --- */

static int find_key(const struct cli *cli, struct verifying *v)
{
	const char *hex = cli_value(cli, "public-key");
	struct secret *secret;
	struct errbuf err = {0};
	size_t length = 0;
	const char *end = NULL;
	if (hex) {
		if (sodium_hex2bin(v->key, sizeof v->key, hex, strlen(hex), " :", &length, &end) ||
		    length != sizeof v->key || *end)
			return cli_usage(cli, "--public-key needs %zu hex digits",
					 2 * sizeof v->key);
		v->has_key = true;
	} else if (secret_load(&secret, cli->conf->key_file, &err) == 0) {
		secret_public_key(secret, v->key);
		secret_free(&secret);
		v->has_key = true;
	} else {
		v->no_key = err;
	}
	return CLI_OK;
}

static bool read_hex(const char *hex, uint8_t *out, size_t size)
{
	size_t length = 0;
	return sodium_hex2bin(out, size, hex, strlen(hex), NULL, &length, NULL) == 0 &&
	       length == size;
}

static int load_seals(PGconn *conn, struct verifying *v)
{
	PGresult *result;
	int status = sql_query(conn, &result,
			       "select sequence, encode(signature, 'hex') "
			       "from kentongan.audit_seals order by sequence",
			       0, NULL);
	if (status)
		return status;
	v->seal_count = (size_t)PQntuples(result);
	v->seals = xcalloc(v->seal_count + 1, sizeof *v->seals);
	for (size_t i = 0; i < v->seal_count; i++) {
		v->seals[i].sequence = strtoll(PQgetvalue(result, (int)i, 0), NULL, 10);
		v->seals[i].readable = read_hex(PQgetvalue(result, (int)i, 1),
						v->seals[i].signature, SECRET_SIGNATURE_BYTES);
	}
	PQclear(result);
	return CLI_OK;
}

/* --- link by link --- */

static void differ(struct verifying *v, const char *what, int64_t sequence, const char *audit_id)
{
	if (++v->differ <= FINDINGS_SHOWN)
		findings_add(&v->findings, FINDING_BAD, LINK, NULL, "link %lld: record %s %s",
			     (long long)sequence, audit_id, what);
}

static void check_seal(struct verifying *v, const struct seal *seal)
{
	uint8_t text[CHAIN_SEAL_BYTES];
	if (!v->has_key)
		return;
	chain_seal_text(v->chain.sequence, v->chain.hash, text);
	if (seal->readable && secret_verify(v->key, text, sizeof text, seal->signature) == 0) {
		v->good_seals++;
		v->last_seal = seal->sequence;
	} else {
		findings_add(&v->findings, FINDING_BAD, SEAL, NULL,
			     "the seal at link %lld isn't ours: links before it were changed, or "
			     "another key signed",
			     (long long)seal->sequence);
	}
}

/* Seals of links that aren't there any more, up to BELOW. */
static void miss_seals(struct verifying *v, int64_t below)
{
	for (; v->next_seal < v->seal_count && v->seals[v->next_seal].sequence < below;
	     v->next_seal++)
		findings_add(&v->findings, FINDING_BAD, SEAL, NULL,
			     "link %lld was sealed and is gone",
			     (long long)v->seals[v->next_seal].sequence);
}

static void take_link(struct verifying *v, const PGresult *row)
{
	uint8_t stored[CHAIN_HASH_BYTES];
	int64_t gap, sequence = strtoll(PQgetvalue(row, 0, 0), NULL, 10);
	const char *audit_id = PQgetvalue(row, 0, 1);
	const char *text = PQgetisnull(row, 0, 3) ? NULL : PQgetvalue(row, 0, 3);
	if (!read_hex(PQgetvalue(row, 0, 2), stored, sizeof stored))
		memset(stored, 0, sizeof stored);
	enum chain_verdict verdict =
	    chain_next(&v->chain, sequence, stored, text, (size_t)PQgetlength(row, 0, 3), &gap);
	if (gap > 0) {
		v->differ++;
		findings_add(&v->findings, FINDING_BAD, LINK, NULL,
			     "%lld link%s before link %lld %s gone", (long long)gap,
			     gap == 1 ? "" : "s", (long long)sequence, gap == 1 ? "is" : "are");
	}
	if (verdict == CHAIN_MISSING)
		differ(v, "was removed", sequence, audit_id);
	else if (verdict == CHAIN_CHANGED)
		differ(v, "was changed or moved", sequence, audit_id);
	else if (verdict == CHAIN_GOOD)
		v->good++;
	miss_seals(v, sequence);
	if (v->next_seal < v->seal_count && v->seals[v->next_seal].sequence == sequence)
		check_seal(v, &v->seals[v->next_seal++]);
	if (v->fingerprint && chain_fingerprint_is(stored, v->fingerprint))
		v->found_at = sequence;
	output_progress("links of the audit log", ++v->seen, v->all);
}

/* Row by row, however long the log is. */
static int walk(PGconn *conn, struct verifying *v)
{
	static const char sql[] =
	    "select c.sequence, c.audit_id, encode(c.hash, 'hex'), v.text "
	    "from kentongan.audit_chain c left join kentongan.audit_canonical v "
	    "on v.id = c.audit_id order by c.sequence";
	PGresult *row;
	int status = CLI_OK;
	if (!PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, 0) ||
	    !PQsetSingleRowMode(conn))
		return cli_failed(NULL, "%s", PQerrorMessage(conn));
	while ((row = PQgetResult(conn))) {
		if (PQresultStatus(row) == PGRES_SINGLE_TUPLE)
			take_link(v, row);
		else if (PQresultStatus(row) != PGRES_TUPLES_OK)
			status = cli_failed("ask again; `kentongan check` examines the database",
					    "reading the chain: %s", PQresultErrorMessage(row));
		PQclear(row);
	}
	output_progress_end();
	return status;
}

static int count(PGconn *conn, const char *sql, int64_t *out)
{
	PGresult *result;
	int status = sql_query(conn, &result, sql, 0, NULL);
	*out = 0;
	if (status)
		return status;
	*out = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return CLI_OK;
}

static int read_all(PGconn *conn, struct verifying *v, int64_t *unlinked)
{
	/* One picture of it all, while the service goes on linking. */
	int status = sql_query(
	    conn, NULL, "begin transaction isolation level repeatable read read only", 0, NULL);
	if (!status)
		status = count(conn, "select count(*) from kentongan.audit_chain", &v->all);
	if (!status)
		status = count(conn,
			       "select count(*) from kentongan.audit_log l where not exists "
			       "(select 1 from kentongan.audit_chain c where c.audit_id = l.id)",
			       unlinked);
	if (!status)
		status = load_seals(conn, v);
	chain_start(&v->chain);
	if (!status)
		status = walk(conn, v);
	if (!status)
		miss_seals(v, INT64_MAX);
	return status;
}

/* --- the result --- */

static void judge(struct verifying *v, int64_t unlinked)
{
	struct findings *f = &v->findings;
	int64_t unsealed = v->chain.sequence - v->last_seal;
	if (v->differ > FINDINGS_SHOWN)
		findings_add(f, FINDING_BAD, LINK, NULL, "and %lld more records differ",
			     (long long)(v->differ - FINDINGS_SHOWN));
	if (!v->differ)
		findings_add(f, FINDING_GOOD, LINK, NULL, "%lld records are as they were linked",
			     (long long)v->good);
	if (v->has_key && v->good_seals)
		findings_add(f, FINDING_GOOD, SEAL, NULL, "%zu are ours, the last at link %lld",
			     v->good_seals, (long long)v->last_seal);
	/* Who can rewrite the chain can also link it anew: only seals tell. */
	if (!v->has_key && v->seal_count)
		findings_add(f, FINDING_BAD, SEAL,
			     "run it where the key file can be read, or name the key with "
			     "--public-key",
			     "can't be checked: %s", v->no_key.text);
	if (v->has_key && unsealed > 0)
		findings_add(
		    f, FINDING_WARNING, SEAL, "the running service seals every seal_seconds",
		    "%lld links after the last seal aren't sealed yet", (long long)unsealed);
	if (unlinked > 0)
		findings_add(f, FINDING_WARNING, LINK,
			     "the running service links every seal_seconds",
			     "%lld records aren't linked yet", (long long)unlinked);
	if (v->fingerprint && v->found_at)
		findings_add(f, FINDING_GOOD, "fingerprint", NULL, "%s was the log at link %lld",
			     v->fingerprint, (long long)v->found_at);
	else if (v->fingerprint)
		findings_add(f, FINDING_BAD, "fingerprint",
			     "compare it digit by digit with the supervisor's message",
			     "%s was never the state of this log", v->fingerprint);
}

static int report(const struct cli *cli, struct verifying *v, int64_t unlinked)
{
	char fingerprint[CHAIN_FINGERPRINT_SIZE] = "";
	judge(v, unlinked);
	if (v->chain.sequence)
		chain_fingerprint(v->chain.hash, fingerprint);
	json_t *list = findings_take(&v->findings);
	if (cli->json)
		output_json(json_pack("{s:b, s:I, s:I, s:I, s:I, s:s, s:o}", "good",
				      v->findings.bad == 0, "links", (json_int_t)v->all, "differ",
				      (json_int_t)v->differ, "unlinked", (json_int_t)unlinked,
				      "last_seal", (json_int_t)v->last_seal, "fingerprint",
				      fingerprint, "findings", list));
	else
		json_decref(list);
	if (!cli->json && *fingerprint)
		printf("  fingerprint    %s\n", fingerprint);
	return v->findings.bad ? CLI_FAILED : CLI_OK;
}

int verb_audit_verify(struct cli *cli)
{
	struct verifying v = {.fingerprint = cli_value(cli, "fingerprint")};
	int64_t unlinked = 0;
	PGconn *conn = NULL;
	if (sodium_init() < 0)
		fatal("libsodium doesn't start");
	findings_start(&v.findings, cli);
	int status = find_key(cli, &v);
	if (!status)
		status = sql_connect(cli, &conn);
	if (!status)
		status = read_all(conn, &v, &unlinked);
	if (!status)
		status = report(cli, &v, unlinked);
	json_decref(v.findings.list);
	free(v.seals);
	PQfinish(conn);
	return status;
}
