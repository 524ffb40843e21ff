/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/modem.h"

#include <errno.h>
#include <limits.h>

#include "find.h"
#include "link.h"
#include "sample.h"

static void ignore_notice(struct place place, void *arg)
{
	(void)place;
	(void)arg;
}

static void ignore_direct(const GSM_SMSMessage *sms, void *arg)
{
	(void)sms;
	(void)arg;
}

static void ignore_sent(int status, int reference, void *arg)
{
	(void)status;
	(void)reference;
	(void)arg;
}

static void ignore_ussd(GSM_USSDStatus status, const char *text, void *arg)
{
	(void)status;
	(void)text;
	(void)arg;
}

static int look(struct link *link, struct sampler *sampler, struct strbuf *words)
{
	char text[160];
	switch (sampler_identify(sampler, link)) {
	case SIM_PIN:
		strbuf_puts(words, "; the SIM asks for its PIN: see pin_file");
		return -EACCES;
	case SIM_PUK:
		strbuf_puts(words,
			    "; the SIM is locked and asks for its PUK: unlock it in a phone");
		return -EACCES;
	case SIM_ABSENT:
		strbuf_puts(words, "; no SIM inside");
		return -ENODEV;
	case SIM_READY:
	case SIM_UNKNOWN:
		break;
	}
	enum network_state network = sampler_take(sampler, link);
	json_t *details = sampler_details(sampler);
	const char *model = json_string_value(json_object_get(details, "model"));
	const char *imei = json_string_value(json_object_get(details, "imei"));
	strbuf_printf(words, ": %s, IMEI %s", model ? model : "?", imei ? imei : "?");
	json_decref(details);
	sampler_words(sampler, text, sizeof text);
	strbuf_printf(words, ", %s", text);
	if (link_health(link) != LINK_WELL) {
		strbuf_printf(words, "; %s", link_trouble(link));
		return -EIO;
	}
	if (network == NETWORK_SEARCHING || network == NETWORK_NONE || network == NETWORK_DENIED) {
		strbuf_puts(words, "; not registered in a network: check antenna, SIM and its "
				   "validity");
		return -ENETDOWN;
	}
	return 0;
}

int modem_probe(const struct conf_modem *conf, struct strbuf *words)
{
	struct errbuf err = {0};
	char device[PATH_MAX];
	struct link_events events = {ignore_notice, ignore_direct, ignore_sent, ignore_ussd, NULL};
	struct trace *trace = trace_new("", conf->name, 0);
	struct link *link = link_new(conf, trace, &events);
	struct sampler *sampler = sampler_new();
	pause_set_send(conf->send_pause_ms);
	int result = find_device(conf, "", device, sizeof device, NULL, NULL, &err);
	if (result == 0)
		result = link_open(link, device, &err);
	if (result == 0) {
		strbuf_printf(words, "%s", device);
		result = look(link, sampler, words);
	} else {
		strbuf_puts(words, err.text);
	}
	link_free(&link);
	sampler_free(&sampler);
	trace_free(&trace);
	return result;
}
