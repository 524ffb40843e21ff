/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kentongan/memory.h"
#include "output.h"

void findings_start(struct findings *findings, const struct cli *cli)
{
	*findings = (struct findings){.cli = cli, .list = json_array()};
}

static const char *const names[] = {"good", "warning", "bad"}, *const marks[] = {"✓", "!", "✗"};

void findings_add(struct findings *findings, enum finding finding, const char *about,
		  const char *next, const char *fmt, ...)
{
	char text[1024];
	va_list args;
	va_start(args, fmt);
	if (vsnprintf(text, sizeof text, fmt, args) < 0)
		*text = '\0';
	va_end(args);
	findings->bad += finding == FINDING_BAD;
	findings->warnings += finding == FINDING_WARNING;
	char *clean = output_clean(text, findings->cli->numbers);
	if (findings->cli->json) {
		json_t *object = json_pack("{s:s, s:s, s:s, s:s*}", "state", names[finding],
					   "about", about, "text", clean, "next", next);
		if (!object)
			object = json_pack("{s:s, s:s, s:s}", "state", names[finding], "about",
					   about, "text", "(not UTF-8)");
		if (json_array_append_new(findings->list, object))
			fatal("out of memory");
	} else if (finding != FINDING_GOOD || !findings->quiet_good) {
		output_progress_end();
		printf("%s %-14s %s\n", marks[finding], about, clean);
		if (next && finding != FINDING_GOOD)
			printf("  %-14s → %s\n", "", next);
		fflush(stdout);
	}
	free(clean);
}

json_t *findings_take(struct findings *findings)
{
	json_t *list = findings->list;
	findings->list = NULL;
	return list;
}
