/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a strategy is: it chooses, nothing else. The scheduler asks only where there is a choice,
 * and looks for a deviation first. A strategy keeps its state in static variables that begin
 * resets, and draws every random number from strategy_hash, so a choice changed here leaves the
 * others as they were. One that learns keeps what it learnt from execution to execution, until
 * forget: it depends on the seeds and on the list of executions since then, and on nothing else.
 */
#ifndef ENGINE_STRATEGY_H
#define ENGINE_STRATEGY_H

#include "engine/heddle.h"

/* A set of tasks. */
struct taskset {
    uint64_t bits[HEDDLE_TASKS_MAX / 64];
};

/*
 * A visible operation. A scheduling point stands before each, so what a suspended task does next is
 * known: the operation at whose point it stands, or what it waited for. Of a task that has not
 * begun: HEDDLE_EVENT_SPAWN with its own number.
 */
struct strategy_operation {
    kernel_site_t site; /* to compare and to count by; its address and its text mean nothing */
    uint32_t object;    /* as in the event: a task's number for spawn and join; 0: none */
    uint16_t kind;      /* enum heddle_event_kind */
};

/* What a strategy may see. The scheduler keeps it current. */
struct strategy_view {
    uint64_t seed;
    uint32_t depth, length;  /* parameters of the schedule */
    uint32_t step;           /* scheduling points so far */
    uint32_t k;              /* this task's count of choices of this kind, from 0 */
    uint64_t drawn;          /* choose_task of a strategy that draws ahead: its random number */
    uint16_t task;           /* who chooses or spawns: the running task; none yet for task 0 */
    bool can_continue;       /* it is among the runnable */
    uint32_t task_count;     /* tasks ever created */
    struct taskset runnable; /* at least two where choose_task is called */
    const struct strategy_operation *pending; /* of each task, ended ones too */
};

/* What an operation does to its object; two by different tasks conflict if one of them writes. */
enum strategy_access { STRATEGY_ACCESS_NONE, STRATEGY_ACCESS_READ, STRATEGY_ACCESS_WRITE };

struct strategy {
    const char *name;
    const char *summary; /* one line for people, with the paper */
    bool draws_ahead;    /* its choice of a task needs one random number: view->drawn */

    void (*begin)(const struct strategy_view *view); /* before an execution; may be NULL */
    void (*spawned)(const struct strategy_view *view, uint16_t task); /* may be NULL */
    uint16_t (*choose_task)(
        const struct strategy_view *view); /* a runnable one; NULL: fixed policy */

    /* Which of `count` (at least two); for timeouts and spurious wake-ups 1 means: it happens. */
    uint32_t (*choose)(const struct strategy_view *view, enum heddle_choice_kind kind,
                       uint32_t count);

    /*
     * The task does view->pending[task] now; or tries to, and if it must wait, this comes again
     * with waited once it goes on. Whether or not there was a choice. May be NULL, and then costs
     * nothing.
     */
    void (*event)(const struct strategy_view *view, uint16_t task, bool waited);

    /* After an execution that this process survived; may be NULL. */
    void (*ended)(const struct strategy_view *view, const struct heddle_result *result);
    void (*forget)(void); /* all that was learnt; may be NULL */

    /* Of one program, what it takes to learn anything; 0: it does not matter. */
    uint32_t executions;
};

extern const struct strategy strategy_fixed, strategy_random, strategy_pct, strategy_round_robin,
    strategy_pct_fair, strategy_pos, strategy_urw, strategy_surw, strategy_rff, strategy_period,
    strategy_contend, strategy_portfolio;

/* What most strategies do for the other kinds: uniform; timeouts one in 4, spurious ones in 32. */
uint32_t strategy_choose_uniform(const struct strategy_view *view, enum heddle_choice_kind kind,
                                 uint32_t count);

