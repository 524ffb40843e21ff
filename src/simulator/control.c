/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>

#include "events.h"

#define BACKLOG_MAX (8 * 1024 * 1024) /* a watcher that doesn't read is let go */

struct client {
	struct control *control;
	struct bufferevent *bev;
	struct events_watcher watcher;
	bool watching;
	struct client *next;
};

struct control {
	struct network *network;
	struct evconnlistener *listener;
	char path[108];
	struct client *clients;
	size_t count;
};

static void client_free(struct client *client)
{
	struct control *control = client->control;

	for (struct client **at = &control->clients; *at != NULL; at = &(*at)->next) {
		if (*at == client) {
			*at = client->next;
			break;
		}
	}
	control->count--;
	if (client->watching)
		events_unwatch(network_events(control->network), &client->watcher);
	bufferevent_free(client->bev);
	free(client);
}

static void send_json(struct client *client, const json_t *value)
{
	char *line = json_dumps(value, JSON_COMPACT);

	if (line == NULL)
		fatal("out of memory");
	bufferevent_write(client->bev, line, strlen(line));
	bufferevent_write(client->bev, "\n", 1);
	free(line);
}

static void on_watched(void *arg, json_t *event)
{
	struct client *client = arg;

	if (evbuffer_get_length(bufferevent_get_output(client->bev)) < BACKLOG_MAX)
		send_json(client, event);
}

/* --- watching: first what handsets hold already, by id, then what comes ---- */

struct found {
	const struct handset *handset;
	const struct received *message;
};
struct found_list {
	struct found *items;
	size_t count, room;
	int64_t after;
};

static void collect(struct handset *handset, void *arg)
{
	struct found_list *list = arg;

	for (size_t i = 0; i < handset->count; i++) {
		const struct received *message = handset_at(handset, i);

		if (message->id <= list->after)
			continue;
		if (list->count == list->room) {
			list->room = list->room ? list->room * 2 : 64;
			list->items = xreallocarray(list->items, list->room, sizeof(*list->items));
		}
		list->items[list->count++] = (struct found){handset, message};
	}
}

static int by_id(const void *a, const void *b)
{
	int64_t x = ((const struct found *)a)->message->id;
	int64_t y = ((const struct found *)b)->message->id;

	return (x > y) - (x < y);
}

static void watch(struct client *client, const json_t *request)
{
	struct network *network = client->control->network;
	const json_t *after = json_object_get(request, "after");
	struct found_list list = {.after = json_integer_value(after)};
	json_t *event = json_pack("{s:b}", "ok", 1);

	send_json(client, event);
	json_decref(event);
	if (json_is_integer(after))
		network_each_handset(network, collect, &list);
	if (list.count > 0)
		qsort(list.items, list.count, sizeof(*list.items), by_id);
	for (size_t i = 0; i < list.count; i++) {
		event = handset_message_json(list.items[i].handset, list.items[i].message);
		send_json(client, event);
		json_decref(event);
	}
	free(list.items);
	if (!client->watching) {
		client->watching = true;
		client->watcher = (struct events_watcher){on_watched, client, NULL};
		events_watch(network_events(network), &client->watcher);
	}
}

/* --- requests ------------------------------------------------------------- */

static json_t *words_to_request(char *line)
{
	json_t *args = json_array();
	char *save = NULL, *word = strtok_r(line, " \t", &save);
	json_t *request = json_pack("{s:s, s:o}", "verb", word ? word : "", "args", args);

	while ((word = strtok_r(NULL, " \t", &save)) != NULL)
		json_array_append_new(args, json_string(word));
	return request;
}

static void take_line(struct client *client, char *line)
{
	json_t *request = line[0] == '{' ? json_loads(line, 0, NULL) : words_to_request(line);
	const char *verb = json_string_value(json_object_get(request, "verb"));
	json_t *answer;

	if (verb != NULL && strcmp(verb, "watch") == 0) {
		watch(client, request);
	} else {
		answer = verb != NULL ? verb_run(client->control->network, request)
				      : json_pack("{s:b, s:s}", "ok", 0, "error",
						  "neither words nor JSON with a verb");
		send_json(client, answer);
		json_decref(answer);
	}
	json_decref(request);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct client *client = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	char *line;

	while ((line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF)) != NULL) {
		if (line[0] != '\0')
			take_line(client, line);
		free(line);
	}
	if (evbuffer_get_length(in) > CONTROL_LINE_MAX)
		client_free(client);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		client_free(arg);
}

static void on_connect(struct evconnlistener *listener, evutil_socket_t fd,
		       struct sockaddr *address, int length, void *arg)
{
	struct control *control = arg;
	struct client *client;

	(void)address;
	(void)length;
	if (control->count == CONTROL_CLIENTS_MAX) {
		close(fd);
		return;
	}
	client = xcalloc(1, sizeof(*client));
	client->control = control;
	client->bev =
	    bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
	client->next = control->clients;
	control->clients = client;
	control->count++;
	bufferevent_setcb(client->bev, on_read, NULL, on_event, client);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
}

/* Somebody serves this directory already? */
static bool in_use(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answered = fd >= 0 && connect(fd, (const void *)address, sizeof(*address)) == 0;

	if (fd >= 0)
		close(fd);
	return answered;
}

int control_open(struct control **out, struct network *network, struct errbuf *err)
{
	struct control *control = xcalloc(1, sizeof(*control));
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int code;

	*out = NULL;
	control->network = network;
	code = snprintf(control->path, sizeof(control->path), "%s/control", network_dir(network));
	if (code < 0 || (size_t)code >= sizeof(control->path)) {
		free(control);
		return err_set(err, -ENAMETOOLONG, "%s: too long for a socket",
			       network_dir(network));
	}
	strcpy(address.sun_path, control->path);
	if (in_use(&address)) {
		code =
		    err_set(err, -EADDRINUSE, "%s: a simulator serves here already", control->path);
		free(control);
		return code;
	}
	unlink(control->path);
	control->listener =
	    evconnlistener_new_bind(loop_base(network_loop(network)), on_connect, control,
				    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 64,
				    (struct sockaddr *)&address, sizeof(address));
	if (control->listener == NULL) {
		code = err_set(err, -errno, "%s: %s", control->path, strerror(errno));
		free(control);
		return code;
	}
	*out = control;
	return 0;
}

void control_close(struct control **control)
{
	struct control *c = *control;

	if (c == NULL)
		return;
	while (c->clients != NULL)
		client_free(c->clients);
	evconnlistener_free(c->listener);
	unlink(c->path);
	free(c);
	*control = NULL;
}
