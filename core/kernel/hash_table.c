/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Linear hashing. With n buckets and p the largest power of two not above n, a hash belongs to its
 * bucket modulo 2p if there is one, else modulo p. So growing splits bucket n - p, and shrinking
 * joins the last bucket to that one: nothing else moves. There are at least as many buckets as
 * nodes, unless memory was missing, and at most twice as many once removals have caught up.
 */
#include "kernel/hash_table.h"

/* Removing a node joins up to this many buckets: faster than insertions made them. */
#define JOINS_PER_REMOVAL 4

static size_t
power_not_above(size_t n)
{
    return (size_t)1 << (63 - __builtin_clzll((unsigned long long)n));
}

static size_t
segment_of(size_t bucket)
{
    return (size_t)__builtin_ctzll((unsigned long long)power_not_above(bucket)) -
           (size_t)__builtin_ctzll(KERNEL_TABLE_BUCKETS_MIN);
}

static size_t
segment_size(size_t segment)
{
    return ((size_t)KERNEL_TABLE_BUCKETS_MIN << segment) * sizeof(struct kernel_table_node *);
}

static struct kernel_table_node **
bucket_at(const struct kernel_table *table, size_t bucket)
{
    if (bucket < KERNEL_TABLE_BUCKETS_MIN) {
        return (struct kernel_table_node **)&table->first_buckets[bucket];
    }
    return &table->segments[segment_of(bucket)][bucket - power_not_above(bucket)];
}

static size_t
bucket_of(const struct kernel_table *table, uint64_t hash)
{
    size_t power = power_not_above(table->bucket_count);
    size_t bucket = (size_t)hash & (2 * power - 1);

    return bucket < table->bucket_count ? bucket : bucket & (power - 1);
}

static void
grow(struct kernel_table *table)
{
    size_t fresh = table->bucket_count;
    size_t segment = segment_of(fresh);
    struct kernel_table_node **from, **to;

    if (segment >= KERNEL_TABLE_SEGMENTS) {
        return;
    }
    if (table->segments[segment] == NULL) {
        table->segments[segment] =
            kernel_zalloc("kernel_table", segment_size(segment), KERNEL_NOSLEEP);
        if (table->segments[segment] == NULL) {
            return;
        }
    }
    table->bucket_count++;
    from = bucket_at(table, fresh - power_not_above(fresh));
    to = bucket_at(table, fresh);
    while (*from != NULL) {
        struct kernel_table_node *node = *from;

        if (bucket_of(table, node->hash) == fresh) {
            *from = node->next;
            node->next = NULL;
            *to = node;
            to = &node->next;
        } else {
            from = &node->next;
        }
    }
}

static void
shrink(struct kernel_table *table)
{
    size_t last = table->bucket_count - 1;
    size_t power = power_not_above(last);
    struct kernel_table_node **to = bucket_at(table, last - power);
    struct kernel_table_node **from = bucket_at(table, last);

    while (*to != NULL) {
        to = &(*to)->next;
    }
    *to = *from;
    *from = NULL;
    table->bucket_count--;
    if (last == power) {
        size_t segment = segment_of(last);

        kernel_free(table->segments[segment], segment_size(segment));
        table->segments[segment] = NULL;
    }
}

void
kernel_table_init(struct kernel_table *table)
{
    *table = (struct kernel_table){.bucket_count = KERNEL_TABLE_BUCKETS_MIN};
}

void
kernel_table_fini(struct kernel_table *table)
{
    VERIFY(table->count == 0);
    while (table->bucket_count > KERNEL_TABLE_BUCKETS_MIN) {
        shrink(table);
    }
}

void
kernel_table_insert(struct kernel_table *table, struct kernel_table_node *node, uint64_t hash)
{
    struct kernel_table_node **bucket;

    if (++table->count > table->bucket_count) {
        grow(table);
    }
    bucket = bucket_at(table, bucket_of(table, hash));
    node->hash = hash;
    node->next = *bucket;
    *bucket = node;
}

void
kernel_table_remove(struct kernel_table *table, struct kernel_table_node *node)
{
    struct kernel_table_node **place = bucket_at(table, bucket_of(table, node->hash));

    while (*place != node) {
        VERIFY(*place != NULL);
        place = &(*place)->next;
    }
    *place = node->next;
    node->next = NULL;
    table->count--;

    for (int i = 0; i < JOINS_PER_REMOVAL && table->bucket_count > KERNEL_TABLE_BUCKETS_MIN &&
                    table->bucket_count > 2 * table->count;
         i++) {
        shrink(table);
    }
}

struct kernel_table_node *
kernel_table_first(const struct kernel_table *table, uint64_t hash)
{
    struct kernel_table_node *node = *bucket_at(table, bucket_of(table, hash));

    while (node != NULL && node->hash != hash) {
        node = node->next;
    }
    return node;
}

struct kernel_table_node *
kernel_table_next(const struct kernel_table_node *node)
{
    struct kernel_table_node *next = node->next;

    while (next != NULL && next->hash != node->hash) {
        next = next->next;
    }
    return next;
}

uint64_t
kernel_hash_number(uint64_t number)
{
    /* The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return number ^ (number >> 31);
}

uint64_t
kernel_hash_string(uint64_t hash, const char *string)
{
    for (; *string != '\0'; string++) {
        hash = (hash ^ (unsigned char)*string) * 0x100000001b3u;
    }
    return kernel_hash_number(hash);
}