/* A counter, not a stream: the k-th random number of this kind for this task. */
static inline uint64_t
strategy_hash(uint64_t seed, uint32_t task, uint32_t k, uint32_t kind)
{
    /* splitmix64's finaliser (Steele, Lea, Flood, OOPSLA 2014) over the key. */
    uint64_t x = seed + (((uint64_t)k << 32) | (task << 8) | kind) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Uniform below limit from one hash (Lemire 2019; the bias of limit/2^32 is accepted). */
static inline uint32_t
strategy_below(uint64_t hash, uint32_t limit)
{
    return (uint32_t)(((hash >> 32) * limit) >> 32);
}

/* --- operations ------------------------------------------------------------------------- */

static inline enum strategy_access
strategy_access(const struct strategy_operation *operation)
{
    switch (operation->kind) {
    case HEDDLE_EVENT_ATOMIC_LOAD:
    case HEDDLE_OPERATION_LOAD:
        return STRATEGY_ACCESS_READ;
    case HEDDLE_EVENT_SPAWN: /* these name a task, or nothing */
    case HEDDLE_EVENT_EXIT:
    case HEDDLE_EVENT_JOIN:
    case HEDDLE_EVENT_SLEEP:
    case HEDDLE_EVENT_PROBE:
    case HEDDLE_EVENT_CHOOSE:
        return STRATEGY_ACCESS_NONE;
    default:
        return operation->object != 0 ? STRATEGY_ACCESS_WRITE : STRATEGY_ACCESS_NONE;
    }
}

/* Does their order matter, if they are of different tasks? */
static inline bool
strategy_conflict(const struct strategy_operation *a, const struct strategy_operation *b)
{
    enum strategy_access one = strategy_access(a), other = strategy_access(b);
    return a->object == b->object && one != STRATEGY_ACCESS_NONE && other != STRATEGY_ACCESS_NONE &&
           (one == STRATEGY_ACCESS_WRITE || other == STRATEGY_ACCESS_WRITE);
}

/* --- sets of tasks ---------------------------------------------------------------------- */

static inline bool
taskset_has(const struct taskset *set, uint32_t task)
{
    return (set->bits[task / 64] >> (task % 64)) & 1;
}

static inline void
taskset_add(struct taskset *set, uint32_t task)
{
    set->bits[task / 64] |= (uint64_t)1 << (task % 64);
}

static inline void
taskset_remove(struct taskset *set, uint32_t task)
{
    set->bits[task / 64] &= ~((uint64_t)1 << (task % 64));
}

static inline void
taskset_add_all(struct taskset *set, const struct taskset *other)
{
    set->bits[0] |= other->bits[0];
    set->bits[1] |= other->bits[1];
}

static inline void
taskset_remove_all(struct taskset *set, const struct taskset *other)
{
    set->bits[0] &= ~other->bits[0];
    set->bits[1] &= ~other->bits[1];
}

static inline bool
taskset_is_empty(const struct taskset *set)
{
    return (set->bits[0] | set->bits[1]) == 0;
}

static inline bool
taskset_has_many(const struct taskset *set)
{
    uint64_t low = set->bits[0], high = set->bits[1];
    return (low & (low - 1)) != 0 || (high & (high - 1)) != 0 || (low != 0 && high != 0);
}

static inline uint32_t
taskset_count(const struct taskset *set)
{
    return (uint32_t)(__builtin_popcountll(set->bits[0]) + __builtin_popcountll(set->bits[1]));
}

/* The lowest task. Requires: not empty. */
static inline uint16_t
taskset_first(const struct taskset *set)
{
    return (uint16_t)(set->bits[0] != 0 ? __builtin_ctzll(set->bits[0])
                                        : 64 + __builtin_ctzll(set->bits[1]));
}

/* Takes the lowest task out of the set. Requires: not empty. */
static inline uint16_t
taskset_take(struct taskset *set)
{
    uint32_t word = set->bits[0] == 0;
    uint64_t bits = set->bits[word];
    set->bits[word] = bits & (bits - 1);
    return (uint16_t)(word * 64 + (uint32_t)__builtin_ctzll(bits));
}

/* The index-th task in order of number. Requires: index is below the count. */
static inline uint16_t
taskset_nth(const struct taskset *set, uint32_t index)
{
    uint32_t word = 0;
    uint32_t in_first = (uint32_t)__builtin_popcountll(set->bits[0]);
    if (index >= in_first) {
        index -= in_first;
        word = 1;
    }
    uint64_t bits = set->bits[word];
    while (index-- > 0) {
        bits &= bits - 1;
    }
    return (uint16_t)(word * 64 + (uint32_t)__builtin_ctzll(bits));
}

_Static_assert(HEDDLE_TASKS_MAX == 128, "the set functions above are written for two words");

/* --- choosing --------------------------------------------------------------------------- */

/* What the fixed policy would choose, for strategies that sometimes do as it does. */
static inline uint16_t
strategy_fixed_task(const struct strategy_view *view)
{
    return view->can_continue ? view->task : taskset_first(&view->runnable);
}

/* What a random walk chooses, for strategies that sometimes do as it does. */
static inline uint16_t
strategy_random_task(const struct strategy_view *view, const struct taskset *tasks)
{
    uint64_t hash = strategy_hash(view->seed, view->task, view->k, HEDDLE_CHOICE_TASK);
    return taskset_nth(tasks, strategy_below(hash, taskset_count(tasks)));
}

#endif
