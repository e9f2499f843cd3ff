/* SPDX-License-Identifier: BSD-2-Clause
 *
 * SURW (Zhao, Wolff, Mathur, Roychoudhury: "Selectively Uniform Concurrency Testing", ASPLOS 2025):
 * of each execution the operations on one shared object, picked at random, are the interesting
 * ones. The task to do the next of these is intended beforehand, with a probability proportional to
 * how many it and the tasks that it has still to spawn have left, by the census. The others walk at
 * random, but wait at interesting operations until they are intended. Where the numbers are exact
 * and nobody waits otherwise, each interleaving of the interesting operations is as likely as each
 * other, however many others lie between.
 *
 * If the intended task cannot go on, the choice falls on those that can.
 */
#include "engine/strategies/census.h"

enum { OBJECT = HEDDLE_CHOICE_KIND_COUNT, INTENDED };

static bool counting;
static uint32_t object;      /* whose operations are interesting; 0: all are, nothing is shared */
static uint16_t intended;    /* HEDDLE_TASK_NONE: to be picked when it matters */
static uint32_t intentions;  /* so far */
static struct taskset alive; /* may be intended: spawned, and perhaps ended */

static uint64_t
next_hash(const struct strategy_view *view)
{
    return strategy_hash(view->seed, 0, intentions++, INTENDED);
}

static void
begin(const struct strategy_view *view)
{
    counting = census_begin(view);
    if (counting) {
        return;
    }
    uint64_t hash = strategy_hash(view->seed, 0, 0, OBJECT);
    uint32_t count = census_shared_count();
    object = count == 0 ? 0 : census_shared_object(strategy_below(hash, count));
    intended = HEDDLE_TASK_NONE;
    intentions = 0;
    alive = (struct taskset){{0}};
    census_weigh(object);
}

static bool
is_interesting(const struct strategy_view *view, uint16_t task)
{
    const struct strategy_operation *operation = &view->pending[task];
    return object == 0 ||
           (operation->object == object && strategy_access(operation) != STRATEGY_ACCESS_NONE);
}

/*
 * Who is to do the next interesting operation. One that can run has one left at least, whatever was
 * counted: else it would have to wait for all the others. If it has none, this costs nothing but
 * time: the others come to theirs, and one of them is picked.
 */
static void
intend(const struct strategy_view *view)
{
    struct taskset done = {{0}};
    for (struct taskset left = view->runnable; !taskset_is_empty(&left);) {
        uint16_t task = taskset_take(&left);
        if (census_left[task] == 0) {
            census_left[task] = 1;
            taskset_add(&done, task);
        }
    }
    intended = census_pick(&alive, 0, next_hash(view));
    while (!taskset_is_empty(&done)) {
        census_left[taskset_take(&done)] = 0;
    }
}

/* What was meant of parent and unborn child together now falls on one of them. */
static void
spawned(const struct strategy_view *view, uint16_t task)
{
    census_spawned(view, task);
    if (counting) {
        return;
    }
    taskset_add(&alive, task);
    if (task != 0 && intended == view->task) {
        struct taskset both = {{0}};
        taskset_add(&both, view->task);
        taskset_add(&both, task);
        intended = census_pick(&both, 0, next_hash(view));
    }
}

static uint16_t
choose_task(const struct strategy_view *view)
{
    if (counting) {
        return strategy_fixed_task(view);
    }
    if (intended == HEDDLE_TASK_NONE) {
        intend(view);
    }
    struct taskset may = view->runnable;
    for (struct taskset left = view->runnable; !taskset_is_empty(&left);) {
        uint16_t task = taskset_take(&left);
        if (task != intended && is_interesting(view, task)) {
            taskset_remove(&may, task);
        }
    }
    if (taskset_is_empty(&may)) {
        intended = census_pick(&view->runnable, 1, next_hash(view));
        return intended;
    }
    return strategy_random_task(view, &may);
}

static uint32_t
choose(const struct strategy_view *view, enum heddle_choice_kind kind, uint32_t count)
{
    return counting ? 0 : strategy_choose_uniform(view, kind, count);
}

static void
event(const struct strategy_view *view, uint16_t task, bool waited)
{
    census_event(view, task, waited);
    if (counting || waited || !is_interesting(view, task)) {
        return;
    }
    census_left[task] -= census_left[task] > 0;
    intended = HEDDLE_TASK_NONE;
}

const struct strategy strategy_surw = {
    .name = "surw",
    .summary = "each interleaving of one object's operations as likely (SURW, ASPLOS 2025)",
    .begin = begin,
    .spawned = spawned,
    .choose_task = choose_task,
    .choose = choose,
    .event = event,
    .ended = census_ended,
    .forget = census_forget,
};
