/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Hash tables whose nodes lie inside the elements. They grow and shrink by a bucket at a time
 * (Litwin's linear hashing, VLDB 1980), so no operation is slow; where memory to grow is missing
 * they only get slower. The caller's lock guards them.
 */
#ifndef KERNEL_HASH_TABLE_H
#define KERNEL_HASH_TABLE_H

#include "kernel/kernel.h"

#define KERNEL_TABLE_BUCKETS_MIN 64 /* a power of two; these need no allocation */
#define KERNEL_TABLE_SEGMENTS    26

struct kernel_table_node {
    struct kernel_table_node *next;
    uint64_t hash;
};

struct kernel_table {
    size_t count;
    size_t bucket_count;
    struct kernel_table_node *first_buckets[KERNEL_TABLE_BUCKETS_MIN];
    /* Segment i holds the KERNEL_TABLE_BUCKETS_MIN << i buckets from that number on. */
    struct kernel_table_node **segments[KERNEL_TABLE_SEGMENTS];
};

void kernel_table_init(struct kernel_table *table);
void kernel_table_fini(struct kernel_table *table); /* Requires: empty. */
void kernel_table_insert(struct kernel_table *table, struct kernel_table_node *node, uint64_t hash);
void kernel_table_remove(struct kernel_table *table, struct kernel_table_node *node);

/* The nodes of one hash, one after the other; NULL: no more. */
struct kernel_table_node *kernel_table_first(const struct kernel_table *table, uint64_t hash);
struct kernel_table_node *kernel_table_next(const struct kernel_table_node *node);

/* A number spread over all bits, one to one; the bytes of a string, on top of an earlier hash. */
uint64_t kernel_hash_number(uint64_t number);
uint64_t kernel_hash_string(uint64_t hash, const char *string);

#endif
