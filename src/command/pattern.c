/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "grammar.h"

#include <ctype.h>
#include <string.h>

#include "blocks.h"
#include "kentongan/text.h"

/* Shorter words have no look-alikes: too much else would look like them. */
#define LOOK_ALIKE_MIN 4

/* The blocks of the words about time. */
static const struct {
	const char *block;
	enum when_words set;
} when_blocks[] = {
    {"WHEN_DAYS", WHEN_DAYS},   {"WHEN_THIS", WHEN_THIS},       {"WHEN_NTH", WHEN_NTH},
    {"WHEN_AHEAD", WHEN_AHEAD}, {"WHEN_DATE", WHEN_DATE},       {"WHEN_MONTHS", WHEN_MONTHS},
    {"WHEN_CLOCK", WHEN_CLOCK}, {"WHEN_HALF", WHEN_HALF},       {"WHEN_HOURS", WHEN_HOURS},
    {"WHEN_PAST", WHEN_PAST},   {"WHEN_PARTS", WHEN_PARTS},     {"WHEN_AFTER", WHEN_AFTER},
    {"WHEN_UNTIL", WHEN_UNTIL}, {"WHEN_PRAYERS", WHEN_PRAYERS}, {"WHEN_END", WHEN_END},
    {"WHEN_FILL", WHEN_FILL},
};

/* One word as when_parse reads it. */
static void when_pattern(struct strbuf *out, const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '_')
			strbuf_puts(out, "[ .-]+");
		else if (word[i] == '\'')
			strbuf_puts(out, "['`]?");
		else
			strbuf_printf(out, word[i] == '.' ? "\\%c" : "%c", word[i]);
	}
}

static void add_when_block(struct blocks *blocks, const char *name, enum when_words set)
{
	struct strbuf pattern = {0};
	const char *word;
	size_t length;

	/* a look at the first letter spares trying dozens of words */
	strbuf_puts(&pattern, "(?=[a-z1-5])(?>");
	for (size_t i = 0; (word = when_word(set, i, &length)); i++) {
		when_pattern(&pattern, word, length);
		strbuf_printf(&pattern, "(?!\\p{L}%s)|",
			      isdigit((unsigned char)word[length - 1]) ? "|[0-9]" : "");
	}
	strbuf_puts(&pattern, "(*FAIL))");
	blocks_add(blocks, name, pattern.text);
	strbuf_free(&pattern);
}

/* A class takes 33 bytes of a compiled pattern, a call of a block 3: with
 * hundreds of keywords that decides whether they fit in one (64 KiB). */
void pattern_add_blocks(struct blocks *blocks)
{
	blocks_add(blocks, "LIKE_A", "[a4]");
	blocks_add(blocks, "LIKE_E", "[e3]");
	blocks_add(blocks, "LIKE_I", "[i1l]");
	blocks_add(blocks, "LIKE_L", "[l1i]");
	blocks_add(blocks, "LIKE_O", "[o0]");
	blocks_add(blocks, "LIKE_S", "[s5]");
	blocks_add(blocks, "GAP", "[\\s.\\#*,_-]*");
	for (size_t i = 0; i < sizeof(when_blocks) / sizeof(when_blocks[0]); i++)
		add_when_block(blocks, when_blocks[i].block, when_blocks[i].set);
}

static const char *look_alike(char letter)
{
	switch (letter) {
	case 'a':
		return "(?&LIKE_A)";
	case 'e':
		return "(?&LIKE_E)";
	case 'i':
		return "(?&LIKE_I)";
	case 'l':
		return "(?&LIKE_L)";
	case 'o':
		return "(?&LIKE_O)";
	case 's':
		return "(?&LIKE_S)";
	default:
		return NULL;
	}
}

static bool is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void pattern_word(struct strbuf *out, const char *word)
{
	bool slips = strlen(word) >= LOOK_ALIKE_MIN;

	/* The first letter stays one, so that no number becomes a word. */
	for (const char *c = word; *c; c++) {
		const char *block = c > word && slips ? look_alike((char)tolower(*c)) : NULL;

		if (*c == ' ')
			strbuf_puts(out, "(?&GAP)");
		else if (block)
			strbuf_puts(out, block);
		else if ((unsigned char)*c < 0x80 && ispunct((unsigned char)*c))
			strbuf_printf(out, "\\%c", *c);
		else
			strbuf_putc(out, *c);
	}
}

void pattern_word_end(struct strbuf *out, const char *word)
{
	size_t n = strlen(word);
	bool letter = n > 0 && (is_ascii_letter(word[n - 1]) || (unsigned char)word[n - 1] >= 0x80);

	if (letter)
		strbuf_puts(out, n < 3 ? "(?![\\p{L}\\p{N}])" : "(?!\\p{L})");
}

pcre2_code *pattern_compile(const char *pattern, size_t prelude, struct errbuf *err)
{
	const uint32_t options =
	    PCRE2_UTF | PCRE2_CASELESS | PCRE2_EXTENDED | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C;
	int code;
	PCRE2_SIZE offset;
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options,
					     &code, &offset, NULL);
	PCRE2_UCHAR reason[200];

	if (!compiled) {
		pcre2_get_error_message(code, reason, sizeof(reason));
		if (offset >= prelude && offset <= strlen(pattern))
			err_set(err, 0, "%s at \"%.20s\"", (char *)reason, pattern + offset);
		else
			err_set(err, 0, "%s", (char *)reason);
		return NULL;
	}
	return compiled;
}
