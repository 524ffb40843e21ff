/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "serve.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
    {"serve", serve_main},    {"send", command_send},       {"wait", command_wait},
    {"inbox", command_inbox}, {"control", command_control},
};

static const char help[] = "kentongan-simulator: a mobile network with GSM modems, in software\n";

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "--help";

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (strcmp(name, "--version") == 0) {
		puts("kentongan-simulator " KENTONGAN_VERSION);
		return 0;
	}
	fprintf(stderr, "kentongan-simulator: no such command: %s (try --help)\n", name);
	return 2;
}
