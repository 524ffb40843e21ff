/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/modem.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"
#include "kentongan/outbox.h"

#include "call.h"
#include "credit.h"
#include "find.h"
#include "link.h"
#include "pin.h"
#include "receive.h"
#include "report.h"
#include "sample.h"
#include "send.h"

#define TRACES_KEPT 10
#define BACKOFF_MIN_MS 1000
#define BACKOFF_MAX_MS 60000
#define PIN_RETRY_MS 30000
#define REGISTER_MS 5000 /* between looks for the network */
#define FIRST_REGISTER_MS 1000
#define LATE_NETWORK_MS 180000 /* when the operator should look, too */
#define SEND_LOOK_MS 100       /* between looks whether a text has its answer */
#define CLEAN_MS 300           /* after a line that libGammu doesn't know */
#define LISTEN_MS 50           /* without a descriptor to wait on */
#define DUMMY_SWEEP_MS 1000    /* Gammu's dummy phone announces nothing */
#define DEAF_SWEEP_MS 15000    /* a modem that can't announce */
#define STOP_MS 15000          /* for a text at the modem when we must stop */
#define FLUSH_MS 3000          /* for outcomes on their way to the database */

enum state {
	DOWN,        /* waiting before the next try */
	FINDING,     /* looking for the device */
	OPENING,     /* libGammu introduces itself */
	PIN,         /* the SIM isn't open */
	REGISTERING, /* no network yet: receives what is stored, sends nothing */
	READY,
	DATABASE_AWAY, /* keeps the link alive, leaves messages where they are */
	SICK,          /* closed after a call without an answer */
	STOPPING,      /* a text is at the modem: its answer is awaited */
	STOPPED,
	STATE_COUNT
};

static const char *const state_names[STATE_COUNT] = {
    "down",  "finding",       "opening", "pin",      "registering",
    "ready", "database-away", "sick",    "stopping", "stopped",
};

enum happening {
	DUE, /* the state's timer */
	FOUND,
	MISSING,
	OPENED,
	REFUSED,
	SIM_OPEN,
	REGISTERED,
	UNREGISTERED,
	DATABASE_UP,
	DATABASE_DOWN,
	BROKEN,
	UNPLUGGED,
	STOP,
	FINISHED
};

struct transition {
	enum state from;
	enum happening event;
	enum state to;
};

/* What isn't listed is ignored in that state. */
static const struct transition transitions[] = {
    {DOWN, DUE, FINDING},
    {FINDING, FOUND, OPENING},
    {FINDING, MISSING, DOWN},
    {OPENING, OPENED, PIN},
    {OPENING, REFUSED, DOWN},
    {PIN, SIM_OPEN, REGISTERING},
    {PIN, BROKEN, SICK},
    {PIN, UNPLUGGED, DOWN},
    {REGISTERING, REGISTERED, READY},
    {REGISTERING, DATABASE_DOWN, DATABASE_AWAY},
    {REGISTERING, BROKEN, SICK},
    {REGISTERING, UNPLUGGED, DOWN},
    {READY, UNREGISTERED, REGISTERING},
    {READY, DATABASE_DOWN, DATABASE_AWAY},
    {READY, BROKEN, SICK},
    {READY, UNPLUGGED, DOWN},
    {DATABASE_AWAY, DATABASE_UP, REGISTERING},
    {DATABASE_AWAY, BROKEN, SICK},
    {DATABASE_AWAY, UNPLUGGED, DOWN},
    {SICK, DUE, FINDING},
    {DOWN, STOP, STOPPED},
    {FINDING, STOP, STOPPED},
    {OPENING, STOP, STOPPED},
    {PIN, STOP, STOPPED},
    {REGISTERING, STOP, STOPPED},
    {READY, STOP, STOPPING},
    {DATABASE_AWAY, STOP, STOPPING},
    {SICK, STOP, STOPPED},
    {STOPPING, FINISHED, STOPPED},
    {STOPPING, DUE, STOPPED},
    {STOPPING, BROKEN, STOPPED},
    {STOPPING, UNPLUGGED, STOPPED},
};

