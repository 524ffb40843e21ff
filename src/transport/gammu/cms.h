/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRANSPORT_GAMMU_CMS_H
#define TRANSPORT_GAMMU_CMS_H

#include "kentongan/outbox.h"

/* What a +CMS ERROR (TS 27.005 §3.2.5; below 128 the RP-cause of TS 24.011
 * §E.2, up to 255 the TP-FCS of TS 23.040 §9.2.3.22) in answer to CMGS means
 * for the message: TEMPORARY, PERMANENT or UNCERTAIN; plain words in *WORDS
 * (constant). Unknown codes are temporary: the outbox bounds the tries. */
enum outbox_outcome cms_classify(int code, const char **words);

#endif
