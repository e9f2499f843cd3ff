/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 24: giving a reference back waits for nothing: no condition variable, no semaphore, no
 * allocation, no dispatch. Judged before each wait, and each allocation or dispatch that only
 * might, on the task of a release, under that very call.
 */
#include "netstack/contract.h"
#include "netstack/oracles/view.h"

extern const struct oracle oracle_prompt_release;

static void
observe(const struct observation *what)
{
    static const char *const promises[HEDDLE_WAIT_KIND_COUNT] = {
        [HEDDLE_WAIT_CONDITION] = "24. Release: it waits for no condition",
        [HEDDLE_WAIT_SEMAPHORE] = "24. Release: it waits for no semaphore",
        [HEDDLE_WAIT_MEMORY] = "24. Release: it allocates nothing",
        [HEDDLE_WAIT_DISPATCH] = "24. Release: it dispatches nothing",
        [HEDDLE_WAIT_END] = "24. Release: it waits for no other task's end",
        [HEDDLE_WAIT_TIME] = "24. Release: it does not sleep",
    };
    if (view.call == NULL || view.call->call != VIEW_CALL_RELEASE ||
        (view.subject->differences & CONTRACT_LIMIT_AT_RELE)) {
        return;
    }
    view_break(HEDDLE_INVARIANT, &oracle_prompt_release, promises[what->wait], what,
               view.call->stack, "Task %u gives a reference to stack %u back, and may wait there.",
               (unsigned)what->task, view.call->stack);
}

const struct oracle oracle_prompt_release = {
    .name = "prompt_release",
    .promise = "24. Release: giving a reference back waits for nothing",
    .observe = observe,
    .kinds = 1u << OBSERVE_WAIT,
};
