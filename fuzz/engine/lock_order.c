/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lock-order graph of one execution. An edge: a task that held a set of mutexes, one of them `from`, wanted `to`, in a
 * segment. A chain of edges that comes back to where it began is a cycle if its tasks are different, no two of them held
 * a common mutex, and no two of their segments are ordered.
 */
#include "engine/lock_order.h"

#include <stdio.h>
#include <string.h>

#define HELD_MAX     8u /* more are held, but not looked at */
#define EDGES_MAX    4096u
#define SEGMENTS_MAX 4096u
#define HEADS        256u
#define CYCLE_MAX    4u /* longer ones are not looked for */

struct held {
    const struct seam_mutex *mutex;
    uint32_t number;
    kernel_site_t site;
};

struct edge {
    uint32_t from, to;
    uint32_t next;      /* from the same head; index + 1 */
    uint32_t next_like; /* in the same place of `like`; index + 1 */
    uint32_t segment;
    uint32_t held[HELD_MAX], held_count;
    uint16_t task;
    const struct seam_mutex *mutexes[2]; /* from, to */
    kernel_site_t sites[2];              /* where they were taken, or wanted */
};

struct segment {
    uint16_t task, clock;
    uint16_t known;                  /* tasks that were there: of later ones nothing is before */
    uint16_t seen[HEDDLE_TASKS_MAX]; /* of each of them, what is before */
};

static struct {
    uint32_t held_count[HEDDLE_TASKS_MAX];
    struct held held[HEDDLE_TASKS_MAX][HELD_MAX];
    uint32_t current[HEDDLE_TASKS_MAX]; /* segment */
    uint32_t heads[HEADS];              /* of edges by `from`; index + 1 */
    uint32_t like[HEADS];               /* of edges by `from`, `to` and segment; index + 1 */
    uint32_t edge_count, segment_count;
    struct edge edges[EDGES_MAX];
    struct segment segments[SEGMENTS_MAX]; /* from 1 */
} order;

/* --- segments --------------------------------------------------------------------------------- */

/* Of tasks up to there, something may be before it. */
static void
know(struct segment *segment, uint32_t tasks)
{
    while (segment->known < tasks) {
        segment->seen[segment->known++] = 0;
    }
}

/* Beyond the last one all that follows is one segment, before which nothing is: nothing is reported of it. */
static uint32_t
new_segment(uint16_t task, uint32_t like)
{
    if (order.segment_count + 1 >= SEGMENTS_MAX) {
        return 0;
    }
    struct segment *segment = &order.segments[++order.segment_count];
    segment->task = task;
    segment->clock = 1;
    segment->known = 0;
    if (like != 0) {
        const struct segment *earlier = &order.segments[like];
        /* Not libc's: TSan watches that, on the fibers that run here, too. */
        bytes_copy(segment->seen, earlier->seen, earlier->known * sizeof(segment->seen[0]));
        segment->known = earlier->known;
        segment->clock = (uint16_t)(earlier->task == task ? earlier->clock + 1 : 1);
    }
    return order.segment_count;
}

static void
add_seen(struct segment *to, const struct segment *from)
{
    know(to, from->known > from->task ? from->known : from->task + 1u);
    for (uint32_t i = 0; i < from->known; i++) {
        to->seen[i] = from->seen[i] > to->seen[i] ? from->seen[i] : to->seen[i];
    }
    if (from->clock > to->seen[from->task]) {
        to->seen[from->task] = from->clock;
    }
}

static bool
is_before(const struct segment *a, const struct segment *b)
{
    return a->task < b->known && b->seen[a->task] >= a->clock;
}

void
lock_order_begin(void)
{
    memset(order.heads, 0, sizeof(order.heads));
    memset(order.like, 0, sizeof(order.like));
    order.edge_count = order.segment_count = 0;
}

