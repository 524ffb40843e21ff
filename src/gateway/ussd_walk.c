/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ussd_walk.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/pin.h"
#include "kentongan/text.h"

#define STACK_MAX 12
#define DIGITS_MAX 4
#define TYPED_MAX 160

static json_t *member_of(json_t *state, const char *name, json_t *fresh)
{
	json_t *value = json_object_get(state, name);

	if (json_typeof(fresh) == (value ? json_typeof(value) : JSON_NULL)) {
		json_decref(fresh);
		return value;
	}
	json_object_set_new(state, name, fresh);
	return fresh;
}

static json_t *vars(struct walk *walk)
{
	return member_of(walk->state, "vars", json_object());
}

static json_t *stack(struct walk *walk)
{
	return member_of(walk->state, "stack", json_array());
}

/* "product=wajib" */
static void set_value(struct walk *walk, const char *set)
{
	const char *equals = set ? strchr(set, '=') : NULL;
	char name[32];

	if (!equals || (size_t)(equals - set) >= sizeof(name))
		return;
	memcpy(name, set, (size_t)(equals - set));
	name[equals - set] = '\0';
	json_object_set_new(vars(walk), name, json_string(equals + 1));
}

/* --- going ------------------------------------------------------------------ */

static enum walk_result enter(struct walk *walk, const struct ussd_node *node)
{
	json_t *state = walk->state;

	set_value(walk, node->set);
	json_object_del(state, "chosen");
	if (node->says) {
		walk->leaf = node;
		walk->confirms = false;
		json_object_set_new(state, "again", json_string(node->name));
		return WALK_RUN;
	}
	walk->node = node;
	json_object_set_new(state, "page", json_integer(0));
	json_object_del(state, "refused");
	json_object_del(state, "items");
	if (node->about)
		json_object_set_new(state, "about", json_string(node->about));
	if (node == walk->menu->root) {
		json_object_del(state, "about");
		json_object_del(state, "said");
		json_object_del(state, "broken");
		json_object_set_new(state, "vars", json_object());
		json_object_set_new(state, "stack", json_array());
	}
	return node->list ? WALK_LIST : WALK_SHOW;
}

/* Onward, with a way back. */
static enum walk_result go(struct walk *walk, const struct ussd_node *to, const char *set)
{
	set_value(walk, set);
	if (*walk->node->name != '@' && to != walk->menu->root) {
		json_array_append_new(stack(walk), json_string(walk->node->name));
		if (json_array_size(stack(walk)) > STACK_MAX)
			json_array_remove(stack(walk), 0);
	}
	return enter(walk, to);
}

static enum walk_result back(struct walk *walk)
{
	json_t *way = stack(walk);
	size_t n = json_array_size(way);
	const char *name = n ? json_string_value(json_array_get(way, n - 1)) : NULL;
	const struct ussd_node *to = name ? ussd_menu_find(walk->menu, name) : NULL;

	if (n)
		json_array_remove(way, n - 1);
	if (!to || to->says)
		to = walk->menu->root;
	return enter(walk, to);
}

/* --- the beginning ------------------------------------------------------------ */

static enum walk_result choose_member(struct walk *walk, size_t index)
{
	json_t *id = json_object_get(json_array_get(walk->members, index), "id");

	json_object_set(walk->state, "who", id);
	return enter(walk, walk->menu->root);
}

static bool is_member(const struct walk *walk, const json_t *id)
{
	size_t i;
	json_t *one;

	json_array_foreach((json_t *)walk->members, i,
			   one) if (json_equal(json_object_get(one, "id"), id)) return true;
	return false;
}

/* Never at a PIN, nor where something was to be confirmed: there at its beginning. */
static const struct ussd_node *place_to_resume(const struct walk *walk, const json_t *broken)
{
	const char *name = json_string_value(json_object_get(broken, "node"));
	const json_t *state = json_object_get(broken, "state");
	const json_t *way = json_object_get(state, "stack");
	const struct ussd_node *node = name ? ussd_menu_find(walk->menu, name) : NULL;
	bool asks = node && (ussd_is(walk->menu, node, USSD_SURE) ||
			     ussd_is(walk->menu, node, USSD_ASKPIN) || node->input == USSD_PIN);

	if (!node || !json_object_get(state, "about") ||
	    !is_member(walk, json_object_get(state, "who")))
		return NULL;
	for (size_t i = 0; asks && i < json_array_size(way); i++) {
		const char *first = json_string_value(json_array_get(way, i));

		node = first ? ussd_menu_find(walk->menu, first) : NULL;
		if (node && node != walk->menu->root && !node->says && node->input != USSD_PIN)
			return node;
	}
	return asks || *name == '@' || node->says ? NULL : node;
}

