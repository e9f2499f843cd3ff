/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 1: a stack lives as long as a zone is attached to it or a reference is held, and after
 * its free nothing touches it. Judged by what is observed: a stack that is freed while the adapter
 * surely holds it, or a callback, probe, unlock, hold, release or step of a walk that names one
 * that was freed. That nobody sleeps on it or owns its lock then, the engine's primitives check
 * themselves.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_lifetime;

static void
check_freed(const struct observation *what, const struct view_stack *stack)
{
    if (stack->references > 0) {
        view_break(HEDDLE_INVARIANT, &oracle_lifetime,
                   "1. Lifetime: a stack is not freed while a reference is held", what,
                   stack->number,
                   "Stack %u (id %d) is freed by task %u while %u reference(s) to it are held.",
                   stack->number, stack->id, (unsigned)what->task, stack->references);
    }
    if (stack->zones > 0) {
        view_break(HEDDLE_INVARIANT, &oracle_lifetime,
                   "1. Lifetime: a stack is not freed while a zone is attached", what,
                   stack->number,
                   "Stack %u (id %d) is freed by task %u while %u zone(s) are attached to it.",
                   stack->number, stack->id, (unsigned)what->task, stack->zones);
    }
}

static const char *
touch_name(const struct observation *what)
{
    switch (what->kind) {
    case OBSERVE_CALLBACK_START:
        return "starts a callback for";
    case OBSERVE_CALLBACK_END:
        return "is in a callback for";
    case OBSERVE_PROBE:
        return "fires a probe for";
    case OBSERVE_UNLOCK:
        return "unlocks";
    case OBSERVE_HOLD:
        return "is given a reference to";
    case OBSERVE_RELE:
        return "gives back a reference to";
    default:
        return "is given by a walk";
    }
}

static void
observe(const struct observation *what)
{
    const struct view_stack *stack = view.stack;
    if (stack == NULL) {
        return;
    }
    if (what->kind == OBSERVE_STACK_FREED) {
        check_freed(what, stack);
        return;
    }
    if (stack->freed_since != 0) {
        view_break(HEDDLE_USE_AFTER_FREE, &oracle_lifetime,
                   "1. Lifetime: nothing touches a stack after its free", what, stack->number,
                   "Task %u (%s) %s stack %u (id %d), which was freed at %u.", (unsigned)what->task,
                   view_call_name(view.call), touch_name(what), stack->number, stack->id,
                   view_event_of(stack->freed_since));
    }
}

const struct oracle oracle_lifetime = {
    .name = "lifetime",
    .promise = "1. Lifetime: a stack lives while it is held; after its free nothing touches it",
    .observe = observe,
    .kinds = 1u << OBSERVE_STACK_FREED | 1u << OBSERVE_CALLBACK_START | 1u << OBSERVE_CALLBACK_END |
             1u << OBSERVE_PROBE | 1u << OBSERVE_UNLOCK | 1u << OBSERVE_HOLD | 1u << OBSERVE_RELE |
             1u << OBSERVE_WALK_NEXT,
};
