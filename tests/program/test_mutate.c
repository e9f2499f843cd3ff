/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Changed programs: valid and with their head whatever is done to them, different, reproducible,
 * and every kind of change is seen.
 */
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

static struct program program, again;

static void
start(void)
{
    program_init(&program);
    program_init(&again);
}

static void
stop(void)
{
    program_fini(&program);
    program_fini(&again);
}

TestSuite(program_mutate, .init = start, .fini = stop);
TestSuite(program_splice, .init = start, .fini = stop);

static void
assert_same_head(const struct program *a, const struct program *b)
{
    cr_assert_str_eq(a->target, b->target);
    cr_assert_str_eq(a->subject, b->subject);
    cr_assert_eq(a->event_model, b->event_model);
    cr_assert_eq(a->requires_build, b->requires_build);
    cr_assert_str_eq(a->build, b->build);
}

Test(program_mutate, long_chains_stay_valid_and_keep_the_head)
{
    uint64_t state = 51;

    for (int chain = 0; chain < 10; chain++) {
        sample_random_program(&program, &state);
        program_copy(&again, &program);
        for (int i = 0; i < 3000; i++) {
            program_mutate(&program, &sample_vocabulary, &state);
            cr_assert(program_is_valid(&program, &sample_vocabulary));
        }
        assert_same_head(&program, &again);
    }
}

Test(program_mutate, the_same_state_makes_the_same_change)
{
    for (uint64_t seed = 0; seed < 500; seed++) {
        uint64_t state = seed, state_again = seed;
        sample_random_program(&program, &state);
        sample_random_program(&again, &state_again);
        program_mutate(&program, &sample_vocabulary, &state);
        program_mutate(&again, &sample_vocabulary, &state_again);
        cr_assert(program_equal(&program, &again));
        cr_assert_eq(state, state_again);
    }
}

Test(program_mutate, nearly_every_call_changes_something)
{
    uint64_t state = 52;
    int changed = 0;

    for (int i = 0; i < 2000; i++) {
        sample_random_program(&program, &state);
        program_copy(&again, &program);
        program_mutate(&program, &sample_vocabulary, &state);
        changed += !program_equal(&program, &again);
    }
    cr_assert_gt(changed, 1900);
}

Test(program_mutate, every_part_is_changed_both_ways)
{
    enum { MORE, LESS };
    int operations[2] = {0}, threads[2] = {0}, faults[2] = {0}, deviations[2] = {0};
    int seeds = 0, strategies = 0, depths = 0;
    uint64_t state = 53;

    for (int i = 0; i < 3000; i++) {
        sample_program(&again);
        program_copy(&program, &again);
        program_mutate(&program, &sample_vocabulary, &state);
        operations[MORE] += program.operation_count > again.operation_count;
        operations[LESS] += program.operation_count < again.operation_count;
        threads[MORE] += program.thread_count > again.thread_count;
        threads[LESS] += program.thread_count < again.thread_count;
        faults[MORE] += program.fault_count > again.fault_count;
        faults[LESS] += program.fault_count < again.fault_count;
        deviations[MORE] += program.deviation_count > again.deviation_count;
        deviations[LESS] += program.deviation_count < again.deviation_count;
        seeds += program.strategy.seed != again.strategy.seed;
        strategies += program.strategy.strategy != again.strategy.strategy;
        depths += program.strategy.depth != again.strategy.depth;
        program_fini(&again);
    }
    for (int way = MORE; way <= LESS; way++) {
        cr_assert_gt(operations[way], 100);
        cr_assert_gt(threads[way], 30);
        cr_assert_gt(faults[way], 50);
        cr_assert_gt(deviations[way], 100);
    }
    cr_assert_gt(seeds, 100);
    cr_assert_gt(strategies, 20);
    cr_assert_gt(depths, 20);
}

