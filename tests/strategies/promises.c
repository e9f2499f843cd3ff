/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Promises that are products along a schedule, or counts over a strategy's random numbers. Those of
 * priorities drawn anew are in promised_orders.c.
 */
#include "promises.h"

uint64_t
cell_of_answers(const struct listed_schedule *schedule)
{
    return schedule->answers;
}

/* --- one schedule --------------------------------------------------------------------------- */

double
promise_fixed(const struct schedule_list *list, const struct listed_schedule *schedule,
              struct promise_parameters parameters)
{
    (void)list;
    (void)parameters;
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct record *record = &schedule->records[i];
        if (record->is_choice &&
            record->chosen !=
                (record->at_point ? record->task : taskset_first(&record->runnable))) {
            return 0;
        }
    }
    return 1;
}

/* The next task in order of number, in a circle. */
double
promise_round_robin(const struct schedule_list *list, const struct listed_schedule *schedule,
                    struct promise_parameters parameters)
{
    (void)parameters;
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct record *record = &schedule->records[i];
        if (!record->is_choice) {
            continue;
        }
        uint32_t next = record->task;
        do {
            next = next % list->task_count + 1;
        } while (!taskset_has(&record->runnable, next));
        if (record->chosen != next) {
            return 0;
        }
    }
    return 1;
}

/* --- random walks --------------------------------------------------------------------------- */

double
promise_random(const struct schedule_list *list, const struct listed_schedule *schedule,
               struct promise_parameters parameters)
{
    (void)list;
    (void)parameters;
    double probability = 1;
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct record *record = &schedule->records[i];
        probability /= record->is_choice ? taskset_count(&record->runnable) : 1;
    }
    return probability;
}

/* All alike: here each task is a chain, and nobody waits, so the paper's condition holds. */
double
promise_urw(const struct schedule_list *list, const struct listed_schedule *schedule,
            struct promise_parameters parameters)
{
    (void)schedule;
    (void)parameters;
    return 1.0 / list->count;
}

/* --- PCT -------------------------------------------------------------------------------------- */

/* A drawing of all that PCT draws: who is above whom, and where priorities fall. */
struct pct_draw {
    double priorities[LIST_TASKS_MAX + 1]; /* initial ones: depth and more */
    uint32_t changes[3];                   /* steps, from 1, in order of drawing */
    uint32_t change_count;
};

static uint16_t
highest(const struct taskset *tasks, const double *priorities)
{
    struct taskset left = *tasks;
    uint16_t best = taskset_take(&left);
    while (!taskset_is_empty(&left)) {
        uint16_t task = taskset_take(&left);
        best = priorities[task] > priorities[best] ? task : best;
    }
    return best;
}

/*
 * Does it lead to this schedule? Whoever stands at the step of the i-th change (from 1) gets depth - i.
 * walk_after: from then on a random walk, so that this is a probability.
 */
static double
follow_pct(const struct listed_schedule *schedule, const struct pct_draw *draw, uint32_t walk_after)
{
    double priorities[LIST_TASKS_MAX + 1], probability = 1;
    for (uint32_t task = 0; task <= LIST_TASKS_MAX; task++) {
        priorities[task] = draw->priorities[task];
    }
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct record *record = &schedule->records[i];
        if (!record->is_choice) {
            continue;
        }
        if (record->step > walk_after) {
            probability /= taskset_count(&record->runnable);
            continue;
        }
        for (uint32_t change = 1; record->at_point && change <= draw->change_count; change++) {
            if (draw->changes[change - 1] == record->step) {
                priorities[record->task] = draw->change_count + 1 - change;
            }
        }
        if (highest(&record->runnable, priorities) != record->chosen) {
            return 0;
        }
    }
    return probability;
}

