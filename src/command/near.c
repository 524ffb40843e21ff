/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "near.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "kentongan/text.h"

#define SHORTEST 4   /* shorter keywords have too many neighbours */
#define TYPED_MAX 64 /* letters typed for one word, drawn-out ones included */

static char letter_for(char c)
{
	static const char digits[] = "01345", letters[] = "oleas";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? letters[found - digits] : c;
}

/* Adds a letter, a drawn-out one (saldooo) only once. */
static void add_letter(struct typed *out, size_t *n, size_t first, const char *at, size_t before)
{
	char c = letter_for(at[0]);

	if (before >= 2 && c == letter_for(at[-1]) && c == letter_for(at[-2])) {
		if (*n >= first + 2 && out->word[*n - 1] == c && out->word[*n - 2] == c)
			(*n)--;
		return;
	}
	out->word[(*n)++] = c;
}

/* Takes COUNT words from START, joined by one space. False where they aren't
 * there or are too long. */
static bool take_typed(const char *text, size_t length, size_t start, size_t count,
		       bool letters_only, struct typed *out)
{
	size_t n = 0, at = start;

	for (size_t i = 0; i < count; i++) {
		size_t first = at, first_letter = n;

		while (at < length && (isalpha((unsigned char)text[at]) ||
				       (!letters_only && isdigit((unsigned char)text[at])))) {
			if (n + 2 >= sizeof(out->word) || at - first > TYPED_MAX)
				return false;
			add_letter(out, &n, first_letter, text + at, at - first);
			at++;
		}
		if (at == first)
			return false;
		out->end = at;
		if (i + 1 == count)
			break;
		while (at < length && strchr(" .#*,", text[at]))
			at++;
		out->word[n++] = ' ';
	}
	out->word[n] = '\0';
	out->length = n;
	return true;
}

void near_read(const char *text, size_t length, size_t start, struct candidates *out)
{
	for (size_t count = 1; count <= NEAR_WORDS; count++)
		for (int letters_only = 0; letters_only < 2; letters_only++)
			out->there[count - 1][letters_only] =
			    take_typed(text, length, start, count, letters_only,
				       &out->typed[count - 1][letters_only]);
}

static size_t count_words(const char *word)
{
	size_t n = 1;

	for (; *word; word++)
		n += *word == ' ';
	return n;
}

bool near_word(const struct candidates *candidates, const char *word, size_t *end)
{
	size_t count = count_words(word), length = strlen(word);

	if (length < SHORTEST || count > NEAR_WORDS)
		return false;
	for (int i = 0; i < 2; i++) {
		const struct typed *typed = &candidates->typed[count - 1][i];

		if (!candidates->there[count - 1][i] || typed->length > length + 1 ||
		    length > typed->length + 1)
			continue;
		if (text_one_edit(typed->word, word) || strcasecmp(typed->word, word) == 0) {
			*end = typed->end;
			return true;
		}
	}
	return false;
}
