/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/conf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kentongan/log.h"
#include "conf_internal.h"

#define FILE_MAX (1024 * 1024)
#define NAME_MAX_LENGTH 32

/* --- the file --- */

static int read_file(const char *path, char **out, size_t *length, struct strbuf *problems)
{
	struct strbuf text = {0};
	char chunk[4096];
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		goto bad;
	while (text.length <= FILE_MAX && (n = read(fd, chunk, sizeof chunk)) > 0)
		strbuf_add(&text, chunk, (size_t)n);
	if (n < 0)
		goto bad;
	if (text.length > FILE_MAX) {
		errno = EFBIG;
		goto bad;
	}
	close(fd);
	strbuf_add(&text, "", 0);
	*out = text.text;
	*length = text.length;
	return 0;
bad:;
	int code = errno;
	strbuf_printf(problems, "%s: %s", path, strerror(code));
	if (code == EACCES)
		strbuf_puts(problems, "; run as root or as the service's user");
	strbuf_putc(problems, '\n');
	if (fd >= 0)
		close(fd);
	strbuf_free(&text);
	return code == ENOENT ? -ENOENT : -EINVAL;
}

/* --- values --- */

static const char *absolute_path(struct conf *conf, const struct setting *setting,
				 const char *value)
{
	if (!*value || *value == '/')
		return arena_strdup(conf->arena, value);
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	if (setting->type == SETTING_SECRET && credentials && !strchr(value, '/')) {
		char *path = arena_printf(conf->arena, "%s/%s", credentials, value);
		if (access(path, F_OK) == 0)
			return path;
	}
	const char *slash = strrchr(conf->path, '/');
	if (!slash)
		return arena_strdup(conf->arena, value);
	return arena_printf(conf->arena, "%.*s/%s", (int)(slash - conf->path), conf->path, value);
}

static int parse_int(const struct setting *setting, const char *value, int *out, struct strbuf *why)
{
	char *end;
	errno = 0;
	long n = strtol(value, &end, 10);
	if (end == value || *end) {
		strbuf_printf(why, "\"%s\" is not a whole number; use %d to %d", value,
			      setting->min, setting->max);
		return -EINVAL;
	}
	if (errno == ERANGE || n < setting->min || n > setting->max) {
		strbuf_printf(why, "%s is out of range; use %d to %d", value, setting->min,
			      setting->max);
		return -EINVAL;
	}
	*out = (int)n;
	return 0;
}

/* "2.5" to 2500. */
static int parse_seconds(const struct setting *setting, const char *value, int *out,
			 struct strbuf *why)
{
	size_t whole = strspn(value, "0123456789");
	size_t decimals = value[whole] == '.' ? strspn(value + whole + 1, "0123456789") : 0;
	size_t length = whole + (value[whole] == '.') + decimals;
	if (!whole || whole > 7 || value[length] || decimals > 3 ||
	    (value[whole] == '.' && !decimals)) {
		strbuf_printf(why, "\"%s\" is not a number of seconds; write one such as 4 or 0.5",
			      value);
		return -EINVAL;
	}
	int ms = atoi(value) * 1000;
	for (size_t i = 0, unit = 100; i < decimals; i++, unit /= 10)
		ms += (value[whole + 1 + i] - '0') * (int)unit;
	if (ms < setting->min * 1000 || ms > setting->max * 1000) {
		strbuf_printf(why, "%s is out of range; use %d to %d", value, setting->min,
			      setting->max);
		return -EINVAL;
	}
	*out = ms;
	return 0;
}

static int parse_bool(const char *value, bool *out, struct strbuf *why)
{
	static const char *const yes[] = {"yes", "true", "on"}, *const no[] = {"no", "false",
									       "off"};
	for (size_t i = 0; i < 3; i++)
		if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
			*out = strcmp(value, yes[i]) == 0;
			return 0;
		}
	strbuf_printf(why, "\"%s\" is neither yes nor no", value);
	return -EINVAL;
}

/* BASE is the struct (conf, conf_modem, conf_operator …) that SETTING is about. */
static int set_value(struct conf *conf, void *base, const struct setting *setting,
		     const char *value, struct strbuf *why)
{
	void *place = (char *)base + setting->offset;
	if (setting->check) {
		int rc = setting->check(&value, why);
		if (rc)
			return rc;
	}
	switch (setting->type) {
	case SETTING_TEXT:
		*(const char **)place = arena_strdup(conf->arena, value);
		return 0;
	case SETTING_PATH:
	case SETTING_SECRET:
		*(const char **)place = absolute_path(conf, setting, value);
		return 0;
	case SETTING_INT:
		return parse_int(setting, value, place, why);
	case SETTING_BOOL:
		return parse_bool(value, place, why);
	case SETTING_SECONDS:
		return parse_seconds(setting, value, place, why);
	case SETTING_PAUSE:
		if (strcmp(value, "stock") == 0) {
			*(int *)place = -1;
			return 0;
		}
		int rc = parse_int(setting, value, place, why);
		if (rc)
			strbuf_puts(why, ", or stock");
		return rc;
	}
	return -EINVAL;
}

