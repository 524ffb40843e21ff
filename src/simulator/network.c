/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/text.h"

#include "events.h"
#include "names.h"

#define BUCKETS 1024
#define USSD_MAX 64

/* A TPDU in the service centre. */
struct waiting {
	struct waiting *next;
	char peer[24];
	uint8_t length;
	uint8_t tpdu[PDU_TPDU_MAX];
};

struct sim {
	struct modem *modem;
	struct waiting *first, **end;
	size_t count;
	bool pumping;
};

/* A SUBMIT that waits until its handset can be reached. */
struct parked {
	struct parked *next;
	struct modem *from;
	int64_t sent;
	struct pdu pdu;
};
#define PARKED_MAX 1000

struct network {
	struct loop *loop;
	char *dir;
	struct sim sims[NETWORK_MODEMS_MAX];
	size_t sim_count;
	struct handset *handsets[BUCKETS];
	struct parked *parked;
	size_t parked_count;
	struct events *events;
	struct names *names;
	int64_t last_id;
	struct {
		char code[32];
		struct ussd_answer answer;
	} ussd[USSD_MAX];
	size_t ussd_count;
};

struct network *network_new(struct loop *loop, const char *dir)
{
	struct network *network = xcalloc(1, sizeof(*network));

	network->loop = loop;
	network->dir = xstrdup(dir);
	network->events = events_new();
	network->names = names_new(dir);
	network_set_ussd(network, "*888#", "Sisa pulsa Anda Rp {credit}, aktif s.d. {until}.", 0,
			 false);
	network_set_ussd(network, "*123#", "1 Pulsa\n2 Paket\n3 Info", 1, false);
	return network;
}

static void free_sim(struct sim *sim)
{
	modem_free(&sim->modem);
	while (sim->first != NULL) {
		struct waiting *next = sim->first->next;

		free(sim->first);
		sim->first = next;
	}
}

void network_free(struct network **network)
{
	struct network *n = *network;

	if (n == NULL)
		return;
	for (size_t i = 0; i < n->sim_count; i++)
		free_sim(&n->sims[i]);
	while (n->parked != NULL) {
		struct parked *next = n->parked->next;

		free(n->parked);
		n->parked = next;
	}
	for (size_t i = 0; i < BUCKETS; i++) {
		while (n->handsets[i] != NULL) {
			struct handset *next = n->handsets[i]->next;

			handset_free(&n->handsets[i]);
			n->handsets[i] = next;
		}
	}
	for (size_t i = 0; i < n->ussd_count; i++)
		free(n->ussd[i].answer.text);
	events_free(&n->events);
	names_free(&n->names);
	free(n->dir);
	free(n);
	*network = NULL;
}

struct loop *network_loop(struct network *network)
{
	return network->loop;
}

const char *network_dir(const struct network *network)
{
	return network->dir;
}

struct events *network_events(struct network *network)
{
	return network->events;
}

int64_t network_next_id(struct network *network)
{
	return ++network->last_id;
}

bool network_number(const char *in, char out[static 24])
{
	char e164[MSISDN_MAX];
	size_t n = strlen(in);

	if (msisdn_parse(in, NETWORK_COUNTRY, e164) == MSISDN_OK) {
		memcpy(out, e164, strlen(e164) + 1);
		return true;
	}
	if (n == 0 || n > 20 || strspn(in, "0123456789*#") != n)
		return false;
	memcpy(out, in, n + 1);
	return true;
}

bool network_who(struct network *network, const char *who, char out[static 24])
{
	return names_find(network->names, who, out);
}

/* --- SIMs ----------------------------------------------------------------- */

int network_add_modem(struct network *network, const struct modem_config *config,
		      struct modem **out, struct errbuf *err)
{
	struct sim *sim;

	*out = NULL;
	if (network->sim_count == NETWORK_MODEMS_MAX)
		return err_set(err, -ENOSPC, "no more than %d modems", NETWORK_MODEMS_MAX);
	for (size_t i = 0; i < network->sim_count; i++) {
		const struct modem_config *other = &network->sims[i].modem->config;

		if (strcmp(other->name, config->name) == 0 ||
		    strcmp(other->number, config->number) == 0)
			return err_set(err, -EEXIST, "modem %s: its name or number is taken",
				       config->name);
	}
	sim = &network->sims[network->sim_count];
	memset(sim, 0, sizeof(*sim));
	sim->end = &sim->first;
	sim->modem = modem_new(network, network->loop, config);
	network->sim_count++;
	*out = sim->modem;
	return 0;
}