uint32_t
lock_order_publish(uint16_t task, uint32_t earlier)
{
    uint32_t done = order.current[task];
    if (earlier != 0 && done != 0) {
        /* As if the task had seen it: orders more than there is, so that nothing is accused that should not be. */
        add_seen(&order.segments[done], &order.segments[earlier]);
    }
    order.current[task] = done != 0 ? new_segment(task, done) : 0;
    return done;
}

void
lock_order_observe(uint16_t task, uint32_t segment)
{
    uint32_t now = new_segment(task, order.current[task]);
    if (now != 0 && segment != 0) {
        add_seen(&order.segments[now], &order.segments[segment]);
    }
    order.current[task] = now;
}

void
lock_order_spawned(uint16_t task)
{
    order.held_count[task] = 0;
    order.current[task] = new_segment(task, 0);
    if (task != 0) {
        lock_order_observe(task, lock_order_publish(exec.current->number, 0));
    }
}

/* --- cycles ------------------------------------------------------------------------------------ */

static bool
have_common(const struct edge *a, const struct edge *b)
{
    for (uint32_t i = 0; i < a->held_count; i++) {
        for (uint32_t j = 0; j < b->held_count; j++) {
            if (a->held[i] == b->held[j]) {
                return true;
            }
        }
    }
    return false;
}

static bool
may_be_at_once(const struct edge *a, const struct edge *b)
{
    const struct segment *first = &order.segments[a->segment];
    const struct segment *second = &order.segments[b->segment];
    return a->task != b->task && !have_common(a, b) && !is_before(first, second) &&
           !is_before(second, first);
}

/* Edges that lead from the last one's mutex back to the first one's, into `cycle`; its length, 0: none. */
static uint32_t
close_cycle(const struct edge *cycle[CYCLE_MAX], uint32_t length)
{
    const struct edge *last = cycle[length - 1];
    if (last->to == cycle[0]->from) {
        return length;
    }
    if (length == CYCLE_MAX) {
        return 0;
    }
    for (uint32_t i = order.heads[last->to % HEADS]; i != 0; i = order.edges[i - 1].next) {
        const struct edge *edge = &order.edges[i - 1];
        bool fits = edge->from == last->to;
        for (uint32_t j = 0; fits && j < length; j++) {
            fits = may_be_at_once(cycle[j], edge);
        }
        cycle[length] = edge;
        uint32_t closed = fits ? close_cycle(cycle, length + 1) : 0;
        if (closed != 0) {
            return closed;
        }
    }
    return 0;
}

/* Then the deadlock is there already, and is told as what it is. */
static bool
all_others_wait(const struct edge *const cycle[], uint32_t length)
{
    for (uint32_t i = 1; i < length; i++) {
        const struct task *task = &exec.tasks[cycle[i]->task];
        if (task->waits_for != WAIT_MUTEX || task->wait_number != cycle[i]->to) {
            return false;
        }
    }
    return true;
}

static void
report(const struct edge *const cycle[], uint32_t length)
{
    char text[900];
    size_t used = 0;
    const struct edge *place = cycle[0];
    for (uint32_t i = 0; i < length && used < sizeof(text); i++) {
        const struct edge *edge = cycle[i];
        const struct task *task = &exec.tasks[edge->task];
        int written = snprintf(
            text + used, sizeof(text) - used,
            "\nTask %u (%s) takes object %u in %s (%s:%d) and holds object %u, from %s (%s:%d).",
            task->number, task->name, edge->to, edge->sites[1]->function, edge->sites[1]->file,
            edge->sites[1]->line, edge->from, edge->sites[0]->function, edge->sites[0]->file,
            edge->sites[0]->line);
        used += written > 0 ? (size_t)written : 0;
        /* The place is part of the signature: the same one, whichever edge came last. */
        if (strcmp(edge->sites[1]->function, place->sites[1]->function) < 0) {
            place = edge;
        }
    }
    verdict_fail("mutex_enter", HEDDLE_LOCK_ORDER, "mutexes are taken in one order",
                 place->sites[1], place->mutexes[1], place->mutexes[0],
                 "Another schedule may deadlock here: each task wants what the next one holds.%s",
                 text);
}

