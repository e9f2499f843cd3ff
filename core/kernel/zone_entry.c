/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a zone is in memory, whatever phase it is in: its id, its place in the tables, who holds it,
 * whose turn it is. The phases themselves: zone.c.
 *
 * 1. An id is in its stripe's table from its reservation to the freeing of the zone, so no two
 *    zones have it. The filter is asked while the id is reserved and no zone with it is born: what
 *    it does not claim then cannot become claimed by another zone of that id.
 * 2. A zone that is found has a hold of its own (zone.c), so the count that a lookup raises is
 *    not 0; both happen under the stripe's lock, under which the status is written too. A zone
 *    whose count is 0 is found by nobody: the last zone_rele frees it alone.
 */
#include "kernel/zone_private.h"

static struct zone_stripe *
stripe_of(zoneid_t id)
{
    return &zone__all.stripes[(unsigned int)id % ZONE_STRIPES];
}

static uint64_t
hash_of(zoneid_t id)
{
    return kernel_hash_number((uint64_t)id);
}

/* The zone with that id, born or not; NULL: none. Requires: its stripe's lock held. */
static struct zone_entry *
lookup(struct zone_stripe *stripe, zoneid_t id)
{
    struct kernel_table_node *node = kernel_table_first(&stripe->by_id, hash_of(id));

    return node == NULL ? NULL : KERNEL_CONTAINER_OF(node, struct zone_entry, by_id);
}

static bool
is_found(const struct zone_entry *entry)
{
    return entry->is_born && entry->status >= ZONE_IS_READY && entry->status <= ZONE_IS_DOWN;
}

/* --- turns -------------------------------------------------------------------------------- */

void
zone__line_init(struct zone_line *line, const char *name)
{
    line->last = 0;
    line->current = 1;
    kernel_cv_init(&line->cv, name);
}

void
zone__line_fini(struct zone_line *line)
{
    VERIFY(line->current == line->last + 1);
    kernel_cv_destroy(&line->cv);
}

void
zone__line_enter_locked(struct zone_line *line)
{
    uint64_t ticket = ++line->last;

    while (line->current != ticket) {
        kernel_cv_wait(&line->cv, &zone__all.lock);
    }
}

void
zone__line_exit_locked(struct zone_line *line)
{
    VERIFY(line->current <= line->last);
    line->current++;
    kernel_cv_broadcast(&line->cv);
}

void
zone__set_status_locked(struct zone_entry *entry, zone_status_t status)
{
    struct zone_stripe *stripe = stripe_of(entry->zone.zone_id);

    kernel_mutex_enter(&stripe->lock);
    entry->status = status;
    kernel_mutex_exit(&stripe->lock);
}

/* --- birth and death of the memory ---------------------------------------------------------- */

struct zone_entry *
zone__entry_create(uint32_t flags, enum kernel_wait wait)
{
    struct zone_entry *entry = kernel_zalloc("zone", sizeof(*entry), wait);

    if (entry != NULL) {
        entry->zone.zone_flags = flags;
        entry->status = ZONE_IS_INITIALIZED;
        kernel_atomic_init(&entry->holds, 1, "zone_holds");
        kernel_list_init(&entry->link);
        kernel_list_init(&entry->instances);
        zone__line_init(&entry->turns, "zone_turn");
    }
    return entry;
}

void
zone__entry_destroy(struct zone_entry *entry)
{
    VERIFY(kernel_list_is_empty(&entry->instances));
    zone__line_fini(&entry->turns);
    kernel_free(entry, sizeof(*entry));
}

bool
zone__take_id_locked(struct zone_entry *entry, zoneid_t id)
{
    struct zone_stripe *stripe = stripe_of(id);
    bool is_free;

    kernel_mutex_enter(&stripe->lock);
    is_free = lookup(stripe, id) == NULL;
    if (is_free) {
        entry->zone.zone_id = id;
        kernel_table_insert(&stripe->by_id, &entry->by_id, hash_of(id));
        zone__all.reserved_count++;
    }
    kernel_mutex_exit(&stripe->lock);
    return is_free;
}

static void
give_id_locked(struct zone_entry *entry)
{
    struct zone_stripe *stripe = stripe_of(entry->zone.zone_id);

    kernel_mutex_enter(&stripe->lock);
    kernel_table_remove(&stripe->by_id, &entry->by_id);
    kernel_mutex_exit(&stripe->lock);
    zone__all.reserved_count--;
}

void
zone__give_birth_locked(struct zone_entry *entry)
{
    struct zone_stripe *stripe = stripe_of(entry->zone.zone_id);

    entry->serial = ++zone__all.last_serial;
    kernel_list_insert_before(&zone__all.list, &entry->link);
    zone__all.existing_count++;
    kernel_mutex_enter(&stripe->lock);
    entry->is_born = true;
    kernel_mutex_exit(&stripe->lock);
}

void
zone__bury_locked(struct zone_entry *entry)
{
    VERIFY(entry->has_ended);
    give_id_locked(entry);
    kernel_list_remove(&entry->link);
    zone__entry_destroy(entry);
}

