/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void outbox_item_free(struct outbox_item **item)
{
	if (!*item)
		return;
	free((*item)->peer);
	free((*item)->text);
	free(*item);
	*item = NULL;
}

/* The text of a template, and behind it the honest word about a late answer. */
static int render_whole(const struct catalogue *catalogue, const char *lang, const char *template,
			const json_t *params, char **out, struct errbuf *err)
{
	char *text = NULL, *late = NULL;
	int result = catalogue_render(catalogue, lang, template, params, &text, err);

	if (result == 0 && json_object_get(params, "late_sent")) {
		result = catalogue_render(catalogue, lang, "late", params, &late, err);
		if (result == 0) {
			char *both = xasprintf("%s %s", text, late);

			free(text);
			text = both;
		}
	}
	free(late);
	if (result < 0) {
		free(text);
		return result;
	}
	*out = text;
	return 0;
}

int render_row(const struct gateway *gateway, const PGresult *result, int row,
	       struct outbox_item **out, char **kept, struct errbuf *err)
{
	const char *lang = db_text(result, row, "lang");
	const char *template = db_text(result, row, "template");
	json_t *params = json_loads(db_text(result, row, "params"), 0, NULL);
	struct outbox_item *item = xcalloc(1, sizeof(*item));
	int rc;

	*out = NULL;
	*kept = NULL;
	if (!params) {
		rc = err_set(err, -EINVAL, "parameters of %s are not JSON", template);
		goto fail;
	}
	rc = render_whole(gateway->catalogue, lang, template, params, &item->text, err);
	if (rc < 0)
		goto fail;
	if (json_object_get(params, "otp")) {
		json_object_set_new(params, "otp", json_string("****"));
		rc = render_whole(gateway->catalogue, lang, template, params, kept, err);
		if (rc < 0)
			goto fail;
	} else {
		*kept = xstrdup(item->text);
	}
	item->id = db_int(result, row, "id");
	item->peer = xstrdup(db_text(result, row, "peer"));
	item->attempt = (int)db_int(result, row, "attempt");
	item->validity_minutes = (int)db_int(result, row, "validity_minutes");
	item->report = db_bool(result, row, "report");
	/* Our own counter, not libGammu's clock: neighbours never share one. */
	item->reference = (int)((item->id * 7 + item->attempt) & 0xffff);
	json_decref(params);
	*out = item;
	return 0;
fail:
	json_decref(params);
	outbox_item_free(&item);
	return rc;
}
