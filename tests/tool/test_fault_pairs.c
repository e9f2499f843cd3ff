/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which pairs a sweep tries: all, each once; or as many as it may, those of the first things before others.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "tool/faults/fault_pairs.h"

#define THINGS 60

static void
try_all(const struct fault_pairs_plan *plan, uint8_t seen[THINGS][THINGS])
{
    memset(seen, 0, (size_t)THINGS * THINGS);
    for (uint64_t k = 0; k < plan->planned; k++) {
        uint32_t i, j;
        fault_pairs_at(plan, k, &i, &j);
        cr_assert(i < j && j < THINGS, "%u, %u", i, j);
        cr_assert(seen[i][j]++ == 0, "twice: %u, %u", i, j);
    }
}

static uint32_t
count(uint8_t seen[THINGS][THINGS], uint32_t below)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < below; i++) {
        for (uint32_t j = 0; j < below; j++) {
            count += seen[i][j];
        }
    }
    return count;
}

Test(fault_pairs, all_of_them_come_once)
{
    uint8_t seen[THINGS][THINGS];
    for (uint32_t proper = 0; proper <= THINGS; proper += 20) {
        const struct fault_pairs_plan plan = fault_pairs_plan(THINGS, proper, UINT64_MAX);
        cr_assert_eq(plan.planned, THINGS * (THINGS - 1) / 2);
        try_all(&plan, seen);
    }
}

Test(fault_pairs, the_first_things_pairs_are_all_tried_before_others)
{
    uint8_t seen[THINGS][THINGS];
    const struct fault_pairs_plan plan = fault_pairs_plan(THINGS, 10, 200);
    cr_assert_eq(plan.planned, 200);
    try_all(&plan, seen);
    cr_assert_eq(count(seen, 10), 45);
    cr_assert_eq(count(seen, THINGS), 200);
}

Test(fault_pairs, what_cannot_all_be_tried_is_spread)
{
    uint8_t seen[THINGS][THINGS];
    const struct fault_pairs_plan few = fault_pairs_plan(THINGS, 40, 100);
    try_all(&few, seen);
    cr_assert_eq(count(seen, 40), 100);
    for (uint32_t below = 20; below <= 40; below += 10) {
        double share = below * (below - 1) / 2.0 / (40 * 39 / 2.0);
        cr_assert_float_eq(count(seen, below), 100 * share, 2);
    }
}

Test(fault_pairs, of_fewer_than_two_there_are_none)
{
    cr_assert_eq(fault_pairs_plan(0, 0, 10).planned, 0);
    cr_assert_eq(fault_pairs_plan(1, 1, 10).planned, 0);
}
