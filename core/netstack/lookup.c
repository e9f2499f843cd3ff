/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finding stacks: the table of ids, and the public lookups on it. The zone that a lookup goes by is used for its
 * id and flags only, never for the pointer to its stack.
 *
 *   1. A lookup is a reader of the table's lock until it has its reference; unlink takes the stack
 *      out as a writer before its memory may go: so what a lookup reads is there (stack.c, 3).
 *   2. Every listed stack is in the table, and hidden unless it is active: a stack becomes active,
 *      and closes, in a section of a writer, in which it is shown or hidden too. So what a reader
 *      finds shown is active until the section of the reader ends, and has the reference of its
 *      zones: the reader adds one to the count, whatever it is.
 */
#include "netstack_impl.h"

static struct netstack__table_lock lock;
static struct netstack__id_table ids; /* lock: every listed stack */

void
netstack__lookup_start(void)
{
    netstack__table_lock_init(&lock);
    netstack__id_table_init(&ids);
}

/* --- changes ------------------------------------------------------------------------------ */

void
netstack__lookup_begin(void)
{
    netstack__write_enter(&lock);
}

void
netstack__lookup_end(void)
{
    netstack__write_exit(&lock);
}

void
netstack__lookup_insert(struct netstack__stack *stack)
{
    netstack__id_insert(&ids, stack);
}

void
netstack__lookup_show(struct netstack__stack *stack)
{
    stack->key &= ~NETSTACK__HIDDEN;
}

void
netstack__lookup_hide(struct netstack__stack *stack)
{
    stack->key |= NETSTACK__HIDDEN;
}

void
netstack__lookup_remove(struct netstack__stack *stack)
{
    netstack__id_remove(&ids, stack);
}

/* --- lookups ------------------------------------------------------------------------------ */

static inline netstack_t *
find(netstackid_t id, kernel_site_t site)
{
    kernel_atomic_t *line = netstack__read_enter(&lock);
    struct netstack__stack *stack = netstack__id_find_shown(&ids, id);
    if (stack != NULL) {
        (void)kernel_atomic_fetch_add(&stack->word, 1);
    }
    netstack__read_exit(&lock, line);
    if (stack == NULL) {
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
    kernel_atomic_t *line = netstack__read_enter(&lock);
    bool inuse = netstack__id_find(&ids, id) != NULL;
    netstack__read_exit(&lock, line);
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
