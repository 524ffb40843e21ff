/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CONF_H
#define KENTONGAN_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "kentongan/errors.h"
#include "kentongan/memory.h"

/* The configuration file, read by libconfuse and checked against one table of
 * settings (name, type, range, default, reloadable, explanation). Durations
 * are seconds unless the name says otherwise. All strings are owned by the
 * struct conf and are never NULL ("" where not set). */

#define CONF_DEFAULT_PATH "/etc/kentongan/kentongan.conf"

struct conf_modem {
	const char *name;           /* [a-z0-9-]{1,32}: names the process and the rows */
	const char *device;         /* path; may be "" when imei or imsi is given */
	const char *imei;           /* find the modem by its own number … */
	const char *imsi;           /* … or by its SIM */
	const char *search;         /* globs of candidates, separated by spaces */
	const char *connection;     /* Gammu's: "at115200", "at", "none" (dummy) … */
	const char *pin_file;       /* SIM PIN (credential); "" when the SIM wants none */
	const char *smsc;           /* "" = what the SIM says */
	const char *number;         /* the SIM's own MSISDN, never answered */
	const char *own_prefixes;   /* "0811,0812": numbers that are sent through this one */
	int send_pause_ms;          /* -1 = libGammu's stock pauses; 0.. = ours */
	int pace_ms;                /* shortest time between two submits */
	int broadcast_pace_ms;      /* between two messages of broadcasts, on the average */
	int broadcast_jitter;       /* percent by which that varies */
	int daily_cap;              /* parts a day; 0 = no limit */
	int validity_minutes;       /* TP-VP of messages without one of their own */
	bool reports;               /* ask for delivery reports */
	bool missed_calls;          /* reject and answer them; else they ring */
	int sweep_seconds;          /* slow timer that reads the whole storage */
	int sample_seconds;         /* signal, network, SIM, storage */
	int part_wait_seconds;      /* how long a multipart message may stay incomplete */
	int price;                  /* of a part, in the currency's unit; 0 = not known */
	const char *credit_code;    /* "*888#" asks the operator for the credit; "" = never */
	const char *credit_pattern; /* finds amount and expiry in the answer; "" = ours */
	int credit_every;           /* parts sent between two questions */
	int credit_low;             /* less than this is too little */
	int credit_days;            /* so many days before the SIM expires it is late */
	int line;                   /* where its section starts, for messages */
};

/* A telephone operator, for the pace of broadcasts. */
struct conf_operator {
	const char *name;     /* [a-z0-9-]{1,32} */
	const char *prefixes; /* "0811,+62812": its numbers; "" = none */
	int pace_ms;          /* between two messages of broadcasts to it; 0 = none */
	int line;             /* where its section starts; 0 = it comes with the program */
};

/* A door for USSD: one provider's callbacks. */
struct conf_ussd {
	const char *name;          /* [a-z0-9-]{1,32} */
	const char *dialect;       /* africastalking, hubtel, nalo */
	const char *path;          /* "/ussd/…", secret where nothing else guards the door */
	const char *user;          /* HTTP basic authentication; "" = none */
	const char *password_file; /* its password (credential) */
	const char *allow;         /* addresses and networks, spaces or commas between; "" = any */
	const char *service_code;  /* "*384*12#"; "" = what the provider says */
	int line;
};

/* An operator's account behind Kannel. */
struct conf_kannel {
	const char *name;          /* [a-z0-9-]{1,32} */
	const char *sendsms;       /* "http://127.0.0.1:13013/cgi-bin/sendsms" */
	const char *user;          /* of Kannel's group sendsms-user */
	const char *password_file; /* its password (credential) */
	const char *path;          /* secret: what Kannel calls is below /kannel/PATH/ */
	const char *callback;      /* "http://127.0.0.1:8642": where Kannel reaches us */
	const char *number;        /* sender of what we send; "" = what Kannel says */
	const char *smsc;          /* Kannel's smsc-id; "" = its routing decides */
	const char *allow;         /* as in conf_ussd */
	const char *own_prefixes;  /* as of a modem, and so what follows */
	int broadcast_pace_ms;     /* 0 = none */
	int broadcast_jitter;
	int daily_cap;
	int price;
	int in_flight; /* requests at once */
	int timeout_seconds;
	bool reports;
	int line;
};

struct conf_limits {
	int burst;               /* messages of one sender at once */
	int per_minute;          /* messages of one sender, sustained */
	int replies_per_sender;  /* a day */
	int replies_per_unknown; /* a day to one unknown number */
	int unknown_total;       /* a day to all unknown numbers together */
	int replies_per_group;   /* a day */
	int replies_per_modem;   /* a day */
	int loop_same;           /* same text from one sender that ends a loop */
};

struct conf {
	const char *path; /* the file it came from */
	/* database { } */
	const char *db_conninfo;       /* libpq, service role */
	const char *db_owner_conninfo; /* libpq, for `kentongan db` */
	const char *db_password_file;  /* "" with peer authentication */
	/* general */
	const char *country;  /* calling code digits: "62" (the file may say ID) */
	const char *language; /* "id" */
	const char *key_file;
	const char *commands_file; /* config/commands.conf */
	const char *lang_dir;      /* config/lang */
	const char *menus_file;    /* config/menus.conf */
	const char *state_dir;     /* /var/lib/kentongan: trace dumps */
	const char *log_level;     /* error|warn|info|debug */
	bool log_numbers;
	/* http { } */
	const char *http_listen;    /* "127.0.0.1" */
	int http_port;              /* 0 = no HTTP */
	const char *http_api_allow; /* networks of other systems, as in conf_ussd; "" = none */
	/* timers */
	int heartbeat_seconds; /* a modem silent for longer is killed */
	int pending_hours;     /* default for new groups */
	int late_minutes;      /* an answer to an older message says so */
	int seal_seconds;      /* audit chain batches */
	int retention_days;    /* message texts; 0 = for ever */
	struct conf_limits limits;
	struct conf_modem *modems;
	size_t modem_count;
	struct conf_operator *operators; /* those of the file first */
	size_t operator_count;
	struct conf_ussd *ussds;
	size_t ussd_count;
	struct conf_kannel *kannels;
	size_t kannel_count;
	struct arena *arena;
};

/* Reads PATH. On failure returns -EINVAL with every mistake found, one a line,
 * each "file:line: setting: what is wrong; what would be right", appended to
 * PROBLEMS (caller's, zeroed); *OUT is then NULL. -ENOENT where the file is
 * missing. Blocking; call outside the loop or at a reload. */
MUSTCHECK int conf_load(struct conf **out, const char *path, struct strbuf *problems);
void conf_free(struct conf **conf);

/* How credit_pattern is compiled (PCRE2); spaces in the answer are single ones. */
#define CONF_CREDIT_PATTERN_OPTIONS (PCRE2_UTF | PCRE2_CASELESS | PCRE2_DOTALL | PCRE2_DUPNAMES)

/* The modem of that name, or NULL. */
const struct conf_modem *conf_modem(const struct conf *conf, const char *name);

/* Level and masking of the log as the configuration says. */
void conf_apply_log(const struct conf *conf);

/* Reads a one-line secret (systemd credential or file); trailing newline cut.
 * "$CREDENTIALS_DIRECTORY/name" is tried for a relative PATH. */
MUSTCHECK int conf_read_secret(const char *path, char *out, size_t size, struct errbuf *err);

/* Prints the documented default file to FILE (kept equal to
 * config/kentongan.conf by a test). */
void conf_print_example(FILE *file);

#endif
