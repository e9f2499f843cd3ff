/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What one execution under the fixed policy shows of a program: how often each task does what to
 * which object, and who spawns whom. The first execution of a strategy that needs it is that one;
 * if it fails, that is the finding. Tasks and objects are known by their numbers, in order of
 * creation: where a schedule changes those, the counts are only estimates.
 */
#ifndef STRATEGIES_CENSUS_H
#define STRATEGIES_CENSUS_H

#include "engine/strategy.h"

/*
 * Called by a strategy's own, in each execution. Returns: true in the counting run, in which the
 * strategy chooses as strategy_fixed does.
 */
bool census_begin(const struct strategy_view *view);
void census_event(const struct strategy_view *view, uint16_t task, bool waited);
void census_ended(const struct strategy_view *view, const struct heddle_result *result);
void census_forget(void);

/* --- once it is taken -------------------------------------------------------------------------- */

/* The objects that two tasks touch and at least one of them writes; index below the count. */
uint32_t census_shared_count(void);
uint32_t census_shared_object(uint32_t index);

/*
 * Sets census_left for an execution: how many operations a task has still to do, with those of the
 * tasks that it has still to spawn. object: only those on it; 0: all.
 */
void census_weigh(uint32_t object);
extern uint32_t census_left[HEDDLE_TASKS_MAX];

/* In both kinds of run: the new task takes its share of its parent's weight. */
void census_spawned(const struct strategy_view *view, uint16_t task);

/*
 * One of these tasks, with a probability proportional to what it has left, taken as at least
 * `least`; each as likely where that is 0 of all. Requires: not empty.
 */
uint16_t census_pick(const struct taskset *tasks, uint32_t least, uint64_t hash);

#endif
