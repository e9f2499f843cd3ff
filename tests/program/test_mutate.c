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

/* --- each operator by itself ------------------------------------------------------------------- */

static bool
same_words(const struct program_operation *a, const struct program_operation *b)
{
    return a->verb == b->verb && memcmp(a->arguments, b->arguments, sizeof(a->arguments)) == 0;
}

static int
times(const struct program *in, const struct program_operation *operation)
{
    int count = 0;
    for (uint32_t i = 0; i < in->operation_count; i++) {
        count += same_words(&in->operations[i], operation);
    }
    return count;
}

/* Of the operations of a, by their words, how many b has fewer of; the last such. */
static int
missing(const struct program *a, const struct program *b, const struct program_operation **which)
{
    int count = 0;
    for (uint32_t i = 0; i < a->operation_count; i++) {
        bool is_fewer = times(b, &a->operations[i]) < times(a, &a->operations[i]);
        count += is_fewer;
        *which = is_fewer ? &a->operations[i] : *which;
    }
    return count;
}

static bool
same_faults(void)
{
    return program.fault_count == again.fault_count &&
           memcmp(program.faults, again.faults, program.fault_count * sizeof(program.faults[0])) ==
               0;
}

static bool
same_operations(void)
{
    return program.operation_count == again.operation_count &&
           program.thread_count == again.thread_count &&
           memcmp(program.operations, again.operations,
                  program.operation_count * sizeof(program.operations[0])) == 0;
}

static bool
same_deviations(void)
{
    return program.deviation_count == again.deviation_count &&
           memcmp(program.deviations, again.deviations,
                  program.deviation_count * sizeof(program.deviations[0])) == 0;
}

enum seen {
    SEEN_INSERT,
    SEEN_DELETE,
    SEEN_DUPLICATE,
    SEEN_MOVE_TO_A_THREAD,
    SEEN_MOVE_WITHIN,
    SEEN_REPLACE,
    SEEN_ARGUMENT,
    SEEN_MASK,
    SEEN_THREAD_MORE,
    SEEN_THREAD_LESS,
    SEEN_SWITCH_ADDED,
    SEEN_SWITCH_SHIFTED,
    SEEN_SWITCH_DROPPED,
    SEEN_SEED,
    SEEN_STRATEGY,
    SEEN_RENEWED,
    SEEN_FAULT_ADDED,
    SEEN_FAULT_SHIFTED,
    SEEN_FAULT_DROPPED,
    SEEN_COUNT
};
static const char *const seen_names[SEEN_COUNT] = {
    "insert",         "delete",         "duplicate",     "move to a thread",
    "move within",    "replace",        "argument",      "mask",
    "thread added",   "thread removed", "switch added",  "switch shifted",
    "switch dropped", "seed",           "strategy",      "schedule renewed",
    "fault added",    "fault shifted",  "fault dropped",
};

/* How many operations of each thread; threads are the same. */
static bool
same_lengths(void)
{
    int lengths[PROGRAM_THREADS_MAX] = {0};
    for (uint32_t i = 0; i < program.operation_count; i++) {
        lengths[program.operations[i].thread]++;
        lengths[again.operations[i].thread]--;
    }
    for (int i = 0; i < PROGRAM_THREADS_MAX; i++) {
        if (lengths[i] != 0) {
            return false;
        }
    }
    return true;
}

/* How many places differ, where there are as many; the last such. */
static int
differing(uint32_t *place)
{
    int count = 0;
    for (uint32_t i = 0; i < program.operation_count; i++) {
        bool is_same = same_words(&program.operations[i], &again.operations[i]);
        count += !is_same;
        *place = is_same ? *place : i;
    }
    return count;
}

/* A mask switches all of a verb off at once; of four, other operators seldom take all. */
static bool
lost_a_verb(void)
{
    int was = 0, is = 0;
    for (uint32_t i = 0; i < again.operation_count; i++) {
        was += again.operations[i].verb == SAMPLE_ZONE_CREATE;
    }
    for (uint32_t i = 0; i < program.operation_count; i++) {
        is += program.operations[i].verb == SAMPLE_ZONE_CREATE;
    }
    return was >= 4 && is == 0;
}

/* What one operator made of the operations of `again`. */
static enum seen
see_operations(void)
{
    const struct program_operation *gone = NULL, *came = NULL;
    int fewer = missing(&again, &program, &gone), more = missing(&program, &again, &came);
    if (program.thread_count != again.thread_count) {
        return program.thread_count > again.thread_count ? SEEN_THREAD_MORE : SEEN_THREAD_LESS;
    }
    /* Of a verb that is never picked, there are more only by a copy, and others only by another argument. */
    if (program.operation_count == again.operation_count + 1 && fewer == 0 && more > 0) {
        return came->verb == SAMPLE_NEVER ? SEEN_DUPLICATE
               : times(&again, came) == 0 ? SEEN_INSERT
                                          : SEEN_COUNT;
    }
    /* A mask would have taken more than one of these. */
    if (program.operation_count + 1 == again.operation_count && more == 0 && fewer > 0) {
        return gone->verb == SAMPLE_ZONE_CREATE ? SEEN_DELETE : SEEN_COUNT;
    }
    if (lost_a_verb()) {
        return SEEN_MASK;
    }
    if (program.operation_count != again.operation_count) {
        return SEEN_COUNT;
    }
    if (fewer == 0 && more == 0) {
        return same_lengths() ? SEEN_MOVE_WITHIN : SEEN_MOVE_TO_A_THREAD;
    }
    uint32_t place = 0;
    if (differing(&place) != 1) {
        return SEEN_COUNT;
    }
    uint8_t was = again.operations[place].verb, is = program.operations[place].verb;
    return was == SAMPLE_ZONE_CREATE && is != was ? SEEN_REPLACE
           : was == SAMPLE_NEVER && is == was     ? SEEN_ARGUMENT
                                                  : SEEN_COUNT;
}

