/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What fuzzing engines hear of a schedule: each interleaving pair (engine/coverage.h) counts like an edge of
 * the code, so an input is kept whose only news is who met whom.
 */
#ifndef TARGETS_FEEDBACK_H
#define TARGETS_FEEDBACK_H

#include "engine/heddle.h"

/* Returns: false without memory: errno. */
bool feedback_init(void);

/* Tells the engine that this program was linked with, if any, of the log's execution, run with `coverage`. */
void feedback_add(const struct heddle_log *log, uint64_t run);

/* How many distinct pairs there were so far. */
uint64_t feedback_pairs(void);

#endif
