/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grammar.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kentongan/conffile.h"
#include "kentongan/text.h"
#include "blocks.h"

/* Bounds of one match: far above what a message needs, far below what anybody
 * would notice. */
#define MATCH_LIMIT 20000
#define DEPTH_LIMIT 1000
#define HEAP_LIMIT 1024 /* KiB */
#define JIT_STACK (256 * 1024)
#define NAME_LENGTH 32 /* PCRE2's limit */

/* The blocks that every pattern may use, besides those of the file. NOISE is
 * what may stand around words: anything but letters, digits, a lost character
 * (which may have been a digit) or another currency. */
#define NOISE "[^\\p{L}\\p{N}\\p{Sc}%\\x{FFFD}]"
/* In front a question mark is a word: "? SETOR" asks for help. */
#define LEADING "(?!\\?)" NOISE
#define WORD_END "(?![\\p{L}\\p{N}\\x{FFFD}])"
/* What may stand in front of a keyword. */
#define GROUP "(?<group>(?=[a-z0-9]*[a-z])[a-z0-9]{2,12})" WORD_END
#define MEMBER "(?:(?<member>[1-9][0-9]{0,3})" NOISE "*)?"
#define SEP "[\\s.\\#*,:;/'\"()=<>\\[\\]]++"

struct loader {
	struct grammar *grammar;
	const char *path;
	struct strbuf *problems;
	struct blocks blocks;
};

static void PRINTF_LIKE(3, 4) problem(struct loader *loader, int line, const char *fmt, ...)
{
	char reason[700];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	strbuf_printf(loader->problems, "%s:%d: %s\n", loader->path, line, reason);
}

static bool is_name(const char *name, char first, char last)
{
	if (!*name || *name < first || *name > last)
		return false;
	for (const char *c = name; *c; c++)
		if ((*c < first || *c > last) && (*c < '0' || *c > '9') && *c != '_')
			return false;
	return strlen(name) <= NAME_LENGTH;
}

/* The word as a text would have it, or NULL for an empty one. */
static char *take_word(const char *word)
{
	char clean[128];

	/* "?" and the like survive; only full stops and spaces go. */
	if (text_normalise(word, strlen(word), clean, sizeof(clean)) == 0)
		return NULL;
	return xstrdup(clean);
}

/* --- building blocks ------------------------------------------------------- */

/* libconfuse calls this for each entry as it is read. */
static int check_polite(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *pattern = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	struct errbuf err;
	pcre2_code *code = pattern_compile(pattern, 0, &err);

	if (!code)
		conffile_note(cfg, "polite \"%s\": %s", pattern, err.text);
	pcre2_code_free(code);
	return 0;
}

/* PATTERN behind the blocks that it uses; NULL with the reason in ERR. */
static pcre2_code *compile(struct loader *loader, const char *pattern, struct errbuf *err)
{
	struct strbuf whole = {0};
	size_t prelude = blocks_prepend(&loader->blocks, pattern, &whole);
	pcre2_code *code = pattern_compile(whole.text, prelude, err);

	strbuf_free(&whole);
	return code;
}

static void add_polite(struct loader *loader, cfg_t *cfg)
{
	struct strbuf pattern = {0};

	strbuf_puts(&pattern, "(?:");
	for (unsigned i = 0; i < cfg_size(cfg, "polite"); i++)
		strbuf_printf(&pattern, "(?:%s)|", cfg_getnstr(cfg, "polite", i));
	strbuf_puts(&pattern, "(*FAIL))" WORD_END);
	blocks_add(&loader->blocks, "POLITE", pattern.text);
	strbuf_free(&pattern);
}

/* "product", "pra-koperasi" → "PRODUCT_PRA_KOPERASI". */
static void add_value_block(struct loader *loader, const char *values, const char *value,
			    const char *pattern)
{
	char block[2 * NAME_LENGTH + 2];
	int n = snprintf(block, sizeof(block), "%s_%s", values, value);

	if (n < 0 || (size_t)n > NAME_LENGTH)
		return; /* longer than a block's name may be: there is none */
	for (char *c = block; *c; c++)
		*c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
	blocks_add(&loader->blocks, block, pattern);
}

