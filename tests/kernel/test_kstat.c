/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Kstats and where they are visible.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "counting_memory.h"
#include "kernel/kstat.h"

static void
start(void)
{
    kstat_init();
}

static void
stop(void)
{
    test_memory_fail_nth(0);
    cr_assert(kstat_is_valid());
    cr_assert_eq(kstat_fini(), 0);
    cr_assert_eq(test_memory_live(), 0);
}

TestSuite(kstat, .init = start, .fini = stop);

static kstat_t *
make(const char *name, zoneid_t zone)
{
    return kstat_create_zone("ip", 0, name, "net", 1, 2, 3, zone);
}

Test(kstat, it_carries_what_it_was_created_with)
{
    kstat_t *ks = kstat_create_zone("ip", 4, "icmp", "net", 1, 22, 3, 7);

    cr_assert_str_eq(ks->ks_module, "ip");
    cr_assert_eq(ks->ks_instance, 4);
    cr_assert_str_eq(ks->ks_name, "icmp");
    cr_assert_str_eq(ks->ks_class, "net");
    cr_assert_eq(ks->ks_type, 1);
    cr_assert_eq(ks->ks_ndata, 22);
    cr_assert_eq(ks->ks_flags, 3);
    cr_assert_eq(ks->ks_kid, 1);
    kstat_delete(ks);
}

Test(kstat, it_is_visible_in_its_zone_alone)
{
    kstat_t *ks = make("icmp", 3);

    cr_assert(kstat_zone_find(ks, 3));
    cr_assert_not(kstat_zone_find(ks, 0));
    cr_assert_not(kstat_zone_find(ks, 4));
    kstat_delete(ks);
}

Test(kstat, zones_are_added_and_removed)
{
    kstat_t *ks = make("icmp", 0);

    cr_assert_eq(kstat_zone_add(ks, 5), 0);
    cr_assert(kstat_zone_find(ks, 0));
    cr_assert(kstat_zone_find(ks, 5));
    kstat_zone_remove(ks, 0);
    cr_assert_not(kstat_zone_find(ks, 0));
    cr_assert(kstat_zone_find(ks, 5));
    kstat_zone_remove(ks, 5);
    cr_assert_not(kstat_zone_find(ks, 5));
    cr_assert(kstat_exists(ks));
    kstat_delete(ks);
}

Test(kstat, adding_a_zone_twice_is_refused)
{
    kstat_t *ks = make("icmp", 0);

    cr_assert_eq(kstat_zone_add(ks, 0), EEXIST);
    cr_assert_eq(kstat_zone_add(ks, 1), 0);
    cr_assert_eq(kstat_zone_add(ks, 1), EEXIST);
    kstat_delete(ks);
}

Test(kstat, removing_a_zone_where_it_is_not_visible_does_nothing)
{
    kstat_t *ks = make("icmp", 0), *other = make("icmp", 1);

    kstat_zone_remove(ks, 2);
    kstat_zone_remove(ks, 1);
    cr_assert(kstat_zone_find(other, 1));
    cr_assert(kstat_zone_find(ks, 0));
    kstat_delete(ks);
    kstat_delete(other);
}

Test(kstat, a_namesake_in_the_same_zone_is_refused)
{
    kstat_t *ks = make("icmp", 0);

    cr_assert_null(make("icmp", 0));
    cr_assert_eq(kstat_count(), 1);
    kstat_delete(ks);
}

Test(kstat, adding_a_zone_where_a_namesake_is_is_refused)
{
    kstat_t *here = make("icmp", 0), *there = make("icmp", 1);

    cr_assert_eq(kstat_zone_add(here, 1), EEXIST);
    cr_assert_not(kstat_zone_find(here, 1));
    cr_assert(kstat_zone_find(there, 1));
    kstat_delete(there);
    cr_assert_eq(kstat_zone_add(here, 1), 0);
    kstat_delete(here);
}

Test(kstat, a_namesake_in_another_zone_is_another)
{
    kstat_t *here = make("icmp", 0), *there = make("icmp", 1);

    cr_assert_not_null(there);
    cr_assert_not(kstat_zone_find(here, 1));
    cr_assert_not(kstat_zone_find(there, 0));
    cr_assert_eq(kstat_zone_add(here, 1), EEXIST);
    kstat_delete(there);
    cr_assert_eq(kstat_zone_add(here, 1), 0);
    kstat_delete(here);
}

Test(kstat, module_instance_and_name_make_the_name)
{
    kstat_t *ks[] = {
        kstat_create_zone("ip", 0, "icmp", "net", 0, 0, 0, 0),
        kstat_create_zone("tcp", 0, "icmp", "net", 0, 0, 0, 0),
        kstat_create_zone("ip", 1, "icmp", "net", 0, 0, 0, 0),
        kstat_create_zone("ip", 0, "udp", "net", 0, 0, 0, 0),
    };

    for (size_t i = 0; i < sizeof(ks) / sizeof(ks[0]); i++) {
        cr_assert_not_null(ks[i]);
        cr_assert_eq(ks[i]->ks_kid, i + 1);
    }
    for (size_t i = 0; i < sizeof(ks) / sizeof(ks[0]); i++) {
        kstat_delete(ks[i]);
    }
}

