/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Executions as a whole: the same program gives the same events, whatever ran before, with and
 * without oracles; its explicit schedule gives them again.
 */
#include "lab_harness.h"

static const char busy[] = "thread\n"
                           "register module=ip shutdown=yes\n"
                           "zone_create stack=exclusive zone=z1\n"
                           "zone_destroy zone=z1\n"
                           "thread\n"
                           "register module=tcp shutdown=no\n"
                           "unregister module=ip\n"
                           "walk\n"
                           "thread\n"
                           "zone_create stack=shared zone=z2\n"
                           "find_by_zoneid zone=z1 held=0\n"
                           "kstat_create name=k0 zone=global kstat=0\n"
                           "thread\n"
                           "key_create key=0 shutdown=yes\n"
                           "rele held=0\n"
                           "report as=json\n"
                           "faults\n"
                           "create nth=1 : sleep time=10us\n"
                           "destroy nth=0 : find_by_stackid zone=global held=3\n";

static uint64_t
hash_of(const struct subject *subject, struct program *program, uint64_t seed, bool oracles)
{
    const struct laboratory_options options = {.oracles = oracles};
    program->strategy.seed = seed;
    laboratory_execute(program, laboratory_target_find("lifecycle"), subject, &options, lab_log(),
                       NULL);
    return lab_log()->result.hash;
}

/* Hashes of seeds, forward; the same again, backward, with others in between. */
static void
expect_same_hashes(const struct subject *subject, const struct subject *other)
{
    enum { SEEDS = 200 };
    uint64_t hashes[SEEDS];
    struct program program;
    lab_parse(&program, "random", busy);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        hashes[seed] = hash_of(subject, &program, seed, true);
    }
    for (uint64_t seed = SEEDS; seed-- > 0;) {
        (void)hash_of(other, &program, seed, true);
        cr_assert_eq(hash_of(subject, &program, seed, true), hashes[seed], "seed %lu",
                     (unsigned long)seed);
    }
    program_fini(&program);
}

Test(execute, events_do_not_depend_on_what_ran_before)
{
    expect_same_hashes(&subject_core, &subject_core);
#ifdef HEDDLE_REFERENCE
    expect_same_hashes(&subject_core, &subject_reference);
    expect_same_hashes(&subject_reference, &subject_core);
#endif
}

Test(execute, oracles_change_no_event)
{
    struct program program;
    lab_parse(&program, "random", busy);
    for (uint64_t seed = 0; seed < 200; seed++) {
        uint64_t with = hash_of(&subject_core, &program, seed, true);
        expect_ok(&lab_log()->result);
        cr_assert_eq(hash_of(&subject_core, &program, seed, false), with);
    }
    program_fini(&program);
}

Test(execute, an_explicit_schedule_gives_the_same_events)
{
    struct program program, explicit_program;
    lab_parse(&program, "random", busy);
    for (uint64_t seed = 0; seed < 100; seed++) {
        uint64_t hash = hash_of(&subject_core, &program, seed, true);
        program_init(&explicit_program);
        program_copy(&explicit_program, &program);
        cr_assert(laboratory_make_explicit(&explicit_program, lab_log()));
        cr_assert(program_is_valid(&explicit_program, operations_vocabulary()));
        cr_assert_eq(hash_of(&subject_core, &explicit_program, 0, true), hash);
        cr_assert_eq(lab_log()->result.diverged_at, -1);
        program_fini(&explicit_program);
    }
    program_fini(&program);
}

Test(execute, totals_say_what_was_done)
{
    struct program program;
    lab_parse(&program, "random seed=3", busy);
    expect_ok(lab_run_program(&subject_core, &program));
    program_fini(&program);
    cr_assert_eq(lab_totals.executions, 1);
    cr_assert_eq(lab_totals.steps, lab_log()->result.steps);
    cr_assert_gt(lab_totals.preemptions_inside, 0);
    cr_assert_leq(lab_totals.preemptions_inside, lab_log()->result.preemptions);
    cr_assert_eq(lab_totals.callbacks[PHASE_CREATE], lab_totals.callbacks[PHASE_DESTROY]);
    struct laboratory_totals sum = {0};
    laboratory_add_totals(&sum, &lab_totals);
    laboratory_add_totals(&sum, &lab_totals);
    cr_assert_eq(sum.executions, 2);
    cr_assert_eq(sum.successes[VERB_WALK], 2 * lab_totals.successes[VERB_WALK]);
}

Test(execute, the_trace_names_what_happened)
{
    char *text = NULL;
    size_t size;
    expect_ok(lab_run(&subject_core, busy));
    struct program program;
    lab_parse(&program, NULL, busy);
    FILE *out = open_memstream(&text, &size);
    laboratory_print_trace(lab_log(), &program, laboratory_target_find("lifecycle"), out);
    fclose(out);
    cr_assert_not_null(strstr(text, "operation register"));
    cr_assert_not_null(strstr(text, "create of ip"));
    cr_assert_not_null(strstr(text, "stage stopped"));
    cr_assert_not_null(strstr(text, "probe netstack__create__start"));
    free(text);
    program_fini(&program);
}

Test(execute, random_programs_of_any_bytes_run_on_the_core, .timeout = 120)
{
    const struct laboratory_target *target = laboratory_target_find("lifecycle");
    uint64_t state = 7;
    struct program program;
    for (uint32_t run = 0; run < 2000; run++) {
        uint64_t bytes[64];
        for (uint32_t i = 0; i < 64; i++) {
            bytes[i] = program_random(&state);
        }
        program_init(&program);
        program_decode(&program, (const uint8_t *)bytes, sizeof(bytes), target->vocabulary);
        expect_ok(lab_run_program(&subject_core, &program));
        program_fini(&program);
    }
}

Test(execute, names_are_found_and_others_are_not)
{
    const char *name, *summary;
    cr_assert_eq(laboratory_subject_find("core"), &subject_core);
    cr_assert_null(laboratory_subject_find("kernel"));
    cr_assert_null(laboratory_target_find("life"));
    cr_assert(laboratory_oracle_at(0, &name, &summary));
    cr_assert_not(laboratory_oracle_at(1000, &name, &summary));
}