struct modem *network_modem_at(struct network *network, size_t index)
{
	return index < network->sim_count ? network->sims[index].modem : NULL;
}

struct modem *network_modem(struct network *network, const char *name_or_number)
{
	char number[24];
	bool is_number;

	if (name_or_number == NULL)
		return network_modem_at(network, 0);
	is_number = network_number(name_or_number, number);
	for (size_t i = 0; i < network->sim_count; i++) {
		const struct modem_config *config = &network->sims[i].modem->config;

		if (strcmp(config->name, name_or_number) == 0 ||
		    (is_number && strcmp(config->number, number) == 0))
			return network->sims[i].modem;
	}
	return NULL;
}

static struct sim *sim_of(struct network *network, const struct modem *modem)
{
	for (size_t i = 0; i < network->sim_count; i++)
		if (network->sims[i].modem == modem)
			return &network->sims[i];
	return NULL;
}

size_t network_waiting(struct network *network, const struct modem *modem)
{
	const struct sim *sim = sim_of(network, modem);

	return sim ? sim->count : 0;
}

void network_pump(struct network *network, struct modem *modem)
{
	struct sim *sim = sim_of(network, modem);

	if (sim == NULL || sim->pumping)
		return;
	sim->pumping = true;
	while (sim->first != NULL && modem_on_air(modem)) {
		struct waiting *w = sim->first;

		if (!modem_deliver(modem, w->tpdu, w->length, w->peer))
			break;
		sim->first = w->next;
		if (sim->first == NULL)
			sim->end = &sim->first;
		sim->count--;
		free(w);
	}
	sim->pumping = false;
}

int network_send(struct network *network, struct modem *to, const char *from, const uint8_t *tpdu,
		 size_t n, struct errbuf *err)
{
	struct sim *sim = sim_of(network, to);
	struct waiting *w;

	if (sim->count == NETWORK_QUEUE_MAX)
		return err_set(err, -ENOSPC, "%zu messages wait for %s", sim->count,
			       to->config.name);
	w = xcalloc(1, sizeof(*w));
	strncpy(w->peer, from, sizeof(w->peer) - 1);
	w->length = (uint8_t)n;
	memcpy(w->tpdu, tpdu, n);
	*sim->end = w;
	sim->end = &w->next;
	sim->count++;
	network_pump(network, to);
	return 0;
}

/* --- from a modem --------------------------------------------------------- */

static void report(struct network *network, struct modem *to, const struct pdu *submit,
		   int64_t sent, uint8_t status)
{
	struct pdu pdu = {.type = PDU_REPORT,
			  .peer = submit->peer,
			  .reference = submit->reference,
			  .sent = sent,
			  .done = clock_wall(),
			  .zone = NETWORK_ZONE,
			  .status = status};
	uint8_t tpdu[PDU_TPDU_MAX];
	int n = pdu_encode(&pdu, tpdu);

	if (submit->report_asked && n > 0 &&
	    network_send(network, to, pdu.peer.text, tpdu, (size_t)n, NULL) != 0)
		network_event(network, "%s: report dropped", to->config.name);
}

/* From SIM to SIM: the SUBMIT becomes a DELIVER. */
static void to_sim(struct network *network, struct modem *from, struct modem *to,
		   const struct pdu *submit)
{
	struct pdu pdu = *submit;
	uint8_t tpdu[PDU_TPDU_MAX];
	int n;

	pdu.type = PDU_DELIVER;
	pdu.more = false;
	pdu.sent = clock_wall();
	pdu.zone = NETWORK_ZONE;
	memcpy(pdu.peer.text, from->config.number, sizeof(from->config.number));
	n = pdu_encode(&pdu, tpdu);
	if (n > 0 && network_send(network, to, from->config.number, tpdu, (size_t)n, NULL) != 0)
		network_event(network, "%s: message dropped", to->config.name);
}

