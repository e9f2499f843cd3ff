/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What fuzzing engines hear of an execution beside the subject's own edges: each interleaving pair (engine/coverage.h), and each
 * fault that struck, by point, kind and state of the stack, counts like an edge of the code. So an input is kept whose only
 * news is who met whom, or what went wrong when.
 */
#ifndef TARGETS_FEEDBACK_H
#define TARGETS_FEEDBACK_H

#include "netstack/laboratory.h"

enum feedback {
    FEEDBACK_PAIRS = 1,
    FEEDBACK_FAULTS = 2,
    FEEDBACK_ALL = FEEDBACK_PAIRS | FEEDBACK_FAULTS
};

/* Which of them are told of: bits of enum feedback. Returns: false without memory: errno. */
bool feedback_init(unsigned int which);

/* Before an execution that adds to these totals, which has faults or not. NULL: nobody counts them. */
void feedback_expect(const struct laboratory_totals *totals, bool faults);

/*
 * Tells the engine that this program was linked with, if any, of the log's execution, run with `coverage`; and of the faults
 * since feedback_expect.
 */
void feedback_add(const struct heddle_log *log, uint64_t run);

/* How many distinct pairs there were so far. */
uint64_t feedback_pairs(void);

#endif
