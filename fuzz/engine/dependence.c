/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Happens-before by vector clocks (Mattern 1989), and the backtrack points of the reduction.
 *
 *   1. Two accesses depend on each other if they are to one object and not both reads. What lies in an
 *      allocation is an access to it: so a free depends on every use of a primitive in the memory.
 *   2. A mutex: acquiring depends on acquiring, for both may be next at once; a release is ordered before
 *      the next acquisition, and may come after it: who tries, fails then, and who enters, waits. Who has to wait for a mutex,
 *      a permit, a condition or a queue's end does nothing until the wait is over, which is no event: marks
 *      among the log's choices say where.
 *   3. An access of p races with the last access i of another task that it depends on and that does not
 *      happen before it. Then p must be tried where i's task was chosen for i; if p could not run
 *      there, every task that could (Flanagan, Godefroid, POPL 2005).
 *   4. Under a bound on preemptions p at that place may be out of reach, where a switch at the start of i's
 *      block would have cost nothing: p is tried there too, the conservative point of Coons, Musuvathi and
 *      McKinley (OOPSLA 2013). A block: events of one task without another's between.
 *   5. What a body or its observer does at an event of the body's own, at a probe, or where memory comes and
 *      goes, nobody knows: all of these depend on each other, as writes to one object, number 0.
 *   6. An execution ends in a failure, which depends on everything, or with tasks that wait: what they would
 *      have done next counts (take_end).
 *   7. Starting, joining, and a settle, which has seen the rest of all others, order accesses and race with
 *      nothing.
 *
 * Verified by comparison with searches without reduction: tests/engine/test_search*.c, tests/tool/test_enumerate.sh.
 */
#include "engine/dependence.h"

#include <stdlib.h>
#include <string.h>

enum access { ACCESS_NONE, ACCESS_READ, ACCESS_WRITE, ACCESS_ACQUIRE, ACCESS_RELEASE };

/* Where something was done: before event `event`, after so many of the nodes. */
struct place {
    uint32_t event, node;
    uint16_t task;
};

/* An object's last accesses. Zeros: none yet; a clock's zero: nothing known. */
struct object {
    uint32_t write;         /* time of the last write or acquisition */
    uint32_t release;       /* time of the last release */
    struct taskset readers; /* since the write; of a mutex: who tried to enter in vain */
};

/* Clocks hold times: numbers from 1 of what was done, in order. */
struct analysis {
    const struct heddle_log *log;
    struct search_node *nodes;
    uint32_t node_count, task_count;
    uint32_t time;
    struct place *places; /* by time */
    uint32_t object_max;
    struct object *objects;             /* by number */
    uint32_t awaited[HEDDLE_TASKS_MAX]; /* by task: what it has to wait for; 0 */
    uint32_t *clocks;                   /* of the tasks; then of each object three: see clock_of */
};

#define TASK_ANY HEDDLE_TASK_NONE

/* Memory that is kept from one execution to the next. */
static struct {
    void *memory;
    size_t size;
} arena;

enum { CLOCK_WRITES, CLOCK_READS, CLOCK_LAST_READ, CLOCKS }; /* the last by task: when it read */

static uint32_t *
clock_of(const struct analysis *all, uint32_t object, int which)
{
    return all->clocks +
           (all->task_count + (size_t)object * CLOCKS + (size_t)which) * all->task_count;
}

static uint32_t *
clock_of_task(const struct analysis *all, uint32_t task)
{
    return all->clocks + (size_t)task * all->task_count;
}

static bool
is_memory(const struct heddle_event *event)
{
    return event->kind == HEDDLE_EVENT_ALLOC || event->kind == HEDDLE_EVENT_FREE;
}

/* Is event->object one of those that are numbered by creation? */
static bool
names_object(const struct heddle_event *event)
{
    switch (event->kind) {
    case HEDDLE_EVENT_SPAWN:
    case HEDDLE_EVENT_EXIT:
    case HEDDLE_EVENT_JOIN:
    case HEDDLE_EVENT_SLEEP:
    case HEDDLE_EVENT_CHOOSE:
    case HEDDLE_EVENT_PROBE:
        return false;
    default:
        return event->kind < HEDDLE_EVENT_SUBJECT;
    }
}

