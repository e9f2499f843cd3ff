/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 25: register and unregister visit each stack a bounded number of times, whatever others
 * create meanwhile. A visit: the call unlocks that stack, having unlocked another since it was last
 * there; so waiting on a stack, and the callback there, are one visit.
 *
 * The bound is of what the call found. With N stacks at its beginning, 2 N + 2 visits of one stack
 * for each pass that it needs: one to create, two to shut down and to destroy. Passes alone need one
 * each; one that begins anew after each stack, once because it waited there and once because it
 * called the module, keeps to the bound, too, while nobody comes in between. What begins anew for
 * each newcomer does not.
 */
#include "netstack/oracles/view.h"

#include <string.h>

extern const struct oracle oracle_bounded_visits;

static struct visitor {
    uint32_t call;   /* serial; 0: none */
    uint32_t stacks; /* at its beginning */
    uint32_t last;   /* number */
    bool rolls_back;
    uint16_t visits[VIEW_STACKS_MAX];
} visitors[HEDDLE_TASKS_MAX];

static void
begin(const struct subject *subject)
{
    (void)subject;
    for (uint32_t i = 0; i < HEDDLE_TASKS_MAX; i++) {
        visitors[i].call = 0;
    }
}

static bool
is_visitor(const struct view_frame *call)
{
    return call != NULL && (call->call == VIEW_CALL_REGISTER || call->call == VIEW_CALL_UNREGISTER);
}

static void
begin_visits(struct visitor *visitor)
{
    memset(visitor, 0, sizeof(*visitor));
    visitor->call = view.call->serial;
    for (uint32_t i = 0; i < view.stack_count; i++) {
        visitor->stacks += view_stack_at(i)->freed_since == 0;
    }
}

static uint32_t
bound_of(const struct visitor *visitor)
{
    uint32_t each = 2 * visitor->stacks + 2;
    uint32_t passes = view.call->call == VIEW_CALL_UNREGISTER ? 2 : visitor->rolls_back ? 3 : 1;
    return passes * each;
}

static void
count_visit(const struct observation *what, struct visitor *visitor)
{
    const struct view_stack *stack = view.stack;
    if (visitor->last == stack->number) {
        return;
    }
    visitor->last = stack->number;
    uint32_t bound = bound_of(visitor);
    if (++visitor->visits[stack->index] > bound) {
        view_break(HEDDLE_INVARIANT, &oracle_bounded_visits,
                   "25. Visits: register and unregister visit a stack a bounded number of times",
                   what, stack->number,
                   "Task %u (%s) has come to stack %u (id %d) %u times. Stacks when it was "
                   "called: %u, so %u times would do, whatever came meanwhile.",
                   (unsigned)what->task, view_call_name(view.call), stack->number, stack->id,
                   (unsigned)visitor->visits[stack->index], visitor->stacks, bound);
    }
}

static void
observe(const struct observation *what)
{
    if (!is_visitor(view.call)) {
        return;
    }
    struct visitor *visitor = &visitors[what->task % HEDDLE_TASKS_MAX];
    if (what->kind == OBSERVE_CALL) {
        begin_visits(visitor);
    } else if (visitor->call != view.call->serial) {
        return; /* one made in a callback of another */
    } else if (what->kind == OBSERVE_CALLBACK_END) {
        visitor->rolls_back |= what->phase == PHASE_CREATE && what->instance == 0;
    } else if (view.stack != NULL) {
        count_visit(what, visitor);
    }
}

const struct oracle oracle_bounded_visits = {
    .name = "bounded_visits",
    .promise = "25. Visits: register and unregister visit each stack a bounded number of times",
    .begin = begin,
    .observe = observe,
    .kinds = 1u << OBSERVE_CALL | 1u << OBSERVE_UNLOCK | 1u << OBSERVE_CALLBACK_END,
};
