/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Zones: booting, halting, ending, holding, entering. A zone is known by its id, which any thread
 * may use at any time; only holds have an owner.
 */
#include "netstack/operate.h"
#include "kernel/zone.h"

static void
observe_zone(enum observation_kind kind, const struct zone_record *record)
{
    if (!adapter.oracles) {
        return;
    }
    struct observation see = observation_of(kind, KERNEL_HERE);
    see.zone = record->id;
    see.stack = record->stack;
    const struct stack_record *stack = stack_record_find(record->stack);
    see.address = stack != NULL ? stack->address : NULL;
    oracle_observe(&see);
}

void
zone_observe_attached(const struct zone_record *record)
{
    observe_zone(OBSERVE_ZONE_ATTACHED, record);
}

void
zone_observe_detaching(const struct zone_record *record)
{
    observe_zone(OBSERVE_ZONE_DETACHING, record);
}

/* --- life ------------------------------------------------------------------------------------- */

/* With ids that come round, somebody may have ended the zone before its creator came to say so. */
static bool
was_destroyed_early(zoneid_t id)
{
    for (uint32_t i = 0; i < adapter.now.early_count; i++) {
        if (adapter.now.early[i] == id) {
            adapter.now.early[i] = adapter.now.early[--adapter.now.early_count];
            return true;
        }
    }
    return false;
}

int
operate_zone_create(struct operation *op)
{
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    bool exclusive = op->arguments[0] != 0;
    bool unsure = adapter.now.shared_unsure;
    zoneid_t id = ZONE_NONE;
    struct call call;
    call_init(&call, VERB_ZONE_CREATE);
    call_tell(&call);
    int error = adapter.subject->zone_create(exclusive ? ZF_NET_EXCL : 0, &id);
    call.see.zone = error == 0 ? id : ZONE_NONE;
    (void)call_return(&call, error);
    if (error != 0) {
        return error;
    }
    /* A zone that boots while the netstack is off has no stack. */
    unsure |= adapter.now.shared_unsure;
    uint32_t stack = exclusive ? call.born : unsure ? 0 : adapter.now.global_stack;
    struct zone_record *record = zone_record_add(id, exclusive, stack);
    if (was_destroyed_early(id)) {
        record->detaching = record->destroyed = true;
    } else if (stack != 0) {
        zone_observe_attached(record);
    }
    adapter.now.births += exclusive;
    slots.zones[1 + op->arguments[1]] = id;
    op->gave = record->stack;
    op->value = id;
    return 0;
}

int
operate_zone_create_bad(struct operation *op)
{
    (void)op;
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    zoneid_t id = ZONE_NONE;
    struct call call;
    call_init(&call, VERB_ZONE_CREATE_BAD);
    call_tell(&call);
    int error = adapter.subject->zone_create(0x80u, &id);
    MUST(error != 0, "a zone is not created with unknown flags");
    return call_return(&call, error);
}

static int
shutdown_id(zoneid_t id, enum netstack_verb verb)
{
    if (id == ZONE_NONE) {
        return OPERATION_SKIPPED;
    }
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    if (id == GLOBAL_ZONEID && adapter_differs(CONTRACT_GLOBAL_ZONE_STAYS)) {
        return EBUSY;
    }
    struct call call;
    call_init(&call, verb);
    call.see.zone = id;
    call_tell(&call);
    const struct zone_record *record = zone_record_find(id);
    struct stack_record *stack =
        record != NULL && record->exclusive ? stack_record_find(record->stack) : NULL;
    if (stack != NULL) {
        stack->shutting = true;
    }
    int error = adapter.subject->zone_shutdown(id);
    record = zone_record_find(id);
    stack = record != NULL && record->exclusive ? stack_record_find(record->stack) : NULL;
    if (error == 0 && stack != NULL) {
        stack->shut = true;
    }
    return call_return(&call, error);
}

int
operate_zone_shutdown(struct operation *op)
{
    return shutdown_id(slots_own_zone(op->arguments[0]), VERB_ZONE_SHUTDOWN);
}

int
operate_zone_shutdown_global(struct operation *op)
{
    (void)op;
    return shutdown_id(GLOBAL_ZONEID, VERB_ZONE_SHUTDOWN_GLOBAL);
}

