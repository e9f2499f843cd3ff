/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The bare table, made and unmade.
 */
#include "bench_bare.h"

#include "bench_world.h"

static void
insert(struct bare_table *table, enum bare_hash hash, int key)
{
    uint64_t slot = bare_slot(table, hash, key);
    while (table->slots[slot].element != NULL) {
        slot = (slot + 1) & (table->slot_count - 1);
    }
    struct bare_element *element = bench_zalloc(1, sizeof *element);
    element->key = key;
    table->slots[slot] = (struct bare_slot){.key = key, .element = element};
}

void
bare_table_init(struct bare_table *table, enum bare_hash hash, const int *keys, uint32_t count)
{
    *table = (struct bare_table){.slot_count = 2, .shift = 63};
    while (table->slot_count < 2 * (uint64_t)count) {
        table->slot_count *= 2;
        table->shift--;
    }
    table->slots = bench_zalloc(table->slot_count, sizeof *table->slots);
    for (uint32_t i = 0; i < count; i++) {
        insert(table, hash, keys[i]);
    }
}

void
bare_table_fini(struct bare_table *table)
{
    for (uint64_t i = 0; i < table->slot_count; i++) {
        free(table->slots[i].element);
    }
    free(table->slots);
}
