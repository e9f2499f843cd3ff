/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who reads from whom in an execution, in abstract events: an operation's place and object, of
 * whichever task. Abstract events have small numbers, in order of their first appearance since
 * reads_from_forget, so nothing here depends on addresses.
 */
#ifndef STRATEGIES_READS_FROM_H
#define STRATEGIES_READS_FROM_H

#include "engine/strategy.h"

#define READS_FROM_EVENTS_MAX  2048u
#define READS_FROM_PAIRS_MAX   8192u
#define READS_FROM_OBJECTS_MAX 4096u
#define READS_FROM_NOBODY      0u /* the number of the object's first value, and of what is beyond */

/* An abstract event. Operations that both read and write are one event. */
struct reads_from_event {
    struct strategy_operation operation;
    bool reads, writes;
};

/* `reader` read what `writer` wrote; numbers of abstract events. */
struct reads_from_pair {
    uint32_t writer, reader;
};

/* Called by a strategy's own. */
void reads_from_begin(void);
void reads_from_event(const struct strategy_view *view, uint16_t task, bool waited);
void reads_from_forget(void);

/* Are these the same abstract event? */
bool reads_from_is_same(const struct strategy_operation *a, const struct strategy_operation *b);

/* The number of an operation; READS_FROM_NOBODY: it has no object, or there are too many. */
uint32_t reads_from_number(const struct strategy_operation *operation);
const struct reads_from_event *reads_from_at(uint32_t number);
uint32_t reads_from_event_count(void); /* numbers are below it */

/* Did two tasks ever touch it? */
bool reads_from_is_shared(uint32_t object);

/* Who wrote last to this object in the execution under way. */
uint32_t reads_from_last_writer(uint32_t object);

/* Pairs ever seen, in order of appearance. */
uint32_t reads_from_pair_count(void);
const struct reads_from_pair *reads_from_pair_at(uint32_t index);

/*
 * Of the execution under way: the hash of the set of its pairs; and of how often each came, by
 * orders of magnitude, as fuzzers count edges.
 */
uint64_t reads_from_combination(void);
uint64_t reads_from_counted_combination(void);

#endif
