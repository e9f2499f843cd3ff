/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Turns of one stack, and the order and number of callbacks that they promise.
 */
#include "netstack/netstack_impl.h"
#include "recording_modules.h"
#include "seen_probes.h"

TestSuite(netstack_apply, .init = core_start, .fini = core_stop);

static void
register_three(void)
{
    cr_assert_eq(module_register(NS_DLS), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(module_register(NS_TCP), 0);
}

Test(netstack_apply, a_zone_shutdown_calls_shutdown_descending_and_once)
{
    register_three();
    zoneid_t zone = make_exclusive_zone();
    recorder_clear();
    cr_assert_eq(zone_shutdown(zone), 0);
    recorder_expect("9!1 6!1 0!1");
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    recorder_expect("9!1 6!1 0!1 9-1 6-1 0-1");
}

Test(netstack_apply, lookups_still_find_a_stack_that_is_shut_down)
{
    zoneid_t zone = make_exclusive_zone();
    cr_assert_eq(zone_shutdown(zone), 0);
    netstack_t *ns = netstack_find_by_stackid(zone);
    cr_assert_not_null(ns);
    netstack_rele(ns);
}

Test(netstack_apply, an_unregister_waits_for_the_zones_shutdown_and_repeats_nothing)
{
    struct call halt, other;
    register_three();
    zoneid_t zone = make_exclusive_zone();
    recorder_clear();
    module_close_gate(NS_TCP, '!', zone);
    call_start(&halt, zone_shutdown, zone);
    gate_await(&modules[NS_TCP].gate);
    call_start(&other, netstack_unregister, NS_IP);
    probe_await(KERNEL_PROBE_netstack__wait__zone__inprogress, 1);
    gate_open(&modules[NS_TCP].gate);
    cr_assert_eq(call_finish(&halt), 0);
    cr_assert_eq(call_finish(&other), 0);
    recorder_expect("9!1 6!0 6!1 0!1 6-0 6-1");
}

Test(netstack_apply, a_zone_shutdown_waits_for_an_unregister_and_repeats_nothing)
{
    struct call halt, other;
    register_three();
    zoneid_t zone = make_exclusive_zone();
    recorder_clear();
    module_close_gate(NS_IP, '!', zone);
    call_start(&other, netstack_unregister, NS_IP);
    gate_await(&modules[NS_IP].gate);
    call_start(&halt, zone_shutdown, zone);
    probe_await(KERNEL_PROBE_netstack__wait__nms__inprogress, 1);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&halt), 0);
    cr_assert_eq(call_finish(&other), 0);
    /* Who goes on first when the gate opens is open; that each shutdown comes once is not. */
    cr_assert_eq(word_count("6!1"), 1);
    cr_assert_eq(word_count("9!1"), 1);
    cr_assert_eq(word_count("0!1"), 1);
    cr_assert_lt(strstr(recorder_text(), "9!1"), strstr(recorder_text(), "0!1"));
}

Test(netstack_apply, the_end_of_a_zone_waits_for_a_register_and_tears_its_instance_down)
{
    struct call other, halt;
    zoneid_t zone = make_exclusive_zone();
    module_close_gate(NS_IP, '+', zone);
    call_start(&other, module_register, NS_IP);
    gate_await(&modules[NS_IP].gate);
    call_start(&halt, zone_destroy, zone);
    probe_await(KERNEL_PROBE_netstack__wait__nms__inprogress, 1);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), 0);
    cr_assert_eq(call_finish(&halt), 0);
    cr_assert_eq(netstack_barrier(), 0);
    recorder_expect("6+0 6+1 6!1 6-1");
}

Test(netstack_apply, a_reap_waits_for_an_unregister_and_repeats_nothing)
{
    struct call other;
    register_three();
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    recorder_clear();
    module_close_gate(NS_IP, '-', ns->netstack_stackid);
    call_start(&other, netstack_unregister, NS_IP);
    gate_await(&modules[NS_IP].gate);
    netstack_rele(ns);
    probe_await(KERNEL_PROBE_netstack__wait__nms__inprogress, 1);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), 0);
    cr_assert_eq(netstack_barrier(), 0);
    recorder_expect("6!0 6-0 6-1 9-1 0-1");
}

Test(netstack_apply, an_unregister_that_waited_for_a_reap_finds_nothing_left)
{
    struct call other;
    register_three();
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    recorder_clear();
    module_close_gate(NS_TCP, '-', ns->netstack_stackid);
    netstack_rele(ns);
    gate_await(&modules[NS_TCP].gate);
    call_start(&other, netstack_unregister, NS_IP);
    probe_await(KERNEL_PROBE_netstack__wait__zone__inprogress, 1);
    gate_open(&modules[NS_TCP].gate);
    cr_assert_eq(call_finish(&other), 0);
    cr_assert_eq(word_count("6-1"), 1);
    cr_assert_eq(word_count("6!1"), 0);
}

