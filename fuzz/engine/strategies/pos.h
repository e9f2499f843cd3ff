/* SPDX-License-Identifier: BSD-2-Clause
 *
 * POS's priorities, for strategies that narrow down who may run and leave the rest to it.
 */
#ifndef STRATEGIES_POS_H
#define STRATEGIES_POS_H

#include "engine/strategy.h"

/* These three are all that POS does; a strategy that builds on it calls them from its own. */
void pos_spawned(const struct strategy_view *view, uint16_t task);
void pos_event(const struct strategy_view *view, uint16_t task, bool waited);

/* Of these tasks the one whose pending operation has the highest priority. Requires: not empty. */
uint16_t pos_highest(const struct taskset *tasks);

#endif
