/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <stdio.h>

#include "kentongan/secret.h"
#include "output.h"

int verb_key_create(struct cli *cli)
{
	const char *path = cli->conf->key_file;
	struct secret *secret;
	struct errbuf err = {0};
	int rc = secret_create(path, &err);
	if (rc == -EEXIST)
		return cli_failed("keep it: without it no PIN and no seal is valid any more",
				  "there is a key already: %s", err.text);
	if (!rc)
		rc = secret_load(&secret, path, &err);
	if (rc)
		return cli_failed("run it as root or as the service's user", "%s", err.text);
	if (cli->json)
		output_json(json_pack("{s:s, s:s}", "file", path, "id", secret_id(secret)));
	else
		printf("Key %s written to %s.\n"
		       "Keep a copy elsewhere: without it no PIN is accepted and the audit log's "
		       "seals can't go on.\n"
		       "The service's user must be able to read it: "
		       "`chown kentongan %s` (the package does so).\n",
		       secret_id(secret), path, path);
	secret_free(&secret);
	return CLI_OK;
}
