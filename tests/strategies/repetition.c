/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See repetition.h.
 */
#include "repetition.h"

#include "engine/strategy.h"
#include "example.h"

/* Waiting and signalling, loops whose length depends on the schedule, allocation, time. */
static const char *const names[] = {"bounded-buffer", "chase-lev", "shutdown-notify"};

void
repetition_execute(const struct strategy *strategy, enum repetition_list list, uint64_t seed,
                   struct heddle_log *log, uint64_t hashes[REPETITION_EXECUTIONS])
{
    struct heddle_schedule schedule = {.strategy = strategy, .depth = 3, .length = 60};
    for (uint32_t i = 0; i < REPETITION_EXECUTIONS; i++) {
        const char *name = names[list == REPETITION_MIXED ? i % 3 : 1];
        schedule.seed = strategy_hash(seed, 0, i, 0);
        example_execute(example_find(name), false, &schedule, log);
        hashes[i] = log->result.hash;
    }
}
