/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "conf_internal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <libpq-fe.h>
#include <pcre2.h>

#include "kentongan/http.h"

/* --- checks that a type and a range don't cover --- */

static int check_given(const char **value, struct strbuf *why)
{
	if (**value)
		return 0;
	strbuf_puts(why, "is empty; leave the line out to get the default");
	return -EINVAL;
}

static int check_country(const char **value, struct strbuf *why)
{
	static const struct {
		const char *iso, *calling;
	} countries[] = {{"ID", "62"}, {"MY", "60"},  {"TL", "670"}, {"PH", "63"},
			 {"TH", "66"}, {"VN", "84"},  {"IN", "91"},  {"BD", "880"},
			 {"LK", "94"}, {"NP", "977"}, {"PG", "675"}, {"KE", "254"}};
	for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
		if (strcasecmp(*value, countries[i].iso) == 0) {
			*value = countries[i].calling;
			return 0;
		}
	size_t digits = strspn(*value, "0123456789");
	if (digits >= 1 && digits <= 3 && !(*value)[digits] && **value != '0')
		return 0;
	strbuf_printf(why, "\"%s\" is not a country; give the calling code, such as 62 (Indonesia)",
		      *value);
	return -EINVAL;
}

static int check_language(const char **value, struct strbuf *why)
{
	size_t letters = strspn(*value, "abcdefghijklmnopqrstuvwxyz");
	if (letters >= 2 && letters <= 8 && !(*value)[letters])
		return 0;
	strbuf_printf(why, "\"%s\" is not a language; give a folder of lang_dir, such as id",
		      *value);
	return -EINVAL;
}

static int check_level(const char **value, struct strbuf *why)
{
	static const char *const levels[] = {"error", "warn", "info", "debug"};
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (strcmp(*value, levels[i]) == 0)
			return 0;
	strbuf_printf(why, "\"%s\" is not a level; use error, warn, info or debug", *value);
	return -EINVAL;
}

static int check_conninfo(const char **value, struct strbuf *why)
{
	char *message = NULL;
	PQconninfoOption *options = PQconninfoParse(*value, &message);
	if (options) {
		PQconninfoFree(options);
		return 0;
	}
	size_t length = message ? strcspn(message, "\n") : 0;
	strbuf_printf(why,
		      "PostgreSQL says: %.*s; write it like \"dbname=kentongan user=kentongan\"",
		      (int)length, message ? message : "");
	PQfreemem(message);
	return -EINVAL;
}

static int check_address(const char **value, struct strbuf *why)
{
	unsigned char address[16];
	if (inet_pton(AF_INET, *value, address) == 1 || inet_pton(AF_INET6, *value, address) == 1)
		return 0;
	strbuf_printf(why, "\"%s\" is not an IP address; use 127.0.0.1 for this machine only",
		      *value);
	return -EINVAL;
}

static int check_digits(const char **value, size_t min, size_t max, const char *remedy,
			struct strbuf *why)
{
	size_t digits = strspn(*value, "0123456789");
	if (!**value || (digits >= min && digits <= max && !(*value)[digits]))
		return 0;
	strbuf_printf(why, "\"%s\" is not right; %s", *value, remedy);
	return -EINVAL;
}

static int check_imei(const char **value, struct strbuf *why)
{
	return check_digits(value, 14, 16, "an IMEI has 15 digits (the modem shows it for *#06#)",
			    why);
}

static int check_imsi(const char **value, struct strbuf *why)
{
	return check_digits(value, 6, 15,
			    "an IMSI has up to 15 digits (\"kentongan check\" shows it)", why);
}

static int check_number(const char **value, struct strbuf *why)
{
	const char *digits = **value == '+' ? *value + 1 : *value;
	return check_digits(&digits, 7, 15, "write a number such as 081234567890 or +6281234567890",
			    why);
}

static int check_prefixes(const char **value, struct strbuf *why)
{
	const char *p = *value;
	while (*p) {
		p += strspn(p, ", ");
		if (*p == '+')
			p++;
		size_t digits = strspn(p, "0123456789");
		if (!digits || digits > 15 || (p[digits] && !strchr(", ", p[digits])))
			goto bad;
		p += digits;
	}
	return 0;
bad:
	strbuf_printf(why, "\"%s\" is not a list of prefixes; write it like \"0811,0812\"", *value);
	return -EINVAL;
}

