/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kentongan/clock.h"
#include "kentongan/log.h"
#include "kentongan/memory.h"

#include "find.h"
#include "sms.h"

#define OPEN_MS 45000
#define SETTLE_MS 1500
/* libGammu repeats a command that often when no answer comes. Once: a late
 * answer to the first would pass for one to the second. */
#define REPLIES 1

struct link {
	const struct conf_modem *conf;
	struct trace *trace;
	struct link_events events;
	GSM_StateMachine *sm;
	char *device;
	int fd;
	bool armed;
	bool dirty; /* libGammu's parser may hold a line that it doesn't know */
	bool rebooted;
	int bytes_known; /* of the current read: those that a callback explained */
	int empty_reads;
	char *ussd; /* the first line of a text of which more is to come */
	GSM_USSDStatus ussd_status;
	unsigned ussd_frame; /* trace_frames() then */
	enum link_health health;
	struct errbuf trouble;
	const char *what; /* the call under way */
};

struct link *link_new(const struct conf_modem *conf, struct trace *trace,
		      const struct link_events *events)
{
	struct link *link = xcalloc(1, sizeof *link);
	link->conf = conf;
	link->trace = trace;
	link->events = *events;
	link->fd = -1;
	GSM_InitLocales(NULL);
	return link;
}

void link_free(struct link **link)
{
	if (!*link)
		return;
	link_close(*link);
	free(*link);
	*link = NULL;
}

void link_reconfigure(struct link *link, const struct conf_modem *conf)
{
	link->conf = conf;
}

bool link_is_open(const struct link *link)
{
	return link->sm != NULL;
}

GSM_StateMachine *link_sm(struct link *link)
{
	return link->sm;
}

int link_fd(const struct link *link)
{
	return link->fd;
}

const char *link_device(const struct link *link)
{
	return link->device ? link->device : "";
}

enum link_health link_health(const struct link *link)
{
	return link->health;
}

const char *link_trouble(const struct link *link)
{
	return link->trouble.text;
}

static void fall(struct link *link, enum link_health health, const char *why)
{
	if (link->health != LINK_WELL)
		return;
	link->health = health;
	err_set(&link->trouble, 0, "%s", why);
}

void link_mark_sick(struct link *link, const char *why)
{
	fall(link, LINK_SICK, why);
}

/* --- callbacks ------------------------------------------------------------ */

static struct place place_of(struct link *link, const GSM_SMSMessage *sms)
{
	struct place place = {.location = sms->Location, .in_sr = sms->Memory == MEM_SR};
	/* The callback's location is the modem's own, while GSM_GetSMS() takes
	 * one less on models that count from 0 (CMTI 0 led to CMGR=-1). */
	if (GSM_IsPhoneFeatureAvailable(GSM_GetModelInfo(link->sm), F_SMS_LOCATION_0))
		place.location++;
	if (sms->Folder > 2)
		place.location += GSM_PHONE_MAXSMSINFOLDER;
	return place;
}

static void on_incoming(GSM_StateMachine *sm, GSM_SMSMessage *sms, void *arg)
{
	(void)sm;
	struct link *link = arg;
	/* State 0: a place only (+CMTI, +CDSI). */
	if (sms->State != 0) {
		link->bytes_known = INT_MAX;
		link->events.direct(sms, link->events.arg);
		return;
	}
	char number[16];
	int digits = snprintf(number, sizeof number, "%d", sms->Location);
	if (link->bytes_known < INT_MAX)
		link->bytes_known += (int)strlen("\r\n+CMTI: \"SM\",\r\n") + digits;
	link->events.notice(place_of(link, sms), link->events.arg);
}

static void on_sent(GSM_StateMachine *sm, int status, int reference, void *arg)
{
	(void)sm;
	struct link *link = arg;
	link->bytes_known = INT_MAX;
	link->events.sent(status, reference, link->events.arg);
}

/* libGammu 1.42 reads one line. When the text has more, the others stay in its
 * parser, until link_clean() makes a frame of them. */
