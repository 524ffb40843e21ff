/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>

#include "kentongan/memory.h"

#define BACKLOG_MAX (256 * 1024)

struct pty {
	int master;
	int slave; /* held open: without any user the master would only say EIO */
	int watch; /* inotify: who opens and closes the slave */
	int users;
	size_t chunk;
	char slave_path[64];
	char *link;
	struct event *readable, *writable, *watched;
	struct timer *next_chunk;
	struct evbuffer *out;
	struct pty_callbacks callbacks;
};

static void flush(struct pty *pty)
{
	while (evbuffer_get_length(pty->out) > 0) {
		int n = evbuffer_write_atmost(pty->out, pty->master,
					      pty->chunk ? (ev_ssize_t)pty->chunk : -1);

		if (n < 0) {
			if (errno == EAGAIN || errno == EINTR)
				event_add(pty->writable, NULL);
			else
				evbuffer_drain(pty->out, evbuffer_get_length(pty->out));
			return;
		}
		if (pty->chunk && evbuffer_get_length(pty->out) > 0) {
			timer_set(pty->next_chunk, 1);
			return;
		}
	}
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

static void on_next_chunk(void *arg)
{
	flush(arg);
}

static void count_event(struct pty *pty, uint32_t mask)
{
	if (mask & IN_OPEN)
		pty->users++;
	if (mask & IN_CLOSE && pty->users > 0)
		pty->users--;
	if (mask & IN_CLOSE && pty->users == 0) {
		evbuffer_drain(pty->out, evbuffer_get_length(pty->out));
		tcflush(pty->slave, TCIFLUSH);
	}
}

static void read_watch(struct pty *pty)
{
	char bytes[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(pty->watch, bytes, sizeof(bytes));
	int before = pty->users;

	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *event = (const void *)(bytes + at);

		count_event(pty, event->mask);
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	if (pty->users != before)
		pty->callbacks.users(pty->callbacks.arg, pty->users);
}

static void on_watched(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	read_watch(arg);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct pty *pty = arg;
	char bytes[4096];
	ssize_t n;

	(void)what;
	read_watch(pty); /* who types has opened it: know that before answering */
	n = read(fd, bytes, sizeof(bytes));
	if (n > 0)
		pty->callbacks.received(pty->callbacks.arg, bytes, (size_t)n);
}

static int open_pair(struct pty *pty, struct errbuf *err)
{
	struct termios raw;

	pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (pty->master < 0 || grantpt(pty->master) != 0 || unlockpt(pty->master) != 0 ||
	    ptsname_r(pty->master, pty->slave_path, sizeof(pty->slave_path)) != 0)
		return err_set(err, -errno, "no pseudo terminal: %s", strerror(errno));
	pty->slave = open(pty->slave_path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pty->slave < 0 || tcgetattr(pty->slave, &raw) != 0)
		return err_set(err, -errno, "%s: %s", pty->slave_path, strerror(errno));
	cfmakeraw(&raw);
	if (tcsetattr(pty->slave, TCSANOW, &raw) != 0)
		return err_set(err, -errno, "%s: %s", pty->slave_path, strerror(errno));
	pty->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (pty->watch < 0 ||
	    inotify_add_watch(pty->watch, pty->slave_path, IN_OPEN | IN_CLOSE) < 0)
		return err_set(err, -errno, "watching %s: %s", pty->slave_path, strerror(errno));
	return 0;
}

static int make_link(struct pty *pty, struct errbuf *err)
{
	struct stat st;

	if (lstat(pty->link, &st) == 0 && S_ISLNK(st.st_mode))
		unlink(pty->link);
	if (symlink(pty->slave_path, pty->link) != 0)
		return err_set(err, -errno, "%s: %s", pty->link, strerror(errno));
	return 0;
}

int pty_open(struct pty **out, struct loop *loop, const char *link,
	     const struct pty_callbacks *callbacks, struct errbuf *err)
{
	struct pty *pty = xcalloc(1, sizeof(*pty));
	struct event_base *base = loop_base(loop);
	int code;

	*out = NULL;
	pty->master = pty->slave = pty->watch = -1;
	pty->callbacks = *callbacks;
	pty->out = evbuffer_new();
	code = open_pair(pty, err);
	if (code == 0) {
		pty->link = xstrdup(link);
		code = make_link(pty, err);
	}
	if (code != 0) {
		free(pty->link);
		pty->link = NULL;
		pty_close(&pty);
		return code;
	}
	pty->readable = event_new(base, pty->master, EV_READ | EV_PERSIST, on_readable, pty);
	pty->writable = event_new(base, pty->master, EV_WRITE, on_writable, pty);
	pty->watched = event_new(base, pty->watch, EV_READ | EV_PERSIST, on_watched, pty);
	pty->next_chunk = timer_new(loop, on_next_chunk, pty);
	event_add(pty->readable, NULL);
	event_add(pty->watched, NULL);
	*out = pty;
	return 0;
}

static void free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

void pty_close(struct pty **pty)
{
	struct pty *p = *pty;

	if (p == NULL)
		return;
	*pty = NULL;
	free_event(p->readable);
	free_event(p->writable);
	free_event(p->watched);
	timer_free(&p->next_chunk);
	if (p->link != NULL) {
		char now[PATH_MAX];
		ssize_t n = readlink(p->link, now, sizeof(now) - 1);

		if (n > 0 && (size_t)n == strlen(p->slave_path) &&
		    memcmp(now, p->slave_path, (size_t)n) == 0)
			unlink(p->link);
	}
	if (p->watch >= 0)
		close(p->watch);
	if (p->slave >= 0)
		close(p->slave);
	if (p->master >= 0)
		close(p->master);
	evbuffer_free(p->out);
	free(p->link);
	free(p);
}

const char *pty_link(const struct pty *pty)
{
	return pty->link;
}

const char *pty_slave(const struct pty *pty)
{
	return pty->slave_path;
}

void pty_write(struct pty *pty, const char *bytes, size_t n)
{
	if (pty->users == 0 || evbuffer_get_length(pty->out) + n > BACKLOG_MAX)
		return;
	evbuffer_add(pty->out, bytes, n);
	if (!timer_pending(pty->next_chunk))
		flush(pty);
}

int pty_users(const struct pty *pty)
{
	return pty->users;
}

void pty_set_chunk(struct pty *pty, size_t n)
{
	pty->chunk = n;
}
