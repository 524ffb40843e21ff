/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <confuse.h>

/* libconfuse stops at the first mistake, and its scanner stays inside a quote
 * that the file doesn't close. So quotes, remarks and brackets are looked at
 * first; then, while libconfuse finds fault, the fault is noted, blanked out
 * and the text is read again: that way everything is found in one run. */

#define MISTAKES_MAX 100
#define DEPTH_MAX 16

void conf_note(struct conf_reading *reading, int line, const char *setting, const char *fmt, ...)
{
	struct strbuf text = {0};
	va_list args;
	va_start(args, fmt);
	char *message = NULL;
	if (vasprintf(&message, fmt, args) < 0)
		fatal("out of memory");
	va_end(args);
	strbuf_printf(&text, "%s: %s", setting, message);
	free(message);

	if (reading->problem_count == reading->problem_room) {
		reading->problem_room = reading->problem_room ? reading->problem_room * 2 : 16;
		reading->problems = xreallocarray(reading->problems, reading->problem_room,
						  sizeof *reading->problems);
	}
	reading->problems[reading->problem_count] =
	    (struct conf_problem){.line = line,
				  .order = (int)reading->problem_count,
				  .text = arena_strdup(reading->arena, text.text)};
	reading->problem_count++;
	strbuf_free(&text);
}

