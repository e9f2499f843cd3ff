/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The differences of contract: each has its row, and none lets an adapter's misuse reach a subject
 * that asserts.
 */
#include "lab_harness.h"

#include <errno.h>

Test(contract, each_difference_has_a_row_with_a_reason)
{
    size_t index = 0;
    const struct contract_row *row;
    for (; (row = contract_at(index)) != NULL; index++) {
        cr_assert_eq(row->difference, (uint64_t)1 << index);
        cr_assert_gt(strlen(row->reason), 20);
        cr_assert_gt(strlen(row->answer), 20);
    }
    cr_assert_eq((uint64_t)1 << (index - 1), (uint64_t)CONTRACT_LAST_BIT);
}

Test(contract, the_core_differs_in_nothing)
{
    cr_assert_eq(subject_core.differences, 0);
}

static const char misuse[] = "thread\n"
                             "register module=ip shutdown=yes\n"
                             "register module=ip shutdown=yes\n"
                             "unregister module=tcp\n"
                             "register_bad how=no_create\n"
                             "unregister_bad how=id_high\n"
                             "zone_shutdown_global\n"
                             "zone_create stack=exclusive zone=z1\n"
                             "kstat_create name=k0 zone=global kstat=0\n"
                             "kstat_delete kstat=0\n"
                             "kstat_delete_stale\n"
                             "zone_create_bad\n"
                             "key_create_bad\n";

static void
expect_refusals(void)
{
    cr_assert_eq(lab_totals.errors[VERB_REGISTER], 1);
    cr_assert_eq(lab_totals.errors[VERB_UNREGISTER], 1);
    cr_assert_eq(lab_totals.errors[VERB_REGISTER_BAD], 1);
    cr_assert_eq(lab_totals.errors[VERB_UNREGISTER_BAD], 1);
    cr_assert_eq(lab_totals.errors[VERB_KSTAT_DELETE_STALE], 1);
    cr_assert_eq(lab_totals.errors[VERB_ZONE_CREATE_BAD], 1);
    cr_assert_eq(lab_totals.errors[VERB_ZONE_KEY_CREATE_BAD], 1);
    cr_assert_eq(lab_count(EVENT_RETURN, EEXIST), 1);
    cr_assert_eq(lab_count(EVENT_RETURN, ENOENT), 1);
}

Test(contract, the_core_answers_misuse_with_errors)
{
    expect_ok(lab_run(&subject_core, misuse));
    expect_refusals();
}

#ifdef HEDDLE_REFERENCE
Test(contract, the_adapter_answers_for_the_reference)
{
    expect_ok(lab_run(&subject_reference, misuse));
    expect_refusals();
    cr_assert_eq(lab_totals.errors[VERB_ZONE_SHUTDOWN_GLOBAL], 1);
}

Test(contract, a_create_of_the_reference_does_not_fail)
{
    expect_ok(lab_run(&subject_reference, "thread\n"
                                          "register module=ip shutdown=yes\n"
                                          "faults\n"
                                          "create nth=0 onwards : fail\n"));
    cr_assert_eq(lab_totals.successes[VERB_REGISTER], 1);
}

Test(contract, a_zone_that_a_thread_is_in_is_not_destroyed_under_the_reference)
{
    lab_run_seeds(&subject_reference,
                  "thread\n"
                  "zone_create stack=exclusive zone=z1\n"
                  "zone_find zone=z1 hold=0\n"
                  "zone_enter hold=0\n"
                  "get_current held=0\n"
                  "get_current held=0\n"
                  "rele held=0\n"
                  "thread\n"
                  "sleep time=1us\n"
                  "zone_destroy zone=z1\n"
                  "thread\n"
                  "zone_enter hold=0\n"
                  "get_current held=1\n",
                  300);
}

Test(contract, calls_that_wait_are_answered_in_callbacks_of_the_reference)
{
    expect_ok(lab_run(&subject_reference, "thread\n"
                                          "register module=ip shutdown=yes\n"
                                          "faults\n"
                                          "create nth=0 : register module=tcp shutdown=yes\n"
                                          "create nth=0 : zone_create stack=shared zone=z3\n"
                                          "create nth=0 : unregister module=ip\n"));
    cr_assert_eq(lab_count(EVENT_RETURN, EDEADLK), 3);
}

/* The rule of the table: what is a bug stays in reach. Known: a waiter has no pin (invariant 1). */
Test(contract, random_programs_find_a_use_after_free_by_a_waiter, .timeout = 120)
{
    const struct laboratory_target *target = laboratory_target_find("lifecycle");
    uint64_t state = 1;
    struct program program;
    for (uint32_t run = 0; run < 200000; run++) {
        program_init(&program);
        program_generate(&program, target->vocabulary, &target->generation, &state);
        program.strategy.strategy = 1;
        program.strategy.seed = program_random(&state);
        const struct heddle_result *result = lab_run_program(&subject_reference, &program);
        program_fini(&program);
        if (result->verdict == HEDDLE_USE_AFTER_FREE &&
            strcmp(result->function, "wait_for_nms_inprogress") == 0) {
            return;
        }
    }
    cr_assert_fail("not found in 200,000 random programs");
}
#endif
