/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of faults: each point has a row, each pair is legal or says why not, and what it says is what
 * happens: a small program in which everything is reached is run with every action at every point.
 */
#include "netstack/lab_harness.h"

#include <stdlib.h>
#include <string.h>

/* Reaches every point: the core dispatches nothing, the reference starts no thread of its own. */
static const char everything[] = "thread\n"
                                 "  register module=dls shutdown=yes\n"
                                 "  key_create key=0 shutdown=yes\n"
                                 "  zone_create stack=exclusive zone=z1\n"
                                 "  zone_create stack=exclusive zone=z2\n"
                                 "  zone_kstat_create name=k0 zone=global kstat=0\n"
                                 "  zone_kstat_add kstat=0 zone=z2\n"
                                 "  find_by_zoneid zone=z1 held=0\n"
                                 "  rele held=0\n"
                                 "  zone_shutdown zone=z1\n"
                                 "  zone_destroy zone=z1\n"
                                 "  zone_destroy zone=z2\n"
                                 "  barrier\n"
                                 "  unregister module=dls\n"
                                 "faults\n";

Test(fault_table, what_may_not_happen_says_why)
{
    for (uint32_t point = 0; point < POINT_COUNT; point++) {
        bool is_used = false;
        cr_assert_not_null(operations_vocabulary()->fault_points[point].name);
        for (uint32_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
            const char *why = fault_objection((enum fault_point)point, (enum fault_kind)kind);
            is_used |= why == NULL;
            cr_assert(why == NULL || strchr(why, ' ') != NULL, "%s: %s gives no reason",
                      operations_vocabulary()->fault_points[point].name, fault_kind_names[kind]);
        }
        cr_assert(is_used, "nothing may happen at %s",
                  operations_vocabulary()->fault_points[point].name);
    }
    for (uint32_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        bool is_used = false;
        cr_assert_not_null(fault_kind_names[kind]);
        for (uint32_t point = 0; point < POINT_COUNT; point++) {
            is_used |= fault_objection((enum fault_point)point, (enum fault_kind)kind) == NULL;
        }
        cr_assert(is_used, "%s may happen nowhere", fault_kind_names[kind]);
    }
}

Test(fault_table, a_create_may_fail_and_a_teardown_may_be_slow)
{
    static const enum fault_point births[] = {POINT_CREATE, POINT_CREATE_OF, POINT_KEY_CREATE};
    static const enum fault_point ends[] = {POINT_SHUTDOWN,     POINT_DESTROY,
                                            POINT_SHUTDOWN_OF,  POINT_DESTROY_OF,
                                            POINT_KEY_SHUTDOWN, POINT_KEY_DESTROY};
    for (size_t i = 0; i < sizeof(births) / sizeof(births[0]); i++) {
        cr_assert_null(fault_objection(births[i], FAULT_FAIL));
    }
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        cr_assert_not_null(fault_objection(ends[i], FAULT_FAIL));
        cr_assert_null(fault_objection(ends[i], FAULT_SLOW));
        cr_assert_null(fault_objection(ends[i], FAULT_STUCK));
        cr_assert_null(fault_objection(ends[i], FAULT_CALL_OWN));
    }
    cr_assert_not_null(fault_objection(POINT_ALLOC_SLEEP, FAULT_FAIL));
}

Test(fault_table, the_first_actions_keep_their_places_in_files)
{
    const struct program_vocabulary *words = operations_vocabulary();
    cr_assert_str_eq(words->fault_actions[0].name, "fail");
    for (uint32_t i = 0; i < 69; i++) {
        cr_assert_str_eq(words->fault_actions[1 + i].name, words->verbs[i].name);
    }
    cr_assert_str_eq(words->fault_actions[70].name, "stuck");
    cr_assert_str_eq(words->fault_actions[76].name, "keep");
    /* An action of its own is called like its kind. */
    for (uint32_t action = 0; action < words->fault_action_count; action++) {
        if (fault_verb(action) == VERB_COUNT) {
            cr_assert_str_eq(words->fault_actions[action].name,
                             fault_kind_names[fault_kind(action)]);
        }
    }
    for (uint32_t verb = 0; verb < VERB_COUNT; verb++) {
        uint32_t action = fault_action_of((enum netstack_verb)verb);
        cr_assert_lt(action, words->fault_action_count);
        cr_assert_eq(fault_verb(action), verb);
    }
}

