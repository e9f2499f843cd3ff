/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table from ids to stacks: linear hashing (W. Litwin, VLDB 1980) with buckets of one cache
 * line that hold the ids themselves, so that a lookup among a million stacks misses the cache
 * twice: for the bucket, and for the stack that it finds. (kernel/hash_table.h chains elements,
 * and would look into every stack of the chain.) It moves one bucket's stacks an insertion, and
 * without memory it does not grow, and works on with fuller buckets.
 *
 * Invariants: with n buckets and p the greatest power of two not above n, hash h belongs to bucket
 * h mod 2p if there is one, else to h mod p. A bucket's places are filled from the first on, and
 * all of them before a stack overflows.
 */
#include "netstack_impl.h"

#define BASE NETSTACK__ID_BUCKETS_MIN

static uint64_t
count_of_buckets(const struct netstack__id_table *table)
{
    return BASE + table->opened;
}

/* The greatest power of two that is not above a number. Requires: it is not 0. */
static uint64_t
power_not_above(uint64_t number)
{
    return UINT64_C(1) << (63 - __builtin_clzll(number));
}

/* Multiplicative hashing (Knuth, TAOCP 6.4), its better bits folded into the lower ones. */
static uint64_t
hash_of(netstackid_t id)
{
    uint64_t product = (uint32_t)id * UINT64_C(0x9e3779b97f4a7c15);
    return product ^ (product >> 32);
}

static unsigned
segment_of(uint64_t bucket)
{
    return (unsigned)(63 - __builtin_clzll(bucket / BASE));
}

static size_t
segment_size(unsigned segment)
{
    return ((size_t)BASE << segment) * sizeof(struct netstack__id_bucket);
}

static struct netstack__id_bucket *
bucket_at(struct netstack__id_table *table, uint64_t bucket)
{
    if (bucket < BASE) {
        return &table->base[bucket];
    }
    unsigned segment = segment_of(bucket);
    return &table->segments[segment][bucket - ((uint64_t)BASE << segment)];
}

static struct netstack__id_bucket *
bucket_of(struct netstack__id_table *table, netstackid_t id)
{
    uint64_t count = count_of_buckets(table);
    uint64_t power = power_not_above(count);
    uint64_t bucket = hash_of(id) & (2 * power - 1);
    return bucket_at(table, bucket < count ? bucket : bucket & (power - 1));
}

struct netstack__stack *
netstack__id_find(struct netstack__id_table *table, netstackid_t id)
{
    const struct netstack__id_bucket *bucket = bucket_of(table, id);
    for (unsigned i = 0; i < NETSTACK__ID_PLACES; i++) {
        /* An empty place holds id 0 and no stack; none of the right id comes behind it. */
        if (bucket->ids[i] == id) {
            return bucket->stacks[i];
        }
    }
    struct netstack__stack *stack = bucket->overflow;
    while (stack != NULL && stack->shown.netstack_stackid != id) {
        stack = stack->id_next;
    }
    return stack;
}

/* Puts a stack into its bucket. */
static void
place(struct netstack__id_table *table, struct netstack__stack *stack)
{
    netstackid_t id = stack->shown.netstack_stackid;
    struct netstack__id_bucket *bucket = bucket_of(table, id);
    for (unsigned i = 0; i < NETSTACK__ID_PLACES; i++) {
        if (bucket->stacks[i] == NULL) {
            bucket->ids[i] = id;
            bucket->stacks[i] = stack;
            return;
        }
    }
    stack->id_next = bucket->overflow;
    bucket->overflow = stack;
}

/* Places the stacks of a bucket anew. */
static void
spread(struct netstack__id_table *table, struct netstack__id_bucket *bucket)
{
    struct netstack__id_bucket old = *bucket;
    *bucket = (struct netstack__id_bucket){.overflow = NULL};
    for (unsigned i = 0; i < NETSTACK__ID_PLACES && old.stacks[i] != NULL; i++) {
        place(table, old.stacks[i]);
    }
    while (old.overflow != NULL) {
        struct netstack__stack *stack = old.overflow;
        old.overflow = stack->id_next;
        stack->id_next = NULL;
        place(table, stack);
    }
}

/* Opens one more bucket, and spreads the one whose share it takes. */
static void
grow(struct netstack__id_table *table)
{
    uint64_t opened = count_of_buckets(table);
    uint64_t power = power_not_above(opened);
    if (opened == power) {
        unsigned segment = segment_of(opened);
        void *memory = NULL;
        if (segment < NETSTACK__ID_SEGMENTS) {
            memory = kernel_zalloc("netstack_table", segment_size(segment), KERNEL_NOSLEEP);
        }
        if (memory == NULL) {
            return;
        }
        table->segments[segment] = memory;
    }
    table->opened++;
    spread(table, bucket_at(table, opened - power));
}

/* Closes the last bucket; its stacks go back to the one that it was split from. */
static void
shrink(struct netstack__id_table *table)
{
    uint64_t closed = count_of_buckets(table) - 1;
    struct netstack__id_bucket *bucket = bucket_at(table, closed);
    table->opened--;
    spread(table, bucket);
    if (closed == power_not_above(closed)) {
        unsigned segment = segment_of(closed);
        kernel_free(table->segments[segment], segment_size(segment));
        table->segments[segment] = NULL;
    }
}

void
netstack__id_insert(struct netstack__id_table *table, struct netstack__stack *stack)
{
    VERIFY(netstack__id_find(table, stack->shown.netstack_stackid) == NULL);
    place(table, stack);
    /* One and a half a bucket: where it is not split yet, three, in four places. */
    if (2 * ++table->count > 3 * count_of_buckets(table)) {
        grow(table);
    }
}

/* Takes a stack out of its bucket's overflow. */
static void
remove_overflow(struct netstack__id_bucket *bucket, struct netstack__stack *stack)
{
    struct netstack__stack **link = &bucket->overflow;
    while (*link != stack) {
        VERIFY(*link != NULL);
        link = &(*link)->id_next;
    }
    *link = stack->id_next;
    stack->id_next = NULL;
}

/* Takes the stack out of a place, and moves the last one there: one that overflowed, if any. */
static void
remove_place(struct netstack__id_bucket *bucket, unsigned place)
{
    struct netstack__stack *moved = bucket->overflow;
    if (moved != NULL) {
        remove_overflow(bucket, moved);
        bucket->ids[place] = moved->shown.netstack_stackid;
        bucket->stacks[place] = moved;
        return;
    }
    unsigned last = NETSTACK__ID_PLACES - 1;
    while (bucket->stacks[last] == NULL) {
        last--;
    }
    bucket->ids[place] = bucket->ids[last];
    bucket->stacks[place] = bucket->stacks[last];
    bucket->ids[last] = 0;
    bucket->stacks[last] = NULL;
}

void
netstack__id_remove(struct netstack__id_table *table, struct netstack__stack *stack)
{
    struct netstack__id_bucket *bucket = bucket_of(table, stack->shown.netstack_stackid);
    unsigned i = 0;
    while (i < NETSTACK__ID_PLACES && bucket->stacks[i] != stack) {
        i++;
    }
    if (i < NETSTACK__ID_PLACES) {
        remove_place(bucket, i);
    } else {
        remove_overflow(bucket, stack);
    }
    table->count--;
    /* At most two: each removal leaves two buckets a stack. A third of what makes it grow. */
    while (table->opened > 0 && 2 * table->count < count_of_buckets(table)) {
        shrink(table);
    }
}
