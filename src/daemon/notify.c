/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "notify.h"

#include <stdlib.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

struct notify {
	struct timer *watchdog;
	int64_t watchdog_ms; /* 0 = nobody watches */
	char *words;
	bool ready;
};

static void on_watchdog(void *arg)
{
	struct notify *notify = arg;
	(void)sd_notify(0, "WATCHDOG=1");
	timer_set(notify->watchdog, notify->watchdog_ms);
}

struct notify *notify_new(struct loop *loop)
{
	struct notify *notify = xcalloc(1, sizeof *notify);
	uint64_t period = 0;
	notify->words = xstrdup("");
	notify->watchdog = timer_new(loop, on_watchdog, notify);
	if (sd_watchdog_enabled(0, &period) > 0 && period >= 2000) {
		notify->watchdog_ms = (int64_t)(period / 2000);
		timer_set(notify->watchdog, 0);
	}
	return notify;
}

void notify_free(struct notify **notify)
{
	if (!*notify)
		return;
	timer_free(&(*notify)->watchdog);
	free((*notify)->words);
	free(*notify);
	*notify = NULL;
}

void notify_ready(struct notify *notify)
{
	if (notify->ready)
		return;
	notify->ready = true;
	(void)sd_notify(0, "READY=1");
	log_info("serve", "ready: %s", notify->words);
}

void notify_status(struct notify *notify, const char *words)
{
	if (strcmp(words, notify->words) == 0)
		return;
	free(notify->words);
	notify->words = xstrdup(words);
	(void)sd_notifyf(0, "STATUS=%s", words);
}

void notify_reloading(struct notify *notify)
{
	(void)notify;
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_us());
}

void notify_reloaded(struct notify *notify)
{
	/* READY=1 also ends a reload; before the first one it would lie. */
	if (notify->ready)
		(void)sd_notify(0, "READY=1");
}

void notify_stopping(struct notify *notify)
{
	notify_status(notify, "finishing what is under way");
	(void)sd_notify(0, "STOPPING=1");
}
