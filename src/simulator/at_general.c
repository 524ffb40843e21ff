/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"

#include "at.h"
#include "network.h"

/* Commands about the modem, the SIM, the network and calls: V.250 and
 * TS 27.007. */

/* A setting 0..MAX kept in *WHERE, as many of them are. */
static int simple(struct modem *modem, enum at_kind kind, const char *args, const char *name,
		  int *where, int max)
{
	int value;

	switch (kind) {
	case AT_TEST:
		at_print(modem, "%s: (0-%d)", name, max);
		return AT_OK;
	case AT_READ:
		at_print(modem, "%s: %d", name, *where);
		return AT_OK;
	case AT_SET:
		value = at_number(args, 0, 0);
		if (value < 0 || value > max)
			return AT_CME(50);
		*where = value;
		return AT_OK;
	default:
		return AT_ERROR;
	}
}

static int set_echo(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)kind;
	modem->set.echo = at_number(args, 0, 0) != 0;
	return AT_OK;
}

static int ignored(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)modem;
	(void)kind;
	(void)args;
	return AT_OK;
}

static int profile(struct modem *modem, enum at_kind kind, const char *args)
{
	struct modem_settings *set = &modem->set;

	(void)kind;
	(void)args;
	set->echo = true;
	set->cmee = set->clip = set->crc = set->cusd = set->creg = set->cgreg = 0;
	memset(set->cnmi, 0, sizeof(set->cnmi));
	set->text_mode = false;
	return AT_OK;
}

static int information(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)kind;
	switch (at_number(args, 0, 0)) {
	case 3:
		at_print(modem, "%s", modem->config.vendor);
		break;
	case 4:
		at_print(modem, "%s", modem->config.model);
		break;
	case 5:
		at_print(modem, "%s", KENTONGAN_VERSION);
		break;
	default:
		at_print(modem, "Manufacturer: %s", modem->config.vendor);
		at_print(modem, "Model: %s", modem->config.model);
		at_print(modem, "Revision: %s", KENTONGAN_VERSION);
		at_print(modem, "IMEI: %s", modem->config.imei);
	}
	return AT_OK;
}

static int identity(struct modem *modem, enum at_kind kind, const char *value)
{
	if (kind == AT_TEST)
		return AT_OK;
	if (kind != AT_EXECUTE)
		return AT_ERROR;
	at_print(modem, "%s", value);
	return AT_OK;
}

static int manufacturer(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	return identity(modem, kind, modem->config.vendor);
}

static int model(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	return identity(modem, kind, modem->config.model);
}

static int revision(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	return identity(modem, kind, KENTONGAN_VERSION);
}

static int imei(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	return identity(modem, kind, modem->config.imei);
}

static int imsi(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	return identity(modem, kind, modem->config.imsi);
}

static int error_format(struct modem *modem, enum at_kind kind, const char *args)
{
	return simple(modem, kind, args, "+CMEE", &modem->set.cmee, 2);
}

static int clip(struct modem *modem, enum at_kind kind, const char *args)
{
	if (modem->config.clip_silent)
		return AT_SILENCE;
	if (modem->config.no_clip)
		return AT_CME(4);
	if (kind == AT_READ) {
		at_print(modem, "+CLIP: %d,1", modem->set.clip);
		return AT_OK;
	}
	return simple(modem, kind, args, "+CLIP", &modem->set.clip, 1);
}

static int cring(struct modem *modem, enum at_kind kind, const char *args)
{
	return simple(modem, kind, args, "+CRC", &modem->set.crc, 1);
}

/* --- SIM ------------------------------------------------------------------ */

static int pin(struct modem *modem, enum at_kind kind, const char *args)
{
	char code[16];

	if (kind == AT_READ) {
		at_print(modem, "+CPIN: %s",
			 modem->pin_entered     ? "READY"
			 : modem->pin_tries > 0 ? "SIM PIN"
						: "SIM PUK");
		return AT_OK;
	}
	if (kind == AT_TEST)
		return AT_OK;
	if (kind != AT_SET || !at_text(args, 0, code, sizeof(code)))
		return AT_ERROR;
	if (modem->pin_entered)
		return AT_CME(3);
	if (modem->pin_tries == 0)
		return AT_CME(12);
	if (strcmp(code, modem->config.pin) != 0) {
		modem->pin_tries--;
		return AT_CME(16);
	}
	modem->pin_entered = true;
	modem->pin_tries = 3;
	network_pump(modem->network, modem);
	return AT_OK;
}

static int facility(struct modem *modem, enum at_kind kind, const char *args)
{
	char name[8];

	if (kind == AT_TEST) {
		at_print(modem, "+CLCK: (\"SC\")");
		return AT_OK;
	}
	if (kind != AT_SET || !at_text(args, 0, name, sizeof(name)) || strcmp(name, "SC") != 0)
		return AT_CME(4);
	if (at_number(args, 1, -1) != 2)
		return AT_CME(3);
	at_print(modem, "+CLCK: %d", modem->config.pin[0] != '\0');
	return AT_OK;
}

