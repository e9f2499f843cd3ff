/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracle shared_stack: how many zones a stack counts, and where its kstats are seen.
 */
#include <errno.h>

#include "telling.h"

enum { KSTAT = 70, SHARED = 5 };

static void
shared_boots(uint32_t counted)
{
    calls(ANN, VERB_ZONE_CREATE);
    returns_of_zone(ANN, VERB_ZONE_CREATE, SHARED, 0);
    zones_become(GLOBAL, counted);
    attached(ANN, SHARED, GLOBAL);
}

static void
shared_halts(uint32_t counted)
{
    detaching(ANN, SHARED, GLOBAL);
    calls_of_zone(ANN, VERB_ZONE_DESTROY, SHARED);
    zones_become(GLOBAL, counted);
    unlocks(ANN, GLOBAL);
    returns_of_zone(ANN, VERB_ZONE_DESTROY, SHARED, 0);
}

static void
comes_and_goes(void)
{
    shared_boots(2);
    unlocks(BOB, GLOBAL);
    shared_halts(1);
    unlocks(BOB, GLOBAL);
    threads_done();
}

/* While one is coming or going it may be counted, or not yet, or no more. */
static void
under_way(void)
{
    calls(ANN, VERB_ZONE_CREATE);
    zones_become(GLOBAL, 2);
    unlocks(ANN, GLOBAL);
    returns_of_zone(ANN, VERB_ZONE_CREATE, SHARED, ENOMEM);
    zones_become(GLOBAL, 1);
    unlocks(BOB, GLOBAL);
}

static void
not_counted(void)
{
    shared_boots(1);
    unlocks(BOB, GLOBAL);
}

static void
stays_counted(void)
{
    shared_boots(2);
    shared_halts(2);
    threads_done();
}

Test(oracle_shared_stack, it_counts_the_zones_attached)
{
    assert_silent(comes_and_goes);
    assert_silent(under_way);
    assert_caught(not_counted, "shared_stack", "every zone that is attached is counted");
    cr_assert_not(last_has_place());
    assert_caught(stays_counted, "shared_stack", "no zone is counted that is not attached");
}

static void
seen_where_it_should(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    makes_kstat(BOB, KSTAT, 0);
    makes_kstat(BOB, KSTAT + 1, STACK);
    shared_boots(2);
    looks_for_kstat(BOB, KSTAT, SHARED, 0);
    looks_for_kstat(BOB, KSTAT, 0, 0);
    looks_for_kstat(BOB, KSTAT, STACK, ENOENT);
    looks_for_kstat(BOB, KSTAT + 1, STACK, 0);
    looks_for_kstat(BOB, KSTAT + 1, SHARED, ENOENT);
    shared_halts(1);
    looks_for_kstat(BOB, KSTAT, SHARED, ENOENT);
    looks_for_kstat(BOB, KSTAT, 99, ENOENT);
}

/* The zone comes during the call. */
static void
either_way(void)
{
    makes_kstat(BOB, KSTAT, 0);
    calls(ANN, VERB_ZONE_CREATE);
    looks_for_kstat(BOB, KSTAT, SHARED, 0);
    begins_to_look(BOB, KSTAT, SHARED);
    returns_of_zone(ANN, VERB_ZONE_CREATE, SHARED, 0);
    attached(ANN, SHARED, GLOBAL);
    ends_looking(BOB, KSTAT, SHARED, ENOENT);
}

static void
not_seen(void)
{
    makes_kstat(BOB, KSTAT, 0);
    shared_boots(2);
    looks_for_kstat(BOB, KSTAT, SHARED, ENOENT);
}

static void
seen_after_the_end(void)
{
    makes_kstat(BOB, KSTAT, 0);
    shared_boots(2);
    shared_halts(1);
    looks_for_kstat(BOB, KSTAT, SHARED, 0);
}

static void
seen_in_anothers(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    makes_kstat(BOB, KSTAT, STACK);
    looks_for_kstat(BOB, KSTAT, 0, 0);
}

Test(oracle_shared_stack, its_kstats_are_seen_in_just_these)
{
    assert_silent(seen_where_it_should);
    assert_silent(either_way);
    assert_caught(not_seen, "shared_stack", "visible in all zones of its stack");
    assert_silent_with(CONTRACT_KSTAT_ADD_IGNORED, not_seen);
    assert_caught(seen_after_the_end, "shared_stack", "visible in its stack's zones alone");
    assert_caught(seen_in_anothers, "shared_stack", "visible in its stack's zones alone");
}
