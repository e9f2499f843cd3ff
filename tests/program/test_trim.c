/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Trimming as AFL++ does it: every candidate is a valid program, smaller than the last that was kept; what matters is left
 * and the rest goes; the same answers give the same candidates; and it ends when it said that it would.
 */
#include "mutator/mutator.h"
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

void *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(void *mutator);
int32_t afl_custom_init_trim(void *mutator, uint8_t *bytes, size_t size);
size_t afl_custom_trim(void *mutator, uint8_t **out);
int32_t afl_custom_post_trim(void *mutator, uint8_t is_same);

#define INPUT_MAX ((size_t)1 << 22)

static struct program program, kept;
static uint8_t *input;
static void *afl;

static void
start(void)
{
    program_init(&program);
    program_init(&kept);
    input = malloc(INPUT_MAX);
    afl = afl_custom_init(NULL, 1);
}

static void
stop(void)
{
    afl_custom_deinit(afl);
    free(input);
    program_fini(&kept);
    program_fini(&program);
}

TestSuite(trim, .init = start, .fini = stop);

static uint32_t
pieces(const struct program *of)
{
    return of->thread_count + of->operation_count + of->fault_count + of->deviation_count;
}

/* Trims `program`, which is encoded, by what the judge says; `kept` is what is left. Returns: candidates. */
static uint32_t
trim(bool (*judge)(const struct program *candidate))
{
    size_t size = program_encode(&program, input, INPUT_MAX);
    int32_t most = afl_custom_init_trim(afl, input, size), step = 0;
    uint32_t candidates = 0;

    program_copy(&kept, &program);
    while (step < most) {
        uint8_t *out = NULL;
        size_t given = afl_custom_trim(afl, &out);
        cr_assert_leq(given, size, "AFL++ gives up");
        cr_assert_eq(program_head_of(out, given), PROGRAM_HEAD_KNOWN);
        program_decode(&program, out, given, &sample_vocabulary);
        cr_assert(program_is_valid(&program, &sample_vocabulary));
        cr_assert_str_eq(program.subject, kept.subject);
        cr_assert_eq(program.strategy.seed, kept.strategy.seed);
        cr_assert_lt(pieces(&program), pieces(&kept));
        bool is_same = judge(&program);
        if (is_same) {
            program_copy(&kept, &program);
        }
        int32_t next = afl_custom_post_trim(afl, is_same);
        cr_assert_gt(next, step);
        step = next;
        cr_assert_leq(++candidates, (uint32_t)most);
    }
    return candidates;
}

static bool
never(const struct program *candidate)
{
    (void)candidate;
    return false;
}

static bool
always(const struct program *candidate)
{
    (void)candidate;
    return true;
}

/* An operation that only goes with the fault and the switch. */
static bool
has_all_three(const struct program *candidate)
{
    bool operation = false, fault = false, deviation = false;
    for (uint32_t i = 0; i < candidate->operation_count; i++) {
        operation = operation || (candidate->operations[i].verb == SAMPLE_CONFIGURE &&
                                  candidate->operations[i].arguments[1] == 54321);
    }
    for (uint32_t i = 0; i < candidate->fault_count; i++) {
        fault = fault || candidate->faults[i].nth == 999;
    }
    for (uint32_t i = 0; i < candidate->deviation_count; i++) {
        deviation = deviation || candidate->deviations[i].k == 77777;
    }
    return operation && fault && deviation;
}

static void
plant_all_three(uint64_t *state)
{
    uint32_t index =
        program.operation_count > 0 ? program_random_below(state, program.operation_count) : 0;
    program.operation_count += program.operation_count == 0;
    program.operations[index].verb = SAMPLE_CONFIGURE;
    memcpy(program.operations[index].arguments, (uint16_t[]){1, 54321, 0, 1},
           sizeof(program.operations[index].arguments));
    program.fault_count += program.fault_count < PROGRAM_FAULTS_MAX;
    program.faults[program.fault_count - 1] =
        (struct program_fault){.point = 1, .action = 1, .nth = 999};
    program_add_deviation(&program, (struct program_deviation){2, 0, 77777, 1});
}

