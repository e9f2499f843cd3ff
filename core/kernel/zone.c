/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The life cycle of zones. Ids, lookups, holds and turns: zone_entry.c; callbacks: zone_key.c.
 *
 * Why each phase happens once and in order:
 * 1. A zone's callbacks run in turns on it (zone_private.h), so they never overlap.
 * 2. zone_create's turn begins in the critical section that lists the zone, before anyone can
 *    ask for another. It ends with the zone running, or ended.
 * 3. Shutdown is claimed by READY or RUNNING -> SHUTTING_DOWN, destroy by setting is_ending, each
 *    in the critical section that decides it; who comes later sees the claim. A destroy of a zone
 *    that nobody claimed to shut down claims both.
 * 4. The claims precede the wait for the turn. A shutdown claimed before a destroy has the earlier
 *    turn, for turns come in the order of asking, and asking is in the claim's critical section.
 * 5. Every instance says itself what was called for it, so a shutdown pass after a shutdown pass
 *    calls nothing twice. zone_destroy has one of its own: keys may come while the zone is down.
 * 6. The zone's own hold is dropped after its last turn has set has_ended. Until then the count of
 *    holds is not 0; from then on, status is DEAD, so that no lookup takes a new one. Whoever
 *    waits for a turn, or has one, holds the zone.
 */
#include <errno.h>

#include "kernel/zone_private.h"

struct zone_service zone__all;
unsigned int zone_id_max = 4194303;

/* --- phases ------------------------------------------------------------------------------- */

/* The end of a zone's last turn: drops the zone's own hold. */
static void
end_locked(struct zone_entry *entry)
{
    entry->has_ended = true;
    zone__all.existing_count--;
    /* Never the last: the turn has one. */
    VERIFY(!zone__unhold(entry));
    zone__turn_exit_locked(entry);
}

/* The first turn of a zone. */
static int
boot_locked(struct zone_entry *entry)
{
    int error;

    zone__give_birth_locked(entry);
    zone__turn_enter_locked(entry);
    error = zone__create_all_locked(entry);
    if (error != 0) {
        zone__shutdown_all_locked(entry, true);
        zone__destroy_all_locked(entry, true);
        zone__set_status_locked(entry, ZONE_IS_DEAD);
        end_locked(entry);
        return error;
    }
    zone__set_status_locked(entry, ZONE_IS_READY);
    zone__set_status_locked(entry, ZONE_IS_RUNNING);
    zone__turn_exit_locked(entry);
    return 0;
}

int
zone_create(uint32_t flags, zoneid_t *id)
{
    struct zone_entry *entry;
    zoneid_t taken;
    int error;

    if (zone_in_callback()) {
        return EDEADLK;
    }
    if ((flags & ~ZF_NET_EXCL) != 0) {
        return EINVAL;
    }
    entry = zone__entry_create(flags, KERNEL_NOSLEEP);
    if (entry == NULL) {
        return ENOMEM;
    }
    kernel_mutex_enter(&zone__all.lock);
    if (!zone__reserve_id_locked(entry)) {
        kernel_mutex_exit(&zone__all.lock);
        zone__entry_destroy(entry);
        return EAGAIN;
    }
    taken = entry->zone.zone_id;
    error = boot_locked(entry);
    kernel_mutex_exit(&zone__all.lock);
    if (error == 0) {
        *id = taken;
    }
    return error;
}

/* May this zone go down now? Zone 0 goes last. */
static bool
may_go_locked(const struct zone_entry *entry)
{
    return entry != zone__all.global || zone__all.existing_count == 1;
}

/* Claims the shutdown of a zone, and says what came of it. */
static int
claim_shutdown_locked(struct zone_entry *entry)
{
    if (entry == NULL || entry->status == ZONE_IS_INITIALIZED) {
        return ENOENT;
    }
    if (entry->status > ZONE_IS_RUNNING || !may_go_locked(entry)) {
        return EBUSY;
    }
    zone__set_status_locked(entry, ZONE_IS_SHUTTING_DOWN);
    return 0;
}

