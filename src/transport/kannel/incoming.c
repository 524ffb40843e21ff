/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "kentongan/utf8.h"

#define FIELD_MAX 128
#define NUMBER_MAX 64

/* A decoded value: may hold any byte. */
struct value {
	char *bytes; /* NUL behind them; NULL = not there */
	size_t length;
};

/* --- the query ------------------------------------------------------------ */

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* -EINVAL where a percent sign codes nothing. */
static int decode(struct arena *arena, const char *in, size_t length, struct value *out)
{
	out->bytes = arena_alloc(arena, length + 1);
	out->length = 0;
	for (size_t i = 0; i < length; i++) {
		char c = in[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < length ? digit_of(in[i + 1]) : -1;
			int low = high >= 0 ? digit_of(in[i + 2]) : -1;

			if (low < 0)
				return -EINVAL;
			c = (char)(high * 16 + low);
			i += 2;
		}
		out->bytes[out->length++] = c;
	}
	out->bytes[out->length] = '\0';
	return 0;
}

/* The first of that name. */
static int find(struct arena *arena, const char *query, const char *name, struct value *out)
{
	size_t wanted = strlen(name);

	*out = (struct value){0};
	for (const char *at = query; at && *at; at += strcspn(at, "&"), at += *at == '&') {
		size_t length = strcspn(at, "&");

		if (length > wanted && strncmp(at, name, wanted) == 0 && at[wanted] == '=')
			return decode(arena, at + wanted + 1, length - wanted - 1, out);
	}
	return 0;
}

/* A value of plain characters, "" where it isn't there. */
static int find_plain(struct arena *arena, const char *query, const char *name, size_t max,
		      const char **out)
{
	struct value value;
	int rc = find(arena, query, name, &value);

	if (rc < 0)
		return rc;
	*out = "";
	if (!value.bytes)
		return 0;
	for (size_t i = 0; i < value.length; i++)
		if (value.bytes[i] < ' ' || value.bytes[i] > '~')
			return -EINVAL;
	if (value.length > max)
		return -EINVAL;
	*out = value.bytes;
	return 0;
}

/* Whether each of NAMES, up to NULL, stands in the query. */
static bool has_all(struct arena *arena, const char *query, const char *const *names)
{
	struct value value;

	for (; *names; names++)
		if (!query || (find(arena, query, *names, &value) == 0 && !value.bytes))
			return false;
	return true;
}

static int number_of(const char *text, int64_t max, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 18 || text[digits])
		return -EINVAL;
	*out = strtoll(text, NULL, 10);
	return *out <= max ? 0 : -EINVAL;
}

/* --- characters ------------------------------------------------------------- */

/* Bad bytes and NULs become U+FFFD; true where there were none. */
static bool take_utf8(const struct value *in, struct strbuf *out)
{
	bool good = true;

	for (size_t i = 0; i < in->length;) {
		char bytes[4];
		uint32_t cp;
		size_t used = utf8_decode(in->bytes + i, in->length - i, &cp);

		/* One that was sent as such has three bytes. */
		if (cp == 0 || (cp == UTF8_REPLACEMENT && used == 1)) {
			cp = UTF8_REPLACEMENT;
			good = false;
		}
		strbuf_add(out, bytes, utf8_encode(cp, bytes));
		i += used;
	}
	return good;
}

static void put(struct strbuf *out, uint32_t cp)
{
	char bytes[4];

	strbuf_add(out, bytes, utf8_encode(cp ? cp : UTF8_REPLACEMENT, bytes));
}

/* What an SMS in UCS-2 holds, surrogates included. */
static bool take_utf16(const struct value *in, struct strbuf *out)
{
	bool good = in->length % 2 == 0;

	for (size_t i = 0; i + 1 < in->length; i += 2) {
		const unsigned char *b = (const unsigned char *)in->bytes + i;
		uint32_t unit = (uint32_t)b[0] << 8 | b[1];
		bool pair =
		    unit >= 0xD800 && unit < 0xDC00 && i + 3 < in->length && (b[2] & 0xFC) == 0xDC;

		if (pair) {
			uint32_t low = (uint32_t)b[2] << 8 | b[3];

			put(out, 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF));
			i += 2;
		} else if (unit == 0 || (unit >= 0xD800 && unit < 0xE000)) {
			put(out, UTF8_REPLACEMENT);
			good = false;
		} else {
			put(out, unit);
		}
	}
	return good;
}