/* --- holds -------------------------------------------------------------------------------- */

void
zone__hold(struct zone_entry *entry)
{
    VERIFY(kernel_atomic_fetch_add(&entry->holds, 1) > 0);
}

bool
zone__unhold(struct zone_entry *entry)
{
    uint64_t before = kernel_atomic_fetch_add(&entry->holds, UINT64_MAX);

    VERIFY(before > 0);
    return before == 1;
}

void
zone_hold(zone_t *zone)
{
    zone__hold(zone__entry(zone));
}

void
zone_rele(zone_t *zone)
{
    struct zone_entry *entry = zone__entry(zone);

    if (zone__unhold(entry)) {
        kernel_mutex_enter(&zone__all.lock);
        zone__bury_locked(entry);
        kernel_mutex_exit(&zone__all.lock);
    }
}

void
zone__turn_enter_locked(struct zone_entry *entry)
{
    zone__hold(entry);
    zone__line_enter_locked(&entry->turns);
}

void
zone__turn_exit_locked(struct zone_entry *entry)
{
    zone__line_exit_locked(&entry->turns);
    if (zone__unhold(entry)) {
        zone__bury_locked(entry);
    }
}

bool
zone__hold_if_found(struct zone_entry *entry)
{
    struct zone_stripe *stripe = stripe_of(entry->zone.zone_id);
    bool found;

    kernel_mutex_enter(&stripe->lock);
    found = is_found(entry);
    if (found) {
        zone__hold(entry);
    }
    kernel_mutex_exit(&stripe->lock);
    return found;
}

/* --- lookups ------------------------------------------------------------------------------ */

zone_t *
zone_find_by_id(zoneid_t id)
{
    struct zone_stripe *stripe = stripe_of(id);
    struct zone_entry *entry;

    kernel_mutex_enter(&stripe->lock);
    entry = lookup(stripe, id);
    if (entry != NULL && is_found(entry)) {
        zone__hold(entry);
    } else {
        entry = NULL;
    }
    kernel_mutex_exit(&stripe->lock);
    return entry == NULL ? NULL : &entry->zone;
}

struct zone_entry *
zone__find_born(zoneid_t id)
{
    struct zone_stripe *stripe = stripe_of(id);
    struct zone_entry *entry;

    kernel_mutex_enter(&stripe->lock);
    entry = lookup(stripe, id);
    if (entry != NULL && !entry->is_born) {
        entry = NULL;
    }
    kernel_mutex_exit(&stripe->lock);
    return entry;
}

zone_t *
zone_find_by_id_nolock(zoneid_t id)
{
    struct zone_entry *entry = zone__find_born(id);

    return entry == NULL ? NULL : &entry->zone;
}

zone_status_t
zone_status(zone_t *zone)
{
    struct zone_stripe *stripe = stripe_of(zone->zone_id);
    zone_status_t status;

    kernel_mutex_enter(&stripe->lock);
    status = zone__entry(zone)->status;
    kernel_mutex_exit(&stripe->lock);
    return status;
}

/* --- ids ---------------------------------------------------------------------------------- */

/* Reserves the next id that no zone has. */
static bool
reserve_next_id_locked(struct zone_entry *entry)
{
    for (zoneid_t tried = 0; tried < zone__all.id_max; tried++) {
        zone__all.last_id = zone__all.last_id < zone__all.id_max ? zone__all.last_id + 1 : 1;
        if (zone__take_id_locked(entry, zone__all.last_id)) {
            return true;
        }
    }
    return false;
}

/* Asks the filter about an id, with no lock held meanwhile. */
static bool
is_claimed_locked(zoneid_t id)
{
    bool (*filter)(zoneid_t) = zone__all.id_filter;
    bool is_claimed;

    if (filter == NULL) {
        return false;
    }
    zone__all.id_filter_calls++;
    kernel_mutex_exit(&zone__all.lock);
    zone_callback_enter();
    is_claimed = filter(id);
    zone_callback_exit();
    kernel_mutex_enter(&zone__all.lock);
    if (--zone__all.id_filter_calls == 0) {
        kernel_cv_broadcast(&zone__all.id_filter_cv);
    }
    return is_claimed;
}

/* Reserves an id that neither a zone nor the filter claims. Each is tried once at most. */
bool
zone__reserve_id_locked(struct zone_entry *entry)
{
    for (zoneid_t tried = 0; tried < zone__all.id_max; tried++) {
        if (!reserve_next_id_locked(entry)) {
            return false;
        }
        if (!is_claimed_locked(entry->zone.zone_id)) {
            return true;
        }
        give_id_locked(entry);
    }
    return false;
}

void
zone_set_id_filter(bool (*claims)(zoneid_t id))
{
    kernel_mutex_enter(&zone__all.lock);
    VERIFY(claims == NULL || zone__all.id_filter == NULL);
    zone__all.id_filter = claims;
    while (claims == NULL && zone__all.id_filter_calls > 0) {
        kernel_cv_wait(&zone__all.id_filter_cv, &zone__all.lock);
    }
    kernel_mutex_exit(&zone__all.lock);
}
