/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "at.h"
#include "network.h"

/* The message commands of TS 27.005. Text mode is here for people at a
 * terminal: programs use PDU mode. */

#define CMS_NOT_SUPPORTED 303
#define CMS_BAD_PDU 304
#define CMS_BAD_TEXT 305
#define CMS_NO_MEMORY_INDEX 321
#define CMS_MEMORY_FULL 322
#define CMS_NO_NETWORK 331

/* --- which memory --------------------------------------------------------- */

static struct storage *memory(struct modem *modem, const char *name)
{
	struct storage *all[] = {&modem->sm, &modem->me, &modem->sr};

	for (size_t i = 0; i < 3; i++)
		if (all[i]->size > 0 && strcasecmp(all[i]->name, name) == 0)
			return all[i];
	return NULL;
}

static void memory_names(struct modem *modem, bool reports, struct strbuf *out)
{
	struct storage *all[] = {&modem->sm, &modem->me, &modem->sr};
	const char *separator = "(";

	for (size_t i = 0; i < (reports ? 3 : 2); i++) {
		if (all[i]->size > 0) {
			strbuf_printf(out, "%s\"%s\"", separator, all[i]->name);
			separator = ",";
		}
	}
	strbuf_putc(out, ')');
}

static int select_memories(struct modem *modem, const char *args)
{
	struct storage **where[] = {&modem->set.read, &modem->set.write, &modem->set.receive};
	struct storage *chosen[3];
	char name[8];

	for (int i = 0; i < 3; i++) {
		chosen[i] = *where[i];
		if (at_text(args, i, name, sizeof(name)) &&
		    ((chosen[i] = memory(modem, name)) == NULL ||
		     (i > 0 && chosen[i] == &modem->sr)))
			return AT_CMS(302);
	}
	for (int i = 0; i < 3; i++)
		*where[i] = chosen[i];
	at_print(modem, "+CPMS: %d,%d,%d,%d,%d,%d", chosen[0]->used, chosen[0]->size,
		 chosen[1]->used, chosen[1]->size, chosen[2]->used, chosen[2]->size);
	return AT_OK;
}

static int preferred(struct modem *modem, enum at_kind kind, const char *args)
{
	const struct modem_settings *set = &modem->set;
	struct strbuf text = {0};
	int result;

	switch (kind) {
	case AT_TEST:
		memory_names(modem, true, &text);
		strbuf_puts(&text, ",");
		memory_names(modem, false, &text);
		strbuf_puts(&text, ",");
		memory_names(modem, false, &text);
		at_print(modem, "+CPMS: %s", text.text);
		strbuf_free(&text);
		return AT_OK;
	case AT_READ:
		at_print(modem, "+CPMS: \"%s\",%d,%d,\"%s\",%d,%d,\"%s\",%d,%d", set->read->name,
			 set->read->used, set->read->size, set->write->name, set->write->used,
			 set->write->size, set->receive->name, set->receive->used,
			 set->receive->size);
		return AT_OK;
	case AT_SET:
		result = select_memories(modem, args);
		network_pump(modem->network, modem);
		return result;
	default:
		return AT_ERROR;
	}
}

/* --- settings ------------------------------------------------------------- */

static int format(struct modem *modem, enum at_kind kind, const char *args)
{
	int value = at_number(args, 0, 0);

	if (kind == AT_TEST) {
		at_print(modem, "+CMGF: (0,1)");
	} else if (kind == AT_READ) {
		at_print(modem, "+CMGF: %d", modem->set.text_mode);
	} else {
		if (value < 0 || value > 1)
			return AT_CMS(302);
		modem->set.text_mode = value == 1;
	}
	return AT_OK;
}

static int service(struct modem *modem, enum at_kind kind, const char *args)
{
	if (kind == AT_TEST)
		at_print(modem, "+CSMS: (0)");
	else if (kind == AT_READ)
		at_print(modem, "+CSMS: 0,1,1,1");
	else if (at_number(args, 0, 0) == 0)
		at_print(modem, "+CSMS: 1,1,1");
	else
		return AT_CMS(CMS_NOT_SUPPORTED);
	return AT_OK;
}

static int acknowledge(struct modem *modem, enum at_kind kind, const char *args)
{
	(void)modem;
	(void)args;
	return kind == AT_TEST ? AT_OK : AT_CMS(340); /* service 0 expects none */
}

