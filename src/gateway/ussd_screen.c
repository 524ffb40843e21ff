/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ussd_screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/text.h"

void ussd_screen_free(struct ussd_screen *screen)
{
	free(screen->text);
	free(screen->whole);
	*screen = (struct ussd_screen){0};
}

bool ussd_screen_fits(const char *text)
{
	return sms_size(text).segments <= 1;
}

static const char *lang_of(const struct walk *walk, const char *fallback)
{
	const json_t *member = walk ? walk_member(walk) : NULL;
	const char *lang;

	if (!member && walk)
		member = json_array_get(walk->members, 0);
	lang = json_string_value(json_object_get(member, "lang"));
	return lang ? lang : fallback;
}

/* For one screen. */
struct making {
	const struct catalogue *catalogue;
	const struct walk *walk;
	const char *lang;
	struct errbuf *err;
};

static int render(const struct making *making, const char *name, const json_t *params, char **out)
{
	json_t *own = params ? NULL : walk_params(making->walk);
	int rc = catalogue_render(making->catalogue, making->lang, name, params ? params : own, out,
				  making->err);

	json_decref(own);
	return rc;
}

/* Appends text NAME where the whole still fits. */
static int add_if_fits(const struct making *making, char **text, const char *name, bool in_front)
{
	char *more, *both;
	int rc = render(making, name, NULL, &more);

	if (rc < 0)
		return rc;
	both = in_front ? xasprintf("%s\n%s", more, *text) : xasprintf("%s\n%s", *text, more);
	free(more);
	if (ussd_screen_fits(both)) {
		free(*text);
		*text = both;
	} else {
		free(both);
	}
	return 0;
}

/* --- pages --------------------------------------------------------------------- */

/* How many bytes of TEXT, up to a space where there is one, fit with TAIL. */
static size_t page_length(const char *text, const char *tail)
{
	size_t best = 0, hard = 0;

	for (size_t n = 1; n <= strlen(text); n++) {
		if (((unsigned char)text[n] & 0xC0) == 0x80)
			continue;
		char *page = xasprintf("%.*s%s", (int)n, text, tail);
		bool fits = ussd_screen_fits(page);

		free(page);
		if (!fits)
			break;
		hard = n;
		if (text[n] == ' ' || text[n] == '\n' || !text[n])
			best = n;
	}
	return best ? best : hard;
}

/* Page WANTED of a long text; past the last one the first. */
static int cut_page(const struct making *making, const char *text, json_int_t wanted,
		    struct ussd_screen *out)
{
	char *more, *tail;
	const char *at = text;
	int rc = render(making, "ussd_more", NULL, &more);

	if (rc < 0)
		return rc;
	tail = xasprintf("\n%s", more);
	free(more);
	for (json_int_t page = 0; !ussd_screen_fits(at); page++) {
		size_t length = page_length(at, tail);

		if (page == wanted || length == 0) {
			out->text = xasprintf("%.*s%s", (int)length, at, tail);
			goto out;
		}
		at += length;
		at += strspn(at, " \n");
	}
	out->text = xstrdup(at);
	out->ends = true;
out:
	free(tail);
	return 0;
}

/* Lines of a list, as many as fit, from page WANTED on. */
static int list_page(const struct making *making, const char *head, const json_t *lines,
		     json_int_t wanted, char **out)
{
	char *foot, *more;
	size_t n = json_array_size(lines), first = 0, i = 0;
	struct strbuf page = {0};
	int rc = render(making, "ussd_more", NULL, &more);

	if (rc < 0)
		return rc;
	rc = render(making, "ussd_back", NULL, &foot);
	if (rc < 0) {
		free(more);
		return rc;
	}
	for (json_int_t at = 0;; at++) {
		strbuf_clear(&page);
		strbuf_puts(&page, head);
		for (i = first; i < n; i++) {
			const char *line = json_string_value(json_array_get(lines, i));
			char *whole = xasprintf("%s\n%s\n%s\n%s", page.text, line, more, foot);
			bool fits = ussd_screen_fits(whole);

			free(whole);
			if (!fits && i > first)
				break;
			strbuf_printf(&page, "\n%s", line);
		}
		if (at == wanted || i >= n)
			break;
		first = i;
	}
	if (i < n || first > 0)
		strbuf_printf(&page, "\n%s", more);
	strbuf_printf(&page, "\n%s", foot);
	free(more);
	free(foot);
	*out = page.text;
	return 0;
}

/* Text NAME for each of ITEMS, numbered. */
static int render_lines(const struct making *making, const char *name, const json_t *items,
			json_t *lines)
{
	size_t i;
	json_t *item;

	json_array_foreach((json_t *)items, i, item)
	{
		json_t *params = json_copy(item);
		char *line;

		json_object_set_new(params, "n", json_integer((json_int_t)i + 1));
		int rc = render(making, name, params, &line);

		json_decref(params);
		if (rc < 0)
			return rc;
		json_array_append_new(lines, json_string(line));
		free(line);
	}
	return 0;
}