static const struct subject *
subject_for(enum fault_point point)
{
#ifdef HEDDLE_REFERENCE
    return point == POINT_DISPATCH ? &subject_reference : &subject_core;
#else
    return point == POINT_DISPATCH ? NULL : &subject_core;
#endif
}

/* Runs it with that action at that point, always; how often it was injected. */
static uint64_t
run_pair(enum fault_point point, uint32_t action)
{
    struct program program;
    lab_parse(&program, NULL, everything);
    program.fault_count = 1;
    program.faults[0] =
        (struct program_fault){.point = (uint8_t)point, .action = (uint8_t)action, .onwards = true};
    const struct heddle_result *result = lab_run_program(subject_for(point), &program);
    if (point != POINT_DISPATCH) {
        cr_assert_eq(result->verdict, HEDDLE_OK, "%s: %s: %s: %s",
                     operations_vocabulary()->fault_points[point].name,
                     operations_vocabulary()->fault_actions[action].name, result->promise,
                     result->message);
    }
    program_fini(&program);

    uint64_t times = 0;
    for (uint32_t state = 0; state < LABORATORY_STATES_MAX; state++) {
        times += lab_totals.fault_table[point][fault_kind(action)][state].times;
    }
    cr_assert_eq(times, lab_totals.faults[point], "both totals count the same");
    return times;
}

Test(fault_table, what_is_legal_happens_and_nothing_else, .timeout = 120)
{
    const struct program_vocabulary *words = operations_vocabulary();
    for (uint32_t point = 0; point < POINT_COUNT; point++) {
        if (subject_for((enum fault_point)point) == NULL) {
            continue;
        }
        for (uint32_t action = 0; action < words->fault_action_count; action++) {
            uint64_t times = run_pair((enum fault_point)point, action);
            bool legal = laboratory_fault_is_legal(point, action);
            cr_assert_eq(times > 0, legal, "%s: %s is %s, and happened %d times",
                         words->fault_points[point].name, words->fault_actions[action].name,
                         legal ? "legal" : "not legal", (int)times);
        }
    }
}

/* The events before a failure tell of it; here, before the end. */
Test(fault_table, a_log_tells_which_fault_it_was_and_when)
{
    struct laboratory_injection injections[4];
    expect_ok(lab_run(&subject_core, "thread\n"
                                     "zone_create stack=exclusive zone=z1\n"
                                     "zone_create stack=exclusive zone=z2\n"
                                     "register module=ip shutdown=yes\n"
                                     "faults\n"
                                     "destroy nth=99 : sleep time=1ms\n"
                                     "create nth=1 onwards : sleep time=1ms\n"));
    cr_assert_eq(laboratory_injections(lab_log(), injections, 4), 2);
    for (uint32_t i = 0; i < 2; i++) {
        cr_assert_eq(injections[i].point, POINT_CREATE);
        cr_assert_eq(injections[i].action, fault_action_of(VERB_SLEEP));
        cr_assert_eq(injections[i].fault, 1);
        cr_assert_eq(injections[i].nth, 1 + i);
    }
}

/* In which states of a stack its callbacks strike. */
Test(fault_table, a_fault_knows_the_state_of_its_stack)
{
    enum { UNINITIALISED = 1, ACTIVE = 2, REAPING = 5 };
    expect_ok(lab_run(&subject_core, "thread\n"
                                     "register module=ip shutdown=yes\n"
                                     "zone_create stack=exclusive zone=z1\n"
                                     "zone_destroy zone=z1\n"
                                     "faults\n"
                                     "create nth=0 onwards : yield steps=0\n"
                                     "destroy nth=0 : yield steps=0\n"));
    cr_assert_str_eq(laboratory_fault_words()->states[ACTIVE], "active");
    cr_assert_eq(lab_totals.fault_table[POINT_CREATE][FAULT_SLOW][ACTIVE].times, 1, "stack 0");
    cr_assert_eq(lab_totals.fault_table[POINT_CREATE][FAULT_SLOW][UNINITIALISED].times, 1);
    cr_assert_eq(lab_totals.fault_table[POINT_DESTROY][FAULT_SLOW][REAPING].times, 1);
}
