/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_ERRORS_H
#define KENTONGAN_ERRORS_H

/* What a person must read about a failure. Fallible functions return 0 or a
 * negative errno-like code and, where the reason helps somebody, fill one of
 * these. A plain value: lives on the caller's stack, owns nothing. */
struct errbuf {
	char text[512];
};

#define MUSTCHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Writes the message (truncated to fit) and returns CODE, so that a function
 * can say `return err_set(err, -EINVAL, "...")`. ERR may be NULL. */
int err_set(struct errbuf *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Puts "PREFIX: " before what ERR already says. Returns CODE. */
int err_prefix(struct errbuf *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* For start-up, memory exhausted or a broken invariant only: logs and aborts
 * the process with status 1. */
void fatal(const char *fmt, ...) PRINTF_LIKE(1, 2) __attribute__((noreturn));

#endif
