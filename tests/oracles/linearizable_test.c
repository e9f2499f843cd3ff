/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracle linearizable: whole histories, each that no order explains beside one that differs in what makes it explicable.
 */
#include <errno.h>
#include <string.h>

#include "telling.h"

static const char *const oracle = "linearizable";

static void
asks_in_use(uint16_t task, int id, bool in_use)
{
    calls_of_zone(task, VERB_INUSE_BY_STACKID, id);
    returns_of_zone(task, VERB_INUSE_BY_STACKID, id, in_use ? 0 : ENOENT);
}

/* --- lookups ---------------------------------------------------------------------------------- */

static void
found_while_it_may_close(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    begins_to_halt(ANN, STACK);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
    asks(CAT, VERB_FIND_BY_STACKID, STACK, 0);
    asks(BOB, VERB_FIND_BY_ZONEID, STACK, 0);
    has_halted(ANN, STACK);
    freed(REAPER, STACK);
    rests();
}

static void
found_after_it_was_not(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    begins_to_halt(ANN, STACK);
    asks(CAT, VERB_FIND_BY_STACKID, STACK, 0);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
    has_halted(ANN, STACK);
    freed(REAPER, STACK);
    rests();
}

static void
found_after_it_was_destroyed(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(CAT, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
    gives_back(CAT, STACK);
    freed(REAPER, STACK);
    rests();
}

static void
not_found_after_it_was(void)
{
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, 0);
    attached(ANN, STACK, STACK);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
    is_put_away();
}

static void
found_from_the_middle_of_its_birth_on(void)
{
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, 0);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
    attached(ANN, STACK, STACK);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
    is_put_away();
}

Test(oracle_linearizable, lookups_agree_on_when_a_stack_closed)
{
    assert_silent(found_while_it_may_close);
    assert_caught_as(found_after_it_was_not, HEDDLE_MODEL_MISMATCH, oracle,
                     "13. Lookups: what is given");
    assert_caught_alone(found_after_it_was_destroyed, oracle, "13. Lookups: what is given");
}

Test(oracle_linearizable, lookups_agree_on_when_a_stack_became_active)
{
    assert_silent(found_from_the_middle_of_its_birth_on);
    assert_caught(not_found_after_it_was, oracle, "13. Lookups: none is given only if");
}

Test(oracle_linearizable, the_message_names_the_call_and_what_came_before)
{
    assert_caught(found_after_it_was_not, oracle, "13.");
    const char *message = last_message();
    cr_expect_not_null(strstr(message, "of zone and stack id 20. Up to here it can:\n"));
    cr_expect_not_null(strstr(message, "7 to 20, stack 20 closes\n"));
    cr_expect_not_null(
        strstr(message, "8 to 9, task 3's a call of 20: none of that id is active\n"));
    cr_expect_not_null(strstr(message,
                              "but then not, 10 to 12, task 2's a call of 20: stack 20 is given, "
                              "so it is active."));
}

/* --- in use, ids, references -------------------------------------------------------------------- */

static void
lingers(bool in_use_while_held)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(CAT, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    asks_in_use(BOB, STACK, in_use_while_held);
    gives_back(CAT, STACK);
    asks_in_use(BOB, STACK, true);
    asks_in_use(BOB, STACK, false);
    freed(REAPER, STACK);
    rests();
}

static void
in_use_while_it_lingers(void)
{
    lingers(true);
}

static void
not_in_use_while_it_lingers(void)
{
    lingers(false);
}

static void
in_use_again(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    halts(ANN, STACK, NS_MAX, 0);
    asks_in_use(BOB, STACK, false);
    asks_in_use(BOB, STACK, true);
    freed(REAPER, STACK);
    rests();
}

static void
in_use_when_it_is_freed(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    halts(ANN, STACK, NS_MAX, 0);
    freed(REAPER, STACK);
    asks_in_use(BOB, STACK, true);
    rests();
}

