/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 13, as far as it can be judged without a search: a lookup gives a stack that was
 * active at some instant of its call, and NULL only if none that matches was active throughout. A
 * stack whose birth goes on was never active. A zone that was surely attached from before the call
 * to its return determines the answer. In use is every stack that is listed: active, or held by a
 * reference.
 */
#include "netstack/operations.h"
#include "netstack/oracles/view.h"

extern const struct oracle oracle_lookup_answers;

static _Noreturn void
fail(const struct observation *what, const char *promise, const struct view_stack *stack,
     const char *why)
{
    view_break(HEDDLE_INVARIANT, &oracle_lookup_answers, promise, what, stack->number,
               "Task %u (%s) asks for %d: stack %u (id %d) %s.", (unsigned)what->task,
               view_call_name(view.call), view.call == NULL ? -1 : view.call->zone, stack->number,
               stack->id, why);
}

/* The stack that the zone surely had from before the call on; NULL: not known, or not one alone. */
static const struct view_stack *
stack_of_zone(int id, bool own_only)
{
    const struct view_zone *zone = view_zone_find(id);
    if (zone == NULL || !zone->attached || zone->attached_since >= view.call->since) {
        return NULL;
    }
    const struct view_stack *stack = view_stack_find(zone->stack);
    if (stack == NULL || stack->active_since == 0 || stack->active_since >= view.call->since) {
        return NULL;
    }
    bool is_own = zone->id == GLOBAL_ZONEID || view_zone_is_own(zone, stack);
    return own_only && !is_own ? NULL : stack;
}

/* What the lookup that returns must give; NULL: nothing can be said. */
static const struct view_stack *
expected(void)
{
    switch (view.call->verb) {
    case VERB_FIND_BY_STACKID:
        return stack_of_zone(view.call->zone, true);
    case VERB_FIND_BY_ZONEID:
    case VERB_FIND_BY_CRED:
    case VERB_GET_CURRENT:
        return stack_of_zone(view.call->zone, false);
    case VERB_HOLD_IF_ACTIVE: {
        const struct view_stack *stack = view_stack_find(view.call->stack);
        bool was_active =
            stack != NULL && stack->active_since != 0 && stack->active_since < view.call->since;
        return was_active ? stack : NULL;
    }
    default:
        return NULL;
    }
}

static void
check_lookup(const struct observation *what)
{
    const struct view_stack *match = expected();
    if (match != NULL && what->stack != match->number) {
        fail(what,
             what->stack == 0 ? "13. Lookups: what is active throughout is found"
                              : "13. Lookups: what is found is what was asked for",
             match,
             what->stack == 0 ? "was active throughout, but it gives NULL"
                              : "was active throughout, but it gives another");
    }
}

static void
check_in_use(const struct observation *what)
{
    if (what->result == 0) {
        return;
    }
    const struct view_stack *match = stack_of_zone(view.call->zone, true);
    for (uint32_t i = 0; i < view.stack_count && match == NULL; i++) {
        const struct view_stack *stack = view_stack_at(i);
        bool is_known = stack->id == view.call->zone && stack->active_ever;
        if (is_known && stack->held_since != 0 && stack->held_since < view.call->since) {
            match = stack;
        }
    }
    if (match != NULL) {
        fail(what, "13. Lookups: what is listed is in use", match,
             "was listed throughout, but it is said not to be in use");
    }
}

static void
observe(const struct observation *what)
{
    static const char unborn[] = "13. Lookups: none gives a stack whose birth has not ended";
    const struct view_stack *stack = view.stack;
    enum view_call call = view.call == NULL ? VIEW_CALL_NONE : view.call->call;
    if (what->kind == OBSERVE_RETURN) {
        if (call == VIEW_CALL_LOOKUP) {
            check_lookup(what);
        } else if (call == VIEW_CALL_INUSE) {
            check_in_use(what);
        }
    } else if (stack == NULL) {
        return;
    } else if (what->kind == OBSERVE_HOLD) {
        if ((call == VIEW_CALL_LOOKUP || call == VIEW_CALL_WALK) && stack->birth_callbacks > 0) {
            fail(what, unborn, stack, "is given while its birth goes on");
        }
    } else if (stack->given_since != 0 && call == VIEW_CALL_ZONE_CREATE &&
               view.call->serial == stack->born_call && !stack->active_ever &&
               (what->phase == PHASE_CREATE || stack->birth_failed)) {
        fail(what, unborn, stack, "was given before its birth went on");
    }
}

const struct oracle oracle_lookup_answers = {
    .name = "lookup_answers",
    .promise = "13. Lookups: they give what was active, and NULL only where nothing was throughout",
    .observe = observe,
    .kinds = 1u << OBSERVE_RETURN | 1u << OBSERVE_HOLD | 1u << OBSERVE_CALLBACK_START,
};
