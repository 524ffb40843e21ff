/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/ussd.h"
#include "../../src/transport/ussd/dialect.h"

/* Any bytes as the body of a provider's callback. The first byte chooses the
 * dialect; what is taken must be what a step needs, and can be answered. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void answer(const struct ussd_dialect *dialect, const struct ussd_call *call)
{
	for (int ends = 0; ends < 2; ends++) {
		char *text = dialect->write(call, "1 Saldo\n\"2\" Setor", ends);

		must(text && *text);
		free(text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ussd_dialect *const dialects[] = {&ussd_africastalking, &ussd_hubtel,
							      &ussd_nalo};
	struct arena *arena = arena_new();
	const struct ussd_dialect *dialect = dialects[size ? data[0] % 3 : 0];
	size_t length = size ? size - 1 : 0;
	struct ussd_call call;

	/* As the door hands it over: so many bytes, and a NUL behind them. */
	char *whole = arena_alloc(arena, length + 1);

	if (length)
		memcpy(whole, data + 1, length);
	if (dialect->read(arena, whole, length, "*384*12#", &call) == 0) {
		must(call.session && *call.session && strlen(call.session) <= USSD_SESSION_MAX);
		must(call.peer && *call.peer && call.input);
		answer(dialect, &call);
	}
	arena_free(&arena);
	return 0;
}
