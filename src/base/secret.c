/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "kentongan/memory.h"

#define KEY_BYTES 32
#define ID_BYTES 8

/* Each purpose has a key of its own, derived from the file's, so that no
 * output of one says anything about another. Lives in sodium_malloc memory:
 * never swapped where the limits allow, wiped when freed. */
struct secret {
	uint8_t fingerprint[KEY_BYTES];
	uint8_t pin[KEY_BYTES];
	uint8_t seal[crypto_secretbox_KEYBYTES];
	uint8_t sign_public[crypto_sign_PUBLICKEYBYTES];
	uint8_t sign_secret[crypto_sign_SECRETKEYBYTES];
	char id[ID_BYTES * 2 + 1];
};

_Static_assert(SECRET_HASH_BYTES >= crypto_generichash_BYTES_MIN, "hash size");
_Static_assert(SECRET_SIGNATURE_BYTES == crypto_sign_BYTES, "signature size");
_Static_assert(SECRET_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "public key size");

static void start_sodium(void)
{
	if (sodium_init() < 0)
		fatal("libsodium doesn't start (no source of random bytes?)");
}

static void derive(const uint8_t key[static KEY_BYTES], const char *purpose, uint8_t *out,
		   size_t size)
{
	if (crypto_generichash(out, size, (const uint8_t *)purpose, strlen(purpose), key,
			       KEY_BYTES) != 0)
		fatal("crypto_generichash failed");
}

static struct secret *secret_new(const uint8_t key[static KEY_BYTES])
{
	struct secret *secret = sodium_malloc(sizeof *secret);
	uint8_t seed[crypto_sign_SEEDBYTES], name[crypto_generichash_BYTES];
	if (!secret)
		fatal("out of memory");
	derive(key, "kentongan fingerprint", secret->fingerprint, sizeof secret->fingerprint);
	derive(key, "kentongan pin", secret->pin, sizeof secret->pin);
	derive(key, "kentongan seal", secret->seal, sizeof secret->seal);
	derive(key, "kentongan sign", seed, sizeof seed);
	crypto_sign_seed_keypair(secret->sign_public, secret->sign_secret, seed);
	derive(key, "kentongan id", name, sizeof name);
	sodium_bin2hex(secret->id, sizeof secret->id, name, ID_BYTES);
	sodium_memzero(seed, sizeof seed);
	return secret;
}

/* Reads the whole file into TEXT; refuses one that others may read or its
 * group may write. (A group that may read is how systemd hands credentials
 * over.) */
static int read_key_file(const char *path, char *text, size_t size, struct errbuf *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		int code = -errno;
		if (code == -ENOENT)
			return err_set(
			    err, code,
			    "%s: there is no key file; \"kentongan key create\" makes one, "
			    "or bring back your copy of it",
			    path);
		return err_set(err, code, "%s: %s", path, strerror(-code));
	}
	int rc = 0;
	ssize_t n = 0;
	if (fstat(fd, &st) != 0 || (n = read(fd, text, size - 1)) < 0)
		rc = err_set(err, -errno, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		rc = err_set(err, -EINVAL, "%s: is not a file", path);
	else if (st.st_mode & 027)
		rc = err_set(err, -EPERM, "%s: others may read or change it; run \"chmod 640 %s\"",
			     path, path);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return rc;
}

int secret_load(struct secret **out, const char *path, struct errbuf *err)
{
	char text[128];
	uint8_t key[KEY_BYTES];
	size_t length = 0;
	const char *end = NULL;

	*out = NULL;
	start_sodium();
	int rc = read_key_file(path, text, sizeof text, err);
	if (rc)
		goto out;
	if (sodium_hex2bin(key, sizeof key, text, strlen(text), NULL, &length, &end) != 0 ||
	    length != sizeof key || end[strspn(end, "\r\n \t")] != '\0') {
		rc = err_set(err, -EINVAL,
			     "%s: must hold 64 hex digits and nothing else; "
			     "bring back your copy of it",
			     path);
		goto out;
	}
	*out = secret_new(key);
out:
	sodium_memzero(text, sizeof text);
	sodium_memzero(key, sizeof key);
	return rc;
}

static bool write_synced(int fd, const char *text)
{
	size_t length = strlen(text);
	return write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
}