static int make_list(const struct making *making, const char *head, const char *line,
		     const json_t *items, struct ussd_screen *out)
{
	json_t *lines = json_array();
	json_int_t page = json_integer_value(json_object_get(making->walk->state, "page"));
	char *top = NULL;
	int rc = render(making, head, NULL, &top);

	if (rc == 0)
		rc = render_lines(making, line, items, lines);
	if (rc == 0)
		rc = list_page(making, top, lines, page, &out->text);
	json_decref(lines);
	free(top);
	return rc;
}

/* --- kinds of screens --------------------------------------------------------------- */

static const char *sure_text(const struct walk *walk)
{
	const json_t *said = json_object_get(walk->state, "said");
	const char *kind = json_string_value(json_object_get(said, "kind"));
	const char *confirm = json_string_value(json_object_get(walk->state, "confirm"));

	if (kind && strcmp(kind, "pin") == 0)
		return json_object_get(said, "change") ? "ussd_pin_change" : "ussd_pin_new";
	return confirm && strcmp(confirm, "pin") == 0 ? "ussd_sure_pin" : "ussd_sure";
}

/* A refusal of a PIN whose text by SMS speaks of codes. */
static const char *refusal_text(const char *refused)
{
	static const char *const own[][2] = {{"pin_weak", "ussd_pin_weak"},
					     {"pin_same", "ussd_pin_same"},
					     {"pin_how", "ussd_pin_weak"}};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (strcmp(refused, own[i][0]) == 0)
			return own[i][1];
	return NULL;
}

static int make_reply(const struct making *making, const struct ussd_said *said,
		      struct ussd_screen *out)
{
	json_int_t page = json_integer_value(json_object_get(making->walk->state, "page"));
	int rc = 0;

	if (said->body)
		out->whole = xstrdup(said->body);
	else if (said->template)
		rc = catalogue_render(making->catalogue, said->lang, said->template, said->params,
				      &out->whole, making->err);
	else
		rc = render(making, "ussd_nothing", NULL, &out->whole);
	if (rc < 0)
		return rc;
	return cut_page(making, out->whole, page, out);
}

static int make_refused(const struct making *making, const char *refused,
			const struct ussd_said *said, struct ussd_screen *out)
{
	const char *own = refusal_text(refused);

	if (own)
		return render(making, own, NULL, &out->text);
	if (said->body) {
		out->text = xstrdup(said->body);
		return 0;
	}
	return catalogue_render(making->catalogue, said->lang, said->template, said->params,
				&out->text, making->err);
}

static int make_fixed(const struct making *making, const struct ussd_said *said,
		      struct ussd_screen *out)
{
	const struct walk *walk = making->walk;
	const char *refused = json_string_value(json_object_get(walk->state, "refused"));

	if (ussd_is(walk->menu, walk->node, USSD_REPLY))
		return make_reply(making, said, out);
	if (refused && strcmp(refused, "pin_wanted") != 0 && said->template)
		return make_refused(making, refused, said, out);
	if (ussd_is(walk->menu, walk->node, USSD_WHO))
		return make_list(making, "ussd_who", "ussd_who_line", walk->members, out);
	if (ussd_is(walk->menu, walk->node, USSD_RESUME))
		return render(making, "ussd_resume", NULL, &out->text);
	if (ussd_is(walk->menu, walk->node, USSD_ASKPIN))
		return render(making, "ussd_pin_ask", NULL, &out->text);
	return render(making, sure_text(walk), NULL, &out->text);
}

static int make_node(const struct making *making, const struct ussd_said *said,
		     struct ussd_screen *out)
{
	const struct walk *walk = making->walk;
	const char *refused = json_string_value(json_object_get(walk->state, "refused"));
	const json_t *items = json_object_get(walk->state, "items");
	int rc;

	if (refused && said->template)
		return make_refused(making, refused, said, out);
	if (walk->node->list && json_array_size(items) == 0)
		rc = render(making, "ussd_none", NULL, &out->text);
	else if (walk->node->list)
		return make_list(making, walk->node->screen, "ussd_item", items, out);
	else
		rc = render(making, walk->node->screen, NULL, &out->text);
	if (rc == 0 && walk->node != walk->menu->root)
		rc = add_if_fits(making, &out->text, "ussd_back", false);
	return rc;
}

int ussd_screen_make(const struct catalogue *catalogue, const struct walk *walk, const char *lang,
		     const struct ussd_said *said, struct ussd_screen *out, struct errbuf *err)
{
	struct making making = {catalogue, walk, lang_of(walk, lang), err};
	int rc;

	*out = (struct ussd_screen){0};
	rc = *walk->node->name == '@' ? make_fixed(&making, said, out)
				      : make_node(&making, said, out);
	if (rc == 0 && walk->wrong)
		rc = add_if_fits(&making, &out->text, "ussd_wrong", true);
	if (rc < 0)
		ussd_screen_free(out);
	return rc;
}

int ussd_screen_end(const struct catalogue *catalogue, const struct walk *walk, const char *lang,
		    const char *name, struct ussd_screen *out, struct errbuf *err)
{
	json_t *nothing = json_object();
	int rc;

	*out = (struct ussd_screen){.ends = true};
	rc = catalogue_render(catalogue, lang_of(walk, lang), name, nothing, &out->text, err);
	json_decref(nothing);
	return rc;
}