static void
make_program(uint64_t *state)
{
    sample_random_program(&program, state);
    for (uint32_t more = program_random_below(state, 40); more > 0; more--) {
        program_add_deviation(&program,
                              (struct program_deviation){(uint16_t)program_random_below(state, 5),
                                                         0, program_random_below(state, 300), 1});
    }
}

Test(trim, what_matters_is_left_and_the_rest_goes)
{
    uint64_t state = 81;

    for (int i = 0; i < 300; i++) {
        make_program(&state);
        plant_all_three(&state);
        bool is_short = program.operation_count <= 64;
        trim(has_all_three);
        cr_assert(has_all_three(&kept));
        cr_assert_eq(kept.thread_count, 1);
        cr_assert_eq(kept.fault_count, 1);
        cr_assert_eq(kept.deviation_count, 1);
        cr_assert_leq(kept.operation_count, is_short ? 1 : 2);
        program_fini(&program);
        program_init(&program);
    }
}

Test(trim, all_goes_where_nothing_matters_and_nothing_where_all_does)
{
    uint64_t state = 82;

    for (int i = 0; i < 300; i++) {
        make_program(&state);
        trim(always);
        cr_assert_eq(pieces(&kept), 1, "one thread stays");
        program_copy(&program, &kept);
        cr_assert_eq(trim(always), 0);
        make_program(&state);
        uint32_t all = pieces(&program);
        trim(never);
        cr_assert_eq(pieces(&kept), all);
    }
}

static uint64_t answers;

static bool
by_lot(const struct program *candidate)
{
    (void)candidate;
    return program_random_below(&answers, 2) == 0;
}

Test(trim, the_same_answers_give_the_same)
{
    struct program first;
    uint64_t state = 83;

    program_init(&first);
    for (uint64_t i = 0; i < 300; i++) {
        uint64_t again = state;
        make_program(&state);
        answers = i;
        uint32_t candidates = trim(by_lot);
        program_copy(&first, &kept);
        make_program(&again);
        answers = i;
        cr_assert_eq(trim(by_lot), candidates);
        cr_assert(program_equal(&first, &kept));
        cr_assert_eq(state, again);
    }
    program_fini(&first);
}

Test(trim, bytes_without_a_head_become_no_longer_and_newer_ones_stay)
{
    static uint8_t newer[] = "\x89HDL\x02 and who knows what";
    uint64_t state = 84;
    uint8_t bytes[200];

    for (int i = 0; i < 500; i++) {
        size_t size = program_random_below(&state, sizeof(bytes) + 1);
        for (size_t j = 0; j < size; j++) {
            bytes[j] = (uint8_t)program_random(&state);
        }
        int32_t most = afl_custom_init_trim(afl, bytes, size);
        for (int32_t step = 0; step < most;) {
            uint8_t *out = NULL;
            cr_assert_leq(afl_custom_trim(afl, &out), size);
            step = afl_custom_post_trim(afl, (uint8_t)(i % 2));
        }
    }
    cr_assert_eq(afl_custom_init_trim(afl, newer, sizeof(newer)), 0);
}

Test(trim, even_the_longest_program_takes_few_candidates)
{
    program.thread_count = PROGRAM_THREADS_MAX;
    program.operation_count = PROGRAM_OPERATIONS_MAX;
    for (uint32_t i = 0; i < PROGRAM_OPERATIONS_MAX; i++) {
        program.operations[i] =
            (struct program_operation){(uint8_t)(i / 16), SAMPLE_CONFIGURE, {7, 65535, 0, 1}};
    }
    program.fault_count = PROGRAM_FAULTS_MAX;
    for (uint32_t i = 0; i < PROGRAM_DEVIATIONS_MAX; i++) {
        program_add_deviation(&program, (struct program_deviation){1, 0, i, 1});
    }
    cr_assert_leq(trim(never), 400);
}
