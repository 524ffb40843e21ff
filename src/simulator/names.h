/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_NAMES_H
#define SIMULATOR_NAMES_H

#include <stdbool.h>

/* Whose number is whose: DIR/names, lines "+62812… NAME". Read anew when it
 * changes; a missing file has no names. */
struct names;
struct names *names_new(const char *dir);
void names_free(struct names **names);

/* A number in any form, or the beginning of one name in any case (a whole name
 * goes before longer ones). E.164 in OUT; false where it is none or several. */
bool names_find(struct names *names, const char *who, char out[static 24]);
/* The name, or the number where it has none. Good until the file changes. */
const char *names_of(struct names *names, const char *number);
void names_each(struct names *names, void (*fn)(const char *number, const char *name, void *arg),
		void *arg);

#endif
