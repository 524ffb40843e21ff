/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_SERVE_H
#define KENTONGAN_DAEMON_SERVE_H

#include "kentongan/conf.h"

/* `kentongan serve`: supervises the modems' processes, answers HTTP, does the
 * timed work while it leads. CONF stays the caller's; at SIGHUP its file is
 * read again. Returns the process's exit status, after SIGTERM or SIGINT or
 * where it can't start. */
int serve_main(const struct conf *conf);

#endif