/* The next order of priorities, counted as a number in a system of task_count digits. */
static bool
next_order(struct pct_draw *draw, uint32_t task_count, uint32_t depth)
{
    for (;;) {
        uint32_t task = 1, seen = 0;
        while (task <= task_count && ++draw->priorities[task] == depth + task_count) {
            draw->priorities[task++] = depth;
        }
        if (task > task_count) {
            return false;
        }
        for (task = 1; task <= task_count; task++) {
            seen |= 1u << (uint32_t)(draw->priorities[task] - depth);
        }
        if (seen == (1u << task_count) - 1) {
            return true;
        }
    }
}

static bool
next_changes(struct pct_draw *draw, uint32_t length)
{
    for (uint32_t i = 0; i < draw->change_count; i++) {
        if (++draw->changes[i] <= length) {
            return true;
        }
        draw->changes[i] = 1;
    }
    return false;
}

/* The mean over everything that can be drawn, each as likely. */
static double
mean_over_draws(const struct schedule_list *list, const struct listed_schedule *schedule,
                struct promise_parameters parameters, uint32_t walk_after)
{
    struct pct_draw draw = {.change_count = parameters.depth - 1};
    double sum = 0;
    uint32_t draws = 0;
    for (uint32_t i = 0; i < draw.change_count; i++) {
        draw.changes[i] = 1;
    }
    for (uint32_t task = 1; task <= list->task_count; task++) {
        draw.priorities[task] = parameters.depth;
    }
    /* All alike is not an order, but the number before the first. */
    while (next_order(&draw, list->task_count, parameters.depth)) {
        do {
            sum += follow_pct(schedule, &draw, walk_after);
            draws++;
        } while (next_changes(&draw, parameters.length));
    }
    return sum / draws;
}

double
promise_pct(const struct schedule_list *list, const struct listed_schedule *schedule,
            struct promise_parameters parameters)
{
    return mean_over_draws(list, schedule, parameters, UINT32_MAX);
}

double
promise_pct_fair(const struct schedule_list *list, const struct listed_schedule *schedule,
                 struct promise_parameters parameters)
{
    return mean_over_draws(list, schedule, parameters, parameters.length);
}

/* --- SURW --------------------------------------------------------------------------------------- */

/* Of which tasks the operations on the object were, in order; three bits each. */
static uint64_t
order_on(const struct listed_schedule *schedule, uint32_t object, bool *is_shared)
{
    uint64_t order = 1;
    uint32_t tasks = 0, writes = 0;
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct record *record = &schedule->records[i];
        if (!record->is_choice && record->operation.object == object &&
            strategy_access(&record->operation) != STRATEGY_ACCESS_NONE) {
            order = order << 3 | record->task;
            tasks |= 1u << record->task;
            writes += strategy_access(&record->operation) == STRATEGY_ACCESS_WRITE;
        }
    }
    *is_shared = (tasks & (tasks - 1)) != 0 && writes > 0;
    return order;
}

uint64_t
cell_of_orders(const struct listed_schedule *schedule)
{
    uint64_t cell = 0;
    for (uint32_t object = 1; object <= 3; object++) {
        bool is_shared;
        uint64_t order = order_on(schedule, object, &is_shared);
        if (is_shared && cell != 0 && cell != order) {
            return 0;
        }
        cell = is_shared ? order : cell;
    }
    return cell;
}

/*
 * The paper's theorem: each interleaving of the selected object's operations is as likely, whatever
 * else there is. Where two objects are shared, and the program is the same with both objects and both
 * tasks exchanged, that the first task is first on both is as likely as that it is second on both: so
 * it is only if the objects are selected as often.
 */
double
promise_surw(const struct schedule_list *list, const struct listed_schedule *schedule,
             struct promise_parameters parameters)
{
    (void)parameters;
    uint64_t cell = cell_of_orders(schedule), seen[SCHEDULES_MAX];
    uint32_t same = 0, cells = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        uint64_t other = cell_of_orders(&list->schedules[i]);
        uint32_t place = 0;
        while (place < cells && seen[place] != other) {
            place++;
        }
        if (other != 0 && place == cells) {
            seen[cells++] = other;
        }
        same += other == cell;
    }
    return cell == 0 ? 0 : 1.0 / cells / same;
}