Test(oracle_linearizable, an_id_is_in_use_as_long_as_its_stack_is_listed)
{
    assert_silent(in_use_while_it_lingers);
    assert_caught_alone(not_in_use_while_it_lingers, oracle, "13. Lookups: an id is in use");
    assert_caught(in_use_again, oracle, "13. Lookups: an id is in use");
    /* Of all, end_of_stack says so first. */
    assert_caught_alone(in_use_when_it_is_freed, oracle, "13. Lookups: an id is in use");
}

static void
waits_until_gone(bool held)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(CAT, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    calls_with(BOB, VERB_WAIT_GONE, STACK);
    if (!held) {
        gives_back(CAT, STACK);
    }
    returns_with(BOB, VERB_WAIT_GONE, -1, STACK);
    if (held) {
        gives_back(CAT, STACK);
    }
    freed(REAPER, STACK);
    rests();
}

static void
gone_when_released(void)
{
    waits_until_gone(false);
}

static void
gone_while_held(void)
{
    waits_until_gone(true);
}

Test(oracle_linearizable, a_held_stack_is_not_gone)
{
    assert_silent(gone_when_released);
    /* Of all, end_of_stack says so first. */
    assert_caught_alone(gone_while_held, oracle, "Waiting: a stack is said to be gone");
}

/* In use after the barrier means that the reap was not over. */
static void
passes_barrier(bool held, bool in_use)
{
    boots(ANN, STACK, NS_MAX, 0);
    if (held) {
        finds(CAT, STACK);
    }
    halts(ANN, STACK, NS_MAX, 0);
    calls(BOB, VERB_BARRIER);
    returns(BOB, VERB_BARRIER, 0);
    asks_in_use(BOB, STACK, in_use);
    if (held) {
        gives_back(CAT, STACK);
    }
    freed(REAPER, STACK);
    rests();
}

static void
barrier_awaits_the_reap(void)
{
    passes_barrier(false, false);
}

static void
barrier_awaits_no_holder(void)
{
    passes_barrier(true, true);
}

static void
barrier_awaits_nothing(void)
{
    passes_barrier(false, true);
}

Test(oracle_linearizable, a_barrier_awaits_the_reaps_that_are_outstanding)
{
    assert_silent(barrier_awaits_the_reap);
    assert_silent(barrier_awaits_no_holder);
    assert_caught(barrier_awaits_nothing, oracle, "13. Lookups: an id is in use");
}

static void
id_comes_again(bool before_the_first_is_gone)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(CAT, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    if (!before_the_first_is_gone) {
        gives_back(CAT, STACK);
        freed(REAPER, STACK);
    }
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK2);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
    attached(ANN, STACK, STACK2);
    if (before_the_first_is_gone) {
        gives_back(CAT, STACK);
        freed(REAPER, STACK);
    }
    calls_of_zone(ANN, VERB_ZONE_DESTROY, STACK);
    detaching(ANN, STACK, STACK2);
    has_halted(ANN, STACK2);
    freed(REAPER, STACK2);
    rests();
}

static void
id_comes_again_later(void)
{
    id_comes_again(false);
}

static void
id_comes_again_too_early(void)
{
    id_comes_again(true);
}

Test(oracle_linearizable, an_id_is_of_one_listed_stack)
{
    assert_silent(id_comes_again_later);
    assert_caught_alone(id_comes_again_too_early, oracle, "15. Ids");
}

/* --- module slots ----------------------------------------------------------------------------- */

static void
is_refused(uint16_t task, uint32_t epoch)
{
    calls_register(task, NS_IP, epoch, true);
    returns_register(task, NS_IP, epoch, EEXIST);
}

