/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The canary's calls on stacks: lookups, references, walks, who waits.
 */
#include <errno.h>

#include "canary.h"

/* --- lookups ---------------------------------------------------------------------------------- */

static netstackid_t
stackid_of(const zone_t *zone)
{
    return (zone->zone_flags & ZF_NET_EXCL) != 0 ? zone->zone_id : GLOBAL_NETSTACKID;
}

static struct stack *
find_listed(netstackid_t id)
{
    struct stack *stack = canary.head;
    while (stack != NULL && (stack->is_gone || stack->shown.netstack_stackid != id)) {
        stack = stack->next;
    }
    return stack;
}

netstack_t *
netstack_find_by_stackid(netstackid_t id)
{
    kernel_mutex_enter(&canary.lock);
    struct stack *stack = find_listed(id);
    bool found = stack != NULL && is_active(stack) && stack->references > 0 &&
                 !(breaks(lookup_misses) && stack == canary.tail);
    if (found) {
        take_reference(stack);
    }
    kernel_mutex_exit(&canary.lock);
    return found ? &stack->shown : NULL;
}

bool
netstack_inuse_by_stackid(netstackid_t id)
{
    kernel_mutex_enter(&canary.lock);
    bool in_use = find_listed(id) != NULL;
    kernel_mutex_exit(&canary.lock);
    return in_use;
}

netstack_t *
netstack_find_by_zoneid(zoneid_t id)
{
    zone_t *zone = zone_find_by_id(id);
    if (zone == NULL) {
        return NULL;
    }
    netstack_t *ns = netstack_find_by_stackid(stackid_of(zone));
    zone_rele(zone);
    return ns;
}

netstack_t *
netstack_find_by_zoneid_nolock(zoneid_t id)
{
    zone_t *zone = zone_find_by_id_nolock(id);
    return zone != NULL ? netstack_find_by_stackid(stackid_of(zone)) : NULL;
}

netstack_t *
netstack_find_by_cred(const cred_t *cred)
{
    zoneid_t zone = crgetzoneid(cred);
    return netstack_find_by_zoneid(zone == ZONEID_NONE ? GLOBAL_ZONEID : zone);
}

netstack_t *
netstack_get_current(void)
{
    return netstack_find_by_stackid(stackid_of(zone_current()));
}

/* --- references ------------------------------------------------------------------------------- */

void(netstack_hold)(netstack_t *ns)
{
    kernel_mutex_t *first = &canary.lock, *second = &ns->netstack_lock;
    if (breaks(locks_crossed)) {
        first = second;
        second = &canary.lock;
    }
    kernel_mutex_enter(first);
    if (breaks(lock_entered_twice)) {
        kernel_mutex_enter(first);
    }
    kernel_mutex_enter(second);
    take_reference(stack_of(ns));
    kernel_mutex_exit(second);
    kernel_mutex_exit(first);
}

static void
do_nothing(void *unused)
{
    (void)unused;
}

void(netstack_rele)(netstack_t *ns)
{
    if (breaks(release_allocates)) {
        void *work = kernel_zalloc("canary_work", 8, KERNEL_NOSLEEP);
        kernel_free(work, 8);
    }
    kernel_mutex_enter(&canary.lock);
    if (breaks(dispatches_under_lock)) {
        (void)kernel_taskq_dispatch(kernel_taskq_system(), do_nothing, NULL, KERNEL_NOSLEEP);
    }
    drop_reference(stack_of(ns));
    kernel_mutex_exit(&canary.lock);
}

netstack_t *
netstack_hold_if_active(netstack_t *ns)
{
    kernel_mutex_enter(&canary.lock);
    bool active = is_active(stack_of(ns)) && stack_of(ns)->references > 0;
    if (active) {
        take_reference(stack_of(ns));
    }
    kernel_mutex_exit(&canary.lock);
    return active ? ns : NULL;
}

netstack_t *
netstack_current(void)
{
    return kernel_slot_get(KERNEL_SLOT_NETSTACK);
}

/* --- ids -------------------------------------------------------------------------------------- */

zoneid_t
netstackid_to_zoneid(netstackid_t id)
{
    return id;
}

zoneid_t
netstack_get_zoneid(netstack_t *ns)
{
    return ns->netstack_stackid;
}

uint64_t
netstack_get_uid(const netstack_t *ns)
{
    return stack_of(ns)->uid;
}

/* --- walks ------------------------------------------------------------------------------------ */

struct walk {
    struct stack *at; /* pinned; NULL: at the beginning, or ended */
    bool ended;
};
_Static_assert(sizeof(struct walk) <= sizeof(netstack_handle_t), "a walk lies in the handle");

static struct walk *
walk_of(netstack_handle_t *handle)
{
    return (struct walk *)(void *)handle;
}

void
netstack_next_init(netstack_handle_t *handle)
{
    *walk_of(handle) = (struct walk){.at = NULL};
}

netstack_t *
netstack_next(netstack_handle_t *handle)
{
    struct walk *walk = walk_of(handle);
    if (walk->ended) {
        return NULL;
    }
    kernel_mutex_enter(&canary.lock);
    struct stack *left = walk->at;
    struct stack *next = left == NULL ? canary.head : left->next;
    while (next != NULL && (!is_active(next) || next->references == 0)) {
        next = next->next;
    }
    if (breaks(walk_skips) && next != NULL) {
        next = next->next;
    }
    if (next != NULL) {
        pin(next);
        take_reference(next);
    }
    if (left != NULL) {
        unpin(left);
    }
    walk->at = next;
    walk->ended = next == NULL;
    kernel_mutex_exit(&canary.lock);
    return next != NULL ? &next->shown : NULL;
}

void
netstack_next_fini(netstack_handle_t *handle)
{
    struct walk *walk = walk_of(handle);
    kernel_mutex_enter(&canary.lock);
    if (walk->at != NULL) {
        unpin(walk->at);
    }
    *walk = (struct walk){.ended = true};
    kernel_mutex_exit(&canary.lock);
}

/* --- who waits -------------------------------------------------------------------------------- */

int
netstack_barrier(void)
{
    if (zone_in_callback()) {
        return EDEADLK;
    }
    kernel_mutex_enter(&canary.lock);
    uint64_t last = canary.reaps_begun + (breaks(barrier_never_ends) || breaks(barrier_spins));
    while (canary.reaps_done < last && !breaks(barrier_too_early)) {
        if (breaks(barrier_spins)) {
            kernel_mutex_exit(&canary.lock);
            kernel_mutex_enter(&canary.lock);
            continue;
        }
        kernel_cv_wait(&canary.reaped, &canary.lock);
    }
    kernel_mutex_exit(&canary.lock);
    return 0;
}

int
netstack_wait_gone(uint64_t uid)
{
    if (zone_in_callback()) {
        return EDEADLK;
    }
    kernel_mutex_enter(&canary.lock);
    int error = uid == 0 || uid > canary.next_uid ? ENOENT : 0;
    struct stack *stack = canary.head;
    while (stack != NULL && stack->uid != uid) {
        stack = stack->next;
    }
    if (stack != NULL) {
        stack->pins += !breaks(sleeper_without_pin);
        while (!stack->is_gone) {
            wait_on(stack);
        }
        unpin(stack);
    }
    kernel_mutex_exit(&canary.lock);
    return error;
}
