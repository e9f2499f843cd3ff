/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Every byte string is a program: whatever is read is valid, and what is written of it is stable.
 */
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

static struct program program, again;
static uint8_t bytes[1u << 16];

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

TestSuite(program_decode, .init = start, .fini = stop);

/* Decodes, and asserts what holds of every byte string. */
static void
decode_any(const uint8_t *input, size_t size)
{
    static uint8_t canonical[1u << 17], twice[1u << 17];

    program_decode(&program, input, size, &sample_vocabulary);
    cr_assert(program_is_valid(&program, &sample_vocabulary));

    size_t canonical_size = program_encode(&program, canonical, sizeof(canonical));
    cr_assert_leq(canonical_size, sizeof(canonical));
    program_decode(&again, canonical, canonical_size, &sample_vocabulary);
    cr_assert(program_equal(&program, &again));
    cr_assert_eq(program_encode(&again, twice, sizeof(twice)), canonical_size);
    cr_assert_arr_eq(canonical, twice, canonical_size);
}

Test(program_decode, random_bytes_are_valid_programs_and_stable)
{
    uint64_t state = 1;

    for (int i = 0; i < 20000; i++) {
        size_t size = program_random_below(&state, i % 100 == 0 ? 20000 : 300);
        for (size_t j = 0; j < size; j++) {
            bytes[j] = (uint8_t)program_random(&state);
        }
        decode_any(bytes, size);
    }
}

Test(program_decode, random_changes_of_real_files_are_valid_programs)
{
    uint64_t state = 2;

    for (int i = 0; i < 5000; i++) {
        sample_random_program(&program, &state);
        size_t size = program_encode(&program, bytes, sizeof(bytes));
        for (uint32_t changes = 1 + program_random_below(&state, 8); changes > 0; changes--) {
            /* Not the version: newer ones need not decode. */
            uint32_t at = 5 + program_random_below(&state, (uint32_t)size - 5);
            bytes[at] = (uint8_t)program_random(&state);
        }
        decode_any(bytes, size);
    }
}

Test(program_decode, every_truncation_is_a_valid_program)
{
    uint64_t state = 3;

    for (int i = 0; i < 20; i++) {
        sample_random_program(&program, &state);
        size_t size = program_encode(&program, bytes, sizeof(bytes));
        for (size_t cut = 0; cut <= size; cut++) {
            decode_any(bytes, cut);
        }
    }
}

Test(program_decode, no_bytes_are_the_empty_program)
{
    struct program empty;

    program_init(&empty);
    sample_random_program(&program, &(uint64_t){4});
    program_decode(&program, NULL, 0, &sample_vocabulary);
    cr_assert(program_equal(&program, &empty));
}

Test(program_decode, bytes_without_magic_are_a_body)
{
    static const uint8_t body[] = {
        6,
        1,
        0x08 | 1,
        SAMPLE_REGISTER,
        2,
        0x00,
        SAMPLE_SETTLE, /* two threads, not in order */
        11,
        1,
        3,
        5,
        42,
        0,
        0,
        0,
        0,
        0,
        0,
        0, /* random depth=3 length=5 */
        5,
        1,
        0,
        0x91,
        0x01,
        4, /* task 1:145 = 4 */
        6,
        0,
        0,
        3,
        0x09,
        2,
        9, /* create, nth 1 onwards */
    };

    program_decode(&program, body, sizeof(body), &sample_vocabulary);
    cr_assert_str_empty(program.target);
    cr_assert_str_empty(program.subject);
    cr_assert_eq(program.thread_count, 2);
    cr_assert_eq(program.operation_count, 2);
    cr_assert_eq(program.operations[0].verb, SAMPLE_SETTLE);
    cr_assert_eq(program.operations[1].thread, 1);
    cr_assert_eq(program.operations[1].arguments[0], 2);
    cr_assert_eq(program.strategy.strategy, 1);
    cr_assert_eq(program.strategy.depth, 3);
    cr_assert_eq(program.strategy.length, 5);
    cr_assert_eq(program.strategy.seed, 42);
    cr_assert_eq(program.deviation_count, 1);
    cr_assert_eq(program.deviations[0].k, 145);
    cr_assert_eq(program.deviations[0].value, 4);
    cr_assert_eq(program.fault_count, 1);
    cr_assert_eq(program.faults[0].nth, 1);
    cr_assert(program.faults[0].onwards);
    cr_assert_eq(program.faults[0].selectors[0], 2);
    cr_assert_eq(program.faults[0].arguments[0], 9);
}

