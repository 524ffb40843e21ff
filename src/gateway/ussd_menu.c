/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ussd_menu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/conffile.h"

static const char *const inputs[] = {[USSD_AMOUNT] = "amount",
				     [USSD_DIGITS] = "digits",
				     [USSD_TEXT] = "text",
				     [USSD_PIN] = "pin",
				     [USSD_CHOICE] = "choice"};
static const char *const fixed_names[USSD_FIXED_COUNT] = {
    [USSD_WHO] = "@who",    [USSD_RESUME] = "@resume", [USSD_SURE] = "@sure",
    [USSD_ASKPIN] = "@pin", [USSD_REPLY] = "@reply",
};

/* What is being read, for messages. */
struct reading {
	struct ussd_menu *menu;
	const char *path;
	const struct catalogue *catalogue;
	const char *lang;
	const struct grammar *grammar;
	struct strbuf *problems;
};

static void PRINTF_LIKE(3, 4)
    note(const struct reading *reading, const struct ussd_node *node, const char *fmt, ...)
{
	char reason[300];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	strbuf_printf(reading->problems, "%s:%d: node %s: %s\n", reading->path, node->line,
		      node->name, reason);
}

const struct ussd_node *ussd_menu_find(const struct ussd_menu *menu, const char *name)
{
	for (size_t i = 0; i < USSD_FIXED_COUNT; i++)
		if (strcmp(menu->fixed[i].name, name) == 0)
			return &menu->fixed[i];
	for (size_t i = 0; i < menu->count; i++)
		if (strcmp(menu->nodes[i].name, name) == 0)
			return &menu->nodes[i];
	return NULL;
}

bool ussd_is(const struct ussd_menu *menu, const struct ussd_node *node, enum ussd_fixed fixed)
{
	return node == &menu->fixed[fixed];
}

/* --- reading ---------------------------------------------------------------- */

static char *take_text(cfg_t *section, const char *name)
{
	const char *value = cfg_getstr(section, name);

	return value && *value ? xstrdup(value) : NULL;
}

static struct ussd_option *take_options(cfg_t *section, const char *name, size_t *count)
{
	unsigned n = cfg_size(section, name);
	struct ussd_option *options = xcalloc(n + 1, sizeof(*options));

	for (unsigned i = 0; i < n; i++) {
		cfg_t *one = cfg_getnsec(section, name, i);

		options[i].key = xstrdup(cfg_title(one));
		options[i].name = take_text(one, "to");
		options[i].set = take_text(one, "set");
		options[i].officers = cfg_getbool(one, "officers");
	}
	*count = n;
	return options;
}

static void take_node(struct reading *reading, cfg_t *section, struct ussd_node *node)
{
	char *input = take_text(section, "input");

	node->name = xstrdup(cfg_title(section));
	node->line = section->line;
	node->screen = take_text(section, "screen");
	node->about = take_text(section, "about");
	node->says = take_text(section, "says");
	node->set = take_text(section, "set");
	node->var = take_text(section, "name");
	node->list = take_text(section, "list");
	node->to_name = take_text(section, "to");
	node->options = take_options(section, "option", &node->option_count);
	node->afters = take_options(section, "after", &node->after_count);
	for (size_t i = 1; input && i < sizeof(inputs) / sizeof(*inputs); i++)
		if (strcmp(input, inputs[i]) == 0)
			node->input = (enum ussd_input)i;
	if (input && node->input == USSD_NOTHING)
		note(reading, node, "input \"%s\" is none of amount, digits, text, pin, choice",
		     input);
	free(input);
}

