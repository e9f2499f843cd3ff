/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reaps: when, where and in which order; who waits for them; the limit that births keep.
 */
#include "recording_modules.h"
#include "seen_probes.h"

static void
start_with_limit_of_one(void)
{
    netstack_outstanding_reaps = 1;
    core_start();
}

TestSuite(netstack_reap, .init = core_start, .fini = core_stop);
TestSuite(netstack_reap_limit, .init = start_with_limit_of_one, .fini = core_stop);

Test(netstack_reap, a_reap_destroys_descending)
{
    cr_assert_eq(module_register(NS_DLS), 0);
    cr_assert_eq(module_register_without_shutdown(NS_IP), 0);
    cr_assert_eq(module_register(NS_TCP), 0);
    zoneid_t zone = make_exclusive_zone();
    recorder_clear();
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    recorder_expect("9!1 0!1 9-1 6-1 0-1");
}

static uint64_t destroyed_by;

static void
note_thread(char phase, netstackid_t id, netstack_t *ns)
{
    (void)id;
    (void)ns;
    if (phase == '-') {
        destroyed_by = kernel_thread_id();
    }
}

Test(netstack_reap, a_reap_runs_on_a_thread_of_its_own)
{
    cr_assert_eq(module_register(NS_IP), 0);
    modules[NS_IP].inside = note_thread;
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    module_close_gate(NS_IP, '-', ns->netstack_stackid);
    netstack_rele(ns); /* returns although destroy waits */
    gate_await(&modules[NS_IP].gate);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_neq(destroyed_by, kernel_thread_id());
    modules[NS_IP].inside = NULL;
}

Test(netstack_reap, zone_destroy_returns_before_the_reap_ends)
{
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_exclusive_zone();
    module_close_gate(NS_IP, '-', zone);
    cr_assert_eq(zone_destroy(zone), 0);
    gate_await(&modules[NS_IP].gate);
    cr_assert(netstack_inuse_by_stackid(zone));
    cr_assert_null(netstack_find_by_stackid(zone));
    gate_open(&modules[NS_IP].gate);
}

Test(netstack_reap, reaps_come_first_in_first_out)
{
    enum { STACKS = 5 };
    netstack_t *held[STACKS];
    cr_assert_eq(module_register(NS_IP), 0);
    for (int i = 0; i < STACKS; i++) {
        held[i] = netstack_find_by_stackid(make_exclusive_zone());
        cr_assert_eq(zone_destroy(held[i]->netstack_stackid), 0);
    }
    recorder_clear();
    /* The first holds the reaper up until the others are queued. */
    module_close_gate(NS_IP, '-', 4);
    netstack_rele(held[3]);
    gate_await(&modules[NS_IP].gate);
    static const int order[] = {0, 4, 2, 1};
    for (int i = 0; i < STACKS - 1; i++) {
        netstack_rele(held[order[i]]);
    }
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(netstack_barrier(), 0);
    recorder_expect("6-4 6-1 6-5 6-3 6-2");
}

Test(netstack_reap, a_held_stack_is_not_reaped)
{
    cr_assert_eq(module_register(NS_IP), 0);
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    cr_assert_eq(netstack_barrier(), 0);
    recorder_expect("6+0 6+1 6!1");
    cr_assert_eq(ns->netstack_modules[NS_IP], module_instance(NS_IP, 1));
    netstack_rele(ns);
}

static int
wait_gone(int uid)
{
    return netstack_wait_gone((uint64_t)uid);
}

Test(netstack_reap, wait_gone_waits_until_the_stack_is_unlinked)
{
    struct call waiter;
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_exclusive_zone();
    module_close_gate(NS_IP, '-', zone);
    cr_assert_eq(zone_destroy(zone), 0);
    gate_await(&modules[NS_IP].gate);
    call_start(&waiter, wait_gone, 2);
    kernel_sleep_ns(5000000);
    cr_assert_not(waiter.has_answered);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&waiter), 0);
    cr_assert_not(netstack_inuse_by_stackid(zone));
    cr_assert_eq(netstack_wait_gone(2), 0);
}

Test(netstack_reap, wait_gone_knows_what_was_never_born)
{
    cr_assert_eq(netstack_wait_gone(0), ENOENT);
    cr_assert_eq(netstack_wait_gone(2), ENOENT);
    cr_assert_eq(netstack_wait_gone(UINT64_MAX), ENOENT);
}

static int
barrier(int unused)
{
    (void)unused;
    return netstack_barrier();
}

Test(netstack_reap, a_barrier_waits_for_what_was_outstanding)
{
    struct call waiter;
    struct netstack_figures figures;
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_exclusive_zone();
    module_close_gate(NS_IP, '-', zone);
    cr_assert_eq(zone_destroy(zone), 0);
    gate_await(&modules[NS_IP].gate);
    netstack_read_figures(&figures);
    cr_assert_eq(figures.reaps_outstanding, 1);
    uint64_t waits = figures.waits;
    call_start(&waiter, barrier, 0);
    do {
        netstack_read_figures(&figures);
        kernel_sleep_ns(1000);
    } while (figures.waits == waits);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&waiter), 0);
    netstack_read_figures(&figures);
    cr_assert_eq(figures.reaps_outstanding, 0);
    cr_assert_eq(figures.reaps_done, 1);
}

