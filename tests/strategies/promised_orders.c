/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Promises of strategies that draw priorities anew as they go: POS, RFF and contend. Along a schedule
 * each draw is a variable of its own, and the schedule is taken exactly if at each choice the chosen
 * task's variable is above those of all that were allowed. So its probability is that of a partial
 * order of independent variables: the sum over all its linear extensions, of the integral over
 * x1 < x2 < ... of the densities.
 */
#include "promises.h"

#include <math.h>
#include <stdlib.h>

#include "engine_harness.h"

#define VARIABLES_MAX 24u
#define GRID          256u /* the error of the trapezoids is below one in ten thousand */
#define DRAWS         8    /* contend: of so many the least or the greatest counts */

enum density { PLAIN, LEAST, GREATEST };

struct order {
    uint32_t count;
    uint32_t below[VARIABLES_MAX]; /* which variables are below this one: a set */
    uint32_t compared;             /* those that were compared at all */
    enum density densities[VARIABLES_MAX];
};

/* --- a partial order's probability ------------------------------------------------------------- */

static double
density_at(enum density density, double x)
{
    switch (density) {
    case LEAST:
        return DRAWS * pow(1 - x, DRAWS - 1);
    case GREATEST:
        return DRAWS * pow(x, DRAWS - 1);
    default:
        return 1;
    }
}

/* For a set of variables: of each x the probability that they are in order and all below it. */
struct partial {
    uint32_t set;
    double below[GRID + 1];
};

#define PARTIALS_MAX 8192u

static struct {
    double densities[3][GRID + 1];
    struct partial partials[PARTIALS_MAX];
    uint32_t count;
    uint16_t slots[2 * PARTIALS_MAX]; /* by hash of the set; index plus one */
} table;

static void
make_densities(void)
{
    for (int density = PLAIN; density <= GREATEST; density++) {
        for (uint32_t i = 0; i <= GRID; i++) {
            table.densities[density][i] = density_at((enum density)density, (double)i / GRID);
        }
    }
}

static struct partial *
find_partial(uint32_t set, bool *is_new)
{
    uint32_t slot = (uint32_t)strategy_hash(0, 0, set, 0) % (2 * PARTIALS_MAX);
    while (table.slots[slot] != 0 && table.partials[table.slots[slot] - 1].set != set) {
        slot = (slot + 1) % (2 * PARTIALS_MAX);
    }
    *is_new = table.slots[slot] == 0;
    if (*is_new) {
        cr_assert_lt(table.count, PARTIALS_MAX);
        table.partials[table.count].set = set;
        table.slots[slot] = (uint16_t)++table.count;
    }
    return &table.partials[table.slots[slot] - 1];
}

/* The highest of the set is one that is below none of it; what is left is below that one. */
static const double *
integrate(const struct order *order, uint32_t set)
{
    bool is_new;
    struct partial *partial = find_partial(set, &is_new);
    if (!is_new) {
        return partial->below;
    }
    uint32_t not_highest = 0;
    for (uint32_t i = 0; i < order->count; i++) {
        not_highest |= (set >> i) & 1 ? order->below[i] : 0;
    }
    for (uint32_t i = 0; i <= GRID; i++) {
        partial->below[i] = set == 0;
    }
    for (uint32_t highest = 0; highest < order->count; highest++) {
        if (((set & ~not_highest) >> highest & 1) == 0) {
            continue;
        }
        const double *others = integrate(order, set & ~(1u << highest));
        const double *density = table.densities[order->densities[highest]];
        double sum = 0;
        for (uint32_t i = 1; i <= GRID; i++) {
            sum += (density[i - 1] * others[i - 1] + density[i] * others[i]) / (2 * GRID);
            partial->below[i] += sum;
        }
    }
    return partial->below;
}

static double
order_probability(const struct order *order)
{
    if (table.densities[PLAIN][0] == 0) {
        make_densities();
    }
    table.count = 0;
    memset(table.slots, 0, sizeof table.slots);
    return integrate(order, order->compared)[GRID];
}

/* --- the order of a schedule -------------------------------------------------------------------- */

/* That `reader`, a load, reads what `writer` wrote; or, negative, does not. */
struct reads_from_constraint {
    const struct strategy_operation *reader, *writer; /* writer NULL: the first value */
    bool negative, satisfied;
};

/* A schedule as it is followed. */
struct walk {
    struct order order;
    uint32_t current[LIST_TASKS_MAX + 1];                /* each task's variable */
    struct strategy_operation ahead[LIST_TASKS_MAX + 1]; /* what each task does next */
    struct reads_from_constraint *constraint;            /* or NULL */
    const struct strategy_operation *last_writer;        /* of the constraint's object */
    bool is_contend;
};

static void
draw(struct walk *walk, uint32_t task, enum density density)
{
    cr_assert_lt(walk->order.count, VARIABLES_MAX);
    uint32_t variable = walk->order.count++;
    walk->order.below[variable] = 0;
    walk->order.densities[variable] = density;
    walk->current[task] = variable;
}

static bool
is_same(const struct strategy_operation *a, const struct strategy_operation *b)
{
    return a != NULL && b != NULL && a->site == b->site;
}

