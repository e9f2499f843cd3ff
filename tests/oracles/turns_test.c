/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracles late_create, create_order and teardown_order: what work on one stack may follow which.
 */
#include <errno.h>

#include "telling.h"

/* --- late create --- */

static void
register_creates_on(uint32_t stack)
{
    calls_register(CAT, NS_IP, 7, true);
    starts(CAT, PHASE_CREATE, stack, NS_IP, 7);
}

static void
created_by_register_while_live(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(CAT, NS_IP, 7, true);
    /* Called, but not begun: the turn is the register's, and a zone's shutdown waits for it. */
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    runs(CAT, PHASE_CREATE, GLOBAL, NS_IP, 7);
    runs(CAT, PHASE_CREATE, STACK, NS_IP, 7);
    returns_register(CAT, NS_IP, 7, 0);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 7);
    returns_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK, 0);
}

static void
created_on_a_closing_stack(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    register_creates_on(STACK);
}

static void
created_after_shutdown_returned(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    returns_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK, 0);
    register_creates_on(STACK);
}

static void
created_during_the_shutdown(void)
{
    registers(BOB, NS_UDP, 1);
    boots(ANN, STACK, NS_UDP, 1);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_UDP, 1);
    register_creates_on(STACK);
}

/* Another zone of the global stack goes: that is no shutdown of the stack. */
static void
created_after_a_shared_zone_was_shut_down(void)
{
    calls(ANN, VERB_ZONE_CREATE);
    attached(ANN, 5, GLOBAL);
    returns_of_zone(ANN, VERB_ZONE_CREATE, 5, 0);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, 5);
    returns_of_zone(ANN, VERB_ZONE_SHUTDOWN, 5, 0);
    calls_of_zone(ANN, VERB_ZONE_DESTROY, 5);
    detaching(ANN, 5, GLOBAL);
    returns_of_zone(ANN, VERB_ZONE_DESTROY, 5, 0);
    register_creates_on(GLOBAL);
}

static void
created_during_a_birth(void)
{
    registers(BOB, NS_UDP, 1);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    starts(ANN, PHASE_CREATE, STACK, NS_UDP, 1);
    register_creates_on(STACK);
}

static void
created_before_a_birth_went_on(void)
{
    registers(BOB, NS_UDP, 1);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    register_creates_on(STACK);
    ends(CAT, PHASE_CREATE, STACK, NS_IP, 7);
    starts(ANN, PHASE_CREATE, STACK, NS_UDP, 1);
}

static void
freed_during_a_callback(void)
{
    registers(BOB, NS_UDP, 1);
    boots(ANN, STACK, NS_UDP, 1);
    halts(ANN, STACK, NS_UDP, 1);
    starts(REAPER, PHASE_DESTROY, STACK, NS_UDP, 1);
    freed(BOB, STACK);
}

Test(oracle_late_create, register_creates_on_a_live_stack)
{
    assert_silent(created_by_register_while_live);
    assert_silent(created_after_a_shared_zone_was_shut_down);
}

Test(oracle_late_create, but_not_on_one_that_is_closing)
{
    assert_caught(created_on_a_closing_stack, "late_create", "closing");
}

Test(oracle_late_create, nor_on_one_whose_shutdown_has_begun)
{
    assert_caught(created_after_shutdown_returned, "late_create", "shutdown has begun");
    assert_caught(created_during_the_shutdown, "late_create", "shutdown has begun");
    assert_silent_with(CONTRACT_CREATES_AFTER_SHUTDOWN | CONTRACT_TURNS_MAY_OVERLAP,
                       created_after_shutdown_returned);
}

Test(oracle_late_create, nor_on_one_that_is_being_born)
{
    assert_caught(created_during_a_birth, "late_create", "birth");
    assert_caught(created_before_a_birth_went_on, "late_create", "birth");
}

Test(oracle_late_create, no_stack_is_freed_during_a_callback)
{
    assert_caught(freed_during_a_callback, "late_create", "freed during a callback");
}

/* --- create order --- */

