/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Zones and their stacks: the key by which every zone gets the stack that is its own, or is
 * attached to the global one, and leaves it again. The zones attached to a stack are counted under
 * its netstack_lock, in the critical section that decides what follows from the count.
 */
#include <errno.h>

#include "netstack_impl.h"

#define service netstack__service

netstackid_t
netstack__stackid_of(const zone_t *zone)
{
    /* Zone 0 comes out right either way. */
    return (zone->zone_flags & ZF_NET_EXCL) != 0 ? zone->zone_id : GLOBAL_NETSTACKID;
}

/* --- coming ------------------------------------------------------------------------------- */

/* Lets a zone in, or not. From here on fini is refused, for any zone but the global one. */
static int
admit(zoneid_t zone)
{
    int error = 0;
    kernel_mutex_enter(&service.lock);
    if (service.phase != NETSTACK__STARTING && service.phase != NETSTACK__RUNNING) {
        error = ENXIO;
    } else if (zone != GLOBAL_ZONEID) {
        service.zones++;
    }
    kernel_mutex_exit(&service.lock);
    return error;
}

/* Takes back what admit did. */
static void
dismiss(zoneid_t zone)
{
    kernel_mutex_enter(&service.lock);
    if (zone != GLOBAL_ZONEID) {
        service.zones--;
    }
    kernel_mutex_exit(&service.lock);
}

/* Stack 0, pinned; NULL if it is not listed. */
static struct netstack__stack *
pin_global(void)
{
    kernel_mutex_enter(&service.lock);
    struct netstack__stack *stack = service.global;
    if (stack != NULL) {
        stack->pins++;
    }
    kernel_mutex_exit(&service.lock);
    return stack;
}

/* Counts a further zone on a stack, if it is live once it is initialised. */
static bool
count_zone(struct netstack__stack *stack)
{
    kernel_mutex_enter(&stack->shown.netstack_lock);
    while (stack->stage == NETSTACK__UNINITIALISED) {
        netstack__turn_wait(stack);
    }
    bool live = stack->stage == NETSTACK__LIVE;
    if (live) {
        stack->shown.netstack_numzones++;
        kernel_probe(KERNEL_PROBE_netstack__inc__numzones, &stack->shown, 0);
    }
    kernel_mutex_exit(&stack->shown.netstack_lock);
    return live;
}

/*
 * Takes a zone off a stack, if others stay. False if it is the last: then in a turn, for a register
 * that saw the stack live may be about to call create, which starts on no stack that is closing. A
 * zone's shutdown has mostly seen to that; but one that began as the last zone's, and found another
 * attached when its turn came, makes no pass.
 */
static bool
uncount_another(struct netstack__stack *stack)
{
    netstack_t *ns = &stack->shown;
    kernel_mutex_enter(&ns->netstack_lock);
    VERIFY(ns->netstack_numzones > 0);
    while (ns->netstack_numzones == 1 && stack->turn != NETSTACK__TURN_NONE) {
        netstack__turn_wait(stack);
    }
    bool another = ns->netstack_numzones > 1;
    if (another) {
        ns->netstack_numzones--;
    } else {
        netstack__turn_take(stack, NETSTACK__TURN_CLOSE, 0);
    }
    kernel_mutex_exit(&ns->netstack_lock);
    return another;
}

/* Takes a zone off a stack; the last one closes it and gives back the zones' reference. */
static void
uncount_zone(struct netstack__stack *stack)
{
    if (uncount_another(stack)) {
        return;
    }
    netstack_t *ns = &stack->shown;
    netstack__lookup_begin();
    kernel_mutex_enter(&ns->netstack_lock);
    /* A zone may have come in between. */
    bool last = --ns->netstack_numzones == 0;
    if (last) {
        netstack__lookup_hide(stack);
        netstack__close(stack);
        kernel_probe(KERNEL_PROBE_netstack__dec__numzones, ns, 0);
    }
    netstack__lookup_end();
    netstack__turn_end(stack);
    if (last) {
        netstack_rele_at(ns, "zone", KERNEL_HERE);
    }
}

/* Attaches a zone to the global stack. Returns: 0 with *out; ENXIO; ENOMEM. */
static int
attach_shared(zoneid_t zone, struct netstack__stack **out)
{
    struct netstack__stack *stack = pin_global();
    if (stack == NULL) {
        return ENXIO;
    }
    int error = count_zone(stack) ? 0 : ENXIO;
    netstack__unpin(stack);
    if (error != 0) {
        return error;
    }
    error = netstack__shared_attach(zone);
    if (error != 0) {
        uncount_zone(stack);
        return error;
    }
    *out = stack;
    return 0;
}

/* Gives a zone its stack. Returns: 0 with *out; ENXIO; ENOMEM. */
static int
attach(const zone_t *zone, struct netstack__stack **out)
{
    int error = admit(zone->zone_id);
    if (error != 0) {
        return error;
    }
    if (netstack__stackid_of(zone) == zone->zone_id) {
        error = netstack__birth(zone->zone_id, out);
    } else {
        error = attach_shared(zone->zone_id, out);
    }
    if (error != 0) {
        dismiss(zone->zone_id);
    }
    return error;
}

static void *
zone_created(zoneid_t id)
{
    zone_t *zone = zone_find_by_id_nolock(id);
    VERIFY(zone != NULL);
    struct netstack__stack *stack = NULL;
    int error = attach(zone, &stack);
    if (error != 0) {
        zone->zone_create_error = error;
        return NULL;
    }
    zone->zone_netstack = &stack->shown;
    return stack;
}

/* --- going -------------------------------------------------------------------------------- */

static void
zone_shut_down(zoneid_t id, void *data)
{
    (void)id;
    struct netstack__stack *stack = data;
    if (netstack__turn_begin_ending(stack)) {
        netstack__shutdown_all(stack);
        netstack__turn_end(stack);
    }
}

static void
zone_destroyed(zoneid_t id, void *data)
{
    struct netstack__stack *stack = data;
    if (stack->shown.netstack_stackid != id) {
        netstack__shared_detach(id);
    }
    uncount_zone(stack);
    dismiss(id);
}

int
netstack__attach_start(zone_key_t *key)
{
    return zone_key_create(key, zone_created, zone_shut_down, zone_destroyed);
}
