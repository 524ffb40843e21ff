/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_HTTP_GET_H
#define KENTONGAN_CLI_HTTP_GET_H

#include "kentongan/conf.h"
#include "kentongan/errors.h"
#include "kentongan/memory.h"

/* One question to the running service's web server. Waits SECONDS at most.
 * -ECONNREFUSED: nobody listens there; -ETIMEDOUT: no answer in time; -EPROTO:
 * another answer than 200. */
MUSTCHECK int http_get(const struct conf *conf, const char *path, int seconds, struct strbuf *body,
		       struct errbuf *err);

#endif