static void
born_with_two(uint8_t first, uint8_t second)
{
    registers(BOB, NS_IP, 1);
    registers(BOB, NS_UDP, 2);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    runs(ANN, PHASE_CREATE, STACK, first, first == NS_IP ? 1 : 2);
    runs(ANN, PHASE_CREATE, STACK, second, second == NS_IP ? 1 : 2);
    attached(ANN, STACK, STACK);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
}

static void
born_ascending(void)
{
    born_with_two(NS_IP, NS_UDP);
    /* A lower one may well be registered later. */
    calls_register(CAT, NS_DLS, 3, true);
    runs(CAT, PHASE_CREATE, GLOBAL, NS_DLS, 3);
    runs(CAT, PHASE_CREATE, STACK, NS_DLS, 3);
    returns_register(CAT, NS_DLS, 3, 0);
}

static void
born_descending(void)
{
    born_with_two(NS_UDP, NS_IP);
}

Test(oracle_create_order, a_birth_ascends)
{
    assert_silent(born_ascending);
}

Test(oracle_create_order, a_birth_never_descends)
{
    assert_caught(born_descending, "create_order", "ascending");
}

/* --- teardown order --- */

static void
reaped_in_order(void)
{
    born_with_two(NS_IP, NS_UDP);
    halts(ANN, STACK, NS_MAX, 0);
    runs(REAPER, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
    runs(REAPER, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    runs(REAPER, PHASE_DESTROY, STACK, NS_UDP, 2);
    runs(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    freed(REAPER, STACK);
}

static void
shutdowns_ascend_in_a_reap(void)
{
    born_with_two(NS_IP, NS_UDP);
    halts(ANN, STACK, NS_MAX, 0);
    runs(REAPER, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    runs(REAPER, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
}

static void
shutdowns_ascend_in_a_halt(void)
{
    born_with_two(NS_IP, NS_UDP);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
}

static void
shutdown_after_a_destroy(void)
{
    born_with_two(NS_IP, NS_UDP);
    halts(ANN, STACK, NS_MAX, 0);
    runs(REAPER, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
    runs(REAPER, PHASE_DESTROY, STACK, NS_UDP, 2);
    runs(REAPER, PHASE_SHUTDOWN, STACK, NS_IP, 1);
}

static void
destroys_ascend(void)
{
    born_with_two(NS_IP, NS_UDP);
    halts(ANN, STACK, NS_MAX, 0);
    runs(REAPER, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
    runs(REAPER, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    runs(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    runs(REAPER, PHASE_DESTROY, STACK, NS_UDP, 2);
}

/* An unregister in the middle of a zone's shutdown, between two of its callbacks. */
static void
unregistered_between_two_shutdowns(void)
{
    born_with_two(NS_IP, NS_UDP);
    calls_unregister(BOB, NS_IP);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
    runs(BOB, PHASE_SHUTDOWN, STACK, NS_IP, 1);
}

static void
turn_between_two_callbacks_of_a_reap(void)
{
    unregistered_between_two_shutdowns();
    returns_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK, 0);
    halts(ANN, STACK, NS_MAX, 0);
    runs(REAPER, PHASE_DESTROY, STACK, NS_UDP, 2);
    runs(BOB, PHASE_DESTROY, STACK, NS_IP, 1);
    /* Whatever the reap calls now, it had not ended when the unregister had its turn. */
    starts(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
}

static void
callback_beside_a_callback(void)
{
    born_with_two(NS_IP, NS_UDP);
    calls_unregister(BOB, NS_IP);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    starts(ANN, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
    starts(BOB, PHASE_SHUTDOWN, STACK, NS_IP, 1);
}

/* A birth that fails is undone in its own turn: create, then shutdown and destroy. */
static void
birth_undone(void)
{
    registers(BOB, NS_IP, 1);
    registers(BOB, NS_UDP, 2);
    registers(BOB, NS_TCP, 3);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    runs(ANN, PHASE_CREATE, STACK, NS_IP, 1);
    runs(ANN, PHASE_CREATE, STACK, NS_UDP, 2);
    create_fails(ANN, STACK, NS_TCP, 3);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    runs(ANN, PHASE_DESTROY, STACK, NS_UDP, 2);
    runs(ANN, PHASE_DESTROY, STACK, NS_IP, 1);
    freed(ANN, STACK);
    returns_of_zone(ANN, VERB_ZONE_CREATE, -1, ENOMEM);
}

/* A zone that fails after its stack's birth: a register may have had its turn in between. */
static void
zone_undone_after_its_birth(void)
{
    registers(BOB, NS_IP, 1);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    runs(ANN, PHASE_CREATE, STACK, NS_IP, 1);
    calls_register(BOB, NS_UDP, 2, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_UDP, 2);
    runs(BOB, PHASE_CREATE, STACK, NS_UDP, 2);
    returns_register(BOB, NS_UDP, 2, 0);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    probes(ANN, KERNEL_PROBE_netstack__dec__numzones, STACK, 0xff);
    probes(ANN, KERNEL_PROBE_netstack__dec__ref, STACK, 0xff);
    returns_of_zone(ANN, VERB_ZONE_CREATE, -1, ENOMEM);
    runs(REAPER, PHASE_DESTROY, STACK, NS_UDP, 2);
    runs(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    freed(REAPER, STACK);
}

static void
undone_in_the_wrong_order(void)
{
    registers(BOB, NS_IP, 1);
    registers(BOB, NS_UDP, 2);
    registers(BOB, NS_TCP, 3);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    runs(ANN, PHASE_CREATE, STACK, NS_IP, 1);
    runs(ANN, PHASE_CREATE, STACK, NS_UDP, 2);
    create_fails(ANN, STACK, NS_TCP, 3);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
}

static void
unregister_takes_turns_with_others(void)
{
    born_with_two(NS_IP, NS_UDP);
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    calls_unregister(CAT, NS_UDP);
    runs(CAT, PHASE_SHUTDOWN, GLOBAL, NS_UDP, 2);
    runs(CAT, PHASE_SHUTDOWN, STACK, NS_UDP, 2);
    runs(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, STACK, NS_IP, 1);
    returns_unregister(BOB, NS_IP, 0);
    runs(CAT, PHASE_DESTROY, GLOBAL, NS_UDP, 2);
    runs(CAT, PHASE_DESTROY, STACK, NS_UDP, 2);
    returns_unregister(CAT, NS_UDP, 0);
}

Test(oracle_teardown_order, a_reap_descends_twice)
{
    assert_silent(reaped_in_order);
}

Test(oracle_teardown_order, shutdowns_of_a_turn_descend)
{
    assert_caught(shutdowns_ascend_in_a_reap, "teardown_order", "shutdowns of a turn descend");
    assert_caught(shutdowns_ascend_in_a_halt, "teardown_order", "shutdowns of a turn descend");
    assert_caught(undone_in_the_wrong_order, "teardown_order", "shutdowns of a turn descend");
}

Test(oracle_teardown_order, every_shutdown_comes_before_the_first_destroy)
{
    assert_caught(shutdown_after_a_destroy, "teardown_order", "before its first destroy");
}

Test(oracle_teardown_order, destroys_of_a_turn_descend)
{
    assert_caught(destroys_ascend, "teardown_order", "destroys of a turn descend");
}

Test(oracle_teardown_order, turns_may_alternate)
{
    assert_silent(unregister_takes_turns_with_others);
    assert_silent(birth_undone);
    assert_silent(zone_undone_after_its_birth);
    assert_silent(unregistered_between_two_shutdowns);
}

Test(oracle_teardown_order, but_never_overlap)
{
    static const char promise[] = "turns of one stack do not overlap";
    assert_caught(callback_beside_a_callback, "teardown_order", promise);
    assert_caught_alone(turn_between_two_callbacks_of_a_reap, "teardown_order", promise);
    assert_silent_with(CONTRACT_TURNS_MAY_OVERLAP, callback_beside_a_callback);
}