static void on_ussd(GSM_StateMachine *sm, GSM_USSDMessage *ussd, void *arg)
{
	(void)sm;
	struct link *link = arg;
	const char *raw = strchr(trace_last_frame(link->trace), '"');
	const char *end = raw ? strrchr(raw, '"') : NULL;
	char *text;
	if (raw && end == raw) {
		free(link->ussd);
		link->ussd = xstrndup(raw + 1, strcspn(raw + 1, "\r\n"));
		link->ussd_status = ussd->Status;
		link->ussd_frame = trace_frames(link->trace);
		link->dirty = true;
		return;
	}
	link->bytes_known = INT_MAX;
	text = sms_from_ucs2(ussd->Text, GSM_MAX_USSD_LENGTH);
	if (!text[0] && raw) {
		free(text);
		text = xstrndup(raw + 1, (size_t)(end - raw - 1));
	}
	link->events.ussd(ussd->Status, text, link->events.arg);
	free(text);
}

/* The lines that were missing have come. */
static void finish_ussd(struct link *link)
{
	if (!link->ussd || trace_frames(link->trace) == link->ussd_frame)
		return;
	const char *rest = trace_last_frame(link->trace);
	char *text = xasprintf("%s %.*s", link->ussd, (int)strcspn(rest, "\""), rest);
	free(link->ussd);
	link->ussd = NULL;
	link->events.ussd(link->ussd_status, text, link->events.arg);
	free(text);
}

/* --- opening and closing -------------------------------------------------- */

static char *gammu_string(const char *text)
{
	return xstrdup(text); /* libGammu frees it */
}

static void fill_config(GSM_Config *config, const struct conf_modem *conf, const char *device)
{
	memset(config, 0, sizeof *config);
	config->Device = gammu_string(device);
	config->Connection = gammu_string(conf->connection);
	config->DebugFile = gammu_string("");
	snprintf(config->DebugLevel, sizeof config->DebugLevel, "text");
	/* Saves a second round of introductions; other connections have to
	 * find out what they talk to. */
	if (strncasecmp(conf->connection, "at", 2) == 0 ||
	    strcasecmp(conf->connection, "dku2at") == 0)
		snprintf(config->Model, sizeof config->Model, "at");
	snprintf(config->TextReminder, sizeof config->TextReminder, "Reminder");
	snprintf(config->TextMeeting, sizeof config->TextMeeting, "Meeting");
	snprintf(config->TextCall, sizeof config->TextCall, "Call");
	snprintf(config->TextBirthday, sizeof config->TextBirthday, "Birthday");
	snprintf(config->TextMemo, sizeof config->TextMemo, "Memo");
	/* With zeros libGammu would choose mode 0 and send no CNMI at all. */
	for (size_t i = 0; i < sizeof config->CNMIParams / sizeof config->CNMIParams[0]; i++)
		config->CNMIParams[i] = -1;
}

static int explain_open(GSM_Error error, const char *device, struct errbuf *err)
{
	char holder[64];
	switch (error) {
	case ERR_DEVICENOTEXIST:
		return err_set(err, -ENOENT, "device %s is not there: is the modem plugged in?",
			       device);
	case ERR_DEVICENOPERMISSION:
		return err_set(err, -EACCES,
			       "no permission to open %s: the service's user must be in the "
			       "group that owns it (dialout)",
			       device);
	case ERR_DEVICELOCKED:
	case ERR_DEVICEBUSY:
	case ERR_DEVICEOPENERROR:
		if (find_holder(device, holder, sizeof holder))
			return err_set(err, -EBUSY, "another program (%s) holds the port %s",
				       holder, device);
		return err_set(err, -EBUSY, "device %s can't be opened: in use, or just going away",
			       device);
	case ERR_TIMEOUT:
	case ERR_ABORTED:
		if (find_holder(device, holder, sizeof holder))
			return err_set(err, -ETIMEDOUT,
				       "no answer from %s: another program (%s) talks to it",
				       device, holder);
		return err_set(err, -ETIMEDOUT,
			       "no answer from %s: is it the modem's command port? Try another "
			       "of its ports, or power it off and on",
			       device);
	case ERR_UNKNOWNCONNECTIONTYPESTRING:
		return err_set(err, -EINVAL, "libGammu doesn't know this connection");
	default:
		return err_set(err, -EIO, "%s: %s", device, GSM_ErrorName(error));
	}
}

