/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "http_get.h"

#include <errno.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#define BODY_MAX (1024 * 1024)

struct asking {
	struct event_base *base;
	struct strbuf *body;
	int status; /* of HTTP; 0 = no connection */
	bool timed_out;
};

static void on_answer(struct evhttp_request *request, void *arg)
{
	struct asking *a = arg;
	if (request) {
		struct evbuffer *input = evhttp_request_get_input_buffer(request);
		size_t length = evbuffer_get_length(input);
		a->status = evhttp_request_get_response_code(request);
		if (a->status && length)
			strbuf_add(a->body, (const char *)evbuffer_pullup(input, -1), length);
	}
	event_base_loopbreak(a->base);
}

static void on_error(enum evhttp_request_error error, void *arg)
{
	struct asking *a = arg;
	a->timed_out = error == EVREQ_HTTP_TIMEOUT;
}

/* An address to listen at everywhere is no address to ask at. */
static const char *address(const struct conf *conf)
{
	if (strcmp(conf->http_listen, "0.0.0.0") == 0)
		return "127.0.0.1";
	if (strcmp(conf->http_listen, "::") == 0)
		return "::1";
	return conf->http_listen;
}

static int ask(struct asking *a, struct evhttp_connection *conn, const struct conf *conf,
	       const char *path)
{
	struct evhttp_request *request = evhttp_request_new(on_answer, a);
	if (!request)
		fatal("out of memory");
	evhttp_request_set_error_cb(request, on_error);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Host", address(conf));
	evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
	if (evhttp_make_request(conn, request, EVHTTP_REQ_GET, path))
		return -EIO;
	event_base_dispatch(a->base);
	return 0;
}

int http_get(const struct conf *conf, const char *path, int seconds, struct strbuf *body,
	     struct errbuf *err)
{
	struct asking a = {.base = event_base_new(), .body = body};
	if (!a.base)
		fatal("out of memory");
	struct evhttp_connection *conn = evhttp_connection_base_new(
	    a.base, NULL, address(conf), (unsigned short)conf->http_port);
	if (!conn)
		fatal("out of memory");
	evhttp_connection_set_timeout(conn, seconds);
	evhttp_connection_set_max_body_size(conn, BODY_MAX);
	int rc = ask(&a, conn, conf, path);
	if (a.timed_out)
		rc = err_set(err, -ETIMEDOUT, "no answer at %s port %d within %d s", address(conf),
			     conf->http_port, seconds);
	else if (rc || !a.status)
		rc = err_set(err, -ECONNREFUSED, "nothing listens at %s port %d", address(conf),
			     conf->http_port);
	else if (a.status != HTTP_OK)
		rc = err_set(err, -EPROTO, "%s port %d answers with status %d", address(conf),
			     conf->http_port, a.status);
	evhttp_connection_free(conn);
	event_base_free(a.base);
	return rc;
}