/* Whatever was changed, the schedule may be another. */
static enum seen
see(void)
{
    const struct program_strategy *is = &program.strategy, *was = &again.strategy;
    bool operations = same_operations(), faults = same_faults(), deviations = same_deviations();

    if (!operations) {
        return faults && deviations ? see_operations() : SEEN_COUNT;
    }
    if (!faults) {
        return !deviations                               ? SEEN_COUNT
               : program.fault_count > again.fault_count ? SEEN_FAULT_ADDED
               : program.fault_count < again.fault_count ? SEEN_FAULT_DROPPED
                                                         : SEEN_FAULT_SHIFTED;
    }
    if (!deviations) {
        return program.deviation_count > again.deviation_count   ? SEEN_SWITCH_ADDED
               : program.deviation_count < again.deviation_count ? SEEN_SWITCH_DROPPED
                                                                 : SEEN_SWITCH_SHIFTED;
    }
    return is->depth != was->depth || is->length != was->length     ? SEEN_STRATEGY
           : is->strategy != was->strategy && is->seed != was->seed ? SEEN_RENEWED
           : is->seed != was->seed                                  ? SEEN_SEED
                                                                    : SEEN_COUNT;
}

static void
count_operators(const struct program_vocabulary *vocabulary, int counts[SEEN_COUNT + 1])
{
    uint64_t state = 59;
    for (int i = 0; i < 20000; i++) {
        sample_program(&again);
        for (uint16_t slot = 0; slot < 3; slot++) { /* for a mask to work on */
            again.operations[again.operation_count++] = (struct program_operation){
                (uint8_t)(again.thread_count - 1), SAMPLE_ZONE_CREATE, {slot}};
        }
        again.operations[again.operation_count++] =
            (struct program_operation){(uint8_t)(again.thread_count - 1), SAMPLE_NEVER, {3}};
        program_copy(&program, &again);
        program_mutate(&program, vocabulary, &state);
        counts[see()]++;
        program_fini(&again);
    }
}

/* A call makes one change or several. Where several leave all but one part alone, they are counted as one. */
Test(program_mutate, every_operator_is_seen)
{
    int counts[SEEN_COUNT + 1] = {0};

    count_operators(&sample_vocabulary, counts);
    for (int which = 0; which < SEEN_COUNT; which++) {
        cr_expect_gt(counts[which], 50, "%s: %d", seen_names[which], counts[which]);
    }
}

Test(program_mutate, programs_about_faults_have_them_changed_most)
{
    struct program_vocabulary vocabulary = sample_vocabulary;
    int counts[SEEN_COUNT + 1] = {0}, counts_of_faults[SEEN_COUNT + 1] = {0};

    vocabulary.faults_min = 1;
    count_operators(&sample_vocabulary, counts);
    count_operators(&vocabulary, counts_of_faults);
    for (int which = SEEN_FAULT_ADDED; which <= SEEN_FAULT_DROPPED; which++) {
        cr_expect_gt(counts_of_faults[which], 3 * counts[which], "%s: %d and %d", seen_names[which],
                     counts_of_faults[which], counts[which]);
    }
}

Test(program_mutate, programs_about_faults_keep_some)
{
    struct program_vocabulary vocabulary = sample_vocabulary;
    const struct program_generation with_faults = {.faults = true};
    uint64_t state = 60;

    vocabulary.faults_min = 2;
    for (int i = 0; i < 300; i++) {
        program_generate(&program, &vocabulary, &with_faults, &state);
        for (int j = 0; j < 30; j++) {
            cr_assert_geq(program.fault_count, 2);
            program_mutate(&program, &vocabulary, &state);
            cr_assert(program_is_valid(&program, &vocabulary));
        }
    }
}

Test(program_mutate, strategies_are_picked_by_their_weights)
{
    struct program_vocabulary vocabulary = sample_vocabulary;
    uint32_t weights[3] = {0, 3, 1};
    int counts[3] = {0};
    uint64_t state = 61;

    vocabulary.strategy_weights = weights;
    for (int i = 0; i < 4000; i++) {
        program.strategy.strategy = 0;
        program_mutate(&program, &vocabulary, &state);
        counts[program.strategy.strategy]++;
    }
    cr_expect_gt(counts[0], 1500, "not every change is of the schedule: %d", counts[0]);
    cr_expect_gt(counts[2], 400, "%d", counts[2]);
    cr_expect_gt(counts[1], 2 * counts[2], "%d and %d", counts[1], counts[2]);
    /* If none may be picked, it stays. */
    weights[1] = weights[2] = 0;
    program.strategy.strategy = 2;
    for (int i = 0; i < 500; i++) {
        program_mutate(&program, &vocabulary, &state);
        cr_assert_eq(program.strategy.strategy, 2);
    }
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
