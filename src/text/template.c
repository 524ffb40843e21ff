/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "template.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/text.h"

enum node_kind {
	NODE_LITERAL,
	NODE_PLAIN,
	NODE_AMOUNT,
	NODE_WORD,
	NODE_MASKED,
	NODE_EACH,
	NODE_IF
};

struct node {
	enum node_kind kind;
	char *text;  /* the literal, or the parameter's name */
	char *each;  /* NODE_EACH: the template's name */
	size_t skip; /* NODE_IF: how many nodes behind it hang on the condition */
};

struct template
{
	struct node *nodes;
	size_t count;
};

struct compiler {
	struct template *template;
	const char *at;
	const char *start;
	struct errbuf *err;
};

static int wrong(struct compiler *c, const char *at, const char *reason)
{
	return err_set(c->err, -EINVAL, "%s at character %zu: \"%.20s\"", reason,
		       (size_t)(at - c->start) + 1, at);
}

static struct node *add_node(struct compiler *c, enum node_kind kind, const char *text,
			     size_t length)
{
	struct template *t = c->template;

	t->nodes = xreallocarray(t->nodes, t->count + 1, sizeof(*t->nodes));
	t->nodes[t->count] = (struct node){.kind = kind, .text = xstrndup(text, length)};
	return &t->nodes[t->count++];
}

static size_t name_length(const char *at)
{
	size_t n = 0;

	while ((at[n] >= 'a' && at[n] <= 'z') || at[n] == '_' ||
	       (n > 0 && at[n] >= '0' && at[n] <= '9'))
		n++;
	return n;
}

static int compile_filter(struct compiler *c, const char *name, size_t length)
{
	static const struct {
		const char *name;
		enum node_kind kind;
	} filters[] = {{"amount", NODE_AMOUNT}, {"word", NODE_WORD}, {"masked", NODE_MASKED}};
	const char *filter = c->at;
	size_t n = name_length(filter);

	c->at += n;
	if (n == 4 && strncmp(filter, "each", n) == 0 && *c->at == ':') {
		const char *each = ++c->at;
		size_t each_length = name_length(each);

		if (each_length == 0)
			return wrong(c, each, "each: wants the name of a text");
		add_node(c, NODE_EACH, name, length)->each = xstrndup(each, each_length);
		c->at += each_length;
		return 0;
	}
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		if (strlen(filters[i].name) == n && strncmp(filters[i].name, filter, n) == 0) {
			add_node(c, filters[i].kind, name, length);
			return 0;
		}
	}
	return wrong(c, filter, "unknown filter (there are amount, word, masked, each:TEXT)");
}

static int compile_parts(struct compiler *c, bool inside);

static int compile_placeholder(struct compiler *c, bool inside)
{
	const char *open = c->at++;
	const char *name = c->at;
	size_t length = name_length(name);
	size_t condition;
	int rc = 0;

	if (length == 0)
		return wrong(c, open, "a placeholder wants a name of a-z, 0-9, _ after '{'");
	c->at += length;
	switch (*c->at) {
	case '}':
		add_node(c, NODE_PLAIN, name, length);
		break;
	case '|':
		c->at++;
		rc = compile_filter(c, name, length);
		break;
	case '?':
		if (inside)
			return wrong(c, open, "a condition within a condition");
		c->at++;
		condition = c->template->count;
		add_node(c, NODE_IF, name, length);
		rc = compile_parts(c, true);
		c->template->nodes[condition].skip = c->template->count - condition - 1;
		break;
	default:
		break;
	}
	if (rc < 0)
		return rc;
	if (*c->at != '}')
		return wrong(c, open, "the brace isn't closed, or something odd stands before '}'");
	c->at++;
	return 0;
}

