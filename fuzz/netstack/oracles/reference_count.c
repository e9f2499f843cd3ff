/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 11: a stack's count is its zone's reference and what was taken less what was given
 * back; it is never negative, none is taken from zero, none is given by a lookup after closing. The
 * count is that of the probes inc__ref and dec__ref, which fire within the call that takes or gives
 * back: so what the adapter surely holds is counted, always; and once a reap runs, the count was
 * zero. A lookup answered after closing if the whole of its call came after it.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_reference_count;

static _Noreturn void
fail(const struct observation *what, const char *promise, const struct view_stack *stack,
     const char *why)
{
    view_break(HEDDLE_INVARIANT, &oracle_reference_count, promise, what, stack->number,
               "Task %u (%s): stack %u (id %d) %s. Counted: %d; held by the program: %u; zones "
               "attached: %u; %s.",
               (unsigned)what->task, view_call_name(view.call), stack->number, stack->id, why,
               (int)stack->count, stack->references, stack->zones,
               stack->closing_since != 0 ? "closing" : "not closing");
}

static void
check_given(const struct observation *what, const struct view_stack *stack, uint32_t called)
{
    if (stack->closing_since != 0 && stack->closing_since < called) {
        /* Told by its probe or by its answer, it is the same lookup. */
        struct observation nowhere = *what;
        nowhere.site = NULL;
        fail(&nowhere, "11. References: no lookup gives one after closing", stack,
             "is given by a lookup that began after it was closing");
    }
}

static bool
is_in_lookup(void)
{
    return view.call != NULL && view.call->call == VIEW_CALL_LOOKUP;
}

static void
check_probe(const struct observation *what, const struct view_stack *stack)
{
    if (what->probe == KERNEL_PROBE_netstack__dec__ref) {
        int32_t held = (int32_t)stack->references + (stack->zones > 0);
        if (stack->count < 0) {
            fail(what, "11. References: the count is never negative", stack,
                 "gets a reference back that was not given");
        }
        if (stack->count < held) {
            fail(what, "11. References: what is held is counted", stack,
                 "loses a reference that is held");
        }
    } else if (what->probe == KERNEL_PROBE_netstack__inc__ref && stack->reap_since != 0) {
        /* Zero comes after closing: a lookup's mistake is the earlier one. */
        if (is_in_lookup()) {
            check_given(what, stack, view.call->since);
        }
        fail(what, "11. References: none is taken once the count was zero", stack,
             "gives a reference while it is reaped");
    }
}

static void
check_quiescent(const struct observation *what)
{
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        bool is_certain = stack->zones > 0 || stack->closing_since != 0;
        int32_t expected = (int32_t)stack->references + (stack->zones > 0);
        if (stack->freed_since == 0 && is_certain && stack->count != expected) {
            fail(what, "11. References: at rest the count is what is held", stack,
                 "has a count that is not what is held");
        }
    }
}

static void
observe(const struct observation *what)
{
    if (what->kind == OBSERVE_THREADS_DONE) {
        check_quiescent(what);
        return;
    }
    const struct view_stack *stack = view.stack;
    if (stack == NULL) {
        return;
    }
    if (what->kind == OBSERVE_PROBE) {
        check_probe(what, stack);
    } else if (what->kind == OBSERVE_HOLD) {
        if (is_in_lookup()) {
            check_given(what, stack, view.call->since);
        }
    } else if (view.cursor != NULL) {
        check_given(what, stack, view.cursor->stepping_since);
    }
}

const struct oracle oracle_reference_count = {
    .name = "reference_count",
    .promise = "11. References: the count is what is held; none from zero, none after closing",
    .observe = observe,
    .kinds = 1u << OBSERVE_PROBE | 1u << OBSERVE_HOLD | 1u << OBSERVE_WALK_NEXT |
             1u << OBSERVE_THREADS_DONE,
};
