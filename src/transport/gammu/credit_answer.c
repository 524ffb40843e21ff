/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "credit_answer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <pcre2.h>

#include "kentongan/conf.h"
#include "kentongan/memory.h"

#include "sms.h"

#define HEX_LEAST 16 /* digits; less may be an amount */
#define BYTES_MAX 1024
#define MATCH_LIMIT 1000000
#define DEPTH_LIMIT 10000
#define HEAP_LIMIT 4096 /* KiB */
#define DIGITS_MAX 15

/* --- the text ---------------------------------------------------------------- */

static int hex_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* The bytes of TEXT where all of it is hexadecimal, else 0. */
static size_t from_hex(const char *text, unsigned char *bytes)
{
	size_t length = strlen(text);
	if (length < HEX_LEAST || length % 2 || length / 2 > BYTES_MAX ||
	    strspn(text, "0123456789ABCDEFabcdef") != length)
		return 0;
	for (size_t i = 0; i < length / 2; i++)
		bytes[i] =
		    (unsigned char)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return length / 2;
}

static bool is_plain(unsigned c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r';
}

/* Letters as operators use them: else it isn't UCS-2, but looks like it. */
static bool is_ucs2(const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		unsigned unit = (unsigned)bytes[i] << 8 | bytes[i + 1];
		if (!is_plain(unit) && (unit < 0xa0 || unit > 0x24f) &&
		    (unit < 0x2000 || unit > 0x20cf))
			return false;
	}
	return n % 2 == 0;
}

/* NULL where that gives no text. What matters in it, letters and digits, are in
 * GSM-7 where they are in ASCII. */
static char *from_septets(const unsigned char *bytes, size_t n)
{
	struct strbuf out = {0};
	size_t strange = 0;
	for (size_t i = 0; i < n * 8 / 7; i++) {
		size_t bit = i * 7;
		unsigned pair = bytes[bit / 8];
		if (bit / 8 + 1 < n)
			pair |= (unsigned)bytes[bit / 8 + 1] << 8;
		unsigned c = pair >> bit % 8 & 0x7f;
		/* Seven bits that were left over. */
		if (c == 0 && i + 1 == n * 8 / 7)
			break;
		if (c == 0)
			c = '@';
		strange += !is_plain(c);
		strbuf_putc(&out, is_plain(c) ? (char)c : '?');
	}
	if (strange * 5 <= out.length)
		return out.text;
	strbuf_free(&out);
	return NULL;
}

static char *decoded(const char *text)
{
	unsigned char bytes[BYTES_MAX];
	size_t n = from_hex(text, bytes);
	char *septets;
	if (n == 0)
		return xstrdup(text);
	if (is_ucs2(bytes, n))
		return sms_from_ucs2(bytes, n / 2);
	septets = from_septets(bytes, n);
	return septets ? septets : xstrdup(text);
}

char *credit_clean(const char *text)
{
	struct strbuf out = {0};
	char *whole = decoded(text);
	strbuf_puts(&out, "");
	for (const char *p = whole; *p; p++) {
		unsigned char c = (unsigned char)*p;
		bool space = c <= ' ' || c == 0x7f;
		if (c == 0xc2 && (unsigned char)p[1] == 0xa0) {
			space = true;
			p++;
		}
		if (!space)
			strbuf_putc(&out, (char)c);
		else if (out.length && out.text[out.length - 1] != ' ')
			strbuf_putc(&out, ' ');
	}
	if (out.length && out.text[out.length - 1] == ' ')
		out.text[out.length - 1] = 0;
	free(whole);
	return out.text;
}

bool credit_pack(const char *code, char *out, size_t size)
{
	size_t n = strlen(code), octets = (n * 7 + 7) / 8;
	if (octets * 2 >= size)
		return false;
	for (size_t i = 0; i < octets; i++) {
		/* Octet I begins in septet I * 8 / 7. */
		size_t first = i * 8 / 7, bit = i * 8 % 7;
		unsigned value = (unsigned char)code[first] >> bit;
		if (first + 1 < n)
			value |= (unsigned)(unsigned char)code[first + 1] << (7 - bit);
		snprintf(out + 2 * i, 3, "%02X", value & 0xff);
	}
	return true;
}

/* --- the patterns ------------------------------------------------------------- */

