/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "at.h"
#include "network.h"

/* +CUSD (TS 27.007 §7.15), in the codings that modems use. */

static void ucs2_hex(const char *text, struct strbuf *out)
{
	for (uint32_t code; (code = utf8_next(&text)) != 0;) {
		uint8_t octets[4];

		hex_put(out, octets, (size_t)ucs2_put(code, octets));
	}
}

static void packed_hex(const char *text, struct strbuf *out)
{
	uint8_t septets[512], octets[512];
	size_t n = 0;

	for (uint32_t code; n + 2 < sizeof(septets) && (code = utf8_next(&text)) != 0;)
		n += (size_t)alphabet_septets(code, (struct alphabet_tables){0}, septets + n);
	hex_put(out, octets, alphabet_pack(septets, n, 0, octets));
}

/* 12.345 */
static void put_amount(int64_t amount, struct strbuf *out)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%lld", (long long)amount);

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0 && digits[i - 1] != '-')
			strbuf_putc(out, '.');
		strbuf_putc(out, digits[i]);
	}
}

/* The answer's text with what this SIM has in it. */
static struct strbuf ussd_words(const struct modem *modem, const struct ussd_answer *answer)
{
	struct strbuf out = {0};

	strbuf_puts(&out, "");
	for (const char *p = answer->text; *p;) {
		if (strncmp(p, "{credit}", 8) == 0) {
			put_amount(modem->credit.amount, &out);
			p += 8;
		} else if (strncmp(p, "{until}", 7) == 0) {
			strbuf_puts(&out, modem->credit.until);
			p += 7;
		} else {
			strbuf_putc(&out, *p++);
		}
	}
	return out;
}

static void send_ussd(struct modem *modem, int status, const char *text, bool hex)
{
	bool gsm = alphabet_fits(text, (struct alphabet_tables){0});
	struct strbuf first = {0}, out = {0};

	if (hex) {
		ucs2_hex(text, &first);
		text = first.text;
	}
	if (modem->config.packed && gsm && !hex)
		packed_hex(text, &out);
	else if (modem->set.charset == CHARSET_UCS2 || (modem->config.packed && !hex))
		ucs2_hex(text, &out);
	else
		strbuf_puts(&out, text);
	modem_urc(modem, NULL, "+CUSD: %d,\"%s\",%d", status, out.text, hex ? 0 : gsm ? 15 : 72);
	modem->ussd_open = status == 1;
	strbuf_free(&first);
	strbuf_free(&out);
}

void at_dial_ussd(struct modem *modem, const char *code)
{
	const struct ussd_answer *answer = network_ussd(modem->network, code);
	struct strbuf text;

	if (fault_take(&modem->faults.ussd_lost))
		return;
	if (fault_take(&modem->faults.ussd_refused)) {
		modem_urc(modem, NULL, "+CUSD: 4");
		return;
	}
	/* Whatever is dialled now is a choice from the menu that is open. */
	if (modem->ussd_open) {
		send_ussd(modem, 0, "Pilihan tidak dikenal", false);
		return;
	}
	if (!modem_on_air(modem) || answer == NULL) {
		modem_urc(modem, NULL, "+CUSD: %d", answer == NULL ? 4 : 2);
		return;
	}
	text = ussd_words(modem, answer);
	send_ussd(modem, answer->status, text.text, answer->hex);
	strbuf_free(&text);
}

/* What the user of +CUSD wrote, as text. */
static void ussd_code(const struct modem *modem, const char *code, struct strbuf *text)
{
	uint8_t octets[256], septets[300];
	int n = -1;

	strbuf_puts(text, "");
	if (modem->config.packed || modem->set.charset == CHARSET_UCS2)
		n = hex_decode(code, strlen(code), octets, sizeof(octets));
	if (modem->config.packed && n > 0) {
		size_t count = (size_t)n * 8 / 7;

		alphabet_unpack(octets, count, 0, septets);
		if (count > 1 && septets[count - 1] == 0)
			count--;
		alphabet_decode(septets, count, (struct alphabet_tables){0}, text);
	} else if (n > 0) {
		ucs2_decode(octets, (size_t)n, text);
	} else {
		strbuf_puts(text, code);
	}
}

int at_ussd(struct modem *modem, enum at_kind kind, const char *args)
{
	char code[512];
	struct strbuf text = {0};
	int mode = at_number(args, 0, 0);

	if (kind == AT_TEST)
		at_print(modem, "+CUSD: (0-2)");
	else if (kind == AT_READ)
		at_print(modem, "+CUSD: %d", modem->set.cusd);
	if (kind != AT_SET)
		return kind == AT_EXECUTE ? AT_ERROR : AT_OK;
	if (mode < 0 || mode > 2)
		return AT_CME(50);
	if (mode == 2)
		modem->ussd_open = false;
	else
		modem->set.cusd = mode;
	if (!at_text(args, 1, code, sizeof(code)))
		return AT_OK;
	if (fault_take(&modem->faults.cusd_error))
		return AT_CME(100);
	ussd_code(modem, code, &text);
	at_finish(modem, AT_OK);
	at_dial_ussd(modem, text.text);
	strbuf_free(&text);
	return AT_LATER;
}
