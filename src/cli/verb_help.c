/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <string.h>

int verb_help(struct cli *cli)
{
	const char *shell = cli_value(cli, "completion");
	int used;
	if (shell && strcmp(shell, "bash") != 0)
		return cli_usage(cli, "there is no completion for %s, only for bash", shell);
	if (shell) {
		help_completion_bash();
		return CLI_OK;
	}
	if (cli->argc == 0) {
		help_overview();
		return CLI_OK;
	}
	const struct verb *verb = verb_find(cli->argv, cli->argc, &used);
	if (verb && used == cli->argc)
		help_verb(verb);
	else if (cli->argc == 1 && verb_is_family(cli->argv[0]))
		help_family(cli->argv[0]);
	else
		return cli_usage(cli, "there is no verb \"%s%s%s\"", cli->argv[0],
				 cli->argc > 1 ? " " : "", cli->argc > 1 ? cli->argv[1] : "");
	return CLI_OK;
}
