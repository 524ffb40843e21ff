/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "find.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"

#define ANSWER_MS 600

/* --- who holds it --------------------------------------------------------- */

static bool read_comm(const char *pid, char *name, size_t size)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = read(fd, name, size - 1);
	close(fd);
	name[n > 0 ? n : 0] = 0;
	name[strcspn(name, "\n")] = 0;
	return n > 0;
}

static bool has_open(const char *pid, dev_t device)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
	DIR *dir = opendir(path);
	if (!dir)
		return false;
	bool found = false;
	struct stat st;
	for (struct dirent *entry; !found && (entry = readdir(dir));)
		found = entry->d_name[0] != '.' &&
			fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISCHR(st.st_mode) &&
			st.st_rdev == device;
	closedir(dir);
	return found;
}

/* The first process for which DEVICE is open, or, with device 0, that is
 * called WANTED. */
static bool scan_processes(dev_t device, const char *wanted, char *name, size_t size)
{
	DIR *dir = opendir("/proc");
	if (!dir)
		return false;
	bool found = false;
	for (struct dirent *entry; !found && (entry = readdir(dir));) {
		const char *pid = entry->d_name;
		if (!isdigit((unsigned char)pid[0]) || atoi(pid) == getpid())
			continue;
		if (wanted)
			found = read_comm(pid, name, size) && strcmp(name, wanted) == 0;
		else
			found = has_open(pid, device) && read_comm(pid, name, size);
	}
	closedir(dir);
	return found;
}

bool find_modem_manager(void)
{
	char name[32];
	return scan_processes(0, "ModemManager", name, sizeof name);
}

bool find_holder(const char *device, char *name, size_t size)
{
	struct stat st;
	if (stat(device, &st) != 0 || !S_ISCHR(st.st_mode))
		return false;
	if (scan_processes(st.st_rdev, NULL, name, size))
		return true;
	/* Not allowed to look into other users' processes: a good guess. */
	return scan_processes(0, "ModemManager", name, size);
}

/* --- which one is it ------------------------------------------------------ */

static bool make_raw(int fd)
{
	struct termios t;
	if (tcgetattr(fd, &t) != 0)
		return false;
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL | CREAD;
	cfsetspeed(&t, B115200);
	return tcsetattr(fd, TCSANOW, &t) == 0;
}

/* Sends COMMAND, collects the answer until OK or ERROR. */
static bool ask(int fd, const char *command, char *answer, size_t size)
{
	size_t length = 0;
	int64_t until = clock_mono_ms() + ANSWER_MS;
	if (write(fd, command, strlen(command)) != (ssize_t)strlen(command))
		return false;
	answer[0] = 0;
	while (length + 1 < size) {
		struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
		int64_t left = until - clock_mono_ms();
		if (left <= 0 || poll(&poll_fd, 1, (int)left) <= 0)
			return false;
		ssize_t n = read(fd, answer + length, size - 1 - length);
		if (n <= 0)
			return false;
		length += (size_t)n;
		answer[length] = 0;
		if (strstr(answer, "\r\nOK\r"))
			return true;
		if (strstr(answer, "ERROR"))
			return false;
	}
	return false;
}

static bool answers_with(int fd, const char *command, const char *number)
{
	char answer[512];
	return ask(fd, command, answer, sizeof answer) && strstr(answer, number);
}

/* A port that another process uses is left alone: libGammu locks what it has
 * open the same way. */
static bool is_it(const struct conf_modem *conf, const char *device)
{
	char answer[256];
	int fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool found = flock(fd, LOCK_EX | LOCK_NB) == 0 && make_raw(fd) &&
		     ask(fd, "\x1b\rAT\r", answer, sizeof answer) &&
		     (conf->imei[0] ? answers_with(fd, "AT+CGSN\r", conf->imei)
				    : answers_with(fd, "AT+CIMI\r", conf->imsi));
	if (found)
		tcflush(fd, TCIOFLUSH);
	close(fd);
	return found;
}

static int put(char *device, size_t size, const char *path, struct errbuf *err)
{
	if (snprintf(device, size, "%s", path) >= (int)size)
		return err_set(err, -ENOENT, "device path too long");
	return 0;
}

static void expand(const char *patterns, glob_t *found)
{
	char *copy = strdup(patterns), *save = NULL;
	int flags = 0;
	for (char *p = copy ? strtok_r(copy, " ,", &save) : NULL; p;
	     p = strtok_r(NULL, " ,", &save)) {
		if (glob(p, flags, NULL, found) == 0 || found->gl_pathv)
			flags = GLOB_APPEND;
	}
	free(copy);
}

static int search(const struct conf_modem *conf, char *device, size_t size, find_alive_fn *alive,
		  void *arg, struct errbuf *err)
{
	glob_t found = {0};
	expand(conf->search, &found);
	int result = -ENOENT;
	for (size_t i = 0; result != 0 && i < found.gl_pathc; i++) {
		if (alive)
			alive(arg);
		if (is_it(conf, found.gl_pathv[i]))
			result = put(device, size, found.gl_pathv[i], err);
	}
	if (result != 0)
		err_set(err, result,
			"no modem with %s %s among the %zu ports of %s: is it plugged in?%s",
			conf->imei[0] ? "IMEI" : "the SIM", conf->imei[0] ? conf->imei : conf->imsi,
			found.gl_pathc, conf->search,
			find_modem_manager() ? " (ModemManager runs and may hold it)" : "");
	else
		log_info("modem", "found at %s", device);
	globfree(&found);
	return result;
}

int find_device(const struct conf_modem *conf, const char *last, char *device, size_t size,
		find_alive_fn *alive, void *arg, struct errbuf *err)
{
	if (!conf->imei[0] && !conf->imsi[0])
		return put(device, size, conf->device, err);
	if (last[0] && is_it(conf, last))
		return put(device, size, last, err);
	if (conf->device[0] && is_it(conf, conf->device))
		return put(device, size, conf->device, err);
	return search(conf, device, size, alive, arg, err);
}
