/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <sodium.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"
#include "http_room.h"

#define ROUTES_MAX 32
/* Unanswered requests: each holds a descriptor. */
#define EXCHANGES_MAX 512

struct route {
	const char *method;
	const char *path;
	http_route_fn *fn;
	void *arg;
};

struct http {
	struct evhttp *server;
	struct route routes[ROUTES_MAX];
	size_t route_count;
	struct http_exchange *exchanges;
	size_t exchange_count;
	struct loop *loop;
	struct http_room *room;
	int port;
};

struct http_exchange {
	struct http *http;
	struct http_exchange *next;
	struct evhttp_request *request; /* NULL = the peer has left */
	struct evkeyvalq query, form;
	bool query_read, form_read;
	struct strbuf body;
	bool body_read;
};

/* --- exchanges --- */

static void on_peer_left(struct evhttp_connection *connection, void *arg)
{
	(void)connection;
	struct http_exchange *exchange = arg;
	exchange->request = NULL;
}

static struct http_exchange *exchange_new(struct http *http, struct evhttp_request *request)
{
	struct http_exchange *exchange = xcalloc(1, sizeof *exchange);
	exchange->http = http;
	exchange->request = request;
	exchange->next = http->exchanges;
	http->exchanges = exchange;
	http->exchange_count++;
	evhttp_connection_set_closecb(evhttp_request_get_connection(request), on_peer_left,
				      exchange);
	return exchange;
}

static void exchange_end(struct http_exchange *exchange)
{
	struct http_exchange **link = &exchange->http->exchanges;
	while (*link != exchange)
		link = &(*link)->next;
	*link = exchange->next;
	exchange->http->exchange_count--;
	if (exchange->request)
		evhttp_connection_set_closecb(evhttp_request_get_connection(exchange->request),
					      NULL, NULL);
	if (exchange->query_read)
		evhttp_clear_headers(&exchange->query);
	if (exchange->form_read)
		evhttp_clear_headers(&exchange->form);
	/* It may have held a PIN. */
	if (exchange->body.length)
		sodium_memzero(exchange->body.text, exchange->body.length);
	strbuf_free(&exchange->body);
	free(exchange);
}

static void send_reply(struct evhttp_request *request, int code, const char *type, const char *body,
		       size_t length)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	struct evbuffer *buffer = evbuffer_new();
	/* libevent would send the body in answer to a HEAD, too. */
	bool bare = evhttp_request_get_command(request) == EVHTTP_REQ_HEAD;
	if (!buffer || (!bare && evbuffer_add(buffer, body, length) != 0))
		fatal("out of memory");
	evhttp_add_header(headers, "Content-Type", type);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	evhttp_send_reply(request, code, NULL, buffer);
	evbuffer_free(buffer);
}

void http_reply(struct http_exchange *exchange, int code, const char *type, const char *body,
		size_t length)
{
	struct evhttp_request *request = exchange->request;
	exchange_end(exchange);
	if (request)
		send_reply(request, code, type, body, length);
}

/* --- what was asked --- */

const char *http_path(const struct http_exchange *exchange)
{
	const struct evhttp_uri *uri =
	    exchange->request ? evhttp_request_get_evhttp_uri(exchange->request) : NULL;
	return uri ? evhttp_uri_get_path(uri) : NULL;
}

static const struct {
	enum evhttp_cmd_type command;
	const char *name;
} known_methods[] = {{EVHTTP_REQ_GET, "GET"},       {EVHTTP_REQ_HEAD, "HEAD"},
		     {EVHTTP_REQ_POST, "POST"},     {EVHTTP_REQ_PUT, "PUT"},
		     {EVHTTP_REQ_DELETE, "DELETE"}, {EVHTTP_REQ_OPTIONS, "OPTIONS"},
		     {EVHTTP_REQ_PATCH, "PATCH"},   {EVHTTP_REQ_TRACE, "TRACE"}};

