/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"

#include "at.h"
#include "network.h"

#define RING_MS 3000
#define PIN_TRIES 3

struct modem *modem_new(struct network *network, struct loop *loop,
			const struct modem_config *config)
{
	struct modem *modem = xcalloc(1, sizeof(*modem));

	modem->network = network;
	modem->loop = loop;
	modem->config = *config;
	modem->pin_tries = PIN_TRIES;
	modem->credit = (struct modem_credit){27450, 0, "31-12-2027"};
	storage_init(&modem->sm, "SM", config->sim);
	storage_init(&modem->me, "ME", config->me);
	storage_init(&modem->sr, "SR", config->sr);
	at_init(modem);
	modem_reboot(modem, false);
	return modem;
}

static void drop_urcs(struct modem *modem)
{
	for (; modem->urc_count > 0; modem->urc_count--) {
		struct urc *urc = &modem->urcs[modem->urc_first];

		free(urc->text);
		free(urc->peer);
		modem->urc_first = (modem->urc_first + 1) % URC_MAX;
	}
}

void modem_free(struct modem **modem)
{
	struct modem *m = *modem;

	if (m == NULL)
		return;
	pty_close(&m->pty);
	drop_urcs(m);
	timer_free(&m->call.timer);
	at_free(m);
	storage_free(&m->sm);
	storage_free(&m->me);
	storage_free(&m->sr);
	free(m);
	*modem = NULL;
}

void modem_reboot(struct modem *modem, bool lines)
{
	struct modem_settings *set = &modem->set;
	struct storage *memory = modem->sm.size > 0 ? &modem->sm : &modem->me;

	memset(set, 0, sizeof(*set));
	set->echo = true;
	set->charset = CHARSET_IRA;
	set->csmp[0] = 17;
	set->csmp[1] = 167;
	set->read = set->write = set->receive = memory;
	memcpy(set->smsc, modem->config.smsc, sizeof(set->smsc));
	modem->ussd_open = false;
	modem->pin_entered = modem->config.pin[0] == '\0';
	drop_urcs(modem);
	at_reset(modem);
	modem_hang_up(modem, false);
	if (!lines)
		return;
	modem_urc(modem, NULL, "RDY");
	modem_urc(modem, NULL, "+CFUN: 1");
	modem_urc(modem, NULL, "+CPIN: %s", modem->pin_entered ? "READY" : "SIM PIN");
	if (modem->pin_entered) {
		modem_urc(modem, NULL, "Call Ready");
		modem_urc(modem, NULL, "SMS Ready");
	}
	network_pump(modem->network, modem);
}

/* --- the line ------------------------------------------------------------- */

static void on_received(void *arg, const char *bytes, size_t n)
{
	at_receive(arg, bytes, n);
}

static void on_users(void *arg, int users)
{
	struct modem *modem = arg;

	if (users > 0)
		modem->counts.opened++;
	network_event(modem->network, "%s: line is %s", modem->config.name,
		      users > 0 ? "open" : "closed");
}

int modem_plug(struct modem *modem, const char *as, struct errbuf *err)
{
	const struct pty_callbacks callbacks = {on_received, on_users, modem};
	const char *name = as ? as : modem->config.name;
	char *link;
	int code;

	if (modem->pty != NULL)
		return 0;
	if (strchr(name, '/') != NULL)
		return err_set(err, -EINVAL, "%s: a name without slashes is needed", name);
	link = xasprintf("%s/%s", network_dir(modem->network), name);
	code = pty_open(&modem->pty, modem->loop, link, &callbacks, err);
	free(link);
	if (code != 0)
		return code;
	pty_set_chunk(modem->pty, (size_t)modem->faults.chunk);
	modem_reboot(modem, false);
	network_event(modem->network, "%s: plugged in as %s (%s)", modem->config.name,
		      pty_link(modem->pty), pty_slave(modem->pty));
	network_tell(modem->network, json_pack("{s:s, s:s, s:s}", "event", "plugged", "modem",
					       modem->config.name, "path", pty_link(modem->pty)));
	network_pump(modem->network, modem);
	return 0;
}

void modem_unplug(struct modem *modem)
{
	if (modem->pty == NULL)
		return;
	pty_close(&modem->pty);
	modem_reboot(modem, false);
	network_event(modem->network, "%s: unplugged", modem->config.name);
	network_tell(modem->network,
		     json_pack("{s:s, s:s}", "event", "unplugged", "modem", modem->config.name));
}

void modem_urc(struct modem *modem, const char *peer, const char *fmt, ...)
{
	struct urc *urc;
	va_list args;

	if (modem->urc_count == URC_MAX) {
		urc = &modem->urcs[modem->urc_first];
		free(urc->text);
		free(urc->peer);
		modem->urc_first = (modem->urc_first + 1) % URC_MAX;
		modem->urc_count--;
	}
	urc = &modem->urcs[(modem->urc_first + modem->urc_count++) % URC_MAX];
	va_start(args, fmt);
	if (vasprintf(&urc->text, fmt, args) < 0)
		fatal("out of memory");
	va_end(args);
	urc->peer = peer ? xstrdup(peer) : NULL;
	at_flush_urcs(modem);
}

/* --- the air -------------------------------------------------------------- */

bool modem_sim_ready(const struct modem *modem)
{
	return modem->pin_entered;
}

bool modem_on_air(const struct modem *modem)
{
	return modem->pty != NULL && modem_sim_ready(modem) && !modem->faults.no_network &&
	       !modem->faults.hang;
}

