/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Open addressing, linear probing, at most half full. An entry of an earlier generation is a free one, so
 * nothing is ever removed but all at once.
 */
#include "engine/address_map.h"

#include <stdio.h>
#include <stdlib.h>

#define CAPACITY_FIRST 4096

void
address_map_clear(struct address_map *map)
{
    map->count = 0;
    map->generation++;
    if (map->generation == 0) {
        /* Once in four thousand million executions old entries would seem new. */
        free(map->entries);
        *map = (struct address_map){.generation = 1};
    }
}

static struct address_entry *
find_place(const struct address_map *map, uintptr_t key)
{
    size_t place = (size_t)(key * 0x9e3779b97f4a7c15u >> 32);
    for (;; place++) {
        struct address_entry *entry = &map->entries[place & (map->capacity - 1)];
        if (entry->generation != map->generation || entry->key == key) {
            return entry;
        }
    }
}

uint32_t *
address_map_find(const struct address_map *map, uintptr_t key)
{
    if (map->count == 0) {
        return NULL;
    }
    struct address_entry *entry = find_place(map, key);
    return entry->generation == map->generation ? &entry->value : NULL;
}

static void
grow(struct address_map *map)
{
    struct address_map larger = {.capacity =
                                     map->capacity == 0 ? CAPACITY_FIRST : map->capacity * 2,
                                 .count = map->count,
                                 .generation = map->generation == 0 ? 1 : map->generation};
    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    if (larger.entries == NULL) {
        fputs("heddle: no memory to watch loads and stores\n", stderr);
        exit(4);
    }
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->entries[i].generation == map->generation) {
            *find_place(&larger, map->entries[i].key) = map->entries[i];
        }
    }
    free(map->entries);
    *map = larger;
}

uint32_t *
address_map_put(struct address_map *map, uintptr_t key)
{
    if (map->count * 2 >= map->capacity) {
        grow(map);
    }
    struct address_entry *entry = find_place(map, key);
    if (entry->generation != map->generation) {
        *entry = (struct address_entry){.key = key, .generation = map->generation};
        map->count++;
    }
    return &entry->value;
}
