/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What each kind of fault does, seen in the events of small programs.
 */
#include "netstack/lab_harness.h"

#include <errno.h>

static const char halt[] = "thread\n"
                           "  register module=ip shutdown=yes\n"
                           "  zone_create stack=exclusive zone=z1\n"
                           "  find_by_zoneid zone=z1 held=0\n"
                           "  rele held=0\n"
                           "  zone_destroy zone=z1\n"
                           "  barrier\n"
                           "  zone_create stack=exclusive zone=z2\n";

static const struct heddle_result *
run_with(const char *faults)
{
    char body[2048];
    snprintf(body, sizeof(body), "%sfaults\n%s", halt, faults);
    return lab_run(&subject_core, body);
}

/* Index of the how manyth event of the kind, or of all of them together. */
static uint32_t
find_event(uint32_t kind, uint32_t result)
{
    const struct heddle_log *log = lab_log();
    uint32_t i = 0;
    while (i < log->event_count &&
           (log->events[i].kind != kind || log->events[i].result != result)) {
        i++;
    }
    return i;
}

static uint32_t
count_events(uint32_t kind, uint32_t result)
{
    const struct heddle_log *log = lab_log();
    uint32_t count = 0;
    for (uint32_t i = 0; i < log->event_count; i++) {
        count += log->events[i].kind == kind && log->events[i].result == result;
    }
    return count;
}