struct modem {
	struct loop *loop;
	struct db *db;
	const struct conf_modem *conf;
	const struct conf *whole;
	struct reporter *reporter;
	struct trace *trace;
	struct link *link;
	struct receiver *receiver;
	struct sender *sender;
	struct sampler *sampler;
	struct credit *credit;
	struct calls *calls;
	enum state state;
	char device[PATH_MAX];
	int64_t backoff_ms;
	int sick_in_a_row;
	char trouble[sizeof(struct errbuf)]; /* the last, until ready again */
	bool had_database;
	bool announces;        /* the modem tells of new messages */
	int64_t network_since; /* when we began to look for it */
	bool sample_due, sweep_due;
	bool arm_due;       /* on entering REGISTERING */
	struct timer *due;  /* the state's */
	struct timer *work; /* something to do with the modem */
	struct timer *sample, *sweep, *listen, *clean, *flush;
	int64_t flush_until;
	struct event *readable;
	void (*stopped)(void *arg);
	void *stopped_arg;
};

static void happen(struct modem *modem, enum happening event, const char *words);
static void work(struct modem *modem);

static void want_work(void *arg)
{
	struct modem *modem = arg;
	timer_set(modem->work, 0);
}

/* --- listening ------------------------------------------------------------ */

static bool linked(const struct modem *modem)
{
	return modem->state == PIN || modem->state == REGISTERING || modem->state == READY ||
	       modem->state == DATABASE_AWAY || modem->state == STOPPING;
}

/* True while the link is well; else the machine has moved on. */
static bool still_well(struct modem *modem)
{
	switch (link_health(modem->link)) {
	case LINK_WELL:
		return true;
	case LINK_SICK:
		happen(modem, BROKEN, link_trouble(modem->link));
		return false;
	case LINK_GONE:
		happen(modem, UNPLUGGED, link_trouble(modem->link));
		return false;
	}
	return false;
}

static void listen_now(struct modem *modem)
{
	if (!linked(modem))
		return;
	link_pump(modem->link, sender_is_waiting(modem->sender));
	if (!still_well(modem))
		return;
	if (link_is_dirty(modem->link))
		timer_set(modem->clean, CLEAN_MS);
	work(modem);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	listen_now(arg);
}

static void on_listen(void *arg)
{
	struct modem *modem = arg;
	timer_set(modem->listen, LISTEN_MS);
	listen_now(modem);
}

static bool is_dummy(const struct modem *modem)
{
	return strcasecmp(modem->conf->connection, "none") == 0;
}

static void start_listening(struct modem *modem)
{
	int fd = link_fd(modem->link);
	if (fd < 0) {
		if (!is_dummy(modem))
			timer_set(modem->listen, LISTEN_MS);
		return;
	}
	modem->readable =
	    event_new(loop_base(modem->loop), fd, EV_READ | EV_PERSIST, on_readable, modem);
	if (!modem->readable || event_add(modem->readable, NULL) != 0)
		fatal("can't watch the modem's descriptor");
}

static void close_link(struct modem *modem)
{
	timer_clear(modem->listen);
	timer_clear(modem->clean);
	timer_clear(modem->sample);
	timer_clear(modem->sweep);
	if (modem->readable)
		event_free(modem->readable);
	modem->readable = NULL;
	modem->sample_due = modem->sweep_due = false;
	link_close(modem->link);
	receiver_reset(modem->receiver);
	credit_closed(modem->credit);
	calls_closed(modem->calls);
}

/* --- what the states do --------------------------------------------------- */

static void alive(void *arg)
{
	struct modem *modem = arg;
	reporter_alive(modem->reporter);
}

static void do_find(struct modem *modem)
{
	struct errbuf err = {0};
	char device[PATH_MAX];
	if (find_device(modem->conf, modem->device, device, sizeof device, alive, modem, &err) !=
	    0) {
		happen(modem, MISSING, err.text);
		return;
	}
	snprintf(modem->device, sizeof modem->device, "%s", device);
	happen(modem, FOUND, device);
}

static void do_open(struct modem *modem)
{
	struct errbuf err = {0};
	int64_t start = clock_mono_ms();
	if (link_open(modem->link, modem->device, &err) != 0) {
		happen(modem, REFUSED, err.text);
		return;
	}
	start_listening(modem);
	log_info("modem", "opened %s in %lld ms", modem->device,
		 (long long)(clock_mono_ms() - start));
	happen(modem, OPENED, "asking the SIM");
}