#define NUMBER                                                                                     \
	"(?<amount>(?:[0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]+)(?:[.,][0-9]{2})?(?![0-9]|[.,][0-9]))"
#define RUPIAH "(?:rp|idr)[^0-9]{0,4}" NUMBER

/* In the order of what is more likely the SIM's own money: answers speak of
 * bonuses, packages and offers, too. */
static const char usual_amount[] =
    "^(?:.*?(?:sisa|saldo)[^0-9]{0,40}?" RUPIAH "|.*?pulsa[^0-9]{0,40}?" RUPIAH
    "|.*?(?:pulsa|saldo|credit|balance)[^0-9]{0,30}(?=[0-9.,]{3})" NUMBER "|.*?" RUPIAH ")";

#define LAST_DAY "(?![0-9])"
#define LONG_DAY                                                                                   \
	"(?<expiry>20[0-9]{2}[-/. ]?[0-9]{1,2}[-/. ]?[0-9]{1,2}" LAST_DAY                          \
	"|[0-9]{1,2}[-/. ]{1,2}[0-9]{1,2}[-/. ]{1,2}20[0-9]{2}" LAST_DAY                           \
	"|[0-9]{1,2}[-/. ]{0,2}[a-z]{3,9}[-/., ]{0,2}20[0-9]{2}" LAST_DAY ")"
#define ANY_DAY                                                                                    \
	"(?<expiry>20[0-9]{2}[-/. ]?[0-9]{1,2}[-/. ]?[0-9]{1,2}" LAST_DAY                          \
	"|[0-9]{1,2}[-/. ]{1,2}[0-9]{1,2}[-/. ]{1,2}(?:20)?[0-9]{2}" LAST_DAY                      \
	"|[0-9]{1,2}[-/. ]{0,2}[a-z]{3,9}[-/., ]{0,2}(?:20)?[0-9]{2}" LAST_DAY ")"

/* Looked for behind the amount first, then in all of the answer. */
static const char usual_expiry[] =
    "^.*?(?:(?:aktif|s/?d|s[.]d|sampai|smp|hingga|hgg|berlaku|exp|until|valid|tgl|tanggal)"
    "[^0-9]{0,30}" ANY_DAY ")|^.*?" LONG_DAY;

struct credit_pattern {
	pcre2_code *answer;
	pcre2_code *expiry; /* NULL: ANSWER is the operator's and finds it, too */
	pcre2_match_context *limits;
};

static pcre2_code *compile(const char *pattern)
{
	int error;
	size_t at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
					 CONF_CREDIT_PATTERN_OPTIONS, &error, &at, NULL);
	if (!code)
		fatal("the pattern for credit: error %d at %zu", error, at);
	return code;
}