Test(kstat, one_for_all_zones_is_visible_everywhere)
{
    kstat_t *ks = make("icmp", ALL_ZONES);

    cr_assert(kstat_zone_find(ks, 0));
    cr_assert(kstat_zone_find(ks, 12345));
    cr_assert_eq(kstat_zone_add(ks, 3), EEXIST);
    cr_assert_null(make("icmp", 3));
    kstat_zone_remove(ks, 3);
    cr_assert(kstat_zone_find(ks, 3));
    kstat_zone_remove(ks, ALL_ZONES);
    cr_assert_not(kstat_zone_find(ks, 3));
    kstat_delete(ks);
}

Test(kstat, one_for_all_zones_is_refused_where_any_zone_has_a_namesake)
{
    kstat_t *ks = make("icmp", 9);

    cr_assert_null(make("icmp", ALL_ZONES));
    kstat_zone_remove(ks, 9);
    kstat_t *all = make("icmp", ALL_ZONES);

    cr_assert_not_null(all);
    kstat_delete(all);
    kstat_delete(ks);
}

Test(kstat, a_name_that_is_too_long_is_refused)
{
    char name[KSTAT_STRLEN + 1];
    kstat_t *ks;

    memset(name, 'x', sizeof(name));
    name[KSTAT_STRLEN] = '\0';
    cr_assert_null(kstat_create_zone(name, 0, "n", "c", 0, 0, 0, 0));
    cr_assert_null(kstat_create_zone("m", 0, name, "c", 0, 0, 0, 0));
    cr_assert_null(kstat_create_zone("m", 0, "n", name, 0, 0, 0, 0));
    name[KSTAT_STRLEN - 1] = '\0';
    ks = kstat_create_zone(name, 0, name, name, 0, 0, 0, 0);
    cr_assert_str_eq(ks->ks_name, name);
    kstat_delete(ks);
}

Test(kstat, create_without_memory_leaves_nothing)
{
    for (uint64_t n = 1;; n++) {
        kstat_t *ks;

        test_memory_fail_nth(n);
        ks = make("icmp", 0);
        if (!test_memory_has_failed()) {
            kstat_delete(ks);
            break;
        }
        cr_assert_null(ks);
        cr_assert_eq(kstat_count(), 0);
        cr_assert_eq(test_memory_live(), 0);
    }
}

Test(kstat, an_add_without_memory_changes_nothing)
{
    kstat_t *ks = make("icmp", 0);

    test_memory_fail_nth(1);
    cr_assert_eq(kstat_zone_add(ks, 1), ENOMEM);
    cr_assert_not(kstat_zone_find(ks, 1));
    kstat_delete(ks);
}

Test(kstat, a_removal_needs_no_memory)
{
    kstat_t *ks = make("icmp", 0);

    test_memory_fail_nth(1);
    kstat_zone_remove(ks, 0);
    kstat_delete(ks);
    cr_assert_not(test_memory_has_failed());
}

Test(kstat, what_was_deleted_does_not_exist)
{
    kstat_t *ks = make("icmp", 0);

    cr_assert(kstat_exists(ks));
    cr_assert_eq(kstat_count(), 1);
    kstat_delete(ks);
    cr_assert_not(kstat_exists(ks));
    cr_assert_eq(kstat_count(), 0);
}

Test(kstat, deleting_one_that_is_not_there_is_fatal, .signal = SIGABRT, .fini = NULL)
{
    static kstat_t stranger;

    kstat_delete(&stranger);
}

Test(kstat, fini_is_refused_while_one_is_left)
{
    kstat_t *ks = make("icmp", 0);

    cr_assert_eq(kstat_fini(), EBUSY);
    cr_assert(kstat_zone_find(ks, 0));
    kstat_delete(ks);
}

#define MANY 2000

Test(kstat, a_kstat_may_be_visible_in_many_zones)
{
    kstat_t *ks = make("icmp", 0);

    for (zoneid_t zone = 1; zone < MANY; zone++) {
        cr_assert_eq(kstat_zone_add(ks, zone), 0);
    }
    cr_assert(kstat_is_valid());
    for (zoneid_t zone = 0; zone < MANY; zone += 2) {
        kstat_zone_remove(ks, zone);
    }
    for (zoneid_t zone = 0; zone < MANY; zone++) {
        cr_assert_eq(kstat_zone_find(ks, zone), zone % 2 == 1);
    }
    kstat_delete(ks);
}
