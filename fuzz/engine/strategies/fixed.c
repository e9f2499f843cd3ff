/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The fixed policy: run on until blocked, then the lowest runnable task. What explicit schedules
 * deviate from: with deviations it is the replay of any execution.
 */
#include "engine/strategy.h"

static uint32_t
choose(const struct strategy_view *view, enum heddle_choice_kind kind, uint32_t count)
{
    (void)view;
    (void)kind;
    (void)count;
    return 0;
}

const struct strategy strategy_fixed = {
    .name = "fixed",
    .summary = "run on until blocked, then the lowest runnable task; with deviations: a replay",
    .choose = choose,
};