int link_open(struct link *link, const char *device, struct errbuf *err)
{
	struct stat st;
	dev_t number = stat(device, &st) == 0 && S_ISCHR(st.st_mode) ? st.st_rdev : 0;
	link_close(link);
	link->device = xstrdup(device);
	link->sm = GSM_AllocStateMachine();
	if (!link->sm)
		fatal("out of memory");
	fill_config(GSM_GetConfig(link->sm, 0), link->conf, device);
	GSM_SetConfigNum(link->sm, 1);
	link->health = LINK_WELL;
	link->trouble.text[0] = 0;
	link->dirty = link->armed = link->rebooted = false;
	link->empty_reads = 0;
	pause_begin(PAUSE_CONNECT, link->sm, -1, number, OPEN_MS);
	GSM_Error error = GSM_InitConnection_Log(link->sm, REPLIES, trace_libgammu, link->trace);
	enum pause_end end = pause_end_call();
	if (error == ERR_NONE && end == PAUSE_FINE) {
		if (number)
			link->fd = pause_find_fd(number);
		GSM_SetIncomingSMSCallback(link->sm, on_incoming, link);
		GSM_SetSendSMSStatusCallback(link->sm, on_sent, link);
		GSM_SetIncomingUSSDCallback(link->sm, on_ussd, link);
		return 0;
	}
	int result = explain_open(error == ERR_NONE ? ERR_TIMEOUT : error, device, err);
	link_close(link);
	return result;
}

void link_close(struct link *link)
{
	if (link->sm) {
		pause_begin(PAUSE_PLAIN, link->sm, link->fd, 0, 5000);
		GSM_TerminateConnection(link->sm);
		(void)pause_end_call();
		GSM_FreeStateMachine(link->sm);
		link->sm = NULL;
	}
	free(link->device);
	free(link->ussd);
	link->device = link->ussd = NULL;
	link->fd = -1;
}

/* --- calls ---------------------------------------------------------------- */

static bool unplugged(const struct link *link)
{
	struct pollfd poll_fd = {.fd = link->fd, .events = POLLIN};
	return link->fd >= 0 && poll(&poll_fd, 1, 0) > 0 &&
	       (poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL));
}

static void note_end(struct link *link, enum pause_end end)
{
	char why[160];
	if (end == PAUSE_GONE || unplugged(link)) {
		fall(link, LINK_GONE, "the modem was unplugged");
	} else if (end == PAUSE_LATE) {
		snprintf(why, sizeof why, "no answer while %s", link->what);
		fall(link, LINK_SICK, why);
	}
}

static void read_once(struct link *link)
{
	pause_begin(PAUSE_PLAIN, link->sm, link->fd, 0, 3000);
	int n = GSM_ReadDevice(link->sm, FALSE);
	note_end(link, pause_end_call());
	/* Readable and nothing to read is what an unplugged port looks like to
	 * libGammu. */
	link->empty_reads = n > 0 ? 0 : link->empty_reads + 1;
	if (link->empty_reads > 20)
		fall(link, LINK_GONE, "the port gives nothing but ends of file");
	if (n > link->bytes_known)
		link->dirty = true;
	finish_ussd(link);
}

void link_pump(struct link *link, bool expected)
{
	if (!link->sm || link->health != LINK_WELL)
		return;
	bool dirty = link->dirty;
	link->what = "listening";
	link->bytes_known = expected ? INT_MAX : 0;
	read_once(link);
	if (expected)
		link->dirty = dirty;
}

/* What common modems say when they start. */
static bool is_start(const char *frame)
{
	static const char *const lines[] = {
	    "RDY\r",     "^SYSSTART", "*PSUTTZ",  "+CFUN: 1", "+CPIN: READY\r", "Call Ready",
	    "SMS Ready", "PB DONE",   "+PBREADY", "^BOOT",    "MODEM:STARTUP",
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		const char *at = strstr(frame, lines[i]);
		if (at && (at == frame || at[-1] == '\n'))
			return true;
	}
	return false;
}

/* A text of several lines that libGammu didn't see as one: its lines end with
 * a line feed alone, as the operator wrote them. */
static void find_ussd(struct link *link)
{
	const char *at = strstr(trace_last_frame(link->trace), "+CUSD: ");
	const char *first = at ? strchr(at, '"') : NULL;
	const char *last = first ? strrchr(first, '"') : NULL;
	if (!last || last == first)
		return;
	char *text = xstrndup(first + 1, (size_t)(last - first - 1));
	link->events.ussd(at[7] == '1' ? USSD_ActionNeeded : USSD_NoActionNeeded, text,
			  link->events.arg);
	free(text);
}