static void to_handset(struct network *network, struct modem *from, struct handset *handset,
		       const struct pdu *pdu, int64_t sent)
{
	const struct received *message;

	if (handset->fail_status >= 0) {
		report(network, from, pdu, sent, (uint8_t)handset->fail_status);
		return;
	}
	message =
	    handset_receive(handset, from->config.number, pdu, clock_wall(), network->last_id + 1);
	if (message != NULL) {
		json_t *event = handset_message_json(handset, message);

		network->last_id++;
		json_object_set_new(event, "modem", json_string(from->config.name));
		network_tell(network, event);
	}
	report(network, from, pdu, sent, 0);
}

static int park(struct network *network, struct modem *from, const struct pdu *pdu)
{
	struct parked **end = &network->parked, *fresh;

	if (network->parked_count == PARKED_MAX)
		return 42; /* congestion */
	while (*end != NULL)
		end = &(*end)->next;
	fresh = xcalloc(1, sizeof(*fresh));
	fresh->from = from;
	fresh->sent = clock_wall();
	fresh->pdu = *pdu;
	*end = fresh;
	network->parked_count++;
	return 0;
}

int network_submit(struct network *network, struct modem *from, const struct pdu *pdu)
{
	struct modem *to = network_modem(network, pdu->peer.text);
	struct handset *handset;

	network_event(network, "%s: submit %d to %s, %zu octets", from->config.name, pdu->reference,
		      pdu->peer.text, pdu_ud_octets(pdu));
	from->credit.amount -= from->credit.price;
	if (to != NULL) {
		to_sim(network, from, to, pdu);
		report(network, from, pdu, clock_wall(), 0);
		return 0;
	}
	handset = network_handset(network, pdu->peer.text);
	if (handset == NULL)
		return 28; /* unidentified subscriber */
	if (handset->off)
		return park(network, from, pdu);
	to_handset(network, from, handset, pdu, clock_wall());
	return 0;
}

/* --- handsets ------------------------------------------------------------- */

static size_t bucket_of(const char *number)
{
	size_t hash = 5381;

	for (; *number; number++)
		hash = hash * 33 + (unsigned char)*number;
	return hash % BUCKETS;
}

struct handset *network_handset(struct network *network, const char *number)
{
	char e164[24];
	struct handset **at, *h;

	if (!network_number(number, e164))
		return NULL;
	at = &network->handsets[bucket_of(e164)];
	for (h = *at; h != NULL; h = h->next)
		if (strcmp(h->number, e164) == 0)
			return h;
	h = handset_new(e164);
	h->next = *at;
	*at = h;
	return h;
}

void network_each_handset(struct network *network, void (*fn)(struct handset *, void *), void *arg)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct handset *h = network->handsets[i]; h != NULL; h = h->next)
			fn(h, arg);
}

void network_reach(struct network *network, struct handset *handset, bool on)
{
	struct parked **at = &network->parked;

	handset->off = !on;
	while (on && *at != NULL) {
		struct parked *p = *at;

		if (network_handset(network, p->pdu.peer.text) != handset) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		network->parked_count--;
		to_handset(network, p->from, handset, &p->pdu, p->sent);
		free(p);
	}
}

/* --- services ------------------------------------------------------------- */

const struct ussd_answer *network_ussd(struct network *network, const char *code)
{
	for (size_t i = 0; i < network->ussd_count; i++)
		if (strcmp(network->ussd[i].code, code) == 0)
			return &network->ussd[i].answer;
	return NULL;
}

void network_set_ussd(struct network *network, const char *code, const char *text, int status,
		      bool hex)
{
	size_t i = 0;

	while (i < network->ussd_count && strcmp(network->ussd[i].code, code) != 0)
		i++;
	if (i == USSD_MAX)
		i = USSD_MAX - 1;
	if (i == network->ussd_count)
		network->ussd_count++;
	free(network->ussd[i].answer.text);
	snprintf(network->ussd[i].code, sizeof(network->ussd[i].code), "%s", code);
	network->ussd[i].answer = (struct ussd_answer){xstrdup(text), status, hex};
}
