/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the commands have in common that take one FILE: its name, and whose program it is.
 */
#ifndef TOOL_COMMAND_FILE_H
#define TOOL_COMMAND_FILE_H

#include "tool/input.h"

struct command_file {
    const char *path, *target, *subject;
};

/* In such a command's options, after COMMAND_OPTION_HELP. */
#define COMMAND_OPTION_TARGET                                                                      \
    {                                                                                              \
        "target", 't', "TARGET", 0, "Target of bytes without a head", 0                            \
    }
#define COMMAND_OPTION_SUBJECT                                                                     \
    {                                                                                              \
        "subject", 's', "SUBJECT", 0, "Run it on this subject, whatever the file says", 0          \
    }

/* For keys that the command does not know itself. needs: what the FILE must be, for who gives none. */
error_t command_parse_file(struct command_file *file, const char *needs, int key, char *argument,
                           struct argp_state *state);

/* Reads it; anything but TOOL_OK has complained. */
enum tool_exit command_read_file(const struct command_file *file, struct input *input);

#endif