static void
refused_while_unregistering(void)
{
    registers(ANN, NS_IP, 1);
    is_refused(BOB, 2);
    calls_unregister(ANN, NS_IP);
    is_refused(BOB, 3);
    runs(ANN, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    runs(ANN, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    returns_unregister(ANN, NS_IP, 0);
    registers(BOB, NS_IP, 4);
}

static void
refused_beside_one_that_fails(void)
{
    calls_register(ANN, NS_IP, 1, true);
    is_refused(BOB, 2);
    calls_unregister(CAT, NS_IP);
    returns_unregister(CAT, NS_IP, EBUSY);
    create_fails(ANN, GLOBAL, NS_IP, 1);
    returns_register(ANN, NS_IP, 1, ENOMEM);
    calls_unregister(CAT, NS_IP);
    returns_unregister(CAT, NS_IP, ENOENT);
}

static void
refused_when_unregistered(void)
{
    registers(ANN, NS_IP, 1);
    unregisters(ANN, NS_IP);
    is_refused(BOB, 2);
    rests();
}

static void
refused_when_another_failed(void)
{
    refused_beside_one_that_fails();
    is_refused(BOB, 3);
    rests();
}

static void
not_there_though_registered(void)
{
    registers(ANN, NS_IP, 1);
    calls_unregister(BOB, NS_IP);
    returns_unregister(BOB, NS_IP, ENOENT);
    rests();
}

static void
busy_though_nobody_works_on_it(void)
{
    registers(ANN, NS_IP, 1);
    calls_unregister(BOB, NS_IP);
    returns_unregister(BOB, NS_IP, EBUSY);
    rests();
}

/* Beside register, unregister finds the slot free, then refuses to be before it is taken: it was busy before. */
static void
free_again_during_register(void)
{
    calls_register(ANN, NS_IP, 1, true);
    is_refused(BOB, 2);
    calls_unregister(BOB, NS_IP);
    returns_unregister(BOB, NS_IP, ENOENT);
    runs(ANN, PHASE_CREATE, GLOBAL, NS_IP, 1);
    returns_register(ANN, NS_IP, 1, 0);
    rests();
}

static void
slots_as_they_should_be(void)
{
    refused_while_unregistering();
    unregisters(BOB, NS_IP);
    rests();
}

static void
slots_of_a_failure_as_they_should_be(void)
{
    refused_beside_one_that_fails();
    rests();
}

Test(oracle_linearizable, a_slot_is_refused_while_it_is_not_free)
{
    assert_silent(slots_as_they_should_be);
    assert_silent(slots_of_a_failure_as_they_should_be);
    assert_caught(refused_when_unregistered, oracle, "Register: a slot is refused");
    assert_caught(refused_when_another_failed, oracle, "Register: a slot is refused");
}

Test(oracle_linearizable, unregister_answers_as_the_slot_was)
{
    assert_caught(not_there_though_registered, oracle, "Unregister: it answers");
    assert_caught(busy_though_nobody_works_on_it, oracle, "Unregister: it answers");
    assert_caught(free_again_during_register, oracle, "Unregister: it answers");
}

/* --- bounds ----------------------------------------------------------------------------------- */

static void
more_lookups_than_a_part_has_room_for(void)
{
    for (uint32_t i = 0; i < 300; i++) {
        asks(BOB, VERB_FIND_BY_STACKID, 0, GLOBAL);
    }
    rests();
}

static void
more_lookups_than_there_is_room_for(void)
{
    for (uint32_t i = 0; i < 2100; i++) {
        asks(BOB, VERB_FIND_BY_STACKID, 0, GLOBAL);
    }
    rests();
}

static void
counts_as(story_fn *story, uint64_t undecided)
{
    const struct oracle_histories before = oracles_histories;
    assert_silent(story);
    cr_expect_eq(oracles_histories.checked - before.checked, 1);
    cr_expect_eq(oracles_histories.undecided - before.undecided, undecided);
}

Test(oracle_linearizable, what_is_not_decided_is_counted)
{
    counts_as(slots_as_they_should_be, 0);
    counts_as(more_lookups_than_a_part_has_room_for, 1);
    counts_as(more_lookups_than_there_is_room_for, 1);
    counts_as(found_while_it_may_close, 0);
}