static void do_sim(struct modem *modem)
{
	struct errbuf err = {0};
	enum sim_state sim = sampler_identify(modem->sampler, modem->link);
	if (!still_well(modem))
		return;
	if (sim == SIM_PIN &&
	    pin_enter(modem->link, modem->conf, modem->whole->state_dir, &err) == 0)
		sim = SIM_READY;
	if (!still_well(modem))
		return;
	if (sim == SIM_READY || sim == SIM_UNKNOWN) {
		happen(modem, SIM_OPEN, "waiting for the network");
		return;
	}
	const char *words = sim == SIM_PIN ? err.text
			    : sim == SIM_PUK
				? "the SIM is locked and asks for its PUK (printed on its card): "
				  "unlock it in a phone"
				: "there is no SIM in the modem";
	if (strcmp(words, modem->trouble) != 0)
		log_warn("modem", "%s", words);
	snprintf(modem->trouble, sizeof modem->trouble, "%s", words);
	reporter_say(modem->reporter, state_names[PIN], words, modem->sampler);
	timer_set(modem->due, PIN_RETRY_MS);
}

static int64_t sweep_ms(const struct modem *modem)
{
	int64_t ms = (int64_t)modem->conf->sweep_seconds * 1000;
	int64_t most = is_dummy(modem) ? DUMMY_SWEEP_MS : modem->announces ? ms : DEAF_SWEEP_MS;
	return ms < most ? ms : most;
}

/* Notices on, storage to be read: after opening, and again before each slow
 * sweep, since a modem that rebooted has forgotten them (and libGammu doesn't
 * know that it has). */
static void arm(struct modem *modem)
{
	modem->announces = link_arm(modem->link);
	calls_arm(modem->calls);
	receiver_want_sweep(modem->receiver);
	timer_set(modem->sweep, sweep_ms(modem));
}

static void explain_no_network(const struct modem *modem, enum network_state network, char *out,
			       size_t size)
{
	int64_t minutes = (clock_mono_ms() - modem->network_since) / 60000;
	if (network == NETWORK_DENIED)
		snprintf(out, size,
			 "the network refuses this SIM: expired, blocked or not yet activated?");
	else if (clock_mono_ms() - modem->network_since < LATE_NETWORK_MS)
		snprintf(out, size, "waiting for the network");
	else
		snprintf(out, size,
			 "no network registration since %lld min: check antenna, SIM, credit and "
			 "validity",
			 (long long)minutes);
}

/* Looks at signal, network and storage, and moves on by what it sees. */
static void do_sample(struct modem *modem)
{
	char words[200];
	modem->sample_due = false;
	enum network_state network = sampler_take(modem->sampler, modem->link);
	if (!still_well(modem))
		return;
	timer_set(modem->sample, (int64_t)modem->conf->sample_seconds * 1000);
	bool registered =
	    network == NETWORK_HOME || network == NETWORK_ROAMING || network == NETWORK_UNKNOWN;
	if (registered) {
		sampler_words(modem->sampler, words, sizeof words);
	} else {
		if (modem->network_since == 0)
			modem->network_since = clock_mono_ms();
		explain_no_network(modem, network, words, sizeof words);
	}
	enum state before = modem->state;
	if (before == REGISTERING || before == READY)
		happen(modem, registered ? REGISTERED : UNREGISTERED, words);
	if (modem->state != before)
		return;
	if (before != DATABASE_AWAY)
		reporter_say(modem->reporter, state_names[before], words, modem->sampler);
	if (before == REGISTERING)
		timer_set(modem->due, REGISTER_MS);
	if (before == READY && registered)
		modem->network_since = 0;
}

static void do_register(struct modem *modem)
{
	struct errbuf err = {0};
	if (sender_is_waiting(modem->sender)) {
		/* Another command's OK would pass for the answer to the text. */
		timer_set(modem->due, SEND_LOOK_MS);
		return;
	}
	if (modem->arm_due) {
		modem->arm_due = false;
		arm(modem);
		if (!still_well(modem))
			return;
	}
	if (!sender_prepare(modem->sender, modem->link, &err)) {
		if (!still_well(modem))
			return;
		log_warn("modem", "%s", err.text);
	}
	do_sample(modem);
}

