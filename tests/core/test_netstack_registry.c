/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Register and unregister: what they answer, whom they call, in which order, and what is left.
 */
#include "recording_modules.h"
#include "seen_probes.h"

TestSuite(netstack_registry, .init = core_start, .fini = core_stop);

static void *
create_any(netstackid_t id, netstack_t *ns)
{
    (void)id;
    return ns;
}

static void
ignore_any(netstackid_t id, void *instance)
{
    (void)id;
    (void)instance;
}

Test(netstack_registry, register_refuses_bad_arguments)
{
    cr_assert_eq(netstack_register(-1, create_any, NULL, ignore_any), EINVAL);
    cr_assert_eq(netstack_register(NS_MAX, create_any, NULL, ignore_any), EINVAL);
    cr_assert_eq(netstack_register(0, NULL, NULL, ignore_any), EINVAL);
    cr_assert_eq(netstack_register(0, create_any, NULL, NULL), EINVAL);
    cr_assert_eq(netstack_register(0, create_any, NULL, ignore_any), 0);
}

Test(netstack_registry, unregister_refuses_bad_arguments)
{
    cr_assert_eq(netstack_unregister(-1), EINVAL);
    cr_assert_eq(netstack_unregister(NS_MAX), EINVAL);
    cr_assert_eq(netstack_unregister(0), ENOENT);
}

Test(netstack_registry, registering_twice_is_refused)
{
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(module_register(NS_IP), EEXIST);
    recorder_expect("6+0");
}

Test(netstack_registry, register_creates_on_every_stack_in_order_of_birth)
{
    (void)make_exclusive_zone();
    (void)make_exclusive_zone();
    cr_assert_eq(module_register(NS_TCP), 0);
    recorder_expect("9+0 9+1 9+2");
}

Test(netstack_registry, unregister_shuts_all_down_before_it_destroys_any)
{
    (void)make_exclusive_zone();
    cr_assert_eq(module_register(NS_TCP), 0);
    recorder_clear();
    cr_assert_eq(netstack_unregister(NS_TCP), 0);
    recorder_expect("9!0 9!1 9-0 9-1");
    cr_assert_eq(netstack_unregister(NS_TCP), ENOENT);
}

Test(netstack_registry, unregister_leaves_pointers_null_and_flags_zero)
{
    netstack_t *ns = netstack_find_by_stackid(0);
    cr_assert_eq(module_register(NS_TCP), 0);
    cr_assert_eq(ns->netstack_modules[NS_TCP], module_instance(NS_TCP, 0));
    cr_assert_eq(ns->netstack_m_state[NS_TCP].nms_flags, NSS_CREATE_COMPLETED);
    cr_assert_eq(netstack_unregister(NS_TCP), 0);
    cr_assert_null(ns->netstack_modules[NS_TCP]);
    cr_assert_eq(ns->netstack_m_state[NS_TCP].nms_flags, 0);
    netstack_rele(ns);
}

Test(netstack_registry, a_module_without_shutdown_is_only_destroyed)
{
    netstack_t *ns = netstack_find_by_stackid(0);
    cr_assert_eq(module_register_without_shutdown(NS_IP), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    recorder_expect("6+0 6-0");
    cr_assert_eq(ns->netstack_m_state[NS_IP].nms_flags, 0);
    netstack_rele(ns);
}

Test(netstack_registry, a_slot_can_be_registered_again)
{
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    recorder_expect("6+0 6!0 6-0 6+0");
}

Test(netstack_registry, a_failing_create_undoes_the_others_in_reverse)
{
    zoneid_t last = 0;
    for (int i = 0; i < 3; i++) {
        last = make_exclusive_zone();
    }
    modules[NS_IP].fails_for = last;
    cr_assert_eq(module_register(NS_IP), ENOMEM);
    recorder_expect("6+0 6+1 6+2 6+3 6!2 6!1 6!0 6-2 6-1 6-0");

    netstack_t *ns = netstack_find_by_stackid(last);
    cr_assert_null(ns->netstack_modules[NS_IP]);
    cr_assert_eq(ns->netstack_m_state[NS_IP].nms_flags, 0);
    netstack_rele(ns);
    modules[NS_IP].fails_for = -1;
    cr_assert_eq(module_register(NS_IP), 0);
}

Test(netstack_registry, a_stack_that_is_shut_down_gets_no_create)
{
    zoneid_t zone = make_exclusive_zone();
    cr_assert_eq(zone_shutdown(zone), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    recorder_expect("6+0");
}

Test(netstack_registry, a_lingering_stack_gets_no_create)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    recorder_expect("6+0");
    netstack_rele(ns);
}

Test(netstack_registry, unregister_tears_a_lingering_stack_down_too)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    recorder_expect("6+0 6+1 6!1");
    recorder_clear();
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    recorder_expect("6!0 6-0 6-1");
    cr_assert_eq(ns->netstack_m_state[NS_IP].nms_flags, 0);
    netstack_rele(ns);
    cr_assert_eq(netstack_barrier(), 0);
    recorder_expect("6!0 6-0 6-1");
}

/* --- beside each other: the calls meet where a callback waits at a gate ----------------------- */

Test(netstack_registry, a_slot_is_taken_from_the_entry_of_register)
{
    struct call other;
    module_close_gate(NS_IP, '+', 0);
    call_start(&other, module_register, NS_IP);
    gate_await(&modules[NS_IP].gate);
    cr_assert_eq(module_register(NS_IP), EEXIST);
    cr_assert_eq(netstack_unregister(NS_IP), EBUSY);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), 0);
}

