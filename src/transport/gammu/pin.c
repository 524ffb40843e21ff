/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "kentongan/log.h"
#include "kentongan/memory.h"

static char *note_path(const struct conf_modem *conf, const char *state_dir)
{
	return xasprintf("%s/modem-%s.pin-tried", state_dir, conf->name);
}

/* What tells one content of the PIN file from another without being it. */
static void version_of(const struct conf_modem *conf, char out[static 64])
{
	const char *path = conf->pin_file;
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char *credential = path[0] != '/' && dir ? xasprintf("%s/%s", dir, path) : NULL;
	struct stat st;
	/* A credential is a new file at each start: its time says nothing. */
	if (credential && stat(credential, &st) == 0)
		snprintf(out, 64, "credential");
	else if (stat(path, &st) == 0)
		snprintf(out, 64, "%lld.%09ld", (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	else
		snprintf(out, 64, "none");
	free(credential);
}

bool pin_was_refused(const struct conf_modem *conf, const char *state_dir)
{
	char version[64], noted[64] = "";
	char *path = note_path(conf, state_dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, noted, sizeof noted - 1);
	close(fd);
	noted[n > 0 ? n : 0] = 0;
	version_of(conf, version);
	return strcmp(noted, version) == 0;
}

static int note(const struct conf_modem *conf, const char *state_dir, struct errbuf *err)
{
	char version[64];
	char *path = note_path(conf, state_dir);
	version_of(conf, version);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, version, strlen(version)) == (ssize_t)strlen(version) &&
		    fsync(fd) == 0;
	int result = good
			 ? 0
			 : err_set(err, -EACCES,
				   "the SIM asks for its PIN, but that it was tried can't be noted "
				   "in %s (%s): not tried",
				   path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

static void remove_note(const struct conf_modem *conf, const char *state_dir)
{
	char *path = note_path(conf, state_dir);
	unlink(path);
	free(path);
}

static int try_pin(struct link *link, const char *pin)
{
	GSM_SecurityCode code = {.Type = SEC_Pin};
	snprintf(code.Code, sizeof code.Code, "%s", pin);
	GSM_Error error = ERR_ABORTED;
	if (link_begin(link, PAUSE_PLAIN, 30000, "giving the SIM its PIN"))
		error = link_end(link, GSM_EnterSecurityCode(link_sm(link), &code));
	sodium_memzero(&code, sizeof code);
	return error == ERR_NONE ? 0 : -EACCES;
}

int pin_enter(struct link *link, const struct conf_modem *conf, const char *state_dir,
	      struct errbuf *err)
{
	char pin[16];
	if (!conf->pin_file[0])
		return err_set(err, -EACCES,
			       "the SIM asks for its PIN: write it to a file and name that in "
			       "pin_file, or switch the PIN off in a phone");
	if (pin_was_refused(conf, state_dir))
		return err_set(err, -EACCES,
			       "the SIM refused the PIN in %s: correct it (a third wrong one locks "
			       "the SIM)",
			       conf->pin_file);
	int result = conf_read_secret(conf->pin_file, pin, sizeof pin, err);
	if (result != 0)
		return err_prefix(err, -EACCES, "the SIM asks for its PIN");
	size_t length = strlen(pin);
	if (length < 4 || length > 8 || strspn(pin, "0123456789") != length)
		result = err_set(err, -EACCES, "the PIN in %s isn't one: 4 to 8 digits expected",
				 conf->pin_file);
	else
		result = note(conf, state_dir, err);
	if (result == 0 && try_pin(link, pin) != 0)
		result =
		    err_set(err, -EACCES,
			    "the SIM refused the PIN in %s: correct it (a third wrong one locks "
			    "the SIM)",
			    conf->pin_file);
	if (result == 0) {
		log_info("modem", "the SIM took its PIN");
		remove_note(conf, state_dir);
	}
	sodium_memzero(pin, sizeof pin);
	return result;
}