struct credit_pattern *credit_pattern_new(const char *pattern)
{
	struct credit_pattern *p = xcalloc(1, sizeof *p);
	p->answer = compile(*pattern ? pattern : usual_amount);
	p->expiry = *pattern ? NULL : compile(usual_expiry);
	p->limits = pcre2_match_context_create(NULL);
	if (!p->limits)
		fatal("out of memory");
	pcre2_set_match_limit(p->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(p->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(p->limits, HEAP_LIMIT);
	return p;
}

void credit_pattern_free(struct credit_pattern **pattern)
{
	if (!*pattern)
		return;
	pcre2_code_free((*pattern)->answer);
	pcre2_code_free((*pattern)->expiry);
	pcre2_match_context_free((*pattern)->limits);
	free(*pattern);
	*pattern = NULL;
}

/* --- figures -------------------------------------------------------------------- */

/* "12.345", "12,345.00", "5000": without what stands behind a last separator
 * that only two digits follow. */
static bool read_amount(const char *text, int64_t *out)
{
	char digits[DIGITS_MAX + 1];
	size_t n = 0, length = strlen(text);
	while (length && !isdigit((unsigned char)text[length - 1]))
		length--;
	if (length > 3 && strchr(".,", text[length - 3]) &&
	    isdigit((unsigned char)text[length - 2]))
		length -= 3;
	for (size_t i = 0; i < length; i++) {
		if (!isdigit((unsigned char)text[i]))
			continue;
		if (n == DIGITS_MAX)
			return false;
		digits[n++] = text[i];
	}
	digits[n] = 0;
	*out = strtoll(digits, NULL, 10);
	return n > 0;
}

static int month_of(const char *word)
{
	static const char *const names[] = {"jan",     "feb peb", "mar",     "apr",
					    "mei may", "jun",     "jul",     "agu aug agt ags",
					    "sep",     "okt oct", "nov nop", "des dec"};
	for (int i = 0; i < 12; i++)
		for (const char *p = names[i]; *p; p += strcspn(p, " "), p += *p == ' ') {
			size_t n = strcspn(p, " ");
			if (strncasecmp(word, p, n) == 0)
				return i + 1;
		}
	return 0;
}

static bool is_day(int year, int month, int day)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (year < 2000 || year > 2099 || month < 1 || month > 12)
		return false;
	bool leap = month == 2 && year % 4 == 0;
	return day >= 1 && day <= lengths[month - 1] + leap;
}

/* Three numbers, or a number, a month's name and a number. */
static int split_day(const char *text, int parts[3])
{
	int n = 0;
	for (const char *p = text; *p && n < 3;) {
		if (isdigit((unsigned char)*p)) {
			char *end;
			parts[n++] = (int)strtol(p, &end, 10);
			p = end;
		} else if (isalpha((unsigned char)*p)) {
			parts[n++] = month_of(p);
			while (isalpha((unsigned char)*p))
				p++;
		} else {
			p++;
		}
	}
	return n;
}

/* "" where TEXT is no day. */
static void read_day(const char *text, char out[static 11])
{
	int parts[3], year, month, day;
	int n = split_day(text, parts);
	out[0] = 0;
	if (n == 1 && parts[0] > 20000000 && parts[0] < 21000000) {
		year = parts[0] / 10000;
		month = parts[0] / 100 % 100;
		day = parts[0] % 100;
	} else if (n == 3 && parts[0] > 31) {
		year = parts[0];
		month = parts[1];
		day = parts[2];
	} else if (n == 3) {
		year = parts[2] < 100 ? 2000 + parts[2] : parts[2];
		month = parts[1];
		day = parts[0];
		/* 12/31/2026: an operator that writes the month first. */
		if (month > 12 && day <= 12) {
			month = parts[0];
			day = parts[1];
		}
	} else {
		return;
	}
	if (is_day(year, month, day))
		snprintf(out, 11, "%04u-%02u-%02u", year % 10000u, month % 100u, day % 100u);
}

/* The first group of that NAME that took part, to OUT. */
static void group_text(const pcre2_code *code, pcre2_match_data *match, const char *text,
		       const char *name, char *out, size_t size)
{
	PCRE2_SPTR first, last;
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(match);
	int width = pcre2_substring_nametable_scan(code, (PCRE2_SPTR)name, &first, &last);
	for (PCRE2_SPTR entry = first; width > 0 && entry <= last; entry += width) {
		uint32_t group = (uint32_t)entry[0] << 8 | entry[1];
		if (group >= pcre2_get_ovector_count(match) || at[2 * group] == PCRE2_UNSET)
			continue;
		size_t length = at[2 * group + 1] - at[2 * group];
		if (length == 0 || length >= size)
			continue;
		memcpy(out, text + at[2 * group], length);
		out[length] = 0;
		return;
	}
}

struct found {
	char amount[32], day[32]; /* "" where not found */
};

/* Fills what is in TEXT; returns where the match ends, 0 for none. */
static size_t find(const struct credit_pattern *pattern, const pcre2_code *code, const char *text,
		   struct found *found)
{
	size_t end = 0;
	pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
	if (!match)
		fatal("out of memory");
	/* Text that isn't UTF-8 doesn't match. */
	if (pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, match, pattern->limits) > 0) {
		end = pcre2_get_ovector_pointer(match)[1];
		group_text(code, match, text, "amount", found->amount, sizeof found->amount);
		group_text(code, match, text, "expiry", found->day, sizeof found->day);
	}
	pcre2_match_data_free(match);
	return end;
}

struct credit_answer credit_understand(const struct credit_pattern *pattern, const char *text)
{
	struct credit_answer answer = {0};
	struct found found = {0};
	size_t end = find(pattern, pattern->answer, text, &found);
	if (!found.amount[0] || !read_amount(found.amount, &answer.amount))
		return answer;
	answer.known = true;
	if (pattern->expiry && find(pattern, pattern->expiry, text + end, &found) == 0)
		(void)find(pattern, pattern->expiry, text, &found);
	read_day(found.day, answer.until);
	return answer;
}