static int read_nodes(struct reading *reading)
{
	cfg_opt_t option[] = {CFG_STR("to", NULL, CFGF_NODEFAULT),
			      CFG_STR("set", NULL, CFGF_NODEFAULT),
			      CFG_BOOL("officers", cfg_false, CFGF_NONE), CFG_END()};
	cfg_opt_t node[] = {
	    CFG_STR("screen", NULL, CFGF_NODEFAULT),
	    CFG_STR("about", NULL, CFGF_NODEFAULT),
	    CFG_STR("says", NULL, CFGF_NODEFAULT),
	    CFG_STR("set", NULL, CFGF_NODEFAULT),
	    CFG_STR("input", NULL, CFGF_NODEFAULT),
	    CFG_STR("name", NULL, CFGF_NODEFAULT),
	    CFG_STR("list", NULL, CFGF_NODEFAULT),
	    CFG_STR("to", NULL, CFGF_NODEFAULT),
	    CFG_SEC("option", option, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	    CFG_SEC("after", option, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	    CFG_END()};
	cfg_opt_t top[] = {CFG_SEC("node", node, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
			   CFG_END()};
	cfg_t *cfg = cfg_init(top, CFGF_NONE);
	int rc;

	if (!cfg)
		fatal("out of memory");
	rc = conffile_parse(cfg, reading->path, reading->problems);
	if (rc == 0) {
		unsigned n = cfg_size(cfg, "node");

		reading->menu->nodes = xcalloc(n + 1, sizeof(*reading->menu->nodes));
		for (unsigned i = 0; i < n; i++)
			take_node(reading, cfg_getnsec(cfg, "node", i), &reading->menu->nodes[i]);
		reading->menu->count = n;
	}
	cfg_free(cfg);
	return rc;
}

/* --- checking ---------------------------------------------------------------- */

static const struct ussd_node *find_target(struct reading *reading, const struct ussd_node *node,
					   const char *name, const char *what)
{
	const struct ussd_node *to = name ? ussd_menu_find(reading->menu, name) : NULL;

	if (!name)
		note(reading, node, "%s leads nowhere; give it a to", what);
	else if (!to || *name == '@')
		note(reading, node, "%s leads to \"%s\", which isn't there", what, name);
	return to;
}

/* "7 SALDO 24": what a placeholder may be filled with, to see whether the
 * command would be understood. */
static const char *sample(const char *name, size_t length)
{
	static const struct {
		const char *name, *value;
	} samples[] = {
	    {"amount", "50000"}, {"code", "K7M4"},  {"count", "10"},    {"entry", "wajib"},
	    {"lang", "id"},      {"loan", "P-14"},  {"member", "23"},   {"pin", "739264"},
	    {"product", "shu"},  {"role", "ketua"}, {"text", "contoh"},
	};

	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++)
		if (strlen(samples[i].name) == length &&
		    strncmp(samples[i].name, name, length) == 0)
			return samples[i].value;
	return NULL;
}

static void check_says(struct reading *reading, const struct ussd_node *node)
{
	struct strbuf text = {0};
	struct arena *arena = arena_new();
	struct parsed parsed;
	const char *at = node->says;

	while (*at) {
		const char *end = *at == '{' ? strchr(at, '}') : NULL;
		const char *value = end ? sample(at + 1, (size_t)(end - at) - 1) : NULL;

		if (*at != '{') {
			strbuf_putc(&text, *at++);
			continue;
		}
		if (!value) {
			note(reading, node, "there is no \"%.*s\" to fill in",
			     end ? (int)(end - at) + 1 : 1, at);
			goto out;
		}
		/* SHU can only be taken out. */
		strbuf_puts(&text, strncmp(node->says, "SETOR", 5) == 0 && strcmp(value, "shu") == 0
				       ? "wajib"
				       : value);
		at = end + 1;
	}
	parser_parse(reading->grammar, text.text ? text.text : "", arena, &parsed);
	if (parsed.problem != PARSE_OK)
		note(reading, node, "\"%s\" isn't understood as a command", node->says);
	parsed_free(&parsed);
out:
	strbuf_free(&text);
	arena_free(&arena);
}

static void check_screen(struct reading *reading, struct ussd_node *node)
{
	if (!node->screen)
		note(reading, node, "has neither a screen nor a command (says)");
	else if (!catalogue_has(reading->catalogue, reading->lang, node->screen))
		note(reading, node, "there is no text %s", node->screen);
	if (node->input == USSD_NOTHING && !node->option_count)
		note(reading, node, "has neither options nor an input");
	if (node->input == USSD_CHOICE && !node->list)
		note(reading, node, "chooses from no list");
	if (node->input != USSD_NOTHING && node->input != USSD_PIN && node->input != USSD_CHOICE &&
	    !node->var)
		note(reading, node, "the input has no name");
	if (node->input != USSD_NOTHING)
		node->to = find_target(reading, node, node->to_name, "the input");
	/* It is in no state: what it is for must come at once. */
	if (node->input == USSD_PIN && node->to && !node->to->says)
		note(reading, node, "a PIN must lead to a command");
}

static void check_node(struct reading *reading, struct ussd_node *node)
{
	if (*node->name == '@')
		note(reading, node, "names with @ are the program's own");
	if (node->says)
		check_says(reading, node);
	else
		check_screen(reading, node);
	for (size_t i = 0; i < node->option_count; i++)
		node->options[i].to =
		    find_target(reading, node, node->options[i].name, "an option");
	for (size_t i = 0; i < node->after_count; i++) {
		node->afters[i].to = find_target(reading, node, node->afters[i].name, "an after");
		if (node->afters[i].to && node->afters[i].to->says)
			note(reading, node, "behind an outcome comes a screen");
	}
}

int ussd_menu_load(struct ussd_menu **out, const char *path, const struct catalogue *catalogue,
		   const char *lang, const struct grammar *grammar, struct strbuf *problems)
{
	size_t before = problems->length;
	struct ussd_menu *menu = xcalloc(1, sizeof(*menu));
	struct reading reading = {menu, path, catalogue, lang, grammar, problems};
	int rc;

	*out = NULL;
	for (size_t i = 0; i < USSD_FIXED_COUNT; i++)
		menu->fixed[i].name = xstrdup(fixed_names[i]);
	rc = read_nodes(&reading);
	if (rc == 0) {
		for (size_t i = 0; i < menu->count; i++)
			check_node(&reading, &menu->nodes[i]);
		menu->root = ussd_menu_find(menu, "root");
		if (!menu->root)
			strbuf_printf(problems, "%s:1: there is no node root\n", path);
		if (problems->length != before)
			rc = -EINVAL;
	}
	if (rc < 0) {
		ussd_menu_free(&menu);
		return rc;
	}
	*out = menu;
	return 0;
}

/* --- the end ------------------------------------------------------------------ */

static void free_options(struct ussd_option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(options[i].key);
		free(options[i].name);
		free(options[i].set);
	}
	free(options);
}

static void free_node(struct ussd_node *node)
{
	free(node->name);
	free(node->screen);
	free(node->about);
	free(node->says);
	free(node->set);
	free(node->var);
	free(node->list);
	free(node->to_name);
	free_options(node->options, node->option_count);
	free_options(node->afters, node->after_count);
}

struct ussd_menu *ussd_menu_hold(struct ussd_menu *menu)
{
	menu->holders++;
	return menu;
}

void ussd_menu_free(struct ussd_menu **menu)
{
	if (!*menu)
		return;
	if ((*menu)->holders-- > 0) {
		*menu = NULL;
		return;
	}
	for (size_t i = 0; i < (*menu)->count; i++)
		free_node(&(*menu)->nodes[i]);
	for (size_t i = 0; i < USSD_FIXED_COUNT; i++)
		free_node(&(*menu)->fixed[i]);
	free((*menu)->nodes);
	free(*menu);
	*menu = NULL;
}
