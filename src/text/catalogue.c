/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/catalogue.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/conffile.h"
#include "kentongan/text.h"
#include "template.h"
#include "utf8.h"

/* Lists of lists stop here: no text of ours is deeper. */
#define EACH_DEPTH 4

struct text {
	char *name;
	char *sms;
	struct template *template;
	bool is_long;
	const char *file; /* of the language's */
	int line;
	int sms_line;
};

struct word {
	char *value;
	char *is;
	const char *file;
	int line;
};

struct language {
	char *name; /* "id" */
	char **files;
	size_t file_count;
	struct text *texts; /* sorted by name */
	size_t text_count;
	struct word *words; /* sorted by value */
	size_t word_count;
};

struct catalogue {
	struct language *languages;
	size_t count;
	const struct language *fallback;
};

/* --- finding -------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(((const struct text *)a)->name, ((const struct text *)b)->name);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(((const struct word *)a)->value, ((const struct word *)b)->value);
}

static const struct language *find_language(const struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->count; i++)
		if (strcmp(catalogue->languages[i].name, name) == 0)
			return &catalogue->languages[i];
	return NULL;
}

static const struct text *find_text(const struct language *language, const char *name)
{
	struct text key = {.name = (char *)name};

	if (!language || language->text_count == 0)
		return NULL;
	return bsearch(&key, language->texts, language->text_count, sizeof(key), compare_texts);
}

static const char *find_word(const struct language *language, const char *value)
{
	struct word key = {.value = (char *)value};
	const struct word *found;

	if (!language || language->word_count == 0)
		return NULL;
	found = bsearch(&key, language->words, language->word_count, sizeof(key), compare_words);
	return found ? found->is : NULL;
}

/* --- loading -------------------------------------------------------------- */

/* The file of a language that is being read. */
struct reading {
	struct language *language;
	const char *file;
	struct strbuf *problems;
};

static void problem(struct strbuf *problems, const char *file, int line, const char *what,
		    const char *name, const char *reason)
{
	strbuf_printf(problems, "%s:%d: %s %s: %s\n", file, line, what, name, reason);
}

/* "already in …" for a name that another file of the language has, too. */
static void twice(struct reading *reading, int line, const char *what, const char *name,
		  const char *file, int first)
{
	struct errbuf reason;

	err_set(&reason, 0, "already in %s:%d", file, first);
	problem(reading->problems, reading->file, line, what, name, reason.text);
}

/* A language has few hundred texts: looking through them all is quick enough. */
static bool text_is_new(struct reading *reading, const char *name, int line)
{
	const struct language *language = reading->language;

	for (size_t i = 0; i < language->text_count; i++) {
		const struct text *text = &language->texts[i];

		if (strcmp(text->name, name) != 0)
			continue;
		twice(reading, line, "text", name, text->file, text->line);
		return false;
	}
	return true;
}

static bool word_is_new(struct reading *reading, const char *value, int line)
{
	const struct language *language = reading->language;

	for (size_t i = 0; i < language->word_count; i++) {
		const struct word *word = &language->words[i];

		if (strcmp(word->value, value) != 0)
			continue;
		twice(reading, line, "word", value, word->file, word->line);
		return false;
	}
	return true;
}

static void take_text(struct reading *reading, cfg_t *section)
{
	struct language *language = reading->language;
	const char *name = cfg_title(section), *sms = cfg_getstr(section, "sms");
	int sms_line = conffile_line(section, "sms", 0);
	struct text *text;
	struct errbuf err;

	if (!text_is_new(reading, name, section->line))
		return;
	if (!sms || !*sms) {
		problem(reading->problems, reading->file, sms_line, "text", name,
			"sms is missing or empty");
		return;
	}
	if (!utf8_is_valid(sms)) {
		problem(reading->problems, reading->file, sms_line, "text", name, "isn't UTF-8");
		return;
	}
	language->texts = xreallocarray(language->texts, language->text_count + 1, sizeof(*text));
	text = &language->texts[language->text_count++];
	*text = (struct text){.name = xstrdup(name),
			      .sms = xstrdup(sms),
			      .is_long = cfg_getbool(section, "long"),
			      .file = reading->file,
			      .line = section->line,
			      .sms_line = sms_line};
	if (template_compile(&text->template, sms, &err) < 0)
		problem(reading->problems, reading->file, sms_line, "text", name, err.text);
}