/* Requires: shutdown claimed, in a turn. */
static void
bring_down_locked(struct zone_entry *entry)
{
    zone__shutdown_all_locked(entry, false);
    zone__set_status_locked(entry, ZONE_IS_DOWN);
}

int
zone_shutdown(zoneid_t id)
{
    struct zone_entry *entry;
    int error;

    if (zone_in_callback()) {
        return EDEADLK;
    }
    kernel_mutex_enter(&zone__all.lock);
    entry = zone__find_born(id);
    error = claim_shutdown_locked(entry);
    if (error == 0) {
        zone__turn_enter_locked(entry);
        bring_down_locked(entry);
        zone__turn_exit_locked(entry);
    }
    kernel_mutex_exit(&zone__all.lock);
    return error;
}

/* Claims the destroy of a zone, with its shutdown if nobody has that. */
static int
claim_destroy_locked(struct zone_entry *entry)
{
    if (entry == NULL || entry->status == ZONE_IS_INITIALIZED || entry->has_ended) {
        return ENOENT;
    }
    if (entry->is_ending || !may_go_locked(entry)) {
        return EBUSY;
    }
    entry->is_ending = true;
    if (entry->status <= ZONE_IS_RUNNING) {
        zone__set_status_locked(entry, ZONE_IS_SHUTTING_DOWN);
    }
    return 0;
}

int
zone_destroy(zoneid_t id)
{
    struct zone_entry *entry;
    int error;

    if (zone_in_callback()) {
        return EDEADLK;
    }
    kernel_mutex_enter(&zone__all.lock);
    entry = zone__find_born(id);
    error = claim_destroy_locked(entry);
    if (error == 0) {
        zone__turn_enter_locked(entry);
        bring_down_locked(entry);
        zone__set_status_locked(entry, ZONE_IS_DEAD);
        zone__destroy_all_locked(entry, false);
        end_locked(entry);
    }
    kernel_mutex_exit(&zone__all.lock);
    return error;
}

/* --- the service -------------------------------------------------------------------------- */

void
zone_init(void)
{
    VERIFY(zone__all.global == NULL);
    VERIFY(zone_id_max > 0 && zone_id_max < INT32_MAX);
    zone__all = (struct zone_service){.id_max = (zoneid_t)zone_id_max};
    kernel_mutex_init(&zone__all.lock, "zones");
    kernel_list_init(&zone__all.list);
    kernel_list_init(&zone__all.keys);
    zone__line_init(&zone__all.registrations, "zone_registrations");
    kernel_cv_init(&zone__all.id_filter_cv, "zone_id_filter");
    for (size_t i = 0; i < ZONE_STRIPES; i++) {
        kernel_mutex_init(&zone__all.stripes[i].lock, "zone_stripe");
        kernel_table_init(&zone__all.stripes[i].by_id);
    }

    zone__all.global = zone__entry_create(0, KERNEL_SLEEP);
    /* The service's own hold: zone_current answers with zone 0 even after its destroy. */
    zone__hold(zone__all.global);
    kernel_mutex_enter(&zone__all.lock);
    VERIFY(zone__take_id_locked(zone__all.global, GLOBAL_ZONEID));
    VERIFY(boot_locked(zone__all.global) == 0);
    kernel_mutex_exit(&zone__all.lock);
}

/* Is zone 0 alone, without keys, held by nobody but itself and the service? */
static bool
is_idle_locked(void)
{
    uint64_t own_holds = zone__all.global->has_ended ? 1 : 2;

    return zone__all.reserved_count == 1 && kernel_list_is_empty(&zone__all.keys) &&
           kernel_atomic_load(&zone__all.global->holds) == own_holds;
}

