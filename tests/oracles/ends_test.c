/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracles completeness and single_reap: how instances and stacks end.
 */
#include <errno.h>
#include <string.h>

#include "telling.h"

/* --- completeness --- */

static void
created_on_the_global_one(bool shutdown_given)
{
    calls_register(BOB, NS_IP, 1, shutdown_given);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);
}

static void
unregistered_without_shutdown_callback(void)
{
    created_on_the_global_one(false);
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    returns_unregister(BOB, NS_IP, 0);
}

static void
unregister_that_is_refused(void)
{
    created_on_the_global_one(true);
    calls_unregister(CAT, NS_IP);
    returns_unregister(CAT, NS_IP, EBUSY);
}

static void
destroyed_without_shutdown(void)
{
    created_on_the_global_one(true);
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
}

static void
unregister_returns_before_destroy(void)
{
    created_on_the_global_one(true);
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    returns_unregister(BOB, NS_IP, 0);
}

static void
unregister_returns_during_destroy(void)
{
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    halts(ANN, STACK, NS_IP, 1);
    starts(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    unregisters(BOB, NS_IP);
}

static void
unregister_returns_during_create(void)
{
    registers(BOB, NS_IP, 1);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    starts(ANN, PHASE_CREATE, STACK, NS_IP, 1);
    unregisters(BOB, NS_IP);
}

static void
freed_before_destroy(void)
{
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    halts(ANN, STACK, NS_IP, 1);
    freed(REAPER, STACK);
}

/* Two unregisters and a register at once: which of the two registrations went, nobody can say. */
static void
unregister_of_one_of_two(void)
{
    created_on_the_global_one(true);
    calls_unregister(ANN, NS_IP);
    calls_unregister(CAT, NS_IP);
    calls_register(BOB, NS_IP, 2, true);
    returns_unregister(CAT, NS_IP, 0);
}

/* The first unregister may have been of the second registration, which has not returned yet. */
static void
register_returns_after_an_unclear_end(void)
{
    unregister_of_one_of_two();
    pointer_becomes(GLOBAL, NS_IP, 0);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 2);
    returns_register(BOB, NS_IP, 2, 0);
    returns_unregister(ANN, NS_IP, EBUSY);
}

/* Unregisters that are refused do nothing: they must not hide which one it was either. */
static void
unregister_beside_a_refused_unregister(void)
{
    created_on_the_global_one(true);
    calls_unregister(CAT, NS_IP);
    calls_unregister(ANN, NS_IP);
    returns_unregister(ANN, NS_IP, EBUSY);
    calls_register(ANN, NS_IP, 2, true);
    returns_unregister(CAT, NS_IP, 0);
}

