/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What `heddle faults` does once its arguments are understood: the program is run again and again, each time with one more
 * occurrence of one kind of fault, until a run does not get there; as SQLite's tests do with allocations
 * (https://www.sqlite.org/malloc.html). Then with two. What fails is told at the end of each part, in an order that no
 * number of workers changes.
 */
#ifndef TOOL_FAULT_SWEEP_H
#define TOOL_FAULT_SWEEP_H

#include "tool/command_findings.h"
#include "tool/input.h"

struct fault_sweep_options {
    const struct input *input;
    bool pairs;
    uint64_t pairs_max; /* that are run */
    bool list;
    struct finding_options findings;
};

enum tool_exit fault_sweep_run(const struct fault_sweep_options *options);

#endif
