/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Zones that share the global stack, and the one that owns it.
 */
#include "netstack/netstack_impl.h"
#include "recording_modules.h"
#include "seen_probes.h"

TestSuite(netstack_attach, .init = core_start, .fini = core_stop);

Test(netstack_attach, a_shared_zone_makes_no_stack)
{
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_zone();
    recorder_expect("6+0");
    cr_assert_not(netstack_inuse_by_stackid(zone));
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__inc__numzones), 1);
    cr_assert_eq(zone_destroy(zone), 0);
    recorder_expect("6+0");
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__dec__numzones), 0);
}

Test(netstack_attach, zone_0_cannot_go_before_the_others)
{
    zoneid_t zone = make_zone();
    cr_assert_eq(zone_shutdown(0), EBUSY);
    cr_assert_eq(zone_destroy(0), EBUSY);
    cr_assert_eq(zone_destroy(zone), 0);
}

Test(netstack_attach, nobody_attaches_to_a_stack_that_is_shut_down)
{
    zoneid_t zone;
    cr_assert_eq(zone_shutdown(0), 0);
    cr_assert_eq(zone_create(0, &zone), ENXIO);
    cr_assert_eq(zone_create(ZF_NET_EXCL, &zone), 0);
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__inc__numzones), 0);
}

Test(netstack_attach, nobody_attaches_to_a_stack_that_is_gone)
{
    zoneid_t zone;
    cr_assert_eq(zone_destroy(0), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(zone_create(0, &zone), ENXIO);
    cr_assert_eq(zone_create(ZF_NET_EXCL, &zone), 0);
}

Test(netstack_attach, an_attach_without_memory_leaves_nothing)
{
    bool failed = true;
    kstat_t *ks = kstat_create_netstack("m", 0, "n", "c", 0, 0, 0, 0);
    for (uint64_t nth = 1; failed; nth++) {
        zoneid_t id;
        size_t before = test_memory_live();
        test_memory_fail_nth(nth);
        int error = zone_create(0, &id);
        failed = test_memory_has_failed();
        test_memory_fail_nth(0);
        cr_assert_eq(error, failed ? ENOMEM : 0);
        if (error == 0) {
            cr_assert_eq(zone_destroy(id), 0);
        }
        cr_assert_eq(test_memory_live(), before);
        cr_assert(netstack_all_valid());
        cr_assert(kstat_is_valid());
    }
    cr_assert_eq(kstat_delete_netstack(ks, 0), 0);
}

Test(netstack_attach, the_last_zone_shuts_the_stack_down)
{
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_zone();
    cr_assert_eq(zone_shutdown(zone), 0);
    recorder_expect("6+0");
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(zone_shutdown(0), 0);
    recorder_expect("6+0 6!0");
}

static int
destroy_zone(int zone)
{
    return zone_destroy(zone);
}

static int
shut_zone_down(int zone)
{
    return zone_shutdown(zone);
}

/*
 * Zone 0 was alone when its shutdown began, and no longer when its turn came: so nobody's shutdown
 * makes a pass over the modules, and none stands between a register's look and the close.
 */
Test(netstack_attach, a_stack_closes_after_the_create_that_found_it_live)
{
    struct call registers, shuts_down, halts;
    module_close_gate(NS_IP, '+', 0);
    call_start(&registers, module_register, NS_IP);
    gate_await(&modules[NS_IP].gate);
    call_start(&shuts_down, shut_zone_down, 0);
    probe_await(KERNEL_PROBE_netstack__wait__nms__inprogress, 1);
    zoneid_t zone = make_zone();
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&registers), 0);
    cr_assert_eq(call_finish(&shuts_down), 0);
    recorder_expect("6+0");

    module_close_gate(NS_TCP, '+', 0);
    call_start(&registers, module_register, NS_TCP);
    gate_await(&modules[NS_TCP].gate);
    cr_assert_eq(zone_destroy(zone), 0);
    call_start(&halts, destroy_zone, 0);
    while (probe_count(KERNEL_PROBE_netstack__wait__nms__inprogress) == 1 && !halts.has_answered) {
        kernel_sleep_ns(1000);
    }
    uint64_t closed = probe_count(KERNEL_PROBE_netstack__dec__numzones);
    gate_open(&modules[NS_TCP].gate);
    cr_assert_eq(closed, 0);
    cr_assert_eq(call_finish(&registers), 0);
    cr_assert_eq(call_finish(&halts), 0);
    cr_assert_eq(netstack_barrier(), 0);
    recorder_expect("6+0 9+0 9!0 6!0 9-0 6-0");
}

Test(netstack_attach, ids_of_zones_and_stacks)
{
    zoneid_t shared = make_zone();
    zoneid_t exclusive = make_exclusive_zone();
    cr_assert_eq(zoneid_to_netstackid(shared), 0);
    cr_assert_eq(zoneid_to_netstackid(exclusive), exclusive);
    cr_assert_eq(zoneid_to_netstackid(0), 0);
    cr_assert_eq(zoneid_to_netstackid(1234567), 1234567);
    cr_assert_eq(netstackid_to_zoneid(exclusive), exclusive);
    cr_assert_eq(zone_destroy(shared), 0);
    cr_assert_eq(zoneid_to_netstackid(shared), shared);
}

/* --- a stack that is not initialised yet: made by hand, since nothing holds the birth of stack 0 up --- */

static struct netstack__stack *
take_initialisation_back(void)
{
    netstack_t *ns = netstack_find_by_stackid(0);
    struct netstack__stack *stack = netstack__of(ns);
    kernel_mutex_enter(&ns->netstack_lock);
    stack->stage = NETSTACK__UNINITIALISED;
    stack->turn = NETSTACK__TURN_BIRTH;
    kernel_mutex_exit(&ns->netstack_lock);
    netstack_rele(ns);
    return stack;
}

static void
complete_initialisation(struct netstack__stack *stack)
{
    kernel_mutex_enter(&stack->shown.netstack_lock);
    stack->stage = NETSTACK__LIVE;
    netstack__turn_end(stack);
}

Test(netstack_attach, a_shared_zone_waits_while_the_stack_is_uninitialised)
{
    struct call boots;
    struct netstack__stack *stack = take_initialisation_back();
    call_start(&boots, boot_shared, 0);
    while (probe_count(KERNEL_PROBE_netstack__wait__zone__inprogress) == 0 && !boots.has_answered) {
        kernel_sleep_ns(1000);
    }
    cr_assert_not(boots.has_answered);
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__inc__numzones), 0);
    complete_initialisation(stack);
    cr_assert_eq(call_finish(&boots), 0);
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__inc__numzones), 1);
}
