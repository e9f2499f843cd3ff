/* SPDX-License-Identifier: BSD-2-Clause
 *
 * PCT (Burckhardt, Kothari, Musuvathi, Nagarakatti, ASPLOS 2010): tasks have random distinct
 * priorities and the highest runnable one runs; at depth-1 random steps the running one falls below
 * all others. With n tasks and k steps it finds a bug of depth d with probability at least 1/(n
 * k^(d-1)). `length` is k.
 */
#include "engine/strategy.h"

#define DEPTH_MAX      32
#define DEPTH_DEFAULT  3
#define LENGTH_DEFAULT 256

/* Kinds of random number beyond the engine's kinds of choice. */
enum { PRIORITY = HEDDLE_CHOICE_KIND_COUNT, CHANGE_POINT };

#define TASK_BITS UINT64_C(0xff)
_Static_assert(HEDDLE_TASKS_MAX <= TASK_BITS + 1, "a task's number fits below its priority");

/*
 * The low bits of a priority are its task's number, so all are distinct, and the highest one says whose
 * it is. Initial priorities are random and lie above all that tasks fall to: the i-th change (from 0)
 * gives depth-1-i, as in the paper, so whoever fell later lies lower.
 */
static uint64_t priorities[HEDDLE_TASKS_MAX];
static uint32_t change_steps[DEPTH_MAX];
static uint32_t change_count;
static uint32_t next_change; /* the least of change_steps that is still to come */

static void
begin(const struct strategy_view *view)
{
    uint32_t depth = view->depth == 0 ? DEPTH_DEFAULT : view->depth;
    uint32_t length = view->length == 0 ? LENGTH_DEFAULT : view->length;
    change_count = (depth > DEPTH_MAX ? DEPTH_MAX : depth) - 1;
    next_change = UINT32_MAX;
    for (uint32_t i = 0; i < change_count; i++) {
        change_steps[i] = 1 + strategy_below(strategy_hash(view->seed, 0, i, CHANGE_POINT), length);
        next_change = change_steps[i] < next_change ? change_steps[i] : next_change;
    }
}

/* A step without a choice asks nobody: its change falls to the next one. */
static void
change_priority(const struct strategy_view *view)
{
    next_change = UINT32_MAX;
    for (uint32_t i = 0; i < change_count; i++) {
        if (change_steps[i] <= view->step) {
            priorities[view->task] = (uint64_t)(change_count - i) << 8 | view->task;
            change_steps[i] = UINT32_MAX;
        }
        next_change = change_steps[i] < next_change ? change_steps[i] : next_change;
    }
}

static void
spawned(const struct strategy_view *view, uint16_t task)
{
    uint64_t random = strategy_hash(view->seed, task, 0, PRIORITY);
    priorities[task] = ((random | (uint64_t)1 << 63) & ~TASK_BITS) | task;
}

static uint16_t
choose_task(const struct strategy_view *view)
{
    if (view->step >= next_change) {
        change_priority(view);
    }
    uint64_t best = 0;
    for (uint32_t word = 0; word < HEDDLE_TASKS_MAX / 64; word++) {
        for (uint64_t bits = view->runnable.bits[word]; bits != 0; bits &= bits - 1) {
            uint64_t priority = priorities[word * 64 + (uint32_t)__builtin_ctzll(bits)];
            best = priority > best ? priority : best;
        }
    }
    return best & TASK_BITS;
}

const struct strategy strategy_pct = {
    .name = "pct",
    .summary = "random priorities, lowered at depth-1 random steps (PCT, ASPLOS 2010)",
    .begin = begin,
    .spawned = spawned,
    .choose_task = choose_task,
    .choose = strategy_choose_uniform,
};