static bool take_latin1(const struct value *in, struct strbuf *out)
{
	bool good = true;

	for (size_t i = 0; i < in->length; i++) {
		unsigned char c = (unsigned char)in->bytes[i];

		good = good && c != 0;
		put(out, c);
	}
	return good;
}

static bool is_any(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcasecmp(name, *names) == 0)
			return true;
	return false;
}

/* False where the bytes aren't what they are said to be. */
static bool to_utf8(const struct value *in, const char *charset, struct strbuf *out)
{
	static const char *const utf8[] = {"", "UTF-8", "UTF8", "US-ASCII", "ASCII", NULL};
	static const char *const utf16[] = {"UTF-16BE", "UCS-2", "UCS-2BE", "UTF-16", NULL};
	static const char *const latin1[] = {"ISO-8859-1", "LATIN1", "WINDOWS-1252", "CP1252",
					     NULL};

	strbuf_puts(out, "");
	if (is_any(charset, utf16))
		return take_utf16(in, out);
	if (is_any(charset, latin1))
		return take_latin1(in, out);
	return take_utf8(in, out) && is_any(charset, utf8);
}

/* --- what it means --------------------------------------------------------- */

/* "1764102000", or "2026-11-25 20:20:00" of UTC; 0 for anything else. */
static int64_t time_of(const char *text)
{
	struct tm tm = {0};
	int64_t seconds;
	const char *end;

	if (number_of(text, INT64_C(99999999999), &seconds) == 0)
		return seconds;
	end = strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
	seconds = end && !*end ? (int64_t)timegm(&tm) : 0;
	return seconds > 0 ? seconds : 0;
}

int kannel_read_sms(struct arena *arena, const char *query, struct kannel_sms *out)
{
	struct value text;
	struct strbuf words = {0};
	static const char *const needed[] = {"from", "id", "text", NULL};
	const char *when, *coding, *charset;

	*out = (struct kannel_sms){0};
	if (!has_all(arena, query, needed))
		return -ENOENT;
	if (find_plain(arena, query, "from", NUMBER_MAX, &out->from) < 0 ||
	    find_plain(arena, query, "id", FIELD_MAX, &out->id) < 0 ||
	    find_plain(arena, query, "time", FIELD_MAX, &when) < 0 ||
	    find_plain(arena, query, "coding", FIELD_MAX, &coding) < 0 ||
	    find_plain(arena, query, "charset", FIELD_MAX, &charset) < 0 ||
	    find(arena, query, "text", &text) < 0)
		return -EINVAL;
	if (!*out->from || !*out->id)
		return -EINVAL;
	out->sent_at = time_of(when);
	out->data = !to_utf8(&text, charset, &words) || strcmp(coding, "1") == 0;
	out->text = arena_strdup(arena, words.text);
	strbuf_free(&words);
	return 0;
}

/* A receipt of SMPP's ends in the beginning of the message itself, one-time code
 * and all (SMPP 3.4 appendix B). */
static void drop_text(struct strbuf *receipt)
{
	char *at = strcasestr(receipt->text, "text:");

	if (!at)
		return;
	while (at > receipt->text && at[-1] == ' ')
		at--;
	*at = '\0';
}

int kannel_read_report(struct arena *arena, const char *query, struct kannel_report *out)
{
	const char *id, *attempt, *type, *when;
	struct value answer;
	struct strbuf words = {0};
	static const char *const needed[] = {"id", "attempt", "type", NULL};
	int64_t number;

	*out = (struct kannel_report){0};
	if (!has_all(arena, query, needed))
		return -ENOENT;
	if (find_plain(arena, query, "id", FIELD_MAX, &id) < 0 ||
	    find_plain(arena, query, "attempt", FIELD_MAX, &attempt) < 0 ||
	    find_plain(arena, query, "type", FIELD_MAX, &type) < 0 ||
	    find_plain(arena, query, "at", FIELD_MAX, &when) < 0 ||
	    find(arena, query, "answer", &answer) < 0)
		return -EINVAL;
	if (number_of(id, INT64_MAX, &out->id) < 0 || number_of(attempt, 1000000, &number) < 0)
		return -EINVAL;
	out->attempt = (int)number;
	if (number_of(type, 16, &number) < 0 || number == 0 || (number & (number - 1)) != 0)
		return -EINVAL;
	out->type = (int)number;
	out->at = time_of(when);
	(void)to_utf8(&answer, "", &words);
	drop_text(&words);
	out->answer = arena_strdup(arena, words.text);
	strbuf_free(&words);
	return 0;
}
