/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <string.h>

static bool same(char a, char b)
{
	if (a >= 'A' && a <= 'Z')
		a = (char)(a - 'A' + 'a');
	if (b >= 'A' && b <= 'Z')
		b = (char)(b - 'A' + 'a');
	return a == b;
}

static bool same_rest(const char *a, const char *b)
{
	while (*a && *b && same(*a, *b)) {
		a++;
		b++;
	}
	return *a == *b;
}

bool text_one_edit(const char *a, const char *b)
{
	while (*a && *b && same(*a, *b)) {
		a++;
		b++;
	}
	if (!*a && !*b)
		return false; /* equal: no edit at all */
	if (*a && same_rest(a + 1, b))
		return true; /* one letter too many in A */
	if (*b && same_rest(a, b + 1))
		return true; /* one missing in A */
	if (!*a || !*b)
		return false;
	if (same_rest(a + 1, b + 1))
		return true; /* another letter */
	return a[1] && b[1] && same(a[0], b[1]) && same(a[1], b[0]) && same_rest(a + 2, b + 2);
}