/* What the contract lets the adapter answer instead of destroying; 0: go on. */
static int
answer_destroy(zoneid_t id, const struct zone_record *record)
{
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    if (id == GLOBAL_ZONEID && adapter_differs(CONTRACT_GLOBAL_ZONE_STAYS)) {
        return EBUSY;
    }
    if (adapter_differs(CONTRACT_CURRENT_NEEDS_ZONE) && record != NULL && record->inside > 0) {
        return EBUSY;
    }
    return 0;
}

/*
 * Zone `id` is gone. With ids that come round it may be another zone than the one that was known
 * when destroying it began, and even one whose creator has not come back yet.
 */
static void
record_destroyed(zoneid_t id, struct zone_record *record)
{
    adapter.now.global_is_gone |= id == GLOBAL_ZONEID;
    if (record == NULL || record->destroyed) {
        record = zone_record_find(id);
    }
    if (record != NULL && !record->destroyed) {
        record->detaching = record->destroyed = true;
        struct stack_record *stack = stack_record_find(record->stack);
        if (stack != NULL && record->exclusive) {
            stack->closed = true;
        }
    } else if (adapter.now.early_count < EARLY_MAX) {
        adapter.now.early[adapter.now.early_count++] = id;
    }
}

int
operate_zone_destroy_id(zoneid_t id, enum netstack_verb verb)
{
    struct zone_record *record = zone_record_find(id);
    int answer = answer_destroy(id, record);
    if (answer != 0) {
        return answer;
    }
    if (record != NULL && !record->destroyed) {
        record->detaching = true;
        zone_observe_detaching(record);
    }
    struct call call;
    call_init(&call, verb);
    call.see.zone = id;
    call.see.stack = record != NULL ? record->stack : 0;
    call_tell(&call);
    int error = adapter.subject->zone_destroy(id);
    if (error == 0) {
        record_destroyed(id, record);
    }
    return call_return(&call, error);
}

int
operate_zone_destroy(struct operation *op)
{
    zoneid_t id = slots_own_zone(op->arguments[0]);
    return id == ZONE_NONE ? OPERATION_SKIPPED : operate_zone_destroy_id(id, VERB_ZONE_DESTROY);
}

int
operate_zone_destroy_global(struct operation *op)
{
    (void)op;
    return operate_zone_destroy_id(GLOBAL_ZONEID, VERB_ZONE_DESTROY_GLOBAL);
}

/* --- holds ------------------------------------------------------------------------------------ */

static void
rele_hold(const struct slot *hold)
{
    struct call call;
    call_init(&call, VERB_ZONE_RELE);
    call.see.zone = hold->id;
    call_tell(&call);
    adapter.subject->zone_rele(hold->object);
    (void)call_return(&call, 0);
}

static void
keep_hold(uint16_t slot, zone_t *zone, zoneid_t id)
{
    struct slot hold = {.object = zone, .id = id, .sort = SORT_PLAIN};
    if (!slot_put(ROW_HOLD, slot, hold)) {
        rele_hold(&hold);
    }
}

int
operate_zone_find(struct operation *op)
{
    struct call call;
    call_init(&call, VERB_ZONE_FIND);
    call.see.zone = slots_zone(op->arguments[0]);
    call_tell(&call);
    zone_t *zone = adapter.subject->zone_find_by_id(call.see.zone);
    MUST(zone == NULL || zone->zone_id == call.see.zone, "zone_find_by_id gives that zone");
    int result = call_return(&call, zone == NULL ? ENOENT : 0);
    if (zone != NULL) {
        keep_hold(op->arguments[1], zone, call.see.zone);
    }
    return result;
}

/* Something must keep the zone: here, a hold. It may be dead, and another one have its id. */
int
operate_zone_find_nolock(struct operation *op)
{
    struct slot *hold = slot_borrow(ROW_HOLD, op->arguments[0], SORT_ANY);
    if (hold == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_ZONE_FIND_NOLOCK);
    call.see.zone = hold->id;
    call_tell(&call);
    zone_t *zone = adapter.subject->zone_find_by_id_nolock(hold->id);
    int result = call_return(&call, zone == NULL ? ENOENT : 0);
    slot_return(hold);
    return result;
}

