/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the tests of the search share: exploring a body, and what came of it.
 */
#ifndef TESTS_SEARCH_HARNESS_H
#define TESTS_SEARCH_HARNESS_H

#include "engine/search.h"
#include "engine_harness.h"

enum { OUTCOMES_MAX = 4096 };

struct outcomes {
    uint64_t values[OUTCOMES_MAX]; /* a final state, or a failure's signature */
    size_t count;
};

extern uint64_t final_state;                   /* what the body under test left */
extern const struct heddle_observer *observer; /* of the executions, or NULL */
extern struct search *explored;                /* the last that was explored */
extern const struct search_options two_preemptions;

void add_outcome(struct outcomes *outcomes, uint64_t value);
bool outcomes_are_within(const struct outcomes *some, const struct outcomes *all);

/* Executes what search_next gave, and learns from it. */
void execute_next(struct search *search, void (*body)(void *),
                  const struct heddle_deviation *deviations, size_t count,
                  struct outcomes *outcomes);

/* Searches until it is complete, or has had `limit` executions. */
struct search_figures explore(void (*body)(void *), const struct search_options *options,
                              uint64_t limit, struct outcomes *outcomes);

#endif
