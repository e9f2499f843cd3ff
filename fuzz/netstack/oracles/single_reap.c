/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 12: at most one reap a stack, exactly one where birth succeeded and the last reference
 * went; it starts closing, with no reference held and no zone attached, on the service's own task.
 * A reap is seen by its callbacks: those that a task of the service runs under no call. One that
 * the program surely holds, or whose zone is surely attached, or whose count is not zero by the probes,
 * was reaped too early; one that nobody holds when all is at rest, never. One that was begun and did
 * not end: end_of_stack.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_single_reap;

static _Noreturn void
fail(const struct observation *what, const char *promise, const struct view_stack *stack,
     const char *why)
{
    view_break(HEDDLE_INVARIANT, &oracle_single_reap, promise, what, stack->number,
               "Task %u (%s): stack %u (id %d) %s. Held by the program: %u; zones attached: %u.",
               (unsigned)what->task, view_call_name(view.call), stack->number, stack->id, why,
               stack->references, stack->zones);
}

static void
check_reap(const struct observation *what, const struct view_stack *stack)
{
    if (stack->reap_task != what->task) {
        fail(what, "12. Single reap: at most one reap a stack", stack,
             "is reaped, though another task is reaping it or has");
    }
    if (stack->references > 0) {
        fail(what, "12. Single reap: a reap starts when no reference is held", stack,
             "is reaped while it is held");
    }
    if (stack->zones > 0) {
        fail(what, "12. Single reap: a reap starts when no zone is attached", stack,
             "is reaped while a zone is attached");
    }
    if (stack->count > 0) {
        fail(what, "12. Single reap: a reap starts when the count is zero", stack,
             "is reaped while its count is not zero");
    }
}

/* Is a destroy callback in this call a reap's? Unregister, a rollback and a birth's undo destroy
 * too. */
static bool
is_reap_in_call(const struct observation *what)
{
    if (what->phase != PHASE_DESTROY || view.call == NULL) {
        return false;
    }
    switch (view.call->call) {
    case VIEW_CALL_REGISTER:
    case VIEW_CALL_UNREGISTER:
    case VIEW_CALL_ZONE_CREATE:
    case VIEW_CALL_INIT:
        return false;
    default:
        return true;
    }
}

static void
check_rest(const struct observation *what)
{
    /* A cursor may pin the memory of a stack that has long been reaped. */
    if (view.cursors_open > 0) {
        return;
    }
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        if (stack->closing_since != 0 && stack->reap_since == 0 && stack->freed_since == 0 &&
            stack->references == 0) {
            fail(what, "12. Single reap: a stack is reaped when its last reference goes", stack,
                 "is closing and nobody holds it, but it was not reaped and freed");
        }
    }
}

static void
observe(const struct observation *what)
{
    if (what->kind == OBSERVE_THREADS_DONE || what->kind == OBSERVE_REST) {
        check_rest(what);
        return;
    }
    const struct view_stack *stack = view.stack;
    if (stack == NULL || what->phase == PHASE_CREATE) {
        return;
    }
    if (is_reap_in_call(what)) {
        fail(what, "12. Single reap: a reap runs on the service's task, in no call", stack,
             "is torn down inside a call");
    }
    if (view.call == NULL && view_task_is_of_service(what->task)) {
        check_reap(what, stack);
    }
}

const struct oracle oracle_single_reap = {
    .name = "single_reap",
    .promise = "12. Single reap: one a stack, when it is closing and the last reference went",
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START | 1u << OBSERVE_THREADS_DONE | 1u << OBSERVE_REST,
};
