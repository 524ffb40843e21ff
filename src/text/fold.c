/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "utf8.h"

/* Latin letters with marks, by the decompositions of the Unicode Character
 * Database; letters with a stroke or hook by their look. '.' = no likeness,
 * or one of several letters (see PAIRS). */
static const char latin[] =
    /* U+00C0 */ "AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y"
		 /* U+0100 */ "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi..JjKkkLlLlLl."
		 /* U+0140 */ ".LlNnNnNn.NnOoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"
		 /* U+0180 */ "b........D.....e..f....I..l.....Oo.............Uu..............."
		 /* U+01C0 */ ".............AaIiOoUuUuUuUuUueAaAa....GgKkOoOo..j...Gg..NnAa...."
		 /* U+0200 */ "AaAaEeEeIiIiOoOoRrRrUuUuSsTt..Hh......AaEeOoOoOoOoYy............"
		 /* U+0240 */ "................";
static const char latin_additional[] =
    /* U+1E00 */ "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMm"
		 /* U+1E40 */ "MmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv"
		 /* U+1E80 */ "WwWwWwWwWwXxXxYyZzZzZzhtwy.s....AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe"
		 /* U+1EC0 */ "EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy......";

_Static_assert(sizeof(latin) == 0x250 - 0xC0 + 1, "one sign for each of U+00C0 to U+024F");
_Static_assert(sizeof(latin_additional) == 0x100 + 1, "one sign for each of U+1E00 to U+1EFF");

static const struct {
	uint32_t cp;
	const char *ascii;
} pairs[] = {
    {0x00A6, "|"},   {0x00A9, "(c)"}, {0x00AB, "\""}, {0x00AE, "(r)"}, {0x00B4, "'"},
    {0x00B7, "."},   {0x00BB, "\""},  {0x00C6, "AE"}, {0x00D7, "x"},   {0x00DE, "Th"},
    {0x00DF, "ss"},  {0x00E6, "ae"},  {0x00F7, "/"},  {0x00FE, "th"},  {0x0132, "IJ"},
    {0x0133, "ij"},  {0x013F, "L"},   {0x0140, "l"},  {0x0149, "'n"},  {0x0152, "OE"},
    {0x0153, "oe"},  {0x0256, "d"},   {0x0259, "e"},  {0x025B, "e"},   {0x0268, "i"},
    {0x0288, "t"},   {0x02B9, "'"},   {0x02BB, "'"},  {0x02BC, "'"},   {0x02BD, "'"},
    {0x02BE, "'"},   {0x02BF, "'"},   {0x02C8, "'"},  {0x02CA, "'"},   {0x02CB, "'"},
    {0x02DC, "~"},   {0x1E9E, "SS"},  {0x2010, "-"},  {0x2011, "-"},   {0x2012, "-"},
    {0x2013, "-"},   {0x2014, "-"},   {0x2015, "-"},  {0x2018, "'"},   {0x2019, "'"},
    {0x201A, "'"},   {0x201B, "'"},   {0x201C, "\""}, {0x201D, "\""},  {0x201E, "\""},
    {0x201F, "\""},  {0x2022, "*"},   {0x2023, "*"},  {0x2024, "."},   {0x2025, ".."},
    {0x2026, "..."}, {0x2027, "."},   {0x2032, "'"},  {0x2033, "\""},  {0x2039, "'"},
    {0x203A, "'"},   {0x2043, "-"},   {0x2044, "/"},  {0x2116, "No"},  {0x2122, "TM"},
    {0x212A, "K"},   {0x212B, "A"},   {0x2190, "<-"}, {0x2192, "->"},  {0x2212, "-"},
    {0x2215, "/"},   {0x2217, "*"},   {0x2219, "."},  {0x223C, "~"},   {0x2260, "!="},
    {0x2264, "<="},  {0x2265, ">="},  {0x25CF, "*"},  {0x25E6, "*"},   {0x2713, "v"},
    {0x2714, "v"},   {0x3001, ","},   {0x3002, "."},  {0xFB00, "ff"},  {0xFB01, "fi"},
    {0xFB02, "fl"},
};

/* Strings of one ASCII character each, indexed by it. */
static const char *one(char c)
{
	static char strings[128][2];

	strings[(unsigned char)c][0] = c;
	return strings[(unsigned char)c];
}

static const char *find_pair(uint32_t cp)
{
	size_t low = 0, high = sizeof(pairs) / sizeof(pairs[0]);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pairs[middle].cp == cp)
			return pairs[middle].ascii;
		if (pairs[middle].cp < cp)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const char *fold_ascii(uint32_t cp)
{
	if (cp >= 0xC0 && cp < 0x250 && latin[cp - 0xC0] != '.')
		return one(latin[cp - 0xC0]);
	if (cp >= 0x1E00 && cp < 0x1F00 && latin_additional[cp - 0x1E00] != '.')
		return one(latin_additional[cp - 0x1E00]);
	if (cp >= 0xFF01 && cp <= 0xFF5E) /* full-width forms of ! to ~ */
		return one((char)(cp - 0xFF01 + '!'));
	return find_pair(cp);
}

bool fold_is_invisible(uint32_t cp)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
	    {0x00AD, 0x00AD}, {0x0300, 0x036F},   {0x061C, 0x061C}, {0x180B, 0x180F},
	    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},   {0x200B, 0x200F}, {0x202A, 0x202E},
	    {0x2060, 0x206F}, {0x20D0, 0x20FF},   {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
	    {0xFEFF, 0xFEFF}, {0xE0000, 0xE0FFF},
	};

	if (cp < ranges[0].first)
		return false;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return true;
	return false;
}

bool fold_is_space(uint32_t cp)
{
	return cp <= 0x20 || (cp >= 0x7F && cp <= 0xA0) || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 || cp == 0x202F ||
	       cp == 0x205F || cp == 0x3000;
}
