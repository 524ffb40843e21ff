/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_LOOP_H
#define KENTONGAN_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

/* Glue over libevent that every process shares: one base, its signals, and
 * one-shot timers with an owner. */
struct loop;
struct loop *loop_new(void);
void loop_free(struct loop **loop);
struct event_base *loop_base(struct loop *loop);
/* Runs until loop_stop(). SIGTERM and SIGINT stop it; SIGHUP calls the
 * function given. SIGPIPE is ignored. */
void loop_on_reload(struct loop *loop, void (*fn)(void *arg), void *arg);
/* Called once before the loop ends on SIGTERM/SIGINT, so that work under way
 * can finish; the callee calls loop_stop() when done. Without one it stops. */
void loop_on_terminate(struct loop *loop, void (*fn)(void *arg), void *arg);
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop, int status);

/* A timer that is owned by whoever holds it: timer_set re-arms it, timer_clear
 * disarms it, timer_free frees it (NULL is fine). Milliseconds. */
struct timer;
struct timer *timer_new(struct loop *loop, void (*fn)(void *arg), void *arg);
void timer_set(struct timer *timer, int64_t ms);
void timer_clear(struct timer *timer);
bool timer_pending(const struct timer *timer);
void timer_free(struct timer **timer);

#endif
