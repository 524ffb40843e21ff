/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIMULATOR_COMMANDS_H
#define SIMULATOR_COMMANDS_H

/* The subcommands of kentongan-simulator that are clients of a running one.
 * argv[0] is the subcommand; each returns the exit status. */
int command_send(int argc, char **argv);
int command_wait(int argc, char **argv);
int command_inbox(int argc, char **argv);
int command_control(int argc, char **argv);
int command_play(int argc, char **argv);
int command_phone(int argc, char **argv);

#endif
