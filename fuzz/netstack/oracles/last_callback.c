/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 10: once unregister returned 0, no callback of that registration runs or ever will,
 * and on every stack the module's flags are 0 and its pointer is NULL. Judged when a callback
 * starts, and at the return itself: by what runs then, and by the subject's own words on each
 * stack that is surely active, where no other registration of the module may have come in between.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_last_callback;

static _Noreturn void
fail(const struct observation *what, const char *promise, uint32_t stack, uint32_t epoch,
     const char *why)
{
    view_break(HEDDLE_INVARIANT, &oracle_last_callback, promise, what, stack,
               "Task %u (%s): %s, registration %u, is unregistered, but on stack %u %s.",
               (unsigned)what->task, view_call_name(view.call), view_module_name(what->module),
               epoch, stack, why);
}

static bool
is_slot_free(uint8_t module)
{
    const struct view_registration *registration;
    for (uint32_t epoch = 1; (registration = view_registration_at(epoch)) != NULL; epoch++) {
        if (registration->epoch != 0 && registration->module == module &&
            registration->state != REGISTRATION_GONE &&
            registration->state != REGISTRATION_REFUSED) {
            return false;
        }
    }
    return true;
}

static void
check_traces(const struct observation *what, uint32_t epoch)
{
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        if (stack->active_since == 0 || stack->address == NULL) {
            continue;
        }
        if (view.subject->stack_module_flags(stack->address, what->module) != 0) {
            fail(what, "10. Last callback: unregister leaves no flags", stack->number, epoch,
                 "its flags are not 0");
        }
        if (view.subject->stack_module_instance(stack->address, what->module) != NULL) {
            fail(what, "10. Last callback: unregister leaves no pointer", stack->number, epoch,
                 "its pointer is not NULL");
        }
    }
}

static void
observe(const struct observation *what)
{
    const struct view_registration *registration = view.registration;
    if (registration == NULL || registration->state != REGISTRATION_GONE) {
        return;
    }
    if (what->kind == OBSERVE_CALLBACK_START) {
        fail(what, "10. Last callback: none starts once unregister returned",
             view.stack == NULL ? 0 : view.stack->number, registration->epoch,
             "a callback of it starts");
    }
    for (uint32_t i = 0; i < view.instance_count; i++) {
        const struct view_instance *instance = view_instance_at(i);
        if (instance->epoch == registration->epoch && instance->running > 0) {
            fail(what, "10. Last callback: none runs once unregister returned", instance->stack,
                 registration->epoch, "a callback of it is running");
        }
    }
    if (is_slot_free(what->module)) {
        check_traces(what, registration->epoch);
    }
}

const struct oracle oracle_last_callback = {
    .name = "last_callback",
    .promise = "10. Last callback: none of a registration runs once its unregister returned",
    .observe = observe,
    .kinds = 1u << OBSERVE_RETURN | 1u << OBSERVE_CALLBACK_START,
};
