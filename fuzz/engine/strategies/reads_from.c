/* SPDX-License-Identifier: BSD-2-Clause
 *
 * See reads_from.h.
 */
#include "engine/strategies/reads_from.h"

#include <string.h>

#define EVENT_SLOTS (2 * READS_FROM_EVENTS_MAX)
#define PAIR_SLOTS  (2 * READS_FROM_PAIRS_MAX)

/* Hash tables hold indexes plus one; where an entry lies means nothing. */
static struct reads_from_event events[READS_FROM_EVENTS_MAX];
static uint16_t event_slots[EVENT_SLOTS];
static uint32_t event_count = 1;

static struct reads_from_pair pairs[READS_FROM_PAIRS_MAX];
static uint32_t pair_seen_in[READS_FROM_PAIRS_MAX]; /* the last execution */
static uint32_t pair_seen[READS_FROM_PAIRS_MAX];    /* how often, there */
static uint16_t pair_slots[PAIR_SLOTS];
static uint32_t pair_count;

#define SHARED UINT16_MAX
static uint16_t users[READS_FROM_OBJECTS_MAX]; /* 0: nobody; SHARED; else a task's number plus 1 */

/* The execution under way. */
static uint32_t execution;
static uint32_t writers[READS_FROM_OBJECTS_MAX];
static uint32_t objects_used; /* objects with a writer are below */
static uint64_t combination, counted_combination;

bool
reads_from_is_same(const struct strategy_operation *a, const struct strategy_operation *b)
{
    return a->site == b->site && a->object == b->object && a->kind == b->kind;
}

uint32_t
reads_from_number(const struct strategy_operation *operation)
{
    enum strategy_access access = strategy_access(operation);
    if (access == STRATEGY_ACCESS_NONE) {
        return READS_FROM_NOBODY;
    }
    uint64_t hash =
        strategy_hash((uintptr_t)operation->site, operation->object, operation->kind, 0);
    for (uint32_t slot = (uint32_t)hash % EVENT_SLOTS;; slot = (slot + 1) % EVENT_SLOTS) {
        uint32_t number = event_slots[slot];
        if (number == 0) {
            if (event_count == READS_FROM_EVENTS_MAX) {
                return READS_FROM_NOBODY;
            }
            events[event_count] = (struct reads_from_event){
                .operation = *operation,
                .reads = operation->kind != HEDDLE_EVENT_ATOMIC_STORE,
                .writes = access == STRATEGY_ACCESS_WRITE,
            };
            event_slots[slot] = (uint16_t)event_count;
            return event_count++;
        }
        if (reads_from_is_same(&events[number].operation, operation)) {
            return number;
        }
    }
}

/* Sums, for a set comes in any order. */
static void
see_pair(uint32_t index, uint64_t hash)
{
    if (pair_seen_in[index] != execution) {
        pair_seen_in[index] = execution;
        pair_seen[index] = 0;
        combination += hash;
    }
    uint32_t times = ++pair_seen[index];
    if (times <= 3 || (times & (times - 1)) == 0) {
        counted_combination += strategy_hash(hash, 0, times, 0);
    }
}

static void
add_pair(uint32_t writer, uint32_t reader)
{
    uint64_t hash = strategy_hash(0, writer, reader, 1);
    for (uint32_t slot = (uint32_t)hash % PAIR_SLOTS;; slot = (slot + 1) % PAIR_SLOTS) {
        uint32_t index = pair_slots[slot];
        if (index == 0) {
            if (pair_count == READS_FROM_PAIRS_MAX) {
                return;
            }
            pairs[pair_count] = (struct reads_from_pair){.writer = writer, .reader = reader};
            pair_seen_in[pair_count] = 0;
            index = ++pair_count;
            pair_slots[slot] = (uint16_t)index;
        }
        const struct reads_from_pair *pair = &pairs[index - 1];
        if (pair->writer == writer && pair->reader == reader) {
            see_pair(index - 1, hash);
            return;
        }
    }
}

void
reads_from_begin(void)
{
    memset(writers, 0, objects_used * sizeof *writers);
    objects_used = 0;
    combination = counted_combination = 0;
    execution++;
}

void
reads_from_event(const struct strategy_view *view, uint16_t task, bool waited)
{
    (void)waited;
    uint32_t number = reads_from_number(&view->pending[task]);
    const struct reads_from_event *event = &events[number];
    uint32_t object = event->operation.object;
    if (number == READS_FROM_NOBODY || object >= READS_FROM_OBJECTS_MAX) {
        return;
    }
    if (event->reads) {
        add_pair(writers[object], number);
    }
    if (event->writes) {
        writers[object] = number;
        objects_used = object >= objects_used ? object + 1 : objects_used;
    }
    if (users[object] == 0) {
        users[object] = (uint16_t)(task + 1);
    } else if (users[object] != task + 1) {
        users[object] = SHARED;
    }
}

void
reads_from_forget(void)
{
    if (event_count == 1) {
        return; /* nothing was seen since */
    }
    memset(event_slots, 0, sizeof event_slots);
    memset(pair_slots, 0, sizeof pair_slots);
    memset(users, 0, sizeof users);
    event_count = 1;
    pair_count = 0;
}

const struct reads_from_event *
reads_from_at(uint32_t number)
{
    return &events[number];
}

uint32_t
reads_from_event_count(void)
{
    return event_count;
}

bool
reads_from_is_shared(uint32_t object)
{
    return object < READS_FROM_OBJECTS_MAX && users[object] == SHARED;
}

uint32_t
reads_from_last_writer(uint32_t object)
{
    return object < READS_FROM_OBJECTS_MAX ? writers[object] : READS_FROM_NOBODY;
}

uint32_t
reads_from_pair_count(void)
{
    return pair_count;
}

const struct reads_from_pair *
reads_from_pair_at(uint32_t index)
{
    return &pairs[index];
}

uint64_t
reads_from_combination(void)
{
    return combination;
}

uint64_t
reads_from_counted_combination(void)
{
    return counted_combination;
}
