/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_SAMPLE_H
#define TRANSPORT_GAMMU_SAMPLE_H

#include <jansson.h>

#include "link.h"

/* What the modem says about itself: signal, network, SIM, storage. */
struct sampler;
struct sampler *sampler_new(void);
/* Only after the link: libGammu keeps a pointer to the network's answer. */
void sampler_free(struct sampler **sampler);

enum sim_state { SIM_READY, SIM_PIN, SIM_PUK, SIM_ABSENT, SIM_UNKNOWN };
/* Asks the SIM, and the modem who it is. */
enum sim_state sampler_identify(struct sampler *sampler, struct link *link);

enum network_state {
	NETWORK_HOME,
	NETWORK_ROAMING,
	NETWORK_SEARCHING,
	NETWORK_DENIED,
	NETWORK_NONE,
	NETWORK_UNKNOWN
};
/* Asks for everything that changes. */
enum network_state sampler_take(struct sampler *sampler, struct link *link);

/* A new object: signal (percent or null), network, registration, imei, imsi,
 * model, storage … */
json_t *sampler_details(const struct sampler *sampler);
/* "signal 71 %, TELKOMSEL, storage 3/30" */
void sampler_words(const struct sampler *sampler, char *out, size_t size);
/* Places taken and there in the storage that fills first; 0 0 unknown. */
void sampler_storage(const struct sampler *sampler, int *used, int *places);

#endif
