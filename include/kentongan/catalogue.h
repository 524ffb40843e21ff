/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CATALOGUE_H
#define KENTONGAN_CATALOGUE_H

#include <stdbool.h>

#include <jansson.h>

#include "kentongan/errors.h"
#include "kentongan/memory.h"

/* The texts that members read: a folder for each language in config/lang (id,
 * en, jv, mad), in it files by subject (member.conf, deposit.conf), which
 * together are the language: a name may stand in one of them only. libconfuse,
 * sections
 *
 *   text saldo { sms = "{group}, {name}({number}) … {pokok|amount} …" }
 *   text mutasi { sms = "…" long = true }    # may need more than one SMS
 *   word sukarela { is = "sukarela" }
 *
 * Placeholders: {name} a string or number as it is · {x|amount} 1250000 →
 * 1.250.000 · {x|word} the catalogue's word for the value (product, role,
 * status …) · {x|masked} a number masked (+62812•••4567 as *4567) ·
 * {x?…} the text after '?' only where x is present and not null, 0 or "";
 * it may hold placeholders itself, one level deep. "\n" is a line break.
 * A list parameter is joined: {lines|each:TEMPLATE} renders the text TEMPLATE
 * for each element (an object) and puts them one after another. */
struct catalogue;

/* Loads the *.conf of every folder of DIR. On failure -EINVAL with each mistake as
 * "file:line: reason" in PROBLEMS. FALLBACK must have a folder ("id"). */
MUSTCHECK int catalogue_load(struct catalogue **out, const char *dir, const char *fallback,
			     struct strbuf *problems);
void catalogue_free(struct catalogue **catalogue);

/* Renders TEMPLATE in LANG (falling back to the fallback language, text by
 * text). PARAMS is an object. malloc'd UTF-8 in *OUT; GSM-7 where a likeness
 * exists (gsm7_transliterate). A parameter that the template names and PARAMS
 * lacks is an error (-EINVAL), as is an unknown template (-ENOENT). */
MUSTCHECK int catalogue_render(const struct catalogue *catalogue, const char *lang,
			       const char *template, const json_t *params, char **out,
			       struct errbuf *err);

/* For tests and `check`: calls FN for each text of each language, with the file
 * and line where it stands. */
typedef void catalogue_each_fn(const char *lang, const char *name, const char *text, bool is_long,
			       const char *file, int line, void *arg);
void catalogue_each(const struct catalogue *catalogue, catalogue_each_fn *fn, void *arg);
bool catalogue_has(const struct catalogue *catalogue, const char *lang, const char *name);

#endif
