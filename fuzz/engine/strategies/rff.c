/* SPDX-License-Identifier: BSD-2-Clause
 *
 * RFF (Wolff, Shi, Duck, Mathur, Roychoudhury: "Greybox Fuzzing for Concurrency Testing", ASPLOS
 * 2024): an abstract schedule is a set of constraints, that some read does (or does not) read from
 * some write. An execution goes by a mutant of one that was worth keeping: operations that would
 * break a constraint are held back while there are others, and among those POS decides. A mutant is
 * kept if its execution showed a combination of who reads from whom that none before did; how many
 * mutants of it are tried then goes by how rare its combination stays.
 *
 * No bound is known. With no constraint, as in the first execution, it is POS; and it always may
 * be, for a mutant can lose its constraints again.
 */
#include "engine/strategies/pos.h"
#include "engine/strategies/reads_from.h"

#include <string.h>

#define CONSTRAINTS_MAX 8u
#define CORPUS_MAX      1024u
#define ENERGY_MAX      32u
#define SIGNATURES_MAX  16384u /* a power of two; of these half are used */

enum { MUTATE = HEDDLE_CHOICE_KIND_COUNT + 1 }; /* POS draws from the kind before */

struct constraint {
    struct reads_from_pair pair;
    bool negative;
};

struct abstract_schedule {
    struct constraint constraints[CONSTRAINTS_MAX];
    uint32_t count;
    uint32_t combination; /* what its execution showed: a place among the combinations */
    uint32_t rounds;      /* how often it had its turn */
};

static struct abstract_schedule corpus[CORPUS_MAX];
static uint32_t corpus_count, corpus_at, energy;

static struct combination {
    uint64_t signature; /* 0: free */
    uint32_t executions;
} combinations[SIGNATURES_MAX];
static uint32_t combination_places[SIGNATURES_MAX]; /* so that forgetting is cheap */
static uint32_t combination_count, execution_count;

/* The execution under way. */
static struct abstract_schedule now;
static bool satisfied[CONSTRAINTS_MAX];
static uint32_t draws;

/* --- mutation -------------------------------------------------------------------------------- */

static uint32_t
below(const struct strategy_view *view, uint32_t limit)
{
    return strategy_below(strategy_hash(view->seed, 0, draws++, MUTATE), limit);
}

/* How many events write to the object, its first value among them; or which is the index-th. */
static uint32_t
count_writers(uint32_t object, uint32_t index, uint32_t *writer)
{
    uint32_t count = 1;
    *writer = READS_FROM_NOBODY;
    for (uint32_t number = 1; number < reads_from_event_count() && count <= index; number++) {
        const struct reads_from_event *event = reads_from_at(number);
        if (event->writes && event->operation.object == object) {
            count++;
            *writer = number;
        }
    }
    return count;
}

/* A read of a shared object, uniformly, and any write to it. Returns: false if there is none. */
static bool
draw_constraint(const struct strategy_view *view, struct constraint *constraint)
{
    uint32_t count = reads_from_event_count(), readers = 0, reader = 0;
    for (uint32_t number = 1; number < count; number++) {
        const struct reads_from_event *event = reads_from_at(number);
        if (event->reads && reads_from_is_shared(event->operation.object) &&
            below(view, ++readers) == 0) {
            reader = number;
        }
    }
    if (readers == 0) {
        return false;
    }
    uint32_t object = reads_from_at(reader)->operation.object, writer;
    uint32_t writers = count_writers(object, UINT32_MAX, &writer);
    (void)count_writers(object, below(view, writers), &writer);
    constraint->pair = (struct reads_from_pair){.writer = writer, .reader = reader};
    constraint->negative = below(view, 4) == 0;
    return true;
}

static void
mutate(const struct strategy_view *view)
{
    struct constraint drawn;
    uint32_t how = now.count == 0 ? 0 : below(view, 4);
    uint32_t at = now.count == 0 ? 0 : below(view, now.count);
    if (how == 0 && now.count < CONSTRAINTS_MAX) {
        if (draw_constraint(view, &drawn)) {
            now.constraints[now.count++] = drawn;
        }
    } else if (how <= 1) {
        if (draw_constraint(view, &drawn)) {
            now.constraints[at] = drawn;
        }
    } else if (how == 2) {
        now.constraints[at] = now.constraints[--now.count];
    } else {
        now.constraints[at].negative = !now.constraints[at].negative;
    }
}

/* --- which comes next -------------------------------------------------------------------------- */

/*
 * AFLFast's cut-off exponential schedule (Boehme, Pham, Roychoudhury, CCS 2016): nothing while the
 * combination is more frequent than the mean, else twice as much at each turn, by its frequency.
 */
