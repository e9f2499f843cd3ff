/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finding stacks: the table of ids, in shards with a lock each so that lookups scale, and the
 * public lookups on it. A lookup has the shard's lock until it has its reference; unlink takes the
 * stack out under that lock before its memory may go: so what a lookup reads is there (stack.c, 3).
 * The zone that a lookup goes by is used for its id and flags only, never for the pointer to its
 * stack.
 */
#include "kernel/list.h"
#include "netstack_impl.h"

#define SHARD_COUNT 8u

/* Each in cache lines of its own: threads with different shards do not disturb each other. */
struct shard {
    _Alignas(64) kernel_mutex_t lock;
    struct kernel_table by_id; /* lock: every listed stack */
};
static struct shard shards[SHARD_COUNT];

static uint64_t
hash_of(netstackid_t id)
{
    return kernel_hash_number((uint32_t)id);
}

/* By the high bits: the low ones choose a bucket. */
static struct shard *
shard_of(uint64_t hash)
{
    return &shards[hash >> 61];
}
_Static_assert(SHARD_COUNT == 1u << (64 - 61), "shard_of uses three bits");

void
netstack__lookup_start(void)
{
    for (unsigned i = 0; i < SHARD_COUNT; i++) {
        kernel_mutex_init(&shards[i].lock, "netstack_shard");
        kernel_table_init(&shards[i].by_id);
    }
}

/* The stack of an id, listed, or NULL. Requires: its shard's lock. The hash is one to one. */
static struct netstack__stack *
listed(struct shard *shard, uint64_t hash)
{
    struct kernel_table_node *node = kernel_table_first(&shard->by_id, hash);
    return node != NULL ? KERNEL_CONTAINER_OF(node, struct netstack__stack, by_id) : NULL;
}

void
netstack__lookup_insert(struct netstack__stack *stack)
{
    uint64_t hash = hash_of(stack->shown.netstack_stackid);
    struct shard *shard = shard_of(hash);
    kernel_mutex_enter(&shard->lock);
    VERIFY(listed(shard, hash) == NULL);
    kernel_table_insert(&shard->by_id, &stack->by_id, hash);
    kernel_mutex_exit(&shard->lock);
}

void
netstack__lookup_remove(struct netstack__stack *stack)
{
    struct shard *shard = shard_of(hash_of(stack->shown.netstack_stackid));
    kernel_mutex_enter(&shard->lock);
    kernel_table_remove(&shard->by_id, &stack->by_id);
    kernel_mutex_exit(&shard->lock);
}

static netstack_t *
find(netstackid_t id, kernel_site_t site)
{
    uint64_t hash = hash_of(id);
    struct shard *shard = shard_of(hash);
    kernel_mutex_enter(&shard->lock);
    struct netstack__stack *stack = listed(shard, hash);
    bool found = stack != NULL && netstack__ref_if_active(stack);
    kernel_mutex_exit(&shard->lock);
    if (!found) {
        return NULL;
    }
    netstack__ref_taken(stack, NULL, site);
    return &stack->shown;
}

netstack_t *
netstack_find_by_stackid(netstackid_t id)
{
    return find(id, KERNEL_HERE);
}

bool
netstack_inuse_by_stackid(netstackid_t id)
{
    uint64_t hash = hash_of(id);
    struct shard *shard = shard_of(hash);
    kernel_mutex_enter(&shard->lock);
    bool inuse = listed(shard, hash) != NULL;
    kernel_mutex_exit(&shard->lock);
    return inuse;
}

static netstack_t *
find_by_zoneid(zoneid_t id, kernel_site_t site)
{
    zone_t *zone = zone_find_by_id(id);
    if (zone == NULL) {
        return NULL;
    }
    netstack_t *ns = find(netstack__stackid_of(zone), site);
    zone_rele(zone);
    return ns;
}

netstack_t *
netstack_find_by_zoneid(zoneid_t zone)
{
    return find_by_zoneid(zone, KERNEL_HERE);
}

netstack_t *
netstack_find_by_zoneid_nolock(zoneid_t id)
{
    zone_t *zone = zone_find_by_id_nolock(id);
    return zone != NULL ? find(netstack__stackid_of(zone), KERNEL_HERE) : NULL;
}

netstack_t *
netstack_find_by_cred(const cred_t *cred)
{
    zoneid_t zone = crgetzoneid(cred);
    return find_by_zoneid(zone == ZONEID_NONE ? GLOBAL_ZONEID : zone, KERNEL_HERE);
}

netstack_t *
netstack_get_current(void)
{
    return find(netstack__stackid_of(zone_current()), KERNEL_HERE);
}

zoneid_t
netstackid_to_zoneid(netstackid_t id)
{
    return id;
}

netstackid_t
zoneid_to_netstackid(zoneid_t zone)
{
    return netstack__shared_is_attached(zone) ? GLOBAL_NETSTACKID : zone;
}
