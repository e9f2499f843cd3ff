/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracle walk_completeness: walks beside births and halts.
 */
#include <errno.h>
#include <string.h>

#include "telling.h"

static void
two_stacks(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    boots(ANN, STACK2, NS_MAX, 0);
}

static void
all_returned(void)
{
    two_stacks();
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, GLOBAL);
    walk_gives(BOB, 1, STACK);
    walk_gives(BOB, 1, STACK2);
    walk_gives(BOB, 1, 0);
    walk_gives(BOB, 1, 0);
    walk_finishes(BOB, 1);
}

/* What comes or goes meanwhile may be returned or not. */
static void
some_come_and_go(void)
{
    two_stacks();
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, GLOBAL);
    halts(ANN, STACK, NS_MAX, 0);
    boots(CAT, STACK3, NS_MAX, 0);
    walk_gives(BOB, 1, STACK2);
    walk_gives(BOB, 1, 0);
    walk_finishes(BOB, 1);
}

static void
one_goes_and_another_is_skipped(void)
{
    two_stacks();
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, GLOBAL);
    halts(ANN, STACK, NS_MAX, 0);
    freed(REAPER, STACK);
    walk_gives(BOB, 1, 0);
}

/* It boots between the call of the walk and its init: not active from its beginning. */
static void
whole_walk_beside_a_birth(void)
{
    calls(BOB, VERB_WALK);
    boots(ANN, STACK, NS_MAX, 0);
    walk_tells(BOB, OBSERVE_WALK_INIT, 1, 0);
    walk_tells(BOB, OBSERVE_WALK_NEXT, 1, GLOBAL);
    walk_tells(BOB, OBSERVE_WALK_NEXT, 1, 0);
    walk_tells(BOB, OBSERVE_WALK_FINI, 1, 0);
    returns(BOB, VERB_WALK, 0);
}

static void
halt_that_fails(void)
{
    two_stacks();
    calls_of_zone(CAT, VERB_ZONE_DESTROY, STACK);
    detaching(CAT, STACK, STACK);
    returns_of_zone(CAT, VERB_ZONE_DESTROY, STACK, EDEADLK);
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, GLOBAL);
    walk_gives(BOB, 1, STACK2);
    walk_gives(BOB, 1, 0);
}

/* A destroy that guessed the id, and fails, says nothing about another one that goes on. */
static void
halt_that_fails_beside_one_that_goes_on(void)
{
    calls_of_zone(CAT, VERB_ZONE_DESTROY, STACK);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
    attached(ANN, STACK, STACK);
    detaching(ANN, STACK, STACK);
    calls_of_zone(ANN, VERB_ZONE_DESTROY, STACK);
    returns_of_zone(CAT, VERB_ZONE_DESTROY, STACK, EBUSY);
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, GLOBAL);
    walk_gives(BOB, 1, 0);
}

/* It may have been destroyed before its creator came to say that it is there. */
static void
halt_before_the_boot_returns(void)
{
    calls_of_zone(CAT, VERB_ZONE_DESTROY, STACK);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
    attached(ANN, STACK, STACK);
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, GLOBAL);
    walk_gives(BOB, 1, 0);
}

static void
halt_of_a_shared_zone(void)
{
    calls(ANN, VERB_ZONE_CREATE);
    attached(ANN, 5, GLOBAL);
    returns_of_zone(ANN, VERB_ZONE_CREATE, 5, 0);
    walk_begins(BOB, 1);
    calls_of_zone(ANN, VERB_ZONE_DESTROY, 5);
    detaching(ANN, 5, GLOBAL);
    returns_of_zone(ANN, VERB_ZONE_DESTROY, 5, 0);
    walk_gives(BOB, 1, 0);
}

/* An init that fails takes every zone off its stack, without notice. */
static void
walk_beside_an_init_that_may_fail(void)
{
    two_stacks();
    calls(CAT, VERB_FINI);
    returns(CAT, VERB_FINI, EBUSY);
    calls(CAT, VERB_INIT);
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, 0);
}

static void
walk_beside_an_init_of_what_runs(void)
{
    two_stacks();
    calls(CAT, VERB_INIT);
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, GLOBAL);
    walk_gives(BOB, 1, 0);
}

static void
walk_after_an_init_that_did_not_fail(void)
{
    walk_beside_an_init_that_may_fail();
    returns(CAT, VERB_INIT, 0);
    walk_begins(BOB, 2);
    walk_gives(BOB, 2, GLOBAL);
    walk_gives(BOB, 2, 0);
}

static void
returned_twice(void)
{
    two_stacks();
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, STACK);
    walk_gives(BOB, 1, STACK);
}

static void
goes_on_after_its_end(void)
{
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, GLOBAL);
    walk_gives(BOB, 1, 0);
    boots(ANN, STACK, NS_MAX, 0);
    walk_gives(BOB, 1, STACK);
}

Test(oracle_walk_completeness, returns_what_is_active_throughout)
{
    assert_silent(all_returned);
    assert_silent(some_come_and_go);
    assert_silent(whole_walk_beside_a_birth);
    assert_silent(halt_that_fails_beside_one_that_goes_on);
    assert_silent(halt_before_the_boot_returns);
    assert_silent(walk_beside_an_init_that_may_fail);
}

Test(oracle_walk_completeness, skips_nothing_that_stays)
{
    static const char promise[] = "active throughout is returned";
    assert_caught(one_goes_and_another_is_skipped, "walk_completeness", promise);
    cr_assert_not_null(strstr(last_message(), "Meanwhile stack 20 (id 20) was freed"));
    assert_caught(halt_that_fails, "walk_completeness", promise);
    assert_caught(halt_of_a_shared_zone, "walk_completeness", promise);
    assert_caught(walk_beside_an_init_of_what_runs, "walk_completeness", promise);
    assert_caught(walk_after_an_init_that_did_not_fail, "walk_completeness", promise);
}

Test(oracle_walk_completeness, returns_nothing_twice)
{
    assert_caught(returned_twice, "walk_completeness", "returned twice");
}

Test(oracle_walk_completeness, stays_at_its_end)
{
    assert_caught(goes_on_after_its_end, "walk_completeness", "stays NULL");
    assert_silent_with(CONTRACT_WALK_GOES_ON, goes_on_after_its_end);
}
