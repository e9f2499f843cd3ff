/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The schedule that is left when operations or a thread go. Two threads of three operations, each of which makes ten
 * choices.
 */
#include <criterion/criterion.h>

#include "tool/shrink/shrink_candidates.h"

static struct outcome best;
static struct shrink_figures figures;
static struct shrinking all;

static void
set_up(void)
{
    all = (struct shrinking){.best = &best, .figures = &figures};
    program_init(&best.program);
    program_init(&all.candidate);
    best.program.thread_count = 2;
    best.program.operation_count = 6;
    for (uint32_t i = 0; i < 6; i++) {
        best.program.operations[i].thread = (uint8_t)(i / 3);
        figures.starts[i] = i % 3 * 10;
    }
    figures.has_starts = true;
}

static void
tear_down(void)
{
    program_fini(&best.program);
    program_fini(&all.candidate);
}

static void
choose(uint16_t task, uint16_t kind, uint32_t k, uint32_t value)
{
    program_add_deviation(&best.program, (struct program_deviation){task, kind, k, value});
}

static void
has(uint32_t index, uint16_t task, uint32_t k, uint32_t value)
{
    cr_assert(index < all.candidate.deviation_count);
    const struct program_deviation *is = &all.candidate.deviations[index];
    cr_expect(is->task == task, "%u", is->task);
    cr_expect(is->k == k, "%u", is->k);
    cr_expect(is->value == value, "%u", is->value);
}

static void
cut(uint32_t first, uint32_t end)
{
    shrink_copy_best(&all);
    program_cut(&all.candidate, PROGRAM_PART_OPERATIONS, first, end - first);
    shrink_realign(&all, first, end);
}

TestSuite(realign, .init = set_up, .fini = tear_down);

Test(realign, later_choices_move_up_and_only_those_of_the_task)
{
    choose(1, HEDDLE_CHOICE_TASK, 3, 2);
    choose(1, HEDDLE_CHOICE_TASK, 25, 2);
    choose(2, HEDDLE_CHOICE_TASK, 25, 1);
    cut(1, 2);
    cr_assert(all.candidate.deviation_count == 3, "%u", all.candidate.deviation_count);
    has(0, 1, 3, 2);
    has(1, 1, 15, 2);
    has(2, 2, 25, 1);
}

Test(realign, a_switch_within_what_goes_comes_where_the_next_operation_begins)
{
    choose(1, HEDDLE_CHOICE_TASK, 14, 2);
    cut(1, 2);
    cr_assert(all.candidate.deviation_count == 1, "%u", all.candidate.deviation_count);
    has(0, 1, 10, 2);
}

Test(realign, of_several_that_come_together_the_last_one_counts)
{
    choose(1, HEDDLE_CHOICE_TASK, 12, 2);
    choose(1, HEDDLE_CHOICE_TASK, 14, 3);
    choose(1, HEDDLE_CHOICE_TASK, 20, 4);
    cut(1, 2);
    cr_assert(all.candidate.deviation_count == 1, "%u", all.candidate.deviation_count);
    has(0, 1, 10, 4);
}

Test(realign, several_operations_and_the_last_one_of_a_thread)
{
    choose(1, HEDDLE_CHOICE_TASK, 5, 2);
    choose(1, HEDDLE_CHOICE_TASK, 29, 2);
    choose(2, HEDDLE_CHOICE_TASK, 4, 1);
    choose(2, HEDDLE_CHOICE_TASK, 12, 1);
    cut(1, 4);
    cr_assert(all.candidate.deviation_count == 4, "%u", all.candidate.deviation_count);
    has(0, 1, 5, 2);
    has(1, 1, 10, 2);
    has(2, 2, 0, 1);
    has(3, 2, 2, 1);
}

Test(realign, other_choices_stay)
{
    choose(1, HEDDLE_CHOICE_WAKE, 14, 2);
    cut(0, 1);
    cr_assert(all.candidate.deviation_count == 1, "%u", all.candidate.deviation_count);
    has(0, 1, 14, 2);
}

Test(realign, what_no_run_has_noted_stays)
{
    figures.has_starts = false;
    choose(1, HEDDLE_CHOICE_TASK, 25, 2);
    cut(0, 1);
    has(0, 1, 25, 2);
}

Test(realign, tasks_behind_a_thread_that_goes_move_up)
{
    choose(1, HEDDLE_CHOICE_TASK, 1, 2);
    choose(1, HEDDLE_CHOICE_TASK, 2, 3);
    choose(2, HEDDLE_CHOICE_TASK, 3, 1);
    choose(3, HEDDLE_CHOICE_TASK, 4, 2);
    choose(3, HEDDLE_CHOICE_WAKE, 5, 2);
    shrink_copy_best(&all);
    program_cut_thread(&all.candidate, 0);
    shrink_realign_thread(&all, 0);
    cr_assert(all.candidate.deviation_count == 2, "%u", all.candidate.deviation_count);
    has(0, 2, 4, 1);
    has(1, 2, 5, 2);
}
