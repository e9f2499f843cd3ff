/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 2: at most one create, one shutdown and one destroy an instance, which is a stack, a
 * module and one registration of it. Judged when a callback starts: the second of its phase is one
 * too many, wherever and whenever the first one was, and whether it failed or not.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_exactly_once;

static void
observe(const struct observation *what)
{
    static const char *const promises[PHASE_COUNT] = {
        "2. Exactly once: an instance is created at most once",
        "2. Exactly once: an instance is shut down at most once",
        "2. Exactly once: an instance is destroyed at most once",
    };
    const struct view_instance *instance = view.instance;
    if (instance != NULL && instance->begun[what->phase] > 1) {
        view_break(HEDDLE_INVARIANT, &oracle_exactly_once, promises[what->phase], what,
                   instance->stack,
                   "Task %u (%s) starts %s of %s, registration %u, on stack %u (id %d), for the "
                   "second time.",
                   (unsigned)what->task, view_call_name(view.call), view_phase_name(what->phase),
                   view_module_name(what->module), what->epoch, instance->stack, view.stack->id);
    }
}

const struct oracle oracle_exactly_once = {
    .name = "exactly_once",
    .promise = "2. Exactly once: at most one create, one shutdown, one destroy an instance",
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START,
};