static struct strbuf hex_of(const struct modem *modem, const uint8_t *tpdu, size_t n)
{
	uint8_t smsc[12];
	struct strbuf hex = {0};

	hex_put(&hex, smsc, pdu_put_smsc(modem->set.smsc, smsc));
	hex_put(&hex, tpdu, n);
	return hex;
}

static void announce(struct modem *modem, const char *what, const struct storage *where, int index,
		     const char *peer)
{
	/* <mode> 0: kept in the TA's buffer (TS 27.005 §3.4.1), which here has
	 * no room */
	if (modem->set.cnmi[0] == 0 || fault_take(&modem->faults.lost_notice))
		return;
	modem->counts.notices++;
	modem_urc(modem, peer, "%s: \"%s\",%d", what, where->name, index);
	if (fault_take(&modem->faults.duplicate_notice))
		modem_urc(modem, NULL, "%s: \"%s\",%d", what, where->name, index);
}

/* Direct to the user (+CMT, +CDS), not stored. */
static void pass_on(struct modem *modem, const char *what, const uint8_t *tpdu, size_t n,
		    const char *peer)
{
	struct strbuf hex = hex_of(modem, tpdu, n);

	modem->counts.notices++;
	modem_urc(modem, peer, "%s%zu\r\n%s", what, n, hex.text);
	strbuf_free(&hex);
}

static bool deliver_report(struct modem *modem, const uint8_t *tpdu, size_t n)
{
	struct storage *where = modem->sr.size > 0 ? &modem->sr : modem->set.receive;
	int index;

	if (modem->set.cnmi[3] == 1) {
		pass_on(modem, "+CDS: ", tpdu, n, NULL);
	} else if (modem->set.cnmi[3] == 2) {
		index = storage_put(where, STORED_UNREAD, tpdu, n);
		if (index < 0)
			return false;
		announce(modem, "+CDSI", where, index, NULL);
	}
	modem->counts.reports++;
	return true;
}

bool modem_deliver(struct modem *modem, const uint8_t *tpdu, size_t n, const char *peer)
{
	struct storage *where = modem->set.receive;
	int mt = modem->set.cnmi[1], message_class, index;
	struct pdu pdu;

	if ((tpdu[0] & 3) == 2)
		return deliver_report(modem, tpdu, n);
	message_class = pdu_decode(tpdu, n, false, &pdu, NULL) == 0 ? pdu_class(pdu.dcs) : -1;
	/* TS 27.005 §3.4.1 table 2: class 2 belongs on the SIM, class 3 goes
	 * to the user with <mt> 3. Without a display class 0 is stored. */
	if (message_class == 2 && modem->sm.size > 0)
		where = &modem->sm;
	else if (mt == 2 || (mt == 3 && message_class == 3)) {
		pass_on(modem, "+CMT: ,", tpdu, n, peer);
		modem->counts.delivered++;
		return true;
	}
	index = storage_put(where, STORED_UNREAD, tpdu, n);
	if (index < 0)
		return false;
	modem->counts.delivered++;
	network_event(modem->network, "%s: %s,%d holds a message of %s", modem->config.name,
		      where->name, index, peer);
	if (mt != 0)
		announce(modem, "+CMTI", where, index, peer);
	return true;
}

/* --- calls ---------------------------------------------------------------- */

static void ring_once(void *arg)
{
	struct modem *modem = arg;
	struct modem_call *call = &modem->call;

	if (call->rings_left-- <= 0) {
		modem_hang_up(modem, false);
		return;
	}
	call->rings++;
	modem_urc(modem, NULL, modem->set.crc ? "+CRING: VOICE" : "RING");
	/* TS 27.007 §7.6: <CLI validity> 1 is a number that is withheld */
	if (modem->set.clip && call->from[0] == '\0')
		modem_urc(modem, NULL, "+CLIP: \"\",128,,,,1");
	else if (modem->set.clip)
		modem_urc(modem, NULL, "+CLIP: \"%s\",%d,,,,0", call->from,
			  call->from[0] == '+' ? 145 : 129);
	timer_set(call->timer, modem->config.ring_ms > 0 ? modem->config.ring_ms : RING_MS);
}

void modem_ring(struct modem *modem, const char *from, int rings)
{
	struct modem_call *call = &modem->call;

	if (call->timer == NULL)
		call->timer = timer_new(modem->loop, ring_once, modem);
	strncpy(call->from, from, sizeof(call->from) - 1);
	call->ringing = true;
	call->rings_left = rings;
	call->rings = 0;
	call->since = clock_mono_ms();
	network_event(modem->network, "%s: %s calls", modem->config.name,
		      from[0] ? from : "somebody");
	ring_once(modem);
}

void modem_hang_up(struct modem *modem, bool by_user)
{
	struct modem_call *call = &modem->call;

	if (!call->ringing)
		return;
	call->ringing = false;
	timer_clear(call->timer);
	if (!by_user)
		modem_urc(modem, NULL, "NO CARRIER");
	network_event(modem->network, "%s: the call of %s ends, %s hung up", modem->config.name,
		      call->from[0] ? call->from : "somebody", by_user ? "modem" : "caller");
	network_tell(modem->network,
		     json_pack("{s:s, s:s, s:s, s:s, s:i, s:I}", "event", "call_ended", "modem",
			       modem->config.name, "from", call->from, "by",
			       by_user ? "modem" : "caller", "rings", call->rings, "ms",
			       (json_int_t)(clock_mono_ms() - call->since)));
}