static _Atomic int running;

static void
expect_to_be_alone(char phase, netstackid_t id, netstack_t *ns)
{
    (void)phase;
    (void)ns;
    if (id != 0) {
        cr_assert_eq(running++, 0);
        kernel_sleep_ns(1000000);
        running--;
    }
}

Test(netstack_apply, turns_do_not_overlap_though_many_wait)
{
    struct call other[4];
    register_three();
    zoneid_t zone = make_exclusive_zone();
    modules[NS_DLS].inside = expect_to_be_alone;
    modules[NS_TCP].inside = expect_to_be_alone;
    modules[NS_ARP].inside = expect_to_be_alone;
    module_close_gate(NS_IP, '!', zone);
    call_start(&other[0], netstack_unregister, NS_IP);
    gate_await(&modules[NS_IP].gate);
    call_start(&other[1], netstack_unregister, NS_DLS);
    call_start(&other[2], netstack_unregister, NS_TCP);
    call_start(&other[3], module_register, NS_ARP);
    probe_await(KERNEL_PROBE_netstack__wait__nms__inprogress, 3);
    gate_open(&modules[NS_IP].gate);
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(call_finish(&other[i]), 0);
    }
}

static int
wait_gone(int uid)
{
    return netstack_wait_gone((uint64_t)uid);
}

Test(netstack_apply, the_end_of_a_turn_wakes_all_who_wait_for_something)
{
    enum { GONE = 8 };
    struct call gone[GONE], other, waiting;
    register_three();
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    module_close_gate(NS_IP, '!', ns->netstack_stackid);
    call_start(&other, netstack_unregister, NS_IP);
    gate_await(&modules[NS_IP].gate);
    for (int i = 0; i < GONE; i++) {
        call_start(&gone[i], wait_gone, (int)netstack_get_uid(ns));
    }
    kernel_sleep_ns(10000000); /* likely enough for them to be the first in line */
    call_start(&waiting, netstack_unregister, NS_TCP);
    probe_await(KERNEL_PROBE_netstack__wait__nms__inprogress, 1);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), 0);
    cr_assert_eq(call_finish(&waiting), 0);
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    netstack_rele(ns);
    for (int i = 0; i < GONE; i++) {
        cr_assert_eq(call_finish(&gone[i]), 0);
    }
}

Test(netstack_apply, callbacks_find_their_stack_and_others_find_none)
{
    cr_assert_null(netstack_current());
    cr_assert_eq(module_register(NS_IP), 0); /* asserts in every callback */
    cr_assert_null(netstack_current());
}

Test(netstack_apply, the_flags_follow_the_callbacks)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    const uint16_t *flags = &ns->netstack_m_state[NS_IP].nms_flags;
    cr_assert_eq(*flags, 0);
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(*flags, NSS_CREATE_COMPLETED);
    cr_assert_eq(zone_shutdown(ns->netstack_stackid), 0);
    cr_assert_eq(*flags, NSS_CREATE_COMPLETED | NSS_SHUTDOWN_COMPLETED);
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    cr_assert_eq(*flags, NSS_CREATE_COMPLETED | NSS_SHUTDOWN_COMPLETED);
    netstack_rele(ns);
}

static void
expect_phase_in_progress(char phase, netstackid_t id, netstack_t *ns)
{
    (void)id;
    unsigned created = NSS_CREATE_COMPLETED, down = created | NSS_SHUTDOWN_COMPLETED;
    cr_assert_eq(ns->netstack_m_state[NS_IP].nms_flags, phase == '+' ? NSS_CREATE_INPROGRESS
                                                        : phase == '!'
                                                            ? created | NSS_SHUTDOWN_INPROGRESS
                                                            : down | NSS_DESTROY_INPROGRESS);
}

Test(netstack_apply, in_a_callback_its_phase_is_in_progress)
{
    modules[NS_IP].inside = expect_phase_in_progress;
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_exclusive_zone();
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    recorder_expect("6+0 6+1 6!1 6-1 6!0 6-0");
}

static void
expect_no_lock(char phase, netstackid_t id, netstack_t *ns)
{
    (void)phase;
    (void)id;
    cr_assert_not(kernel_mutex_is_held(&ns->netstack_lock));
    cr_assert_not(kernel_mutex_is_held(&netstack__service.lock));
}

Test(netstack_apply, callbacks_are_called_without_locks)
{
    modules[NS_IP].inside = expect_no_lock;
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_exclusive_zone();
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    recorder_expect("6+0 6+1 6!1 6-1 6!0 6-0");
}
