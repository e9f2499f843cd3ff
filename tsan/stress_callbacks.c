/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Callbacks that call back. From inside create, shutdown and destroy, on whatever thread they run: what must be
 * refused is, and changes nothing; lookups, walks, holds, kstats work. Creates leave references to their
 * stack behind, that of a birth which then fails too; others give them back.
 */
#include "stress_registrations.h"

#define LEFT_COUNT 8u

static netstack_t *_Atomic left[LEFT_COUNT];

static void
release(netstack_t *ns)
{
    if (ns != NULL) {
        STRESS_VOID(netstack_rele, netstack_rele(ns));
    }
}

/* --- what is refused ---------------------------------------------------------------------------------- */

static void *
never_created(netstackid_t id, netstack_t *ns)
{
    (void)id;
    (void)ns;
    stress_fail("a refused registration creates nothing", __FILE__, __LINE__);
}

static void *
never_created_for_zone(zoneid_t id)
{
    return never_created(id, NULL);
}

static void
never_destroyed(netstackid_t id, void *data)
{
    (void)id;
    (void)data;
    stress_fail("a refused registration destroys nothing", __FILE__, __LINE__);
}

static void
be_refused(netstackid_t id, netstack_t *ns)
{
    zoneid_t zone = 4711;
    zone_key_t key = ZONE_KEY_NONE;
    int errors[] = {
        netstack_register(NS_ARP, never_created, NULL, never_destroyed),
        netstack_unregister(NS_STR),
        netstack_barrier(),
        netstack_wait_gone(netstack_get_uid(ns)),
        netstack_init(),
        netstack_fini(),
        zone_create(ZF_NET_EXCL, &zone),
        zone_shutdown(id),
        zone_destroy(id),
        zone_key_create(&key, never_created_for_zone, NULL, NULL),
        zone_key_delete(1),
    };
    STRESS_CHECK(zone == 4711 && key == ZONE_KEY_NONE);
    for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
        (void)STRESS_ERROR(refused_in_callback, errors[i]);
    }
}

/* --- what works --------------------------------------------------------------------------------------- */

/* Is there a reference to add to? Stacks that are reaped have none, nor have those that wait for it, which
 * unregister and rollback visit, too. */
static bool
is_held(void)
{
    return stress_turn.kind == STRESS_TURN_BIRTH || stress_turn.kind == STRESS_TURN_ZONE ||
           (stress_turn.kind == STRESS_TURN_REGISTER && stress_turn.phase == STRESS_PHASE_CREATE);
}

static void
hold_and_leave(netstack_t *ns)
{
    if (is_held()) {
        STRESS_VOID(netstack_hold, netstack_hold(ns));
        release(
            atomic_exchange_explicit(&left[stress_chance(LEFT_COUNT)], ns, memory_order_acq_rel));
    }
    release(STRESS_POINTER(netstack_hold_if_active, netstack_hold_if_active(ns)));
}

static void
look(netstackid_t id, netstack_t *ns)
{
    STRESS_CHECK(STRESS_POINTER(netstack_inuse_by_stackid, netstack_inuse_by_stackid(id)));
    netstack_t *found = STRESS_POINTER(netstack_find_by_stackid, netstack_find_by_stackid(id));
    STRESS_CHECK(found == NULL || found == ns);
    release(found);
    const struct stress_zone *pillar = &stress_pillars[stress_chance(STRESS_PILLARS)];
    if (pillar->uid != 0) {
        found = STRESS_POINTER(netstack_find_by_zoneid, netstack_find_by_zoneid(pillar->id));
        STRESS_CHECK(found == NULL || netstack_get_uid(found) == pillar->uid);
        release(found);
    }
    STRESS_CHECK(STRESS_POINTER(netstack_is_valid, netstack_is_valid(ns)));
}

/* Stack 0 is always active here, but when it is born or torn down itself. */
static void
walk(netstackid_t id)
{
    netstack_handle_t handle;
    netstack_t *ns;
    uint64_t last = 0;
    bool met_global = false;
    netstack_next_init(&handle);
    while ((ns = STRESS_POINTER(netstack_next, netstack_next(&handle))) != NULL) {
        STRESS_CHECK(netstack_get_uid(ns) > last);
        last = netstack_get_uid(ns);
        met_global |= ns->netstack_stackid == GLOBAL_NETSTACKID;
        release(ns);
    }
    netstack_next_fini(&handle);
    STRESS_CHECK(met_global || id == GLOBAL_NETSTACKID);
}

static void
make_kstat(void)
{
    char module[] = "stress", name[] = "in_callback", class_name[] = "net";
    kstat_t *ks = STRESS_POINTER(kstat_create_netstack,
                                 kstat_create_netstack(module, (int)stress_self()->index, name,
                                                       class_name, 1, 0, 0, GLOBAL_NETSTACKID));
    if (ks != NULL) {
        STRESS_CHECK(kstat_zone_find(ks, GLOBAL_ZONEID));
        STRESS_CHECK(
            STRESS_ERROR(kstat_delete_netstack, kstat_delete_netstack(ks, GLOBAL_NETSTACKID)) == 0);
    }
}

static void
call_back(netstackid_t id, netstack_t *ns)
{
    switch (stress_chance(12)) {
    case 0:
        be_refused(id, ns);
        break;
    case 1:
        hold_and_leave(ns);
        break;
    case 2:
        look(id, ns);
        break;
    case 3:
        walk(id);
        break;
    case 4:
        make_kstat();
        break;
    default:
        break;
    }
    STRESS_CHECK(netstack_current() == ns);
}

/* --- roles -------------------------------------------------------------------------------------------- */

static void
let_go(void)
{
    for (unsigned i = 0; i < LEFT_COUNT; i++) {
        release(atomic_exchange_explicit(&left[i], NULL, memory_order_acq_rel));
    }
}

static void
release_one(void)
{
    release(atomic_exchange_explicit(&left[stress_deed(LEFT_COUNT)], NULL, memory_order_acq_rel));
    stress_zones_step();
}

const struct stress_program stress_callbacks = {
    .name = "stress_callbacks",
    .property =
        "callbacks call back. What would wait is refused and changes nothing; the rest works, on "
        "whichever thread; references that creates leave keep their stacks.",
    .roles = {{release_one, stress_zones_finish}, {stress_modules_step, stress_modules_finish}},
    .threads = 6,
    .stable_modules = 1u << NS_STR | 1u << NS_IP,
    .reaps_max = 16,
    .ids_max = 300,
    .fault_one_in = 500,
    .undoes_births = true,
    .let_go = let_go,
    .in_callback = call_back,
    .needs = {STRESS_refused_in_callback, STRESS_netstack_hold, STRESS_netstack_register,
              STRESS_netstack_unregister, STRESS_kstat_create_netstack, STRESS_netstack_next,
              STRESS_netstack_is_valid},
};
