/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pause.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/errors.h"

#define ALIVE_MS 200
#define GRACE_MS 2000

static int send_ms = -1;
static void (*alive_fn)(void *arg);
static void *alive_arg;
static int null_fd = -1;

/* Read by the signal handler: filled before the timer starts. */
static struct {
	volatile sig_atomic_t active;
	volatile sig_atomic_t late; /* how often the timer fired */
	enum pause_kind kind;
	GSM_StateMachine *sm;
	volatile sig_atomic_t fd;
	dev_t device;
	bool gone;
	bool prompted; /* PAUSE_SEND: the pause after the prompt was reached */
	bool text_out; /* PAUSE_SEND: the pause before Ctrl-Z is behind us */
	int64_t alive_at;
} call;

void pause_set_send(int ms)
{
	send_ms = ms;
}

void pause_on_alive(void (*fn)(void *arg), void *arg)
{
	alive_fn = fn;
	alive_arg = arg;
}

int pause_find_fd(dev_t device)
{
	DIR *dir = opendir("/proc/self/fd");
	if (!dir)
		return -1;
	int found = -1;
	for (struct dirent *entry; found < 0 && (entry = readdir(dir));) {
		struct stat st;
		int fd = atoi(entry->d_name);
		if (entry->d_name[0] != '.' && fd != dirfd(dir) && fstat(fd, &st) == 0 &&
		    S_ISCHR(st.st_mode) && st.st_rdev == device)
			found = fd;
	}
	closedir(dir);
	return found;
}

static void on_alarm(int signal)
{
	(void)signal;
	if (!call.active)
		return;
	int saved = errno;
	call.late++;
	GSM_AbortOperation(call.sm);
	/* serial_write() repeats for ever while the port takes nothing and
	 * doesn't look at the abort flag. */
	if (call.late > 1 && call.fd >= 0 && null_fd >= 0)
		dup2(null_fd, call.fd);
	errno = saved;
}

static void set_timer(int ms, int again_ms)
{
	struct itimerval timer = {
	    .it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000},
	    .it_interval = {.tv_sec = again_ms / 1000, .tv_usec = again_ms % 1000 * 1000},
	};
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void set_up(void)
{
	if (null_fd >= 0)
		return;
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0)
		fatal("can't open /dev/null");
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
}

void pause_begin(enum pause_kind kind, GSM_StateMachine *sm, int fd, dev_t device, int deadline_ms)
{
	set_up();
	if (call.active)
		fatal("libGammu called from within libGammu");
	call.late = 0;
	call.gone = call.prompted = call.text_out = false;
	call.kind = kind;
	call.sm = sm;
	call.fd = fd;
	call.device = device;
	call.alive_at = clock_mono_ms() + ALIVE_MS;
	call.active = 1;
	set_timer(deadline_ms, GRACE_MS);
}

enum pause_end pause_end_call(void)
{
	set_timer(0, 0);
	call.active = 0;
	return call.gone ? PAUSE_GONE : call.late ? PAUSE_LATE : PAUSE_FINE;
}

bool pause_had_prompt(void)
{
	return call.prompted;
}

static void sleep_us(useconds_t us)
{
	struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	nanosleep(&time, NULL);
}

/* Wakes when the modem says something. An early return doesn't shorten
 * libGammu's patience: GSM_ReadDevice() waits for the clock's next second and
 * GSM_WaitForOnce() counts those, not pauses; and whoever wakes it early is a
 * byte that the next read takes, so nothing spins. */
static void wait_modem(useconds_t us)
{
	if (call.fd < 0 && call.device != 0)
		call.fd = pause_find_fd(call.device);
	if (call.fd < 0) {
		sleep_us(us);
		return;
	}
	struct pollfd poll_fd = {.fd = call.fd, .events = POLLIN};
	struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	if (ppoll(&poll_fd, 1, &time, NULL) <= 0)
		return;
	/* Unplugged: poll() wakes at once from now on, and libGammu would spin
	 * on empty reads until its time is up. */
	if (poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL)) {
		call.gone = true;
		GSM_AbortOperation(call.sm);
	}
}

static useconds_t shorter(useconds_t us)
{
	return send_ms >= 0 && us > (useconds_t)send_ms * 1000 ? (useconds_t)send_ms * 1000 : us;
}

static void pause_connecting(useconds_t us)
{
	if (send_ms < 0)
		sleep_us(us);
	else if (us == 400000)
		wait_modem(shorter(us));
}

static void pause_inside(useconds_t us)
{
	if (call.late || call.gone)
		return; /* aborted: out, fast */
	int64_t now = clock_mono_ms();
	if (alive_fn && now >= call.alive_at) {
		call.alive_at = now + ALIVE_MS;
		alive_fn(alive_arg);
	}
	/* Told apart by length: 5 and 10 ms are waits for an answer. */
	if (call.kind == PAUSE_CONNECT && (us == 1000 || us == 400000)) {
		pause_connecting(us);
	} else if (call.kind == PAUSE_SEND && us == 500000) {
		sleep_us(shorter(us));
		call.text_out = true;
	} else if (call.kind == PAUSE_SEND && us == 100000 && !call.text_out) {
		call.prompted = true;
		/* No waking by the modem here: the pause is for its sake. */
		sleep_us(shorter(us));
	} else {
		/* The last pause of a send is one for the answer, in truth. */
		wait_modem(us == 100000 ? shorter(us) : us);
	}
}

int usleep(useconds_t us)
{
	if (call.active)
		pause_inside(us);
	else
		sleep_us(us);
	return 0;
}