/* Appends the words of a value to ANY, those of all. */
static void add_value(struct loader *loader, struct values *values, cfg_t *section,
		      struct strbuf *any)
{
	struct strbuf pattern = {0};
	struct errbuf err;
	struct value *value;
	unsigned words = cfg_size(section, "words");

	if (words == 0)
		problem(loader, section->line, "value %s has no words", cfg_title(section));
	strbuf_puts(&pattern, "(?:");
	for (unsigned i = 0; i < words; i++) {
		char *word = take_word(cfg_getnstr(section, "words", i));

		if (word && i > 0)
			strbuf_putc(&pattern, '|');
		if (word)
			pattern_word(&pattern, word);
		free(word);
	}
	strbuf_puts(&pattern, ")" WORD_END);
	strbuf_printf(any, "%s%s", any->length > 0 ? "|" : "", pattern.text);
	add_value_block(loader, values->name, cfg_title(section), pattern.text);
	strbuf_puts(&pattern, "\\z");

	values->values = xreallocarray(values->values, values->count + 1, sizeof(*value));
	value = &values->values[values->count++];
	*value = (struct value){.name = xstrdup(cfg_title(section)),
				.code = compile(loader, pattern.text, &err)};
	if (!value->code)
		problem(loader, conffile_line(section, "words", 0), "value %s: %s", value->name,
			err.text);
	strbuf_free(&pattern);
}

static void add_values(struct loader *loader, cfg_t *section)
{
	struct grammar *grammar = loader->grammar;
	const char *name = cfg_title(section);
	struct values *values;
	struct strbuf any = {0};
	char block[NAME_LENGTH + 1] = "";

	if (!is_name(name, 'a', 'z')) {
		problem(loader, section->line, "values %s: the name must be lower case", name);
		return;
	}
	grammar->values =
	    xreallocarray(grammar->values, grammar->values_count + 1, sizeof(*values));
	values = &grammar->values[grammar->values_count++];
	*values = (struct values){.name = xstrdup(name)};
	if (cfg_size(section, "value") == 0)
		problem(loader, section->line, "values %s: there are none", name);
	for (unsigned i = 0; i < cfg_size(section, "value"); i++)
		add_value(loader, values, cfg_getnsec(section, "value", i), &any);
	for (size_t i = 0; name[i]; i++)
		block[i] = (char)toupper((unsigned char)name[i]);
	strbuf_puts(&any, "");
	blocks_add(&loader->blocks, block, any.text);
	strbuf_free(&any);
}

/* A block is tried with those before it: one that is wrong is named alone. */
static void add_define(struct loader *loader, cfg_t *section)
{
	const char *name = cfg_title(section);
	const char *pattern = cfg_getstr(section, "pattern");
	struct errbuf err;
	pcre2_code *code;

	if (!is_name(name, 'A', 'Z') || !pattern || !*pattern) {
		problem(loader, section->line, "define %s: wants an upper-case name and a pattern",
			name);
		return;
	}
	code = compile(loader, pattern, &err);
	if (code)
		blocks_add(&loader->blocks, name, pattern);
	else
		problem(loader, conffile_line(section, "pattern", 0), "define %s: %s", name,
			err.text);
	pcre2_code_free(code);
}

static void add_blocks(struct loader *loader, cfg_t *cfg)
{
	pattern_add_blocks(&loader->blocks);
	blocks_add(&loader->blocks, "SEP", SEP);
	blocks_add(&loader->blocks, "NOISE", NOISE "+");
	blocks_add(&loader->blocks, "LEAD",
		   "(?:" LEADING ")*+(?:(?&POLITE)(?:" LEADING ")++){0,12}");
	blocks_add(&loader->blocks, "TAIL", "(?:" NOISE "++(?&POLITE)){0,12}" NOISE "*+\\z");
	add_polite(loader, cfg);
	for (unsigned i = 0; i < cfg_size(cfg, "values"); i++)
		add_values(loader, cfg_getnsec(cfg, "values", i));
	for (unsigned i = 0; i < cfg_size(cfg, "define"); i++)
		add_define(loader, cfg_getnsec(cfg, "define", i));
}

