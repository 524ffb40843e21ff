/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/loop.h"

#include "../../src/daemon/notify.h"
#include "../../src/daemon/sealer.h"

#define DEADLINE_MS 10000

static int manager = -1; /* systemd's end */

static int listen_as_systemd(void **state)
{
	(void)state;
	/* An abstract name: nothing to remove. */
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int n = snprintf(address.sun_path + 1, sizeof address.sun_path - 1,
			 "kentongan-unit-notify-%d", (int)getpid());
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (manager < 0 || bind(manager, (struct sockaddr *)&address, length) != 0)
		return -1;
	address.sun_path[0] = '@';
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	return 0;
}

static int hang_up(void **state)
{
	(void)state;
	return close(manager);
}

/* The next datagram, "" where there is none. */
static const char *heard(void)
{
	static char text[512];
	ssize_t n = recv(manager, text, sizeof text - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void systemd_hears_what_changes(void **state)
{
	(void)state;
	unsetenv("WATCHDOG_USEC");
	struct loop *loop = loop_new();
	struct notify *notify = notify_new(loop);
	notify_reloaded(notify);
	assert_string_equal(heard(), "");
	notify_status(notify, "all is well");
	assert_string_equal(heard(), "STATUS=all is well");
	notify_status(notify, "all is well");
	assert_string_equal(heard(), "");
	notify_ready(notify);
	assert_string_equal(heard(), "READY=1");
	notify_ready(notify);
	assert_string_equal(heard(), "");
	notify_reloading(notify);
	assert_int_equal(strncmp(heard(), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	notify_reloaded(notify);
	assert_string_equal(heard(), "READY=1");
	notify_stopping(notify);
	assert_int_equal(strncmp(heard(), "STATUS=", 7), 0);
	assert_string_equal(heard(), "STOPPING=1");
	notify_free(&notify);
	loop_free(&loop);
}

static void the_watchdog_is_answered_by_the_loop_only(void **state)
{
	(void)state;
	char pid[16];
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	setenv("WATCHDOG_USEC", "100000", 1);
	struct loop *loop = loop_new();
	struct notify *notify = notify_new(loop);
	assert_string_equal(heard(), "");
	int64_t start = clock_mono_ms(), answers = 0;
	while (answers < 4 && clock_mono_ms() < start + DEADLINE_MS) {
		event_base_loop(loop_base(loop), EVLOOP_ONCE);
		while (strcmp(heard(), "WATCHDOG=1") == 0)
			answers++;
	}
	/* The first at once, then every 50 ms: half of what systemd allows. */
	assert_int_equal(answers, 4);
	assert_in_range(clock_mono_ms() - start, 140, 9000);
	notify_free(&notify);
	loop_free(&loop);
	unsetenv("WATCHDOG_USEC");
}

static void a_seal_is_over_sequence_and_hash(void **state)
{
	(void)state;
	uint8_t hash[SEALER_HASH_BYTES], message[SEALER_MESSAGE_BYTES];
	static const uint8_t sequence[] = {0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0x9a};
	for (size_t i = 0; i < sizeof hash; i++)
		hash[i] = (uint8_t)(200 + i);
	sealer_message(INT64_C(0x123456789a), hash, message);
	assert_memory_equal(message, sequence, 8);
	assert_memory_equal(message + 8, hash, sizeof hash);
	assert_int_equal(sizeof message, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(systemd_hears_what_changes),
	    cmocka_unit_test(the_watchdog_is_answered_by_the_loop_only),
	    cmocka_unit_test(a_seal_is_over_sequence_and_hash),
	};
	return cmocka_run_group_tests(tests, listen_as_systemd, hang_up);
}
