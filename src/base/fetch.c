/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/fetch.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <event2/event.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"

struct job {
	struct fetch *fetch;
	struct job *next; /* among those that wait */
	CURL *easy;
	struct curl_slist *headers;
	struct strbuf answer;
	char error[CURL_ERROR_SIZE];
	fetch_done_fn *fn;
	void *arg;
};

struct fetch {
	struct event_base *base;
	CURLM *multi;
	struct timer *timer;
	struct job *jobs[256]; /* under way */
	int in_flight, most;
	struct job *waiting, **waiting_end;
	int waiting_count;
};

/* --- one request --- */

static void job_free(struct job *job)
{
	curl_easy_cleanup(job->easy);
	curl_slist_free_all(job->headers);
	strbuf_free(&job->answer);
	free(job);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct job *job = arg;
	size_t room = FETCH_BODY_MAX - job->answer.length;
	strbuf_add(&job->answer, bytes, size * count < room ? size * count : room);
	return size * count;
}

/* Nothing was sent where the connection never stood. */
static bool maybe_arrived(CURL *easy, CURLcode code)
{
	curl_off_t connected = 0;
	if (code == CURLE_OK)
		return true;
	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
	return connected > 0;
}

/* Plainer, where the system says why, than "Failed to connect … after 0 ms". */
static const char *words_of(const struct job *job, CURLcode code)
{
	long number = 0;
	if (code == CURLE_OK)
		return "";
	curl_easy_getinfo(job->easy, CURLINFO_OS_ERRNO, &number);
	if (code == CURLE_COULDNT_CONNECT && number)
		return strerror((int)number);
	return *job->error ? job->error : curl_easy_strerror(code);
}

static void finish(struct job *job, CURLcode code)
{
	struct fetch *fetch = job->fetch;
	long status = 0;
	curl_easy_getinfo(job->easy, CURLINFO_RESPONSE_CODE, &status);
	struct fetch_answer answer = {
	    .status = code == CURLE_OK ? (int)status : 0,
	    .body = job->answer.length ? job->answer.text : "",
	    .length = job->answer.length,
	    .error = words_of(job, code),
	    .maybe_arrived = maybe_arrived(job->easy, code),
	};
	curl_multi_remove_handle(fetch->multi, job->easy);
	for (int i = 0; i < fetch->most; i++)
		if (fetch->jobs[i] == job)
			fetch->jobs[i] = NULL;
	fetch->in_flight--;
	job->fn(&answer, job->arg);
	job_free(job);
}

static void start(struct job *job)
{
	struct fetch *fetch = job->fetch;
	int slot = 0;
	while (fetch->jobs[slot])
		slot++;
	fetch->jobs[slot] = job;
	fetch->in_flight++;
	if (curl_multi_add_handle(fetch->multi, job->easy) != CURLM_OK)
		fatal("curl_multi_add_handle failed");
}

static void start_waiting(struct fetch *fetch)
{
	while (fetch->waiting && fetch->in_flight < fetch->most) {
		struct job *job = fetch->waiting;
		fetch->waiting = job->next;
		if (!fetch->waiting)
			fetch->waiting_end = &fetch->waiting;
		fetch->waiting_count--;
		start(job);
	}
}

/* --- libcurl on libevent --- */

static void take_finished(struct fetch *fetch)
{
	int left;
	for (CURLMsg *message; (message = curl_multi_info_read(fetch->multi, &left));) {
		struct job *job;
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&job);
		finish(job, code);
	}
	start_waiting(fetch);
}

static void on_socket_event(evutil_socket_t fd, short what, void *arg)
{
	struct fetch *fetch = arg;
	int running, action = (what & EV_READ ? CURL_CSELECT_IN : 0) |
			      (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
	curl_multi_socket_action(fetch->multi, fd, action, &running);
	take_finished(fetch);
}

static void on_timer(void *arg)
{
	struct fetch *fetch = arg;
	int running;
	curl_multi_socket_action(fetch->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	take_finished(fetch);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
	struct fetch *fetch = arg;
	struct event *event = mine;
	(void)easy;
	if (event)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		short kinds = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
				      (what & CURL_POLL_OUT ? EV_WRITE : 0));
		event = event_new(fetch->base, fd, kinds, on_socket_event, fetch);
		if (!event || event_add(event, NULL) != 0)
			fatal("out of memory");
	}
	curl_multi_assign(fetch->multi, fd, event);
	return 0;
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	struct fetch *fetch = arg;
	(void)multi;
	if (ms < 0)
		timer_clear(fetch->timer);
	else
		timer_set(fetch->timer, ms);
	return 0;
}

/* --- the whole --- */

struct fetch *fetch_new(struct loop *loop, int in_flight)
{
	struct fetch *fetch = xcalloc(1, sizeof *fetch);
	fetch->base = loop_base(loop);
	fetch->timer = timer_new(loop, on_timer, fetch);
	fetch->most = in_flight < 1 ? 1 : in_flight > 256 ? 256 : in_flight;
	fetch->waiting_end = &fetch->waiting;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || !(fetch->multi = curl_multi_init()))
		fatal("libcurl can't be started");
	curl_multi_setopt(fetch->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(fetch->multi, CURLMOPT_SOCKETDATA, fetch);
	curl_multi_setopt(fetch->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(fetch->multi, CURLMOPT_TIMERDATA, fetch);
	return fetch;
}

void fetch_free(struct fetch **fetch)
{
	struct fetch *f = *fetch;
	if (!f)
		return;
	for (int i = 0; i < f->most; i++)
		if (f->jobs[i]) {
			curl_multi_remove_handle(f->multi, f->jobs[i]->easy);
			job_free(f->jobs[i]);
		}
	while (f->waiting) {
		struct job *next = f->waiting->next;
		job_free(f->waiting);
		f->waiting = next;
	}
	curl_multi_cleanup(f->multi);
	timer_free(&f->timer);
	free(f);
	*fetch = NULL;
}

int fetch_pending(const struct fetch *fetch)
{
	return fetch->in_flight + fetch->waiting_count;
}

static void set_options(struct job *job, const struct fetch_request *request)
{
	CURL *easy = job->easy;
	for (const char *const *h = request->headers; h && *h; h++)
		job->headers = curl_slist_append(job->headers, *h);
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, job->headers);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, job);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, job);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "kentongan/" KENTONGAN_VERSION);
	if (request->once) {
		curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* it might repeat */
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	}
	if (request->body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
	}
}

void fetch_send(struct fetch *fetch, const struct fetch_request *request, fetch_done_fn *fn,
		void *arg)
{
	struct job *job = xcalloc(1, sizeof *job);
	job->fetch = fetch;
	job->fn = fn;
	job->arg = arg;
	job->easy = curl_easy_init();
	if (!job->easy)
		fatal("out of memory");
	set_options(job, request);
	*fetch->waiting_end = job;
	fetch->waiting_end = &job->next;
	fetch->waiting_count++;
	start_waiting(fetch);
}
