/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_LESSON_FILE_H
#define KENTONGAN_CLI_LESSON_FILE_H

#include <stddef.h>

#include "kentongan/catalogue.h"
#include "kentongan/errors.h"
#include "kentongan/memory.h"

/* A file of lessons (its form is explained in config/lessons/usaha.conf). */

struct lesson {
	char *title;
	char *text;
};

struct lesson_file {
	char *series;
	char *title;
	struct lesson *lessons; /* number 1 is the first */
	size_t count;
};

/* Reads PATH. -EINVAL with every mistake, "PATH:LINE: reason" a line (of a
 * lesson: its last), appended to PROBLEMS, -ENOENT and the like likewise; *OUT
 * is then empty. */
MUSTCHECK int lesson_file_read(struct lesson_file *out, const char *path, struct strbuf *problems);
void lesson_file_clear(struct lesson_file *file);

/* How many SMS lesson N (from 0) is at most, with what stands around it in any
 * of the languages of groups; 0 where CATALOGUE can't say it. */
int lesson_file_parts(const struct lesson_file *file, size_t n, const struct catalogue *catalogue);

#endif
