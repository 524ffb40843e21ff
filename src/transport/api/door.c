/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/api_door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>
#include <sodium.h>

#include "kentongan/log.h"
#include "api.h"

#define JSON_TYPE "application/json"
#define PROBLEM_TYPE "application/problem+json"
#define MESSAGES "/api/v1/messages"
#define TOKEN_MAX 128
#define DIGITS_MAX 18
/* The web server itself waits longer. */
#define PATIENCE_MS 10000
#define AWAY_RETRY 5
#define BYTEA_MAX (2 * SECRET_HASH_BYTES + 3)

/* config/openapi.json, which travels inside the binary. */
extern const char openapi_json[];

/* A request that waits for the database. */
struct call {
	struct call *next;
	struct api_door *door;
	struct http_exchange *exchange; /* NULL: answered, or nobody is there */
	struct timer *patience;
	struct api_problem wrong; /* with the request: told to those who may come in */
	bool sends;
};

struct api_door {
	struct loop *loop;
	struct db *db;
	const struct secret *secret;
	const struct conf *conf;
	struct http_networks allow;
	struct call *calls;
};

/* --- answers ------------------------------------------------------------------------- */

static void tell_problem(struct http_exchange *exchange, const struct api_problem *problem)
{
	char *body = api_problem_json(problem), seconds[16];

	if (problem->retry) {
		snprintf(seconds, sizeof(seconds), "%d", problem->retry);
		http_add_header(exchange, "Retry-After", seconds);
	}
	if (problem->status == 401)
		http_add_header(exchange, "WWW-Authenticate", "Bearer realm=\"kentongan\"");
	http_reply(exchange, problem->status, PROBLEM_TYPE, body, strlen(body));
	free(body);
}

static void tell_away(struct http_exchange *exchange, bool sends)
{
	struct api_problem problem;

	api_problem_set(&problem, 503, "away", "", "the database is away; try again%s",
			sends ? ": with the same key it is never two messages" : "");
	problem.retry = AWAY_RETRY;
	tell_problem(exchange, &problem);
}

/* What the database's word about a request means; status 0 = go on. */
static struct api_problem problem_of(const char *verdict, int retry)
{
	static const struct {
		const char *verdict;
		int status;
		const char *field, *detail;
	} all[] = {
	    {"token", 401, "", "a valid token is needed: Authorization: Bearer kt_…"},
	    {"scope", 403, "", "the token hasn't the scope \"send\""},
	    {"none", 404, "", "there is no such message of yours"},
	    {"key", 409, "key", "this key was for another number, text or expiry before"},
	    {"stopped", 409, "to",
	     "a member of this number has sent STOP: only her group writes to her"},
	    {"blocked", 409, "to", "this number is on the operator's block list"},
	    {"minute", 429, "", "that is more than this client's requests a minute"},
	    {"day", 429, "", "that is more than this client's SMS a day"},
	};
	struct api_problem problem = {0};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(all[i].verdict, verdict) == 0)
			api_problem_set(&problem, all[i].status, all[i].verdict, all[i].field, "%s",
					all[i].detail);
	problem.retry = retry;
	return problem;
}

static void tell_message(struct http_exchange *exchange, const char *verdict, const char *client,
			 const char *body)
{
	bool is_new = strcmp(verdict, "ok") == 0;
	json_t *json = json_loads(body, 0, NULL);
	long long id = json_integer_value(json_object_get(json, "id"));
	char location[64];

	json_decref(json);
	snprintf(location, sizeof(location), MESSAGES "/%lld", id);
	http_add_header(exchange, "Location", location);
	if (is_new)
		log_info("api", "client %s: message %lld", client, id);
	http_reply(exchange, is_new ? 201 : 200, JSON_TYPE, body, strlen(body));
}

static void tell_result(struct call *call, const PGresult *result)
{
	const char *verdict = db_text(result, 0, "verdict"), *client = db_text(result, 0, "client");
	const char *body = db_text(result, 0, "body"), *peer = http_peer(call->exchange);
	struct api_problem problem = problem_of(verdict, (int)db_int(result, 0, "retry"));

	if (!problem.status)
		problem = call->wrong;
	if (problem.status) {
		log_info("api", "%s %s: %d %s", *client ? "client" : "from",
			 *client ? client
			 : peer  ? peer
				 : "one who has left",
			 problem.status, problem.name);
		tell_problem(call->exchange, &problem);
	} else if (call->sends) {
		tell_message(call->exchange, verdict, client, body);
	} else {
		http_reply(call->exchange, 200, JSON_TYPE, body, strlen(body));
	}
}

/* --- the database ------------------------------------------------------------------------ */

static void call_free(struct call *call)
{
	struct call **link = &call->door->calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	timer_free(&call->patience);
	free(call);
}

static void on_patience(void *arg)
{
	struct call *call = arg;

	tell_away(call->exchange, call->sends);
	call->exchange = NULL;
}