static void take_word(struct reading *reading, cfg_t *section)
{
	struct language *language = reading->language;
	const char *value = cfg_title(section), *is = cfg_getstr(section, "is");

	if (!word_is_new(reading, value, section->line))
		return;
	if (!is || !*is || !utf8_is_valid(is)) {
		problem(reading->problems, reading->file, conffile_line(section, "is", 0), "word",
			value, "\"is\" is missing, empty or isn't UTF-8");
		return;
	}
	language->words =
	    xreallocarray(language->words, language->word_count + 1, sizeof(*language->words));
	language->words[language->word_count++] = (struct word){.value = xstrdup(value),
								.is = xstrdup(is),
								.file = reading->file,
								.line = section->line};
}

static void read_file(struct reading *reading)
{
	cfg_opt_t text_options[] = {CFG_STR("sms", NULL, CFGF_NODEFAULT),
				    CFG_BOOL("long", cfg_false, CFGF_NONE), CFG_END()};
	cfg_opt_t word_options[] = {CFG_STR("is", NULL, CFGF_NODEFAULT), CFG_END()};
	cfg_opt_t options[] = {
	    CFG_SEC("text", text_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	    CFG_SEC("word", word_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	    CFG_END()};
	cfg_t *cfg = cfg_init(options, CFGF_NONE);

	if (conffile_parse(cfg, reading->file, reading->problems) == 0) {
		for (unsigned i = 0; i < cfg_size(cfg, "text"); i++)
			take_text(reading, cfg_getnsec(cfg, "text", i));
		for (unsigned i = 0; i < cfg_size(cfg, "word"); i++)
			take_word(reading, cfg_getnsec(cfg, "word", i));
	}
	cfg_free(cfg);
}

static void sort_language(struct language *language)
{
	if (language->text_count > 0)
		qsort(language->texts, language->text_count, sizeof(*language->texts),
		      compare_texts);
	if (language->word_count > 0)
		qsort(language->words, language->word_count, sizeof(*language->words),
		      compare_words);
}

/* "id" of "/etc/kentongan/lang/id/member.conf". */
static char *language_name(const char *path)
{
	const char *end = strrchr(path, '/'), *start = end;

	while (start > path && start[-1] != '/')
		start--;
	return xstrndup(start, (size_t)(end - start));
}

/* The language whose folder PATH is in; the files of one come together. */
static struct language *language_of(struct catalogue *catalogue, const char *path)
{
	struct language *last =
	    catalogue->count > 0 ? &catalogue->languages[catalogue->count - 1] : NULL;
	char *name = language_name(path);

	if (last && strcmp(last->name, name) == 0) {
		free(name);
		return last;
	}
	catalogue->languages = xreallocarray(catalogue->languages, catalogue->count + 1,
					     sizeof(*catalogue->languages));
	last = &catalogue->languages[catalogue->count++];
	*last = (struct language){.name = name};
	return last;
}

struct check {
	const struct catalogue *catalogue;
	const struct language *language;
};

static bool text_is_known(const char *name, void *arg)
{
	const struct check *check = arg;

	return find_text(check->language, name) || find_text(check->catalogue->fallback, name);
}

/* What only shows once every language is there. */
static void check_across(const struct catalogue *catalogue, struct strbuf *problems)
{
	for (size_t i = 0; i < catalogue->count; i++) {
		struct check check = {catalogue, &catalogue->languages[i]};

		for (size_t j = 0; j < check.language->text_count; j++) {
			const struct text *text = &check.language->texts[j];
			const char *each = NULL;
			struct errbuf reason;

			if (text->template)
				each = template_unknown_each(text->template, text_is_known, &check);
			if (each) {
				err_set(&reason, 0, "each: there is no text %s", each);
				problem(problems, text->file, text->sms_line, "text", text->name,
					reason.text);
			}
			if (!find_text(catalogue->fallback, text->name))
				problem(problems, text->file, text->line, "text", text->name,
					"the fallback language lacks it: a slip in the name?");
		}
	}
}

static void read_all(struct catalogue *catalogue, const char *dir, const char *fallback,
		     struct strbuf *problems)
{
	char *pattern = xasprintf("%s/*/*.conf", dir);
	glob_t files = {0};

	if (glob(pattern, 0, NULL, &files) == 0) {
		for (size_t i = 0; i < files.gl_pathc; i++) {
			struct language *language = language_of(catalogue, files.gl_pathv[i]);
			char *file = xstrdup(files.gl_pathv[i]);
			struct reading reading = {language, file, problems};

			language->files = xreallocarray(language->files, language->file_count + 1,
							sizeof(*language->files));
			language->files[language->file_count++] = file;
			read_file(&reading);
		}
	}
	globfree(&files);
	free(pattern);
	for (size_t i = 0; i < catalogue->count; i++)
		sort_language(&catalogue->languages[i]);
	catalogue->fallback = find_language(catalogue, fallback);
	if (catalogue->fallback)
		check_across(catalogue, problems);
	else
		strbuf_printf(problems, "%s/%s:0: the fallback language has no folder of texts\n",
			      dir, fallback);
}

int catalogue_load(struct catalogue **out, const char *dir, const char *fallback,
		   struct strbuf *problems)
{
	struct catalogue *catalogue = xcalloc(1, sizeof(*catalogue));
	size_t before = problems->length;

	*out = NULL;
	read_all(catalogue, dir, fallback, problems);
	if (problems->length > before) {
		catalogue_free(&catalogue);
		return -EINVAL;
	}
	*out = catalogue;
	return 0;
}

static void language_clear(struct language *language)
{
	for (size_t i = 0; i < language->text_count; i++) {
		free(language->texts[i].name);
		free(language->texts[i].sms);
		template_free(&language->texts[i].template);
	}
	for (size_t i = 0; i < language->word_count; i++) {
		free(language->words[i].value);
		free(language->words[i].is);
	}
	for (size_t i = 0; i < language->file_count; i++)
		free(language->files[i]);
	free(language->texts);
	free(language->words);
	free(language->files);
	free(language->name);
}

void catalogue_free(struct catalogue **catalogue)
{
	if (!*catalogue)
		return;
	for (size_t i = 0; i < (*catalogue)->count; i++)
		language_clear(&(*catalogue)->languages[i]);
	free((*catalogue)->languages);
	free(*catalogue);
	*catalogue = NULL;
}

/* --- rendering ------------------------------------------------------------ */

struct render {
	const struct catalogue *catalogue;
	const struct language *language; /* NULL = the fallback */
	int depth;
};

static const char *scope_word(const char *value, void *arg)
{
	const struct render *render = arg;
	const char *word = find_word(render->language, value);

	return word ? word : find_word(render->catalogue->fallback, value);
}

static int render_text(struct render *render, const char *name, const json_t *params,
		       struct strbuf *out, struct errbuf *err);

static int scope_each(const char *name, const json_t *params, struct strbuf *out,
		      struct errbuf *err, void *arg)
{
	struct render *render = arg;
	int rc;

	if (render->depth >= EACH_DEPTH)
		return err_set(err, -EINVAL, "lists within lists");
	render->depth++;
	rc = render_text(render, name, params, out, err);
	render->depth--;
	return rc;
}

static int render_text(struct render *render, const char *name, const json_t *params,
		       struct strbuf *out, struct errbuf *err)
{
	const struct template_scope scope = {scope_word, scope_each, render};
	const struct text *text = find_text(render->language, name);
	int rc;

	if (!text)
		text = find_text(render->catalogue->fallback, name);
	if (!text)
		return err_set(err, -ENOENT, "there is no text %s", name);
	rc = template_render(text->template, params, &scope, out, err);
	return rc < 0 ? err_prefix(err, rc, "text %s", name) : 0;
}

int catalogue_render(const struct catalogue *catalogue, const char *lang, const char *template,
		     const json_t *params, char **out, struct errbuf *err)
{
	struct render render = {catalogue, find_language(catalogue, lang), 0};
	struct strbuf text = {0};
	size_t size;
	int rc;

	*out = NULL;
	strbuf_puts(&text, "");
	rc = render_text(&render, template, params, &text, err);
	if (rc == 0) {
		/* a likeness is at most three signs for a character of two bytes */
		size = text.length * 2 + 1;
		*out = xmalloc(size);
		gsm7_transliterate(text.text, *out, size);
	}
	strbuf_free(&text);
	return rc;
}

void catalogue_each(const struct catalogue *catalogue, catalogue_each_fn *fn, void *arg)
{
	for (size_t i = 0; i < catalogue->count; i++) {
		const struct language *language = &catalogue->languages[i];

		for (size_t j = 0; j < language->text_count; j++) {
			const struct text *text = &language->texts[j];

			fn(language->name, text->name, text->sms, text->is_long, text->file,
			   text->line, arg);
		}
	}
}

bool catalogue_has(const struct catalogue *catalogue, const char *lang, const char *name)
{
	return find_text(find_language(catalogue, lang), name) != NULL;
}