Test(netstack_registry, a_slot_is_taken_until_unregister_has_ended)
{
    struct call other;
    cr_assert_eq(module_register(NS_IP), 0);
    module_close_gate(NS_IP, '-', 0);
    call_start(&other, netstack_unregister, NS_IP);
    gate_await(&modules[NS_IP].gate);
    cr_assert_eq(module_register(NS_IP), EEXIST);
    cr_assert_eq(netstack_unregister(NS_IP), EBUSY);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), 0);
}

Test(netstack_registry, a_slot_is_taken_until_rollback_has_ended)
{
    struct call other;
    modules[NS_IP].fails_for = make_exclusive_zone();
    module_close_gate(NS_IP, '-', 0);
    call_start(&other, module_register, NS_IP);
    gate_await(&modules[NS_IP].gate);
    cr_assert_eq(module_register(NS_IP), EEXIST);
    cr_assert_eq(netstack_unregister(NS_IP), EBUSY);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), ENOMEM);
}

Test(netstack_registry, a_birth_that_comes_later_creates_for_itself)
{
    struct call other;
    module_close_gate(NS_IP, '+', 0);
    call_start(&other, module_register, NS_IP);
    gate_await(&modules[NS_IP].gate);
    zoneid_t zone = make_exclusive_zone();
    recorder_expect("6+0 6+1");
    netstack_t *ns = netstack_find_by_stackid(zone);
    cr_assert_eq(ns->netstack_modules[NS_IP], module_instance(NS_IP, zone));
    netstack_rele(ns);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), 0);
    recorder_expect("6+0 6+1");
}

Test(netstack_registry, register_waits_for_a_birth_that_came_before)
{
    struct call birth, other;
    cr_assert_eq(module_register(NS_TCP), 0);
    recorder_clear();
    module_close_gate(NS_TCP, '+', 1);
    call_start(&birth, boot_exclusive, 0);
    gate_await(&modules[NS_TCP].gate);
    uint64_t waits = probe_count(KERNEL_PROBE_netstack__wait__zone__inprogress);
    call_start(&other, module_register, NS_IP);
    probe_await(KERNEL_PROBE_netstack__wait__zone__inprogress, waits + 1);
    recorder_expect("9+1 6+0");
    gate_open(&modules[NS_TCP].gate);
    cr_assert_eq(call_finish(&birth), 0);
    cr_assert_eq(call_finish(&other), 0);
    recorder_expect("9+1 6+0 6+1");
}

Test(netstack_registry, a_failing_register_takes_what_births_made_with_it)
{
    struct call other;
    modules[NS_IP].fails_for = 0;
    module_close_gate(NS_IP, '+', 0);
    call_start(&other, module_register, NS_IP);
    gate_await(&modules[NS_IP].gate);
    zoneid_t zone = make_exclusive_zone();
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), ENOMEM);
    recorder_expect("6+0 6+1 6!1 6-1");
    netstack_t *ns = netstack_find_by_stackid(zone);
    cr_assert_null(ns->netstack_modules[NS_IP]);
    netstack_rele(ns);
}

Test(netstack_registry, a_failing_birth_leaves_the_registration_alone)
{
    struct call other;
    modules[NS_IP].fails_for = 1;
    module_close_gate(NS_IP, '+', 0);
    call_start(&other, module_register, NS_IP);
    gate_await(&modules[NS_IP].gate);
    cr_assert_eq(boot_exclusive(0), ENOMEM);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), 0);
    recorder_expect("6+0 6+1");
}

Test(netstack_registry, unregister_waits_for_a_create_in_progress_and_shuts_it_down)
{
    struct call birth, other;
    cr_assert_eq(module_register(NS_IP), 0);
    recorder_clear();
    module_close_gate(NS_IP, '+', 1);
    call_start(&birth, boot_exclusive, 0);
    gate_await(&modules[NS_IP].gate);
    uint64_t waits = probe_count(KERNEL_PROBE_netstack__wait__zone__inprogress);
    call_start(&other, netstack_unregister, NS_IP);
    probe_await(KERNEL_PROBE_netstack__wait__zone__inprogress, waits + 1);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&birth), 0);
    cr_assert_eq(call_finish(&other), 0);
    recorder_expect("6+1 6!0 6!1 6-0 6-1");
}

Test(netstack_registry, births_during_an_unregister_do_not_know_the_module)
{
    struct call other;
    cr_assert_eq(module_register(NS_IP), 0);
    module_close_gate(NS_IP, '!', 0);
    call_start(&other, netstack_unregister, NS_IP);
    gate_await(&modules[NS_IP].gate);
    (void)make_exclusive_zone();
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&other), 0);
    recorder_expect("6+0 6!0 6-0");
}

/* --- registrations that follow each other in one slot -------------------------------------------- */

static void *
create_second(netstackid_t id, netstack_t *ns)
{
    (void)ns;
    recorder_note("second+%d", id);
    return &modules[NS_IP];
}

static void
shut_second_down(netstackid_t id, void *instance)
{
    cr_assert_eq(instance, &modules[NS_IP]);
    recorder_note("second!%d", id);
}

static void
destroy_second(netstackid_t id, void *instance)
{
    cr_assert_eq(instance, &modules[NS_IP]);
    recorder_note("second-%d", id);
}

Test(netstack_registry, a_slot_registered_again_calls_the_new_callbacks_with_what_they_made)
{
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    recorder_clear();
    cr_assert_eq(netstack_register(NS_IP, create_second, shut_second_down, destroy_second), 0);
    zoneid_t zone = make_exclusive_zone();
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    recorder_expect("second+0 second+1 second!1 second-1 second!0 second-0");
}
