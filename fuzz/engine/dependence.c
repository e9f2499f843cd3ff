/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Happens-before by vector clocks (Mattern 1989; a component is the number of events of the log up to
 * that task's last known one), and the backtrack points of the reduction.
 *
 *   1. Two events depend on each other if they are on one object and not both reads. What lies in an
 *      allocation is an access to it: so a free depends on every use of a primitive in the memory.
 *   2. A mutex: acquiring depends on acquiring, for both may be next at once; a release is ordered before
 *      the next acquisition, and is no candidate itself. A wait on a condition variable releases
 *      its mutex, and acquires it when it wakes.
 *   3. An event of p races with the last event i of another task that it depends on and that does not
 *      happen before it. Then p must be tried where i's task was chosen for i; if p could not run
 *      there, every task that could (Flanagan, Godefroid, POPL 2005).
 *   4. Under a bound on preemptions p at that place may be out of reach, where a switch at the start of i's
 *      block would have cost nothing: p is tried there too, the conservative point of Coons, Musuvathi and
 *      McKinley (OOPSLA 2013). A block: events of one task without another's between.
 *   5. Starting, joining, and a settle, which has seen the rest of all others, order events and race with
 *      nothing.
 */
#include "engine/dependence.h"

#include <stdlib.h>
#include <string.h>

enum access { ACCESS_NONE, ACCESS_READ, ACCESS_WRITE, ACCESS_ACQUIRE, ACCESS_RELEASE };

/* An object's last accesses. Zeros: none yet; a clock's zero: nothing known. */
struct object {
    uint32_t write;                   /* index + 1 of the last write or acquisition */
    uint16_t writer;                  /* its task */
    struct taskset readers;           /* since then */
    uint32_t reads[HEDDLE_TASKS_MAX]; /* index + 1, of readers */
    uint32_t clock[HEDDLE_TASKS_MAX]; /* of all writes and releases */
    uint32_t read_clock[HEDDLE_TASKS_MAX];
};

struct analysis {
    const struct heddle_log *log;
    struct search_node *nodes;
    uint32_t node_count;
    uint32_t task_count;
    struct object *objects; /* by number, then those of tasks */
    uint32_t object_count;
    uint32_t *node_of_event; /* index + 1 of the last node at or before it; 0: none */
    uint32_t clocks[HEDDLE_TASKS_MAX][HEDDLE_TASKS_MAX];
};

static enum access
access_of(uint16_t kind)
{
    switch (kind) {
    case HEDDLE_EVENT_ATOMIC_LOAD:
        return ACCESS_READ;
    case HEDDLE_EVENT_MUTEX_ENTER:
    case HEDDLE_EVENT_MUTEX_TRYENTER:
        return ACCESS_ACQUIRE;
    case HEDDLE_EVENT_MUTEX_EXIT:
        return ACCESS_RELEASE;
    case HEDDLE_EVENT_SPAWN:
    case HEDDLE_EVENT_EXIT:
    case HEDDLE_EVENT_JOIN:
    case HEDDLE_EVENT_SLEEP:
    case HEDDLE_EVENT_PROBE:
    case HEDDLE_EVENT_CHOOSE:
        return ACCESS_NONE;
    default:
        return kind < HEDDLE_EVENT_SUBJECT ? ACCESS_WRITE : ACCESS_NONE;
    }
}

/* --- backtrack points ------------------------------------------------------------------------- */

static void
want(struct search_node *node, uint16_t task)
{
    if (node->kind != HEDDLE_CHOICE_TASK) {
        return;
    }
    if (taskset_has(&node->alternatives, task)) {
        taskset_add(&node->wanted, task);
    } else {
        node->wanted = node->alternatives;
    }
}

/*
 * The choice that event `index`, or what goes before it in one step, was made at: the last one before, if
 * nobody else did anything in between. NULL: nobody else could have run.
 */
static struct search_node *
node_before(const struct analysis *all, uint32_t index)
{
    uint32_t number = all->node_of_event[index];
    while (number > 0 && all->nodes[number - 1].kind != HEDDLE_CHOICE_TASK) {
        number--;
    }
    if (number == 0) {
        return NULL;
    }
    struct search_node *node = &all->nodes[number - 1];
    uint16_t task = all->log->events[index].task;
    for (uint32_t i = node->event; i < index; i++) {
        if (all->log->events[i].task != task) {
            return NULL;
        }
    }
    return node;
}

/* The task must be tried before the event, and before the block that it is in. */
static void
come_back(const struct analysis *all, uint32_t index, uint16_t task)
{
    struct search_node *node = node_before(all, index);
    if (node != NULL) {
        want(node, task);
    }
    const struct heddle_event *events = all->log->events;
    uint32_t start = index;
    while (start > 0 && events[start - 1].task == events[index].task) {
        start--;
    }
    /* A task's first event of a block stands behind the choice that let it run, and one of its own. */
    uint32_t number = all->node_of_event[start];
    for (; number > 0 && all->nodes[number - 1].event == start; number--) {
        want(&all->nodes[number - 1], task);
    }
}

/* --- clocks ------------------------------------------------------------------------------------- */

static void
join_clock(const struct analysis *all, uint32_t *clock, const uint32_t *other)
{
    for (uint32_t i = 0; i < all->task_count; i++) {
        clock[i] = other[i] > clock[i] ? other[i] : clock[i];
    }
}

/* Does the event of that index + 1 race with one that this task does now? */
static void
race(const struct analysis *all, uint32_t index_plus_1, uint16_t other, uint16_t task)
{
    if (index_plus_1 != 0 && other != task && all->clocks[task][other] < index_plus_1) {
        come_back(all, index_plus_1 - 1, task);
    }
}

static void
access_object(struct analysis *all, uint32_t number, enum access access, uint16_t task,
              uint32_t index)
{
    struct object *object = &all->objects[number];
    if (access != ACCESS_RELEASE) {
        race(all, object->write, object->writer, task);
    }
    if (access == ACCESS_WRITE) {
        for (uint32_t reader = 0; reader < all->task_count; reader++) {
            if (taskset_has(&object->readers, reader)) {
                race(all, object->reads[reader], (uint16_t)reader, task);
            }
        }
    }
    uint32_t *clock = all->clocks[task];
    join_clock(all, clock, object->clock);
    if (access == ACCESS_READ) {
        object->reads[task] = index + 1;
        taskset_add(&object->readers, task);
        join_clock(all, object->read_clock, clock);
        return;
    }
    join_clock(all, clock, object->read_clock);
    join_clock(all, object->clock, clock);
    if (access != ACCESS_RELEASE) {
        object->write = index + 1;
        object->writer = task;
        object->readers = (struct taskset){{0}};
    }
}

static void
order_tasks(struct analysis *all, const struct heddle_event *event)
{
    if (event->object >= all->task_count) {
        return;
    }
    if (event->kind == HEDDLE_EVENT_SPAWN) {
        join_clock(all, all->clocks[event->object], all->clocks[event->task]);
    } else if (event->kind == HEDDLE_EVENT_JOIN) {
        join_clock(all, all->clocks[event->task], all->clocks[event->object]);
    }
}

static void
take_event(struct analysis *all, uint32_t index)
{
    const struct heddle_log *log = all->log;
    const struct heddle_event *event = &log->events[index];
    uint16_t task = event->task;
    enum access access = access_of(event->kind);
    all->clocks[task][task] = index + 1;
    order_tasks(all, event);
    if (access == ACCESS_NONE || event->object == 0 || event->object >= all->object_count) {
        return;
    }
    uint32_t container = log->containers[event->object];
    if (container != 0 && event->kind != HEDDLE_EVENT_ALLOC && event->kind != HEDDLE_EVENT_FREE) {
        access_object(all, container, ACCESS_READ, task, index);
    }
    access_object(all, event->object, access, task, index);
    if (event->kind == HEDDLE_EVENT_CV_WAIT || event->kind == HEDDLE_EVENT_CV_WAKE) {
        uint32_t mutex = log->mutexes[index];
        if (mutex != 0 && mutex < all->object_count) {
            access_object(all, mutex,
                          event->kind == HEDDLE_EVENT_CV_WAIT ? ACCESS_RELEASE : ACCESS_ACQUIRE,
                          task, index);
        }
    }
}

/* --- the whole ----------------------------------------------------------------------------------- */

static void
measure(struct analysis *all)
{
    const struct heddle_log *log = all->log;
    for (uint32_t i = 0; i < log->event_count; i++) {
        const struct heddle_event *event = &log->events[i];
        uint32_t task = event->task + 1u;
        bool names_task = event->kind == HEDDLE_EVENT_SPAWN || event->kind == HEDDLE_EVENT_JOIN;
        task = names_task && event->object + 1 > task ? event->object + 1 : task;
        all->task_count = task > all->task_count ? task : all->task_count;
        if (access_of(event->kind) != ACCESS_NONE && event->object >= all->object_count) {
            all->object_count = event->object + 1;
        }
    }
    all->task_count = all->task_count > HEDDLE_TASKS_MAX ? HEDDLE_TASKS_MAX : all->task_count;
}

/* Events in order, with the settles that stand between them. */
static void
take_all(struct analysis *all)
{
    const struct heddle_log *log = all->log;
    uint32_t choice = 0, node = 0;
    for (uint32_t index = 0; index < log->event_count; index++) {
        for (; choice < log->choice_count && log->choices[choice].event <= index; choice++) {
            if (log->choices[choice].kind != HEDDLE_CHOICE_SETTLE) {
                node++;
                continue;
            }
            for (uint32_t task = 0; task < all->task_count; task++) {
                join_clock(all, all->clocks[log->choices[choice].task], all->clocks[task]);
            }
        }
        all->node_of_event[index] = node < all->node_count ? node : all->node_count;
        take_event(all, index);
    }
}

void
dependence_add_wanted(const struct heddle_log *log, struct search_node *nodes, uint32_t count)
{
    struct analysis *all = calloc(1, sizeof(*all));
    if (all == NULL) {
        abort();
    }
    all->log = log;
    all->nodes = nodes;
    all->node_count = count;
    measure(all);
    all->objects = calloc(all->object_count + 1, sizeof(*all->objects));
    all->node_of_event = calloc(log->event_count + 1, sizeof(*all->node_of_event));
    if (all->objects == NULL || all->node_of_event == NULL) {
        abort();
    }
    take_all(all);
    free(all->objects);
    free(all->node_of_event);
    free(all);
}
