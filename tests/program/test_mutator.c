/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The engines' calls: bytes of any kind come back as programs that fit, with the head that they had
 * or that of the target; the same seed gives the same bytes.
 */
#include "mutator/mutator.h"
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t capacity, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b,
                                 uint8_t *out, size_t capacity, unsigned int seed);
void *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(void *mutator);
size_t afl_custom_fuzz(void *mutator, uint8_t *bytes, size_t size, uint8_t **out, uint8_t *other,
                       size_t other_size, size_t capacity);
size_t afl_custom_havoc_mutation(void *mutator, uint8_t *bytes, size_t size, uint8_t **out,
                                 size_t capacity);

const struct mutator_target *
mutator_target(void)
{
    static const struct mutator_target target = {
        .target = "lifecycle",
        .subject = "core",
        .vocabulary = &sample_vocabulary,
        .generation = {.threads_max = 4, .operations_max = 40, .faults = true},
    };

    return &target;
}

static struct program program;
static uint8_t bytes[4096];

static void
start(void)
{
    program_init(&program);
}

static void
stop(void)
{
    program_fini(&program);
}

TestSuite(mutator, .init = start, .fini = stop);

static void
assert_is_program(const uint8_t *input, size_t size, const char *subject)
{
    cr_assert_eq(program_head_of(input, size), PROGRAM_HEAD_KNOWN);
    program_decode(&program, input, size, &sample_vocabulary);
    cr_assert(program_is_valid(&program, &sample_vocabulary));
    cr_assert_str_eq(program.target, "lifecycle");
    cr_assert_str_eq(program.subject, subject);
}

Test(mutator, nothing_becomes_a_program_of_the_target)
{
    for (unsigned int seed = 0; seed < 200; seed++) {
        size_t size = LLVMFuzzerCustomMutator(bytes, 0, sizeof(bytes), seed);
        assert_is_program(bytes, size, "core");
    }
}

Test(mutator, a_head_is_kept)
{
    sample_program(&program);
    size_t size = program_encode(&program, bytes, sizeof(bytes));

    for (unsigned int seed = 0; seed < 500; seed++) {
        size = LLVMFuzzerCustomMutator(bytes, size, sizeof(bytes), seed);
        assert_is_program(bytes, size, "reference");
        cr_assert_eq(program.requires_build, PROGRAM_REQUIRES_ASAN);
    }
}

Test(mutator, the_same_seed_gives_the_same_bytes)
{
    uint8_t input[300], first[4096], second[4096];

    for (unsigned int seed = 0; seed < 200; seed++) {
        uint64_t state = seed;
        for (size_t i = 0; i < sizeof(input); i++) {
            input[i] = (uint8_t)program_random(&state);
        }
        size_t size = mutator_mutate(input, sizeof(input), first, sizeof(first), seed);
        cr_assert_eq(mutator_mutate(input, sizeof(input), second, sizeof(second), seed), size);
        cr_assert_arr_eq(first, second, size);
    }
}

Test(mutator, what_does_not_fit_is_left_out_and_the_rest_kept)
{
    uint8_t small[256];
    uint64_t state = 71;

    for (size_t capacity = 0; capacity <= sizeof(small); capacity++) {
        sample_random_program(&program, &state);
        strcpy(program.target, "lifecycle");
        strcpy(program.subject, "core");
        size_t size = program_encode(&program, bytes, sizeof(bytes));
        size_t kept = mutator_mutate(bytes, size, small, capacity, capacity);
        cr_assert_leq(kept, capacity);
        if (capacity >= 64) {
            assert_is_program(small, kept, "core");
        }
    }
}

Test(mutator, what_a_newer_heddle_wrote_stays_as_it_is)
{
    static const uint8_t newer[] = "\x89HDL\x02 and who knows what";
    uint8_t out[64];

    cr_assert_eq(mutator_mutate(newer, sizeof(newer), out, sizeof(out), 1), sizeof(newer));
    cr_assert_arr_eq(out, newer, sizeof(newer));
    cr_assert_eq(mutator_splice(newer, sizeof(newer), bytes, 0, out, sizeof(out), 1),
                 sizeof(newer));
    cr_assert_arr_eq(out, newer, sizeof(newer));
    memcpy(bytes, newer, sizeof(newer));
    cr_assert_eq(LLVMFuzzerCustomMutator(bytes, sizeof(newer), sizeof(bytes), 1), sizeof(newer));
}

Test(mutator, crossing_over_gives_a_program_with_the_first_head)
{
    uint8_t other[4096], out[4096];
    uint64_t state = 72;

    for (unsigned int seed = 0; seed < 500; seed++) {
        sample_random_program(&program, &state);
        size_t other_size = program_encode(&program, other, sizeof(other));
        program_fini(&program);
        sample_program(&program);
        size_t size = program_encode(&program, bytes, sizeof(bytes));
        size = LLVMFuzzerCustomCrossOver(bytes, size, other, other_size, out, sizeof(out), seed);
        assert_is_program(out, size, "reference");
        cr_assert_eq(program.strategy.seed, 42);
    }
}

Test(mutator, afl_gets_programs_too)
{
    void *afl = afl_custom_init(NULL, 5);
    uint8_t *out = NULL, other[64] = {1, 2, 3};
    size_t size = 0;

    for (int i = 0; i < 300; i++) {
        size_t given = size;
        size = afl_custom_fuzz(afl, bytes, given, &out, i % 2 == 0 ? other : NULL, 64, 4096);
        assert_is_program(out, size, "core");
        memcpy(bytes, out, size);
        size = afl_custom_havoc_mutation(afl, bytes, size, &out, 4096);
        assert_is_program(out, size, "core");
        memcpy(bytes, out, size);
    }
    afl_custom_deinit(afl);
}
