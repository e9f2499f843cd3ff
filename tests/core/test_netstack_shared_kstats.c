/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kstats of stacks, and the zones in which they are visible.
 */
#include "recording_modules.h"

TestSuite(netstack_shared_kstats, .init = core_start, .fini = core_stop);

static kstat_t *
make_kstat(const char *name, netstackid_t id)
{
    return kstat_create_netstack("module", 0, (char *)(uintptr_t)name, "class", 1, 2, 3, id);
}

Test(netstack_shared_kstats, one_of_an_exclusive_stack_is_visible_there_alone)
{
    zoneid_t zone = make_exclusive_zone();
    zoneid_t shared = make_zone();
    kstat_t *ks = make_kstat("a", zone);
    cr_assert(kstat_zone_find(ks, zone));
    cr_assert_not(kstat_zone_find(ks, 0));
    cr_assert_not(kstat_zone_find(ks, shared));
    cr_assert_eq(kstat_delete_netstack(ks, zone), 0);
}

Test(netstack_shared_kstats, one_of_stack_0_is_visible_in_all_zones_attached_whichever_came_first)
{
    zoneid_t exclusive = make_exclusive_zone();
    zoneid_t before = make_zone();
    kstat_t *ks = make_kstat("a", 0);
    zoneid_t after = make_zone();
    cr_assert(kstat_zone_find(ks, 0));
    cr_assert(kstat_zone_find(ks, before));
    cr_assert(kstat_zone_find(ks, after));
    cr_assert_not(kstat_zone_find(ks, exclusive));
    cr_assert_eq(zone_destroy(before), 0);
    cr_assert_not(kstat_zone_find(ks, before));
    cr_assert(kstat_zone_find(ks, after));
    cr_assert_eq(kstat_delete_netstack(ks, 0), 0);
    cr_assert_eq(kstat_count(), 0);
}

Test(netstack_shared_kstats, deleting_what_is_not_there_is_refused)
{
    zoneid_t zone = make_exclusive_zone();
    kstat_t *ks = make_kstat("a", 0);
    kstat_t *other = kstat_create_zone("module", 0, "b", "class", 0, 0, 0, 0);
    cr_assert_eq(kstat_delete_netstack(ks, zone), EINVAL);
    cr_assert_eq(kstat_delete_netstack(other, 0), EINVAL);
    cr_assert_eq(kstat_delete_netstack(ks, 0), 0);
    cr_assert_eq(kstat_delete_netstack(ks, 0), EINVAL);
    kstat_delete(other);
}

Test(netstack_shared_kstats, a_duplicate_is_refused_and_undone)
{
    zoneid_t zone = make_zone();
    kstat_t *ks = make_kstat("a", 0);
    cr_assert_null(make_kstat("a", 0));
    /* One that is in the way in an attached zone only. */
    kstat_t *other = kstat_create_zone("module", 0, "b", "class", 0, 0, 0, zone);
    cr_assert_null(make_kstat("b", 0));
    cr_assert_eq(kstat_count(), 2);
    kstat_delete(other);
    cr_assert_eq(kstat_delete_netstack(ks, 0), 0);
}

Test(netstack_shared_kstats, a_create_without_memory_leaves_nothing)
{
    (void)make_zone();
    (void)make_zone();
    bool failed = true;
    for (uint64_t nth = 1; failed; nth++) {
        size_t before = test_memory_live();
        test_memory_fail_nth(nth);
        kstat_t *ks = make_kstat("a", 0);
        failed = test_memory_has_failed();
        test_memory_fail_nth(0);
        cr_assert_eq(ks == NULL, failed);
        if (ks != NULL) {
            cr_assert_eq(kstat_delete_netstack(ks, 0), 0);
        }
        cr_assert_eq(test_memory_live(), before);
        cr_assert_eq(kstat_count(), 0);
    }
}

Test(netstack_shared_kstats, a_zone_in_which_a_kstat_has_no_place_is_refused)
{
    kstat_t *first = make_kstat("a", 0);
    kstat_t *ks = make_kstat("b", 0);
    kstat_t *other = kstat_create_zone("module", 0, "b", "class", 0, 0, 0, 1);
    zoneid_t zone;
    cr_assert_eq(zone_create(0, &zone), ENOMEM);
    cr_assert_not(kstat_zone_find(first, 1));
    cr_assert_not(kstat_zone_find(ks, 1));
    cr_assert(kstat_zone_find(other, 1));
    kstat_delete(other);
    cr_assert_eq(kstat_delete_netstack(ks, 0), 0);
    cr_assert_eq(kstat_delete_netstack(first, 0), 0);
}

Test(netstack_shared_kstats, a_detach_needs_no_memory)
{
    zoneid_t zone = make_zone();
    kstat_t *ks = make_kstat("a", 0);
    test_memory_fail_nth(1);
    cr_assert_eq(zone_destroy(zone), 0);
    cr_assert_eq(kstat_delete_netstack(ks, 0), 0);
    cr_assert_not(test_memory_has_failed());
    test_memory_fail_nth(0);
}