/* To the object that the event names. Result 1 of an acquisition: it has to wait, and does nothing yet. */
static enum access
access_of(const struct heddle_event *event)
{
    switch (event->kind) {
    case HEDDLE_EVENT_ATOMIC_LOAD:
        return ACCESS_READ;
    case HEDDLE_EVENT_MUTEX_ENTER:
        return event->result == 1 ? ACCESS_NONE : ACCESS_ACQUIRE;
    case HEDDLE_EVENT_MUTEX_TRYENTER:
        return event->result == 1 ? ACCESS_ACQUIRE : ACCESS_READ;
    case HEDDLE_EVENT_MUTEX_EXIT:
        return ACCESS_RELEASE;
    case HEDDLE_EVENT_SEMA_WAIT:
        return event->result == 1 ? ACCESS_NONE : ACCESS_WRITE;
    case HEDDLE_EVENT_SEMA_TRYWAIT:
        return event->result == 1 ? ACCESS_WRITE : ACCESS_READ;
    default:
        return ACCESS_WRITE;
    }
}

/* --- backtrack points ------------------------------------------------------------------------- */

static void
want(struct search_node *node, uint16_t task)
{
    if (node->kind != HEDDLE_CHOICE_TASK) {
        return;
    }
    if (task != TASK_ANY && taskset_has(&node->alternatives, task)) {
        taskset_add(&node->wanted, task);
    } else {
        node->wanted = node->alternatives;
    }
}

/*
 * The choice that what was done there, or what goes before it in one step, was made at: the last one before, if
 * nobody else did anything in between. NULL: nobody else could have run.
 */
static struct search_node *
node_before(const struct analysis *all, const struct place *place)
{
    uint32_t number = place->node;
    while (number > 0 && all->nodes[number - 1].kind != HEDDLE_CHOICE_TASK) {
        number--;
    }
    if (number == 0) {
        return NULL;
    }
    struct search_node *node = &all->nodes[number - 1];
    for (uint32_t i = node->event; i < place->event; i++) {
        if (all->log->events[i].task != place->task) {
            return NULL;
        }
    }
    return node;
}

