/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_LOG_H
#define KENTONGAN_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "kentongan/errors.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Chooses where records go: to the journal (sd-journal, structured) when
 * standard error is connected to it, else to standard error as lines
 * "2026-05-12 09:14:02 modem[desa] warn: text". IDENT names the process
 * ("serve", "modem[desa]"). Call once at start; single-threaded. */
void log_open(const char *ident);
void log_set_level(enum log_level level);
/* Numbers in full instead of masked: for debugging on the operator's order. */
void log_show_numbers(bool show);

/* WHERE is the object that speaks: "db", "modem", "outbox". Never put a
 * message body or a PIN in a record; mask numbers with log_msisdn(). */
void log_write(enum log_level level, const char *where, const char *fmt, ...) PRINTF_LIKE(3, 4);
#define log_error(where, ...) log_write(LOG_LEVEL_ERROR, where, __VA_ARGS__)
#define log_warn(where, ...) log_write(LOG_LEVEL_WARN, where, __VA_ARGS__)
#define log_info(where, ...) log_write(LOG_LEVEL_INFO, where, __VA_ARGS__)
#define log_debug(where, ...) log_write(LOG_LEVEL_DEBUG, where, __VA_ARGS__)

/* "+628123454567" as "+62812•••4567" (or in full after log_show_numbers).
 * Returns one of a small ring of static buffers: good for one log record. */
const char *log_msisdn(const char *msisdn);

#endif
