/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 5: shutdown and destroy get what that create returned, and are functions of the same
 * registration. Judged when one starts: the instance of that stack and module under the
 * registration whose function runs must be there, and what its create returned must be the
 * argument.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_argument;

static const struct view_instance *
instance_with(uintptr_t value)
{
    for (uint32_t i = 0; i < view.instance_count; i++) {
        const struct view_instance *instance = view_instance_at(i);
        if (instance->created && instance->value == value) {
            return instance;
        }
    }
    return NULL;
}

static bool
is_followed(const struct observation *what)
{
    if (what->stack != 0 && view.stack == NULL) {
        return false;
    }
    return view.instance_count < VIEW_INSTANCES_MAX && what->module < NS_MAX;
}

static _Noreturn void
fail(const struct observation *what, const char *promise, const char *which,
     const struct view_instance *whose)
{
    uint32_t number = view.stack == NULL ? 0 : view.stack->number;
    view_break(HEDDLE_INVARIANT, &oracle_argument, promise, what, number,
               "Task %u (%s) starts %s of %s, registration %u, for stack %u with %s "
               "(stack %u, %s, registration %u).",
               (unsigned)what->task, view_call_name(view.call), view_phase_name(what->phase),
               view_module_name(what->module), what->epoch, number, which,
               whose == NULL ? 0 : whose->stack,
               view_module_name(whose == NULL ? 0xff : whose->module),
               whose == NULL ? 0 : whose->epoch);
}

static void
observe(const struct observation *what)
{
    const struct view_instance *instance = view.instance;
    if (what->phase == PHASE_CREATE || !is_followed(what) ||
        (instance != NULL && instance->created && instance->value == what->instance)) {
        return;
    }
    if (what->instance == 0) {
        fail(what, "5. Argument: shutdown and destroy are never given NULL", "NULL", NULL);
    }
    const struct view_instance *whose = instance_with(what->instance);
    if (whose == NULL) {
        fail(what, "5. Argument: shutdown and destroy get what a create returned",
             "something that no create returned", NULL);
    }
    if (whose->stack == what->stack && whose->module == what->module) {
        fail(what, "5. Argument: shutdown and destroy are of the registration that created",
             "an instance that another registration created", whose);
    }
    fail(what, "5. Argument: shutdown and destroy get what that create returned",
         "another one's instance", whose);
}

const struct oracle oracle_argument = {
    .name = "argument",
    .promise =
        "5. Argument: shutdown and destroy get what that create returned, of its registration",
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START,
};