static int line_of(const char *text, const char *at)
{
	int line = 1;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static void blank(char *from, const char *to)
{
	for (; from < to; from++)
		if (*from != '\n')
			*from = ' ';
}

/* --- before libconfuse --- */

/* P is at a quote. Returns behind the closing one; NULL where the line ends
 * first (a value of ours is never longer than its line). */
static char *skip_quoted(char *p)
{
	char quote = *p++;
	for (; *p && *p != '\n' && *p != quote; p++)
		if (*p == '\\' && p[1] && p[1] != '\n')
			p++;
	return *p == quote ? p + 1 : NULL;
}

/* Backslash and digits is the one escape that upsets libconfuse's scanner. */
static bool has_number_escape(const char *p, const char *end)
{
	for (; p + 1 < end; p++)
		if (*p == '\\') {
			if (p[1] >= '0' && p[1] <= '9')
				return true;
			p++;
		}
	return false;
}

/* Puts CONF_REPORTED in place of a bad value, so that its name has one. */
static void replace_value(char *from, char *to)
{
	blank(from, to);
	*from = CONF_REPORTED[0];
}

static char *check_quoted(struct conf_reading *reading, char *text, char *p)
{
	char *end = skip_quoted(p);
	if (!end) {
		conf_note(reading, line_of(text, p), "quote",
			  "isn't closed; end the value with %c on the same line", *p);
		/* A bracket at the end of the line was hardly meant to be quoted. */
		end = p + strcspn(p, "\n");
		char *last = end - 1;
		while (last > p && strchr(" \t\r", *last))
			last--;
		if (last > p && strchr("{}", *last))
			end = last;
		replace_value(p, end);
	} else if (*p == '"' && has_number_escape(p, end)) {
		conf_note(reading, line_of(text, p), "quote",
			  "a \\ before a digit has no meaning; write \\\\ for one \\");
		replace_value(p, end);
	}
	return end;
}

/* P is at the start of a remark; returns behind it, NULL if P isn't. */
static char *skip_remark(char *p)
{
	if (*p == '#' || (*p == '/' && p[1] == '/'))
		return p + strcspn(p, "\n");
	if (*p != '/' || p[1] != '*')
		return NULL;
	char *end = strstr(p + 2, "*/");
	return end ? end + 2 : p + strlen(p);
}

/* Returns how many closing brackets are missing at the end. */
static int check_form(struct conf_reading *reading, char *text)
{
	char *open[DEPTH_MAX];
	int depth = 0;
	for (char *p = text, *end; *p; p = end) {
		end = p + 1;
		char *remark = skip_remark(p);
		if (remark) {
			blank(p, end = remark);
		} else if (*p == '"' || *p == '\'') {
			end = check_quoted(reading, text, p);
		} else if (*p == '{') {
			if (depth == DEPTH_MAX)
				*p = ' ';
			else
				open[depth++] = p;
		} else if (*p == '}' && depth-- == 0) {
			conf_note(reading, line_of(text, p), "}",
				  "closes nothing; remove it, or see whether a { is missing above");
			depth = 0;
			*p = ' ';
		}
	}
	for (int i = 0; i < depth; i++)
		conf_note(reading, line_of(text, open[i]), "{",
			  "is never closed; put a } where the section ends");
	return depth;
}

/* --- repairing the text after a mistake --- */

/* Behind the } that closes the { at P. Quotes are known to be closed. */
static char *skip_block(char *p)
{
	int depth = 0;
	while (*p) {
		if (*p == '"' || *p == '\'') {
			p = skip_quoted(p);
			if (!p)
				return NULL;
			continue;
		}
		depth += (*p == '{') - (*p == '}');
		p++;
		if (!depth)
			break;
	}
	return p;
}

#define NAME_ENDS " \t\r\n\"'{}()=+,"

static char *skip_space(char *p)
{
	return p + strspn(p, " \t\r\n");
}

static char *skip_word(char *p)
{
	char *end = *p == '"' || *p == '\'' ? skip_quoted(p) : p + strcspn(p, NAME_ENDS);
	return end ? end : p;
}

static char *find_word(char *line, const char *end, const char *word)
{
	size_t length = strlen(word);
	for (char *p = line; length && p + length <= end; p++)
		if (strncmp(p, word, length) == 0 && (p == line || strchr(NAME_ENDS, p[-1])) &&
		    strchr(NAME_ENDS, p[length]))
			return p;
	return NULL;
}

/* Blanks "NAME = value", "NAME { … }" or "NAME title { … }". */
static void blank_statement(char *name)
{
	char *end = skip_word(name), *next = skip_space(end);
	if (*next == '=' || *next == '+') {
		end = skip_word(skip_space(next + strspn(next, "+=")));
	} else {
		char *title = skip_space(skip_word(next));
		char *block = *next == '{' ? next : *title == '{' ? title : NULL;
		if (block && (block = skip_block(block)))
			end = block;
	}
	blank(name, end > name ? end : name + 1);
}

/* Blanks a line without leaving its brackets unpaired. */
static void blank_line(char *line, char *end)
{
	for (char *p = line; p < end; p++) {
		if (*p == '}') {
			*p = ' ';
			return blank(line, p);
		}
		if (*p == '{') {
			char *block = skip_block(p);
			return blank(line, block ? block : end);
		}
	}
	blank(line, end);
}

/* --- with libconfuse --- */

struct fault {
	bool found;
	int line;
	char section[40];
	char text[300];
};

/* libconfuse hands a cfg_t to its callbacks and nothing of ours. One file is
 * read at a time, before or between turns of the loop. */
static struct conf_reading *current;
static struct fault fault;

static const char *section_of(const cfg_t *cfg)
{
	return strcmp(cfg->name, "root") == 0 ? "" : cfg->name;
}

static void on_error(cfg_t *cfg, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
static void on_error(cfg_t *cfg, const char *fmt, va_list args)
{
	if (fault.found)
		return;
	fault.found = true;
	fault.line = cfg->line;
	snprintf(fault.section, sizeof fault.section, "%s", section_of(cfg));
	if (vsnprintf(fault.text, sizeof fault.text, fmt, args) < 0)
		fault.text[0] = '\0';
}

static int on_value(cfg_t *cfg, cfg_opt_t *opt)
{
	struct conf_reading *reading = current;
	if (strcmp(cfg_opt_getnstr(opt, 0), CONF_REPORTED) == 0)
		return 0;
	if (reading->given_count == reading->given_room) {
		reading->given_room = reading->given_room ? reading->given_room * 2 : 32;
		reading->given =
		    xreallocarray(reading->given, reading->given_room, sizeof *reading->given);
	}
	reading->given[reading->given_count++] = (struct conf_given){
	    .setting = conf_find_setting(section_of(cfg), opt->name),
	    .title = arena_strdup(reading->arena, cfg->title ? cfg->title : ""),
	    .value = arena_strdup(reading->arena, cfg_opt_getnstr(opt, 0)),
	    .line = cfg->line,
	};
	return 0;
}

static int on_titled(cfg_t *cfg, cfg_opt_t *opt)
{
	struct conf_reading *reading = current;
	cfg_t *section = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	(void)cfg;
	if (reading->title_count == reading->title_room) {
		reading->title_room = reading->title_room ? reading->title_room * 2 : 8;
		reading->titles =
		    xreallocarray(reading->titles, reading->title_room, sizeof *reading->titles);
	}
	reading->titles[reading->title_count++] = (struct conf_title){
	    .section = arena_strdup(reading->arena, opt->name),
	    .title = arena_strdup(reading->arena, cfg_title(section)),
	};
	return 0;
}

/* Values are all taken as text: what a number must look like is our table's
 * business, and a wrong one is no reason to stop reading. */
static void fill_options(cfg_opt_t *options, const char *section, size_t *count)
{
	for (size_t i = 0; i < conf_setting_count; i++) {
		if (strcmp(conf_settings[i].section, section) != 0)
			continue;
		cfg_opt_t option = CFG_STR(conf_settings[i].name, NULL, CFGF_NODEFAULT);
		option.validcb = on_value;
		options[(*count)++] = option;
	}
}

static int parse_once(struct conf_reading *reading, const char *text)
{
	cfg_opt_t sections[16][64] = {0}, *options = sections[0];
	size_t count = 0;
	fill_options(options, "", &count);
	for (size_t s = 1; s < conf_section_count; s++) {
		bool titled = conf_section_is_titled(conf_sections[s].name);
		size_t inner = 0;
		fill_options(sections[s], conf_sections[s].name, &inner);
		cfg_opt_t option =
		    CFG_SEC(conf_sections[s].name, sections[s],
			    titled ? CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES : CFGF_NONE);
		option.validcb = titled ? on_titled : NULL;
		options[count++] = option;
	}

	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	if (!cfg)
		fatal("out of memory");
	current = reading;
	fault = (struct fault){0};
	reading->given_count = reading->title_count = 0;
	cfg_set_error_function(cfg, on_error);
	int rc = cfg_parse_buf(cfg, text);
	cfg_free(cfg);
	current = NULL;
	return rc;
}

/* --- what to say --- */

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

/* Levenshtein's distance; names longer than 40 are nobody's slip. */
static size_t distance(const char *a, const char *b)
{
	size_t row[41], n = strlen(b);
	if (n > 40 || strlen(a) > 40)
		return 99;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];
			row[j] = min3(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[n];
}

static const char *nearest(const char *section, const char *name)
{
	const char *best = NULL;
	size_t least = strlen(name) / 3 + 1; /* more apart is another word */
	for (size_t i = 0; i < conf_setting_count; i++) {
		size_t d = distance(name, conf_settings[i].name);
		if (strcmp(conf_settings[i].section, section) == 0 && d <= least) {
			best = conf_settings[i].name;
			least = d;
		}
	}
	for (size_t i = 1; !*section && i < conf_section_count; i++) {
		size_t d = distance(name, conf_sections[i].name);
		if (d <= least) {
			best = conf_sections[i].name;
			least = d;
		}
	}
	return best;
}

static bool is_section(const char *name)
{
	for (size_t i = 1; i < conf_section_count; i++)
		if (strcmp(conf_sections[i].name, name) == 0)
			return true;
	return false;
}

static void note_unknown(struct conf_reading *reading, const char *name)
{
	const char *like = nearest(fault.section, name), *home = NULL;
	for (size_t i = 0; i < conf_setting_count && !home; i++)
		if (strcmp(conf_settings[i].name, name) == 0)
			home = conf_settings[i].section;
	if (home && *home)
		conf_note(reading, fault.line, name,
			  "has its place inside \"%s { … }\"; move it there", home);
	else if (home || is_section(name))
		conf_note(reading, fault.line, name,
			  "has its place outside of \"%s { … }\"; move it there, or see whether "
			  "a } is missing",
			  fault.section);
	else if (like)
		conf_note(reading, fault.line, name, "there is no such setting; did you mean %s?",
			  like);
	else
		conf_note(reading, fault.line, name,
			  "there is no such setting%s%s; kentongan.conf(5) lists them all",
			  *fault.section ? " in section " : "", fault.section);
}

/* The last quoted word of libconfuse's message is what it talks about. */
static bool quoted_word(const char *text, char *word, size_t size)
{
	const char *end = strrchr(text, '\''), *begin = strchr(text, '\'');
	if (!end || begin == end)
		return false;
	return snprintf(word, size, "%.*s", (int)(end - begin - 1), begin + 1) < (int)size;
}

static bool is_known(const char *section, const char *name)
{
	return conf_find_setting(section, name) || (!*section && is_section(name));
}

/* The section of which LINE opens a second one with the same title. */
static char *find_titled(char *line, const char *end, const char **section)
{
	for (size_t i = 1; i < conf_section_count; i++) {
		*section = conf_sections[i].name;
		char *at = conf_section_is_titled(*section) ? find_word(line, end, *section) : NULL;
		if (at)
			return at;
	}
	return NULL;
}

/* Notes the fault and blanks what caused it. */
static void mend(struct conf_reading *reading, char *text)
{
	char word[64] = "", *line = text;
	for (int i = 1; i < fault.line && line; i++)
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	if (!line)
		line = text + strlen(text);
	char *end = line + strcspn(line, "\n"), *at = NULL, *second;
	const char *section;
	bool quoted = quoted_word(fault.text, word, sizeof word);
	if (quoted && !is_known(fault.section, word) &&
	    strstr(fault.text, "no such option") != NULL)
		at = find_word(line, end, word);

	if (at) {
		note_unknown(reading, word);
		blank_statement(at);
	} else if (quoted && strstr(fault.text, "duplicate title") &&
		   (second = find_titled(line, end, &section))) {
		conf_note(reading, fault.line, section,
			  "there are two sections \"%s\"; give each %s its own name", word,
			  section);
		blank_statement(second);
	} else {
		const char *first = line + strspn(line, " \t");
		snprintf(word, sizeof word, "%.*s", (int)strcspn(first, NAME_ENDS), first);
		conf_note(reading, fault.line, *word ? word : "form",
			  "%s; write NAME = \"VALUE\", and see whether the line above is whole",
			  fault.text);
		blank_line(line, end);
	}
}

static void locate_titles(struct conf_reading *reading, const char *section, char *text)
{
	char *p = text;
	for (size_t i = 0; i < reading->title_count; i++) {
		if (strcmp(reading->titles[i].section, section) != 0)
			continue;
		p = find_word(p, text + strlen(text), section);
		if (!p)
			return;
		reading->titles[i].line = line_of(text, p);
		p += strlen(section);
	}
}

void conf_read_text(struct conf_reading *reading, char *text, size_t length)
{
	if (strlen(text) != length) {
		conf_note(reading, line_of(text, text + strlen(text)), "form",
			  "there is a zero byte; this isn't a text file");
		return;
	}
	int missing = check_form(reading, text);
	char *whole = xmalloc(length + (size_t)missing + 2);
	memcpy(whole, text, length);
	whole[length] = '\n'; /* an empty buffer is an error to fmemopen */
	memset(whole + length + 1, '}', (size_t)missing);
	whole[length + 1 + (size_t)missing] = '\0';

	while (parse_once(reading, whole) != CFG_SUCCESS) {
		if (!fault.found || reading->problem_count >= MISTAKES_MAX) {
			conf_note(reading, fault.line, "form",
				  fault.found ? "more mistakes than can be listed; mend these first"
					      : "can't be read");
			break;
		}
		mend(reading, whole);
	}
	for (size_t i = 0; i < conf_section_count; i++)
		if (conf_section_is_titled(conf_sections[i].name))
			locate_titles(reading, conf_sections[i].name, whole);
	free(whole);
}
