/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracles all_or_nothing, last_callback, module_pointers and module_flags: what a registration
 * leaves on the stacks, while it stands and when it has gone.
 */
#include <errno.h>

#include "netstack/netstack.h"
#include "telling.h"

/* --- all or nothing --- */

static void
registered_everywhere(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_CREATE, STACK, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);
    boots(ANN, STACK2, NS_IP, 1);
}

static void
register_misses_a_stack(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);
}

/* That one's shutdown may have begun: it has no callbacks to show. */
static void
register_passes_over_a_stack_that_ends(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, true);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);
}

/* A shutdown that was refused has ended nothing. */
static void
register_passes_over_a_stack_that_stays(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    returns_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK, EBUSY);
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);
}

/* Somebody shut the zone down before its creator came to say that it is there. */
static void
shut_down_before_the_boot_returned(void)
{
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    calls_of_zone(CAT, VERB_ZONE_SHUTDOWN, STACK);
    returns_of_zone(CAT, VERB_ZONE_SHUTDOWN, STACK, 0);
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
    attached(ANN, STACK, STACK);
}

static void
birth_misses_a_module(void)
{
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_MAX, 0);
}

static void
birth_passes_over_a_module_that_goes(void)
{
    registers(BOB, NS_IP, 1);
    calls_unregister(BOB, NS_IP);
    boots(ANN, STACK, NS_MAX, 0);
}

static void
taken_off_a_live_stack(void)
{
    registered_everywhere();
    calls_unregister(CAT, NS_UDP);
    starts(CAT, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
}

static void
refused_and_rolled_back(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    create_fails(BOB, STACK, NS_IP, 1);
    runs(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, ENOMEM);
}

static void
refused_and_left(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    create_fails(BOB, STACK, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, ENOMEM);
}

static void
refused_while_its_rollback_runs(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, false);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK2);
    starts(ANN, PHASE_CREATE, STACK2, NS_IP, 1);
    create_fails(BOB, STACK, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, ENOMEM);
}

Test(oracle_all_or_nothing, a_module_is_on_every_live_stack)
{
    assert_silent(registered_everywhere);
    assert_silent(register_passes_over_a_stack_that_ends);
    assert_silent(shut_down_before_the_boot_returned);
    assert_silent(birth_passes_over_a_module_that_goes);
}

Test(oracle_all_or_nothing, register_misses_none)
{
    static const char promise[] = "on every live stack";
    assert_caught(register_misses_a_stack, "all_or_nothing", promise);
    assert_caught(register_passes_over_a_stack_that_stays, "all_or_nothing", promise);
}

Test(oracle_all_or_nothing, neither_does_a_birth)
{
    assert_caught(birth_misses_a_module, "all_or_nothing", "on every live stack");
}

Test(oracle_all_or_nothing, nobody_takes_it_off)
{
    assert_caught(taken_off_a_live_stack, "all_or_nothing", "nobody takes a module off");
}

/* The register that fails has not returned, and its slot is another's. */
static void
slot_of_another_before_the_rollback(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    create_fails(BOB, STACK, NS_IP, 1);
    calls_register(CAT, NS_IP, 2, true);
    starts(CAT, PHASE_CREATE, STACK, NS_IP, 2);
}

Test(oracle_all_or_nothing, a_registration_that_fails_leaves_nothing)
{
    static const char promise[] = "leaves no instance";
    assert_silent(refused_and_rolled_back);
    assert_caught(slot_of_another_before_the_rollback, "all_or_nothing", promise);
    assert_caught(refused_and_left, "all_or_nothing", promise);
    assert_caught(refused_while_its_rollback_runs, "all_or_nothing", promise);
}

/* --- last callback --- */

static void
unregistered(void)
{
    registers(BOB, NS_IP, 1);
    unregisters(BOB, NS_IP);
}

static void
unregistered_and_loaded_again(void)
{
    unregistered();
    calls_unregister(CAT, NS_IP);
    registers(BOB, NS_IP, 2);
    returns_unregister(CAT, NS_IP, ENOENT);
}

static void
callback_after_unregister(void)
{
    unregistered();
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    starts(ANN, PHASE_CREATE, STACK, NS_IP, 1);
}

