/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"

static const char *default_conf_path(void)
{
	const char *from_environment = getenv("KENTONGAN_CONF");
	return from_environment && *from_environment ? from_environment
						     : KENTONGAN_SYSCONFDIR
		   "/kentongan/kentongan.conf";
}

static int load_conf(struct cli *cli)
{
	struct strbuf problems = {0};
	int rc = conf_load(&cli->conf, cli->conf_path, &problems);
	if (rc) {
		fprintf(stderr, "%s", problems.text ? problems.text : "");
		cli_failed(rc == -ENOENT
			       ? "make one from the example that is installed with the "
				 "program, or name yours with -c FILE"
			       : "mend these lines; `kentongan check` examines everything",
			   "the configuration %s can't be used", cli->conf_path);
	}
	strbuf_free(&problems);
	return rc ? CLI_FAILED : CLI_OK;
}

static int run(struct cli *cli, int argc, char **argv)
{
	bool done;
	int status = cli_parse(cli, argc, argv, &done);
	if (status || done)
		return status;
	if (!(cli->verb->flags & VERB_WITHOUT_CONF)) {
		status = load_conf(cli);
		if (status)
			return status;
	}
	/* serve and modem open the log themselves, under their own names. */
	if (cli->verb->run != verb_serve && cli->verb->run != verb_modem) {
		log_open(cli->verb->name);
		log_set_level(cli->verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	}
	log_show_numbers(cli->numbers);
	return cli->verb->run(cli);
}

int main(int argc, char **argv)
{
	struct cli cli = {.conf_path = default_conf_path()};
	/* Widths of characters are needed whatever the terminal says of itself. */
	setlocale(LC_CTYPE, "C.UTF-8");
	int status = run(&cli, argc, argv);
	conf_free(&cli.conf);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "kentongan: can't write the answer: %s\n", strerror(errno));
		status = status ? status : CLI_FAILED;
	}
	return status;
}
