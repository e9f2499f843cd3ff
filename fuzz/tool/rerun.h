/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What `heddle replay` does once its arguments are understood: every file is executed in workers,
 * as often as asked; its first execution is the result, and every later one must be the same.
 */
#ifndef TOOL_RERUN_H
#define TOOL_RERUN_H

#include "tool/command.h"
#include "tool/input.h"

struct rerun_options {
    const char *target, *subject; /* given on the command line, or NULL */
    uint64_t repeat;
    unsigned jobs;
    bool trace, json, expects;
    enum heddle_verdict expected;
};

/* Executes them; tells them in their order. */
enum tool_exit rerun_files(const struct rerun_options *options, struct input *inputs, size_t count);

#endif