/* Would the operation, done now, break the constraint? Then it waits while others need not. */
static bool
would_break(const struct walk *walk, const struct strategy_operation *operation)
{
    const struct reads_from_constraint *constraint = walk->constraint;
    if (constraint == NULL || constraint->satisfied ||
        operation->object != constraint->reader->object ||
        strategy_access(operation) == STRATEGY_ACCESS_NONE) {
        return false;
    }
    bool is_reader = is_same(operation, constraint->reader);
    bool wants_first = constraint->writer == NULL;
    bool is_there =
        wants_first ? walk->last_writer == NULL : is_same(walk->last_writer, constraint->writer);
    if (wants_first && !is_there) {
        return false; /* it is gone for good */
    }
    if (constraint->negative) {
        return is_reader && is_there;
    }
    bool writes = strategy_access(operation) == STRATEGY_ACCESS_WRITE;
    return is_reader ? !is_there : is_there && writes;
}

/* Returns: false if the chosen one was not allowed. */
static bool
compare(struct walk *walk, const struct record *record)
{
    struct taskset allowed = record->runnable;
    for (struct taskset left = record->runnable; !taskset_is_empty(&left);) {
        uint16_t task = taskset_take(&left);
        if (would_break(walk, &record->pending[task])) {
            taskset_remove(&allowed, task);
        }
    }
    if (taskset_is_empty(&allowed)) {
        allowed = record->runnable;
    }
    uint32_t chosen = walk->current[record->chosen];
    for (struct taskset left = allowed; taskset_has_many(&allowed) && !taskset_is_empty(&left);) {
        uint32_t variable = walk->current[taskset_take(&left)];
        walk->order.compared |= 1u << variable;
        walk->order.below[chosen] |= variable == chosen ? 0 : 1u << variable;
    }
    return taskset_has(&allowed, record->chosen);
}

/* Whoever did something draws for what it does next; and those draw anew who stand against it. */
static void
redraw(struct walk *walk, const struct schedule_list *list, const struct record *record)
{
    draw(walk, record->task, walk->is_contend ? LEAST : PLAIN);
    for (uint32_t other = 1; other <= list->task_count; other++) {
        if (other != record->task && strategy_conflict(&record->operation, &walk->ahead[other])) {
            draw(walk, other, walk->is_contend ? GREATEST : PLAIN);
        }
    }
}

static void
follow_constraint(struct walk *walk, const struct strategy_operation *operation)
{
    struct reads_from_constraint *constraint = walk->constraint;
    if (constraint == NULL || operation->object != constraint->reader->object) {
        return;
    }
    if (is_same(operation, constraint->reader)) {
        bool is_there = constraint->writer == NULL ? walk->last_writer == NULL
                                                   : is_same(walk->last_writer, constraint->writer);
        constraint->satisfied |= is_there && !constraint->negative;
    }
    if (strategy_access(operation) == STRATEGY_ACCESS_WRITE) {
        walk->last_writer = operation;
    }
}

static double
follow_priorities(const struct schedule_list *list, const struct listed_schedule *schedule,
                  bool is_contend, struct reads_from_constraint *constraint)
{
    static struct walk walk;
    walk = (struct walk){.is_contend = is_contend, .constraint = constraint};
    for (uint32_t task = 1; task <= list->task_count; task++) {
        draw(&walk, task, PLAIN);
    }
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct record *record = &schedule->records[i];
        if (!record->is_choice) {
            redraw(&walk, list, record);
            follow_constraint(&walk, &record->operation);
            continue;
        }
        for (uint32_t task = 1; task <= list->task_count; task++) {
            walk.ahead[task] = record->pending[task];
        }
        if (!compare(&walk, record)) {
            return 0;
        }
    }
    return order_probability(&walk.order);
}

double
promise_pos(const struct schedule_list *list, const struct listed_schedule *schedule,
            struct promise_parameters parameters)
{
    (void)parameters;
    return follow_priorities(list, schedule, false, NULL);
}

double
promise_contend(const struct schedule_list *list, const struct listed_schedule *schedule,
                struct promise_parameters parameters)
{
    (void)parameters;
    return follow_priorities(list, schedule, true, NULL);
}

/* --- RFF ------------------------------------------------------------------------------------------ */

/* The operations that write to the object, the first value (NULL) before them. */
static uint32_t
find_writers(const struct listed_schedule *schedule, uint32_t object,
             const struct strategy_operation *writers[RECORDS_MAX])
{
    uint32_t count = 0;
    writers[count++] = NULL;
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct record *record = &schedule->records[i];
        if (!record->is_choice && record->operation.object == object &&
            strategy_access(&record->operation) == STRATEGY_ACCESS_WRITE) {
            writers[count++] = &record->operation;
        }
    }
    return count;
}

/*
 * The first execution had no constraint, so the second has one: each load of a shared object is as
 * likely its reader, each write to that object, or its first value, as likely its writer; and one in
 * four is negative. Requires: all shared objects are loaded by somebody.
 */
double
promise_rff_second(const struct schedule_list *list, const struct listed_schedule *schedule,
                   struct promise_parameters parameters)
{
    (void)parameters;
    double sum = 0;
    uint32_t readers = 0;
    for (uint32_t i = 0; i < schedule->record_count; i++) {
        const struct strategy_operation *reader = &schedule->records[i].operation;
        if (schedule->records[i].is_choice || strategy_access(reader) != STRATEGY_ACCESS_READ) {
            continue;
        }
        const struct strategy_operation *writers[RECORDS_MAX];
        uint32_t count = find_writers(schedule, reader->object, writers);
        readers++;
        for (uint32_t j = 0; j < 2 * count; j++) {
            struct reads_from_constraint constraint = {
                .reader = reader, .writer = writers[j / 2], .negative = j % 2 == 1};
            double weight = (constraint.negative ? 0.25 : 0.75) / count;
            sum += weight * follow_priorities(list, schedule, false, &constraint);
        }
    }
    return sum / readers;
}
