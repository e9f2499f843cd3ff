/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See twins.h. A twin takes everything from its strategy but what it gets wrong.
 */
#include "twins.h"

#include "engine/strategies/census.h"
#include "engine/strategies/pos.h"

/* --- fixed, round robin ------------------------------------------------------------------------ */

static uint16_t
highest_task(const struct strategy_view *view)
{
    return taskset_nth(&view->runnable, taskset_count(&view->runnable) - 1);
}

static uint16_t
lowest_task(const struct strategy_view *view)
{
    return taskset_first(&view->runnable);
}

/* --- random walk ----------------------------------------------------------------------------------- */

/* The remainder of one more than there are: the first task is twice as likely. */
static uint16_t
biased_task(const struct strategy_view *view)
{
    uint32_t count = taskset_count(&view->runnable);
    return taskset_nth(&view->runnable, strategy_below(view->drawn, count + 1) % count);
}

/* Only the lowest bits differ from seed to seed, as if they were hashed in vain. */
static uint16_t
task_by_low_bits(const struct strategy_view *view)
{
    uint32_t count = taskset_count(&view->runnable);
    return taskset_nth(&view->runnable, (uint32_t)((view->seed + view->k) % count));
}

/* --- PCT ------------------------------------------------------------------------------------------- */

static void
begin_with_one_change_less(const struct strategy_view *view)
{
    struct strategy_view less = *view;
    less.depth--;
    strategy_pct.begin(&less);
}

static void
begin_with_changes_in_the_first_half(const struct strategy_view *view)
{
    struct strategy_view less = *view;
    less.length /= 2;
    strategy_pct.begin(&less);
}

/* The number of a task instead of a random number. */
static void
spawn_in_order(const struct strategy_view *view, uint16_t task)
{
    struct strategy_view constant = *view;
    constant.seed = 0;
    strategy_pct.spawned(&constant, task);
}

/* --- POS and contend ------------------------------------------------------------------------------------ */

/* What ran conflicts with nothing. */
static void
redraw_only_own(const struct strategy_view *view, uint16_t task, bool waited)
{
    struct strategy_operation blind[HEDDLE_TASKS_MAX] = {{0}};
    struct strategy_view alone = *view;
    alone.pending = blind;
    pos_event(&alone, task, waited);
}

/* Loads conflict with loads. */
static void
redraw_for_loads_too(const struct strategy_view *view, uint16_t task, bool waited)
{
    struct strategy_operation stores[HEDDLE_TASKS_MAX];
    struct strategy_view all = *view;
    for (uint32_t i = 0; i < view->task_count; i++) {
        stores[i] = view->pending[i];
        if (stores[i].kind == HEDDLE_EVENT_ATOMIC_LOAD) {
            stores[i].kind = HEDDLE_EVENT_ATOMIC_STORE;
        }
    }
    all.pending = stores;
    pos_event(&all, task, waited);
}

/* --- URW and SURW -------------------------------------------------------------------------------------------- */

static uint16_t
unweighted_task(const struct strategy_view *view)
{
    return strategy_random_task(view, &view->runnable);
}

/* Weights stay what they were at the start. */
static void
never_done(const struct strategy_view *view, uint16_t task, bool waited)
{
    uint32_t left = census_left[task];
    strategy_urw.event(view, task, waited);
    census_left[task] = left;
}

/* Who has anything left to do is as likely as who has most. */
static void
spawn_with_equal_weight(const struct strategy_view *view, uint16_t task)
{
    strategy_surw.spawned(view, task);
    census_left[task] = census_left[task] > 0;
}

static void
begin_with_one_object(const struct strategy_view *view)
{
    struct strategy_view constant = *view;
    constant.seed = 1;
    strategy_surw.begin(&constant);
}

/* --- all of them ------------------------------------------------------------------------------------------------ */

/* What is not NULL takes the place of the strategy's own; `as`: all of another one. */
static const struct {
    const char *of, *error;
    const struct strategy *as;
    struct strategy wrong;
} errors[] = {
    {"fixed", "it switches at every point", &strategy_round_robin, {0}},
    {"fixed", "the highest runs, not the lowest", NULL, {.choose_task = highest_task}},
    {"round-robin", "it stays with who runs", &strategy_fixed, {0}},
    {"round-robin", "the lowest runs, not the next", NULL, {.choose_task = lowest_task}},
    {"random", "the first task is likelier", NULL, {.choose_task = biased_task}},
    {"random", "choices follow from each other", NULL, {.choose_task = task_by_low_bits}},
    {"random", "it is uniform over schedules, not over tasks", &strategy_urw, {0}},
    {"pct", "a change point too few", NULL, {.begin = begin_with_one_change_less}},
    {"pct", "no change in the second half", NULL, {.begin = begin_with_changes_in_the_first_half}},
    {"pct", "priorities are always the same", NULL, {.spawned = spawn_in_order}},
    {"pct-fair", "it never becomes a walk", &strategy_pct, {0}},
    {"pct-fair", "it is a walk from the start", &strategy_random, {0}},
    {"pos", "conflicts redraw nothing", NULL, {.event = redraw_only_own}},
    {"pos", "loads conflict with loads", NULL, {.event = redraw_for_loads_too}},
    {"pos", "it leans to contention", &strategy_contend, {0}},
    {"urw", "weights are ignored", NULL, {.choose_task = unweighted_task}},
    {"urw", "weights do not shrink", NULL, {.event = never_done}},
    {"surw", "nobody waits for whom it intends", NULL, {.choose_task = unweighted_task}},
    {"surw", "nothing is selected", &strategy_urw, {0}},
    {"surw", "the same object is always selected", NULL, {.begin = begin_with_one_object}},
    {"surw", "it intends whomever", NULL, {.spawned = spawn_with_equal_weight}},
    {"rff", "constraints hold nobody back", &strategy_pos, {0}},
    {"contend", "it does not lean to contention", &strategy_pos, {0}},
};

#define REPLACE(member) twin.strategy.member = wrong->member ? wrong->member : twin.strategy.member

const struct twin *
twin_at(size_t index)
{
    static struct twin twin;
    if (index >= sizeof errors / sizeof *errors) {
        return NULL;
    }
    const struct strategy *wrong = &errors[index].wrong, *as = errors[index].as;
    twin.of = errors[index].of;
    twin.error = errors[index].error;
    twin.strategy = as != NULL ? *as : *strategy_find(twin.of);
    REPLACE(begin);
    REPLACE(spawned);
    REPLACE(choose_task);
    REPLACE(event);
    return &twin;
}
