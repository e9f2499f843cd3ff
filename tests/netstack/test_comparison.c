/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Comparing subjects: a core that does as the core does agrees with it, and one that lies in any one
 * thing that is compared does not. With a reference, the core agrees with that too.
 */
#include "lab_harness.h"

#include <errno.h>
#include <string.h>

static const struct laboratory_target *
target(void)
{
    return laboratory_target_find("differential");
}

static const struct heddle_result *
compare_program(const struct subject *subject, const struct program *program)
{
    const struct laboratory_options options = {.oracles = true};
    lab_totals = (struct laboratory_totals){0};
    laboratory_execute(program, target(), subject, &options, lab_log(), &lab_totals);
    return &lab_log()->result;
}

static const struct heddle_result *
compare(const struct subject *subject, const char *body)
{
    struct program program;
    lab_parse(&program, NULL, body);
    const struct heddle_result *result = compare_program(subject, &program);
    program_fini(&program);
    return result;
}

/* The core under another name, for a test to change a call of. */
static struct subject
twin_of_core(void)
{
    struct subject twin = subject_core;
    twin.name = "twin";
    return twin;
}

#define expect_difference(result, what)                                                            \
    do {                                                                                           \
        cr_assert_eq((result)->verdict, HEDDLE_MODEL_MISMATCH, "%s: %s",                           \
                     heddle_verdict_name((result)->verdict), (result)->message);                   \
        cr_assert_str_eq((result)->oracle, "comparison");                                          \
        cr_assert_str_eq((result)->promise, (what));                                               \
    } while (0)

static void
expect_generated_to_agree(const struct subject *subject, uint32_t programs)
{
    uint64_t state = 7;
    struct program program;
    program_init(&program);
    for (uint32_t i = 0; i < programs; i++) {
        program_generate(&program, target()->vocabulary, &target()->generation, &state);
        program.strategy.strategy = (uint8_t)(i % 2);
        program.strategy.seed = i;
        const struct heddle_result *result = compare_program(subject, &program);
        cr_assert_eq(result->verdict, HEDDLE_OK, "program %u: %s\n%s", i, result->promise,
                     result->message);
    }
    program_fini(&program);
}

/* --- who is compared with whom -------------------------------------------------------------- */

Test(comparison, others_are_compared_with_the_core_and_the_core_with_the_reference)
{
    const struct subject twin = twin_of_core();
    cr_assert_null(laboratory_obstacle(target(), &twin));
    const char *obstacle = laboratory_obstacle(target(), &subject_core);
#ifdef HEDDLE_REFERENCE
    cr_assert_null(obstacle);
#else
    cr_assert_not_null(obstacle);
    cr_assert_not_null(strstr(obstacle, "HEDDLE_KERNEL_SOURCE"));
#endif
    cr_assert_null(laboratory_obstacle(laboratory_target_find("lifecycle"), &subject_core));
}

Test(comparison, the_core_agrees_with_itself)
{
    const struct subject twin = twin_of_core();
    expect_generated_to_agree(&twin, 300);
    cr_assert_gt(lab_totals.executions, 0);
}

#ifdef HEDDLE_REFERENCE
Test(comparison, core_and_reference_agree_either_way_round)
{
    expect_generated_to_agree(&subject_core, 200);
    expect_generated_to_agree(&subject_reference, 200);
}

Test(comparison, what_the_adapter_answers_for_the_reference_the_core_answers_itself)
{
    expect_ok(compare(&subject_core, "thread\n"
                                     "register module=ip shutdown=yes\n"
                                     "register module=ip shutdown=no\n"
                                     "unregister module=tcp\n"
                                     "register_bad how=no_create\n"
                                     "register_bad how=id_negative\n"
                                     "unregister_bad how=id_high\n"
                                     "kstat_create name=k0 zone=global kstat=0\n"
                                     "kstat_delete kstat=0\n"
                                     "kstat_delete_stale\n"));
    cr_assert_eq(lab_totals.errors[VERB_REGISTER], 2);
    cr_assert_eq(lab_totals.errors[VERB_UNREGISTER], 2);
    cr_assert_eq(lab_totals.errors[VERB_REGISTER_BAD], 4);
    cr_assert_eq(lab_totals.errors[VERB_KSTAT_DELETE_STALE], 2);
}

/* The rule of the table: what is a bug stays in reach. Known: a walk counts positions (14). */
Test(comparison, a_walk_of_the_reference_is_seen_to_skip_a_stack)
{
    expect_difference(compare(&subject_reference, "thread\n"
                                                  "zone_create stack=exclusive zone=z1\n"
                                                  "zone_create stack=exclusive zone=z2\n"
                                                  "walk_init cursor=0\n"
                                                  "walk_next cursor=0 held=0\n"
                                                  "walk_next cursor=0 held=1\n"
                                                  "rele held=1\n"
                                                  "zone_destroy zone=z1\n"
                                                  "walk_next cursor=0 held=2\n"),
                      "walk_next: the same stacks given out");
}
#endif

