/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/http.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "kentongan/memory.h"

/* --- networks --- */

struct network {
	int family;
	unsigned char bytes[16];
	int bits;
};

static bool read_network(const char *text, struct network *out)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char *end;
	if (length >= sizeof address)
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	memset(out, 0, sizeof *out);
	out->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	int most = out->family == AF_INET6 ? 128 : 32;
	if (inet_pton(out->family, address, out->bytes) != 1)
		return false;
	out->bits = most;
	if (!slash)
		return true;
	long bits = strtol(slash + 1, &end, 10);
	out->bits = (int)bits;
	return end != slash + 1 && !*end && bits >= 0 && bits <= most;
}

bool http_is_network(const char *text)
{
	struct network network;
	return read_network(text, &network);
}

static bool holds(const struct network *network, const struct network *address)
{
	int whole = network->bits / 8, rest = network->bits % 8;
	if (network->family != address->family ||
	    memcmp(network->bytes, address->bytes, (size_t)whole) != 0)
		return false;
	return rest == 0 || (network->bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

/* IPv4 within IPv6 (::ffff:10.0.0.1) is IPv4. */
static bool read_peer(const char *text, struct network *out)
{
	if (strncasecmp(text, "::ffff:", 7) == 0 && strchr(text, '.'))
		text += 7;
	return read_network(text, out);
}

bool http_is_from(const struct http_exchange *exchange, const struct http_access *access)
{
	struct network peer, network;
	const char *from = http_peer(exchange);
	if (access->allow_count == 0)
		return true;
	if (!from || !read_peer(from, &peer))
		return false;
	for (size_t i = 0; i < access->allow_count; i++)
		if (read_network(access->allow[i], &network) && holds(&network, &peer))
			return true;
	return false;
}

void http_networks_clear(struct http_networks *networks)
{
	free(networks->list);
	free(networks->text);
	*networks = (struct http_networks){0};
}

void http_networks_set(struct http_networks *networks, const char *text)
{
	char *save = NULL;
	http_networks_clear(networks);
	networks->text = xstrdup(text);
	networks->list = xcalloc(strlen(text) + 1, sizeof *networks->list);
	for (char *at = strtok_r(networks->text, ", ", &save); at; at = strtok_r(NULL, ", ", &save))
		networks->list[networks->count++] = at;
}

/* --- basic authentication (RFC 7617) --- */

bool http_same_secret(const char *a, size_t length, const char *secret)
{
	unsigned char one[crypto_generichash_BYTES], two[crypto_generichash_BYTES];
	/* Hashed first, so that not even the length shows in the time. */
	crypto_generichash(one, sizeof one, (const unsigned char *)a, length, NULL, 0);
	crypto_generichash(two, sizeof two, (const unsigned char *)secret, strlen(secret), NULL, 0);
	return sodium_memcmp(one, two, sizeof one) == 0;
}

static bool has_password(const struct http_exchange *exchange, const struct http_access *access)
{
	const char *header = http_header(exchange, "Authorization");
	unsigned char decoded[256];
	size_t length;
	if (!header || strncasecmp(header, "Basic ", 6) != 0)
		return false;
	header += 6;
	if (sodium_base642bin(decoded, sizeof decoded, header, strlen(header), " ", &length, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	const char *colon = memchr(decoded, ':', length);
	if (!colon)
		return false;
	size_t user = (size_t)(colon - (const char *)decoded);
	bool right = http_same_secret((const char *)decoded, user, access->user);
	right = http_same_secret(colon + 1, length - user - 1, access->password) && right;
	sodium_memzero(decoded, sizeof decoded);
	return right;
}

bool http_admit(struct http_exchange *exchange, const struct http_access *access)
{
	if (!http_is_from(exchange, access)) {
		http_refuse(exchange, 403, "not from this address");
		return false;
	}
	if (access->user && !has_password(exchange, access)) {
		http_add_header(exchange, "WWW-Authenticate", "Basic realm=\"kentongan\"");
		http_refuse(exchange, 401, "name and password, please");
		return false;
	}
	return true;
}
