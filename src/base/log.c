/* SPDX-License-Identifier: GPL-2.0-or-later */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "kentongan/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-journal.h>

#include "kentongan/clock.h"

/* The journal's priorities are syslog's, so are ours. */
_Static_assert((int)LOG_LEVEL_ERROR == LOG_ERR && (int)LOG_LEVEL_WARN == LOG_WARNING &&
		   (int)LOG_LEVEL_INFO == LOG_INFO && (int)LOG_LEVEL_DEBUG == LOG_DEBUG,
	       "log levels");

#define RECORD_MAX 2048

static struct {
	char ident[64];
	enum log_level level;
	bool journal;
	bool show_numbers;
} logger = {.ident = "kentongan", .level = LOG_LEVEL_INFO};

/* systemd.exec(5), $JOURNAL_STREAM: device and inode of the stream. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;
	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_open(const char *ident)
{
	snprintf(logger.ident, sizeof logger.ident, "%s", ident);
	logger.journal = stderr_is_journal();
}

void log_set_level(enum log_level level)
{
	logger.level = level;
}

void log_show_numbers(bool show)
{
	logger.show_numbers = show;
}

static const char *level_name(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error";
	case LOG_LEVEL_WARN:
		return "warn";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		break;
	}
	return "debug";
}

/* One record is one line, whatever bytes a peer managed to get into it. */
static void flatten(char *text)
{
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = ' ';
	for (size_t n = strlen(text); n && text[n - 1] == ' '; n--)
		text[n - 1] = '\0';
}

static void write_line(enum log_level level, const char *where, const char *text)
{
	char stamp[32] = "", line[RECORD_MAX + 256];
	time_t now = clock_wall();
	struct tm tm;
	if (localtime_r(&now, &tm))
		strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &tm);
	int n = snprintf(line, sizeof line, "%s %s %s: %s: %s\n", stamp, logger.ident,
			 level_name(level), where, text);
	if (n < 0)
		return;
	size_t length = (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
	line[length - 1] = '\n';
	/* One write, so that lines of several processes don't mix. */
	if (write(STDERR_FILENO, line, length) < 0)
		return;
}

void log_write(enum log_level level, const char *where, const char *fmt, ...)
{
	if (level > logger.level)
		return;
	char text[RECORD_MAX];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof text)
		memcpy(text + sizeof text - 4, "...", 4);
	flatten(text);
	if (logger.journal && sd_journal_send("MESSAGE=%s: %s", where, text, "PRIORITY=%d",
					      (int)level, "SYSLOG_IDENTIFIER=%s", logger.ident,
					      "KENTONGAN_WHERE=%s", where, NULL) == 0)
		return;
	write_line(level, where, text);
}

/* Country and operator prefix tell where a problem lies, the last digits tell
 * two members apart; the middle makes it a person. */
const char *log_msisdn(const char *msisdn)
{
	static char ring[4][40];
	static unsigned next;
	char *out = ring[next++ % 4];
	size_t size = sizeof ring[0], length = strlen(msisdn);

	if (logger.show_numbers || length <= 5)
		snprintf(out, size, "%.30s", msisdn);
	else if (length >= 11)
		snprintf(out, size, "%.6s•••%s", msisdn, msisdn + length - 4);
	else
		snprintf(out, size, "%.2s•••%s", msisdn, msisdn + length - 2);
	return out;
}