/* --- commands -------------------------------------------------------------- */

/* Lists the argument groups of a pattern; the blocks are in upper case. */
static void list_slots(struct form *form)
{
	uint32_t count, entry_size;
	PCRE2_SPTR table;

	pcre2_pattern_info(form->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(form->code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
	pcre2_pattern_info(form->code, PCRE2_INFO_NAMETABLE, &table);
	form->slots = xcalloc(count ? count : 1, sizeof(*form->slots));
	for (uint32_t i = 0; i < count; i++, table += entry_size) {
		const char *name = (const char *)table + 2;

		if (*name < 'a' || *name > 'z')
			continue;
		form->slots[form->slot_count++] =
		    (struct slot){.name = name, .group = (uint32_t)(table[0] << 8 | table[1])};
	}
}

/* Compiles the patterns of OPTION ("arguments" or "bare") of a command. */
static struct form *add_forms(struct loader *loader, cfg_t *section, const char *option,
			      const char *before, size_t *count)
{
	unsigned n = cfg_size(section, option);
	struct form *forms = xcalloc(n ? n : 1, sizeof(*forms));
	struct errbuf err;

	for (unsigned i = 0; i < n; i++) {
		struct strbuf pattern = {0};

		strbuf_printf(&pattern, "%s(?:%s)(?&TAIL)", before,
			      cfg_getnstr(section, option, i));
		forms[i].code = compile(loader, pattern.text, &err);
		if (forms[i].code)
			list_slots(&forms[i]);
		else
			problem(loader, conffile_line(section, option, i), "command %s: %s %u: %s",
				cfg_title(section), option, i + 1, err.text);
		if (forms[i].slot_count > SLOTS_MAX)
			problem(loader, conffile_line(section, option, i),
				"command %s: %s %u: more than %d groups", cfg_title(section),
				option, i + 1, SLOTS_MAX);
		strbuf_free(&pattern);
	}
	*count = n;
	return forms;
}

static const struct command *owner_of_word(const struct grammar *grammar, const char *word)
{
	for (size_t i = 0; i < grammar->count; i++)
		for (size_t j = 0; j < grammar->commands[i].word_count; j++)
			if (strcasecmp(grammar->commands[i].words[j], word) == 0)
				return &grammar->commands[i];
	return NULL;
}

static void add_words(struct loader *loader, struct command *command, cfg_t *section)
{
	unsigned n = cfg_size(section, "words");

	command->words = xcalloc(n ? n : 1, sizeof(*command->words));
	for (unsigned i = 0; i < n; i++) {
		char *word = take_word(cfg_getnstr(section, "words", i));
		const struct command *owner = word ? owner_of_word(loader->grammar, word) : NULL;
		int line = conffile_line(section, "words", i);

		if (!word) {
			problem(loader, line, "command %s: an empty word", command->name);
		} else if (owner) {
			problem(loader, line, "command %s: \"%s\" is already a word of %s",
				command->name, word, owner->name);
			free(word);
		} else {
			command->words[command->word_count++] = word;
		}
	}
}

static bool read_kind(const char *name, enum command_kind *kind)
{
	static const char *const names[] = {"read", "money", "other"};

	for (int i = 0; i < 3; i++) {
		if (name && strcmp(name, names[i]) == 0) {
			*kind = (enum command_kind)i;
			return true;
		}
	}
	return false;
}

static void add_command(struct loader *loader, cfg_t *section)
{
	/* Politeness may stand before the arguments, but what a form can take
	 * for itself (free text) it gets. */
	static const char before_arguments[] = "(?:(?&SEP)(?:(?&POLITE)(?&SEP)){0,8}?)?";
	static const char before_bare[] = "(?&LEAD)";
	struct grammar *grammar = loader->grammar;
	struct command *command;

	grammar->commands = xreallocarray(grammar->commands, grammar->count + 1, sizeof(*command));
	command = &grammar->commands[grammar->count++];
	*command = (struct command){.name = xstrdup(cfg_title(section)), .line = section->line};
	if (!is_name(command->name, 'A', 'Z'))
		problem(loader, section->line, "command %s: the name must be upper case",
			command->name);
	if (!read_kind(cfg_getstr(section, "kind"), &command->kind))
		problem(loader, conffile_line(section, "kind", 0),
			"command %s: kind must be read, money or other", command->name);
	add_words(loader, command, section);
	command->forms =
	    add_forms(loader, section, "arguments", before_arguments, &command->form_count);
	command->bare = add_forms(loader, section, "bare", before_bare, &command->bare_count);
	if (command->word_count == 0 && command->bare_count == 0)
		problem(loader, section->line, "command %s: neither words nor a bare pattern",
			command->name);
	if (command->word_count > 0 && command->form_count == 0)
		problem(loader, section->line,
			"command %s: no arguments; for none write arguments = {''}", command->name);
}

/* --- keywords -------------------------------------------------------------- */

struct keyword {
	const char *word;
	size_t command;
};

static int longest_first(const void *a, const void *b)
{
	size_t x = strlen(((const struct keyword *)a)->word);
	size_t y = strlen(((const struct keyword *)b)->word);

	return x < y ? 1 : x > y ? -1 : 0;
}

/* All words of all commands, the longest first so that "SISA UTANG" isn't
 * taken for "SISA". */
static struct keyword *list_keywords(const struct grammar *grammar, size_t *count)
{
	struct keyword *keywords = NULL;

	*count = 0;
	for (size_t i = 0; i < grammar->count; i++) {
		for (size_t j = 0; j < grammar->commands[i].word_count; j++) {
			keywords = xreallocarray(keywords, *count + 1, sizeof(*keywords));
			keywords[(*count)++] = (struct keyword){grammar->commands[i].words[j], i};
		}
	}
	if (*count > 0)
		qsort(keywords, *count, sizeof(*keywords), longest_first);
	return keywords;
}

/* These meet every message. The others are many, and each is tried for few:
 * JIT would cost more memory and time at the start than it saves. */
static pcre2_code *compile_frame(struct loader *loader, const char *pattern)
{
	struct errbuf err;
	pcre2_code *code = compile(loader, pattern, &err);

	if (!code)
		problem(loader, 0, "keywords: %s", err.text);
	else /* refused under MemoryDenyWriteExecute: the interpreter does as well */
		(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

/* What is no group's code: politeness and the words of the file. */
static void add_not_group(struct strbuf *pattern, cfg_t *cfg)
{
	strbuf_puts(pattern, "(?!(?&POLITE)|(?:");
	for (unsigned i = 0; i < cfg_size(cfg, "not_group"); i++) {
		char *word = take_word(cfg_getnstr(cfg, "not_group", i));

		if (word) {
			pattern_word(pattern, word);
			strbuf_putc(pattern, '|');
		}
		free(word);
	}
	strbuf_puts(pattern, "(*FAIL))" WORD_END ")");
}

static void compile_frames(struct loader *loader, cfg_t *cfg)
{
	struct grammar *grammar = loader->grammar;
	struct strbuf words = {0}, pattern = {0};
	size_t count;
	struct keyword *keywords = list_keywords(grammar, &count);

	strbuf_puts(&words, "(?:");
	for (size_t i = 0; i < count; i++) {
		pattern_word(&words, keywords[i].word);
		pattern_word_end(&words, keywords[i].word);
		strbuf_printf(&words, "(*MARK:%zu)|", keywords[i].command);
	}
	strbuf_puts(&words, "(*FAIL))");
	strbuf_puts(&pattern, "(?&LEAD)" MEMBER);
	strbuf_puts(&pattern, words.text);
	grammar->keyword = compile_frame(loader, pattern.text);
	strbuf_clear(&pattern);
	strbuf_puts(&pattern, "(?&LEAD)");
	add_not_group(&pattern, cfg);
	strbuf_puts(&pattern, GROUP NOISE "+" MEMBER);
	strbuf_puts(&pattern, words.text);
	grammar->grouped = compile_frame(loader, pattern.text);
	grammar->stranger =
	    compile_frame(loader, "(?&LEAD)" MEMBER "(?!(?&POLITE))(?<word>\\p{L}[\\p{L}\\p{N}]*)");
	grammar->polite = compile_frame(loader, NOISE "*(?&POLITE)(?&TAIL)");
	strbuf_free(&words);
	strbuf_free(&pattern);
	free(keywords);
}

/* --- the whole ------------------------------------------------------------- */

static void take_file(struct loader *loader, cfg_t *cfg, size_t before)
{
	struct grammar *grammar = loader->grammar;
	unsigned n = cfg_size(cfg, "not_near");

	grammar->not_near = xcalloc(n ? n : 1, sizeof(*grammar->not_near));
	for (unsigned i = 0; i < n; i++)
		grammar->not_near[grammar->not_near_count++] =
		    xstrdup(cfg_getnstr(cfg, "not_near", i));
	if (loader->problems->length > before)
		return; /* a bad piece of POLITE would spoil every pattern */
	add_blocks(loader, cfg);
	for (unsigned i = 0; i < cfg_size(cfg, "command"); i++)
		add_command(loader, cfg_getnsec(cfg, "command", i));
	if (grammar->count == 0)
		problem(loader, 0, "no command at all");
	compile_frames(loader, cfg);
}

static void read_file(struct loader *loader)
{
	cfg_opt_t value[] = {CFG_STR_LIST("words", NULL, CFGF_NODEFAULT), CFG_END()};
	cfg_opt_t values[] = {
	    CFG_SEC("value", value, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES), CFG_END()};
	cfg_opt_t define[] = {CFG_STR("pattern", NULL, CFGF_NODEFAULT), CFG_END()};
	cfg_opt_t command[] = {CFG_STR("kind", NULL, CFGF_NODEFAULT),
			       CFG_STR_LIST("words", NULL, CFGF_NODEFAULT),
			       CFG_STR_LIST("arguments", NULL, CFGF_NODEFAULT),
			       CFG_STR_LIST("bare", NULL, CFGF_NODEFAULT), CFG_END()};
	cfg_opt_t options[] = {
	    CFG_STR_LIST("polite", NULL, CFGF_NODEFAULT),
	    CFG_STR_LIST("not_near", NULL, CFGF_NODEFAULT),
	    CFG_STR_LIST("not_group", NULL, CFGF_NODEFAULT),
	    CFG_SEC("values", values, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	    CFG_SEC("define", define, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	    CFG_SEC("command", command, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	    CFG_END()};
	size_t before = loader->problems->length;
	cfg_t *cfg = cfg_init(options, CFGF_NONE);

	cfg_set_validate_func(cfg, "polite", check_polite);
	if (conffile_parse(cfg, loader->path, loader->problems) == 0)
		take_file(loader, cfg, before);
	cfg_free(cfg);
}

/* The largest number of groups of any pattern decides the scratch space. */
static void make_scratch(struct grammar *grammar)
{
	uint32_t most = 1;
	const struct command *command;

	for (size_t i = 0; i < grammar->count; i++) {
		command = &grammar->commands[i];
		for (size_t j = 0; j < command->form_count + command->bare_count; j++) {
			const struct form *form = j < command->form_count
						      ? &command->forms[j]
						      : &command->bare[j - command->form_count];
			uint32_t groups;

			pcre2_pattern_info(form->code, PCRE2_INFO_CAPTURECOUNT, &groups);
			most = groups > most ? groups : most;
		}
	}
	/* The frames have the blocks and two groups of their own. */
	grammar->match = pcre2_match_data_create(most + 4, NULL);
	grammar->context = pcre2_match_context_create(NULL);
	grammar->jit_stack = pcre2_jit_stack_create(32 * 1024, JIT_STACK, NULL);
	if (!grammar->match || !grammar->context)
		fatal("out of memory");
	pcre2_set_match_limit(grammar->context, MATCH_LIMIT);
	pcre2_set_depth_limit(grammar->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(grammar->context, HEAP_LIMIT);
	pcre2_jit_stack_assign(grammar->context, NULL, grammar->jit_stack);
}

int grammar_load(struct grammar **out, const char *path, struct strbuf *problems)
{
	struct loader loader = {
	    .grammar = xcalloc(1, sizeof(struct grammar)), .path = path, .problems = problems};
	size_t before = problems->length;

	*out = NULL;
	read_file(&loader);
	blocks_clear(&loader.blocks);
	if (problems->length > before) {
		grammar_free(&loader.grammar);
		return -EINVAL;
	}
	make_scratch(loader.grammar);
	*out = loader.grammar;
	return 0;
}

static void forms_free(struct form *forms, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		pcre2_code_free(forms[i].code);
		free(forms[i].slots);
	}
	free(forms);
}

static void command_clear(struct command *command)
{
	for (size_t i = 0; i < command->word_count; i++)
		free(command->words[i]);
	free(command->words);
	forms_free(command->forms, command->form_count);
	forms_free(command->bare, command->bare_count);
	free(command->name);
}

static void values_clear(struct values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		free(values->values[i].name);
		pcre2_code_free(values->values[i].code);
	}
	free(values->values);
	free(values->name);
}

void grammar_free(struct grammar **grammar)
{
	struct grammar *g = *grammar;

	if (!g)
		return;
	for (size_t i = 0; i < g->count; i++)
		command_clear(&g->commands[i]);
	for (size_t i = 0; i < g->values_count; i++)
		values_clear(&g->values[i]);
	for (size_t i = 0; i < g->not_near_count; i++)
		free(g->not_near[i]);
	free(g->commands);
	free(g->values);
	free(g->not_near);
	pcre2_code_free(g->keyword);
	pcre2_code_free(g->grouped);
	pcre2_code_free(g->stranger);
	pcre2_code_free(g->polite);
	pcre2_match_data_free(g->match);
	pcre2_match_context_free(g->context);
	pcre2_jit_stack_free(g->jit_stack);
	free(g);
	*grammar = NULL;
}

const struct command *grammar_find_word(const struct grammar *grammar, const char *text)
{
	size_t length = strlen(text);
	PCRE2_SPTR mark;

	if (!grammar_match(grammar, grammar->keyword, text, length, 0))
		return NULL;
	if (pcre2_get_ovector_pointer(grammar->match)[1] != length)
		return NULL;
	mark = pcre2_get_mark(grammar->match);
	return mark ? &grammar->commands[strtoul((const char *)mark, NULL, 10)] : NULL;
}

bool grammar_match(const struct grammar *grammar, const pcre2_code *code, const char *text,
		   size_t length, size_t offset)
{
	return pcre2_match(code, (PCRE2_SPTR)text, length, offset, PCRE2_NO_UTF_CHECK,
			   grammar->match, grammar->context) > 0;
}

void grammar_each(const struct grammar *grammar, grammar_each_fn *fn, void *arg)
{
	static const char *const kinds[] = {
	    [KIND_READ] = "read", [KIND_MONEY] = "money", [KIND_OTHER] = "other"};

	for (size_t i = 0; i < grammar->count; i++) {
		const struct command *command = &grammar->commands[i];

		fn(command->name, kinds[command->kind], (const char *const *)command->words,
		   command->word_count, arg);
	}
}
