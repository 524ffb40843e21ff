/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kentongan/log.h"

#include "control.h"

#define HERE "network"

static int copy(const char *value, char *out, size_t size, struct errbuf *err)
{
	if (strlen(value) >= size || *value == '\0')
		return err_set(err, -EINVAL, "\"%s\" has a length that doesn't fit", value);
	memcpy(out, value, strlen(value) + 1);
	return 0;
}

static int number(const char *value, int min, int max, int *out, struct errbuf *err)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (*value == '\0' || *end != '\0' || n < min || n > max)
		return err_set(err, -EINVAL, "\"%s\" is no number from %d to %d", value, min, max);
	*out = (int)n;
	return 0;
}

static int set_key(struct modem_config *c, const char *key, const char *value, struct errbuf *err)
{
	if (strcmp(key, "imei") == 0)
		return copy(value, c->imei, sizeof(c->imei), err);
	if (strcmp(key, "imsi") == 0)
		return copy(value, c->imsi, sizeof(c->imsi), err);
	if (strcmp(key, "smsc") == 0)
		return copy(value, c->smsc, sizeof(c->smsc), err);
	if (strcmp(key, "vendor") == 0)
		return copy(value, c->vendor, sizeof(c->vendor), err);
	if (strcmp(key, "model") == 0)
		return copy(value, c->model, sizeof(c->model), err);
	if (strcmp(key, "pin") == 0)
		return copy(value, c->pin, sizeof(c->pin), err);
	if (strcmp(key, "number") == 0) {
		char e164[24];

		if (!network_number(value, e164))
			return err_set(err, -EINVAL, "\"%s\" is no number", value);
		return copy(e164, c->number, sizeof(c->number), err);
	}
	if (strcmp(key, "sim") == 0)
		return number(value, 0, 255, &c->sim, err);
	if (strcmp(key, "me") == 0)
		return number(value, 0, STORAGE_MAX, &c->me, err);
	if (strcmp(key, "sr") == 0)
		return number(value, 0, 255, &c->sr, err);
	if (strcmp(key, "delay") == 0)
		return number(value, 0, 600000, &c->delay_ms, err);
	if (strcmp(key, "cmgs-delay") == 0)
		return number(value, 0, 600000, &c->cmgs_ms, err);
	if (strcmp(key, "no-cbm") == 0) {
		c->no_cbm = true;
		return 0;
	}
	if (strcmp(key, "no-ucs2") == 0) {
		c->no_ucs2 = true;
		return 0;
	}
	if (strcmp(key, "ring") == 0)
		return number(value, 1, 600000, &c->ring_ms, err);
	if (strcmp(key, "urc-busy") == 0) {
		c->urc_busy = true;
		return 0;
	}
	if (strcmp(key, "clip-silent") == 0) {
		c->clip_silent = true;
		return 0;
	}
	if (strcmp(key, "no-clip") == 0) {
		c->no_clip = true;
		return 0;
	}
	if (strcmp(key, "no-chup") == 0) {
		c->no_chup = true;
		return 0;
	}
	if (strcmp(key, "ussd-packed") == 0) {
		c->packed = true;
		return 0;
	}
	return err_set(err, -EINVAL, "no such key");
}

static void made_up(struct modem_config *c, struct network *network)
{
	unsigned nth = 0;

	while (network_modem_at(network, nth) != NULL)
		nth++;
	memset(c, 0, sizeof(*c));
	snprintf(c->imei, sizeof(c->imei), "35000000000%04u", nth + 1);
	snprintf(c->imsi, sizeof(c->imsi), "51089000000%04u", nth + 1);
	snprintf(c->number, sizeof(c->number), "+62811000%04u", nth + 1);
	strcpy(c->smsc, "+62855000000");
	strcpy(c->vendor, "Kentongan");
	strcpy(c->model, "Simulator");
	c->sim = 20;
}

int serve_modem_config(const char *spec, struct network *network, struct modem_config *config,
		       struct errbuf *err)
{
	char *words = xstrdup(spec), *save = NULL;
	char *word = strtok_r(words, ",", &save);
	int code;

	made_up(config, network);
	code = copy(word ? word : "", config->name, sizeof(config->name), err);
	if (code == 0 && strchr(config->name, '/') != NULL)
		code = err_set(err, -EINVAL, "a name has no slash");
	while (code == 0 && (word = strtok_r(NULL, ",", &save)) != NULL) {
		char *value = strchr(word, '=');

		if (value != NULL)
			*value++ = '\0';
		code = set_key(config, word, value ? value : "", err);
		if (code != 0)
			err_prefix(err, code, "%s", word);
	}
	free(words);
	if (code == 0 && config->sim == 0 && config->me == 0)
		code = err_set(err, -EINVAL, "no memory for messages at all");
	return code ? err_prefix(err, code, "modem %s", spec) : 0;
}

static int add_modem(struct network *network, const char *spec, struct errbuf *err)
{
	struct modem_config config;
	struct modem *modem;
	int code = serve_modem_config(spec, network, &config, err);

	if (code == 0)
		code = network_add_modem(network, &config, &modem, err);
	if (code == 0)
		code = modem_plug(modem, NULL, err);
	if (code == 0)
		log_info(HERE, "modem %s, %s, is %s", config.name, log_msisdn(config.number),
			 pty_link(modem->pty));
	return code;
}

static int usage(const char *why)
{
	fprintf(stderr,
		"serve: %s\nusage: kentongan-simulator serve --dir DIR --modem NAME[,…] …\n", why);
	return 2;
}

int serve_main(int argc, char **argv)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"modem", required_argument, NULL, 'm'},
						{NULL, 0, NULL, 0}};
	const char *dir = NULL, *modems[NETWORK_MODEMS_MAX];
	struct control *control = NULL;
	struct network *network;
	struct errbuf err = {""};
	struct loop *loop;
	size_t count = 0;
	int c, code = 0;

	while ((c = getopt_long(argc, argv, "d:m:", options, NULL)) != -1) {
		if (c == 'd')
			dir = optarg;
		else if (c == 'm' && count < NETWORK_MODEMS_MAX)
			modems[count++] = optarg;
		else
			return usage(c == 'm' ? "too many modems" : "see --help");
	}
	if (dir == NULL || optind < argc)
		return usage(dir ? "what is that last word for?" : "--dir is missing");
	if (mkdir(dir, 0755) != 0 && errno != EEXIST) {
		fprintf(stderr, "serve: %s: %s\n", dir, strerror(errno));
		return 1;
	}
	if (count == 0)
		modems[count++] = "modem";
	log_open("simulator");
	loop = loop_new();
	network = network_new(loop, dir);
	/* the socket first: it says whether somebody serves here already, and
	 * nobody is answered before the loop runs */
	code = control_open(&control, network, &err);
	for (size_t i = 0; i < count && code == 0; i++)
		code = add_modem(network, modems[i], &err);
	if (code == 0)
		code = loop_run(loop);
	else
		log_error(HERE, "%s", err.text);
	control_close(&control);
	network_free(&network);
	loop_free(&loop);
	return code ? 1 : 0;
}