static int indications(struct modem *modem, enum at_kind kind, const char *args)
{
	static const int max[5] = {2, 3, 2, 2, 1};
	int values[5];
	const int *now = modem->set.cnmi;

	if (kind == AT_TEST) {
		at_print(modem, "+CNMI: (0-2),(0-3),%s,(0-2),(0,1)",
			 modem->config.no_cbm ? "(0)" : "(0,2)");
		return AT_OK;
	}
	if (kind == AT_READ) {
		at_print(modem, "+CNMI: %d,%d,%d,%d,%d", now[0], now[1], now[2], now[3], now[4]);
		return AT_OK;
	}
	for (int i = 0; i < 5; i++) {
		values[i] = at_number(args, i, kind == AT_SET ? now[i] : 0);
		if (values[i] < 0 || values[i] > max[i])
			return AT_CMS(302);
	}
	if (values[2] == 1 || (values[2] == 2 && modem->config.no_cbm))
		return AT_CMS(302);
	memcpy(modem->set.cnmi, values, sizeof(values));
	network_pump(modem->network, modem);
	return AT_OK;
}

static int service_centre(struct modem *modem, enum at_kind kind, const char *args)
{
	char number[sizeof(modem->set.smsc)];

	if (kind == AT_READ) {
		at_print(modem, "+CSCA: \"%s\",%d", modem->set.smsc,
			 modem->set.smsc[0] == '+' ? 145 : 129);
		return AT_OK;
	}
	if (kind == AT_TEST)
		return AT_OK;
	if (!at_text(args, 0, number, sizeof(number)))
		return AT_CMS(CMS_BAD_TEXT);
	memcpy(modem->set.smsc, number, sizeof(number));
	return AT_OK;
}

static int keep_link(struct modem *modem, enum at_kind kind, const char *args)
{
	int value = at_number(args, 0, 0);

	if (kind == AT_TEST) {
		at_print(modem, "+CMMS: (0-2)");
	} else if (kind == AT_READ) {
		at_print(modem, "+CMMS: %d", modem->set.cmms);
	} else {
		if (value < 0 || value > 2)
			return AT_CMS(302);
		modem->set.cmms = value;
	}
	return AT_OK;
}

static int text_parameters(struct modem *modem, enum at_kind kind, const char *args)
{
	int *set = modem->set.csmp, values[4];

	if (kind == AT_READ) {
		at_print(modem, "+CSMP: %d,%d,%d,%d", set[0], set[1], set[2], set[3]);
	} else if (kind == AT_SET) {
		for (int i = 0; i < 4; i++) {
			values[i] = at_number(args, i, set[i]);
			if (values[i] < 0 || values[i] > 255)
				return AT_CMS(CMS_BAD_TEXT);
		}
		memcpy(set, values, sizeof(values));
	}
	return AT_OK;
}

/* --- reading -------------------------------------------------------------- */

static const char *const state_words[] = {"REC UNREAD", "REC READ", "STO UNSENT", "STO SENT"};

static void print_pdu(struct modem *modem, const struct slot *slot, struct strbuf *out)
{
	uint8_t smsc[12];

	strbuf_printf(out, "%d,,%d\r\n", slot->state, slot->length);
	hex_put(out, smsc, pdu_put_smsc(modem->set.smsc, smsc));
	hex_put(out, slot->tpdu, slot->length);
}

static void print_text(const struct slot *slot, struct strbuf *out)
{
	struct pdu pdu;
	char when[32];

	if (pdu_decode(slot->tpdu, slot->length, false, &pdu, NULL) != 0)
		memset(&pdu, 0, sizeof(pdu));
	at_time(pdu.sent, pdu.zone, when);
	strbuf_printf(out, "\"%s\",\"%s\",,\"%s\"\r\n", state_words[slot->state], pdu.peer.text,
		      when);
	pdu_text(&pdu, out);
}

static void print_slot(struct modem *modem, struct slot *slot, struct strbuf *out)
{
	if (modem->set.text_mode)
		print_text(slot, out);
	else
		print_pdu(modem, slot, out);
	if (slot->state == STORED_UNREAD)
		slot->state = STORED_READ;
}

static int read_message(struct modem *modem, enum at_kind kind, const char *args)
{
	struct slot *slot = storage_at(modem->set.read, at_number(args, 0, -1));
	struct strbuf text = {0};

	if (kind == AT_TEST)
		return AT_OK;
	if (kind != AT_SET || slot == NULL || !slot->used)
		return AT_CMS(CMS_NO_MEMORY_INDEX);
	print_slot(modem, slot, &text);
	at_print(modem, "+CMGR: %s", text.text);
	strbuf_free(&text);
	return AT_OK;
}

/* The <stat> to list, 4 for all, -1 for nonsense. */
static int wanted_state(const struct modem *modem, const char *args)
{
	char word[16];
	int state;

	if (!modem->set.text_mode) {
		state = at_number(args, 0, 0);
		return state <= 4 ? state : -1;
	}
	if (!at_text(args, 0, word, sizeof(word)))
		return 0;
	for (int i = 0; i < 4; i++)
		if (strcmp(word, state_words[i]) == 0)
			return i;
	return strcmp(word, "ALL") == 0 ? 4 : -1;
}

