/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What `heddle enumerate` does once its arguments are understood: a worker runs one schedule of the program
 * after another, as the search says (engine/search.h), and the parent confirms, writes and tells each new failure.
 * The search lies in memory that they share: whoever follows a dead worker goes on where that one was.
 */
#ifndef TOOL_ENUMERATION_H
#define TOOL_ENUMERATION_H

#include "engine/search.h"
#include "tool/command_findings.h"
#include "tool/input.h"

struct enumeration_options {
    const struct input *input;
    struct search_options search;
    struct finding_options findings;
    const char *checkpoint; /* a file to go on from and to keep, or NULL */
};

enum tool_exit enumeration_run(const struct enumeration_options *options);

#endif
