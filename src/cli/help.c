/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static void print_options(const struct cli_option *options, int most)
{
	char left[64];
	for (int i = 0; i < most && options[i].name; i++) {
		snprintf(left, sizeof left, "--%s%s%s", options[i].name,
			 options[i].value ? " " : "", options[i].value ? options[i].value : "");
		printf("  %-37s%s\n", left, options[i].help);
	}
}

static void print_verbs(const char *family)
{
	char left[64];
	size_t length = strlen(family);
	for (size_t i = 0; i < cli_verb_count; i++) {
		const struct verb *verb = &cli_verbs[i];
		if (*family && (strncmp(verb->name, family, length) != 0 ||
				(verb->name[length] && verb->name[length] != ' ')))
			continue;
		snprintf(left, sizeof left, "%s %s", verb->name, verb->args);
		printf("  %-37s%s\n", left, verb->help);
	}
}

void help_overview(void)
{
	puts("Kentongan: an SMS gateway for village savings cooperatives.\n\n"
	     "usage: kentongan [OPTIONS] VERB [ARGUMENTS]\n");
	print_verbs("");
	puts("\nOptions of every verb:");
	print_options(cli_global_options, CLI_OPTIONS_MAX);
	puts("\n`kentongan help VERB` explains one verb; kentongan(8) all of them.\n"
	     "Exit status: 0 done or all well, 1 failed or something is wrong, 2 not understood.");
}

void help_family(const char *word)
{
	printf("usage: kentongan %s …\n\n", word);
	print_verbs(word);
}

void help_verb(const struct verb *verb)
{
	printf("usage: kentongan %s%s%s%s\n\n  %s\n", verb->name, *verb->args ? " " : "",
	       verb->args, verb->options[0].name ? " [OPTIONS]" : "", verb->help);
	if (verb->options[0].name) {
		puts("\nOptions:");
		print_options(verb->options, CLI_OPTIONS_MAX);
	}
	puts("\nOptions of every verb:");
	print_options(cli_global_options, CLI_OPTIONS_MAX);
}

/* --- completion --- */

static void print_words(const struct cli_option *options)
{
	for (int i = 0; i < CLI_OPTIONS_MAX && options[i].name; i++)
		printf(" --%s", options[i].name);
}

/* Options that want a value, as a pattern of a shell's case. */
static void print_valued(const struct cli_option *options)
{
	for (int i = 0; i < CLI_OPTIONS_MAX && options[i].name; i++)
		if (options[i].value)
			printf("|--%s", options[i].name);
}

static void print_first_words(void)
{
	const char *last = "";
	for (size_t i = 0; i < cli_verb_count; i++) {
		const char *name = cli_verbs[i].name;
		size_t length = strcspn(name, " ");
		if (strncmp(name, last, length) == 0 && strcspn(last, " ") == length)
			continue;
		printf(" %.*s", (int)length, name);
		last = name;
	}
}

static void print_families(void)
{
	const char *last = "";
	for (size_t i = 0; i < cli_verb_count; i++) {
		const char *name = cli_verbs[i].name, *second = strchr(name, ' ');
		size_t length = strcspn(name, " ");
		if (!second)
			continue;
		if (strncmp(name, last, length + 1) != 0)
			printf("%s\t%.*s) words=\"", *last ? "\" ;;\n" : "", (int)length, name);
		else
			putchar(' ');
		fputs(second + 1, stdout);
		last = name;
	}
	puts("\" ;;");
}

void help_completion_bash(void)
{
	puts("# bash completion for kentongan; made by `kentongan help --completion bash`\n"
	     "_kentongan()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	     "\tlocal first= second= skip= i words=\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\tif [[ -n $skip ]]; then skip=; continue; fi\n"
	     "\t\tcase ${COMP_WORDS[i]} in");
	fputs("\t\t-c", stdout);
	print_valued(cli_global_options);
	for (size_t i = 0; i < cli_verb_count; i++)
		print_valued(cli_verbs[i].options);
	puts(") skip=1 ;;\n"
	     "\t\t-*) ;;\n"
	     "\t\t*) if [[ -z $first ]]; then first=${COMP_WORDS[i]}\n"
	     "\t\t\telif [[ -z $second ]]; then second=${COMP_WORDS[i]}; fi ;;\n"
	     "\t\tesac\n\tdone\n"
	     "\tif [[ $prev == -c || $prev == --config ]]; then\n"
	     "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n\t\treturn\n\tfi\n"
	     "\tif [[ $prev == --completion ]]; then\n"
	     "\t\tCOMPREPLY=(bash)\n\t\treturn\n\tfi\n"
	     "\t[[ -z $skip ]] || return");
	fputs("\tif [[ -z $first ]]; then\n\t\twords=\"", stdout);
	print_first_words();
	puts("\"\n\telif [[ -z $second ]]; then\n\t\tcase $first in");
	print_families();
	puts("\t\tesac\n\tfi\n\tcase \"$first $second\" in");
	for (size_t i = 0; i < cli_verb_count; i++) {
		if (!cli_verbs[i].options[0].name)
			continue;
		printf("\t\"%s\"%s) words+=\"", cli_verbs[i].name,
		       strchr(cli_verbs[i].name, ' ') ? "" : "*");
		print_words(cli_verbs[i].options);
		puts("\" ;;");
	}
	fputs("\tesac\n\twords+=\"", stdout);
	print_words(cli_global_options);
	puts("\"\n"
	     "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	     "\tif [[ $first == import && -n $second && $cur != -* ]]; then\n"
	     "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n\tfi\n"
	     "}\n"
	     "complete -o filenames -F _kentongan kentongan");
}
