/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CONF_INTERNAL_H
#define KENTONGAN_CONF_INTERNAL_H

/* What the three files of the configuration share: conf_table.c says which
 * settings there are, conf_syntax.c reads a file into (setting, value, line)
 * triples with libconfuse, conf.c checks those and fills struct conf. */

#include <stdbool.h>
#include <stddef.h>

#include "kentongan/conf.h"

enum setting_type {
	SETTING_TEXT,
	SETTING_PATH,   /* relative ones start at the file's directory */
	SETTING_SECRET, /* a path that may also name a systemd credential */
	SETTING_INT,
	SETTING_BOOL,
	SETTING_SECONDS, /* with up to three decimals; kept as milliseconds */
	SETTING_PAUSE    /* "stock" or an int */
};

/* Returns 0, or -EINVAL and appends what is wrong to WHY. May replace *VALUE
 * by its canonical form (a constant). */
typedef int setting_check_fn(const char **value, struct strbuf *why);

struct setting {
	const char *section; /* "" = outside of any section */
	const char *name;
	enum setting_type type;
	size_t offset; /* in struct conf, struct conf_modem, struct conf_operator */
	int min, max;  /* SETTING_INT, SETTING_PAUSE; of SETTING_SECONDS in seconds */
	setting_check_fn *check;
	const char *initial; /* the default, in the file's notation */
	const char *example; /* shown in the example instead of an empty default */
	bool reloadable;     /* SIGHUP is enough */
	const char *words;   /* the explanation, in plain words */
};

extern const struct setting conf_settings[];
extern const size_t conf_setting_count;
#define CONF_MODEM_SECTION "modem"
#define CONF_OPERATOR_SECTION "operator"
#define CONF_USSD_SECTION "ussd"
#define CONF_KANNEL_SECTION "kannel"

/* Whether there may be many sections of that name, each with a title. */
bool conf_section_is_titled(const char *section);

/* Operators of Indonesia with their numbers, as they come with the program. */
struct conf_shipped {
	const char *name, *prefixes;
};
extern const struct conf_shipped conf_shipped_operators[];
extern const size_t conf_shipped_operator_count;
#define CONF_SHIPPED_COUNTRY "62"

struct conf_section {
	const char *name;
	const char *words;
};
extern const struct conf_section conf_sections[]; /* in the order of the file */
extern const size_t conf_section_count;

const struct setting *conf_find_setting(const char *section, const char *name);

/* One assignment found in the file. */
struct conf_given {
	const struct setting *setting;
	const char *title; /* the modem's or operator's name, or "" */
	const char *value;
	int line;
};

/* Stands for a value or title whose mistake has been noted already. */
#define CONF_REPORTED "\001"

struct conf_title {
	const char *section;
	const char *title;
	int line;
};

struct conf_problem {
	int line;
	int order; /* of discovery, for those of one line */
	const char *text;
};

/* Everything that is known while a file is read; memory is the arena's. */
struct conf_reading {
	struct arena *arena;
	struct conf_given *given;
	size_t given_count, given_room;
	struct conf_title *titles;
	size_t title_count, title_room;
	struct conf_problem *problems;
	size_t problem_count, problem_room;
};

/* Notes "SETTING: TEXT" for LINE. */
void conf_note(struct conf_reading *reading, int line, const char *setting, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* Reads TEXT (the whole file, changed on the way). Mistakes of form are noted
 * and skipped, so that all others are found as well. */
void conf_read_text(struct conf_reading *reading, char *text, size_t length);

#endif
