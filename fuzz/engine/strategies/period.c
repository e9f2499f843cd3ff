/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Small numbers of preemptions, systematically: the idea of PERIOD (Wen et al.: "Controlled
 * Concurrency Testing via Periodical Scheduling", ICSE 2022), which grows the number of periods in
 * which tasks run undisturbed, and of bounding delays (Emmi, Qadeer, Rakamaric, POPL 2011).
 *
 * An execution is given by its departures from the fixed policy: another task than that would run,
 * or another answer to another kind of choice. First comes the one without a departure, then all
 * with one, then all with two, and so on. Those with d departures grow from those with d-1 by one
 * later departure, so none comes twice; within a level they come in an order that the seed of the
 * first execution shuffles.
 *
 * Guarantee: as long as the executions with d departures are fewer than NODES_MAX in all, each of
 * them is executed exactly once before any with more. Beyond that, each of those that grow from the
 * remembered ones is. When nothing is left (`is_done`), random walks follow.
 */
#include "engine/strategy.h"

#define NODES_MAX      (1u << 18)
#define DEPARTURES_MAX 32u

enum { ORDER = HEDDLE_CHOICE_KIND_COUNT };

/*
 * An execution of which others grow: its parent's departures and one more. An execution's possible
 * departures are counted in order of time: at each choice one for each alternative.
 */
struct node {
    uint32_t parent;
    uint32_t departure; /* its last one: which of all that are possible after its parent's last */
    uint64_t before;    /* children of the nodes before it in its level */
    uint32_t children;
};

static struct node nodes[NODES_MAX];
static uint32_t node_count;
static bool started, is_done;
static uint64_t order_seed;             /* of the first execution since forget */
static uint32_t level_begin, level_end; /* nodes of the level whose children come now */
static uint64_t level_size, level_next; /* those children; how many were executed */
static uint32_t level;                  /* their departures */

/* The execution under way. */
static uint32_t parent, own_departure;
static uint32_t departures[DEPARTURES_MAX]; /* each counted from behind the one before */
static uint32_t departure_count, departure_next;
static uint32_t passed; /* alternatives since the last departure */

/* --- which comes next ----------------------------------------------------------------------- */

/*
 * The index-th of `size` in shuffled order: a Feistel network over the next even number of bits,
 * walked until it falls below size, is a permutation (Black, Rogaway: "Ciphers with Arbitrary
 * Finite Domains", CT-RSA 2002).
 */
static uint64_t
shuffle(uint64_t index, uint64_t size)
{
    uint32_t half = 1;
    while (half < 32 && ((uint64_t)1 << (2 * half)) < size) {
        half++;
    }
    uint32_t mask = (uint32_t)(((uint64_t)1 << half) - 1);
    do {
        uint32_t left = (uint32_t)(index >> half), right = (uint32_t)index & mask;
        for (uint32_t round = 0; round < 4; round++) {
            uint64_t key = order_seed + level * 4 + round;
            uint32_t mixed = left ^ ((uint32_t)strategy_hash(key, 0, right, ORDER) & mask);
            left = right;
            right = mixed;
        }
        index = (uint64_t)left << half | right;
    } while (index >= size);
    return index;
}

/* The nodes found while a level was executed are the next level's parents. */
static void
next_level(void)
{
    level_begin = level_end;
    level_end = node_count;
    level_size = level_next = 0;
    level++;
    for (uint32_t i = level_begin; i < level_end; i++) {
        nodes[i].before = level_size;
        level_size += nodes[i].children;
    }
    is_done = level_size == 0 || level > DEPARTURES_MAX;
}

static uint32_t
find_parent(uint64_t child)
{
    uint32_t low = level_begin, high = level_end;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (nodes[middle].before <= child) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void
plan(void)
{
    uint64_t child = shuffle(level_next++, level_size);
    parent = find_parent(child);
    own_departure = (uint32_t)(child - nodes[parent].before);
    departure_count = level;
    departures[level - 1] = own_departure;
    uint32_t node = parent;
    for (uint32_t i = level - 1; i-- > 0; node = nodes[node].parent) {
        departures[i] = nodes[node].departure;
    }
}

static void
begin(const struct strategy_view *view)
{
    passed = departure_next = departure_count = 0;
    if (!started) {
        order_seed = view->seed;
        return;
    }
    if (level_next == level_size && !is_done) {
        next_level();
    }
    if (!is_done) {
        plan();
    }
}

/* Without a node the execution was there, and nothing grows from it. */
static void
ended(const struct strategy_view *view, const struct heddle_result *result)
{
    (void)view;
    (void)result;
    if (is_done || node_count == NODES_MAX) {
        return;
    }
    /* One that ended before its last departure was another program's. */
    uint32_t children = departure_next == departure_count ? passed : 0;
    nodes[node_count++] =
        (struct node){.parent = parent, .departure = own_departure, .children = children};
    if (!started) {
        started = true;
        level = 0;
        level_begin = level_end = 0;
        level_size = level_next = 0;
    }
}

static void
forget(void)
{
    node_count = 0;
    started = is_done = false;
    parent = own_departure = 0;
}

/* --- going by it ----------------------------------------------------------------------------- */

/* Which of so many alternatives is the departure, from 0; or `alternatives`: none of them. */
static uint32_t
pass(uint32_t alternatives)
{
    if (departure_next < departure_count) {
        uint32_t at = departures[departure_next] - passed;
        if (at < alternatives) {
            departure_next++;
            passed = 0;
            return at;
        }
    }
    passed += alternatives;
    return alternatives;
}

static uint16_t
choose_task(const struct strategy_view *view)
{
    if (is_done) {
        return strategy_random_task(view, &view->runnable);
    }
    struct taskset others = view->runnable;
    uint16_t fixed = strategy_fixed_task(view);
    taskset_remove(&others, fixed);
    uint32_t alternatives = taskset_count(&others);
    uint32_t departure = pass(alternatives);
    return departure < alternatives ? taskset_nth(&others, departure) : fixed;
}

static uint32_t
choose(const struct strategy_view *view, enum heddle_choice_kind kind, uint32_t count)
{
    if (is_done) {
        return strategy_choose_uniform(view, kind, count);
    }
    uint32_t departure = pass(count - 1);
    return departure < count - 1 ? departure + 1 : 0;
}

const struct strategy strategy_period = {
    .name = "period",
    .summary = "no preemption, then each single one, each two, ... (idea of PERIOD, ICSE 2022)",
    .begin = begin,
    .choose_task = choose_task,
    .choose = choose,
    .ended = ended,
    .forget = forget,
};
