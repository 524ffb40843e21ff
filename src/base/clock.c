/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t fixed = -1; /* wall seconds while a test holds the clock */

int64_t clock_mono_us(void)
{
	if (fixed >= 0)
		return fixed * 1000000;
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

int64_t clock_wall(void)
{
	if (fixed >= 0)
		return fixed;
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

void clock_iso(int64_t t, char buf[static 21])
{
	struct tm tm;
	time_t seconds = t;
	/* Five-digit years don't fit: such a time is nobody's. */
	if (t < 0 || t > INT64_C(253402300799) || !gmtime_r(&seconds, &tm) ||
	    strftime(buf, 21, "%Y-%m-%dT%H:%M:%SZ", &tm) != 20)
		snprintf(buf, 21, "%s", "0000-00-00T00:00:00Z");
}

void clock_set_for_test(int64_t wall_seconds)
{
	fixed = wall_seconds;
}
