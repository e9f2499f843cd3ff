/* SPDX-License-Identifier: BSD-2-Clause
 *
 * References: given, taken back, and the two ways to misuse them.
 */
#include <signal.h>

#include "netstack/netstack_impl.h"
#include "recording_modules.h"
#include "seen_probes.h"

TestSuite(netstack_refs, .init = core_start, .fini = core_stop);
TestSuite(netstack_refs_misuse, .init = core_start);

static uint64_t
references(netstack_t *ns)
{
    return kernel_atomic_load(&netstack__of(ns)->word) & NETSTACK__REFS;
}

Test(netstack_refs, holds_and_releases_add_up)
{
    netstack_t *ns = netstack_find_by_stackid(0);
    cr_assert_eq(references(ns), 2); /* the zone has one */
    netstack_hold(ns);
    netstack_hold_tag(ns, "test");
    cr_assert_eq(references(ns), 4);
    netstack_rele_tag(ns, "test");
    netstack_rele(ns);
    netstack_rele(ns);
    cr_assert_eq(references(ns), 1);
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__inc__ref), 3);
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__dec__ref), 3);
}

Test(netstack_refs, the_names_have_addresses_too)
{
    void (*hold)(netstack_t *) = netstack_hold;
    void (*rele)(netstack_t *) = netstack_rele;
    void (*hold_tag)(netstack_t *, const char *) = netstack_hold_tag;
    void (*rele_tag)(netstack_t *, const char *) = netstack_rele_tag;
    netstack_t *ns = netstack_find_by_stackid(0);
    hold(ns);
    hold_tag(ns, "test");
    cr_assert_eq(references(ns), 4);
    rele(ns);
    rele_tag(ns, "test");
    rele(ns);
    cr_assert_eq(references(ns), 1);
}

Test(netstack_refs, where_nobody_listens_they_add_up_too_and_the_last_one_counts)
{
    kernel_probes_wanted = 0;
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(references(ns), 2);
    netstack_hold(ns);
    cr_assert_eq(references(ns), 3);
    netstack_rele(ns);
    cr_assert_eq(references(ns), 2);
    uint64_t uid = netstack_get_uid(ns);
    netstackid_t id = ns->netstack_stackid;
    cr_assert_eq(zone_destroy(id), 0);
    cr_assert(netstack_inuse_by_stackid(id));
    netstack_rele(ns);
    cr_assert_eq(netstack_wait_gone(uid), 0);
    cr_assert_not(netstack_inuse_by_stackid(id));
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__inc__ref), 0);
    cr_assert_eq(probe_count(KERNEL_PROBE_netstack__dec__ref), 0);
}

Test(netstack_refs, zones_have_one_reference_together)
{
    netstack_t *ns = netstack_find_by_stackid(0);
    (void)make_zone();
    (void)make_zone();
    cr_assert_eq(references(ns), 2);
    netstack_rele(ns);
}

Test(netstack_refs, only_an_active_stack_can_be_held_if_active)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(netstack_hold_if_active(ns), ns);
    netstack_rele(ns);
    cr_assert_eq(zone_shutdown(ns->netstack_stackid), 0);
    cr_assert_eq(netstack_hold_if_active(ns), ns);
    netstack_rele(ns);
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    cr_assert_null(netstack_hold_if_active(ns));
    netstack_hold(ns); /* who has a reference may have another */
    netstack_rele(ns);
    cr_assert_eq(references(ns), 1);
    netstack_rele(ns);
}

Test(netstack_refs, a_release_allocates_nothing)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    test_memory_fail_nth(1);
    netstack_rele(ns);
    cr_assert_eq(netstack_barrier(), 0);
    cr_assert_not(test_memory_has_failed());
    test_memory_fail_nth(0);
}

static void
hold_in_destroy(char phase, netstackid_t id, netstack_t *ns)
{
    (void)id;
    if (phase == '-') {
        netstack_hold(ns);
    }
}

Test(netstack_refs_misuse, a_hold_from_zero_is_the_end, .signal = SIGABRT)
{
    cr_assert_eq(module_register(NS_IP), 0);
    modules[NS_IP].inside = hold_in_destroy;
    cr_assert_eq(zone_destroy(make_exclusive_zone()), 0);
    cr_assert_eq(netstack_barrier(), 0);
}

static void
release_in_destroy(char phase, netstackid_t id, netstack_t *ns)
{
    (void)id;
    if (phase == '-') {
        netstack_rele(ns);
    }
}

Test(netstack_refs_misuse, a_release_of_nothing_is_the_end, .signal = SIGABRT)
{
    cr_assert_eq(module_register(NS_IP), 0);
    modules[NS_IP].inside = release_in_destroy;
    cr_assert_eq(zone_destroy(make_exclusive_zone()), 0);
    cr_assert_eq(netstack_barrier(), 0);
}

Test(netstack_refs_misuse, a_release_of_nothing_is_the_end_where_nobody_listens, .signal = SIGABRT)
{
    kernel_probes_wanted = 0;
    cr_assert_eq(module_register(NS_IP), 0);
    modules[NS_IP].inside = release_in_destroy;
    cr_assert_eq(zone_destroy(make_exclusive_zone()), 0);
    cr_assert_eq(netstack_barrier(), 0);
}

Test(netstack_refs_misuse, a_release_of_the_zones_reference_is_the_end, .signal = SIGABRT)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    netstack_rele(ns);
    netstack_rele(ns);
}
