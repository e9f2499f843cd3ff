/* SPDX-License-Identifier: BSD-2-Clause
 *
 * netstack_init and netstack_fini: every answer, and what is left after each.
 */
#include <stdlib.h>

#include "netstack/netstack_impl.h"
#include "recording_modules.h"
#include "seen_probes.h"

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

/* --- the limit -------------------------------------------------------------------------------- */

Test(netstack_service, a_thousand_and_some_reaps_may_be_outstanding_unless_told_otherwise)
{
    cr_assert_eq(netstack_outstanding_reaps, 1024);
}

Test(netstack_service, the_limit_is_read_by_init)
{
    netstack_outstanding_reaps = 5;
    cr_assert_eq(netstack_init(), 0);
    netstack_outstanding_reaps = 7;
    cr_assert_eq(netstack__service.reaps_max, 5);
    cr_assert_eq(netstack_fini(), 0);
    cr_assert_eq(netstack_init(), 0);
    cr_assert_eq(netstack__service.reaps_max, 7);
    cr_assert_eq(netstack_fini(), 0);
}

/* --- beside each other: a key that is registered meanwhile holds the netstack's up ------------- */

static int
run_init(int unused)
{
    (void)unused;
    return netstack_init();
}

static int
run_fini(int unused)
{
    (void)unused;
    return netstack_fini();
}

static int
register_key(int unused)
{
    (void)unused;
    return recorder_key_create(&key_a);
}

static void
hold_keys_up(struct call *registers)
{
    gate_close_for(&key_a.create_gate, 1);
    call_start(registers, register_key, 0);
    gate_await(&key_a.create_gate);
}

static void
let_keys_go(struct call *registers)
{
    gate_open(&key_a.create_gate);
    cr_assert_eq(call_finish(registers), 0);
}

Test(netstack_service, init_and_fini_are_refused_while_an_init_is_at_work)
{
    struct call registers, starts;
    hold_keys_up(&registers);
    call_start(&starts, run_init, 0);
    while (netstack_fini() == ENXIO) {
        kernel_sleep_ns(1000);
    }
    cr_assert_eq(netstack_fini(), EBUSY);
    cr_assert_eq(netstack_init(), EBUSY);
    let_keys_go(&registers);
    cr_assert_eq(call_finish(&starts), 0);
    cr_assert_eq(netstack_fini(), 0);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
}

Test(netstack_service, init_and_fini_are_refused_while_a_fini_is_at_work)
{
    struct call registers, stops;
    cr_assert_eq(netstack_init(), 0);
    hold_keys_up(&registers);
    call_start(&stops, run_fini, 0);
    while (netstack_barrier() == 0) {
        kernel_sleep_ns(1000);
    }
    cr_assert_eq(netstack_fini(), EBUSY);
    cr_assert_eq(netstack_init(), EBUSY);
    let_keys_go(&registers);
    cr_assert_eq(call_finish(&stops), 0);
    cr_assert_eq(netstack_fini(), ENXIO);
    cr_assert_eq(zone_key_delete(key_a.number), 0);
}

/* --- an init that fails while somebody holds stack 0 -------------------------------------------- */

static netstack_t *held;

/* A zone is attaching: stack 0 is there. What it allocates next is not. */
static void
hold_and_take_memory_away(enum kernel_probe probe, uintptr_t arg0, uintptr_t arg1)
{
    (void)arg0;
    (void)arg1;
    if (probe == KERNEL_PROBE_netstack__inc__numzones) {
        held = netstack_find_by_stackid(0);
        test_memory_fail_nth(1);
    }
}

Test(netstack_service, an_init_that_fails_while_stack_0_is_held_is_ended_by_fini)
{
    zoneid_t shared = make_zone();
    probe_listen(hold_and_take_memory_away);
    cr_assert_eq(netstack_init(), ENOMEM);
    probe_listen(NULL);
    test_memory_fail_nth(0);
    cr_assert_not_null(held);
    cr_assert_null(netstack_find_by_stackid(0));
    cr_assert_eq(module_register(NS_IP), ENXIO);
    cr_assert_eq(netstack_init(), EBUSY);
    cr_assert_eq(zone_destroy(shared), 0);
    cr_assert_eq(netstack_fini(), EBUSY);
    netstack_rele(held);
    cr_assert_eq(netstack_fini(), 0);
    cr_assert_eq(netstack_init(), 0);
    cr_assert_eq(netstack_fini(), 0);
}

/* --- whose references they are ------------------------------------------------------------------ */

Test(netstack_service, after_a_fini_that_was_refused_a_report_says_of_which_stack_they_are)
{
    char *text = NULL;
    size_t size;
    cr_assert_eq(netstack_init(), 0);
    netstack_t *global = netstack_find_by_stackid(0);
    cr_assert_eq(netstack_fini(), EBUSY);
    FILE *out = open_memstream(&text, &size);
    netstack_report(out, false);
    fclose(out);
    cr_assert_not_null(strstr(text, "stack 0, uid 1: 1 references, lingering for "));
    free(text);
    netstack_rele(global);
    cr_assert_eq(netstack_fini(), 0);
}