enum walk_result walk_start(struct walk *walk, const struct ussd_menu *menu, const json_t *members,
			    const json_t *broken)
{
	const struct ussd_node *node;

	*walk = (struct walk){.menu = menu, .node = menu->root, .members = members};
	walk->state = json_object();
	node = broken ? place_to_resume(walk, broken) : NULL;
	if (node) {
		json_t *state = json_object_get(broken, "state");

		json_object_set(walk->state, "who", json_object_get(state, "who"));
		json_object_set(walk->state, "about", json_object_get(state, "about"));
		json_object_set_new(walk->state, "broken",
				    json_pack("{s:s, s:O}", "node", node->name, "state", state));
		walk->node = &menu->fixed[USSD_RESUME];
		return WALK_SHOW;
	}
	if (json_array_size(members) > 1) {
		walk->node = &menu->fixed[USSD_WHO];
		return WALK_SHOW;
	}
	return choose_member(walk, 0);
}

void walk_resume(struct walk *walk, const struct ussd_menu *menu, const json_t *members,
		 const char *node, json_t *state)
{
	*walk = (struct walk){.menu = menu, .members = members};
	walk->state = json_is_object(state) ? json_incref(state) : json_object();
	/* The menus may have been changed since. */
	walk->node = ussd_menu_find(menu, node);
	if (!walk->node || walk->node->says)
		(void)enter(walk, menu->root);
}

void walk_free(struct walk *walk)
{
	json_decref(walk->state);
	walk->state = NULL;
	explicit_bzero(walk->pin, sizeof(walk->pin));
	explicit_bzero(walk->new_pin, sizeof(walk->new_pin));
}

/* --- what was typed ------------------------------------------------------------- */

static enum walk_result show(struct walk *walk, bool wrong)
{
	walk->wrong = wrong;
	return WALK_SHOW;
}

bool walk_is_pin(const char *text, size_t length)
{
	return length == PIN_LENGTH && strspn(text, "0123456789") >= length;
}

/* A PIN; for a change "111111 222222", with or without something between. */
static bool take_pin(struct walk *walk, const char *text, bool two)
{
	size_t length = strlen(text), between = PIN_LENGTH;

	if (!two) {
		if (!walk_is_pin(text, length))
			return false;
	} else {
		if (strspn(text, "0123456789") < PIN_LENGTH)
			return false;
		while (text[between] && !isdigit((unsigned char)text[between]))
			between++;
		if (!walk_is_pin(text + between, length - between))
			return false;
		memcpy(walk->new_pin, text + between, PIN_LENGTH);
	}
	memcpy(walk->pin, text, PIN_LENGTH);
	return true;
}

static bool said_is(const struct walk *walk, const char *name, const char *value)
{
	const json_t *said = json_object_get(walk->state, "said");
	const char *is = json_string_value(json_object_get(said, name));

	return is && strcmp(is, value) == 0;
}

static enum walk_result take_sure(struct walk *walk, const char *input, bool alone)
{
	const char *confirm = json_string_value(json_object_get(walk->state, "confirm"));
	const json_t *said = json_object_get(walk->state, "said");
	bool is_pin = said_is(walk, "kind", "pin");
	bool two = is_pin && json_object_get(said, "change");

	if (strcmp(input, "2") == 0 || strcmp(input, "0") == 0)
		return WALK_NO;
	if (is_pin || (confirm && strcmp(confirm, "pin") == 0)) {
		if (!alone || !take_pin(walk, input, two))
			return show(walk, true);
	} else if (strcmp(input, "1") != 0) {
		return show(walk, true);
	}
	walk->leaf = NULL;
	walk->confirms = true;
	return WALK_RUN;
}

static enum walk_result take_pin_again(struct walk *walk, const char *input, bool alone)
{
	const char *again = json_string_value(json_object_get(walk->state, "again"));
	const struct ussd_node *leaf = again ? ussd_menu_find(walk->menu, again) : NULL;

	if (!leaf || !leaf->says || strcmp(input, "0") == 0)
		return enter(walk, walk->menu->root);
	if (!alone || !take_pin(walk, input, false))
		return show(walk, true);
	walk->leaf = leaf;
	walk->confirms = false;
	return WALK_RUN;
}

