/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Birth with its undo, ids and uids, and the size of a stack.
 */
#include "netstack/netstack_impl.h"
#include "recording_modules.h"
#include "seen_probes.h"

TestSuite(netstack_stack, .init = core_start, .fini = core_stop);

Test(netstack_stack, a_birth_creates_in_ascending_order)
{
    cr_assert_eq(module_register(NS_TCP), 0);
    cr_assert_eq(module_register(NS_DLS), 0);
    cr_assert_eq(module_register(NS_ILB), 0);
    recorder_clear();
    (void)make_exclusive_zone();
    recorder_expect("0+1 9+1 18+1");
}

Test(netstack_stack, nobody_finds_a_stack_before_all_its_creates)
{
    struct call birth;
    cr_assert_eq(module_register(NS_IP), 0);
    module_close_gate(NS_IP, '+', 1);
    call_start(&birth, boot_exclusive, 0);
    gate_await(&modules[NS_IP].gate);
    cr_assert_null(netstack_find_by_stackid(1));
    cr_assert(netstack_inuse_by_stackid(1));
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&birth), 0);
    netstack_t *ns = netstack_find_by_stackid(1);
    cr_assert_not_null(ns);
    netstack_rele(ns);
}

Test(netstack_stack, a_failing_birth_is_undone_in_reverse)
{
    cr_assert_eq(module_register(NS_DLS), 0);
    cr_assert_eq(module_register(NS_STR), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(module_register(NS_TCP), 0);
    recorder_clear();
    modules[NS_IP].fails_for = 1;
    cr_assert_eq(boot_exclusive(0), ENOMEM);
    recorder_expect("0+1 2+1 6+1 2!1 0!1 2-1 0-1");
    cr_assert_not(netstack_inuse_by_stackid(1));
}

Test(netstack_stack, a_failing_birth_lingers_while_a_create_left_a_reference)
{
    cr_assert_eq(module_register(NS_DLS), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    recorder_clear();
    modules[NS_DLS].leaves_reference_on = 1;
    modules[NS_IP].fails_for = 1;
    cr_assert_eq(boot_exclusive(0), ENOMEM);
    recorder_expect("0+1 6+1 0!1 0-1");
    cr_assert(netstack_inuse_by_stackid(1));
    cr_assert_null(netstack_find_by_stackid(1));

    netstack_t *ns = modules[NS_DLS].left;
    uint64_t uid = netstack_get_uid(ns);
    cr_assert_null(netstack_hold_if_active(ns));
    netstack_rele(ns);
    cr_assert_eq(netstack_wait_gone(uid), 0);
    cr_assert_not(netstack_inuse_by_stackid(1));
    recorder_expect("0+1 6+1 0!1 0-1");
}

Test(netstack_stack, a_birth_without_memory_fails_and_leaves_nothing)
{
    size_t before = test_memory_live();
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        zoneid_t id;
        test_memory_fail_nth(nth);
        int error = zone_create(ZF_NET_EXCL, &id);
        failed = test_memory_has_failed();
        test_memory_fail_nth(0);
        cr_assert_eq(error, failed ? ENOMEM : 0);
        cr_assert(netstack_all_valid());
        if (error == 0) {
            cr_assert_eq(zone_destroy(id), 0);
            cr_assert_eq(netstack_barrier(), 0);
        }
    }
    /* The reaper may still be about to free the last one. */
    netstack_t *ns = netstack_find_by_stackid(0);
    cr_assert_not_null(ns);
    netstack_rele(ns);
    while (test_memory_live() > before) {
        kernel_sleep_ns(1000);
    }
}

Test(netstack_stack, a_stack_has_the_id_of_its_zone_and_a_uid_that_never_returns)
{
    netstack_t *global = netstack_find_by_stackid(0);
    cr_assert_eq(netstack_get_uid(global), 1);
    cr_assert_eq(netstack_get_zoneid(global), 0);
    netstack_rele(global);

    uint64_t last = 1;
    for (int i = 0; i < 10; i++) {
        zoneid_t zone = make_exclusive_zone();
        netstack_t *ns = netstack_find_by_stackid(zone);
        cr_assert_eq(netstack_get_zoneid(ns), zone);
        cr_assert_gt(netstack_get_uid(ns), last);
        last = netstack_get_uid(ns);
        netstack_rele(ns);
        cr_assert_eq(zone_destroy(zone), 0);
    }
}

static void
start_with_two_ids(void)
{
    zone_id_max = 2;
    core_start();
}

TestSuite(netstack_stack_ids, .init = start_with_two_ids, .fini = core_stop);

Test(netstack_stack_ids, a_zone_id_is_not_given_out_while_a_stack_with_it_is_listed)
{
    zoneid_t zone = make_exclusive_zone();
    netstack_t *ns = netstack_find_by_stackid(zone);
    cr_assert_eq(zone_destroy(zone), 0);
    zoneid_t other = make_zone();
    cr_assert_neq(other, zone);
    zoneid_t third;
    cr_assert_eq(zone_create(0, &third), EAGAIN);
    netstack_rele(ns);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(make_zone(), zone);
}

Test(netstack_stack, a_stack_is_at_most_512_bytes)
{
    cr_assert_leq(sizeof(struct netstack__stack), 512);
}

Test(netstack_stack, a_failing_birth_is_undone_in_its_own_turn)
{
    struct call birth, other;
    cr_assert_eq(module_register(NS_DLS), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    recorder_clear();
    modules[NS_IP].fails_for = 1;
    module_close_gate(NS_DLS, '!', 1);
    call_start(&birth, boot_exclusive, 0);
    gate_await(&modules[NS_DLS].gate);
    call_start(&other, netstack_unregister, NS_DLS);
    while (probe_count(KERNEL_PROBE_netstack__wait__zone__inprogress) == 0 && !other.has_answered) {
        kernel_sleep_ns(1000);
    }
    /* It went to stack 0, and waits at the other for the undo to end. */
    cr_assert_not(other.has_answered);
    recorder_expect("0+1 6+1 0!1 0!0");
    gate_open(&modules[NS_DLS].gate);
    cr_assert_eq(call_finish(&birth), ENOMEM);
    cr_assert_eq(call_finish(&other), 0);
    cr_assert_eq(word_count("0!1"), 1);
    cr_assert_eq(word_count("0-1"), 1);
}

Test(netstack_stack, a_failing_birth_is_reaped_only_if_it_left_a_reference_and_then_once)
{
    struct netstack_figures figures;
    cr_assert_eq(module_register(NS_IP), 0);
    modules[NS_IP].fails_for = 1;
    cr_assert_eq(boot_exclusive(0), ENOMEM);
    netstack_read_figures(&figures);
    cr_assert_eq(figures.reaps_done, 0);
    cr_assert_eq(figures.reaps_outstanding, 0);

    modules[NS_IP].fails_for = 2;
    modules[NS_IP].leaves_reference_on = 2;
    cr_assert_eq(boot_exclusive(0), ENOMEM);
    netstack_rele(modules[NS_IP].left);
    cr_assert_eq(netstack_barrier(), 0);
    netstack_read_figures(&figures);
    cr_assert_eq(figures.reaps_done, 1);
    cr_assert_eq(figures.reaps_outstanding, 0);
}
