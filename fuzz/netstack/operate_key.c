/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Keys of zone data. A key's callbacks are those of its slot, so a slot has one key at a time.
 */
#include "netstack/operate.h"

int
operate_zone_key_create(struct operation *op)
{
    struct key_slot *slot = &slots.keys[op->arguments[0]];
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    if (slot->state != KEY_FREE) {
        return OPERATION_SKIPPED;
    }
    slot->state = KEY_CALLED;
    const struct key_shims *shims = &key_shims[op->arguments[0]];
    struct call call;
    call_init(&call, VERB_ZONE_KEY_CREATE);
    call_tell(&call);
    int error = adapter.subject->zone_key_create(
        &slot->key, shims->create, op->arguments[1] == 0 ? shims->shutdown : NULL, shims->destroy);
    slot->state = error == 0 ? KEY_STANDS : KEY_FREE;
    return call_return(&call, error);
}

int
operate_zone_key_create_bad(struct operation *op)
{
    (void)op;
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    zone_key_t key = ZONE_KEY_NONE;
    struct call call;
    call_init(&call, VERB_ZONE_KEY_CREATE_BAD);
    call_tell(&call);
    int error = adapter.subject->zone_key_create(&key, NULL, NULL, NULL);
    MUST(error != 0, "a key is not created without a create callback");
    return call_return(&call, error);
}

/* Any number of threads may delete one key at a time: one of them does. */
int
operate_zone_key_delete(struct operation *op)
{
    if (adapter_must_not_block()) {
        return EDEADLK;
    }
    struct key_slot *slot = NULL;
    for (uint32_t i = 0; i < SLOTS_KEY && slot == NULL; i++) {
        struct key_slot *next = &slots.keys[(op->arguments[0] + i) % SLOTS_KEY];
        slot = next->state == KEY_STANDS ? next : NULL;
    }
    if (slot == NULL) {
        return OPERATION_SKIPPED;
    }
    zone_key_t key = slot->key;
    struct call call;
    call_init(&call, VERB_ZONE_KEY_DELETE);
    call_tell(&call);
    int error = adapter.subject->zone_key_delete(key);
    if (error == 0 && slot->key == key) {
        slot->state = KEY_FREE;
    }
    return call_return(&call, error);
}

int
operate_zone_getspecific(struct operation *op)
{
    const struct key_slot *slot = &slots.keys[op->arguments[0]];
    struct slot *hold = slot_borrow(ROW_HOLD, op->arguments[1], SORT_ANY);
    if (hold == NULL) {
        return OPERATION_SKIPPED;
    }
    struct call call;
    call_init(&call, VERB_ZONE_GETSPECIFIC);
    call.see.zone = hold->id;
    call_tell(&call);
    const void *data = adapter.subject->zone_getspecific(slot->key, hold->object);
    int result = call_return(&call, data == NULL ? ENOENT : 0);
    slot_return(hold);
    return result;
}
