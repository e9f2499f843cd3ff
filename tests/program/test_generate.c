/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Random programs: valid, varied, the same for the same state, and never of what has weight 0.
 */
#include "program/program_private.h"
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

static struct program program, again;
static const struct program_generation with_faults = {.faults = true};
static const struct program_generation without_faults = {.faults = false};

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

TestSuite(program_generate, .init = start, .fini = stop);

Test(program_generate, programs_are_valid_and_keep_head_and_strategy)
{
    uint64_t state = 41;

    for (int i = 0; i < 5000; i++) {
        sample_program(&program);
        program_generate(&program, &sample_vocabulary, &with_faults, &state);
        cr_assert(program_is_valid(&program, &sample_vocabulary));
        cr_assert_str_eq(program.target, "lifecycle");
        cr_assert_eq(program.strategy.seed, 42);
        cr_assert_eq(program.deviation_count, 0);
        program_fini(&program);
    }
}

Test(program_generate, the_same_state_makes_the_same_program)
{
    for (uint64_t seed = 0; seed < 200; seed++) {
        uint64_t state = seed, state_again = seed;
        program_generate(&program, &sample_vocabulary, &with_faults, &state);
        program_generate(&again, &sample_vocabulary, &with_faults, &state_again);
        cr_assert(program_equal(&program, &again));
        cr_assert_eq(state, state_again);
    }
}

Test(program_generate, weights_decide_and_zero_is_never)
{
    uint64_t counts[SAMPLE_VERB_COUNT] = {0}, state = 42;

    for (int i = 0; i < 5000; i++) {
        program_generate(&program, &sample_vocabulary, &with_faults, &state);
        for (uint32_t j = 0; j < program.operation_count; j++) {
            counts[program.operations[j].verb]++;
        }
        for (uint32_t j = 0; j < program.fault_count; j++) {
            cr_assert_neq(program.faults[j].point, 2, "this point has weight 0");
        }
    }
    cr_assert_eq(counts[SAMPLE_NEVER], 0);
    cr_assert_gt(counts[SAMPLE_ZONE_CREATE], counts[SAMPLE_REGISTER]);
    cr_assert_gt(counts[SAMPLE_REGISTER], counts[SAMPLE_CONFIGURE]);
    cr_assert_gt(counts[SAMPLE_CONFIGURE], counts[SAMPLE_SETTLE]);
    cr_assert_gt(counts[SAMPLE_SETTLE], 0);
}

Test(program_generate, each_program_knows_only_some_verbs)
{
    int programs_without[SAMPLE_VERB_COUNT] = {0}, long_programs = 0;
    uint64_t state = 43;

    for (int i = 0; i < 5000; i++) {
        bool seen[SAMPLE_VERB_COUNT] = {false};
        program_generate(&program, &sample_vocabulary, &with_faults, &state);
        if (program.operation_count < 60) {
            continue;
        }
        long_programs++;
        for (uint32_t j = 0; j < program.operation_count; j++) {
            seen[program.operations[j].verb] = true;
        }
        for (int verb = 0; verb < SAMPLE_VERB_COUNT; verb++) {
            programs_without[verb] += !seen[verb];
        }
    }
    /* By weight alone, sixty operations without the heaviest verb would never be seen. */
    cr_assert_gt(long_programs, 300);
    cr_assert_gt(programs_without[SAMPLE_ZONE_CREATE], long_programs / 10);
    cr_assert_lt(programs_without[SAMPLE_ZONE_CREATE], long_programs / 2);
}

/* How many different slots the first eight zone_create of a program name; 0 if it has fewer. */
static int
count_slots(void)
{
    bool seen[8] = {false};
    int slots = 0, operations = 0;

    for (uint32_t i = 0; i < program.operation_count && operations < 8; i++) {
        if (program.operations[i].verb == SAMPLE_ZONE_CREATE) {
            uint16_t slot = program.operations[i].arguments[0];
            slots += !seen[slot];
            seen[slot] = true;
            operations++;
        }
    }
    return operations == 8 ? slots : 0;
}

