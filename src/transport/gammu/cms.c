/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cms.h"

#include <stddef.h>

struct cause {
	int code;
	enum outbox_outcome outcome;
	const char *words;
};

/* What is wrong with our own SIM (barred, unpaid) is temporary: the operator or
 * the treasurer can mend it, and receipts must not be given up until then. */
static const struct cause causes[] = {
    /* RP-cause, TS 24.011 §8.2.5.4 and annex E.2 */
    {1, OUTBOX_PERMANENT, "number not in use"},
    {8, OUTBOX_TEMPORARY, "the operator has barred this SIM from sending"},
    {10, OUTBOX_TEMPORARY, "sending is barred on this SIM"},
    {17, OUTBOX_TEMPORARY, "the network could not take it"},
    {21, OUTBOX_TEMPORARY, "refused by the network: check the credit (pulsa)"},
    {22, OUTBOX_TEMPORARY, "memory full"},
    {27, OUTBOX_TEMPORARY, "the receiving phone is out of service"},
    {28, OUTBOX_PERMANENT, "number unknown to the network"},
    {29, OUTBOX_TEMPORARY, "the network refuses this service: check the SIM's contract"},
    {30, OUTBOX_TEMPORARY, "the sender is unknown to the network: check the SIM"},
    {38, OUTBOX_TEMPORARY, "network out of order"},
    {41, OUTBOX_TEMPORARY, "temporary failure in the network"},
    {42, OUTBOX_TEMPORARY, "network too busy"},
    {47, OUTBOX_TEMPORARY, "no resources in the network"},
    {50, OUTBOX_TEMPORARY, "not subscribed: check the SIM's contract or credit"},
    {69, OUTBOX_PERMANENT, "not offered by the network"},
    {81, OUTBOX_TEMPORARY, "wrong reference"},
    {95, OUTBOX_PERMANENT, "the network calls the message invalid"},
    {96, OUTBOX_PERMANENT, "the network misses part of the message"},
    {97, OUTBOX_PERMANENT, "the network doesn't know this kind of message"},
    {98, OUTBOX_TEMPORARY, "message out of turn"},
    {99, OUTBOX_PERMANENT, "the network doesn't know part of the message"},
    {111, OUTBOX_TEMPORARY, "protocol error in the network"},
    {127, OUTBOX_TEMPORARY, "interworking failure in the network"},
    /* TP-FCS, TS 23.040 §9.2.3.22 */
    {128, OUTBOX_PERMANENT, "telematic interworking not supported"},
    {129, OUTBOX_PERMANENT, "short message type 0 not supported"},
    {130, OUTBOX_PERMANENT, "cannot replace the message"},
    {143, OUTBOX_PERMANENT, "protocol identifier refused"},
    {144, OUTBOX_PERMANENT, "alphabet not supported"},
    {145, OUTBOX_PERMANENT, "message class not supported"},
    {159, OUTBOX_PERMANENT, "coding refused"},
    {160, OUTBOX_TEMPORARY, "command can't be acted on"},
    {161, OUTBOX_PERMANENT, "command not supported"},
    {175, OUTBOX_TEMPORARY, "command refused"},
    {176, OUTBOX_PERMANENT, "message not supported"},
    {192, OUTBOX_TEMPORARY, "the message centre is busy"},
    {193, OUTBOX_TEMPORARY, "the message centre has no account for this SIM: check smsc"},
    {194, OUTBOX_TEMPORARY, "the message centre is out of order"},
    {195, OUTBOX_PERMANENT, "the number is not one for messages"},
    {196, OUTBOX_PERMANENT, "the receiving phone is barred"},
    {197, OUTBOX_PERMANENT, "the message centre calls it a duplicate"},
    {198, OUTBOX_TEMPORARY, "validity period refused by the message centre"},
    {199, OUTBOX_PERMANENT, "validity period not supported"},
    {208, OUTBOX_TEMPORARY, "the SIM's storage is full"},
    {209, OUTBOX_TEMPORARY, "the SIM can't store messages"},
    {210, OUTBOX_TEMPORARY, "error in the phone"},
    {211, OUTBOX_TEMPORARY, "memory exceeded"},
    {212, OUTBOX_TEMPORARY, "the SIM's toolkit is busy"},
    {213, OUTBOX_TEMPORARY, "data download error"},
    {255, OUTBOX_TEMPORARY, "refused for an unknown reason: check the credit (pulsa)"},
    /* TS 27.005 §3.2.5 */
    {300, OUTBOX_TEMPORARY, "the modem failed"},
    {301, OUTBOX_TEMPORARY, "the modem's message service is reserved"},
    {302, OUTBOX_TEMPORARY, "not allowed by the modem"},
    {303, OUTBOX_TEMPORARY, "not supported by the modem"},
    {304, OUTBOX_PERMANENT, "the modem calls the message wrong"},
    {305, OUTBOX_PERMANENT, "the modem calls the text wrong"},
    {310, OUTBOX_TEMPORARY, "no SIM in the modem"},
    {311, OUTBOX_TEMPORARY, "the SIM asks for its PIN"},
    {312, OUTBOX_TEMPORARY, "the modem asks for its own PIN"},
    {313, OUTBOX_TEMPORARY, "the SIM failed"},
    {314, OUTBOX_TEMPORARY, "the SIM is busy"},
    {315, OUTBOX_TEMPORARY, "the wrong SIM"},
    {316, OUTBOX_TEMPORARY, "the SIM is locked and asks for its PUK"},
    {317, OUTBOX_TEMPORARY, "the SIM asks for its PIN2"},
    {318, OUTBOX_TEMPORARY, "the SIM asks for its PUK2"},
    {320, OUTBOX_TEMPORARY, "memory failure in the modem"},
    {321, OUTBOX_TEMPORARY, "wrong place in the modem's memory"},
    {322, OUTBOX_TEMPORARY, "the modem's memory is full"},
    {330, OUTBOX_TEMPORARY, "the message centre's number is unknown: set smsc"},
    {331, OUTBOX_TEMPORARY, "no network"},
    /* The network didn't answer: it may have taken the message. */
    {332, OUTBOX_UNCERTAIN, "the network gave no answer in time"},
    {340, OUTBOX_TEMPORARY, "no acknowledgement expected"},
    {500, OUTBOX_TEMPORARY, "the modem or the network failed without saying why"},
    /* Makers' own, as common modems use them */
    {512, OUTBOX_TEMPORARY, "the modem is not ready or the network refused"},
    {513, OUTBOX_UNCERTAIN, "the radio link was lost while sending"},
    {514, OUTBOX_PERMANENT, "the modem calls the number wrong"},
    {515, OUTBOX_TEMPORARY, "the modem is busy starting"},
    {517, OUTBOX_TEMPORARY, "the modem refuses while it starts"},
    {535, OUTBOX_TEMPORARY, "the modem is busy"},
    {538, OUTBOX_PERMANENT, "the modem calls a setting of the message wrong"},
};

enum outbox_outcome cms_classify(int code, const char **words)
{
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
		if (causes[i].code == code) {
			*words = causes[i].words;
			return causes[i].outcome;
		}
	*words = "unknown reason";
	return OUTBOX_TEMPORARY;
}
