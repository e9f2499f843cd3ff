/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 7: of the creates that one birth runs, a lower module's ends before a higher one's
 * starts. A birth is the zone_create that allocated the stack; its creates are those that it runs
 * itself, on its own task, so one that starts has all earlier ones behind it.
 */
#include "netstack/oracles/view.h"

extern const struct oracle oracle_create_order;

static uint64_t execution;
static struct {
    uint64_t execution; /* for which the module holds */
    uint8_t module;     /* the last that the birth of this stack created */
} births[VIEW_STACKS_MAX];

static void
begin(const struct subject *subject)
{
    (void)subject;
    execution++;
}

static void
observe(const struct observation *what)
{
    const struct view_stack *stack = view.stack;
    if (stack == NULL || what->phase != PHASE_CREATE || view.call == NULL ||
        view.call->call != VIEW_CALL_ZONE_CREATE || view.call->serial != stack->born_call) {
        return;
    }
    uint8_t last = births[stack->index].module;
    if (births[stack->index].execution == execution && what->module < last) {
        view_break(
            HEDDLE_INVARIANT, &oracle_create_order,
            "7. Create order: a birth creates its modules in ascending order", what, stack->number,
            "Task %u starts create of %s in the birth of stack %u (id %d), after that of %s.",
            (unsigned)what->task, view_module_name(what->module), stack->number, stack->id,
            view_module_name(last));
    }
    births[stack->index].execution = execution;
    births[stack->index].module = what->module;
}

const struct oracle oracle_create_order = {
    .name = "create_order",
    .promise = "7. Create order: a birth creates its modules in ascending order",
    .begin = begin,
    .observe = observe,
    .kinds = 1u << OBSERVE_CALLBACK_START,
};