Test(netstack_reap, a_barrier_does_not_wait_for_later_reaps)
{
    struct call waiter;
    struct netstack_figures figures;
    cr_assert_eq(module_register(NS_IP), 0);
    cr_assert_eq(module_register(NS_TCP), 0);
    zoneid_t first = make_exclusive_zone(), second = make_exclusive_zone();
    module_close_gate(NS_IP, '-', first);
    module_close_gate(NS_TCP, '-', second);
    cr_assert_eq(zone_destroy(first), 0);
    gate_await(&modules[NS_IP].gate);
    netstack_read_figures(&figures);
    uint64_t waits = figures.waits;
    call_start(&waiter, barrier, 0);
    do {
        netstack_read_figures(&figures);
        kernel_sleep_ns(1000);
    } while (figures.waits == waits);
    cr_assert_eq(zone_destroy(second), 0);
    gate_open(&modules[NS_IP].gate);
    gate_await(&modules[NS_TCP].gate);
    cr_assert_eq(call_finish(&waiter), 0);
    cr_assert(netstack_inuse_by_stackid(second));
    gate_open(&modules[NS_TCP].gate);
}

/* --- the limit ---------------------------------------------------------------------------- */

static uint64_t limited_ns;

static void
note_limit(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1)
{
    (void)arg1;
    if (probe == KERNEL_PROBE_netstack__reap__rate__limited) {
        limited_ns = arg0;
    }
}

Test(netstack_reap_limit, a_birth_waits_unlisted_while_there_are_too_many_reaps)
{
    struct call birth;
    struct netstack_figures figures;
    cr_assert_eq(module_register(NS_IP), 0);
    zoneid_t zone = make_exclusive_zone();
    module_close_gate(NS_IP, '-', zone);
    cr_assert_eq(zone_destroy(zone), 0);
    gate_await(&modules[NS_IP].gate);

    probe_listen(note_limit);
    netstack_read_figures(&figures);
    uint64_t waits = figures.waits;
    call_start(&birth, boot_exclusive, 0);
    do {
        netstack_read_figures(&figures);
        kernel_sleep_ns(1000);
    } while (figures.waits == waits);
    cr_assert_not(netstack_inuse_by_stackid(zone + 1));
    /* Shared zones have no stack to wait with. */
    cr_assert_eq(boot_shared(0), 0);

    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&birth), 0);
    cr_assert_gt(limited_ns, 0);
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__reap__rate__limited), 1);
    probe_listen(NULL);
}

Test(netstack_reap_limit, a_held_stack_does_not_count)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    (void)make_exclusive_zone();
    netstack_rele(ns);
}

Test(netstack_reap_limit, dropping_references_never_waits_and_may_pass_the_limit)
{
    enum { STACKS = 3 };
    netstack_t *held[STACKS];
    struct netstack_figures figures;
    cr_assert_eq(module_register(NS_IP), 0);
    for (int i = 0; i < STACKS; i++) {
        held[i] = netstack_find_by_stackid(make_exclusive_zone());
        cr_assert_eq(zone_destroy(held[i]->netstack_stackid), 0);
    }
    module_close_gate(NS_IP, '-', 1);
    for (int i = 0; i < STACKS; i++) {
        netstack_rele(held[i]);
    }
    gate_await(&modules[NS_IP].gate);
    netstack_read_figures(&figures);
    cr_assert_eq(figures.reaps_outstanding, STACKS);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(netstack_barrier(), 0);
}

/* --- a stack that comes to its reap without a shutdown ---------------------------------------- */

TestSuite(netstack_reap_late);

Test(netstack_reap_late, a_stack_whose_shutdown_was_never_run_gets_it_in_its_reap)
{
    /* A key before the netstack's holds up zone 0's shutdown until another zone has attached. */
    struct call halt;
    zone_init();
    kstat_init();
    cr_assert_eq(recorder_key_create(&key_a), 0);
    cr_assert_eq(netstack_init(), 0);
    for (int module = 0; module < NS_MAX; module++) {
        modules[module] = (struct recording_module){.fails_for = -1, .leaves_reference_on = -1};
    }
    cr_assert_eq(module_register(NS_DLS), 0);
    cr_assert_eq(module_register(NS_IP), 0);
    gate_close_for(&key_a.shutdown_gate, 1);
    call_start(&halt, zone_shutdown, 0);
    gate_await(&key_a.shutdown_gate);
    zoneid_t zone = make_zone();
    recorder_clear();
    gate_open(&key_a.shutdown_gate);
    cr_assert_eq(call_finish(&halt), 0);
    recorder_expect("a!0");
    cr_assert_eq(zone_destroy(zone), 0);
    recorder_clear();
    cr_assert_eq(zone_destroy(0), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_eq(word_count("6!0"), 1);
    cr_assert_lt(strstr(recorder_text(), "6!0"), strstr(recorder_text(), "0!0"));
    cr_assert_lt(strstr(recorder_text(), "0!0"), strstr(recorder_text(), "6-0"));
    cr_assert_lt(strstr(recorder_text(), "6-0"), strstr(recorder_text(), "0-0"));

    cr_assert_eq(netstack_unregister(NS_DLS), 0);
    cr_assert_eq(netstack_unregister(NS_IP), 0);
    cr_assert_eq(netstack_fini(), 0);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
    cr_assert_eq(kstat_fini(), 0);
    cr_assert_eq(zone_fini(), 0);
    cr_assert_eq(test_memory_live(), 0);
}
