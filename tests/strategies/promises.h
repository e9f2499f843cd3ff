/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the papers promise: the probability of a listed schedule under each strategy, derived from
 * the paper's rule and the list alone. Nothing here calls a strategy.
 */
#ifndef TESTS_PROMISES_H
#define TESTS_PROMISES_H

#include "schedules.h"

struct promise_parameters {
    uint32_t depth, length; /* of PCT */
};

typedef double promise_fn(const struct schedule_list *list, const struct listed_schedule *schedule,
                          struct promise_parameters parameters);

/*
 * What a promise is about: schedules of the same cell are counted as one, those of cell 0 not at all.
 * A paper that promises how operations on one object are ordered says nothing of the rest.
 */
typedef uint64_t cell_fn(const struct listed_schedule *schedule);
cell_fn cell_of_answers; /* each schedule by itself */
cell_fn
    cell_of_orders; /* the order of the operations on the shared object; or, if it is the same on
                            all of them, on the shared objects */

promise_fn promise_fixed, promise_round_robin, promise_random, promise_pct, promise_pct_fair,
    promise_urw, promise_surw, promise_pos, promise_contend;

/* RFF's execution behind its first, which is POS: under one drawn constraint. */
promise_fn promise_rff_second;

#endif
