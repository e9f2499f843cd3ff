/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kstats, of stacks and of zones. Each has one owner at a time, who alone deletes it.
 */
#include "netstack/operate.h"

/*
 * The same names for all, so that they are in each other's way; but not where a subject that is
 * compared passes over an add that fails for that.
 */
static const char *
name_of(uint16_t name, char owner)
{
    static const char *const names[3][KSTAT_NAMES] = {
        {"k0", "k1", "k2", "k3"}, {"e0", "e1", "e2", "e3"}, {"z0", "z1", "z2", "z3"}};
    bool apart = adapter.peer != NULL && adapter_differs(CONTRACT_KSTAT_ADD_IGNORED);
    return names[!apart || owner == 'k' ? 0 : owner == 'e' ? 1 : 2][name];
}

static int
delete_of_stack(const struct slot *slot)
{
    struct call call;
    call_init(&call, VERB_KSTAT_DELETE_STACK);
    call.see.zone = slot->id;
    call.see.kstat = heddle_object_of(slot->object);
    call_tell(&call);
    int error = adapter.subject->kstat_delete(slot->object, slot->id);
    MUST(error == 0, "a kstat of a stack that exists is deleted");
    slots.kstat_stale = slot->object;
    return call_return(&call, error);
}

static int
delete_of_zone(const struct slot *slot)
{
    struct call call;
    call_init(&call, VERB_KSTAT_DELETE_ZONE);
    call.see.kstat = heddle_object_of(slot->object);
    call_tell(&call);
    adapter.subject->kstat_delete_zone(slot->object);
    slots.kstat_stale = slot->object;
    return call_return(&call, 0);
}

static void
keep(uint16_t index, struct slot kstat)
{
    if (!slot_put(ROW_KSTAT, index, kstat)) {
        (void)(kstat.sort == SORT_OF_STACK ? delete_of_stack(&kstat) : delete_of_zone(&kstat));
    }
}

/* --- of stacks -------------------------------------------------------------------------------- */

int
operate_kstat_create_stack(struct operation *op)
{
    zoneid_t zone = slots_zone(op->arguments[1]);
    const struct zone_record *record = zone_record_find(zone);
    int stackid = record != NULL && record->exclusive ? zone : 0;
    struct call call;
    call_init(&call, VERB_KSTAT_CREATE_STACK);
    call.see.zone = stackid;
    call_tell(&call);
    kstat_t *ks = adapter.subject->kstat_create(name_of(op->arguments[0], stackid == 0 ? 'k' : 'e'),
                                                0, stackid);
    call.see.kstat = heddle_object_of(ks);
    int result = call_return(&call, ks == NULL ? ENOMEM : 0);
    if (ks != NULL) {
        keep(op->arguments[2], (struct slot){.object = ks, .id = stackid, .sort = SORT_OF_STACK});
    }
    return result;
}

int
operate_kstat_delete_stack(struct operation *op)
{
    struct slot kstat;
    if (!slot_take(ROW_KSTAT, op->arguments[0], SORT_OF_STACK, &kstat)) {
        return OPERATION_SKIPPED;
    }
    return delete_of_stack(&kstat);
}

/* Memory is not used twice in an execution, so this pointer is nobody's. */
int
operate_kstat_delete_stale(struct operation *op)
{
    (void)op;
    if (slots.kstat_stale == NULL) {
        return OPERATION_SKIPPED;
    }
    if (adapter_differs(CONTRACT_KSTAT_DELETE_ASSERTS)) {
        return EINVAL;
    }
    struct call call;
    call_init(&call, VERB_KSTAT_DELETE_STALE);
    call_tell(&call);
    int error = adapter.subject->kstat_delete(slots.kstat_stale, 0);
    MUST(error == EINVAL, "deleting a kstat that is not there answers EINVAL");
    return call_return(&call, error);
}

/* --- of zones --------------------------------------------------------------------------------- */

int
operate_kstat_create_zone(struct operation *op)
{
    struct call call;
    call_init(&call, VERB_KSTAT_CREATE_ZONE);
    call.see.zone = slots_zone(op->arguments[1]);
    call_tell(&call);
    kstat_t *ks =
        adapter.subject->kstat_create_zone(name_of(op->arguments[0], 'z'), 0, call.see.zone);
    call.see.kstat = heddle_object_of(ks);
    int result = call_return(&call, ks == NULL ? ENOMEM : 0);
    if (ks != NULL) {
        keep(op->arguments[2], (struct slot){.object = ks, .sort = SORT_OF_ZONE});
    }
    return result;
}

int
operate_kstat_delete_zone(struct operation *op)
{
    struct slot kstat;
    if (!slot_take(ROW_KSTAT, op->arguments[0], SORT_OF_ZONE, &kstat)) {
        return OPERATION_SKIPPED;
    }
    return delete_of_zone(&kstat);
}

enum sight { SIGHT_ADD, SIGHT_REMOVE, SIGHT_FIND };

/* Only the kstats of zones: those of stacks are the netstack's to show. */
static int
change_sight(struct operation *op, enum netstack_verb verb, enum sight what)
{
    enum slot_sort sort = what == SIGHT_FIND ? SORT_ANY : SORT_OF_ZONE;
    struct slot *kstat = slot_borrow(ROW_KSTAT, op->arguments[0], sort);
    if (kstat == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, verb);
    call.see.zone = slots_zone(op->arguments[1]);
    call.see.kstat = heddle_object_of(kstat->object);
    call_tell(&call);
    int result = 0;
    if (what == SIGHT_ADD) {
        result = adapter.subject->kstat_zone_add(kstat->object, call.see.zone);
    } else if (what == SIGHT_REMOVE) {
        adapter.subject->kstat_zone_remove(kstat->object, call.see.zone);
    } else if (!adapter.subject->kstat_zone_find(kstat->object, call.see.zone)) {
        result = ENOENT;
    }
    (void)call_return(&call, result);
    slot_return(kstat);
    return result;
}

int
operate_kstat_zone_add(struct operation *op)
{
    return change_sight(op, VERB_KSTAT_ZONE_ADD, SIGHT_ADD);
}

int
operate_kstat_zone_remove(struct operation *op)
{
    return change_sight(op, VERB_KSTAT_ZONE_REMOVE, SIGHT_REMOVE);
}

int
operate_kstat_zone_find(struct operation *op)
{
    return change_sight(op, VERB_KSTAT_ZONE_FIND, SIGHT_FIND);
}

int
operate_kstat_is_valid(struct operation *op)
{
    struct slot *kstat = slot_borrow(ROW_KSTAT, op->arguments[0], SORT_ANY);
    struct call call;
    call_init(&call, VERB_KSTAT_IS_VALID);
    call_tell(&call);
    bool valid = adapter.subject->kstat_is_valid();
    MUST(valid, "the kstats are valid at any time");
    bool exists = kstat == NULL || adapter.subject->kstat_exists(kstat->object);
    MUST(exists, "a kstat exists until its owner deletes it");
    if (kstat != NULL) {
        slot_return(kstat);
    }
    return call_return(&call, 0);
}
