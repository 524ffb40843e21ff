/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "kentongan/memory.h"
#include "kentongan/secret.h"
#include "output.h"
#include "sql.h"

/* Where other systems hear of events, and what they heard (kentongan-api(7)). */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SECRET_PREFIX "whsec_"
#define SECRET_BYTES 32
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define SECRET_SIZE (sizeof SECRET_PREFIX + sodium_base64_ENCODED_LEN(SECRET_BYTES, VARIANT))
#define LIMIT 50
#define LIMIT_MAX 10000

static const struct column event_columns[] = {
    {"id", "ID", COLUMN_INT},         {"kind", "KIND", COLUMN_TEXT},
    {"subject", "OF", COLUMN_INT},    {"at", "AT", COLUMN_TIME},
    {"status", "STATE", COLUMN_TEXT}, {"tries", "TRIES", COLUMN_INT},
    {"next_at", "NEXT", COLUMN_TIME}, {"finished_at", NULL, COLUMN_TIME},
    {"answer", "ANSWER", COLUMN_INT}, {"error", "ERROR", COLUMN_PLAIN},
};

/* A new signing secret: TEXT for the other system, sealed for the database
 * (bytea, malloc'd). */
static int make_secret(const struct cli *cli, char text[static SECRET_SIZE], char **sealed)
{
	uint8_t random[SECRET_BYTES], *bytes;
	struct secret *secret;
	struct errbuf err = {0};
	size_t length;

	if (secret_load(&secret, cli->conf->key_file, &err))
		return cli_failed("run it as root: the secret is sealed with the service's key",
				  "%s", err.text);
	randombytes_buf(random, sizeof random);
	strcpy(text, SECRET_PREFIX);
	sodium_bin2base64(text + strlen(SECRET_PREFIX), SECRET_SIZE - strlen(SECRET_PREFIX), random,
			  sizeof random, VARIANT);
	sodium_memzero(random, sizeof random);
	secret_seal(secret, text, strlen(text), &bytes, &length);
	*sealed = xmalloc(2 * length + 3);
	strcpy(*sealed, "\\x");
	sodium_bin2hex(*sealed + 2, 2 * length + 1, bytes, length);
	free(bytes);
	secret_free(&secret);
	return CLI_OK;
}

static int store_hook(const struct cli *cli, const char *url, const char *sealed)
{
	return sql_once(cli, NULL, "select api.client_hook($1, $2, $3, $4::bytea)", 4,
			(const char *const[]){cli_actor(), cli->argv[0], url, sealed});
}

static int hook_off(const struct cli *cli)
{
	int status = store_hook(cli, NULL, NULL);

	if (!status && cli->json)
		output_json(json_pack("{s:s, s:n}", "name", cli->argv[0], "hook"));
	else if (!status)
		printf("Client %s hears of nothing any more.\n", cli->argv[0]);
	return status;
}

int verb_client_hook(struct cli *cli)
{
	const char *name = cli->argv[0], *url = cli->argc > 1 ? cli->argv[1] : NULL;
	char text[SECRET_SIZE], *sealed = NULL;
	int status;

	if (!url == !cli_value(cli, "off"))
		return cli_usage(cli, "say where its events go: a URL, or --off");
	if (!url)
		return hook_off(cli);
	status = make_secret(cli, text, &sealed);
	if (!status)
		status = store_hook(cli, url, sealed);
	if (!status && cli->json) {
		output_json(
		    json_pack("{s:s, s:s, s:s}", "name", name, "hook", url, "secret", text));
	} else if (!status) {
		printf("%s\n", text);
		fputs("With this its events are signed. It is shown once; hand it over by a way "
		      "that nobody else reads.\n",
		      stderr);
	}
	sodium_memzero(text, sizeof text);
	free(sealed);
	return status;
}

int verb_client_events(struct cli *cli)
{
	PGresult *result;
	int64_t limit;
	char number[32];
	int status = cli_value_int(cli, "limit", LIMIT, 1, LIMIT_MAX, &limit);

	if (status)
		return status;
	snprintf(number, sizeof number, "%" PRId64, limit);
	status =
	    sql_once(cli, &result, "select * from api.client_events($1, $2::boolean, $3::int)", 3,
		     (const char *const[]){cli->argv[0],
					   cli_value(cli, "given-up") ? "true" : "false", number});
	if (status)
		return status;
	output_rows(cli, result, event_columns, COUNT(event_columns), "No events.", true);
	PQclear(result);
	return CLI_OK;
}

int verb_client_resend(struct cli *cli)
{
	const char *name = cli->argv[0], *id = cli->argc > 1 ? cli->argv[1] : NULL;
	PGresult *result;
	int64_t number;
	int status = id ? cli_int(cli, "the event's id", id, 1, INT64_MAX, &number) : CLI_OK;

	if (!status)
		status = sql_once(cli, &result, "select api.client_resend($1, $2, $3::bigint)", 3,
				  (const char *const[]){cli_actor(), name, id});
	if (status)
		return status;
	const char *count = PQgetvalue(result, 0, 0);
	if (cli->json)
		output_json(json_pack("{s:s, s:I}", "name", name, "events",
				      (json_int_t)strtoll(count, NULL, 10)));
	else
		printf("Events that client %s is told again: %s.\n", name, count);
	PQclear(result);
	return CLI_OK;
}
