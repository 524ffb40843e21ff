/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "handset.h"

#include <stdlib.h>
#include <string.h>

#include "kentongan/clock.h"
#include "kentongan/memory.h"

/* A message whose parts have not all come. */
struct partial {
	struct partial *next; /* newest first */
	char from[24];
	struct pdu_concat concat;
	char *texts[PDU_PARTS_MAX];
	int have;
};

struct handset *handset_new(const char *number)
{
	struct handset *handset = xcalloc(1, sizeof(*handset));

	strncpy(handset->number, number, sizeof(handset->number) - 1);
	handset->fail_status = -1;
	return handset;
}

static void partial_free(struct partial *partial)
{
	for (size_t i = 0; i < PDU_PARTS_MAX; i++)
		free(partial->texts[i]);
	free(partial);
}

void handset_free(struct handset **handset)
{
	struct handset *h = *handset;

	if (h == NULL)
		return;
	while (h->partials != NULL) {
		struct partial *next = h->partials->next;

		partial_free(h->partials);
		h->partials = next;
	}
	for (size_t i = 0; i < h->count; i++)
		free(h->inbox[(h->first + i) % h->room].text);
	free(h->inbox);
	free(h);
	*handset = NULL;
}

const struct received *handset_at(const struct handset *handset, size_t n)
{
	return &handset->inbox[(handset->first + n) % handset->room];
}

size_t handset_incomplete(const struct handset *handset)
{
	return handset->partial_count;
}

static struct received *new_received(struct handset *handset)
{
	struct received *slot;

	if (handset->count == handset->room && handset->room < INBOX_MAX) {
		handset->room = handset->room ? handset->room * 2 : 8;
		if (handset->room > INBOX_MAX)
			handset->room = INBOX_MAX;
		handset->inbox =
		    xreallocarray(handset->inbox, handset->room, sizeof(*handset->inbox));
	}
	if (handset->count == INBOX_MAX) {
		free(handset->inbox[handset->first].text);
		handset->first = (handset->first + 1) % INBOX_MAX;
		handset->count--;
	}
	slot = &handset->inbox[(handset->first + handset->count++) % handset->room];
	memset(slot, 0, sizeof(*slot));
	return slot;
}

static bool same_message(const struct partial *p, const char *from, const struct pdu_concat *c)
{
	return p->concat.reference == c->reference && p->concat.total == c->total &&
	       p->concat.wide == c->wide && strcmp(p->from, from) == 0;
}

/* The place in the list of the message that C is a part of, made when new. */
static struct partial **find_partial(struct handset *handset, const char *from,
				     const struct pdu_concat *c)
{
	struct partial **at = &handset->partials, *fresh;

	for (; *at != NULL; at = &(*at)->next)
		if (same_message(*at, from, c))
			return at;
	if (handset->partial_count == PARTIALS_MAX) {
		for (at = &handset->partials; (*at)->next != NULL;)
			at = &(*at)->next;
		partial_free(*at);
		*at = NULL;
		handset->partial_count--;
	}
	fresh = xcalloc(1, sizeof(*fresh));
	strncpy(fresh->from, from, sizeof(fresh->from) - 1);
	fresh->concat = *c;
	fresh->next = handset->partials;
	handset->partials = fresh;
	handset->partial_count++;
	return &handset->partials;
}

/* The whole text if TEXT was the last part missing, else NULL. Takes TEXT. */
static char *join(struct handset *handset, const char *from, const struct pdu_concat *c, char *text)
{
	struct partial **at = find_partial(handset, from, c), *p = *at;
	struct strbuf whole = {0};

	if (p->texts[c->sequence - 1] != NULL) {
		free(text); /* the same part twice */
		return NULL;
	}
	p->texts[c->sequence - 1] = text;
	if (++p->have < c->total)
		return NULL;
	for (int i = 0; i < c->total; i++)
		strbuf_puts(&whole, p->texts[i]);
	*at = p->next;
	handset->partial_count--;
	partial_free(p);
	return whole.text;
}

const struct received *handset_receive(struct handset *handset, const char *from,
				       const struct pdu *pdu, int64_t time, int64_t id)
{
	struct pdu_concat concat;
	struct strbuf text = {0};
	struct received *message;
	char *whole;

	pdu_text(pdu, &text);
	whole = text.text;
	if (pdu_get_concat(pdu, &concat))
		whole = join(handset, from, &concat, whole);
	if (whole == NULL)
		return NULL;
	message = new_received(handset);
	message->id = id;
	strncpy(message->from, from, sizeof(message->from) - 1);
	message->text = whole;
	message->time = time;
	message->parts = concat.total ? concat.total : 1;
	message->message_class = pdu_class(pdu->dcs);
	message->validity_minutes = pdu->validity_minutes;
	message->coding = pdu_coding(pdu->dcs);
	return message;
}

json_t *handset_message_json(const struct handset *handset, const struct received *message)
{
	static const char *const codings[] = {"gsm7", "8bit", "ucs2"};
	char when[21];

	clock_iso(message->time, when);
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:i, s:i, s:i, s:s}", "event",
			 "message", "id", (json_int_t)message->id, "to", handset->number, "from",
			 message->from, "text", message->text, "time", when, "unix",
			 (json_int_t)message->time, "parts", message->parts, "class",
			 message->message_class, "validity_minutes", message->validity_minutes,
			 "coding", codings[message->coding]);
}
