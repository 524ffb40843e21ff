/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_SERVE_H
#define SIMULATOR_SERVE_H

#include "kentongan/errors.h"

#include "network.h"

/* `kentongan-simulator serve`: the network until SIGTERM. */
int serve_main(int argc, char **argv);

/* "NAME[,imei=…,imsi=…,number=…,smsc=…,sim=20,me=0,sr=0,pin=…,delay=MS,
 * cmgs-delay=MS,vendor=…,model=…,no-cbm,no-ucs2,ussd-packed]"; what isn't given is made up and
 * differs from the modems that NETWORK has. */
MUSTCHECK int serve_modem_config(const char *spec, struct network *network,
				 struct modem_config *config, struct errbuf *err);

#endif
