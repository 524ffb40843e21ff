/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shape.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* From PostgreSQL's catalogue (pg_type.dat): they never change. */
enum type_oid {
	OID_BOOL = 16,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TIMESTAMPTZ = 1184,
	OID_JSONB = 3802
};

static enum column_kind kind_of(const char *name, Oid type)
{
	switch (type) {
	case OID_BOOL:
		return COLUMN_BOOL;
	case OID_INT8:
		return COLUMN_AMOUNT;
	case OID_INT2:
	case OID_INT4:
		return COLUMN_INT;
	case OID_TIMESTAMPTZ:
		return COLUMN_TIME;
	case OID_JSONB:
		return COLUMN_JSON;
	default:
		break;
	}
	return strcmp(name, "msisdn") == 0 || strcmp(name, "peer") == 0 ? COLUMN_PLAIN
									: COLUMN_TEXT;
}

static char *heading_of(const char *name)
{
	char *heading = xstrdup(name);
	for (char *c = heading; *c; c++)
		*c = *c == '_' ? ' ' : (char)toupper((unsigned char)*c);
	return heading;
}

void shape_of(const PGresult *result, struct shape *shape)
{
	shape->count = (size_t)PQnfields(result);
	shape->columns = xcalloc(shape->count, sizeof *shape->columns);
	for (size_t i = 0; i < shape->count; i++) {
		const char *name = PQfname(result, (int)i);
		enum column_kind kind = kind_of(name, PQftype(result, (int)i));
		shape->columns[i] =
		    (struct column){name, kind == COLUMN_JSON ? NULL : heading_of(name), kind};
	}
}

void shape_free(struct shape *shape)
{
	for (size_t i = 0; i < shape->count; i++)
		free((char *)shape->columns[i].heading);
	free(shape->columns);
	*shape = (struct shape){0};
}
