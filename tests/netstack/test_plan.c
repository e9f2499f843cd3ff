/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The fault plan: what it does where, and at the how manyth time.
 */
#include "lab_harness.h"

#include <errno.h>

static const char three_stacks[] = "thread\n"
                                   "zone_create stack=exclusive zone=z1\n"
                                   "zone_create stack=exclusive zone=z2\n"
                                   "register module=ip shutdown=yes\n";

static const struct heddle_result *
run_with(const char *faults)
{
    char body[2048];
    snprintf(body, sizeof(body), "%sfaults\n%s", three_stacks, faults);
    return lab_run(&subject_core, body);
}

Test(plan, a_create_fails_at_its_turn_only)
{
    expect_ok(run_with("create nth=1 : fail\n"));
    cr_assert_eq(lab_totals.faults[POINT_CREATE], 1);
    cr_assert_eq(lab_totals.callbacks[PHASE_CREATE], 2);
    cr_assert_eq(lab_totals.callbacks[PHASE_DESTROY], 1, "the first instance is undone");
    cr_assert_eq(lab_totals.errors[VERB_REGISTER], 1);
    expect_ok(run_with("create nth=3 : fail\n"));
    cr_assert_eq(lab_totals.faults[POINT_CREATE], 0);
    cr_assert_eq(lab_totals.successes[VERB_REGISTER], 1);
}

Test(plan, onwards_means_each_later_time_too)
{
    expect_ok(run_with("create nth=1 onwards : sleep time=1ms\n"));
    cr_assert_eq(lab_totals.faults[POINT_CREATE], 2);
}

Test(plan, a_module_selects_its_own_callbacks)
{
    expect_ok(run_with("create_of module=tcp nth=0 : fail\n"));
    cr_assert_eq(lab_totals.faults[POINT_CREATE_OF], 0);
    expect_ok(run_with("create_of module=ip nth=2 : fail\n"));
    cr_assert_eq(lab_totals.faults[POINT_CREATE_OF], 1);
    cr_assert_eq(lab_totals.callbacks[PHASE_SHUTDOWN], 2);
}

Test(plan, several_actions_happen_in_their_order)
{
    expect_ok(run_with("create nth=0 : hold_if_active held=0 to=0\n"
                       "create nth=0 : get_zoneid held=0\n"
                       "create nth=0 : rele held=0\n"));
    cr_assert_eq(lab_totals.faults[POINT_CREATE], 3);
    cr_assert_eq(lab_totals.successes[VERB_GET_ZONEID], 1);
    cr_assert_eq(lab_totals.successes[VERB_RELE], 1);
}

Test(plan, what_is_not_legal_at_a_point_does_nothing)
{
    expect_ok(run_with("shutdown nth=0 : fail\n"
                       "destroy nth=0 : fail\n"
                       "alloc nth=0 onwards : walk\n"));
    cr_assert_eq(lab_totals.faults[POINT_SHUTDOWN], 0);
    cr_assert_eq(lab_totals.faults[POINT_DESTROY], 0);
    cr_assert_eq(lab_totals.faults[POINT_ALLOC], 0);
    cr_assert_eq(lab_totals.successes[VERB_WALK], 0);
}

Test(plan, allocations_that_may_fail_do)
{
    expect_ok(run_with("alloc nth=0 onwards : fail\n"));
    cr_assert_gt(lab_totals.faults[POINT_ALLOC], 0);
    cr_assert_eq(lab_totals.errors[VERB_ZONE_CREATE], 2);
}

Test(plan, failing_each_allocation_in_turn_loses_nothing)
{
    char body[1024];
    for (int nth = 0; nth < 200; nth++) {
        snprintf(body, sizeof(body),
                 "thread\n"
                 "zone_create stack=exclusive zone=z1\n"
                 "zone_create stack=shared zone=z2\n"
                 "key_create key=0 shutdown=yes\n"
                 "kstat_create name=k0 zone=global kstat=0\n"
                 "zone_kstat_create name=k0 zone=z1 kstat=1\n"
                 "zone_kstat_add kstat=1 zone=z2\n"
                 "cred_create zone=z1 cred=0\n"
                 "register module=ip shutdown=yes\n"
                 "faults\n"
                 "alloc nth=%d : fail\n",
                 nth);
        expect_ok(lab_run(&subject_core, body));
        if (lab_totals.faults[POINT_ALLOC] == 0) {
            cr_assert_gt(nth, 5, "the run has allocations that may fail");
            return;
        }
    }
    cr_assert_fail("there is no end to the allocations");
}

Test(plan, calls_that_wait_for_callbacks_are_refused_in_them)
{
    expect_ok(run_with("create nth=0 : register module=tcp shutdown=yes\n"
                       "create nth=0 : unregister module=ip\n"
                       "create nth=0 : zone_create stack=shared zone=z3\n"
                       "create nth=0 : zone_shutdown zone=z1\n"
                       "create nth=0 : zone_destroy zone=z1\n"
                       "create nth=0 : barrier\n"
                       "create nth=0 : init\n"
                       "create nth=0 : fini\n"
                       "create nth=0 : key_create key=0 shutdown=yes\n"));
    cr_assert_eq(lab_count(EVENT_RETURN, EDEADLK), 9);
    cr_assert_eq(lab_totals.successes[VERB_REGISTER], 1);
}

Test(plan, a_callbacks_reference_is_the_programs_to_give_back)
{
    lab_run_seeds(&subject_core,
                  "thread\n"
                  "register module=ip shutdown=yes\n"
                  "zone_create stack=exclusive zone=z1\n"
                  "zone_destroy zone=z1\n"
                  "thread\n"
                  "unregister module=ip\n"
                  "rele held=0\n"
                  "faults\n"
                  "create nth=0 onwards : hold held=0 to=1\n"
                  "shutdown nth=0 onwards : hold_if_active held=0 to=2\n",
                  200);
}