int
operate_zone_hold(struct operation *op)
{
    struct slot *hold = slot_borrow(ROW_HOLD, op->arguments[0], SORT_ANY);
    if (hold == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_ZONE_HOLD);
    call.see.zone = hold->id;
    call_tell(&call);
    adapter.subject->zone_hold(hold->object);
    (void)call_return(&call, 0);
    keep_hold(op->arguments[1], hold->object, hold->id);
    slot_return(hold);
    return 0;
}

int
operate_zone_rele(struct operation *op)
{
    struct slot hold;
    if (!slot_take(ROW_HOLD, op->arguments[0], SORT_ANY, &hold)) {
        return OPERATION_SKIPPED;
    }
    rele_hold(&hold);
    return 0;
}

int
operate_zone_status(struct operation *op)
{
    struct slot *hold = slot_borrow(ROW_HOLD, op->arguments[0], SORT_ANY);
    if (hold == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_ZONE_STATUS);
    call.see.zone = hold->id;
    call_tell(&call);
    zone_status_t status = adapter.subject->zone_status(hold->object);
    MUST(status >= ZONE_IS_READY && status <= ZONE_IS_DEAD, "a held zone is past its birth");
    op->value = (int32_t)status;
    (void)call_return(&call, 0);
    slot_return(hold);
    return 0;
}

/* --- the thread's own zone -------------------------------------------------------------------- */

/* A callback must leave its thread's zone as it found it, so there is no entering there. */
static bool
may_move(void)
{
    return adapter_task()->depth == 0;
}

int
operate_zone_go_home(void)
{
    struct task_record *task = adapter_task();
    if (!task->is_inside) {
        return 0;
    }
    struct zone_record *left = zone_record_find(task->entered);
    struct call call;
    call_init(&call, VERB_ZONE_LEAVE);
    call.see.zone = task->entered;
    call_tell(&call);
    int error = adapter.subject->zone_enter(NULL);
    MUST(error == 0, "a thread can always go back to zone 0");
    task->is_inside = false;
    task->entered = GLOBAL_ZONEID;
    if (left != NULL) {
        left->inside--;
    }
    return call_return(&call, error);
}

int
operate_zone_leave(struct operation *op)
{
    (void)op;
    if (!may_move() || !adapter_task()->is_inside) {
        return OPERATION_SKIPPED;
    }
    return operate_zone_go_home();
}

static int
enter(zone_t *zone, zoneid_t id)
{
    struct zone_record *record = zone_record_find(id);
    if (adapter_differs(CONTRACT_CURRENT_NEEDS_ZONE) && (record == NULL || record->detaching)) {
        return ENOENT;
    }
    if (record != NULL) {
        record->inside++; /* before the call: a destroy must not slip in */
    }
    struct call call;
    call_init(&call, VERB_ZONE_ENTER);
    call.see.zone = id;
    call_tell(&call);
    int error = adapter.subject->zone_enter(zone);
    if (error == 0) {
        adapter_task()->is_inside = true;
        adapter_task()->entered = id;
    } else if (record != NULL) {
        record->inside--;
    }
    return call_return(&call, error);
}

int
operate_zone_enter(struct operation *op)
{
    if (!may_move()) {
        return OPERATION_SKIPPED;
    }
    struct slot *hold = slot_borrow(ROW_HOLD, op->arguments[0], SORT_ANY);
    if (hold == NULL) {
        return OPERATION_SKIPPED;
    }
    int result = operate_zone_go_home();
    if (result == 0) {
        result = enter(hold->object, hold->id);
    }
    slot_return(hold);
    return result;
}

int
operate_zone_current(struct operation *op)
{
    (void)op;
    struct call call;
    call_init(&call, VERB_ZONE_CURRENT);
    call.see.zone = adapter_task()->entered;
    call_tell(&call);
    const zone_t *zone = adapter.subject->zone_current();
    MUST(zone->zone_id == call.see.zone, "zone_current gives the zone that the thread entered");
    return call_return(&call, 0);
}

int
operate_zone_is_valid(struct operation *op)
{
    (void)op;
    struct call call;
    call_init(&call, VERB_ZONE_IS_VALID);
    call_tell(&call);
    bool valid = adapter.subject->zone_is_valid();
    MUST(valid, "the zones are valid at any time");
    return call_return(&call, 0);
}
