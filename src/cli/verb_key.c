/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
	if (cli->json)
		output_json(json_pack("{s:s, s:s}", "file", path, "id", secret_id(secret)));
	else
		printf("Key %s written to %s.\n"
		       "Keep a copy elsewhere: without it no PIN is accepted any more.\n",
		       secret_id(secret), path);
	secret_free(&secret);
	return CLI_OK;
}
