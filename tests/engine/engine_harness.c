/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See engine_harness.h.
 */
#include "engine_harness.h"

#include <stdlib.h>
#include <string.h>

struct heddle_log *
harness_log(void)
{
    static struct heddle_log *log;
    if (log == NULL) {
        log = heddle_log_create();
        cr_assert_not_null(log);
    }
    return log;
}

static const struct heddle_result *
run(void (*body)(void *), struct heddle_schedule schedule)
{
    struct heddle_run how = {.body = body, .schedule = schedule};
    heddle_execute(&how, harness_log());
    return &harness_log()->result;
}

const struct heddle_result *
harness_run(void (*body)(void *))
{
    return run(body, (struct heddle_schedule){0});
}

const struct heddle_result *
harness_run_seed(void (*body)(void *), const char *strategy, uint64_t seed)
{
    return run(body, (struct heddle_schedule){.strategy = strategy_find(strategy), .seed = seed});
}

const struct heddle_result *
harness_find(void (*body)(void *), enum heddle_verdict verdict, uint32_t limit)
{
    const struct heddle_result *result = NULL;
    for (uint32_t seed = 0; seed < limit; seed++) {
        result = harness_run_seed(body, "random", seed);
        if (result->verdict == verdict) {
            return result;
        }
        cr_assert_eq(result->verdict, HEDDLE_OK, "%s: %s", heddle_verdict_name(result->verdict),
                     result->message);
    }
    cr_assert(false, "no %s in %u random walks", heddle_verdict_name(verdict), limit);
    return result;
}

const struct heddle_result *
harness_replay(void (*body)(void *))
{
    static struct heddle_deviation deviations[HEDDLE_DEVIATIONS_MAX];
    size_t count = harness_log()->deviation_count;
    memcpy(deviations, harness_log()->deviations, count * sizeof *deviations);
    heddle_sort_deviations(deviations, count);
    return run(body, (struct heddle_schedule){
                         .deviations = deviations, .deviation_count = count, .strict = true});
}
