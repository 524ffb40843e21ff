/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/text/template.h"

/* Any bytes as a catalogue's text, rendered with parameters of every kind: it
 * is refused, or rendered, or lacks a parameter, but never ends badly. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *word(const char *value, void *arg)
{
	(void)arg;
	return strcmp(value, "wajib") == 0 ? "mandatory" : NULL;
}

static int each(const char *name, const json_t *params, struct strbuf *out, struct errbuf *err,
		void *arg)
{
	(void)params;
	(void)err;
	(void)arg;
	strbuf_puts(out, name);
	return 0;
}

static bool known(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "line") == 0;
}

static json_t *parameters(void)
{
	static json_t *params;

	if (!params)
		params = json_loads("{\"a\":1250000,\"b\":\"wajib\",\"c\":null,\"d\":0,\"e\":\"\","
				    "\"f\":[{\"x\":1},{\"x\":2}],\"g\":[],\"h\":2.5,\"i\":true,"
				    "\"j\":{},\"k\":\"+628123456789\",\"l\":-9223372036854775808}",
				    0, NULL);
	return params;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct template_scope scope = {word, each, NULL};
	char *text = strndup((const char *)data, size);
	struct template *template;
	struct strbuf out = {0};
	struct errbuf err;

	if (template_compile(&template, text, &err) == 0) {
		(void)template_unknown_each(template, known, NULL);
		if (template_render(template, parameters(), &scope, &out, &err) == 0 &&
		    !strchr(text, '{') && strcmp(out.text ? out.text : "", text) != 0)
			abort(); /* plain text comes out as it went in */
		template_free(&template);
		if (template)
			abort();
	}
	strbuf_free(&out);
	free(text);
	return 0;
}
