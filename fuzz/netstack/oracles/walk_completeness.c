/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Invariant 14: a walk returns each stack that is active from its init to its end exactly once, and
 * none twice; after NULL it stays NULL. Active throughout is judged by what is sure: a zone was
 * attached before next_init was called, and none of the stack's zones but some other was being
 * destroyed since.
 */
#include "netstack/contract.h"
#include "netstack/oracles/view.h"

#include <stdio.h>
#include <string.h>

#define WORD_BITS 64u

extern const struct oracle oracle_walk_completeness;

/* By the index of a cursor; taken into use by its init. */
static struct {
    bool ended;
    uint64_t returned[VIEW_STACKS_MAX / WORD_BITS]; /* by the index of a stack */
} walks[VIEW_CURSORS_MAX];

/* The last stack that ended since the walk began: it is the usual reason. 0: none. */
static uint32_t
ended_meanwhile(const struct view_cursor *cursor)
{
    uint32_t number = 0, since = cursor->since;
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        if (stack->freed_since > since && stack->active_ever) {
            number = stack->number;
            since = stack->freed_since;
        }
    }
    return number;
}

static _Noreturn void
fail_skipped(const struct observation *what, const struct view_cursor *cursor,
             const struct view_stack *stack)
{
    const struct view_stack *ended = view_stack_find(ended_meanwhile(cursor));
    char meanwhile[80] = "";
    if (ended != NULL) {
        (void)snprintf(meanwhile, sizeof(meanwhile),
                       " Meanwhile stack %u (id %d) was freed, at %u.", ended->number, ended->id,
                       view_event_of(ended->freed_since));
    }
    view_break(HEDDLE_INVARIANT, &oracle_walk_completeness,
               "14. Walk: a stack that is active throughout is returned", what, stack->number,
               "Task %u's walk %u, begun at %u, ends without stack %u (id %d), which has been "
               "active since %u.%s",
               (unsigned)what->task, what->cursor, view_event_of(cursor->since), stack->number,
               stack->id, view_event_of(stack->active_since), meanwhile);
}

static void
check_end(const struct observation *what, const struct view_cursor *cursor)
{
    const uint64_t *returned = walks[cursor->index].returned;
    for (uint32_t i = 0; i < view.stack_count; i++) {
        const struct view_stack *stack = view_stack_at(i);
        bool was_returned = returned[i / WORD_BITS] >> (i % WORD_BITS) & 1;
        if (stack->active_since != 0 && stack->active_since < cursor->since && !was_returned) {
            fail_skipped(what, cursor, stack);
        }
    }
}

static void
check_step(const struct observation *what, const struct view_cursor *cursor)
{
    const struct view_stack *stack = view.stack;
    if (walks[cursor->index].ended && !(view.subject->differences & CONTRACT_WALK_GOES_ON)) {
        view_break(HEDDLE_INVARIANT, &oracle_walk_completeness,
                   "14. Walk: after NULL it stays NULL", what, what->stack,
                   "Task %u's walk %u returns stack %u, though it had come to its end.",
                   (unsigned)what->task, what->cursor, what->stack);
    }
    if (stack == NULL) {
        return;
    }
    uint64_t *word = &walks[cursor->index].returned[stack->index / WORD_BITS];
    uint64_t bit = UINT64_C(1) << stack->index % WORD_BITS;
    if (*word & bit) {
        view_break(HEDDLE_INVARIANT, &oracle_walk_completeness,
                   "14. Walk: no stack is returned twice", what, what->stack,
                   "Task %u's walk %u returns stack %u (id %d) for the second time.",
                   (unsigned)what->task, what->cursor, what->stack, stack->id);
    }
    *word |= bit;
}

static void
observe(const struct observation *what)
{
    const struct view_cursor *cursor = view.cursor;
    if (cursor == NULL) {
        return;
    }
    if (what->kind == OBSERVE_WALK_INIT) {
        memset(&walks[cursor->index], 0, sizeof(walks[cursor->index]));
    } else if (what->stack != 0) {
        check_step(what, cursor);
    } else {
        check_end(what, cursor);
        walks[cursor->index].ended = true;
    }
}

const struct oracle oracle_walk_completeness = {
    .name = "walk_completeness",
    .promise = "14. Walk: what is active throughout comes exactly once, nothing twice",
    .observe = observe,
    .kinds = 1u << OBSERVE_WALK_INIT | 1u << OBSERVE_WALK_NEXT,
};
