/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Random walk: at every scheduling point any runnable task, each as likely as the others.
 */
#include "engine/strategy.h"

static uint16_t
choose_task(const struct strategy_view *view)
{
    uint64_t hash = strategy_hash(view->seed, view->task, view->k, HEDDLE_CHOICE_TASK);
    return taskset_nth(&view->runnable, strategy_below(hash, taskset_count(&view->runnable)));
}

const struct strategy strategy_random = {
    .name = "random",
    .summary = "random walk: at each point a runnable task, uniformly",
    .choose_task = choose_task,
    .choose = strategy_choose_uniform,
};