/* The bytes of version 1 as they were when it was new. This literal never changes. */
static const uint8_t sample_bytes[] = {
    0x89, 'H',  'D',  'L', 1,    22,   9,    'l',  'i',  'f',  'e',  'c',  'y',  'c',  'l',  'e',
    9,    'r',  'e',  'f', 'e',  'r',  'e',  'n',  'c',  'e',  0,    1,    17,   2,    0x10, 0,
    1,    1,    0x00, 1,   0x00, 2,    0x22, 3,    7,    0xff, 0xff, 0x03, 0,    1,    12,   1,
    3,    0xfa, 0x01, 42,  0,    0,    0,    0,    0,    0,    0,    18,   1,    0,    17,   3,
    0xff, 0xff, 0x03, 2,   0xff, 0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0x0f, 12,   0,
    0,    0,    0x09, 2,   5,    1,    1,    0xff, 0xff, 0x07, 0x00,
};

Test(program_decode, version_1_stays_readable)
{
    sample_program(&again);
    program_decode(&program, sample_bytes, sizeof(sample_bytes), &sample_vocabulary);
    cr_assert(program_equal(&program, &again));

    size_t size = program_encode(&program, bytes, sizeof(bytes));
    cr_assert_eq(size, sizeof(sample_bytes));
    cr_assert_arr_eq(bytes, sample_bytes, size);
}

Test(program_decode, a_change_in_one_part_leaves_the_others)
{
    uint8_t changed[sizeof(sample_bytes)];

    memcpy(changed, sample_bytes, sizeof(changed));
    changed[29] = 7;    /* threads */
    changed[30] = 0x38; /* the first operation takes more arguments than there are */
    sample_program(&again);
    program_decode(&program, changed, sizeof(changed), &sample_vocabulary);
    cr_assert_eq(program.thread_count, 8);
    cr_assert_eq(program.strategy.seed, again.strategy.seed);
    cr_assert_eq(program.deviation_count, again.deviation_count);
    cr_assert_eq(program.fault_count, again.fault_count);
    cr_assert_str_eq(program.target, again.target);
}

Test(program_decode, numbers_out_of_range_are_reduced)
{
    static const uint8_t body[] = {
        6, 0xff, 0x17, SAMPLE_VERB_COUNT + SAMPLE_ZONE_CREATE, 8 + 3, 0x83, 0x01, 2, 3 + 2, 9,
    };

    program_decode(&program, body, sizeof(body), &sample_vocabulary);
    cr_assert_eq(program.thread_count, PROGRAM_THREADS_MAX);
    cr_assert_eq(program.operations[0].thread, 7);
    cr_assert_eq(program.operations[0].verb, SAMPLE_ZONE_CREATE);
    cr_assert_eq(program.operations[0].arguments[0], 3);
    cr_assert_eq(program.operations[0].arguments[1], 1);
    cr_assert_eq(program.strategy.strategy, 2);
}

Test(program_decode, what_is_too_much_is_left_out)
{
    size_t size = 0;

    /* 200 operations, 100 faults. */
    bytes[size++] = 0x91; /* 1 + 400 */
    bytes[size++] = 0x03;
    memset(&bytes[size], 0, 401);
    size += 401;
    bytes[size++] = 0;    /* strategy */
    bytes[size++] = 0;    /* deviations */
    bytes[size++] = 0x90; /* 4 * 100 */
    bytes[size++] = 0x03;
    memset(&bytes[size], 0, 400);
    size += 400;

    program_decode(&program, bytes, size, &sample_vocabulary);
    cr_assert_eq(program.operation_count, PROGRAM_OPERATIONS_MAX);
    cr_assert_eq(program.fault_count, PROGRAM_FAULTS_MAX);
    cr_assert(program_is_valid(&program, &sample_vocabulary));
}

Test(program_decode, deviations_are_bounded_however_many_there_are)
{
    const size_t count = 3 * PROGRAM_DEVIATIONS_MAX;
    size_t size = 0;
    uint8_t *many = malloc(6 + 5 * count);

    many[size++] = 0;
    many[size++] = 0;
    for (size_t rest = 5 * count; rest > 0; rest >>= 7) {
        many[size++] = (uint8_t)(rest | (rest >= 0x80 ? 0x80 : 0));
    }
    for (size_t i = 0; i < count; i++) {
        size_t k = count - i; /* the wrong way round */
        many[size++] = (uint8_t)(k >> 14 & 0x7f);
        many[size++] = 0;
        many[size++] = (uint8_t)(k | 0x80);
        many[size++] = (uint8_t)(k >> 7 & 0x7f);
        many[size++] = 1;
    }
    program_decode(&program, many, size, &sample_vocabulary);
    cr_assert_eq(program.deviation_count, PROGRAM_DEVIATIONS_MAX);
    cr_assert(program_is_valid(&program, &sample_vocabulary));
    free(many);
}

