/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Nobody can run and somebody should: who waits for what. A cycle in the wait-for graph is named as
 * such; without one, somebody waits for a wake-up that nobody alive can give. A service's thread
 * without work is at rest, not deadlocked.
 */
#include "engine/execution.h"

#include <stdio.h>
#include <string.h>

#include "engine/seam.h"

bool
deadlock_is_at_rest(const struct task *task)
{
    return task->ended || task->waits_for == WAIT_WORK;
}

const char *
wait_kind_name(enum wait_kind kind)
{
    static const char *const names[] = {
        [WAIT_NOTHING] = "nothing",
        [WAIT_MUTEX] = "mutex",
        [WAIT_CV] = "condition variable",
        [WAIT_SEMA] = "semaphore",
        [WAIT_JOIN] = "the end of",
        [WAIT_SLEEP] = "time",
        [WAIT_SETTLE] = "rest",
        [WAIT_TASKQ_END] = "the end of task queue",
        [WAIT_WORK] = "work",
        [WAIT_TURN] = "its turn to run",
    };
    return names[kind];
}

/* Whom this task waits for, if one task alone can end its wait. */
static struct task *
waits_for(const struct task *task)
{
    if (task->waits_for == WAIT_MUTEX) {
        uint32_t owner = ((const struct seam_mutex *)task->wait_object)->owner;
        return owner == HEDDLE_TASK_NONE ? NULL : &exec.tasks[owner];
    }
    return task->waits_for == WAIT_JOIN ? &exec.tasks[task->wait_task] : NULL;
}

/* A task on a cycle, or NULL. No path is longer than there are tasks. */
static struct task *
find_cycle(void)
{
    for (uint32_t i = 0; i < exec.task_count; i++) {
        struct task *task = &exec.tasks[i];
        for (uint32_t length = 0; task != NULL && length < exec.task_count; length++) {
            task = waits_for(task);
            if (task == &exec.tasks[i]) {
                return task;
            }
        }
    }
    return NULL;
}

/*
 * Which of two waiting tasks stands for the deadlock: by where they wait, so that the choice does
 * not depend on numbers. A task that only waits for another task's end explains nothing.
 */
static bool
explains_better(const struct task *task, const struct task *than)
{
    if (than == NULL) {
        return true;
    }
    bool task_joins = task->waits_for == WAIT_JOIN, than_joins = than->waits_for == WAIT_JOIN;
    if (task_joins != than_joins) {
        return than_joins;
    }
    return strcmp(task->wait_site->function, than->wait_site->function) < 0;
}

void
deadlock_tell_waits(char *text, size_t size)
{
    size_t used = 0;
    for (uint32_t i = 0; i < exec.task_count && used < size; i++) {
        const struct task *task = &exec.tasks[i];
        if (deadlock_is_at_rest(task) || task->waits_for == WAIT_SETTLE) {
            continue;
        }
        if (task->waits_for == WAIT_NOTHING) {
            int length =
                snprintf(text + used, size - used, "\nTask %u (%s) runs on, last in %s (%s:%d).",
                         task->number, task->name, task->last_site->function, task->last_site->file,
                         task->last_site->line);
            used += length > 0 ? (size_t)length : 0;
            continue;
        }
        const struct task *owner = waits_for(task);
        char by[64] = "";
        if (owner != NULL && task->waits_for == WAIT_MUTEX) {
            snprintf(by, sizeof by, ", held by task %u (%s)", owner->number, owner->name);
        }
        int length =
            snprintf(text + used, size - used, "\nTask %u (%s) waits for %s %s%s, in %s (%s:%d).",
                     task->number, task->name, wait_kind_name(task->waits_for), task->wait_name, by,
                     task->wait_site->function, task->wait_site->file, task->wait_site->line);
        used += length > 0 ? (size_t)length : 0;
    }
}

void
deadlock_report(void)
{
    char waits[900];
    const struct task *culprit = NULL;
    struct task *on_cycle = find_cycle();
    if (on_cycle != NULL) {
        struct task *task = on_cycle;
        do {
            culprit = explains_better(task, culprit) ? task : culprit;
            task = waits_for(task);
        } while (task != on_cycle);
    } else {
        for (uint32_t i = 0; i < exec.task_count; i++) {
            const struct task *task = &exec.tasks[i];
            if (!deadlock_is_at_rest(task) && task->waits_for != WAIT_SETTLE &&
                explains_better(task, culprit)) {
                culprit = task;
            }
        }
    }
    deadlock_tell_waits(waits, sizeof waits);
    if (culprit == NULL) {
        verdict_fail("", HEDDLE_INTERNAL, "somebody can run or waits", NULL, NULL, NULL,
                     "Nobody can run, and nobody waits.");
    }
    verdict_fail(wait_kind_name(culprit->waits_for), HEDDLE_DEADLOCK,
                 on_cycle != NULL ? "the wait-for graph has no cycle"
                                  : "whoever waits is woken by somebody alive",
                 culprit->wait_site, culprit->wait_object, NULL, "%s%s",
                 on_cycle != NULL ? "Tasks wait for each other."
                                  : "Nobody alive can end these waits.",
                 waits);
}