/* Completeness is asked first, and speaks of instances; here only a callback that runs counts. */
static void
callback_during_unregisters_return(void)
{
    registers(BOB, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    starts(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    unregisters(BOB, NS_IP);
}

static void
flags_after_unregister(void)
{
    registers(BOB, NS_IP, 1);
    flags_become(GLOBAL, NS_IP, NSS_CREATE_COMPLETED | NSS_DESTROY_COMPLETED);
    unregisters(BOB, NS_IP);
}

static void
pointer_after_unregister(void)
{
    registers(BOB, NS_IP, 1);
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    pointer_becomes(GLOBAL, NS_IP, 4711);
    returns_unregister(BOB, NS_IP, 0);
}

/* The slot is free before the return is told: another registration may have set them already. */
static void
flags_of_another_registration(void)
{
    registers(BOB, NS_IP, 1);
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    calls_register(CAT, NS_IP, 2, true);
    starts(CAT, PHASE_CREATE, STACK, NS_IP, 2);
    flags_become(GLOBAL, NS_IP, NSS_CREATE_INPROGRESS);
    returns_unregister(BOB, NS_IP, 0);
}

Test(oracle_last_callback, nothing_is_left_of_a_registration)
{
    assert_silent(unregistered_and_loaded_again);
    assert_silent(flags_of_another_registration);
}

Test(oracle_last_callback, none_starts_later)
{
    assert_caught(callback_after_unregister, "last_callback", "none starts once");
}

Test(oracle_last_callback, none_runs_on)
{
    assert_caught_alone(callback_during_unregisters_return, "last_callback", "none runs once");
}

Test(oracle_last_callback, no_flags_and_no_pointer_are_left)
{
    assert_caught(flags_after_unregister, "last_callback", "leaves no flags");
    assert_caught(pointer_after_unregister, "last_callback", "leaves no pointer");
}

/* --- module pointers --- */

static void
pointer_set_before_create_returned(void)
{
    calls_register(BOB, NS_IP, 1, true);
    starts(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    pointer_becomes(GLOBAL, NS_IP, instance_of(GLOBAL, NS_IP, 1));
    ends(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
}

static void
pointer_left_from_before(void)
{
    pointer_becomes(GLOBAL, NS_IP, 4711);
    calls_register(BOB, NS_IP, 1, true);
    starts(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
}

static void
pointer_lost(void)
{
    registers(BOB, NS_IP, 1);
    pointer_becomes(GLOBAL, NS_IP, 0);
    calls_unregister(BOB, NS_IP);
    starts(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
}

static void
pointer_set_during_destroy(void)
{
    registers(BOB, NS_IP, 1);
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    starts(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    pointer_becomes(GLOBAL, NS_IP, instance_of(GLOBAL, NS_IP, 1));
    ends(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
}

Test(oracle_module_pointers, follow_the_callbacks)
{
    assert_silent(unregistered);
}

Test(oracle_module_pointers, are_null_until_create_returned)
{
    static const char promise[] = "NULL until create returned";
    assert_caught(pointer_set_before_create_returned, "module_pointers", promise);
    assert_caught(pointer_left_from_before, "module_pointers", promise);
}

Test(oracle_module_pointers, are_what_create_returned_until_destroy)
{
    assert_caught(pointer_lost, "module_pointers", "what create returned, until destroy");
}

Test(oracle_module_pointers, are_null_from_before_destroy)
{
    assert_caught(pointer_set_during_destroy, "module_pointers", "before destroy is entered");
}

/* --- module flags --- */

static void
unlocked_with(uint16_t flags)
{
    registers(BOB, NS_IP, 1);
    flags_become(GLOBAL, NS_IP, flags);
    unlocks(BOB, GLOBAL);
}

static void
flags_of_a_life(void)
{
    static const uint16_t life[] = {
        NSS_CREATE_NEEDED,
        NSS_CREATE_INPROGRESS,
        NSS_CREATE_COMPLETED,
        NSS_CREATE_COMPLETED | NSS_SHUTDOWN_NEEDED | NSS_DESTROY_NEEDED,
        NSS_CREATE_COMPLETED | NSS_SHUTDOWN_INPROGRESS | NSS_DESTROY_NEEDED,
        NSS_CREATE_COMPLETED | NSS_SHUTDOWN_COMPLETED | NSS_DESTROY_INPROGRESS,
        NSS_CREATE_COMPLETED | NSS_SHUTDOWN_COMPLETED | NSS_DESTROY_COMPLETED,
        0};
    registers(BOB, NS_IP, 1);
    for (size_t i = 0; i < sizeof(life) / sizeof(life[0]); i++) {
        flags_become(GLOBAL, NS_IP, life[i]);
        unlocks(BOB, GLOBAL);
    }
}

static void
two_flags_of_one_phase(void)
{
    unlocked_with(NSS_CREATE_COMPLETED | NSS_DESTROY_NEEDED | NSS_DESTROY_COMPLETED);
}

static void
two_phases_in_progress(void)
{
    unlocked_with(NSS_CREATE_COMPLETED | NSS_SHUTDOWN_INPROGRESS | NSS_DESTROY_INPROGRESS);
}

static void
shutdown_before_create(void)
{
    unlocked_with(NSS_CREATE_NEEDED | NSS_SHUTDOWN_NEEDED);
}

Test(oracle_module_flags, go_through_a_life)
{
    assert_silent(flags_of_a_life);
}

Test(oracle_module_flags, one_at_most_a_phase)
{
    assert_caught(two_flags_of_one_phase, "module_flags", "at most one of needed");
}

Test(oracle_module_flags, one_phase_at_most_in_progress)
{
    assert_caught(two_phases_in_progress, "module_flags", "is in progress");
}

Test(oracle_module_flags, none_before_create)
{
    assert_caught(shutdown_before_create, "module_flags", "only where create began");
}