int
zone_fini(void)
{
    struct zone_entry *global = zone__all.global;

    kernel_mutex_enter(&zone__all.lock);
    if (!is_idle_locked()) {
        kernel_mutex_exit(&zone__all.lock);
        return EBUSY;
    }
    if (!global->has_ended) {
        zone__turn_enter_locked(global);
        zone__set_status_locked(global, ZONE_IS_DEAD);
        end_locked(global);
    }
    VERIFY(zone__unhold(global));
    zone__bury_locked(global);
    zone__all.global = NULL;
    kernel_mutex_exit(&zone__all.lock);

    for (size_t i = 0; i < ZONE_STRIPES; i++) {
        kernel_table_fini(&zone__all.stripes[i].by_id);
        kernel_mutex_destroy(&zone__all.stripes[i].lock);
    }
    kernel_cv_destroy(&zone__all.id_filter_cv);
    zone__line_fini(&zone__all.registrations);
    kernel_mutex_destroy(&zone__all.lock);
    return 0;
}

/* --- for reports and tests ------------------------------------------------------------------ */

size_t
zone_count(void)
{
    size_t count;

    kernel_mutex_enter(&zone__all.lock);
    count = zone__all.existing_count;
    kernel_mutex_exit(&zone__all.lock);
    return count;
}

size_t
zone_lingering_count(void)
{
    size_t count = 0;

    kernel_mutex_enter(&zone__all.lock);
    for (struct kernel_list *link = zone__all.list.next; link != &zone__all.list;
         link = link->next) {
        struct zone_entry *entry = KERNEL_CONTAINER_OF(link, struct zone_entry, link);

        if (entry->status == ZONE_IS_DEAD ||
            (entry->status == ZONE_IS_DOWN && kernel_atomic_load(&entry->holds) > 1)) {
            count++;
        }
    }
    kernel_mutex_exit(&zone__all.lock);
    return count;
}

static void
check_entry_locked(struct zone_entry *entry)
{
    VERIFY(entry->is_born);
    VERIFY(zone__find_born(entry->zone.zone_id) == entry);
    VERIFY(entry->zone.zone_id >= 0 && entry->zone.zone_id <= zone__all.id_max);
    VERIFY((entry->zone.zone_flags & ~ZF_NET_EXCL) == 0);
    VERIFY(entry->has_ended || kernel_atomic_load(&entry->holds) > 0);
    VERIFY(!entry->has_ended || entry->status == ZONE_IS_DEAD);
    VERIFY(!entry->has_ended || kernel_list_is_empty(&entry->instances));
    VERIFY(!entry->is_ending || entry->status >= ZONE_IS_SHUTTING_DOWN);
    VERIFY(entry->status != ZONE_IS_DEAD || entry->is_ending || entry->has_ended);
    VERIFY(entry->turns.current <= entry->turns.last + 1);
    zone__check_instances_locked(entry);
}

bool
zone_is_valid(void)
{
    uint64_t last_serial = 0;
    size_t born = 0, existing = 0, in_tables = 0;

    kernel_mutex_enter(&zone__all.lock);
    for (struct kernel_list *link = zone__all.list.next; link != &zone__all.list;
         link = link->next) {
        struct zone_entry *entry = KERNEL_CONTAINER_OF(link, struct zone_entry, link);

        VERIFY(entry->serial > last_serial && entry->serial <= zone__all.last_serial);
        last_serial = entry->serial;
        born++;
        existing += entry->has_ended ? 0 : 1;
        check_entry_locked(entry);
    }
    for (size_t i = 0; i < ZONE_STRIPES; i++) {
        kernel_mutex_enter(&zone__all.stripes[i].lock);
        in_tables += zone__all.stripes[i].by_id.count;
        kernel_mutex_exit(&zone__all.stripes[i].lock);
    }
    VERIFY(existing == zone__all.existing_count);
    VERIFY(in_tables == zone__all.reserved_count && born <= in_tables);
    zone__check_keys_locked();
    kernel_mutex_exit(&zone__all.lock);
    return true;
}