static void on_due(void *arg)
{
	struct modem *modem = arg;
	switch (modem->state) {
	case FINDING:
		do_find(modem);
		break;
	case OPENING:
		do_open(modem);
		break;
	case PIN:
		do_sim(modem);
		break;
	case REGISTERING:
		do_register(modem);
		break;
	default:
		happen(modem, DUE, "");
		break;
	}
}

static void finish_stopping(struct modem *modem)
{
	if (!sender_is_waiting(modem->sender))
		happen(modem, FINISHED, "");
}

static void on_flush(void *arg)
{
	struct modem *modem = arg;
	bool wait = db_is_up(modem->db) && db_pending(modem->db) > 0 &&
		    clock_mono_ms() < modem->flush_until;
	if (wait)
		timer_set(modem->flush, 10);
	else if (modem->stopped)
		modem->stopped(modem->stopped_arg);
}

/* --- the machine ---------------------------------------------------------- */

static void back_off(struct modem *modem)
{
	timer_set(modem->due, modem->backoff_ms);
	modem->backoff_ms =
	    modem->backoff_ms * 2 < BACKOFF_MAX_MS ? modem->backoff_ms * 2 : BACKOFF_MAX_MS;
}

static void dump_trace(struct modem *modem, const char *why)
{
	char *path = trace_dump(modem->trace, why);
	if (path)
		log_info("modem", "what was said before is in %s", path);
	free(path);
}

static void enter_sick(struct modem *modem, const char *words)
{
	modem->sick_in_a_row++;
	dump_trace(modem, words);
	sender_pause(modem->sender, words);
	close_link(modem);
	if (modem->sick_in_a_row == 3)
		log_error("modem", "sick %d times in a row: power the modem off and on",
			  modem->sick_in_a_row);
	back_off(modem);
}

static void database_away(struct modem *modem)
{
	char words[300];
	int64_t since;
	const char *trouble = db_trouble(modem->db, &since);
	snprintf(words, sizeof words,
		 "messages wait on the SIM and in the network: no database%s%.180s",
		 trouble[0] ? ": " : "", trouble);
	happen(modem, DATABASE_DOWN, words);
}

static void enter(struct modem *modem, const char *words)
{
	switch (modem->state) {
	case DOWN:
		sender_pause(modem->sender, words);
		close_link(modem);
		back_off(modem);
		break;
	case FINDING:
	case OPENING:
	case PIN:
		timer_set(modem->due, 0);
		break;
	case REGISTERING:
		sender_hold(modem->sender, words);
		if (!db_is_up(modem->db)) {
			database_away(modem);
			break;
		}
		if (modem->network_since == 0)
			modem->network_since = clock_mono_ms();
		modem->arm_due = true;
		timer_set(modem->due, 0);
		break;
	case READY:
		modem->backoff_ms = BACKOFF_MIN_MS;
		modem->sick_in_a_row = 0;
		modem->network_since = 0;
		sender_resume(modem->sender);
		timer_set(modem->work, 0);
		break;
	case DATABASE_AWAY:
		/* A text that is at the modem keeps its answer: recorded later. */
		sender_hold(modem->sender, "the database is away");
		/* Nothing is read, so nothing gets lost: it stays on the SIM,
		 * then in the network. The samples keep the link alive. */
		receiver_reset(modem->receiver);
		timer_set(modem->sample, (int64_t)modem->conf->sample_seconds * 1000);
		break;
	case SICK:
		enter_sick(modem, words);
		break;
	case STOPPING:
		timer_set(modem->due, STOP_MS);
		finish_stopping(modem);
		break;
	case STOPPED:
		sender_pause(modem->sender, "the gateway stops");
		close_link(modem);
		timer_clear(modem->work);
		modem->flush_until = clock_mono_ms() + FLUSH_MS;
		timer_set(modem->flush, 0);
		break;
	case STATE_COUNT:
		fatal("modem state %d", modem->state);
	}
}

static bool is_trouble(const struct modem *modem, enum state from)
{
	enum state to = modem->state;
	/* At the start the database just isn't there yet. */
	return to == SICK || (to == DOWN && from != DOWN) ||
	       (to == DATABASE_AWAY && modem->had_database);
}

/* The same trouble again and again is one warning, and one state: the tries in
 * between are nobody's business. */
