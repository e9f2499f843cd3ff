/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracles admission, end_of_stack and bounded_visits; what single_reap sees of the count, and
 * module_flags of a stack's own flags.
 */
#include <errno.h>

#include "telling.h"

/* --- admission -------------------------------------------------------------------------------- */

static void
halts_with_instance(void)
{
    limits_reaps(1);
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    halts(ANN, STACK, NS_IP, 1);
}

static void
born_after_the_reap(void)
{
    halts_with_instance();
    calls(CAT, VERB_ZONE_CREATE);
    is_reaped(REAPER, STACK, NS_IP, 1);
    born(CAT, STACK2);
}

static void
born_during_the_reap(void)
{
    halts_with_instance();
    calls(CAT, VERB_ZONE_CREATE);
    born(CAT, STACK2);
}

/* Before the last reference is surely given back, the reap is not surely outstanding. */
static void
born_while_it_is_held(void)
{
    limits_reaps(1);
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    finds(CAT, STACK);
    halts(ANN, STACK, NS_IP, 1);
    calls(BOB, VERB_ZONE_CREATE);
    born(BOB, STACK2);
}

/* The release is told and not yet done; then the zone's reference goes, and is not the last. */
static void
born_while_a_release_is_under_way(void)
{
    limits_reaps(1);
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    finds(CAT, STACK);
    calls(CAT, VERB_RELE);
    releases(CAT, STACK);
    halts(ANN, STACK, NS_IP, 1);
    calls(BOB, VERB_ZONE_CREATE);
    born(BOB, STACK2);
}

/* It may have been let in before the last reference went. */
static void
born_of_an_earlier_call(void)
{
    limits_reaps(1);
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    calls(CAT, VERB_ZONE_CREATE);
    halts(ANN, STACK, NS_IP, 1);
    born(CAT, STACK2);
}

Test(oracle_admission, a_birth_waits_for_reaps)
{
    assert_silent(born_after_the_reap);
    assert_silent(born_while_it_is_held);
    assert_silent(born_of_an_earlier_call);
    assert_silent(born_while_a_release_is_under_way);
    assert_caught(born_during_the_reap, "admission", "a birth starts only while fewer reaps");
    assert_silent_with(CONTRACT_LIMIT_AT_RELE, born_during_the_reap);
}

/* --- end_of_stack ----------------------------------------------------------------------------- */

static void
reaped_and_pinned(void)
{
    halts_with_instance();
    walk_begins(CAT, 1);
    runs(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    threads_done();
}

static void
reaped_and_forgotten(void)
{
    halts_with_instance();
    runs(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    threads_done();
}

static void
barrier_returns(bool too_early)
{
    halts_with_instance();
    calls(BOB, VERB_BARRIER);
    if (!too_early) {
        is_reaped(REAPER, STACK, NS_IP, 1);
    }
    returns(BOB, VERB_BARRIER, 0);
}

static void
barrier_after(void)
{
    barrier_returns(false);
}

static void
barrier_before(void)
{
    barrier_returns(true);
}

static void
gone_before(void)
{
    halts_with_instance();
    calls_with(BOB, VERB_WAIT_GONE, STACK);
    returns(BOB, VERB_WAIT_GONE, 0);
}

static void
asks_for_freed(int result)
{
    halts_with_instance();
    is_reaped(REAPER, STACK, NS_IP, 1);
    calls_of_zone(BOB, VERB_INUSE_BY_STACKID, STACK);
    returns_of_zone(BOB, VERB_INUSE_BY_STACKID, STACK, result);
}

static void
freed_not_in_use(void)
{
    asks_for_freed(ENOENT);
}

static void
freed_in_use(void)
{
    asks_for_freed(0);
}

Test(oracle_end_of_stack, what_is_reaped_is_freed_with_its_last_pin)
{
    assert_silent(reaped_and_pinned);
    assert_caught(reaped_and_forgotten, "end_of_stack", "freed when its last pin goes");
}

Test(oracle_end_of_stack, who_waits_for_it_is_back_after_it)
{
    assert_silent(barrier_after);
    assert_caught(barrier_before, "end_of_stack", "a barrier returns after");
    assert_caught(gone_before, "end_of_stack", "who waits for a stack's end is back after it");
}

Test(oracle_end_of_stack, the_id_of_the_freed_is_not_in_use)
{
    assert_silent(freed_not_in_use);
    assert_caught(freed_in_use, "end_of_stack", "is not in use");
}

/* --- single_reap ------------------------------------------------------------------------------ */

/* Somebody inside has a reference, whom no one of the program knows. */
static void
reaped_with_a_count(void)
{
    limits_reaps(0);
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    probes(CAT, KERNEL_PROBE_netstack__inc__ref, STACK, 0xff);
    halts(ANN, STACK, NS_IP, 1);
    runs(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
}

Test(oracle_single_reap, none_starts_while_the_count_is_not_zero)
{
    assert_caught(reaped_with_a_count, "single_reap", "when the count is zero");
}

/* --- module_flags ----------------------------------------------------------------------------- */

static void
flags_go(uint32_t first, uint32_t second)
{
    boots(ANN, STACK, NS_MAX, 0);
    stack_flags_become(STACK, first);
    unlocks(ANN, STACK);
    stack_flags_become(STACK, second);
    unlocks(ANN, STACK);
}

static void
comes_to_life(void)
{
    flags_go(NSF_UNINIT, 0);
}

static void
closes(void)
{
    flags_go(0, NSF_CLOSING);
}

static void
opens(void)
{
    flags_go(NSF_CLOSING, 0);
}

static void
is_born_again(void)
{
    flags_go(0, NSF_UNINIT);
}

Test(oracle_module_flags, a_stacks_own_go_one_way)
{
    assert_silent(comes_to_life);
    assert_silent(closes);
    assert_caught(opens, "module_flags", "closing is never cleared");
    assert_caught(is_born_again, "module_flags", "uninitialised is cleared once");
}

/* --- bounded_visits --------------------------------------------------------------------------- */

static void
visits_by(enum netstack_verb verb, uint32_t times)
{
    if (verb == VERB_REGISTER) {
        calls_register(BOB, NS_IP, 1, true);
    } else {
        calls_unregister(BOB, NS_IP);
    }
    boots(ANN, STACK, NS_MAX, 0);
    for (uint32_t i = 0; i < times; i++) {
        unlocks(BOB, GLOBAL);
        unlocks(BOB, GLOBAL); /* it did not go away */
        unlocks(ANN, STACK);  /* another's */
        unlocks(BOB, STACK);
    }
}

/* One stack was there: four times in each pass. */
static void
register_comes_often(void)
{
    visits_by(VERB_REGISTER, 4);
}

static void
register_comes_too_often(void)
{
    visits_by(VERB_REGISTER, 5);
}

static void
unregister_comes_often(void)
{
    visits_by(VERB_UNREGISTER, 8);
}

static void
unregister_comes_too_often(void)
{
    visits_by(VERB_UNREGISTER, 9);
}

Test(oracle_bounded_visits, as_often_as_what_was_there_explains)
{
    assert_silent(register_comes_often);
    assert_silent(unregister_comes_often);
    assert_caught(register_comes_too_often, "bounded_visits", "a bounded number of times");
    assert_caught(unregister_comes_too_often, "bounded_visits", "a bounded number of times");
}