/* SECTION: a titled one, or "" for all the others. */
static void set_defaults(struct conf *conf, void *base, const char *section)
{
	struct strbuf why = {0};
	for (size_t i = 0; i < conf_setting_count; i++) {
		const struct setting *setting = &conf_settings[i];
		const char *titled =
		    conf_section_is_titled(setting->section) ? setting->section : "";
		if (strcmp(titled, section) != 0)
			continue;
		if (*setting->initial) {
			if (set_value(conf, base, setting, setting->initial, &why))
				fatal("the default of %s: %s", setting->name, why.text);
		} else {
			*(const char **)((char *)base + setting->offset) = "";
		}
	}
	strbuf_free(&why);
}

/* --- modems --- */

static bool name_is_good(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
	return length >= 1 && length <= NAME_MAX_LENGTH && !name[length];
}

static const char *take_name(struct conf *conf, struct conf_reading *reading,
			     const struct conf_title *title)
{
	const char *name = arena_strdup(conf->arena, title->title);
	if (!name_is_good(name) && strcmp(name, CONF_REPORTED) != 0)
		conf_note(reading, title->line, title->section,
			  "\"%s\" is not a name for %s %s; use 1 to %d small letters, digits and "
			  "hyphens",
			  name, title->section[0] == 'o' ? "an" : "a", title->section,
			  NAME_MAX_LENGTH);
	return name;
}

static void add_modems(struct conf *conf, struct conf_reading *reading)
{
	conf->modems = arena_alloc(conf->arena, reading->title_count * sizeof *conf->modems);
	for (size_t i = 0; i < reading->title_count; i++) {
		const struct conf_title *title = &reading->titles[i];
		if (strcmp(title->section, CONF_MODEM_SECTION) != 0)
			continue;
		struct conf_modem *modem = &conf->modems[conf->modem_count++];
		set_defaults(conf, modem, CONF_MODEM_SECTION);
		modem->name = take_name(conf, reading, title);
		modem->line = title->line;
	}
}

/* Gammu's dummy phone is a folder, found without looking for a modem. */
static bool is_dummy(const struct conf_modem *modem)
{
	return strcmp(modem->connection, "none") == 0 || strcmp(modem->connection, "dummy") == 0;
}

/* Also where what it says is wrong: that has been reported then. */
static bool names_itself(const struct conf_reading *reading, const char *title)
{
	static const char *const names[] = {"device", "imei", "imsi"};
	for (size_t i = 0; i < reading->given_count; i++)
		for (size_t n = 0; n < 3; n++)
			if (strcmp(reading->given[i].title, title) == 0 &&
			    strcmp(reading->given[i].setting->name, names[n]) == 0 &&
			    *reading->given[i].value)
				return true;
	return false;
}

static void check_modems(struct conf *conf, struct conf_reading *reading)
{
	for (size_t i = 0; i < conf->modem_count; i++) {
		const struct conf_modem *modem = &conf->modems[i];
		if (!names_itself(reading, modem->name) && !is_dummy(modem))
			conf_note(reading, modem->line, "modem",
				  "\"%s\" doesn't say which modem it is; add a device, imei or "
				  "imsi line",
				  modem->name);
		for (size_t j = 0; j < i; j++)
			if (*modem->device && strcmp(modem->device, conf->modems[j].device) == 0)
				conf_note(
				    reading, modem->line, "modem",
				    "\"%s\" and \"%s\" have the same device; each needs its own",
				    conf->modems[j].name, modem->name);
	}
}

const struct conf_modem *conf_modem(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->modem_count; i++)
		if (strcmp(conf->modems[i].name, name) == 0)
			return &conf->modems[i];
	return NULL;
}

/* --- operators --- */

static struct conf_operator *find_operator(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->operator_count; i++)
		if (strcmp(conf->operators[i].name, name) == 0)
			return &conf->operators[i];
	return NULL;
}

static struct conf_operator *add_operator(struct conf *conf, const char *name)
{
	struct conf_operator *network = &conf->operators[conf->operator_count++];
	set_defaults(conf, network, CONF_OPERATOR_SECTION);
	network->name = name;
	return network;
}

