/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KENTONGAN_CLI_SHAPE_H
#define KENTONGAN_CLI_SHAPE_H

#include "output.h"

/* Columns taken from a result itself, for what is shown as the database gives
 * it: bigint is money, int a number, timestamptz a time, jsonb only for
 * programs, "due_on" has the heading DUE ON. */
struct shape {
	struct column *columns;
	size_t count;
};

void shape_of(const PGresult *result, struct shape *shape);
void shape_free(struct shape *shape);

#endif
