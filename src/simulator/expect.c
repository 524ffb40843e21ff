/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expect.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcre2.h>

#include "kentongan/memory.h"

#define CAPTURES_MAX 100
#define ELLIPSIS "\xe2\x80\xa6"

struct expect {
	struct {
		char name[32];
		char *value;
	} captures[CAPTURES_MAX];
	size_t count;
};

struct expect *expect_new(void)
{
	return xcalloc(1, sizeof(struct expect));
}

void expect_free(struct expect **expect)
{
	if (*expect == NULL)
		return;
	for (size_t i = 0; i < (*expect)->count; i++)
		free((*expect)->captures[i].value);
	free(*expect);
	*expect = NULL;
}

static const char *captured(const struct expect *expect, const char *name, size_t n)
{
	for (size_t i = 0; i < expect->count; i++)
		if (strlen(expect->captures[i].name) == n &&
		    memcmp(expect->captures[i].name, name, n) == 0)
			return expect->captures[i].value;
	return NULL;
}

static int remember(struct expect *expect, const char *name, const char *value, size_t n)
{
	size_t i = 0;

	while (i < expect->count && strcmp(expect->captures[i].name, name) != 0)
		i++;
	if (i == CAPTURES_MAX)
		return -ENOSPC;
	if (i == expect->count)
		expect->count++;
	free(expect->captures[i].value);
	snprintf(expect->captures[i].name, sizeof(expect->captures[i].name), "%s", name);
	expect->captures[i].value = xstrndup(value, n);
	return 0;
}

/* The end of "{…}" that begins at P, braces of the regex counted; NULL if it
 * never ends. */
static const char *closing(const char *p)
{
	int depth = 0;

	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			return p;
	}
	return NULL;
}

static size_t name_length(const char *p)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*p))
		return 0;
	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	return n < 32 ? n : 0;
}

/* "{name=regex}", "{=regex}" or "{name}" at P. True if it was one. */
static bool add_field(const struct expect *expect, const char **p, struct strbuf *regex,
		      struct errbuf *err, int *code)
{
	const char *end = closing(*p), *name = *p + 1, *value;
	size_t n = name_length(name);

	if (end == NULL || (name[n] != '=' && (n == 0 || name + n != end)))
		return false;
	*p = end + 1;
	if (name[n] == '=' && n > 0) {
		strbuf_printf(regex, "(?<%.*s>%.*s)", (int)n, name, (int)(end - name - n - 1),
			      name + n + 1);
	} else if (name[n] == '=') {
		strbuf_printf(regex, "(?:%.*s)", (int)(end - name - 1), name + 1);
	} else if ((value = captured(expect, name, n)) != NULL) {
		strbuf_printf(regex, "\\Q%s\\E", value);
	} else {
		*code = err_set(err, -EINVAL, "nothing was captured as {%.*s}", (int)n, name);
	}
	return true;
}

static int to_regex(const struct expect *expect, const char *pattern, struct strbuf *regex,
		    struct errbuf *err)
{
	int code = 0;

	strbuf_puts(regex, "\\A\\s*");
	for (const char *p = pattern; *p && code == 0;) {
		if (*p == '*') {
			strbuf_puts(regex, ".*");
			p++;
		} else if (strncmp(p, ELLIPSIS, 3) == 0) {
			strbuf_puts(regex, ".*");
			p += 3;
		} else if (p[0] == '\\' && p[1] == 'n') {
			strbuf_puts(regex, "\\n");
			p += 2;
		} else if (p[0] == '\\' && p[1] == '*') {
			strbuf_puts(regex, "\\*");
			p += 2;
		} else if (*p != '{' || !add_field(expect, &p, regex, err, &code)) {
			if (ispunct((unsigned char)*p))
				strbuf_putc(regex, '\\');
			strbuf_putc(regex, *p++);
		}
	}
	strbuf_puts(regex, "\\s*\\z");
	return code;
}

static int keep_captures(struct expect *expect, const pcre2_code *regex, pcre2_match_data *data,
			 const char *text, struct errbuf *err)
{
	const PCRE2_SIZE *where = pcre2_get_ovector_pointer(data);
	uint32_t count = 0, size = 0;
	PCRE2_SPTR table = NULL;
	int code = 0;

	pcre2_pattern_info(regex, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(regex, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(regex, PCRE2_INFO_NAMETABLE, &table);
	for (uint32_t i = 0; i < count && code == 0; i++) {
		size_t n = (size_t)table[0] << 8 | table[1];

		if (where[2 * n] != PCRE2_UNSET)
			code = remember(expect, (const char *)table + 2, text + where[2 * n],
					where[2 * n + 1] - where[2 * n]);
		table += size;
	}
	return code ? err_set(err, code, "too many captures") : 1;
}

int expect_match(struct expect *expect, const char *pattern, const char *text, struct errbuf *err)
{
	struct strbuf regex = {0};
	pcre2_match_data *data = NULL;
	pcre2_code *compiled = NULL;
	PCRE2_SIZE where;
	int code = to_regex(expect, pattern, &regex, err), number;

	if (code != 0)
		goto out;
	compiled = pcre2_compile((PCRE2_SPTR)regex.text, regex.length,
				 PCRE2_UTF | PCRE2_DOTALL | PCRE2_DUPNAMES, &number, &where, NULL);
	if (compiled == NULL) {
		unsigned char why[128];

		pcre2_get_error_message(number, why, sizeof(why));
		code = err_set(err, -EINVAL, "the pattern is wrong: %s (in %s)", (char *)why,
			       regex.text);
		goto out;
	}
	data = pcre2_match_data_create_from_pattern(compiled, NULL);
	number = pcre2_match(compiled, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, 0, data, NULL);
	if (number >= 0)
		code = keep_captures(expect, compiled, data, text, err);
out:
	pcre2_match_data_free(data);
	pcre2_code_free(compiled);
	strbuf_free(&regex);
	return code;
}

char *expect_fill(struct expect *expect, const char *text, struct errbuf *err)
{
	struct strbuf out = {0};

	strbuf_puts(&out, "");
	while (*text) {
		size_t n = *text == '{' ? name_length(text + 1) : 0;
		const char *value;

		if (text[0] == '\\' && text[1] == 'n') {
			strbuf_putc(&out, '\n');
			text += 2;
		} else if (n > 0 && text[n + 1] == '}') {
			value = captured(expect, text + 1, n);
			if (value == NULL) {
				err_set(err, -EINVAL, "nothing was captured as {%.*s}", (int)n,
					text + 1);
				strbuf_free(&out);
				return NULL;
			}
			strbuf_puts(&out, value);
			text += n + 2;
		} else {
			strbuf_putc(&out, *text++);
		}
	}
	return out.text;
}