/* --- lies ----------------------------------------------------------------------------------- */

static bool
inuse_never(int stackid)
{
    (void)stackid;
    return false;
}

Test(comparison, another_answer_is_told_with_both_answers)
{
    struct subject liar = twin_of_core();
    liar.inuse_by_stackid = inuse_never;
    const struct heddle_result *result = compare(&liar, "thread\n"
                                                        "walk\n"
                                                        "inuse_by_stackid zone=global\n"
                                                        "walk\n");
    expect_difference(result, "inuse_by_stackid: the same answer");
    cr_assert_str_eq(result->message,
                     "core and twin differ in step 2, of thread 0: inuse_by_stackid zone=global\n"
                     "core:\n"
                     "> answers 0\n"
                     "twin:\n"
                     "> answers ENOENT");
}

static zone_status_t
status_always_ready(zone_t *zone)
{
    (void)zone;
    return ZONE_IS_READY;
}

Test(comparison, another_value_is_an_other_answer)
{
    struct subject liar = twin_of_core();
    liar.zone_status = status_always_ready;
    expect_difference(compare(&liar, "thread\n"
                                     "zone_find zone=global hold=0\n"
                                     "zone_status hold=0\n"),
                      "zone_status: the same answer");
}

/* Gives the global stack, whatever is asked for. */
static subject_stack_t *
find_global(zoneid_t zone)
{
    (void)zone;
    return subject_core.find_by_zoneid(GLOBAL_ZONEID);
}

Test(comparison, another_stack_is_told)
{
    struct subject liar = twin_of_core();
    liar.find_by_zoneid = find_global;
    const struct heddle_result *result = compare(&liar, "thread\n"
                                                        "walk\n"
                                                        "zone_create stack=exclusive zone=z1\n"
                                                        "find_by_zoneid zone=z1 held=0\n");
    expect_difference(result, "find_by_zoneid: the same stacks given out");
    cr_assert_not_null(strstr(result->message, "core:\n> gives the stack of step 2\n"));
    cr_assert_not_null(strstr(result->message, "twin:\n> gives stack 0"));
}

/* A walk that ends after its first stack. */
static uint32_t steps_of_walk;
static subject_stack_t *
next_of_one(subject_cursor_t *cursor)
{
    return steps_of_walk++ == 0 ? subject_core.next(cursor) : NULL;
}

Test(comparison, a_stack_that_is_missing_is_told)
{
    struct subject liar = twin_of_core();
    liar.next = next_of_one;
    const struct heddle_result *result = compare(&liar, "thread\n"
                                                        "zone_create stack=exclusive zone=z1\n"
                                                        "walk\n");
    expect_difference(result, "walk: the same stacks given out");
    cr_assert_not_null(strstr(result->message, "twin:\n  gives stack 0"));
}

static int
register_without_shutdown(int module, subject_create_fn create, subject_callback_fn shutdown,
                          subject_callback_fn destroy)
{
    (void)shutdown;
    return subject_core.register_module(module, create, NULL, destroy);
}

Test(comparison, a_callback_that_is_left_out_is_told_with_its_arguments)
{
    struct subject liar = twin_of_core();
    liar.register_module = register_without_shutdown;
    const struct heddle_result *result = compare(&liar, "thread\n"
                                                        "register module=ip shutdown=yes\n"
                                                        "unregister module=ip\n");
    expect_difference(result, "unregister: the same callbacks in the same order");
    cr_assert_str_eq(result->message,
                     "core and twin differ in step 2, of thread 0: unregister module=ip\n"
                     "core:\n"
                     "> shutdown of ip on stack id 0: instance 1, registered in step 1\n"
                     "  destroy of ip on stack id 0: instance 1, registered in step 1\n"
                     "twin:\n"
                     "> destroy of ip on stack id 0: instance 1, registered in step 1");
}

/* Callbacks that belong to another registration of the same module. */
static int
register_of_before(int module, subject_create_fn create, subject_callback_fn shutdown,
                   subject_callback_fn destroy)
{
    static subject_create_fn first_create;
    static subject_callback_fn first_shutdown, first_destroy;
    if (first_create == NULL) {
        first_create = create;
        first_shutdown = shutdown;
        first_destroy = destroy;
    }
    return subject_core.register_module(module, first_create, first_shutdown, first_destroy);
}

Test(comparison, callbacks_of_another_registration_are_told)
{
    struct subject liar = twin_of_core();
    liar.register_module = register_of_before;
    expect_difference(compare(&liar, "thread\n"
                                     "register module=ip shutdown=yes\n"
                                     "unregister module=ip\n"
                                     "register module=ip shutdown=yes\n"),
                      "register: the same callbacks in the same order");
}

/* Two instances' arguments, each given to the other's callbacks. */
static struct {
    subject_callback_fn shutdown;
    void *instances[2];
    uint32_t count;
} swap;

static void
shutdown_swapped(int stackid, void *instance)
{
    bool first = instance == swap.instances[0];
    swap.shutdown(stackid, swap.instances[first ? 1 : 0]);
}

