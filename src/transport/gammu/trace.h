/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_TRACE_H
#define TRANSPORT_GAMMU_TRACE_H

#include <stddef.h>

#include "kentongan/memory.h"

/* libGammu's talk with the modem, the last 32 KB of it, in memory. Written out
 * only when something goes wrong, numbers masked and message bodies left out.
 * libGammu's level "text" is needed for the frames; it also prints decoded
 * message texts, so only frames and lines known to be harmless are kept. */
struct trace;

/* Files are DIR/trace-NAME-TIME.log; the newest KEEP of them stay. */
struct trace *trace_new(const char *dir, const char *name, int keep);
void trace_free(struct trace **trace);

/* A GSM_Log_Function; DATA is the trace. */
void trace_libgammu(const char *text, void *data);

/* How many whole frames libGammu has received: it grows when the parser has
 * come to the end of an answer, known or not. */
unsigned trace_frames(const struct trace *trace);

/* The last received frame, good until the next ("" if there was none). */
const char *trace_last_frame(const struct trace *trace);

/* The PDU in the last received frame ("" if there is none): what is left of a
 * message that libGammu can't decode. */
void trace_last_pdu(const struct trace *trace, struct strbuf *out);

/* Writes the ring to a new file and empties it. REASON is its first line.
 * Returns the file's name (malloc'd), or NULL where it can't be written. */
char *trace_dump(struct trace *trace, const char *reason);

/* LINE with numbers masked, hexadecimal runs of more than 16 digits replaced
 * by their length, and the SIM's PIN removed. For tests, too. */
void trace_scrub(const char *line, struct strbuf *out);

#endif
