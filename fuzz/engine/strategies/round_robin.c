/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Round robin: at every point the next runnable task after the running one. Fair: every runnable
 * task runs within as many points as there are tasks. The policy beyond the step bound.
 */
#include "engine/strategy.h"

static uint16_t
choose_task(const struct strategy_view *view)
{
    for (uint32_t distance = 1; distance < HEDDLE_TASKS_MAX; distance++) {
        uint32_t task = (view->task + distance) % HEDDLE_TASKS_MAX;
        if (taskset_has(&view->runnable, task)) {
            return (uint16_t)task;
        }
    }
    return view->task;
}

static uint32_t
choose(const struct strategy_view *view, enum heddle_choice_kind kind, uint32_t count)
{
    (void)view;
    (void)kind;
    (void)count;
    return 0;
}

const struct strategy strategy_round_robin = {
    .name = "round-robin",
    .summary = "the next runnable task at every point; fair",
    .choose_task = choose_task,
    .choose = choose,
};