Test(program_generate, some_programs_keep_to_few_objects_and_some_do_not)
{
    int few = 0, many = 0;
    uint64_t state = 49;

    for (int i = 0; i < 5000; i++) {
        program_generate(&program, &sample_vocabulary, &with_faults, &state);
        int slots = count_slots();
        few += slots == 1 || slots == 2;
        many += slots >= 6;
    }
    /* Of eight uniform ones, 1 in 5,000 are of two slots or one. */
    cr_assert_gt(few, 200);
    cr_assert_gt(many, 200);
}

Test(program_generate, reused_arguments_are_the_same_by_name)
{
    const struct program_verb *verbs = sample_vocabulary.verbs;
    const struct program_parameter *module = &verbs[SAMPLE_UNREGISTER].parameters[0];
    uint64_t state = 50;
    bool seen[2] = {false};

    program.operation_count = 2;
    program.operations[0] = (struct program_operation){0, SAMPLE_REGISTER, {2}};
    program.operations[1] = (struct program_operation){0, SAMPLE_SETTLE, {0}};
    for (int i = 0; i < 100; i++) {
        uint16_t value = program__random_argument(module, &program, &sample_vocabulary, 8, &state);
        cr_assert_str_eq(module->names[value], "TCP");
    }
    /* unregister knows no IP: then anything. */
    program.operations[0].arguments[0] = 0;
    for (int i = 0; i < 100; i++) {
        seen[program__random_argument(module, &program, &sample_vocabulary, 8, &state)] = true;
    }
    cr_assert(seen[0] && seen[1]);
}

Test(program_generate, sizes_vary_up_to_what_is_asked)
{
    const struct program_generation how = {.threads_max = 3, .operations_max = 10};
    bool threads_seen[4] = {false}, operations_seen[11] = {false};
    uint64_t state = 44;

    for (int i = 0; i < 5000; i++) {
        program_generate(&program, &sample_vocabulary, &how, &state);
        cr_assert_leq(program.thread_count, 3);
        cr_assert_leq(program.operation_count, 10);
        cr_assert_geq(program.operation_count, program.thread_count);
        threads_seen[program.thread_count] = true;
        operations_seen[program.operation_count] = true;
    }
    for (int i = 1; i <= 3; i++) {
        cr_assert(threads_seen[i]);
    }
    for (int i = 1; i <= 10; i++) {
        cr_assert(operations_seen[i]);
    }
}

Test(program_generate, limits_beyond_the_format_are_the_formats)
{
    const struct program_generation how = {.threads_max = 1000, .operations_max = 100000};
    uint64_t state = 45;

    for (int i = 0; i < 2000; i++) {
        program_generate(&program, &sample_vocabulary, &how, &state);
        cr_assert(program_is_valid(&program, &sample_vocabulary));
    }
}

Test(program_generate, faults_are_there_only_where_asked_for)
{
    uint64_t state = 46;
    int with = 0;

    for (int i = 0; i < 1000; i++) {
        program_generate(&program, &sample_vocabulary, &without_faults, &state);
        cr_assert_eq(program.fault_count, 0);
        program_generate(&program, &sample_vocabulary_without_faults, &with_faults, &state);
        cr_assert_eq(program.fault_count, 0);
        program_generate(&program, &sample_vocabulary, &with_faults, &state);
        with += program.fault_count > 0;
    }
    cr_assert_gt(with, 500);
}

/* Sleeping is legal at creates, failing everywhere. */
static bool
sample_is_legal(uint32_t point, uint32_t action)
{
    return action == 1 || point == 0;
}

Test(program_generate, faults_are_legal)
{
    struct program_vocabulary vocabulary = sample_vocabulary;
    uint64_t state = 48;
    int sleeps = 0, allocations = 0;

    vocabulary.fault_is_legal = sample_is_legal;
    for (int i = 0; i < 3000; i++) {
        program_generate(&program, &vocabulary, &with_faults, &state);
        for (int change = 0; change < 3; change++) {
            for (uint32_t j = 0; j < program.fault_count; j++) {
                const struct program_fault *fault = &program.faults[j];
                cr_assert(sample_is_legal(fault->point, fault->action));
                sleeps += fault->action == 0;
                allocations += fault->point == 1;
            }
            program_mutate(&program, &vocabulary, &state);
        }
    }
    cr_assert_gt(sleeps, 500);
    cr_assert_gt(allocations, 500);
}

