/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "faults.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"

#include "at.h"
#include "network.h"

bool fault_take(int *count)
{
	if (*count == 0)
		return false;
	if (*count > 0)
		--*count;
	return true;
}

/* Fills every free slot of the receiving memory with the operator's
 * advertising, so that the modem truly is full. */
static void fill_memory(struct modem *modem)
{
	struct pdu pdu = {.type = PDU_DELIVER, .zone = NETWORK_ZONE, .sent = clock_wall()};
	struct pdu_split how = {.message_class = -1};
	uint8_t tpdu[PDU_TPDU_MAX];
	int n;

	strcpy(pdu.peer.text, "PROMO");
	if (pdu_split_text("Beli paket data, dapat bonus! Hub *123#", &how, &pdu, &pdu, 1) != 1)
		return;
	n = pdu_encode(&pdu, tpdu);
	while (n > 0 && storage_put(modem->set.receive, STORED_READ, tpdu, (size_t)n) > 0)
		;
}

static int cms_error(struct modem *modem, int value, int count)
{
	modem->faults.cms_error = value;
	modem->faults.cms_count = count;
	return 0;
}

static int hang(struct modem *modem, int value, int count)
{
	(void)value;
	(void)count;
	modem->faults.hang = true;
	at_reset(modem);
	return 0;
}

static int garbage(struct modem *modem, int value, int count)
{
	(void)count;
	modem->faults.garbage = value < 0 ? -1 : value > 0 ? value - 1 : 0;
	modem_urc(modem, NULL, "%s", "^NWTIME: 26/05/12,02:14:00+28,00");
	return 0;
}

static int reboot(struct modem *modem, int value, int count)
{
	(void)value;
	(void)count;
	modem_reboot(modem, true);
	return 0;
}

static int full(struct modem *modem, int value, int count)
{
	(void)value;
	(void)count;
	fill_memory(modem);
	return 0;
}

static int no_network(struct modem *modem, int value, int count)
{
	(void)value;
	(void)count;
	modem->faults.no_network = true;
	if (modem->set.creg > 0)
		modem_urc(modem, NULL, "+CREG: 2");
	return 0;
}

static int slow(struct modem *modem, int value, int count)
{
	(void)count;
	modem->faults.slow_ms = value;
	return 0;
}

static int partial(struct modem *modem, int value, int count)
{
	(void)count;
	modem->faults.chunk = value;
	if (modem->pty != NULL)
		pty_set_chunk(modem->pty, (size_t)value);
	return 0;
}

static int want_pin(struct modem *modem, int value, int count)
{
	(void)value;
	(void)count;
	if (modem->config.pin[0] == '\0')
		strcpy(modem->config.pin, "1234");
	modem->pin_entered = false;
	return 0;
}

static int echo_fault(struct modem *modem, int value, int count)
{
	(void)count;
	modem->faults.echo = value;
	return 0;
}

static int unplug(struct modem *modem, int value, int count)
{
	(void)value;
	(void)count;
	modem_unplug(modem);
	return 0;
}

#define COUNTED(name)                                                                              \
	static int name(struct modem *modem, int value, int count)                                 \
	{                                                                                          \
		(void)count;                                                                       \
		modem->faults.name = value;                                                        \
		return 0;                                                                          \
	}
COUNTED(lost_answer)
COUNTED(prompt_lost)
COUNTED(lost_notice)
COUNTED(duplicate_notice)
COUNTED(ussd_lost)
COUNTED(ussd_refused)
COUNTED(cusd_error)
COUNTED(hang_up_refused)

