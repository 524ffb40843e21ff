/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CONFFILE_H
#define KENTONGAN_CONFFILE_H

#include <confuse.h>

#include "kentongan/errors.h"
#include "kentongan/memory.h"

/* Fills CFG (cfg_init'ed by the caller) from the file at PATH, for files of
 * words and texts. What libconfuse 3.3 does badly is seen to first: it counts
 * a remark as two lines, and after a quote that is never closed its scanner
 * stays inside it for the next file. Text in double quotes ends on its line;
 * in single quotes it may go on. -EINVAL with "PATH:LINE: reason" appended to
 * PROBLEMS, -ENOENT and the like where the file can't be read. Afterwards the
 * `line` of each section is where it begins. */
MUSTCHECK int conffile_parse(cfg_t *cfg, const char *path, struct strbuf *problems);

/* Where entry N (from 0) of OPTION of SECTION stands in the file that was read
 * last; where SECTION begins if it says nothing of the kind, 0 where that is the file. */
int conffile_line(cfg_t *section, const char *option, unsigned n);

/* For a callback of libconfuse: the line being read now. */
void conffile_note(cfg_t *cfg, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
