/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kentongan/catalogue.h"
#include "kentongan/memory.h"
#include "kentongan/parser.h"
#include "kentongan/secret.h"
#include "kentongan/ussd.h"

static bool is_in_group(const struct passwd *user, gid_t group)
{
	gid_t groups[64];
	int count = 64;
	if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
		return false;
	for (int i = 0; i < count; i++)
		if (groups[i] == group)
			return true;
	return false;
}

bool check_service_may(const struct stat *st, int how)
{
	const struct passwd *user = getpwnam(SERVICE_USER);
	mode_t bit = how == W_OK ? S_IWOTH : S_IROTH;
	if (!user)
		return true;
	if (st->st_uid == user->pw_uid)
		return st->st_mode & (bit << 6);
	if (is_in_group(user, st->st_gid))
		return st->st_mode & (bit << 3);
	return st->st_mode & bit;
}

static void check_key(struct findings *f, const struct conf *conf)
{
	struct errbuf err = {0};
	struct secret *secret;
	struct stat st;
	int rc = secret_load(&secret, conf->key_file, &err);
	if (rc == -EACCES) {
		findings_add(f, FINDING_WARNING, "key", "run this as root to look at it", "%s",
			     err.text);
		return;
	}
	if (rc) {
		findings_add(f, FINDING_BAD, "key",
			     rc == -ENOENT ? "`kentongan key create` makes one; or bring back your "
					     "copy of it"
					   : "mend the file or its mode",
			     "%s", err.text);
		return;
	}
	if (stat(conf->key_file, &st) == 0 && !check_service_may(&st, R_OK))
		findings_add(f, FINDING_BAD, "key",
			     "as root: chgrp " SERVICE_USER " and chmod 640 this file",
			     "the service's user " SERVICE_USER " can't read %s", conf->key_file);
	else
		findings_add(f, FINDING_GOOD, "key", NULL, "%s (%s); is there a copy elsewhere?",
			     conf->key_file, secret_id(secret));
	secret_free(&secret);
}

/* Each line of PROBLEMS is a mistake of its own. */
static void tell_lines(struct findings *f, const char *about, const char *next,
		       struct strbuf *problems)
{
	char *rest = problems->text, *line;
	while (rest && (line = strsep(&rest, "\n")))
		if (*line)
			findings_add(f, FINDING_BAD, about, next, "%s", line);
	strbuf_clear(problems);
}

static void count_command(const char *command, const char *kind, const char *const *words,
			  size_t count, void *arg)
{
	(void)command, (void)kind, (void)words;
	size_t *totals = arg;
	totals[0]++;
	totals[1] += count;
}

static void check_words(struct findings *f, const struct conf *conf)
{
	struct strbuf problems = {0};
	struct grammar *grammar;
	size_t totals[2] = {0};
	if (grammar_load(&grammar, conf->commands_file, &problems)) {
		tell_lines(f, "commands", "mend the line; kentongan-commands(5) describes the file",
			   &problems);
	} else {
		grammar_each(grammar, count_command, totals);
		findings_add(f, FINDING_GOOD, "commands", NULL, "%s: %zu commands, %zu words",
			     conf->commands_file, totals[0], totals[1]);
		grammar_free(&grammar);
	}
	strbuf_free(&problems);
}

static void count_text(const char *lang, const char *name, const char *text, bool is_long,
		       const char *file, int line, void *arg)
{
	(void)lang, (void)name, (void)text, (void)is_long, (void)file, (void)line;
	++*(size_t *)arg;
}

static void check_texts(struct findings *f, const struct conf *conf)
{
	struct strbuf problems = {0};
	struct catalogue *catalogue;
	size_t texts = 0;
	if (catalogue_load(&catalogue, conf->lang_dir, conf->language, &problems)) {
		tell_lines(f, "texts", "mend the line; kentongan-commands(5) describes the files",
			   &problems);
	} else {
		catalogue_each(catalogue, count_text, &texts);
		findings_add(f, FINDING_GOOD, "texts", NULL, "%s: %zu texts", conf->lang_dir,
			     texts);
		catalogue_free(&catalogue);
	}
	strbuf_free(&problems);
}

static void check_menus(struct findings *f, const struct conf *conf)
{
	struct strbuf problems = {0};
	if (!conf->ussd_count)
		return;
	if (ussd_check(conf, &problems))
		tell_lines(f, "menus", "mend the line; the file says how it is written", &problems);
	else
		findings_add(f, FINDING_GOOD, "menus", NULL, "%s: %zu doors for USSD",
			     conf->menus_file, conf->ussd_count);
	strbuf_free(&problems);
}

/* Addresses and the path's length have been looked at with the file. */
static void check_kannel(struct findings *f, const struct conf_kannel *kannel)
{
	char about[64], password[256];
	struct errbuf err = {0};
	struct stat st;
	snprintf(about, sizeof about, "kannel %s", kannel->name);
	int rc = conf_read_secret(kannel->password_file, password, sizeof password, &err);
	explicit_bzero(password, sizeof password);
	if (rc == -EACCES)
		findings_add(f, FINDING_WARNING, about, "run this as root to look at it", "%s",
			     err.text);
	else if (rc)
		findings_add(f, FINDING_BAD, about,
			     "write the password of Kannel's sendsms-user into this file, readable "
			     "for " SERVICE_USER " only",
			     "the password: %s", err.text);
	else if (stat(kannel->password_file, &st) == 0 && !check_service_may(&st, R_OK))
		findings_add(f, FINDING_BAD, about,
			     "as root: chgrp " SERVICE_USER " and chmod 640 this file",
			     "the service's user " SERVICE_USER " can't read %s",
			     kannel->password_file);
	else
		findings_add(f, FINDING_GOOD, about, NULL,
			     "sends through %s; Kannel must call %s/kannel/…/sms", kannel->sendsms,
			     kannel->callback);
}

static void check_state_dir(struct findings *f, const struct conf *conf)
{
	struct stat st;
	if (stat(conf->state_dir, &st) != 0 || !S_ISDIR(st.st_mode))
		findings_add(f, FINDING_WARNING, "state_dir",
			     "as root: install -d -o " SERVICE_USER " -m 750 and this folder",
			     "there is no folder %s: reports on modem trouble can't be kept",
			     conf->state_dir);
	else if (!check_service_may(&st, W_OK))
		findings_add(
		    f, FINDING_WARNING, "state_dir", "as root: chown " SERVICE_USER " this folder",
		    "the service's user " SERVICE_USER " can't write to %s", conf->state_dir);
	else
		findings_add(f, FINDING_GOOD, "state_dir", NULL, "%s", conf->state_dir);
}

void check_files(struct findings *f, const struct conf *conf)
{
	check_key(f, conf);
	check_words(f, conf);
	check_texts(f, conf);
	check_menus(f, conf);
	for (size_t i = 0; i < conf->kannel_count; i++)
		check_kannel(f, &conf->kannels[i]);
	check_state_dir(f, conf);
}
