/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UNIT_UNTIL_H
#define UNIT_UNTIL_H

/* Waiting on a loop, for tests; after cmocka.h. */

#include <event2/event.h>

#include "kentongan/clock.h"
#include "kentongan/loop.h"

#define DEADLINE_MS 20000

static inline void until_turn(struct loop *loop)
{
	struct timeval tick = {.tv_usec = 10000};

	event_base_loopexit(loop_base(loop), &tick);
	event_base_loop(loop_base(loop), EVLOOP_ONCE);
}

/* Runs `loop` until CONDITION. */
#define UNTIL(condition)                                                                           \
	do {                                                                                       \
		int64_t deadline_ = clock_mono_ms() + DEADLINE_MS;                                 \
		while (!(condition) && clock_mono_ms() < deadline_)                                \
			until_turn(loop);                                                          \
		if (!(condition))                                                                  \
			fail_msg("line %d: still not %s", __LINE__, #condition);                   \
	} while (0)

#endif
