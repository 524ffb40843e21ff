/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_CLIENT_H
#define SIMULATOR_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "kentongan/errors.h"

/* The other end of the control socket, for programs that do one thing after
 * another. Calls block up to their time limit. */
struct client;

/* Waits up to WAIT_MS for a simulator to serve in DIR. */
MUSTCHECK int client_open(struct client **out, const char *dir, int wait_ms, struct errbuf *err);
void client_close(struct client **client);
int client_fd(const struct client *client);

/* Sends REQUEST (taken over) and returns its answer, or NULL with the reason:
 * the socket's or the simulator's "error". Events that come meanwhile are kept
 * for client_event(). */
json_t *client_request(struct client *client, json_t *request, struct errbuf *err);
/* A request without answer members of interest. */
MUSTCHECK int client_do(struct client *client, json_t *request, struct errbuf *err);
/* Messages after AFTER (negative: none), then everything that happens, as
 * client_event()s. */
MUSTCHECK int client_watch(struct client *client, int64_t after, struct errbuf *err);
/* The next event. NULL: none within TIMEOUT_MS (*CLOSED false) or never again. */
json_t *client_event(struct client *client, int timeout_ms, bool *closed);

/* {"verb": VERB, "args": [WORDS…]} */
json_t *client_words(const char *verb, char **words, int n);

#endif
