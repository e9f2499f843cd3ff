/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See census.h.
 */
#include "engine/strategies/census.h"

#include <string.h>

#define CELLS_MAX  8192u /* a power of two; of these half are used */
#define SHARED_MAX 1024u

/* Operations of one task on one object; object 0: none, a free cell. */
struct cell {
    uint32_t object, count;
    uint16_t task;
    bool writes;
};

static struct {
    bool taken, counting;
    uint32_t task_count, cell_count, shared_count;
    uint32_t all[HEDDLE_TASKS_MAX]; /* operations of a task */
    uint16_t parents[HEDDLE_TASKS_MAX];
    uint32_t shared[SHARED_MAX];
    struct cell cells[CELLS_MAX];
} census;

/* Of the execution under way: of each task, with all that it ever spawns. */
static uint32_t totals[HEDDLE_TASKS_MAX];
uint32_t census_left[HEDDLE_TASKS_MAX];

/* --- counting ------------------------------------------------------------------------------ */

static struct cell *
find_cell(uint16_t task, uint32_t object)
{
    uint64_t hash = strategy_hash(0, task, object, 0);
    for (uint32_t i = (uint32_t)hash % CELLS_MAX;; i = (i + 1) % CELLS_MAX) {
        struct cell *cell = &census.cells[i];
        if (cell->object == 0 || (cell->object == object && cell->task == task)) {
            return cell;
        }
    }
}

bool
census_begin(const struct strategy_view *view)
{
    (void)view;
    census.counting = !census.taken;
    if (census.counting) {
        memset(&census, 0, sizeof census);
        census.counting = true;
    }
    return census.counting;
}

void
census_event(const struct strategy_view *view, uint16_t task, bool waited)
{
    const struct strategy_operation *now = &view->pending[task];
    /* Whoever had to wait was counted when it tried. */
    if (!census.counting || waited) {
        return;
    }
    census.all[task]++;
    enum strategy_access access = strategy_access(now);
    if (access == STRATEGY_ACCESS_NONE) {
        return;
    }
    struct cell *cell = find_cell(task, now->object);
    if (cell->object == 0) {
        if (census.cell_count >= CELLS_MAX / 2) {
            return;
        }
        census.cell_count++;
        cell->object = now->object;
        cell->task = task;
    }
    cell->count++;
    cell->writes |= access == STRATEGY_ACCESS_WRITE;
}

/* In order of number, so that an index means the same in every process. */
static void
find_shared(void)
{
    for (uint32_t i = 0; i < CELLS_MAX && census.shared_count < SHARED_MAX; i++) {
        const struct cell *cell = &census.cells[i];
        bool first = cell->object != 0, others = false, writes = cell->writes;
        for (uint16_t task = 0; first && task < census.task_count; task++) {
            const struct cell *other = find_cell(task, cell->object);
            if (task != cell->task && other->object != 0) {
                others = true;
                writes |= other->writes;
                first = task > cell->task;
            }
        }
        if (first && others && writes) {
            uint32_t place = census.shared_count++;
            for (; place > 0 && census.shared[place - 1] > cell->object; place--) {
                census.shared[place] = census.shared[place - 1];
            }
            census.shared[place] = cell->object;
        }
    }
}

void
census_ended(const struct strategy_view *view, const struct heddle_result *result)
{
    (void)result;
    if (!census.counting) {
        return;
    }
    census.counting = false;
    census.taken = true;
    census.task_count = view->task_count;
    find_shared();
}

void
census_forget(void)
{
    census.taken = false;
}

/* --- using --------------------------------------------------------------------------------- */

uint32_t
census_shared_count(void)
{
    return census.shared_count;
}

uint32_t
census_shared_object(uint32_t index)
{
    return census.shared[index];
}

void
census_weigh(uint32_t object)
{
    for (uint16_t task = 0; task < census.task_count; task++) {
        totals[task] = object == 0 ? census.all[task] : find_cell(task, object)->count;
    }
    /* Parents come before their children. */
    for (uint16_t task = (uint16_t)census.task_count; task-- > 1;) {
        totals[census.parents[task]] += totals[task];
    }
    census_left[0] = totals[0];
}

void
census_spawned(const struct strategy_view *view, uint16_t task)
{
    if (census.counting) {
        census.parents[task] = task == 0 ? 0 : view->task;
        return;
    }
    if (task == 0) {
        return;
    }
    uint32_t share = task < census.task_count ? totals[task] : 0;
    uint32_t *parent = &census_left[view->task];
    *parent -= share < *parent ? share : *parent;
    census_left[task] = share;
}

uint16_t
census_pick(const struct taskset *tasks, uint32_t least, uint64_t hash)
{
    uint32_t total = 0;
    for (struct taskset left = *tasks; !taskset_is_empty(&left);) {
        uint32_t weight = census_left[taskset_take(&left)];
        total += weight < least ? least : weight;
    }
    if (total == 0) {
        return taskset_nth(tasks, strategy_below(hash, taskset_count(tasks)));
    }
    uint32_t index = strategy_below(hash, total);
    struct taskset left = *tasks;
    for (;;) {
        uint16_t task = taskset_take(&left);
        uint32_t weight = census_left[task] < least ? least : census_left[task];
        if (index < weight) {
            return task;
        }
        index -= weight;
    }
}