const char *http_method(const struct http_exchange *exchange)
{
	for (size_t i = 0; exchange->request && i < sizeof known_methods / sizeof *known_methods;
	     i++)
		if (known_methods[i].command == evhttp_request_get_command(exchange->request))
			return known_methods[i].name;
	return "";
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
	if (!exchange->request)
		return NULL;
	return evhttp_find_header(evhttp_request_get_input_headers(exchange->request), name);
}

static const char *find(struct evkeyvalq *list, bool *read, const char *text, const char *name)
{
	if (!*read) {
		TAILQ_INIT(list);
		*read = true;
		/* Leaves an empty list where the text isn't well formed. */
		if (text && evhttp_parse_query_str(text, list) != 0)
			TAILQ_INIT(list);
	}
	return evhttp_find_header(list, name);
}

const char *http_raw_query(const struct http_exchange *exchange)
{
	const struct evhttp_uri *uri =
	    exchange->request ? evhttp_request_get_evhttp_uri(exchange->request) : NULL;
	return uri ? evhttp_uri_get_query(uri) : NULL;
}

const char *http_query(struct http_exchange *exchange, const char *name)
{
	return find(&exchange->query, &exchange->query_read, http_raw_query(exchange), name);
}

const char *http_body(struct http_exchange *exchange, size_t *length)
{
	if (!exchange->body_read && exchange->request) {
		struct evbuffer *in = evhttp_request_get_input_buffer(exchange->request);
		size_t size = evbuffer_get_length(in);
		exchange->body_read = true;
		if (size)
			strbuf_add(&exchange->body, (const char *)evbuffer_pullup(in, -1), size);
	}
	if (length)
		*length = exchange->body.length;
	return exchange->body.length ? exchange->body.text : "";
}

const char *http_form(struct http_exchange *exchange, const char *name)
{
	return find(&exchange->form, &exchange->form_read, http_body(exchange, NULL), name);
}

const char *http_peer(const struct http_exchange *exchange)
{
	char *address = NULL;
	ev_uint16_t port;
	if (exchange->request)
		evhttp_connection_get_peer(evhttp_request_get_connection(exchange->request),
					   &address, &port);
	return address;
}

bool http_is_type(const struct http_exchange *exchange, const char *type)
{
	const char *given = http_header(exchange, "Content-Type");
	size_t length = strlen(type);
	return given && strncasecmp(given, type, length) == 0 &&
	       (given[length] == '\0' || given[length] == ';' || given[length] == ' ');
}

/* --- routes --- */

static void refuse(struct evhttp_request *request, int code, const char *why)
{
	char body[128];
	int n = snprintf(body, sizeof body, "%d %s\n", code, why);
	if (n < 0 || (size_t)n >= sizeof body)
		fatal("http: a refusal that is too long");
	send_reply(request, code, "text/plain; charset=utf-8", body, (size_t)n);
}

static bool is_path(const struct route *route, const char *path)
{
	size_t length = strlen(route->path);
	if (length > 1 && route->path[length - 1] == '/')
		return strncmp(path, route->path, length) == 0;
	return strcmp(path, route->path) == 0;
}

static bool allows(const struct route *route, enum evhttp_cmd_type command)
{
	if (strcmp(route->method, "*") == 0)
		return true;
	if (strcmp(route->method, "POST") == 0)
		return command == EVHTTP_REQ_POST;
	return command == EVHTTP_REQ_GET || command == EVHTTP_REQ_HEAD;
}

static void add_allowed(const struct route *route, char *allowed, size_t size)
{
	size_t used = strlen(allowed);
	const char *methods = strcmp(route->method, "POST") == 0 ? "POST" : "GET, HEAD";
	int n = snprintf(allowed + used, size - used, "%s%s", used ? ", " : "", methods);
	if (n < 0 || (size_t)n >= size - used)
		allowed[used] = '\0';
}

