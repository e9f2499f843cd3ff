/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Holding and releasing stacks. Every reference that the adapter owns lies in a slot, or is in the
 * hands of one operation.
 */
#include "netstack/operate.h"

static const char reference_tag[] = "adapter";

/* --- owning --------------------------------------------------------------------------------- */

void
reference_rele(const struct slot *held)
{
    bool tagged = held->sort == SORT_TAGGED;
    struct call call;
    call_init(&call, tagged ? VERB_RELE_TAG : VERB_RELE);
    call.see.stack = held->stack;
    call.see.address = held->object;
    call_tell(&call);
    if (adapter.oracles) {
        struct observation rele = call.see;
        rele.kind = OBSERVE_RELE;
        oracle_observe(&rele);
    }
    if (tagged) {
        adapter.subject->rele_tag(held->object, reference_tag);
    } else {
        adapter.subject->rele(held->object);
    }
    (void)call_return(&call, 0);
}

/* Is somebody waiting for the end of this stack, who must not wait for us? */
static bool
is_awaited(uint32_t number)
{
    const struct stack_record *record = stack_record_find(number);
    return record != NULL && record->waiters > 0;
}

/* Does somebody take it who will not let go while the program runs? */
static bool
is_kept(const struct slot *held)
{
    uint32_t i = 0;
    while (i < KEPT_MAX && slots.kept[i].object != NULL) {
        i++;
    }
    if (i == KEPT_MAX || !plan_at_reference(held->stack)) {
        return false;
    }
    slots.kept[i] = *held;
    handover_give(&slots.kept[i].handover);
    return true;
}

void
reference_let_go(uint32_t number)
{
    for (uint32_t i = 0; i < KEPT_MAX; i++) {
        struct slot held = slots.kept[i];
        if (held.object != NULL && (number == 0 || held.stack == number)) {
            handover_take(&slots.kept[i].handover);
            slots.kept[i].object = NULL;
            reference_rele(&held);
        }
    }
}

void
reference_keep(uint16_t slot, subject_stack_t *stack, uint32_t number, enum slot_sort sort)
{
    struct slot held = {.object = stack, .stack = number, .sort = (uint8_t)sort};
    bool awaited = is_awaited(number);
    if (!awaited && is_kept(&held)) {
        return;
    }
    if (awaited || !slot_put(ROW_HELD, slot, held)) {
        reference_rele(&held);
    }
}

void
reference_return(struct slot *held)
{
    slot_return(held);
    if (held->borrowers == 0 && is_awaited(held->stack)) {
        struct slot last;
        slot_clear(held, &last);
        reference_rele(&last);
    }
}

/* --- operations ------------------------------------------------------------------------------ */

/* In a callback, the stack that it is for; it is pinned, and may be held without a reference. */
static subject_stack_t *
own_stack(void)
{
    const struct callback *callback = adapter_callback();
    return callback != NULL ? callback->stack : NULL;
}

/* A plain hold needs a reference that stays meanwhile: in creates, the zone's. */
static bool
may_hold_own_stack(void)
{
    const struct callback *callback = adapter_callback();
    return callback != NULL && callback->stack != NULL && callback->phase == PHASE_CREATE &&
           (callback->in_birth || !adapter_differs(CONTRACT_HOLD_NEEDS_BIRTH));
}

static int
hold(struct operation *op, enum slot_sort sort)
{
    struct slot *borrowed = NULL;
    subject_stack_t *stack;
    if (may_hold_own_stack()) {
        stack = own_stack();
    } else {
        borrowed = slot_borrow(ROW_HELD, op->arguments[0], SORT_ANY);
        if (borrowed == NULL) {
            return OPERATION_SKIPPED;
        }
        stack = borrowed->object;
    }
    struct call call;
    call_init(&call, sort == SORT_TAGGED ? VERB_HOLD_TAG : VERB_HOLD);
    call.see.stack = heddle_object_of(stack);
    call.see.address = stack;
    call_tell(&call);
    if (sort == SORT_TAGGED) {
        adapter.subject->hold_tag(stack, reference_tag);
    } else {
        adapter.subject->hold(stack);
    }
    call_gives(&call, stack);
    (void)call_return(&call, 0);
    op->gave = call.see.stack;
    reference_keep(op->arguments[1], stack, op->gave, sort);
    if (borrowed != NULL) {
        reference_return(borrowed);
    }
    return 0;
}

int
operate_hold(struct operation *op)
{
    return hold(op, SORT_PLAIN);
}

int
operate_hold_tag(struct operation *op)
{
    return !adapter_has(hold_tag) ? OPERATION_SKIPPED : hold(op, SORT_TAGGED);
}

int
operate_hold_if_active(struct operation *op)
{
    struct slot *borrowed = NULL;
    subject_stack_t *stack = own_stack();
    if (stack == NULL) {
        borrowed = slot_borrow(ROW_HELD, op->arguments[0], SORT_ANY);
        if (borrowed == NULL) {
            return OPERATION_SKIPPED;
        }
        stack = borrowed->object;
    }
    struct call call;
    call_init(&call, VERB_HOLD_IF_ACTIVE);
    call.see.stack = heddle_object_of(stack);
    call.see.address = stack;
    call_tell(&call);
    subject_stack_t *found = adapter.subject->hold_if_active(stack);
    MUST(found == NULL || found == stack, "hold_if_active gives the stack that it was asked for");
    call_gives(&call, found);
    int result = call_return(&call, found == NULL ? ENOENT : 0);
    if (found != NULL) {
        op->gave = call.see.stack;
        reference_keep(op->arguments[1], found, op->gave, SORT_PLAIN);
    }
    if (borrowed != NULL) {
        reference_return(borrowed);
    }
    return result;
}

static int
rele(struct operation *op, enum slot_sort sort)
{
    struct slot held;
    if (!slot_take(ROW_HELD, op->arguments[0], sort, &held)) {
        return OPERATION_SKIPPED;
    }
    reference_rele(&held);
    return 0;
}

int
operate_rele(struct operation *op)
{
    return rele(op, SORT_PLAIN);
}

int
operate_rele_tag(struct operation *op)
{
    return rele(op, SORT_TAGGED);
}
