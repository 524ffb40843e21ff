/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "kentongan/text.h"

#define GLOBAL_MAX 16
#define VALUE_BASE 256 /* getopt's answer for a long option: this + its index */
#define VERB_BASE (VALUE_BASE + GLOBAL_MAX)

/* --- what went wrong --- */

static void __attribute__((format(printf, 1, 0))) say(const char *fmt, va_list args)
{
	fflush(stdout);
	fputs("kentongan: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

int cli_failed(const char *hint, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	if (hint && *hint)
		fprintf(stderr, "  → %s\n", hint);
	return CLI_FAILED;
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	if (cli->verb)
		fprintf(stderr, "  → kentongan %s%s%s\n  → `kentongan help %s` explains it\n",
			cli->verb->name, *cli->verb->args ? " " : "", cli->verb->args,
			cli->verb->name);
	else
		fputs("  → `kentongan help` lists what can be asked\n", stderr);
	return CLI_USAGE;
}

/* --- getopt --- */

static size_t add_options(struct option *out, size_t n, const struct cli_option *from, int base)
{
	for (int i = 0; i < CLI_OPTIONS_MAX && from[i].name; i++)
		out[n++] =
		    (struct option){.name = from[i].name,
				    .has_arg = from[i].value ? required_argument : no_argument,
				    .val = base + i};
	return n;
}

static bool is_global(int answer, const char *name)
{
	return answer >= VALUE_BASE && answer < VERB_BASE &&
	       strcmp(cli_global_options[answer - VALUE_BASE].name, name) == 0;
}

static int bad_option(const struct cli *cli, int answer, char *const *argv)
{
	const char *given = argv[optind - 1];
	if (answer == ':')
		return cli_usage(cli, "%s needs a value", given);
	if (optopt > 0 && optopt < VALUE_BASE)
		return cli_usage(cli, "there is no option -%c", optopt);
	return cli_usage(cli, "there is no option %s%s%s", given, cli->verb ? " with " : "",
			 cli->verb ? cli->verb->name : "");
}

/* One pass of getopt over ARGV; *HELP and *VERSION are set where asked for. */
static int read_options(struct cli *cli, int argc, char **argv, bool *help, bool *version)
{
	struct option options[GLOBAL_MAX + CLI_OPTIONS_MAX + 1] = {0};
	size_t n = add_options(options, 0, cli_global_options, VALUE_BASE);
	if (cli->verb)
		add_options(options, n, cli->verb->options, VERB_BASE);
	opterr = 0;
	optind = 0; /* glibc: start anew */
	/* '+': before the verb everything up to it, and not what belongs to it. */
	for (int c;
	     (c = getopt_long(argc, argv, cli->verb ? ":c:vh" : "+:c:vh", options, NULL)) != -1;) {
		if (c == ':' || c == '?')
			return bad_option(cli, c, argv);
		if (c == 'c' || is_global(c, "config"))
			cli->conf_path = optarg;
		else if (c == 'v' || is_global(c, "verbose"))
			cli->verbose = true;
		else if (c == 'h' || is_global(c, "help"))
			*help = true;
		else if (is_global(c, "json"))
			cli->json = true;
		else if (is_global(c, "numbers"))
			cli->numbers = true;
		else if (is_global(c, "version"))
			*version = true;
		else
			cli->values[c - VERB_BASE] = optarg ? optarg : "";
	}
	return CLI_OK;
}

static int unknown_verb(const struct cli *cli, char *const *words, int count)
{
	if (verb_is_family(words[0])) {
		if (count > 1)
			cli_failed(NULL, "there is no verb \"%s %s\"", words[0], words[1]);
		help_family(words[0]);
		return CLI_USAGE;
	}
	for (size_t i = 0; i < cli_verb_count; i++) {
		char first[32];
		snprintf(first, sizeof first, "%.*s", (int)strcspn(cli_verbs[i].name, " "),
			 cli_verbs[i].name);
		if (text_one_edit(first, words[0]))
			return cli_usage(cli, "there is no verb \"%s\"; did you mean \"%s\"?",
					 words[0], first);
	}
	return cli_usage(cli, "there is no verb \"%s\"", words[0]);
}

/* The database and JSON take nothing else, and would say so less plainly. */
static bool is_utf8(const char *text)
{
	json_t *json = json_string(text);
	json_decref(json);
	return json != NULL;
}

static int check_arguments(const struct cli *cli)
{
	int least, most;
	verb_arity(cli->verb, &least, &most);
	if (cli->argc < least)
		return cli_usage(cli, "%s needs more: %s", cli->verb->name, cli->verb->args);
	if (cli->argc > most)
		return cli_usage(cli, "%s doesn't know what to do with \"%s\"%s", cli->verb->name,
				 cli->argv[most],
				 most ? "; a name of several words stands in quotes" : "");
	for (int i = 0; i < cli->argc; i++)
		if (!is_utf8(cli->argv[i]))
			return cli_usage(cli, "argument %d isn't UTF-8 text", i + 1);
	for (int i = 0; i < CLI_OPTIONS_MAX; i++)
		if (cli->values[i] && !is_utf8(cli->values[i]))
			return cli_usage(cli, "the value of --%s isn't UTF-8 text",
					 cli->verb->options[i].name);
	return CLI_OK;
}

int cli_parse(struct cli *cli, int argc, char **argv, bool *done)
{
	bool help = false, version = false;
	int used = 0;
	*done = false;
	int status = read_options(cli, argc, argv, &help, &version);
	if (status)
		return status;
	char **words = argv + optind;
	int count = argc - optind;
	if (!version && count > 0) {
		cli->verb = verb_find(words, count, &used);
		if (!cli->verb && help && verb_is_family(words[0])) {
			help_family(words[0]);
			*done = true;
			return CLI_OK;
		}
		if (!cli->verb)
			return unknown_verb(cli, words, count);
		/* The verb's last word stands where getopt expects the program's name. */
		words += used - 1;
		count -= used - 1;
		status = read_options(cli, count, words, &help, &version);
		if (status)
			return status;
		cli->argv = words + optind;
		cli->argc = count - optind;
	}
	*done = true;
	if (version)
		puts("kentongan " KENTONGAN_VERSION);
	else if (help && cli->verb)
		help_verb(cli->verb);
	else if (help)
		help_overview();
	else if (!cli->verb)
		return cli_usage(cli, "what shall be done?");
	else
		*done = false;
	return *done ? CLI_OK : check_arguments(cli);
}

/* --- values --- */

const char *cli_value(const struct cli *cli, const char *name)
{
	for (int i = 0; i < CLI_OPTIONS_MAX && cli->verb->options[i].name; i++)
		if (strcmp(cli->verb->options[i].name, name) == 0)
			return cli->values[i];
	fatal("verb %s has no option --%s", cli->verb->name, name);
}

int cli_int(const struct cli *cli, const char *what, const char *text, int64_t least, int64_t most,
	    int64_t *out)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno || end == text || *end || value < least || value > most)
		return cli_usage(cli, "%s is \"%s\"; it must be a number from %lld to %lld", what,
				 text, (long long)least, (long long)most);
	*out = value;
	return CLI_OK;
}

