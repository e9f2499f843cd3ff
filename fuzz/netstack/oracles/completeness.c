/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 4: an instance whose create succeeded is shut down, if its registration has a shutdown
 * callback, and destroyed: before its stack is unlinked, and before its unregister returns. Judged
 * where it can no longer be made good: that shutdown was left out, at the start of destroy, which
 * nothing may follow; that destroy was, at the free of the stack (the unlink came before) and when
 * an unregister returns 0 that was surely of its registration.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_completeness;

static bool
wants_shutdown(const struct view_instance *instance)
{
    const struct view_registration *registration = view_registration_find(instance->epoch);
    return registration != NULL && registration->shutdown_given;
}

static _Noreturn void
fail(const struct observation *what, const struct view_instance *instance, const char *promise,
     const char *happens, const char *missing)
{
    const struct view_stack *stack = view_stack_find(instance->stack);
    struct observation of_module = *what;
    of_module.module = instance->module;
    view_break(HEDDLE_INVARIANT, &oracle_completeness, promise, &of_module, instance->stack,
               "Task %u %s; on stack %u (id %d) %s, registration %u, was created by task %u, but "
               "its %s.",
               (unsigned)what->task, happens, instance->stack, stack == NULL ? -1 : stack->id,
               view_module_name(instance->module), instance->epoch,
               (unsigned)instance->task[PHASE_CREATE], missing);
}

static void
check_unregister(const struct observation *what, const struct view_instance *instance)
{
    static const char happens[] = "returns from unregister";
    if (instance->begun[PHASE_CREATE] > instance->ended[PHASE_CREATE]) {
        fail(what, instance, "4. Completeness: unregister returns after the last callback", happens,
             "create is still running");
    }
    if (!instance->created) {
        return;
    }
    if (instance->ended[PHASE_DESTROY] == 0) {
        fail(what, instance,
             "4. Completeness: an instance is destroyed before its unregister returns", happens,
             instance->begun[PHASE_DESTROY] == 0 ? "destroy was never called"
                                                 : "destroy is still running");
    }
}

static void
check_free(const struct observation *what, const struct view_instance *instance)
{
    static const char happens[] = "frees the stack";
    if (!instance->created) {
        return;
    }
    if (instance->ended[PHASE_DESTROY] == 0) {
        fail(what, instance, "4. Completeness: an instance is destroyed before its stack is freed",
             happens,
             instance->begun[PHASE_DESTROY] == 0 ? "destroy was never called"
                                                 : "destroy is still running");
    }
}

/*
 * The birth of a stack has failed, and its last zone is off: it undid what it made. Judged there, for the free may be
 * long after, and register and unregister find nothing to do on a stack that is gone.
 */
static void
check_undone(const struct observation *what)
{
    if (!view.stack->birth_failed || view.subject->stack_zones(what->address) != 0) {
        return;
    }
    for (uint32_t i = 0; i < view.instance_count; i++) {
        const struct view_instance *instance = view_instance_at(i);
        if (instance->stack == view.stack->number && instance->created &&
            instance->ended[PHASE_DESTROY] == 0) {
            struct observation nowhere = *what;
            nowhere.site = NULL;
            fail(&nowhere, instance, "4. Completeness: a birth that fails destroys what it created",
                 "ends a birth that failed", "destroy was never called");
        }
    }
}

static void
observe(const struct observation *what)
{
    if (what->kind == OBSERVE_CALLBACK_START) {
        const struct view_instance *instance = view.instance;
        if (what->phase == PHASE_DESTROY && instance != NULL && instance->created &&
            instance->begun[PHASE_SHUTDOWN] == 0 && wants_shutdown(instance)) {
            fail(what, instance, "4. Completeness: an instance is shut down before it is destroyed",
                 "starts a destroy", "shutdown was never called");
        }
        return;
    }
    if (what->kind == OBSERVE_UNLOCK) {
        if (view.stack != NULL) {
            check_undone(what);
        }
        return;
    }
    bool is_free = what->kind == OBSERVE_STACK_FREED;
    if (is_free ? view.stack == NULL
                : view.registration == NULL || view.registration->state != REGISTRATION_GONE) {
        return;
    }
    for (uint32_t i = 0; i < view.instance_count; i++) {
        const struct view_instance *instance = view_instance_at(i);
        if (is_free && instance->stack == view.stack->number) {
            check_free(what, instance);
        } else if (!is_free && instance->epoch == view.registration->epoch) {
            check_unregister(what, instance);
        }
    }
}

const struct oracle oracle_completeness = {
    .name = "completeness",
    .promise =
        "4. Completeness: what was created is shut down and destroyed, before its stack ends "
        "and before its unregister returns",
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START | 1u << OBSERVE_STACK_FREED | 1u << OBSERVE_RETURN |
             1u << OBSERVE_UNLOCK,
};
