/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Smaller programs: what is cut is gone and nothing else, and every number becomes 0 in the end.
 */
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

static struct program program, before;

static void
start(void)
{
    program_init(&program);
    program_init(&before);
    sample_program(&program);
    program_copy(&before, &program);
}

static void
stop(void)
{
    program_fini(&program);
    program_fini(&before);
}

TestSuite(program_shrink, .init = start, .fini = stop);

Test(program_shrink, what_is_cut_is_gone_and_the_rest_stays)
{
    cr_assert_gt(before.operation_count, 2);
    program_cut(&program, PROGRAM_PART_OPERATIONS, 1, 1);
    cr_assert_eq(program.operation_count, before.operation_count - 1);
    cr_assert_eq(
        memcmp(&program.operations[0], &before.operations[0], sizeof(before.operations[0])), 0);
    cr_assert_eq(memcmp(&program.operations[1], &before.operations[2],
                        (program.operation_count - 1) * sizeof(before.operations[0])),
                 0);
    cr_assert_eq(program.thread_count, before.thread_count);
    cr_assert(program_is_valid(&program, &sample_vocabulary));
}

Test(program_shrink, more_than_there_is_cannot_be_cut)
{
    static const enum program_part parts[] = {PROGRAM_PART_OPERATIONS, PROGRAM_PART_FAULTS,
                                              PROGRAM_PART_DEVIATIONS};
    for (size_t i = 0; i < 3; i++) {
        uint32_t size = program_part_size(&program, parts[i]);
        cr_assert_gt(size, 1);
        program_cut(&program, parts[i], size, 1);
        cr_assert_eq(program_part_size(&program, parts[i]), size);
        program_cut(&program, parts[i], 1, UINT32_MAX);
        cr_assert_eq(program_part_size(&program, parts[i]), 1);
        cr_assert(program_is_valid(&program, &sample_vocabulary));
    }
}

Test(program_shrink, a_thread_goes_with_its_operations_and_the_others_move_up)
{
    uint32_t of_last = 0, of_first = 0, now_last = 0;
    uint8_t last = (uint8_t)(before.thread_count - 1);
    cr_assert_gt(last, 0);
    for (uint32_t i = 0; i < before.operation_count; i++) {
        of_last += before.operations[i].thread == last;
        of_first += before.operations[i].thread == 0;
    }
    program_cut_thread(&program, 0);
    for (uint32_t i = 0; i < program.operation_count; i++) {
        now_last += program.operations[i].thread == last - 1;
    }
    cr_assert_eq(program.thread_count, before.thread_count - 1);
    cr_assert_eq(program.operation_count, before.operation_count - of_first);
    cr_assert_eq(now_last, of_last);
    cr_assert(program_is_valid(&program, &sample_vocabulary));

    program_cut_thread(&program, program.thread_count);
    cr_assert_eq(program.thread_count, before.thread_count - 1, "there is no such thread");
    while (program.thread_count > 1) {
        program_cut_thread(&program, program.thread_count - 1);
        cr_assert(program_is_valid(&program, &sample_vocabulary));
    }
    program_cut_thread(&program, 0);
    cr_assert_eq(program.thread_count, 1, "the last one stays");
}

static uint64_t
sum_of_numbers(const struct program *of)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < of->operation_count; i++) {
        for (int j = 0; j < PROGRAM_ARGUMENTS_MAX; j++) {
            sum += of->operations[i].arguments[j];
        }
    }
    for (uint32_t i = 0; i < of->fault_count; i++) {
        sum += of->faults[i].nth + of->faults[i].onwards;
        for (int j = 0; j < PROGRAM_ARGUMENTS_MAX; j++) {
            sum += of->faults[i].arguments[j];
        }
    }
    return sum;
}

/* Each way that says that it changed something made exactly one number smaller. */
Test(program_shrink, every_number_becomes_simple_and_none_grows)
{
    uint64_t sum = sum_of_numbers(&program);
    bool changed, any = true;
    cr_assert_gt(sum, 0);
    while (any) {
        any = false;
        for (uint32_t i = 0; program_simplify(&program, i, &changed); i++) {
            uint64_t now = sum_of_numbers(&program);
            cr_assert_eq(changed, now < sum, "way %u: %d to %d", i, (int)sum, (int)now);
            cr_assert_leq(now, sum);
            any |= changed;
            sum = now;
        }
    }
    cr_assert_eq(sum, 0);
    cr_assert(program_is_valid(&program, &sample_vocabulary));
}