static int check_connection(const char **value, struct strbuf *why)
{
	for (const char *p = *value; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_:", *p))
			goto bad;
	if (**value)
		return 0;
bad:
	strbuf_printf(why, "\"%s\" is not a Gammu connection; most modems want at115200", *value);
	return -EINVAL;
}

static int check_ussd(const char **value, struct strbuf *why)
{
	size_t length = strlen(*value);
	if (length == 0 ||
	    (length <= 24 && strchr("*#", **value) && length > 2 && (*value)[length - 1] == '#' &&
	     strspn(*value, "0123456789*#") == length))
		return 0;
	strbuf_printf(why, "\"%s\" is not a code; write it as it is dialled, such as \"*888#\"",
		      *value);
	return -EINVAL;
}

static int check_dialect(const char **value, struct strbuf *why)
{
	static const char *const dialects[] = {"africastalking", "hubtel", "nalo"};
	for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
		if (strcmp(*value, dialects[i]) == 0)
			return 0;
	strbuf_printf(why, "\"%s\" is not known; use africastalking, hubtel or nalo", *value);
	return -EINVAL;
}

static int check_ussd_path(const char **value, struct strbuf *why)
{
	size_t length = strlen(*value);
	if (!length || (length <= 128 && strncmp(*value, "/ussd/", 6) == 0 && (*value)[6] &&
			strspn(*value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789-_/") == length))
		return 0;
	strbuf_puts(why, "is no address; write /ussd/ and behind it letters, digits, - and _");
	return -EINVAL;
}

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

static int check_kannel_path(const char **value, struct strbuf *why)
{
	size_t length = strlen(*value);
	if (length >= 16 && length <= 64 && strspn(*value, PLAIN) == length)
		return 0;
	strbuf_puts(why, "is no secret; give 16 to 64 letters, digits, - and _ that nobody can "
			 "guess: `openssl rand -hex 16` makes some");
	return -EINVAL;
}

/* Kannel finds its own signs, with %, in the callback, and would fill them in. */
static int check_url(const char **value, struct strbuf *why)
{
	static const char more[] = PLAIN ".:/[]~";
	const char *host = strncmp(*value, "http://", 7) == 0    ? *value + 7
			   : strncmp(*value, "https://", 8) == 0 ? *value + 8
								 : "";
	size_t length = strlen(*value);
	if (!length || (length <= 256 && *host && *host != '/' && *host != ':' &&
			strspn(*value, more) == length))
		return 0;
	strbuf_printf(why, "\"%s\" is no address; write it like \"http://127.0.0.1:13013\"",
		      *value);
	return -EINVAL;
}

static int check_callback(const char **value, struct strbuf *why)
{
	size_t length = strlen(*value);
	if (!length || (*value)[length - 1] != '/')
		return check_url(value, why);
	strbuf_printf(why, "\"%s\" ends in /; leave that out", *value);
	return -EINVAL;
}

static int check_sendsms(const char **value, struct strbuf *why)
{
	return **value ? check_url(value, why) : check_given(value, why);
}

/* A short code and letters may be a sender, too. */
static int check_sender(const char **value, struct strbuf *why)
{
	const char *digits = **value == '+' ? *value + 1 : *value;
	size_t length = strlen(digits);
	if (!**value || (length >= 3 && length <= 15 && strspn(digits, "0123456789") == length) ||
	    (*digits && digits == *value && length <= 11 && strspn(digits, PLAIN " ") == length))
		return 0;
	strbuf_printf(why,
		      "\"%s\" is no sender; write a number, a short code such as 1234, or a name "
		      "of up to 11 letters",
		      *value);
	return -EINVAL;
}

static int check_word(const char **value, struct strbuf *why)
{
	size_t length = strlen(*value);
	if (length <= 64 && strspn(*value, PLAIN ".") == length)
		return 0;
	strbuf_printf(why, "\"%s\" has other signs than letters, digits, -, _ and .", *value);
	return -EINVAL;
}

static int check_networks(const char **value, struct strbuf *why)
{
	for (const char *p = *value + strspn(*value, ", "); *p; p += strspn(p, ", ")) {
		size_t length = strcspn(p, ", ");
		char one[64];
		snprintf(one, sizeof one, "%.*s", (int)length, p);
		if (length >= sizeof one || !http_is_network(one)) {
			strbuf_printf(why,
				      "\"%s\" is neither an address nor a network; write them like "
				      "\"192.0.2.7 198.51.100.0/24\"",
				      one);
			return -EINVAL;
		}
		p += length;
	}
	return 0;
}

static int check_pattern(const char **value, struct strbuf *why)
{
	static const char remedy[] =
	    "write it like 'Rp *(?<amount>[0-9.,]+).*aktif (?<expiry>[0-9/-]+)'";
	int code;
	size_t at;
	if (!**value)
		return 0;
	pcre2_code *pattern = pcre2_compile((PCRE2_SPTR)*value, PCRE2_ZERO_TERMINATED,
					    CONF_CREDIT_PATTERN_OPTIONS, &code, &at, NULL);
	if (!pattern) {
		PCRE2_UCHAR message[120];
		pcre2_get_error_message(code, message, sizeof message);
		strbuf_printf(why, "at its character %zu: %s; %s", at + 1, (const char *)message,
			      remedy);
		return -EINVAL;
	}
	PCRE2_SPTR first, last;
	int named = pcre2_substring_nametable_scan(pattern, (PCRE2_SPTR) "amount", &first, &last);
	pcre2_code_free(pattern);
	if (named > 0)
		return 0;
	strbuf_printf(why, "names no group \"amount\"; %s", remedy);
	return -EINVAL;
}

/* --- the table: the order is that of the example file --- */

#define IN_CONF(field) offsetof(struct conf, field)
#define IN_MODEM(field) offsetof(struct conf_modem, field)
#define IN_OPERATOR(field) offsetof(struct conf_operator, field)
#define IN_USSD(field) offsetof(struct conf_ussd, field)
#define IN_KANNEL(field) offsetof(struct conf_kannel, field)
#define DAYS_MAX 36500
#define COUNT_MAX 1000000

const struct conf_section conf_sections[] = {
    {"", ""},
    {"database", "The PostgreSQL database that holds everything."},
    {"http", "The small web server for metrics, health and what operators' gateways send."},
    {"limits",
     "How much may come in and go out, so that a flood can't empty the prepaid credit. Who goes "
     "over a limit hears so once and is then ignored for a while."},
    {CONF_MODEM_SECTION,
     "One section for each modem. The name is yours: small letters, digits and hyphens. Say "
     "which modem it is by device, imei or imsi; with imei or imsi it is found again when it "
     "moves to another USB socket."},
    {CONF_OPERATOR_SECTION,
     "How fast broadcasts go to the numbers of one operator, through all modems together. "
     "Indonesia's operators come with the program, without a pace of their own: a section is "
     "needed only to change one, or for another."},
    {CONF_USSD_SECTION,
     "One section for each contract for USSD (*384#): an operator or aggregator sends its users' "
     "steps to the web server above, over HTTP. See also menus_file."},
    {CONF_KANNEL_SECTION,
     "One section for each account with an operator or aggregator that Kannel speaks SMPP with. "
     "kentongan-kannel(7) says what Kannel's own configuration needs."},
};
const size_t conf_section_count = sizeof conf_sections / sizeof *conf_sections;

const struct setting conf_settings[] = {
    {"", "country", SETTING_TEXT, IN_CONF(country), 0, 0, check_country, "62", NULL, false,
     "Calling code of the country, without plus: numbers written 0812… are read with it."},
    {"", "language", SETTING_TEXT, IN_CONF(language), 0, 0, check_language, "id", NULL, true,
     "Language for people whose own isn't known: a folder of lang_dir (id, en, jv, mad)."},
    {"", "key_file", SETTING_SECRET, IN_CONF(key_file), 0, 0, check_given,
     KENTONGAN_SYSCONFDIR "/kentongan/key", NULL, false,
     "The service's secret key. Keep a copy elsewhere: without it no PIN is accepted any more. "
     "May also be the name of a systemd credential."},
    {"", "commands_file", SETTING_PATH, IN_CONF(commands_file), 0, 0, check_given,
     KENTONGAN_DATADIR "/commands.conf", NULL, true,
     "The words that members may type. To change them, copy the file and name the copy here."},
    {"", "lang_dir", SETTING_PATH, IN_CONF(lang_dir), 0, 0, check_given, KENTONGAN_DATADIR "/lang",
     NULL, true,
     "Folder of the texts that we send, in it a folder for each language. To change them, copy "
     "it and name the copy here."},
    {"", "menus_file", SETTING_PATH, IN_CONF(menus_file), 0, 0, check_given,
     KENTONGAN_DATADIR "/menus.conf", NULL, true,
     "The menus of USSD. To change them, copy the file and name the copy here."},
    {"", "state_dir", SETTING_PATH, IN_CONF(state_dir), 0, 0, check_given, "/var/lib/kentongan",
     NULL, false, "Folder for reports on modem trouble. The service must be able to write it."},
    {"", "log_level", SETTING_TEXT, IN_CONF(log_level), 0, 0, check_level, "info", NULL, true,
     "How much goes to the log: error, warn, info or debug."},
    {"", "log_numbers", SETTING_BOOL, IN_CONF(log_numbers), 0, 0, NULL, "no", NULL, true,
     "Phone numbers in full in the log (yes), or with their middle hidden (no)."},
    {"", "pending_hours", SETTING_INT, IN_CONF(pending_hours), 1, 24 * 365, NULL, "72", NULL, true,
     "Hours after which a deposit that no officer has confirmed is dropped and the chair is "
     "told. Groups may have their own."},
    {"", "late_minutes", SETTING_INT, IN_CONF(late_minutes), 1, 1440, NULL, "15", NULL, true,
     "The answer to a message older than this many minutes says when it was sent."},
    {"", "heartbeat_seconds", SETTING_INT, IN_CONF(heartbeat_seconds), 1, 3600, NULL, "60", NULL,
     true,
     "A modem's process that shows no life for this many seconds is stopped and started again."},
    {"", "seal_seconds", SETTING_INT, IN_CONF(seal_seconds), 1, 3600, NULL, "60", NULL, true,
     "Every so many seconds the new records of the audit log are sealed and signed."},
    {"", "retention_days", SETTING_INT, IN_CONF(retention_days), 0, DAYS_MAX, NULL, "0", NULL, true,
     "Days after which the texts of messages are forgotten (the books stay). 0 keeps them."},

    {"database", "conninfo", SETTING_TEXT, IN_CONF(db_conninfo), 0, 0, check_conninfo,
     "dbname=kentongan user=kentongan", NULL, false,
     "How the service connects, in PostgreSQL's words. Several hosts may be named for a "
     "replicated database: \"host=a,b dbname=kentongan target_session_attrs=read-write\"."},
    {"database", "owner_conninfo", SETTING_TEXT, IN_CONF(db_owner_conninfo), 0, 0, check_conninfo,
     "dbname=kentongan user=postgres", NULL, false,
     "How \"kentongan db init\" and \"kentongan db upgrade\" connect: a role that may create "
     "roles and databases."},
    {"database", "password_file", SETTING_SECRET, IN_CONF(db_password_file), 0, 0, NULL, "",
     "db-password", false,
     "File with the password on its first line, or the name of a systemd credential. Not "
     "needed where PostgreSQL runs on this machine."},

    {"http", "listen", SETTING_TEXT, IN_CONF(http_listen), 0, 0, check_address, "127.0.0.1", NULL,
     false, "Address to listen at. 127.0.0.1 can be reached from this machine only."},
    {"http", "port", SETTING_INT, IN_CONF(http_port), 0, 65535, NULL, "8642", NULL, false,
     "Port to listen at. 0 = no web server."},
    {"http", "api_allow", SETTING_TEXT, IN_CONF(http_api_allow), 0, 0, check_networks,
     "127.0.0.1 ::1", NULL, true,
     "Addresses and networks that other systems may use the API from (kentongan-api(7)); each "
     "needs a token besides. Empty = from nowhere."},

    {"limits", "burst", SETTING_INT, IN_CONF(limits.burst), 1, COUNT_MAX, NULL, "20", NULL, true,
     "Messages that one sender may send at once."},
    {"limits", "per_minute", SETTING_INT, IN_CONF(limits.per_minute), 1, COUNT_MAX, NULL, "20",
     NULL, true, "Messages a minute that one sender may send for longer."},
    {"limits", "replies_per_sender", SETTING_INT, IN_CONF(limits.replies_per_sender), 1, COUNT_MAX,
     NULL, "100", NULL, true, "Answers a day to one registered number."},
    {"limits", "replies_per_unknown", SETTING_INT, IN_CONF(limits.replies_per_unknown), 0,
     COUNT_MAX, NULL, "1", NULL, true, "Answers a day to one number that isn't registered."},
    {"limits", "unknown_total", SETTING_INT, IN_CONF(limits.unknown_total), 0, COUNT_MAX, NULL,
     "50", NULL, true, "Answers a day to all numbers together that aren't registered."},
    {"limits", "replies_per_group", SETTING_INT, IN_CONF(limits.replies_per_group), 1, COUNT_MAX,
     NULL, "2000", NULL, true, "Answers a day to the members of one group."},
    {"limits", "replies_per_modem", SETTING_INT, IN_CONF(limits.replies_per_modem), 1, COUNT_MAX,
     NULL, "3000", NULL, true, "Answers a day through one modem."},
    {"limits", "loop_same", SETTING_INT, IN_CONF(limits.loop_same), 2, 1000, NULL, "4", NULL, true,
     "The same text so many times in a row from one sender is a machine that answers us: it "
     "gets no more answers."},

    {CONF_MODEM_SECTION, "device", SETTING_TEXT, IN_MODEM(device), 0, 0, NULL, "",
     "/dev/serial/by-id/usb-HUAWEI_HUAWEI_Mobile-if00-port0", false,
     "The modem's device. Names below /dev/serial/by-id/ stay the same; ttyUSB0 may change."},
    {CONF_MODEM_SECTION, "imei", SETTING_TEXT, IN_MODEM(imei), 0, 0, check_imei, "",
     "357682010123456", false, "The modem's own number (15 digits), instead of device."},
    {CONF_MODEM_SECTION, "imsi", SETTING_TEXT, IN_MODEM(imsi), 0, 0, check_imsi, "",
     "510101234567890", false,
     "The number inside the SIM card, instead of device: follows the card into any modem."},
    {CONF_MODEM_SECTION, "search", SETTING_TEXT, IN_MODEM(search), 0, 0, check_given,
     "/dev/serial/by-id/* /dev/ttyUSB* /dev/ttyACM*", NULL, false,
     "Where to look for a modem that is named by imei or imsi."},
    {CONF_MODEM_SECTION, "connection", SETTING_TEXT, IN_MODEM(connection), 0, 0, check_connection,
     "at115200", NULL, false, "Gammu's name of the connection. at115200 suits nearly every modem."},
    {CONF_MODEM_SECTION, "pin_file", SETTING_SECRET, IN_MODEM(pin_file), 0, 0, NULL, "", "pin-desa",
     false,
     "File with the SIM's PIN, or the name of a systemd credential. Not needed for a SIM that "
     "asks for none."},
    {CONF_MODEM_SECTION, "smsc", SETTING_TEXT, IN_MODEM(smsc), 0, 0, check_number, "",
     "+6281100000", false, "Number of the message centre. Normally the SIM knows it."},
    {CONF_MODEM_SECTION, "number", SETTING_TEXT, IN_MODEM(number), 0, 0, check_number, "",
     "081234567890", false, "The SIM's own phone number: messages from it are never answered."},
    {CONF_MODEM_SECTION, "own_prefixes", SETTING_TEXT, IN_MODEM(own_prefixes), 0, 0, check_prefixes,
     "", "0811,0812,0813", true,
     "Messages that we start ourselves to numbers with these beginnings go through this modem "
     "(cheaper inside one operator). Answers go back the way that the question came."},
    {CONF_MODEM_SECTION, "send_pause", SETTING_PAUSE, IN_MODEM(send_pause_ms), 0, 2000, NULL, "20",
     NULL, true,
     "Thousandths of a second to wait before and after a text is handed to the modem. stock = "
     "0.7 seconds in all, for old phones."},
    {CONF_MODEM_SECTION, "pace_ms", SETTING_INT, IN_MODEM(pace_ms), 0, 600000, NULL, "0", NULL,
     true,
     "Thousandths of a second between the starts of two messages, at least. For operators that "
     "bar SIMs which send too fast: 6000 is ten a minute."},
    {CONF_MODEM_SECTION, "broadcast_pace", SETTING_SECONDS, IN_MODEM(broadcast_pace_ms), 0, 3600,
     NULL, "4", NULL, true,
     "Seconds between two messages of broadcasts through this modem, on the average; 0.5 is two "
     "a second. Answers and receipts go at once, and before them."},
    {CONF_MODEM_SECTION, "broadcast_jitter", SETTING_INT, IN_MODEM(broadcast_jitter), 0, 90, NULL,
     "25", NULL, true,
     "By so many percent that pause varies at random: operators bar SIMs that send like "
     "clockwork."},
    {CONF_MODEM_SECTION, "daily_cap", SETTING_INT, IN_MODEM(daily_cap), 0, COUNT_MAX, NULL, "0",
     NULL, true, "Most message parts a day through this SIM. 0 = no limit."},
    {CONF_MODEM_SECTION, "validity_minutes", SETTING_INT, IN_MODEM(validity_minutes), 5, 635040,
     NULL, "1440", NULL, true,
     "How many minutes the network keeps trying to deliver a message to a phone that is off."},
    {CONF_MODEM_SECTION, "reports", SETTING_BOOL, IN_MODEM(reports), 0, 0, NULL, "yes", NULL, true,
     "Ask the network to tell when a message has arrived. Some operators charge for it."},
    {CONF_MODEM_SECTION, "missed_calls", SETTING_BOOL, IN_MODEM(missed_calls), 0, 0, NULL, "yes",
     NULL, true,
     "Reject whoever calls the SIM, which costs the caller nothing, and answer registered numbers "
     "by a message: the balance, or what \"kentongan group set --missed-call\" says. no = let it "
     "ring."},
    {CONF_MODEM_SECTION, "sweep_seconds", SETTING_INT, IN_MODEM(sweep_seconds), 1, 86400, NULL,
     "300", NULL, true,
     "Every so many seconds the modem's whole storage is read, in case a notice got lost."},
    {CONF_MODEM_SECTION, "sample_seconds", SETTING_INT, IN_MODEM(sample_seconds), 1, 86400, NULL,
     "300", NULL, true, "Every so many seconds signal, network, SIM and storage are looked at."},
    {CONF_MODEM_SECTION, "part_wait_seconds", SETTING_INT, IN_MODEM(part_wait_seconds), 1, 86400,
     NULL, "600", NULL, true, "How many seconds a long message may wait for its missing parts."},
    {CONF_MODEM_SECTION, "price", SETTING_INT, IN_MODEM(price), 0, COUNT_MAX, NULL, "0", NULL, true,
     "What a message part costs through this SIM, for the sums of \"kentongan report costs\". 0 = "
     "not known."},
    {CONF_MODEM_SECTION, "credit_code", SETTING_TEXT, IN_MODEM(credit_code), 0, 0, check_ussd, "",
     "*888#", true,
     "What is dialled to hear how much credit the SIM has: once a day, and after every "
     "credit_every message parts. Without it nobody asks."},
    {CONF_MODEM_SECTION, "credit_pattern", SETTING_TEXT, IN_MODEM(credit_pattern), 0, 0,
     check_pattern, "", "Rp *(?<amount>[0-9.,]+).*aktif (?<expiry>[0-9/-]+)", true,
     "A regular expression (PCRE2; case doesn't count) that finds \"amount\" and, where the "
     "operator tells it, \"expiry\" in the answer: only needed where \"kentongan status\" says "
     "that the answer isn't understood. One with a backslash stands in single quotes."},
    {CONF_MODEM_SECTION, "credit_every", SETTING_INT, IN_MODEM(credit_every), 1, COUNT_MAX, NULL,
     "100", NULL, true,
     "After so many message parts the SIM's credit is asked for again, besides once a day."},
    {CONF_MODEM_SECTION, "credit_low", SETTING_INT, IN_MODEM(credit_low), 0, 100000000, NULL,
     "10000", NULL, true,
     "With less credit than this the treasurers are told, and broadcasts wait until the SIM is "
     "topped up: what is left is for answers."},
    {CONF_MODEM_SECTION, "credit_days", SETTING_INT, IN_MODEM(credit_days), 0, 365, NULL, "7", NULL,
     true, "So many days before the SIM expires the treasurers are told, too."},

    {CONF_OPERATOR_SECTION, "prefixes", SETTING_TEXT, IN_OPERATOR(prefixes), 0, 0, check_prefixes,
     "", "0811,0812,0813,0821,0822,0823,0851,0852,0853", true,
     "How its numbers begin. Of several that fit the longest counts; what another section has "
     "is taken away from those that come with the program."},
    {CONF_OPERATOR_SECTION, "pace", SETTING_SECONDS, IN_OPERATOR(pace_ms), 0, 3600, NULL, "0", NULL,
     true,
     "Seconds between two messages of broadcasts to its numbers, on the average. 0 = as fast as "
     "the modems' own broadcast_pace allows."},

    {CONF_USSD_SECTION, "dialect", SETTING_TEXT, IN_USSD(dialect), 0, 0, check_dialect,
     "africastalking", NULL, true,
     "How it speaks: africastalking (a form; many others do the same), hubtel or nalo (JSON)."},
    {CONF_USSD_SECTION, "path", SETTING_TEXT, IN_USSD(path), 0, 0, check_ussd_path, "",
     "/ussd/4f1c9a70e2b85d36", true,
     "Where its callbacks come in. Behind /ussd/ stand 16 characters or more that nobody can "
     "guess, unless a password or a list of addresses guards the door."},
    {CONF_USSD_SECTION, "user", SETTING_TEXT, IN_USSD(user), 0, 0, NULL, "", "aggregator", true,
     "Name for HTTP basic authentication, with password_file."},
    {CONF_USSD_SECTION, "password_file", SETTING_SECRET, IN_USSD(password_file), 0, 0, NULL, "",
     "ussd-password", true,
     "File with the password on its first line, or the name of a systemd credential."},
    {CONF_USSD_SECTION, "allow", SETTING_TEXT, IN_USSD(allow), 0, 0, check_networks, "",
     "192.0.2.7 198.51.100.0/24", true,
     "Addresses and networks that its callbacks come from; others are refused."},
    {CONF_USSD_SECTION, "service_code", SETTING_TEXT, IN_USSD(service_code), 0, 0, check_ussd, "",
     "*384*12#", true,
     "What members dial, where the callbacks don't say it: what is dialled behind it is the first "
     "choices."},

    {CONF_KANNEL_SECTION, "sendsms", SETTING_TEXT, IN_KANNEL(sendsms), 0, 0, check_sendsms,
     "http://127.0.0.1:13013/cgi-bin/sendsms", NULL, true,
     "Where Kannel takes what is to be sent: its sendsms-port and sendsms-url."},
    {CONF_KANNEL_SECTION, "user", SETTING_TEXT, IN_KANNEL(user), 0, 0, check_given, "", "kentongan",
     true, "Name in Kannel's group sendsms-user."},
    {CONF_KANNEL_SECTION, "password_file", SETTING_SECRET, IN_KANNEL(password_file), 0, 0,
     check_given, "", "kannel-password", true,
     "File with its password on the first line, or the name of a systemd credential."},
    {CONF_KANNEL_SECTION, "path", SETTING_TEXT, IN_KANNEL(path), 0, 0, check_kannel_path, "",
     "4f1c9a70e2b85d36", true,
     "A secret of 16 characters or more: Kannel calls /kannel/, this, and /sms (get-url of its "
     "sms-service)."},
    {CONF_KANNEL_SECTION, "callback", SETTING_TEXT, IN_KANNEL(callback), 0, 0, check_callback, "",
     "http://127.0.0.1:8642", true,
     "How Kannel reaches our web server, for delivery reports. Left out: on this machine."},
    {CONF_KANNEL_SECTION, "number", SETTING_TEXT, IN_KANNEL(number), 0, 0, check_sender, "", "1234",
     true,
     "The sender that members see and answer to: a number or short code. Left out: what Kannel "
     "says. A whole number is known as our own and never answered."},
    {CONF_KANNEL_SECTION, "smsc", SETTING_TEXT, IN_KANNEL(smsc), 0, 0, check_word, "", "indosat",
     true, "Kannel's smsc-id to send through. Left out: Kannel chooses."},
    {CONF_KANNEL_SECTION, "allow", SETTING_TEXT, IN_KANNEL(allow), 0, 0, check_networks,
     "127.0.0.1", NULL, true, "Addresses and networks that Kannel calls from; others are refused."},
    {CONF_KANNEL_SECTION, "prefixes", SETTING_TEXT, IN_KANNEL(own_prefixes), 0, 0, check_prefixes,
     "", "0814,0815,0816", true,
     "Numbers that are sent through this account while it works, as own_prefixes of a modem."},
    {CONF_KANNEL_SECTION, "in_flight", SETTING_INT, IN_KANNEL(in_flight), 1, 100, NULL, "10", NULL,
     true, "How many messages are handed to Kannel at once."},
    {CONF_KANNEL_SECTION, "timeout", SETTING_INT, IN_KANNEL(timeout_seconds), 1, 300, NULL, "30",
     NULL, true,
     "Seconds after which an unanswered request is given up. Nobody knows then whether it "
     "arrived: answers and receipts are sent again, broadcasts aren't."},
    {CONF_KANNEL_SECTION, "reports", SETTING_BOOL, IN_KANNEL(reports), 0, 0, NULL, "yes", NULL,
     true, "Ask for delivery reports. Some operators charge for them."},
    {CONF_KANNEL_SECTION, "broadcast_pace", SETTING_SECONDS, IN_KANNEL(broadcast_pace_ms), 0, 3600,
     NULL, "0", NULL, true,
     "Seconds between two messages of broadcasts through this account, on the average. 0 = as "
     "fast as Kannel takes them; its own throughput setting counts."},
    {CONF_KANNEL_SECTION, "broadcast_jitter", SETTING_INT, IN_KANNEL(broadcast_jitter), 0, 90, NULL,
     "25", NULL, true, "Percent by which broadcast_pace varies."},
    {CONF_KANNEL_SECTION, "daily_cap", SETTING_INT, IN_KANNEL(daily_cap), 0, COUNT_MAX, NULL, "0",
     NULL, true, "Message parts a day through this account. 0 = no limit."},
    {CONF_KANNEL_SECTION, "price", SETTING_INT, IN_KANNEL(price), 0, COUNT_MAX, NULL, "0", NULL,
     true, "What a message part costs, as price of a modem. 0 = not known."},
};
const size_t conf_setting_count = sizeof conf_settings / sizeof *conf_settings;

bool conf_section_is_titled(const char *section)
{
	return strcmp(section, CONF_MODEM_SECTION) == 0 ||
	       strcmp(section, CONF_OPERATOR_SECTION) == 0 ||
	       strcmp(section, CONF_USSD_SECTION) == 0 || strcmp(section, CONF_KANNEL_SECTION) == 0;
}

const struct conf_shipped conf_shipped_operators[] = {
    {"telkomsel", "0811,0812,0813,0821,0822,0823,0851,0852,0853"}, /* with by.U */
    {"indosat", "0814,0815,0816,0855,0856,0857,0858"},
    {"xl", "0817,0818,0819,0859,0877,0878,0879"},
    {"axis", "0831,0832,0833,0838"},
    {"tri", "0895,0896,0897,0898,0899"},
    {"smartfren", "0881,0882,0883,0884,0885,0886,0887,0888,0889"},
};
const size_t conf_shipped_operator_count =
    sizeof conf_shipped_operators / sizeof *conf_shipped_operators;

const struct setting *conf_find_setting(const char *section, const char *name)
{
	for (size_t i = 0; i < conf_setting_count; i++)
		if (strcmp(conf_settings[i].section, section) == 0 &&
		    strcmp(conf_settings[i].name, name) == 0)
			return &conf_settings[i];
	return NULL;
}

/* --- the example file --- */

#define WRAP_AT 78

/* Characters, not bytes: there are ellipses in the words. */
static size_t columns(const char *text, size_t length)
{
	size_t n = 0;
	for (size_t i = 0; i < length; i++)
		if (((unsigned char)text[i] & 0xC0) != 0x80)
			n++;
	return n;
}

static void print_wrapped(FILE *file, const char *indent, const char *words)
{
	size_t column = 0;
	while (*words) {
		size_t length = strcspn(words, " "), width = columns(words, length);
		if (column && column + 1 + width > WRAP_AT) {
			fputc('\n', file);
			column = 0;
		}
		if (!column)
			column = (size_t)fprintf(file, "%s#", indent);
		fprintf(file, " %.*s", (int)length, words);
		column += 1 + width;
		words += length;
		words += strspn(words, " ");
	}
	fputc('\n', file);
}

static void print_value(FILE *file, const struct setting *setting)
{
	const char *value = setting->example ? setting->example : setting->initial;
	bool bare =
	    *value && strspn(value, "0123456789abcdefghijklmnopqrstuvwxyz") == strlen(value);
	fprintf(file, bare ? "%s = %s\n" : "%s = \"%s\"\n", setting->name, value);
}

/* The words, then in brackets the range and what a change takes. */
static void print_words(FILE *file, const char *indent, const struct setting *setting)
{
	struct strbuf words = {0};
	strbuf_puts(&words, setting->words);
	bool bounded = setting->type == SETTING_INT || setting->type == SETTING_SECONDS;
	if (bounded && setting->max < COUNT_MAX)
		strbuf_printf(&words, " (%d to %d%s)", setting->min, setting->max,
			      setting->reloadable ? "" : ", restart");
	else if (!setting->reloadable)
		strbuf_puts(&words, " (restart)");
	if (setting->example)
		strbuf_puts(&words, " Not set; an example:");
	print_wrapped(file, indent, words.text);
	strbuf_free(&words);
}

static void print_setting(FILE *file, const struct setting *setting)
{
	const char *indent = *setting->section ? "\t" : "";
	fputc('\n', file);
	print_words(file, indent, setting);
	fprintf(file, "%s#", indent);
	print_value(file, setting);
}

static void print_section(FILE *file, const struct conf_section *section)
{
	bool titled = conf_section_is_titled(section->name);
	const char *title = strcmp(section->name, CONF_MODEM_SECTION) == 0 ? "desa"
			    : strcmp(section->name, CONF_USSD_SECTION) == 0
				? "aggregator"
				: conf_shipped_operators[0].name;
	if (*section->name) {
		fputc('\n', file);
		print_wrapped(file, "", section->words);
		/* No modem is better than one that isn't there. */
		fprintf(file, titled ? "#%s \"%s\" {\n" : "%s {\n", section->name, title);
	}
	for (size_t i = 0; i < conf_setting_count; i++)
		if (strcmp(conf_settings[i].section, section->name) == 0)
			print_setting(file, &conf_settings[i]);
	if (*section->name)
		fputs(titled ? "#}\n" : "}\n", file);
}

void conf_print_example(FILE *file)
{
	fputs("# Kentongan's configuration. See kentongan.conf(5).\n"
	      "#\n"
	      "# A line that starts with # is a remark. Settings that start with # show the\n"
	      "# default: to change one, remove the # and write your value. \"kentongan check\"\n"
	      "# says what is wrong with this file. File names that don't start with / are\n"
	      "# looked for beside this file.\n"
	      "#\n"
	      "# \"systemctl reload kentongan\" takes changes over without a pause, except those\n"
	      "# marked (restart): they need \"systemctl restart kentongan\".\n",
	      file);
	for (size_t i = 0; i < conf_section_count; i++)
		print_section(file, &conf_sections[i]);
}
