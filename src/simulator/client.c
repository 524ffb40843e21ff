/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/memory.h"

#define ANSWER_MS 30000
#define EVENTS_MAX 100000

struct event_list {
	json_t *event;
	struct event_list *next;
};

struct client {
	int fd;
	struct strbuf in;
	struct event_list *first, **end;
	size_t kept;
};

static int connect_once(const char *dir, struct errbuf *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int n = snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", dir), fd;

	if (n < 0 || (size_t)n >= sizeof(address.sun_path))
		return err_set(err, -ENAMETOOLONG, "%s: too long for a socket", dir);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		int code = -errno;

		if (fd >= 0)
			close(fd);
		return err_set(err, code, "%s: no simulator serves there (%s)", address.sun_path,
			       strerror(-code));
	}
	return fd;
}

int client_open(struct client **out, const char *dir, int wait_ms, struct errbuf *err)
{
	int64_t deadline = clock_mono_ms() + wait_ms;
	const struct timespec pause = {0, 10 * 1000 * 1000};
	struct client *client;
	int fd;

	*out = NULL;
	while ((fd = connect_once(dir, err)) < 0) {
		if ((fd != -ENOENT && fd != -ECONNREFUSED) || clock_mono_ms() >= deadline)
			return fd;
		nanosleep(&pause, NULL);
	}
	client = xcalloc(1, sizeof(*client));
	client->fd = fd;
	client->end = &client->first;
	*out = client;
	return 0;
}

static json_t *take_kept(struct client *client)
{
	struct event_list *item = client->first;
	json_t *event;

	if (item == NULL)
		return NULL;
	event = item->event;
	client->first = item->next;
	if (client->first == NULL)
		client->end = &client->first;
	client->kept--;
	free(item);
	return event;
}

void client_close(struct client **client)
{
	struct client *c = *client;
	json_t *event;

	if (c == NULL)
		return;
	while ((event = take_kept(c)) != NULL)
		json_decref(event);
	close(c->fd);
	strbuf_free(&c->in);
	free(c);
	*client = NULL;
}

int client_fd(const struct client *client)
{
	return client->fd;
}

/* The next whole line as JSON; NULL at the time limit or the end. */
static json_t *next_line(struct client *client, int64_t deadline, bool *closed)
{
	*closed = false;
	for (;;) {
		char *end =
		    client->in.length ? memchr(client->in.text, '\n', client->in.length) : NULL;
		struct pollfd poll_fd = {client->fd, POLLIN, 0};
		char bytes[65536];
		int64_t left;
		ssize_t n;

		if (end != NULL) {
			size_t length = (size_t)(end - client->in.text);
			json_t *value = json_loadb(client->in.text, length, 0, NULL);

			client->in.length -= length + 1;
			memmove(client->in.text, end + 1, client->in.length + 1);
			*closed = value == NULL;
			return value;
		}
		left = deadline - clock_mono_ms();
		if (poll(&poll_fd, 1, left > 0 ? (int)left : 0) < 1) {
			if (left <= 0)
				return NULL;
			continue;
		}
		n = read(client->fd, bytes, sizeof(bytes));
		if (n <= 0) {
			*closed = true;
			return NULL;
		}
		strbuf_add(&client->in, bytes, (size_t)n);
	}
}

static void keep(struct client *client, json_t *event)
{
	struct event_list *item;

	if (client->kept == EVENTS_MAX) {
		json_decref(event);
		return;
	}
	item = xcalloc(1, sizeof(*item));
	item->event = event;
	*client->end = item;
	client->end = &item->next;
	client->kept++;
}

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = send(fd, bytes, n, MSG_NOSIGNAL);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			bytes += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

json_t *client_request(struct client *client, json_t *request, struct errbuf *err)
{
	char *line = json_dumps(request, JSON_COMPACT);
	int64_t deadline = clock_mono_ms() + ANSWER_MS;
	json_t *answer;
	bool closed;
	int code;

	json_decref(request);
	if (line == NULL)
		fatal("out of memory");
	code = write_all(client->fd, line, strlen(line));
	if (code == 0)
		code = write_all(client->fd, "\n", 1);
	free(line);
	if (code != 0) {
		err_set(err, code, "simulator: %s", strerror(-code));
		return NULL;
	}
	while ((answer = next_line(client, deadline, &closed)) != NULL) {
		if (json_object_get(answer, "event") != NULL) {
			keep(client, answer);
			continue;
		}
		if (json_is_true(json_object_get(answer, "ok")))
			return answer;
		code = err_set(err, -EINVAL, "%s",
			       json_string_value(json_object_get(answer, "error")));
		json_decref(answer);
		return NULL;
	}
	err_set(err, -ECONNRESET,
		closed ? "the simulator has gone" : "the simulator doesn't answer");
	return NULL;
}

int client_do(struct client *client, json_t *request, struct errbuf *err)
{
	json_t *answer = client_request(client, request, err);

	if (answer == NULL)
		return -EIO;
	json_decref(answer);
	return 0;
}

int client_watch(struct client *client, int64_t after, struct errbuf *err)
{
	json_t *request = json_pack("{s:s}", "verb", "watch");

	if (after >= 0)
		json_object_set_new(request, "after", json_integer(after));
	return client_do(client, request, err);
}

json_t *client_event(struct client *client, int timeout_ms, bool *closed)
{
	json_t *event = take_kept(client);

	*closed = false;
	return event ? event : next_line(client, clock_mono_ms() + timeout_ms, closed);
}

json_t *client_words(const char *verb, char **words, int n)
{
	json_t *args = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(args, json_string(words[i]));
	return json_pack("{s:s, s:o}", "verb", verb, "args", args);
}
