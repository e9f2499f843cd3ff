/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which events of an execution depend on each other, and so at which of its choices another task must be
 * tried: the reduction of a search (search.h).
 */
#ifndef ENGINE_DEPENDENCE_H
#define ENGINE_DEPENDENCE_H

#include "engine/heddle.h"
#include "engine/strategy.h"

#define SEARCH_NODES_MAX 16384u

/* A choice on the path of a search. */
struct search_node {
    uint16_t task, kind;
    bool can_continue;
    uint32_t k, event;    /* as in struct heddle_choice */
    uint64_t events_hash; /* of those before it */
    uint16_t chosen, fixed;
    uint32_t preemptions;                      /* before it */
    struct taskset alternatives, wanted, done; /* of tasks, or of values from 0 */
};

/*
 * Adds to `wanted` of the nodes, which are the log's choices without its settles, the tasks that have to
 * be tried there for the execution's races.
 */
void dependence_add_wanted(const struct heddle_log *log, struct search_node *nodes, uint32_t count);

#endif
