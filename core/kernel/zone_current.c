/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a thread has of the zones for itself: the zone that it entered, held, and how deep in
 * callbacks it is. Both lie in slots of the thread; nobody else reads or writes them.
 */
#include <errno.h>

#include "kernel/zone_private.h"

zone_t *
zone_current(void)
{
    zone_t *zone = kernel_slot_get(KERNEL_SLOT_ZONE);

    return zone != NULL ? zone : &zone__all.global->zone;
}

int
zone_enter(zone_t *zone)
{
    zone_t *left = kernel_slot_get(KERNEL_SLOT_ZONE);

    if (zone != NULL && !zone__hold_if_found(zone__entry(zone))) {
        return ENOENT;
    }
    kernel_slot_set(KERNEL_SLOT_ZONE, zone);
    if (left != NULL) {
        zone_rele(left);
    }
    return 0;
}

static uintptr_t
callback_depth(void)
{
    return (uintptr_t)kernel_slot_get(KERNEL_SLOT_CALLBACK);
}

bool
zone_in_callback(void)
{
    return callback_depth() > 0;
}

void
zone_callback_enter(void)
{
    kernel_slot_set(KERNEL_SLOT_CALLBACK, (void *)(callback_depth() + 1));
}

void
zone_callback_exit(void)
{
    VERIFY(callback_depth() > 0);
    kernel_slot_set(KERNEL_SLOT_CALLBACK, (void *)(callback_depth() - 1));
}
