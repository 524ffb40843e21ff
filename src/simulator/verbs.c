/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"

#include "control.h"
#include "events.h"
#include "send.h"
#include "serve.h"

/* One call of a verb: what it may use and fill. */
struct call {
	struct network *network;
	const json_t *request;
	char **words;
	size_t n;
	struct modem *modem; /* words[0] for verbs that want one */
	json_t *answer;
	struct strbuf text;
	struct errbuf err;
};

static int number_word(struct call *call, size_t at, int fallback)
{
	return at < call->n ? atoi(call->words[at]) : fallback;
}

static struct handset *handset_of(struct call *call, const char *who)
{
	char number[24];

	return network_who(call->network, who, number) ? network_handset(call->network, number)
						       : NULL;
}

static int do_send(struct call *call)
{
	int parts = 0;
	int64_t id = send_from_handset(call->network, call->request, &parts, &call->err);

	if (id < 0)
		return (int)id;
	json_object_set_new(call->answer, "id", json_integer(id));
	json_object_set_new(call->answer, "parts", json_integer(parts));
	strbuf_printf(&call->text, "%lld\n", (long long)id);
	return 0;
}

static int do_inbox(struct call *call)
{
	const char *on = json_string_value(json_object_get(call->request, "on"));
	struct handset *handset;
	json_t *list;

	if (on == NULL)
		on = call->n > 0 ? call->words[0] : "";
	handset = handset_of(call, on);
	if (handset == NULL)
		return err_set(&call->err, -EINVAL, "\"%s\" is neither a number nor one name", on);
	list = json_array();
	for (size_t i = 0; i < handset->count; i++) {
		const struct received *message = handset_at(handset, i);

		json_array_append_new(list, handset_message_json(handset, message));
		strbuf_printf(&call->text, "%lld %s: %s\n", (long long)message->id, message->from,
			      message->text);
	}
	json_object_set_new(call->answer, "messages", list);
	json_object_set_new(call->answer, "incomplete",
			    json_integer((json_int_t)handset_incomplete(handset)));
	return 0;
}

static int do_modems(struct call *call)
{
	json_t *list = json_array();
	struct modem *m;

	for (size_t i = 0; (m = network_modem_at(call->network, i)) != NULL; i++) {
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s}", "name", m->config.name,
						"number", m->config.number, "imei", m->config.imei,
						"path", m->pty ? pty_link(m->pty) : ""));
		strbuf_printf(&call->text, "%s %s %s\n", m->config.name, m->config.number,
			      m->pty ? pty_link(m->pty) : "(unplugged)");
	}
	json_object_set_new(call->answer, "modems", list);
	return 0;
}

static int do_fault(struct call *call)
{
	if (call->n < 2)
		return err_set(&call->err, -EINVAL, "fault MODEM NAME [ARGUMENT…]");
	return fault_set(call->modem, call->words + 1, call->n - 1, &call->err);
}

static int do_faults(struct call *call)
{
	fault_list(&call->text);
	return 0;
}

static int do_recover(struct call *call)
{
	fault_recover(call->modem);
	return 0;
}

static int do_unplug(struct call *call)
{
	modem_unplug(call->modem);
	return 0;
}

static int do_plug(struct call *call)
{
	return modem_plug(call->modem, call->n > 1 ? call->words[1] : NULL, &call->err);
}

static int do_ring(struct call *call)
{
	char from[24] = "";

	if (call->n < 2 || (strcmp(call->words[1], "withheld") != 0 &&
			    !network_who(call->network, call->words[1], from)))
		return err_set(&call->err, -EINVAL, "ring MODEM NUMBER|withheld [RINGS]");
	if (!modem_on_air(call->modem) || call->modem->call.ringing)
		return err_set(&call->err, -EBUSY, "%s can't be reached", call->modem->config.name);
	modem_ring(call->modem, from, number_word(call, 2, 2));
	return 0;
}

/* "from", perhaps "to" and "rings"; says as whose the call's end will be told. */
static int do_call(struct call *call)
{
	const char *from = json_string_value(json_object_get(call->request, "from"));
	const char *to = json_string_value(json_object_get(call->request, "to"));
	json_int_t rings = json_integer_value(json_object_get(call->request, "rings"));
	char number[24] = "";

	call->modem = network_modem(call->network, to);
	if (call->modem == NULL)
		return err_set(&call->err, -ENOENT, "no such modem or SIM: %s", to ? to : "(none)");
	if (from == NULL ||
	    (strcmp(from, "withheld") != 0 && !network_who(call->network, from, number)))
		return err_set(&call->err, -EINVAL, "who calls? (from)");
	if (!modem_on_air(call->modem) || call->modem->call.ringing)
		return err_set(&call->err, -EBUSY, "%s can't be reached", call->modem->config.name);
	json_object_set_new(call->answer, "modem", json_string(call->modem->config.name));
	json_object_set_new(call->answer, "from", json_string(number));
	modem_ring(call->modem, number, rings > 0 && rings < 1000 ? (int)rings : 5);
	return 0;
}

