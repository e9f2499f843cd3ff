/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracle lifetime: canaries that free what is held or touch what was freed, and a life that ends
 * well.
 */
#include <errno.h>

#include "telling.h"

static void
freed_when_nobody_holds_it(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    gives_back(BOB, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    freed(REAPER, STACK);
    /* Calls may name a stack that is long gone: a release that has returned. */
    calls(BOB, VERB_RELE);
    returns(BOB, VERB_RELE, 0);
}

static void
freed_while_held(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    freed(REAPER, STACK);
}

static void
freed_while_a_zone_is_attached(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    freed(REAPER, STACK);
}

static void
freed_while_a_destroy_that_failed_left_its_zone(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_of_zone(BOB, VERB_ZONE_DESTROY, STACK);
    detaching(BOB, STACK, STACK);
    returns_of_zone(BOB, VERB_ZONE_DESTROY, STACK, EBUSY);
    freed(REAPER, STACK);
}

static void
unlocked_after_its_free(void)
{
    freed_when_nobody_holds_it();
    unlocks(CAT, STACK);
}

static void
probe_after_its_free(void)
{
    freed_when_nobody_holds_it();
    probes(CAT, KERNEL_PROBE_netstack__wait__zone__inprogress, STACK, 0xff);
}

static void
held_after_its_free(void)
{
    freed_when_nobody_holds_it();
    calls(CAT, VERB_HOLD);
    holds(CAT, STACK);
}

static void
callback_after_its_free(void)
{
    registers(CAT, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    halts(ANN, STACK, NS_IP, 1);
    is_reaped(REAPER, STACK, NS_IP, 1);
    calls_register(CAT, NS_UDP, 2, true);
    starts(CAT, PHASE_CREATE, STACK, NS_UDP, 2);
}

static void
walked_to_after_its_free(void)
{
    freed_when_nobody_holds_it();
    walk_begins(CAT, 1);
    walk_gives(CAT, 1, STACK);
}

Test(oracle_lifetime, a_stack_may_go_when_nobody_holds_it)
{
    assert_silent(freed_when_nobody_holds_it);
}

Test(oracle_lifetime, a_stack_that_is_held_is_not_freed)
{
    assert_caught(freed_while_held, "lifetime", "while a reference is held");
}

Test(oracle_lifetime, a_stack_with_a_zone_is_not_freed)
{
    assert_caught(freed_while_a_zone_is_attached, "lifetime", "while a zone is attached");
}

Test(oracle_lifetime, a_destroy_that_failed_leaves_the_zone_attached)
{
    assert_caught(freed_while_a_destroy_that_failed_left_its_zone, "lifetime",
                  "while a zone is attached");
}

Test(oracle_lifetime, no_touch_after_the_free)
{
    static const char promise[] = "nothing touches a stack after its free";
    assert_caught_as(unlocked_after_its_free, HEDDLE_USE_AFTER_FREE, "lifetime", promise);
    assert_caught_as(probe_after_its_free, HEDDLE_USE_AFTER_FREE, "lifetime", promise);
    assert_caught_as(held_after_its_free, HEDDLE_USE_AFTER_FREE, "lifetime", promise);
    assert_caught_as(callback_after_its_free, HEDDLE_USE_AFTER_FREE, "lifetime", promise);
    assert_caught_as(walked_to_after_its_free, HEDDLE_USE_AFTER_FREE, "lifetime", promise);
}