static uint32_t
energy_of(const struct abstract_schedule *schedule)
{
    uint32_t executions = combinations[schedule->combination].executions;
    if ((uint64_t)executions * combination_count > execution_count) {
        return 0;
    }
    uint32_t doubled = schedule->rounds < 16 ? 1u << schedule->rounds : 1u << 16;
    uint32_t wanted = doubled / executions;
    return wanted == 0 ? 1 : wanted > ENERGY_MAX ? ENERGY_MAX : wanted;
}

static void
select_parent(void)
{
    for (uint32_t tried = 0; energy == 0; tried++) {
        corpus_at = (corpus_at + 1) % corpus_count;
        energy = tried == corpus_count ? 1 : energy_of(&corpus[corpus_at]);
    }
    corpus[corpus_at].rounds++;
}

static void
begin(const struct strategy_view *view)
{
    reads_from_begin();
    draws = 0;
    memset(satisfied, 0, sizeof satisfied);
    if (corpus_count == 0) {
        now = (struct abstract_schedule){.count = 0};
        return;
    }
    if (energy == 0) {
        select_parent();
    }
    energy--;
    now = corpus[corpus_at];
    now.rounds = 0;
    mutate(view);
}

static uint32_t
find_combination(uint64_t signature)
{
    signature |= 1;
    uint32_t place = (uint32_t)(signature >> 32) % SIGNATURES_MAX;
    while (combinations[place].signature != 0 && combinations[place].signature != signature &&
           combination_count < SIGNATURES_MAX / 2) {
        place = (place + 1) % SIGNATURES_MAX;
    }
    if (combinations[place].signature == 0) {
        combinations[place].signature = signature;
        combination_places[combination_count++] = place;
    }
    return place;
}

static void
ended(const struct strategy_view *view, const struct heddle_result *result)
{
    (void)view;
    (void)result;
    execution_count++;
    now.combination = find_combination(reads_from_combination());
    bool is_new = combinations[now.combination].executions++ == 0;
    if (is_new && corpus_count < CORPUS_MAX) {
        corpus[corpus_count++] = now;
    }
}

static void
forget(void)
{
    reads_from_forget();
    corpus_count = corpus_at = energy = 0;
    while (combination_count > 0) {
        combinations[combination_places[--combination_count]] = (struct combination){0};
    }
    execution_count = 0;
}

/* --- going by it --------------------------------------------------------------------------------- */

/* Would the operation break a constraint, if it came now? */
static bool
breaks(const struct constraint *constraint, const struct strategy_operation *operation)
{
    const struct strategy_operation *reader = &reads_from_at(constraint->pair.reader)->operation;
    if (operation->object != reader->object || strategy_access(operation) == STRATEGY_ACCESS_NONE) {
        return false;
    }
    bool is_reader = reads_from_is_same(operation, reader);
    uint32_t last = reads_from_last_writer(reader->object);
    bool is_there = last == constraint->pair.writer;
    if (constraint->pair.writer == READS_FROM_NOBODY && last != READS_FROM_NOBODY) {
        return false; /* the first value is gone for good */
    }
    if (constraint->negative) {
        return is_reader && is_there;
    }
    bool writes = strategy_access(operation) == STRATEGY_ACCESS_WRITE;
    return is_reader ? !is_there : is_there && writes;
}

static bool
is_held_back(const struct strategy_operation *operation)
{
    for (uint32_t i = 0; i < now.count; i++) {
        if (!satisfied[i] && breaks(&now.constraints[i], operation)) {
            return true;
        }
    }
    return false;
}

static uint16_t
choose_task(const struct strategy_view *view)
{
    struct taskset may = view->runnable;
    for (struct taskset left = view->runnable; now.count > 0 && !taskset_is_empty(&left);) {
        uint16_t task = taskset_take(&left);
        if (is_held_back(&view->pending[task])) {
            taskset_remove(&may, task);
        }
    }
    return pos_highest(taskset_is_empty(&may) ? &view->runnable : &may);
}

static void
event(const struct strategy_view *view, uint16_t task, bool waited)
{
    const struct strategy_operation *operation = &view->pending[task];
    for (uint32_t i = 0; i < now.count; i++) {
        const struct reads_from_pair *pair = &now.constraints[i].pair;
        const struct strategy_operation *reader = &reads_from_at(pair->reader)->operation;
        if (!now.constraints[i].negative && reads_from_is_same(operation, reader) &&
            reads_from_last_writer(reader->object) == pair->writer) {
            satisfied[i] = true;
        }
    }
    reads_from_event(view, task, waited);
    pos_event(view, task, waited);
}

const struct strategy strategy_rff = {
    .name = "rff",
    .summary = "mutants of constraints on who reads from whom, kept if new (RFF, ASPLOS 2024)",
    .begin = begin,
    .spawned = pos_spawned,
    .choose_task = choose_task,
    .choose = strategy_choose_uniform,
    .event = event,
    .ended = ended,
    .forget = forget,
};
