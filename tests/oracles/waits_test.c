/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracles held_locks and prompt_release: where nobody may wait.
 */
#include "telling.h"

static void
waits_with_nothing(void)
{
    calls(ANN, VERB_BARRIER);
    waits(ANN, HEDDLE_WAIT_CONDITION, true, NULL);
    waits(ANN, HEDDLE_WAIT_MEMORY, true, NULL);
    waits(ANN, HEDDLE_WAIT_MEMORY, false, "lock"); /* one that fails instead */
    waits(ANN, HEDDLE_WAIT_SEMAPHORE, true, NULL);
    returns(ANN, VERB_BARRIER, 0);
    waits(REAPER, HEDDLE_WAIT_DISPATCH, true, NULL);
}

static void
callback_under_lock(void)
{
    calls_register(ANN, NS_IP, 1, true);
    starts_holding(ANN, GLOBAL, NS_IP, 1, "lock");
}

#define UNDER_LOCK(name, wait)                                                                     \
    static void name(void)                                                                         \
    {                                                                                              \
        waits(REAPER, wait, true, "lock");                                                         \
    }
UNDER_LOCK(condition_under_lock, HEDDLE_WAIT_CONDITION)
UNDER_LOCK(semaphore_under_lock, HEDDLE_WAIT_SEMAPHORE)
UNDER_LOCK(memory_under_lock, HEDDLE_WAIT_MEMORY)
UNDER_LOCK(dispatch_under_lock, HEDDLE_WAIT_DISPATCH)
UNDER_LOCK(sleep_under_lock, HEDDLE_WAIT_TIME)

static void
dispatch_that_may_fail(void)
{
    waits(REAPER, HEDDLE_WAIT_DISPATCH, false, "lock");
}

Test(oracle_held_locks, none_is_held_where_one_waits)
{
    assert_silent(waits_with_nothing);
    assert_caught(condition_under_lock, "held_locks", "holds its lock alone");
    assert_caught(semaphore_under_lock, "held_locks", "no semaphore");
    assert_caught(memory_under_lock, "held_locks", "no sleeping allocation");
    assert_caught(dispatch_under_lock, "held_locks", "no task is dispatched");
    assert_caught(dispatch_that_may_fail, "held_locks", "no task is dispatched");
    assert_caught(sleep_under_lock, "held_locks", "nobody sleeps under a lock");
}

Test(oracle_held_locks, nor_where_a_callback_starts)
{
    assert_caught(callback_under_lock, "held_locks", "a callback is called with no lock held");
}

/* What a callback does is its own, under whatever call it runs. */
static void
a_callback_waits_under_a_release(void)
{
    finds(ANN, GLOBAL);
    calls_register(BOB, NS_IP, 1, true);
    starts(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    waits(BOB, HEDDLE_WAIT_TIME, true, NULL);
    calls(BOB, VERB_BARRIER);
    waits(BOB, HEDDLE_WAIT_CONDITION, true, NULL);
    returns(BOB, VERB_BARRIER, 0);
    ends(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    gives_back(ANN, GLOBAL);
    waits(ANN, HEDDLE_WAIT_TIME, true, NULL);
}

static void
release_waits(enum netstack_verb verb, enum heddle_wait wait, bool may_sleep)
{
    finds(ANN, GLOBAL);
    calls(ANN, verb);
    waits(ANN, wait, may_sleep, NULL);
}

static void
release_sleeps(void)
{
    release_waits(VERB_RELE, HEDDLE_WAIT_SEMAPHORE, true);
}

static void
release_allocates(void)
{
    release_waits(VERB_RELE_TAG, HEDDLE_WAIT_MEMORY, false);
}

static void
release_dispatches(void)
{
    release_waits(VERB_RELE, HEDDLE_WAIT_DISPATCH, false);
}

Test(oracle_prompt_release, it_waits_for_nothing)
{
    assert_silent(a_callback_waits_under_a_release);
    assert_silent_with(CONTRACT_LIMIT_AT_RELE, release_sleeps);
    assert_caught(release_sleeps, "prompt_release", "no semaphore");
    assert_caught(release_allocates, "prompt_release", "allocates nothing");
    assert_caught(release_dispatches, "prompt_release", "dispatches nothing");
}