static subject_create_fn create_to_note;
static void *
create_noted(int stackid, subject_stack_t *stack)
{
    void *instance = create_to_note(stackid, stack);
    swap.instances[swap.count++ % 2] = instance;
    return instance;
}

static int
register_swapped(int module, subject_create_fn create, subject_callback_fn shutdown,
                 subject_callback_fn destroy)
{
    create_to_note = create;
    swap.shutdown = shutdown;
    return subject_core.register_module(module, create_noted, shutdown_swapped, destroy);
}

Test(comparison, another_instance_as_argument_is_told)
{
    struct subject liar = twin_of_core();
    liar.register_module = register_swapped;
    const struct heddle_result *result = compare(&liar, "thread\n"
                                                        "zone_create stack=exclusive zone=z1\n"
                                                        "register module=ip shutdown=yes\n"
                                                        "zone_shutdown zone=z1\n");
    expect_difference(result, "zone_shutdown: the same callbacks in the same order");
    cr_assert_not_null(
        strstr(result->message, "core:\n> shutdown of ip on stack id 1: instance 2"));
    cr_assert_not_null(
        strstr(result->message, "twin:\n> shutdown of ip on stack id 1: instance 1"));
}

static int
key_without_shutdown(zone_key_t *key, zone_create_fn create, zone_callback_fn shutdown,
                     zone_callback_fn destroy)
{
    (void)shutdown;
    return subject_core.zone_key_create(key, create, NULL, destroy);
}

Test(comparison, callbacks_of_keys_are_compared)
{
    struct subject liar = twin_of_core();
    liar.zone_key_create = key_without_shutdown;
    expect_difference(compare(&liar, "thread\n"
                                     "key_create key=0 shutdown=yes\n"
                                     "key_delete key=0\n"),
                      "key_delete: the same callbacks of zone keys in the same order");
}

/* Leaves a zone that its program did not destroy out of what the teardown calls. */
Test(comparison, the_teardown_is_compared_too)
{
    struct subject liar = twin_of_core();
    liar.register_module = register_without_shutdown;
    expect_difference(compare(&liar, "thread\n"
                                     "register module=ip shutdown=yes\n"
                                     "zone_create stack=exclusive zone=z1\n"),
                      "teardown: the same callbacks in the same order");
}

/* --- one operation at a time ------------------------------------------------------------------ */

Test(comparison, threads_take_turns_and_keep_what_is_their_own)
{
    const struct subject twin = twin_of_core();
    expect_ok(compare(&twin, "thread\n"
                             "zone_create stack=exclusive zone=z1\n"
                             "zone_enter hold=0\n"
                             "get_current held=0\n"
                             "thread\n"
                             "zone_find zone=z1 hold=0\n"
                             "zone_leave\n"
                             "get_current held=1\n"));
    cr_assert_eq(lab_totals.successes[VERB_ZONE_ENTER], 2);
    /* The second thread entered nothing, so for it there is nothing to leave. */
    cr_assert_eq(lab_totals.successes[VERB_ZONE_LEAVE], 0);
    cr_assert_eq(lab_count(EVENT_RETURN, OPERATION_SKIPPED), 2);
}

Test(comparison, each_operation_is_run_to_rest)
{
    const struct subject twin = twin_of_core();
    /* The zone's stack is gone when the next operation asks, though nothing waited for it. */
    expect_ok(compare(&twin, "thread\n"
                             "zone_create stack=exclusive zone=z1\n"
                             "zone_destroy zone=z1\n"
                             "inuse_by_stackid zone=z1\n"));
    cr_assert_eq(lab_totals.errors[VERB_INUSE_BY_STACKID], 2);
}

Test(comparison, the_order_of_threads_is_a_choice_that_is_recorded)
{
    const struct subject twin = twin_of_core();
    struct program program;
    lab_parse(&program, "random", "thread\nwalk\nwalk\nwalk\nthread\nall_valid\nall_valid\n");
    program.strategy.seed = 3;
    expect_ok(compare_program(&twin, &program));
    uint64_t hash = lab_log()->result.hash;
    uint32_t choices = 0;
    for (uint32_t i = 0; i < lab_log()->deviation_count; i++) {
        choices += lab_log()->deviations[i].kind == HEDDLE_CHOICE_SUBJECT;
    }
    cr_assert_gt(choices, 0);
    cr_assert(laboratory_make_explicit(&program, lab_log()));
    expect_ok(compare_program(&twin, &program));
    cr_assert_eq(lab_log()->result.hash, hash);
    program_fini(&program);
}

Test(comparison, faults_are_passed_over)
{
    const struct subject twin = twin_of_core();
    expect_ok(compare(&twin, "thread\n"
                             "register module=ip shutdown=yes\n"
                             "faults\n"
                             "create nth=0 : fail\n"
                             "alloc nth=0 onwards : fail\n"));
    cr_assert_eq(lab_totals.successes[VERB_REGISTER], 2);
    cr_assert_eq(lab_totals.faults[POINT_CREATE], 0);
}
