/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the core is measured against where no other netstack would do: the least that a lookup with a
 * reference can be, for one thread and without any promise. A table of open addressing, at most half
 * full: linear probing, 16 bytes a slot. Its elements are as big as a stack may be, on the heap one by
 * one, each with its counter inside. Everything is inlined into the loop that measures it.
 *
 * Two hashes. The bound is to the general one, which mixes whatever keys there are: SplitMix64's finaliser
 * (Steele, Lea, Flood, OOPSLA 2014), which kernel_hash_number is too. The other is made for keys in
 * a row, as a fresh machine's ids are: multiplicative hashing (Knuth, TAOCP 6.4) lays them out without
 * one collision, and then a loop of lookups that has nothing else to do overlaps a dozen cache misses, as
 * no function of a hundred instructions can.
 */
#ifndef TESTS_BENCH_BARE_H
#define TESTS_BENCH_BARE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum bare_hash { BARE_GENERAL, BARE_IN_A_ROW };

struct bare_element {
    int key;
    _Atomic uint64_t count;
    char rest[496]; /* 512 bytes in all */
};

struct bare_table {
    struct bare_slot {
        int key;
        struct bare_element *element; /* NULL: empty */
    } * slots;
    uint64_t slot_count; /* a power of two */
    unsigned shift;      /* 64 - log2(slot_count) */
};

/* A table of these keys, each once. */
void bare_table_init(struct bare_table *table, enum bare_hash hash, const int *keys,
                     uint32_t count);
void bare_table_fini(struct bare_table *table);

static inline uint64_t
bare_slot(const struct bare_table *table, enum bare_hash hash, int key)
{
    uint64_t number = (uint32_t)key;
    if (hash == BARE_IN_A_ROW) {
        return (number * UINT64_C(0x9e3779b97f4a7c15)) >> table->shift;
    }
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (number ^ (number >> 31)) >> table->shift;
}

/* Requires: the key is there; the same hash as at init. */
static inline struct bare_element *
bare_find(const struct bare_table *table, enum bare_hash hash, int key)
{
    uint64_t slot = bare_slot(table, hash, key);
    while (table->slots[slot].key != key || table->slots[slot].element == NULL) {
        slot = (slot + 1) & (table->slot_count - 1);
    }
    return table->slots[slot].element;
}

/* Acquire and release, as the seam's atomics do both. */
static inline void
bare_hold(struct bare_element *element)
{
    atomic_fetch_add_explicit(&element->count, 1, memory_order_acq_rel);
}

static inline void
bare_rele(struct bare_element *element)
{
    atomic_fetch_sub_explicit(&element->count, 1, memory_order_acq_rel);
}

#endif
