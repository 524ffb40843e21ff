/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "control.h"
#include "faults.h"
#include "serve.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
    {"serve", serve_main},    {"phone", command_phone},     {"play", command_play},
    {"call", command_call},   {"send", command_send},       {"wait", command_wait},
    {"inbox", command_inbox}, {"control", command_control},
};

static const char help_commands[] =
    "NAME\n"
    "    kentongan-simulator - a mobile network with GSM modems, in software\n"
    "\n"
    "SYNOPSIS\n"
    "    kentongan-simulator serve --dir DIR [--modem NAME[,KEY=VALUE…]]…\n"
    "    kentongan-simulator phone --dir DIR [--as NUMBER|NAME] [--linger S]\n"
    "    kentongan-simulator play --dir DIR [--timeout S] [--grace S] [--quiet] FILE…\n"
    "    kentongan-simulator send --dir DIR --from NUMBER|NAME [OPTION…] TEXT…\n"
    "    kentongan-simulator call --dir DIR --from NUMBER|NAME|withheld [--to MODEM|NUMBER]\n"
    "                             [--rings N]\n"
    "    kentongan-simulator wait --dir DIR --on NUMBER|NAME [--match REGEX] [--after ID]\n"
    "                             [--timeout S]\n"
    "    kentongan-simulator inbox --dir DIR --on NUMBER|NAME [--json]\n"
    "    kentongan-simulator control --dir DIR [--json] VERB [WORD…]\n"
    "\n"
    "DESCRIPTION\n"
    "    serve makes DIR/NAME, the serial line of a GSM modem (3GPP TS 27.005 and\n"
    "    27.007), for each --modem, and listens on DIR/control until it is told to\n"
    "    stop. Any number is a handset on its network. The other commands talk to a\n"
    "    running one and wait up to 5 s for it to start. DIR/names (lines\n"
    "    \"+62812… NAME\") gives handsets names; any beginning of one will do.\n"
    "\n"
    "    Keys of --modem: imei imsi number smsc vendor model; pin (the SIM asks for\n"
    "    it); sim, me, sr (slots of each memory; 20, 0, 0); delay (ms before every\n"
    "    answer); cmgs-delay (ms of air time per message); no-cbm (offers no cell\n"
    "    broadcast); no-ucs2 (nor this character set); ussd-packed (+CUSD in packed\n"
    "    septets); no-clip (can't tell who calls),\n"
    "    clip-silent (nor answers that question); no-chup (only ATH hangs up);\n"
    "    urc-busy (what it says unasked doesn't wait for an answer under way); ring (ms\n"
    "    from one ring to the next; 3000). Nothing is delayed unless asked for.\n"
    "\n"
    "    send options: --to MODEM|NUMBER (the first modem), --ucs2, --turkish,\n"
    "    --ref N, --ref16, --parts-order 3,1,2, --only-parts 1,3, --duplicate,\n"
    "    --class0 or --class N, --binary HEX (8-bit data), --pdu HEX (a whole TPDU),\n"
    "    --alphanumeric WORD (as sender), --scts 2026-05-12T09:14:00Z, --age SECONDS.\n"
    "    It prints the message's id. Sent and received messages share one sequence\n"
    "    of ids: wait --after ID waits for what came after that.\n"
    "\n"
    "    call rings until it is rejected (status 0) or, after N rings (5), given up\n"
    "    (status 1), and says which.\n"
    "\n"
    "    wait prints the text of the first message that matches (PCRE2, anywhere in\n"
    "    it); status 1 when none came in time (10 s).\n"
    "\n"
    "TRANSCRIPTS\n"
    "    play goes through a file line by line and stops with status 1 at the first\n"
    "    that doesn't happen in time (10 s):\n"
    "    @ WHO           the current handset: a number or (part of) a name\n"
    "    > [WHO: ]TEXT   it sends TEXT\n"
    "    % [WHO]         it calls, and must be rejected\n"
    "    < [WHO: ]TEXT   the next message that it receives must be TEXT\n"
    "    <? [WHO: ]TEXT  one of those that it receives must be TEXT\n"
    "    ~ [WHO|*]       nothing else may have come to it (or to anybody) at the end\n"
    "    ! VERB …        a verb as for control; ! send … as the command\n"
    "    # …             a comment; ## … one that is shown\n"
    "    In an expected TEXT * or … stands for anything, {=REGEX} for what matches,\n"
    "    {name=REGEX} remembers it, {name} is what was remembered (also in what is\n"
    "    sent), \\n a line break, \\* an asterisk.\n"
    "\n"
    "VERBS\n";

static void print_help(void)
{
	struct strbuf text = {0};

	strbuf_puts(&text, help_commands);
	verb_list(&text);
	strbuf_puts(&text, "\nFAULTS\n");
	fault_list(&text);
	fputs(text.text, stdout);
	strbuf_free(&text);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "--help";

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
		print_help();
		return 0;
	}
	if (strcmp(name, "--version") == 0) {
		puts("kentongan-simulator " KENTONGAN_VERSION);
		return 0;
	}
	fprintf(stderr, "kentongan-simulator: no such command: %s (try --help)\n", name);
	return 2;
}
