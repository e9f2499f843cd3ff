/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Everything at once, on real threads, for a fixed number of rounds: what each call answers is open,
 * what must be true of it is not. (tsan/ does this for long; the engine does it systematically.)
 */
#include <stdatomic.h>

#include "recording_modules.h"

static void
start_with_few_reaps(void)
{
    netstack_outstanding_reaps = 2;
    core_start();
}

TestSuite(netstack_threads, .init = start_with_few_reaps, .fini = core_stop);

enum { ROUNDS = TEST_ROUNDS(300), STRESSED = 3 };

/* Instances of the stressed modules that exist; each callback checks its own. */
static _Atomic int instances;

struct instance {
    netstackid_t id;
    bool shut_down;
};

static void *
stress_create(netstackid_t id, netstack_t *ns)
{
    cr_assert_eq(ns->netstack_stackid, id);
    struct instance *instance = kernel_zalloc("instance", sizeof(*instance), KERNEL_NOSLEEP);
    instance->id = id;
    instances++;
    return instance;
}

static void
stress_shutdown(netstackid_t id, void *data)
{
    struct instance *instance = data;
    cr_assert(instance->id == id && !instance->shut_down);
    instance->shut_down = true;
}

static void
stress_destroy(netstackid_t id, void *data)
{
    struct instance *instance = data;
    cr_assert(instance->id == id && instance->shut_down);
    instances--;
    kernel_free(instance, sizeof(*instance));
}

static int
load_and_unload(int module)
{
    for (int i = 0; i < ROUNDS; i++) {
        cr_assert_eq(netstack_register(module, stress_create, stress_shutdown, stress_destroy), 0);
        cr_assert_eq(netstack_unregister(module), 0);
    }
    return 0;
}

static int
boot_and_halt(int flags)
{
    for (int i = 0; i < ROUNDS; i++) {
        zoneid_t id;
        cr_assert_eq(zone_create((uint32_t)flags, &id), 0);
        netstack_t *ns = netstack_find_by_zoneid(id);
        cr_assert_not_null(ns);
        cr_assert_eq(zone_destroy(id), 0);
        netstack_rele(ns);
    }
    return 0;
}

static int
look_and_walk(int unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        netstack_t *ns = netstack_find_by_stackid(i % 64);
        if (ns != NULL) {
            cr_assert_eq(ns->netstack_stackid, i % 64);
            cr_assert(netstack_is_valid(ns));
            netstack_rele(ns);
        }
        netstack_handle_t walk;
        netstack_next_init(&walk);
        uint64_t last = 0;
        while ((ns = netstack_next(&walk)) != NULL) {
            cr_assert_gt(netstack_get_uid(ns), last);
            last = netstack_get_uid(ns);
            netstack_rele(ns);
        }
        netstack_next_fini(&walk);
        cr_assert(netstack_all_valid());
    }
    return 0;
}

static int
add_and_remove_kstats(int instance)
{
    for (int i = 0; i < ROUNDS; i++) {
        kstat_t *ks = kstat_create_netstack("m", instance, "n", "c", 0, 0, 0, 0);
        cr_assert_not_null(ks);
        cr_assert_eq(kstat_delete_netstack(ks, 0), 0);
    }
    return 0;
}

static int
wait_for_reaps(int unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        cr_assert_eq(netstack_barrier(), 0);
        (void)netstack_wait_gone((uint64_t)i + 2);
    }
    return 0;
}

Test(netstack_threads, everything_at_once)
{
    struct call calls[STRESSED + 6];
    int count = 0;
    for (int module = 0; module < STRESSED; module++) {
        call_start(&calls[count++], load_and_unload, 5 * module);
    }
    call_start(&calls[count++], boot_and_halt, ZF_NET_EXCL);
    call_start(&calls[count++], boot_and_halt, ZF_NET_EXCL);
    call_start(&calls[count++], boot_and_halt, 0);
    call_start(&calls[count++], look_and_walk, 0);
    call_start(&calls[count++], add_and_remove_kstats, 1);
    call_start(&calls[count++], wait_for_reaps, 0);
    while (count > 0) {
        (void)call_finish(&calls[--count]);
    }
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(instances, 0);
}

/* --- who makes the last release, and who finds the stack, at the same time --------------------- */

static int
find_and_release(int id)
{
    int found = 0;
    for (int i = 0; i < 50 * ROUNDS; i++) {
        netstack_t *ns = netstack_find_by_stackid(id);
        if (ns != NULL) {
            found++;
            netstack_rele(ns);
        }
    }
    return found;
}

Test(netstack_threads, lookups_beside_the_end_of_a_stack)
{
    for (int i = 0; i < TEST_ROUNDS(20); i++) {
        struct call calls[2];
        zoneid_t zone = make_exclusive_zone();
        call_start(&calls[0], find_and_release, zone);
        call_start(&calls[1], find_and_release, zone);
        cr_assert_eq(zone_destroy(zone), 0);
        (void)call_finish(&calls[0]);
        (void)call_finish(&calls[1]);
        cr_assert_eq(netstack_barrier(), 0);
        cr_assert_not(netstack_inuse_by_stackid(zone));
    }
}
