/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_USSD_CLIENT_H
#define KENTONGAN_CLI_USSD_CLIENT_H

#include <stdbool.h>

#include "kentongan/conf.h"
#include "kentongan/memory.h"

/* What a provider does for a handset: calls a door of a running service, in
 * the door's dialect. */
struct ussd_client {
	const struct conf *conf;
	const struct conf_ussd *door;
	const char *phone; /* E.164 */
	const char *dialled;
	char session[48];
	int sequence;
	struct strbuf typed; /* all inputs, * between */
};

/* DIALLED is "*384*2*50000#"; pointers are borrowed. */
void ussd_client_begin(struct ussd_client *client, const struct conf *conf,
		       const struct conf_ussd *door, const char *phone, const char *dialled);
/* The next step: INPUT is what was typed, NULL the first time. SCREEN (cleared
 * first) gets what the handset shows, *ENDS whether that is all. */
MUSTCHECK int ussd_client_step(struct ussd_client *client, const char *input, struct strbuf *screen,
			       bool *ends, struct errbuf *err);
void ussd_client_end(struct ussd_client *client);

#endif