static void on_request(struct evhttp_request *request, void *arg)
{
	struct http *http = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	char allowed[64] = "";
	if (!path || *path != '/') {
		refuse(request, HTTP_BADREQUEST, "that is no address");
		return;
	}
	for (size_t i = 0; i < http->route_count; i++) {
		const struct route *route = &http->routes[i];
		if (!is_path(route, path))
			continue;
		if (!allows(route, evhttp_request_get_command(request))) {
			add_allowed(route, allowed, sizeof allowed);
			continue;
		}
		if (http->exchange_count >= EXCHANGES_MAX)
			refuse(request, HTTP_SERVUNAVAIL, "too many requests at once");
		else
			route->fn(exchange_new(http, request), route->arg);
		return;
	}
	if (*allowed) {
		evhttp_add_header(evhttp_request_get_output_headers(request), "Allow", allowed);
		refuse(request, HTTP_BADMETHOD, "not this way");
		return;
	}
	refuse(request, HTTP_NOTFOUND, "there is nothing here");
}

void http_route(struct http *http, const char *method, const char *path, http_route_fn *fn,
		void *arg)
{
	if (http->route_count == ROUTES_MAX)
		fatal("http: more than %d routes", ROUTES_MAX);
	http->routes[http->route_count++] = (struct route){method, path, fn, arg};
}

void http_refuse(struct http_exchange *exchange, int code, const char *why)
{
	struct evhttp_request *request = exchange->request;
	exchange_end(exchange);
	if (request)
		refuse(request, code, why);
}

void http_add_header(struct http_exchange *exchange, const char *name, const char *value)
{
	if (exchange->request)
		evhttp_add_header(evhttp_request_get_output_headers(exchange->request), name,
				  value);
}

/* --- the server --- */

/* Called for each connection; NULL = libevent makes its buffers. */
static struct bufferevent *on_connection(struct event_base *base, void *arg)
{
	(void)base;
	struct http *http = arg;
	if (http->room)
		http_room_look(http->room);
	return NULL;
}

struct http *http_new(struct loop *loop)
{
	struct http *http = xcalloc(1, sizeof *http);
	http->server = evhttp_new(loop_base(loop));
	if (!http->server)
		fatal("out of memory");
	evhttp_set_max_headers_size(http->server, HTTP_HEADERS_MAX);
	evhttp_set_max_body_size(http->server, HTTP_BODY_MAX);
	evhttp_set_timeout(http->server, HTTP_TIMEOUT_SECONDS);
	/* Every method reaches the table, so that the answer to a wrong one is 405. */
	ev_uint16_t known = 0;
	for (size_t i = 0; i < sizeof known_methods / sizeof *known_methods; i++)
		known |= (ev_uint16_t)known_methods[i].command;
	evhttp_set_allowed_methods(http->server, known);
	evhttp_set_gencb(http->server, on_request, http);
	evhttp_set_bevcb(http->server, on_connection, http);
	http->loop = loop;
	return http;
}

void http_free(struct http **http)
{
	if (!*http)
		return;
	http_room_free(&(*http)->room);
	/* Closing the connections tells the exchanges that their peers left. */
	evhttp_free((*http)->server);
	while ((*http)->exchanges) {
		struct http_exchange *exchange = (*http)->exchanges;
		exchange->request = NULL;
		exchange_end(exchange);
	}
	free(*http);
	*http = NULL;
}

static int bound_port(evutil_socket_t fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
		return 0;
	if (address.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

int http_listen(struct http *http, const char *address, int port, struct errbuf *err)
{
	errno = 0;
	struct evhttp_bound_socket *bound =
	    evhttp_bind_socket_with_handle(http->server, address, (ev_uint16_t)port);
	if (!bound) {
		int code = errno ? errno : EADDRNOTAVAIL;
		return err_set(err, -code, "the web server can't listen at %s port %d: %s", address,
			       port, strerror(code));
	}
	http_room_free(&http->room);
	http->room = http_room_new(http->loop, evhttp_bound_socket_get_listener(bound));
	http->port = bound_port(evhttp_bound_socket_get_fd(bound));
	log_info("http", "listening at %s port %d", address, http->port);
	return 0;
}

int http_port(const struct http *http)
{
	return http->port;
}