static void on_result(const struct db_reply *reply, void *arg)
{
	struct call *call = arg;

	if (reply->outcome == DB_FAILED)
		log_warn("api", "%s", reply->message);
	if (call->exchange && reply->outcome == DB_DONE && PQntuples(reply->result) == 1)
		tell_result(call, reply->result);
	else if (call->exchange)
		tell_away(call->exchange, call->sends);
	call_free(call);
}

/* WRONG (or NULL) is what is told in place of the result, once the token is found good. */
static void ask(struct api_door *door, struct http_exchange *exchange, enum db_statement statement,
		int n, const char *const *params, const struct api_problem *wrong)
{
	struct call *call = xcalloc(1, sizeof(*call));

	call->door = door;
	call->exchange = exchange;
	call->sends = statement == DB_CLIENT_SEND;
	if (wrong)
		call->wrong = *wrong;
	call->patience = timer_new(door->loop, on_patience, call);
	call->next = door->calls;
	door->calls = call;
	if (db_query(door->db, statement, n, params, on_result, call) == 0) {
		timer_set(call->patience, PATIENCE_MS);
		return;
	}
	tell_away(exchange, call->sends);
	call_free(call);
}

static void hash_bytes(const struct secret *secret, const void *data, size_t length,
		       char out[static BYTEA_MAX])
{
	uint8_t hash[SECRET_HASH_BYTES];

	secret_fingerprint(secret, data, length, hash);
	memcpy(out, "\\x", 2);
	sodium_bin2hex(out + 2, BYTEA_MAX - 2, hash, sizeof(hash));
}

/* The name that the database has for the token. None and a malformed one are like
 * a wrong one: the same way, the same answer. */
static void token_hash(const struct api_door *door, const struct http_exchange *exchange,
		       char out[static BYTEA_MAX])
{
	const char *header = http_header(exchange, "Authorization"), *token = "";

	if (header && strncasecmp(header, "Bearer ", 7) == 0 && strlen(header) <= TOKEN_MAX)
		token = header + 7 + strspn(header + 7, " ");
	hash_bytes(door->secret, token, strlen(token), out);
}

static void ask_refused(struct api_door *door, struct http_exchange *exchange,
			const struct api_problem *wrong)
{
	char token[BYTEA_MAX];

	token_hash(door, exchange, token);
	ask(door, exchange, DB_CLIENT_STATUS, 2, (const char *const[]){token, "send"}, wrong);
}

/* --- what can be asked ---------------------------------------------------------------------- */

static void send_message(struct api_door *door, struct http_exchange *exchange,
			 const struct api_message *message)
{
	char token[BYTEA_MAX], print[BYTEA_MAX], parts[16], minutes[16];
	size_t length;
	char *content = api_message_content(message, &length);

	token_hash(door, exchange, token);
	hash_bytes(door->secret, content, length, print);
	free(content);
	snprintf(parts, sizeof(parts), "%d", message->parts);
	snprintf(minutes, sizeof(minutes), "%d", message->minutes);
	ask(door, exchange, DB_CLIENT_SEND, 7,
	    (const char *const[]){token, message->to, message->text, parts, message->key, print,
				  message->minutes ? minutes : NULL},
	    NULL);
}

static void post_message(struct api_door *door, struct http_exchange *exchange)
{
	struct api_problem problem;
	struct api_message message;
	struct arena *arena;
	size_t length;
	const char *body = http_body(exchange, &length);

	if (!http_is_type(exchange, JSON_TYPE)) {
		api_problem_set(&problem, 415, "type", "",
				"the body's Content-Type must be " JSON_TYPE);
		tell_problem(exchange, &problem);
		return;
	}
	if (length > API_BODY_MAX) {
		api_problem_set(&problem, 413, "size", "", "the body has more than %d bytes",
				API_BODY_MAX);
		tell_problem(exchange, &problem);
		return;
	}
	arena = arena_new();
	if (api_message_read(arena, door->conf, body, length,
			     http_header(exchange, "Idempotency-Key"), &message, &problem))
		send_message(door, exchange, &message);
	else
		ask_refused(door, exchange, &problem);
	arena_free(&arena);
}

static bool is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits >= 1 && digits <= DIGITS_MAX && !text[digits];
}

static void get_message(struct api_door *door, struct http_exchange *exchange)
{
	const char *id = http_path(exchange) + strlen(MESSAGES "/");
	char token[BYTEA_MAX];

	token_hash(door, exchange, token);
	ask(door, exchange, DB_CLIENT_MESSAGE, 2,
	    (const char *const[]){token, is_number(id) ? id : "0"}, NULL);
}

