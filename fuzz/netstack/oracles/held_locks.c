/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 18: callbacks run with no lock of the subject held; under one there is no semaphore, no
 * sleeping allocation, no dispatch, no other sleep, and no condition but its own. Judged when a
 * callback starts and before each wait, by the mutexes that the task holds then. That mutexes are
 * taken in one order, the engine sees itself.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_held_locks;

static const char *
broken_by(const struct observation *what)
{
    switch (what->wait) {
    case HEDDLE_WAIT_CONDITION:
        return "18. Locks: who waits for a condition holds its lock alone";
    case HEDDLE_WAIT_SEMAPHORE:
        return "18. Locks: no semaphore is waited for under a lock";
    case HEDDLE_WAIT_MEMORY:
        return what->may_sleep ? "18. Locks: no sleeping allocation is made under a lock" : NULL;
    case HEDDLE_WAIT_DISPATCH:
        return "18. Locks: no task is dispatched under a lock";
    default:
        return "18. Locks: nobody sleeps under a lock";
    }
}

static void
observe(const struct observation *what)
{
    if (what->lock == NULL) {
        return;
    }
    bool is_callback = what->kind == OBSERVE_CALLBACK_START;
    const char *promise =
        is_callback ? "18. Locks: a callback is called with no lock held" : broken_by(what);
    if (promise != NULL) {
        view_break(HEDDLE_INVARIANT, &oracle_held_locks, promise, what,
                   view.stack == NULL ? 0 : view.stack->number,
                   "Task %u (%s) %s while it holds a mutex of class '%s'.", (unsigned)what->task,
                   view_call_name(view.call), is_callback ? "starts a callback" : "may wait",
                   what->lock);
    }
}

const struct oracle oracle_held_locks = {
    .name = "held_locks",
    .promise =
        "18. Locks: none is held in callbacks; under one nobody waits, but for its condition",
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START | 1u << OBSERVE_WAIT,
};