Test(program_decode, of_two_deviations_for_one_choice_the_greater_value_counts)
{
    static const uint8_t body[] = {0, 0, 12, 1, 0, 5, 9, 1, 0, 5, 7, 0, 0, 1, 1, 0};

    program_decode(&program, body, sizeof(body), &sample_vocabulary);
    cr_assert_eq(program.deviation_count, 2);
    cr_assert_eq(program.deviations[0].task, 0);
    cr_assert_eq(program.deviations[1].value, 9);
}

Test(program_decode, an_endless_varint_ends)
{
    memset(bytes, 0xff, 400);
    decode_any(bytes, 400);
}

Test(program_decode, a_varint_longer_than_need_be_is_read_to_its_end)
{
    static const uint8_t body[] = {0, 11, 1, 3, 0x85, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 42};

    program_decode(&program, body, sizeof(body), &sample_vocabulary);
    cr_assert_eq(program.strategy.length, 5);
    cr_assert_eq(program.strategy.seed, 42);
}

Test(program_decode, a_vocabulary_without_words_leaves_nothing)
{
    program_decode(&program, sample_bytes, sizeof(sample_bytes), &sample_vocabulary_bare);
    cr_assert_eq(program.operation_count, 0);
    cr_assert_eq(program.fault_count, 0);
    cr_assert_eq(program.deviation_count, 0);
    cr_assert_eq(program.strategy.strategy, 0);
    cr_assert(program_is_valid(&program, &sample_vocabulary_bare));
}

Test(program_decode, names_end_before_what_no_name_has)
{
    static const uint8_t file[] = {0x89, 'H', 'D', 'L',  1,   12,  4,   'a', 'b',
                                   ' ',  'c', 4,   '\n', 'x', 'y', 'z', 1,   2};

    program_decode(&program, file, sizeof(file), &sample_vocabulary);
    cr_assert_str_eq(program.target, "ab");
    cr_assert_str_empty(program.subject);
    cr_assert_eq(program.event_model, PROGRAM_EVENT_MODEL_MEMORY);
    cr_assert_eq(program.requires_build, PROGRAM_REQUIRES_TSAN);
}

Test(program_decode, long_names_are_cut)
{
    static const uint8_t file[] = "\x89HDL\x01\x33\x32"
                                  "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwx";

    program_decode(&program, file, sizeof(file) - 1, &sample_vocabulary);
    cr_assert_str_eq(program.target, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstu");
}

Test(program_decode, the_head_says_which_version_it_is)
{
    static const uint8_t newer[] = {0x89, 'H', 'D', 'L', 2};
    static const uint8_t never[] = {0x89, 'H', 'D', 'L', 0};

    cr_assert_eq(program_head_of(sample_bytes, sizeof(sample_bytes)), PROGRAM_HEAD_KNOWN);
    cr_assert_eq(program_head_of(sample_bytes, 5), PROGRAM_HEAD_KNOWN);
    cr_assert_eq(program_head_of(sample_bytes, 4), PROGRAM_HEAD_NONE);
    cr_assert_eq(program_head_of(NULL, 0), PROGRAM_HEAD_NONE);
    cr_assert_eq(program_head_of(newer, sizeof(newer)), PROGRAM_HEAD_NEWER);
    cr_assert_eq(program_head_of(never, sizeof(never)), PROGRAM_HEAD_NONE);
    cr_assert_eq(program_head_of((const uint8_t *)"heddle 1\n", 9), PROGRAM_HEAD_NONE);
}

Test(program_decode, the_head_is_read_without_a_vocabulary)
{
    char target[PROGRAM_NAME_MAX], subject[PROGRAM_NAME_MAX];
    static const uint8_t newer[] = {0x89, 'H', 'D', 'L', 2, 2, 1, 'x'};

    cr_assert(program_decode_head(sample_bytes, sizeof(sample_bytes), target, subject));
    cr_assert_str_eq(target, "lifecycle");
    cr_assert_str_eq(subject, "reference");
    cr_assert_not(program_decode_head(newer, sizeof(newer), target, subject));
    cr_assert_not(program_decode_head(sample_bytes + 5, sizeof(sample_bytes) - 5, target, subject));
}