static bool check_list(const char *key, const char *after, const char *limit,
		       struct api_problem *problem)
{
	if (key && !api_is_key(key))
		api_problem_set(problem, 400, "query", "key",
				"key: has 1 to 64 printable characters of ASCII");
	else if (!is_number(after))
		api_problem_set(problem, 400, "query", "after",
				"after: is the number of a message");
	else if (!is_number(limit) || strtoll(limit, NULL, 10) < 1 ||
		 strtoll(limit, NULL, 10) > API_LIST_MAX)
		api_problem_set(problem, 400, "query", "limit", "limit: is a number from 1 to %d",
				API_LIST_MAX);
	else
		return true;
	return false;
}

static void get_messages(struct api_door *door, struct http_exchange *exchange)
{
	const char *key = http_query(exchange, "key"), *after = http_query(exchange, "after");
	const char *limit = http_query(exchange, "limit");
	struct api_problem problem;
	char token[BYTEA_MAX];

	after = after ? after : "0";
	limit = limit ? limit : API_LIST_DEFAULT;
	if (!check_list(key, after, limit, &problem)) {
		ask_refused(door, exchange, &problem);
		return;
	}
	token_hash(door, exchange, token);
	ask(door, exchange, DB_CLIENT_MESSAGES, 4, (const char *const[]){token, key, after, limit},
	    NULL);
}

static void get_status(struct api_door *door, struct http_exchange *exchange)
{
	char token[BYTEA_MAX];

	token_hash(door, exchange, token);
	ask(door, exchange, DB_CLIENT_STATUS, 2, (const char *const[]){token, NULL}, NULL);
}

static void get_openapi(struct api_door *door, struct http_exchange *exchange)
{
	(void)door;
	http_reply(exchange, 200, JSON_TYPE, openapi_json, strlen(openapi_json));
}

typedef void handler_fn(struct api_door *door, struct http_exchange *exchange);

static const struct resource {
	const char *path; /* one that ends in "/" takes one segment behind it */
	const char *allow;
	handler_fn *get, *post;
} resources[] = {
    {MESSAGES, "GET, HEAD, POST", get_messages, post_message},
    {MESSAGES "/", "GET, HEAD", get_message, NULL},
    {"/api/v1/status", "GET, HEAD", get_status, NULL},
    {"/api/v1/openapi.json", "GET, HEAD", get_openapi, NULL},
};

static bool is_path_of(const struct resource *resource, const char *path)
{
	size_t length = strlen(resource->path);

	if (resource->path[length - 1] != '/')
		return strcmp(path, resource->path) == 0;
	return strncmp(path, resource->path, length) == 0 && path[length] &&
	       !strchr(path + length, '/');
}

static const struct resource *find_resource(const char *path)
{
	for (size_t i = 0; path && i < sizeof(resources) / sizeof(*resources); i++)
		if (is_path_of(&resources[i], path))
			return &resources[i];
	return NULL;
}

static handler_fn *find_handler(const struct resource *resource, const char *method)
{
	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return resource->get;
	return strcmp(method, "POST") == 0 ? resource->post : NULL;
}

static bool is_admitted(const struct api_door *door, const struct http_exchange *exchange)
{
	const struct http_access access = {.allow = door->allow.list,
					   .allow_count = door->allow.count};

	/* There an empty list means everywhere. */
	return door->allow.count && http_is_from(exchange, &access);
}

static void on_request(struct http_exchange *exchange, void *arg)
{
	struct api_door *door = arg;
	const struct resource *resource = find_resource(http_path(exchange));
	handler_fn *handle = resource ? find_handler(resource, http_method(exchange)) : NULL;
	struct api_problem problem;

	if (!is_admitted(door, exchange)) {
		api_problem_set(&problem, 403, "address", "", "not from this address");
		tell_problem(exchange, &problem);
	} else if (!resource) {
		api_problem_set(&problem, 404, "path", "", "there is nothing at this address");
		tell_problem(exchange, &problem);
	} else if (!handle) {
		api_problem_set(&problem, 405, "method", "", "allowed here: %s", resource->allow);
		http_add_header(exchange, "Allow", resource->allow);
		tell_problem(exchange, &problem);
	} else {
		handle(door, exchange);
	}
}

/* --- the door --------------------------------------------------------------------------------- */

void api_door_configure(struct api_door *door, const struct conf *conf)
{
	door->conf = conf;
	http_networks_set(&door->allow, conf->http_api_allow);
}

struct api_door *api_door_new(struct loop *loop, struct http *http, struct db *db,
			      const struct secret *secret)
{
	struct api_door *door = xcalloc(1, sizeof(*door));

	door->loop = loop;
	door->db = db;
	door->secret = secret;
	http_route(http, "*", "/api/", on_request, door);
	return door;
}

void api_door_forget(struct api_door *door)
{
	for (struct call *one = door ? door->calls : NULL; one; one = one->next) {
		one->exchange = NULL;
		timer_clear(one->patience);
	}
}

void api_door_free(struct api_door **door)
{
	if (!*door)
		return;
	while ((*door)->calls)
		call_free((*door)->calls);
	http_networks_clear(&(*door)->allow);
	free(*door);
	*door = NULL;
}
