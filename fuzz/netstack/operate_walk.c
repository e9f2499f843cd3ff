/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Walking the stacks, in steps that other operations lie between, or in one operation.
 */
#include "netstack/operate.h"

static void
observe_walk(enum observation_kind kind, uint32_t cursor, uint32_t stack, const void *address)
{
    if (!adapter.oracles) {
        return;
    }
    struct observation see = observation_of(kind, KERNEL_HERE);
    see.cursor = cursor;
    see.stack = stack;
    see.address = address;
    oracle_observe(&see);
}

static void
walk_init(struct cursor_slot *cursor)
{
    struct call call;
    call_init(&call, VERB_WALK_INIT);
    cursor->number = ++adapter.now.cursors;
    cursor->ended = false;
    cursor->births = adapter.now.births;
    call.see.cursor = cursor->number;
    call_tell(&call);
    adapter.subject->next_init(&cursor->cursor);
    observe_walk(OBSERVE_WALK_INIT, cursor->number, 0, NULL);
    (void)call_return(&call, 0);
}

static subject_stack_t *
walk_next(struct cursor_slot *cursor, uint32_t *number)
{
    struct call call;
    call_init(&call, VERB_WALK_NEXT);
    call.see.cursor = cursor->number;
    call_tell(&call);
    subject_stack_t *found = adapter.subject->next(&cursor->cursor);
    call_gives(&call, found);
    *number = call.see.stack;
    observe_walk(OBSERVE_WALK_NEXT, cursor->number, *number, found);
    (void)call_return(&call, found == NULL ? ENOENT : 0);
    return found;
}

static void
walk_fini(struct cursor_slot *cursor)
{
    struct call call;
    call_init(&call, VERB_WALK_FINI);
    call.see.cursor = cursor->number;
    call_tell(&call);
    adapter.subject->next_fini(&cursor->cursor);
    observe_walk(OBSERVE_WALK_FINI, cursor->number, 0, NULL);
    (void)call_return(&call, 0);
}

/* A cursor is for one task at a time. */
static void
release_cursor(struct cursor_slot *cursor, enum cursor_state state)
{
    handover_give(&cursor->handover);
    cursor->state = (uint8_t)state;
}

static struct cursor_slot *
seize_cursor(uint16_t slot, enum cursor_state state)
{
    for (uint32_t i = 0; i < SLOTS_CURSOR; i++) {
        struct cursor_slot *cursor = &slots.cursors[(slot + i) % SLOTS_CURSOR];
        if (cursor->state == state) {
            cursor->state = CURSOR_BUSY;
            handover_take(&cursor->handover);
            return cursor;
        }
    }
    return NULL;
}

int
operate_walk_init(struct operation *op)
{
    struct cursor_slot *cursor = seize_cursor(op->arguments[0], CURSOR_FREE);
    if (cursor == NULL) {
        return OPERATION_SKIPPED;
    }
    walk_init(cursor);
    release_cursor(cursor, CURSOR_OPEN);
    return 0;
}

/* Where two subjects are compared: may the next step of either be another one? */
static bool
may_differ(const struct cursor_slot *cursor)
{
    return adapter.peer != NULL &&
           ((cursor->ended && adapter_differs(CONTRACT_WALK_GOES_ON)) ||
            (cursor->births != adapter.now.births && adapter_differs(CONTRACT_WALK_OF_NEWBORNS)));
}

int
operate_walk_next(struct operation *op)
{
    struct cursor_slot *cursor = seize_cursor(op->arguments[0], CURSOR_OPEN);
    if (cursor == NULL) {
        return OPERATION_SKIPPED;
    }
    if (may_differ(cursor)) {
        release_cursor(cursor, CURSOR_OPEN);
        return OPERATION_SKIPPED;
    }
    subject_stack_t *found = walk_next(cursor, &op->gave);
    cursor->ended = found == NULL;
    release_cursor(cursor, CURSOR_OPEN);
    if (found == NULL) {
        return ENOENT;
    }
    reference_keep(op->arguments[1], found, op->gave, SORT_PLAIN);
    return 0;
}

int
operate_walk_fini(struct operation *op)
{
    struct cursor_slot *cursor = seize_cursor(op->arguments[0], CURSOR_OPEN);
    if (cursor == NULL) {
        return OPERATION_SKIPPED;
    }
    walk_fini(cursor);
    release_cursor(cursor, CURSOR_FREE);
    return 0;
}

/* Bounds a walk that does not end: each stack that is made meanwhile may come, but no more. */
#define WALK_STEPS_MAX (2 * STACKS_MAX)

int
operate_walk(struct operation *op)
{
    struct cursor_slot own = {.state = CURSOR_BUSY};
    uint32_t count = 0, number;
    walk_init(&own);
    for (;;) {
        subject_stack_t *found = walk_next(&own, &number);
        if (found == NULL) {
            break;
        }
        struct slot held = {.object = found, .stack = number, .sort = SORT_PLAIN};
        reference_rele(&held);
        MUST(++count < WALK_STEPS_MAX, "a walk ends");
    }
    walk_fini(&own);
    (void)op;
    return count == 0 ? ENOENT : 0;
}