static int list_messages(struct modem *modem, enum at_kind kind, const char *args)
{
	struct storage *from = modem->set.read;
	struct strbuf text = {0};
	int wanted = wanted_state(modem, args);

	if (kind == AT_TEST) {
		at_print(modem, "+CMGL: (0-4)");
		return AT_OK;
	}
	if (wanted < 0)
		return AT_CMS(302);
	for (int i = 1; i <= from->size; i++) {
		struct slot *slot = storage_at(from, i);

		if (!slot->used || (wanted != 4 && (int)slot->state != wanted))
			continue;
		strbuf_printf(&text, "%s+CMGL: %d,", text.length ? "\r\n" : "", i);
		print_slot(modem, slot, &text);
	}
	if (text.length > 0)
		at_print(modem, "%s", text.text);
	strbuf_free(&text);
	return AT_OK;
}

static void delete_where(struct modem *modem, int flag)
{
	struct storage *from = modem->set.read;

	for (int i = 1; i <= from->size; i++) {
		const struct slot *slot = storage_at(from, i);
		bool gone = flag == 4 || slot->state == STORED_READ ||
			    (flag >= 2 && slot->state == STORED_SENT) ||
			    (flag >= 3 && slot->state == STORED_UNSENT);

		if (gone && storage_delete(from, i))
			modem->counts.deleted++;
	}
}

static int delete_message(struct modem *modem, enum at_kind kind, const char *args)
{
	struct storage *from = modem->set.read;
	int index = at_number(args, 0, -1), flag = at_number(args, 1, 0);

	if (kind == AT_TEST) {
		at_print(modem, "+CMGD: (1-%d),(0-4)", from->size);
		return AT_OK;
	}
	if (kind != AT_SET || flag < 0 || flag > 4)
		return AT_CMS(302);
	if (flag > 0)
		delete_where(modem, flag);
	else if (storage_at(from, index) == NULL)
		return AT_CMS(CMS_NO_MEMORY_INDEX);
	else if (storage_delete(from, index))
		modem->counts.deleted++;
	network_pump(modem->network, modem);
	return AT_OK;
}

/* --- writing and sending -------------------------------------------------- */

static void transmit(struct modem *modem)
{
	struct pdu *pdu = &modem->outgoing;
	int cms;

	pdu->reference = ++modem->reference;
	cms = modem_on_air(modem) ? network_submit(modem->network, modem, pdu) : CMS_NO_NETWORK;
	if (cms != 0) {
		modem->counts.failed++;
		at_finish(modem, AT_CMS(cms));
		return;
	}
	modem->counts.accepted++;
	if (fault_take(&modem->faults.lost_answer)) {
		at_finish(modem, AT_SILENCE);
		return;
	}
	at_print(modem, "+CMGS: %d", pdu->reference);
	network_answered(modem->network, pdu);
	at_finish(modem, AT_OK);
}

static void submit(struct modem *modem)
{
	int ms = modem->config.cmgs_ms + modem->faults.slow_ms;

	modem->counts.submitted++;
	if (fault_take(&modem->faults.cms_count)) {
		modem->counts.failed++;
		at_finish(modem, AT_CMS(modem->faults.cms_error));
	} else if (!modem_on_air(modem)) {
		modem->counts.failed++;
		at_finish(modem, AT_CMS(CMS_NO_NETWORK));
	} else if (ms > 0) {
		at_wait(modem, ms, transmit);
	} else {
		transmit(modem);
	}
}

/* "07912618…" from the prompt: the TPDU's length in octets or -1. */
static int take_pdu(const struct modem *modem, const char *hex, size_t n,
		    uint8_t tpdu[static PDU_TPDU_MAX])
{
	uint8_t octets[PDU_TPDU_MAX + 12];
	int all = hex_decode(hex, n, octets, sizeof(octets)), length;

	if (all < 1)
		return -1;
	length = all - 1 - octets[0];
	if (octets[0] > 11 || length != modem->at.prompt_length || length < 1 ||
	    length > PDU_TPDU_MAX)
		return -1;
	memcpy(tpdu, octets + 1 + octets[0], (size_t)length);
	return length;
}

