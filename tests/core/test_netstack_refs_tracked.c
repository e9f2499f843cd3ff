/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tracking build: which record a release gives back, and what a report says of the rest.
 */
#include <stdio.h>
#include <stdlib.h>

#include "netstack/netstack_impl.h"
#include "recording_modules.h"

TestSuite(netstack_refs_tracked, .init = core_start, .fini = core_stop);

static struct netstack__holders
holders_of(netstack_t *ns)
{
    struct netstack__holders holders;
    netstack__track_read(netstack__of(ns), &holders);
    return holders;
}

Test(netstack_refs_tracked, the_zone_is_a_holder)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    struct netstack__holders holders = holders_of(ns);
    cr_assert(holders.tracked);
    cr_assert_eq(holders.count, 2);
    cr_assert_str_eq(holders.newest[0].site->function, "netstack_find_by_stackid");
    cr_assert_eq(holders.newest[0].thread, kernel_thread_id());
    cr_assert_str_eq(holders.newest[1].tag, "zone");
    netstack_rele(ns);
    cr_assert_eq(holders_of(ns).count, 1);
}

Test(netstack_refs_tracked, releases_pair_by_tag)
{
    netstack_t *ns = netstack_find_by_stackid(0);
    netstack_hold_tag(ns, "first");
    netstack_hold_tag(ns, "second");
    netstack_hold(ns);
    netstack_rele_tag(ns, "first");
    struct netstack__holders holders = holders_of(ns);
    cr_assert_eq(holders.count, 4);
    cr_assert_null(holders.newest[0].tag);
    cr_assert_str_eq(holders.newest[0].site->function, __func__);
    cr_assert_str_eq(holders.newest[1].tag, "second");
    netstack_rele(ns);
    netstack_rele(ns);
    netstack_rele_tag(ns, "second");
    holders = holders_of(ns);
    cr_assert_eq(holders.count, 1);
    cr_assert_eq(holders.stray_count, 0);
}

static netstack_t *shared;

static int
hold_here(int unused)
{
    (void)unused;
    netstack_hold(shared);
    return 0;
}

static int
release_here(int unused)
{
    (void)unused;
    netstack_rele(shared);
    return 0;
}

Test(netstack_refs_tracked, untagged_releases_pair_by_thread)
{
    struct call other;
    shared = netstack_find_by_stackid(0);
    call_start(&other, hold_here, 0);
    (void)call_finish(&other);
    netstack_rele(shared);
    struct netstack__holders holders = holders_of(shared);
    cr_assert_eq(holders.count, 2);
    cr_assert_str_eq(holders.newest[0].site->function, "hold_here");
    cr_assert_eq(holders.stray_count, 0);
    netstack_rele(shared);
}

Test(netstack_refs_tracked, a_release_by_another_thread_is_counted_by_its_place)
{
    struct call other;
    shared = netstack_find_by_stackid(0);
    netstack_hold(shared);
    for (int i = 0; i < 2; i++) {
        call_start(&other, release_here, 0);
        (void)call_finish(&other);
    }
    struct netstack__holders holders = holders_of(shared);
    cr_assert_eq(holders.count, 1);
    cr_assert_str_eq(holders.newest[0].tag, "zone");
    cr_assert_eq(holders.stray_count, 1);
    cr_assert_eq(holders.strays[0].count, 2);
    cr_assert_str_eq(holders.strays[0].site->function, "release_here");
}

Test(netstack_refs_tracked, a_lost_record_is_counted)
{
    netstack_t *ns = netstack_find_by_stackid(0);
    test_memory_fail_nth(1);
    netstack_hold(ns);
    cr_assert(test_memory_has_failed());
    test_memory_fail_nth(0);
    cr_assert_eq(holders_of(ns).lost, 1);
    cr_assert_eq(holders_of(ns).count, 2);
    netstack_rele(ns); /* this thread's record */
    netstack_rele(ns); /* the lost one */
    cr_assert_eq(holders_of(ns).lost, 0);
    cr_assert_eq(holders_of(ns).count, 1);
}

Test(netstack_refs_tracked, a_release_allocates_nothing)
{
    netstack_t *ns = netstack_find_by_stackid(0);
    test_memory_fail_nth(1);
    netstack_rele(ns);
    cr_assert_not(test_memory_has_failed());
    test_memory_fail_nth(0);
}

Test(netstack_refs_tracked, a_report_names_the_holders_of_a_lingering_stack)
{
    netstack_t *ns = netstack_find_by_stackid(make_exclusive_zone());
    netstack_hold_tag(ns, "the \"culprit\"");
    cr_assert_eq(zone_destroy(ns->netstack_stackid), 0);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    netstack_report(out, false);
    netstack_report(out, true);
    fclose(out);
    cr_assert_not_null(strstr(text, "held 'the \"culprit\"' by thread "));
    cr_assert_not_null(strstr(text, "in netstack_find_by_stackid"));
    cr_assert_not_null(strstr(text, "{\"tag\":\"the \\\"culprit\\\"\",\"thread\":"));
    cr_assert_not_null(strstr(text, "\"records\":2,\"lost\":0"));
    free(text);
    netstack_rele_tag(ns, "the \"culprit\"");
    netstack_rele(ns);
}
