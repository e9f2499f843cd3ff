/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Programs so small that all their schedules can be listed, and the list: of each schedule every
 * choice with its alternatives, and every operation. It is made by following each branch of the tree
 * of choices, not by any strategy.
 */
#ifndef TESTS_SCHEDULES_H
#define TESTS_SCHEDULES_H

#include "engine/strategy.h"

#define SCHEDULES_MAX  2000u
#define RECORDS_MAX    48u
#define LIST_TASKS_MAX 4u
#define OPERATIONS_MAX 10u

/*
 * What its tasks do, a text a task: operations on atomic words, as "rx wx ry": r loads and w stores;
 * x, y, z are shared, p is the task's own. Task i of these is the engine's task i + 1. The body
 * spawns them all before the first choice, and waits until they are at rest: from then on each
 * choice is among the tasks that have not ended, and nobody waits.
 */
struct small_program {
    const char *name;
    const char *tasks[LIST_TASKS_MAX]; /* ended by NULL, if there are fewer */
};

/* One thing that happened: a choice among several, or that a task did an operation, its start first. */
struct record {
    bool is_choice, at_point; /* at_point: the task stands before an operation; else it has ended */
    uint16_t task;            /* who chose, or did it */
    uint16_t chosen;
    uint32_t step;
    struct taskset runnable;
    struct strategy_operation pending[LIST_TASKS_MAX + 1]; /* of a choice */
    struct strategy_operation operation;                   /* of an operation */
};

struct listed_schedule {
    uint64_t answers; /* by its choices of a task an execution says which one it was */
    uint32_t record_count;
    struct record records[RECORDS_MAX];
};

struct schedule_list {
    const struct small_program *program;
    uint32_t task_count; /* without the body's own */
    uint32_t length;     /* scheduling points: the same in each */
    uint32_t count;
    struct listed_schedule *schedules;
};

/* Lists them all. Requires: they are fewer than SCHEDULES_MAX. */
struct schedule_list *schedules_list(const struct small_program *program);
void schedules_free(struct schedule_list *list);

/* Executes the program once; the result is in harness_log(). */
void small_program_execute(const struct small_program *program,
                           const struct heddle_schedule *schedule);

/* What its strategy answered: two executions with the same went the same way. */
uint64_t small_program_answers(void);

/* As a search wants it, with its choices in the log; this one is in no list. */
void small_program_search(const struct small_program *program,
                          const struct heddle_schedule *schedule);

/* Which schedule the last execution was; list->count: none of them. */
uint32_t schedules_find(const struct schedule_list *list);

/* The seed of the i-th execution of a sample. */
static inline uint64_t
sample_seed(uint32_t i)
{
    return strategy_hash(0x5eed, 0, i, 0);
}

#endif