Test(program_mutate, verbs_of_weight_zero_do_not_appear)
{
    uint64_t state = 54;

    for (int i = 0; i < 5000; i++) {
        program_mutate(&program, &sample_vocabulary, &state);
        for (uint32_t j = 0; j < program.operation_count; j++) {
            cr_assert_neq(program.operations[j].verb, SAMPLE_NEVER);
        }
    }
}

Test(program_mutate, a_bare_vocabulary_and_one_without_faults_are_no_trouble)
{
    uint64_t state = 55;

    for (int i = 0; i < 3000; i++) {
        program_mutate(&program, &sample_vocabulary_bare, &state);
        cr_assert(program_is_valid(&program, &sample_vocabulary_bare));
        program_mutate(&again, &sample_vocabulary_without_faults, &state);
        cr_assert(program_is_valid(&again, &sample_vocabulary_without_faults));
    }
}

Test(program_mutate, programs_at_their_limits_stay_valid)
{
    uint64_t state = 56;

    program.thread_count = PROGRAM_THREADS_MAX;
    program.operation_count = PROGRAM_OPERATIONS_MAX;
    for (uint32_t i = 0; i < PROGRAM_OPERATIONS_MAX; i++) {
        program.operations[i] = (struct program_operation){7, SAMPLE_CONFIGURE, {7, 65535, 0, 1}};
    }
    program.fault_count = PROGRAM_FAULTS_MAX;
    for (uint32_t i = 0; i < PROGRAM_FAULTS_MAX; i++) {
        program.faults[i] = (struct program_fault){.nth = 65535, .selectors = {2}};
    }
    for (uint32_t i = 0; i < PROGRAM_DEVIATIONS_MAX; i++) {
        program_add_deviation(&program,
                              (struct program_deviation){65535, 2, UINT32_MAX - i, UINT32_MAX});
    }
    program.strategy = (struct program_strategy){2, 255, UINT32_MAX, UINT64_MAX};
    cr_assert(program_is_valid(&program, &sample_vocabulary));
    for (int i = 0; i < 300; i++) {
        program_copy(&again, &program);
        program_mutate(&again, &sample_vocabulary, &state);
        cr_assert(program_is_valid(&again, &sample_vocabulary));
    }
}

Test(program_splice, children_are_valid_and_have_the_rest_of_the_first)
{
    struct program child;
    uint64_t state = 57;
    int from_b = 0;

    program_init(&child);
    for (int i = 0; i < 5000; i++) {
        sample_random_program(&program, &state);
        sample_random_program(&again, &state);
        program_splice(&child, &program, &again, &sample_vocabulary, &state);
        cr_assert(program_is_valid(&child, &sample_vocabulary));
        assert_same_head(&child, &program);
        cr_assert_eq(child.strategy.seed, program.strategy.seed);
        cr_assert_eq(child.fault_count, program.fault_count);
        cr_assert_eq(child.deviation_count, program.deviation_count);
        from_b += child.operation_count != program.operation_count;
    }
    cr_assert_gt(from_b, 4000);
    program_fini(&child);
}

Test(program_splice, threads_come_from_both)
{
    struct program child;
    uint64_t state = 58;
    int both = 0;

    program_init(&child);
    program.thread_count = again.thread_count = 2;
    program.operation_count = again.operation_count = 6;
    for (uint32_t i = 0; i < 6; i++) {
        program.operations[i] = (struct program_operation){(uint8_t)(i / 3), SAMPLE_SETTLE, {0}};
        again.operations[i] = (struct program_operation){(uint8_t)(i / 3), SAMPLE_REGISTER, {0}};
    }
    for (int i = 0; i < 1000; i++) {
        bool settle = false, registers = false;
        program_splice(&child, &program, &again, &sample_vocabulary, &state);
        for (uint32_t j = 0; j < child.operation_count; j++) {
            settle = settle || child.operations[j].verb == SAMPLE_SETTLE;
            registers = registers || child.operations[j].verb == SAMPLE_REGISTER;
        }
        both += settle && registers;
    }
    cr_assert_gt(both, 500);
    program_fini(&child);
}
