/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of oracles and the view that they share: names, nesting, one execution after another,
 * more than there is room for; and one long life that nobody objects to.
 */
#include <errno.h>
#include <string.h>

#include "telling.h"

Test(oracle_table, every_oracle_says_who_it_is)
{
    for (size_t i = 0; netstack_oracles[i] != NULL; i++) {
        const struct oracle *oracle = netstack_oracles[i];
        cr_assert_not_null(oracle->observe);
        cr_assert_neq(oracle->kinds, 0);
        cr_assert_lt(strlen(oracle->name), sizeof(((struct heddle_result *)NULL)->oracle));
        cr_assert(oracle->promise[0] >= '1' && oracle->promise[0] <= '9', "%s", oracle->promise);
        for (size_t j = 0; j < i; j++) {
            cr_assert_str_neq(oracle->name, netstack_oracles[j]->name);
        }
    }
}

/* Two modules, two zones, a walk, references, a callback that calls back in, a second load. */
static void
long_life(void)
{
    calls_register(BOB, NS_IP, 1, true);
    starts(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    calls(BOB, VERB_GET_CURRENT);
    holds(BOB, GLOBAL);
    returns(BOB, VERB_GET_CURRENT, 0);
    calls(BOB, VERB_RELE);
    releases(BOB, GLOBAL);
    returns(BOB, VERB_RELE, 0);
    ends(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    boots(ANN, STACK, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);

    finds(CAT, STACK);
    walk_begins(BOB, 1);
    walk_gives(BOB, 1, GLOBAL);
    halts(ANN, STACK, NS_IP, 1);
    walk_gives(BOB, 1, 0);
    walk_finishes(BOB, 1);
    calls_unregister(BOB, NS_IP);
    runs(BOB, PHASE_SHUTDOWN, GLOBAL, NS_IP, 1);
    runs(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
    gives_back(CAT, STACK);
    starts(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    calls(REAPER, VERB_HOLD_IF_ACTIVE);
    returns(REAPER, VERB_HOLD_IF_ACTIVE, 0);
    ends(REAPER, PHASE_DESTROY, STACK, NS_IP, 1);
    freed(REAPER, STACK);
    returns_unregister(BOB, NS_IP, 0);

    calls_register(BOB, NS_IP, 2, false);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 2);
    returns_register(BOB, NS_IP, 2, 0);
    threads_done();
    calls_unregister(BODY, NS_IP);
    runs(BODY, PHASE_DESTROY, GLOBAL, NS_IP, 2);
    returns_unregister(BODY, NS_IP, 0);
    rests();
}

Test(oracle_table, nobody_objects_to_a_long_life)
{
    assert_silent(long_life);
    assert_silent(long_life);
}

static void
returns_from_nowhere(void)
{
    returns(ANN, VERB_RELE, 0);
}

static void
returns_from_another_call(void)
{
    calls(ANN, VERB_HOLD);
    returns(ANN, VERB_RELE, 0);
}

static void
callback_ends_from_nowhere(void)
{
    ends(ANN, PHASE_CREATE, GLOBAL, NS_IP, 1);
}

static void
gives_back_what_it_never_had(void)
{
    calls(ANN, VERB_RELE);
    releases(ANN, GLOBAL);
}

Test(oracle_table, nonsense_is_the_adapters_fault)
{
    assert_refused(returns_from_nowhere);
    assert_refused(returns_from_another_call);
    assert_refused(callback_ends_from_nowhere);
    assert_refused(gives_back_what_it_never_had);
}

/* More of everything than is followed: what is beyond goes unjudged, nothing is misjudged. */
static void
more_than_there_is_room_for(void)
{
    for (uint32_t i = 0; i < 2 * VIEW_STACKS_MAX; i++) {
        uint32_t stack = 100 + i;
        calls(ANN, VERB_ZONE_CREATE);
        probes(ANN, KERNEL_PROBE_netstack__create__needed, stack, NS_IP);
        for (uint8_t module = 0; module < NS_ILB; module++) {
            runs(ANN, PHASE_CREATE, stack, module, 5000);
        }
        attached(ANN, (int)stack, stack);
        returns_of_zone(ANN, VERB_ZONE_CREATE, (int)stack, 0);
    }
    for (uint32_t cursor = 1; cursor < 2 * VIEW_CURSORS_MAX; cursor++) {
        walk_begins(BOB, cursor);
    }
    for (uint32_t epoch = 1; epoch < 2 * VIEW_REGISTRATIONS_MAX; epoch++) {
        registers(CAT, NS_ILB, epoch);
        unregisters(CAT, NS_ILB);
    }
    for (uint32_t i = 0; i < 2 * VIEW_STACKS_MAX; i++) {
        uint32_t stack = 100 + i;
        calls_of_zone(ANN, VERB_ZONE_DESTROY, (int)stack);
        detaching(ANN, (int)stack, stack);
        for (uint8_t module = NS_ILB; module > 0; module--) {
            runs(ANN, PHASE_SHUTDOWN, stack, module - 1, 5000);
        }
        returns_of_zone(ANN, VERB_ZONE_DESTROY, (int)stack, 0);
    }
}

static void
deeper_than_there_is_room_for(void)
{
    for (uint32_t i = 0; i < 2 * VIEW_FRAMES_MAX; i++) {
        calls(ANN, VERB_HOLD);
    }
    for (uint32_t i = 0; i < 2 * VIEW_FRAMES_MAX; i++) {
        returns(ANN, VERB_HOLD, 0);
    }
}

Test(oracle_table, too_much_is_not_misjudged)
{
    assert_silent(deeper_than_there_is_room_for);
    assert_silent(more_than_there_is_room_for);
}

static void
destroyed_without_shutdown(void)
{
    calls_register(BOB, NS_IP, 1, true);
    runs(BOB, PHASE_CREATE, GLOBAL, NS_IP, 1);
    returns_register(BOB, NS_IP, 1, 0);
    calls_unregister(BOB, NS_IP);
    starts(BOB, PHASE_DESTROY, GLOBAL, NS_IP, 1);
}

Test(oracle_table, a_report_tells_what_came_before)
{
    assert_caught(destroyed_without_shutdown, "completeness", "shut down");
    cr_assert_not_null(strstr(last_message(), "task 2: create of IP (registration 1) ends"), "%s",
                       last_message());
    cr_assert_not_null(strstr(last_message(), "task 2: calls unregister"), "%s", last_message());
}

static void
left_by_unregister(void)
{
    registers(BOB, NS_IP, 1);
    calls_unregister(BOB, NS_IP);
    returns_unregister(BOB, NS_IP, 0);
}

Test(oracle_table, a_place_is_where_the_subject_acts)
{
    assert_caught(destroyed_without_shutdown, "completeness", "shut down");
    cr_assert(last_has_place());
}

Test(oracle_table, where_an_answer_is_seen_is_no_place)
{
    assert_caught(left_by_unregister, "completeness", "before its unregister returns");
    cr_assert_not(last_has_place());
    cr_assert_not_null(strstr(last_message(), "Seen after "), "%s", last_message());
}

Test(oracle_table, nothing_is_said_when_off)
{
    static const struct subject subject;
    oracles_begin(&subject, true);
    struct observation what = {.kind = OBSERVE_RETURN, .task = ANN};
    oracle_observe(&what);
}
