/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Uniform random walk (Zhao, Wolff, Mathur, Roychoudhury: "Selectively Uniform Concurrency
 * Testing", ASPLOS 2025, without the selection): a task runs with a probability proportional to the
 * number of operations that it and the tasks it has still to spawn have left, by the census. Where
 * those numbers are exact and nobody waits, each interleaving is as likely as each other: with n1,
 * n2, ... operations 1 in (n1 + n2 + ...)! / (n1! n2! ...).
 */
#include "engine/strategies/census.h"

static bool counting;

static void
begin(const struct strategy_view *view)
{
    counting = census_begin(view);
    if (!counting) {
        census_weigh(0);
    }
}

static uint16_t
choose_task(const struct strategy_view *view)
{
    if (counting) {
        return strategy_fixed_task(view);
    }
    uint64_t hash = strategy_hash(view->seed, view->task, view->k, HEDDLE_CHOICE_TASK);
    /* A task that runs longer than it was counted to has one more operation at least. */
    return census_pick(&view->runnable, 1, hash);
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
    if (!waited && census_left[task] > 0) {
        census_left[task]--;
    }
}

const struct strategy strategy_urw = {
    .name = "urw",
    .summary = "each interleaving as likely, by one counting run (SURW without S, ASPLOS 2025)",
    .begin = begin,
    .spawned = census_spawned,
    .choose_task = choose_task,
    .choose = choose,
    .event = event,
    .ended = census_ended,
    .forget = census_forget,
};