static int do_hang_up(struct call *call)
{
	modem_hang_up(call->modem, false);
	return 0;
}

static int do_ussd(struct call *call)
{
	struct strbuf text = {0};
	bool hex = call->n > 0 && strcmp(call->words[0], "--hex") == 0;
	bool more = call->n > 0 && strcmp(call->words[0], "--more") == 0;
	size_t at = hex || more ? 1 : 0;

	if (call->n < at + 2)
		return err_set(&call->err, -EINVAL, "ussd [--hex|--more] CODE TEXT…");
	for (size_t i = at + 1; i < call->n; i++)
		strbuf_printf(&text, "%s%s", i > at + 1 ? " " : "", call->words[i]);
	network_set_ussd(call->network, call->words[at], text.text, more, hex);
	strbuf_free(&text);
	return 0;
}

static int do_credit(struct call *call)
{
	struct modem_credit *credit = &call->modem->credit;

	if (call->n > 1)
		credit->amount = strtoll(call->words[1], NULL, 10);
	if (call->n > 2)
		credit->price = strtoll(call->words[2], NULL, 10);
	if (call->n > 3)
		snprintf(credit->until, sizeof(credit->until), "%s", call->words[3]);
	json_object_set_new(call->answer, "credit", json_integer(credit->amount));
	json_object_set_new(call->answer, "price", json_integer(credit->price));
	json_object_set_new(call->answer, "until", json_string(credit->until));
	strbuf_printf(&call->text, "%lld %lld %s\n", (long long)credit->amount,
		      (long long)credit->price, credit->until);
	return 0;
}

static int do_handset(struct call *call)
{
	struct handset *handset = call->n > 1 ? handset_of(call, call->words[0]) : NULL;

	if (handset == NULL)
		return err_set(&call->err, -EINVAL, "handset NUMBER on|off|deliver|fail [STATUS]");
	if (strcmp(call->words[1], "off") == 0)
		network_reach(call->network, handset, false);
	else if (strcmp(call->words[1], "on") == 0)
		network_reach(call->network, handset, true);
	else if (strcmp(call->words[1], "deliver") == 0)
		handset->fail_status = -1;
	else if (strcmp(call->words[1], "fail") == 0)
		handset->fail_status = number_word(call, 2, 0x46) & 0xff;
	else
		return err_set(&call->err, -EINVAL, "a handset is on, off, deliver or fail");
	return 0;
}

static int do_stats(struct call *call)
{
	const struct modem *m = call->modem;
	const struct modem_counts *c = &m->counts;
	struct events_times times = events_times(network_events(call->network));
	const struct {
		const char *name;
		json_int_t value;
	} values[] = {
	    {"plugged", m->pty != NULL},
	    {"on_air", modem_on_air(m)},
	    {"pin_tries", m->pin_tries},
	    {"opened", (json_int_t)c->opened},
	    {"commands", (json_int_t)c->commands},
	    {"waiting", (json_int_t)network_waiting(call->network, m)},
	    {"delivered", (json_int_t)c->delivered},
	    {"notices", (json_int_t)c->notices},
	    {"stored", m->sm.used + m->me.used + m->sr.used},
	    {"sm_used", m->sm.used},
	    {"sm_size", m->sm.size},
	    {"me_used", m->me.used},
	    {"deleted", (json_int_t)c->deleted},
	    {"submitted", (json_int_t)c->submitted},
	    {"accepted", (json_int_t)c->accepted},
	    {"failed", (json_int_t)c->failed},
	    {"reports", (json_int_t)c->reports},
	    {"answered", (json_int_t)times.count},
	    {"p50_us", (json_int_t)times.p50_us},
	    {"p99_us", (json_int_t)times.p99_us},
	    {"max_us", (json_int_t)times.max_us},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		json_object_set_new(call->answer, values[i].name, json_integer(values[i].value));
		strbuf_printf(&call->text, "%s %lld\n", values[i].name, (long long)values[i].value);
	}
	return 0;
}

static int do_log(struct call *call)
{
	int lines = number_word(call, 0, 50);

	events_print(network_events(call->network), lines > 0 ? (size_t)lines : 50, &call->text);
	return 0;
}

static int do_bench_log(struct call *call)
{
	return events_bench(network_events(call->network), call->n > 0 ? call->words[0] : NULL,
			    &call->err);
}

static void print_memory(struct call *call, struct storage *memory)
{
	for (int i = 1; i <= memory->size; i++) {
		const struct slot *slot = storage_at(memory, i);
		struct strbuf text = {0};
		struct pdu pdu;

		if (!slot->used)
			continue;
		if (pdu_decode(slot->tpdu, slot->length, false, &pdu, NULL) == 0) {
			pdu_text(&pdu, &text);
			strbuf_printf(&call->text, "%s %d %d %s %s\n", memory->name, i, slot->state,
				      pdu.peer.text, text.text);
		} else {
			strbuf_printf(&call->text, "%s %d %d (undecodable)\n", memory->name, i,
				      slot->state);
		}
		strbuf_free(&text);
	}
}

