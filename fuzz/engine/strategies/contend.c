/* SPDX-License-Identifier: BSD-2-Clause
 *
 * POS towards contention, our own: as POS (pos.c), but of the DRAWS priorities drawn for a task's
 * next operation the least counts, and of those for an operation whose object was just used by
 * another task the greatest. So whoever ran steps back, and whoever met it comes next: tasks
 * alternate where they meet, which walks do seldom. What POS can sample this can too, with other
 * probabilities.
 */
#include "engine/strategy.h"

#define DRAWS 8

enum { PRIORITY = HEDDLE_CHOICE_KIND_COUNT };

static uint64_t priorities[HEDDLE_TASKS_MAX];
static uint32_t draws[HEDDLE_TASKS_MAX]; /* so far, of each task */

static uint64_t
draw(const struct strategy_view *view, uint16_t task)
{
    uint64_t random = strategy_hash(view->seed, task, draws[task]++, PRIORITY);
    /* The task's number makes priorities distinct. */
    return (random & ~(uint64_t)0xff) | task;
}

static void
set_priority(const struct strategy_view *view, uint16_t task, bool greatest)
{
    uint64_t chosen = draw(view, task);
    for (int i = 1; i < DRAWS; i++) {
        uint64_t drawn = draw(view, task);
        chosen = (drawn > chosen) == greatest ? drawn : chosen;
    }
    priorities[task] = chosen;
}

static void
spawned(const struct strategy_view *view, uint16_t task)
{
    draws[task] = 0;
    priorities[task] = draw(view, task);
}

static void
event(const struct strategy_view *view, uint16_t task, bool waited)
{
    (void)waited;
    const struct strategy_operation *now = &view->pending[task];
    set_priority(view, task, false);
    if (strategy_access(now) == STRATEGY_ACCESS_NONE) {
        return;
    }
    for (uint16_t other = 0; other < view->task_count; other++) {
        if (other != task && strategy_conflict(now, &view->pending[other])) {
            set_priority(view, other, true);
        }
    }
}

static uint16_t
choose_task(const struct strategy_view *view)
{
    struct taskset left = view->runnable;
    uint16_t best = taskset_take(&left);
    while (!taskset_is_empty(&left)) {
        uint16_t task = taskset_take(&left);
        best = priorities[task] > priorities[best] ? task : best;
    }
    return best;
}

const struct strategy strategy_contend = {
    .name = "contend",
    .summary = "as pos, but whoever ran steps back and whoever met it comes next (our own)",
    .spawned = spawned,
    .choose_task = choose_task,
    .choose = strategy_choose_uniform,
    .event = event,
};
