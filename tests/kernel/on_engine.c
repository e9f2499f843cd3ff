/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See on_engine.h. A case's assertion that fails leaves the fiber by a jump to Criterion, as it does on a
 * thread: nothing is executed in this process after that.
 */
#include "engine/heddle.h"
#include "on_engine.h"

enum { STEPS_MAX = 100000 };

struct running {
    const struct engine_case *suite, *own;
    void (*body)(void);
};

static void
run_body(void *argument)
{
    const struct running *running = argument;
    if (running->suite->init != NULL) {
        running->suite->init();
    }
    if (running->own->init != NULL) {
        running->own->init();
    }
    running->body();
    if (running->suite->fini != NULL) {
        running->suite->fini();
    }
}

void
engine_run_case(const struct engine_case *suite, const struct engine_case *own, void (*body)(void),
                const char *strategy, uint64_t seed)
{
    struct heddle_log *log = heddle_log_create();
    cr_assert_not_null(log);
    struct running running = {suite, own, body};
    struct heddle_run run = {
        .body = run_body,
        .argument = &running,
        .schedule = {.strategy = strategy_find(strategy), .seed = seed},
        .steps_max = STEPS_MAX,
    };
    heddle_execute(&run, log);
    const struct heddle_result *result = &log->result;
    if (own->signal != 0) {
        cr_assert_neq(result->verdict, HEDDLE_OK, "it is to fail, and does not");
        return;
    }
    cr_assert_eq(result->verdict, HEDDLE_OK, "%s: %s\n%s", heddle_verdict_name(result->verdict),
                 result->promise, result->message);
    cr_assert_not(result->cut_off, "it is too long for an execution");
}
