/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Parsing the arguments of a command that takes one FILE.
 */
#include "tool/command_file.h"

#include <errno.h>

error_t
command_parse_file(struct command_file *file, const char *needs, int key, char *argument,
                   struct argp_state *state)
{
    switch (key) {
    case 't':
        file->target = argument;
        return command_target(argument) != NULL ? 0 : EINVAL;
    case 's':
        file->subject = argument;
        return command_subject(argument) != NULL ? 0 : EINVAL;
    case ARGP_KEY_ARG:
        if (file->path != NULL) {
            break;
        }
        file->path = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        command_complain("needs %s: a .prog, or the bytes that a fuzzer left", needs);
        return EINVAL;
    default:
        break;
    }
    return command_parse_other(key, argument, state);
}

enum tool_exit
command_read_file(const struct command_file *file, struct input *input)
{
    return input_read_usable(input, file->path, file->target, file->subject);
}