static enum walk_result take_resume(struct walk *walk, const char *input)
{
	const json_t *broken = json_object_get(walk->state, "broken");
	const char *name = json_string_value(json_object_get(broken, "node"));
	const struct ussd_node *node = name ? ussd_menu_find(walk->menu, name) : NULL;

	if (strcmp(input, "2") == 0 || strcmp(input, "0") == 0 || !node)
		return enter(walk, walk->menu->root);
	if (strcmp(input, "1") != 0)
		return show(walk, true);
	json_t *state = json_deep_copy(json_object_get(broken, "state"));

	json_decref(walk->state);
	walk->state = state;
	return enter(walk, node);
}

static size_t number(const char *input)
{
	size_t digits = strspn(input, "0123456789");

	return digits && digits <= 3 && !input[digits] ? (size_t)strtoul(input, NULL, 10) : 0;
}

static enum walk_result take_fixed(struct walk *walk, const char *input, bool alone)
{
	size_t n = number(input);

	if (ussd_is(walk->menu, walk->node, USSD_SURE))
		return take_sure(walk, input, alone);
	if (ussd_is(walk->menu, walk->node, USSD_ASKPIN))
		return take_pin_again(walk, input, alone);
	if (ussd_is(walk->menu, walk->node, USSD_RESUME))
		return take_resume(walk, input);
	if (!ussd_is(walk->menu, walk->node, USSD_WHO))
		return enter(walk, walk->menu->root); /* an answer that has been read */
	if (n < 1 || n > json_array_size(walk->members))
		return show(walk, true);
	return choose_member(walk, n - 1);
}

static enum walk_result take_choice(struct walk *walk, const char *input)
{
	const json_t *items = json_object_get(walk->state, "items");
	size_t n = number(input);
	json_t *item = n ? json_array_get(items, n - 1) : NULL;

	if (!item)
		return show(walk, true);
	json_object_set(walk->state, "said", item);
	json_object_set(vars(walk), "code", json_object_get(item, "code"));
	enum walk_result result = go(walk, walk->node->to, NULL);

	/* The line's number, brought once more, would be the answer to what comes now:
	 * whoever counts no steps is taken for repeating it (ussd_enter). */
	json_object_set_new(walk->state, "chosen", json_true());
	return result;
}

static json_t *read_amount(const char *input)
{
	int64_t value;

	/* A keypad has no full stop to group digits with: 50000 is meant so. */
	if (amount_parse(input, strlen(input), &value) != AMOUNT_OK)
		return NULL;
	return json_integer(value);
}

static json_t *read_digits(const char *input)
{
	size_t digits = strspn(input, "0123456789");

	if (!digits || digits > DIGITS_MAX || input[digits] || !atoi(input))
		return NULL;
	return json_integer(atoi(input));
}

static json_t *read_text(const char *input)
{
	char clean[TEXT_MAX + 1], safe[TEXT_MAX * 4];

	if (text_normalise(input, strlen(input), clean, sizeof(clean)) == 0 ||
	    strlen(clean) > TYPED_MAX)
		return NULL;
	/* Who writes her PIN into a complaint needn't find it there. */
	text_redact(clean, safe, sizeof(safe));
	explicit_bzero(clean, sizeof(clean));
	return json_string(safe);
}

static enum walk_result take_input(struct walk *walk, const char *input, bool alone)
{
	const struct ussd_node *node = walk->node;
	json_t *value = NULL;

	switch (node->input) {
	case USSD_NOTHING:
		return show(walk, true);
	case USSD_CHOICE:
		return take_choice(walk, input);
	case USSD_PIN:
		if (!alone || !take_pin(walk, input, false))
			return show(walk, true);
		return enter(walk, node->to);
	case USSD_AMOUNT:
		value = read_amount(input);
		break;
	case USSD_DIGITS:
		value = read_digits(input);
		break;
	case USSD_TEXT:
		value = read_text(input);
		break;
	}
	if (!value)
		return show(walk, true);
	json_object_set_new(vars(walk), node->var, value);
	return go(walk, node->to, NULL);
}

static bool is_officer(const struct walk *walk)
{
	return json_is_true(json_object_get(walk_member(walk), "officer"));
}

static enum walk_result next_page(struct walk *walk)
{
	json_int_t page = json_integer_value(json_object_get(walk->state, "page"));

