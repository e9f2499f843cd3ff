/* SPDX-License-Identifier: BSD-2-Clause
 *
 * netstack_init and netstack_fini: every answer, and what is left after each.
 */
#include "recording_modules.h"

static void
start_below(void)
{
    for (int module = 0; module < NS_MAX; module++) {
        modules[module] = (struct recording_module){.fails_for = -1, .leaves_reference_on = -1};
    }
    zone_init();
    kstat_init();
}

static void
stop_below(void)
{
    cr_assert_eq(kstat_fini(), 0);
    cr_assert_eq(zone_fini(), 0);
    cr_assert_eq(test_memory_live(), 0);
}

TestSuite(netstack_service, .init = start_below, .fini = stop_below);

Test(netstack_service, before_init_blocking_calls_answer_that)
{
    cr_assert_eq(netstack_fini(), ENXIO);
    cr_assert_eq(module_register(NS_IP), ENXIO);
    cr_assert_eq(netstack_unregister(NS_IP), ENXIO);
    cr_assert_eq(netstack_barrier(), ENXIO);
    cr_assert_eq(netstack_wait_gone(1), ENXIO);
}

Test(netstack_service, init_makes_the_global_stack)
{
    cr_assert_eq(netstack_init(), 0);
    netstack_t *ns = netstack_find_by_stackid(0);
    cr_assert_not_null(ns);
    netstack_rele(ns);
    cr_assert_eq(netstack_init(), EBUSY);
    cr_assert_eq(netstack_fini(), 0);
    cr_assert_null(netstack_find_by_stackid(0));
    cr_assert_eq(netstack_fini(), ENXIO);
}

Test(netstack_service, a_limit_of_no_reaps_is_refused)
{
    netstack_outstanding_reaps = 0;
    cr_assert_eq(netstack_init(), EINVAL);
    netstack_outstanding_reaps = 1;
    cr_assert_eq(netstack_init(), 0);
    cr_assert_eq(netstack_fini(), 0);
}

Test(netstack_service, init_makes_stacks_for_the_zones_that_are_there)
{
    zoneid_t exclusive = make_exclusive_zone();
    zoneid_t shared = make_zone();
    cr_assert_eq(netstack_init(), 0);
    cr_assert(netstack_inuse_by_stackid(exclusive));
    cr_assert_eq(zoneid_to_netstackid(shared), 0);
    cr_assert_eq(netstack_fini(), EBUSY);
    cr_assert_eq(zone_destroy(exclusive), 0);
    cr_assert_eq(zone_destroy(shared), 0);
    cr_assert_eq(netstack_fini(), 0);
}

Test(netstack_service, init_without_memory_leaves_nothing)
{
    (void)make_exclusive_zone();
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        size_t before = test_memory_live();
        test_memory_fail_nth(nth);
        int error = netstack_init();
        failed = test_memory_has_failed();
        test_memory_fail_nth(0);
        cr_assert_eq(error, failed ? ENOMEM : 0);
        if (failed) {
            cr_assert_eq(test_memory_live(), before);
            cr_assert_null(netstack_find_by_stackid(0));
        }
    }
    cr_assert_eq(zone_destroy(1), 0);
    cr_assert_eq(netstack_fini(), 0);
}

Test(netstack_service, init_fails_where_no_shared_zone_can_attach)
{
    cr_assert_eq(zone_shutdown(0), 0);
    zoneid_t shared = make_zone();
    cr_assert_eq(zone_destroy(shared), 0);
    cr_assert_eq(zone_destroy(0), 0);
    shared = make_zone();
    cr_assert_neq(netstack_init(), 0);
    cr_assert_eq(zone_destroy(shared), 0);
    cr_assert_eq(netstack_init(), 0);
    cr_assert_eq(netstack_fini(), 0);
}

Test(netstack_service, fini_is_refused_while_there_are_modules_or_zones_and_changes_nothing)
{
    cr_assert_eq(netstack_init(), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(netstack_fini(), EBUSY);
    zoneid_t zone = make_exclusive_zone();
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    cr_assert_eq(netstack_fini(), EBUSY);
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    cr_assert_eq(zone_destroy(zone), 0);
    zone = make_zone();
    cr_assert_eq(netstack_fini(), EBUSY);
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_fini(), 0);
}

Test(netstack_service, fini_is_refused_while_references_remain_and_then_only_rele_and_fini_work)
{
    cr_assert_eq(netstack_init(), 0);
    netstack_t *global = netstack_find_by_stackid(0);
    zoneid_t zone = make_exclusive_zone();
    netstack_t *ns = netstack_find_by_stackid(zone);
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_fini(), EBUSY);

    netstack_handle_t walk;
    cr_assert_null(netstack_find_by_stackid(0));
    cr_assert_null(netstack_find_by_zoneid(0));
    cr_assert_null(netstack_get_current());
    netstack_next_init(&walk);
    cr_assert_null(netstack_next(&walk));
    netstack_next_fini(&walk);
    cr_assert_eq(netstack_init(), EBUSY);
    cr_assert_eq(module_register(NS_IP), ENXIO);
    cr_assert_eq(netstack_unregister(NS_IP), ENXIO);
    cr_assert_eq(netstack_barrier(), ENXIO);
    cr_assert_eq(netstack_wait_gone(1), ENXIO);

    netstack_rele(global);
    cr_assert_eq(netstack_fini(), EBUSY);
    netstack_rele(ns);
    cr_assert_eq(netstack_fini(), 0);
    cr_assert_eq(netstack_init(), 0);
    global = netstack_find_by_stackid(0);
    cr_assert_eq(netstack_get_uid(global), 3);
    netstack_rele(global);
    cr_assert_eq(netstack_wait_gone(1), 0);
    cr_assert_eq(netstack_fini(), 0);
}

Test(netstack_service, fini_waits_for_the_reaps)
{
    cr_assert_eq(netstack_init(), 0);
    for (int i = 0; i < 100; i++) {
        (void)make_exclusive_zone();
    }
    for (zoneid_t zone = 1; zone <= 100; zone++) {
        cr_assert_eq(zone_destroy(zone), 0);
    }
    cr_assert_eq(netstack_fini(), 0);
    cr_assert_not(netstack_inuse_by_stackid(100));
}

Test(netstack_service, a_walk_left_open_keeps_memory_and_nothing_else)
{
    netstack_handle_t walk;
    cr_assert_eq(netstack_init(), 0);
    netstack_next_init(&walk);
    netstack_t *ns = netstack_next(&walk);
    netstack_rele(ns);
    cr_assert_eq(netstack_fini(), 0);
    cr_assert_eq(netstack_init(), 0);
    cr_assert_null(netstack_next(&walk));
    netstack_next_fini(&walk);
    cr_assert_eq(netstack_fini(), 0);
}

Test(netstack_service, zones_work_without_it)
{
    zoneid_t zone = make_exclusive_zone();
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_init(), 0);
    cr_assert_eq(netstack_fini(), 0);
    zone = make_exclusive_zone();
    cr_assert_not(netstack_inuse_by_stackid(zone));
    cr_assert_eq(zone_destroy(zone), 0);
}
