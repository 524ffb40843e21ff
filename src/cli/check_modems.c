/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kentongan/memory.h"
#include "kentongan/modem.h"
#include "../transport/gammu/find.h"
#include "http_get.h"

static bool is_dummy(const struct conf_modem *modem)
{
	return strcmp(modem->connection, "none") == 0 || strcmp(modem->connection, "dummy") == 0;
}

static void check_pin_file(struct findings *f, const char *about, const struct conf_modem *modem)
{
	char pin[64];
	struct errbuf err = {0};
	if (!*modem->pin_file)
		return;
	if (conf_read_secret(modem->pin_file, pin, sizeof pin, &err))
		findings_add(f, FINDING_BAD, about,
			     "write the PIN into this file, readable for " SERVICE_USER " only",
			     "the SIM's PIN: %s", err.text);
	explicit_bzero(pin, sizeof pin);
}

/* False where there is no sense in opening it. RUNNING: the service has it. */
static bool check_device(struct findings *f, const char *about, const char *device, bool running)
{
	struct stat st;
	char holder[64];
	const struct group *group;
	if (stat(device, &st) != 0) {
		findings_add(f, FINDING_BAD, about,
			     "plug the modem in; `ls -l /dev/serial/by-id/` shows what is there",
			     "%s: %s", device, strerror(errno));
		return false;
	}
	if (!S_ISCHR(st.st_mode)) {
		findings_add(f, FINDING_BAD, about, "name the modem's device", "%s isn't a device",
			     device);
		return false;
	}
	group = getgrgid(st.st_gid);
	/* systemd starts the service with group dialout besides its own. */
	bool dialout = group && strcmp(group->gr_name, "dialout") == 0 &&
		       (st.st_mode & (S_IRGRP | S_IWGRP)) == (S_IRGRP | S_IWGRP);
	if (!dialout && (!check_service_may(&st, R_OK) || !check_service_may(&st, W_OK)))
		findings_add(f, FINDING_BAD, about,
			     "give it to group dialout: the udev rule that comes with Kentongan "
			     "shows how",
			     "the service's user " SERVICE_USER " can't use %s (group %s, mode %o)",
			     device, group ? group->gr_name : "?", (unsigned)(st.st_mode & 0777));
	if (running)
		return true;
	if (find_holder(device, holder, sizeof holder)) {
		findings_add(f, FINDING_BAD, about,
			     strcmp(holder, "kentongan") == 0
				 ? "a service that doesn't answer holds it: `systemctl restart "
				   "kentongan`"
				 : "stop that program, or keep it away from this device",
			     "%s is in use by %s", device, holder);
		return false;
	}
	if (access(device, R_OK | W_OK) != 0) {
		findings_add(f, FINDING_WARNING, about, "run this as root to open it",
			     "%s: not looked into: %s", device, strerror(errno));
		return false;
	}
	return true;
}

static void probe_modem(struct findings *f, const char *about, const struct conf_modem *modem)
{
	struct strbuf words = {0};
	int rc = modem_probe(modem, &words);
	findings_add(f, rc ? FINDING_BAD : FINDING_GOOD, about,
		     "see that it is plugged in, that its SIM is inside and that no other program "
		     "uses it",
		     "%s",
		     words.text ? words.text
		     : rc       ? "doesn't answer"
				: "answers");
	strbuf_free(&words);
}

static bool service_answers(const struct conf *conf)
{
	struct strbuf body = {0};
	bool answers = conf->http_port && http_get(conf, "/status", 2, &body, NULL) == 0;
	strbuf_free(&body);
	return answers;
}

static void check_modem_manager(struct findings *f)
{
	if (find_modem_manager())
		findings_add(f, FINDING_WARNING, "ModemManager",
			     "systemctl disable --now ModemManager, or the udev rule that comes "
			     "with Kentongan",
			     "runs and will open the modems too");
}

static void check_one(struct findings *f, const struct conf_modem *modem, bool running, bool probe)
{
	char about[64];
	bool sensible = true;
	snprintf(about, sizeof about, "modem %s", modem->name);
	check_pin_file(f, about, modem);
	if (*modem->device && !is_dummy(modem))
		sensible = check_device(f, about, modem->device, running);
	if (sensible && probe && !running)
		probe_modem(f, about, modem);
	else if (sensible)
		findings_add(f, FINDING_GOOD, about, NULL, "%s%s, not opened",
			     *modem->device ? modem->device : "found by its number",
			     is_dummy(modem) ? " (Gammu's dummy phone)" : "");
}

void check_modems(struct findings *f, const struct conf *conf, bool probe)
{
	if (!conf->modem_count && !conf->kannel_count)
		findings_add(f, FINDING_WARNING, "modems",
			     "add a section modem \"NAME\" to the configuration",
			     "none is configured");
	else if (conf->modem_count)
		check_modem_manager(f);
	bool running = service_answers(conf);
	if (running && conf->modem_count)
		findings_add(f, FINDING_GOOD, "modems", NULL,
			     "the service runs and holds them: `kentongan status` tells how they "
			     "are");
	for (size_t i = 0; i < conf->modem_count; i++)
		check_one(f, &conf->modems[i], running, probe);
}
