/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fewer chosen switches: the tasks that the schedule chooses, where the fixed policy would choose another. What is found by
 * chance is shortened (one choice less, then one instead of two); a program may also be cut into threads otherwise, so that
 * the fixed policy does what choices did.
 *
 * How few there must be, a search says: whoever preempts chooses, so if no schedule of at most p preemptions fails,
 * none of p chosen switches does.
 */
#include "tool/shrink/shrink_candidates.h"

#define ROUNDS       24u /* schedules of the program that are shortened, to keep the shortest */
#define FEW_ROUNDS   6u  /* of these, before there is a search that takes long */
#define QUICK_BOUND  2u  /* preemptions that are searched before there is chance */
#define SWITCHES_FEW 3u  /* to understand: then nothing that takes long is tried to have fewer */

/* Nothing less would do. */
static bool
is_least(const struct shrinking *all)
{
    return all->best->program.deviation_count == 0 ||
           (shrink_switches(&all->best->program) <= all->switches_min &&
            all->best->program.deviation_count == shrink_switches(&all->best->program));
}

/* Less and less of the best one's schedule. */
static void
shorten(struct shrinking *all)
{
    do {
        shrink_cut(all, PROGRAM_PART_DEVIATIONS, ATTEMPT_SCHEDULE);
    } while (shrink_try(all, ATTEMPT_NEIGHBOURS));
}

/* The candidate, with another schedule that is shortened: is it better than what there was? */
static bool
try_other(struct shrinking *all)
{
    struct outcome *champion = all->best;
    struct outcome *other = shrink_find(all, ATTEMPT_SCHEDULES);
    if (other == NULL) {
        return false;
    }
    all->best = other;
    all->is_noted = false;
    shorten(all);
    other = all->best;
    all->best = champion;
    all->is_noted = false;
    bool better = shrink_cost(&other->program) < shrink_cost(&champion->program);
    if (better) {
        shrink_replace_best(all, other);
    } else {
        outcome_destroy(other);
    }
    return better;
}

static bool
try_chance(struct shrinking *all, uint32_t from, uint32_t to)
{
    bool any = false;
    for (uint32_t i = from; i < to && !is_least(all) && !shrink_is_time_up(all); i++) {
        all->seeds = (uint64_t)(i + 1) * all->options->schedules;
        shrink_copy_best(all);
        all->candidate.deviation_count = 0; /* or it would be the same one */
        any |= try_other(all);
    }
    return any;
}

/* --- other threads ---------------------------------------------------------------------------- */

/* The operations in the order of these keys, which go from thread to thread. */
static void
sort_operations(struct program *program, const uint32_t keys[PROGRAM_OPERATIONS_MAX])
{
    struct program_operation sorted[PROGRAM_OPERATIONS_MAX];
    for (uint32_t i = 0; i < program->operation_count; i++) {
        uint32_t place = 0;
        for (uint32_t k = 0; k < program->operation_count; k++) {
            place += keys[k] < keys[i] || (keys[k] == keys[i] && k < i);
        }
        sorted[place] = program->operations[i];
    }
    for (uint32_t i = 0; i < program->operation_count; i++) {
        program->operations[i] = sorted[i];
    }
}

/* A thread and the next one change places. */
static bool
swap_threads(struct program *program, uint32_t number)
{
    uint32_t keys[PROGRAM_OPERATIONS_MAX];
    if (number + 1 >= program->thread_count) {
        return false;
    }
    for (uint32_t i = 0; i < program->operation_count; i++) {
        uint8_t *thread = &program->operations[i].thread;
        if (*thread == number || *thread == number + 1) {
            *thread = (uint8_t)(2 * number + 1 - *thread);
        }
        keys[i] = *thread;
    }
    sort_operations(program, keys);
    return true;
}

/*
 * The number-th way to move an operation to the begin or the end of another thread; one that is then empty goes.
 * False: there are fewer.
 */
static bool
move_operation(struct program *program, uint32_t number)
{
    uint32_t keys[PROGRAM_OPERATIONS_MAX], threads = program->thread_count;
    uint32_t to = number / 2 % threads, operation = number / 2 / threads;
    if (operation >= program->operation_count) {
        return false;
    }
    uint8_t from = program->operations[operation].thread;
    for (uint32_t i = 0; i < program->operation_count; i++) {
        keys[i] = 3u * program->operations[i].thread + 1;
    }
    keys[operation] = 3 * to + (number % 2 == 0 ? 0 : 2);
    program->operations[operation].thread = (uint8_t)to;
    sort_operations(program, keys);
    bool empty = true;
    for (uint32_t i = 0; i < program->operation_count; i++) {
        empty &= program->operations[i].thread != from;
    }
    if (empty) {
        program_cut_thread(program, from);
    }
    return true;
}

/* Of the best program the number-th other one, of both kinds in turn; false: none of either. */
static bool
arrange(struct shrinking *all, uint32_t number)
{
    shrink_copy_best(all);
    all->candidate.deviation_count = 0;
    uint32_t swaps = all->candidate.thread_count - 1;
    return number < swaps ? swap_threads(&all->candidate, number)
                          : move_operation(&all->candidate, number - swaps);
}

/* A better arrangement is where the next ones start. */
static bool
try_arrangements(struct shrinking *all)
{
    bool any = false;
    for (uint32_t i = 0; !is_least(all) && !shrink_is_time_up(all) && arrange(all, i); i++) {
        any |= try_other(all);
    }
    return any;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* All schedules of so many preemptions. */
static void
try_search(struct shrinking *all, uint32_t preemptions)
{
    struct search_figures figures;
    shrink_copy_best(all);
    all->bound = preemptions;
    bool cheaper = shrink_try(all, ATTEMPT_SEARCH);
    search_read_figures(all->search, &figures);
    all->fraction = shrink_is_time_up(all) ? figures.fraction : 1;
    if (figures.complete && !all->figures->seen && all->switches_min == preemptions) {
        all->switches_min = preemptions + 1;
        all->searched = figures.executions;
    }
    if (cheaper) {
        shorten(all);
    }
}

static bool
is_few(const struct shrinking *all)
{
    return shrink_switches(&all->best->program) <= SWITCHES_FEW;
}

bool
shrink_schedule_by_chance(struct shrinking *all)
{
    shorten(all);
    return !is_few(all) && try_chance(all, 0, FEW_ROUNDS);
}

void
shrink_schedule(struct shrinking *all)
{
    uint32_t bound = 0;
    while (!is_least(all) && try_arrangements(all)) {}
    for (; bound <= QUICK_BOUND && !is_least(all); bound++) {
        try_search(all, bound);
    }
    (void)try_chance(all, FEW_ROUNDS, 2 * FEW_ROUNDS);
    for (; bound <= SWITCHES_FEW && !is_few(all) && !shrink_is_time_up(all); bound++) {
        try_search(all, bound);
    }
    if (!is_few(all)) {
        (void)try_chance(all, 2 * FEW_ROUNDS, ROUNDS);
    }
}
