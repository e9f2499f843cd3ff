/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looking stacks up, and what can be asked of one.
 */
#include "netstack/operate.h"

/* After a lookup: what it gave is the adapter's. */
static int
keep_found(struct operation *op, struct call *call, subject_stack_t *found, uint16_t slot)
{
    call_gives(call, found);
    int result = call_return(call, found == NULL ? ENOENT : 0);
    if (found != NULL) {
        op->gave = call->see.stack;
        reference_keep(slot, found, op->gave, SORT_PLAIN);
    }
    return result;
}

int
operate_find_by_stackid(struct operation *op)
{
    struct call call;
    call_init(&call, VERB_FIND_BY_STACKID);
    call.see.zone = slots_zone(op->arguments[0]);
    call_tell(&call);
    subject_stack_t *found = adapter.subject->find_by_stackid(call.see.zone);
    MUST(found == NULL || adapter.subject->stack_id(found) == call.see.zone,
         "find_by_stackid gives a stack of that id");
    return keep_found(op, &call, found, op->arguments[1]);
}

int
operate_find_by_zoneid(struct operation *op)
{
    struct call call;
    call_init(&call, VERB_FIND_BY_ZONEID);
    call.see.zone = slots_zone(op->arguments[0]);
    call_tell(&call);
    subject_stack_t *found = adapter.subject->find_by_zoneid(call.see.zone);
    MUST(found == NULL || adapter.subject->stack_id(found) == call.see.zone ||
             adapter.subject->stack_id(found) == 0,
         "find_by_zoneid gives the zone's own stack or the shared one");
    return keep_found(op, &call, found, op->arguments[1]);
}

/* Legal in create callbacks alone, with the zone that the callback is for. */
int
operate_find_by_zoneid_nolock(struct operation *op)
{
    const struct callback *callback = adapter_callback();
    if (callback == NULL || callback->phase != PHASE_CREATE) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_FIND_BY_ZONEID_NOLOCK);
    call.see.zone = callback->zone;
    call_tell(&call);
    subject_stack_t *found = adapter.subject->find_by_zoneid_nolock(call.see.zone);
    return keep_found(op, &call, found, op->arguments[0]);
}

int
operate_find_by_cred(struct operation *op)
{
    struct slot *cred = slot_borrow(ROW_CRED, op->arguments[0], SORT_ANY);
    if (cred == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_FIND_BY_CRED);
    call.see.zone = cred->id == ZONEID_NONE ? GLOBAL_ZONEID : cred->id;
    call_tell(&call);
    subject_stack_t *found = adapter.subject->find_by_cred(cred->object);
    MUST(found == NULL || adapter.subject->stack_id(found) == call.see.zone ||
             adapter.subject->stack_id(found) == 0,
         "find_by_cred gives the stack of the credential's zone");
    slot_return(cred);
    return keep_found(op, &call, found, op->arguments[1]);
}

int
operate_get_current(struct operation *op)
{
    struct call call;
    call_init(&call, VERB_GET_CURRENT);
    call.see.zone = adapter_task()->entered;
    call_tell(&call);
    subject_stack_t *found = adapter.subject->get_current();
    MUST(found == NULL || adapter.subject->stack_id(found) == call.see.zone ||
             adapter.subject->stack_id(found) == 0,
         "get_current gives the stack of the thread's zone");
    return keep_found(op, &call, found, op->arguments[0]);
}

int
operate_inuse_by_stackid(struct operation *op)
{
    struct call call;
    call_init(&call, VERB_INUSE_BY_STACKID);
    call.see.zone = slots_zone(op->arguments[0]);
    call_tell(&call);
    bool used = adapter.subject->inuse_by_stackid(call.see.zone);
    return call_return(&call, used ? 0 : ENOENT);
}

int
operate_stackid_to_zoneid(struct operation *op)
{
    struct call call;
    call_init(&call, VERB_STACKID_TO_ZONEID);
    call.see.zone = slots_zone(op->arguments[0]);
    call_tell(&call);
    zoneid_t zone = adapter.subject->stackid_to_zoneid(call.see.zone);
    MUST(zone == call.see.zone, "a stack's id is a zone's id");
    return call_return(&call, 0);
}

int
operate_zoneid_to_stackid(struct operation *op)
{
    struct call call;
    call_init(&call, VERB_ZONEID_TO_STACKID);
    call.see.zone = slots_zone(op->arguments[0]);
    call_tell(&call);
    int id = adapter.subject->zoneid_to_stackid(call.see.zone);
    MUST(id == call.see.zone || id == 0, "a zone's stack id is its own, or 0 for shared zones");
    op->value = id;
    return call_return(&call, 0);
}

int
operate_get_zoneid(struct operation *op)
{
    struct slot *held = slot_borrow(ROW_HELD, op->arguments[0], SORT_ANY);
    if (held == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_GET_ZONEID);
    call.see.stack = held->stack;
    call.see.address = held->object;
    call_tell(&call);
    zoneid_t zone = adapter.subject->get_zoneid(held->object);
    MUST(zone == adapter.subject->stack_id(held->object), "a stack's zone id is its own id");
    op->value = zone;
    (void)call_return(&call, 0);
    reference_return(held);
    return 0;
}

int
operate_get_uid(struct operation *op)
{
    if (!adapter_has(get_uid)) {
        return OPERATION_SKIPPED;
    }
    struct slot *held = slot_borrow(ROW_HELD, op->arguments[0], SORT_ANY);
    if (held == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_GET_UID);
    call.see.stack = held->stack;
    call.see.address = held->object;
    call_tell(&call);
    uint64_t uid = adapter.subject->get_uid(held->object);
    MUST(uid != 0, "uids count from 1");
    (void)call_return(&call, 0);
    slots.uids[op->arguments[1]] = (struct uid_slot){.uid = uid, .stack = held->stack};
    reference_return(held);
    return 0;
}

int
operate_is_valid(struct operation *op)
{
    if (!adapter_has(is_valid)) {
        return OPERATION_SKIPPED;
    }
    struct slot *held = slot_borrow(ROW_HELD, op->arguments[0], SORT_ANY);
    if (held == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_IS_VALID);
    call.see.stack = held->stack;
    call.see.address = held->object;
    call_tell(&call);
    bool valid = adapter.subject->is_valid(held->object);
    MUST(valid, "a held stack is valid");
    (void)call_return(&call, 0);
    reference_return(held);
    return 0;
}
