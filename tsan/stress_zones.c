/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Zones, each of one thread: nobody else halts it, so what must be true of it can be checked at once. And
 * the pillars, which nobody halts.
 */
#include "stress.h"

static _Thread_local struct stress_zone own[STRESS_OWN_MAX];
static _Thread_local unsigned own_count;

/* What a new stack's uid must be above: every one that the thread saw before. */
static void
note_uid(uint64_t uid)
{
    struct stress_thread *self = stress_self();
    STRESS_CHECK(uid > self->uid_max);
    self->uid_max = uid;
}

/* --- one zone ------------------------------------------------------------------------------------ */

/* The stack of a zone that just booted, and that nobody halts. */
static void
check_exclusive(struct stress_zone *zone)
{
    netstack_t *ns = STRESS_POINTER(netstack_find_by_zoneid, netstack_find_by_zoneid(zone->id));
    STRESS_CHECK(ns != NULL && ns->netstack_stackid == zone->id);
    STRESS_CHECK(netstack_get_zoneid(ns) == zone->id);
    zone->uid = netstack_get_uid(ns);
    note_uid(zone->uid);
    STRESS_VOID(netstack_rele, netstack_rele(ns));
    STRESS_CHECK(zoneid_to_netstackid(zone->id) == zone->id);
}

static void
check_shared(const struct stress_zone *zone)
{
    netstack_t *ns = STRESS_POINTER(netstack_find_by_zoneid, netstack_find_by_zoneid(zone->id));
    STRESS_CHECK(ns != NULL && ns->netstack_stackid == GLOBAL_NETSTACKID);
    STRESS_VOID(netstack_rele, netstack_rele(ns));
    STRESS_CHECK(zoneid_to_netstackid(zone->id) == GLOBAL_NETSTACKID);
}

bool
stress_boot(bool exclusive, struct stress_zone *zone)
{
    *zone = (struct stress_zone){.id = ZONEID_NONE};
    int error;
    stress_turn_begin(STRESS_TURN_BIRTH, 0);
    if (exclusive) {
        error = STRESS_ERROR(zone_create_exclusive, zone_create(ZF_NET_EXCL, &zone->id));
    } else {
        error = STRESS_ERROR(zone_create_shared, zone_create(0, &zone->id));
    }
    stress_turn_end();
    if (error != 0) {
        STRESS_CHECK(zone->id == ZONEID_NONE);
        return false;
    }
    STRESS_CHECK(zone->id > 0 && zone->id < STRESS_IDS);
    if (exclusive) {
        check_exclusive(zone);
    } else {
        check_shared(zone);
    }
    return true;
}

/* The stack of a halted zone is not found any more, under its id nor anywhere. */
static void
check_halted(const struct stress_zone *zone)
{
    netstack_t *ns = STRESS_POINTER(netstack_find_by_stackid, netstack_find_by_stackid(zone->id));
    if (ns != NULL) {
        STRESS_CHECK(netstack_get_uid(ns) > zone->uid);
        STRESS_VOID(netstack_rele, netstack_rele(ns));
    }
}

static void
wait_gone(const struct stress_zone *zone)
{
    stress_let_go();
    STRESS_CHECK(STRESS_ERROR(netstack_wait_gone, netstack_wait_gone(zone->uid)) == 0);
    STRESS_CHECK(stress_is_reaped(zone));
}

void
stress_halt(const struct stress_zone *zone)
{
    stress_turn_begin(STRESS_TURN_ZONE, zone->id);
    if (stress_deed(2) == 0) {
        (void)STRESS_ERROR(zone_shutdown, zone_shutdown(zone->id));
        if (zone->uid != 0) {
            netstack_t *ns =
                STRESS_POINTER(netstack_find_by_stackid, netstack_find_by_stackid(zone->id));
            STRESS_CHECK(ns != NULL && netstack_get_uid(ns) == zone->uid);
            STRESS_VOID(netstack_rele, netstack_rele(ns));
        }
    }
    (void)STRESS_ERROR(zone_destroy, zone_destroy(zone->id));
    stress_turn_end();
    if (zone->uid != 0) {
        check_halted(zone);
        if (stress_deed(8) == 0) {
            wait_gone(zone);
        }
    }
}

/* --- those of the thread ------------------------------------------------------------------------ */

void
stress_zones_step(void)
{
    if (own_count < STRESS_OWN_MAX && stress_deed(STRESS_OWN_MAX) >= own_count) {
        if (stress_boot(stress_deed(4) != 0, &own[own_count])) {
            own_count++;
        }
    } else if (own_count > 0) {
        unsigned victim = (unsigned)stress_deed(own_count);
        struct stress_zone zone = own[victim];
        own[victim] = own[--own_count];
        stress_halt(&zone);
    }
}

void
stress_zones_finish(void)
{
    while (own_count > 0) {
        struct stress_zone zone = own[--own_count];
        stress_halt(&zone);
    }
}

const struct stress_zone *
stress_own(bool exclusive)
{
    unsigned start = own_count > 0 ? (unsigned)stress_deed(own_count) : 0;
    for (unsigned i = 0; i < own_count; i++) {
        const struct stress_zone *zone = &own[(start + i) % own_count];
        if ((zone->uid != 0) == exclusive) {
            return zone;
        }
    }
    return NULL;
}

unsigned
stress_own_all(const struct stress_zone **zones)
{
    *zones = own;
    return own_count;
}
