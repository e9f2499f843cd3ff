/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What `heddle run` does once its arguments are understood: workers explore, the parent confirms
 * each new failure in a fresh process and writes it. For a given number of runs the findings are
 * the same whatever the number of workers: of each signature the lowest run counts, and failures
 * are told in the order of their runs, once all lower runs are done.
 */
#ifndef TOOL_HUNT_H
#define TOOL_HUNT_H

#include "tool/command_findings.h"
#include "tool/exploration.h"

struct hunt_options {
    struct exploration exploration;
    const char *strategy; /* its name */
    struct finding_options findings;
};

enum tool_exit hunt_run(const struct hunt_options *options);

#endif