/* A section of a shipped operator changes what it says and leaves the rest. */
static void add_operators(struct conf *conf, struct conf_reading *reading)
{
	size_t most = reading->title_count + conf_shipped_operator_count;
	conf->operators = arena_alloc(conf->arena, most * sizeof *conf->operators);
	for (size_t i = 0; i < reading->title_count; i++) {
		const struct conf_title *title = &reading->titles[i];
		if (strcmp(title->section, CONF_OPERATOR_SECTION) == 0)
			add_operator(conf, take_name(conf, reading, title))->line = title->line;
	}
	for (size_t i = 0; i < conf_shipped_operator_count; i++) {
		const struct conf_shipped *shipped = &conf_shipped_operators[i];
		struct conf_operator *network = find_operator(conf, shipped->name);
		if (!network)
			network = add_operator(conf, shipped->name);
		network->prefixes = shipped->prefixes;
	}
}

/* In another country the shipped ones are nobody. */
static void drop_foreign_operators(struct conf *conf)
{
	size_t kept = 0;
	if (strcmp(conf->country, CONF_SHIPPED_COUNTRY) == 0)
		return;
	for (size_t i = 0; i < conf->operator_count; i++) {
		struct conf_operator *network = &conf->operators[i];
		for (size_t j = 0; j < conf_shipped_operator_count; j++)
			if (network->prefixes == conf_shipped_operators[j].prefixes)
				network->prefixes = "";
		if (network->line)
			conf->operators[kept++] = *network;
	}
	conf->operator_count = kept;
}

/* The first prefix of A that B has, too; its length in *LENGTH. */
static const char *shared_prefix(const char *a, const char *b, size_t *length)
{
	for (const char *p = a + strspn(a, ", "); *p; p += *length, p += strspn(p, ", ")) {
		*length = strcspn(p, ", ");
		for (const char *q = b + strspn(b, ", "); *q;) {
			size_t other = strcspn(q, ", ");
			if (other == *length && strncmp(p, q, other) == 0)
				return p;
			q += other;
			q += strspn(q, ", ");
		}
	}
	return NULL;
}

static void check_operators(struct conf *conf, struct conf_reading *reading)
{
	for (size_t i = 0; i < conf->operator_count && conf->operators[i].line; i++) {
		const struct conf_operator *network = &conf->operators[i];
		if (!*network->prefixes && network->pace_ms)
			conf_note(reading, network->line, "operator",
				  "\"%s\" has a pace but no numbers; add a line prefixes = "
				  "\"0811,0812\"",
				  network->name);
		for (size_t j = 0; j < i; j++) {
			size_t length = 0;
			const char *prefix =
			    shared_prefix(network->prefixes, conf->operators[j].prefixes, &length);
			if (prefix)
				conf_note(reading, network->line, "operator",
					  "\"%s\" and \"%s\" both have %.*s; leave it with one",
					  conf->operators[j].name, network->name, (int)length,
					  prefix);
		}
	}
}

/* --- doors for USSD --- */

static struct conf_ussd *find_ussd(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->ussd_count; i++)
		if (strcmp(conf->ussds[i].name, name) == 0)
			return &conf->ussds[i];
	return NULL;
}

static void add_ussds(struct conf *conf, struct conf_reading *reading)
{
	conf->ussds = arena_alloc(conf->arena, reading->title_count * sizeof *conf->ussds + 1);
	for (size_t i = 0; i < reading->title_count; i++) {
		const struct conf_title *title = &reading->titles[i];
		if (strcmp(title->section, CONF_USSD_SECTION) != 0)
			continue;
		struct conf_ussd *door = &conf->ussds[conf->ussd_count++];
		set_defaults(conf, door, CONF_USSD_SECTION);
		door->name = take_name(conf, reading, title);
		door->line = title->line;
	}
}

#define SECRET_PATH_MIN 16

/* Also where what guards it is written wrongly: that has been reported then. */
static bool is_guarded(const struct conf_reading *reading, const struct conf_ussd *door)
{
	if (*door->user || *door->allow || strlen(door->path) >= strlen("/ussd/") + SECRET_PATH_MIN)
		return true;
	for (size_t i = 0; i < reading->given_count; i++) {
		const struct conf_given *given = &reading->given[i];
		const char *name = given->setting->name;
		if (strcmp(given->setting->section, CONF_USSD_SECTION) == 0 &&
		    strcmp(given->title, door->name) == 0 && *given->value &&
		    (strcmp(name, "allow") == 0 || (strcmp(name, "path") == 0 && !*door->path)))
			return true;
	}
	return false;
}

