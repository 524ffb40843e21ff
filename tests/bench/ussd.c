/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A provider's callbacks at a steady rate over loopback: RATE hops a second, HOPS
 * in all, whether the answers come or not. ROUND sessions at a time take turns;
 * each dials, looks around and asks for the balance. Prints the times from when a
 * hop was due to its answer. Members +6289900000 000..999 of group BENCH must exist
 * (tests/bench/run.sh makes them). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "kentongan/clock.h"
#include "kentongan/memory.h"

#define ROUND 50
#define CONNECTIONS 32

static const char *const typed[] = {"", "98", "98*0", "98*0*1"};
static const char *const begins[] = {"CON ", "CON ", "CON ", "END "};
#define STEPS (sizeof typed / sizeof *typed)

struct hop {
	int step;
	int64_t due_us;
};

static struct event_base *base;
static struct evhttp_connection *connections[CONNECTIONS];
static struct event *tick;
static const char *path;
static int hops, sent, came, wrong;
static int64_t started_us, interval_us, *times;

static void on_answer(struct evhttp_request *request, void *arg)
{
	struct hop *hop = arg;
	struct evbuffer *body = request ? evhttp_request_get_input_buffer(request) : NULL;
	char first[4] = "";

	if (body && evhttp_request_get_response_code(request) == 200)
		evbuffer_copyout(body, first, sizeof first);
	wrong += memcmp(first, begins[hop->step], sizeof first) != 0;
	times[came++] = clock_mono_us() - hop->due_us;
	free(hop);
	if (came == hops)
		event_base_loopbreak(base);
}

static void send_hop(int64_t due_us)
{
	/* Sessions take turns: hop by hop, then the next ones. */
	int block = sent / (ROUND * (int)STEPS), place = sent % ROUND;
	int step = sent / ROUND % (int)STEPS;
	struct hop *hop = xcalloc(1, sizeof *hop);
	struct evhttp_request *request = evhttp_request_new(on_answer, hop);
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	hop->step = step;
	hop->due_us = due_us;
	evhttp_add_header(headers, "Host", "127.0.0.1");
	evhttp_add_header(headers, "Content-Type", "application/x-www-form-urlencoded");
	evbuffer_add_printf(evhttp_request_get_output_buffer(request),
			    "sessionId=%lld-%d-%d&phoneNumber=%%2B6289900000%03d&networkCode=1&"
			    "serviceCode=%%2A384%%23&text=%s",
			    (long long)started_us, block, place, (block * ROUND + place) % 1000,
			    typed[step]);
	if (evhttp_make_request(connections[sent % CONNECTIONS], request, EVHTTP_REQ_POST, path))
		wrong++;
	sent++;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	while (sent < hops && started_us + sent * interval_us <= clock_mono_us())
		send_hop(started_us + sent * interval_us);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double quantile(double part)
{
	int at = (int)((double)came * part + 0.999) - 1;

	return (double)times[at < 0 ? 0 : at] / 1000;
}

int main(int argc, char **argv)
{
	const struct timeval often = {.tv_usec = 1000};

	if (argc != 5) {
		fprintf(stderr, "usage: ussd PORT PATH RATE HOPS\n");
		return 2;
	}
	path = argv[2];
	hops = atoi(argv[4]);
	interval_us = 1000000 / atoi(argv[3]);
	times = xcalloc((size_t)hops, sizeof *times);
	base = event_base_new();
	for (int i = 0; i < CONNECTIONS; i++)
		connections[i] = evhttp_connection_base_new(base, NULL, "127.0.0.1",
							    (unsigned short)atoi(argv[1]));
	tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	event_add(tick, &often);
	started_us = clock_mono_us();
	event_base_dispatch(base);
	qsort(times, (size_t)came, sizeof *times, compare);
	printf("p50 %.2f ms   p99 %.2f ms   max %.2f ms   (%d hops, %d wrong answers)\n",
	       quantile(0.5), quantile(0.99), quantile(1), came, wrong);
	return wrong ? 1 : 0;
}
