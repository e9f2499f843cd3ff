/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files that the tool reads: a .prog or a fuzzer's bytes, told apart by what is in them. What
 * cannot be used is said as FILE:line:column: message, and nothing is executed for it.
 */
#ifndef TOOL_INPUT_H
#define TOOL_INPUT_H

#include <stdbool.h>

#include "netstack/laboratory.h"
#include "tool/command.h"

struct input {
    const char *path;
    bool text; /* it was a .prog */
    struct program program;
    const struct laboratory_target *target;
    const struct subject *subject;
};

/*
 * Reads a program with its target and subject. Names given here win over those in the file (NULL:
 * the file decides; without any, the subject is TOOL_DEFAULT_SUBJECT). The program's head is left
 * as it was. Returns: false: has complained on stderr, and there is nothing to finish.
 */
bool input_read(struct input *input, const char *path, const char *target, const char *subject);
void input_fini(struct input *input);

/* The same of a file that this build can execute. Anything but TOOL_OK: has complained. */
enum tool_exit input_read_usable(struct input *input, const char *path, const char *target,
                                 const char *subject);

#endif
