/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_STORAGE_H
#define SIMULATOR_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kentongan/errors.h"

#include "pdu.h"

/* One message memory of a modem (TS 27.005 §3.1 <mem>): slots numbered from
 * 1, each free or holding a TPDU with its state. */

#define STORAGE_MAX 1000

enum storage_state { /* <stat> in PDU mode */
		     STORED_UNREAD = 0,
		     STORED_READ = 1,
		     STORED_UNSENT = 2,
		     STORED_SENT = 3,
};

struct slot {
	bool used;
	enum storage_state state;
	uint8_t length;
	uint8_t tpdu[PDU_TPDU_MAX];
};

struct storage {
	char name[3]; /* "SM" */
	int size;     /* 0: the modem has no such memory */
	int used;
	struct slot *slots;
};

void storage_init(struct storage *storage, const char *name, int size);
void storage_free(struct storage *storage);
/* The slot number, or -ENOSPC. */
int storage_put(struct storage *storage, enum storage_state state, const uint8_t *tpdu, size_t n);
/* NULL for a number that doesn't exist; an empty slot is returned unused. */
struct slot *storage_at(struct storage *storage, int index);
/* False if there was nothing in it. */
bool storage_delete(struct storage *storage, int index);

#endif
