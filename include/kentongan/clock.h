/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLOCK_H
#define KENTONGAN_CLOCK_H

#include <stdint.h>

/* The one source of time in C. Business time (due dates, expiry) is the
 * database's: kentongan.now(). */

/* Milliseconds of CLOCK_MONOTONIC: for intervals and deadlines. */
int64_t clock_mono_ms(void);
/* Microseconds of CLOCK_MONOTONIC: for measurements. */
int64_t clock_mono_us(void);
/* Seconds since 1970 UTC. */
int64_t clock_wall(void);
/* "2026-05-12T09:14:02Z" for T; BUF of at least 21 bytes. */
void clock_iso(int64_t t, char buf[static 21]);

/* Tests only: fixes both clocks until called with -1. */
void clock_set_for_test(int64_t wall_seconds);

#endif
