/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The canary's zones and kstats: attaching to a stack and leaving it, what is visible where.
 */
#include <errno.h>

#include "canary.h"

static bool
is_shared(const zone_t *zone)
{
    return (zone->zone_flags & ZF_NET_EXCL) == 0 && zone->zone_id != GLOBAL_ZONEID;
}

static struct record *
remove_record(struct record **list, zoneid_t zone, const kstat_t *ks)
{
    while (*list != NULL && ((*list)->zone != zone || (*list)->ks != ks)) {
        list = &(*list)->next;
    }
    struct record *found = *list;
    if (found != NULL) {
        *list = found->next;
    }
    return found;
}

static void
add_record(struct record **list, struct record *record)
{
    record->next = *list;
    *list = record;
}

static void
free_record(struct record *record)
{
    if (record != NULL && !breaks(record_leaked)) {
        kernel_free(record, sizeof(*record));
    }
}

static void
count_zones(struct stack *stack, uint32_t change)
{
    kernel_mutex_enter(&stack->shown.netstack_lock);
    stack->shown.netstack_numzones += change;
    kernel_mutex_exit(&stack->shown.netstack_lock);
}

/* --- kstats ----------------------------------------------------------------------------------- */

static bool
is_of_shared(const struct record *kstat)
{
    return kstat->stackid == GLOBAL_NETSTACKID;
}

static void
hide_all(zoneid_t zone, const struct record *end)
{
    for (struct record *kstat = canary.kstats; kstat != end; kstat = kstat->next) {
        if (is_of_shared(kstat)) {
            kstat_zone_remove(kstat->ks, zone);
        }
    }
}

static bool
show_all(zoneid_t zone)
{
    for (struct record *kstat = canary.kstats; kstat != NULL; kstat = kstat->next) {
        if (!is_of_shared(kstat) || breaks(kstat_not_shown)) {
            continue;
        }
        if (kstat_zone_add(kstat->ks, zone) != 0) {
            hide_all(zone, kstat);
            return false;
        }
    }
    return true;
}

static bool
show_everywhere(kstat_t *ks)
{
    struct record *zone = canary.zones;
    while (zone != NULL && kstat_zone_add(ks, zone->zone) == 0) {
        zone = zone->next;
    }
    return zone == NULL;
}

kstat_t *
kstat_create_netstack(char *module, int instance, char *name, char *class_name, unsigned char type,
                      unsigned int ndata, unsigned char flags, netstackid_t id)
{
    struct record *record = kernel_zalloc("canary_kstat", sizeof(*record), KERNEL_NOSLEEP);
    if (record == NULL) {
        return NULL;
    }
    kernel_mutex_enter(&canary.lock);
    kstat_t *ks = kstat_create_zone(module, instance, name, class_name, type, ndata, flags, id);
    if (ks != NULL && id == GLOBAL_NETSTACKID && !show_everywhere(ks)) {
        kstat_delete(ks);
        ks = NULL;
    }
    if (ks != NULL) {
        *record = (struct record){.ks = ks, .stackid = id};
        add_record(&canary.kstats, record);
    } else {
        free_record(record);
    }
    kernel_mutex_exit(&canary.lock);
    return ks;
}

int
kstat_delete_netstack(kstat_t *ks, netstackid_t id)
{
    kernel_mutex_enter(&canary.lock);
    struct record *record = remove_record(&canary.kstats, 0, ks);
    bool is_there = record != NULL && record->stackid == id;
    if (is_there) {
        kstat_delete(ks);
        free_record(record);
    } else if (record != NULL) {
        add_record(&canary.kstats, record);
    }
    kernel_mutex_exit(&canary.lock);
    return is_there ? 0 : EINVAL;
}

netstackid_t
zoneid_to_netstackid(zoneid_t zone)
{
    kernel_mutex_enter(&canary.lock);
    struct record *record = remove_record(&canary.zones, zone, NULL);
    if (record != NULL) {
        add_record(&canary.zones, record);
    }
    kernel_mutex_exit(&canary.lock);
    return record != NULL ? GLOBAL_NETSTACKID : zone;
}

/* --- coming and going ------------------------------------------------------------------------- */

static int
attach_shared(zoneid_t zone, struct stack **out)
{
    struct stack *stack = canary.global;
    if (stack == NULL) {
        return ENXIO;
    }
    pin(stack);
    while (stack->is_uninitialised && stack->in_turn) {
        wait_on(stack);
    }
    bool live = !stack->is_uninitialised && !stack->is_ending && !stack->is_closing;
    unpin(stack);
    if (!live) {
        return ENXIO;
    }
    struct record *record = kernel_zalloc("canary_zone", sizeof(*record), KERNEL_NOSLEEP);
    if (record == NULL || !show_all(zone)) {
        free_record(record);
        return ENOMEM;
    }
    record->zone = zone;
    add_record(&canary.zones, record);
    count_zones(stack, 1);
    kernel_probe(KERNEL_PROBE_netstack__inc__numzones, &stack->shown, 0);
    *out = stack;
    return 0;
}

static void *
zone_created(zoneid_t id)
{
    zone_t *zone = zone_find_by_id_nolock(id);
    struct stack *stack = NULL;
    kernel_mutex_enter(&canary.lock);
    int error = is_shared(zone) ? attach_shared(id, &stack) : birth(id, &stack);
    kernel_mutex_exit(&canary.lock);
    zone->zone_create_error = error;
    zone->zone_netstack = error == 0 ? &stack->shown : NULL;
    return stack;
}

static void
zone_shut_down(zoneid_t id, void *data)
{
    (void)id;
    struct stack *stack = data;
    kernel_mutex_enter(&canary.lock);
    while (stack->shown.netstack_numzones == 1 && stack->in_turn) {
        wait_on(stack);
    }
    if (stack->shown.netstack_numzones == 1) {
        turn_enter(stack);
        stack->is_ending = true;
        shut_down_all(stack);
        turn_exit(stack);
    }
    kernel_mutex_exit(&canary.lock);
}

static void
zone_destroyed(zoneid_t id, void *data)
{
    struct stack *stack = data;
    kernel_mutex_enter(&canary.lock);
    if (stack->shown.netstack_stackid != id) {
        hide_all(id, NULL);
        free_record(remove_record(&canary.zones, id, NULL));
    }
    while (stack->shown.netstack_numzones == 1 && stack->in_turn) {
        wait_on(stack);
    }
    if (stack->shown.netstack_numzones > 1) {
        count_zones(stack, breaks(zone_stays_counted) ? 0 : UINT32_MAX);
    } else {
        close_stack(stack);
        kernel_probe(KERNEL_PROBE_netstack__dec__numzones, &stack->shown, 0);
        drop_reference(stack);
    }
    kernel_mutex_exit(&canary.lock);
}

int
attach_start(void)
{
    return zone_key_create(&canary.key, zone_created, zone_shut_down, zone_destroyed);
}
