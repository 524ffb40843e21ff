/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_TEXT_TEMPLATE_H
#define KENTONGAN_TEXT_TEMPLATE_H

#include <stdbool.h>

#include <jansson.h>

#include "kentongan/errors.h"
#include "kentongan/memory.h"

/* One text of the catalogue, taken apart once (syntax: catalogue.h). */
struct template;

/* -EINVAL with the reason in ERR where the syntax is wrong. */
MUSTCHECK int template_compile(struct template **out, const char *text, struct errbuf *err);
void template_free(struct template **template);

/* What a template asks of its surroundings. WORD gives the catalogue's word
 * or NULL; EACH appends the template NAME rendered with PARAMS. */
struct template_scope {
	const char *(*word)(const char *value, void *arg);
	int (*each)(const char *name, const json_t *params, struct strbuf *out, struct errbuf *err,
		    void *arg);
	void *arg;
};

/* Appends to OUT. A parameter that is missing is -EINVAL; null is nothing. */
MUSTCHECK int template_render(const struct template *template, const json_t *params,
			      const struct template_scope *scope, struct strbuf *out,
			      struct errbuf *err);

/* The name of an each: that isn't found by KNOWN, or NULL. */
const char *template_unknown_each(const struct template *template,
				  bool (*known)(const char *name, void *arg), void *arg);

#endif
