/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Random walk: at every scheduling point any runnable task, each as likely as the others.
 */
#include "engine/strategy.h"

/* For each byte: how many bits it has, and where the i-th lies. Most executions have few tasks. */
static uint8_t byte_count[256];
static uint8_t byte_select[256][8];

static void
begin(const struct strategy_view *view)
{
    (void)view;
    if (byte_count[255] != 0) {
        return;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (uint32_t bit = 0; bit < 8; bit++) {
            if ((byte >> bit) & 1) {
                byte_select[byte][byte_count[byte]++] = (uint8_t)bit;
            }
        }
    }
}

/* The same choice either way; without a branch where there are at most 16 tasks, for it would
 * mispredict. */
static uint16_t
choose_task(const struct strategy_view *view)
{
    uint64_t hash = view->drawn;
    uint64_t low_tasks = view->runnable.bits[0];
    if (low_tasks >> 16 != 0 || view->runnable.bits[1] != 0) {
        return taskset_nth(&view->runnable, strategy_below(hash, taskset_count(&view->runnable)));
    }
    uint32_t bytes[2] = {(uint32_t)low_tasks & 255, (uint32_t)low_tasks >> 8};
    uint32_t in_first = byte_count[bytes[0]];
    uint32_t index = strategy_below(hash, in_first + byte_count[bytes[1]]);
    uint32_t second = index >= in_first;
    return (uint16_t)(8 * second + byte_select[bytes[second]][index - (in_first & -second)]);
}

const struct strategy strategy_random = {
    .name = "random",
    .summary = "random walk: at each point a runnable task, uniformly",
    .draws_ahead = true,
    .begin = begin,
    .choose_task = choose_task,
    .choose = strategy_choose_uniform,
};
