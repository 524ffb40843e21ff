/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kentongan/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Below this a number alone is thousands to one person and rupiah to the
 * next: "50". */
#define SMALLEST_PLAIN 1000
#define LARGEST 999999999999 /* twelve digits; more is a slip of the thumb */
#define TOKEN_MAX 40

/* Units after a number, in Indonesian, Javanese, Madurese, English. "m" is
 * left out: million to one, milyar to another. */
static const struct unit {
	const char *name;
	int64_t factor;
} units[] = {
    {"rb", 1000},     {"rbu", 1000},     {"ribu", 1000},    {"ribuan", 1000}, {"rebu", 1000},
    {"ewu", 1000},    {"ebu", 1000},     {"k", 1000},       {"jt", 1000000},  {"jta", 1000000},
    {"jut", 1000000}, {"juta", 1000000}, {"yuta", 1000000},
};

static const char *const number_words[] = {
    "satu",     "dua",     "tiga",     "empat", "lima",  "enam",    "tujuh",   "delapan",
    "sembilan", "sepuluh", "puluh",    "belas", "ratus", "seratus", "ribu",    "seribu",
    "juta",     "sejuta",  "setengah", "siji",  "loro",  "telu",    "papat",   "pitu",
    "wolu",     "sanga",   "songo",    "satus", "sewu",  "ewu",     "seket",   "selawe",
    "slawe",    "sewidak", "settong",  "ebu",   "saebu", "saratos", "hundred", "thousand",
    "million",  "fifty",   "twenty",   "ten",
};

/* What is left to read of one amount: lower case, O for 0 already mended. */
struct reader {
	const char *at;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Puts IN into TOKEN in lower case with letters O among digits as zeros. */
static bool tidy(const char *in, size_t length, char token[static TOKEN_MAX])
{
	while (length > 0 && strchr(" .,", in[0])) {
		in++;
		length--;
	}
	while (length > 0 && strchr(" .,", in[length - 1]))
		length--;
	if (length == 0 || length >= TOKEN_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		char c = in[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		token[i] = c ? c : ' ';
	}
	token[length] = '\0';
	/* "5o.ooo": an o that follows a digit or a zero, over one separator. */
	for (char *c = token + 1; *c; c++) {
		bool after =
		    is_digit(c[-1]) || (strchr(".,", c[-1]) && c - token > 1 && is_digit(c[-2]));

		if (*c == 'o' && after)
			*c = '0';
	}
	return true;
}

static void skip_spaces(struct reader *r)
{
	while (*r->at == ' ')
		r->at++;
}

/* "Rp", "Rp.", "IDR " before a number. */
static void skip_currency(struct reader *r)
{
	size_t n = strncmp(r->at, "rp", 2) == 0 ? 2 : strncmp(r->at, "idr", 3) == 0 ? 3 : 0;

	if (n == 0 || is_letter(r->at[n]))
		return;
	r->at += n;
	while (strchr(" .:", *r->at) && *r->at)
		r->at++;
}

/* ",-" as on a price tag; also ",--" and ",=". */
static void skip_price_tail(struct reader *r)
{
	const char *c = r->at;

	if (*c == ',' || *c == '.') {
		c++;
		if (*c != '-' && *c != '=')
			return;
		while (*c == '-' || *c == '=')
			c++;
		r->at = c;
	}
	skip_spaces(r);
}

/* A run of digits with separators as typed. */
struct number {
	int64_t whole; /* the first run of digits */
	int whole_digits;
	int groups;      /* runs of exactly three digits behind it */
	int64_t grouped; /* WHOLE with those */
	char separator;  /* between the groups */
	char mark;       /* what stood before FRACTION, 0 = none */
	int64_t fraction;
	int fraction_digits;
	bool odd; /* anything else: mixed, too long, leading zero */
};

static int read_run(struct reader *r, int64_t *value)
{
	int n = 0;

	*value = 0;
	for (; is_digit(*r->at); r->at++, n++)
		if (n < 15)
			*value = *value * 10 + (*r->at - '0');
	return n;
}

/* Reads digits with their separators. The last run is the FRACTION where it
 * hasn't three digits or its separator differs from the one before. */
static struct number read_number(struct reader *r)
{
	struct number n = {0};

	n.odd = *r->at == '0' && is_digit(r->at[1]);
	n.whole_digits = read_run(r, &n.whole);
	n.odd |= n.whole_digits == 0 || n.whole_digits > 12;
	n.grouped = n.whole;
	while ((*r->at == '.' || *r->at == ',') && is_digit(r->at[1])) {
		char separator = *r->at++;
		int64_t run;
		int digits = read_run(r, &run);

		n.odd |= n.mark != 0; /* nothing may follow a fraction */
		if (digits == 3 && (n.groups == 0 || separator == n.separator)) {
			n.separator = separator;
			n.odd |= ++n.groups > 3 || n.whole_digits > 3;
			if (!n.odd)
				n.grouped = n.grouped * 1000 + run;
		} else {
			n.mark = separator;
			n.fraction = run;
			n.fraction_digits = digits;
		}
	}
	n.odd |= n.groups > 0 && (n.whole_digits > 3 || n.whole == 0);
	return n;
}

static const struct unit *read_unit(struct reader *r)
{
	const char *from = r->at;
	size_t n = 0;

	while (*from == ' ')
		from++;
	while (is_letter(from[n]))
		n++;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strlen(units[i].name) == n && strncmp(units[i].name, from, n) == 0) {
			r->at = from + n;
			return &units[i];
		}
	}
	return NULL;
}

