/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_CONTROL_H
#define SIMULATOR_CONTROL_H

#include "kentongan/errors.h"

#include "network.h"

/* The control socket DIR/control. A request is a line: words ("fault desa
 * hang") or a JSON object {"verb": "fault", "args": ["desa", "hang"], …}. An
 * answer is a line of JSON: {"ok": true, "text": …} or {"ok": false,
 * "error": …}. After "watch" lines with an "event" member come as well. */

#define CONTROL_CLIENTS_MAX 64
#define CONTROL_LINE_MAX (256 * 1024)

struct control;
MUSTCHECK int control_open(struct control **out, struct network *network, struct errbuf *err);
void control_close(struct control **control);

/* verbs.c: does what REQUEST asks; returns the answer (owned by the caller). */
json_t *verb_run(struct network *network, const json_t *request);
void verb_list(struct strbuf *out);

#endif
