/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The order of a schedule's deviations: a log has them as they occurred, a schedule wants them sorted.
 */
#include <stdlib.h>

#include "engine/heddle.h"

static int
compare(const void *left, const void *right)
{
    const struct heddle_deviation *a = left, *b = right;
    if (a->task != b->task) {
        return a->task < b->task ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    return a->k < b->k ? -1 : a->k > b->k;
}

void
heddle_sort_deviations(struct heddle_deviation *deviations, size_t count)
{
    if (count > 0) {
        qsort(deviations, count, sizeof(*deviations), compare);
    }
}
