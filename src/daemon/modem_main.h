/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_DAEMON_MODEM_MAIN_H
#define KENTONGAN_DAEMON_MODEM_MAIN_H

#include "kentongan/conf.h"

/* The process `kentongan modem NAME`: one modem, one connection to the
 * database, the gateway core between them. Under `kentongan serve` it finds
 * its heartbeat socket in PROCESS_HEARTBEAT_ENV and ends with the daemon;
 * alone it speaks to systemd. SIGHUP reads CONF's file again, SIGTERM lets the
 * call under way finish. NAME is configured. Returns the exit status. */
int modem_main(const struct conf *conf, const char *name);

#endif
