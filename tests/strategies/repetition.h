/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lists of executions that a strategy goes through, and the hashes of their events: what must be the
 * same in every process, whatever happened there before.
 */
#ifndef TESTS_REPETITION_H
#define TESTS_REPETITION_H

#include "engine/heddle.h"

#define REPETITION_EXECUTIONS 240u /* of each list */

/* Of one program; of three in turn, without a word to the strategy that it is another one. */
enum repetition_list { REPETITION_ONE, REPETITION_MIXED, REPETITION_LISTS };

/* Forgets nothing beforehand. */
void repetition_execute(const struct strategy *strategy, enum repetition_list list, uint64_t seed,
                        struct heddle_log *log, uint64_t hashes[REPETITION_EXECUTIONS]);

#endif
