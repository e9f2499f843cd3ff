/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 22: a closing stack at count zero is unlinked, and freed when its last pin goes. Judged
 * where all is at rest: a stack that was reaped and is still there is pinned by an open cursor, and
 * each of those pins one. And by what the subject says itself: when netstack_wait_gone or a barrier
 * returns, what it waited for is over; an id whose stacks were all freed is not in use.
 */
#include "netstack/operations.h"
#include "netstack/oracles/view.h"

extern const struct oracle oracle_end_of_stack;

static _Noreturn void
fail(const struct observation *what, const char *promise, const struct view_stack *stack,
     const char *why)
{
    view_break(HEDDLE_INVARIANT, &oracle_end_of_stack, promise, what, stack->number,
               "Task %u (%s): stack %u (id %d) %s.", (unsigned)what->task,
               view_call_name(view.call), stack->number, stack->id, why);
}

static void
check_rest(const struct observation *what)
{
    uint32_t pinned = 0;
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        if (stack->freed_since != 0 || stack->references > 0 || stack->closing_since == 0) {
            continue;
        }
        if (stack->reap_since != 0 && view_stack_has_instances(stack)) {
            fail(what, "22. End: a reap that has begun comes to its end", stack,
                 "is being reaped, and all is at rest");
        }
        if (++pinned > view.cursors_open && stack->reap_since != 0) {
            fail(what, "22. End: what was reaped is freed when its last pin goes", stack,
                 "was reaped and nothing can pin it any more, but it was not freed");
        }
    }
}

/* Is this stack's reap surely not over? */
static bool
is_outstanding(const struct view_stack *stack)
{
    return stack->freed_since == 0 && view_stack_has_instances(stack);
}

static void
check_barrier(const struct observation *what)
{
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        if (stack->zero_since != 0 && stack->zero_since < view.call->since &&
            is_outstanding(stack)) {
            fail(what, "22. End: a barrier returns after the reaps that were outstanding", stack,
                 "was to be reaped before the barrier was called, and has instances yet");
        }
    }
}

static void
check_gone(const struct observation *what)
{
    const struct view_stack *stack = view_stack_find(view.call->stack);
    if (stack == NULL) {
        return;
    }
    if (stack->references > 0 || stack->zones > 0 || is_outstanding(stack)) {
        fail(what, "22. End: who waits for a stack's end is back after it", stack,
             "is said to be gone, but is held or has instances");
    }
}

static void
check_in_use(const struct observation *what)
{
    const struct view_stack *last = NULL;
    if (view.zones_unsure || view.zone_calls > 0 || view.zones_since > view.call->since) {
        return;
    }
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        if (stack->id != view.call->zone && stack->id != -1) {
            continue;
        }
        if (stack->freed_since == 0 || stack->freed_since > view.call->since) {
            return;
        }
        last = stack->id == -1 ? last : stack;
    }
    if (last != NULL) {
        fail(what, "22. End: the id of a stack that is freed is not in use", last,
             "was freed before the call, but its id is said to be in use");
    }
}

static void
observe(const struct observation *what)
{
    if (what->kind == OBSERVE_THREADS_DONE) {
        check_rest(what);
    } else if (what->result != 0 || view.call == NULL) {
        return;
    } else if (view.call->verb == VERB_BARRIER) {
        check_barrier(what);
    } else if (view.call->verb == VERB_WAIT_GONE) {
        check_gone(what);
    } else if (view.call->call == VIEW_CALL_INUSE) {
        check_in_use(what);
    }
}

const struct oracle oracle_end_of_stack = {
    .name = "end_of_stack",
    .promise = "22. End: a closing stack at count zero is unlinked, and freed with its last pin",
    .observe = observe,
    .kinds = 1u << OBSERVE_RETURN | 1u << OBSERVE_THREADS_DONE,
};