	json_object_set_new(walk->state, "page", json_integer(page + 1));
	return show(walk, false);
}

enum walk_result walk_take(struct walk *walk, const char *typed, bool alone)
{
	char input[TYPED_MAX * 4];
	size_t length;

	while (isspace((unsigned char)*typed))
		typed++;
	length = strnlen(typed, sizeof(input) - 1);
	memcpy(input, typed, length);
	while (length && isspace((unsigned char)input[length - 1]))
		length--;
	input[length] = '\0';
	walk->wrong = false;
	enum walk_result result = WALK_SHOW;

	if (strcmp(input, "00") == 0) {
		result = WALK_BYE;
		goto out;
	}
	for (size_t i = 0; i < walk->node->option_count; i++) {
		const struct ussd_option *option = &walk->node->options[i];

		if (strcmp(option->key, input) == 0 && (!option->officers || is_officer(walk))) {
			result = go(walk, option->to, option->set);
			goto out;
		}
	}
	if (strcmp(input, "98") == 0)
		result = next_page(walk);
	else if (*walk->node->name == '@')
		result = take_fixed(walk, input, alone);
	else if (strcmp(input, "0") == 0)
		result = back(walk);
	else
		result = take_input(walk, input, alone);
out:
	explicit_bzero(input, sizeof(input));
	return result;
}

/* --- what is to be done --------------------------------------------------------- */

static bool add_value(const struct walk *walk, const char *name, size_t length, struct strbuf *out)
{
	char key[32];
	const json_t *value;

	if (length >= sizeof(key))
		return false;
	memcpy(key, name, length);
	key[length] = '\0';
	if (strcmp(key, "pin") == 0) {
		strbuf_puts(out, walk->pin);
		return *walk->pin != '\0';
	}
	value = json_object_get(json_object_get(walk->state, "vars"), key);
	if (json_is_integer(value))
		strbuf_printf(out, "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value))
		strbuf_puts(out, json_string_value(value));
	else
		return false;
	return true;
}

bool walk_says(const struct walk *walk, struct strbuf *out)
{
	const json_t *member = walk_member(walk);
	const char *at = walk->confirms ? "" : walk->leaf->says;

	if (json_array_size(walk->members) > 1 && member)
		strbuf_printf(out, "%s %lld ", json_string_value(json_object_get(member, "group")),
			      (long long)json_integer_value(json_object_get(member, "number")));
	if (walk->confirms) {
		const json_t *said = json_object_get(walk->state, "said");
		const char *code = json_string_value(json_object_get(said, "code"));

		strbuf_printf(out, "YA %s%s%s", code ? code : "", *walk->pin ? " " : "", walk->pin);
		return code != NULL;
	}
	while (*at) {
		const char *end = *at == '{' ? strchr(at, '}') : NULL;

		if (!end) {
			strbuf_putc(out, *at++);
			continue;
		}
		if (!add_value(walk, at + 1, (size_t)(end - at) - 1, out))
			return false;
		at = end + 1;
	}
	if (ussd_is(walk->menu, walk->node, USSD_ASKPIN))
		strbuf_printf(out, " %s", walk->pin);
	return true;
}

const char *walk_retry(const struct walk *walk)
{
	if (walk->confirms || walk->node->input == USSD_PIN)
		return walk->node->name;
	return walk->menu->fixed[USSD_ASKPIN].name;
}

/* --- what is known ---------------------------------------------------------------- */

const json_t *walk_member(const struct walk *walk)
{
	const json_t *who = json_object_get(walk->state, "who");
	size_t i;
	json_t *one;

	json_array_foreach((json_t *)walk->members, i,
			   one) if (who && json_equal(json_object_get(one, "id"), who)) return one;
	return NULL;
}

json_t *walk_params(const struct walk *walk)
{
	json_t *params = json_object(), *part;
	const json_t *member = walk_member(walk);
	static const char *const names[] = {"group", "group_name", "name", "number"};

	for (size_t i = 0; member && i < sizeof(names) / sizeof(*names); i++)
		json_object_set(params, names[i], json_object_get(member, names[i]));
	if (json_is_true(json_object_get(member, "officer")))
		json_object_set_new(params, "officers", json_string("x"));
	part = json_object_get(walk->state, "about");
	if (part)
		json_object_set(params, "about", part);
	json_object_update(params, json_object_get(walk->state, "vars"));
	json_object_update(params, json_object_get(walk->state, "said"));
	return params;
}
