/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Canonical bytes: decoding them gives an equal program, and they are written whole or not at all.
 */
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

static struct program program, again;
static uint8_t bytes[1u << 20];

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

TestSuite(program_encode, .init = start, .fini = stop);

Test(program_encode, thousands_of_programs_come_back_equal)
{
    uint64_t state = 11;

    for (int i = 0; i < 5000; i++) {
        sample_random_program(&program, &state);
        cr_assert(program_is_valid(&program, &sample_vocabulary));
        size_t size = program_encode(&program, bytes, sizeof(bytes));
        cr_assert_leq(size, sizeof(bytes));
        cr_assert_eq(program_head_of(bytes, size), PROGRAM_HEAD_KNOWN);
        program_decode(&again, bytes, size, &sample_vocabulary);
        cr_assert(program_equal(&program, &again));
    }
}

Test(program_encode, the_empty_program_comes_back_with_empty_names)
{
    size_t size = program_encode(&program, bytes, sizeof(bytes));

    sample_random_program(&again, &(uint64_t){12});
    program_decode(&again, bytes, size, &sample_vocabulary);
    cr_assert(program_equal(&program, &again));
    cr_assert_str_empty(again.target);
}

Test(program_encode, nothing_is_written_where_there_is_no_room)
{
    sample_program(&program);
    size_t size = program_encode(&program, NULL, 0);
    uint8_t *exact = calloc(1, size);

    cr_assert_eq(program_encode(&program, exact, size - 1), size);
    for (size_t i = 0; i < size; i++) {
        cr_assert_eq(exact[i], 0);
    }
    cr_assert_eq(program_encode(&program, exact, size), size);
    cr_assert_eq(memcmp(exact, "\x89HDL\x01", 5), 0);
    free(exact);
}

Test(program_encode, the_longest_program_fits_into_a_megabyte)
{
    for (uint32_t i = 0; i < PROGRAM_DEVIATIONS_MAX; i++) {
        struct program_deviation deviation = {(uint16_t)(i % 128), (uint16_t)(i % 3),
                                              UINT32_MAX - i, UINT32_MAX};
        cr_assert(program_add_deviation(&program, deviation));
    }
    size_t size = program_encode(&program, bytes, sizeof(bytes));
    cr_assert_leq(size, sizeof(bytes));
    program_decode(&again, bytes, size, &sample_vocabulary);
    cr_assert(program_equal(&program, &again));
}
