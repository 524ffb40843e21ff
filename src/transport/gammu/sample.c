/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/memory.h"

#include "sms.h"

struct sampler {
	char imei[GSM_MAX_IMEI_LENGTH + 1];
	char imsi[GSM_MAX_IMEI_LENGTH + 1];
	char model[GSM_MAX_MODEL_LENGTH + 1];
	int signal; /* percent, -1 unknown */
	enum network_state state;
	char network[64];
	GSM_SMSMemoryStatus storage;
	bool storage_known;
	GSM_NetworkInfo info; /* libGammu keeps its address */
};

struct sampler *sampler_new(void)
{
	struct sampler *sampler = xcalloc(1, sizeof *sampler);
	sampler->signal = -1;
	sampler->state = NETWORK_UNKNOWN;
	return sampler;
}

void sampler_free(struct sampler **sampler)
{
	free(*sampler);
	*sampler = NULL;
}

/* --- who and which SIM ---------------------------------------------------- */

static enum sim_state ask_sim_lock(struct link *link)
{
	GSM_SecurityCodeType type = SEC_None;
	if (!link_begin(link, PAUSE_PLAIN, 20000, "asking for the SIM's state"))
		return SIM_UNKNOWN;
	GSM_Error error = link_end(link, GSM_GetSecurityStatus(link_sm(link), &type));
	if (error == ERR_NOSIM)
		return SIM_ABSENT;
	if (error != ERR_NONE)
		return SIM_UNKNOWN;
	return type == SEC_None ? SIM_READY : type == SEC_Pin ? SIM_PIN : SIM_PUK;
}

enum sim_state sampler_identify(struct sampler *sampler, struct link *link)
{
	GSM_StateMachine *sm = link_sm(link);
	char value[512];
	if (link_begin(link, PAUSE_PLAIN, 10000, "asking for the IMEI")) {
		value[0] = 0;
		if (link_end(link, GSM_GetIMEI(sm, value)) == ERR_NONE)
			snprintf(sampler->imei, sizeof sampler->imei, "%.*s",
				 (int)sizeof sampler->imei - 1, value);
	}
	/* From libGammu's memory, not from the modem. */
	if (link_begin(link, PAUSE_PLAIN, 10000, "asking for the model")) {
		GSM_Error error = link_end(link, GSM_GetModel(sm, value));
		snprintf(sampler->model, sizeof sampler->model, "%.*s",
			 (int)sizeof sampler->model - 1, error == ERR_NONE ? value : "");
	}
	if (!link_begin(link, PAUSE_PLAIN, 10000, "asking for the IMSI"))
		return SIM_UNKNOWN;
	value[0] = 0;
	GSM_Error error = link_end(link, GSM_GetSIMIMSI(sm, value));
	/* CPIN? costs a second inside libGammu: only where the SIM is mute. */
	if (error == ERR_NONE && value[0]) {
		snprintf(sampler->imsi, sizeof sampler->imsi, "%.*s", (int)sizeof sampler->imsi - 1,
			 value);
		return SIM_READY;
	}
	if (error == ERR_NOSIM)
		return SIM_ABSENT;
	return ask_sim_lock(link);
}

/* --- what changes --------------------------------------------------------- */

static enum network_state network_of(const GSM_NetworkInfo *info)
{
	switch (info->State) {
	case GSM_HomeNetwork:
		return NETWORK_HOME;
	case GSM_RoamingNetwork:
		return NETWORK_ROAMING;
	case GSM_RequestingNetwork:
		return NETWORK_SEARCHING;
	case GSM_RegistrationDenied:
		return NETWORK_DENIED;
	case GSM_NoNetwork:
		return NETWORK_NONE;
	default:
		return NETWORK_UNKNOWN;
	}
}

