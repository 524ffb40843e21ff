/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_COMMANDS_H
#define SIMULATOR_COMMANDS_H

#include <jansson.h>

/* The subcommands of kentongan-simulator that are clients of a running one.
 * argv[0] is the subcommand; each returns the exit status. */
int command_call(int argc, char **argv);
int command_send(int argc, char **argv);
int command_wait(int argc, char **argv);
int command_inbox(int argc, char **argv);
int command_control(int argc, char **argv);
int command_play(int argc, char **argv);
int command_phone(int argc, char **argv);

/* The request that the arguments of `send` stand for; NULL after a message to
 * standard error. DIR is set where --dir is among them. */
json_t *command_send_request(int argc, char **argv, const char **dir);

#endif
