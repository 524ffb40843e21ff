/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "storage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/memory.h"

void storage_init(struct storage *storage, const char *name, int size)
{
	memset(storage, 0, sizeof(*storage));
	memcpy(storage->name, name, 2);
	storage->size = size;
	if (size > 0)
		storage->slots = xcalloc((size_t)size, sizeof(*storage->slots));
}

void storage_free(struct storage *storage)
{
	free(storage->slots);
	memset(storage, 0, sizeof(*storage));
}

int storage_put(struct storage *storage, enum storage_state state, const uint8_t *tpdu, size_t n)
{
	for (int i = 0; i < storage->size; i++) {
		struct slot *slot = &storage->slots[i];

		if (slot->used)
			continue;
		slot->used = true;
		slot->state = state;
		slot->length = (uint8_t)n;
		memcpy(slot->tpdu, tpdu, n);
		storage->used++;
		return i + 1;
	}
	return -ENOSPC;
}

struct slot *storage_at(struct storage *storage, int index)
{
	return index >= 1 && index <= storage->size ? &storage->slots[index - 1] : NULL;
}

bool storage_delete(struct storage *storage, int index)
{
	struct slot *slot = storage_at(storage, index);

	if (slot == NULL || !slot->used)
		return false;
	slot->used = false;
	storage->used--;
	return true;
}