/* Writes BYTES and reads until libGammu's parser has come to the end of a
 * frame, which empties it. */
static void settle(struct link *link, const char *bytes)
{
	if (link->fd < 0 || link->health != LINK_WELL) {
		link->dirty = false;
		return;
	}
	unsigned frames = trace_frames(link->trace);
	int64_t until = clock_mono_ms() + SETTLE_MS;
	if (write(link->fd, bytes, strlen(bytes)) != (ssize_t)strlen(bytes)) {
		fall(link, unplugged(link) ? LINK_GONE : LINK_SICK, "the port takes no bytes");
		return;
	}
	/* Unless what comes now says otherwise. */
	link->dirty = false;
	while (link->health == LINK_WELL && trace_frames(link->trace) == frames) {
		int64_t left = until - clock_mono_ms();
		struct pollfd poll_fd = {.fd = link->fd, .events = POLLIN};
		if (left <= 0 || poll(&poll_fd, 1, (int)left) <= 0) {
			fall(link, LINK_SICK, "the modem doesn't answer");
			break;
		}
		link->bytes_known = INT_MAX;
		read_once(link);
	}
	if (trace_frames(link->trace) == frames)
		return;
	if (is_start(trace_last_frame(link->trace)))
		link->rebooted = true;
	find_ussd(link);
}

bool link_is_dirty(const struct link *link)
{
	return link->dirty && link->health == LINK_WELL;
}

void link_understood(struct link *link)
{
	link->bytes_known = INT_MAX;
}

void link_clean(struct link *link)
{
	link->what = "clearing an unknown line away";
	if (link->sm && link->dirty)
		settle(link, "AT\r");
}

void link_flush(struct link *link)
{
	link->what = "looking for what was said besides the answer";
	if (link->sm)
		settle(link, "AT\r");
}

bool link_has_rebooted(struct link *link)
{
	bool rebooted = link->rebooted;
	link->rebooted = false;
	return rebooted;
}

bool link_begin(struct link *link, enum pause_kind kind, int deadline_ms, const char *what)
{
	/* An unsolicited line that libGammu doesn't know stays in its parser
	 * and hides the answer to the next command (19 s of waiting): a bare
	 * AT pushes it out. */
	link_clean(link);
	link->what = what;
	if (!link->sm || link->health != LINK_WELL)
		return false;
	pause_begin(kind, link->sm, link->fd, 0, deadline_ms);
	return true;
}

GSM_Error link_end(struct link *link, GSM_Error error)
{
	note_end(link, pause_end_call());
	char why[160];
	switch (error) {
	case ERR_TIMEOUT:
	case ERR_ABORTED:
		snprintf(why, sizeof why, "no answer while %s", link->what);
		fall(link, LINK_SICK, why);
		break;
	case ERR_DEVICEWRITEERROR:
	case ERR_DEVICEREADERROR:
	case ERR_NOTCONNECTED:
		fall(link, LINK_GONE, "the port broke off");
		break;
	default:
		break;
	}
	return error;
}

void link_leave_edit_mode(struct link *link)
{
	link->what = "leaving the edit mode";
	settle(link, "\x1b\rAT\r");
}

void link_raw(struct link *link, const char *command)
{
	char line[64];
	if (snprintf(line, sizeof line, "%s\r", command) >= (int)sizeof line)
		return;
	link->what = command;
	if (link->dirty)
		settle(link, "AT\r");
	settle(link, line);
}

bool link_arm(struct link *link)
{
	/* Does nothing while its flag is set: off first. */
	if (link->armed) {
		if (!link_begin(link, PAUSE_PLAIN, 10000, "switching notices off"))
			return false;
		link_end(link, GSM_SetIncomingSMS(link->sm, FALSE));
	}
	if (!link_begin(link, PAUSE_PLAIN, 20000, "switching notices on"))
		return false;
	GSM_Error error = link_end(link, GSM_SetIncomingSMS(link->sm, TRUE));
	link->armed = true;
	if (error == ERR_NONE)
		return true;
	if (link->health == LINK_WELL && link->fd >= 0) {
		/* libGammu refuses modems without broadcast messages (its issue
		 * 729) but has set its flag: notices will be understood. */
		log_debug("modem", "notices by libGammu: %s; asking by hand", GSM_ErrorName(error));
		link_raw(link, "AT+CNMI=2,1,0,0,0");
	}
	return false;
}
