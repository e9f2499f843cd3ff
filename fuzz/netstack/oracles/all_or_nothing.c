/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 9: once register returned 0, every live stack has its instance until its unregister
 * begins; once it returned an error, no instance of it is left. Judged where a registration surely
 * stands and a stack is surely live: when register returns, when a zone's birth is told, and when
 * an instance is shut down or destroyed, which nobody may do to it then.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_all_or_nothing;

static const char refused[] = "9. All or nothing: register that fails leaves no instance";

static _Noreturn void
fail(const struct observation *what, const char *promise, const struct view_stack *stack,
     const struct view_registration *registration, const char *why)
{
    struct observation of_module = *what;
    of_module.module = registration->module;
    view_break(HEDDLE_INVARIANT, &oracle_all_or_nothing, promise, &of_module, stack->number,
               "Task %u (%s): %s, registration %u, %s stack %u (id %d).", (unsigned)what->task,
               view_call_name(view.call), view_module_name(registration->module),
               registration->epoch, why, stack->number, stack->id);
}

static void
check_instance(const struct observation *what, const struct view_stack *stack,
               const struct view_registration *registration)
{
    if (!view_stack_is_live(stack) || !view_registration_stands(registration)) {
        return;
    }
    const struct view_instance *instance =
        view_instance_find(stack->number, registration->module, registration->epoch);
    if (instance == NULL && view.instance_count == VIEW_INSTANCES_MAX) {
        return;
    }
    if (instance == NULL || !instance->created) {
        fail(what, "9. All or nothing: a module that is registered is on every live stack", stack,
             registration, "stands, but has no instance on the live");
    }
}

static void
check_error(const struct observation *what, const struct view_registration *registration)
{
    for (uint32_t i = 0; i < view.instance_count; i++) {
        const struct view_instance *instance = view_instance_at(i);
        const struct view_stack *stack = view_stack_find(instance->stack);
        if (instance->epoch != registration->epoch || stack == NULL) {
            continue;
        }
        if (instance->running > 0 || (instance->created && instance->ended[PHASE_DESTROY] == 0)) {
            fail(what, refused, stack, registration, "was refused, but its instance is left on");
        }
    }
}

/* Nobody creates for a module before the register that failed has taken back what it made. */
static void
check_slot(const struct observation *what)
{
    for (uint32_t i = 0; i < view.instance_count; i++) {
        const struct view_instance *instance = view_instance_at(i);
        if (instance->module != what->module || instance->epoch == what->epoch ||
            !instance->created || instance->ended[PHASE_DESTROY] > 0) {
            continue;
        }
        const struct view_registration *other = view_registration_find(instance->epoch);
        const struct view_stack *stack = view_stack_find(instance->stack);
        if (other != NULL && other->state == REGISTRATION_CALLED && stack != NULL) {
            struct observation nowhere = *what;
            nowhere.site = NULL;
            fail(&nowhere, refused, stack, other,
                 "whose slot is another's already, has an instance left on");
        }
    }
}

static void
check_register(const struct observation *what, const struct view_registration *registration)
{
    if (what->result != 0) {
        check_error(what, registration);
        return;
    }
    for (uint32_t i = 0; i < view.stack_count; i++) {
        check_instance(what, view_stack_at(i), registration);
    }
}

static void
check_birth(const struct observation *what, const struct view_stack *stack)
{
    const struct view_registration *registration;
    for (uint32_t epoch = 1; (registration = view_registration_at(epoch)) != NULL; epoch++) {
        if (registration->epoch != 0) {
            check_instance(what, stack, registration);
        }
    }
}

static void
observe(const struct observation *what)
{
    const struct view_registration *registration = view.registration;
    const struct view_stack *stack = view.stack;
    if (what->kind == OBSERVE_RETURN) {
        if (registration != NULL && view.call->call == VIEW_CALL_REGISTER) {
            check_register(what, registration);
        }
    } else if (stack == NULL) {
        return;
    } else if (what->kind == OBSERVE_ZONE_ATTACHED) {
        check_birth(what, stack);
    } else if (what->phase == PHASE_CREATE) {
        check_slot(what);
    } else if (registration != NULL && view_stack_is_live(stack) &&
               view_registration_stands(registration)) {
        fail(what, "9. All or nothing: nobody takes a module off a live stack", stack, registration,
             "stands, but is taken off the live");
    }
}

const struct oracle oracle_all_or_nothing = {
    .name = "all_or_nothing",
    .promise =
        "9. All or nothing: a module is on every live stack, or register failed and it is on none",
    .observe = observe,
    .kinds = 1u << OBSERVE_RETURN | 1u << OBSERVE_ZONE_ATTACHED | 1u << OBSERVE_CALLBACK_START,
};