static void tell(struct modem *modem, enum state from, const char *words)
{
	bool trouble = is_trouble(modem, from);
	bool repeated = strcmp(words, modem->trouble) == 0;
	enum log_level level = trouble && !repeated ? LOG_LEVEL_WARN
			       : modem->trouble[0]  ? LOG_LEVEL_DEBUG
						    : LOG_LEVEL_INFO;
	log_write(level, "modem", "%s -> %s%s%s", state_names[from], state_names[modem->state],
		  words[0] ? ": " : "", words);
	if (trouble)
		snprintf(modem->trouble, sizeof modem->trouble, "%s", words);
	if (modem->trouble[0] && (modem->state == FINDING || modem->state == OPENING))
		return;
	if (modem->state == READY && modem->trouble[0]) {
		modem->trouble[0] = 0;
		log_info("modem", "ready again: %s", words);
	}
	reporter_say(modem->reporter, state_names[modem->state], words, modem->sampler);
}

static void happen(struct modem *modem, enum happening event, const char *words)
{
	const struct transition *t = transitions;
	const struct transition *end = t + sizeof transitions / sizeof transitions[0];
	while (t < end && (t->from != modem->state || t->event != event))
		t++;
	if (t == end)
		return;
	/* WORDS may live in what is closed next. */
	char copy[sizeof modem->trouble];
	snprintf(copy, sizeof copy, "%s", words);
	enum state from = modem->state;
	timer_clear(modem->due);
	modem->state = t->to;
	tell(modem, from, copy);
	enter(modem, copy);
}

/* --- work ----------------------------------------------------------------- */

static void other_work(struct modem *modem)
{
	if (link_has_rebooted(modem->link)) {
		log_warn("modem", "the modem has started again by itself: setting it up");
		modem->sweep_due = true;
	}
	if (modem->sweep_due && modem->state != DATABASE_AWAY) {
		modem->sweep_due = false;
		arm(modem);
		timer_set(modem->work, 0);
	} else if (modem->sample_due) {
		do_sample(modem);
	} else if (modem->state == READY) {
		credit_work(modem->credit, modem->link, sender_parts(modem->sender));
	}
}

/* One step, most urgent first: an answer that came; a message to send, unless
 * several wait to be read (storage is small, air time long); reading, handing
 * over and deleting; then what has time. */
static void work(struct modem *modem)
{
	if (!linked(modem) || modem->state == PIN || sender_is_waiting(modem->sender))
		return;
	/* Before anything else: who isn't rejected soon pays, or gets a mailbox. */
	if (modem->state != STOPPING && calls_work(modem->calls, modem->link)) {
		if (still_well(modem))
			timer_set(modem->work, 0);
		return;
	}
	bool receiving = modem->state == READY || modem->state == REGISTERING;
	bool sending = sender_has_work(modem->sender);
	if (sending || !sender_is_free(modem->sender))
		credit_busy(modem->credit);
	bool urgent = receiving && receiver_need(modem->receiver) == RECEIVER_URGENT;
	if (sending && (!urgent || sender_must_settle(modem->sender))) {
		sender_work(modem->sender, modem->link);
		timer_set(modem->work, 0);
	} else if (receiving &&
		   receiver_work(modem->receiver, modem->link, sender_is_free(modem->sender))) {
		timer_set(modem->work, 0);
	} else if (modem->state != STOPPING) {
		other_work(modem);
	}
	if (linked(modem) && !still_well(modem))
		return;
	if (modem->state == STOPPING)
		finish_stopping(modem);
}

static void on_work(void *arg)
{
	work(arg);
}

static void on_clean(void *arg)
{
	struct modem *modem = arg;
	if (!linked(modem) || sender_is_waiting(modem->sender))
		return;
	link_clean(modem->link);
	if (still_well(modem))
		work(modem);
}

static void on_sample(void *arg)
{
	struct modem *modem = arg;
	modem->sample_due = true;
	timer_set(modem->work, 0);
}

static void on_sweep(void *arg)
{
	struct modem *modem = arg;
	modem->sweep_due = modem->state == READY || modem->state == REGISTERING;
	timer_set(modem->work, 0);
}

/* --- from libGammu's callbacks -------------------------------------------- */

static void on_notice(struct place place, void *arg)
{
	struct modem *modem = arg;
	receiver_notice(modem->receiver, place);
}

