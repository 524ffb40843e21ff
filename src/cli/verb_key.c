/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "kentongan/secret.h"
#include "check.h"
#include "output.h"

/* Made by root, read by the service. */
static int hand_over(const char *path, struct errbuf *err)
{
	const struct passwd *user = geteuid() == 0 ? getpwnam(SERVICE_USER) : NULL;
	if (user && (chown(path, 0, user->pw_gid) != 0 || chmod(path, 0640) != 0))
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

int cli_make_key(const struct cli *cli, struct errbuf *err)
{
	int rc = secret_create(cli->conf->key_file, err);
	return rc ? rc : hand_over(cli->conf->key_file, err);
}

/* What may be known: others check seals with it. */
static void print_key(const struct cli *cli, const struct secret *secret)
{
	uint8_t key[SECRET_PUBLIC_BYTES];
	char hex[2 * SECRET_PUBLIC_BYTES + 1];
	secret_public_key(secret, key);
	sodium_bin2hex(hex, sizeof hex, key, sizeof key);
	if (cli->json)
		output_json(json_pack("{s:s, s:s, s:s}", "file", cli->conf->key_file, "id",
				      secret_id(secret), "public_key", hex));
	else
		printf("file        %s\nid          %s\npublic key  %s\n", cli->conf->key_file,
		       secret_id(secret), hex);
}

int verb_key_show(struct cli *cli)
{
	struct secret *secret;
	struct errbuf err = {0};
	if (secret_load(&secret, cli->conf->key_file, &err))
		return cli_failed("run it as root; `kentongan key create` makes a first key", "%s",
				  err.text);
	print_key(cli, secret);
	secret_free(&secret);
	return CLI_OK;
}

int verb_key_create(struct cli *cli)
{
	const char *path = cli->conf->key_file;
	struct secret *secret;
	struct errbuf err = {0};
	int rc = cli_make_key(cli, &err);
	if (rc == -EEXIST)
		return cli_failed("keep it: without it no PIN and no seal is valid any more", "%s",
				  err.text);
	if (!rc)
		rc = secret_load(&secret, path, &err);
	if (rc)
		return cli_failed("run it as root", "%s", err.text);
	print_key(cli, secret);
	if (!cli->json)
		puts("Keep a copy of the file elsewhere: without it no PIN is accepted any more.\n"
		     "Note the public key with the supervisors: it proves who sealed the audit "
		     "log.");
	secret_free(&secret);
	return CLI_OK;
}
