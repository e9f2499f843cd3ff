/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Pairs in order of the later of the two, so that all pairs of the first n things have the first numbers.
 */
#include "tool/faults/fault_pairs.h"

#include <math.h>

static uint64_t
pairs_of(uint64_t things)
{
    return things < 2 ? 0 : things * (things - 1) / 2;
}

/* Of `of` numbers that are spread evenly over `all`, the k-th. */
static uint64_t
spread(uint64_t k, uint64_t of, uint64_t all)
{
    return (uint64_t)((__uint128_t)k * all / of);
}

struct fault_pairs_plan
fault_pairs_plan(uint32_t singles, uint32_t proper, uint64_t wanted)
{
    uint64_t all = pairs_of(singles);
    return (struct fault_pairs_plan){
        .all = all, .proper = pairs_of(proper), .planned = all < wanted ? all : wanted};
}

void
fault_pairs_at(const struct fault_pairs_plan *plan, uint64_t k, uint32_t *i, uint32_t *j)
{
    uint64_t number = k;
    if (plan->planned <= plan->proper) {
        number = spread(k, plan->planned, plan->planned < plan->all ? plan->proper : plan->all);
    } else if (k >= plan->proper) {
        number = plan->proper +
                 spread(k - plan->proper, plan->planned - plan->proper, plan->all - plan->proper);
    }
    uint64_t row = (uint64_t)((1 + sqrt(1 + 8 * (double)number)) / 2);
    while (pairs_of(row) > number) {
        row--;
    }
    while (pairs_of(row + 1) <= number) {
        row++;
    }
    *j = (uint32_t)row;
    *i = (uint32_t)(number - pairs_of(row));
}