static void on_direct(const GSM_SMSMessage *sms, void *arg)
{
	struct modem *modem = arg;
	receiver_direct(modem->receiver, sms);
}

static void on_sent(int status, int reference, void *arg)
{
	struct modem *modem = arg;
	sender_answered(modem->sender, status, reference);
}

static void on_ussd(GSM_USSDStatus status, const char *text, void *arg)
{
	struct modem *modem = arg;
	credit_answered(modem->credit, status, text);
}

/* --- outside -------------------------------------------------------------- */

static void on_database(bool up, void *arg)
{
	struct modem *modem = arg;
	if (up) {
		modem->had_database = true;
		reporter_repeat(modem->reporter);
		happen(modem, DATABASE_UP, "waiting for the network");
	} else {
		database_away(modem);
	}
}

struct modem *modem_new(struct loop *loop, struct db *db, struct gateway *gateway,
			const struct conf_modem *conf, const struct conf *whole,
			modem_heartbeat_fn *heartbeat, void *arg)
{
	struct modem *modem = xcalloc(1, sizeof *modem);
	modem->loop = loop;
	modem->db = db;
	modem->conf = conf;
	modem->whole = whole;
	modem->state = DOWN;
	modem->backoff_ms = BACKOFF_MIN_MS;
	modem->reporter = reporter_new(loop, db, conf, whole, heartbeat, arg);
	modem->trace = trace_new(whole->state_dir, conf->name, TRACES_KEPT);
	struct link_events events = {on_notice, on_direct, on_sent, on_ussd, modem};
	modem->link = link_new(conf, modem->trace, &events);
	modem->receiver = receiver_new(loop, gateway, conf, modem->trace, want_work, modem);
	modem->sender = sender_new(loop, gateway, conf, want_work, modem);
	modem->sampler = sampler_new();
	modem->credit = credit_new(loop, db, conf, modem->trace, want_work, modem);
	modem->calls = calls_new(loop, gateway, conf, want_work, modem);
	modem->due = timer_new(loop, on_due, modem);
	modem->work = timer_new(loop, on_work, modem);
	modem->sample = timer_new(loop, on_sample, modem);
	modem->sweep = timer_new(loop, on_sweep, modem);
	modem->listen = timer_new(loop, on_listen, modem);
	modem->clean = timer_new(loop, on_clean, modem);
	modem->flush = timer_new(loop, on_flush, modem);
	pause_set_send(conf->send_pause_ms);
	pause_on_alive(alive, modem);
	outbox_on_claimed(gateway, conf->name, 1, sender_offer, modem->sender);
	outbox_pause(gateway);
	db_on_state(db, on_database, modem);
	return modem;
}

void modem_start(struct modem *modem)
{
	happen(modem, DUE, "looking for the modem");
}

void modem_reconfigure(struct modem *modem, const struct conf_modem *conf, const struct conf *whole)
{
	modem->conf = conf;
	modem->whole = whole;
	pause_set_send(conf->send_pause_ms);
	sender_reconfigure(modem->sender, conf);
	receiver_reconfigure(modem->receiver, conf);
	link_reconfigure(modem->link, conf);
	credit_reconfigure(modem->credit, conf);
	calls_reconfigure(modem->calls, conf);
	reporter_reconfigure(modem->reporter, conf, whole);
}

void modem_stop(struct modem *modem, void (*fn)(void *arg), void *arg)
{
	modem->stopped = fn;
	modem->stopped_arg = arg;
	happen(modem, STOP, "");
}

void modem_free(struct modem **modem)
{
	struct modem *m = *modem;
	if (!m)
		return;
	pause_on_alive(NULL, NULL);
	if (m->readable)
		event_free(m->readable);
	link_free(&m->link);
	receiver_free(&m->receiver);
	sender_free(&m->sender);
	sampler_free(&m->sampler);
	credit_free(&m->credit);
	calls_free(&m->calls);
	trace_free(&m->trace);
	reporter_free(&m->reporter);
	timer_free(&m->due);
	timer_free(&m->work);
	timer_free(&m->sample);
	timer_free(&m->sweep);
	timer_free(&m->listen);
	timer_free(&m->clean);
	timer_free(&m->flush);
	free(m);
	*modem = NULL;
}