/* The task must be tried before what was done there, and before the block that it is in. */
static void
come_back(const struct analysis *all, const struct place *place, uint16_t task)
{
    struct search_node *node = node_before(all, place);
    if (node != NULL) {
        want(node, task);
    }
    const struct heddle_event *events = all->log->events;
    uint32_t start = place->event;
    while (start > 0 && events[start - 1].task == place->task) {
        start--;
    }
    uint32_t number = place->node;
    while (number > 0 && all->nodes[number - 1].event > start) {
        number--;
    }
    /* A block's first event stands behind the choice that let its task run, and one of its own. */
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

/* What was done at that time races with what the task does now, unless it happens before. */
static void
race(const struct analysis *all, uint32_t time, uint16_t task)
{
    const struct place *place = &all->places[time];
    if (time != 0 && place->task != task && clock_of_task(all, task)[place->task] < time) {
        come_back(all, place, task);
    }
}

static void
access_object(struct analysis *all, uint32_t number, enum access access, uint16_t task)
{
    struct object *object = &all->objects[number];
    uint32_t *clock = clock_of_task(all, task);
    uint32_t *last_read = clock_of(all, number, CLOCK_LAST_READ);
    if (access != ACCESS_RELEASE) {
        race(all, object->write, task);
    }
    if (access == ACCESS_ACQUIRE) {
        race(all, object->release, task);
    }
    if (access == ACCESS_WRITE || access == ACCESS_RELEASE) {
        struct taskset readers = object->readers;
        while (!taskset_is_empty(&readers)) {
            race(all, last_read[taskset_take(&readers)], task);
        }
    }
    if (access != ACCESS_RELEASE) {
        join_clock(all, clock, clock_of(all, number, CLOCK_WRITES));
    }
    if (access == ACCESS_READ) {
        last_read[task] = all->time;
        taskset_add(&object->readers, task);
        join_clock(all, clock_of(all, number, CLOCK_READS), clock);
        return;
    }
    join_clock(all, clock, clock_of(all, number, CLOCK_READS));
    join_clock(all, clock_of(all, number, CLOCK_WRITES), clock);
    if (access == ACCESS_RELEASE) {
        object->release = all->time;
        return;
    }
    object->write = all->time;
    object->readers = (struct taskset){{0}};
    /* Who waits for it might have had it instead. */
    for (uint32_t waiter = 0; waiter < all->task_count; waiter++) {
        if (all->awaited[waiter] == number && number != 0) {
            race(all, all->time, (uint16_t)waiter);
        }
    }
}

/* A log that a dead process left may say anything. */
static bool
is_object(const struct analysis *all, uint32_t number)
{
    return number != 0 && number <= all->object_max;
}

static void
read_container(struct analysis *all, uint32_t object, uint16_t task)
{
    uint32_t container = object < HEDDLE_EVENTS_MAX ? all->log->containers[object] : 0;
    if (is_object(all, container)) {
        access_object(all, container, ACCESS_READ, task);
    }
}

/* --- what was done ------------------------------------------------------------------------------- */

static void
begin(struct analysis *all, uint16_t task, uint32_t event, uint32_t node)
{
    all->places[++all->time] = (struct place){.event = event, .node = node, .task = task};
    clock_of_task(all, task)[task] = all->time;
}

static void
take_event(struct analysis *all, uint32_t index, uint32_t node)
{
    const struct heddle_log *log = all->log;
    const struct heddle_event *event = &log->events[index];
    uint16_t task = event->task;
    enum access access = access_of(event);
    begin(all, task, index, node);
    if (event->kind == HEDDLE_EVENT_SPAWN && event->object < all->task_count) {
        join_clock(all, clock_of_task(all, event->object), clock_of_task(all, task));
    }
    if (event->kind >= HEDDLE_EVENT_SUBJECT || event->kind == HEDDLE_EVENT_PROBE ||
        is_memory(event)) {
        access_object(all, 0, ACCESS_WRITE, task);
    }
    if (!names_object(event) || !is_object(all, event->object)) {
        return;
    }
    if (!is_memory(event)) {
        read_container(all, event->object, task);
    }
    if (access == ACCESS_NONE) {
        all->awaited[task] = event->object;
        race(all, all->objects[event->object].write, task);
    } else {
        access_object(all, event->object, access, task);
    }
}

static void
take_mark(struct analysis *all, const struct heddle_choice *mark, uint32_t node)
{
    uint16_t task = mark->task;
    if (task >= all->task_count) {
        return;
    }
    uint32_t *clock = clock_of_task(all, task);
    switch (mark->kind) {
    case HEDDLE_MARK_SETTLED:
        for (uint32_t other = 0; other < all->task_count; other++) {
            join_clock(all, clock, clock_of_task(all, other));
        }
        break;
    case HEDDLE_MARK_JOINED:
        if (mark->k < all->task_count) {
            join_clock(all, clock, clock_of_task(all, mark->k));
        }
        break;
    case HEDDLE_MARK_RELEASED:
        if (is_object(all, mark->k)) {
            begin(all, task, mark->event, node);
            access_object(all, mark->k, ACCESS_RELEASE, task);
        }
        break;
    default:
        if (is_object(all, mark->k)) {
            all->awaited[task] = 0;
            begin(all, task, mark->event, node);
            read_container(all, mark->k, task);
            access_object(all, mark->k, ACCESS_ACQUIRE, task);
        }
        break;
    }
}

/*
 * A failure depends on all that others do: on what they did, and on what they would have done next. It may come of
 * an access that was no event yet, as to memory that is freed.
 */
static void
take_failure(struct analysis *all, uint32_t node, uint16_t task)
{
    const struct heddle_result *result = &all->log->result;
    begin(all, task, all->log->event_count, node);
    for (int i = 0; i < 2; i++) {
        uint32_t number = result->objects[i].number;
        if (is_object(all, number)) {
            read_container(all, number, task);
            access_object(all, number, ACCESS_READ, task);
        }
    }
    for (uint32_t other = 0; other < all->task_count; other++) {
        race(all, clock_of_task(all, other)[other], task);
    }
    come_back(all, &all->places[all->time], TASK_ANY);
}

static void
take_end(struct analysis *all, uint32_t node)
{
    const struct heddle_result *result = &all->log->result;
    if (result->verdict == HEDDLE_OK && all->log->running) {
        /* The process died, and nobody knows by which task. */
        for (uint16_t task = 0; task < all->task_count; task++) {
            take_failure(all, node, task);
        }
    } else if (result->verdict != HEDDLE_OK && result->verdict != HEDDLE_DEADLOCK &&
               result->task < all->task_count) {
        take_failure(all, node, result->task);
    }
}

static void
take_all(struct analysis *all)
{
    const struct heddle_log *log = all->log;
    uint32_t choice = 0, node = 0;
    for (uint32_t index = 0; index <= log->event_count; index++) {
        for (; choice < log->choice_count && log->choices[choice].event <= index; choice++) {
            if (log->choices[choice].kind < HEDDLE_CHOICE_KIND_COUNT) {
                node += node < all->node_count;
            } else {
                take_mark(all, &log->choices[choice], node);
            }
        }
        if (index < log->event_count && log->events[index].task < all->task_count) {
            take_event(all, index, node);
        }
    }
    take_end(all, node);
}

/* --- the whole ----------------------------------------------------------------------------------- */

static void
measure(struct analysis *all)
{
    const struct heddle_log *log = all->log;
    for (uint32_t i = 0; i < log->event_count; i++) {
        const struct heddle_event *event = &log->events[i];
        uint32_t task = event->task + 1u;
        task =
            event->kind == HEDDLE_EVENT_SPAWN && event->object >= task ? event->object + 1 : task;
        all->task_count = task > all->task_count ? task : all->task_count;
        if (names_object(event) && event->object > all->object_max) {
            all->object_max = event->object;
        }
    }
    all->task_count = all->task_count > HEDDLE_TASKS_MAX ? HEDDLE_TASKS_MAX : all->task_count;
    all->object_max = all->object_max < HEDDLE_EVENTS_MAX ? all->object_max : HEDDLE_EVENTS_MAX - 1;
}

/* Lays out the arena: places, objects, clocks; the latter two zero. */
static void
lay_out(struct analysis *all)
{
    size_t places =
        ((size_t)all->log->event_count + all->log->choice_count + 2 + HEDDLE_TASKS_MAX) *
        sizeof(*all->places);
    size_t objects = ((size_t)all->object_max + 1) * sizeof(*all->objects);
    size_t clocks = (all->task_count + ((size_t)all->object_max + 1) * CLOCKS) * all->task_count *
                    sizeof(*all->clocks);
    places = (places + 15) / 16 * 16;
    size_t size = places + objects + clocks;
    if (size > arena.size) {
        free(arena.memory);
        arena.memory = malloc(size);
        arena.size = size;
        if (arena.memory == NULL) {
            abort();
        }
    }
    char *memory = arena.memory;
    all->places = (struct place *)(void *)memory;
    all->objects = (struct object *)(void *)(memory + places);
    all->clocks = (uint32_t *)(void *)(memory + places + objects);
    memset(memory + places, 0, objects + clocks);
}

void
dependence_add_wanted(const struct heddle_log *log, struct search_node *nodes, uint32_t count)
{
    struct analysis all = {.log = log, .nodes = nodes, .node_count = count};
    measure(&all);
    lay_out(&all);
    all.places[0] = (struct place){0};
    take_all(&all);
}
