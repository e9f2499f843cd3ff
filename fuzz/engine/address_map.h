/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From addresses to numbers, emptied at the cost of one addition: what executions look up at every access.
 */
#ifndef ENGINE_ADDRESS_MAP_H
#define ENGINE_ADDRESS_MAP_H

#include <stddef.h>
#include <stdint.h>

struct address_map {
    struct address_entry *entries; /* capacity, a power of two; NULL: none yet */
    size_t capacity, count;
    uint32_t generation; /* of the entries that are in it; others are free */
};

struct address_entry {
    uintptr_t key;
    uint32_t generation;
    uint32_t value;
};

void address_map_clear(struct address_map *map);

/* Where the number of a key is, or NULL. Valid until the next put, which may move all. */
uint32_t *address_map_find(const struct address_map *map, uintptr_t key);

/* The same, of a key that is new with the number 0. Ends the process without memory. */
uint32_t *address_map_put(struct address_map *map, uintptr_t key);

#endif
