/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fair PCT: PCT for the first `length` steps, then a random walk, as Coyote has it (Deligiannis et
 * al., "Industrial-Strength Controlled Concurrency Testing for C# Programs with Coyote", TACAS
 * 2023). PCT's bound holds for bugs that show within the first k = `length` steps, at 1/(n
 * k^(d-1)); and no task waits for ever, for the walk takes each with probability 1.
 */
#include "engine/strategy.h"

#define LENGTH_DEFAULT 256 /* as PCT's */

static uint32_t prefix;

static void
begin(const struct strategy_view *view)
{
    prefix = view->length == 0 ? LENGTH_DEFAULT : view->length;
    strategy_pct.begin(view);
}

static void
spawned(const struct strategy_view *view, uint16_t task)
{
    strategy_pct.spawned(view, task);
}

static uint16_t
choose_task(const struct strategy_view *view)
{
    return view->step <= prefix ? strategy_pct.choose_task(view)
                                : strategy_random_task(view, &view->runnable);
}

const struct strategy strategy_pct_fair = {
    .name = "pct-fair",
    .summary = "PCT for the expected number of points, then a random walk (Coyote, TACAS 2023)",
    .begin = begin,
    .spawned = spawned,
    .choose_task = choose_task,
    .choose = strategy_choose_uniform,
};
