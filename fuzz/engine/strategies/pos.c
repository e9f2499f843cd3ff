/* SPDX-License-Identifier: BSD-2-Clause
 *
 * POS (Yuan, Yang, Gu: "Partial Order Aware Concurrency Sampling", CAV 2018): each pending
 * operation has a random priority and the highest runs; then its task's next operation gets one,
 * and all that conflict with what ran get new ones. So operations are ordered by draws that are
 * independent of how earlier conflicts went, and operations that conflict with nothing do not
 * dilute the rest: every partial order has a probability above zero, and (the paper's theorem) one
 * at least as high as that of the linearisation that the draws favour least.
 *
 * The start of a task is an operation without an object. So is, in vain, an attempt to take a lock
 * that is owned: the model of the paper does not offer it, an execution here does.
 */
#include "engine/strategies/pos.h"

enum { PRIORITY = HEDDLE_CHOICE_KIND_COUNT };

static uint64_t priorities[HEDDLE_TASKS_MAX];
static uint32_t draws[HEDDLE_TASKS_MAX]; /* so far, of each task */

static void
draw(const struct strategy_view *view, uint16_t task)
{
    uint64_t random = strategy_hash(view->seed, task, draws[task]++, PRIORITY);
    /* The task's number makes priorities distinct. */
    priorities[task] = (random & ~(uint64_t)0xff) | task;
}

void
pos_spawned(const struct strategy_view *view, uint16_t task)
{
    draws[task] = 0;
    draw(view, task);
}

void
pos_event(const struct strategy_view *view, uint16_t task, bool waited)
{
    (void)waited;
    const struct strategy_operation *now = &view->pending[task];
    draw(view, task);
    if (strategy_access(now) == STRATEGY_ACCESS_NONE) {
        return;
    }
    for (uint16_t other = 0; other < view->task_count; other++) {
        if (other != task && strategy_conflict(now, &view->pending[other])) {
            draw(view, other);
        }
    }
}

uint16_t
pos_highest(const struct taskset *tasks)
{
    struct taskset left = *tasks;
    uint16_t best = taskset_take(&left);
    while (!taskset_is_empty(&left)) {
        uint16_t task = taskset_take(&left);
        best = priorities[task] > priorities[best] ? task : best;
    }
    return best;
}

static uint16_t
choose_task(const struct strategy_view *view)
{
    return pos_highest(&view->runnable);
}

const struct strategy strategy_pos = {
    .name = "pos",
    .summary = "priorities of operations, drawn anew where they conflict (POS, CAV 2018)",
    .spawned = pos_spawned,
    .choose_task = choose_task,
    .choose = strategy_choose_uniform,
    .event = pos_event,
};
