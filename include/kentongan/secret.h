/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_SECRET_H
#define KENTONGAN_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "kentongan/errors.h"

/* The service's key: the one thing that the database doesn't hold. Everything
 * here is libsodium; the key file has 32 random bytes as 64 hex digits. */
struct secret;

#define SECRET_HASH_BYTES 16
#define SECRET_PIN_HASH_BYTES 32

/* Reads the key file (mode must exclude others; its group may read). Errors say what to do. */
MUSTCHECK int secret_load(struct secret **out, const char *path, struct errbuf *err);
/* Writes a new key file with mode 0600; -EEXIST where one exists. */
MUSTCHECK int secret_create(const char *path, struct errbuf *err);
void secret_free(struct secret **secret);

/* A short public name of the key (hex of a hash), to notice a wrong one. */
const char *secret_id(const struct secret *secret);

/* Keyed hash (crypto_generichash) that names an inbound message: the same
 * message read twice gives the same bytes, yet they reveal no PIN in it. */
void secret_fingerprint(const struct secret *secret, const void *data, size_t length,
			uint8_t out[static SECRET_HASH_BYTES]);

/* Keyed hash of a PIN over key id, number and PIN (DESIGN §7). */
void secret_pin_hash(const struct secret *secret, const char *msisdn, const char *pin,
		     uint8_t out[static SECRET_PIN_HASH_BYTES]);

/* Seals the text of a waiting message part, which may hold a PIN
 * (crypto_secretbox_easy, random nonce in front). Results are malloc'd,
 * opened ones with a NUL behind;
 * secret_open returns -EBADMSG for what another key or a bad disk made. */
void secret_seal(const struct secret *secret, const void *plain, size_t length, uint8_t **out,
		 size_t *out_length);
MUSTCHECK int secret_open(const struct secret *secret, const uint8_t *sealed, size_t length,
			  uint8_t **out, size_t *out_length);

/* Ed25519 signature of the audit chain's head; the pair derives from the
 * key file (crypto_sign_seed_keypair over a keyed hash). */
#define SECRET_SIGNATURE_BYTES 64
#define SECRET_PUBLIC_BYTES 32
void secret_sign(const struct secret *secret, const void *data, size_t length,
		 uint8_t signature[static SECRET_SIGNATURE_BYTES]);
void secret_public_key(const struct secret *secret, uint8_t out[static SECRET_PUBLIC_BYTES]);
MUSTCHECK int secret_verify(const uint8_t public_key[static SECRET_PUBLIC_BYTES], const void *data,
			    size_t length, const uint8_t signature[static SECRET_SIGNATURE_BYTES]);

#endif
