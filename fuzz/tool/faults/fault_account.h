/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a sweep writes down of each run: in shared memory, by the worker after the run, or by the parent for a
 * worker that did not survive it.
 */
#ifndef TOOL_FAULT_ACCOUNT_H
#define TOOL_FAULT_ACCOUNT_H

#include <stdatomic.h>

#include "tool/faults/fault_pairs.h"
#include "tool/faults/sweep_table.h"
#include "tool/known.h"

#define FAULT_SINGLES_MAX (1u << 20)
#define FAULT_FIRSTS_MAX  512u /* distinct failures of a worker in a part */

/*
 * Numbers of runs: PROBE 0 is the program without a fault, then each place; SINGLES a series, each with many
 * runs; PAIRS a pair.
 */
enum fault_part { FAULT_PROBE, FAULT_SINGLES, FAULT_PAIRS };

/* The first run of a part that failed so. Its key: its number; of SINGLES, series << 16 | nth. */
struct fault_first {
    uint64_t signature, key;
};

/* What a worker adds up. */
struct fault_room {
    struct laboratory_totals totals, run; /* of all, of the run under way */
    uint64_t runs, failing;
    uint64_t pairs, both, pairs_failing;
    uint32_t first_count;
    struct fault_first firsts[FAULT_FIRSTS_MAX];
};

/* How far a series is. */
struct fault_progress {
    uint32_t nth;
    bool done;
};

struct fault_account {
    bool reached[FAULT_PLACES_MAX];
    uint64_t plain_signature; /* of the program without a fault */
    uint8_t plain_verdict;
    _Atomic bool full; /* more singles or distinct failures than there is room for */
    _Atomic uint32_t single_count;
    struct fault_single
        singles[FAULT_SINGLES_MAX]; /* in order only once somebody has sorted them */
};

/* What a run belongs to. */
struct fault_ledger {
    enum fault_part part;
    const struct fault_kinds *kinds;
    const struct known_set *known;
    struct fault_pairs_plan pairs;
    struct fault_account *account;   /* shared */
    struct fault_progress *progress; /* shared, of each series */
};

/* The fault of a single, by its index. */
struct program_fault fault_account_single(const struct fault_ledger *ledger, uint32_t index);

/* Before a run of that number; its totals go into room->run. */
void fault_account_begin(struct fault_room *room);

/* After it. What was not injected ends its series. */
void fault_account_end(const struct fault_ledger *ledger, struct fault_room *room, uint64_t number,
                       const struct heddle_result *result);

#endif