/* "50.000", "50000", "50.000,00"; false where it must be asked back. */
static bool plain_value(const struct number *n, int64_t *value)
{
	if (n->odd)
		return false;
	if (n->mark && (n->fraction_digits != 2 || n->fraction != 0))
		return false;
	if (n->groups > 0 && n->mark == n->separator)
		return false; /* "50.000.00" */
	if (n->mark && n->groups == 0 && (n->mark != ',' || n->whole < SMALLEST_PLAIN))
		return false; /* "50.00": is a zero missing? */
	*value = n->grouped;
	return *value >= SMALLEST_PLAIN;
}

/* "50rb", "12.5rb", "0,5jt". "1.500rb" might be 1500 or 1.5 million. */
static bool unit_value(const struct number *n, const struct unit *unit, int64_t *value)
{
	int64_t part = unit->factor;

	if (n->odd || n->groups > 0 || n->whole_digits > 3 || n->fraction_digits > 2)
		return false;
	*value = n->whole * unit->factor;
	if (n->mark) {
		for (int i = 0; i < n->fraction_digits; i++)
			part /= 10;
		*value += n->fraction * part;
	}
	return *value > 0;
}

/* The thousands behind a unit: "1jt250", "1jt 250rb", "1jt250.000". */
static bool rest_value(struct reader *r, const struct number *first, const struct unit *unit,
		       int64_t *value)
{
	bool apart = *r->at == ' ';
	struct number n;
	const struct unit *second;
	int64_t rest;

	skip_spaces(r);
	n = read_number(r);
	second = read_unit(r);
	if (n.odd || n.mark || first->mark)
		return false;
	if (second) {
		if (!unit_value(&n, second, &rest))
			return false;
	} else if (apart) {
		return false; /* a space never groups digits */
	} else if (n.groups > 0 || n.whole_digits > 3) {
		rest = n.grouped;
	} else if (n.whole_digits == 3) {
		rest = n.whole * (unit->factor / 1000);
	} else {
		return false; /* "1jt25": 25 thousand or 250? */
	}
	if (rest <= 0 || rest >= unit->factor)
		return false;
	*value += rest;
	return true;
}

/* Not in figures: ask back if it sounds like a number at all. */
static enum amount_result in_words(const char *token)
{
	for (const char *c = token; *c;) {
		size_t n = strcspn(c, " ");

		if (strcspn(c, "0123456789") < n)
			return AMOUNT_AMBIGUOUS;
		for (size_t i = 0; i < sizeof(number_words) / sizeof(number_words[0]); i++)
			if (strlen(number_words[i]) == n && strncmp(number_words[i], c, n) == 0)
				return AMOUNT_AMBIGUOUS;
		c += n;
		c += strspn(c, " ");
	}
	return AMOUNT_INVALID;
}

/* Too long for any amount: ask back if there are digits in it. */
static enum amount_result overlong(const char *in, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (is_digit(in[i]))
			return AMOUNT_AMBIGUOUS;
	return AMOUNT_INVALID;
}

enum amount_result amount_parse(const char *in, size_t length, int64_t *value)
{
	char token[TOKEN_MAX];
	struct reader r = {token};
	struct number number;
	const struct unit *unit;
	int64_t sum = 0;

	*value = 0;
	if (!tidy(in, length, token))
		return overlong(in, length);
	skip_currency(&r);
	if (!is_digit(*r.at))
		return in_words(token);
	number = read_number(&r);
	unit = read_unit(&r);
	if (unit ? !unit_value(&number, unit, &sum) : !plain_value(&number, &sum))
		return AMOUNT_AMBIGUOUS;
	if (unit && (is_digit(*r.at) || (*r.at == ' ' && is_digit(r.at[1]))) &&
	    !rest_value(&r, &number, unit, &sum))
		return AMOUNT_AMBIGUOUS;
	skip_price_tail(&r);
	if (*r.at || sum > LARGEST)
		return AMOUNT_AMBIGUOUS;
	*value = sum;
	return AMOUNT_OK;
}

char *amount_format(int64_t value, char out[static 32])
{
	char digits[24];
	uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)size);
	char *to = out;

	if (value < 0)
		*to++ = '-';
	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			*to++ = '.';
		*to++ = digits[i];
	}
	*to = '\0';
	return out;
}