int cli_value_int(const struct cli *cli, const char *name, int64_t initial, int64_t least,
		  int64_t most, int64_t *out)
{
	char what[64];
	const char *text = cli_value(cli, name);
	*out = initial;
	snprintf(what, sizeof what, "--%s", name);
	return text ? cli_int(cli, what, text, least, most, out) : CLI_OK;
}

int cli_msisdn(const struct cli *cli, const char *text, char *out, size_t size)
{
	char number[MSISDN_MAX];
	switch (msisdn_parse(text, cli->conf->country, number)) {
	case MSISDN_OK:
		snprintf(out, size, "%s", number);
		return CLI_OK;
	case MSISDN_SHORT_CODE:
		return cli_usage(cli, "%s is a short code, not a telephone number", text);
	case MSISDN_ALPHANUMERIC:
	case MSISDN_INVALID:
		break;
	}
	return cli_usage(cli, "\"%s\" is not a telephone number; write it like 081234567890", text);
}

bool cli_cell_msisdn(const struct cli *cli, const char *text, char *out)
{
	char with_nought[32];
	if (msisdn_parse(text, cli->conf->country, out) == MSISDN_OK &&
	    !(*text == '8' && strncmp(out, "+8", 2) == 0))
		return true;
	snprintf(with_nought, sizeof with_nought, "0%s", text);
	return *text == '8' && msisdn_parse(with_nought, cli->conf->country, out) == MSISDN_OK;
}

int cli_ask(const struct cli *cli, const char *question, const char *done, const char *hint)
{
	char line[16];
	if (cli_value(cli, "yes"))
		return CLI_OK;
	if (!isatty(STDIN_FILENO))
		return cli_failed(hint, "nobody is here to ask; nothing was %s", done);
	fprintf(stderr, "%s? [y/N] ", question);
	if (fgets(line, sizeof line, stdin) && (*line == 'y' || *line == 'Y'))
		return CLI_OK;
	return cli_failed(NULL, "nothing was %s", done);
}

json_t *cli_words(const char *list)
{
	json_t *words = json_array();
	char *copy = xstrdup(list ? list : ""), *rest = copy;
	for (char *word; (word = strsep(&rest, ", "));)
		if (*word)
			json_array_append_new(words, json_string(word));
	free(copy);
	return words;
}

bool cli_amount(const char *text, int64_t *value)
{
	char *end;
	size_t length = strlen(text);
	*value = 0;
	if (!length)
		return true;
	if (strspn(text, "0123456789") < length)
		return amount_parse(text, length, value) == AMOUNT_OK;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno == 0 && *value <= CLI_AMOUNT_MAX;
}

const char *cli_actor(void)
{
	static char name[33];
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());
	if (sudo && *sudo)
		snprintf(name, sizeof name, "%s", sudo);
	else if (user)
		snprintf(name, sizeof name, "%s", user->pw_name);
	else
		snprintf(name, sizeof name, "uid%u", (unsigned)getuid());
	return name;
}
