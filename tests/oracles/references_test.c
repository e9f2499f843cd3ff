/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracle reference_count: what is counted, what is held, and what lookups give.
 */
#include "telling.h"

static void
taken_and_given_back(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    calls(BOB, VERB_HOLD);
    holds(BOB, STACK);
    returns(BOB, VERB_HOLD, 0);
    threads_done();
    gives_back(CAT, STACK);
    gives_back(BOB, STACK);
    threads_done();
    halts(ANN, STACK, NS_MAX, 0);
    freed(REAPER, STACK);
    threads_done();
}

static void
dropped_below_zero(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    halts(ANN, STACK, NS_MAX, 0);
    probes(ANN, KERNEL_PROBE_netstack__dec__ref, STACK, 0xff);
}

static void
dropped_though_held(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    probes(ANN, KERNEL_PROBE_netstack__dec__ref, STACK, 0xff);
}

static void
dropped_though_a_zone_is_attached(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    probes(ANN, KERNEL_PROBE_netstack__dec__ref, STACK, 0xff);
}

static void
taken_from_zero(void)
{
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    halts(ANN, STACK, NS_IP, 1);
    runs(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    calls(CAT, VERB_HOLD);
    probes(CAT, KERNEL_PROBE_netstack__inc__ref, STACK, 0xff);
}

static void
found_from_zero(void)
{
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    halts(ANN, STACK, NS_IP, 1);
    runs(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    finds(CAT, STACK);
}

static void
given_after_closing(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    finds(CAT, STACK);
}

/* The lookup had begun, and may have found it before. */
static void
given_while_closing(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls(CAT, VERB_FIND_BY_STACKID);
    probes(CAT, KERNEL_PROBE_netstack__inc__ref, STACK, 0xff);
    halts(ANN, STACK, NS_MAX, 0);
    holds(CAT, STACK);
}

static void
given_while_closing_counted_once(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    calls(CAT, VERB_FIND_BY_STACKID);
    halts(ANN, STACK, NS_MAX, 0);
    holds(CAT, STACK);
    returns(CAT, VERB_FIND_BY_STACKID, 0);
    /* Who holds one may take another, closing or not. */
    calls(CAT, VERB_HOLD);
    holds(CAT, STACK);
    returns(CAT, VERB_HOLD, 0);
    threads_done();
}

static void
given_by_a_walk_after_closing(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    walk_begins(CAT, 1);
    halts(ANN, STACK, NS_MAX, 0);
    walk_gives(CAT, 1, GLOBAL);
    walk_gives(CAT, 1, STACK);
}

static void
leaked_inside(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls(CAT, VERB_INUSE_BY_STACKID);
    probes(CAT, KERNEL_PROBE_netstack__inc__ref, STACK, 0xff);
    returns(CAT, VERB_INUSE_BY_STACKID, 0);
    threads_done();
}

Test(oracle_reference_count, holds_and_releases_balance)
{
    assert_silent(taken_and_given_back);
    assert_silent(given_while_closing_counted_once);
}

Test(oracle_reference_count, is_never_negative)
{
    assert_caught(dropped_below_zero, "reference_count", "never negative");
}

Test(oracle_reference_count, counts_what_is_held)
{
    assert_caught(dropped_though_held, "reference_count", "what is held is counted");
    assert_caught(dropped_though_a_zone_is_attached, "reference_count", "what is held is counted");
}

Test(oracle_reference_count, none_is_taken_from_zero)
{
    assert_caught(taken_from_zero, "reference_count", "once the count was zero");
}

Test(oracle_reference_count, none_is_given_after_closing)
{
    assert_caught(given_after_closing, "reference_count", "after closing");
    assert_caught(found_from_zero, "reference_count", "after closing");
    assert_caught(given_by_a_walk_after_closing, "reference_count", "after closing");
    assert_silent(given_while_closing);
}

Test(oracle_reference_count, at_rest_all_is_accounted_for)
{
    assert_caught(leaked_inside, "reference_count", "at rest");
}