static int own_number(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	if (kind == AT_EXECUTE)
		at_print(modem, "+CNUM: ,\"%s\",145", modem->config.number);
	return AT_OK;
}

/* --- network -------------------------------------------------------------- */

static int registration(struct modem *modem, enum at_kind kind, const char *args, const char *name,
			int *where)
{
	int state = modem_on_air(modem) ? 1 : modem_sim_ready(modem) ? 2 : 0;

	if (kind != AT_READ)
		return simple(modem, kind, args, name, where, 2);
	if (*where == 2 && state == 1)
		at_print(modem, "%s: 2,1,\"1A2B\",\"03C4\"", name);
	else
		at_print(modem, "%s: %d,%d", name, *where, state);
	return AT_OK;
}

static int creg(struct modem *modem, enum at_kind kind, const char *args)
{
	return registration(modem, kind, args, "+CREG", &modem->set.creg);
}

static int cgreg(struct modem *modem, enum at_kind kind, const char *args)
{
	return registration(modem, kind, args, "+CGREG", &modem->set.cgreg);
}

static int attached(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	if (kind == AT_READ)
		at_print(modem, "+CGATT: %d", modem_on_air(modem));
	return AT_OK;
}

static int operator_selection(struct modem *modem, enum at_kind kind, const char *args)
{
	static const char *const names[] = {"SIMULATOR", "SIM", "51089"};
	int mode;

	if (kind == AT_TEST) {
		at_print(modem, "+COPS: (2,\"SIMULATOR\",\"SIM\",\"51089\"),,(0-4),(0-2)");
		return AT_OK;
	}
	if (kind == AT_READ) {
		if (modem_on_air(modem))
			at_print(modem, "+COPS: 0,%d,\"%s\"", modem->set.cops_format,
				 names[modem->set.cops_format]);
		else
			at_print(modem, "+COPS: 0");
		return AT_OK;
	}
	mode = at_number(args, 0, 0);
	if (mode == 3) {
		int format = at_number(args, 1, 0);

		if (format < 0 || format > 2)
			return AT_CME(50);
		modem->set.cops_format = format;
	} else if (mode != 0) {
		return AT_CME(3);
	}
	return AT_OK;
}

static int signal_quality(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	if (kind == AT_TEST)
		at_print(modem, "+CSQ: (0-31,99),(0-7,99)");
	else
		at_print(modem, "+CSQ: %d,99", modem_on_air(modem) ? 21 : 99);
	return AT_OK;
}

static int battery(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	if (kind == AT_TEST)
		at_print(modem, "+CBC: (0-3),(0-100)");
	else
		at_print(modem, "+CBC: 0,100");
	return AT_OK;
}

static int functionality(struct modem *modem, enum at_kind kind, const char *args)
{
	if (kind == AT_READ) {
		at_print(modem, "+CFUN: 1");
		return AT_OK;
	}
	if (kind == AT_TEST) {
		at_print(modem, "+CFUN: (1),(0,1)");
		return AT_OK;
	}
	if (at_number(args, 0, -1) != 1)
		return AT_CME(4);
	if (at_number(args, 1, 0) == 1) {
		at_finish(modem, AT_OK);
		modem_reboot(modem, true);
		return AT_LATER;
	}
	return AT_OK;
}

static int clock_read(struct modem *modem, enum at_kind kind, const char *args)
{
	char text[32];

	(void)args;
	if (kind != AT_READ)
		return AT_OK;
	at_time(clock_wall(), NETWORK_ZONE, text);
	at_print(modem, "+CCLK: \"%s\"", text);
	return AT_OK;
}

/* --- character set -------------------------------------------------------- */

static const char *const charset_names[] = {"GSM", "IRA", "UCS2"};

static int charset(struct modem *modem, enum at_kind kind, const char *args)
{
	char name[16], plain[16] = {0};
	int known = modem->config.no_ucs2 ? CHARSET_UCS2 : CHARSET_UCS2 + 1;

	if (kind == AT_TEST) {
		at_print(modem, "+CSCS: (\"GSM\",\"IRA\"%s)",
			 modem->config.no_ucs2 ? "" : ",\"UCS2\"");
		return AT_OK;
	}
	if (kind == AT_READ) {
		at_print(modem, "+CSCS: \"%s\"", charset_names[modem->set.charset]);
		return AT_OK;
	}
	if (kind != AT_SET || !at_text(args, 0, name, sizeof(name)))
		return AT_ERROR;
	for (int i = 0; i < known; i++) {
		if (strcasecmp(name, charset_names[i]) == 0) {
			modem->set.charset = (enum charset)i;
			return AT_OK;
		}
	}
	/* under UCS2 some users write the name in UCS-2, too */
	for (size_t i = 0; i + 4 <= strlen(name) && i / 4 < sizeof(plain) - 1; i += 4) {
		unsigned c = 0;

		if (sscanf(name + i, "%4x", &c) == 1)
			plain[i / 4] = (char)c;
	}
	for (int i = 0; i < known; i++) {
		if (strcasecmp(plain, charset_names[i]) == 0) {
			modem->set.charset = (enum charset)i;
			return AT_OK;
		}
	}
	return AT_CME(50);
}