static void check_ussds(struct conf *conf, struct conf_reading *reading)
{
	for (size_t i = 0; i < conf->ussd_count; i++) {
		struct conf_ussd *door = &conf->ussds[i];
		if (!*door->user != !*door->password_file)
			conf_note(reading, door->line, "ussd",
				  "\"%s\" has %s; a password needs both", door->name,
				  *door->user ? "a user and no password_file"
					      : "a password_file and no user");
		if (!is_guarded(reading, door))
			conf_note(
			    reading, door->line, "ussd",
			    "\"%s\" is open to everybody; give it a path with %d characters "
			    "or more that nobody can guess, a user with password_file, or allow",
			    door->name, SECRET_PATH_MIN);
		if (!*door->path)
			door->path = arena_printf(conf->arena, "/ussd/%s", door->name);
		for (size_t j = 0; j < i; j++)
			if (strcmp(door->path, conf->ussds[j].path) == 0)
				conf_note(
				    reading, door->line, "ussd",
				    "\"%s\" and \"%s\" have the same path; each needs its own",
				    conf->ussds[j].name, door->name);
	}
}

/* --- Kannel --- */

static struct conf_kannel *find_kannel(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->kannel_count; i++)
		if (strcmp(conf->kannels[i].name, name) == 0)
			return &conf->kannels[i];
	return NULL;
}

static void add_kannels(struct conf *conf, struct conf_reading *reading)
{
	conf->kannels = arena_alloc(conf->arena, reading->title_count * sizeof *conf->kannels + 1);
	for (size_t i = 0; i < reading->title_count; i++) {
		const struct conf_title *title = &reading->titles[i];
		if (strcmp(title->section, CONF_KANNEL_SECTION) != 0)
			continue;
		struct conf_kannel *kannel = &conf->kannels[conf->kannel_count++];
		set_defaults(conf, kannel, CONF_KANNEL_SECTION);
		kannel->name = take_name(conf, reading, title);
		kannel->line = title->line;
	}
}

/* Those that can't have a default; what is written wrongly has been reported. */
static void check_kannel_given(struct conf_reading *reading, const struct conf_kannel *kannel)
{
	static const char *const needed[] = {"user", "password_file", "path"};
	for (size_t n = 0; n < sizeof needed / sizeof *needed; n++) {
		bool given = false;
		for (size_t i = 0; i < reading->given_count && !given; i++) {
			const struct setting *setting = reading->given[i].setting;
			given = strcmp(setting->section, CONF_KANNEL_SECTION) == 0 &&
				strcmp(setting->name, needed[n]) == 0 &&
				strcmp(reading->given[i].title, kannel->name) == 0;
		}
		if (!given)
			conf_note(reading, kannel->line, "kannel", "\"%s\" lacks a %s line",
				  kannel->name, needed[n]);
	}
}

static void check_kannels(struct conf *conf, struct conf_reading *reading)
{
	for (size_t i = 0; i < conf->kannel_count; i++) {
		struct conf_kannel *kannel = &conf->kannels[i];
		check_kannel_given(reading, kannel);
		if (!conf->http_port)
			conf_note(reading, kannel->line, "kannel",
				  "\"%s\" needs the web server; give section http a port",
				  kannel->name);
		if (!*kannel->callback)
			kannel->callback =
			    arena_printf(conf->arena, "http://127.0.0.1:%d", conf->http_port);
		for (size_t j = 0; j < i; j++)
			if (*kannel->path && strcmp(kannel->path, conf->kannels[j].path) == 0)
				conf_note(
				    reading, kannel->line, "kannel",
				    "\"%s\" and \"%s\" have the same path; each needs its own",
				    conf->kannels[j].name, kannel->name);
	}
}

/* --- all of it --- */

static const struct conf_given *given_before(const struct conf_reading *reading, size_t i)
{
	const struct conf_given *given = &reading->given[i];
	for (size_t j = 0; j < i; j++)
		if (reading->given[j].setting == given->setting &&
		    strcmp(reading->given[j].title, given->title) == 0)
			return &reading->given[j];
	return NULL;
}

