/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/db.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kentongan/memory.h"

char *db_bytea(struct arena *arena, const void *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = bytes;
	char *text = arena_alloc(arena, 2 * length + 3), *out = text;
	*out++ = '\\';
	*out++ = 'x';
	for (size_t i = 0; i < length; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	return text;
}

static int column_of(const PGresult *result, int row, const char *column)
{
	int number = PQfnumber(result, column);
	if (number < 0)
		fatal("db: there is no column %s in an answer; "
		      "program and database don't fit, run \"kentongan db upgrade\"",
		      column);
	if (row < 0 || row >= PQntuples(result))
		fatal("db: there is no row %d in an answer of %d", row, PQntuples(result));
	return number;
}

const char *db_text(const PGresult *result, int row, const char *column)
{
	return PQgetvalue(result, row, column_of(result, row, column));
}

bool db_is_null(const PGresult *result, int row, const char *column)
{
	return PQgetisnull(result, row, column_of(result, row, column));
}

int64_t db_int(const PGresult *result, int row, const char *column)
{
	const char *text = db_text(result, row, column);
	if (!*text)
		return 0;
	char *end;
	errno = 0;
	intmax_t value = strtoimax(text, &end, 10);
	if (errno || *end)
		fatal("db: column %s holds \"%s\", not a number", column, text);
	return value;
}

bool db_bool(const PGresult *result, int row, const char *column)
{
	return strcmp(db_text(result, row, column), "t") == 0;
}