/* --- edges ------------------------------------------------------------------------------------- */

static bool
holds_no_more(const struct edge *some, const struct held all[], uint32_t count)
{
    for (uint32_t i = 0; i < some->held_count; i++) {
        bool found = false;
        for (uint32_t j = 0; j < count; j++) {
            found = found || some->held[i] == all[j].number;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static uint32_t *
like(uint32_t from, uint32_t to, uint32_t segment)
{
    return &order.like[(from * 31 + to + segment * 131) % HEADS];
}

/* One that has every cycle that this one would be in: fewer mutexes are fewer gates. */
static bool
is_there(uint32_t from, uint32_t to, uint32_t segment, const struct held held[], uint32_t count)
{
    for (uint32_t i = *like(from, to, segment); i != 0; i = order.edges[i - 1].next_like) {
        const struct edge *other = &order.edges[i - 1];
        if (other->from == from && other->to == to && other->segment == segment &&
            holds_no_more(other, held, count)) {
            return true;
        }
    }
    return false;
}

static void
add_edge(const struct held held[], uint32_t count, uint32_t from, const struct seam_mutex *mutex,
         kernel_site_t site)
{
    const struct edge *cycle[CYCLE_MAX];
    if (order.edge_count == EDGES_MAX) {
        return;
    }
    uint16_t task = exec.current->number;
    struct edge *edge = &order.edges[order.edge_count++];
    *edge = (struct edge){.from = held[from].number,
                          .to = mutex->number,
                          .segment = order.current[task],
                          .held_count = count,
                          .task = task,
                          .mutexes = {held[from].mutex, mutex},
                          .sites = {held[from].site, site}};
    for (uint32_t i = 0; i < count; i++) {
        edge->held[i] = held[i].number;
    }
    uint32_t *head = &order.heads[edge->from % HEADS];
    edge->next = *head;
    *head = order.edge_count;
    head = like(edge->from, edge->to, edge->segment);
    edge->next_like = *head;
    *head = order.edge_count;
    cycle[0] = edge;
    uint32_t length = close_cycle(cycle, 1);
    if (length > 1 && !all_others_wait(cycle, length)) {
        report(cycle, length);
    }
}

void
lock_order_want(const struct seam_mutex *mutex, kernel_site_t site)
{
    uint16_t task = exec.current->number;
    uint32_t count = order.held_count[task], segment = order.current[task];
    const struct held *held = order.held[task];
    for (uint32_t i = 0; segment != 0 && i < count; i++) {
        if (!is_there(held[i].number, mutex->number, segment, held, count)) {
            add_edge(held, count, i, mutex, site);
        }
    }
}

void
lock_order_take(const struct seam_mutex *mutex, kernel_site_t site)
{
    uint16_t task = exec.current->number;
    if (order.held_count[task] < HELD_MAX) {
        order.held[task][order.held_count[task]++] =
            (struct held){.mutex = mutex, .number = mutex->number, .site = site};
    }
}

const char *
heddle_lock_held(const kernel_mutex_t *except)
{
    if (!exec.run->lock_order) {
        return NULL;
    }
    uint16_t task = exec.current->number;
    for (uint32_t i = order.held_count[task]; i > 0; i--) {
        const struct seam_mutex *mutex = order.held[task][i - 1].mutex;
        if ((const void *)mutex != except) {
            return mutex->name;
        }
    }
    return NULL;
}

void
lock_order_drop(const struct seam_mutex *mutex)
{
    uint16_t task = exec.current->number;
    struct held *held = order.held[task];
    for (uint32_t i = 0; i < order.held_count[task]; i++) {
        if (held[i].number == mutex->number) {
            order.held_count[task]--;
            bytes_copy(&held[i], &held[i + 1], (order.held_count[task] - i) * sizeof(*held));
            return;
        }
    }
}
