/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "kentongan/memory.h"
#include "kentongan/secret.h"
#include "output.h"
#include "sql.h"

/* Other systems that come in by HTTP (kentongan-api(7)). Their tokens are shown
 * once: the database has only a keyed hash of each. */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TOKEN_PREFIX "kt_"
#define TOKEN_BYTES 32
#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define TOKEN_SIZE (sizeof TOKEN_PREFIX + sodium_base64_ENCODED_LEN(TOKEN_BYTES, VARIANT))
#define HASH_SIZE (2 * SECRET_HASH_BYTES + 3)
/* Null where $N is. */
#define SCOPES(n)                                                                                  \
	"case when " n "::jsonb is not null then array(select jsonb_array_elements_text(" n        \
	"::jsonb)) end"
#define PER_MINUTE_MAX 100000
#define PER_DAY_MAX 10000000

static const struct column list_columns[] = {
    {"name", "NAME", COLUMN_TEXT},          {"scopes", "SCOPES", COLUMN_TEXT},
    {"per_minute", "A MINUTE", COLUMN_INT}, {"per_day", "SMS A DAY", COLUMN_INT},
    {"sent_today", "TODAY", COLUMN_INT},    {"waiting", "WAITING", COLUMN_INT},
    {"hook", "EVENTS TO", COLUMN_TEXT},     {"given_up", "GIVEN UP", COLUMN_INT},
    {"created_at", "SINCE", COLUMN_TIME},
};

struct token {
	char text[TOKEN_SIZE];
	char hash[HASH_SIZE]; /* bytea */
};

static int make_token(const struct cli *cli, struct token *token)
{
	uint8_t random[TOKEN_BYTES], hash[SECRET_HASH_BYTES];
	struct secret *secret;
	struct errbuf err = {0};

	if (secret_load(&secret, cli->conf->key_file, &err))
		return cli_failed("run it as root: tokens are made with the service's key", "%s",
				  err.text);
	randombytes_buf(random, sizeof random);
	strcpy(token->text, TOKEN_PREFIX);
	sodium_bin2base64(token->text + strlen(TOKEN_PREFIX),
			  sizeof token->text - strlen(TOKEN_PREFIX), random, sizeof random,
			  VARIANT);
	secret_fingerprint(secret, token->text, strlen(token->text), hash);
	strcpy(token->hash, "\\x");
	sodium_bin2hex(token->hash + 2, sizeof token->hash - 2, hash, sizeof hash);
	sodium_memzero(random, sizeof random);
	secret_free(&secret);
	return CLI_OK;
}

static void show_token(const struct cli *cli, const char *name, const struct token *token)
{
	if (cli->json) {
		output_json(json_pack("{s:s, s:s}", "name", name, "token", token->text));
		return;
	}
	printf("%s\n", token->text);
	fputs("This is shown once; hand it over by a way that nobody else reads.\n", stderr);
}

/* Scopes and limits that were given; the others stay NULL. */
struct settings {
	char *scopes; /* as JSON: ["send", "inbox"]; what stands in it is checked there */
	const char *per_minute, *per_day;
};

static int read_settings(const struct cli *cli, struct settings *out)
{
	int64_t number;
	int status = cli_value_int(cli, "per-minute", 1, 1, PER_MINUTE_MAX, &number);

	if (!status)
		status = cli_value_int(cli, "per-day", 1, 1, PER_DAY_MAX, &number);
	if (status)
		return status;
	*out = (struct settings){.per_minute = cli_value(cli, "per-minute"),
				 .per_day = cli_value(cli, "per-day")};
	if (cli_value(cli, "scope")) {
		json_t *words = cli_words(cli_value(cli, "scope"));
		out->scopes = json_dumps(words, JSON_COMPACT);
		json_decref(words);
		if (!out->scopes)
			fatal("out of memory");
	}
	return CLI_OK;
}

int verb_client_add(struct cli *cli)
{
	struct settings settings;
	struct token token;
	int status;

	if (!cli_value(cli, "scope"))
		return cli_usage(cli, "say by --scope what it may: send, inbox, money");
	status = read_settings(cli, &settings);
	if (status)
		return status;
	status = make_token(cli, &token);
	if (!status)
		status = sql_once(
		    cli, NULL,
		    "select api.client_add($1, $2, $3::bytea, " SCOPES("$4") ", $5::int, $6::int)",
		    6,
		    (const char *const[]){cli_actor(), cli->argv[0], token.hash, settings.scopes,
					  settings.per_minute, settings.per_day});
	if (!status)
		show_token(cli, cli->argv[0], &token);
	sodium_memzero(&token, sizeof token);
	free(settings.scopes);
	return status;
}

int verb_client_set(struct cli *cli)
{
	struct settings settings;
	int status = read_settings(cli, &settings);

	if (status)
		return status;
	if (!settings.scopes && !settings.per_minute && !settings.per_day)
		return cli_usage(cli, "nothing to change: --scope, --per-minute or --per-day");
	status = sql_once(cli, NULL,
			  "select api.client_set($1, $2, " SCOPES("$3") ", $4::int, $5::int)", 5,
			  (const char *const[]){cli_actor(), cli->argv[0], settings.scopes,
						settings.per_minute, settings.per_day});
	if (!status && cli->json)
		output_json(json_pack("{s:s}", "name", cli->argv[0]));
	else if (!status)
		printf("Client %s is changed.\n", cli->argv[0]);
	free(settings.scopes);
	return status;
}

/* "client token" reads as if it showed the one that is in use. */
static int ask(const struct cli *cli)
{
	char *question =
	    xasprintf("The token that %s uses ends at once. Make a new one", cli->argv[0]);
	int status = cli_ask(cli, question, "done", "add --yes to do it");
	free(question);
	return status;
}

int verb_client_token(struct cli *cli)
{
	struct token token;
	int status = ask(cli);

	if (!status)
		status = make_token(cli, &token);
	if (status)
		return status;

	status = sql_once(cli, NULL, "select api.client_token($1, $2, $3::bytea)", 3,
			  (const char *const[]){cli_actor(), cli->argv[0], token.hash});
	if (!status)
		show_token(cli, cli->argv[0], &token);
	sodium_memzero(&token, sizeof token);
	return status;
}

int verb_client_remove(struct cli *cli)
{
	PGresult *result;
	int status = sql_once(cli, &result, "select api.client_remove($1, $2)", 2,
			      (const char *const[]){cli_actor(), cli->argv[0]});

	if (status)
		return status;
	const char *waiting = PQgetvalue(result, 0, 0);
	if (cli->json)
		output_json(json_pack("{s:s, s:I}", "name", cli->argv[0], "cancelled",
				      (json_int_t)strtoll(waiting, NULL, 10)));
	else
		printf("Client %s is removed. %s of its messages waited: they aren't sent.\n",
		       cli->argv[0], waiting);
	PQclear(result);
	return CLI_OK;
}

int verb_client_list(struct cli *cli)
{
	PGresult *result;
	int status = sql_once(cli, &result, "select * from api.client_list()", 0, NULL);

	if (status)
		return status;
	output_rows(cli, result, list_columns, COUNT(list_columns),
		    "No other systems: `kentongan client add NAME --scope send` lets one in.",
		    false);
	PQclear(result);
	return CLI_OK;
}
