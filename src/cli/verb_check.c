/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kentongan/memory.h"
#include "check.h"
#include "http_get.h"
#include "output.h"

static void check_conf(struct findings *f, struct cli *cli)
{
	struct strbuf problems = {0};
	int rc = conf_load(&cli->conf, cli->conf_path, &problems);
	char *rest = problems.text, *line;
	if (!rc)
		findings_add(f, FINDING_GOOD, "configuration", NULL, "%s", cli->conf_path);
	while (rc && rest && (line = strsep(&rest, "\n")))
		if (*line)
			findings_add(
			    f, FINDING_BAD, "configuration",
			    rc == -ENOENT
				? "copy kentongan.conf.example there, or name yours with -c FILE"
				: "kentongan.conf(5) describes each setting",
			    "%s", line);
	if (rc && !problems.length)
		findings_add(f, FINDING_BAD, "configuration", "copy the example",
			     "%s can't be read", cli->conf_path);
	strbuf_free(&problems);
}

static void check_http(struct findings *f, const struct conf *conf)
{
	struct strbuf body = {0};
	struct errbuf err = {0};
	if (!conf->http_port) {
		findings_add(f, FINDING_WARNING, "http", "set port in section http",
			     "the web server is off: `kentongan status` can't ask the service");
		return;
	}
	int rc = http_get(conf, "/status", 2, &body, &err);
	if (rc == 0 && strstr(body.text ? body.text : "", "\"modems\""))
		findings_add(f, FINDING_GOOD, "http", NULL, "the service answers at port %d",
			     conf->http_port);
	else if (rc == -ECONNREFUSED)
		findings_add(f, FINDING_GOOD, "http", NULL, "port %d is free", conf->http_port);
	else
		findings_add(f, FINDING_BAD, "http",
			     "stop the program that listens there, or set another port",
			     "port %d is in use by another program or hangs%s%s", conf->http_port,
			     rc ? ": " : "", rc ? err.text : "");
	strbuf_free(&body);
}

int verb_check(struct cli *cli)
{
	struct findings f;
	findings_start(&f, cli);
	check_conf(&f, cli);
	if (cli->conf) {
		check_files(&f, cli->conf);
		check_database(&f, cli->conf);
		check_http(&f, cli->conf);
		check_modems(&f, cli->conf, cli_value(cli, "no-modem") == NULL);
	}
	json_t *list = findings_take(&f);
	if (cli->json) {
		output_json(list);
		return f.bad ? CLI_FAILED : CLI_OK;
	}
	json_decref(list);
	if (f.bad)
		printf("%zu thing%s must be mended: see ✗ above.\n", f.bad, f.bad == 1 ? "" : "s");
	else
		printf("All is well%s.\n", f.warnings ? "; see ! above" : "");
	return f.bad ? CLI_FAILED : CLI_OK;
}
