/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The operation table: its words, and what operations answer when threads run one after the other.
 */
#include "lab_harness.h"

#include <errno.h>

Test(operations, the_vocabulary_can_be_written_both_ways)
{
    cr_assert(program_vocabulary_is_valid(operations_vocabulary()));
}

Test(operations, every_verb_can_be_generated_and_called_back)
{
    const struct program_vocabulary *words = operations_vocabulary();
    cr_assert_eq(words->verb_count, VERB_COUNT);
    for (uint32_t i = 0; i < words->verb_count; i++) {
        cr_assert_gt(words->verbs[i].weight, 0, "%s", words->verbs[i].name);
        cr_assert_str_eq(words->fault_actions[fault_action_of((enum netstack_verb)i)].name,
                         words->verbs[i].name);
    }
}

Test(operations, strategies_are_the_engines_in_its_order)
{
    const struct program_vocabulary *words = operations_vocabulary();
    cr_assert_str_eq(words->strategies[0], "fixed");
    for (uint32_t i = 0; i < words->strategy_count; i++) {
        cr_assert_str_eq(words->strategies[i], strategy_name(strategy_at(i)));
    }
}

Test(operations, an_empty_program_starts_and_stops_the_service)
{
    expect_ok(lab_run(&subject_core, "thread\n"));
    cr_assert_eq(lab_count(EVENT_STAGE, STAGE_STOPPED), 1);
}

Test(operations, a_slot_that_is_empty_stands_for_the_next_that_is_not)
{
    expect_ok(lab_run(&subject_core, "thread\n"
                                     "find_by_stackid zone=global held=2\n"
                                     "get_zoneid held=7\n"
                                     "rele held=3\n"
                                     "rele held=2\n"));
    cr_assert_eq(lab_totals.successes[VERB_GET_ZONEID], 1);
    cr_assert_eq(lab_totals.successes[VERB_RELE], 1);
    cr_assert_eq(lab_totals.errors[VERB_RELE], 0, "what finds nothing to work on is no error");
    cr_assert_eq(lab_count(EVENT_RETURN, OPERATION_SKIPPED), 1);
}

Test(operations, a_dead_zones_id_stays_in_its_slot)
{
    expect_ok(lab_run(&subject_core, "thread\n"
                                     "zone_create stack=exclusive zone=z1\n"
                                     "zone_destroy zone=z1\n"
                                     "zone_destroy zone=z1\n"
                                     "find_by_zoneid zone=z1 held=0\n"));
    cr_assert_eq(lab_totals.successes[VERB_ZONE_DESTROY], 1);
    cr_assert_eq(lab_count(EVENT_RETURN, ENOENT), 2);
}

Test(operations, references_beyond_the_slots_are_given_back_at_once)
{
    char body[1024] = "thread\n";
    for (int i = 0; i < SLOTS_HELD + 2; i++) {
        strcat(body, "find_by_stackid zone=global held=0\n");
    }
    expect_ok(lab_run(&subject_core, body));
    cr_assert_eq(lab_totals.successes[VERB_FIND_BY_STACKID], SLOTS_HELD + 2);
}

Test(operations, a_waiter_for_the_end_of_a_stack_keeps_no_reference_to_it)
{
    expect_ok(lab_run(&subject_core, "thread\n"
                                     "zone_create stack=exclusive zone=z1\n"
                                     "find_by_zoneid zone=z1 held=0\n"
                                     "hold held=0 to=1\n"
                                     "get_uid held=0 uid=0\n"
                                     "zone_destroy zone=z1\n"
                                     "wait_gone uid=0\n"));
    cr_assert_eq(lab_totals.successes[VERB_WAIT_GONE], 1);
}

Test(operations, nobody_waits_for_the_end_of_a_stack_that_may_last)
{
    expect_ok(lab_run(&subject_core, "thread\n"
                                     "find_by_stackid zone=global held=0\n"
                                     "get_uid held=0 uid=0\n"
                                     "wait_gone uid=0\n"));
    cr_assert_eq(lab_totals.successes[VERB_WAIT_GONE], 0);
}

Test(operations, a_thread_leaves_the_zone_that_it_entered)
{
    lab_run_seeds(&subject_core,
                  "thread\n"
                  "zone_create stack=shared zone=z1\n"
                  "zone_find zone=z1 hold=0\n"
                  "zone_enter hold=0\n"
                  "zone_current\n"
                  "thread\n"
                  "zone_find zone=global hold=1\n"
                  "zone_enter hold=1\n"
                  "zone_current\n",
                  50);
}

Test(operations, each_registration_has_callbacks_of_its_own)
{
    for (uint32_t module = 0; module < MODULES; module++) {
        for (uint32_t variant = 1; variant < VARIANTS; variant++) {
            cr_assert_neq(module_shims[module][variant].create, module_shims[module][0].create);
            cr_assert_neq(module_shims[module][variant].destroy, module_shims[module][0].destroy);
        }
    }
    expect_ok(lab_run(&subject_core, "thread\n"
                                     "register module=ip shutdown=yes\n"
                                     "unregister module=ip\n"
                                     "register module=ip shutdown=yes\n"
                                     "register module=ip shutdown=yes\n"));
    cr_assert_eq(adapter.now.epochs, 3);
    cr_assert_neq(adapter.now.variants[6][0].epoch, 0);
    cr_assert_neq(adapter.now.variants[6][1].epoch, 0, "a set is not used again at once");
}

Test(operations, settings_are_taken_before_the_start)
{
    /* One reap may be outstanding, and the only zone id is 1. */
    lab_run_seeds(&subject_core,
                  "thread\n"
                  "zone_create stack=exclusive zone=z1\n"
                  "zone_create stack=shared zone=z2\n"
                  "reap_limit count=0\n"
                  "zone_ids count=0\n"
                  "zone_destroy zone=z1\n"
                  "zone_create stack=shared zone=z3\n"
                  "thread\n"
                  "zone_destroy zone=z1\n"
                  "zone_create stack=exclusive zone=z4\n",
                  100);
    cr_assert_eq(lab_totals.errors[VERB_ZONE_CREATE] + lab_totals.successes[VERB_ZONE_CREATE], 4);
    cr_assert_gt(lab_totals.errors[VERB_ZONE_CREATE], 0);
}
