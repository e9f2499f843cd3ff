/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Walks: every active stack exactly once, whatever comes and goes.
 */
#include "recording_modules.h"

TestSuite(netstack_walk, .init = core_start, .fini = core_stop);

/* The next stack's id, given back; -1 at the end. */
static netstackid_t
step(netstack_handle_t *walk)
{
    netstack_t *ns = netstack_next(walk);
    if (ns == NULL) {
        return -1;
    }
    netstackid_t id = ns->netstack_stackid;
    netstack_rele(ns);
    return id;
}

Test(netstack_walk, returns_all_in_order_of_birth_and_then_null_for_good)
{
    netstack_handle_t walk;
    (void)make_exclusive_zone();
    (void)make_exclusive_zone();
    (void)make_zone();
    netstack_next_init(&walk);
    cr_assert_eq(step(&walk), 0);
    cr_assert_eq(step(&walk), 1);
    cr_assert_eq(step(&walk), 2);
    cr_assert_eq(step(&walk), -1);
    (void)make_exclusive_zone();
    cr_assert_eq(step(&walk), -1);
    netstack_next_fini(&walk);
}

Test(netstack_walk, what_it_returns_is_held)
{
    netstack_handle_t walk;
    zoneid_t zone = make_exclusive_zone();
    netstack_next_init(&walk);
    cr_assert_eq(step(&walk), 0);
    netstack_t *ns = netstack_next(&walk);
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert(netstack_inuse_by_stackid(zone));
    cr_assert_eq(ns->netstack_stackid, zone);
    netstack_rele(ns);
    netstack_next_fini(&walk);
}

Test(netstack_walk, keeps_its_place_when_its_stack_is_unlinked)
{
    netstack_handle_t walk;
    for (int i = 0; i < 4; i++) {
        (void)make_exclusive_zone();
    }
    netstack_next_init(&walk);
    cr_assert_eq(step(&walk), 0);
    cr_assert_eq(step(&walk), 1);
    cr_assert_eq(step(&walk), 2);
    /* Before, at, and behind the place. */
    cr_assert_eq(zone_destroy(1), 0);
    cr_assert_eq(zone_destroy(2), 0);
    cr_assert_eq(zone_destroy(3), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_not(netstack_inuse_by_stackid(2));
    cr_assert_eq(step(&walk), 4);
    cr_assert_eq(step(&walk), -1);
    netstack_next_fini(&walk);
}

Test(netstack_walk, passes_over_what_is_not_active)
{
    netstack_handle_t walk;
    struct call birth;
    zoneid_t zone = make_exclusive_zone();
    netstack_t *held = netstack_find_by_stackid(zone);
    cr_assert_eq(zone_destroy(zone), 0);
    zoneid_t last = make_exclusive_zone();
    cr_assert_eq(module_register(NS_IP), 0);
    module_close_gate(NS_IP, '+', last + 1);
    call_start(&birth, boot_exclusive, 0);
    gate_await(&modules[NS_IP].gate);
    netstack_next_init(&walk);
    cr_assert_eq(step(&walk), 0);
    cr_assert_eq(step(&walk), last);
    cr_assert_eq(step(&walk), -1);
    netstack_next_fini(&walk);
    gate_open(&modules[NS_IP].gate);
    cr_assert_eq(call_finish(&birth), 0);
    netstack_rele(held);
}

Test(netstack_walk, ends_although_others_are_born_all_the_time)
{
    netstack_handle_t walk;
    netstack_next_init(&walk);
    (void)make_exclusive_zone();
    cr_assert_eq(step(&walk), 0);
    (void)make_exclusive_zone();
    cr_assert_eq(step(&walk), -1);
    netstack_next_fini(&walk);
}

Test(netstack_walk, can_be_ended_anywhere_and_delays_no_reap)
{
    netstack_handle_t walk, unused;
    netstack_next_init(&unused);
    netstack_next_fini(&unused);
    zoneid_t zone = make_exclusive_zone();
    netstack_next_init(&walk);
    cr_assert_eq(step(&walk), 0);
    cr_assert_eq(step(&walk), zone);
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_not(netstack_inuse_by_stackid(zone));
    cr_assert_eq(netstack_wait_gone(2), 0);
    struct netstack_figures figures;
    netstack_read_figures(&figures);
    cr_assert_eq(figures.lingering, 0);
    cr_assert_eq(figures.closing, 1);
    netstack_next_fini(&walk);
    /* The reaper may be the last to let it go. */
    do {
        netstack_read_figures(&figures);
        kernel_sleep_ns(1000);
    } while (figures.closing > 0);
}
