/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracle linearizable, of kstats: in which zones they are seen, and when.
 */
#include <errno.h>

#include "telling.h"

static const char *const oracle = "linearizable";

static void
kstat_of_shared_zone(int while_there, int later)
{
    calls(ANN, VERB_ZONE_CREATE);
    returns_of_zone(ANN, VERB_ZONE_CREATE, 5, 0);
    attached(ANN, 5, GLOBAL);
    asks_kstat(BOB, VERB_KSTAT_CREATE_STACK, 77, 0, 0);
    asks_kstat(BOB, VERB_KSTAT_ZONE_FIND, 77, 0, 0);
    asks_kstat(BOB, VERB_KSTAT_ZONE_FIND, 77, 5, while_there);
    detaching(ANN, 5, GLOBAL);
    calls_of_zone(ANN, VERB_ZONE_DESTROY, 5);
    returns_of_zone(ANN, VERB_ZONE_DESTROY, 5, 0);
    asks_kstat(BOB, VERB_KSTAT_ZONE_FIND, 77, 5, later);
    rests();
}

static void
kstat_seen_while_attached(void)
{
    kstat_of_shared_zone(0, ENOENT);
}

static void
kstat_not_seen_while_attached(void)
{
    kstat_of_shared_zone(ENOENT, ENOENT);
}

static void
kstat_seen_after_destroy(void)
{
    kstat_of_shared_zone(0, 0);
}

static void
kstat_of_one_zone(int in_it, int elsewhere)
{
    boots(ANN, STACK, NS_MAX, 0);
    asks_kstat(BOB, VERB_KSTAT_CREATE_STACK, 77, STACK, 0);
    asks_kstat(BOB, VERB_KSTAT_ZONE_FIND, 77, STACK, in_it);
    asks_kstat(BOB, VERB_KSTAT_ZONE_FIND, 77, 0, elsewhere);
    halts(ANN, STACK, NS_MAX, 0);
    freed(REAPER, STACK);
    rests();
}

static void
kstat_in_its_zone(void)
{
    kstat_of_one_zone(0, ENOENT);
}

static void
kstat_not_in_its_zone(void)
{
    kstat_of_one_zone(ENOENT, ENOENT);
}

static void
kstat_in_zone_0_too(void)
{
    kstat_of_one_zone(0, 0);
}

static void
kstat_moved_by_hand(int at_last)
{
    asks_kstat(BOB, VERB_KSTAT_CREATE_ZONE, 78, 3, 0);
    asks_kstat(BOB, VERB_KSTAT_ZONE_ADD, 78, 4, 0);
    asks_kstat(BOB, VERB_KSTAT_ZONE_FIND, 78, 4, 0);
    asks_kstat(BOB, VERB_KSTAT_ZONE_REMOVE, 78, 3, 0);
    asks_kstat(BOB, VERB_KSTAT_ZONE_FIND, 78, 3, at_last);
    rests();
}

static void
kstat_removed(void)
{
    kstat_moved_by_hand(ENOENT);
}

static void
kstat_not_removed(void)
{
    kstat_moved_by_hand(0);
}

Test(oracle_linearizable_sights, a_kstat_is_seen_exactly_where_it_is_shown)
{
    assert_silent(kstat_seen_while_attached);
    assert_silent(kstat_in_its_zone);
    assert_silent(kstat_removed);
    /* Of all, shared_stack says so first, where the kstat is a stack's. */
    assert_caught_alone(kstat_not_seen_while_attached, oracle, "16. Kstats");
    assert_caught_alone(kstat_seen_after_destroy, oracle, "16. Kstats");
    assert_caught_alone(kstat_not_in_its_zone, oracle, "16. Kstats");
    assert_caught_alone(kstat_in_zone_0_too, oracle, "16. Kstats");
    assert_caught(kstat_not_removed, oracle, "16. Kstats");
}

Test(oracle_linearizable_sights, an_add_that_is_ignored_shows_nothing)
{
    assert_silent_with(CONTRACT_KSTAT_ADD_IGNORED, kstat_not_seen_while_attached);
}