/* What an unregister ran says which one it was of, whoever else was about. */
static void
unregister_known_by_its_callbacks(void)
{
    created_on_the_global_one(true);
    calls_unregister(ANN, NS_IP);
    calls_unregister(CAT, NS_IP);
    calls_register(BOB, NS_IP, 2, true);
    runs(CAT, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    returns_unregister(CAT, NS_IP, 0);
}

/* A register that will be refused must not hide which one it was. */
static void
unregister_beside_a_refused_register(void)
{
    created_on_the_global_one(true);
    calls_unregister(CAT, NS_IP);
    calls_register(ANN, NS_IP, 2, true);
    returns_unregister(CAT, NS_IP, 0);
}

Test(oracle_completeness, a_shutdown_callback_is_optional)
{
    assert_silent(unregistered_without_shutdown_callback);
}

Test(oracle_completeness, an_unregister_that_is_refused_promises_nothing)
{
    assert_silent(unregister_that_is_refused);
    assert_silent(unregister_of_one_of_two);
    assert_silent(register_returns_after_an_unclear_end);
}

Test(oracle_completeness, shutdown_is_not_left_out)
{
    assert_caught(destroyed_without_shutdown, "completeness", "shut down before it is destroyed");
}

Test(oracle_completeness, unregister_returns_after_all_is_done)
{
    static const char promise[] = "destroyed before its unregister returns";
    assert_caught(unregister_returns_before_destroy, "completeness", promise);
    assert_caught(unregister_returns_during_destroy, "completeness", promise);
    assert_caught(unregister_beside_a_refused_register, "completeness", promise);
    assert_caught(unregister_beside_a_refused_unregister, "completeness", promise);
    assert_caught(unregister_known_by_its_callbacks, "completeness", promise);
    assert_caught(unregister_returns_during_create, "completeness", "after the last callback");
}

static void
birth_fails_beside_an_instance(bool undone)
{
    registers(BOB, NS_ARP, 1);
    registers(BOB, NS_IP, 2);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    zones_become(STACK, 1);
    runs(ANN, PHASE_CREATE, STACK, NS_ARP, 1);
    create_fails(ANN, STACK, NS_IP, 2);
    unlocks(ANN, STACK);
    if (undone) {
        runs(ANN, PHASE_SHUTDOWN, STACK, NS_ARP, 1);
        runs(ANN, PHASE_DESTROY, STACK, NS_ARP, 1);
    }
    zones_become(STACK, 0);
    unlocks(ANN, STACK);
}

static void
birth_is_undone(void)
{
    birth_fails_beside_an_instance(true);
}

static void
birth_is_not_undone(void)
{
    birth_fails_beside_an_instance(false);
}

Test(oracle_completeness, a_birth_that_fails_is_undone)
{
    assert_silent(birth_is_undone);
    assert_caught(birth_is_not_undone, "completeness", "a birth that fails");
    cr_assert_not(last_has_place());
}

Test(oracle_completeness, no_instance_outlives_its_stack)
{
    assert_caught(freed_before_destroy, "completeness", "destroyed before its stack is freed");
    cr_assert_not_null(strstr(last_message(), "IP"));
}

/* --- single reap --- */

static void
reaped_by_two(void)
{
    registers(BOB, NS_IP, 1);
    registers(BOB, NS_UDP, 2);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    runs(ANN, PHASE_CREATE, STACK, NS_IP, 1);
    runs(ANN, PHASE_CREATE, STACK, NS_UDP, 2);
    attached(ANN, STACK, STACK);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    returns_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK, 0);
    halts(ANN, STACK, NS_MAX, 0);
    runs(REAPER, PHASE_DESTROY, STACK, NS_UDP, 2);
    runs(OTHER_REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
}

static void
held_and_halted(void)
{
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    finds(CAT, STACK);
    halts(ANN, STACK, NS_IP, 1);
}

static void
reaped_while_held(void)
{
    held_and_halted();
    starts(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
}

static void
reaped_while_attached(void)
{
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    starts(REAPER, PHASE_SHUTDOWN, STACK, NS_IP, 1);
}

static void
reaped_in_the_release(void)
{
    held_and_halted();
    calls(CAT, VERB_RELE);
    releases(CAT, STACK);
    starts(CAT, PHASE_DESTROY, STACK, NS_IP, 1);
}

static void
reaped_by_the_reaper(void)
{
    held_and_halted();
    gives_back(CAT, STACK);
    is_reaped(REAPER, STACK, NS_IP, 1);
    unregisters(BOB, NS_IP);
    threads_done();
}

static void
still_held_at_the_end(void)
{
    held_and_halted();
    threads_done();
}

static void
never_reaped(void)
{
    held_and_halted();
    gives_back(CAT, STACK);
    threads_done();
}

static void
pinned_by_a_cursor(void)
{
    walk_begins(BOB, 1);
    held_and_halted();
    gives_back(CAT, STACK);
    threads_done();
}

Test(oracle_single_reap, one_reap_when_the_last_reference_goes)
{
    assert_silent(reaped_by_the_reaper);
    assert_silent(still_held_at_the_end);
    assert_silent(pinned_by_a_cursor);
}

Test(oracle_single_reap, at_most_one)
{
    assert_caught(reaped_by_two, "single_reap", "at most one reap");
}

Test(oracle_single_reap, not_while_it_is_held)
{
    assert_caught(reaped_while_held, "single_reap", "no reference is held");
}

Test(oracle_single_reap, not_while_a_zone_is_attached)
{
    assert_caught(reaped_while_attached, "single_reap", "no zone is attached");
}

Test(oracle_single_reap, never_in_a_call)
{
    assert_caught(reaped_in_the_release, "single_reap", "in no call");
}

static void
never_reaped_at_the_end(void)
{
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    finds(BOB, STACK);
    halts(ANN, STACK, NS_IP, 1);
    threads_done();
    gives_back(BODY, STACK);
    rests();
}

Test(oracle_single_reap, at_least_one)
{
    assert_caught(never_reaped_at_the_end, "single_reap", "when its last reference goes");
    assert_caught(never_reaped, "single_reap", "when its last reference goes");
}
