/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracles exactly_once, phase_order and argument: one instance, from create to destroy.
 */
#include <errno.h>

#include "telling.h"

static void
instance_made_by_register(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_CREATE, STACK, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);
}

static void
whole_life_twice_over(void)
{
    instance_made_by_register();
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, STACK, NS_IP, 1);
    returns_unregister(BOB, NS_IP, 0);

    calls_register(BOB, NS_IP, 2, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 2);
    runs(BOB, PHASE_CREATE, STACK, NS_IP, 2);
    returns_register(BOB, NS_IP, 2, 0);
}

/* --- exactly once --- */

static void
created_twice(void)
{
    instance_made_by_register();
    calls_register(CAT, NS_IP, 1, true);
    runs(CAT, PHASE_CREATE, STACK, NS_IP, 1);
}

static void
created_again_after_it_failed(void)
{
    calls_register(BOB, NS_IP, 1, true);
    create_fails(BOB, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
}

static void
shut_down_twice(void)
{
    instance_made_by_register();
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    runs(BOB, PHASE_SHUTDOWN, STACK, NS_IP, 1);
}

static void
destroyed_twice(void)
{
    instance_made_by_register();
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, STACK, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, STACK, NS_IP, 1);
}

Test(oracle_exactly_once, each_registration_has_an_instance_of_its_own)
{
    assert_silent(whole_life_twice_over);
}

Test(oracle_exactly_once, a_second_create_is_one_too_many)
{
    assert_caught(created_twice, "exactly_once", "created at most once");
}

Test(oracle_exactly_once, a_create_that_failed_counts)
{
    assert_caught(created_again_after_it_failed, "exactly_once", "created at most once");
}

Test(oracle_exactly_once, a_second_shutdown_is_one_too_many)
{
    assert_caught(shut_down_twice, "exactly_once", "shut down at most once");
}

Test(oracle_exactly_once, a_second_destroy_is_one_too_many)
{
    assert_caught(destroyed_twice, "exactly_once", "destroyed at most once");
}

/* --- phase order --- */

static void
shut_down_during_create(void)
{
    calls_register(BOB, NS_IP, 1, true);
    starts(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    calls_unregister(CAT, NS_IP);
    starts(CAT, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
}

/* The argument is NULL then, and does not say for which stack it is; the probe does. */
static void
shut_down_with_null_during_create(void)
{
    calls_register(BOB, NS_IP, 1, true);
    starts(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    calls_unregister(CAT, NS_IP);
    probes(CAT, KERNEL_PROBE_netstack__shutdown__inprogress, GLOBAL, NS_IP);
    starts_with(CAT, PHASE_SHUTDOWN, 0, NS_IP, 1, 0);
}

static void
destroyed_during_shutdown(void)
{
    instance_made_by_register();
    calls_of_zone(ANN, VERB_ZONE_SHUTDOWN, STACK);
    starts(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 1);
    calls_unregister(BOB, NS_IP);
    starts(BOB, PHASE_DESTROY, STACK, NS_IP, 1);
}

static void
shut_down_without_create(void)
{
    calls_register(BOB, NS_IP, 1, true);
    calls_unregister(CAT, NS_IP);
    starts(CAT, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
}

static void
destroyed_after_create_failed(void)
{
    calls_register(BOB, NS_IP, 1, true);
    create_fails(BOB, GLOBAL, NS_IP, 1);
    starts(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
}

static void
shut_down_after_destroy(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, false);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_CREATE, STACK, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_DESTROY, STACK, NS_IP, 1);
    runs(BOB, PHASE_SHUTDOWN, STACK, NS_IP, 1);
}

static void
rolled_back_after_another_one_failed(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    create_fails(BOB, STACK, NS_IP, 1);
    runs(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, ENOMEM);
}

Test(oracle_phase_order, a_rollback_leaves_out_the_one_that_failed)
{
    assert_silent(rolled_back_after_another_one_failed);
}

Test(oracle_phase_order, callbacks_of_one_instance_never_overlap)
{
    static const char promise[] = "never overlap";
    assert_caught(shut_down_during_create, "phase_order", promise);
    assert_caught(shut_down_with_null_during_create, "phase_order", promise);
    assert_caught(destroyed_during_shutdown, "phase_order", promise);
}

Test(oracle_phase_order, nothing_is_shut_down_that_was_not_created)
{
    assert_caught(shut_down_without_create, "phase_order", "create ends before");
}

Test(oracle_phase_order, a_failed_create_is_the_last_callback)
{
    assert_caught(destroyed_after_create_failed, "phase_order", "create failed");
}

Test(oracle_phase_order, nothing_comes_after_destroy)
{
    assert_caught(shut_down_after_destroy, "phase_order", "after its destroy");
}

/* --- argument --- */

static void
shut_down_with(uint32_t stack, uint32_t epoch, uintptr_t argument)
{
    calls_unregister(BOB, NS_IP);
    starts_with(BOB, PHASE_SHUTDOWN, stack, NS_IP, epoch, argument);
}

static void
shut_down_with_null(void)
{
    instance_made_by_register();
    shut_down_with(0, 1, 0);
}

static void
shut_down_with_nonsense(void)
{
    instance_made_by_register();
    shut_down_with(STACK, 1, 4711);
}

static void
shut_down_with_anothers(void)
{
    instance_made_by_register();
    shut_down_with(STACK, 1, instance_of(GLOBAL, NS_IP, 1));
}

static void
destroyed_by_a_later_registration(void)
{
    instance_made_by_register();
    calls_register(CAT, NS_IP, 2, true);
    returns_register(CAT, NS_IP, 2, 0);
    calls_unregister(BOB, NS_IP);
    starts_with(BOB, PHASE_DESTROY, STACK, NS_IP, 2, instance_of(STACK, NS_IP, 1));
}

Test(oracle_argument, is_what_create_returned)
{
    assert_silent(whole_life_twice_over);
}

Test(oracle_argument, is_never_null)
{
    assert_caught(shut_down_with_null, "argument", "never given NULL");
}

Test(oracle_argument, is_nothing_else)
{
    assert_caught(shut_down_with_nonsense, "argument", "what a create returned");
    assert_caught(shut_down_with_anothers, "argument", "what that create returned");
}

/* Asked with all, phase_order says first that this registration never created there. */
Test(oracle_argument, belongs_to_the_registration_whose_function_runs)
{
    assert_caught_alone(destroyed_by_a_later_registration, "argument", "of the registration");
}
