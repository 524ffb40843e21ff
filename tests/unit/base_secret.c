/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kentongan/conf.h"
#include "kentongan/memory.h"
#include "kentongan/secret.h"

static char dir[] = "/tmp/kentongan-secret.XXXXXX";
static char path[64], other_path[64];
static struct secret *secret, *other;

static int set_up(void **state)
{
	(void)state;
	struct errbuf err = {0};
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/key", dir);
	snprintf(other_path, sizeof other_path, "%s/other", dir);
	if (secret_create(path, &err) || secret_load(&secret, path, &err) ||
	    secret_create(other_path, &err) || secret_load(&other, other_path, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	secret_free(&secret);
	secret_free(&other);
	unlink(path);
	unlink(other_path);
	return rmdir(dir);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(name, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
	assert_int_equal(chmod(name, mode), 0);
}

static void assert_refused(const char *text, mode_t mode, int code, const char *why)
{
	char name[64];
	struct errbuf err = {0};
	struct secret *s = NULL;
	snprintf(name, sizeof name, "%s/bad", dir);
	if (text)
		write_file(name, text, mode);
	assert_int_equal(secret_load(&s, name, &err), code);
	assert_null(s);
	if (!strstr(err.text, why))
		fail_msg("expected \"%s\" in \"%s\"", why, err.text);
	unlink(name);
}

static void a_key_file_is_private(void **state)
{
	(void)state;
	struct stat st;
	struct errbuf err = {0};
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 65);
	assert_int_equal(secret_create(path, &err), -EEXIST);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 65);
}

#define DIGITS "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void a_bad_key_file_is_refused(void **state)
{
	(void)state;
	assert_refused(NULL, 0, -ENOENT, "there is no key file");
	assert_refused(DIGITS "\n", 0644, -EPERM, "chmod 640");
	assert_refused(DIGITS "\n", 0660, -EPERM, "chmod 640");
	assert_refused("", 0600, -EINVAL, "64 hex digits");
	assert_refused("0011\n", 0600, -EINVAL, "64 hex digits");
	assert_refused(DIGITS "00\n", 0600, -EINVAL, "64 hex digits");
	assert_refused(DIGITS "\nx", 0600, -EINVAL, "64 hex digits");
	assert_refused("zz" DIGITS, 0600, -EINVAL, "64 hex digits");
}

/* The values are fixed for ever: PINs and seals in databases depend on them. */
static void derived_values_stay(void **state)
{
	(void)state;
	char name[64], hex[2 * SECRET_PIN_HASH_BYTES + 1] = "";
	uint8_t hash[SECRET_PIN_HASH_BYTES];
	struct errbuf err = {0};
	struct secret *s = NULL;
	snprintf(name, sizeof name, "%s/fixed", dir);
	write_file(name, DIGITS "\r\n", 0440);
	assert_int_equal(secret_load(&s, name, &err), 0);
	assert_string_equal(secret_id(s), "c0d6be1c0efab44a");
	secret_pin_hash(s, "+628123456789", "123456", hash);
	for (size_t i = 0; i < sizeof hash; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	assert_string_equal(hex,
			    "bc3807bfdbfc7062e95dff33399355e3813c2c707c3415ca61f4a7723d89c966");
	secret_free(&s);
	assert_null(s);
	unlink(name);
}

static void hashes_depend_on_all_they_should(void **state)
{
	(void)state;
	uint8_t a[SECRET_PIN_HASH_BYTES], b[SECRET_PIN_HASH_BYTES];
	secret_pin_hash(secret, "+628123456789", "123456", a);
	secret_pin_hash(secret, "+628123456789", "123456", b);
	assert_memory_equal(a, b, sizeof a);
	secret_pin_hash(secret, "+628123456789", "123457", b);
	assert_memory_not_equal(a, b, sizeof a);
	secret_pin_hash(secret, "+628123456780", "123456", b);
	assert_memory_not_equal(a, b, sizeof a);
	secret_pin_hash(secret, "+6281234567891", "23456", b);
	assert_memory_not_equal(a, b, sizeof a);
	secret_pin_hash(other, "+628123456789", "123456", b);
	assert_memory_not_equal(a, b, sizeof a);

	uint8_t c[SECRET_HASH_BYTES], d[SECRET_HASH_BYTES];
	secret_fingerprint(secret, "x", 1, c);
	secret_fingerprint(secret, "x", 1, d);
	assert_memory_equal(c, d, sizeof c);
	secret_fingerprint(other, "x", 1, d);
	assert_memory_not_equal(c, d, sizeof c);
	assert_string_not_equal(secret_id(secret), secret_id(other));
	assert_int_equal(strlen(secret_id(secret)), 16);
}

static void a_seal_opens_and_notices_tampering(void **state)
{
	(void)state;
	static const char text[] = "SETOR 50.000 123456";
	uint8_t *sealed = NULL, *again = NULL, *plain = NULL;
	size_t length = 0, again_length = 0, plain_length = 0;
	secret_seal(secret, text, strlen(text), &sealed, &length);
	secret_seal(secret, text, strlen(text), &again, &again_length);
	assert_int_equal(length, strlen(text) + 40);
	assert_memory_not_equal(sealed, again, length); /* another nonce */
	assert_int_equal(secret_open(secret, sealed, length, &plain, &plain_length), 0);
	assert_int_equal(plain_length, strlen(text));
	assert_string_equal((char *)plain, text);
	free(plain);

	for (size_t i = 0; i < length; i++) {
		sealed[i] ^= 1;
		assert_int_equal(secret_open(secret, sealed, length, &plain, &plain_length),
				 -EBADMSG);
		assert_null(plain);
		sealed[i] ^= 1;
	}
	for (size_t i = 0; i < length; i++)
		assert_int_equal(secret_open(secret, sealed, i, &plain, &plain_length), -EBADMSG);
	assert_int_equal(secret_open(other, sealed, length, &plain, &plain_length), -EBADMSG);
	free(sealed);
	free(again);

	secret_seal(secret, "", 0, &sealed, &length);
	assert_int_equal(secret_open(secret, sealed, length, &plain, &plain_length), 0);
	assert_int_equal(plain_length, 0);
	free(plain);
	free(sealed);
}

static void a_signature_holds_for_its_text_only(void **state)
{
	(void)state;
	uint8_t signature[SECRET_SIGNATURE_BYTES], key[SECRET_PUBLIC_BYTES];
	uint8_t foreign[SECRET_PUBLIC_BYTES];
	secret_sign(secret, "head", 4, signature);
	secret_public_key(secret, key);
	secret_public_key(other, foreign);
	assert_int_equal(secret_verify(key, "head", 4, signature), 0);
	assert_int_equal(secret_verify(key, "heap", 4, signature), -EBADMSG);
	assert_int_equal(secret_verify(key, "head", 3, signature), -EBADMSG);
	assert_int_equal(secret_verify(foreign, "head", 4, signature), -EBADMSG);
	signature[10] ^= 1;
	assert_int_equal(secret_verify(key, "head", 4, signature), -EBADMSG);
}

static void one_line_secrets_are_read(void **state)
{
	(void)state;
	char name[64], out[16];
	struct errbuf err = {0};
	snprintf(name, sizeof name, "%s/pin", dir);
	write_file(name, "1234\r\nrest\n", 0600);
	assert_int_equal(conf_read_secret(name, out, sizeof out, &err), 0);
	assert_string_equal(out, "1234");
	write_file(name, "123456789012345", 0600);
	assert_int_equal(conf_read_secret(name, out, sizeof out, &err), 0);
	assert_string_equal(out, "123456789012345");
	write_file(name, "1234567890123456", 0600);
	assert_int_equal(conf_read_secret(name, out, sizeof out, &err), -EINVAL);
	write_file(name, "\n1234", 0600);
	assert_int_equal(conf_read_secret(name, out, sizeof out, &err), -EINVAL);
	write_file(name, "4321\n", 0600);
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	assert_int_equal(conf_read_secret("pin", out, sizeof out, &err), 0);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_string_equal(out, "4321");
	unlink(name);
	assert_int_equal(conf_read_secret(name, out, sizeof out, &err), -ENOENT);
	assert_non_null(strstr(err.text, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_file_is_private),
	    cmocka_unit_test(a_bad_key_file_is_refused),
	    cmocka_unit_test(derived_values_stay),
	    cmocka_unit_test(hashes_depend_on_all_they_should),
	    cmocka_unit_test(a_seal_opens_and_notices_tampering),
	    cmocka_unit_test(a_signature_holds_for_its_text_only),
	    cmocka_unit_test(one_line_secrets_are_read),
	};
	return cmocka_run_group_tests_name("base_secret", tests, set_up, tear_down);
}
