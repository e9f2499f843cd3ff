/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 15: the ids of listed stacks are unique, and a new zone's id is no listed stack's.
 * Judged when a new zone is told: a stack of that id which the program holds was listed all the
 * time.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_unique_ids;

static void
observe(const struct observation *what)
{
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *other = view_stack_at(i);
        if (other == view.stack || other->id != what->zone || other->freed_since != 0 ||
            other->references == 0) {
            continue;
        }
        view_break(HEDDLE_INVARIANT, &oracle_unique_ids,
                   "15. Unique ids: a new zone's id is no listed stack's", what, other->number,
                   "Task %u is given zone %d, but stack %u with that id is listed: %u reference(s) "
                   "to it are held.",
                   (unsigned)what->task, what->zone, other->number, other->references);
    }
}

const struct oracle oracle_unique_ids = {
    .name = "unique_ids",
    .promise = "15. Unique ids: a new zone's id is no listed stack's",
    .observe = observe,
    .kinds = 1u << OBSERVE_ZONE_ATTACHED,
};
