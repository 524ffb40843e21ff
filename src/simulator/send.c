/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "send.h"

#include <errno.h>
#include <string.h>

#include "kentongan/clock.h"

static const char *text_of(const json_t *request, const char *key)
{
	return json_string_value(json_object_get(request, key));
}

static bool flag(const json_t *request, const char *key)
{
	return json_is_true(json_object_get(request, key));
}

static int64_t number_of(const json_t *request, const char *key, int64_t fallback)
{
	const json_t *value = json_object_get(request, key);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

static int sender(struct network *network, const json_t *request, char out[static 24],
		  struct errbuf *err)
{
	const char *word = text_of(request, "alphanumeric"), *from = text_of(request, "from");

	if (word != NULL) {
		if (strlen(word) >= 24)
			return err_set(err, -EINVAL, "%s: a sender has up to 11 characters", word);
		memcpy(out, word, strlen(word) + 1);
		return 0;
	}
	if (from == NULL)
		return err_set(err, -EINVAL, "who sends? (from)");
	if (!network_who(network, from, out))
		return err_set(err, -EINVAL, "%s is neither a number nor one name", from);
	return 0;
}

static int one_tpdu(const char *hex, struct network *network, struct modem *to, const char *from,
		    struct errbuf *err)
{
	uint8_t tpdu[PDU_TPDU_MAX];
	int n = hex_decode(hex, strlen(hex), tpdu, sizeof(tpdu));

	if (n < 1)
		return err_set(err, -EINVAL, "pdu: up to %d octets of hex are needed",
			       PDU_TPDU_MAX);
	return network_send(network, to, from, tpdu, (size_t)n, err);
}

/* Encodes PARTS' part number SEQUENCE (from 1) and hands it over. */
static int send_part(struct network *network, struct modem *to, const struct pdu *parts, int n,
		     json_int_t sequence, struct errbuf *err)
{
	uint8_t tpdu[PDU_TPDU_MAX];
	struct pdu part;
	int octets;

	if (sequence < 1 || sequence > n)
		return err_set(err, -EINVAL, "there is no part %lld: the message has %d",
			       (long long)sequence, n);
	part = parts[sequence - 1];
	part.more = sequence < n;
	octets = pdu_encode(&part, tpdu);
	if (octets < 0)
		return err_set(err, octets, "%s is no sender", part.peer.text);
	return network_send(network, to, part.peer.text, tpdu, (size_t)octets, err);
}

static bool wanted(const json_t *only, json_int_t sequence)
{
	size_t i;
	json_t *value;

	if (!json_is_array(only))
		return true;
	json_array_foreach(only, i, value)
	{
		if (json_integer_value(value) == sequence)
			return true;
	}
	return false;
}

static int send_parts(struct network *network, struct modem *to, const json_t *request,
		      const struct pdu *parts, int n, struct errbuf *err)
{
	const json_t *order = json_object_get(request, "order");
	const json_t *only = json_object_get(request, "only");
	size_t count = json_is_array(order) ? json_array_size(order) : (size_t)n;
	int copies = flag(request, "duplicate") ? 2 : 1, code = 0;

	for (size_t i = 0; i < count && code == 0; i++) {
		json_int_t sequence = json_is_array(order)
					  ? json_integer_value(json_array_get(order, i))
					  : (json_int_t)i + 1;

		for (int c = 0; c < copies && code == 0 && wanted(only, sequence); c++)
			code = send_part(network, to, parts, n, sequence, err);
	}
	return code;
}

static int build(const json_t *request, unsigned fallback_reference, struct pdu *model,
		 struct pdu *parts, struct errbuf *err)
{
	const char *text = text_of(request, "text"), *binary = text_of(request, "binary");
	struct pdu_split how = {
	    .ucs2 = flag(request, "ucs2"),
	    .wide = flag(request, "ref16"),
	    .turkish = flag(request, "turkish"),
	    .message_class = (int)number_of(request, "class", -1),
	};
	uint8_t data[PDU_UD_MAX];
	int n;

	how.reference =
	    (unsigned)number_of(request, "ref", fallback_reference) & (how.wide ? 0xffffU : 0xffU);
	if (how.message_class < -1 || how.message_class > 3)
		return err_set(err, -EINVAL, "a class is 0 to 3");
	if (binary != NULL) {
		n = hex_decode(binary, strlen(binary), data, sizeof(data));
		if (n < 0)
			return err_set(err, -EINVAL, "binary: up to 140 octets of hex are needed");
		parts[0] = *model;
		return pdu_set_binary(&parts[0], data, (size_t)n, how.message_class) ? -EINVAL : 1;
	}
	if (text == NULL)
		return err_set(err, -EINVAL, "what is sent? (text)");
	n = pdu_split_text(text, &how, model, parts, PDU_PARTS_MAX);
	return n < 0 ? err_set(err, n, "the text needs more than %d parts", PDU_PARTS_MAX) : n;
}

int64_t send_from_handset(struct network *network, const json_t *request, int *parts_out,
			  struct errbuf *err)
{
	struct modem *to = network_modem(network, text_of(request, "to"));
	struct pdu model = {.type = PDU_DELIVER, .zone = NETWORK_ZONE}, *parts;
	int64_t now = clock_wall(), id;
	int code, n;

	if (to == NULL)
		return err_set(err, -ENOENT, "no such modem or SIM: %s",
			       text_of(request, "to") ? text_of(request, "to") : "(none)");
	code = sender(network, request, model.peer.text, err);
	if (code != 0)
		return code;
	id = network_next_id(network);
	if (text_of(request, "pdu") != NULL) {
		*parts_out = 1;
		code = one_tpdu(text_of(request, "pdu"), network, to, model.peer.text, err);
		return code ? code : id;
	}
	model.sent = number_of(request, "scts", now - number_of(request, "age", 0));
	parts = xcalloc(PDU_PARTS_MAX, sizeof(*parts));
	n = build(request, (unsigned)id, &model, parts, err);
	code = n < 0 ? n : send_parts(network, to, request, parts, n, err);
	free(parts);
	*parts_out = n;
	return code ? code : id;
}