static void take_network(struct sampler *sampler, struct link *link)
{
	if (!link_begin(link, PAUSE_PLAIN, 30000, "asking for the network"))
		return;
	memset(&sampler->info, 0, sizeof sampler->info);
	GSM_Error error = link_end(link, GSM_GetNetworkInfo(link_sm(link), &sampler->info));
	/* An old modem that knows no GPRS fails half-way: not known is no
	 * reason to send nothing. */
	sampler->state = error == ERR_NONE || sampler->info.State != 0 ? network_of(&sampler->info)
								       : NETWORK_UNKNOWN;
	char *name = sms_from_ucs2(sampler->info.NetworkName, sizeof sampler->info.NetworkName / 2);
	/* libGammu translates "62 10" to a name in its own table where it can. */
	snprintf(sampler->network, sizeof sampler->network, "%s",
		 name[0] ? name : sampler->info.NetworkCode);
	free(name);
}

enum network_state sampler_take(struct sampler *sampler, struct link *link)
{
	GSM_SignalQuality signal = {0};
	if (link_begin(link, PAUSE_PLAIN, 10000, "asking for the signal")) {
		GSM_Error error = link_end(link, GSM_GetSignalQuality(link_sm(link), &signal));
		sampler->signal = error == ERR_NONE ? signal.SignalPercent : -1;
	}
	take_network(sampler, link);
	if (link_begin(link, PAUSE_PLAIN, 20000, "asking for the storage")) {
		GSM_Error error =
		    link_end(link, GSM_GetSMSStatus(link_sm(link), &sampler->storage));
		sampler->storage_known = error == ERR_NONE;
	}
	return sampler->state;
}

/* --- telling -------------------------------------------------------------- */

static const char *const state_names[] = {"home",   "roaming", "searching",
					  "denied", "none",    "unknown"};

void sampler_storage(const struct sampler *sampler, int *used, int *places)
{
	const GSM_SMSMemoryStatus *s = &sampler->storage;
	*used = *places = 0;
	if (!sampler->storage_known)
		return;
	*used = s->SIMSize ? s->SIMUsed : s->PhoneUsed;
	*places = s->SIMSize ? s->SIMSize : s->PhoneSize;
	/* Both: the one that has less room left. */
	if (s->SIMSize && s->PhoneSize && s->PhoneSize - s->PhoneUsed < s->SIMSize - s->SIMUsed) {
		*used = s->PhoneUsed;
		*places = s->PhoneSize;
	}
}

json_t *sampler_details(const struct sampler *sampler)
{
	json_t *details = json_object();
	int used, places;
	sampler_storage(sampler, &used, &places);
	json_object_set_new(details, "signal",
			    sampler->signal >= 0 ? json_integer(sampler->signal) : json_null());
	/* Absent where it isn't UTF-8. */
	json_object_set_new(details, "network", json_string(sampler->network));
	json_object_set_new(details, "registration", json_string(state_names[sampler->state]));
	json_object_set_new(details, "imei", json_string(sampler->imei));
	json_object_set_new(details, "imsi", json_string(sampler->imsi));
	json_object_set_new(details, "model", json_string(sampler->model));
	if (places > 0) {
		json_object_set_new(details, "storage_used", json_integer(used));
		json_object_set_new(details, "storage_places", json_integer(places));
	}
	return details;
}

void sampler_words(const struct sampler *sampler, char *out, size_t size)
{
	struct strbuf words = {0};
	int used, places;
	sampler_storage(sampler, &used, &places);
	strbuf_puts(&words, "");
	if (sampler->signal >= 0)
		strbuf_printf(&words, "signal %d %%", sampler->signal);
	if (sampler->network[0])
		strbuf_printf(&words, "%s%s", words.length ? ", " : "", sampler->network);
	if (sampler->state == NETWORK_ROAMING)
		strbuf_puts(&words, " (roaming)");
	if (places > 0)
		strbuf_printf(&words, "%sstorage %d of %d", words.length ? ", " : "", used, places);
	snprintf(out, size, "%s", words.text);
	strbuf_free(&words);
}
