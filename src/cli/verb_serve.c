/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>

#include "../daemon/modem_main.h"
#include "../daemon/serve.h"

/* -v says more than the configuration wants, until that is read again. */
static void set_level(struct cli *cli)
{
	if (cli->verbose)
		cli->conf->log_level = "debug";
}

int verb_serve(struct cli *cli)
{
	set_level(cli);
	return serve_main(cli->conf) ? CLI_FAILED : CLI_OK;
}

int verb_modem(struct cli *cli)
{
	const struct conf *conf = cli->conf;
	set_level(cli);
	if (conf_modem(conf, cli->argv[0]))
		return modem_main(conf, cli->argv[0]) ? CLI_FAILED : CLI_OK;
	if (!conf->modem_count)
		return cli_failed("add a section modem \"NAME\" { device = … } to it",
				  "%s configures no modem", conf->path);
	cli_failed(NULL, "no modem is called \"%s\"; %s has these:", cli->argv[0], conf->path);
	for (size_t i = 0; i < conf->modem_count; i++)
		fprintf(stderr, "  %s\n", conf->modems[i].name);
	return CLI_FAILED;
}
