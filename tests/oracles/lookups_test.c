/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Oracles lookup_answers and unique_ids: what may be found under which id.
 */
#include <errno.h>

#include "telling.h"

static void
shared_zone_boots(uint16_t task, int zone)
{
    calls(task, VERB_ZONE_CREATE);
    returns_of_zone(task, VERB_ZONE_CREATE, zone, 0);
    attached(task, zone, GLOBAL);
}

static void
found_by_every_name(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    shared_zone_boots(ANN, 5);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
    asks(BOB, VERB_FIND_BY_ZONEID, STACK, STACK);
    asks(BOB, VERB_FIND_BY_ZONEID, 5, GLOBAL);
    asks(BOB, VERB_FIND_BY_CRED, 0, GLOBAL);
    asks(BOB, VERB_GET_CURRENT, 5, GLOBAL);
    /* A shared zone's id is no stack's. */
    asks(BOB, VERB_FIND_BY_STACKID, 5, 0);
    halts(ANN, STACK, NS_MAX, 0);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, 0);
}

/* It came, or it goes, during the call. */
static void
not_there_throughout(void)
{
    calls_of_zone(BOB, VERB_FIND_BY_STACKID, STACK);
    boots(ANN, STACK, NS_MAX, 0);
    returns_with(BOB, VERB_FIND_BY_STACKID, STACK, 0);
    calls_of_zone(BOB, VERB_FIND_BY_STACKID, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    returns_with(BOB, VERB_FIND_BY_STACKID, STACK, 0);
}

static void
not_found_by_stackid(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, 0);
}

static void
not_found_by_zoneid(void)
{
    shared_zone_boots(ANN, 5);
    asks(BOB, VERB_FIND_BY_ZONEID, 5, 0);
}

static void
not_held_though_active(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_with(BOB, VERB_HOLD_IF_ACTIVE, STACK);
    returns_with(BOB, VERB_HOLD_IF_ACTIVE, -1, 0);
}

static void
another_is_found(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    asks(BOB, VERB_FIND_BY_ZONEID, STACK, GLOBAL);
}

static void
given_in_its_birth(void)
{
    registers(BOB, NS_IP, 1);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    starts(ANN, PHASE_CREATE, STACK, NS_IP, 1);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
}

static void
given_before_its_birth_goes_on(void)
{
    registers(BOB, NS_IP, 1);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
    starts(ANN, PHASE_CREATE, STACK, NS_IP, 1);
}

static void
given_before_its_birth_is_undone(void)
{
    registers(BOB, NS_IP, 1);
    registers(BOB, NS_UDP, 2);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    runs(ANN, PHASE_CREATE, STACK, NS_IP, 1);
    create_fails(ANN, STACK, NS_UDP, 2);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
    starts(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 1);
}

/* A zone that fails after its stack's birth: the stack was active until then. */
static void
given_before_its_zone_is_undone(void)
{
    registers(BOB, NS_IP, 1);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    runs(ANN, PHASE_CREATE, STACK, NS_IP, 1);
    asks(BOB, VERB_FIND_BY_STACKID, STACK, STACK);
    runs(ANN, PHASE_SHUTDOWN, STACK, NS_IP, 1);
}

/* In a create callback, the zone's own reference may be added to. */
static void
held_in_its_birth(void)
{
    registers(BOB, NS_IP, 1);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK);
    starts(ANN, PHASE_CREATE, STACK, NS_IP, 1);
    calls_with(ANN, VERB_HOLD, STACK);
    holds(ANN, STACK);
    returns(ANN, VERB_HOLD, 0);
    ends(ANN, PHASE_CREATE, STACK, NS_IP, 1);
}

static void
lingering_is_in_use(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    calls_of_zone(CAT, VERB_INUSE_BY_STACKID, STACK);
    returns(CAT, VERB_INUSE_BY_STACKID, 0);
    calls_of_zone(CAT, VERB_INUSE_BY_STACKID, STACK);
    gives_back(BOB, STACK);
    freed(REAPER, STACK);
    returns(CAT, VERB_INUSE_BY_STACKID, ENOENT);
}

static void
active_is_not_in_use(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    calls_of_zone(CAT, VERB_INUSE_BY_STACKID, STACK);
    returns(CAT, VERB_INUSE_BY_STACKID, ENOENT);
}

static void
lingering_is_not_in_use(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    calls_of_zone(CAT, VERB_INUSE_BY_STACKID, STACK);
    returns(CAT, VERB_INUSE_BY_STACKID, ENOENT);
}

Test(oracle_lookup_answers, what_is_there_is_found)
{
    assert_silent(found_by_every_name);
    assert_silent(not_there_throughout);
}

Test(oracle_lookup_answers, null_only_where_nothing_was_throughout)
{
    static const char promise[] = "active throughout is found";
    assert_caught(not_found_by_stackid, "lookup_answers", promise);
    assert_caught(not_found_by_zoneid, "lookup_answers", promise);
    assert_caught(not_held_though_active, "lookup_answers", promise);
}

Test(oracle_lookup_answers, the_one_that_was_asked_for)
{
    assert_caught(another_is_found, "lookup_answers", "what was asked for");
}

Test(oracle_lookup_answers, never_one_whose_birth_has_not_ended)
{
    static const char promise[] = "birth has not ended";
    assert_caught(given_in_its_birth, "lookup_answers", promise);
    assert_caught(given_before_its_birth_goes_on, "lookup_answers", promise);
    assert_caught(given_before_its_birth_is_undone, "lookup_answers", promise);
    assert_silent(given_before_its_zone_is_undone);
    assert_silent(held_in_its_birth);
}

Test(oracle_lookup_answers, every_listed_stack_is_in_use)
{
    static const char promise[] = "listed is in use";
    assert_silent(lingering_is_in_use);
    assert_caught(active_is_not_in_use, "lookup_answers", promise);
    assert_caught(lingering_is_not_in_use, "lookup_answers", promise);
}

/* --- unique ids --- */

static void
id_used_again_when_it_is_free(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    gives_back(BOB, STACK);
    freed(REAPER, STACK);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK2);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
    attached(ANN, STACK, STACK2);
}

static void
id_of_a_stack_that_lingers(void)
{
    boots(ANN, STACK, NS_MAX, 0);
    finds(BOB, STACK);
    halts(ANN, STACK, NS_MAX, 0);
    calls(ANN, VERB_ZONE_CREATE);
    born(ANN, STACK2);
    returns_of_zone(ANN, VERB_ZONE_CREATE, STACK, 0);
    attached(ANN, STACK, STACK2);
}

Test(oracle_unique_ids, an_id_is_used_again_when_its_stack_has_gone)
{
    assert_silent(id_used_again_when_it_is_free);
}

Test(oracle_unique_ids, never_before)
{
    assert_caught(id_of_a_stack_that_lingers, "unique_ids", "no listed stack's");
}
