/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs as values: copies, equality, what is valid, and deviations in order.
 */
#include "sample_vocabulary.h"

#include <criterion/criterion.h>
#include <string.h>

static struct program program, other;

static void
start(void)
{
    sample_program(&program);
    program_init(&other);
}

static void
stop(void)
{
    program_fini(&program);
    program_fini(&other);
}

TestSuite(program_value, .init = start, .fini = stop);

Test(program_value, a_copy_is_equal_and_its_own)
{
    program_copy(&other, &program);
    cr_assert(program_equal(&program, &other));
    other.deviations[0].value++;
    cr_assert_not(program_equal(&program, &other));
    program_copy(&program, &program);
    cr_assert(program_is_valid(&program, &sample_vocabulary));
}

Test(program_value, finalised_programs_may_be_finalised_again)
{
    program_fini(&program);
    program_fini(&program);
    cr_assert(program_is_valid(&program, &sample_vocabulary));
}

#define ASSERT_DIFFERS(change)                                                                     \
    do {                                                                                           \
        program_copy(&other, &program);                                                            \
        change;                                                                                    \
        cr_assert_not(program_equal(&program, &other), "%s", #change);                             \
    } while (0)

Test(program_value, programs_that_differ_anywhere_are_not_equal)
{
    ASSERT_DIFFERS(other.target[0] = 'x');
    ASSERT_DIFFERS(other.subject[0] = '\0');
    ASSERT_DIFFERS(other.event_model++);
    ASSERT_DIFFERS(other.requires_build++);
    ASSERT_DIFFERS(other.build[0] = 'x');
    ASSERT_DIFFERS(other.thread_count++);
    ASSERT_DIFFERS(other.operation_count--);
    ASSERT_DIFFERS(other.operations[0].verb++);
    ASSERT_DIFFERS(other.operations[3].thread--);
    ASSERT_DIFFERS(other.operations[3].arguments[3]--);
    ASSERT_DIFFERS(other.strategy.strategy++);
    ASSERT_DIFFERS(other.strategy.depth++);
    ASSERT_DIFFERS(other.strategy.length++);
    ASSERT_DIFFERS(other.strategy.seed++);
    ASSERT_DIFFERS(other.fault_count--);
    ASSERT_DIFFERS(other.faults[0].point++);
    ASSERT_DIFFERS(other.faults[0].action++);
    ASSERT_DIFFERS(other.faults[0].nth++);
    ASSERT_DIFFERS(other.faults[0].onwards = true);
    ASSERT_DIFFERS(other.faults[0].selectors[0]--);
    ASSERT_DIFFERS(other.faults[0].arguments[0]--);
    ASSERT_DIFFERS(other.deviation_count--);
    ASSERT_DIFFERS(other.deviations[0].task++);
    ASSERT_DIFFERS(other.deviations[0].kind++);
    ASSERT_DIFFERS(other.deviations[0].k++);
    ASSERT_DIFFERS(other.deviations[0].value++);
}

#define ASSERT_INVALID(change)                                                                     \
    do {                                                                                           \
        program_copy(&other, &program);                                                            \
        cr_assert(program_is_valid(&other, &sample_vocabulary));                                   \
        change;                                                                                    \
        cr_assert_not(program_is_valid(&other, &sample_vocabulary), "%s", #change);                \
    } while (0)

Test(program_value, every_number_out_of_range_is_seen)
{
    ASSERT_INVALID(other.target[0] = ' ');
    ASSERT_INVALID(memset(other.subject, 'x', PROGRAM_NAME_MAX));
    ASSERT_INVALID(other.event_model = PROGRAM_EVENT_MODEL_COUNT);
    ASSERT_INVALID(other.requires_build = PROGRAM_REQUIRES_COUNT);
    ASSERT_INVALID(other.build[0] = 'x'); /* of the event model "memory" alone */
    ASSERT_INVALID((other.event_model = PROGRAM_EVENT_MODEL_MEMORY, other.build[0] = ' '));
    ASSERT_INVALID(other.thread_count = 0);
    ASSERT_INVALID(other.thread_count = 2);
    ASSERT_INVALID(other.thread_count = PROGRAM_THREADS_MAX + 1);
    ASSERT_INVALID(other.operation_count = PROGRAM_OPERATIONS_MAX + 1);
    ASSERT_INVALID(other.operations[0].thread = 1);
    ASSERT_INVALID(other.operations[0].verb = SAMPLE_VERB_COUNT);
    ASSERT_INVALID(other.operations[0].arguments[1] = 2);
    ASSERT_INVALID(other.operations[0].arguments[2] = 1);
    ASSERT_INVALID(other.strategy.strategy = 3);
    ASSERT_INVALID(other.fault_count = PROGRAM_FAULTS_MAX + 1);
    ASSERT_INVALID(other.faults[0].point = 3);
    ASSERT_INVALID(other.faults[0].action = 2);
    ASSERT_INVALID(other.faults[0].selectors[0] = 3);
    ASSERT_INVALID(other.faults[1].arguments[0] = 1);
    ASSERT_INVALID(other.deviation_count = other.deviation_capacity + 1);
    ASSERT_INVALID(other.deviations[0].kind = 3);
    ASSERT_INVALID(other.deviations[1] = other.deviations[0]);
}

Test(program_value, deviations_are_kept_in_order_and_replaced)
{
    uint64_t state = 21;

    program.deviation_count = 0;
    for (int i = 0; i < 3000; i++) {
        struct program_deviation deviation = {
            .task = (uint16_t)program_random_below(&state, 4),
            .kind = (uint16_t)program_random_below(&state, 3),
            .k = program_random_below(&state, 50),
            .value = (uint32_t)i,
        };
        cr_assert(program_add_deviation(&program, deviation));
    }
    cr_assert(program_is_valid(&program, &sample_vocabulary));
    cr_assert_leq(program.deviation_count, 4 * 3 * 50);

    struct program_deviation last = program.deviations[7];
    last.value = 12345;
    uint32_t count = program.deviation_count;
    cr_assert(program_add_deviation(&program, last));
    cr_assert_eq(program.deviation_count, count);
    cr_assert_eq(program.deviations[7].value, 12345);
}

Test(program_value, deviations_have_a_bound)
{
    program.deviation_count = 0;
    for (uint32_t k = 0; k < PROGRAM_DEVIATIONS_MAX; k++) {
        cr_assert(program_add_deviation(&program, (struct program_deviation){1, 0, k, 0}));
    }
    cr_assert_not(program_add_deviation(
        &program, (struct program_deviation){1, 0, PROGRAM_DEVIATIONS_MAX, 0}));
    cr_assert(program_add_deviation(&program, (struct program_deviation){1, 0, 5, 1}));
    cr_assert(program_is_valid(&program, &sample_vocabulary));
}
