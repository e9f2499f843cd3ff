/* SPDX-License-Identifier: BSD-2-Clause */
#include "search_harness.h"

#include <stdlib.h>

uint64_t final_state;
const struct heddle_observer *observer;
struct search *explored;
const struct search_options two_preemptions = {.preemptions_max = 2};

void
add_outcome(struct outcomes *outcomes, uint64_t value)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        if (outcomes->values[i] == value) {
            return;
        }
    }
    cr_assert_lt(outcomes->count, OUTCOMES_MAX);
    outcomes->values[outcomes->count++] = value;
}

bool
outcomes_are_within(const struct outcomes *some, const struct outcomes *all)
{
    for (size_t i = 0; i < some->count; i++) {
        bool found = false;
        for (size_t j = 0; j < all->count; j++) {
            found = found || some->values[i] == all->values[j];
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

void
execute_next(struct search *search, void (*body)(void *), const struct heddle_deviation *deviations,
             size_t count, struct outcomes *outcomes)
{
    struct heddle_run run = {
        .body = body,
        .schedule = {.deviations = deviations, .deviation_count = count, .strict = true},
        .observer = observer,
        .choices = true,
    };
    final_state = 0;
    heddle_execute(&run, harness_log());
    const struct heddle_result *result = &harness_log()->result;
    cr_assert_lt(result->diverged_at, 0, "a schedule of the search does not fit");
    add_outcome(outcomes, result->verdict == HEDDLE_OK ? final_state : result->signature);
    cr_assert(search_learn(search, harness_log()));
}

struct search_figures
explore(void (*body)(void *), const struct search_options *options, uint64_t limit,
        struct outcomes *outcomes)
{
    static void *memory;
    if (memory == NULL) {
        memory = malloc(search_size());
        cr_assert_not_null(memory);
    }
    struct search *search = explored = search_init(memory, options);
    struct search_figures figures = {0};
    const struct heddle_deviation *deviations;
    size_t count;
    outcomes->count = 0;
    while (figures.executions < limit && search_next(search, &deviations, &count)) {
        execute_next(search, body, deviations, count, outcomes);
        search_read_figures(search, &figures);
    }
    search_read_figures(search, &figures);
    return figures;
}