/* Up to the end of the text, or INSIDE a condition to its closing brace. */
static int compile_parts(struct compiler *c, bool inside)
{
	while (*c->at) {
		size_t n = strcspn(c->at, "{}");
		int rc;

		if (n > 0)
			add_node(c, NODE_LITERAL, c->at, n);
		c->at += n;
		if (*c->at == '}') {
			if (inside)
				return 0;
			return wrong(c, c->at, "'}' without '{'");
		}
		if (!*c->at)
			break;
		rc = compile_placeholder(c, inside);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int template_compile(struct template **out, const char *text, struct errbuf *err)
{
	struct compiler c = {.at = text, .start = text, .err = err};
	int rc;

	*out = NULL;
	c.template = xcalloc(1, sizeof(*c.template));
	rc = compile_parts(&c, false);
	if (rc < 0) {
		template_free(&c.template);
		return rc;
	}
	*out = c.template;
	return 0;
}

void template_free(struct template **template)
{
	struct template *t = *template;

	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++) {
		free(t->nodes[i].text);
		free(t->nodes[i].each);
	}
	free(t->nodes);
	free(t);
	*template = NULL;
}

/* --- rendering ------------------------------------------------------------ */

static bool is_set(const json_t *value)
{
	if (!value || json_is_null(value) || json_is_false(value))
		return false;
	if (json_is_integer(value))
		return json_integer_value(value) != 0;
	if (json_is_real(value))
		return json_real_value(value) != 0.0;
	if (json_is_string(value))
		return json_string_length(value) > 0;
	if (json_is_array(value))
		return json_array_size(value) > 0;
	return true;
}

static int render_plain(const char *name, const json_t *value, struct strbuf *out,
			struct errbuf *err)
{
	if (json_is_string(value))
		strbuf_puts(out, json_string_value(value));
	else if (json_is_integer(value))
		strbuf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		strbuf_printf(out, "%.15g", json_real_value(value));
	else
		return err_set(err, -EINVAL, "parameter %s is neither a string nor a number", name);
	return 0;
}

static int render_amount(const char *name, const json_t *value, struct strbuf *out,
			 struct errbuf *err)
{
	char buffer[32];

	if (!json_is_integer(value))
		return err_set(err, -EINVAL, "parameter %s isn't an amount", name);
	strbuf_puts(out, amount_format(json_integer_value(value), buffer));
	return 0;
}

static int render_masked(const char *name, const json_t *value, struct strbuf *out,
			 struct errbuf *err)
{
	size_t length = json_string_length(value);

	if (!json_is_string(value))
		return err_set(err, -EINVAL, "parameter %s isn't a number to mask", name);
	strbuf_putc(out, '*');
	if (length > 4)
		strbuf_puts(out, json_string_value(value) + length - 4);
	return 0;
}

static int render_word(const char *name, const json_t *value, const struct template_scope *scope,
		       struct strbuf *out, struct errbuf *err)
{
	const char *word = json_string_value(value);

	if (word && scope->word(word, scope->arg))
		word = scope->word(word, scope->arg);
	if (!word)
		return render_plain(name, value, out, err);
	strbuf_puts(out, word);
	return 0;
}

static int render_each(const struct node *node, const json_t *value,
		       const struct template_scope *scope, struct strbuf *out, struct errbuf *err)
{
	size_t i;
	json_t *element;

	if (!json_is_array(value))
		return err_set(err, -EINVAL, "parameter %s isn't a list", node->text);
	json_array_foreach(value, i, element)
	{
		int rc = scope->each(node->each, element, out, err, scope->arg);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int render_node(const struct node *node, const json_t *params,
		       const struct template_scope *scope, struct strbuf *out, struct errbuf *err)
{
	const json_t *value = json_object_get(params, node->text);

	if (!value)
		return err_set(err, -EINVAL, "parameter %s is missing", node->text);
	if (json_is_null(value))
		return 0;
	switch (node->kind) {
	case NODE_AMOUNT:
		return render_amount(node->text, value, out, err);
	case NODE_WORD:
		return render_word(node->text, value, scope, out, err);
	case NODE_MASKED:
		return render_masked(node->text, value, out, err);
	case NODE_EACH:
		return render_each(node, value, scope, out, err);
	default:
		return render_plain(node->text, value, out, err);
	}
}

int template_render(const struct template *template, const json_t *params,
		    const struct template_scope *scope, struct strbuf *out, struct errbuf *err)
{
	for (size_t i = 0; i < template->count; i++) {
		const struct node *node = &template->nodes[i];
		int rc = 0;

		if (node->kind == NODE_LITERAL)
			strbuf_puts(out, node->text);
		else if (node->kind != NODE_IF)
			rc = render_node(node, params, scope, out, err);
		else if (!is_set(json_object_get(params, node->text)))
			i += node->skip;
		if (rc < 0)
			return rc;
	}
	return 0;
}

const char *template_unknown_each(const struct template *template,
				  bool (*known)(const char *name, void *arg), void *arg)
{
	for (size_t i = 0; i < template->count; i++)
		if (template->nodes[i].kind == NODE_EACH && !known(template->nodes[i].each, arg))
			return template->nodes[i].each;
	return NULL;
}