static const struct {
	const char *name;
	const char *arguments;
	int fallback; /* of the first argument; -2: it must be given */
	int max;
	int (*start)(struct modem *modem, int value, int count);
	const char *what;
} table[] = {
    {"cms-error", "CODE [N]", -2, 999, cms_error, "+CMGS answers +CMS ERROR: CODE (N times)"},
    {"cmgs-lost-answer", "[N]", 1, 9999, lost_answer, "the message goes, the answer doesn't come"},
    {"prompt-lost", "[N]", 1, 9999, prompt_lost, "no \"> \" after +CMGS"},
    {"hang", "", 0, 0, hang, "no answer to anything, nothing received"},
    {"garbage", "[N]", 1, 9999, garbage, "N unknown lines: one now, then before answers"},
    {"reboot", "", 0, 0, reboot, "defaults again (+CNMI off), boot lines"},
    {"full", "", 0, 0, full, "every free slot filled with advertising"},
    {"lost-notice", "[N]", 1, 9999, lost_notice, "messages are stored without +CMTI"},
    {"duplicate-notice", "[N]", 1, 9999, duplicate_notice, "+CMTI comes twice"},
    {"ussd-lost", "[N]", 1, 9999, ussd_lost, "+CUSD answers OK, then nothing comes"},
    {"ussd-refused", "[N]", 1, 9999, ussd_refused, "the network answers +CUSD: 4"},
    {"cusd-error", "[N]", 1, 9999, cusd_error, "+CUSD answers +CME ERROR: 100"},
    {"hang-up-refused", "[N]", 1, 9999, hang_up_refused, "+CHUP and H answer ERROR to a call"},
    {"no-network", "", 0, 0, no_network, "not registered, +CMGS fails with 331"},
    {"slow", "MS", -2, 600000, slow, "so much more air time per message"},
    {"partial", "BYTES", 3, 4096, partial, "answers come in pieces, 1 ms apart"},
    {"pin", "", 0, 0, want_pin, "the SIM wants its PIN again (1234 if it had none)"},
    {"echo", "0|1|2|3", -2, 3, echo_fault, "right, never, twice, with a line feed"},
    {"unplug", "", 0, 0, unplug, "the line hangs up, its link goes; `plug` brings it back"},
};
#define FAULTS (sizeof(table) / sizeof(table[0]))

static int take_number(char **words, size_t n, size_t at, int fallback, int max, int *out,
		       struct errbuf *err)
{
	char *end;
	long value;

	*out = fallback;
	if (at >= n) {
		if (fallback == -2)
			return err_set(err, -EINVAL, "%s needs a number", words[0]);
		return 0;
	}
	value = strtol(words[at], &end, 10);
	if (end == words[at] || *end || value < -1 || value > max)
		return err_set(err, -EINVAL, "%s: \"%s\" is no number up to %d", words[0],
			       words[at], max);
	*out = (int)value;
	return 0;
}

int fault_set(struct modem *modem, char **words, size_t n, struct errbuf *err)
{
	int value, count, code;

	for (size_t i = 0; n > 0 && i < FAULTS; i++) {
		if (strcmp(words[0], table[i].name) != 0)
			continue;
		code = take_number(words, n, 1, table[i].fallback, table[i].max, &value, err);
		if (code == 0)
			code = take_number(words, n, 2, 1, 9999, &count, err);
		return code ? code : table[i].start(modem, value, count);
	}
	return err_set(err, -EINVAL, "no such fault: %s (try `faults`)", n > 0 ? words[0] : "");
}

void fault_recover(struct modem *modem)
{
	bool was_away = modem->faults.no_network;

	modem->faults = (struct faults){0};
	if (modem->pty != NULL)
		pty_set_chunk(modem->pty, 0);
	if (was_away && modem->set.creg > 0)
		modem_urc(modem, NULL, "+CREG: 1%s",
			  modem->set.creg == 2 ? ",\"1A2B\",\"03C4\"" : "");
	at_flush_urcs(modem);
	network_pump(modem->network, modem);
}

void fault_list(struct strbuf *out)
{
	for (size_t i = 0; i < FAULTS; i++)
		strbuf_printf(out, "    %-16s %-8s  %s\n", table[i].name, table[i].arguments,
			      table[i].what);
}