static void got_pdu(struct modem *modem, const char *text, size_t n)
{
	uint8_t tpdu[PDU_TPDU_MAX];
	int length = take_pdu(modem, text, n, tpdu);
	struct errbuf err = {""};

	if (length < 0 || pdu_decode(tpdu, (size_t)length, true, &modem->outgoing, &err) != 0) {
		network_event(modem->network, "%s: bad PDU: %s", modem->config.name,
			      length < 0 ? "not the hex or length announced" : err.text);
		at_finish(modem, AT_CMS(CMS_BAD_PDU));
		return;
	}
	submit(modem);
}

static void got_text(struct modem *modem, const char *text, size_t n)
{
	struct pdu *pdu = &modem->outgoing;
	struct pdu_split how = {.message_class = -1};

	(void)n;
	memset(pdu, 0, sizeof(*pdu));
	pdu->type = PDU_SUBMIT;
	pdu->validity_minutes = -1;
	pdu->report_asked = modem->set.csmp[0] & 0x20;
	memcpy(pdu->peer.text, modem->at.prompt_to, sizeof(pdu->peer.text));
	if (pdu_split_text(text, &how, pdu, pdu, 1) != 1) {
		at_finish(modem, AT_CMS(CMS_BAD_TEXT));
		return;
	}
	submit(modem);
}

static int send_message(struct modem *modem, enum at_kind kind, const char *args)
{
	struct at *at = &modem->at;

	if (kind == AT_TEST)
		return AT_OK;
	if (kind != AT_SET)
		return AT_ERROR;
	if (modem->set.text_mode) {
		if (!at_text(args, 0, at->prompt_to, sizeof(at->prompt_to)) ||
		    strlen(at->prompt_to) > 20)
			return AT_CMS(CMS_BAD_TEXT);
		return at_prompt(modem, got_text);
	}
	at->prompt_length = at_number(args, 0, -1);
	if (at->prompt_length < 8 || at->prompt_length > PDU_TPDU_MAX)
		return AT_CMS(CMS_BAD_PDU);
	return at_prompt(modem, got_pdu);
}

static int send_stored(struct modem *modem, enum at_kind kind, const char *args)
{
	struct slot *slot = storage_at(modem->set.write, at_number(args, 0, -1));

	if (kind == AT_TEST)
		return AT_OK;
	if (kind != AT_SET || slot == NULL || !slot->used)
		return AT_CMS(CMS_NO_MEMORY_INDEX);
	if (pdu_decode(slot->tpdu, slot->length, true, &modem->outgoing, NULL) != 0)
		return AT_CMS(302);
	slot->state = STORED_SENT;
	submit(modem);
	return AT_LATER;
}

static void got_stored(struct modem *modem, const char *text, size_t n)
{
	uint8_t tpdu[PDU_TPDU_MAX];
	int index, length = take_pdu(modem, text, n, tpdu);

	if (length < 0) {
		at_finish(modem, AT_CMS(CMS_BAD_PDU));
		return;
	}
	index = storage_put(modem->set.write, (enum storage_state)modem->at.prompt_state, tpdu,
			    (size_t)length);
	if (index < 0) {
		at_finish(modem, AT_CMS(CMS_MEMORY_FULL));
		return;
	}
	at_print(modem, "+CMGW: %d", index);
	at_finish(modem, AT_OK);
}

static int write_message(struct modem *modem, enum at_kind kind, const char *args)
{
	struct at *at = &modem->at;

	if (kind == AT_TEST)
		return AT_OK;
	at->prompt_length = at_number(args, 0, -1);
	at->prompt_state = at_number(args, 1, STORED_UNSENT);
	if (kind != AT_SET || modem->set.text_mode)
		return AT_CMS(CMS_NOT_SUPPORTED);
	if (at->prompt_length < 8 || at->prompt_length > PDU_TPDU_MAX || at->prompt_state < 0 ||
	    at->prompt_state > 3)
		return AT_CMS(CMS_BAD_PDU);
	return at_prompt(modem, got_stored);
}

const struct at_command at_sms[] = {
    {"+CPMS", preferred, NEEDS_SIM},       {"+CMGF", format, NEEDS_NOTHING},
    {"+CSMS", service, NEEDS_NOTHING},     {"+CNMA", acknowledge, NEEDS_SIM},
    {"+CNMI", indications, NEEDS_NOTHING}, {"+CSCA", service_centre, NEEDS_SIM},
    {"+CMMS", keep_link, NEEDS_NOTHING},   {"+CSMP", text_parameters, NEEDS_SIM},
    {"+CMGR", read_message, NEEDS_SIM},    {"+CMGL", list_messages, NEEDS_SIM},
    {"+CMGD", delete_message, NEEDS_SIM},  {"+CMGS", send_message, NEEDS_SIM},
    {"+CMSS", send_stored, NEEDS_SIM},     {"+CMGW", write_message, NEEDS_SIM},
    {NULL, NULL, NEEDS_NOTHING},
};