int secret_create(const char *path, struct errbuf *err)
{
	uint8_t key[KEY_BYTES];
	char text[KEY_BYTES * 2 + 2];

	start_sodium();
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		int code = -errno;
		return err_set(err, code, "%s: %s", path,
			       code == -EEXIST ? "there is a key file already; it stays"
					       : strerror(-code));
	}
	randombytes_buf(key, sizeof key);
	sodium_bin2hex(text, sizeof text, key, sizeof key);
	memcpy(text + KEY_BYTES * 2, "\n", 2);

	int rc = 0;
	if (!write_synced(fd, text)) {
		rc = err_set(err, errno ? -errno : -EIO, "%s: %s", path, strerror(errno));
		unlink(path); /* half a key would only be refused later */
	}
	close(fd);
	sodium_memzero(key, sizeof key);
	sodium_memzero(text, sizeof text);
	return rc;
}

void secret_free(struct secret **secret)
{
	sodium_free(*secret);
	*secret = NULL;
}

const char *secret_id(const struct secret *secret)
{
	return secret->id;
}

void secret_fingerprint(const struct secret *secret, const void *data, size_t length,
			uint8_t out[static SECRET_HASH_BYTES])
{
	if (crypto_generichash(out, SECRET_HASH_BYTES, data, length, secret->fingerprint,
			       sizeof secret->fingerprint) != 0)
		fatal("crypto_generichash failed");
}

/* Fields are separated by their NULs, so that no two triples hash alike. */
void secret_pin_hash(const struct secret *secret, const char *msisdn, const char *pin,
		     uint8_t out[static SECRET_PIN_HASH_BYTES])
{
	crypto_generichash_state state;
	if (crypto_generichash_init(&state, secret->pin, sizeof secret->pin,
				    SECRET_PIN_HASH_BYTES) != 0)
		fatal("crypto_generichash failed");
	const char *fields[] = {secret->id, msisdn, pin};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		crypto_generichash_update(&state, (const uint8_t *)fields[i],
					  strlen(fields[i]) + 1);
	crypto_generichash_final(&state, out, SECRET_PIN_HASH_BYTES);
	sodium_memzero(&state, sizeof state);
}

void secret_seal(const struct secret *secret, const void *plain, size_t length, uint8_t **out,
		 size_t *out_length)
{
	if (length > SIZE_MAX / 2)
		fatal("secret_seal: %zu bytes", length);
	*out_length = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length;
	*out = xmalloc(*out_length);
	randombytes_buf(*out, crypto_secretbox_NONCEBYTES);
	if (crypto_secretbox_easy(*out + crypto_secretbox_NONCEBYTES, plain, length, *out,
				  secret->seal) != 0)
		fatal("crypto_secretbox_easy failed");
}

int secret_open(const struct secret *secret, const uint8_t *sealed, size_t length, uint8_t **out,
		size_t *out_length)
{
	const size_t head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	*out = NULL;
	*out_length = 0;
	if (length < head)
		return -EBADMSG;
	/* One byte more, so that a text can be used as a string. */
	uint8_t *plain = xcalloc(length - head + 1, 1);
	if (crypto_secretbox_open_easy(plain, sealed + crypto_secretbox_NONCEBYTES,
				       length - crypto_secretbox_NONCEBYTES, sealed,
				       secret->seal) != 0) {
		free(plain);
		return -EBADMSG;
	}
	*out = plain;
	*out_length = length - head;
	return 0;
}

void secret_sign(const struct secret *secret, const void *data, size_t length,
		 uint8_t signature[static SECRET_SIGNATURE_BYTES])
{
	if (crypto_sign_detached(signature, NULL, data, length, secret->sign_secret) != 0)
		fatal("crypto_sign_detached failed");
}

void secret_public_key(const struct secret *secret, uint8_t out[static SECRET_PUBLIC_BYTES])
{
	memcpy(out, secret->sign_public, SECRET_PUBLIC_BYTES);
}

int secret_verify(const uint8_t public_key[static SECRET_PUBLIC_BYTES], const void *data,
		  size_t length, const uint8_t signature[static SECRET_SIGNATURE_BYTES])
{
	start_sodium();
	return crypto_sign_verify_detached(signature, data, length, public_key) == 0 ? 0 : -EBADMSG;
}