static int do_storage(struct call *call)
{
	print_memory(call, &call->modem->sm);
	print_memory(call, &call->modem->me);
	print_memory(call, &call->modem->sr);
	return 0;
}

static int do_add_modem(struct call *call)
{
	struct modem_config config;
	struct modem *modem;
	int code;

	if (call->n != 1)
		return err_set(&call->err, -EINVAL, "add-modem NAME[,imei=…]");
	code = serve_modem_config(call->words[0], call->network, &config, &call->err);
	if (code == 0)
		code = network_add_modem(call->network, &config, &modem, &call->err);
	return code ? code : modem_plug(modem, NULL, &call->err);
}

static int do_quit(struct call *call)
{
	loop_stop(network_loop(call->network), 0);
	return 0;
}

static int do_help(struct call *call)
{
	verb_list(&call->text);
	return 0;
}

static const struct {
	const char *name;
	const char *arguments;
	int (*run)(struct call *call);
	bool modem; /* the first word names one */
	const char *what;
} table[] = {
    {"add-modem", "NAME[,key=value…]", do_add_modem, false, "another modem, as for serve --modem"},
    {"bench-log", "[FILE]", do_bench_log, false,
     "lines \"peer cmti_us cmgs_us\" to FILE; none ends it"},
    {"call", "", do_call, false, "(JSON) a handset calls; see `call --help`"},
    {"credit", "MODEM [AMOUNT [PRICE [UNTIL]]]", do_credit, true,
     "what its SIM has left, of which each SMS takes PRICE"},
    {"fault", "MODEM NAME …", do_fault, true, "starts a fault; `faults` lists them"},
    {"faults", "", do_faults, false, "what can go wrong"},
    {"handset", "NUMBER on|off|deliver|fail [STATUS]", do_handset, false,
     "reach of a handset; TP-ST of its reports"},
    {"hang-up", "MODEM", do_hang_up, true, "the caller gives up"},
    {"help", "", do_help, false, "this list"},
    {"inbox", "NUMBER", do_inbox, false, "what a handset has received"},
    {"log", "[LINES]", do_log, false, "the last events, monotonic seconds first"},
    {"modems", "", do_modems, false, "name, number and path of each"},
    {"plug", "MODEM [NAME]", do_plug, true, "powers it up, its line linked as NAME"},
    {"quit", "", do_quit, false, "ends the simulator"},
    {"recover", "MODEM", do_recover, true, "ends its faults"},
    {"ring", "MODEM NUMBER|withheld [RINGS]", do_ring, true, "NUMBER calls it"},
    {"send", "", do_send, false, "(JSON) a handset sends; see `send --help`"},
    {"stats", "MODEM", do_stats, true, "counts of one modem; times from notice to answer of all"},
    {"storage", "MODEM", do_storage, true, "memory, slot, state, peer, text of each message"},
    {"unplug", "MODEM", do_unplug, true, "hangs up its line"},
    {"ussd", "[--hex|--more] CODE TEXT…", do_ussd, false,
     "what CODE answers; {credit} and {until} are the SIM's"},
};
#define VERBS (sizeof(table) / sizeof(table[0]))

void verb_list(struct strbuf *out)
{
	for (size_t i = 0; i < VERBS; i++)
		strbuf_printf(out, "    %s %s\n            %s\n", table[i].name, table[i].arguments,
			      table[i].what);
	strbuf_puts(out, "    watch\n            (JSON, \"after\": id) messages since then, events "
			 "as they happen\n");
}

static int run(struct call *call, const char *verb)
{
	size_t i = 0;

	while (i < VERBS && strcmp(table[i].name, verb) != 0)
		i++;
	if (i == VERBS)
		return err_set(&call->err, -EINVAL, "no such verb: %s (try help)", verb);
	if (table[i].modem) {
		call->modem = network_modem(call->network, call->n > 0 ? call->words[0] : "");
		if (call->modem == NULL)
			return err_set(&call->err, -ENOENT, "%s %s: no such modem", verb,
				       call->n > 0 ? call->words[0] : table[i].arguments);
	}
	return table[i].run(call);
}

json_t *verb_run(struct network *network, const json_t *request)
{
	const json_t *args = json_object_get(request, "args");
	struct call call = {.network = network, .request = request, .answer = json_object()};
	int code;

	call.n = json_array_size(args);
	call.words = xcalloc(call.n + 1, sizeof(*call.words));
	for (size_t i = 0; i < call.n; i++) {
		const char *word = json_string_value(json_array_get(args, i));

		call.words[i] = xstrdup(word ? word : "");
	}
	strbuf_puts(&call.text, "");
	code = run(&call, json_string_value(json_object_get(request, "verb")));
	json_object_set_new(call.answer, "ok", json_boolean(code == 0));
	if (code != 0)
		json_object_set_new(call.answer, "error", json_string(call.err.text));
	else if (call.text.length > 0)
		json_object_set_new(call.answer, "text",
				    json_stringn(call.text.text, call.text.length));
	strbuf_free(&call.text);
	for (size_t i = 0; i < call.n; i++)
		free(call.words[i]);
	free(call.words);
	return call.answer;
}