/*
 * A swarm: in some programs with many faults a point or an action is missing, and what is there is liked more than
 * its weight in some. By the weights alone, 1 of 2 actions is missing among five faults in 1 of 16.
 */
Test(program_generate, faults_are_switched_off_and_weighed_by_the_program)
{
    uint64_t state = 49;
    int many = 0, one_action = 0, one_point = 0;

    for (int i = 0; i < 20000; i++) {
        program_generate(&program, &sample_vocabulary, &with_faults, &state);
        if (program.fault_count != 5) {
            continue;
        }
        int sleeps = 0, creates = 0;
        for (uint32_t j = 0; j < 5; j++) {
            sleeps += program.faults[j].action == 0;
            creates += program.faults[j].point == 0;
        }
        many++;
        one_action += sleeps == 0 || sleeps == 5;
        one_point += creates == 0 || creates == 5;
    }
    cr_assert_gt(many, 1000);
    cr_assert_gt(one_action, many / 4, "%d of %d", one_action, many);
    cr_assert_gt(one_point, many / 4, "%d of %d", one_point, many);
}

/* Both actions of one group: both are there, or neither. */
static uint32_t
sample_group(uint32_t action)
{
    (void)action;
    return 7;
}

Test(program_generate, actions_are_switched_off_by_groups)
{
    struct program_vocabulary vocabulary = sample_vocabulary;
    uint64_t state = 50;
    int with = 0, grouped = 0;

    for (int i = 0; i < 4000; i++) {
        vocabulary.fault_group = NULL;
        program_generate(&program, &vocabulary, &with_faults, &state);
        with += program.fault_count > 0;
        vocabulary.fault_group = sample_group;
        program_generate(&program, &vocabulary, &with_faults, &state);
        grouped += program.fault_count > 0;
    }
    /* Off are 3 of 8 groups on average, and then there are none. */
    cr_assert_lt(grouped, with * 8 / 10, "%d, %d", grouped, with);
    cr_assert_gt(grouped, with * 4 / 10, "%d, %d", grouped, with);
}

Test(program_generate, a_bare_vocabulary_makes_empty_programs)
{
    uint64_t state = 47;

    program_generate(&program, &sample_vocabulary_bare, &with_faults, &state);
    cr_assert_eq(program.operation_count, 0);
    cr_assert(program_is_valid(&program, &sample_vocabulary_bare));
}

/* The first outputs of the published splitmix64.c from state 1234567. */
Test(program_random, is_splitmix64)
{
    uint64_t state = 1234567;

    cr_assert_eq(program_random(&state), 6457827717110365317u);
    cr_assert_eq(program_random(&state), 3203168211198807973u);
    cr_assert_eq(program_random(&state), 9817491932198370423u);
}

Test(program_random, below_is_uniform_and_below)
{
    uint64_t state = 48;
    int counts[7] = {0};

    for (int i = 0; i < 70000; i++) {
        uint32_t number = program_random_below(&state, 7);
        cr_assert_lt(number, 7);
        counts[number]++;
    }
    for (int i = 0; i < 7; i++) {
        cr_assert_gt(counts[i], 9500);
        cr_assert_lt(counts[i], 10500);
    }
    cr_assert_eq(program_random_below(&state, 1), 0);
}

Test(program_random, below_is_uniform_where_the_limit_does_not_divide_a_word)
{
    uint64_t state = 51;
    int counts[3] = {0};

    /* Four words for three numbers: one of three would come twice as often. */
    for (int i = 0; i < 30000; i++) {
        counts[program_random_below(&state, 3u << 30) % 3]++;
    }
    for (int i = 0; i < 3; i++) {
        cr_assert_gt(counts[i], 9500);
        cr_assert_lt(counts[i], 10500);
    }
}
