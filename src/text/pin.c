/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/pin.h"

#include <stddef.h>
#include <string.h>

/* What lists of leaked PINs begin with, beyond what follows a rule: figures on
 * a keypad, counting in twos and tens, independence day. */
static const char *const well_known[] = {
    "010203", "102030", "135790", "135791", "147258", "147852", "147896", "123654", "159357",
    "159753", "170845", "246800", "246802", "246810", "258369", "258456", "321654", "357159",
    "369258", "456123", "456852", "741852", "753159", "789456", "852456", "951753", "963852",
};

static bool is_six_digits(const char *pin)
{
	return strlen(pin) == PIN_LENGTH && strspn(pin, "0123456789") == PIN_LENGTH;
}

/* One piece of LENGTH digits from end to end. */
static bool repeats(const char *pin, size_t length)
{
	return strncmp(pin, pin + length, PIN_LENGTH - length) == 0;
}

/* Each digit STEP above the one before, 0 following 9. */
static bool is_run(const char *pin, int step)
{
	for (size_t i = 1; i < PIN_LENGTH; i++)
		if ((pin[i] - pin[i - 1] - step) % 10 != 0)
			return false;
	return true;
}

static bool is_mirrored(const char *pin)
{
	for (size_t i = 0; i < PIN_LENGTH / 2; i++)
		if (pin[i] != pin[PIN_LENGTH - 1 - i])
			return false;
	return true;
}

/* 112233, 777888: nothing but groups of one digit. */
static bool is_doubled(const char *pin)
{
	return (pin[0] == pin[1] && pin[2] == pin[3] && pin[4] == pin[5]) ||
	       (pin[0] == pin[1] && pin[1] == pin[2] && pin[3] == pin[4] && pin[4] == pin[5]);
}

static bool ends_number(const char *pin, const char *msisdn)
{
	size_t length = strlen(msisdn);

	return length >= PIN_LENGTH && strcmp(msisdn + length - PIN_LENGTH, pin) == 0;
}

/* 482000 behind an amount would be taken for a second one. */
static bool is_amount(const char *pin)
{
	return strcmp(pin + PIN_LENGTH - 3, "000") == 0;
}

bool pin_is_weak(const char *pin, const char *msisdn)
{
	if (!is_six_digits(pin))
		return true;
	for (size_t i = 0; i < sizeof(well_known) / sizeof(well_known[0]); i++)
		if (strcmp(pin, well_known[i]) == 0)
			return true;
	return repeats(pin, 1) || repeats(pin, 2) || repeats(pin, 3) || is_run(pin, 1) ||
	       is_run(pin, -1) || is_mirrored(pin) || is_doubled(pin) || is_amount(pin) ||
	       ends_number(pin, msisdn);
}
