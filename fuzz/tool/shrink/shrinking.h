/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What `heddle shrink` does once its arguments are understood. Delta debugging (Zeller and Hildebrandt, TSE 2002) over threads,
 * operations, faults, numbers and the deviations of the schedule, keeping the signature. A smaller program needs
 * another schedule: each candidate is tried with what is left of the old one (shrink_realign.c), and where nothing goes any
 * more, with ever more new ones. At the end there are to be
 * few chosen switches (shrink_switches.c), and a search, bound by bound (Musuvathi and Qadeer, PLDI 2007), says how few there must be.
 */
#ifndef TOOL_SHRINKING_H
#define TOOL_SHRINKING_H

#include "tool/command.h"
#include "tool/input.h"

struct shrinking_options {
    const struct input *input;
    const char *output; /* where the smaller file goes */
    double seconds;     /* then, or when interrupted, what was reached so far counts */
    uint32_t schedules; /* tried of each candidate */
    bool json;
};

enum tool_exit shrinking_run(const struct shrinking_options *options);

#endif