/* --- calls ---------------------------------------------------------------- */

static int hang_up(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	if (kind != AT_EXECUTE && kind != AT_SET)
		return AT_OK;
	if (modem->call.ringing && fault_take(&modem->faults.hang_up_refused))
		return AT_ERROR;
	modem_hang_up(modem, true);
	return AT_OK;
}

static int chup(struct modem *modem, enum at_kind kind, const char *args)
{
	return modem->config.no_chup ? AT_ERROR : hang_up(modem, kind, args);
}

/* Second calls are told; none come here. */
static int call_waiting(struct modem *modem, enum at_kind kind, const char *args)
{
	return simple(modem, kind, args, "+CCWA", &modem->set.ccwa, 1);
}

static int dial(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)kind;
	if (!modem_sim_ready(modem))
		return AT_CME(11);
	/* "*888#" may be dialled as well as sent by +CUSD; nobody answers voice */
	if (strchr(args, '#') != NULL) {
		char code[64];

		snprintf(code, sizeof(code), "%.*s", (int)strcspn(args, ";"), args);
		at_finish(modem, AT_OK);
		at_dial_ussd(modem, code);
		return AT_LATER;
	}
	at_print(modem, "NO CARRIER");
	at_finish(modem, AT_SILENCE);
	return AT_LATER;
}

static int calls(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	if (kind == AT_EXECUTE && modem->call.ringing)
		at_print(modem, "+CLCC: 1,1,4,0,0,\"%s\",%d", modem->call.from,
			 modem->call.from[0] ? 145 : 128);
	return AT_OK;
}

static int activity(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)args;
	if (kind == AT_EXECUTE)
		at_print(modem, "+CPAS: %d", modem->call.ringing ? 3 : 0);
	return AT_OK;
}

const struct at_command at_general[] = {
    {"E", set_echo, NEEDS_NOTHING},
    {"Z", profile, NEEDS_NOTHING},
    {"&F", profile, NEEDS_NOTHING},
    {"I", information, NEEDS_NOTHING},
    {"V", ignored, NEEDS_NOTHING},
    {"Q", ignored, NEEDS_NOTHING},
    {"X", ignored, NEEDS_NOTHING},
    {"&C", ignored, NEEDS_NOTHING},
    {"&D", ignored, NEEDS_NOTHING},
    {"&K", ignored, NEEDS_NOTHING},
    {"&W", ignored, NEEDS_NOTHING},
    {"H", hang_up, NEEDS_NOTHING},
    {"D", dial, NEEDS_NOTHING},
    {"+CGMI", manufacturer, NEEDS_NOTHING},
    {"+GMI", manufacturer, NEEDS_NOTHING},
    {"+CGMM", model, NEEDS_NOTHING},
    {"+GMM", model, NEEDS_NOTHING},
    {"+CGMR", revision, NEEDS_NOTHING},
    {"+GMR", revision, NEEDS_NOTHING},
    {"+CGSN", imei, NEEDS_NOTHING},
    {"+GSN", imei, NEEDS_NOTHING},
    {"+CIMI", imsi, NEEDS_SIM},
    {"+CNUM", own_number, NEEDS_SIM},
    {"+CMEE", error_format, NEEDS_NOTHING},
    {"+CPIN", pin, NEEDS_NOTHING},
    {"+CLCK", facility, NEEDS_NOTHING},
    {"+CREG", creg, NEEDS_NOTHING},
    {"+CGREG", cgreg, NEEDS_NOTHING},
    {"+CGATT", attached, NEEDS_NOTHING},
    {"+COPS", operator_selection, NEEDS_SIM},
    {"+CSQ", signal_quality, NEEDS_NOTHING},
    {"+CBC", battery, NEEDS_NOTHING},
    {"+CFUN", functionality, NEEDS_NOTHING},
    {"+CCLK", clock_read, NEEDS_NOTHING},
    {"+CSCS", charset, NEEDS_NOTHING},
    {"+CUSD", at_ussd, NEEDS_SIM},
    {"^CURC", ignored, NEEDS_NOTHING}, /* Huawei */
    {"^PORTSEL", ignored, NEEDS_NOTHING},
    {"+CLIP", clip, NEEDS_SIM},
    {"+CRC", cring, NEEDS_NOTHING},
    {"+CHUP", chup, NEEDS_NOTHING},
    {"+CCWA", call_waiting, NEEDS_SIM},
    {"+CLCC", calls, NEEDS_NOTHING},
    {"+CPAS", activity, NEEDS_NOTHING},
    {NULL, NULL, NEEDS_NOTHING},
};
