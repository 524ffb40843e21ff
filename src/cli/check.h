/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_CHECK_H
#define KENTONGAN_CLI_CHECK_H

#include <sys/stat.h>

#include "findings.h"

/* The user that the service runs as (systemd/sysusers). */
#define SERVICE_USER "kentongan"

/* check_files.c: key, words, texts, folders. */
void check_files(struct findings *findings, const struct conf *conf);
/* check_database.c: reached, version, rights, clock. */
void check_database(struct findings *findings, const struct conf *conf);
/* check_modems.c: devices and what holds them; PROBE opens the modems. */
void check_modems(struct findings *findings, const struct conf *conf, bool probe);

/* Whether the service's user could read (R_OK) or write (W_OK) what ST tells
 * about. True where there is no such user: then it runs as somebody else. */
bool check_service_may(const struct stat *st, int how);

#endif