Test(fault_effects, a_late_allocation_lets_others_run_before_it_is_given)
{
    expect_ok(run_with("alloc nth=1 : late by=1ms\n"));
    uint32_t asked = find_event((unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_FAULT, ACTION_LATE);
    const struct heddle_event *events = lab_log()->events;
    cr_assert_lt(asked, lab_log()->event_count);
    cr_assert_eq(events[asked - 1].kind, HEDDLE_EVENT_ALLOC);
    cr_assert_eq(events[asked - 1].object, 0, "it was not given there");
    cr_assert_eq(events[asked + 1].kind, HEDDLE_EVENT_SLEEP);
    uint32_t given = asked + 2;
    while (events[given].task != events[asked].task) {
        given++;
    }
    cr_assert_eq(events[given].kind, HEDDLE_EVENT_ALLOC);
    cr_assert_gt(events[given].object, 0);
}

Test(fault_effects, a_starved_reaper_runs_once_nobody_else_can)
{
    enum { REAP = (unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_CALLBACK_BEFORE };
    uint32_t destroy = callback_code(PHASE_DESTROY, false, 6);
    uint32_t barrier = VERB_BARRIER,
             operation = (unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_OPERATION;
    const char *round_robin = "thread\n"
                              "register module=ip shutdown=yes\n"
                              "zone_create stack=exclusive zone=z1\n"
                              "zone_destroy zone=z1\n"
                              "yield steps=15\n"
                              "yield steps=15\n"
                              "yield steps=15\n"
                              "barrier\n"
                              "faults\n";
    for (int starved = 0; starved < 2; starved++) {
        char body[1024];
        struct program program;
        snprintf(body, sizeof(body), "%s%s", round_robin,
                 starved ? "work nth=0 : late by=1h\n" : "");
        lab_parse(&program, "round-robin", body);
        expect_ok(lab_run_program(&subject_core, &program));
        program_fini(&program);
        cr_assert_lt(find_event(REAP, destroy), lab_log()->event_count);
        cr_assert_eq(find_event(REAP, destroy) > find_event(operation, barrier), starved == 1);
    }
}

Test(fault_effects, a_wait_ends_spuriously_and_then_waits)
{
    expect_ok(run_with(""));
    cr_assert_eq(count_events(HEDDLE_EVENT_CV_WAKE, 2), 0);
    uint32_t signalled = count_events(HEDDLE_EVENT_CV_WAKE, 0);
    expect_ok(run_with("wait nth=0 onwards : spurious\n"));
    cr_assert_gt(count_events(HEDDLE_EVENT_CV_WAKE, 2), 1);
    cr_assert_geq(count_events(HEDDLE_EVENT_CV_WAKE, 0), signalled);
}

Test(fault_effects, the_admission_limit_is_tiny)
{
    const char *full = "thread\n"
                       "  register module=ip shutdown=yes\n"
                       "  zone_create stack=exclusive zone=z1\n"
                       "  zone_destroy zone=z1\n"
                       "  zone_create stack=exclusive zone=z2\n"
                       "faults\n";
    char body[1024];
    expect_ok(lab_run(&subject_core, full));
    cr_assert_eq(count_events(HEDDLE_EVENT_CV_WAIT, 0) - count_events(HEDDLE_EVENT_CV_WAKE, 0), 0);
    uint32_t waits = count_events(HEDDLE_EVENT_CV_WAIT, 0);
    snprintf(body, sizeof(body), "%sstart nth=0 : reap_limit count=0\n", full);
    expect_ok(lab_run(&subject_core, body));
    cr_assert_eq(lab_totals.faults[POINT_START], 1);
    cr_assert_gt(count_events(HEDDLE_EVENT_CV_WAIT, 0), waits, "the second birth waits");
}

Test(fault_effects, adding_a_kstat_fails)
{
    expect_ok(lab_run(&subject_core, "thread\n"
                                     "zone_create stack=exclusive zone=z1\n"
                                     "zone_kstat_create name=k0 zone=global kstat=0\n"
                                     "zone_kstat_add kstat=0 zone=z1\n"
                                     "zone_kstat_add kstat=0 zone=z1\n"
                                     "faults\n"
                                     "kstat_add nth=0 : fail\n"));
    cr_assert_eq(lab_totals.faults[POINT_KSTAT_ADD], 1);
    cr_assert_eq(lab_count(EVENT_RETURN, ENOMEM), 1);
    cr_assert_eq(lab_totals.errors[VERB_KSTAT_ZONE_ADD], 1);
    cr_assert_eq(lab_totals.successes[VERB_KSTAT_ZONE_ADD], 1);
    cr_assert_eq(lab_totals.successes[VERB_KSTAT_CREATE_ZONE], 1);
}

Test(fault_effects, a_holder_lets_go_at_the_end_only)
{
    /* The reference is nowhere for rele to take; the stack is not reaped while the program runs. */
    uint32_t rest = (unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_STAGE;
    uint32_t destroy = callback_code(PHASE_DESTROY, false, 6);
    expect_ok(run_with(""));
    cr_assert_eq(lab_totals.successes[VERB_RELE], 1);
    cr_assert_lt(find_event((unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_CALLBACK_BEFORE, destroy),
                 find_event(rest, STAGE_THREADS_DONE));
    expect_ok(run_with("reference nth=0 : keep\n"));
    cr_assert_eq(lab_totals.successes[VERB_RELE], 0);
    cr_assert_gt(find_event((unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_CALLBACK_BEFORE, destroy),
                 find_event(rest, STAGE_THREADS_DONE));
}

/* Was the operation begun before the other one? With a strategy, and a fault or none. */
static bool
is_before(enum netstack_verb verb, enum netstack_verb other, const char *strategy, const char *body)
{
    struct program program;
    uint32_t operation = (unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_OPERATION;
    lab_parse(&program, strategy, body);
    expect_ok(lab_run_program(&subject_core, &program));
    program_fini(&program);
    cr_assert_lt(find_event(operation, verb), lab_log()->event_count);
    cr_assert_lt(find_event(operation, other), lab_log()->event_count);
    return find_event(operation, verb) < find_event(operation, other);
}

#define SLEEPER                                                                                    \
    "thread\n  zone_create stack=exclusive zone=z1\n  zone_destroy zone=z1\n"                      \
    "  yield steps=15\n  yield steps=15\n  yield steps=15\n  figures\n"                            \
    "thread\n  sleep time=100ms\n  all_valid\nfaults\n"

Test(fault_effects, a_clock_jumps_ahead_and_sleepers_wake)
{
    cr_assert_not(is_before(VERB_ALL_VALID, VERB_FIGURES, "round-robin", SLEEPER));
    cr_assert(is_before(VERB_ALL_VALID, VERB_FIGURES, "round-robin",
                        SLEEPER "clock nth=0 : jump by=1h\n"));
    cr_assert(is_before(VERB_FIGURES, VERB_ALL_VALID, "round-robin",
                        SLEEPER "clock nth=0 : jump by=10us\n"));
}

#define CREATOR                                                                                    \
    "thread\n  register module=ip shutdown=yes\n  figures\n"                                       \
    "thread\n  sleep time=10s\n  all_valid\nfaults\n"

Test(fault_effects, a_callback_is_stuck_until_others_have_slept_enough)
{
    cr_assert(is_before(VERB_FIGURES, VERB_ALL_VALID, NULL, CREATOR));
    cr_assert(
        is_before(VERB_FIGURES, VERB_ALL_VALID, NULL, CREATOR "create nth=0 : sleep time=1s\n"));
    cr_assert_not(
        is_before(VERB_FIGURES, VERB_ALL_VALID, NULL, CREATOR "create nth=0 : stuck for=1h\n"));
}

Test(fault_effects, a_callback_calls_with_what_is_its_own)
{
    /* Of two stacks each finds its own, though both slots name another zone. */
    expect_ok(lab_run(&subject_core, "thread\n"
                                     "zone_create stack=exclusive zone=z1\n"
                                     "zone_create stack=exclusive zone=z2\n"
                                     "register module=ip shutdown=yes\n"
                                     "faults\n"
                                     "create nth=0 onwards : call_own call=find_by_stackid to=0\n"
                                     "create nth=0 : call_own call=unregister to=0\n"
                                     "create nth=0 : call_own call=zone_destroy to=0\n"));
    const struct heddle_log *log = lab_log();
    uint32_t stack = 0, found = 0;
    for (uint32_t i = 0; i < log->event_count; i++) {
        const struct heddle_event *event = &log->events[i];
        if (event->kind == (unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_CALLBACK_BEFORE) {
            stack = event->object;
        } else if (event->kind == (unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_RETURN &&
                   event->object != 0 && stack != 0 && event->result == 0) {
            found += event->object == stack;
        } else if (event->kind == (unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_CALLBACK_AFTER) {
            stack = 0;
        }
    }
    cr_assert_eq(found, 3);
    cr_assert_eq(lab_totals.successes[VERB_FIND_BY_STACKID], 3);
    cr_assert_eq(lab_count(EVENT_RETURN, EDEADLK), 2);
}

#ifdef HEDDLE_REFERENCE
static const char two_halts[] = "thread\n"
                                "register module=ip shutdown=yes\n"
                                "zone_create stack=exclusive zone=z1\n"
                                "zone_create stack=exclusive zone=z2\n"
                                "zone_destroy zone=z1\n"
                                "zone_destroy zone=z2\n"
                                "yield steps=15\n"
                                "faults\n";

/* The stack of the first destroy, and whether the threads were over by then. */
static uint32_t
first_destroyed(const char *faults, bool *late)
{
    char body[1024];
    snprintf(body, sizeof(body), "%s%s", two_halts, faults);
    expect_ok(lab_run(&subject_reference, body));
    uint32_t at = find_event((unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_CALLBACK_BEFORE,
                             callback_code(PHASE_DESTROY, false, 6));
    cr_assert_lt(at, lab_log()->event_count);
    *late = at > find_event((unsigned int)HEDDLE_EVENT_SUBJECT + EVENT_OPERATION, VERB_YIELD);
    return lab_log()->events[at].object;
}

Test(fault_effects, work_for_a_queue_is_reordered)
{
    bool late;
    uint32_t usual = first_destroyed("", &late);
    cr_assert_neq(first_destroyed("dispatch nth=1 : first\n", &late), usual);
    cr_assert_eq(lab_totals.faults[POINT_DISPATCH], 1);
}

Test(fault_effects, work_for_a_queue_is_late)
{
    bool late;
    uint32_t usual = first_destroyed("", &late);
    cr_assert_neq(first_destroyed("dispatch nth=0 : late by=1h\n", &late), usual);
    cr_assert(late);
}
#endif
