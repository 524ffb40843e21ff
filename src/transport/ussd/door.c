/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/ussd_door.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"
#include "dialect.h"

#define BODY_MAX 4096
#define OPEN_MS 60000
#define PASSWORD_MAX 256
#define PEER_MAX 32

struct door {
	char *name, *path, *service, *user, *password;
	struct http_networks allow;
	const struct ussd_dialect *dialect;
};

/* A callback that waits for its screen. */
struct waiting {
	struct waiting *next;
	struct ussd_doors *doors;
	struct http_exchange *exchange;
	const struct ussd_dialect *dialect;
	struct arena *arena;
	struct ussd_call call;
};

struct ussd_doors {
	struct loop *loop;
	struct gateway *gateway;
	struct ussd *ussd; /* NULL: no doors yet */
	struct door *doors;
	size_t count;
	struct waiting *waiting;
	struct timer *open;
};

const struct ussd_dialect *ussd_dialect(const char *name)
{
	static const struct ussd_dialect *const all[] = {&ussd_africastalking, &ussd_hubtel,
							 &ussd_nalo};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

static bool is_plain(const char *text, size_t max)
{
	size_t length = strlen(text);

	for (const char *at = text; *at; at++)
		if (*at < ' ' || *at > '~')
			return false;
	return length > 0 && length <= max;
}

int ussd_call_check(const struct ussd_call *call)
{
	if (!call->session || !is_plain(call->session, USSD_SESSION_MAX))
		return -EINVAL;
	return call->peer && is_plain(call->peer, PEER_MAX) && call->input ? 0 : -EINVAL;
}

/* --- answering --------------------------------------------------------------------- */

static void waiting_free(struct waiting *waiting)
{
	struct waiting **link = &waiting->doors->waiting;

	while (*link != waiting)
		link = &(*link)->next;
	*link = waiting->next;
	explicit_bzero((char *)waiting->call.input, strlen(waiting->call.input));
	arena_free(&waiting->arena);
	free(waiting);
}

static void on_answer(const char *screen, bool ends, void *arg)
{
	struct waiting *waiting = arg;
	char *body = waiting->dialect->write(&waiting->call, screen, ends);

	if (waiting->exchange)
		http_reply(waiting->exchange, 200, waiting->dialect->answer_type, body,
			   strlen(body));
	free(body);
	waiting_free(waiting);
}

static const struct door *find_door(const struct ussd_doors *doors, const char *path)
{
	const struct door *found = NULL;

	/* The path may be the secret. */
	for (size_t i = 0; path && i < doors->count; i++)
		if (http_same_secret(path, strlen(path), doors->doors[i].path))
			found = &doors->doors[i];
	return found;
}

static void take(struct waiting *waiting, const struct door *door)
{
	const struct ussd_call *call = &waiting->call;
	const struct ussd_step step = {.door = door->name,
				       .session = call->session,
				       .peer = call->peer,
				       .input = call->input,
				       .first = call->first,
				       .accumulated = call->accumulated,
				       .number = call->number};

	if (call->left) {
		ussd_left(waiting->doors->ussd, door->name, call->session);
		on_answer("", true, waiting);
		return;
	}
	ussd_take(waiting->doors->ussd, &step, on_answer, waiting);
}

static void on_callback(struct http_exchange *exchange, void *arg)
{
	struct ussd_doors *doors = arg;
	const struct door *door = find_door(doors, http_path(exchange));
	struct waiting *waiting;
	const char *body;
	size_t length;

	if (!door) {
		http_refuse(exchange, 404, "there is nothing here");
		return;
	}
	const struct http_access access = {door->allow.list, door->allow.count, door->user,
					   door->password};
	if (!http_admit(exchange, &access))
		return;
	if (!http_is_type(exchange, door->dialect->type)) {
		http_refuse(exchange, 415, "not in this form");
		return;
	}
	body = http_body(exchange, &length);
	if (length > BODY_MAX) {
		http_refuse(exchange, 413, "that is too much");
		return;
	}
	waiting = xcalloc(1, sizeof(*waiting));
	waiting->arena = arena_new();
	if (door->dialect->read(waiting->arena, body, length, door->service, &waiting->call) < 0) {
		arena_free(&waiting->arena);
		free(waiting);
		http_refuse(exchange, 400, "that isn't understood");
		return;
	}
	waiting->call.input = arena_strdup(waiting->arena, waiting->call.input);
	waiting->doors = doors;
	waiting->exchange = exchange;
	waiting->dialect = door->dialect;
	waiting->next = doors->waiting;
	doors->waiting = waiting;
	take(waiting, door);
}

/* --- the doors ------------------------------------------------------------------------ */

static void door_clear(struct door *door)
{
	free(door->name);
	free(door->path);
	free(door->service);
	free(door->user);
	if (door->password)
		explicit_bzero(door->password, strlen(door->password));
	free(door->password);
	http_networks_clear(&door->allow);
}

static void free_doors(struct door *doors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		door_clear(&doors[i]);
	free(doors);
}

static int take_door(struct door *door, const struct conf_ussd *conf, struct strbuf *problems)
{
	char password[PASSWORD_MAX];
	struct errbuf err;

	door->name = xstrdup(conf->name);
	door->path = xstrdup(conf->path);
	door->service = xstrdup(conf->service_code);
	door->dialect = ussd_dialect(conf->dialect);
	http_networks_set(&door->allow, conf->allow);
	if (!*conf->user)
		return 0;
	if (conf_read_secret(conf->password_file, password, sizeof(password), &err) < 0) {
		strbuf_printf(problems, "ussd \"%s\": %s\n", conf->name, err.text);
		return -EINVAL;
	}
	door->user = xstrdup(conf->user);
	door->password = xstrdup(password);
	explicit_bzero(password, sizeof(password));
	return 0;
}

static void tell_database(struct ussd_doors *doors)
{
	for (size_t i = 0; i < doors->count; i++)
		ussd_open(doors->ussd, doors->doors[i].name);
}

static void on_open(void *arg)
{
	struct ussd_doors *doors = arg;

	timer_set(doors->open, OPEN_MS);
	tell_database(doors);
}

void ussd_doors_database(struct ussd_doors *doors)
{
	tell_database(doors);
}

int ussd_doors_configure(struct ussd_doors *doors, const struct conf *conf, struct strbuf *problems)
{
	struct door *fresh = xcalloc(conf->ussd_count + 1, sizeof(*fresh));
	int rc = 0;

	for (size_t i = 0; i < conf->ussd_count; i++)
		rc |= take_door(&fresh[i], &conf->ussds[i], problems);
	if (rc == 0 && conf->ussd_count && doors->ussd)
		rc = ussd_reload(doors->ussd, conf, problems);
	else if (rc == 0 && conf->ussd_count)
		rc = ussd_new(&doors->ussd, doors->gateway, conf, problems);
	if (rc != 0) {
		free_doors(fresh, conf->ussd_count);
		return -EINVAL;
	}
	free_doors(doors->doors, doors->count);
	doors->doors = fresh;
	doors->count = conf->ussd_count;
	tell_database(doors);
	return 0;
}

struct ussd_doors *ussd_doors_new(struct loop *loop, struct http *http, struct gateway *gateway)
{
	struct ussd_doors *doors = xcalloc(1, sizeof(*doors));

	doors->loop = loop;
	doors->gateway = gateway;
	doors->open = timer_new(loop, on_open, doors);
	timer_set(doors->open, OPEN_MS);
	http_route(http, "POST", "/ussd/", on_callback, doors);
	return doors;
}

void ussd_doors_forget(struct ussd_doors *doors)
{
	for (struct waiting *one = doors ? doors->waiting : NULL; one; one = one->next)
		one->exchange = NULL;
}

void ussd_doors_free(struct ussd_doors **doors)
{
	if (!*doors)
		return;
	while ((*doors)->waiting)
		waiting_free((*doors)->waiting);
	ussd_free(&(*doors)->ussd);
	free_doors((*doors)->doors, (*doors)->count);
	timer_free(&(*doors)->open);
	free(*doors);
	*doors = NULL;
}
