/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lookup and walk. A stack that is active throughout a call is found by it: the pillars always, the zones of the
 * thread itself while it does not halt them. What is found is what was asked for. A walk meets those, and
 * stack 0, exactly once, in order of birth, and stays at its end.
 */
#include "stress.h"

/* --- lookups ---------------------------------------------------------------------------------------- */

static void
check_found(netstack_t *ns, netstackid_t id, uint64_t uid)
{
    STRESS_CHECK(ns != NULL && ns->netstack_stackid == id);
    STRESS_CHECK(uid == 0 || netstack_get_uid(ns) == uid);
    STRESS_VOID(netstack_rele, netstack_rele(ns));
}

static void
look_by_cred(zoneid_t zone, netstackid_t id, uint64_t uid)
{
    cred_t *cred = cred_create(zone);
    if (cred != NULL) {
        check_found(STRESS_POINTER(netstack_find_by_cred, netstack_find_by_cred(cred)), id, uid);
        cred_rele(cred);
    }
}

static void
look_by_current(const struct stress_zone *standing, netstackid_t id)
{
    zone_t *zone = zone_find_by_id(standing->id);
    STRESS_CHECK(zone != NULL && zone_enter(zone) == 0);
    zone_rele(zone);
    STRESS_CHECK(zone_current() == zone);
    check_found(STRESS_POINTER(netstack_get_current, netstack_get_current()), id, standing->uid);
    STRESS_CHECK(zone_enter(NULL) == 0);
}

/* Every way to find the stack of a zone that stands. */
static void
look_for(const struct stress_zone *zone)
{
    netstackid_t id = zone->uid != 0 ? zone->id : GLOBAL_NETSTACKID;
    STRESS_CHECK(zoneid_to_netstackid(zone->id) == id);
    STRESS_CHECK(STRESS_POINTER(netstack_inuse_by_stackid, netstack_inuse_by_stackid(id)));
    check_found(STRESS_POINTER(netstack_find_by_stackid, netstack_find_by_stackid(id)), id,
                zone->uid);
    check_found(STRESS_POINTER(netstack_find_by_zoneid, netstack_find_by_zoneid(zone->id)), id,
                zone->uid);
    check_found(
        STRESS_POINTER(netstack_find_by_zoneid_nolock, netstack_find_by_zoneid_nolock(zone->id)),
        id, zone->uid);
    look_by_cred(zone->id, id, zone->uid);
    look_by_cred(ZONEID_NONE, GLOBAL_NETSTACKID, 0);
    look_by_current(zone, id);
}

/* Whatever may be there. */
static void
look_at_random(void)
{
    zoneid_t id = (zoneid_t)stress_deed(stress_program.ids_max);
    netstack_t *ns = STRESS_POINTER(netstack_find_by_stackid, netstack_find_by_stackid(id));
    if (ns != NULL) {
        STRESS_CHECK(STRESS_POINTER(netstack_is_valid, netstack_is_valid(ns)));
        check_found(ns, id, 0);
    }
    ns = STRESS_POINTER(netstack_find_by_zoneid, netstack_find_by_zoneid(id));
    if (ns != NULL) {
        STRESS_CHECK(ns->netstack_stackid == id || ns->netstack_stackid == GLOBAL_NETSTACKID);
        STRESS_VOID(netstack_rele, netstack_rele(ns));
    }
}

static void
look(void)
{
    const struct stress_zone *zone = stress_own(stress_deed(2) == 0);
    if (zone != NULL) {
        look_for(zone);
    }
    look_for(stress_deed(2) == 0 ? &stress_pillars[stress_deed(STRESS_PILLARS)]
                                 : &stress_shared_pillars[stress_deed(STRESS_PILLARS)]);
    look_at_random();
    if (stress_deed(4) == 0) {
        stress_zones_step();
    }
}

/* --- walks ------------------------------------------------------------------------------------------ */

static unsigned
count_met(const struct stress_zone *zones, unsigned count, uint64_t uid)
{
    unsigned met = 0;
    for (unsigned i = 0; i < count; i++) {
        met += zones[i].uid == uid ? 1 : 0;
    }
    return met;
}

/* Those that a whole walk must meet: it meets no uid twice, so counting is enough. */
static unsigned
count_standing(const struct stress_zone *own, unsigned own_count)
{
    return 1 + STRESS_PILLARS + own_count - count_met(own, own_count, 0);
}

static void
walk(void)
{
    const struct stress_zone *own;
    unsigned own_count = stress_own_all(&own);
    unsigned met = 0;
    uint64_t last = 0;
    uint64_t steps_max = stress_deed(8) == 0 ? stress_deed(4) : UINT64_MAX;
    netstack_handle_t handle;
    netstack_t *ns = NULL;
    netstack_next_init(&handle);
    for (uint64_t i = 0;
         i < steps_max && (ns = STRESS_POINTER(netstack_next, netstack_next(&handle))) != NULL;
         i++) {
        uint64_t uid = netstack_get_uid(ns);
        STRESS_CHECK(uid > last);
        last = uid;
        met += ns->netstack_stackid == GLOBAL_NETSTACKID ? 1 : 0;
        met += count_met(stress_pillars, STRESS_PILLARS, uid) + count_met(own, own_count, uid);
        if (stress_deed(4) == 0) {
            STRESS_CHECK(STRESS_POINTER(netstack_is_valid, netstack_is_valid(ns)));
        }
        STRESS_VOID(netstack_rele, netstack_rele(ns));
    }
    if (steps_max == UINT64_MAX) {
        STRESS_CHECK(met == count_standing(own, own_count));
        STRESS_CHECK(STRESS_POINTER(netstack_next, netstack_next(&handle)) == NULL);
    }
    netstack_next_fini(&handle);
    if (stress_deed(4) == 0) {
        stress_zones_step();
    }
    if (stress_deed(16) == 0) {
        STRESS_CHECK(STRESS_POINTER(netstack_all_valid, netstack_all_valid()));
    }
}

const struct stress_program stress_lookup = {
    .name = "stress_lookup",
    .property = "stacks are looked up in every way and walked over while others come and go. What "
                "stands is "
                "found, once a walk; what is found is what was asked for.",
    .roles = {{look, stress_zones_finish}, {walk, stress_zones_finish}},
    .threads = 6,
    .stable_modules = 1u << NS_STR,
    .reaps_max = 64,
    .ids_max = 300,
    .needs = {STRESS_zone_create_exclusive, STRESS_zone_create_shared,
              STRESS_netstack_find_by_stackid, STRESS_netstack_find_by_zoneid,
              STRESS_netstack_find_by_zoneid_nolock, STRESS_netstack_find_by_cred,
              STRESS_netstack_get_current, STRESS_netstack_next, STRESS_netstack_all_valid},
};
