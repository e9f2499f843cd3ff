/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 6: a create by register starts only on a live stack, and no stack is freed during a
 * callback. Live is judged by what surely ended it: closing, or a shutdown pass over the whole
 * stack that has begun; and by what surely precedes it: a callback of its birth that runs now or
 * starts later.
 */
#include "netstack/contract.h"
#include "netstack/oracles/view.h"

extern const struct oracle oracle_late_create;

static _Noreturn void
fail(const struct observation *what, const char *promise, const char *why)
{
    view_break(HEDDLE_INVARIANT, &oracle_late_create, promise, what, view.stack->number,
               "Task %u (%s) starts create of %s, registration %u, on stack %u (id %d), %s.",
               (unsigned)what->task, view_call_name(view.call), view_module_name(what->module),
               what->epoch, view.stack->number, view.stack->id, why);
}

static void
check_create(const struct observation *what, const struct view_stack *stack)
{
    static const char uninitialised[] =
        "6. No late create: register creates on no stack whose birth has not ended";
    enum view_call call = view.call == NULL ? VIEW_CALL_NONE : view.call->call;

    if (call == VIEW_CALL_ZONE_CREATE && view.call->serial == stack->born_call &&
        stack->register_since != 0) {
        fail(what, uninitialised, "in its birth, after a register had created on it");
    }
    if (call != VIEW_CALL_REGISTER) {
        return;
    }
    if (stack->closing_since != 0) {
        fail(what, "6. No late create: register creates on no stack that is closing",
             "which is closing");
    }
    if (stack->shutdown_since != 0 &&
        !(view.subject->differences & CONTRACT_CREATES_AFTER_SHUTDOWN)) {
        fail(what, "6. No late create: register creates on no stack whose shutdown has begun",
             "whose shutdown has begun");
    }
    if (stack->birth_callbacks > 0) {
        fail(what, uninitialised, "while its birth is running");
    }
}

static void
observe(const struct observation *what)
{
    const struct view_stack *stack = view.stack;
    if (stack == NULL) {
        return;
    }
    if (what->kind == OBSERVE_CALLBACK_START) {
        if (what->phase == PHASE_CREATE) {
            check_create(what, stack);
        }
        return;
    }
    if (stack->callbacks > 0) {
        view_break(HEDDLE_INVARIANT, &oracle_late_create,
                   "6. No late create: no stack is freed during a callback", what, stack->number,
                   "Task %u (%s) frees stack %u (id %d) while %u callback(s) for it are running.",
                   (unsigned)what->task, view_call_name(view.call), stack->number, stack->id,
                   (unsigned)stack->callbacks);
    }
}

const struct oracle oracle_late_create = {
    .name = "late_create",
    .promise = "6. No late create: register creates on live stacks only; no free during a callback",
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START | 1u << OBSERVE_STACK_FREED,
};