static void apply(struct conf *conf, struct conf_reading *reading)
{
	set_defaults(conf, conf, "");
	add_modems(conf, reading);
	add_operators(conf, reading);
	add_ussds(conf, reading);
	add_kannels(conf, reading);
	struct strbuf why = {0};
	for (size_t i = 0; i < reading->given_count; i++) {
		const struct conf_given *given = &reading->given[i];
		const struct conf_given *before = given_before(reading, i);
		void *base = conf;
		if (before)
			conf_note(reading, given->line, given->setting->name,
				  "is set twice; line %d has it already, remove one of them",
				  before->line);
		if (strcmp(given->setting->section, CONF_OPERATOR_SECTION) == 0)
			base = find_operator(conf, given->title);
		else if (strcmp(given->setting->section, CONF_USSD_SECTION) == 0)
			base = find_ussd(conf, given->title);
		else if (strcmp(given->setting->section, CONF_KANNEL_SECTION) == 0)
			base = find_kannel(conf, given->title);
		else if (*given->title)
			base = (void *)conf_modem(conf, given->title);
		if (!base)
			continue; /* its section has been reported */
		strbuf_clear(&why);
		if (set_value(conf, base, given->setting, given->value, &why))
			conf_note(reading, given->line, given->setting->name, "%s", why.text);
	}
	strbuf_free(&why);
}

static int by_line(const void *a, const void *b)
{
	const struct conf_problem *x = a, *y = b;
	return x->line != y->line ? (x->line > y->line) - (x->line < y->line)
				  : (x->order > y->order) - (x->order < y->order);
}

static void report(const char *path, struct conf_reading *reading, struct strbuf *problems)
{
	qsort(reading->problems, reading->problem_count, sizeof *reading->problems, by_line);
	for (size_t i = 0; i < reading->problem_count; i++)
		strbuf_printf(problems, "%s:%d: %s\n", path, reading->problems[i].line,
			      reading->problems[i].text);
}

int conf_load(struct conf **out, const char *path, struct strbuf *problems)
{
	char *text = NULL;
	size_t length = 0;
	*out = NULL;
	int rc = read_file(path, &text, &length, problems);
	if (rc)
		return rc;

	struct arena *arena = arena_new();
	struct conf *conf = arena_alloc(arena, sizeof *conf);
	struct conf_reading reading = {.arena = arena};
	conf->arena = arena;
	conf->path = arena_strdup(arena, path);
	conf_read_text(&reading, text, length);
	size_t mistakes_of_form = reading.problem_count;
	apply(conf, &reading);
	drop_foreign_operators(conf);
	/* What was skipped may be what a modem seems to lack. */
	if (!mistakes_of_form) {
		check_modems(conf, &reading);
		check_operators(conf, &reading);
		check_ussds(conf, &reading);
		check_kannels(conf, &reading);
	}
	if (reading.problem_count) {
		report(path, &reading, problems);
		conf_free(&conf);
		rc = -EINVAL;
	}
	free(reading.given);
	free(reading.titles);
	free(reading.problems);
	free(text);
	*out = conf;
	return rc;
}

void conf_free(struct conf **conf)
{
	if (!*conf)
		return;
	/* The struct itself lives in its arena. */
	struct arena *arena = (*conf)->arena;
	arena_free(&arena);
	*conf = NULL;
}

void conf_apply_log(const struct conf *conf)
{
	static const struct {
		const char *name;
		enum log_level level;
	} levels[] = {
	    {"error", LOG_LEVEL_ERROR},
	    {"warn", LOG_LEVEL_WARN},
	    {"info", LOG_LEVEL_INFO},
	    {"debug", LOG_LEVEL_DEBUG},
	};
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (strcmp(conf->log_level, levels[i].name) == 0)
			log_set_level(levels[i].level);
	log_show_numbers(conf->log_numbers);
}

int conf_read_secret(const char *path, char *out, size_t size, struct errbuf *err)
{
	char full[PATH_MAX];
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	int n = 0;
	if (*path != '/' && credentials)
		n = snprintf(full, sizeof full, "%s/%s", credentials, path);
	if (n < 0 || (size_t)n >= sizeof full)
		return err_set(err, -ENAMETOOLONG, "%s: the name is too long", path);
	if (!n || access(full, F_OK) != 0)
		n = snprintf(full, sizeof full, "%s", path);
	if (n < 0 || (size_t)n >= sizeof full)
		return err_set(err, -ENAMETOOLONG, "%s: the name is too long", path);

	int fd = open(full, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, out, size);
	int code = errno;
	if (fd >= 0)
		close(fd);
	if (length < 0)
		return err_set(err, -code, "%s: %s", full, strerror(code));
	/* The first line is all; it must fit with its NUL. */
	const char *newline = memchr(out, '\n', (size_t)length);
	size_t end = newline ? (size_t)(newline - out) : (size_t)length;
	if (end >= size)
		return err_set(err, -EINVAL, "%s: its first line is too long", full);
	while (end && out[end - 1] == '\r')
		end--;
	out[end] = '\0';
	if (!end)
		return err_set(err, -EINVAL, "%s: its first line is empty", full);
	return 0;
}
