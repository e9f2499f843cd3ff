/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A portfolio: each execution goes by one of the other strategies, each of which has its turns, and
 * those have more that pay. What pays is an execution with a combination of who reads from whom, and
 * how often, that none before showed: a strategy that only repeats what is known falls back to its
 * floor.
 *
 * Turns are given by stride scheduling (Waldspurger, Weihl, MIT 1995), a deterministic share by
 * weight: an arm's own share, and as much again for the part of its recent executions that paid,
 * measured by the best arm's. So an arm never has less than half of its share, and the portfolio
 * needs at most 2 * (all shares) / (its share) times the executions that an arm needs alone: of the
 * strategies here as many as there are, of those that stand for several twice that.
 *
 * The first execution is by round robin, which knows only one. What LONG executions did not show
 * lies deep: from then on `contend` has LONG_TURNS - 1 of LONG_TURNS turns, for it reaches deepest
 * (ci/bench strategies, safestack), and all of them together have what is left.
 */
#include "engine/strategies/census.h"
#include "engine/strategies/reads_from.h"

#define ONE        4096 /* in fixed point */
#define PACE       8    /* executions of an arm by which its gain forgets */
#define LONG       4096
#define LONG_TURNS 4
#define DEEPEST    0 /* the arm `contend` */

/* In the order of their first turns. PCT is the first part of fair PCT. */
static const struct {
    const struct strategy *strategy;
    uint32_t share;
} arms[] = {
    {&strategy_contend, 4},  {&strategy_random, 2}, {&strategy_rff, 4}, {&strategy_period, 2},
    {&strategy_pct_fair, 1}, {&strategy_surw, 2},   {&strategy_pos, 1}, {&strategy_urw, 1},
};
#define ARM_COUNT (sizeof arms / sizeof *arms)

static struct {
    uint64_t passed; /* turns had, each by the inverse of its weight */
    uint32_t gain;   /* of recent executions the part that paid; ONE: all */
} states[ARM_COUNT];
static uint32_t executions; /* 0: nothing is learnt, and states mean nothing */

/* Combinations seen: a set without removal, and when it is full all are known. */
#define SEEN_MAX 65536u /* a power of two; of these half are used */
static uint64_t seen[SEEN_MAX];
static uint32_t seen_places[SEEN_MAX / 2]; /* where they are, so that forgetting is cheap */
static uint32_t seen_count;

static const struct strategy *now; /* whose turn it is */
static size_t turn;

static bool
is_new(uint64_t signature)
{
    signature |= 1;
    for (uint32_t i = (uint32_t)(signature >> 32) % SEEN_MAX;; i = (i + 1) % SEEN_MAX) {
        if (seen[i] == signature) {
            return false;
        }
        if (seen[i] == 0) {
            if (seen_count >= SEEN_MAX / 2) {
                return false;
            }
            seen[i] = signature;
            seen_places[seen_count++] = i;
            return true;
        }
    }
}

static void
start(void)
{
    for (size_t i = 0; i < ARM_COUNT; i++) {
        states[i].passed = 0;
        states[i].gain = ONE;
    }
}

static void
begin(const struct strategy_view *view)
{
    if (executions == 0) {
        start();
    }
    turn = DEEPEST;
    if (executions < LONG || executions % LONG_TURNS == 0) {
        for (size_t i = 0; i < ARM_COUNT; i++) {
            turn = states[i].passed < states[turn].passed ? i : turn;
        }
    }
    now = executions == 0 ? &strategy_round_robin : arms[turn].strategy;
    reads_from_begin();
    if (now == &strategy_period) {
        (void)census_begin(view); /* its first execution is by the fixed policy too */
    }
    if (now->begin != NULL) {
        now->begin(view);
    }
}

static void
spawned(const struct strategy_view *view, uint16_t task)
{
    if (now == &strategy_period) {
        census_spawned(view, task);
    } else if (now->spawned != NULL) {
        now->spawned(view, task);
    }
}

static uint16_t
choose_task(const struct strategy_view *view)
{
    return now->choose_task(view);
}

static uint32_t
choose(const struct strategy_view *view, enum heddle_choice_kind kind, uint32_t count)
{
    return now->choose(view, kind, count);
}

static void
event(const struct strategy_view *view, uint16_t task, bool waited)
{
    if (now != &strategy_rff) {
        reads_from_event(view, task, waited);
    }
    if (now == &strategy_period) {
        census_event(view, task, waited);
    } else if (now->event != NULL) {
        now->event(view, task, waited);
    }
}

/* The arm's weight, in fixed point. */
static uint64_t
weigh(size_t arm)
{
    uint32_t most = 1;
    for (size_t i = 0; i < ARM_COUNT; i++) {
        most = states[i].gain > most ? states[i].gain : most;
    }
    return arms[arm].share * (ONE + (uint64_t)ONE * states[arm].gain / most);
}

static void
ended(const struct strategy_view *view, const struct heddle_result *result)
{
    bool paid = is_new(reads_from_counted_combination());
    if (now == &strategy_period) {
        census_ended(view, result);
    }
    if (now->ended != NULL) {
        now->ended(view, result);
    }
    if (executions++ == 0) {
        return;
    }
    uint32_t *gain = &states[turn].gain;
    *gain += (paid ? (uint32_t)ONE : 0) / PACE;
    *gain -= *gain / PACE;
    if (executions < LONG || executions % LONG_TURNS == 1) {
        states[turn].passed += ((uint64_t)ONE << 20) / weigh(turn);
    }
}

static void
forget(void)
{
    executions = 0;
    while (seen_count > 0) {
        seen[seen_places[--seen_count]] = 0;
    }
}

const struct strategy strategy_portfolio = {
    .name = "portfolio",
    .summary = "each of the others in turn, and more often those that show what is new",
    .draws_ahead = true,
    .begin = begin,
    .spawned = spawned,
    .choose_task = choose_task,
    .choose = choose,
    .event = event,
    .ended = ended,
    .forget = forget,
    .executions = 32,
};
