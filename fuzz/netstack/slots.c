/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finding, borrowing, taking and putting: the same for all rows of slots.
 */
#include "netstack/slots.h"

#include <string.h>

struct slots slots;

static const uint16_t row_sizes[ROW_COUNT] = {
    [ROW_HELD] = SLOTS_HELD,
    [ROW_KSTAT] = SLOTS_KSTAT,
    [ROW_CRED] = SLOTS_CRED,
    [ROW_HOLD] = SLOTS_HOLD,
};

void
slots_begin(void)
{
    memset(&slots, 0, sizeof(slots));
    for (uint32_t i = 1; i < SLOTS_ZONE; i++) {
        slots.zones[i] = ZONE_NONE;
    }
}

zoneid_t
slots_zone(uint16_t slot)
{
    const struct callback *own = adapter_own();
    if (own != NULL) {
        return own->zone;
    }
    for (uint32_t i = 0; i < SLOTS_ZONE; i++) {
        zoneid_t id = slots.zones[(slot + i) % SLOTS_ZONE];
        if (id != ZONE_NONE) {
            return id;
        }
    }
    return GLOBAL_ZONEID;
}

zoneid_t
slots_own_zone(uint16_t index)
{
    const struct callback *own = adapter_own();
    if (own != NULL) {
        return own->zone;
    }
    for (uint32_t i = 0; i < SLOTS_ZONE - 1; i++) {
        zoneid_t id = slots.zones[1 + (index + i) % (SLOTS_ZONE - 1)];
        if (id != ZONE_NONE) {
            return id;
        }
    }
    return ZONE_NONE;
}

static bool
is_of_sort(const struct slot *slot, enum slot_sort sort)
{
    return slot->object != NULL && (sort == SORT_ANY || slot->sort == sort);
}

struct slot *
slot_borrow(enum slot_row row, uint16_t index, enum slot_sort sort)
{
    for (uint32_t i = 0; slots.full[row] > 0 && i < row_sizes[row]; i++) {
        struct slot *slot = &slots.rows[row][(index + i) % row_sizes[row]];
        if (is_of_sort(slot, sort)) {
            slot->borrowers++;
            handover_take(&slot->handover);
            return slot;
        }
    }
    return NULL;
}

void
slot_return(struct slot *slot)
{
    handover_give(&slot->handover);
    slot->borrowers--;
}

void
slot_clear(struct slot *slot, struct slot *taken)
{
    handover_take(&slot->handover);
    *taken = *slot;
    slot->object = NULL;
    slots.full[(slot - &slots.rows[0][0]) / ROW_SLOTS_MAX]--;
}

bool
slot_take(enum slot_row row, uint16_t index, enum slot_sort sort, struct slot *taken)
{
    for (uint32_t i = 0; slots.full[row] > 0 && i < row_sizes[row]; i++) {
        struct slot *slot = &slots.rows[row][(index + i) % row_sizes[row]];
        if (is_of_sort(slot, sort) && slot->borrowers == 0) {
            slot_clear(slot, taken);
            return true;
        }
    }
    return false;
}

bool
slot_put(enum slot_row row, uint16_t index, struct slot put)
{
    for (uint32_t i = 0; i < row_sizes[row]; i++) {
        struct slot *slot = &slots.rows[row][(index + i) % row_sizes[row]];
        if (slot->object == NULL) {
            put.borrowers = 0;
            put.handover = slot->handover;
            *slot = put;
            slots.full[row]++;
            handover_give(&slot->handover);
            return true;
        }
    }
    return false;
}
