/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kentongan/memory.h"

#define CHILD_FD 3
#define STATUS_NOT_STARTED 127

static bool speaks_of_us(const char *variable)
{
	static const char *const names[] = {"NOTIFY_SOCKET=", "WATCHDOG_", "LISTEN_",
					    PROCESS_HEARTBEAT_ENV "="};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Made before the fork: only the array is ours, and the string at its end. */
static char **child_environment(char *heartbeat)
{
	size_t n = 0, count = 0;
	while (environ && environ[n])
		n++;
	char **env = xcalloc(n + 2, sizeof *env);
	for (size_t i = 0; i < n; i++)
		if (!speaks_of_us(environ[i]))
			env[count++] = environ[i];
	env[count] = heartbeat;
	return env;
}

/* In the child, between fork and exec: async-signal-safe calls only. */
static void become(const char *program, char *const argv[], char *const env[], int heartbeat,
		   pid_t parent)
{
	setpgid(0, 0);
	/* Set before looking who the parent is: it may have died in between. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);

	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	if (heartbeat == CHILD_FD)
		fcntl(heartbeat, F_SETFD, 0);
	else if (dup2(heartbeat, CHILD_FD) < 0)
		_exit(STATUS_NOT_STARTED);
	/* Everything that we open is close-on-exec already; libraries may not be
	 * so careful. A kernel that can't do this loses nothing else. */
	(void)close_range(CHILD_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC);

	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(program, argv, env);
	_exit(STATUS_NOT_STARTED);
}

int process_start(const char *program, char *const argv[], pid_t *pid, int *heartbeat,
		  struct errbuf *err)
{
	int pair[2];
	sigset_t all, before;
	char variable[64];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return err_set(err, -errno, "no socket for its heartbeat: %s", strerror(errno));
	int n = snprintf(variable, sizeof variable, "%s=%d", PROCESS_HEARTBEAT_ENV, CHILD_FD);
	if (n < 0 || (size_t)n >= sizeof variable)
		fatal("process: a name that is too long");
	char **env = child_environment(variable);

	/* A signal that reached the child before exec would run our handlers,
	 * which write to a socket that it shares with us. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid_t parent = getpid(), child = fork();
	int code = errno;
	if (child == 0)
		become(program, argv, env, pair[1], parent);
	sigprocmask(SIG_SETMASK, &before, NULL);

	free(env);
	close(pair[1]);
	if (child < 0) {
		close(pair[0]);
		return err_set(err, -code, "%s", strerror(code));
	}
	/* Here too, so that the group exists whoever of us comes first. */
	(void)setpgid(child, child);
	*pid = child;
	*heartbeat = pair[0];
	return 0;
}

const char *process_end_words(int status, char *out, size_t size)
{
	int n = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_STARTED)
		n = snprintf(out, size, "could not be started");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		n = snprintf(out, size, "ended without an error");
	else if (WIFEXITED(status))
		n = snprintf(out, size, "ended with status %d (its log lines say why)",
			     WEXITSTATUS(status));
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		n = snprintf(out, size, "was killed (signal 9: by hand, by us, or out of memory)");
	else if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGTERM ||
					 WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGHUP))
		n = snprintf(out, size, "was told to end by signal %d (%s)", WTERMSIG(status),
			     strsignal(WTERMSIG(status)));
	else if (WIFSIGNALED(status))
		n = snprintf(out, size, "crashed: signal %d (%s)", WTERMSIG(status),
			     strsignal(WTERMSIG(status)));
	else
		n = snprintf(out, size, "ended in an odd way (%d)", status);
	if (n < 0)
		*out = '\0';
	return out;
}
