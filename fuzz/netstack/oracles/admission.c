/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 19: a birth starts only while fewer reaps are outstanding than the limit. Judged when
 * the memory of a stack is allocated in a zone_create: by then the birth has started, and since the
 * call began it had every opportunity. Outstanding all that time was the reap of each stack that
 * had surely lost its last reference before the call, and has an instance yet to be destroyed.
 */
#include "netstack/contract.h"
#include "netstack/oracles/view.h"

extern const struct oracle oracle_admission;

static uint32_t limit; /* 0: not known */

static void
begin(const struct subject *subject)
{
    (void)subject;
    limit = 0;
}

static uint32_t
count_outstanding(uint32_t since)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        count += stack->zero_since != 0 && stack->zero_since < since && stack->freed_since == 0 &&
                 view_stack_has_instances(stack);
    }
    return count;
}

static void
observe(const struct observation *what)
{
    if (what->kind == OBSERVE_STARTED) {
        limit = (uint32_t)what->result;
        return;
    }
    if (limit == 0 || view.call == NULL || view.call->call != VIEW_CALL_ZONE_CREATE ||
        (view.subject->differences & CONTRACT_LIMIT_AT_RELE)) {
        return;
    }
    uint32_t outstanding = count_outstanding(view.call->since);
    if (outstanding >= limit) {
        view_break(HEDDLE_INVARIANT, &oracle_admission,
                   "19. Admission: a birth starts only while fewer reaps than the limit are "
                   "outstanding",
                   what, what->stack,
                   "Task %u starts the birth of stack %u, though %u reap(s) have been outstanding "
                   "since before its call, and the limit is %u.",
                   (unsigned)what->task, what->stack, outstanding, limit);
    }
}

const struct oracle oracle_admission = {
    .name = "admission",
    .promise =
        "19. Admission: a birth starts only while fewer reaps than the limit are outstanding",
    .begin = begin,
    .observe = observe,
    .kinds = 1u << OBSERVE_STARTED | 1u << OBSERVE_STACK_BORN,
};
